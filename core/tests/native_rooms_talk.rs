//! Native rooms over real connections and an embedded tracker: opened, joined by the link alone,
//! talked in, guarded by a password, their members removed, and closed for all.

mod common;

use common::{Person, local};
use dayfly_core::engine::{Engine, ErrorKind, NativeOptions, RoomOptions};
use dayfly_core::proto::invite::Invite;
use dayfly_core::proto::room::{
    Command, EndReason, Event, LeaveReason, MemberKind, MemberState, NoticeCode, SayOptions, Trust,
};
use dayfly_core::proto::secret::SecretString;
use std::collections::BTreeSet;

fn with_password(name: &str, opener: bool, password: &str) -> RoomOptions {
    RoomOptions {
        password: Some(SecretString::new(password.into())),
        ..local(name, opener)
    }
}

/// The invite as it travels: its link, read again.
fn by_link(person: &Person) -> Invite {
    let link = person.room.invite().link();
    Invite::parse(&link).expect("its own link is an invite")
}

fn engine() -> Engine {
    Engine::start().expect("a thread")
}

/// Says so once two members are here.
fn two_others() -> impl FnMut(&Event) -> Option<()> {
    let mut here = BTreeSet::new();
    move |event| {
        match event {
            Event::MemberJoined { member } => {
                here.insert(member.name.clone());
            }
            Event::Reset { snapshot } => here.extend(snapshot.members.iter().map(|m| m.name.clone())),
            _ => {}
        }
        (here.len() >= 2).then_some(())
    }
}

async fn ends(person: &mut Person) -> EndReason {
    person
        .wait("the end", |event| match event {
            Event::Left { reason } => Some(*reason),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn members_meet_by_a_link_and_talk() {
    let (one, two) = (engine(), engine());
    let mut ada = Person::open(&one, NativeOptions::default(), local("Ada", true)).await;
    let mut bob = Person::enter(&two, &by_link(&ada), local("Bob", false)).await;
    let (of_bob, of_ada) = (ada.joined("Bob").await, bob.joined("Ada").await);
    assert_eq!((of_bob.kind, of_bob.trust), (MemberKind::Native, Trust::New));
    assert_ne!(of_bob.fingerprint, of_ada.fingerprint);

    let id = ada
        .room
        .say("hello".into(), SayOptions::default())
        .await
        .expect("said");
    let heard = bob.hears("hello").await;
    assert_eq!((heard.id, heard.from), (id, of_ada.id.clone()));
    bob.room
        .direct("Ada".into(), "psst".into(), SayOptions::default())
        .await
        .expect("said");
    let whispered = ada.hears("psst").await;
    assert!(whispered.direct && whispered.from == of_bob.id);

    bob.room.leave().await;
    let reason = ada
        .wait("Bob to leave", |event| match event {
            Event::MemberLeft { id, reason, .. } if *id == of_bob.id => Some(*reason),
            _ => None,
        })
        .await;
    assert_eq!(reason, LeaveReason::Left);
}

#[tokio::test]
async fn who_is_in_the_background_is_woken_by_what_is_said() {
    let (one, two) = (engine(), engine());
    let mut ada = Person::open(&one, NativeOptions::default(), local("Ada", true)).await;
    let mut bob = Person::enter(&two, &by_link(&ada), local("Bob", false)).await;
    ada.joined("Bob").await;
    bob.joined("Ada").await;

    bob.room.suspended();
    becomes(&mut ada, MemberState::Background).await;
    assert_eq!(bob.room.stats().await.expect("the room").links, 0);
    for text in ["one", "two"] {
        let said = ada.room.say(text.into(), SayOptions::default()).await;
        said.expect("said");
    }
    bob.hears("one").await;
    bob.hears("two").await;
    let snapshot = ada.room.snapshot().await.expect("the room");
    assert_eq!(snapshot.members[0].state, MemberState::Background);

    bob.room.resumed();
    becomes(&mut ada, MemberState::Here).await;
    let said = bob.room.say("back".into(), SayOptions::default()).await;
    said.expect("said");
    ada.hears("back").await;
}

/// Waits until the one other member is in that state.
async fn becomes(person: &mut Person, state: MemberState) {
    person
        .wait("another state", |event| match event {
            Event::MemberChanged { member } if member.state == state => Some(()),
            _ => None,
        })
        .await;
}

#[tokio::test]
async fn the_password_opens_and_a_wrong_one_is_told() {
    let (one, two) = (engine(), engine());
    let options = with_password("Ada", true, "swordfish");
    let mut ada = Person::open(&one, NativeOptions::default(), options).await;
    let link = by_link(&ada);
    let refused = two.enter(link.clone(), local("Bob", false)).await;
    assert_eq!(refused.expect_err("no password").kind, ErrorKind::NeedsPassword);

    let mut mallory = Person::enter(&two, &link, with_password("Mallory", false, "sturgeon")).await;
    mallory
        .wait("the refusal", |event| match event {
            Event::Notice {
                code: NoticeCode::WrongPassword,
                ..
            } => Some(()),
            _ => None,
        })
        .await;
    let snapshot = mallory.room.snapshot().await.expect("the room");
    assert!(snapshot.members.is_empty(), "{:?}", snapshot.members);
    mallory.room.leave().await;

    let mut bob = Person::enter(&two, &link, with_password("Bob", false, "swordfish")).await;
    ada.joined("Bob").await;
    bob.joined("Ada").await;
    ada.room
        .say("hello".into(), SayOptions::default())
        .await
        .expect("said");
    bob.hears("hello").await;
    let mallory = |event: &Event| matches!(event, Event::MemberJoined { member } if member.name == "Mallory");
    assert!(!ada.seen.iter().any(mallory), "nobody got in without it");
}

#[tokio::test]
async fn the_owner_removes_one_and_closes_for_all() {
    let engines = [engine(), engine(), engine()];
    let mut ada = Person::open(&engines[0], NativeOptions::default(), local("Ada", true)).await;
    let link = by_link(&ada);
    let mut bob = Person::enter(&engines[1], &link, local("Bob", false)).await;
    let mut eve = Person::enter(&engines[2], &link, local("Eve", false)).await;
    // They meet in any order.
    for person in [&mut ada, &mut bob, &mut eve] {
        person.wait("two others", two_others()).await;
    }
    let remove = |member: &str| Command::Remove {
        member: member.into(),
    };
    let refused = bob.room.command(remove("Eve")).await;
    assert_eq!(refused.expect_err("not the owner").kind, ErrorKind::NotAllowed);
    ada.room.command(remove("Eve")).await.expect("the owner may");
    assert_eq!(ends(&mut eve).await, EndReason::Removed);
    bob.wait("Eve's removal", |event| match event {
        Event::MemberLeft {
            reason: LeaveReason::Removed,
            ..
        } => Some(()),
        _ => None,
    })
    .await;
    ada.room
        .say("among us".into(), SayOptions::default())
        .await
        .expect("said");
    bob.hears("among us").await;

    ada.room.command(Command::Close).await.expect("the owner may");
    assert_eq!(ends(&mut bob).await, EndReason::Closed);
    assert_eq!(ends(&mut ada).await, EndReason::Closed);
}
