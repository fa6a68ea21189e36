//! Where a native room meets: topics that change by the hour, and offers sealed for its members.
//!
//! The present generation's topics are announced with offers. Earlier ones, as long as the roster
//! keeps their secrets, are announced without: whoever comes there was away while somebody was
//! removed, or is the one that was removed, and the latter is to learn no addresses. An offer that
//! comes there is answered, and who comes is told what happened (`sync`).
//!
//! Each topic has a peer id of its own, and whoever drives the room gives each its own connection
//! to a tracker, so that a tracker cannot tell that two hours belong to one room by what is said.
//!
//! What a box carries is `form u8 ‖ …`. There is one form, 1: the compact description. Any other is
//! not taken, and a description that does not fit the form is not sent.

use super::super::link::PeerKey;
use super::super::meeting::{Ground, GroundKind, Slot};
use super::super::pool::AT_ONCE;
use super::super::{Room, Timer, alphanumeric};
use super::parked::WAKE;
use super::{NativeTimer, tag_text};
use crate::description::{Description, Setup};
use crate::id::PeerId;
use crate::invite::native::{Signal, SignalKind, Topic, open, seal};
use crate::timer::Now;
use rand_core::Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A topic serves so much longer than its time, so that a member whose clock is late finds
/// somebody although others change over at a moment of their own.
const LINGER_MS: u64 = 120_000;
/// Members change over at different moments, spread over so long.
const JITTER_MS: u64 = 120_000;

/// The form of a body that is a compact description.
const COMPACT: u8 = 1;

/// One hour of one generation at one kind of meeting point.
#[derive(Debug)]
pub(in crate::room) struct NativeGround {
    /// The kind of meeting point.
    pub backend: String,
    pub generation: u32,
    slot: u64,
    pub topic: Topic,
}

impl NativeGround {
    /// Parked members are woken here.
    pub fn is_wake(&self) -> bool {
        self.backend == WAKE
    }
}

impl Room {
    /// Takes up the topics that serve now and leaves those that serve no more.
    pub(in crate::room) fn settle(&mut self, now: Now) {
        if self.ended || !self.is_native() {
            return;
        }
        let shown = self.meeting.shown().into_iter();
        let mut kinds: BTreeSet<String> = shown.map(|status| status.backend).collect();
        let parking = &self.meeting.parking;
        if parking.is_parked() {
            kinds.clear();
        }
        if parking.is_parked() || parking.wakes {
            kinds.insert(WAKE.to_owned());
        }
        let roster = &self.native.roster;
        let (mut wanted, mut lingering) = (BTreeMap::new(), BTreeSet::new());
        let mut next = u64::MAX;
        for generation in roster.generations() {
            let Some(keys) = roster.keys(generation) else {
                continue;
            };
            let (slots, late) = (
                keys.slots(now.unix_ms),
                keys.slots(now.unix_ms.saturating_sub(LINGER_MS)),
            );
            next = next.min(slots.changes_in_ms).min(late.changes_in_ms);
            for backend in &kinds {
                for slot in slots.all() {
                    wanted.insert((backend.clone(), generation, slot), keys.topic(backend, slot));
                }
                for slot in late.all() {
                    lingering.insert((backend.clone(), generation, slot));
                }
            }
        }
        let name = |ground: &Ground| match &ground.kind {
            GroundKind::Native(native) => Some((native.backend.clone(), native.generation, native.slot)),
            GroundKind::Web(_) => None,
        };
        let here: BTreeMap<_, usize> = self
            .meeting
            .grounds
            .iter()
            .filter_map(|(number, ground)| Some((name(ground)?, *number)))
            .collect();
        for (place, number) in &here {
            if !wanted.contains_key(place) && !lingering.contains(place) {
                self.leave_ground(now, *number);
            }
        }
        for ((backend, generation, slot), topic) in wanted {
            if !here.contains_key(&(backend.clone(), generation, slot)) {
                let native = NativeGround {
                    backend,
                    generation,
                    slot,
                    topic,
                };
                self.enter_ground(now, native);
            }
        }
        let jitter = self.rng.next_u64() % JITTER_MS;
        let wait = Duration::from_millis(next.saturating_add(jitter));
        self.timers.set(Timer::Native(NativeTimer::Slots), now.plus(wait));
    }

    fn enter_ground(&mut self, now: Now, native: NativeGround) {
        let me = PeerId::parse(&alphanumeric(&mut self.rng, 20)).expect("20 letters and digits are an id");
        let number = self.meeting.add_ground(Ground {
            topic: native.topic.into(),
            me,
            kind: GroundKind::Native(native),
        });
        let mut slots = self.meeting.slots();
        slots.retain(|slot| slot.island == number);
        for slot in &slots {
            self.meeting.begin(*slot);
        }
        if slots.is_empty() {
            return;
        }
        self.fill_pool(now);
        for slot in slots {
            self.enter_slot(now, slot);
        }
    }

    pub(super) fn leave_ground(&mut self, now: Now, number: usize) {
        let mut slots = self.meeting.slots();
        slots.retain(|slot| slot.island == number);
        for slot in slots {
            self.withdraw_from(slot);
        }
        self.meeting.leave(number);
        self.timers
            .retain(|timer| !matches!(timer, Timer::Announce(Slot { island, .. }) if *island == number));
        self.drop_offers_of(now, number);
    }

    /// Closes the offers that were made for a ground.
    pub(in crate::room) fn drop_offers_of(&mut self, now: Now, number: usize) {
        let pooled: Vec<_> = self
            .links
            .iter()
            .filter(|(_, link)| link.is_pooled() && link.island == number)
            .map(|(id, _)| *id)
            .collect();
        for id in pooled {
            self.close_link(now, id);
        }
    }

    /// Whether offers are announced on a ground: on an earlier generation's they are not.
    pub(in crate::room) fn offers_on(&self, island: usize) -> bool {
        // Those that wake a parked member are made when it is announced.
        !self.is_native()
            || (self.meeting.generation(island) == self.native.roster.generation()
                && !self.meeting.is_wake(island))
    }

    /// Somebody was lost: to find it again is worth an announce out of turn.
    pub(super) fn look_again(&mut self, now: Now) {
        for slot in self.meeting.slots() {
            self.announce_soon(now, slot, AT_ONCE);
        }
    }

    /// Opens a box of a native room; whose it says it is, and what is in it.
    pub(in crate::room) fn unseal_native(
        &mut self,
        now: Now,
        generation: u32,
        topic: &Topic,
        sealed: &str,
        kind: SignalKind,
    ) -> Option<(PeerKey, String)> {
        let keys = self.native.roster.keys(generation)?;
        let signal = open(keys, topic, sealed, now, &mut self.native.seen).ok()?;
        let me = self.native.tag_bytes(&self.native.id());
        let for_me = signal.to == me || (signal.kind == SignalKind::Offer && signal.to == [0; 16]);
        if signal.kind != kind || !for_me || signal.from == me {
            return None;
        }
        let (form, body) = signal.body.split_first()?;
        let description = (*form == COMPACT).then(|| Description::decode(body).ok())??;
        // Whoever answers has chosen, and whoever offers leaves the choice.
        if (description.setup == Setup::ActPass) != (kind == SignalKind::Offer) {
            return None;
        }
        Some((PeerKey::tagged(tag_text(&signal.from)), description.to_sdp()))
    }

    /// Seals a description for the members, or for one of them.
    pub(in crate::room) fn seal_native(
        &mut self,
        now: Now,
        generation: u32,
        topic: &Topic,
        sdp: &str,
        to: Option<PeerKey>,
    ) -> Option<String> {
        let keys = self.native.roster.keys(generation)?;
        let mut body = vec![COMPACT];
        body.extend(Description::from_sdp(sdp).ok()?.encode());
        let signal = Signal {
            from: self.native.tag_bytes(&self.native.id()),
            to: to.and_then(PeerKey::tag).unwrap_or_default(),
            kind: if to.is_some() {
                SignalKind::Answer
            } else {
                SignalKind::Offer
            },
            time: now.unix_ms,
            body,
        };
        seal(keys, topic, &signal, &mut self.rng).ok()
    }
}
