//! The offers kept ready, and when they are announced.
//!
//! 1. A few connections are made ahead, each with an offer. Each offer belongs to one *slot* (one
//!    place to meet, one island): a tracker hands an offer to one peer, and an offer known in two
//!    places would be answered twice. All slots share one dozen: each that may soon be up has its
//!    part kept for it, each place before a second island of one, and where there are more slots
//!    than offers they take turns. One that comes up late gets what others have too much
//!    of, once nobody can be answering that.
//! 2. A slot is announced when its place comes up, thrice more in the eight seconds after, then
//!    every 20 s, and soon after an offer was taken and replaced. Offers made together are announced
//!    together. One that is out rests for two seconds before it is announced again.
//! 3. The more members are here, the rarer each announces: whoever comes is heard by its own
//!    announce, and finds any of them.

use super::event::RendezvousState;
use super::io::{Output, SealedOffer};
use super::limits::{MAX_HALF_OPEN, MAX_MEMBERS, MAX_POOLED, MAX_POOLED_PER_SLOT, MIN_HALF_OPEN, MIN_POOLED};
use super::link::{Link, PeerKey, Phase, Role};
use super::meeting::{GroundKind, Place, Slot};
use super::{Room, Timer};
use crate::id::LinkId;
use crate::timer::Now;
use crate::wire::web::seal::IV_LEN;
use rand_core::Rng;
use std::collections::BTreeMap;
use std::time::Duration;

/// Longest pause between announces, whatever a tracker asks for: what pages do.
pub(super) const ANNOUNCE_EVERY: Duration = Duration::from_secs(20);
/// Shortest pause between regular announces.
pub(super) const ANNOUNCE_AT_MOST: Duration = Duration::from_secs(10);
/// Pauses between the first announces: somebody may have come a moment later, and what a tracker
/// carries can be lost.
const WARM_UP: [Duration; 3] = [
    Duration::from_millis(2_100),
    Duration::from_millis(2_100),
    Duration::from_millis(4_200),
];
/// An offer that was announced belongs to whoever got it for this long. Announced again at once
/// it would reach another peer, and the second to answer would wait for nothing: a page for 23 s.
const OFFER_RESTS: Duration = Duration::from_secs(2);
/// How long offers that are made together are waited for. Announced one by one, two of them could
/// reach one peer and none another.
pub(super) const GATHER: Duration = Duration::from_millis(250);
/// Pause before an announce out of turn, once everything is ready.
pub(super) const AT_ONCE: Duration = Duration::from_millis(10);
/// Age at which an offer is no longer announced: addresses found by STUN go stale.
pub(super) const OFFER_STALE: Duration = Duration::from_secs(80);
/// Spread of [`OFFER_STALE`], so that not all offers are renewed at once.
pub(super) const OFFER_SPREAD: Duration = Duration::from_secs(20);
/// Members up to which a room announces as often as a place asks for; with each further eight the
/// pause is as much longer, up to [`RAREST`] times.
const ANNOUNCES_FREELY: usize = 4;
/// See [`ANNOUNCES_FREELY`].
const RAREST: usize = 4;
/// How long an answer to an offer's last announce is waited for.
const ANSWER_WAIT: Duration = Duration::from_secs(8);

impl Room {
    /// Seals a description for a ground; `None` if that is gone, or in a native room if the
    /// description has no compact form.
    pub(super) fn seal(&mut self, now: Now, island: usize, sdp: &str, to: Option<PeerKey>) -> Option<String> {
        match &self.meeting.grounds.get(&island)?.kind {
            GroundKind::Web(web) => {
                let mut iv = [0; IV_LEN];
                self.rng.fill_bytes(&mut iv);
                Some(web.key.seal(sdp, iv))
            }
            GroundKind::Native(native) => {
                let (generation, topic) = (native.generation, native.topic);
                self.seal_native(now, generation, &topic, sdp, to)
            }
        }
    }

    /// Whether offers of this slot are still being described.
    pub(super) fn is_gathering(&self, slot: Slot) -> bool {
        self.links
            .values()
            .any(|link| link.role == Role::Offerer(Some(slot)) && matches!(link.phase, Phase::Describing))
    }

    /// Makes as many offers as the slots want, and gives those without a slot one.
    pub(super) fn fill_pool(&mut self, now: Now) {
        if self.ended || self.meeting.suspended || self.members.len() >= MAX_MEMBERS {
            return;
        }
        let all = self.meeting.pooled_at_most;
        let shares = self.shares(now);
        let mut wanted: Vec<Slot> = Vec::new();
        for (slot, share) in &shares {
            if self.meeting.is_up(slot.backend) {
                let missing = share.saturating_sub(self.fresh_offers(*slot));
                wanted.extend(std::iter::repeat_n(*slot, missing));
            }
        }
        // Every slot gets its first before any gets its second.
        let mut nth = BTreeMap::<Slot, usize>::new();
        wanted.sort_by_cached_key(|slot| {
            let nth = nth.entry(*slot).or_default();
            *nth += 1;
            *nth
        });
        // Offers made before anything answered find their place now.
        let free = self
            .links
            .iter_mut()
            .filter(|(_, link)| link.is_pooled() && link.role == Role::Offerer(None));
        let mut ready = Vec::new();
        let mut wanted = wanted.into_iter();
        for (_, link) in free {
            let Some(slot) = wanted.next() else { break };
            link.role = Role::Offerer(Some(slot));
            link.island = slot.island;
            if matches!(link.phase, Phase::Pooled { .. }) {
                ready.push(slot);
            }
        }
        let pooled = self.links.values().filter(|link| link.is_pooled()).count();
        let mut wanted: Vec<Slot> = wanted.collect();
        let beyond = wanted.split_off(wanted.len().min(all.saturating_sub(pooled)));
        for slot in beyond {
            if self.move_surplus(now, &shares, slot) {
                ready.push(slot);
            } else {
                self.timers.set(Timer::Pool, now.plus(ANSWER_WAIT));
                break;
            }
        }
        for slot in ready {
            self.announce_soon(now, slot, GATHER);
        }
        // Nothing answers yet: have some ready for when it does.
        let mut ahead = 0;
        let connecting = |place: &Place| {
            matches!(
                place.status.state,
                RendezvousState::Connecting | RendezvousState::Waiting
            )
        };
        if self.meeting.slots().is_empty() && self.meeting.places.values().any(connecting) {
            ahead = MAX_POOLED_PER_SLOT.min(all).saturating_sub(pooled);
        }
        let wanted = wanted.into_iter();
        let roles: Vec<Option<Slot>> = wanted.map(Some).chain(std::iter::repeat_n(None, ahead)).collect();
        for slot in roles {
            if self.links.values().filter(|link| link.is_pooled()).count() >= all {
                return;
            }
            if !self.meeting.new_offers.take(now.mono, 1) {
                self.timers.set(Timer::Pool, self.meeting.new_offers.ready_at());
                return;
            }
            let offer_id = self.token20();
            let id = self.add_link(Link::new(Role::Offerer(slot), offer_id, now.mono));
            self.out(Output::Offer { link: id });
        }
    }

    /// Sets this room's share where an engine runs many: pooled offers and connections being made,
    /// brought between the least a room needs and the most it may have. Offers beyond a smaller
    /// share are announced no more, and end once nobody can be answering them.
    pub fn share(&mut self, now: Now, offers: usize, attempts: usize) {
        self.meeting.half_open_at_most = attempts.clamp(MIN_HALF_OPEN, MAX_HALF_OPEN);
        self.meeting.pooled_at_most = offers.clamp(MIN_POOLED, MAX_POOLED);
        let age = |link: &Link| match link.phase {
            Phase::Pooled { stale: true, .. } => None,
            Phase::Pooled { announced, .. } => Some((announced.is_some(), announced)),
            _ => Some((false, None)),
        };
        let mut fresh: Vec<_> = self
            .links
            .iter()
            .filter(|(_, link)| link.is_pooled())
            .filter_map(|(id, link)| Some((age(link)?, *id)))
            .collect();
        let beyond = fresh.len().saturating_sub(self.meeting.pooled_at_most);
        // Those that nobody has seen go first, then those seen longest ago.
        fresh.sort_unstable();
        for ((announced, _), id) in fresh.into_iter().take(beyond) {
            if announced {
                self.retire(now, id);
            } else {
                self.close_link(now, id);
            }
        }
        self.fill_pool(now);
    }

    /// How many offers each slot should have ready: those that are up, and those that may be in a
    /// moment, so that the first to answer does not take what the others need.
    fn shares(&self, now: Now) -> Vec<(Slot, usize)> {
        let mut slots: Vec<(usize, Slot)> = Vec::new();
        for (backend, place) in &self.meeting.places {
            if !matches!(
                place.status.state,
                RendezvousState::Up | RendezvousState::Connecting
            ) {
                continue;
            }
            let here = self.meeting.slots_of(*backend, place).into_iter();
            let here = here.filter(|slot| self.offers_on(slot.island));
            slots.extend(here.enumerate());
        }
        // Each place gets its first before any gets its second.
        slots.sort();
        let (count, all) = (slots.len(), self.meeting.pooled_at_most);
        if count > all {
            let turn = now.mono.as_secs() / OFFER_STALE.as_secs();
            let turn = usize::try_from(turn % count as u64).unwrap_or_default();
            slots.rotate_left(turn * all % count);
        }
        // One offer for each member that is linked to already, since a tracker may well pick it.
        let most = MAX_POOLED_PER_SLOT.max(self.members.len() + 3);
        let share = |at: usize| {
            let fair = all / count + usize::from(at < all % count);
            fair.min(most)
        };
        let numbered = slots.into_iter().enumerate();
        numbered.map(|(at, (_, slot))| (slot, share(at))).collect()
    }

    /// Offers of a slot that are being made or can be announced.
    fn fresh_offers(&self, slot: Slot) -> usize {
        let fresh = |link: &&Link| {
            link.is_pooled()
                && link.role == Role::Offerer(Some(slot))
                && !matches!(link.phase, Phase::Pooled { stale: true, .. })
        };
        self.links.values().filter(fresh).count()
    }

    /// Gives a slot an offer of one that has more than its share, if nobody can be answering it.
    fn move_surplus(&mut self, now: Now, shares: &[(Slot, usize)], to: Slot) -> bool {
        let spare = self.links.iter().find_map(|(id, link)| {
            let Role::Offerer(Some(from)) = link.role else {
                return None;
            };
            let Phase::Pooled {
                announced,
                stale: false,
                ..
            } = &link.phase
            else {
                return None;
            };
            let share = shares.iter().find(|(slot, _)| *slot == from);
            let over = self.fresh_offers(from) > share.map_or(0, |(_, share)| *share);
            let wait = self.answer_wait(from);
            let rests = announced.is_none_or(|at| now.mono.saturating_sub(at) >= wait);
            (link.is_pooled() && over && rests).then_some(*id)
        });
        let Some(link) = spare.and_then(|id| self.links.get_mut(&id)) else {
            return false;
        };
        link.role = Role::Offerer(Some(to));
        link.island = to.island;
        true
    }

    /// An offer has grown old: it is announced no more, and replaced once nobody can be
    /// answering it. Those of its slot that would be soon go with it, so that their successors are
    /// announced together.
    pub(super) fn offer_stale(&mut self, now: Now, id: LinkId) {
        let role = self.links.get(&id).map(|link| link.role.clone());
        let soon = now.mono + OFFER_SPREAD;
        let mut together = vec![id];
        for (other, link) in &self.links {
            let due = self.timers.get(&Timer::OfferStale(*other));
            if *other != id && Some(&link.role) == role.as_ref() && due.is_some_and(|due| due <= soon) {
                together.push(*other);
            }
        }
        for id in together {
            self.retire(now, id);
        }
    }

    /// How long after its last announce an offer may be answered: there and back.
    fn answer_wait(&self, slot: Slot) -> Duration {
        ANSWER_WAIT + 2 * self.meeting.delay(slot.backend)
    }

    fn retire(&mut self, now: Now, id: LinkId) {
        self.timers.stop(&Timer::OfferStale(id));
        let wait = match self.links.get(&id).map(|link| &link.role) {
            Some(Role::Offerer(Some(slot))) => self.answer_wait(*slot),
            _ => ANSWER_WAIT,
        };
        let Some(Phase::Pooled { stale, announced, .. }) =
            self.links.get_mut(&id).map(|link| &mut link.phase)
        else {
            return;
        };
        *stale = true;
        let ends = announced.map_or(now.mono, |at| (at + wait).max(now.mono));
        self.timers.set(Timer::OfferEnds(id), ends);
    }

    /// A stale offer is closed and replaced.
    pub(super) fn offer_ends(&mut self, now: Now, id: LinkId) {
        if self.links.get(&id).is_some_and(Link::is_pooled) {
            self.close_link(now, id);
            self.fill_pool(now);
        }
    }

    /// Announces a slot within `wait`, if it may be announced out of turn once more.
    pub(super) fn announce_soon(&mut self, now: Now, slot: Slot, wait: Duration) {
        if !self.meeting.is_up(slot.backend) {
            return;
        }
        let at = now.plus(wait);
        if self
            .timers
            .get(&Timer::Announce(slot))
            .is_some_and(|due| due <= at)
        {
            return;
        }
        let Some(pacing) = self.meeting.pacing.get_mut(&slot) else {
            return;
        };
        if pacing.prompts.take(now.mono, 1) {
            self.timers.set(Timer::Announce(slot), at);
        }
    }

    /// Announces a slot with every fresh offer it has, and sets the next time.
    pub(super) fn announce(&mut self, now: Now, slot: Slot) {
        if self.meeting.is_wake(slot.island) {
            self.announce_wake(now, slot);
            return;
        }
        if self.ended || self.meeting.suspended || !self.meeting.is_up(slot.backend) {
            return;
        }
        self.fill_pool(now);
        let mut fresh = Vec::new();
        for link in self.links.values_mut() {
            if link.peer.is_some() || link.role != Role::Offerer(Some(slot)) {
                continue;
            }
            if let Phase::Pooled {
                sdp,
                announced,
                stale: false,
            } = &mut link.phase
                && announced.is_none_or(|at| now.mono.saturating_sub(at) >= OFFER_RESTS)
            {
                *announced = Some(now.mono);
                fresh.push((link.offer_id.clone(), sdp.clone()));
            }
        }
        let offers = fresh
            .into_iter()
            .filter_map(|(id, sdp)| {
                let sealed = self.seal(now, slot.island, &sdp, None)?;
                Some(SealedOffer { id, sealed })
            })
            .collect();
        self.announce_offers(slot, offers);
        let every = self
            .meeting
            .places
            .get(&slot.backend)
            .map_or(ANNOUNCE_EVERY, |place| place.every);
        let crowd = self.members.len().saturating_sub(ANNOUNCES_FREELY);
        let eighths = (8 + crowd).min(8 * RAREST);
        let mut pause = every * u32::try_from(eighths).unwrap_or(u32::MAX) / 8;
        if let Some(pacing) = self.meeting.pacing.get_mut(&slot)
            && let Some(early) = WARM_UP.get(pacing.warm_up)
        {
            pacing.warm_up += 1;
            pause = *early;
        }
        self.timers.set(Timer::Announce(slot), now.plus(pause));
    }

    pub(super) fn announce_offers(&mut self, slot: Slot, offers: Vec<SealedOffer>) {
        let Some(ground) = self.meeting.grounds.get(&slot.island) else {
            return;
        };
        self.out(Output::Announce {
            backend: slot.backend,
            topic: ground.topic,
            peer: ground.me,
            offers,
        });
    }

    /// Throws every pooled offer away, so that new ones with today's addresses are made.
    pub(super) fn drop_pool(&mut self, now: Now) {
        let pooled: Vec<LinkId> = self
            .links
            .iter()
            .filter(|(_, link)| link.is_pooled())
            .map(|(id, _)| *id)
            .collect();
        for id in pooled {
            self.close_link(now, id);
        }
    }

    /// Announces everywhere at once, as if every place had just come up.
    pub(super) fn announce_everywhere(&mut self, now: Now) {
        for slot in self.meeting.slots() {
            if let Some(pacing) = self.meeting.pacing.get_mut(&slot) {
                pacing.warm_up = 0;
            }
            self.announce(now, slot);
        }
    }

    /// Leaves every swarm.
    pub(super) fn withdraw(&mut self) {
        for slot in self.meeting.slots() {
            self.withdraw_from(slot);
        }
    }

    /// Leaves one swarm.
    pub(super) fn withdraw_from(&mut self, slot: Slot) {
        let Some(ground) = self.meeting.grounds.get(&slot.island) else {
            return;
        };
        self.out(Output::Withdraw {
            backend: slot.backend,
            topic: ground.topic,
            peer: ground.me,
        });
    }
}
