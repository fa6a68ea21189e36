//! Meeting: where to look for others, and with whom to begin a connection.
//!
//! 1. An answer to one of our offers (`pool`), or an offer of a peer, becomes an attempt unless
//!    that peer is linked to or being linked to. An attempt that has not opened after four seconds
//!    no longer stands in the way of a second one: a page whose addresses are hidden may be reached
//!    one way and not the other.
//! 2. When two attempts with one peer open, the side with the greater id keeps the first that
//!    opened to it and closes the other, as a page does; the other side waits and sees (`session`).
//!    A row therefore never moves from one connection to another.
//!
//! What a tracker says of a peer proves nothing; what it carries is worth reading only if it opens
//! with the room's key, and then only so often.

use super::event::{Event, NoticeCode, RendezvousState, RendezvousStatus};
use super::io::{MeetEvent, Output};
use super::limits::{
    BOXES, Bucket, MAX_HALF_OPEN, MAX_MEMBERS, MAX_PEER_LINKS, MAX_POOLED, MAX_REMEMBERED, NEW_OFFERS,
    PEER_SIGNALS, PROMPT_ANNOUNCES, SIGNALS,
};
use super::link::{Link, PeerKey, Phase, Role};
use super::native::{NativeGround, Parking};
use super::pool::{ANNOUNCE_AT_MOST, ANNOUNCE_EVERY, AT_ONCE, GATHER, OFFER_SPREAD, OFFER_STALE};
use super::{Backend, Room, Timer};
use crate::id::{BackendId, LinkId, PeerId};
use crate::invite::native::SignalKind;
use crate::invite::{Island, WebInvite};
use crate::timer::Now;
use crate::wire::web::seal::{SealError, SignalKey};
use crate::wire::web::topic::{InfoHash, RoomToken, info_hash, room_token};
use rand_core::Rng;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// An attempt this old no longer stands in the way of another with the same peer.
const HEDGE_AFTER: Duration = Duration::from_secs(4);
/// An attempt that has not opened by then is given up.
pub(super) const OPENS_WITHIN: Duration = Duration::from_secs(15);
/// A place where what is said arrives later than this is not waited for.
const DELAY_AT_MOST: Duration = Duration::from_secs(60);
/// Pause between two sentences of one kind.
const NOTICE_EVERY: Duration = Duration::from_secs(30);
/// Failed attempts with one peer before the person is told.
const UNREACHABLE_AFTER: u8 = 2;

/// One place to meet and one island: where an offer can be announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    pub backend: BackendId,
    pub island: usize,
}

/// One swarm of the room: where it is, as whom we are there, and what opens what is said there.
#[derive(Debug)]
pub(super) struct Ground {
    pub topic: InfoHash,
    /// The id we announce ourselves under.
    pub me: PeerId,
    pub kind: GroundKind,
}

/// What a ground is derived from.
#[derive(Debug)]
pub(super) enum GroundKind {
    /// An island of a web room.
    Web(WebGround),
    /// An hour of a native room.
    Native(NativeGround),
}

/// One island of the room, with all that is derived from it.
#[derive(Debug)]
pub(super) struct WebGround {
    pub origin: String,
    pub app_id: String,
    pub token: RoomToken,
    pub(super) key: SignalKey,
}

impl Ground {
    fn web(island: &Island, invite: &WebInvite, me: PeerId) -> Self {
        let app_id = island.app_id();
        let password = invite.trystero_password();
        Self {
            topic: info_hash(&app_id, &invite.room),
            me,
            kind: GroundKind::Web(WebGround {
                origin: island.origin.clone(),
                token: room_token(&app_id, &invite.room),
                key: SignalKey::derive(password.expose(), &app_id, &invite.room),
                app_id,
            }),
        }
    }
}

/// A description that a tracker brought and that opened.
struct Unsealed {
    slot: Slot,
    /// Whose it says it is.
    key: PeerKey,
    /// To whom an answer goes.
    remote: PeerId,
    sdp: String,
}

/// One place to meet.
#[derive(Debug)]
pub(super) struct Place {
    pub status: RendezvousStatus,
    pub every: Duration,
    /// How late what is said here arrives.
    delay: Duration,
    /// How often it asked to be announced to.
    pub asked: Duration,
    /// It was put to sleep while this room is in the background.
    pub resting: bool,
    signals: Bucket,
    boxes: Bucket,
}

/// The pace of announcing in one slot.
#[derive(Debug)]
pub(super) struct Pacing {
    pub warm_up: usize,
    pub prompts: Bucket,
}

/// What is remembered of a peer id, whether it is linked to or not.
#[derive(Debug)]
struct Acquaintance {
    signals: Bucket,
    failures: u8,
    wrong_password_told: bool,
    unreachable_told: bool,
}

/// The meeting half of a room's state.
#[derive(Debug)]
pub(super) struct Meeting {
    /// The same on every island. In a native room, the tag within sealed offers.
    pub me: PeerId,
    /// By number; numbers are not used again.
    pub grounds: BTreeMap<usize, Ground>,
    next_ground: usize,
    pub(super) places: BTreeMap<BackendId, Place>,
    pub(super) pacing: BTreeMap<Slot, Pacing>,
    acquaintances: BTreeMap<PeerKey, Acquaintance>,
    met_order: VecDeque<PeerKey>,
    pub(super) new_offers: Bucket,
    /// This room's share of pooled offers and of attempts, where it is one of many.
    pub(super) pooled_at_most: usize,
    pub(super) half_open_at_most: usize,
    none_up_told: bool,
    wrong_password: Bucket,
    unreachable: Bucket,
    refusals: Bucket,
    pub suspended: bool,
    pub(super) parking: Parking,
}

impl Meeting {
    /// Places to meet, and no ground yet.
    pub fn new(me: PeerId, backends: Vec<Backend>) -> Self {
        let place = |backend: Backend| {
            let status = RendezvousStatus {
                backend: backend.kind,
                url: backend.url,
                state: RendezvousState::Connecting,
                detail: None,
            };
            (
                backend.id,
                Place {
                    status,
                    every: ANNOUNCE_EVERY,
                    delay: Duration::ZERO,
                    asked: Duration::ZERO,
                    resting: false,
                    signals: Bucket::new(SIGNALS),
                    boxes: Bucket::new(BOXES),
                },
            )
        };
        Self {
            me,
            grounds: BTreeMap::new(),
            next_ground: 0,
            places: backends.into_iter().map(place).collect(),
            pacing: BTreeMap::new(),
            acquaintances: BTreeMap::new(),
            met_order: VecDeque::new(),
            new_offers: Bucket::new(NEW_OFFERS),
            pooled_at_most: MAX_POOLED,
            half_open_at_most: MAX_HALF_OPEN,
            none_up_told: false,
            wrong_password: Bucket::new((1, NOTICE_EVERY)),
            unreachable: Bucket::new((1, NOTICE_EVERY)),
            refusals: Bucket::new((1, NOTICE_EVERY)),
            suspended: false,
            parking: Parking::default(),
        }
    }

    /// Adds every island of a web room.
    pub fn add_islands(&mut self, invite: &WebInvite) {
        for island in &invite.islands {
            self.add_ground(Ground::web(island, invite, self.me));
        }
    }

    /// The places as shown.
    pub fn shown(&self) -> Vec<RendezvousStatus> {
        self.places.values().map(|place| place.status.clone()).collect()
    }

    pub(super) fn is_up(&self, backend: BackendId) -> bool {
        self.places
            .get(&backend)
            .is_some_and(|place| place.status.state == RendezvousState::Up)
    }

    /// Every slot whose place answers.
    pub(super) fn slots(&self) -> Vec<Slot> {
        let up = self
            .places
            .iter()
            .filter(|(_, place)| place.status.state == RendezvousState::Up);
        up.flat_map(|(backend, place)| self.slots_of(*backend, place))
            .collect()
    }

    /// Every slot of one place.
    pub(super) fn slots_of(&self, backend: BackendId, place: &Place) -> Vec<Slot> {
        let here = |ground: &Ground| match &ground.kind {
            GroundKind::Web(_) => true,
            GroundKind::Native(native) if native.is_wake() => self.parking.wakes_at(backend),
            GroundKind::Native(native) => native.backend == place.status.backend,
        };
        let grounds = self.grounds.iter().filter(|(_, ground)| here(ground));
        grounds
            .map(|(island, _)| Slot {
                backend,
                island: *island,
            })
            .collect()
    }

    /// How late what is said at a place arrives, at most.
    pub(super) fn delay(&self, backend: BackendId) -> Duration {
        self.places
            .get(&backend)
            .map_or(Duration::ZERO, |place| place.delay)
    }

    /// The generation of a native room that meets on a ground; 0 in a web room.
    pub(super) fn generation(&self, island: usize) -> u32 {
        match self.grounds.get(&island).map(|ground| &ground.kind) {
            Some(GroundKind::Native(native)) => native.generation,
            _ => 0,
        }
    }

    /// Whether a ground is where a parked member is woken.
    pub(super) fn is_wake(&self, island: usize) -> bool {
        let ground = self.grounds.get(&island);
        ground.is_some_and(|ground| matches!(&ground.kind, GroundKind::Native(native) if native.is_wake()))
    }

    /// Adds a ground; returns its number.
    pub(super) fn add_ground(&mut self, ground: Ground) -> usize {
        let number = self.next_ground;
        self.next_ground += 1;
        self.grounds.insert(number, ground);
        number
    }

    /// Forgets a ground.
    pub(super) fn leave(&mut self, number: usize) {
        self.grounds.remove(&number);
        self.pacing.retain(|slot, _| slot.island != number);
    }

    /// The island `number` of a web room.
    pub(super) fn web(&self, number: usize) -> &WebGround {
        match self.grounds.get(&number).map(|ground| &ground.kind) {
            Some(GroundKind::Web(web)) => web,
            _ => unreachable!("a web room's grounds are islands and stand until its end"),
        }
    }

    /// Origins of a web room's islands.
    pub(super) fn origins(&self) -> Vec<String> {
        let origin = |ground: &Ground| match &ground.kind {
            GroundKind::Web(web) => Some(web.origin.clone()),
            GroundKind::Native(_) => None,
        };
        self.grounds.values().filter_map(origin).collect()
    }

    /// Starts the pace of a slot anew.
    pub(super) fn begin(&mut self, slot: Slot) {
        let pacing = Pacing {
            warm_up: 0,
            prompts: Bucket::new(PROMPT_ANNOUNCES),
        };
        self.pacing.entry(slot).or_insert(pacing).warm_up = 0;
    }

    fn acquaintance(&mut self, key: PeerKey) -> &mut Acquaintance {
        if !self.acquaintances.contains_key(&key) {
            if self.met_order.len() >= MAX_REMEMBERED
                && let Some(oldest) = self.met_order.pop_front()
            {
                self.acquaintances.remove(&oldest);
            }
            self.met_order.push_back(key);
        }
        self.acquaintances.entry(key).or_insert_with(|| Acquaintance {
            signals: Bucket::new(PEER_SIGNALS),
            failures: 0,
            wrong_password_told: false,
            unreachable_told: false,
        })
    }

    /// Whether the person may be told once more that somebody was turned away.
    pub fn may_tell_of_refusal(&mut self, now: Now) -> bool {
        self.refusals.take(now.mono, 1)
    }

    /// Whether connections are begun at all now.
    pub fn may_offer(&self) -> bool {
        !self.suspended
    }

    /// Number of peers remembered.
    pub fn remembered(&self) -> usize {
        self.acquaintances.len().max(self.met_order.len())
    }

    /// Forgets everything that could name anybody.
    pub fn clear(&mut self) {
        self.grounds.clear();
        self.acquaintances.clear();
        self.met_order.clear();
    }
}

impl Room {
    /// Takes what a place to meet reports. Places nobody named at the start are ignored.
    pub fn handle_meet(&mut self, now: Now, backend: BackendId, event: MeetEvent) {
        // One that sleeps has nothing to say: what comes was said before.
        let listens = |place: &Place| !place.resting;
        if self.ended || !self.meeting.places.get(&backend).is_some_and(listens) {
            return;
        }
        match event {
            MeetEvent::Up => self.place_up(now, backend),
            MeetEvent::Waiting(detail) => {
                self.place_lost(backend, RendezvousState::Waiting, detail);
            }
            MeetEvent::Down(detail) => self.place_lost(backend, RendezvousState::Down, detail),
            MeetEvent::Delay(delay) => {
                if let Some(place) = self.meeting.places.get_mut(&backend) {
                    place.delay = delay.min(DELAY_AT_MOST);
                }
            }
            MeetEvent::Interval(seconds) => {
                if let Some(place) = self.meeting.places.get_mut(&backend) {
                    let asked = Duration::from_secs(seconds.into());
                    place.asked = asked;
                    place.every = asked.clamp(ANNOUNCE_AT_MOST, ANNOUNCE_EVERY);
                }
            }
            MeetEvent::Offer {
                topic,
                from,
                offer_id,
                sealed,
            } => {
                if let Some(signal) = self.unseal(now, backend, topic, from, &sealed, SignalKind::Offer) {
                    self.offered(now, signal, offer_id);
                }
            }
            MeetEvent::Answer {
                topic,
                from,
                offer_id,
                sealed,
            } => {
                if let Some(signal) = self.unseal(now, backend, topic, from, &sealed, SignalKind::Answer) {
                    self.answered(now, signal, &offer_id);
                }
            }
        }
    }

    fn place_up(&mut self, now: Now, backend: BackendId) {
        self.meeting.none_up_told = false;
        self.set_place(backend, RendezvousState::Up, None);
        if self.meeting.parking.is_parked() {
            self.parked_place_up(now, backend);
            return;
        }
        let Some(place) = self.meeting.places.get(&backend) else {
            return;
        };
        let slots = self.meeting.slots_of(backend, place);
        for slot in &slots {
            self.meeting.begin(*slot);
        }
        self.fill_pool(now);
        for slot in slots {
            self.enter_slot(now, slot);
        }
    }

    /// Announces a slot for the first time: at once, or as soon as its offers are there.
    pub(super) fn enter_slot(&mut self, now: Now, slot: Slot) {
        if self.is_gathering(slot) {
            // From now on others' offers reach us; ours follow together.
            self.announce_offers(slot, Vec::new());
            self.timers.set(Timer::Announce(slot), now.plus(GATHER));
        } else {
            self.announce(now, slot);
        }
    }

    fn place_lost(&mut self, backend: BackendId, state: RendezvousState, detail: String) {
        self.set_place(backend, state, Some(detail));
        self.parked_place_lost(backend);
        self.timers
            .retain(|timer| !matches!(timer, Timer::Announce(slot) if slot.backend == backend));
        let lost = |place: &Place| {
            matches!(
                place.status.state,
                RendezvousState::Waiting | RendezvousState::Down
            )
        };
        if self.meeting.places.values().all(lost) && !self.meeting.none_up_told {
            self.meeting.none_up_told = true;
            self.notice(
                NoticeCode::NoRendezvous,
                "No place to meet answers, so nobody new can come in. Those who are here stay \
                 connected. Check the network, or name another tracker; it is tried again by itself.",
            );
        }
    }

    pub(super) fn set_place(&mut self, backend: BackendId, state: RendezvousState, detail: Option<String>) {
        let Some(place) = self.meeting.places.get_mut(&backend) else {
            return;
        };
        if place.status.state == state && place.status.detail == detail {
            return;
        }
        place.status.state = state;
        place.status.detail = detail;
        let status = place.status.clone();
        self.event(Event::Rendezvous { status });
    }

    /// Opens a sealed description that came from a tracker, within every limit.
    fn unseal(
        &mut self,
        now: Now,
        backend: BackendId,
        topic: InfoHash,
        from: PeerId,
        sealed: &str,
        kind: SignalKind,
    ) -> Option<Unsealed> {
        let (island, ground) = self
            .meeting
            .grounds
            .iter()
            .find(|(_, ground)| ground.topic == topic)?;
        let island = *island;
        if from == ground.me {
            return None;
        }
        let key = PeerKey::new(island, from);
        // A native room's boxes count once they have opened: junk that a stranger sends is not to
        // use up what members may send, and costs little to tell from it.
        let sealed_for_members = matches!(ground.kind, GroundKind::Native(_));
        let place = self.meeting.places.get_mut(&backend)?;
        let affords = if sealed_for_members {
            place.boxes.take(now.mono, 1)
        } else {
            self.affords_signal(now, backend, key)
        };
        if !affords {
            self.stats.dropped += 1;
            return None;
        }
        if self.is_refused(now, from.as_str()) {
            self.stats.refused += 1;
            return None;
        }
        let slot = Slot { backend, island };
        let opened = match &self.meeting.grounds.get(&island)?.kind {
            GroundKind::Web(web) => match web.key.open(sealed) {
                Ok(sdp) => Some((key, sdp)),
                Err(SealError::WrongKey) => {
                    self.stats.refused += 1;
                    self.wrong_password(now, key);
                    return None;
                }
                Err(SealError::Malformed) => None,
            },
            GroundKind::Native(native) => {
                let generation = native.generation;
                let topic = native.topic;
                self.unseal_native(now, generation, &topic, sealed, kind)
            }
        };
        let Some((sender, sdp)) = opened else {
            self.stats.refused += 1;
            return None;
        };
        if sealed_for_members && !self.affords_signal(now, backend, key) {
            self.stats.dropped += 1;
            return None;
        }
        Some(Unsealed {
            slot,
            key: sender,
            remote: from,
            sdp,
        })
    }

    /// Counts an offer or answer against what the back end and the peer may send.
    fn affords_signal(&mut self, now: Now, backend: BackendId, key: PeerKey) -> bool {
        let place = self.meeting.places.get_mut(&backend);
        place.is_some_and(|place| place.signals.take(now.mono, 1))
            && self.meeting.acquaintance(key).signals.take(now.mono, 1)
    }

    /// Says that somebody has another password: once for each peer, and not often.
    pub(super) fn wrong_password(&mut self, now: Now, key: PeerKey) {
        if self.meeting.acquaintance(key).wrong_password_told
            || !self.meeting.wrong_password.take(now.mono, 1)
        {
            return;
        }
        self.meeting.acquaintance(key).wrong_password_told = true;
        self.notice(
            NoticeCode::WrongPassword,
            "Somebody is in a room of this name with another password than yours, so you cannot \
             meet. Compare the password or the link with the person who invited you.",
        );
    }

    fn offered(&mut self, now: Now, signal: Unsealed, offer_id: String) {
        let Unsealed {
            slot,
            key,
            remote,
            sdp: offer,
        } = signal;
        // A page that takes up an offer nobody answered may announce it with nothing in it any
        // more: that is no attempt, and no failed one.
        if offer.starts_with("v=0") && !offer.contains("\nm=") {
            self.stats.refused += 1;
            return;
        }
        let same = |link: &Link| link.peer == Some(key) && link.offer_id == offer_id;
        if self.links.values().any(same) || !self.may_attempt(now, key, HEDGE_AFTER) {
            return;
        }
        let relays = self.relays_for(now, key);
        let mut link = Link::new(Role::Answerer(slot), offer_id, now.mono);
        link.peer = Some(key);
        link.remote = Some(remote);
        link.generation = self.meeting.generation(slot.island);
        let id = self.add_link(link);
        let delay = self.meeting.delay(slot.backend);
        self.timers.set(Timer::Opens(id), now.plus(OPENS_WITHIN + delay));
        self.out(Output::Answer {
            link: id,
            offer,
            relays,
            delay,
        });
    }

    fn answered(&mut self, now: Now, signal: Unsealed, offer_id: &str) {
        let Unsealed {
            slot,
            key,
            remote,
            sdp: answer,
        } = signal;
        let ours = |link: &Link| {
            link.offer_id == offer_id
                && link.role == Role::Offerer(Some(slot))
                && matches!(link.phase, Phase::Pooled { .. })
        };
        let Some(id) = self.links.iter().find(|(_, link)| ours(link)).map(|(id, _)| *id) else {
            return;
        };
        // The peer has begun already; refusing the second of two crossing attempts here would
        // leave its side waiting, so only the number is bounded.
        if !self.may_attempt(now, key, Duration::ZERO) {
            return;
        }
        let generation = self.meeting.generation(slot.island);
        if let Some(link) = self.links.get_mut(&id) {
            link.peer = Some(key);
            link.remote = Some(remote);
            link.generation = generation;
            link.phase = Phase::Connecting;
            link.since = now.mono;
        }
        self.timers.stop(&Timer::OfferStale(id));
        self.timers.stop(&Timer::OfferEnds(id));
        self.timers.set(Timer::Opens(id), now.plus(OPENS_WITHIN));
        self.out(Output::Accept { link: id, answer });
        self.fill_pool(now);
    }

    /// Whether another attempt with `key` is wanted and affordable. One younger than `hedge`
    /// stands in the way.
    fn may_attempt(&mut self, now: Now, key: PeerKey, hedge: Duration) -> bool {
        let with_peer: Vec<&Link> = self
            .links
            .values()
            .filter(|link| link.peer == Some(key))
            .collect();
        if with_peer.iter().any(|link| link.is_open() && !link.silent) {
            return false;
        }
        let young = |link: &&Link| link.is_half_open() && now.mono.saturating_sub(link.since) < hedge;
        if with_peer.iter().any(young) || with_peer.len() >= MAX_PEER_LINKS {
            return false;
        }
        if self.links.values().filter(|link| link.is_half_open()).count() >= self.meeting.half_open_at_most {
            self.stats.dropped += 1;
            return false;
        }
        if self.members.len() >= MAX_MEMBERS {
            self.stats.dropped += 1;
            if self.meeting.may_tell_of_refusal(now) {
                self.notice(
                    NoticeCode::Refused,
                    &format!(
                        "The room holds {MAX_MEMBERS} others, which is all this device links to; somebody was turned away."
                    ),
                );
            }
            return false;
        }
        true
    }

    /// The stack has described `id`: announce it, or send it back as an answer.
    pub(super) fn described(&mut self, now: Now, id: LinkId, sdp: String) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        if !matches!(link.phase, Phase::Describing) {
            return;
        }
        match link.role.clone() {
            Role::Offerer(slot) => {
                link.phase = Phase::Pooled {
                    sdp,
                    announced: None,
                    stale: false,
                };
                let spread = self.rng.next_u64() % OFFER_SPREAD.as_secs();
                self.timers.set(
                    Timer::OfferStale(id),
                    now.plus(OFFER_STALE + Duration::from_secs(spread)),
                );
                match slot {
                    Some(slot) if self.is_gathering(slot) => self.announce_soon(now, slot, GATHER),
                    Some(slot) => self.announce_soon(now, slot, AT_ONCE),
                    None => self.fill_pool(now),
                }
            }
            Role::Caller(key) | Role::Called(key) => self.described_for(now, id, &key, &sdp),
            Role::Manual => self.manual_described(now, id, &sdp),
            Role::Answerer(slot) => {
                link.phase = Phase::Connecting;
                let (Some(peer), Some(to), offer_id) = (link.peer, link.remote, link.offer_id.clone()) else {
                    return;
                };
                // The swarm may have been left, or the description be longer than a box.
                let sealed = self.seal(now, slot.island, &sdp, Some(peer));
                let (Some(ground), Some(sealed)) = (self.meeting.grounds.get(&slot.island), sealed) else {
                    self.close_link(now, id);
                    return;
                };
                self.out(Output::Reply {
                    backend: slot.backend,
                    topic: ground.topic,
                    peer: ground.me,
                    to,
                    offer_id,
                    sealed,
                });
            }
        }
    }

    /// An attempt has not opened in time.
    pub(super) fn gives_up(&mut self, now: Now, id: LinkId) {
        if self.links.get(&id).is_some_and(Link::is_half_open) {
            self.attempt_failed(now, id);
            self.close_link(now, id);
        }
    }

    /// Counts a failed attempt; tells the person when a peer seems out of reach.
    pub(super) fn attempt_failed(&mut self, now: Now, id: LinkId) {
        let Some(key) = self
            .links
            .get(&id)
            .filter(|link| link.is_half_open())
            .and_then(|link| link.peer)
        else {
            return;
        };
        let others = self
            .links
            .iter()
            .any(|(other, link)| *other != id && link.peer == Some(key));
        let met = self.meeting.acquaintance(key);
        met.failures = met.failures.saturating_add(1);
        if met.failures < UNREACHABLE_AFTER || met.unreachable_told || others {
            return;
        }
        if !self.meeting.unreachable.take(now.mono, 1) {
            return;
        }
        self.meeting.acquaintance(key).unreachable_told = true;
        self.notice(
            NoticeCode::Unreachable,
            "Somebody is there, but no connection comes about: one of the two networks lets none \
             through. A TURN server on either side would help; so may another network.",
        );
        for slot in self.meeting.slots() {
            self.announce_soon(now, slot, Duration::from_secs(1));
        }
    }

    /// Whether an attempt with this peer has failed since one worked, or is under way and taking
    /// so long that another may begin.
    pub(super) fn was_not_reached(&self, key: PeerKey) -> bool {
        let failed = self
            .meeting
            .acquaintances
            .get(&key)
            .is_some_and(|met| met.failures > 0);
        failed
            || self
                .links
                .values()
                .any(|link| link.peer == Some(key) && link.is_half_open())
    }

    /// A link with this peer works: what failed before no longer counts.
    pub(super) fn attempt_succeeded(&mut self, key: PeerKey) {
        self.meeting.acquaintance(key).failures = 0;
    }
}
