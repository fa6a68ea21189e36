//! A whole life of a native room with the log at its most talkative: no words, no name, no
//! password, no key and no address stands in it.

use dayfly_core::engine::{Engine, NativeOptions, RoomHandle, RoomOptions, Subscription};
use dayfly_core::logging;
use dayfly_core::proto::invite::Invite;
use dayfly_core::proto::room::{
    CheckCommand, Command, Event, Member, MemberState, SayOptions, VerificationState,
};
use dayfly_core::proto::secret::SecretString;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::channel;
use std::time::Duration;

const CANARY: &str = "canary-7f3a-in-a-message";
const PASSWORD: &str = "canary-7f3a-as-password";
/// Lines of the test's own, which show that the log works.
const FIRST: &str = "here it begins";
const LAST: &str = "here it ends";
const NAMES: [&str; 3] = ["canary-ada", "canary-bob", "canary-eve"];

fn options(name: &str, opens: bool) -> RoomOptions {
    RoomOptions {
        name: name.into(),
        local: true,
        embedded_tracker: opens.then(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        password: Some(SecretString::new(PASSWORD.into())),
        ..RoomOptions::default()
    }
}

async fn until(events: &mut Subscription, seen: &mut Vec<Event>, what: &str, fits: impl Fn(&Event) -> bool) {
    let wait = async {
        loop {
            let event = events
                .next()
                .await
                .unwrap_or_else(|| panic!("ended without {what}"));
            let found = fits(&event);
            seen.push(event);
            if found {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait)
        .await
        .unwrap_or_else(|_| panic!("{what} did not come"));
}

/// Listens, and waits until so many others are here.
async fn entered(handle: &RoomHandle, others: usize) -> (Subscription, Vec<Event>) {
    let mut events = handle.subscribe();
    let mut seen = Vec::new();
    loop {
        until(&mut events, &mut seen, "anything", |_| true).await;
        let members = handle.snapshot().await.expect("the room is open").members;
        let is_here = |member: &&Member| member.state == MemberState::Here && NAMES.contains(&&*member.name);
        if members.iter().filter(is_here).count() == others {
            seen.extend(members.into_iter().map(|member| Event::MemberChanged { member }));
            return (events, seen);
        }
    }
}

#[tokio::test]
async fn a_whole_room_in_the_log() {
    let (sink, logged) = channel();
    logging::log_to(log::LevelFilter::Trace, move |line| {
        let _ = sink.send(format!("{} {}", line.target, line.message));
    });
    log::trace!(target: "dayfly_core::test", "{FIRST}");

    let engine = Engine::start().expect("an engine");
    let ada = engine
        .open_native(NativeOptions::default(), options(NAMES[0], true))
        .await
        .expect("a room");
    let invite = ada.invite().clone();
    let bob = engine
        .enter(invite.clone(), options(NAMES[1], false))
        .await
        .expect("a room");
    let eve = engine
        .enter(invite.clone(), options(NAMES[2], false))
        .await
        .expect("a room");
    let (mut at_ada, mut ada_saw) = entered(&ada, 2).await;
    let (mut at_bob, mut bob_saw) = entered(&bob, 2).await;
    let (mut at_eve, mut eve_saw) = entered(&eve, 2).await;

    ada.say(CANARY.into(), SayOptions::default())
        .await
        .expect("it is said");
    bob.direct(NAMES[2].into(), CANARY.into(), SayOptions::default())
        .await
        .expect("it is said");
    let words = |event: &Event| matches!(event, Event::Message { message } if message.text == CANARY);
    until(&mut at_bob, &mut bob_saw, "the words", words).await;
    until(&mut at_eve, &mut eve_saw, "the words", words).await;

    let verify = |member: &str| CheckCommand::Verify {
        member: member.into(),
    };
    let state = |state: VerificationState| move |event: &Event| matches!(event, Event::Verification { state: s, .. } if *s == state);
    ada.check(verify(NAMES[1])).await.expect("it is asked");
    until(
        &mut at_bob,
        &mut bob_saw,
        "the question",
        state(VerificationState::Asked),
    )
    .await;
    bob.check(verify(NAMES[0])).await.expect("it is agreed to");
    until(
        &mut at_ada,
        &mut ada_saw,
        "the code",
        state(VerificationState::Compare),
    )
    .await;
    ada.check(CheckCommand::VerifyConfirm {
        member: NAMES[1].into(),
    })
    .await
    .expect("it is confirmed");
    ada.command(Command::Remove {
        member: NAMES[2].into(),
    })
    .await
    .expect("it is done");
    until(&mut at_eve, &mut eve_saw, "her removal", |event| {
        matches!(event, Event::Removed { .. })
    })
    .await;
    let moved = ada.current_invite().await.expect("the room is open");
    bob.leave().await;
    ada.leave().await;

    // What must not be there: words, names, the password, what the codes said, keys in any form
    // they could be written in, addresses.
    let mut secrets: Vec<String> = vec![CANARY.into(), PASSWORD.into(), "127.0.0.1".into()];
    secrets.extend(NAMES.map(str::to_owned));
    for invite in [&invite, &moved] {
        let Invite::Native(native) = invite else {
            panic!("a native room")
        };
        secrets.push(hex(native.secret.expose()));
        secrets.push(hex(&native.room_id()));
        secrets.push(format!("{:?}", native.secret.expose()));
        secrets.push(invite.link());
    }
    let members = |seen: &[Event]| -> Vec<Member> {
        let mut all = Vec::new();
        for event in seen {
            match event {
                Event::MemberJoined { member } | Event::MemberChanged { member } => all.push(member.clone()),
                Event::Verification {
                    digits: Some(digits), ..
                } => {
                    all.push(Member {
                        fingerprint: digits.clone(),
                        ..Member::default()
                    });
                }
                _ => {}
            }
        }
        all
    };
    for member in [&ada_saw, &bob_saw, &eve_saw]
        .into_iter()
        .flat_map(|seen| members(seen))
    {
        if !member.fingerprint.is_empty() {
            secrets.push(member.fingerprint);
        }
    }
    secrets.sort();
    secrets.dedup();

    log::trace!(target: "dayfly_core::test", "{LAST}");
    let mut lines: Vec<String> = Vec::new();
    while !lines.last().is_some_and(|line| line.ends_with(LAST)) {
        lines.push(
            logged
                .recv_timeout(Duration::from_secs(30))
                .expect("the log works"),
        );
    }
    assert!(lines[0].ends_with(FIRST), "it worked from the first: {lines:?}");
    for line in &lines {
        for secret in &secrets {
            assert!(!line.contains(secret.as_str()), "{line:?} holds {secret:?}");
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
