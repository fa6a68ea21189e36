//! Invites, room ids, keys, topics, sealed offers, the password.

use crate::{array, bytes, text, vectors};
use dayfly_proto::description::Description;
use dayfly_proto::invite::Invite;
use dayfly_proto::invite::native::{self, HistoryPolicy, NativeInvite, SeenOffers, Signal, SignalKind};
use dayfly_proto::secret::SecretString;
use dayfly_proto::timer::Now;
use serde_json::Value;
use std::time::Duration;

fn parsed(case: &Value) -> NativeInvite {
    let link = text(&case["link"]);
    let Ok(Invite::Native(invite)) = Invite::parse(link) else {
        panic!("{link} is an invite to a native room");
    };
    invite
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[test]
fn records_say_the_same_and_come_back_to_the_bit() {
    for case in vectors("invite")["cases"].as_array().unwrap() {
        let invite = parsed(case);
        assert_eq!(invite.rid, array(&case["rid"]), "{}", case["name"]);
        assert_eq!(u64::from(invite.generation), number(&case["generation"]));
        assert_eq!(*invite.secret.expose(), array(&case["secret"]));
        assert_eq!(invite.owner.0, array(&case["owner"]));
        assert_eq!(invite.name, text(&case["room_name"]));
        let trackers: Vec<_> = case["trackers"].as_array().unwrap().iter().map(text).collect();
        assert_eq!(invite.trackers, trackers);
        assert_eq!(Some(invite.options.password), case["password"].as_bool());
        assert_eq!(Some(invite.options.receipts), case["receipts"].as_bool());
        assert_eq!(u64::from(invite.options.expire_seconds), number(&case["expire"]));
        let history = match case["history"].as_u64() {
            None => HistoryPolicy::Members,
            Some(0) => HistoryPolicy::Off,
            Some(items) => HistoryPolicy::Items(items.try_into().unwrap()),
        };
        assert_eq!(invite.options.history, history);
        assert_eq!(invite.room_id(), array(&case["room_id"]), "{}", case["name"]);
        assert_eq!(Invite::Native(invite).link(), text(&case["link"]));
    }
}

#[test]
fn keys_slots_and_topics() {
    for case in vectors("invite")["cases"].as_array().unwrap() {
        let keys = parsed(case).keys();
        for (name, key) in [
            ("topic", &keys.topic),
            ("signal", &keys.signal),
            ("psk", &keys.psk),
            ("skdm", &keys.skdm),
            ("ack", &keys.ack),
            ("phase", &keys.phase),
        ] {
            assert_eq!(*key.expose(), array(&case["keys"][name]), "{name}");
        }
        assert_eq!(keys.phase_seconds(), number(&case["phase_seconds"]));
        for at in case["slots"].as_array().unwrap() {
            let slots = keys.slots(number(&at["unix"]) * 1000);
            assert_eq!(slots.now, number(&at["now"]), "{at}");
            assert_eq!(slots.neighbour, at["neighbour"].as_u64(), "{at}");
        }
        for at in case["topics"].as_array().unwrap() {
            let topic = keys.topic(text(&at["backend"]), number(&at["slot"]));
            assert_eq!(topic.as_str(), text(&at["topic"]));
        }
    }
}

#[test]
fn sealed_offers_open_and_seal_alike() {
    for case in vectors("invite")["cases"].as_array().unwrap() {
        let keys = parsed(case).keys();
        let offer = &case["offer"];
        let topic = keys.topic("tracker", number(&case["topics"][0]["slot"]));
        assert_eq!(topic.as_str(), text(&offer["topic"]));
        let signal = Signal {
            from: array(&offer["from"]),
            to: array(&offer["to"]),
            kind: SignalKind::Offer,
            time: number(&offer["time"]),
            body: bytes(&offer["body"]),
        };
        assert_eq!(signal.body[0], 1, "the form of a compact description");
        let description = Description::decode(&signal.body[1..]).unwrap();
        assert_eq!(description.to_sdp(), text(&offer["sdp"]));
        assert_eq!(description.encode(), signal.body[1..]);
        assert_eq!(Description::from_sdp(text(&offer["sdp"])), Ok(description));
        let now = Now {
            mono: Duration::ZERO,
            unix_ms: signal.time + 60_000,
        };
        let sealed = text(&offer["sealed"]);
        let mut seen = SeenOffers::default();
        assert_eq!(
            native::open(&keys, &topic, sealed, now, &mut seen),
            Ok(signal.clone())
        );
        let mut salt = crate::Scripted::new(bytes(&offer["salt"]));
        assert_eq!(native::seal(&keys, &topic, &signal, &mut salt).unwrap(), sealed);
    }
}

#[test]
fn the_password_is_stretched_alike() {
    let case = &vectors("invite")["password"];
    let word = native::password_word(
        &SecretString::new(text(&case["text"]).to_owned()),
        &array(&case["room_id"]),
    );
    assert_eq!(*word.unwrap().expose(), array(&case["word"]));
}
