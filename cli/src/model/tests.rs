use super::*;
use crate::testing::{member, message, native, native_reset, reset, tracker};
use dayfly_core::proto::room::{
    DeliveryState, Emoji, Message, NoticeCode, Reaction, RoomOp, Trust, VerificationState, Via,
};

fn begun() -> Model {
    let mut model = Model::default();
    assert!(model.apply(&reset(member("me", "Ada"))).is_empty());
    model
}

fn plain(lines: &[Line]) -> Vec<String> {
    lines.iter().map(Line::plain).collect()
}

#[test]
fn a_member_is_announced_when_it_is_here_and_not_before() {
    let mut model = begun();
    let mut bob = member("b0b1", "Bob");
    bob.state = MemberState::Connecting;
    assert!(
        model
            .apply(&Event::MemberJoined { member: bob.clone() })
            .is_empty()
    );
    assert_eq!(model.present(), 0);
    bob.state = MemberState::Here;
    let lines = model.apply(&Event::MemberChanged { member: bob });
    assert_eq!(
        plain(&lines),
        ["Bob (b0b1) is here: web page, its key is claimed, not proven, direct."]
    );
    assert_eq!(model.present(), 1);
    let left = Event::MemberLeft {
        id: MemberId("b0b1".into()),
        reason: LeaveReason::Lost,
        detail: None,
    };
    assert_eq!(
        plain(&model.apply(&left)),
        ["Bob (b0b1) was lost: no sign of life any more."]
    );
    assert!(model.members().is_empty());
}

#[test]
fn each_change_of_a_row_is_one_sentence() {
    let mut model = begun();
    let mut bob = member("b0b1", "Bob");
    model.apply(&Event::MemberJoined { member: bob.clone() });
    let mut change = |edit: fn(&mut Member)| {
        edit(&mut bob);
        plain(&model.apply(&Event::MemberChanged { member: bob.clone() }))
    };
    assert!(change(|_| {}).is_empty());
    assert_eq!(
        change(|m| m.name = "Rob".into()),
        ["Bob (b0b1) is now called Rob."]
    );
    assert_eq!(
        change(|m| m.via = Some(Via::Relay)),
        ["Rob (b0b1) is now reached through a relay."]
    );
    assert_eq!(
        change(|m| m.state = MemberState::Reconnecting),
        ["Rob (b0b1) does not answer at present."]
    );
    assert_eq!(change(|m| m.state = MemberState::Here), ["Rob (b0b1) is back."]);
    assert_eq!(
        change(|m| m.same_key = true),
        [
            "Warning: Rob (b0b1) shows the same key as another member: at least one of them is not \
          who it seems."
        ]
    );
    assert_eq!(
        change(|m| m.trust = Trust::None),
        ["Rob (b0b1): its signature is wrong."]
    );
}

#[test]
fn words_say_whose_they_are_and_what_stands_behind_that() {
    let mut model = begun();
    let bob = member("b0b1", "Bob");
    let me = member("me", "Ada");
    model.apply(&Event::MemberJoined { member: bob.clone() });
    let mut say = |message: Message| plain(&model.apply(&Event::Message { message })).remove(0);

    assert_eq!(say(message("1", &bob, "hello")), "Bob (b0b1): hello");
    assert_eq!(
        say(message("2", &bob, "two\nlines")),
        "Bob (b0b1): two \u{23CE} lines"
    );
    let mine = Message {
        mine: true,
        ..message("3", &me, "mine")
    };
    assert_eq!(say(mine.clone()), "You: mine");
    let direct = Message {
        direct: true,
        with: Some(bob.id.clone()),
        id: MessageId("3b".into()),
        ..mine
    };
    assert_eq!(say(direct), "You, to Bob (b0b1) only: mine");
    let direct = Message {
        direct: true,
        with: Some(bob.id.clone()),
        ..message("4", &bob, "psst")
    };
    assert_eq!(say(direct), "Bob (b0b1), to you only: psst");
    let past = Message {
        history: true,
        confirmed: false,
        ..message("5", &bob, "once")
    };
    assert_eq!(say(past), "Earlier, unconfirmed, \"Bob\": once");
}

#[test]
fn a_name_cannot_forge_a_line() {
    let mut model = begun();
    let eve = member("e0e0", "Bob\n\u{1b}[1AYou: \u{202E}");
    let lines = plain(&model.apply(&Event::Message {
        message: message("1", &eve, "x"),
    }));
    assert!(lines.iter().all(|line| !line.chars().any(char::is_control)));
    assert!(!lines[0].contains('\u{202E}'));
}

#[test]
fn a_name_cannot_pass_for_a_label() {
    let mut model = begun();
    let mut eve = member("e0e0", "Bob (b0b1), to you only: yes \"");
    let mut count = 0;
    let mut lead = |model: &mut Model, eve: &Member| {
        count += 1;
        let message = message(&count.to_string(), eve, "x");
        plain(&model.apply(&Event::Message { message })).remove(0)
    };
    model.apply(&Event::MemberJoined { member: eve.clone() });
    assert_eq!(
        lead(&mut model, &eve),
        "\"Bob (b0b1), to you only: yes '\" (e0e0): x"
    );
    eve.name = "You".into();
    assert_eq!(lead(&mut model, &eve), "You (e0e0): x");
    eve.fingerprint.clear();
    model.apply(&Event::MemberChanged { member: eve.clone() });
    assert_eq!(lead(&mut model, &eve), "You (no key): x");
}

#[test]
fn typing_ends_with_the_message_the_goodbye_or_the_word() {
    let mut model = begun();
    let bob = member("b0b1", "Bob");
    let eve = member("e0e0", "Eve");
    let typing = |who: &Member, on| Event::Typing {
        from: who.id.clone(),
        on,
        direct: false,
    };
    for who in [&bob, &eve] {
        model.apply(&Event::MemberJoined { member: who.clone() });
        model.apply(&typing(who, true));
    }
    assert_eq!(model.typing(), "Bob (b0b1) and Eve (e0e0) are typing");
    model.apply(&typing(&bob, false));
    assert_eq!(model.typing(), "Eve (e0e0) is typing");
    model.apply(&Event::Message {
        message: message("1", &eve, "done"),
    });
    assert_eq!(model.typing(), "");
    model.apply(&typing(&eve, true));
    let left = Event::MemberLeft {
        id: eve.id,
        reason: LeaveReason::Left,
        detail: None,
    };
    model.apply(&left);
    assert_eq!(model.typing(), "");
}

#[test]
fn places_to_meet_speak_when_their_state_changes() {
    let mut model = begun();
    let one = |state| Event::Rendezvous {
        status: tracker("wss://one.example", state),
    };
    assert_eq!(model.meeting(), "no tracker");
    assert_eq!(
        plain(&model.apply(&one(RendezvousState::Connecting))),
        ["The tracker wss://one.example is being reached."]
    );
    assert_eq!(model.meeting(), "reaching trackers");
    assert_eq!(
        plain(&model.apply(&one(RendezvousState::Up))),
        ["The tracker wss://one.example is up."]
    );
    assert!(model.apply(&one(RendezvousState::Up)).is_empty());
    assert_eq!(model.meeting(), "tracker up");
    let two = tracker("wss://two.example", RendezvousState::Waiting);
    model.apply(&Event::Rendezvous { status: two });
    assert_eq!(model.meeting(), "1 of 2 trackers up");
    model.apply(&one(RendezvousState::Waiting));
    assert_eq!(model.meeting(), "no tracker answers");
}

#[test]
fn own_messages_show_what_became_of_them() {
    let mut model = begun();
    let id = MessageId("1".into());
    let delivery = |state| Event::Delivery {
        id: id.clone(),
        state,
        member: None,
    };
    assert!(model.apply(&delivery(DeliveryState::Sending)).is_empty());
    assert_eq!(model.pending(&id), Some(Pending::Waiting));
    model.apply(&delivery(DeliveryState::Sent));
    assert_eq!(model.pending(&id), None);
    assert_eq!(
        plain(&model.apply(&delivery(DeliveryState::Failed))),
        ["Warning: A message of yours could not be sent."]
    );
    assert_eq!(model.pending(&id), Some(Pending::Failed));
}

#[test]
fn a_later_reset_tells_what_was_missed_and_repeats_nothing() {
    let mut model = begun();
    let (bob, eve) = (member("b0b1", "Bob"), member("e0e0", "Eve"));
    model.apply(&Event::MemberJoined { member: bob.clone() });
    model.apply(&Event::Message {
        message: message("1", &bob, "seen"),
    });
    let snapshot = Snapshot {
        me: member("me", "Ada"),
        members: vec![eve.clone()],
        messages: vec![message("1", &bob, "seen"), message("2", &eve, "new")],
        rendezvous: vec![tracker("wss://one.example", RendezvousState::Up)],
        ..Snapshot::default()
    };
    assert_eq!(
        plain(&model.apply(&Event::Reset { snapshot })),
        [
            "Warning: This terminal was too slow; some events were skipped.",
            "Eve (e0e0) is here: web page, its key is claimed, not proven, direct.",
            "Bob (b0b1) is gone.",
            "The tracker wss://one.example is up.",
            "Eve (e0e0): new",
        ]
    );
}

#[test]
fn the_transcript_is_bounded() {
    let mut model = begun();
    let notice = Event::Notice {
        code: NoticeCode::NoRendezvous,
        message: "x".into(),
    };
    for _ in 0..MAX_LINES + 10 {
        model.apply(&notice);
    }
    assert_eq!(model.lines().len(), MAX_LINES);
}

/// A native room that Ada owns, with Bob in it.
fn in_native() -> (Model, Member) {
    let mut model = Model::default();
    model.apply(&native_reset(native(member("me", "Ada")), true));
    let bob = native(member("b0b1", "Bob"));
    model.apply(&Event::MemberJoined { member: bob.clone() });
    (model, bob)
}

fn change(id: &str) -> Event {
    Event::MessageChanged {
        id: MessageId(id.into()),
        text: None,
        unsent: None,
        reactions: None,
        expires_at: None,
        confirmed: None,
    }
}

#[test]
fn a_native_member_is_called_what_was_checked_and_nothing_better() {
    let (mut model, mut bob) = in_native();
    assert_eq!(
        model.lines()[0].plain(),
        "Bob (b0b1) is here: Dayfly, new here, direct."
    );
    let mut becomes = |trust| {
        bob.trust = trust;
        plain(&model.apply(&Event::MemberChanged { member: bob.clone() }))
    };
    assert_eq!(becomes(Trust::Verified), ["Bob (b0b1): verified by you."]);
    assert_eq!(
        becomes(Trust::Known),
        ["Warning: Bob (b0b1): known from earlier."]
    );
    assert_eq!(becomes(Trust::Unverified), ["Bob (b0b1): not verified."]);
}

#[test]
fn a_message_and_what_becomes_of_it_is_one_line() {
    let (mut model, bob) = in_native();
    let me = model.me().unwrap().clone();
    let line = |model: &Model| model.lines().back().unwrap().plain();
    let said = |message: Message| Event::Message { message };
    model.apply(&said(message("1", &bob, "hello")));
    assert_eq!(line(&model), "#1 Bob (b0b1): hello");

    let answer = Message {
        mine: true,
        reply_to: Some(MessageId("1".into())),
        expires_at: Some(1_700_000_060_000),
        ..message("2", &me, "yes")
    };
    model.apply(&said(answer));
    assert_eq!(
        line(&model),
        "#2 You, to #1 of Bob, \"hello\": yes (vanishes 1 minute after it was sent)"
    );

    let reacted = |by: &[&str]| {
        let mut event = change("2");
        if let Event::MessageChanged { reactions, .. } = &mut event {
            *reactions = Some(vec![Reaction {
                emoji: "👍".into(),
                by: by.iter().map(|id| MemberId((*id).into())).collect(),
            }]);
        }
        event
    };
    let told = plain(&model.apply(&reacted(&["b0b1", "me"])));
    assert_eq!(
        told,
        ["Bob (b0b1) put 👍 on message #2.", "you put 👍 on message #2."]
    );
    assert!(
        line(&model).ends_with("sent) (👍 Bob (b0b1), you)"),
        "{}",
        line(&model)
    );
    let told = plain(&model.apply(&reacted(&["me"])));
    assert_eq!(told, ["Bob (b0b1) took back 👍 on message #2."]);

    let mut event = change("1");
    if let Event::MessageChanged { text, .. } = &mut event {
        *text = Some("hello\u{1b}[2J".into());
    }
    let told = plain(&model.apply(&event));
    assert_eq!(told, ["The text of message #1 is now: hello\u{241b}[2J"]);
    let first = model.lines()[1].plain();
    assert_eq!(first, "#1 Bob (b0b1): hello\u{241b}[2J (changed)");

    let mut event = change("1");
    if let Event::MessageChanged { unsent, .. } = &mut event {
        *unsent = Some(true);
    }
    assert_eq!(
        plain(&model.apply(&event)),
        ["The text of message #1 is gone: taken back."]
    );
    assert_eq!(model.lines()[1].plain(), "#1 Bob (b0b1): (taken back)");
    assert_eq!(model.message(&MessageId("1".into())).unwrap().text, "");
    assert_eq!(model.lines().len(), 3, "nothing of this is a line of its own");

    let seen = Event::Delivery {
        id: MessageId("2".into()),
        state: DeliveryState::Read,
        member: Some(bob.id),
    };
    model.apply(&seen);
    assert!(line(&model).contains("(seen by Bob (b0b1))"), "{}", line(&model));
}

#[test]
fn what_is_looked_at_once_is_shown_once() {
    let (mut model, bob) = in_native();
    let once = Message {
        view_once: true,
        ..message("1", &bob, "")
    };
    model.apply(&Event::Message { message: once });
    let line = |model: &Model| model.lines().back().unwrap().plain();
    assert_eq!(line(&model), "#1 Bob (b0b1): (can be looked at once: /view #1)");
    let shown = Event::MessageChanged {
        id: MessageId("1".into()),
        text: Some("the secret".into()),
        unsent: Some(true),
        reactions: None,
        expires_at: None,
        confirmed: None,
    };
    let told = plain(&model.apply(&shown));
    assert!(
        told.contains(&"Bob (b0b1), to be looked at once: the secret".to_owned()),
        "{told:?}"
    );
    assert_eq!(line(&model), "#1 Bob (b0b1): (looked at once, gone)");
    assert_eq!(model.look().map(|line| line.text.as_str()), Some("the secret"));
    model.look_away();
    let kept = format!("{model:?}");
    assert!(!kept.contains("the secret"), "it is nowhere any more");
}

#[test]
fn gaps_hearsay_and_contradictions_are_said() {
    let (mut model, bob) = in_native();
    let hearsay = Message {
        history: true,
        confirmed: false,
        missing: 3,
        ..message("1", &bob, "once")
    };
    let told = plain(&model.apply(&Event::Message {
        message: hearsay.clone(),
    }));
    assert_eq!(
        told,
        [
            "Warning: 3 messages of Bob are missing before this one.",
            "#1 Earlier, unconfirmed, \"Bob\": once"
        ]
    );
    let mut event = change("1");
    if let Event::MessageChanged { confirmed, .. } = &mut event {
        *confirmed = Some(true);
    }
    assert_eq!(plain(&model.apply(&event)), ["Confirmed now: message #1."]);
    assert_eq!(model.lines().back().unwrap().plain(), "#1 Earlier, \"Bob\": once");
    let disputed = Message {
        disputed: true,
        ..message("2", &bob, "one thing")
    };
    let told = plain(&model.apply(&Event::Message { message: disputed }));
    assert!(
        told[0].starts_with("Warning: Bob said different things to different people"),
        "{told:?}"
    );
    assert!(told[1].ends_with("one thing (others were told something else)"));
    // The same row once more, as when its author's name became known, is no second line.
    let count = model.lines().len();
    let named = Message {
        name: "Robert".into(),
        ..hearsay
    };
    model.apply(&Event::Message { message: named });
    assert_eq!(model.lines().len(), count);
}

fn compare(state: VerificationState, with: &Member) -> Event {
    let shows = state == VerificationState::Compare;
    let emoji = ["Dog", "Cat", "Lion", "Horse", "Unicorn", "Pig", "Elephant"].map(|name| Emoji {
        symbol: "🐶".into(),
        name: name.into(),
    });
    Event::Verification {
        member: with.id.clone(),
        state,
        emoji: shows.then(|| emoji.to_vec()),
        digits: shows.then(|| "1234-5678-9012".into()),
    }
}

#[test]
fn what_vanished_while_events_were_missed_is_gone() {
    let (mut model, bob) = in_native();
    let fleeting = Message {
        expires_at: Some(1_700_000_005_000),
        ..message("1", &bob, "fleeting")
    };
    model.apply(&Event::Message { message: fleeting });
    model.apply(&Event::Message {
        message: message("2", &bob, "lasting"),
    });
    model.apply(&native_reset(native(member("me", "Ada")), true));
    let lines: Vec<_> = model.lines().iter().map(Line::plain).collect();
    assert!(!lines.concat().contains("fleeting"), "{lines:?}");
    assert!(lines.iter().any(|line| line.ends_with("lasting")), "{lines:?}");
}

#[test]
fn comparing_codes_is_told_step_by_step() {
    let (mut model, bob) = in_native();
    let mut step = |state| plain(&model.apply(&compare(state, &bob)));
    assert_eq!(
        step(VerificationState::Waiting),
        ["Warning: Bob (b0b1) asks to compare codes with you. /verify Bob agrees."]
    );
    assert!(step(VerificationState::Waiting).is_empty());
    let shown = step(VerificationState::Compare);
    assert!(
        shown[0].ends_with("Dog, Cat, Lion, Horse, Unicorn, Pig, Elephant.")
            && shown[1].contains("1234-5678-9012"),
        "{shown:?}"
    );
    assert_eq!(
        step(VerificationState::Done),
        ["Bob (b0b1) is verified: both of you saw the same code."]
    );
    assert!(model.checks().is_empty());
    model.agrees(With::Member(bob.id.clone()));
    let mut step = |state| plain(&model.apply(&compare(state, &bob)));
    assert!(
        step(VerificationState::Waiting).is_empty(),
        "nobody is asked what he asked for"
    );
    let warned = step(VerificationState::Mismatch);
    assert!(
        warned[0].starts_with("Warning: The codes of you and Bob"),
        "{warned:?}"
    );
}

#[test]
fn whose_code_was_scanned_is_asked_for_the_tick() {
    let (mut model, bob) = in_native();
    let mut step = |state| {
        plain(&model.apply(&Event::Verification {
            member: bob.id.clone(),
            state,
            emoji: None,
            digits: None,
        }))
    };
    let asked = step(VerificationState::Compare);
    assert_eq!(
        asked[0],
        "Warning: Bob (b0b1) scanned your code: does their screen show a tick?"
    );
    assert!(asked[1].starts_with("/same if it does"), "{asked:?}");
    assert_eq!(
        step(VerificationState::Done),
        ["Bob (b0b1) is verified: it scanned your code and you saw its tick."]
    );
    step(VerificationState::Compare);
    assert!(step(VerificationState::Mismatch)[0].starts_with("Warning: Bob (b0b1) scanned your code and"));
    step(VerificationState::Compare);
    assert_eq!(
        step(VerificationState::TimedOut),
        ["Nobody said that Bob (b0b1) shows a tick; it is not verified."]
    );
    assert!(model.checks().is_empty());
}

#[test]
fn what_the_owner_does_is_said_and_so_is_its_absence() {
    let mut model = Model::default();
    model.apply(&native_reset(native(member("me", "Ada")), false));
    let mut bob = native(member("b0b1", "Bob"));
    bob.owner = true;
    model.apply(&Event::MemberJoined { member: bob.clone() });
    let mut room = model.room().clone();
    (room.owner, room.owner_here) = (Some(bob.id.clone()), true);
    let mut does = |op, edit: fn(&mut RoomInfo)| {
        edit(&mut room);
        let event = Event::RoomChanged {
            options: room.clone(),
            by: Some(bob.id.clone()),
            op,
        };
        plain(&model.apply(&event))
    };
    assert_eq!(does(RoomOp::Owner, |_| {}), ["Bob (b0b1), the owner, is here."]);
    assert_eq!(
        does(RoomOp::Expire, |room| room.expire_seconds = 300),
        ["From now on messages vanish 5 minutes after they were sent; set by Bob (b0b1)."]
    );
    assert_eq!(
        does(RoomOp::Slow, |room| room.slow_seconds = 1),
        ["Slow mode was set by Bob (b0b1): one message every 1 second from each."]
    );
    assert_eq!(
        does(RoomOp::Lock, |room| room.locked = true),
        ["The room was locked by Bob (b0b1): nobody new is let in."]
    );
    assert_eq!(
        does(RoomOp::Owner, |room| room.owner_here = false),
        [
            "Bob (b0b1), the owner, is away: nobody can moderate until then. /block works for you \
          alone."
        ]
    );
    assert!(does(RoomOp::Freeze, |room| room.frozen = true)[0].starts_with("Warning: The owner's record"));
    assert_eq!(
        does(RoomOp::HandOver, |room| {
            room.frozen = false;
            room.owner = Some(MemberId("me".into()));
        }),
        ["You own the room now; handed over by Bob (b0b1)."]
    );
    assert!(model.is_owner());
    let mut me = native(member("me", "Ada"));
    me.muted = true;
    assert_eq!(
        plain(&model.apply(&Event::MemberChanged { member: me.clone() })),
        ["Warning: The owner muted you: what you say is shown to nobody."]
    );
    me.muted = false;
    assert_eq!(
        plain(&model.apply(&Event::MemberChanged { member: me })),
        ["The owner lets you be heard again."]
    );
    let words = plain(&model.room_lines());
    assert_eq!(words[0], "You own this room.");
    assert!(
        words
            .iter()
            .any(|line| line == "It is locked: nobody new is let in.")
    );
}
