//! One topic in the DHT, as a notice board: what to read next, what to pin up, what to tell the
//! room. Pure: the time comes in, what must be read and written comes out.
//!
//! 1. There are sixteen slots, each with a place for an offer and one for its answer. Whoever is
//!    here has one slot, among the first that are free and by its own peer id, so that few choose
//!    alike, and everybody need only read the first free ones and those that are taken. Now and then
//!    all are read. Whoever finds another's value in its slot moves.
//! 2. One offer is up at a time: for somebody in particular if anybody is known here who was not met
//!    yet, else for whoever reads it. Of two, their ids say who offers, so that they do not both.
//! 3. Whoever takes an offer writes the answer beside it; the offerer reads that place often.
//! 4. Reading is fast for a while after anything happens, slower while nobody was met, and slow
//!    once everybody here was. Without announces of the room it stops.
//!
//! Everything read is a claim of somebody who knows the topic. It is bounded, and costs at most a
//! useless offer to the room, which opens the box before it believes anything.

use super::item::{Cell, Item, Kind, SLOTS, fits};
use dayfly_proto::id::PeerId;
use dayfly_proto::room::{MeetEvent, SealedOffer};
use dayfly_proto::timer::Now;
use dayfly_proto::wire::web::topic::InfoHash;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// Of the free slots only so many are chosen from and read.
const FIRST_FREE: usize = 8;
/// Every so many rounds all slots are read.
const SWEEP: u32 = 6;
/// Offers of the room that are kept; further ones wait with the room.
const MAX_HELD: usize = 8;
/// Peers that are remembered; the one not seen for longest is forgotten.
const MAX_PEERS: usize = 32;
/// Offers and answers that were told; of further ones the oldest is forgotten, and told again if
/// it is still there. The room knows its box.
const MAX_TOLD: usize = 256;
/// Answers that wait to be written; further ones are dropped.
const MAX_REPLIES: usize = 8;

/// Between readings of the offers: while something happens; while nobody was met; else.
const FAST: Duration = Duration::from_millis(2_500);
const ALONE: Duration = Duration::from_secs(15);
const QUIET: Duration = Duration::from_secs(60);
const QUIET_AT_MOST: Duration = Duration::from_secs(120);
/// Between readings of the answer to an offer that is up, likewise.
const ANSWER_FAST: Duration = Duration::from_millis(1_500);
const ANSWER_SLOW: Duration = Duration::from_secs(5);
/// How long it stays fast: after the start, and after something happened.
const START: Duration = Duration::from_secs(30);
const STIR: Duration = Duration::from_secs(20);
/// What others write may keep it fast so often, and once more each minute.
const STIRS: u32 = 10;
const STIR_EVERY: Duration = Duration::from_secs(60);
/// The room announces every 20 s; without a word for so long it sleeps.
const AWAKE: Duration = Duration::from_secs(150);
/// The same for a room that announces without offers, from each announce.
const AWAKE_BARE: Duration = Duration::from_secs(25);
/// The room does not name an offer again that it announced less than two seconds ago.
const RESTS: Duration = Duration::from_secs(3);
/// An announce so soon after the last is out of turn.
const EARLY: Duration = Duration::from_secs(15);
/// An offer the room does not announce again is gone, after this.
const HELD: Duration = Duration::from_secs(60);
/// An offer this old is replaced by a younger one: its addresses go stale at 80 s.
const OLD: Duration = Duration::from_secs(45);
/// A value is written again after this, so that nobody takes it for left behind.
const REFRESH: Duration = Duration::from_secs(60);
/// Nobody who is here leaves a value unchanged for so long.
const LEFT: Duration = Duration::from_secs(150);
/// Values whose number is so far from our clock are nobody's who is here. Clocks may be wrong by
/// ten minutes.
const SKEW_MS: i64 = 20 * 60 * 1000;
/// An offer for somebody in particular is for another after this: they may read only each
/// [`ALONE`].
const PATIENCE: Duration = Duration::from_secs(30);
/// Whoever's turn it is not to offer does so all the same after this.
const GRACE: Duration = Duration::from_secs(8);
/// A connection stands by then or never: whoever is still here is tried again.
const CONNECTS: Duration = Duration::from_secs(25);
/// After so many useless tries somebody needs no more.
const TRIES: u8 = 2;
#[derive(Debug, Default, Clone)]
struct Slot {
    /// The greatest number seen at the offer's place and at the answer's.
    seq: [Option<i64>; 2],
    /// When the offer's number last changed.
    changed: Duration,
    /// It holds something of somebody who may be here.
    taken: bool,
    /// Who offers there, and which offer.
    holder: Option<(PeerId, PeerId)>,
    /// Somebody wrote a number that nobody can pass.
    burnt: bool,
    /// How often writing there failed.
    failed: u8,
}

#[derive(Debug, Clone)]
struct Held {
    id: PeerId,
    sealed: String,
    first: Duration,
    last: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Published {
    id: PeerId,
    to: Option<PeerId>,
    /// When it was chosen, and when written last.
    since: Duration,
    at: Duration,
}

#[derive(Debug, Clone, Default)]
struct Peer {
    first: Duration,
    seen: Duration,
    met: Option<Duration>,
    told: Option<Duration>,
    tries: u8,
}

#[derive(Debug, Clone)]
struct Reply {
    cell: Cell,
    item: Item,
    /// Not written before its place was read.
    probed: bool,
}

/// Something to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Write {
    pub cell: Cell,
    pub seq: i64,
    pub value: Vec<u8>,
}

/// See the module's text.
#[derive(Debug)]
pub(super) struct Board {
    pub topic: InfoHash,
    pub me: PeerId,
    slots: Vec<Slot>,
    swept: bool,
    own: Option<u8>,
    moves: u32,
    held: Vec<Held>,
    published: Option<Published>,
    peers: BTreeMap<PeerId, Peer>,
    told: VecDeque<(Kind, PeerId, PeerId)>,
    replies: VecDeque<Reply>,
    busy: BTreeSet<Cell>,
    rounds: u32,
    /// Rounds in a row in which nothing happened.
    still: u32,
    offers_at: Duration,
    answers_at: Duration,
    fast_until: Duration,
    awake_until: Duration,
    announced: Option<Duration>,
    stirs: u32,
    stirred: Duration,
}

impl Board {
    pub(super) fn new(now: Now, topic: InfoHash, me: PeerId) -> Self {
        Self {
            topic,
            me,
            slots: vec![Slot::default(); usize::from(SLOTS)],
            swept: false,
            own: None,
            moves: 0,
            held: Vec::new(),
            published: None,
            peers: BTreeMap::new(),
            told: VecDeque::new(),
            replies: VecDeque::new(),
            busy: BTreeSet::new(),
            rounds: 0,
            still: 0,
            offers_at: now.mono,
            answers_at: now.mono,
            fast_until: now.mono + START,
            awake_until: now.mono,
            announced: None,
            stirs: STIRS,
            stirred: now.mono,
        }
    }

    /// The room announces: these offers are good now.
    pub(super) fn announce(&mut self, now: Now, offers: Vec<SealedOffer>) {
        let early = self
            .announced
            .is_some_and(|at| now.mono.saturating_sub(at) < EARLY);
        self.announced = Some(now.mono);
        let bare = offers.is_empty();
        let mut known = !bare;
        for offer in offers {
            let Some(id) = PeerId::parse(&offer.id) else {
                continue;
            };
            if !fits(&offer.sealed) {
                continue;
            }
            if let Some(held) = self.held.iter_mut().find(|held| held.id == id) {
                (held.sealed, held.last) = (offer.sealed, now.mono);
            } else if self.held.len() < MAX_HELD {
                known = false;
                self.held.push(Held {
                    id,
                    sealed: offer.sealed,
                    first: now.mono,
                    last: now.mono,
                });
            }
        }
        self.expire(now);
        if !bare {
            // What was announced a moment ago rests with the room and is not named.
            self.held
                .retain(|held| now.mono.saturating_sub(held.last) < RESTS);
        }
        // Out of turn and with nothing new to offer: somebody was lost and is looked for.
        if early && known && self.fast_until <= now.mono {
            self.forgive();
            self.stir(now);
        }
        let awake = if self.held.is_empty() { AWAKE_BARE } else { AWAKE };
        self.awake_until = self.awake_until.max(now.mono + awake);
    }

    /// The room answers the offer of somebody that was told.
    pub(super) fn reply(&mut self, now: Now, to: PeerId, offer_id: &str, sealed: String) {
        let Some(offer_id) = PeerId::parse(offer_id) else {
            return;
        };
        let holds = |slot: &Slot| slot.holder == Some((to, offer_id));
        let Some(slot) = (0..SLOTS).find(|slot| holds(&self.slots[usize::from(*slot)])) else {
            return;
        };
        if self.replies.len() >= MAX_REPLIES || !fits(&sealed) {
            return;
        }
        self.replies.push_back(Reply {
            cell: Cell {
                slot,
                kind: Kind::Answer,
            },
            item: Item {
                kind: Kind::Answer,
                from: self.me,
                to: Some(to),
                offer_id,
                sealed,
            },
            probed: false,
        });
        self.met(now, to);
        self.stir(now);
    }

    /// The device is on another network or awake again.
    pub(super) fn hurry(&mut self, now: Now) {
        self.fast_until = now.mono + START;
        (self.offers_at, self.answers_at) = (now.mono, now.mono);
        self.forgive();
        // What was being asked is asked again.
        self.busy.clear();
    }

    /// Nobody is taken for met, or for out of reach.
    fn forgive(&mut self) {
        for peer in self.peers.values_mut() {
            (peer.tries, peer.met, peer.told) = (0, None, None);
        }
    }

    /// Whether the room still wants anything of this topic.
    pub(super) fn is_awake(&self, now: Now) -> bool {
        now.mono < self.awake_until
    }

    /// What to read now.
    pub(super) fn reads(&mut self, now: Now) -> Vec<Cell> {
        let mut cells = BTreeSet::new();
        if !self.is_awake(now) {
            return Vec::new();
        }
        self.expire(now);
        if now.mono >= self.offers_at {
            self.offers_at = now.mono + self.pause(now);
            let slots = if !self.swept || self.rounds.is_multiple_of(SWEEP) {
                (0..SLOTS).collect()
            } else {
                self.window()
            };
            self.rounds = self.rounds.wrapping_add(1);
            self.still = self.still.saturating_add(1);
            cells.extend(slots.into_iter().map(|slot| Cell {
                slot,
                kind: Kind::Offer,
            }));
        }
        if let (Some(slot), Some(_)) = (self.own, &self.published)
            && now.mono >= self.answers_at
        {
            self.answers_at = now.mono
                + if now.mono < self.fast_until {
                    ANSWER_FAST
                } else {
                    ANSWER_SLOW
                };
            cells.insert(Cell {
                slot,
                kind: Kind::Answer,
            });
        }
        let asked = self.replies.iter().filter(|reply| !reply.probed);
        cells.extend(asked.map(|reply| reply.cell));
        cells.retain(|cell| self.busy.insert(*cell));
        cells.into_iter().collect()
    }

    /// What was found at one place; what the room is told of it.
    pub(super) fn read(&mut self, now: Now, cell: Cell, found: Option<(i64, Vec<u8>)>) -> Vec<MeetEvent> {
        self.busy.remove(&cell);
        match cell.kind {
            Kind::Offer => {
                let event = self.offer_read(now, cell.slot, found);
                // All of the first sweep must be in before a slot is chosen.
                let sweeping = |cell: &Cell| cell.kind == Kind::Offer;
                self.swept |= !self.busy.iter().any(sweeping);
                event.into_iter().collect()
            }
            Kind::Answer => self.answer_read(now, cell, found).into_iter().collect(),
        }
    }

    fn offer_read(&mut self, now: Now, at: u8, found: Option<(i64, Vec<u8>)>) -> Option<MeetEvent> {
        let skew = |seq: i64| i128::from(seq) - i128::from(unix(now));
        let slot = &mut self.slots[usize::from(at)];
        let Some((seq, value)) = found else {
            // Expired, or withheld. What was there is not here any more.
            (slot.taken, slot.holder) = (false, None);
            return None;
        };
        if slot.seq[0].is_some_and(|known| seq < known) {
            // A node that has an older one, or lies.
            return None;
        }
        if slot.seq[0] != Some(seq) {
            (slot.seq[0], slot.changed) = (Some(seq), now.mono);
        }
        slot.burnt |= skew(seq) > i128::from(SKEW_MS);
        let here = skew(seq).abs() <= i128::from(SKEW_MS) && now.mono.saturating_sub(slot.changed) < LEFT;
        slot.taken = here && !value.is_empty();
        slot.holder = None;
        let item = Item::parse(Kind::Offer, &value);
        let mine = item.as_ref().is_some_and(|item| item.from == self.me);
        if self.own == Some(at) && !mine && slot.taken {
            // Somebody chose alike and wrote later, or drives us out: another slot.
            self.moves = self.moves.wrapping_add(1);
            (self.own, self.published) = (None, None);
            self.stir(now);
        }
        let item = item.filter(|_| !mine && here)?;
        let slot = &mut self.slots[usize::from(at)];
        slot.holder = Some((item.from, item.offer_id));
        self.see(now, item.from);
        let peer = self.peers.get(&item.from)?;
        let for_me = item.to == Some(self.me);
        let my_turn = !self.offers_to(item.from) || now.mono.saturating_sub(peer.first) > GRACE;
        let is_met = peer.met.is_some_and(|at| now.mono.saturating_sub(at) < CONNECTS);
        let wanted = for_me || (item.to.is_none() && my_turn && !is_met);
        let mark = (Kind::Offer, item.from, item.offer_id);
        if !wanted || !self.tell(mark) {
            return None;
        }
        if let Some(peer) = self.peers.get_mut(&item.from) {
            peer.told.get_or_insert(now.mono);
        }
        self.stir(now);
        Some(MeetEvent::Offer {
            topic: self.topic,
            from: item.from,
            offer_id: item.offer_id.as_str().to_owned(),
            sealed: item.sealed,
        })
    }

    fn answer_read(&mut self, now: Now, cell: Cell, found: Option<(i64, Vec<u8>)>) -> Option<MeetEvent> {
        let slot = &mut self.slots[usize::from(cell.slot)];
        let item = found
            .as_ref()
            .and_then(|(_, value)| Item::parse(Kind::Answer, value));
        if let Some((seq, _)) = &found {
            slot.seq[1] = slot.seq[1].max(Some(*seq));
            if *seq > unix(now).saturating_add(SKEW_MS) {
                // No answer will ever come through here.
                slot.burnt = true;
                if self.own == Some(cell.slot) {
                    self.moves = self.moves.wrapping_add(1);
                    (self.own, self.published) = (None, None);
                }
            }
        }
        let answered = item.as_ref().map(|item| (item.offer_id, item.from));
        let mut late = Vec::new();
        self.replies.retain_mut(|reply| {
            if reply.cell != cell {
                return true;
            }
            reply.probed = true;
            // One answer an offer: whoever comes second waits for another offer.
            let taken = answered.is_some_and(|(id, from)| id == reply.item.offer_id && from != self.me);
            if taken {
                late.extend(reply.item.to);
            }
            !taken
        });
        for to in late {
            if let Some(peer) = self.peers.get_mut(&to) {
                (peer.met, peer.told) = (None, None);
            }
        }
        let item = item.filter(|item| item.to == Some(self.me) && item.from != self.me)?;
        self.see(now, item.from);
        if self.own != Some(cell.slot) || !self.tell((Kind::Answer, item.from, item.offer_id)) {
            return None;
        }
        self.met(now, item.from);
        self.stir(now);
        Some(MeetEvent::Answer {
            topic: self.topic,
            from: item.from,
            offer_id: item.offer_id.as_str().to_owned(),
            sealed: item.sealed,
        })
    }

    /// What to write now.
    pub(super) fn writes(&mut self, now: Now) -> Vec<Write> {
        let mut writes = Vec::new();
        for at in 0..self.replies.len() {
            let Reply { cell, item, probed } = &self.replies[at];
            let cell = *cell;
            if !probed || self.busy.contains(&cell) {
                continue;
            }
            let seq = self.next_seq(now, cell);
            if let (Some(seq), Some(value)) = (seq, item.encode()) {
                self.busy.insert(cell);
                writes.push(Write { cell, seq, value });
            }
        }
        // Each is written once: if it is lost, so is the attempt.
        self.replies
            .retain(|reply| !reply.probed || !writes.iter().any(|write| write.cell == reply.cell));
        writes.extend(self.publish(now));
        writes
    }

    fn publish(&mut self, now: Now) -> Option<Write> {
        if !self.swept || !self.is_awake(now) {
            return None;
        }
        let Some((id, to)) = self.wanted(now) else {
            // What stands there is taken for left behind after a while.
            self.published = None;
            return None;
        };
        if self.own.is_none() {
            self.own = self.choose();
        }
        let cell = Cell {
            slot: self.own?,
            kind: Kind::Offer,
        };
        let up = self.published.as_ref().filter(|up| up.id == id && up.to == to);
        let since = up.map_or(now.mono, |up| up.since);
        let fresh = up.is_some_and(|up| now.mono.saturating_sub(up.at) < REFRESH);
        if fresh || self.busy.contains(&cell) {
            return None;
        }
        let held = self.held.iter().find(|held| held.id == id)?;
        let value = Item {
            kind: Kind::Offer,
            from: self.me,
            to,
            offer_id: id,
            sealed: held.sealed.clone(),
        }
        .encode()?;
        let Some(seq) = self.next_seq(now, cell) else {
            self.own = None;
            return None;
        };
        self.busy.insert(cell);
        self.published = Some(Published {
            id,
            to,
            since,
            at: now.mono,
        });
        Some(Write { cell, seq, value })
    }

    /// What came of writing: at how many nodes it stands.
    pub(super) fn wrote(&mut self, now: Now, cell: Cell, seq: i64, stored: u32) {
        self.busy.remove(&cell);
        let slot = &mut self.slots[usize::from(cell.slot)];
        let place = usize::from(cell.kind == Kind::Answer);
        if stored > 0 {
            slot.failed = 0;
            slot.seq[place] = slot.seq[place].max(Some(seq));
            if cell.kind == Kind::Offer {
                (slot.changed, slot.taken) = (now.mono, true);
                self.answers_at = self.answers_at.min(now.mono + ANSWER_FAST);
            }
            return;
        }
        slot.failed = slot.failed.saturating_add(1);
        if cell.kind == Kind::Offer && self.own == Some(cell.slot) {
            self.published = None;
            if slot.failed >= TRIES {
                // The nodes near it are bad, or somebody holds it with a number that we cannot see.
                slot.failed = 0;
                (self.own, self.moves) = (None, self.moves.wrapping_add(1));
            }
        }
    }

    /// What to write on the way out: that the slot is free.
    pub(super) fn farewell(&mut self, now: Now) -> Option<Write> {
        self.published.take()?;
        let cell = Cell {
            slot: self.own.take()?,
            kind: Kind::Offer,
        };
        let seq = self.next_seq(now, cell)?;
        Some(Write {
            cell,
            seq,
            value: Vec::new(),
        })
    }

    /// When to look again.
    pub(super) fn due(&self, now: Now) -> Option<Duration> {
        if !self.is_awake(now) {
            return None;
        }
        let mut due = self.offers_at;
        if self.published.is_some() {
            due = due.min(self.answers_at);
        }
        let asks = |reply: &Reply| !reply.probed && !self.busy.contains(&reply.cell);
        Some(if self.replies.iter().any(asks) {
            now.mono
        } else {
            due
        })
    }

    /// The offer that should be up, and for whom.
    fn wanted(&self, now: Now) -> Option<(PeerId, Option<PeerId>)> {
        if self.is_quiet(now) && now.mono >= self.fast_until {
            return None;
        }
        let age = |since: Duration| now.mono.saturating_sub(since);
        let waits = |peer: &PeerId| self.peers.get(peer).is_some_and(|peer| !peer.is_done(now));
        if let Some(up) = &self.published
            && let Some(held) = self.held.iter().find(|held| held.id == up.id)
            && (age(held.first) < OLD || self.held.iter().all(|held| age(held.first) >= OLD))
        {
            let stays = match &up.to {
                Some(to) => waits(to) && age(up.since) < PATIENCE,
                None => self.next_peer(now).is_none(),
            };
            if stays {
                return Some((up.id, up.to));
            }
        }
        let youngest = self.held.iter().max_by_key(|held| held.first)?;
        Some((youngest.id, self.next_peer(now)))
    }

    /// Whom an offer should be for, if anybody.
    fn next_peer(&self, now: Now) -> Option<PeerId> {
        let mine = |id: &PeerId, peer: &Peer| {
            self.offers_to(*id) || now.mono.saturating_sub(peer.first) > GRACE + GRACE
        };
        let open = self
            .peers
            .iter()
            .filter(|(id, peer)| !peer.is_done(now) && mine(id, peer));
        open.min_by_key(|(id, peer)| (peer.tries, **id))
            .map(|(id, _)| *id)
    }

    /// Of two ids, whether ours is the one that offers: as often the greater as the lesser.
    fn offers_to(&self, other: PeerId) -> bool {
        let parity = |id: &PeerId| id.as_str().bytes().fold(0, |sum, byte| sum ^ byte) & 1;
        let greater = self.me > other;
        greater == (parity(&self.me) == parity(&other))
    }

    fn is_quiet(&self, now: Now) -> bool {
        let mut peers = self.peers.values();
        !self.peers.is_empty() && peers.all(|peer| peer.is_done(now))
    }

    fn pause(&self, now: Now) -> Duration {
        if now.mono < self.fast_until {
            FAST
        } else if self.is_quiet(now) {
            (QUIET * (1 << self.still.min(2))).min(QUIET_AT_MOST)
        } else if self.held.is_empty() {
            QUIET
        } else {
            ALONE
        }
    }

    /// The slots that matter: those that are taken, and the first free ones.
    fn window(&self) -> Vec<u8> {
        let mut free = 0;
        let mut window = Vec::new();
        for (number, slot) in (0..SLOTS).zip(&self.slots) {
            if slot.burnt {
                continue;
            }
            free += usize::from(!slot.taken);
            if slot.taken || free <= FIRST_FREE {
                window.push(number);
            }
        }
        window
    }

    fn choose(&self) -> Option<u8> {
        let free: Vec<u8> = (0..SLOTS)
            .zip(&self.slots)
            .filter(|(_, slot)| !slot.taken && !slot.burnt)
            .map(|(number, _)| number)
            .take(FIRST_FREE)
            .collect();
        let bytes = self.me.as_str().bytes().map(u32::from);
        let draw = bytes.fold(self.moves, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
        // All are taken: whoever is there is driven out, and moves.
        let any: Vec<u8> = (0..SLOTS)
            .filter(|slot| !self.slots[usize::from(*slot)].burnt)
            .collect();
        let from = if free.is_empty() { any } else { free };
        let at = usize::try_from(draw).ok()?.checked_rem(from.len())?;
        from.get(at).copied()
    }

    /// Greater than what stands there; `None` if nothing is.
    fn next_seq(&self, now: Now, cell: Cell) -> Option<i64> {
        let seen = self.slots[usize::from(cell.slot)].seq[usize::from(cell.kind == Kind::Answer)];
        let above = match seen {
            Some(seen) => seen.checked_add(1)?,
            None => 0,
        };
        Some(unix(now).max(above))
    }

    fn see(&mut self, now: Now, id: PeerId) {
        if !self.peers.contains_key(&id) {
            if self.peers.len() >= MAX_PEERS {
                let oldest = self.peers.iter().min_by_key(|(_, peer)| peer.seen);
                let Some(oldest) = oldest.map(|(id, _)| *id) else {
                    return;
                };
                self.peers.remove(&oldest);
            }
            let peer = Peer {
                first: now.mono,
                ..Peer::default()
            };
            self.peers.insert(id, peer);
            self.stir(now);
        }
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.seen = now.mono;
        }
    }

    fn met(&mut self, now: Now, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.met = Some(now.mono);
        }
    }

    /// Notes what is told; false if it was told before.
    fn tell(&mut self, mark: (Kind, PeerId, PeerId)) -> bool {
        if self.told.contains(&mark) {
            return false;
        }
        if self.told.len() >= MAX_TOLD {
            self.told.pop_front();
        }
        self.told.push_back(mark);
        true
    }

    /// Something happens: fast for a while, if that was not so too often of late.
    fn stir(&mut self, now: Now) {
        let gained = now.mono.saturating_sub(self.stirred).as_secs() / STIR_EVERY.as_secs();
        if gained > 0 {
            self.stirs = STIRS.min(self.stirs.saturating_add(u32::try_from(gained).unwrap_or(STIRS)));
            self.stirred = now.mono;
        }
        self.still = 0;
        if self.fast_until >= now.mono + STIR / 2 || self.stirs == 0 {
            return;
        }
        self.stirs -= 1;
        self.fast_until = now.mono + STIR;
        self.offers_at = self.offers_at.min(now.mono + FAST);
        self.answers_at = self.answers_at.min(now.mono + ANSWER_FAST);
    }

    /// Forgets what is over.
    fn expire(&mut self, now: Now) {
        let age = |since: Duration| now.mono.saturating_sub(since);
        self.held.retain(|held| age(held.last) < HELD);
        if let Some(up) = &self.published
            && let Some(to) = up.to
            && age(up.since) >= PATIENCE
            && let Some(peer) = self.peers.get_mut(&to)
        {
            // Offered for nothing: the next one is for another.
            peer.tries = peer.tries.saturating_add(1);
            self.published = None;
        }
        for peer in self.peers.values_mut() {
            if peer.told.is_some_and(|at| age(at) >= PATIENCE) && peer.met.is_none() {
                // The room knows them already, or does not want them.
                peer.tries = TRIES;
            }
            if peer.met.is_some_and(|at| age(at) >= CONNECTS) {
                (peer.met, peer.told) = (None, None);
                peer.tries = peer.tries.saturating_add(1);
            }
        }
    }
}

impl Peer {
    /// Nothing is to be done about them now.
    fn is_done(&self, now: Now) -> bool {
        self.tries >= TRIES || self.met.is_some_and(|at| now.mono.saturating_sub(at) < CONNECTS)
    }
}

fn unix(now: Now) -> i64 {
    i64::try_from(now.unix_ms).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
