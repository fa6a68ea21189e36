//! Who is in which swarm, and who gets whose offers: the tracker without its sockets.
//!
//! Pure: a request and the time go in, messages for connections come out. Nothing here looks into
//! a session description. What a tracker holds is bounded by [`Limits`]; beyond each bound the
//! newcomer is refused, never somebody who is already there.

use super::Limits;
use dayfly_proto::wire::web::tracker::{Announce, AnnounceEvent, ClientMessage, ServerMessage, TrackerId};
use rand_chacha::ChaCha8Rng;
use rand_core::Rng;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use tokio::time::Instant;

/// One connection, numbered by the server.
pub(super) type ConnId = u64;

/// Seconds between announces asked of clients. Short, as the room is waiting: a newcomer's offers
/// reach residents at once, but a resident's reach the newcomer only with its next announce.
const INTERVAL: u32 = 20;

/// A peer that has not announced for this long is gone: pages leave by falling silent while
/// their socket stays open, and a waiting page announces every two minutes.
const EXPIRY: Duration = Duration::from_secs(150);

/// Offers passed on from one announce.
const MAX_OFFERS: usize = 10;

/// Connections under one peer id in one swarm. More than one is usual for a moment: a device that
/// changed its network comes back before its old connection is known to be dead. Both get what is
/// sent to the id, so that nobody can shut another out by announcing its id.
const MAX_SEATS: usize = 4;

/// Every swarm of a tracker.
pub(super) struct Swarms {
    limits: Limits,
    rng: ChaCha8Rng,
    swarms: HashMap<TrackerId, BTreeMap<TrackerId, Peer>>,
    /// Offers and answers passed on so far.
    forwarded: u64,
    /// What each connection has announced, to be taken back when it closes.
    seats: HashMap<ConnId, BTreeSet<(TrackerId, TrackerId)>>,
}

#[derive(Default)]
struct Peer {
    seats: Vec<Seat>,
    complete: bool,
}

struct Seat {
    conn: ConnId,
    seen: Instant,
}

/// A request was refused because a bound was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Full {
    #[error("this tracker holds no more swarms")]
    Swarms,
    #[error("this swarm is full")]
    Peers,
    #[error("this connection is in too many swarms")]
    Memberships,
}

impl Swarms {
    pub(super) fn new(limits: Limits, rng: ChaCha8Rng) -> Self {
        Self {
            limits,
            rng,
            swarms: HashMap::new(),
            forwarded: 0,
            seats: HashMap::new(),
        }
    }

    /// Swarms and peers held now.
    pub(super) fn count(&self) -> (usize, usize) {
        (self.swarms.len(), self.swarms.values().map(BTreeMap::len).sum())
    }

    /// Offers and answers passed on so far.
    pub(super) fn forwarded(&self) -> u64 {
        self.forwarded
    }

    /// Takes a request of `conn`; what is to be sent comes back as JSON, in order.
    ///
    /// # Errors
    /// [`Full`] when a bound was reached; nothing changed then.
    pub(super) fn handle(
        &mut self,
        conn: ConnId,
        request: ClientMessage,
        now: Instant,
    ) -> Result<Vec<(ConnId, String)>, Full> {
        match request {
            ClientMessage::Announce(announce) => self.announce(conn, announce, now),
            ClientMessage::Answer {
                info_hash,
                peer_id,
                to_peer_id,
                offer_id,
                sdp,
            } => {
                let seated = self
                    .seats
                    .get(&conn)
                    .is_some_and(|s| s.contains(&(info_hash, peer_id)));
                // Only members speak in a swarm, and under their own ids.
                if !seated {
                    return Ok(Vec::new());
                }
                let message = ServerMessage::Answer {
                    info_hash,
                    peer_id,
                    offer_id,
                    sdp,
                };
                Ok(self.deliver(info_hash, to_peer_id, &message))
            }
            ClientMessage::Scrape { info_hashes } => {
                let files = info_hashes
                    .into_iter()
                    .map(|swarm| (swarm, self.totals(swarm)))
                    .collect();
                Ok(vec![(conn, ServerMessage::Scraped { files }.encode())])
            }
        }
    }

    /// Takes back everything a connection has announced.
    pub(super) fn closed(&mut self, conn: ConnId) {
        for (swarm, peer) in self.seats.remove(&conn).unwrap_or_default() {
            self.unseat(conn, swarm, peer);
        }
    }

    /// Drops peers that have not announced for long.
    pub(super) fn expire(&mut self, now: Instant) {
        let stale: Vec<(ConnId, TrackerId, TrackerId)> = self
            .swarms
            .iter()
            .flat_map(|(swarm, peers)| peers.iter().map(move |(peer, held)| (swarm, peer, held)))
            .flat_map(|(swarm, peer, held)| {
                let old = held
                    .seats
                    .iter()
                    .filter(|s| now.saturating_duration_since(s.seen) > EXPIRY);
                old.map(|s| (s.conn, *swarm, *peer))
            })
            .collect();
        for (conn, swarm, peer) in stale {
            self.leave(conn, swarm, peer);
        }
    }

    fn announce(
        &mut self,
        conn: ConnId,
        announce: Announce,
        now: Instant,
    ) -> Result<Vec<(ConnId, String)>, Full> {
        let Announce {
            info_hash,
            peer_id,
            numwant,
            offers,
            event,
            left,
        } = announce;
        if event == Some(AnnounceEvent::Stopped) {
            self.leave(conn, info_hash, peer_id);
        } else {
            self.seat(
                conn,
                info_hash,
                peer_id,
                left == Some(0) || event == Some(AnnounceEvent::Completed),
                now,
            )?;
        }
        let (complete, incomplete) = self.totals(info_hash);
        let welcome = ServerMessage::Announced {
            info_hash,
            interval: INTERVAL,
            complete,
            incomplete,
        };
        let mut out = vec![(conn, welcome.encode())];
        if event != Some(AnnounceEvent::Stopped) {
            let wanted = numwant
                .map_or(usize::MAX, |n| n as usize)
                .min(offers.len())
                .min(MAX_OFFERS);
            let chosen = self.choose(info_hash, peer_id, wanted);
            for (to, offer) in chosen.into_iter().zip(offers) {
                let message = ServerMessage::Offer {
                    info_hash,
                    peer_id,
                    offer_id: offer.offer_id,
                    sdp: offer.sdp,
                };
                out.extend(self.deliver(info_hash, to, &message));
            }
        }
        Ok(out)
    }

    fn seat(
        &mut self,
        conn: ConnId,
        swarm: TrackerId,
        peer: TrackerId,
        complete: bool,
        now: Instant,
    ) -> Result<(), Full> {
        let mine = self.seats.entry(conn).or_default();
        if !mine.contains(&(swarm, peer)) && mine.len() >= self.limits.memberships_per_connection {
            return Err(Full::Memberships);
        }
        match self.swarms.get(&swarm) {
            None if self.swarms.len() >= self.limits.swarms => return Err(Full::Swarms),
            Some(peers) if !peers.contains_key(&peer) && peers.len() >= self.limits.peers_per_swarm => {
                return Err(Full::Peers);
            }
            _ => {}
        }
        mine.insert((swarm, peer));
        let held = self.swarms.entry(swarm).or_default().entry(peer).or_default();
        held.complete = complete;
        if let Some(seat) = held.seats.iter_mut().find(|s| s.conn == conn) {
            seat.seen = now;
            return Ok(());
        }
        let mut evicted = None;
        if held.seats.len() >= MAX_SEATS {
            let oldest = held
                .seats
                .iter()
                .enumerate()
                .min_by_key(|(_, s)| s.seen)
                .map(|(i, _)| i);
            evicted = oldest.map(|i| held.seats.swap_remove(i).conn);
        }
        held.seats.push(Seat { conn, seen: now });
        if let Some(memberships) = evicted.and_then(|conn| self.seats.get_mut(&conn)) {
            memberships.remove(&(swarm, peer));
        }
        Ok(())
    }

    fn leave(&mut self, conn: ConnId, swarm: TrackerId, peer: TrackerId) {
        if let Some(mine) = self.seats.get_mut(&conn)
            && mine.remove(&(swarm, peer))
        {
            self.unseat(conn, swarm, peer);
        }
    }

    fn unseat(&mut self, conn: ConnId, swarm: TrackerId, peer: TrackerId) {
        let Some(peers) = self.swarms.get_mut(&swarm) else {
            return;
        };
        if let Some(held) = peers.get_mut(&peer) {
            held.seats.retain(|s| s.conn != conn);
            if held.seats.is_empty() {
                peers.remove(&peer);
            }
        }
        if peers.is_empty() {
            self.swarms.remove(&swarm);
        }
    }

    fn totals(&self, swarm: TrackerId) -> (u32, u32) {
        let Some(peers) = self.swarms.get(&swarm) else {
            return (0, 0);
        };
        let complete = peers.values().filter(|p| p.complete).count();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (count(complete), count(peers.len() - complete))
    }

    /// Up to `wanted` others of the swarm, at random.
    fn choose(&mut self, swarm: TrackerId, not: TrackerId, wanted: usize) -> Vec<TrackerId> {
        let Some(peers) = self.swarms.get(&swarm) else {
            return Vec::new();
        };
        let mut others: Vec<TrackerId> = peers.keys().copied().filter(|p| *p != not).collect();
        let wanted = wanted.min(others.len());
        // The first steps of a Fisher-Yates shuffle. The bias of a modulus over a u64 is nothing.
        for i in 0..wanted {
            let rest = (others.len() - i) as u64;
            let offset = usize::try_from(self.rng.next_u64() % rest).unwrap_or(0);
            others.swap(i, i + offset);
        }
        others.truncate(wanted);
        others
    }

    /// The message for every connection under that id.
    fn deliver(&mut self, swarm: TrackerId, to: TrackerId, message: &ServerMessage) -> Vec<(ConnId, String)> {
        let Some(held) = self.swarms.get(&swarm).and_then(|peers| peers.get(&to)) else {
            return Vec::new();
        };
        self.forwarded += 1;
        let text = message.encode();
        held.seats.iter().map(|s| (s.conn, text.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfly_proto::wire::web::tracker::TrackerOffer;
    use rand_core::SeedableRng;

    fn id(n: u64) -> TrackerId {
        let mut bytes = [0xff; 20];
        bytes[..8].copy_from_slice(&n.to_be_bytes());
        TrackerId(bytes)
    }

    fn swarms(limits: Limits) -> Swarms {
        Swarms::new(limits, ChaCha8Rng::from_seed([5; 32]))
    }

    fn announce(swarm: u64, peer: u64, offers: usize) -> ClientMessage {
        let offer = |n| TrackerOffer {
            offer_id: format!("{peer}/{n}"),
            sdp: "sealed".into(),
        };
        ClientMessage::Announce(Announce {
            info_hash: id(swarm),
            peer_id: id(peer),
            event: None,
            left: None,
            numwant: None,
            offers: (0..offers).map(offer).collect(),
        })
    }

    fn answer(swarm: u64, peer: u64, to: u64) -> ClientMessage {
        let (info_hash, peer_id, to_peer_id) = (id(swarm), id(peer), id(to));
        ClientMessage::Answer {
            info_hash,
            peer_id,
            to_peer_id,
            offer_id: "o".into(),
            sdp: "sealed".into(),
        }
    }

    fn receivers(out: &[(ConnId, String)]) -> Vec<ConnId> {
        out.iter().map(|(to, _)| *to).collect()
    }

    #[test]
    fn offers_go_to_different_others_and_to_all_of_them_in_time() {
        let now = Instant::now();
        let mut swarms = swarms(Limits::default());
        for peer in 1..=8 {
            swarms.handle(peer, announce(1, peer, 0), now).unwrap();
        }
        let mut reached = BTreeSet::new();
        for _ in 0..40 {
            let out = swarms.handle(1, announce(1, 1, 3), now).unwrap();
            let mut to = receivers(&out);
            assert_eq!(to.remove(0), 1, "the reply comes first");
            assert_eq!(to.len(), 3);
            assert_eq!(
                to.iter().collect::<BTreeSet<_>>().len(),
                3,
                "each offer to another peer"
            );
            assert!(!to.contains(&1), "none to oneself");
            reached.extend(to);
        }
        assert_eq!(reached.len(), 7);
        // One can ask for fewer than one brings, and gets at most ten however many one brings.
        let mut few = announce(1, 1, 5);
        if let ClientMessage::Announce(a) = &mut few {
            a.numwant = Some(2);
        }
        assert_eq!(swarms.handle(1, few, now).unwrap().len(), 1 + 2);
        for peer in 9..=40 {
            swarms.handle(peer, announce(1, peer, 0), now).unwrap();
        }
        assert_eq!(
            swarms.handle(1, announce(1, 1, 32), now).unwrap().len(),
            1 + MAX_OFFERS
        );
    }

    #[test]
    fn only_members_answer_and_only_within_the_swarm() {
        let now = Instant::now();
        let mut swarms = swarms(Limits::default());
        for (conn, swarm) in [(1, 1), (2, 1), (3, 2)] {
            swarms.handle(conn, announce(swarm, conn, 0), now).unwrap();
        }
        assert_eq!(receivers(&swarms.handle(1, answer(1, 1, 2), now).unwrap()), [2]);
        assert!(
            swarms.handle(1, answer(1, 2, 1), now).unwrap().is_empty(),
            "under another's id"
        );
        assert!(
            swarms.handle(3, answer(1, 3, 1), now).unwrap().is_empty(),
            "from outside"
        );
        assert!(
            swarms.handle(1, answer(1, 1, 3), now).unwrap().is_empty(),
            "to outside"
        );
    }

    #[test]
    fn an_id_announced_elsewhere_too_shuts_nobody_out() {
        let now = Instant::now();
        let mut swarms = swarms(Limits::default());
        swarms.handle(1, announce(1, 7, 0), now).unwrap();
        swarms.handle(2, announce(1, 7, 0), now).unwrap();
        swarms.handle(3, announce(1, 8, 0), now).unwrap();
        assert_eq!(
            receivers(&swarms.handle(3, answer(1, 8, 7), now).unwrap()),
            [1, 2]
        );
        assert_eq!(swarms.count(), (1, 2));
        for conn in 10..30 {
            let later = now + Duration::from_secs(conn);
            swarms.handle(1, announce(1, 7, 0), later).unwrap();
            swarms.handle(conn, announce(1, 7, 0), later).unwrap();
        }
        let to = receivers(&swarms.handle(3, answer(1, 8, 7), now).unwrap());
        assert!(
            to.len() == MAX_SEATS && to.contains(&1),
            "who keeps announcing keeps its seat: {to:?}"
        );
        swarms.closed(1);
        assert_eq!(swarms.count(), (1, 2));
    }

    #[test]
    fn every_bound_refuses_the_newcomer() {
        let now = Instant::now();
        let limits = Limits {
            swarms: 2,
            peers_per_swarm: 2,
            memberships_per_connection: 3,
            ..Limits::default()
        };
        let mut swarms = swarms(limits);
        assert!(swarms.handle(1, announce(1, 1, 0), now).is_ok());
        assert!(swarms.handle(1, announce(1, 2, 0), now).is_ok());
        assert_eq!(swarms.handle(2, announce(1, 3, 0), now), Err(Full::Peers));
        assert!(swarms.handle(2, announce(1, 2, 0), now).is_ok(), "already there");
        assert!(swarms.handle(1, announce(2, 1, 0), now).is_ok());
        assert_eq!(swarms.handle(1, announce(2, 2, 0), now), Err(Full::Memberships));
        assert_eq!(swarms.handle(2, announce(3, 1, 0), now), Err(Full::Swarms));
        assert_eq!(swarms.count(), (2, 3));
        swarms.closed(1);
        swarms.closed(2);
        assert_eq!(swarms.count(), (0, 0));
        assert!(swarms.seats.is_empty());
    }

    #[test]
    fn who_stops_or_falls_silent_is_forgotten() {
        let now = Instant::now();
        let mut swarms = swarms(Limits::default());
        swarms.handle(1, announce(1, 1, 0), now).unwrap();
        swarms.handle(2, announce(1, 2, 0), now + EXPIRY).unwrap();
        swarms.expire(now + EXPIRY + Duration::from_secs(1));
        assert_eq!(swarms.count(), (1, 1));
        let mut stop = announce(1, 2, 3);
        if let ClientMessage::Announce(a) = &mut stop {
            a.event = Some(AnnounceEvent::Stopped);
        }
        assert_eq!(receivers(&swarms.handle(2, stop, now).unwrap()), [2]);
        assert_eq!(swarms.count(), (0, 0));
    }

    #[test]
    fn nothing_a_crowd_does_breaks_the_books() {
        let start = Instant::now();
        let limits = Limits {
            swarms: 5,
            peers_per_swarm: 6,
            memberships_per_connection: 4,
            ..Limits::default()
        };
        for seed in 0..20 {
            let mut rng = ChaCha8Rng::from_seed([seed; 32]);
            let mut swarms = swarms(limits.clone());
            for step in 0..2000_u64 {
                let now = start + Duration::from_secs(step);
                let mut draw = |n: u64| rng.next_u64() % n;
                let (conn, swarm, peer) = (draw(12), draw(8), draw(10));
                match draw(10) {
                    0 => swarms.closed(conn),
                    1 => swarms.expire(now),
                    2 => drop(swarms.handle(conn, answer(swarm, peer, draw(10)), now)),
                    _ => {
                        let offers = draw(5);
                        drop(swarms.handle(conn, announce(swarm, peer, offers as usize), now));
                    }
                }
                let listed: BTreeSet<_> = swarms
                    .swarms
                    .iter()
                    .flat_map(|(s, peers)| peers.iter().map(move |(p, held)| (*s, *p, held)))
                    .flat_map(|(s, p, held)| held.seats.iter().map(move |seat| (seat.conn, s, p)))
                    .collect();
                let booked: BTreeSet<_> = swarms
                    .seats
                    .iter()
                    .flat_map(|(conn, mine)| mine.iter().map(move |(s, p)| (*conn, *s, *p)))
                    .collect();
                assert_eq!(listed, booked, "seed {seed}, step {step}");
                assert!(
                    swarms.swarms.len() <= 5 && swarms.swarms.values().all(|p| p.len() <= 6 && !p.is_empty())
                );
                assert!(swarms.seats.values().all(|mine| mine.len() <= 4));
            }
        }
    }
}
