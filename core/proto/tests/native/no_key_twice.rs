//! No key and nonce seal twice, and no frame opens twice, whatever two members do: talk, change
//! keys, lose frames with their connection, come back, let sessions end.
//!
//! Every text is the same bytes, so two seals under one key and nonce would be the same bytes.

use crate::common::{at, rng, sessions};
use dayfly_proto::identity::native::session::{Opened, Session};
use dayfly_proto::timer::Now;
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use std::collections::{BTreeSet, VecDeque};

const TEXT: [u8; 60] = [1; 60];

#[derive(Debug, Clone, Copy)]
enum Step {
    /// One end says so many texts.
    Say { by_i: bool, count: u16 },
    /// So many frames arrive at one end.
    Arrive { at_i: bool, count: u16 },
    /// One end asks for new keys.
    Rekey { by_i: bool },
    /// Time passes, in seconds.
    Wait(u16),
    /// The connection is gone, with everything under way; a new one comes up.
    Reconnect,
    /// A frame of any time arrives once more.
    Replay { at_i: bool, which: prop::sample::Index },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<bool>(), 1..40_u16).prop_map(|(by_i, count)| Step::Say { by_i, count }),
        4 => (any::<bool>(), 1..80_u16).prop_map(|(at_i, count)| Step::Arrive { at_i, count }),
        1 => any::<bool>().prop_map(|by_i| Step::Rekey { by_i }),
        1 => (1..130_u16).prop_map(Step::Wait),
        1 => Just(Step::Reconnect),
        2 => (any::<bool>(), any::<prop::sample::Index>())
            .prop_map(|(at_i, which)| Step::Replay { at_i, which }),
    ]
}

struct World {
    ends: [Session; 2],
    /// Frames on their way to each end.
    ways: [VecDeque<Vec<u8>>; 2],
    now: u64,
    connections: u64,
    rng: ChaCha20Rng,
    /// Ciphertexts of texts, without what names their place.
    sealed: BTreeSet<Vec<u8>>,
    opened: [BTreeSet<Vec<u8>>; 2],
    all: Vec<Vec<u8>>,
    texts: u32,
}

impl World {
    fn new(seed: u64) -> Self {
        let (i, r) = sessions(seed);
        Self {
            ends: [i, r],
            ways: Default::default(),
            now: 0,
            connections: seed,
            rng: rng(seed),
            sealed: BTreeSet::new(),
            opened: Default::default(),
            all: Vec::new(),
            texts: 0,
        }
    }

    fn now(&self) -> Now {
        at(self.now)
    }

    fn send(&mut self, by: usize, frame: Vec<u8>) {
        self.all.push(frame.clone());
        self.ways[1 - by].push_back(frame);
    }

    fn pump(&mut self, by: usize) {
        let now = self.now();
        while let Ok(Some(frame)) = self.ends[by].poll_frame(now, &mut self.rng) {
            self.send(by, frame);
        }
    }

    fn arrive(&mut self, end: usize, frame: &[u8]) -> bool {
        let now = self.now();
        let opened = self.ends[end].open(now, frame);
        if let Ok(Opened::App(plain)) = &opened {
            assert_eq!(plain.as_slice(), TEXT);
        }
        if opened.is_ok() {
            assert!(self.opened[end].insert(frame.to_vec()), "a frame opened twice");
        }
        self.pump(end);
        opened.is_ok()
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Say { by_i, count } => {
                let by = usize::from(!by_i);
                for _ in 0..count {
                    let now = self.now();
                    let Ok(frame) = self.ends[by].seal(now, &TEXT) else {
                        break;
                    };
                    assert!(self.sealed.insert(frame[8..72].to_vec()), "a key sealed twice");
                    self.texts += 1;
                    self.send(by, frame);
                    self.pump(by);
                }
            }
            Step::Arrive { at_i, count } => {
                let end = usize::from(!at_i);
                for _ in 0..count {
                    let Some(frame) = self.ways[end].pop_front() else {
                        break;
                    };
                    if !self.arrive(end, &frame) {
                        assert_eq!(
                            self.ends[end].epoch(),
                            None,
                            "in order, only an ended session refuses"
                        );
                        break;
                    }
                }
            }
            Step::Rekey { by_i } => {
                let by = usize::from(!by_i);
                self.ends[by].rekey_now();
                self.pump(by);
            }
            Step::Wait(seconds) => {
                self.now += u64::from(seconds);
                for end in 0..2 {
                    let now = self.now();
                    let _ = self.ends[end].handle_timeout(now);
                    self.pump(end);
                }
            }
            Step::Reconnect => {
                self.connections += 1_000_003;
                let (i, r) = sessions(self.connections);
                self.ends = [i, r];
                self.ways = Default::default();
            }
            Step::Replay { at_i, which } => {
                if self.all.is_empty() {
                    return;
                }
                let frame = self.all[which.index(self.all.len())].clone();
                let end = usize::from(!at_i);
                // What is next on its way is no replay.
                if self.ways[end].front() != Some(&frame) {
                    assert!(!self.arrive(end, &frame), "out of its turn");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_key_seals_twice_and_no_frame_opens_twice(
        seed in 0..1_000_u64,
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let mut world = World::new(seed);
        for step in steps {
            world.take(step);
        }
    }
}

/// The measure itself: a member that comes back under the secrets it had before, as a session that
/// outlived its connection would, seals twice with one key, and it shows.
#[test]
fn coming_back_under_the_same_secrets_would_show() {
    let (mut before, _) = sessions(1);
    let (mut after, _) = sessions(1);
    let first = before.seal(at(0), &TEXT).unwrap();
    let again = after.seal(at(9), &TEXT).unwrap();
    assert_eq!(first[8..72], again[8..72]);
}
