//! A member who has the room's secret and says whatever it likes inside the handshake.

use super::*;
use crate::identity::native::noise::Noise;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

const PROLOGUE: &[u8] = b"prologue";

fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

fn psk() -> SecretBytes<32> {
    SecretBytes::new([3; 32])
}

fn word() -> Password {
    Password::Word(SecretBytes::new([4; 32]))
}

fn versions(min: u8, max: u8) -> Versions {
    Versions { min, max }
}

fn ek() -> Vec<u8> {
    MlKem768::offer((), &mut rng(9)).1
}

fn share() -> Vec<u8> {
    with_cpace(&SecretBytes::new([4; 32]), PROLOGUE, |setup| {
        Cpace::offer(setup, &mut rng(9)).1
    })
}

/// What R makes of a payload 1.
fn to_responder(password: &Password, payload: &[u8]) -> Result<(), HandshakeError> {
    let mut noise = Noise::new(Role::Initiator, PROLOGUE, &psk(), &mut rng(1));
    let message = noise.write(frame::FIRST, payload).unwrap();
    Responder::read_with(Versions::OURS, PROLOGUE, &psk(), password, &mut rng(2), &message).map(|_| ())
}

/// What I makes of a payload 2, of which it is told the one that an honest R would send.
fn to_initiator(password: &Password, alter: impl FnOnce(&mut Vec<u8>)) -> Result<(), HandshakeError> {
    let (waiting, first) = Initiator::start_with(Versions::OURS, PROLOGUE, &psk(), password, &mut rng(1));
    let mut noise = Noise::new(Role::Responder, PROLOGUE, &psk(), &mut rng(2));
    let payload = noise.read(&first[1..]).unwrap();
    let first = First::decode(&payload).unwrap();
    let (ct, ss) = MlKem768::answer((), first.ek, &mut rng(2)).unwrap();
    let answered = password.word().map(|word| {
        with_cpace(word, PROLOGUE, |setup| {
            Cpace::answer(setup, first.share.unwrap(), &mut rng(2)).unwrap()
        })
    });
    let (share, isk) = answered.unzip();
    let mut payload = Second {
        version: 1,
        ct: &ct,
        share: share.as_deref(),
    }
    .encode();
    alter(&mut payload);
    let message = noise.write(frame::SECOND, &payload).unwrap();
    let (_, third) = waiting.read(&message)?;
    noise.mix(&ss, &isk.unwrap_or_default()).unwrap();
    let password = password.word().is_some();
    ResponderSent { noise, password }.read(&third).map(|_| ())
}

fn payload1(ek: &[u8], share: Option<&[u8]>) -> Vec<u8> {
    First {
        versions: Versions::OURS,
        ek,
        share,
    }
    .encode()
}

#[test]
fn payload_1_is_taken_only_as_it_should_be() {
    let ek = ek();
    assert_eq!(to_responder(&Password::None, &payload1(&ek, None)), Ok(()));
    assert_eq!(to_responder(&word(), &payload1(&ek, Some(&share()))), Ok(()));

    let good = payload1(&ek, None);
    let altered = |at: usize, byte: u8| {
        let mut payload = good.clone();
        payload[at] = byte;
        payload
    };
    let malformed = [
        vec![],
        vec![1],
        vec![1, 1],
        good[..good.len() - 1].to_vec(),
        [&good[..], &[0]].concat(),
        altered(0, 0),
        altered(good.len() - 1, 1),
        altered(good.len() - 1, 2),
        payload1(&ek, Some(&share())),
    ];
    for payload in malformed {
        assert_eq!(
            to_responder(&Password::None, &payload),
            Err(HandshakeError::Malformed)
        );
    }
    // Coefficients that are no residues.
    let out_of_range = payload1(&[0xff; 1184], None);
    assert_eq!(
        to_responder(&Password::None, &out_of_range),
        Err(HandshakeError::LowOrder)
    );
    // The neutral element, an encoding above the prime, a negative one.
    for bad in [[0; 32], [0xff; 32], [1; 32]] {
        let payload = payload1(&ek, Some(&bad));
        assert_eq!(to_responder(&word(), &payload), Err(HandshakeError::LowOrder));
    }
    assert_eq!(to_responder(&word(), &good), Err(HandshakeError::Malformed));
}

#[test]
fn payload_2_is_taken_only_as_it_should_be() {
    for password in [Password::None, word()] {
        assert_eq!(to_initiator(&password, |_| ()), Ok(()));
        for version in [0, 2, 255] {
            let ended = to_initiator(&password, |payload| payload[0] = version);
            assert_eq!(ended, Err(HandshakeError::Malformed));
        }
        let ended = to_initiator(&password, |payload| payload.push(0));
        assert_eq!(ended, Err(HandshakeError::Malformed));
        let ended = to_initiator(&password, |payload| payload.truncate(payload.len() - 1));
        assert_eq!(ended, Err(HandshakeError::Malformed));
        // Another ciphertext is another secret, which shows in message 3.
        let ended = to_initiator(&password, |payload| payload[1] ^= 1);
        let expected = match password {
            Password::None => HandshakeError::Altered,
            Password::Word(_) => HandshakeError::WrongPassword,
        };
        assert_eq!(ended, Err(expected));
    }
    let last = |payload: &mut Vec<u8>| payload.last_chunk_mut::<32>().unwrap().fill(0);
    assert_eq!(to_initiator(&word(), last), Err(HandshakeError::LowOrder));
    let without = |payload: &mut Vec<u8>| {
        payload.truncate(1 + 1088);
        payload.push(0);
    };
    assert_eq!(to_initiator(&word(), without), Err(HandshakeError::Malformed));
    let with = |payload: &mut Vec<u8>| {
        *payload.last_mut().unwrap() = 1;
        payload.extend(share());
    };
    assert_eq!(
        to_initiator(&Password::None, with),
        Err(HandshakeError::Malformed)
    );
}

#[test]
fn message_3_carries_nothing() {
    for (payload, expected) in [(&b""[..], Ok(())), (b"x", Err(HandshakeError::Malformed))] {
        let mut i = Noise::new(Role::Initiator, PROLOGUE, &psk(), &mut rng(1));
        let mut r = Noise::new(Role::Responder, PROLOGUE, &psk(), &mut rng(2));
        r.read(&i.write(1, b"").unwrap()[1..]).unwrap();
        i.read(&r.write(2, b"").unwrap()[1..]).unwrap();
        let ss = Shared::new(vec![5; 32]);
        i.mix(&ss, &[]).unwrap();
        r.mix(&ss, &[]).unwrap();
        let message = i.write(frame::THIRD, payload).unwrap();
        let ended = ResponderSent {
            noise: r,
            password: false,
        }
        .read(&message);
        assert_eq!(ended.map(|_| ()), expected);
    }
}

fn run(i: Versions, r: Versions) -> Result<(), HandshakeError> {
    let (a, m1) = Initiator::start_with(i, PROLOGUE, &psk(), &Password::None, &mut rng(1));
    match Responder::read_with(r, PROLOGUE, &psk(), &Password::None, &mut rng(2), &m1) {
        Ok((b, m2)) => {
            let (a, m3) = a.read(&m2)?;
            assert_eq!(a.h(), b.read(&m3)?.h());
            Ok(())
        }
        Err(error) => {
            // Both ends learn both ranges, each from its own side.
            let told = a.read(&error.answer().unwrap()).map(|_| ()).unwrap_err();
            assert_eq!(told, HandshakeError::Version { ours: i, theirs: r });
            Err(error)
        }
    }
}

#[test]
fn versions_meet_or_both_ends_learn_why_not() {
    for (i, r) in [
        ((1, 1), (1, 1)),
        ((1, 3), (1, 1)),
        ((1, 1), (1, 3)),
        ((2, 4), (3, 9)),
    ] {
        assert_eq!(run(versions(i.0, i.1), versions(r.0, r.1)), Ok(()));
    }
    for (i, r) in [((2, 3), (1, 1)), ((1, 1), (2, 2)), ((1, 4), (5, 255))] {
        let (ours, theirs) = (versions(r.0, r.1), versions(i.0, i.1));
        assert_eq!(run(theirs, ours), Err(HandshakeError::Version { ours, theirs }));
    }
}

/// A later version may put anything behind its range; the range is read first.
#[test]
fn a_version_is_told_before_the_rest_is_read() {
    let (ours, theirs) = (Versions::OURS, versions(2, 2));
    for payload in [&[2, 2][..], &[2, 2, 7, 7, 7]] {
        assert_eq!(
            to_responder(&Password::None, payload),
            Err(HandshakeError::Version { ours, theirs })
        );
    }
}

#[test]
fn a_refusal_that_makes_no_sense_is_none() {
    let start = || Initiator::start_with(Versions::OURS, PROLOGUE, &psk(), &Password::None, &mut rng(1)).0;
    for frame in [
        &[4, 1, 1][..],
        &[4, 0, 0],
        &[4, 3, 2],
        &[4, 2],
        &[4, 2, 2, 2],
        &[4],
    ] {
        assert_eq!(start().read(frame).map(|_| ()), Err(HandshakeError::Malformed));
    }
    assert!(matches!(
        start().read(&[4, 2, 2]),
        Err(HandshakeError::Version { .. })
    ));
}
