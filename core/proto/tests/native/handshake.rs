//! The handshake ends at the stated step whatever is altered, and says the stated thing.

use crate::common::{Run, View, handshake, handshake_altered, key, rng};
use dayfly_proto::identity::native::handshake::{
    HandshakeError, Initiator, MAX_FRAME_LEN, Mode, Password, Responder,
};
use dayfly_proto::identity::native::proof::{Caps, ProofError};
use dayfly_proto::secret::SecretBytes;
use rand_chacha::rand_core::Rng;

fn ends(run: Run, step: u8, error: HandshakeError) {
    assert_eq!(run.map(|_| ()).unwrap_err(), (step, error));
}

#[test]
fn both_ends_have_the_same_hash_and_name() {
    for view in [View::new(), View::with_password(1)] {
        let (a, b) = handshake(&view, &view, 1).unwrap();
        assert_eq!(a.h(), b.h());
        assert_eq!(a.sid(), b.sid());
        assert_ne!(a.role(), b.role());
        let (other, _) = handshake(&view, &view, 2).unwrap();
        assert_ne!(a.h(), other.h());
        assert_ne!(a.sid(), other.sid());
    }
}

#[test]
fn a_seed_gives_the_same_handshake_again() {
    let messages = || {
        let mut all = Vec::new();
        let view = View::with_password(1);
        handshake_altered(&view, &view, 7, |_, message| all.push(message.clone())).unwrap();
        all
    };
    let all = messages();
    assert_eq!(all, messages());
    assert_eq!(all.iter().map(Vec::len).collect::<Vec<_>>(), [1268, 1219, 65]);
    assert!(all.iter().all(|message| message.len() <= MAX_FRAME_LEN));
}

#[test]
fn another_view_of_anything_ends_at_message_1() {
    let changes: [fn(&mut View); 7] = [
        |view| view.mode = Mode::Web,
        |view| view.room_id[31] ^= 1,
        |view| view.generation += 1,
        |view| view.fp_initiator[0] ^= 1,
        |view| view.fp_responder[0] ^= 1,
        |view| view.context.push(0),
        |view| view.psk = SecretBytes::new([0x12; 32]),
    ];
    for change in changes {
        for base in [View::new(), View::with_password(1)] {
            let mut other = base.clone();
            change(&mut other);
            ends(handshake(&base, &other, 1), 1, HandshakeError::OtherRoom);
            ends(handshake(&other, &base, 1), 1, HandshakeError::OtherRoom);
        }
    }
}

/// The middle has a certificate of its own on each leg and carries every byte across unchanged.
#[test]
fn a_handshake_relayed_between_two_legs_ends_at_message_1() {
    for mode in [Mode::Room, Mode::Web, Mode::Manual] {
        let mut i = View::new();
        i.mode = mode;
        let mut r = i.clone();
        i.fp_responder = [0xc1; 32];
        r.fp_initiator = [0xc2; 32];
        ends(handshake(&i, &r, 1), 1, HandshakeError::OtherRoom);
    }
}

#[test]
fn another_password_ends_at_message_3_and_is_told() {
    let run = handshake(&View::with_password(1), &View::with_password(2), 1);
    ends(run, 3, HandshakeError::WrongPassword);
    let told = HandshakeError::WrongPassword.answer().unwrap();
    // I has its secrets by then; what it reads where the proof should be is the refusal.
    let (a, _) = handshake(&View::with_password(1), &View::with_password(1), 1).unwrap();
    let (a, _) = a.prove(&key(1), &[0; 32], Caps::NONE, None);
    assert_eq!(a.check(&told).unwrap_err(), ProofError::WrongPassword);
}

#[test]
fn a_password_on_one_side_only_is_refused() {
    let (with, without) = (View::with_password(1), View::new());
    ends(handshake(&with, &without, 1), 1, HandshakeError::Malformed);
    ends(handshake(&without, &with, 1), 1, HandshakeError::Malformed);
}

#[test]
fn every_bit_of_every_message_counts() {
    for (base, third) in [
        (View::new(), HandshakeError::Altered),
        (View::with_password(1), HandshakeError::WrongPassword),
    ] {
        let mut lens = [0; 4];
        handshake_altered(&base, &base, 1, |step, message| {
            lens[usize::from(step)] = message.len()
        })
        .unwrap();
        for step in 1..=3_u8 {
            // The long key shares are sampled, everything around them is not.
            let len = lens[usize::from(step)];
            for at in (0..len).filter(|at| *at < 120 || at % 29 == 0 || len - at < 60) {
                let run = handshake_altered(&base, &base, 1, |now, message| {
                    if now == step {
                        message[at] ^= 1 << (at % 8);
                    }
                });
                let (ended, error) = run.map(|_| ()).unwrap_err();
                assert_eq!(ended, step, "message {step} byte {at}");
                let expected = match (at, step) {
                    (0, _) => HandshakeError::Malformed,
                    (_, 3) => third,
                    _ => HandshakeError::OtherRoom,
                };
                assert_eq!(error, expected, "message {step} byte {at}");
            }
        }
    }
}

#[test]
fn no_length_but_the_right_one_goes_through() {
    let view = View::new();
    for step in 1..=3 {
        for change in [0_usize, 1, 2, 33, 49, 64, 1000, 2047, 2048, 2049, 100_000] {
            let run = handshake_altered(&view, &view, 1, |now, message| {
                if now == step && message.len() != change {
                    message.resize(change, 9);
                } else if now == step {
                    message.push(9);
                }
            });
            assert_eq!(run.map(|_| ()).unwrap_err().0, step, "message {step} of {change}");
        }
    }
}

#[test]
fn messages_of_another_handshake_or_step_are_refused() {
    let view = View::new();
    let mut other = vec![Vec::new()];
    handshake_altered(&view, &view, 99, |_, message| other.push(message.clone())).unwrap();
    for step in 2..=3 {
        let run = handshake_altered(&view, &view, 1, |now, message| {
            if now == step {
                message.clone_from(&other[usize::from(step)]);
            }
        });
        assert_eq!(run.map(|_| ()).unwrap_err().0, step);
    }
    // Its own message 1 comes back to I, as it is and dressed as message 2.
    let (a, m1) = Initiator::start(&view.prologue(), &view.psk, &Password::None, &mut rng(1));
    assert_eq!(a.read(&m1).map(|_| ()).unwrap_err(), HandshakeError::Malformed);
    let (a, mut m1) = Initiator::start(&view.prologue(), &view.psk, &Password::None, &mut rng(1));
    m1[0] = 2;
    assert_eq!(a.read(&m1).map(|_| ()).unwrap_err(), HandshakeError::LowOrder);
}

/// What a flood of junk costs R: two draws for its keys, nothing for key encapsulation.
#[test]
fn key_encapsulation_waits_for_message_1() {
    let view = View::with_password(1);
    let mut other = view.clone();
    other.psk = SecretBytes::new([0; 32]);
    let (_, m1) = Initiator::start(&other.prologue(), &other.psk, &other.password, &mut rng(1));
    let after_junk = |junk: &[u8]| {
        let mut drawn = rng(2);
        let run = Responder::read(&view.prologue(), &view.psk, &view.password, &mut drawn, junk);
        assert!(run.is_err());
        drawn.next_u64()
    };
    let after = |bytes: usize| {
        let mut drawn = rng(2);
        drawn.fill_bytes(&mut vec![0; bytes]);
        drawn.next_u64()
    };
    assert_eq!(after_junk(&[]), after(0));
    assert_eq!(after_junk(&[2; 1236]), after(0));
    assert_eq!(after_junk(&m1), after(64));
    // The control: a message that opens does take more.
    let (_, m1) = Initiator::start(&view.prologue(), &view.psk, &view.password, &mut rng(1));
    let mut drawn = rng(2);
    Responder::read(&view.prologue(), &view.psk, &view.password, &mut drawn, &m1).unwrap();
    assert_ne!(drawn.next_u64(), after(64));
}
