//! Events, owner operations, sender keys, and every frame.

use crate::{array, bytes, text, vectors};
use dayfly_proto::crypto::{PublicKey, SigningKey};
use dayfly_proto::identity::native::sender::{Place, ReceiverChain};
use dayfly_proto::room::native::roster::{Roster, Side};
use dayfly_proto::secret::SecretBytes;
use dayfly_proto::wire::native::{Event, Frame, Group, Op, OpKind, Skdm, open_group_plain};

#[test]
fn events_are_the_same_to_the_byte() {
    let all = vectors("said");
    let key = SigningKey::from_seed(&array(&all["author_seed"]));
    assert_eq!(key.public().0, array(&all["author"]));
    for case in all["events"].as_array().unwrap() {
        let name = text(&case["name"]);
        let encoded = bytes(&case["event"]);
        let event = Event::decode(&encoded).expect(name);
        assert_eq!(*event.encode(), encoded, "{name}");
        assert_eq!(Some(event.seq), case["seq"].as_u64(), "{name}");
        assert_eq!(Some(event.time), case["time"].as_u64(), "{name}");
        assert_eq!(Some(u64::from(event.flags)), case["flags"].as_u64(), "{name}");
        assert_eq!(event.prev, array(&case["prev"]), "{name}");
        assert_eq!(event.reference.0, array(&case["ref"]), "{name}");
        assert_eq!(event.hash(), array(&case["hash"]), "{name}");
        assert_eq!(event.id().0, array(&case["id"]), "{name}");
        let signature = event.sign(&key);
        assert_eq!(signature, array(&case["signature"]), "{name}");
        assert!(event.verify(&signature), "{name}");
    }
}

#[test]
fn owner_operations_are_the_same_to_the_byte() {
    let all = vectors("said");
    let owner = SigningKey::from_seed(&array(&all["owner_seed"]));
    let mut prev = [0; 32];
    for case in all["ops"].as_array().unwrap() {
        let name = text(&case["name"]);
        let encoded = bytes(&case["op"]);
        let op = Op::decode(&encoded).expect(name);
        assert_eq!(op.encode(), encoded, "{name}");
        assert_eq!((op.prev, Some(op.seq)), (prev, case["seq"].as_u64()), "{name}");
        prev = op.hash();
        assert_eq!(prev, array(&case["hash"]), "{name}");
        assert_eq!(op.sign(&owner), array(&case["signature"]), "{name}");
        assert!(op.verify(&owner.public(), &array(&case["signature"])), "{name}");
        if let OpKind::Remove { next_secret_hash, .. } = op.kind {
            let next = bytes(&all["next_secret"]);
            assert_eq!(next_secret_hash, dayfly_proto::crypto::hash(&[&next]));
        }
    }
}

#[test]
fn sender_keys_are_handed_over_and_open_what_was_said_with_them() {
    let all = vectors("said");
    let room_id = array(&all["room_id"]);
    let generation = 3;
    let key = SigningKey::from_seed(&array(&all["author_seed"]));
    let k_skdm = SecretBytes::new(array(&all["k_skdm"]));
    let given = &all["skdm"];
    let chain_of = |sealed: &[u8]| {
        let skdm = Skdm::decode(sealed).unwrap();
        let plain = skdm.open(&room_id, &k_skdm).unwrap();
        (ReceiverChain::from_key(&*plain).unwrap(), plain)
    };
    let sealed = bytes(&given["sealed"]);
    let (mut chain, plain) = chain_of(&sealed);
    let ours = Skdm::seal(&room_id, generation, &k_skdm, &key, array(&given["salt"]), &plain);
    assert_eq!(ours.encode(), sealed);
    assert_eq!(*chain.media().expose(), array(&given["media"]));

    let groups: Vec<_> = given["groups"].as_array().unwrap().iter().map(bytes).collect();
    // Out of order: 2, 0, 3, 1.
    for n in [2, 0, 3, 1] {
        let group = Group::decode(&groups[n]).unwrap();
        assert_eq!(group.encode(), groups[n]);
        assert_eq!(group.header.generation, generation);
        assert_eq!(group.header.author, key.public());
        assert_eq!((group.header.skid, group.header.n as usize), (chain.skid(), n));
        let place = Place {
            room_id: &room_id,
            generation,
            author: &group.header.author,
        };
        let event = chain
            .open_event(place, group.header.n, &group.sealed, |plain| {
                let (event, signature) = open_group_plain(plain).map_err(|_| "form")?;
                if event.verify(&signature) {
                    Ok(event)
                } else {
                    Err("signature")
                }
            })
            .unwrap();
        assert_eq!(*event.encode(), bytes(&all["events"][n]["event"]));
    }
    // Whoever is given the key later opens nothing from before.
    let (later, _) = chain_of(&bytes(&given["later"]));
    let mut later = later;
    let group = Group::decode(&groups[3]).unwrap();
    let place = Place {
        room_id: &room_id,
        generation,
        author: &group.header.author,
    };
    assert!(
        later
            .open_event(place, 3, &group.sealed, |_| Ok::<_, ()>(()))
            .is_err()
    );
}

#[test]
fn frames_are_the_same_to_the_byte() {
    let all = vectors("said");
    for (name, encoded) in all["frames"].as_object().unwrap() {
        let encoded = bytes(encoded);
        let Ok(Some(frame)) = Frame::decode(&encoded) else {
            panic!("{name} is a frame");
        };
        assert_eq!(*frame.encode(), encoded, "{name}");
        assert_eq!(frame.kind(), encoded[0], "{name}");
    }
}

#[test]
fn a_generation_is_proven_by_the_same_tag() {
    let all = vectors("said");
    let ack = &all["ack"];
    let h = array(&ack["h"]);
    let secret = SecretBytes::new(array(&ack["secret"]));
    let roster = Roster::new(array(&all["room_id"]), PublicKey::NOBODY, 3, secret, 0);
    for (side, tag) in [Side::Initiator, Side::Responder]
        .into_iter()
        .zip(ack["tags"].as_array().unwrap())
    {
        assert_eq!(roster.ack(3, &h, side), Some(array(tag)));
    }
}
