//! The exchange holds for one code and one transcript, and its messages have one encoding.

use super::*;
use crate::crypto::{hmac, kdf};
use crate::identity::native::kem::{Cpace, CpaceSetup, Exchange, MlKem768};
use crate::secret::SecretString;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

const HOST: Cid = [1; 16];
const JOINER: Cid = [2; 16];

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn code(text: &str) -> SecretString {
    SecretString::new(text.into())
}

/// What a listener has of an exchange, and both ends of it.
fn exchange(theirs: &str, ours: &str) -> (C1, C2, Joined, Answered) {
    let joining = Joining::start(&code(theirs), HOST, JOINER, &mut rng(1));
    let c1 = joining.c1().clone();
    let (c2, answered) = Answered::answer(&code(ours), &c1, &mut rng(2)).unwrap();
    let joined = joining.read(&c2).unwrap();
    (c1, c2, joined, answered)
}

fn messages() -> Vec<Message> {
    let (c1, c2, joined, answered) = exchange("4821-tulip-anchor", "4821-tulip-anchor");
    let tag = joined.tag();
    let sealed = answered.confirm(&tag).unwrap().seal(b"invite");
    vec![
        Message::Ask,
        Message::Beacon { host: HOST },
        Message::C1(c1),
        Message::C2(c2),
        Message::C3 {
            host: HOST,
            joiner: JOINER,
            tag,
        },
        Message::C4 {
            joiner: JOINER,
            sealed,
        },
        Message::Refusal { joiner: JOINER },
    ]
}

#[test]
fn one_code_passes_the_invite_and_another_nothing() {
    let (.., joined, answered) = exchange("4821-tulip-anchor", "4821-tulip-anchor");
    let sealed = answered.confirm(&joined.tag()).unwrap().seal(b"the invite");
    assert_eq!(&joined.open(&sealed).unwrap()[..], b"the invite");

    for wrong in ["4821-tulip-ancho", "4821-anchor-tulip", "4822-tulip-anchor", ""] {
        let (.., joined, answered) = exchange(wrong, "4821-tulip-anchor");
        assert!(joined.open(&sealed).is_err());
        assert_eq!(answered.confirm(&joined.tag()).err(), Some(WrongGuess), "{wrong}");
    }
}

/// Whoever carries the messages may change each byte of each: then the ends agree on nothing.
#[test]
fn an_altered_byte_of_any_message_ends_the_exchange() {
    let text = code("4821-tulip-anchor");
    let fresh = || Joining::start(&text, HOST, JOINER, &mut rng(1));
    let c1 = Message::C1(fresh().c1().clone()).encode();
    for at in (1..c1.len()).step_by(7).chain([1, 16, 17, 32, 33, 64, 65]) {
        let mut altered = c1.clone();
        altered[at] ^= 1;
        let Ok(Message::C1(c1)) = Message::decode(&altered) else {
            panic!("byte {at}")
        };
        // A share that is none is refused at once; with any other the tag is wrong.
        let Ok((c2, answered)) = Answered::answer(&text, &c1, &mut rng(2)) else {
            continue;
        };
        let Ok(joined) = fresh().read(&c2) else { continue };
        assert!(answered.confirm(&joined.tag()).is_err(), "byte {at} of C1");
    }
    let (c2, _) = Answered::answer(&text, fresh().c1(), &mut rng(2)).unwrap();
    let bytes = Message::C2(c2).encode();
    for at in (1..bytes.len()).step_by(7).chain([1, 16, 17, 48, 49]) {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        let Ok(Message::C2(c2)) = Message::decode(&altered) else {
            panic!("byte {at}")
        };
        let answered = Answered::answer(&text, fresh().c1(), &mut rng(2)).unwrap().1;
        let Ok(joined) = fresh().read(&c2) else { continue };
        assert!(answered.confirm(&joined.tag()).is_err(), "byte {at} of C2");
    }
    for bit in 0..256 {
        let (.., joined, answered) = exchange("4821-tulip-anchor", "4821-tulip-anchor");
        let mut tag = joined.tag();
        tag[bit / 8] ^= 1 << (bit % 8);
        assert!(answered.confirm(&tag).is_err());
    }
    let (.., joined, answered) = exchange("4821-tulip-anchor", "4821-tulip-anchor");
    let sealed = answered.confirm(&joined.tag()).unwrap().seal(b"the invite");
    for at in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        assert!(joined.open(&altered).is_err());
    }
}

#[test]
fn what_was_said_in_one_exchange_is_of_no_use_in_another() {
    let text = code("4821-tulip-anchor");
    let (_, c2, joined, _) = exchange("4821-tulip-anchor", "4821-tulip-anchor");
    // The same C1 again: the host draws another share, and the recorded tag is wrong.
    let c1 = Joining::start(&text, HOST, JOINER, &mut rng(1)).c1().clone();
    let (_, answered) = Answered::answer(&text, &c1, &mut rng(3)).unwrap();
    assert!(answered.confirm(&joined.tag()).is_err());
    // The recorded C2 to another C1.
    let other = Joining::start(&text, HOST, [3; 16], &mut rng(4));
    assert!(other.read(&c2).is_err());
}

/// The attack that a weak exchange falls to: with a recording, try each word. The weak model's tag
/// hangs on nothing but code and transcript, and the dictionary finds the code; ours hangs on
/// secrets that were never sent, and the right code fits no better than a wrong one.
#[test]
fn a_recording_is_no_test_for_a_dictionary() {
    const RIGHT: &str = "4821-tulip-anchor";
    let dictionary = [
        "4821-tulip-hammer",
        RIGHT,
        "4821-window-anchor",
        "4821-river-violin",
    ];
    let (c1, c2, joined, _) = exchange(RIGHT, RIGHT);
    let transcript = hash(&[&c1.to_bytes(), &c2.to_bytes()]);

    let weak = |guess: &str| hmac(kdf(&transcript, guess.as_bytes(), "code", b"").expose(), &[b"J"]);
    let recorded = weak(RIGHT);
    let found: Vec<_> = dictionary
        .iter()
        .filter(|guess| weak(guess) == recorded)
        .collect();
    assert_eq!(found, [&RIGHT], "the control finds it");

    // What a listener can compute of ours: it takes either side's place with secrets of its own.
    for (n, guess) in (10..).zip(dictionary) {
        let sid = [HOST, JOINER].concat();
        let setup = CpaceSetup {
            prs: guess.as_bytes(),
            ci: b"dayfly/1 code",
            sid: &sid,
        };
        let (mine, _) = Cpace::offer(setup, &mut rng(n));
        let (_, as_host) = Cpace::answer(setup, &c1.share, &mut rng(n)).unwrap();
        let as_joiner = Cpace::finish(mine, &c2.share).unwrap();
        let (_, kem) = MlKem768::answer((), &c1.kem_key[..], &mut rng(n)).unwrap();
        for isk in [as_host, as_joiner] {
            for ss in [&kem[..], &[]] {
                let key = kdf(&transcript, &[&isk[..], ss].concat(), "code", b"");
                assert!(hmac(key.expose(), &[b"J"]) != joined.tag(), "{guess} fits");
            }
        }
    }
}

/// Breaking the group alone (a quantum computer, later) does not give K without `ss`.
#[test]
fn the_second_secret_is_part_of_the_key() {
    let (c1, c2, joined, answered) = exchange("4821-tulip-anchor", "4821-tulip-anchor");
    assert!(answered.confirm(&joined.tag()).is_ok());
    let (c2_again, _) = Answered::answer(&code("4821-tulip-anchor"), &c1, &mut rng(2)).unwrap();
    assert_eq!(c2, c2_again, "the same draws give the same bytes");
    let sid = [HOST, JOINER].concat();
    let setup = CpaceSetup {
        prs: b"4821-tulip-anchor",
        ci: b"dayfly/1 code",
        sid: &sid,
    };
    let (_, isk) = Cpace::answer(setup, &c1.share, &mut rng(2)).unwrap();
    let transcript = hash(&[&c1.to_bytes(), &c2.to_bytes()]);
    let classical = kdf(&transcript, &isk, "code", b"");
    assert!(hmac(classical.expose(), &[b"J"]) != joined.tag());
}

#[test]
fn messages_have_one_encoding_and_no_other_length() {
    for message in messages() {
        let bytes = message.encode();
        assert_eq!(Message::decode(&bytes), Ok(message.clone()));
        for cut in 0..bytes.len() {
            assert!(
                Message::decode(&bytes[..cut]).is_err(),
                "{message:?} cut to {cut}"
            );
        }
        assert!(Message::decode(&[&bytes[..], &[0]].concat()).is_err());
    }
    assert!(Message::decode(&[7]).is_err());
}

#[test]
fn boxes_look_alike_and_open_on_their_topic_alone() {
    let keys = CodeKeys::of(Nameplate::new(4821).unwrap());
    let (here, there) = (keys.topic("tracker", 1), keys.topic("tracker", 2));
    for message in messages() {
        let sealed = seal(&keys, &here, &message, &mut rng(5));
        assert_eq!(sealed.len(), 2668);
        assert_eq!(open(&keys, &here, &sealed), Ok(message));
        assert_eq!(open(&keys, &there, &sealed), Err(BoxError::Unopened));
        let other = CodeKeys::of(Nameplate::new(4822).unwrap());
        assert_eq!(open(&other, &here, &sealed), Err(BoxError::Unopened));
        assert_eq!(open(&keys, &here, &sealed[1..]), Err(BoxError::Form));
        let mut altered = sealed.into_bytes();
        altered[100] ^= 1;
        let altered = String::from_utf8_lossy(&altered).into_owned();
        assert!(open(&keys, &here, &altered).is_err());
    }
    let sealed = vec![0; MAX_INVITE + 16];
    let longest = Message::C4 {
        joiner: JOINER,
        sealed,
    };
    let text = seal(&keys, &here, &longest, &mut rng(5));
    assert_eq!(open(&keys, &here, &text), Ok(longest));
}

#[test]
fn clocks_ten_minutes_apart_share_a_slot() {
    for start in [0, 299_999, 300_000, 599_999, 1_700_000_000_000] {
        for behind in (0..=600_000).step_by(7919).chain([600_000]) {
            let (a, b) = (slots(start + 600_000), slots(start + 600_000 - behind));
            assert!(a.iter().any(|slot| b.contains(slot)), "{start} {behind}");
        }
        let change = slots_change_in_ms(start);
        assert!(change > 0);
        assert_eq!(slots(start), slots(start + change - 1));
        assert_ne!(slots(start), slots(start + change));
    }
}
