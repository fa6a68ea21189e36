//! The encodings of native rooms, byte by byte: fixed vectors that another implementation can be
//! held to, round trips of anything, and refusal of anything else.
//!
//! `DAYFLY_WRITE=1` writes the vectors and the corpus of the fuzz bodies anew.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use data_encoding::HEXLOWER;
use dayfly_proto::crypto::{PublicKey, SigningKey, hash};
use dayfly_proto::secret::{Private, SecretBytes, SecretString};
use dayfly_proto::wire::native::{
    Content, Event, EventId, Frame, Frontier, Group, GroupHeader, HistoryItem, Mark, Op, OpKind, Refused,
    RelayGrant, SENDER_KEY_LEN, Signal, Signed, Skdm, Tombstone, flags, group_plain, open_group_plain,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn key(n: u8) -> SigningKey {
    SigningKey::from_seed(&[n; 32])
}

fn base(content: Content) -> Event {
    Event {
        room_id: [0x11; 32],
        generation: 2,
        author: key(1).public(),
        seq: 3,
        prev: [0x22; 32],
        time: 1_790_000_000_123,
        flags: 0,
        reference: EventId::NONE,
        content,
    }
}

fn secret(text: &str) -> SecretString {
    SecretString::new(text.into())
}

fn events() -> Vec<(&'static str, Event)> {
    let about = |content| Event {
        reference: EventId([0x33; 16]),
        ..base(content)
    };
    let text = |life| Content::Text {
        text: secret("Grüße 🪰"),
        life,
    };
    vec![
        (
            "first text",
            Event {
                seq: 1,
                prev: [0; 32],
                ..base(text(0))
            },
        ),
        ("reply that vanishes", about(text(60))),
        (
            "view once, no history",
            Event {
                flags: flags::VIEW_ONCE | flags::NO_HISTORY,
                ..base(text(0))
            },
        ),
        (
            "direct text",
            Event {
                flags: flags::DIRECT,
                ..base(text(0))
            },
        ),
        (
            "reaction",
            about(Content::Reaction {
                emoji: "👍".into(),
                on: true,
            }),
        ),
        (
            "edit",
            about(Content::Edit {
                text: secret("better"),
            }),
        ),
        ("unsend", about(Content::Unsend)),
        (
            "kind and flag of a later version",
            Event {
                flags: 0x80,
                ..base(Content::Unknown {
                    kind: 200,
                    body: vec![1, 2, 3],
                })
            },
        ),
    ]
}

fn ops() -> Vec<(&'static str, Op)> {
    let id = key(3).public();
    let kinds = [
        (
            "remove",
            OpKind::Remove {
                id,
                last_seq: 9,
                last_hash: [0x44; 32],
                next_secret_hash: hash(&[&[0x55; 32]]),
            },
        ),
        ("mute", OpKind::Mute { id, on: true }),
        ("slow", OpKind::Slow { seconds: 30 }),
        ("expire", OpKind::Expire { seconds: 86_400 }),
        ("lock", OpKind::Lock { on: true }),
        ("hand over", OpKind::HandOver { id }),
        ("close", OpKind::Close),
    ];
    (1..)
        .zip(kinds)
        .map(|(seq, (name, kind))| {
            let prev = if seq == 1 { [0; 32] } else { [0x66; 32] };
            let op = Op {
                room_id: [0x11; 32],
                generation: 2,
                seq,
                prev,
                kind,
            };
            (name, op)
        })
        .collect()
}

fn skdm() -> Skdm {
    let mut plain = [0; SENDER_KEY_LEN];
    plain.iter_mut().zip(0..).for_each(|(byte, n)| *byte = n);
    Skdm::seal(
        &[0x11; 32],
        2,
        &SecretBytes::new([0x77; 32]),
        &key(1),
        [0x88; 16],
        &plain,
    )
}

fn group() -> Group {
    let header = GroupHeader {
        generation: 2,
        author: key(1).public(),
        skid: 4,
        n: 5,
    };
    let event = &events()[0].1;
    let plain = group_plain(event, &event.sign(&key(1)));
    let sealed =
        dayfly_proto::crypto::seal_once(SecretBytes::new([0x99; 32]), &header.ad(&event.room_id), &plain);
    Group { header, sealed }
}

fn frames() -> Vec<(&'static str, Frame)> {
    let event = |n: usize| events()[n].1.clone();
    let (ids, keys) = (vec![EventId([1; 16]), EventId([2; 16])], {
        let mut keys = vec![key(1).public(), key(2).public(), key(3).public()];
        keys.sort();
        keys
    });
    let op = ops()[0].1.clone();
    vec![
        (
            "profile",
            Frame::Profile {
                name: Private("Zoë".into()),
            },
        ),
        (
            "typing",
            Frame::Typing {
                on: true,
                direct: true,
            },
        ),
        ("leave", Frame::Leave),
        ("refused", Frame::Refused(Refused::Locked)),
        ("got", Frame::Got { room: 7, direct: 1 }),
        ("read", Frame::Read { ids }),
        ("sas ask", Frame::SasAsk),
        (
            "sas 1",
            Frame::Sas1 {
                suite: 1,
                commit: [1; 32],
            },
        ),
        ("sas 2", Frame::Sas2([2; 32])),
        ("sas 3", Frame::Sas3([3; 32])),
        ("sas 4", Frame::Sas4([4; 32])),
        ("sas no", Frame::SasNo),
        ("sas cancel", Frame::SasCancel),
        ("scanned", Frame::Scanned([5; 32])),
        ("scan seen", Frame::ScanSeen),
        ("scan no", Frame::ScanNo),
        (
            "group check 0",
            Frame::GroupCheck0 {
                gcid: [6; 16],
                generation: 2,
                set: keys.clone(),
                signature: [7; 64],
            },
        ),
        (
            "group check 1",
            Frame::GroupCheck1 {
                gcid: [6; 16],
                commit: [8; 32],
            },
        ),
        (
            "group check 2",
            Frame::GroupCheck2 {
                gcid: [6; 16],
                random: [9; 32],
            },
        ),
        (
            "group check end",
            Frame::GroupCheckEnd {
                gcid: [6; 16],
                how: 2,
            },
        ),
        (
            "ops head",
            Frame::OpsHead {
                seq: 7,
                hash: [10; 32],
            },
        ),
        (
            "op with secret",
            Frame::Op {
                bytes: op.encode(),
                signature: op.sign(&key(9)),
                secret: Some(SecretBytes::new([0x55; 32])),
            },
        ),
        (
            "op",
            Frame::Op {
                bytes: op.encode(),
                signature: op.sign(&key(9)),
                secret: None,
            },
        ),
        (
            "generation ack",
            Frame::GenerationAck {
                generation: 3,
                tag: [11; 32],
            },
        ),
        ("sender key", Frame::SenderKey(skdm())),
        ("group", Frame::Group(group())),
        ("direct", Frame::Direct(event(3))),
        (
            "frontier",
            Frame::Frontier(Frontier {
                direct: 4,
                authors: keys
                    .iter()
                    .map(|id| {
                        (
                            *id,
                            Mark {
                                seq: 5,
                                hash: [12; 32],
                            },
                        )
                    })
                    .collect(),
            }),
        ),
        (
            "history event",
            Frame::History(HistoryItem::Event(Signed {
                signature: event(0).sign(&key(1)),
                event: event(0),
            })),
        ),
        (
            "history tombstone",
            Frame::History(HistoryItem::Tombstone(Tombstone {
                author: key(1).public(),
                seq: 2,
                hash: [13; 32],
                prev: [14; 32],
            })),
        ),
        ("history end", Frame::HistoryEnd),
        (
            "signal",
            Frame::Signal(Signal {
                answer: true,
                id: [15; 16],
                generation: 2,
                description: vec![16; 120],
            }),
        ),
        (
            "pass on",
            Frame::PassOn {
                to: key(2).public(),
                sealed: vec![17; 200],
            },
        ),
        (
            "passed on",
            Frame::PassedOn {
                from: key(1).public(),
                sealed: vec![17; 200],
            },
        ),
        ("parked", Frame::Parked { on: true }),
    ]
}

fn tests_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

fn vectors() -> Value {
    let fields = |event: &Event| {
        let body = match &event.content {
            Content::Text { text, life } => json!({ "text": text.expose(), "life": life }),
            Content::Reaction { emoji, on } => json!({ "emoji": emoji, "on": on }),
            Content::Edit { text } => json!({ "text": text.expose() }),
            Content::Unsend => json!({}),
            Content::Unknown { kind, body } => json!({ "kind": kind, "body": hex(body) }),
        };
        json!({
            "room_id": hex(&event.room_id), "generation": event.generation, "author": hex(&event.author.0),
            "seq": event.seq, "prev": hex(&event.prev), "time": event.time, "flags": event.flags,
            "ref": hex(&event.reference.0), "content": body,
        })
    };
    let events: Vec<Value> = events()
        .iter()
        .map(|(name, event)| {
            json!({
                "name": name, "author_seed": hex(&[1; 32]), "fields": fields(event), "event": hex(&event.encode()),
                "hash": hex(&event.hash()), "id": event.id().message_id().0, "sig": hex(&event.sign(&key(1))),
            })
        })
        .collect();
    let ops: Vec<Value> = ops()
        .iter()
        .map(|(name, op)| {
            json!({
                "name": name, "owner_seed": hex(&[9; 32]), "generation": op.generation, "seq": op.seq,
                "op": hex(&op.encode()), "hash": hex(&op.hash()), "sig": hex(&op.sign(&key(9))),
            })
        })
        .collect();
    let frames: Vec<Value> = frames()
        .iter()
        .map(|(name, frame)| json!({ "name": name, "type": frame.kind(), "frame": hex(&frame.encode()) }))
        .collect();
    let plain = {
        let event = &self::events()[0].1;
        group_plain(event, &event.sign(&key(1)))
    };
    json!({
        "events": events,
        "ops": ops,
        "skdm": {
            "room_id": hex(&[0x11; 32]), "generation": 2, "author_seed": hex(&[1; 32]),
            "k_skdm": hex(&[0x77; 32]), "salt": hex(&[0x88; 16]),
            "key": hex(&(0..SENDER_KEY_LEN as u8).collect::<Vec<_>>()), "skdm": hex(&skdm().encode()),
        },
        "group": {
            "mk": hex(&[0x99; 32]), "event": "first text", "plain": hex(&plain),
            "ad": hex(&group().header.ad(&[0x11; 32])), "group": hex(&group().encode()),
        },
        "frames": frames,
    })
}

/// The corpora of the fuzz bodies, by target and name.
fn corpora() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let mut all = Vec::new();
    for (name, event) in events() {
        all.push(("native_event", name, event.encode().to_vec()));
    }
    for (name, op) in ops() {
        all.push(("native_op", name, op.encode()));
    }
    for (name, frame) in frames() {
        all.push(("native_frame", name, frame.encode().to_vec()));
    }
    for (name, event) in events().into_iter().take(4) {
        let plain = group_plain(&event, &event.sign(&key(1)));
        all.push(("native_group", name, plain.to_vec()));
    }
    all
}

#[test]
fn every_encoding_is_the_one_written_down() {
    let path = tests_dir().join("vectors/native-wire.json");
    let made = vectors();
    if std::env::var_os("DAYFLY_WRITE").is_some() {
        std::fs::write(&path, serde_json::to_string_pretty(&made).unwrap() + "\n").unwrap();
        for (target, name, bytes) in corpora() {
            let dir = tests_dir().join("corpus").join(target);
            std::fs::create_dir_all(&dir).unwrap();
            let name = name.replace(", ", "-").replace(' ', "-");
            std::fs::write(dir.join(name), bytes).unwrap();
        }
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for (part, made) in made.as_object().unwrap() {
        assert_eq!(&kept[part], made, "{part}");
    }
}

#[test]
fn what_is_encoded_is_read_back_and_nothing_shorter_or_longer_is() {
    for (name, frame) in frames() {
        let bytes = frame.encode().to_vec();
        assert_eq!(Frame::decode(&bytes), Ok(Some(frame)), "{name}");
        for cut in 0..bytes.len() {
            assert!(Frame::decode(&bytes[..cut]).is_err(), "{name} cut to {cut}");
        }
        assert!(
            Frame::decode(&[&bytes[..], &[0]].concat()).is_err(),
            "{name} and one more"
        );
    }
    for (name, event) in events() {
        let bytes = event.encode();
        assert_eq!(Event::decode(&bytes).as_ref(), Ok(&event), "{name}");
        for cut in 0..bytes.len() {
            assert!(Event::decode(&bytes[..cut]).is_err(), "{name} cut to {cut}");
        }
        assert!(
            Event::decode(&[&bytes[..], &[0]].concat()).is_err(),
            "{name} and one more"
        );
    }
    for (name, op) in ops() {
        let bytes = op.encode();
        assert_eq!(Op::decode(&bytes).as_ref(), Ok(&op), "{name}");
        for cut in 0..bytes.len() {
            assert!(Op::decode(&bytes[..cut]).is_err(), "{name} cut to {cut}");
        }
        assert!(
            Op::decode(&[&bytes[..], &[0]].concat()).is_err(),
            "{name} and one more"
        );
    }
}

#[test]
fn every_flipped_bit_of_what_is_signed_is_refused() {
    for (name, event) in events() {
        let (bytes, signature) = (event.encode(), event.sign(&key(1)));
        assert!(event.verify(&signature));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let taken = Event::decode(&flipped).is_ok_and(|event| event.verify(&signature));
            assert!(!taken, "{name}, bit {bit}");
        }
        for byte in 0..64 {
            let mut flipped = signature;
            flipped[byte] ^= 1;
            assert!(!event.verify(&flipped), "{name}, signature byte {byte}");
        }
    }
    for (name, op) in ops() {
        let (bytes, signature) = (op.encode(), op.sign(&key(9)));
        assert!(op.verify(&key(9).public(), &signature));
        assert!(!op.verify(&key(8).public(), &signature), "{name} by another");
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let taken = Op::decode(&flipped).is_ok_and(|op| op.verify(&key(9).public(), &signature));
            assert!(!taken, "{name}, bit {bit}");
        }
    }
    let bytes = skdm().encode();
    let k_skdm = SecretBytes::new([0x77; 32]);
    assert!(Skdm::decode(&bytes).unwrap().open(&[0x11; 32], &k_skdm).is_ok());
    assert!(
        skdm().open(&[0x12; 32], &k_skdm).is_err(),
        "signed for another room"
    );
    assert!(
        skdm().open(&[0x11; 32], &SecretBytes::new([0x78; 32])).is_err(),
        "another generation's key"
    );
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let opened = Skdm::decode(&flipped).unwrap().open(&[0x11; 32], &k_skdm);
        assert!(opened.is_err(), "SKDM, bit {bit}");
    }
}

/// A signature of one thing is none of another.
#[test]
fn contexts_keep_signatures_apart() {
    let event = &events()[0].1;
    let as_op = key(1).sign("op", &[&event.encode()]);
    assert!(!event.verify(&as_op));
    let op = &ops()[0].1;
    assert!(!op.verify(&key(9).public(), &key(9).sign("event", &[&op.encode()])));
}

#[test]
fn values_out_of_range_are_refused() {
    let refused = |event: Event| assert_eq!(Event::decode(&event.encode()).ok(), None, "{event:?}");
    let text = |text: &str, life| Content::Text {
        text: secret(text),
        life,
    };
    refused(base(text("", 0)));
    refused(base(text(&"x".repeat(10_001), 0)));
    refused(base(text(&"🪰".repeat(5_001), 0)));
    assert!(Event::decode(&base(text(&"€".repeat(10_000), 0)).encode()).is_ok());
    for life in [1, 4, 86_401, u32::MAX] {
        refused(base(text("x", life)));
    }
    refused(Event {
        seq: 0,
        ..base(text("x", 0))
    });
    refused(Event {
        seq: 1,
        ..base(text("x", 0))
    });
    refused(Event {
        flags: 8,
        ..base(text("x", 0))
    });
    refused(base(Content::Unsend));
    for emoji in ["a", "", "👍👍", "javascript"] {
        refused(Event {
            reference: EventId([1; 16]),
            ..base(Content::Reaction {
                emoji: emoji.into(),
                on: true,
            })
        });
    }
    refused(Event {
        reference: EventId([1; 16]),
        flags: flags::VIEW_ONCE,
        ..base(Content::Edit { text: secret("x") })
    });

    let op = |kind| Op {
        room_id: [1; 32],
        generation: 0,
        seq: 1,
        prev: [0; 32],
        kind,
    };
    for kind in [
        OpKind::Slow { seconds: 3_601 },
        OpKind::Expire { seconds: 4 },
        OpKind::Expire { seconds: 86_401 },
    ] {
        assert!(Op::decode(&op(kind.clone()).encode()).is_err(), "{kind:?}");
    }
    let unnumbered = Op {
        seq: 0,
        ..op(OpKind::Close)
    };
    assert!(Op::decode(&unnumbered.encode()).is_err());
    let orphan = Op {
        seq: 2,
        ..op(OpKind::Close)
    };
    assert!(Op::decode(&orphan.encode()).is_err());
}

#[test]
fn lists_have_bounds_and_one_order() {
    let frame = |authors: Vec<[u8; 32]>| {
        let mark = Mark {
            seq: 1,
            hash: [0; 32],
        };
        let authors = authors.into_iter().map(|id| (PublicKey(id), mark)).collect();
        Frame::decode(&Frame::Frontier(Frontier { direct: 0, authors }).encode())
    };
    let numbered = |count: u16| {
        (0..count)
            .map(|n| {
                let mut id = [0; 32];
                id[..2].copy_from_slice(&n.to_be_bytes());
                id
            })
            .collect()
    };
    assert!(frame(numbered(256)).is_ok());
    assert!(frame(numbered(257)).is_err());
    assert!(frame(vec![[2; 32], [1; 32]]).is_err());
    assert!(frame(vec![[1; 32], [1; 32]]).is_err());
    let read = |count| {
        Frame::decode(
            &Frame::Read {
                ids: vec![EventId([1; 16]); count],
            }
            .encode(),
        )
    };
    assert!(read(256).is_ok());
    assert!(read(257).is_err());
    let name = |units: usize| {
        Frame::decode(
            &Frame::Profile {
                name: Private("x".repeat(units)),
            }
            .encode(),
        )
    };
    assert!(name(30).is_ok());
    assert!(name(31).is_err());
}

#[test]
fn unknown_types_below_128_are_refused_and_the_others_passed_over() {
    let mut known: Vec<u8> = frames().iter().map(|(_, frame)| frame.kind()).collect();
    // A relay's grant and its end, which have vectors of their own.
    known.extend([132, 133]);
    for kind in 0..=255_u8 {
        match Frame::decode(&[kind, 1, 2, 3]) {
            Ok(None) => assert!(kind >= 128, "{kind}"),
            Ok(Some(_)) => panic!("three bytes are no body of type {kind}"),
            Err(_) => assert!(kind < 128 || known.contains(&kind), "{kind}"),
        }
    }
    assert_eq!(known.iter().collect::<std::collections::BTreeSet<_>>().len(), 35);
}

#[test]
fn a_relays_grant_has_one_form_and_bounds() {
    let grant = RelayGrant {
        seconds: 3_600,
        addresses: vec![
            "203.0.113.9:40000".parse().unwrap(),
            "[2001:db8::9]:40001".parse().unwrap(),
        ],
        username: "user".into(),
        password: secret("word"),
    };
    let bytes = Frame::Relay(grant.clone()).encode();
    let mut written = vec![
        132, 0, 0, 0x0e, 0x10, 2, 4, 203, 0, 113, 9, 0x9c, 0x40, 6, 0x20, 1, 0x0d, 0xb8,
    ];
    written.extend([0; 11]);
    written.extend([9, 0x9c, 0x41]);
    assert_eq!(bytes[..written.len()], written);
    assert_eq!(Frame::decode(&bytes), Ok(Some(Frame::Relay(grant.clone()))));
    for cut in 1..bytes.len() {
        assert!(Frame::decode(&bytes[..cut]).is_err());
    }
    // Nobody, too many, another family, no port, a word with a space, a word too long.
    let mut wrong = vec![RelayGrant {
        username: "us er".into(),
        ..grant.clone()
    }];
    wrong.push(RelayGrant {
        username: String::new(),
        ..grant.clone()
    });
    wrong.push(RelayGrant {
        password: secret(&"x".repeat(65)),
        ..grant.clone()
    });
    wrong.push(RelayGrant {
        addresses: Vec::new(),
        ..grant.clone()
    });
    wrong.push(RelayGrant {
        addresses: vec![grant.addresses[0]; 5],
        ..grant.clone()
    });
    wrong.push(RelayGrant {
        addresses: vec!["203.0.113.9:0".parse().unwrap()],
        ..grant
    });
    for grant in wrong {
        assert!(Frame::decode(&Frame::Relay(grant).encode()).is_err());
    }
    let mut family = bytes.to_vec();
    family[6] = 5;
    assert!(Frame::decode(&family).is_err());

    for spent in [false, true] {
        let end = Frame::RelayEnd { spent };
        assert_eq!(end.encode()[..], [133, u8::from(spent)]);
        assert_eq!(Frame::decode(&end.encode()), Ok(Some(end)));
    }
    assert!(Frame::decode(&[133, 2]).is_err());
}

#[test]
fn a_group_fills_its_session_frame_and_hides_the_length_within_it() {
    for len in [1, 40, 41, 200, 10_000] {
        let event = base(Content::Text {
            text: secret(&"x".repeat(len)),
            life: 0,
        });
        let signature = event.sign(&key(1));
        let plain = group_plain(&event, &signature);
        // Type, header, tag and the session's mark of padding stand around it.
        assert!((plain.len() + 1 + 44 + 16 + 1).is_power_of_two());
        assert_eq!(open_group_plain(&plain), Ok((event, signature)));
        let mut marked = plain.to_vec();
        *marked.last_mut().unwrap() = 1;
        assert!(open_group_plain(&marked).is_err(), "padding is zeros");
        let longer = [&plain[..], &[0]].concat();
        assert!(open_group_plain(&longer).is_err(), "padding has one length");
        let mut sealed = longer.clone();
        sealed.extend([0; 16]);
        let group = Group {
            header: group().header,
            sealed,
        };
        assert!(
            Group::decode(&group.encode()).is_err(),
            "seen before anything is opened"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_event_survives(
        text in "\\PC{1,40}", life in prop_oneof![Just(0u32), 5..=86_400u32], generation: u32, seq in 2u64..,
        prev: [u8; 32], time: u64, flags in 0u8..4, high in 0u8..16, reference: [u8; 16], kind in 0u8..5, on: bool,
    ) {
        let content = match kind {
            0 => Content::Text { text: secret(&text), life },
            1 => Content::Edit { text: secret(&text) },
            2 => Content::Reaction { emoji: "❤️".into(), on },
            3 => Content::Unsend,
            _ => Content::Unknown { kind: 128 + (high << 3), body: text.clone().into_bytes() },
        };
        let once = matches!(content, Content::Text { .. } | Content::Unknown { .. });
        let flags = (if once { flags } else { flags & flags::NO_HISTORY }) | high << 4;
        let reference = EventId(if reference == [0; 16] { [1; 16] } else { reference });
        let event = Event { generation, seq, prev, time, flags, reference, ..base(content) };
        prop_assert_eq!(Event::decode(&event.encode()), Ok(event));
    }

    #[test]
    fn any_bytes_are_refused_or_have_one_encoding(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(Some(frame)) = Frame::decode(&bytes) {
            prop_assert_eq!(&frame.encode()[..], &bytes[..]);
        }
        prop_assert!(Op::decode(&bytes).is_err());
    }
}
