//! What sizes and times of frames tell somebody who records the connection and opens nothing.
//!
//! A measurement, with the weak parts left in: `SECURITY.md` quotes the figures, and a change that
//! moves one has to move the page too. The observer is given labelled recordings to learn from, and
//! is asked about others. People type at 220 ms a key, give or take 90; that is a model, the frames
//! are the real ones.

use crate::common::{ROOM, at, key, rng, sessions};
use dayfly_proto::crypto::SigningKey;
use dayfly_proto::identity::native::sender::{Place, SenderChain};
use dayfly_proto::identity::native::session::{Opened, Session};
use dayfly_proto::secret::SecretString;
use dayfly_proto::wire::native::{Content, Event, EventId, Frame, Group, GroupHeader, group_plain};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;
use std::collections::BTreeMap;

/// What the observer has of one moment of talk: milliseconds since its start and bytes.
type Recording = Vec<(u64, usize)>;

/// What happens in such a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    Silence,
    TypesAndStops,
    Says(&'static str),
}

const YES: Act = Act::Says("yes");
const NO: Act = Act::Says("no");
const LONG: Act = Act::Says(
    "No, I would rather not say that here, and neither should you; let us talk about it when we meet, \
     by the river, where the noise is, on the day that we agreed on when we last saw each other. Bring \
     the others if they will come, and nobody who asked you about it. If it rains we go on to the old mill.",
);

/// A pair in a room, and a wire between them that is recorded.
struct Talk {
    session: Session,
    other: Session,
    chain: SenderChain,
    key: SigningKey,
    rng: ChaCha20Rng,
    seq: u64,
    typing_shown: bool,
}

impl Talk {
    fn new(seed: u64, typing_shown: bool) -> Self {
        let (session, other) = sessions(seed);
        let mut rng = rng(seed);
        Self {
            session,
            other,
            chain: SenderChain::new(1, at(0), &mut rng),
            key: key(1),
            rng,
            seq: 0,
            typing_shown,
        }
    }

    fn pause(&mut self) -> u64 {
        // The sum of four uniform numbers is close enough to how people differ.
        let sum: u64 = (0..4).map(|_| self.rng.next_u64() % 156).sum();
        (220 + sum).saturating_sub(311).max(40)
    }

    fn frame(&mut self, frame: &Frame) -> usize {
        let sealed = self.session.seal(at(0), &frame.encode()).unwrap();
        assert!(matches!(self.other.open(at(0), &sealed), Ok(Opened::App(_))));
        // Keys change as always; what that adds comes at moments of its own and says nothing.
        while let Some(control) = self.session.poll_frame(at(0), &mut self.rng).unwrap() {
            self.other.open(at(0), &control).unwrap();
            while let Some(answer) = self.other.poll_frame(at(0), &mut self.rng).unwrap() {
                self.session.open(at(0), &answer).unwrap();
            }
        }
        sealed.len()
    }

    fn text(&mut self, text: &str) -> usize {
        if self.chain.due(at(0)) {
            let next = self.chain.skid() + 1;
            self.chain = SenderChain::new(next, at(0), &mut self.rng);
        }
        self.seq += 1;
        let author = self.key.public();
        let event = Event {
            room_id: ROOM,
            generation: 3,
            author,
            seq: self.seq,
            prev: if self.seq == 1 { [0; 32] } else { [1; 32] },
            time: self.seq,
            flags: 0,
            reference: EventId::NONE,
            content: Content::Text {
                text: SecretString::new(text.into()),
                life: 0,
            },
        };
        let place = Place {
            room_id: &ROOM,
            generation: 3,
            author: &author,
        };
        let plain = group_plain(&event, &event.sign(&self.key));
        let sealed = self.chain.seal_event(place, &plain).unwrap();
        self.frame(&Frame::Group(Group {
            header: GroupHeader {
                generation: 3,
                author,
                skid: sealed.skid,
                n: sealed.n,
            },
            sealed: sealed.bytes,
        }))
    }

    fn types(&mut self, on: bool) -> usize {
        self.frame(&Frame::Typing { on, direct: false })
    }

    fn record(&mut self, act: Act) -> Recording {
        let mut recording = Recording::new();
        let keys = match act {
            Act::Silence => return recording,
            Act::TypesAndStops => 3,
            Act::Says(text) => text.chars().count() as u64,
        };
        // The notice goes out with the first key; the last one is the one that sends.
        let took = (0..keys).map(|_| self.pause()).sum();
        if self.typing_shown {
            recording.push((0, self.types(true)));
        }
        match act {
            Act::Says(text) => recording.push((took, self.text(text))),
            _ if self.typing_shown => recording.push((took + 5_000, self.types(false))),
            _ => {}
        }
        let start = recording.first().map_or(0, |(at, _)| *at);
        recording.iter().map(|(at, len)| (at - start, *len)).collect()
    }
}

/// What of a recording the observer looks at.
fn features(recording: &Recording) -> Vec<(u64, usize)> {
    recording.iter().map(|(at, len)| (at / 60, *len)).collect()
}

/// The share of recordings that an observer names rightly, having learned from as many others.
fn accuracy(seed: u64, typing_shown: bool, acts: &[Act]) -> f64 {
    const EACH: usize = 2_000;
    let mut talk = Talk::new(seed, typing_shown);
    let mut learned: BTreeMap<_, BTreeMap<Act, u32>> = BTreeMap::new();
    for at in 0..EACH {
        let act = acts[at % acts.len()];
        *learned
            .entry(features(&talk.record(act)))
            .or_default()
            .entry(act)
            .or_default() += 1;
    }
    let mut right = 0;
    for at in 0..EACH {
        let act = acts[(at + 1) % acts.len()];
        let seen = learned.get(&features(&talk.record(act)));
        let named = seen.and_then(|acts| acts.iter().max_by_key(|(_, count)| **count));
        // Never seen the like: a throw.
        let named = named.map_or_else(
            || acts[talk.rng.next_u64() as usize % acts.len()],
            |(act, _)| *act,
        );
        right += u32::from(named == act);
    }
    f64::from(right) / EACH as f64
}

#[test]
fn two_short_answers_look_alike_unless_typing_is_shown() {
    let hidden = accuracy(1, false, &[YES, NO]);
    let shown = accuracy(2, true, &[YES, NO]);
    println!(
        "\"yes\" from \"no\": {hidden:.2} with typing hidden, {shown:.2} with typing shown; chance is 0.50"
    );
    assert!((0.47..=0.53).contains(&hidden), "{hidden}");
    // The notice says when the first key was struck, and "yes" takes a key more.
    assert!((0.60..=0.95).contains(&shown), "{shown}");
}

#[test]
fn speech_silence_and_typing_are_told_apart_and_length_roughly() {
    let acts = [Act::Silence, Act::TypesAndStops, YES, LONG];
    let shown = accuracy(3, true, &acts);
    let hidden = accuracy(4, false, &[Act::Silence, YES, LONG]);
    println!(
        "silence, typing, short, long: {shown:.2}; silence, short, long with typing hidden: {hidden:.2}"
    );
    // Nothing hides these: there is no constant stream to hide them in.
    assert!(shown > 0.95, "{shown}");
    assert!(hidden > 0.99, "{hidden}");
}

#[test]
fn lengths_show_by_doublings_only() {
    let mut talk = Talk::new(5, false);
    let mut sizes = BTreeMap::new();
    for len in 1..=1_000 {
        let size = talk.text(&"x".repeat(len));
        sizes.entry(size).or_insert((len, len)).1 = len;
    }
    println!("bytes on the wire, and the lengths of text that come out so: {sizes:?}");
    assert_eq!(sizes.len(), 3, "{sizes:?}");
    // Most of what people say looks like everything else they say.
    assert!(
        sizes.first_key_value().is_some_and(|(_, (_, last))| *last >= 240),
        "{sizes:?}"
    );
}
