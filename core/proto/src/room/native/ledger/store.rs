//! Chains of events, what is held of each, and the bounds.

use super::super::super::limits::MAX_SKEW_MS;
use super::{Effect, How, Ledger, Mark, WITNESSES};
use crate::crypto::{PublicKey, Signature};
use crate::room::Event as Told;
use crate::timer::Now;
use crate::wire::native::{Content, Event, EventId, Signed, Tombstone, flags};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What an event takes beside its texts, roughly, in bytes.
const OVERHEAD: usize = 512;

/// Where an author speaks: in the room, or in a direct thread. Each is one chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub author: PublicKey,
    /// For a direct thread, the other end of it as seen from this device.
    pub peer: Option<PublicKey>,
}

impl Place {
    pub fn room(author: PublicKey) -> Self {
        Self { author, peer: None }
    }

    pub fn direct(author: PublicKey, peer: PublicKey) -> Self {
        Self {
            author,
            peer: Some(peer),
        }
    }

    /// What tells threads apart: edits and reactions reach no further.
    pub fn thread(&self) -> Option<PublicKey> {
        self.peer
    }
}

/// A text as a line of the conversation.
#[derive(Debug)]
pub(super) struct Line {
    /// The author's name when it arrived; `None` while nobody knows it.
    pub name: Option<String>,
    pub at: u64,
    pub sent_at: u64,
    pub reply_to: EventId,
    /// The `ref` of the command, for an own line.
    pub command: Option<String>,
    pub view_once: bool,
    /// When it vanishes, on both clocks.
    pub expires: Option<(Duration, u64)>,
    /// Taken back, expired or looked at.
    pub gone: bool,
}

/// One event, or what is left of it.
#[derive(Debug)]
pub(super) struct Held {
    pub hash: [u8; 32],
    pub prev: [u8; 32],
    /// The event, unless it was wiped, withheld or hidden.
    pub signed: Option<Box<Signed>>,
    /// The author's signature was checked. Else it is a tombstone.
    pub verified: bool,
    pub line: Option<Line>,
    /// What it is about, unless it is a line.
    pub about: Option<EventId>,
    pub order: u64,
    pub arrival: u64,
    /// From its author, live or later.
    pub heard: bool,
    pub givers: BTreeSet<PublicKey>,
    pub confirmed: bool,
    /// Nobody was here to hear it.
    pub waits: bool,
    /// The author stands by another event with this number.
    pub contradicted: bool,
}

impl Held {
    pub fn id(&self) -> EventId {
        EventId::of(&self.hash)
    }

    pub fn stone(now: Now, stone: &Tombstone, arrival: u64) -> Self {
        Self {
            hash: stone.hash,
            prev: stone.prev,
            signed: None,
            verified: false,
            line: None,
            about: None,
            order: now.unix_ms,
            arrival,
            heard: false,
            givers: BTreeSet::new(),
            confirmed: false,
            waits: false,
            contradicted: false,
        }
    }

    pub fn content(&self) -> Option<&Content> {
        Some(&self.signed.as_ref()?.event.content)
    }

    pub fn cost(&self) -> usize {
        let body = match self.content() {
            Some(Content::Text { text, .. } | Content::Edit { text }) => text.expose().len(),
            Some(Content::Unknown { body, .. }) => body.len(),
            Some(Content::Reaction { .. } | Content::Unsend) | None => 0,
        };
        let line = self.line.as_ref().map_or(0, |line| {
            line.name.as_ref().map_or(0, String::len) + line.command.as_ref().map_or(0, String::len)
        });
        OVERHEAD + body + line
    }

    /// Takes somebody's word for it.
    pub fn told_by(&mut self, giver: PublicKey, author: PublicKey) {
        if self.givers.len() < WITNESSES {
            self.givers.insert(giver);
        }
        self.confirmed |= giver == author || self.givers.len() >= WITNESSES;
    }
}

/// What one author said in one place, by number; several under one number are sorted by hash.
#[derive(Debug, Default)]
pub(super) struct Chain {
    events: BTreeMap<u64, Vec<Held>>,
    /// What was heard and dropped to keep the bounds: up to here nothing is missing.
    floor: u64,
}

impl Chain {
    /// The lowest number held; 0 if there is none.
    pub fn first(&self) -> u64 {
        self.events.keys().next().copied().unwrap_or(0)
    }

    /// The highest number held, with the first of its variants.
    pub fn last(&self) -> Option<(u64, &Held)> {
        let (seq, variants) = self.events.last_key_value()?;
        Some((*seq, variants.first()?))
    }

    pub fn is_dropped(&self, seq: u64) -> bool {
        seq <= self.floor
    }

    pub fn at(&self, seq: u64) -> &[Held] {
        self.events.get(&seq).map_or(&[], Vec::as_slice)
    }

    pub fn find(&self, seq: u64, id: &EventId) -> Option<&Held> {
        self.at(seq).iter().find(|held| held.id() == *id)
    }

    pub fn find_mut(&mut self, seq: u64, id: &EventId) -> Option<&mut Held> {
        self.events
            .get_mut(&seq)?
            .iter_mut()
            .find(|held| held.id() == *id)
    }

    pub fn all(&self) -> impl Iterator<Item = (u64, &Held)> {
        self.events
            .iter()
            .flat_map(|(seq, variants)| variants.iter().map(|held| (*seq, held)))
    }

    pub fn all_mut(&mut self) -> impl Iterator<Item = (u64, &mut Held)> {
        self.events
            .iter_mut()
            .flat_map(|(seq, variants)| variants.iter_mut().map(|held| (*seq, held)))
    }

    pub fn lines(&self) -> impl Iterator<Item = (u64, &Held)> {
        self.all().filter(|(_, held)| held.line.is_some())
    }

    pub fn next_expiry(&self) -> Option<Duration> {
        self.lines().filter_map(|(_, held)| expiry(held)).min()
    }

    pub fn expired(&self, mono: Duration) -> Vec<EventId> {
        self.lines()
            .filter(|(_, held)| expiry(held).is_some_and(|at| at <= mono))
            .map(|(_, held)| held.id())
            .collect()
    }

    /// Its author is connected and stands by everything up to `claims`.
    pub fn confirm_upto(&mut self, claims: Mark) {
        for (seq, held) in self.all_mut().filter(|(_, held)| held.verified) {
            if seq == claims.seq && held.hash != claims.hash {
                held.contradicted = true;
            } else if seq <= claims.seq {
                held.confirmed = true;
            }
        }
    }

    /// Whether the author said different things under `seq`. Only what is signed, or was said in
    /// the author's own session, counts as proof.
    pub fn disputed(&self, seq: u64) -> bool {
        let here: Vec<&Held> = self.at(seq).iter().filter(|held| held.verified).collect();
        let continued = |held: &&Held| here.iter().any(|known| known.hash == held.prev);
        let next: Vec<&Held> = match seq.checked_add(1) {
            Some(next) => self.at(next).iter().filter(|held| held.verified).collect(),
            None => Vec::new(),
        };
        here.len() > 1
            || here.iter().any(|held| held.contradicted)
            || (!here.is_empty() && !next.iter().all(continued))
    }

    /// How many numbers between the line before `seq` and `seq` are unaccounted for. What lies
    /// before the first that is held was never due.
    pub fn missing_before(&self, seq: u64, justified: impl Fn(&Held) -> bool) -> u32 {
        let (mut present, mut first) = (0, seq);
        for (before, variants) in self
            .events
            .range(self.floor.saturating_add(1).min(seq)..seq)
            .rev()
        {
            if !variants
                .iter()
                .any(|held| held.verified || held.confirmed || justified(held))
            {
                continue;
            }
            (present, first) = (present + 1, *before);
            if variants.iter().any(|held| held.line.is_some()) {
                break;
            }
        }
        // Where lines were dropped the rest below is not missing but gone.
        u32::try_from(seq - first - present).unwrap_or(u32::MAX)
    }

    /// Where something with number `seq` stands that was told: between what its author said
    /// before and after, whatever its clock says.
    fn order_of(&self, seq: u64, order: u64) -> u64 {
        let order_at = |variants: &Vec<Held>| variants.first().map(|held| held.order);
        let before = self.events.range(..seq).next_back();
        let after = seq
            .checked_add(1)
            .and_then(|next| self.events.range(next..).next());
        let order = order.min(after.and_then(|(_, held)| order_at(held)).unwrap_or(u64::MAX));
        order.max(before.and_then(|(_, held)| order_at(held)).unwrap_or(0))
    }

    /// Up to where everything is certain, from where it begins: what this device need not be told.
    pub fn mark(&self, closed: u64) -> Option<Mark> {
        let mut mark: Option<Mark> = None;
        for (seq, variants) in &self.events {
            let Some(held) = variants.iter().find(|held| held.confirmed) else {
                // An unconfirmed one is asked for again: a second teller confirms it.
                match mark {
                    Some(_) if *seq > closed => break,
                    _ => continue,
                }
            };
            let follows = mark.is_none_or(|mark| mark.seq + 1 == *seq || seq - 1 <= closed);
            if !follows {
                break;
            }
            mark = Some(Mark {
                seq: *seq,
                hash: held.hash,
            });
        }
        mark
    }

    /// The next line after `seq`, in all its variants: an event at `seq` may close its gap.
    fn lines_after(&self, seq: u64) -> Vec<EventId> {
        let ids = |variants: &Vec<Held>| -> Vec<EventId> {
            let lines = variants.iter().filter(|held| held.line.is_some());
            lines.map(Held::id).collect()
        };
        let after = seq.saturating_add(1);
        let mut later = self.events.range(after..).map(|(_, variants)| ids(variants));
        later.find(|ids| !ids.is_empty()).unwrap_or_default()
    }
}

fn expiry(held: &Held) -> Option<Duration> {
    let line = held.line.as_ref()?;
    line.expires.filter(|_| !line.gone).map(|(at, _)| at)
}

impl Ledger {
    pub(super) fn held(&self, place: &Place, seq: u64, hash: &[u8; 32]) -> Option<&Held> {
        let chain = self.chains.get(place)?;
        chain.at(seq).iter().find(|held| held.hash == *hash)
    }

    /// How many events stand under one number.
    pub(super) fn variants(&self, place: &Place, seq: u64) -> usize {
        self.chains.get(place).map_or(0, |chain| {
            chain.at(seq).iter().filter(|held| held.verified).count()
        })
    }

    pub(super) fn last_seq(&self, place: &Place) -> u64 {
        self.chains
            .get(place)
            .and_then(Chain::last)
            .map_or(0, |(seq, _)| seq)
    }

    /// What is kept of an event that came so.
    pub(super) fn held_of(
        &mut self,
        now: Now,
        event: Event,
        signature: Signature,
        hash: [u8; 32],
        how: How,
    ) -> Held {
        let (author, seq, prev) = (event.author, event.seq, event.prev);
        let direct = event.has(flags::DIRECT);
        let (heard, giver) = match how {
            How::Live { .. } => (true, None),
            How::Told { by } => (by == author, Some(by)),
        };
        let sent_at = match how {
            How::Live { .. } => event.time.clamp(
                now.unix_ms.saturating_sub(MAX_SKEW_MS),
                now.unix_ms.saturating_add(MAX_SKEW_MS),
            ),
            // Nobody is told of the future.
            How::Told { .. } => event.time.min(now.unix_ms),
        };
        let person = self.people.get(&author);
        let covered = person
            .and_then(|person| person.claims)
            .is_some_and(|claims| seq < claims.seq || (seq == claims.seq && hash == claims.hash));
        let hidden = person.is_some_and(|person| person.hidden) && !matches!(event.content, Content::Unsend);
        let line = match &event.content {
            Content::Text { life, .. } if !hidden => Some(Line {
                name: person
                    .and_then(|person| person.shown.as_ref())
                    .map(|(_, name)| name.clone()),
                at: now.unix_ms,
                sent_at,
                reply_to: event.reference,
                command: None,
                view_once: event.has(flags::VIEW_ONCE),
                expires: (*life > 0).then(|| {
                    let life = u64::from(*life) * 1_000;
                    // Live, its author's clock plays no part.
                    let age = match how {
                        How::Live { .. } => 0,
                        How::Told { .. } => now.unix_ms.saturating_sub(event.time),
                    };
                    let left = life.saturating_sub(age);
                    (
                        now.plus(Duration::from_millis(left)),
                        now.unix_ms.saturating_add(left),
                    )
                }),
                gone: false,
            }),
            _ => None,
        };
        let about = match event.content {
            Content::Reaction { .. } | Content::Edit { .. } | Content::Unsend => Some(event.reference),
            Content::Text { .. } | Content::Unknown { .. } => None,
        };
        let mut held = Held {
            hash,
            prev,
            about,
            signed: (!hidden).then(|| Box::new(Signed { event, signature })),
            verified: true,
            line,
            order: match how {
                How::Live { .. } => now.unix_ms,
                How::Told { .. } => sent_at,
            },
            arrival: self.arrived(),
            heard,
            givers: BTreeSet::new(),
            confirmed: heard || direct || covered,
            waits: false,
            contradicted: false,
        };
        if let Some(by) = giver {
            held.told_by(by, author);
        }
        held
    }

    /// A known event came once more: on better word, perhaps.
    pub(super) fn heard_again(
        &mut self,
        now: Now,
        place: Place,
        seq: u64,
        hash: &[u8; 32],
        how: How,
        heard: bool,
    ) -> Vec<Effect> {
        let id = EventId::of(hash);
        self.changing(&[id], |ledger| {
            let Some(held) = ledger
                .chains
                .get_mut(&place)
                .and_then(|chain| chain.find_mut(seq, &id))
            else {
                return;
            };
            if let How::Told { by } = how {
                held.told_by(by, place.author);
            }
            if heard && !held.heard {
                held.heard = true;
                held.confirmed = true;
                if let (How::Live { .. }, Some(line)) = (how, &mut held.line) {
                    (held.order, line.at) = (now.unix_ms, now.unix_ms);
                }
            }
        })
    }

    /// Puts an event into its chain; tells what that shows.
    pub(super) fn insert(&mut self, place: Place, seq: u64, held: Held) -> Vec<Effect> {
        if self.chains.get(&place).is_some_and(|chain| chain.is_dropped(seq)) {
            return Vec::new();
        }
        let id = held.id();
        let mut touched = vec![id];
        touched.extend(held.about);
        if let Some(chain) = self.chains.get(&place) {
            let around = [seq.saturating_sub(1), seq];
            touched.extend(around.iter().flat_map(|seq| chain.at(*seq)).map(Held::id));
            touched.extend(chain.lines_after(seq));
        }
        let mut effects = self.changing(&touched, |ledger| ledger.put(place, seq, held));
        effects.extend(self.newly_disputed(place.author, seq));
        effects.extend(self.shed());
        effects
    }

    fn put(&mut self, place: Place, seq: u64, mut held: Held) {
        if let Some(chain) = self.chains.get(&place) {
            held.order = chain.order_of(seq, held.order);
        }
        let (id, verified) = (held.id(), held.verified);
        // An event takes the place of every tombstone, a tombstone that of another.
        let stones: Vec<[u8; 32]> = self.chains.get(&place).map_or(Vec::new(), |chain| {
            let stones = chain.at(seq).iter().filter(|held| !held.verified);
            stones.map(|held| held.hash).collect()
        });
        for hash in stones {
            self.unlink(&place, seq, &hash);
        }
        self.items += 1;
        self.bytes += held.cost();
        if verified {
            self.index.insert(id, (place, seq));
        }
        let about = held.about;
        let unsends = matches!(held.content(), Some(Content::Unsend));
        let is_edit = matches!(held.content(), Some(Content::Edit { .. }));
        let is_line = held.line.is_some();
        if let Some(about) = about {
            self.about
                .entry(about)
                .or_default()
                .insert((place, seq, held.hash));
        }
        let chain = self.chains.entry(place).or_default();
        let variants = chain.events.entry(seq).or_default();
        let at = variants.partition_point(|other| other.hash < held.hash);
        variants.insert(at, held);
        match about {
            Some(target) if unsends && self.is_at(&target, &place) => self.wipe(&target),
            Some(target) if is_edit && self.line(&target).is_some_and(|line| line.gone) => {
                self.wipe_one(&place, seq, &id);
            }
            _ => {}
        }
        if is_line && self.taken_back(&id, &place) {
            self.wipe(&id);
        }
    }

    /// Whether `id` is an event of exactly this place.
    fn is_at(&self, id: &EventId, place: &Place) -> bool {
        self.index.get(id).is_some_and(|(at, _)| at == place)
    }

    /// Whether the author of `place` took `id` back there.
    pub(super) fn taken_back(&self, id: &EventId, place: &Place) -> bool {
        self.about.get(id).into_iter().flatten().any(|(at, seq, hash)| {
            at == place
                && self
                    .held(at, *seq, hash)
                    .is_some_and(|held| matches!(held.content(), Some(Content::Unsend)))
        })
    }

    /// Wipes a line and what its author made of it since.
    pub(super) fn wipe(&mut self, id: &EventId) {
        let Some((place, seq)) = self.index.get(id).copied() else {
            return;
        };
        self.wipe_one(&place, seq, id);
        if let Some(line) = self.line_mut(id) {
            line.gone = true;
        }
        let edits: Vec<(u64, EventId)> = self
            .about
            .get(id)
            .into_iter()
            .flatten()
            .filter(|(at, _, _)| *at == place)
            .filter(|(at, seq, hash)| {
                self.held(at, *seq, hash)
                    .is_some_and(|held| matches!(held.content(), Some(Content::Edit { .. })))
            })
            .map(|(_, seq, hash)| (*seq, EventId::of(hash)))
            .collect();
        for (seq, id) in edits {
            self.wipe_one(&place, seq, &id);
        }
    }

    fn wipe_one(&mut self, place: &Place, seq: u64, id: &EventId) {
        let Some(held) = self
            .chains
            .get_mut(place)
            .and_then(|chain| chain.find_mut(seq, id))
        else {
            return;
        };
        self.bytes -= held.cost();
        held.signed = None;
        self.bytes += held.cost();
    }

    /// Takes one event out altogether.
    fn unlink(&mut self, place: &Place, seq: u64, hash: &[u8; 32]) -> Option<Held> {
        let chain = self.chains.get_mut(place)?;
        let variants = chain.events.get_mut(&seq)?;
        let at = variants.iter().position(|held| held.hash == *hash)?;
        let held = variants.remove(at);
        if variants.is_empty() {
            chain.events.remove(&seq);
        }
        self.items -= 1;
        self.bytes -= held.cost();
        if held.verified {
            self.index.remove(&held.id());
        }
        if let Some(about) = held.about
            && let Some(events) = self.about.get_mut(&about)
        {
            events.remove(&(*place, seq, *hash));
            if events.is_empty() {
                self.about.remove(&about);
            }
        }
        Some(held)
    }

    /// Drops until the bounds hold: first what stands on one member's word alone, of whoever told
    /// most; then the oldest.
    pub(super) fn shed(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        while self.items > self.max_items || self.bytes > self.max_bytes {
            let mut told: BTreeMap<PublicKey, usize> = BTreeMap::new();
            let all = || {
                self.chains
                    .iter()
                    .flat_map(|(place, chain)| chain.all().map(move |(seq, held)| (place, seq, held)))
            };
            for (_, _, held) in all().filter(|(_, _, held)| !held.confirmed) {
                for giver in &held.givers {
                    *told.entry(*giver).or_default() += 1;
                }
            }
            let loudest = told
                .iter()
                .max_by_key(|(_, count)| **count)
                .map(|(giver, _)| *giver);
            let victim = all()
                .filter(|(_, _, held)| match loudest {
                    Some(loudest) => !held.confirmed && held.givers.contains(&loudest),
                    None => true,
                })
                .min_by_key(|(place, seq, held)| (held.order, **place, *seq))
                .map(|(place, seq, held)| (*place, seq, held.hash, held.confirmed));
            let Some((place, seq, hash, confirmed)) = victim else {
                break;
            };
            let touched: Vec<EventId> = self
                .chains
                .get(&place)
                .map(|chain| chain.lines_after(seq))
                .unwrap_or_default();
            effects.extend(self.changing(&touched, |ledger| {
                ledger.unlink(&place, seq, &hash);
                if let Some(chain) = ledger.chains.get_mut(&place)
                    && confirmed
                {
                    chain.floor = chain.floor.max(seq);
                }
            }));
        }
        effects
    }

    /// Takes everything a removed author said past `last` out.
    pub(super) fn forget_past(&mut self, author: PublicKey, last: u64) -> Vec<Effect> {
        let place = Place::room(author);
        let (mut past, mut touched, mut shown) = (Vec::new(), Vec::new(), Vec::new());
        for (seq, held) in self.chains.get(&place).into_iter().flat_map(Chain::all) {
            if seq == last {
                touched.push(held.id());
            }
            if seq <= last {
                continue;
            }
            past.push((seq, held.hash));
            touched.extend(held.about);
            if held.line.as_ref().is_some_and(|line| !line.gone) {
                shown.push(held.id());
            }
        }
        let mut effects = self.changing(&touched, |ledger| {
            for (seq, hash) in &past {
                ledger.unlink(&place, *seq, hash);
            }
        });
        let gone = |id: EventId| Told::MessageChanged {
            id: id.message_id(),
            text: None,
            unsent: Some(true),
            reactions: None,
            expires_at: None,
            confirmed: None,
        };
        effects.extend(shown.into_iter().map(|id| Effect::Tell(Box::new(gone(id)))));
        effects
    }

    /// Forgets somebody who is only spoken of, to make room for one who speaks.
    pub(super) fn forget_author(&mut self, author: &PublicKey) {
        let places: Vec<Place> = self
            .chains
            .keys()
            .filter(|place| place.author == *author)
            .copied()
            .collect();
        for place in places {
            let all: Vec<(u64, [u8; 32])> = self
                .chains
                .get(&place)
                .into_iter()
                .flat_map(Chain::all)
                .map(|(seq, held)| (seq, held.hash))
                .collect();
            for (seq, hash) in all {
                self.unlink(&place, seq, &hash);
            }
            self.chains.remove(&place);
        }
        self.people.remove(author);
    }

    /// Whether an event of a removed author, which came after it was removed, can have been said
    /// before: it must not contradict what is known of its row, nor end it otherwise than the
    /// owner saw. Else whoever was removed could still rewrite its past.
    pub(super) fn fits_before(
        &self,
        place: &Place,
        seq: u64,
        hash: &[u8; 32],
        prev: &[u8; 32],
        last: Mark,
    ) -> bool {
        let verified = |seq: Option<u64>| -> Vec<&Held> {
            let chain = self.chains.get(place).zip(seq);
            let held = chain.map_or(&[][..], |(chain, seq)| chain.at(seq));
            held.iter().filter(|held| held.verified).collect()
        };
        let (before, after) = (verified(seq.checked_sub(1)), verified(seq.checked_add(1)));
        let ends = seq < last.seq || *hash == last.hash;
        let follows = before.is_empty() || before.iter().any(|held| held.hash == *prev);
        let leads = after.is_empty() || after.iter().any(|held| held.prev == *hash);
        // The first word under a number stands, unless what is known names the other.
        let named = seq == last.seq || !after.is_empty();
        ends && follows && leads && (verified(Some(seq)).is_empty() || named)
    }

    /// Whether `author` is found, by what stands around `seq` now, to have said two things.
    pub(super) fn newly_disputed(&mut self, author: PublicKey, seq: u64) -> Vec<Effect> {
        let disputed = self.chains.get(&Place::room(author)).is_some_and(|chain| {
            chain.disputed(seq) || seq.checked_sub(1).is_some_and(|before| chain.disputed(before))
        });
        match self.people.get_mut(&author) {
            Some(person) if disputed && !person.disputed => {
                person.disputed = true;
                vec![Effect::Equivocation(author)]
            }
            _ => Vec::new(),
        }
    }
}
