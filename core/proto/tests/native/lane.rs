//! A lane seals each chunk under a number of its own and opens them in order, once.

use crate::common::rng;
use dayfly_proto::identity::native::lane::{
    CHUNK_OVERHEAD, LaneError, LaneOpener, LaneSealer, MAX_CHUNK_LEN,
};
use std::collections::BTreeSet;

const TRANSFER: [u8; 16] = [3; 16];

#[test]
fn chunks_open_in_order_and_once() {
    let (mut sealer, key) = LaneSealer::new(4, &mut rng(1));
    let mut opener = LaneOpener::new(4, &key);
    let first = sealer.seal(&TRANSFER, b"first").unwrap();
    let second = sealer.seal(&[9; 16], b"second").unwrap();
    assert_eq!(first.len(), 5 + CHUNK_OVERHEAD);
    assert_eq!(opener.open(&[9; 16], &second).unwrap_err(), LaneError::Unopened);
    assert_eq!(opener.open(&[9; 16], &first).unwrap_err(), LaneError::Unopened);
    assert_eq!(**opener.open(&TRANSFER, &first).unwrap(), *b"first");
    assert_eq!(opener.open(&TRANSFER, &first).unwrap_err(), LaneError::Unopened);
    for at in 0..second.len() {
        let mut altered = second.clone();
        altered[at] ^= 1;
        assert_eq!(opener.open(&[9; 16], &altered).unwrap_err(), LaneError::Unopened);
        assert_eq!(
            opener.open(&[9; 16], &second[..at]).unwrap_err(),
            LaneError::Unopened
        );
    }
    assert_eq!(**opener.open(&[9; 16], &second).unwrap(), *b"second");
}

#[test]
fn another_lane_does_not_open_it() {
    let (mut sealer, key) = LaneSealer::new(4, &mut rng(1));
    let chunk = sealer.seal(&TRANSFER, b"x").unwrap();
    assert!(LaneOpener::new(5, &key).open(&TRANSFER, &chunk).is_err());
    let (_, other) = LaneSealer::new(4, &mut rng(2));
    assert!(LaneOpener::new(4, &other).open(&TRANSFER, &chunk).is_err());
}

/// Equal plaintexts under one key and nonce are equal ciphertexts, so a repeat would show.
#[test]
fn no_number_seals_twice_whatever_the_transfer() {
    let (mut sealer, _) = LaneSealer::new(4, &mut rng(1));
    let mut seen = BTreeSet::new();
    for n in 0..200_u8 {
        let chunk = sealer.seal(&[n % 3; 16], &[0; 64]).unwrap();
        assert!(seen.insert(chunk[12..76].to_vec()));
    }
}

#[test]
fn chunks_are_bounded() {
    let (mut sealer, key) = LaneSealer::new(4, &mut rng(1));
    assert_eq!(
        sealer.seal(&TRANSFER, &vec![0; MAX_CHUNK_LEN + 1]),
        Err(LaneError::Length)
    );
    let longest = sealer.seal(&TRANSFER, &vec![0; MAX_CHUNK_LEN]).unwrap();
    let mut opener = LaneOpener::new(4, &key);
    assert_eq!(
        opener
            .open(&TRANSFER, &[&longest[..], &[0]].concat())
            .unwrap_err(),
        LaneError::Length
    );
    assert!(opener.open(&TRANSFER, &longest).is_ok());
}
