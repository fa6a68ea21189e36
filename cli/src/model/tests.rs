use super::*;
use crate::testing::{member, message, reset, tracker};
use dayfly_core::proto::room::{NoticeCode, Trust, Via};

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
    let lead = |model: &mut Model, eve: &Member| {
        let message = message("1", eve, "x");
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
