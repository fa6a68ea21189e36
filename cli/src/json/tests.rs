//! Every row that a native room can bring, against the contract: what is not in it would surprise
//! a program that was written by it.

use super::row::{Row, line};
use crate::testing::{member, message};
use dayfly_core::proto::id::{MemberId, MessageId};
use dayfly_core::proto::room::code::{CodeEnd, CodeFailure, CodeGuestEvent, CodeHostEvent};
use dayfly_core::proto::room::{
    Emoji, Event, HistoryPolicy, Member, MemberKind, Message, NoticeCode, Reaction, RoomInfo, RoomOp,
    Snapshot, Trust, VerificationState,
};
use serde_json::{Value, json};

/// The contract, in which an unlisted field is a breach.
fn contract() -> jsonschema::Validator {
    fn close(schema: &mut Value) {
        match schema {
            Value::Object(object) => {
                object.values_mut().for_each(close);
                if object.get("type") == Some(&json!("object")) {
                    object.insert("additionalProperties".into(), json!(false));
                }
            }
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    let mut schema = serde_json::from_str(include_str!("../../contract.json")).unwrap();
    close(&mut schema);
    jsonschema::draft202012::new(&schema).unwrap()
}

fn native() -> Member {
    Member {
        kind: MemberKind::Native,
        trust: Trust::Verified,
        same_name: true,
        owner: true,
        muted: true,
        blocked: true,
        was_native: true,
        kept: Some("did:key:z6Mk".into()),
        ..member("b0b1", "Bob")
    }
}

fn rich() -> Message {
    Message {
        reply_to: Some(MessageId("0".into())),
        edited: true,
        unsent: true,
        reactions: vec![Reaction {
            emoji: "👍".into(),
            by: vec![MemberId("b0b1".into())],
        }],
        expires_at: Some(1_700_000_060_000),
        view_once: true,
        mentions_me: true,
        missing: 3,
        disputed: true,
        reference: Some("r".into()),
        ..message("1", &native(), "hello")
    }
}

fn seven() -> Option<Vec<Emoji>> {
    let dog = || Emoji {
        symbol: "🐶".into(),
        name: "Dog".into(),
    };
    Some((0..7).map(|_| dog()).collect())
}

fn codes() -> Vec<Row> {
    let mut rows = vec![
        Row::code_shown(CodeHostEvent::Unreached),
        Row::code_shown(CodeHostEvent::Shown {
            code: "4821-tulip-anchor".into(),
        }),
        Row::code_shown(CodeHostEvent::Trying),
        Row::code_shown(CodeHostEvent::WrongGuess { guess: 1, of: 3 }),
        Row::code_shown(CodeHostEvent::Interference),
        Row::code_tried(CodeGuestEvent::Searching),
        Row::code_tried(CodeGuestEvent::Found { hosts: 2 }),
        Row::code_tried(CodeGuestEvent::Done),
    ];
    let ends = [
        CodeEnd::Done,
        CodeEnd::Expired,
        CodeEnd::Guessed,
        CodeEnd::Taken,
        CodeEnd::TooLong,
        CodeEnd::Stopped,
    ];
    rows.extend(ends.map(|reason| Row::code_shown(CodeHostEvent::Ended { reason })));
    let failures = [
        CodeFailure::Unreached,
        CodeFailure::NobodyThere,
        CodeFailure::WrongWords,
        CodeFailure::Interference,
        CodeFailure::Silent,
        CodeFailure::BadInvite,
    ];
    rows.extend(failures.map(|reason| Row::code_tried(CodeGuestEvent::Failed { reason })));
    rows
}

#[test]
fn every_row_of_a_native_room_keeps_to_the_contract() {
    let member = MemberId("b0b1".into());
    let digits = || Some("1234-5678-9012".to_owned());
    let room = |history| RoomInfo {
        native: true,
        owner: Some(member.clone()),
        history,
        ..RoomInfo::default()
    };
    let changed = |op| Event::RoomChanged {
        options: room(HistoryPolicy::Off),
        by: None,
        op,
    };
    let mut events = vec![
        Event::Reset {
            snapshot: Snapshot {
                me: native(),
                members: vec![native()],
                messages: vec![rich()],
                rendezvous: Vec::new(),
                room: room(HistoryPolicy::Items(7)),
            },
        },
        Event::MemberJoined { member: native() },
        Event::Message { message: rich() },
        Event::MessageChanged {
            id: MessageId("1".into()),
            text: Some("now".into()),
            unsent: Some(true),
            reactions: Some(rich().reactions),
            expires_at: Some(1),
            confirmed: Some(false),
        },
        Event::RoomChanged {
            options: room(HistoryPolicy::Members),
            by: Some(member.clone()),
            op: RoomOp::Remove,
        },
        Event::Removed { by: member.clone() },
        Event::Closed { by: member.clone() },
        Event::Limited {
            what: "verify".into(),
            seconds: 60,
        },
    ];
    events.push(Event::Verification {
        member: member.clone(),
        state: VerificationState::Asked,
        emoji: None,
        digits: None,
    });
    for state in [
        VerificationState::Waiting,
        VerificationState::Compare,
        VerificationState::Done,
        VerificationState::Cancelled,
        VerificationState::Mismatch,
        VerificationState::TimedOut,
    ] {
        events.push(Event::Verification {
            member: member.clone(),
            state,
            emoji: seven(),
            digits: digits(),
        });
        events.push(Event::GroupCheck {
            state,
            emoji: None,
            digits: None,
            members: vec![member.clone()],
        });
    }
    events.extend(
        [
            RoomOp::Mute,
            RoomOp::Slow,
            RoomOp::Expire,
            RoomOp::Lock,
            RoomOp::HandOver,
            RoomOp::Close,
            RoomOp::Owner,
            RoomOp::Freeze,
            RoomOp::Receipts,
        ]
        .map(changed),
    );
    for code in [
        NoticeCode::Version,
        NoticeCode::Equivocation,
        NoticeCode::HeldBack,
        NoticeCode::Moved,
        NoticeCode::Locked,
        NoticeCode::WasNative,
        NoticeCode::Relay,
        NoticeCode::NoRelay,
        NoticeCode::RelaySpent,
    ] {
        let message = "A sentence.".into();
        events.push(Event::Notice { code, message });
    }
    let contract = contract();
    let rows = events
        .iter()
        .map(line)
        .chain(codes().into_iter().map(|row| line(&row)));
    for row in rows {
        let row: Value = serde_json::from_str(&row).unwrap();
        if let Err(error) = contract.validate(&row) {
            panic!("{error}\n{row:#}");
        }
    }
    let mut unlisted = serde_json::to_value(Event::Removed { by: member }).unwrap();
    unlisted["colour"] = json!("blue");
    assert!(!contract.is_valid(&unlisted), "the contract is closed");
}
