//! Sender keys: each frame opens once, within a window, and only a true signature moves a chain.

use crate::common::{ROOM, at, key, rng};
use dayfly_proto::crypto::{PublicKey, SIGNATURE_LEN};
use dayfly_proto::identity::native::sender::{
    ChainError, MAX_MESSAGES, MAX_PLAIN_LEN, MAX_SKIP, Place, ReceiverChain, ReceiverChains, Sealed,
    SenderChain,
};
use std::convert::Infallible;

const AUTHOR: PublicKey = PublicKey([5; 32]);
const PLACE: Place<'static> = Place {
    room_id: &ROOM,
    generation: 2,
    author: &AUTHOR,
};

fn pair() -> (SenderChain, ReceiverChain) {
    let sender = SenderChain::new(7, at(0), &mut rng(1));
    let receiver = ReceiverChain::from_key(&sender.key()).unwrap();
    (sender, receiver)
}

fn seal(sender: &mut SenderChain, plain: &[u8]) -> Sealed {
    sender.seal_event(PLACE, plain).unwrap()
}

fn open(receiver: &mut ReceiverChain, sealed: &Sealed) -> Result<Vec<u8>, ChainError<Infallible>> {
    receiver.open_event(PLACE, sealed.n, &sealed.bytes, |plain| Ok(plain.to_vec()))
}

#[test]
fn frames_open_in_any_order_and_once() {
    let (mut sender, mut receiver) = pair();
    let frames: Vec<_> = (0..5_u8).map(|n| seal(&mut sender, &[n])).collect();
    for n in [3_u8, 0, 4, 1, 2] {
        assert_eq!(open(&mut receiver, &frames[usize::from(n)]), Ok(vec![n]));
    }
    for frame in &frames {
        assert_eq!(open(&mut receiver, frame), Err(ChainError::Past));
    }
}

#[test]
fn a_gap_is_bounded_and_so_is_what_is_remembered_of_it() {
    let (mut sender, mut receiver) = pair();
    let frames: Vec<_> = (0..600).map(|_| seal(&mut sender, b"x")).collect();
    let skip = MAX_SKIP as usize;
    assert_eq!(open(&mut receiver, &frames[skip + 1]), Err(ChainError::TooFar));
    assert!(open(&mut receiver, &frames[skip]).is_ok());
    assert!(open(&mut receiver, &frames[skip + 200]).is_ok());
    // Of the 455 that were passed over, the oldest were forgotten.
    assert_eq!(open(&mut receiver, &frames[0]), Err(ChainError::Past));
    assert_eq!(open(&mut receiver, &frames[198]), Err(ChainError::Past));
    assert!(open(&mut receiver, &frames[199]).is_ok());
    assert!(open(&mut receiver, &frames[skip + 199]).is_ok());
}

/// Everyone who has the chain can seal in the author's name; the signature inside cannot be made.
#[test]
fn a_forged_frame_moves_nothing() {
    let author = key(1);
    let public = author.public();
    let place = Place {
        author: &public,
        ..PLACE
    };
    let mut sender = SenderChain::new(7, at(0), &mut rng(1));
    let mut receiver = ReceiverChain::from_key(&sender.key()).unwrap();
    // An insider with the same chain seals what another key signed, far ahead and at hand.
    let mut forger = SenderChain::new(7, at(0), &mut rng(1));
    assert_eq!(*forger.key(), *sender.key());
    let signed = |by: u8| [&b"text"[..], &key(by).sign("event", &[b"text"])].concat();
    let check = |plain: &[u8]| {
        let (event, signature) = plain.split_last_chunk::<SIGNATURE_LEN>().ok_or("short")?;
        if public.verifies("event", &[event], signature) {
            Ok(event.to_vec())
        } else {
            Err("forged")
        }
    };
    let forged: Vec<_> = (0..200)
        .map(|_| forger.seal_event(place, &signed(2)).unwrap())
        .collect();
    for n in [0_usize, 150, 199] {
        let opened = receiver.open_event(place, forged[n].n, &forged[n].bytes, check);
        assert_eq!(opened, Err(ChainError::Check("forged")));
    }
    // Had any of them moved the chain or spent a key, the author's own would be in the past.
    for _ in 0..3 {
        let frame = sender.seal_event(place, &signed(1)).unwrap();
        assert_eq!(
            receiver.open_event(place, frame.n, &frame.bytes, check),
            Ok(b"text".to_vec())
        );
    }
    // The weak model moves on before it checks: one forged frame and the next true one is lost.
    let mut weak = ReceiverChain::from_key(&SenderChain::new(7, at(0), &mut rng(1)).key()).unwrap();
    let spent = weak.open_event(place, forged[0].n, &forged[0].bytes, |_| Ok::<_, Infallible>(()));
    assert_eq!(spent, Ok(()));
    let first = SenderChain::new(7, at(0), &mut rng(1))
        .seal_event(place, &signed(1))
        .unwrap();
    assert_eq!(
        weak.open_event(place, first.n, &first.bytes, check),
        Err(ChainError::Past)
    );
}

#[test]
fn a_frame_belongs_to_one_place() {
    let (mut sender, mut receiver) = pair();
    let frame = seal(&mut sender, b"x");
    let other_author = PublicKey([6; 32]);
    for place in [
        Place {
            room_id: &[1; 32],
            ..PLACE
        },
        Place {
            generation: 3,
            ..PLACE
        },
        Place {
            author: &other_author,
            ..PLACE
        },
    ] {
        let opened = receiver.open_event(place, frame.n, &frame.bytes, |_| Ok::<_, Infallible>(()));
        assert_eq!(opened, Err(ChainError::Unopened));
    }
    let moved = Sealed {
        n: 1,
        ..frame.clone()
    };
    assert_eq!(open(&mut receiver, &moved), Err(ChainError::Unopened));
    for at in 0..frame.bytes.len() {
        let mut altered = frame.clone();
        altered.bytes[at] ^= 1;
        assert_eq!(open(&mut receiver, &altered), Err(ChainError::Unopened));
    }
    assert!(open(&mut receiver, &frame).is_ok());
}

#[test]
fn a_newcomer_reads_only_what_comes_after() {
    let (mut sender, _) = pair();
    let before: Vec<_> = (0..3).map(|_| seal(&mut sender, b"before")).collect();
    let mut newcomer = ReceiverChain::from_key(&sender.key()).unwrap();
    let after = seal(&mut sender, b"after");
    for frame in &before {
        assert_eq!(open(&mut newcomer, frame), Err(ChainError::Past));
        let claimed = Sealed {
            n: 3,
            ..frame.clone()
        };
        assert_eq!(open(&mut newcomer, &claimed), Err(ChainError::Unopened));
    }
    assert_eq!(open(&mut newcomer, &after), Ok(b"after".to_vec()));
}

#[test]
fn a_chain_wears_out() {
    let (mut sender, mut receiver) = pair();
    assert!(!sender.due(at(0)));
    assert!(!sender.due(at(3_600)), "a key nobody used is not replaced");
    for _ in 0..MAX_MESSAGES {
        let frame = seal(&mut sender, b"x");
        assert!(open(&mut receiver, &frame).is_ok());
    }
    assert!(sender.due(at(0)));
    assert_eq!(sender.seal_event(PLACE, b"x"), Err(ChainError::Worn));
    let beyond = Sealed {
        skid: 7,
        n: MAX_MESSAGES,
        bytes: vec![0; 80],
    };
    assert_eq!(open(&mut receiver, &beyond), Err(ChainError::Worn));
    // The key of a worn chain is still one, which a newcomer may be given.
    assert!(ReceiverChain::from_key(&sender.key()).is_ok());

    let (mut sender, _) = pair();
    seal(&mut sender, b"x");
    assert!(!sender.due(at(29 * 60)));
    assert!(sender.due(at(30 * 60)));
}

#[test]
fn lengths_are_bounded() {
    let (mut sender, mut receiver) = pair();
    assert_eq!(
        sender.seal_event(PLACE, &vec![1; MAX_PLAIN_LEN + 1]),
        Err(ChainError::Length)
    );
    let mut longest = seal(&mut sender, &vec![1; MAX_PLAIN_LEN]);
    assert_eq!(
        open(&mut receiver, &longest).map(|plain| plain.len()),
        Ok(MAX_PLAIN_LEN)
    );
    longest.bytes.push(0);
    assert_eq!(open(&mut receiver, &longest), Err(ChainError::Length));
}

#[test]
fn chains_rise_and_a_second_copy_changes_nothing() {
    let mut chains = ReceiverChains::default();
    let mut senders: Vec<_> = (1..=5)
        .map(|skid| SenderChain::new(skid, at(0), &mut rng(skid.into())))
        .collect();
    let give = |chains: &mut ReceiverChains, sender: &SenderChain| {
        chains.insert(AUTHOR, ReceiverChain::from_key(&sender.key()).unwrap())
    };
    let early = seal(&mut senders[0], b"early");
    let open = |chains: &mut ReceiverChains, sealed: &Sealed| {
        chains.open_event(PLACE, sealed.skid, sealed.n, &sealed.bytes, |_| {
            Ok::<_, Infallible>(())
        })
    };
    assert_eq!(open(&mut chains, &early), Err(ChainError::Unknown));
    let again = SenderChain::new(1, at(0), &mut rng(1));
    assert!(give(&mut chains, &again));
    assert_eq!(open(&mut chains, &early), Ok(()));
    assert!(!give(&mut chains, &again), "it would open the frame once more");
    assert_eq!(open(&mut chains, &early), Err(ChainError::Past));
    for sender in &senders[1..] {
        assert!(give(&mut chains, sender));
    }
    // Three are kept.
    assert_eq!(
        open(&mut chains, &seal(&mut senders[1], b"x")),
        Err(ChainError::Unknown)
    );
    assert_eq!(open(&mut chains, &seal(&mut senders[2], b"x")), Ok(()));
    chains.remove(&AUTHOR);
    assert_eq!(
        open(&mut chains, &seal(&mut senders[4], b"x")),
        Err(ChainError::Unknown)
    );
}

#[test]
fn media_keys_travel_with_the_chain() {
    let (sender, receiver) = pair();
    assert_eq!(sender.media(), receiver.media());
    assert_eq!(sender.skid(), receiver.skid());
    let key = sender.key();
    for len in [0, key.len() - 1] {
        assert!(ReceiverChain::from_key(&key[..len]).is_err());
    }
    assert!(ReceiverChain::from_key(&[&key[..], &[0]].concat()).is_err());
}
