//! A native room in the background, and how members wake one.
//!
//! 1. *Parked*: it says so in every session (`Parked`), closes its connections and leaves its topics.
//!    It stays in one *wake topic* at one place to meet that is up, without offers and with sparse
//!    announces; every other place sleeps. Which place: the first tracker that is up, else the first
//!    of any kind; if that one is lost, all are tried and the first that is up is kept.
//! 2. *Waking*: a member that has something for a parked one announces in the wake topic at every
//!    place, with a fresh offer, at most every 30 s and ever less often. The parked one answers,
//!    takes what it lacks and parks again when nothing was said for 15 s. Its row stays
//!    `Background` meanwhile: nobody looks at it.
//! 3. Whoever said something wakes those who lack it. Others do only when a connection to one who
//!    could have is gone, so that one message does not wake a device once for each member.
//!
//! A parked room wakes nobody, so two of them never wake each other. That somebody is parked is its
//! word: what it gains by it is that its row waits for a day instead of two minutes.

use super::super::event::{MemberState, RendezvousState};
use super::super::io::{Output, SealedOffer};
use super::super::limits::MAX_POOLED;
use super::super::link::{Link, Phase, Role};
use super::super::meeting::Slot;
use super::super::members::Pace;
use super::super::{Room, Timer};
use super::partings::GONE_AFTER;
use super::{Native, NativeTimer};
use crate::crypto::PublicKey;
use crate::id::{BackendId, LinkId, MemberId};
use crate::timer::Now;
use crate::wire::native::Frame;
use std::time::Duration;

/// The word in wake topics where others have the kind of the place.
pub(super) const WAKE: &str = "wake";
/// How long the row of a member in the background waits.
pub(super) const PARKED_FOR: Duration = Duration::from_secs(24 * 3_600);
/// A parked room that was woken parks again when nothing was said for so long.
const PARKS_AFTER: Duration = Duration::from_secs(15);
/// Pause between a parked room's announces: what a tracker asks for, within these. Trackers are
/// known to forget whoever was not heard of for 150 s, and ask for anything below.
const SPARSE: (Duration, Duration) = (Duration::from_secs(130), Duration::from_secs(720));
/// Pause between announces that wake, doubled each time up to the second.
const WAKE_EVERY: Duration = Duration::from_secs(30);
const WAKE_AT_LEAST: Duration = Duration::from_secs(600);
/// How long the offer for such an announce is waited for.
const DESCRIBED_WITHIN: Duration = Duration::from_secs(5);
/// Most offers in one of them.
const WAKE_OFFERS: usize = 3;
/// What a place to meet that was put to sleep is shown with.
const RESTS: &str = "It sleeps while this device is in the background.";

/// This room in the background, or others'.
#[derive(Debug, Default)]
pub(in crate::room) struct Parking {
    /// This room is parked: where it can be woken, if any place is up.
    parked: Option<Option<BackendId>>,
    /// This room announces in wake topics.
    pub wakes: bool,
}

impl Parking {
    pub fn is_parked(&self) -> bool {
        self.parked.is_some()
    }

    /// Whether wake topics are announced at a place.
    pub fn wakes_at(&self, backend: BackendId) -> bool {
        self.parked.is_none_or(|at| at == Some(backend))
    }
}

/// What is known of a member that may be in the background.
#[derive(Debug, Default)]
pub(super) struct Away {
    /// It said that it is.
    pub parked: bool,
    /// This device has something for it.
    owed: bool,
    /// Up to which of this person's events it was owed.
    upto: u64,
    /// Others said something since it was last connected.
    lacks: bool,
}

impl Native {
    /// Whether a member said that it is in the background.
    pub(super) fn is_parked(&self, key: &PublicKey) -> bool {
        self.peers.get(key).is_some_and(|peer| peer.away.parked)
    }
}

impl Room {
    /// The app goes to the background.
    pub(in crate::room) fn park(&mut self, now: Now) {
        if self.meeting.parking.is_parked() {
            return;
        }
        self.leave_all_grounds(now);
        self.meeting.parking = Parking {
            parked: Some(None),
            wakes: false,
        };
        self.closes_all(now);
        self.settle(now);
        self.choose_place(now);
    }

    /// The app is in front again.
    pub(in crate::room) fn unpark(&mut self, now: Now) {
        if !self.meeting.parking.is_parked() || self.ended {
            return;
        }
        self.leave_all_grounds(now);
        self.meeting.parking = Parking::default();
        self.timers.stop(&Timer::Native(NativeTimer::Park));
        self.all_places_wake();
        self.tell_sessions(now, false);
        self.rows_wait(now, GONE_AFTER);
        self.settle(now);
        self.wake(now);
    }

    fn leave_all_grounds(&mut self, now: Now) {
        let grounds: Vec<usize> = self.meeting.grounds.keys().copied().collect();
        for number in grounds {
            self.leave_ground(now, number);
        }
    }

    /// Nothing was said for a while since the parked room was woken.
    pub(super) fn parks_again(&mut self, now: Now) {
        if self.meeting.parking.is_parked() {
            self.closes_all(now);
        }
    }

    /// Something was said in a session of a parked room, or one began.
    pub(super) fn stays_awake(&mut self, now: Now) {
        if self.meeting.parking.is_parked() {
            self.timers
                .set(Timer::Native(NativeTimer::Park), now.plus(PARKS_AFTER));
        }
    }

    fn tell_sessions(&mut self, now: Now, on: bool) {
        for key in self.native.connected() {
            let links = self.native.peers.get(&key).map(|peer| peer.links.clone());
            for link in links.unwrap_or_default() {
                self.send_frame(now, link, &Frame::Parked { on });
            }
        }
    }

    fn closes_all(&mut self, now: Now) {
        self.tell_sessions(now, true);
        let links: Vec<LinkId> = self.links.keys().copied().collect();
        for link in links {
            self.close_link(now, link);
        }
        self.rows_wait(now, PARKED_FOR);
    }

    /// Rows without a session wait so long for their members, those of parked members aside.
    fn rows_wait(&mut self, now: Now, patience: Duration) {
        let peers = self.native.peers.values();
        let away: Vec<MemberId> = peers
            .filter(|peer| peer.links.is_empty() && !peer.away.parked)
            .map(|peer| peer.member.clone())
            .filter(|member| self.members.get(member).is_some())
            .collect();
        for member in away {
            self.timers
                .set(Timer::Native(NativeTimer::Gone(member)), now.plus(patience));
        }
    }

    /// Keeps one place that is up, if any is, and puts the others to sleep.
    fn choose_place(&mut self, now: Now) {
        let up = |(id, _): &(&BackendId, _)| self.meeting.is_up(**id);
        let order = |(id, place): &(&BackendId, &super::super::meeting::Place)| {
            (place.status.backend != "tracker", **id)
        };
        let chosen = self.meeting.places.iter().filter(up).min_by_key(order);
        let Some(chosen) = chosen.map(|(id, _)| *id) else {
            return;
        };
        self.meeting.parking.parked = Some(Some(chosen));
        let others: Vec<BackendId> = self.meeting.places.keys().copied().collect();
        for backend in others.into_iter().filter(|id| *id != chosen) {
            if let Some(place) = self.meeting.places.get_mut(&backend)
                && !std::mem::replace(&mut place.resting, true)
            {
                self.set_place(backend, RendezvousState::Waiting, Some(RESTS.to_owned()));
                self.out(Output::Rest {
                    backend,
                    resting: true,
                });
            }
        }
        for slot in self.meeting.slots() {
            self.meeting.begin(slot);
            self.announce(now, slot);
        }
    }

    fn all_places_wake(&mut self) {
        let places: Vec<BackendId> = self.meeting.places.keys().copied().collect();
        for backend in places {
            if let Some(place) = self.meeting.places.get_mut(&backend)
                && std::mem::replace(&mut place.resting, false)
            {
                self.set_place(backend, RendezvousState::Connecting, None);
                self.out(Output::Rest {
                    backend,
                    resting: false,
                });
            }
        }
    }

    /// A place came up while this room is parked.
    pub(in crate::room) fn parked_place_up(&mut self, now: Now, backend: BackendId) {
        match self.meeting.parking.parked {
            // Its socket is a new one: it has forgotten us.
            Some(Some(at)) if at == backend => {
                for slot in self.meeting.slots() {
                    self.announce(now, slot);
                }
            }
            Some(None) => self.choose_place(now),
            _ => {}
        }
    }

    /// A place was lost: if it was the one where this room could be woken, another is looked for.
    pub(in crate::room) fn parked_place_lost(&mut self, backend: BackendId) {
        if self.meeting.parking.parked == Some(Some(backend)) {
            self.meeting.parking.parked = Some(None);
            self.all_places_wake();
        }
    }

    /// Announces in a wake topic: sparsely and without offers if this room is the one to be woken,
    /// else with a fresh offer.
    pub(in crate::room) fn announce_wake(&mut self, now: Now, slot: Slot) {
        if self.ended || !self.meeting.is_up(slot.backend) {
            return;
        }
        let timer = Timer::Announce(slot);
        if self.meeting.parking.is_parked() {
            let place = self.meeting.places.get(&slot.backend);
            let asked = place.map_or(SPARSE.0, |place| place.asked);
            self.announce_offers(slot, Vec::new());
            self.timers.set(timer, now.plus(asked.clamp(SPARSE.0, SPARSE.1)));
            return;
        }
        let (mut old, mut fresh, mut awaited) = (Vec::new(), Vec::new(), false);
        for (id, link) in &mut self.links {
            if link.peer.is_some() || link.role != Role::Offerer(Some(slot)) {
                continue;
            }
            match &mut link.phase {
                Phase::Pooled {
                    sdp,
                    announced,
                    stale: false,
                } if announced.is_none() => {
                    *announced = Some(now.mono);
                    fresh.push((link.offer_id.clone(), sdp.clone()));
                }
                Phase::Pooled { .. } => old.push(*id),
                _ => awaited = true,
            }
        }
        if fresh.is_empty() {
            for link in old {
                self.close_link(now, link);
            }
            if !awaited {
                self.make_wake_offers(now, slot);
            }
            self.timers.set(timer, now.plus(DESCRIBED_WITHIN));
            return;
        }
        let offers: Vec<SealedOffer> = fresh
            .into_iter()
            .filter_map(|(id, sdp)| {
                let sealed = self.seal(now, slot.island, &sdp, None)?;
                Some(SealedOffer { id, sealed })
            })
            .collect();
        self.announce_offers(slot, offers);
        let pause = self
            .meeting
            .pacing
            .get_mut(&slot)
            .map_or(WAKE_AT_LEAST, |pacing| {
                let doubled = WAKE_EVERY.saturating_mul(1 << pacing.warm_up.min(8));
                pacing.warm_up += 1;
                doubled.min(WAKE_AT_LEAST)
            });
        self.timers.set(timer, now.plus(pause));
    }

    fn make_wake_offers(&mut self, now: Now, slot: Slot) {
        let wanted = self.owed().len().min(WAKE_OFFERS);
        for _ in 0..wanted {
            let pooled = self.links.values().filter(|link| link.is_pooled()).count();
            // A few beyond what is kept ready, since those are spoken for.
            if pooled >= MAX_POOLED + WAKE_OFFERS || !self.meeting.new_offers.take(now.mono, 1) {
                return;
            }
            let offer_id = self.token20();
            let link = self.add_link(Link::new(Role::Offerer(Some(slot)), offer_id, now.mono));
            self.out(Output::Offer { link });
        }
    }

    /// Members in the background that this device has something for.
    fn owed(&self) -> Vec<PublicKey> {
        let owed = |(key, peer): &(&PublicKey, &super::peers::Peer)| {
            peer.away.parked
                && peer.away.owed
                && !peer.blocked
                && peer.links.is_empty()
                && self.members.get(&peer.member).is_some()
                && self.native.roster.removed(key).is_none()
        };
        let peers = self.native.peers.iter();
        peers.filter(owed).map(|(key, _)| *key).collect()
    }

    /// This device has something for members that are in the background: for one, or for all.
    pub(super) fn owe_parked(&mut self, now: Now, to: Option<&PublicKey>) {
        if !self.is_native() || self.ended {
            return;
        }
        let last = self.native.ledger.last_of(&self.native.id()).seq;
        for (key, peer) in &mut self.native.peers {
            if peer.away.parked && to.is_none_or(|to| to == key) {
                peer.away.upto = last;
                peer.away.owed |= peer.links.is_empty();
            }
        }
        self.wake(now);
    }

    /// Something was said by another: members in the background may lack it.
    pub(super) fn parked_lack(&mut self) {
        for peer in self.native.peers.values_mut() {
            peer.away.lacks |= peer.away.parked && peer.links.is_empty();
        }
    }

    /// Begins to announce in wake topics, sooner if it does already, or ceases to.
    pub(super) fn wake(&mut self, now: Now) {
        if self.ended || !self.is_native() || self.meeting.parking.is_parked() {
            return;
        }
        let wakes = !self.owed().is_empty();
        if wakes != self.meeting.parking.wakes {
            self.meeting.parking.wakes = wakes;
            self.settle(now);
            if !wakes {
                // Not before its time as others are: nobody is to be woken any more.
                let mut grounds: Vec<usize> = self.meeting.grounds.keys().copied().collect();
                grounds.retain(|number| self.meeting.is_wake(*number));
                for number in grounds {
                    self.leave_ground(now, number);
                }
            }
        } else if wakes {
            let mut slots = self.meeting.slots();
            slots.retain(|slot| self.meeting.is_wake(slot.island));
            for slot in slots {
                if let Some(pacing) = self.meeting.pacing.get_mut(&slot) {
                    pacing.warm_up = 0;
                }
                let timer = Timer::Announce(slot);
                let soon = now.plus(WAKE_EVERY);
                if self.timers.get(&timer).is_none_or(|due| due > soon) {
                    self.timers.set(timer, soon);
                }
            }
        }
    }

    /// A session with a member has begun: what it is owed goes there.
    pub(super) fn woken(&mut self, now: Now, key: &PublicKey) {
        self.stays_awake(now);
        if let Some(peer) = self.native.peers.get_mut(key) {
            (peer.away.owed, peer.away.lacks) = (false, false);
            self.wake(now);
        }
    }

    /// The last session with a member is over: it may have missed something, and so may others that
    /// it would have woken.
    pub(super) fn parted_while_parked(&mut self, now: Now, key: &PublicKey) {
        for (other, peer) in &mut self.native.peers {
            let away = &mut peer.away;
            if other == key {
                away.owed |= away.parked && peer.got.0 < away.upto;
            } else {
                away.owed |= std::mem::take(&mut away.lacks) && away.parked;
            }
        }
        self.wake(now);
    }

    /// A member says that its app is in the background, or no more.
    pub(super) fn hear_parked(&mut self, now: Now, id: LinkId, key: &PublicKey, on: bool) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        if link.gauges.typing.measure(now.mono) != Pace::Fair || !self.is_native() {
            self.stats.dropped += 1;
            return;
        }
        if let Some(live) = self.native.live_mut(id) {
            live.parked = on;
        }
        let Some(peer) = self.native.peers.get_mut(key) else {
            return;
        };
        peer.away.parked = on;
        let member = peer.member.clone();
        if self
            .members
            .get(&member)
            .is_some_and(|row| row.state != MemberState::Connecting)
        {
            self.settle_sessions(now, key);
        }
    }
}
