//! What others are told: frontiers, what a peer lacks, and what it may have.
//!
//! Outbox and history are one thing. At the start of a session both sides say what they know; each
//! gives what the other lacks: its own words always, if the other was here when they were said;
//! others' words as far as the room's policy goes. Never told on, but by their author: what
//! vanishes, what is to be seen once, what is marked not to be told on. Never by anybody: what was
//! taken back or has vanished, and what stands on one member's word. Where such a thing stood, a
//! tombstone says so.

use super::store::{Held, Place};
use super::{Ledger, Met};
use crate::crypto::PublicKey;
use crate::invite::native::HistoryPolicy;
use crate::timer::Now;
use crate::wire::native::{Content, Event, Frontier, HistoryItem, MAX_AUTHORS, Tombstone, flags};

/// Something a peer lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// `Frame::History`.
    Room(HistoryItem),
    /// `Frame::Direct`.
    Direct(Event),
}

impl Ledger {
    /// What this device knows, for `peer`.
    #[must_use]
    pub fn frontier(&self, peer: &PublicKey) -> Frontier {
        let authors = self
            .chains
            .iter()
            .filter(|(place, _)| place.peer.is_none())
            .filter_map(|(place, chain)| {
                let closed = self.people.get(&place.author).map_or(0, |person| person.closed);
                Some((place.author, chain.mark(closed)?))
            })
            .take(MAX_AUTHORS)
            .collect();
        Frontier {
            direct: self.last_seq(&Place::direct(*peer, *peer)),
            authors,
        }
    }

    /// What `peer`, which knows `frontier`, lacks and may have, in the order to send it. Call
    /// [`Ledger::met`] before: a peer that was never met was not here for anything.
    pub fn missing_for(
        &mut self,
        now: Now,
        peer: &PublicKey,
        frontier: &Frontier,
        policy: HistoryPolicy,
    ) -> Vec<Given> {
        // What has expired is not told, whether the person has seen that or not: the room calls
        // `expire` for the effects.
        let due: Vec<_> = self
            .chains
            .values()
            .flat_map(|chain| chain.expired(now.mono))
            .collect();
        let met = self
            .people
            .get(peer)
            .and_then(|person| person.met)
            .unwrap_or(Met {
                own: self.last_seq(&Place::room(self.me)),
                arrivals: self.arrivals,
            });
        let cutoff = match policy {
            HistoryPolicy::Items(items) => self.cutoff(items.into()),
            HistoryPolicy::Off | HistoryPolicy::Members => None,
        };
        let (mut events, mut stones, mut direct) = (Vec::new(), Vec::new(), Vec::new());
        for (place, chain) in &self.chains {
            let own = place.author == self.me;
            match place.peer {
                Some(other) if other == *peer && own => {
                    let lacking = chain.all().filter(|(seq, held)| {
                        *seq > frontier.direct
                            && self.tellable(place, held, true)
                            && !due.contains(&held.id())
                    });
                    direct.extend(
                        lacking
                            .filter_map(|(_, held)| held.signed.as_ref())
                            .map(|signed| Given::Direct(signed.event.clone())),
                    );
                }
                None if place.author != *peer => {
                    let mark = frontier
                        .authors
                        .iter()
                        .find(|(author, _)| *author == place.author)
                        .map(|(_, mark)| mark);
                    for (seq, held) in chain.all().filter(|(_, held)| held.verified) {
                        let lacks = mark
                            .is_none_or(|mark| seq > mark.seq || (seq == mark.seq && held.hash != mark.hash));
                        let certain = held.confirmed || chain.disputed(seq);
                        let missed = match own {
                            true => held.waits || seq > met.own,
                            false => policy != HistoryPolicy::Off && held.arrival > met.arrivals && certain,
                        };
                        let retold = cutoff.is_some_and(|cutoff| held.order >= cutoff) && certain;
                        if !lacks || !(missed || retold) {
                            continue;
                        }
                        match &held.signed {
                            Some(signed) if self.tellable(place, held, own) && !due.contains(&held.id()) => {
                                events.push(Given::Room(HistoryItem::Event((**signed).clone())));
                            }
                            _ => stones.push(Given::Room(HistoryItem::Tombstone(Tombstone {
                                author: place.author,
                                seq,
                                hash: held.hash,
                                prev: held.prev,
                            }))),
                        }
                    }
                }
                _ => {}
            }
        }
        let place = Place::room(self.me);
        if let Some(chain) = self.chains.get_mut(&place) {
            chain.all_mut().for_each(|(_, held)| held.waits = false);
        }
        // A tombstone is only taken between known events: those first.
        events.into_iter().chain(stones).chain(direct).collect()
    }

    /// Where the last `items` lines of the room begin.
    fn cutoff(&self, items: usize) -> Option<u64> {
        let mut orders: Vec<u64> = self
            .chains
            .iter()
            .filter(|(place, _)| place.peer.is_none())
            .flat_map(|(_, chain)| chain.lines())
            .filter(|(_, held)| held.confirmed)
            .map(|(_, held)| held.order)
            .collect();
        orders.sort_unstable();
        orders.iter().rev().take(items).next_back().copied()
    }

    /// Whether what is held may be told, by its author (`own`) or on its behalf.
    fn tellable(&self, place: &Place, held: &Held, own: bool) -> bool {
        let Some(signed) = &held.signed else { return false };
        let closed = |event: &Event, held: &Held| {
            event.flags & (flags::VIEW_ONCE | flags::NO_HISTORY) != 0
                || held.line.as_ref().is_some_and(|line| line.expires.is_some())
        };
        if own {
            return true;
        }
        if closed(&signed.event, held) {
            return false;
        }
        // What was made of a message goes no further than that message.
        match signed.event.content {
            Content::Edit { .. } => self
                .index
                .get(&signed.event.reference)
                .filter(|(at, _)| at == place)
                .and_then(|(at, seq)| self.chains.get(at)?.find(*seq, &signed.event.reference))
                .is_some_and(|target| {
                    target
                        .signed
                        .as_ref()
                        .is_some_and(|signed| !closed(&signed.event, target))
                }),
            _ => true,
        }
    }
}
