//! A member that has not heard of a removal still talks with whoever was removed: what was said by
//! those who had heard is not among what it has to give. And were the bytes themselves handed on,
//! by a member whose program is another, the keys of the generation before do not open them.

use super::world::{each_seed, secs};
use dayfly_proto::crypto::{PublicKey, SigningKey};
use dayfly_proto::identity::native::sender::{Place, ReceiverChain, Sealed, SenderChain};
use dayfly_proto::invite::native::{RoomKeys, RoomOptionsWire};
use dayfly_proto::room::Command;
use dayfly_proto::secret::SecretBytes;
use dayfly_proto::timer::Now;
use dayfly_proto::wire::native::{Frame, Group, GroupHeader, SENDER_KEY_LEN, Skdm};
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, SeedableRng};

#[test]
fn a_member_that_lags_behind_a_removal_hands_on_nothing_said_after_it() {
    each_seed(20, |world| {
        let (_, seats) = world.native_room(4, RoomOptionsWire::default());
        let [owner, sender, lagging, removed] = seats[..] else {
            panic!()
        };
        // The two halves lose each other: who is to be removed has only the lagging member.
        for a in [owner, sender] {
            for b in [lagging, removed] {
                world.part(a, b);
            }
        }
        world.run(secs(10));
        let member = world.row(owner, "member 3").id.0;
        world.command(owner, Command::Remove { member });
        world.until(secs(2), "the sender to have moved", |world| {
            world.room(sender).info().generation == 1
        });
        world.say(sender, "after the removal");
        world.say(owner, "after it, too");
        // The lagging one has not moved, and what it says is still read: the two are connected.
        world.say(lagging, "by who lags");
        world.all_show(&[lagging, removed], "by who lags", secs(5));
        assert_eq!(world.room(lagging).info().generation, 0);
        // It hears of the removal and of what was said, while the removed one is at its side.
        world.heal(sender, lagging);
        world.all_show(&[sender, lagging], "after the removal", secs(90));
        world.say(lagging, "now it knows");
        for b in [lagging, removed] {
            world.heal(owner, b);
        }
        world.heal(sender, removed);
        world.run(secs(120));
        for text in ["after the removal", "after it, too", "now it knows"] {
            assert!(!world.heard(removed).contains(&text.to_owned()), "{text}");
        }
        world.all_show(&[owner, sender, lagging], "now it knows", secs(10));
        world.all_show(&[owner, sender, lagging], "after it, too", secs(10));
    });
}

const ROOM: [u8; 32] = [3; 32];
const NOW: Now = Now {
    mono: std::time::Duration::ZERO,
    unix_ms: 0,
};

fn place(generation: u32, author: &PublicKey) -> Place<'_> {
    Place {
        room_id: &ROOM,
        generation,
        author,
    }
}

fn give(
    chain: &SenderChain,
    generation: u32,
    keys: &RoomKeys,
    key: &SigningKey,
    rng: &mut impl CryptoRng,
) -> Skdm {
    let mut salt = [0; 16];
    rng.fill_bytes(&mut salt);
    let plain: [u8; SENDER_KEY_LEN] = chain.key().as_slice().try_into().unwrap();
    Skdm::seal(&ROOM, generation, &keys.skdm, key, salt, &plain)
}

/// What is on the wire within a session: the header says what it likes.
fn group(sealed: Sealed, generation: u32, author: PublicKey) -> Group {
    let Sealed { skid, n, bytes } = sealed;
    let header = GroupHeader {
        generation,
        author,
        skid,
        n,
    };
    Group {
        header,
        sealed: bytes,
    }
}

/// The removed member tries its chain under every place and number it could make up.
fn opens(chain: &SecretChain, group: &Group, author: &PublicKey) -> bool {
    (0..=1).any(|generation| {
        (0..8).any(|n| {
            let mut chain = chain.copy();
            chain
                .open_event(place(generation, author), n, &group.sealed, |_| Ok::<(), ()>(()))
                .is_ok()
        })
    })
}

/// A chain as it was given, to be tried again and again.
struct SecretChain(Vec<u8>);

impl SecretChain {
    fn copy(&self) -> ReceiverChain {
        ReceiverChain::from_key(&self.0).expect("it was given")
    }
}

#[test]
fn bytes_of_the_next_generation_do_not_open_with_keys_of_the_one_before() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let key = SigningKey::generate(&mut rng);
    let author = key.public();
    let old = RoomKeys::derive(&ROOM, 0, &SecretBytes::new([1; 32]));
    let new = RoomKeys::derive(&ROOM, 1, &SecretBytes::new([2; 32]));
    let mut chain = SenderChain::new(1, NOW, &mut rng);
    // All that the removed member has: the old generation's keys, and the chain given under them.
    let given = give(&chain, 0, &old, &key, &mut rng);
    let held = SecretChain(given.open(&ROOM, &old.skdm).expect("it was a member").to_vec());
    let said = chain.seal_event(place(0, &author), &[7; 200]).unwrap();
    assert!(
        opens(&held, &group(said, 0, author), &author),
        "it read what was said before"
    );

    // The removal: a new chain, given under the next generation's key.
    let mut next = SenderChain::new(2, NOW, &mut rng);
    let handed = give(&next, 1, &new, &key, &mut rng);
    let Ok(Some(Frame::SenderKey(handed))) = Frame::decode(&Frame::SenderKey(handed).encode()) else {
        panic!("a frame handed on is the same frame")
    };
    assert!(handed.open(&ROOM, &new.skdm).is_ok(), "members open it");
    assert!(handed.open(&ROOM, &old.skdm).is_err());
    for _ in 0..4 {
        let said = next.seal_event(place(1, &author), &[7; 200]).unwrap();
        assert!(!opens(&held, &group(said, 1, author), &author));
    }

    // What this rests on: with the old chain kept, or the new one given under the old key, it
    // reads on.
    let careless = chain.seal_event(place(1, &author), &[7; 200]).unwrap();
    assert!(opens(&held, &group(careless, 1, author), &author));
    let careless = give(&next, 1, &old, &key, &mut rng);
    assert!(careless.open(&ROOM, &old.skdm).is_ok());
}
