//! Handshakes, proofs, and what a session carries across two key changes, byte for byte.

use crate::{Scripted, array, bytes, text, vectors};
use dayfly_proto::crypto::{PublicKey, SigningKey};
use dayfly_proto::identity::native::Role;
use dayfly_proto::identity::native::handshake::{Initiator, Mode, Password, Prologue, Responder};
use dayfly_proto::identity::native::kept::KeptKey;
use dayfly_proto::identity::native::lane::{LaneOpener, LaneSealer};
use dayfly_proto::identity::native::proof::{Caps, KeptProof};
use dayfly_proto::identity::native::session::{Opened, Session};
use dayfly_proto::identity::native::spki::HardwareKey;
use dayfly_proto::secret::SecretBytes;
use dayfly_proto::timer::Now;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::Value;
use std::time::Duration;

const NOW: Now = Now {
    mono: Duration::ZERO,
    unix_ms: 0,
};

/// Both ends of a case's session, with what they draw from.
struct Pair {
    session: [Session; 2],
    rng: [ChaCha20Rng; 2],
}

fn caps(case: &Value, end: usize) -> Caps {
    Caps(case["capabilities"][end].as_u64().unwrap().try_into().unwrap())
}

fn shaken(case: &Value) -> Pair {
    let [room_id, psk0, fp_i, fp_r] = ["room_id", "psk0", "fp_i", "fp_r"].map(|name| array(&case[name]));
    let context = bytes(&case["context"]);
    let prologue = Prologue {
        mode: if case["mode"] == 1 { Mode::Room } else { Mode::Web },
        room_id: &room_id,
        generation: case["generation"].as_u64().unwrap().try_into().unwrap(),
        fp_initiator: &fp_i,
        fp_responder: &fp_r,
        context: &context,
    };
    assert_eq!(prologue.encode(), bytes(&case["prologue"]));
    let psk0 = SecretBytes::new(psk0);
    let password = match &case["w"] {
        Value::Null => Password::None,
        w => Password::Word(SecretBytes::new(array(w))),
    };
    let mut rng = ["seed_i", "seed_r"].map(|name| ChaCha20Rng::from_seed(array(&case[name])));
    let messages: Vec<_> = case["messages"].as_array().unwrap().iter().map(bytes).collect();

    let (i, first) = Initiator::start(&prologue, &psk0, &password, &mut rng[0]);
    assert_eq!(first, messages[0]);
    let (r, second) = Responder::read(&prologue, &psk0, &password, &mut rng[1], &first).unwrap();
    assert_eq!(second, messages[1]);
    let (i, third) = i.read(&second).unwrap();
    assert_eq!(third, messages[2]);
    let r = r.read(&third).unwrap();
    for secrets in [&i, &r] {
        assert_eq!(*secrets.h(), array(&case["h"]));
        assert_eq!(*secrets.sid(), array(&case["sid"]));
    }

    let [key_i, key_r] = ["key_i", "key_r"].map(|name| SigningKey::from_seed(&array(&case[name])));
    let kept = match &case["kept_seed"] {
        Value::Null => None,
        seed => Some(KeptKey::from_seed(&SecretBytes::new(array(seed)))),
    };
    let hardware = match bytes(&case["spki"]).as_slice() {
        [] => None,
        spki => Some((HardwareKey::from_spki(spki).unwrap(), array(&case["hardware"]))),
    };
    let shows = kept.as_ref().map(|key| KeptProof {
        key,
        hardware: hardware.as_ref().map(|(key, signature)| (key, signature)),
    });
    let (i, proof_i) = i.prove(&key_i, &room_id, caps(case, 0), shows);
    let (r, proof_r) = r.prove(&key_r, &room_id, caps(case, 1), None);
    assert_eq!(proof_i, bytes(&case["proofs"][0]));
    assert_eq!(proof_r, bytes(&case["proofs"][1]));
    let (i, shown_to_i) = i.check(&proof_r).unwrap();
    let (r, shown_to_r) = r.check(&proof_i).unwrap();
    assert_eq!((shown_to_i.id, shown_to_i.caps), (key_r.public(), caps(case, 1)));
    assert_eq!((shown_to_r.id, shown_to_r.caps), (key_i.public(), caps(case, 0)));
    assert_eq!(shown_to_r.kept, kept.map(|key| key.public()));
    assert_eq!(shown_to_r.hardware, hardware.map(|(key, _)| key));
    assert_eq!((shown_to_i.kept, shown_to_i.hardware), (None, None));
    assert_eq!((i.role(), r.role()), (Role::Initiator, Role::Responder));
    Pair { session: [i, r], rng }
}

#[test]
fn handshakes_proofs_and_sessions_are_the_same_to_the_byte() {
    for case in vectors("session")["cases"].as_array().unwrap() {
        let Pair { mut session, mut rng } = shaken(case);
        for (n, step) in case["frames"].as_array().unwrap().iter().enumerate() {
            let at = format!("{}, frame {n}", case["name"]);
            let from = if step["from"] == 1 { 0 } else { 1 };
            let content = step.get("content").map(bytes);
            let frame = match &content {
                Some(content) => session[from].seal(NOW, content).expect(&at),
                None => {
                    if step["ask"] == true {
                        session[from].rekey_now();
                    }
                    let made = session[from].poll_frame(NOW, &mut rng[from]).expect(&at);
                    made.unwrap_or_else(|| panic!("{at} is due"))
                }
            };
            if step["hashed"] == true {
                assert_eq!(
                    dayfly_proto::crypto::hash(&[&frame]),
                    array(&step["frame"]),
                    "{at}"
                );
            } else {
                assert_eq!(frame, bytes(&step["frame"]), "{at}");
            }
            match (session[1 - from].open(NOW, &frame).expect(&at), content) {
                (Opened::App(opened), Some(content)) => assert_eq!(*opened, content, "{at}"),
                (Opened::Control, None) => {}
                (opened, _) => panic!("{at} opened as {opened:?}"),
            }
        }
        for session in &session {
            assert_eq!(session.epoch().map(u64::from), case["epochs"].as_u64());
        }
    }
}

#[test]
fn lanes_carry_the_same_chunks() {
    let case = &vectors("session")["lane"];
    let id = case["id"].as_u64().unwrap().try_into().unwrap();
    let transfer = array(&case["transfer"]);
    let (mut sealer, key) = LaneSealer::new(id, &mut Scripted::new(bytes(&case["key"])));
    let mut opener = LaneOpener::new(id, &key);
    for (content, chunk) in case["contents"]
        .as_array()
        .unwrap()
        .iter()
        .zip(case["chunks"].as_array().unwrap())
    {
        let (content, chunk) = (bytes(content), bytes(chunk));
        assert_eq!(sealer.seal(&transfer, &content).unwrap(), chunk);
        assert_eq!(*opener.open(&transfer, &chunk).unwrap(), content);
    }
}

#[test]
fn a_kept_identity_is_exported_alike() {
    let case = &vectors("session")["export"];
    let secret = |name: &str| SecretBytes::new(array(&case[name]));
    let kept = KeptKey::from_seed(&secret("seed"));
    let blob = kept.export(&array(&case["salt"]), &secret("w"));
    assert_eq!(blob, bytes(&case["blob"]));
    assert_eq!(
        KeptKey::import(&blob, &secret("w")).unwrap().public(),
        kept.public()
    );
}

#[test]
fn a_key_is_shown_as_the_same_did() {
    let case = &vectors("base")["sign"];
    let did = dayfly_proto::identity::native::did::encode(&PublicKey(array(&case["public"])));
    assert_eq!(did, text(&case["did"]));
}
