//! Another connection to a member that one has a session with: arranged within the session, or
//! through a member that both reach, without any place to meet.
//!
//! A connection that has fallen silent, that ended, or that a change of network left in doubt gets
//! company: an offer goes to the member, and the new connection begins with a handshake of its own.
//! The old one goes on meanwhile; which of two sessions stays is settled as ever (`peers`). Nothing
//! here is believed but that who seals has a session with this device, or had one lately: who a
//! connection leads to is proved on the connection itself.
//!
//! Who passes a box on learns that two members look for each other, and how many bytes they say.
//! It passes it only between members that it has sessions with and that may hear the room, a few a
//! minute, and keeps nothing. Nobody who was removed is told anything, or listened to.

use super::super::event::Via;
use super::super::io::Output;
use super::super::limits::{Bucket, CALLS, MAX_PEER_LINKS, MAX_REMEMBERED, PASSED_ON};
use super::super::link::{Link, PeerKey, Phase, Role};
use super::super::meeting::OPENS_WITHIN;
use super::super::{Room, Timer};
use super::NativeTimer;
use super::peers::Peer;
use crate::crypto::{PublicKey, kdf, open_once, seal_once};
use crate::description::{Description, Setup};
use crate::id::LinkId;
use crate::secret::SecretBytes;
use crate::timer::Now;
use crate::wire::native::{Frame, Signal};
use data_encoding::HEXLOWER;
use rand_core::Rng;
use std::collections::VecDeque;
use std::time::Duration;

/// An attempt this old no longer stands in the way of another.
const HEDGE_AFTER: Duration = Duration::from_secs(4);
/// How often a member that was lost is looked for through others.
const CALL_EVERY: Duration = Duration::from_secs(6);
/// How long after a change of network a connection may take to show that it lives.
const DOUBT: Duration = Duration::from_millis(1_500);
/// Most members asked to pass on the same box.
const CARRIERS: usize = 2;
/// Keys kept of one member: the present session's and the one before, since one side may know of a
/// session a moment before the other does.
const KEYS: usize = 2;
const SALT: usize = 16;

/// What is kept of signals for one member.
#[derive(Debug)]
pub(super) struct Calls {
    keys: VecDeque<SecretBytes<32>>,
    /// Offers made to it.
    made: Bucket,
    /// Offers taken from it.
    taken: Bucket,
    /// Boxes passed on for it.
    passed: Bucket,
}

impl Default for Calls {
    fn default() -> Self {
        Self {
            keys: VecDeque::new(),
            made: Bucket::new(CALLS),
            taken: Bucket::new(CALLS),
            passed: Bucket::new(PASSED_ON),
        }
    }
}

impl Calls {
    /// A session has begun.
    pub fn learn(&mut self, key: SecretBytes<32>) {
        self.keys.truncate(KEYS - 1);
        self.keys.push_front(key);
    }

    /// The member has not come back.
    pub fn forget(&mut self) {
        self.keys.clear();
    }
}

fn box_key(key: &SecretBytes<32>, salt: &[u8]) -> SecretBytes<32> {
    kdf(salt, key.expose(), "signal box", b"")
}

fn ad(from: &PublicKey, to: &PublicKey) -> [u8; 64] {
    let mut ad = [0; 64];
    ad[..32].copy_from_slice(from.as_bytes());
    ad[32..].copy_from_slice(to.as_bytes());
    ad
}

/// How a connection's identity travels: as the link's own offer id.
fn id_text(id: &[u8; 16]) -> String {
    HEXLOWER.encode(id)
}

impl Room {
    /// After a change of network: every connection is in doubt until it shows that it lives.
    pub(in crate::room) fn doubt_links(&mut self, now: Now) {
        if !self.is_native() {
            return;
        }
        let mut relayed = Vec::new();
        for (id, link) in self.links.iter_mut().filter(|(_, link)| link.is_open()) {
            link.doubtful = true;
            // A relay knows this device by an address that it may no longer have.
            if link.via == Some(Via::Relay) {
                relayed.extend(self.native.live_key(*id));
            }
        }
        self.timers
            .set(Timer::Native(NativeTimer::Doubt), now.plus(DOUBT));
        for key in relayed {
            self.call(now, &key);
        }
    }

    /// Those that have not shown it get company.
    pub(super) fn doubt_over(&mut self, now: Now) {
        for key in self.native.connected() {
            let doubtful = |id| self.links.get(&id).is_none_or(|link| link.doubtful);
            if self.primary(&key).is_none_or(doubtful) {
                self.call(now, &key);
            }
        }
    }

    /// A member's last connection is silent or gone: it is looked for until it is back or its row
    /// goes.
    pub(in crate::room) fn look_for(&mut self, now: Now, key: &PublicKey) {
        if !self.is_native() || self.ended || self.native.is_parked(key) || self.meeting.parking.is_parked() {
            return;
        }
        let Some(peer) = self.native.peers.get(key) else {
            return;
        };
        let waits = self.members.get(&peer.member).is_some();
        if !waits || self.is_well(key) {
            return;
        }
        self.call(now, key);
        let spread = Duration::from_millis(u64::from(self.rng.next_u32() % 2_000));
        let timer = Timer::Native(NativeTimer::Call(*key));
        self.timers.set(timer, now.plus(CALL_EVERY + spread));
    }

    /// Whether a session with a key serves and is not silent.
    fn is_well(&self, key: &PublicKey) -> bool {
        let heard = |id| self.links.get(&id).is_some_and(|link| !link.silent);
        self.primary(key).is_some_and(heard)
    }

    /// Makes an offer to a member, if there is a way to tell it of one.
    fn call(&mut self, now: Now, key: &PublicKey) {
        let may = self.native.roster.removed(key).is_none();
        let carried = self.is_well(key) || !self.carriers(key).is_empty();
        let tag = self.native.tag(key);
        let peer_key = PeerKey::tagged(tag);
        let Some(peer) = self.native.peers.get_mut(key) else {
            return;
        };
        if !may || !carried || peer.blocked || !self.meeting.may_offer() {
            return;
        }
        let with_peer = || self.links.values().filter(|link| link.peer == Some(peer_key));
        let young = |link: &Link| link.is_half_open() && now.mono.saturating_sub(link.since) < HEDGE_AFTER;
        let half_open = self.links.values().filter(|link| link.is_half_open()).count();
        if with_peer().any(young)
            || with_peer().count() >= MAX_PEER_LINKS
            || half_open >= self.meeting.half_open_at_most
            || !peer.calls.made.take(now.mono, 1)
        {
            return;
        }
        let mut id = [0; 16];
        self.rng.fill_bytes(&mut id);
        let mut link = Link::new(Role::Caller(*key), id_text(&id), now.mono);
        link.peer = Some(peer_key);
        link.generation = self.native.roster.generation();
        let link = self.add_link(link);
        self.timers.set(Timer::Opens(link), now.plus(OPENS_WITHIN));
        self.out(Output::Offer { link });
    }

    /// A connection that was made for a member is described: it is told.
    pub(in crate::room) fn described_for(&mut self, now: Now, id: LinkId, key: &PublicKey, sdp: &str) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        link.phase = Phase::Connecting;
        let answer = matches!(link.role, Role::Called(_));
        let (generation, offer_id, carrier) = (link.generation, link.offer_id.clone(), link.carrier);
        let description = Description::from_sdp(sdp).ok();
        let bytes = HEXLOWER.decode(offer_id.as_bytes()).ok();
        let (Some(description), Some(Ok(id_bytes))) = (description, bytes.map(TryInto::try_into)) else {
            self.close_link(now, id);
            return;
        };
        let signal = Signal {
            answer,
            id: id_bytes,
            generation,
            description: description.encode(),
        };
        if !self.tell_signal(now, key, &signal, carrier) {
            self.close_link(now, id);
        }
    }

    /// Gives a signal to a member by whatever way there is; false if there is none. What came
    /// through a carrier is answered through it: the other side may know of a silence that this
    /// one does not.
    fn tell_signal(
        &mut self,
        now: Now,
        key: &PublicKey,
        signal: &Signal,
        carrier: Option<PublicKey>,
    ) -> bool {
        let mut carriers = self.carriers(key);
        if let Some(carrier) = carrier {
            carriers.retain(|other| *other != carrier);
            carriers.insert(0, carrier);
            carriers.truncate(CARRIERS);
        }
        let in_doubt = |id| {
            self.links
                .get(&id)
                .is_none_or(|link| link.silent || link.doubtful)
        };
        let (well, sure) = (self.is_well(key), !self.primary(key).is_none_or(in_doubt));
        if well {
            self.post(now, key, &Frame::Signal(signal.clone()));
        }
        if (sure && carrier.is_none()) || carriers.is_empty() {
            return well;
        }
        let mut salt = [0; SALT];
        self.rng.fill_bytes(&mut salt);
        let newest = self
            .native
            .peers
            .get(key)
            .and_then(|peer| peer.calls.keys.front());
        let Some(newest) = newest else { return well };
        let mut sealed = salt.to_vec();
        let ad = ad(&self.native.id(), key);
        sealed.extend(seal_once(box_key(newest, &salt), &ad, &signal.encode()));
        for carrier in carriers {
            let to = *key;
            let sealed = sealed.clone();
            self.post(now, &carrier, &Frame::PassOn { to, sealed });
        }
        true
    }

    /// Members that may be able to pass something on.
    fn carriers(&self, to: &PublicKey) -> Vec<PublicKey> {
        let mut sure = self.native.here();
        sure.retain(|key| key != to && self.is_well(key) && self.may_hear(key));
        // Those whose connection has shown that it lives come first.
        sure.sort_by_key(|key| {
            self.primary(key)
                .and_then(|id| self.links.get(&id))
                .is_none_or(|link| link.doubtful)
        });
        sure.truncate(CARRIERS);
        sure
    }

    /// A member asks to pass something on.
    pub(super) fn pass_on(&mut self, now: Now, from: &PublicKey, to: &PublicKey, sealed: Vec<u8>) {
        let may = to != from && self.may_hear(from) && self.may_hear(to) && self.is_well(to);
        let blocked = |peer: &Peer| peer.blocked;
        let afforded = self
            .native
            .peers
            .get_mut(from)
            .is_some_and(|peer| !peer.blocked && peer.calls.passed.take(now.mono, 1));
        if !may || !afforded || self.native.peers.get(to).is_none_or(blocked) {
            self.stats.dropped += 1;
            return;
        }
        let from = *from;
        self.post(now, to, &Frame::PassedOn { from, sealed });
    }

    /// Something a member sealed came through another.
    pub(super) fn passed_on(&mut self, now: Now, carrier: &PublicKey, from: &PublicKey, sealed: &[u8]) {
        let me = self.native.id();
        let opened = self.native.peers.get(from).and_then(|peer| {
            let (salt, sealed) = sealed.split_at_checked(SALT)?;
            let ad = ad(from, &me);
            let mut keys = peer.calls.keys.iter();
            keys.find_map(|key| open_once(&box_key(key, salt), &ad, sealed).ok())
        });
        let signal = opened.and_then(|plain| Signal::decode(&plain).ok());
        match signal {
            Some(signal) => self.signalled(now, from, signal, Some(*carrier)),
            None => self.stats.dropped += 1,
        }
    }

    /// A member offers another connection, or answers.
    pub(super) fn signalled(
        &mut self,
        now: Now,
        key: &PublicKey,
        signal: Signal,
        carrier: Option<PublicKey>,
    ) {
        let description = Description::decode(&signal.description).ok();
        let blocked = self.native.peers.get(key).is_none_or(|peer| peer.blocked);
        // Whoever answers has chosen who begins, and whoever offers leaves the choice.
        let fits = |description: &Description| (description.setup == Setup::ActPass) != signal.answer;
        let may = self.is_native() && !blocked && self.native.roster.removed(key).is_none();
        let Some(description) = description.filter(fits).filter(|_| may) else {
            self.stats.dropped += 1;
            return;
        };
        let offer_id = id_text(&signal.id);
        if signal.answer {
            let role = Role::Caller(*key);
            let waits = |link: &Link| {
                link.offer_id == offer_id && link.role == role && matches!(link.phase, Phase::Connecting)
            };
            let Some((id, link)) = self.links.iter_mut().find(|(_, link)| waits(link)) else {
                return;
            };
            if !std::mem::replace(&mut link.answered, true) {
                let link = *id;
                let answer = description.to_sdp();
                self.out(Output::Accept { link, answer });
            }
            return;
        }
        // It may come twice, by two ways, or be repeated by who passed it on.
        if self.native.signalled.contains(&signal.id) || signal.generation != self.native.roster.generation()
        {
            return;
        }
        let peer_key = PeerKey::tagged(self.native.tag(key));
        let links = self.links.values();
        let with_peer = links.filter(|link| link.peer == Some(peer_key)).count();
        let half_open = self.links.values().filter(|link| link.is_half_open()).count();
        let afforded = self
            .native
            .peers
            .get_mut(key)
            .is_some_and(|peer| peer.calls.taken.take(now.mono, 1));
        if !afforded || with_peer >= MAX_PEER_LINKS || half_open >= self.meeting.half_open_at_most {
            self.stats.dropped += 1;
            return;
        }
        if self.native.signalled.len() >= MAX_REMEMBERED {
            self.native.signalled.pop_front();
        }
        self.native.signalled.push_back(signal.id);
        let relays = self.relays_for(now, peer_key);
        let mut link = Link::new(Role::Called(*key), offer_id, now.mono);
        link.peer = Some(peer_key);
        link.generation = signal.generation;
        link.carrier = carrier;
        let link = self.add_link(link);
        self.timers.set(Timer::Opens(link), now.plus(OPENS_WITHIN));
        self.out(Output::Answer {
            link,
            offer: description.to_sdp(),
            relays,
            delay: Duration::ZERO,
        });
    }
}
