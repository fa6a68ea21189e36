//! Where a code is met: the number's topics of the moment at every meeting point, under a peer id
//! of its own in each.

use super::{BOXES, CodeOutput, CodePlace};
use crate::id::{BackendId, PeerId};
use crate::identity::code::{CodeKeys, Message, Nameplate, open, seal, slots, slots_change_in_ms};
use crate::invite::native::Topic;
use crate::room::limits::Bucket;
use crate::room::{MeetEvent, SealedOffer, alphanumeric};
use crate::timer::Now;
use crate::wire::web::topic::InfoHash;
use rand_chacha::ChaCha20Rng;
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

/// One swarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ground {
    backend: BackendId,
    slot: u64,
    topic: Topic,
    me: PeerId,
}

/// The way back to whoever sent a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    backend: BackendId,
    topic: Topic,
    me: PeerId,
    to: PeerId,
    offer_id: String,
}

impl Path {
    /// Both lead through one swarm of one meeting point.
    pub fn is_beside(&self, other: &Self) -> bool {
        self.backend == other.backend && self.topic == other.topic
    }
}

/// All places of one code.
#[derive(Debug)]
pub(super) struct Places {
    listed: Vec<CodePlace>,
    up: BTreeSet<BackendId>,
    keys: CodeKeys,
    grounds: Vec<Ground>,
    boxes: Bucket,
}

/// What came of a meeting point's report.
pub(super) enum Heard {
    /// It can be used now; it could not before.
    Up,
    /// Somebody said this.
    Said(Message, Path),
    Nothing,
}

impl Places {
    pub fn new(listed: Vec<CodePlace>, nameplate: Nameplate) -> Self {
        Self {
            listed,
            up: BTreeSet::new(),
            keys: CodeKeys::of(nameplate),
            grounds: Vec::new(),
            boxes: Bucket::new(BOXES),
        }
    }

    /// Whether any meeting point answers.
    pub fn any_up(&self) -> bool {
        !self.up.is_empty()
    }

    /// Goes to another number.
    pub fn move_to<E>(&mut self, nameplate: Nameplate, out: &mut VecDeque<CodeOutput<E>>) {
        self.leave(out);
        self.keys = CodeKeys::of(nameplate);
    }

    /// Leaves every swarm.
    pub fn leave<E>(&mut self, out: &mut VecDeque<CodeOutput<E>>) {
        for ground in self.grounds.drain(..) {
            out.push_back(ground.withdraw());
        }
    }

    /// Is in the swarms of the moment, and says `message` in all of them, or in those of one
    /// meeting point, to up to `count` others each. Returns when that is due again at the latest.
    pub fn announce<E>(
        &mut self,
        now: Now,
        rng: &mut ChaCha20Rng,
        only: Option<BackendId>,
        (message, count): (&Message, usize),
        out: &mut VecDeque<CodeOutput<E>>,
    ) -> Duration {
        let serving = slots(now.unix_ms);
        self.grounds.retain(|ground| {
            let stays = serving.contains(&ground.slot);
            if !stays {
                out.push_back(ground.withdraw());
            }
            stays
        });
        for place in &self.listed {
            if !self.up.contains(&place.backend) || only.is_some_and(|only| only != place.backend) {
                continue;
            }
            for slot in serving {
                let here = |ground: &&Ground| ground.backend == place.backend && ground.slot == slot;
                let ground = self.grounds.iter().find(here).copied().unwrap_or_else(|| {
                    let ground = Ground {
                        backend: place.backend,
                        slot,
                        topic: self.keys.topic(&place.kind, slot),
                        me: PeerId::parse(&alphanumeric(rng, 20)).expect("20 letters and digits are an id"),
                    };
                    self.grounds.push(ground);
                    ground
                });
                let offers = (0..count).map(|_| SealedOffer {
                    id: alphanumeric(rng, 20),
                    sealed: seal(&self.keys, &ground.topic, message, rng),
                });
                let offers = offers.collect();
                out.push_back(CodeOutput::Announce {
                    backend: ground.backend,
                    topic: ground.topic.into(),
                    peer: ground.me,
                    offers,
                });
            }
        }
        now.plus(Duration::from_millis(slots_change_in_ms(now.unix_ms)))
    }

    /// Takes a report. Boxes beyond the bounded rate are dropped unread.
    pub fn hear(&mut self, now: Now, backend: BackendId, event: MeetEvent) -> Heard {
        if !self.listed.iter().any(|place| place.backend == backend) {
            return Heard::Nothing;
        }
        let (topic, from, offer_id, sealed) = match event {
            // Again when it came back: it has lost the swarms.
            MeetEvent::Up => {
                self.up.insert(backend);
                return Heard::Up;
            }
            MeetEvent::Waiting(_) | MeetEvent::Down(_) => {
                self.up.remove(&backend);
                return Heard::Nothing;
            }
            MeetEvent::Interval(_) | MeetEvent::Delay(_) => return Heard::Nothing,
            MeetEvent::Offer {
                topic,
                from,
                offer_id,
                sealed,
            }
            | MeetEvent::Answer {
                topic,
                from,
                offer_id,
                sealed,
            } => (topic, from, offer_id, sealed),
        };
        let here = |ground: &&Ground| ground.backend == backend && InfoHash::from(ground.topic) == topic;
        let Some(ground) = self.grounds.iter().find(here) else {
            return Heard::Nothing;
        };
        if ground.me == from || !self.boxes.take(now.mono, 1) {
            return Heard::Nothing;
        }
        match open(&self.keys, &ground.topic, &sealed) {
            Ok(message) => Heard::Said(
                message,
                Path {
                    backend,
                    topic: ground.topic,
                    me: ground.me,
                    to: from,
                    offer_id,
                },
            ),
            Err(_) => Heard::Nothing,
        }
    }

    /// Sends a message back.
    pub fn reply<E>(&self, rng: &mut ChaCha20Rng, path: &Path, message: &Message) -> CodeOutput<E> {
        CodeOutput::Reply {
            backend: path.backend,
            topic: path.topic.into(),
            peer: path.me,
            to: path.to,
            offer_id: path.offer_id.clone(),
            sealed: seal(&self.keys, &path.topic, message, rng),
        }
    }
}

impl Ground {
    fn withdraw<E>(&self) -> CodeOutput<E> {
        CodeOutput::Withdraw {
            backend: self.backend,
            topic: self.topic.into(),
            peer: self.me,
        }
    }
}
