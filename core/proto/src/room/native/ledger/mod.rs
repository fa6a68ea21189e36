//! What was said, by whom, and on whose word: the store of signed events.
//!
//! Every author numbers its events and links each to the one before, so that what is left out, put
//! in or said twice under one number shows. Sources in falling order of belief: what this person
//! said, what came from its author (live, or told by itself later), what two other members told
//! alike, and what one member told. Only the last is *unconfirmed*. Unconfirmed events are shown
//! as such, are never told on, and are the first to go when memory is short: no liar's word
//! becomes two, and none pushes out what was heard.
//!
//! A line of the conversation is an event of kind text and what others say about it: edits and
//! taking back by its author only, reactions by anybody. Lines are computed, not kept, so that
//! any order of arrival ends in the same view. Whatever must not be known any more (taken back,
//! expired, looked at once) is wiped at once; its number and hash stay, so that the chain holds.
//!
//! Direct threads are kept here too. Their events are not signed: the session says whose they are,
//! and they are never told to anybody else.
//!
//! Every call that takes the time first wipes what has expired. Ordering and bounds are those of
//! `room::timeline`: what arrived live stands where it arrived, what was told where it says;
//! [`MAX_ITEMS`] events and
//! [`MAX_BYTES`] at most.

mod give;
mod show;
mod store;

pub use give::Given;

use super::super::event::{Event as Told, Message};
use super::super::limits::{MAX_BYTES, MAX_ITEMS};
use crate::crypto::{PublicKey, Signature, SigningKey};
use crate::id::{MemberId, MessageId};
use crate::secret::SecretString;
use crate::timer::Now;
use crate::wire::native::{Content, Event, EventId, Frontier, MAX_AUTHORS, Mark, Signed, Tombstone, flags};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use store::{Chain, Held, Line, Place};

/// Different events of one author under one number that are kept as proof.
pub const MAX_VARIANTS: usize = 4;
/// Different emoji shown at one message.
pub const MAX_REACTION_KINDS: usize = 64;
/// Other members whose word makes an event confirmed.
pub const WITNESSES: usize = 2;

/// How an event came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Just said: opened with its author's sender key of this generation.
    Live {
        /// The generation of the key (`GROUP.gen`).
        generation: u32,
    },
    /// As history, by a member, which may be the author itself.
    Told {
        /// By whom.
        by: PublicKey,
    },
}

/// Why an event is not taken. Whoever sends such things is lying or broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Said in another room, or in a generation that was not reached then.
    #[error("the event belongs to another room or another time of this one")]
    Elsewhere,
    /// Not its author's signature, or not the member's whose session brought it.
    #[error("the event is not signed by who is said to have said it")]
    Unsigned,
    /// Said after its author was removed, by the number the owner's operation names.
    #[error("the author was removed before it said this")]
    Removed,
    /// Under this person's key, which did not say it.
    #[error("the event is said to be this person's own and is not")]
    NotMine,
    /// Another event has this number, in a thread where only one member speaks.
    #[error("two different events have one number")]
    Twice,
    /// As many authors, or variants of one number, as are kept.
    #[error("no more can be kept")]
    Full,
}

/// Why something is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSaid {
    /// It is about a message that is not here any more, or not this person's to change.
    #[error("there is no message of yours with this id any more")]
    NoMessage,
    /// A text, life or emoji out of its range.
    #[error("that cannot be said")]
    BadValue,
}

/// What comes of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// To be told to the person as it stands: a line that is new or changed as a whole
    /// (`Event::Message`), or parts of one (`Event::MessageChanged`).
    Tell(Box<Told>),
    /// A member was first found to have said different things under one number.
    Equivocation(PublicKey),
    /// An author that is connected has said so many events after the last one that is here, and
    /// whoever told history held them back.
    Behind {
        /// Who.
        author: PublicKey,
        /// How many.
        missing: u64,
    },
}

/// What this person wants to say.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The one member it is for; `None` for the room.
    pub to: Option<PublicKey>,
    /// The present generation.
    pub generation: u32,
    /// See [`flags`]; `DIRECT` is set here.
    pub flags: u8,
    /// What it is about, or [`EventId::NONE`].
    pub reference: EventId,
    /// What.
    pub content: Content,
    /// The `ref` of the command.
    pub command: Option<String>,
    /// Nobody is here to hear it: whoever comes first is told, newcomer or not.
    pub waits: bool,
}

/// What was said, to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// To the room: seal it under the sender key.
    Room(Signed),
    /// To one member: `Frame::Direct`.
    Direct(Event),
}

/// What is known of one who speaks.
#[derive(Debug, Default)]
struct Person {
    /// Row and name, once met.
    shown: Option<(MemberId, String)>,
    /// The owner removed it; nothing past this counts.
    removed: Option<Mark>,
    /// Nothing it says is shown: muted, or blocked here.
    hidden: bool,
    /// How far it says it has spoken; only while it is connected.
    claims: Option<Mark>,
    /// It was said already that it equivocates.
    disputed: bool,
    /// Gaps up to here were left by the author itself and will not be filled.
    closed: u64,
    /// Own events and arrivals up to these were there when this member was first met.
    met: Option<Met>,
}

#[derive(Debug, Clone, Copy)]
struct Met {
    own: u64,
    arrivals: u64,
}

/// The store. See the module.
#[derive(Debug)]
pub struct Ledger {
    room_id: [u8; 32],
    me: PublicKey,
    generation: u32,
    people: BTreeMap<PublicKey, Person>,
    chains: BTreeMap<Place, Chain>,
    /// Where the event with an id is.
    index: BTreeMap<EventId, (Place, u64)>,
    /// Which events are about which.
    about: BTreeMap<EventId, BTreeSet<(Place, u64, [u8; 32])>>,
    items: usize,
    bytes: usize,
    arrivals: u64,
    max_items: usize,
    max_bytes: usize,
}

impl Ledger {
    /// An empty store for the room, of `me`, in `generation`.
    #[must_use]
    pub fn new(room_id: [u8; 32], me: PublicKey, generation: u32) -> Self {
        Self {
            room_id,
            me,
            generation,
            people: BTreeMap::new(),
            chains: BTreeMap::new(),
            index: BTreeMap::new(),
            about: BTreeMap::new(),
            items: 0,
            bytes: 0,
            arrivals: 0,
            max_items: MAX_ITEMS,
            max_bytes: MAX_BYTES,
        }
    }

    /// The room is in `generation` now.
    pub fn moved(&mut self, generation: u32) {
        self.generation = self.generation.max(generation);
    }

    /// Names a key: the member's row and its name, cleaned. Lines that were shown under a made-up
    /// name are told anew. This person's own name is given the same way; it is what an `@` finds.
    pub fn introduce(&mut self, author: PublicKey, member: MemberId, name: String) -> Vec<Effect> {
        self.room_for_author(&author, true);
        let touched = self.hearsay_of(&author);
        self.changing(&touched, |ledger| {
            for chain in ledger
                .chains
                .iter_mut()
                .filter(|(place, _)| place.author == author)
            {
                for (_, held) in chain.1.all_mut() {
                    if let Some(line) = &mut held.line {
                        line.name.get_or_insert_with(|| name.clone());
                    }
                }
            }
            ledger.bytes = ledger
                .chains
                .values()
                .flat_map(Chain::all)
                .map(|(_, held)| held.cost())
                .sum();
            ledger.person(author).shown = Some((member, name));
        })
    }

    /// A member's session is open: remembers what it need not be told. Later calls change nothing.
    pub fn met(&mut self, peer: PublicKey) {
        self.room_for_author(&peer, true);
        let met = Met {
            own: self.last_seq(&Place::room(self.me)),
            arrivals: self.arrivals,
        };
        self.person(peer).met.get_or_insert(met);
    }

    /// A member's session is over: its word about itself is no longer fresh.
    pub fn parted(&mut self, peer: &PublicKey) {
        if let Some(person) = self.people.get_mut(peer) {
            person.claims = None;
        }
    }

    /// The owner muted `author`, or this person blocked it, or no longer so: what it says
    /// meanwhile is not shown, now or later. Its chain is kept.
    pub fn hide(&mut self, author: PublicKey, on: bool) {
        self.room_for_author(&author, true);
        self.person(author).hidden = on;
    }

    /// Whether what `author` says is hidden.
    #[must_use]
    pub fn is_hidden(&self, author: &PublicKey) -> bool {
        self.people.get(author).is_some_and(|person| person.hidden)
    }

    /// The owner removed `author`: nothing it said past `last` counts, whenever it comes, and what
    /// is here of it goes.
    pub fn remove(&mut self, now: Now, author: PublicKey, last: Mark) -> Vec<Effect> {
        let mut effects = self.expire(now);
        let person = self.person(author);
        if person.removed.is_some() {
            return effects;
        }
        person.removed = Some(last);
        person.claims = None;
        effects.extend(self.forget_past(author, last.seq));
        effects
    }

    /// Takes an event that was said to the room.
    ///
    /// # Errors
    /// See [`Refusal`]; nothing is changed then.
    pub fn accept(
        &mut self,
        now: Now,
        event: Event,
        signature: &Signature,
        how: How,
    ) -> Result<Vec<Effect>, Refusal> {
        let generation = match how {
            How::Live { generation } => generation.min(self.generation),
            How::Told { .. } => self.generation,
        };
        if event.room_id != self.room_id || event.generation > generation || event.has(flags::DIRECT) {
            return Err(Refusal::Elsewhere);
        }
        let (author, seq, hash) = (event.author, event.seq, event.hash());
        let place = Place::room(author);
        let held = self.held(&place, seq, &hash).is_some_and(|held| held.verified);
        if author == self.me {
            return if held {
                Ok(self.expire(now))
            } else {
                Err(Refusal::NotMine)
            };
        }
        let person = self.people.get(&author);
        if person.is_some_and(|person| person.removed.is_some_and(|last| seq > last.seq)) {
            return Err(Refusal::Removed);
        }
        if !held && !event.verify(signature) {
            return Err(Refusal::Unsigned);
        }
        let heard = match how {
            How::Live { .. } => true,
            How::Told { by } => by == author,
        };
        if held {
            let mut effects = self.expire(now);
            effects.extend(self.heard_again(now, place, seq, &hash, how, heard));
            return Ok(effects);
        }
        if let Some(last) = self.people.get(&author).and_then(|person| person.removed)
            && !self.fits_before(&place, seq, &hash, &event.prev, last)
        {
            return Err(Refusal::Removed);
        }
        if self.variants(&place, seq) >= MAX_VARIANTS || !self.room_for_author(&author, heard) {
            return Err(Refusal::Full);
        }
        let mut effects = self.expire(now);
        let held = self.held_of(now, event, *signature, hash, how);
        effects.extend(self.insert(place, seq, held));
        Ok(effects)
    }

    /// Takes an event of the direct thread with `from`, whose session brought it.
    ///
    /// # Errors
    /// See [`Refusal`]; nothing is changed then.
    pub fn accept_direct(&mut self, now: Now, from: PublicKey, event: Event) -> Result<Vec<Effect>, Refusal> {
        if event.room_id != self.room_id || event.generation > self.generation || !event.has(flags::DIRECT) {
            return Err(Refusal::Elsewhere);
        }
        if event.author != from || from == self.me {
            return Err(Refusal::Unsigned);
        }
        let (seq, hash) = (event.seq, event.hash());
        let place = Place::direct(from, from);
        if self.held(&place, seq, &hash).is_some() {
            return Ok(self.expire(now));
        }
        if self.variants(&place, seq) > 0 {
            return Err(Refusal::Twice);
        }
        if !self.room_for_author(&from, true) {
            return Err(Refusal::Full);
        }
        let mut effects = self.expire(now);
        // What waited for this person to return came late; it stands where it says.
        let late = now.unix_ms.saturating_sub(event.time) > super::super::limits::MAX_SKEW_MS;
        let how = match late {
            true => How::Told { by: from },
            false => How::Live {
                generation: self.generation,
            },
        };
        let held = self.held_of(now, event, [0; 64], hash, how);
        effects.extend(self.insert(place, seq, held));
        Ok(effects)
    }

    /// Takes somebody's word that an event it may not tell on stood here. It stands for nothing
    /// but that: the event itself takes its place whenever it comes.
    pub fn accept_tombstone(&mut self, now: Now, by: PublicKey, stone: Tombstone) -> Vec<Effect> {
        let mut effects = self.expire(now);
        let place = Place::room(stone.author);
        let past = self
            .people
            .get(&stone.author)
            .and_then(|person| person.removed)
            .is_some_and(|last| stone.seq > last.seq);
        // Between known events only: nobody can make an author long by it.
        let chain = self.chains.get(&place);
        let within = chain.is_some_and(|chain| {
            chain.first() < stone.seq && stone.seq < chain.last().map_or(0, |(seq, _)| seq)
        });
        let there = chain.and_then(|chain| chain.at(stone.seq).first());
        let better = there.is_some_and(|held| held.verified || held.hash < stone.hash);
        if past || !within || better || stone.author == self.me {
            return effects;
        }
        let mut held = Held::stone(now, &stone, self.arrived());
        if let Some(there) = self.held(&place, stone.seq, &stone.hash) {
            held.givers.clone_from(&there.givers);
            held.confirmed = there.confirmed;
        }
        held.told_by(by, stone.author);
        effects.extend(self.insert(place, stone.seq, held));
        effects
    }

    /// Says something: the event to send, and what is shown of it here. `key` is this person's.
    ///
    /// # Errors
    /// See [`NotSaid`]; nothing is said then.
    pub fn say(&mut self, now: Now, key: &SigningKey, draft: Draft) -> Result<(Said, Vec<Effect>), NotSaid> {
        let place = match draft.to {
            Some(peer) => Place::direct(self.me, peer),
            None => Place::room(self.me),
        };
        self.may_be_said(&place, &draft)?;
        let last = self.chains.get(&place).and_then(Chain::last);
        let direct = if draft.to.is_some() { flags::DIRECT } else { 0 };
        let event = Event {
            room_id: self.room_id,
            generation: draft.generation,
            author: self.me,
            seq: last.map_or(1, |(seq, _)| seq + 1),
            prev: last.map_or([0; 32], |(_, held)| held.hash),
            time: now.unix_ms,
            flags: draft.flags & !flags::DIRECT | direct,
            reference: draft.reference,
            content: draft.content,
        };
        let bytes = event.encode();
        if Event::decode(&bytes).is_err() {
            return Err(NotSaid::BadValue);
        }
        let signature = match draft.to {
            Some(_) => [0; 64],
            None => event.sign(key),
        };
        let mut effects = self.expire(now);
        let how = How::Live {
            generation: draft.generation,
        };
        let mut held = self.held_of(now, event.clone(), signature, event.hash(), how);
        held.waits = draft.waits;
        if let Some(line) = &mut held.line {
            line.command = draft.command;
        }
        effects.extend(self.insert(place, event.seq, held));
        let said = match draft.to {
            Some(_) => Said::Direct(event),
            None => Said::Room(Signed { event, signature }),
        };
        Ok((said, effects))
    }

    fn may_be_said(&self, place: &Place, draft: &Draft) -> Result<(), NotSaid> {
        let about = self.index.get(&draft.reference);
        let line = self.line(&draft.reference);
        let here = about.is_some_and(|(at, _)| at.thread() == place.thread());
        let mine = about.is_some_and(|(at, _)| at.author == self.me);
        let standing = line.is_some_and(|line| !line.gone);
        let may = match draft.content {
            Content::Text { .. } => draft.reference == EventId::NONE || about.is_none() || here,
            Content::Reaction { .. } => here && standing,
            Content::Edit { .. } => here && mine && standing && line.is_some_and(|line| !line.view_once),
            Content::Unsend => here && mine && standing,
            Content::Unknown { .. } => false,
        };
        if may { Ok(()) } else { Err(NotSaid::NoMessage) }
    }

    /// Looks at a message that can be looked at once: the event that carries the text, which is
    /// wiped here. `None` if there is nothing (any more) to look at.
    pub fn view(&mut self, now: Now, id: &MessageId) -> Option<Vec<Effect>> {
        let event_id = EventId::parse(id)?;
        let (place, _) = *self.index.get(&event_id)?;
        let line = self.line(&event_id)?;
        let expired = line.expires.is_some_and(|(at, _)| at <= now.mono);
        if !line.view_once || line.gone || expired || place.author == self.me {
            return None;
        }
        let text = self.text(&event_id)?.expose().to_owned();
        let mut effects = self.expire(now);
        self.wipe(&event_id);
        effects.push(Effect::Tell(Box::new(Told::MessageChanged {
            id: id.clone(),
            text: Some(text),
            unsent: Some(true),
            reactions: None,
            expires_at: None,
            confirmed: None,
        })));
        Some(effects)
    }

    /// Takes what a connected member says it knows: of others' events it says nothing that is
    /// believed, of its own that it stands by them.
    pub fn stands_by(&mut self, now: Now, peer: PublicKey, frontier: &Frontier) -> Vec<Effect> {
        let mut effects = self.expire(now);
        let place = Place::room(peer);
        let own = frontier.authors.iter().find(|(author, _)| *author == peer);
        let claims = own.map_or(
            Mark {
                seq: 0,
                hash: [0; 32],
            },
            |(_, mark)| *mark,
        );
        if self.room_for_author(&peer, true) {
            self.person(peer).claims = Some(claims);
        }
        let lines = self.lines_of(&place);
        effects.extend(self.changing(&lines, |ledger| {
            if let Some(chain) = ledger.chains.get_mut(&place) {
                chain.confirm_upto(claims);
            }
        }));
        effects.extend(self.newly_disputed(peer, claims.seq));
        effects
    }

    /// `by` has told all it tells (`Frame::HistoryEnd`). What an author itself leaves open stays
    /// open and is not asked for again; what others held back of a connected author's is said.
    pub fn told_all(&mut self, by: PublicKey) -> Vec<Effect> {
        let Some(claims) = self.people.get(&by).and_then(|person| person.claims) else {
            return Vec::new();
        };
        let (first, last) = match self.chains.get(&Place::room(by)) {
            Some(chain) => (chain.first(), chain.last().map_or(0, |(seq, _)| seq)),
            None => return Vec::new(),
        };
        let person = self.person(by);
        person.closed = person.closed.max(claims.seq);
        if first == 0 || claims.seq <= last {
            return Vec::new();
        }
        vec![Effect::Behind {
            author: by,
            missing: claims.seq - last,
        }]
    }

    /// When something expires next, on the clock of [`Now::mono`].
    #[must_use]
    pub fn next_expiry(&self) -> Option<Duration> {
        self.chains.values().filter_map(Chain::next_expiry).min()
    }

    /// Wipes what has expired. Called by every other input too; after a suspension it must be
    /// called before anything is shown.
    pub fn expire(&mut self, now: Now) -> Vec<Effect> {
        let due: Vec<EventId> = self
            .chains
            .values()
            .flat_map(|chain| chain.expired(now.mono))
            .collect();
        self.changing(&due, |ledger| {
            for id in &due {
                ledger.wipe(id);
            }
        })
    }

    /// The lines, oldest first, each with what orders it among those of `room::timeline`.
    #[must_use]
    pub fn lines(&self) -> Vec<(u64, Message)> {
        let mut ordered: Vec<(u64, Place, u64, EventId)> = self
            .chains
            .iter()
            .flat_map(|(place, chain)| {
                chain
                    .lines()
                    .map(|(seq, held)| (held.order, *place, seq, held.id()))
            })
            .collect();
        ordered.sort();
        ordered
            .into_iter()
            .filter_map(|(order, _, _, id)| self.shown(&id).map(|message| (order, message)))
            .collect()
    }

    /// The line shown under `id`.
    #[must_use]
    pub fn message(&self, id: &MessageId) -> Option<Message> {
        self.shown(&EventId::parse(id)?)
    }

    /// Whose the line shown under `id` is, and the other end of its thread if it is direct.
    #[must_use]
    pub fn author(&self, id: &MessageId) -> Option<(PublicKey, Option<PublicKey>)> {
        let (place, _) = self.index.get(&EventId::parse(id)?)?;
        Some((place.author, place.peer))
    }

    /// This person's own lines with numbers above `after` and up to `upto`, in the room or in the
    /// thread with `to`: what a peer's `Frame::Got` is about.
    #[must_use]
    pub fn own_lines(&self, to: Option<PublicKey>, after: u64, upto: u64) -> Vec<MessageId> {
        let place = match to {
            Some(peer) => Place::direct(self.me, peer),
            None => Place::room(self.me),
        };
        self.chains
            .get(&place)
            .into_iter()
            .flat_map(Chain::lines)
            .filter(|(seq, _)| (after.saturating_add(1)..=upto).contains(seq))
            .map(|(_, held)| held.id().message_id())
            .collect()
    }

    /// Up to which of `author`'s events, in the room and in its direct thread, this device has
    /// them: what `Frame::Got` tells it.
    #[must_use]
    pub fn got(&self, author: &PublicKey) -> (u64, u64) {
        (
            self.last_seq(&Place::room(*author)),
            self.last_seq(&Place::direct(*author, *author)),
        )
    }

    /// The last of `author`'s events, for the owner's removal of it.
    #[must_use]
    pub fn last_of(&self, author: &PublicKey) -> Mark {
        self.chains
            .get(&Place::room(*author))
            .and_then(Chain::last)
            .map_or(
                Mark {
                    seq: 0,
                    hash: [0; 32],
                },
                |(seq, held)| Mark { seq, hash: held.hash },
            )
    }

    /// Keeps to less than the usual bounds: where a timeline of web lines stands beside it, both
    /// together keep to them.
    pub fn keep_to(&mut self, items: usize, bytes: usize) {
        (self.max_items, self.max_bytes) = (items.min(MAX_ITEMS), bytes.min(MAX_BYTES));
        self.shed();
    }

    /// Events held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items == 0
    }

    /// Bytes held, as the bound counts them.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::new(self.room_id, self.me, self.generation);
    }

    fn person(&mut self, key: PublicKey) -> &mut Person {
        self.people.entry(key).or_default()
    }

    /// Makes sure that `author` is known. There is a bound; who speaks itself takes the place of
    /// somebody who is only spoken of, else of whoever is away and silent for longest.
    fn room_for_author(&mut self, author: &PublicKey, speaks: bool) -> bool {
        let removed = self
            .people
            .values()
            .filter(|person| person.removed.is_some())
            .count();
        if !self.people.contains_key(author) && self.people.len() - removed >= MAX_AUTHORS {
            let away = self.people.iter().filter(|(key, person)| {
                **key != self.me && person.removed.is_none() && person.claims.is_none()
            });
            let first = away.min_by_key(|(key, person)| {
                let met = person.shown.is_some() || person.met.is_some();
                let last = self.chains.get(&Place::room(**key)).and_then(Chain::last);
                (met, last.map_or(0, |(_, held)| held.order))
            });
            match first.map(|(key, _)| *key) {
                Some(key) if speaks => self.forget_author(&key),
                _ => return false,
            }
        }
        self.person(*author);
        true
    }

    fn arrived(&mut self) -> u64 {
        self.arrivals += 1;
        self.arrivals
    }

    fn text(&self, id: &EventId) -> Option<&SecretString> {
        let (place, seq) = self.index.get(id)?;
        let held = self.chains.get(place)?.find(*seq, id)?;
        match &held.signed.as_ref()?.event.content {
            Content::Text { text, .. } => Some(text),
            _ => None,
        }
    }

    fn line(&self, id: &EventId) -> Option<&Line> {
        let (place, seq) = self.index.get(id)?;
        self.chains.get(place)?.find(*seq, id)?.line.as_ref()
    }

    fn line_mut(&mut self, id: &EventId) -> Option<&mut Line> {
        let (place, seq) = self.index.get(id)?;
        self.chains.get_mut(place)?.find_mut(*seq, id)?.line.as_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_and_goes_is_not_remembered_without_end() {
        let key = |n: u32| {
            let mut key = [7; 32];
            key[..4].copy_from_slice(&n.to_be_bytes());
            PublicKey(key)
        };
        let mut ledger = Ledger::new([1; 32], key(0), 0);
        for n in 0..2_000 {
            ledger.met(key(n));
            ledger.introduce(key(n), MemberId(n.to_string()), "Ada".into());
            ledger.hide(key(n), n % 2 == 0);
            assert!(ledger.people.len() <= MAX_AUTHORS);
        }
        assert!(ledger.people.contains_key(&key(0)), "this person stays");
    }
}
