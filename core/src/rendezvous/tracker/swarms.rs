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
