//! THE state machine: who is here, what was said, and whom to believe.
//!
//! A [`Room`] owns members, timeline, direct threads, typing, history, presence, limits, and the
//! decision whom to connect to. It reads no clock, draws no entropy and touches no socket.
//!
//! It is driven as quinn and str0m are. Inputs are `handle_*`, commands are plain verbs, outputs
//! come from [`Room::poll`]. After every input or command call `poll` until it is empty, then
//! sleep until [`Room::poll_timeout`] at the latest and call [`Room::handle_timeout`].
//!
//! The files, in the order a peer passes through them: `pool` (offers and announces), `meeting` (attempts), `link`
//! and `handshake` (one connection until it may speak), `session` (its frames), `arrivals` and
//! `members` (who it is said to be), `speech` and `talk` (what is said), `history` (what is said to have been said),
//! `timeline` (what is shown). `limits` has every number, `names` makes names fit to be seen.

mod arrivals;
pub mod code;
mod command;
mod event;
#[doc(hidden)]
pub mod fuzz;
mod handshake;
mod history;
mod io;
pub mod limits;
mod link;
pub mod markup;
mod meeting;
mod members;
mod names;
pub mod native;
mod pool;
mod session;
mod speech;
mod talk;
#[cfg(test)]
mod tests;
mod timeline;

pub use command::{CheckCommand, Command, CommandError, SayOptions};
pub use event::*;
pub use io::*;
pub use members::MemberError;
pub use native::NativeConfig;
pub use native::manual::{ANSWER_LIVES, Adopted, Guest, GuestEnd, GuestOutput, ManualError};
pub use talk::{DirectError, SayError};

use crate::crypto::{Chance, kdf};
use crate::id::{BackendId, LinkId, MemberId, PeerId};
use crate::identity::web::{WebIdentity, default_name};
use crate::invite::{Access, WebInvite};
use crate::secret::SecretBytes;
use crate::timer::{Now, Timers};
use crate::wire::web::chitchatter::Action;
use crate::wire::web::frame::{encode, encode_presence};
use crate::wire::web::utf16_len;
use limits::{Bucket, MAX_REMEMBERED, OWN_BURST, REFUSED_FOR, SHAPING_EVERY, TYPING};
use link::{ID_PREFIX, Link};
use meeting::{Meeting, Slot};
use members::Members;
use native::{Native, NativeTimer};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;
use timeline::Timeline;

/// One place to meet, as the room is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backend {
    /// How inputs and outputs name it.
    pub id: BackendId,
    /// Which kind: `tracker`.
    pub kind: String,
    /// Where, if it has an address; only shown.
    pub url: Option<String>,
}

/// Which room, and as whom it is entered.
#[derive(Debug, Clone)]
pub enum Entry {
    /// A room of web pages: which, on which islands.
    Web(WebInvite),
    /// A room of Dayflies alone.
    Native(Box<NativeConfig>),
}

/// What a room is made of.
#[derive(Debug, Clone)]
pub struct RoomConfig {
    /// Which room.
    pub entry: Entry,
    /// This person's name; cleaned and cut, made up if nothing is left of it.
    pub name: String,
    /// Where to meet. At most a few: each keeps some connections ready.
    pub backends: Vec<Backend>,
}

/// Counters of a room since it was entered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Connections open now.
    pub links: u32,
    /// Connections being made with a peer now; offers nobody has taken are not among them.
    pub connecting: u32,
    /// Offers ready to be taken now.
    pub offers: u32,
    /// Bytes sent on data channels.
    pub bytes_sent: u64,
    /// Bytes received on data channels.
    pub bytes_received: u64,
    /// Frames and signals refused because they were malformed, over-long or against the rules.
    pub refused: u64,
    /// Messages, signals and frames dropped because their sender was too fast or too early.
    pub dropped: u64,
    /// Messages whose author's name on the wire was not the one of the channel; shown under the
    /// channel's.
    pub mismatched: u64,
}

/// Why a name cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The room has ended.
    #[error("this room is over")]
    Ended,
    /// Nothing is left of it once invisible characters are gone.
    #[error("the name is empty")]
    Empty,
    /// Over the limit.
    #[error("the name is longer than {} characters", limits::MAX_NAME_UNITS)]
    TooLong,
    /// Again and again.
    #[error("the name was changed too often: wait a moment")]
    Busy,
}

/// What the room waits for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// The slot is announced.
    Announce(Slot),
    /// Offers that could not be made for want of tokens are made.
    Pool,
    /// The offer is announced no more.
    OfferStale(LinkId),
    /// The stale offer is closed and replaced.
    OfferEnds(LinkId),
    /// The attempt is given up.
    Opens(LinkId),
    /// The handshake has taken too long: the link is closed.
    Handshake(LinkId),
    /// The peer may speak and has not said who it is: the link is closed.
    Introduction(LinkId),
    /// The peer left two links open: the second is closed.
    Held(LinkId),
    /// The silent link is given up.
    Lost(LinkId),
    /// The page at the other end has drawn: it gets the next message.
    Drawn(LinkId),
    /// The member's next waiting message is shown.
    Speech(MemberId),
    /// The person is told how much of this member's was dropped.
    Fold(MemberId),
    /// The member typed long enough without saying so again; `true` in the direct thread.
    TypingEnds(MemberId, bool),
    /// What a native room waits for.
    Native(NativeTimer),
}

/// This person.
#[derive(Debug)]
struct Me {
    name: String,
    identity: Option<WebIdentity>,
    fingerprint: String,
    /// Types in the room.
    typing: bool,
    typing_pace: Bucket,
    speech_pace: Bucket,
    bytes_pace: Bucket,
    name_pace: Bucket,
}

/// Sentences about relays that one room says.
const MAX_RELAYS_TOLD: usize = 8;

/// A room this device is in. See the module for how it is driven.
#[derive(Debug)]
pub struct Room {
    /// A web room's invite.
    web: Option<WebInvite>,
    native: Native,
    me: Me,
    /// For what only has to differ: times, ids, which of many.
    rng: ChaCha20Rng,
    /// For keys, and for nothing else: what others see of `rng` says nothing about them.
    keys: Chance,
    outputs: VecDeque<Output>,
    timers: Timers<Timer>,
    meeting: Meeting,
    links: BTreeMap<LinkId, Link>,
    next_link: u64,
    members: Members,
    admissions: Bucket,
    timeline: Timeline,
    /// Peer ids and keys that are refused, and until when.
    refused: VecDeque<(String, Duration)>,
    nonces: BTreeMap<&'static str, u16>,
    /// Bytes of unfinished messages over all links.
    pending: usize,
    stats: Stats,
    /// What was said of relays: each link notices the same.
    relays_told: BTreeSet<String>,
    ended: bool,
}

impl Room {
    /// Enters a room: outputs and timeouts begin at once. `seed` is 32 bytes nobody can guess;
    /// the same inputs after the same seed give the same outputs.
    #[must_use]
    pub fn new(config: RoomConfig, now: Now, seed: [u8; 32]) -> Self {
        let RoomConfig {
            entry,
            name,
            backends,
        } = config;
        let mut rng = ChaCha20Rng::from_seed(seed);
        let mut name = names::clean(&name);
        if name.is_empty() {
            name = default_name(&alphanumeric(&mut rng, 20));
        }
        // Of its own, so that what a web room does with its seed does not depend on it.
        let mut key_rng = ChaCha20Rng::from_seed(seed);
        key_rng.set_stream(1);
        let adopted = match &entry {
            Entry::Web(_) => None,
            Entry::Native(config) => config.adopted.clone(),
        };
        let native = match &entry {
            Entry::Web(invite) => Native::in_web(invite, &mut key_rng),
            Entry::Native(config) => Native::new(config, &mut key_rng),
        };
        let id = match &entry {
            Entry::Web(_) => {
                let id = format!("{ID_PREFIX}{}", alphanumeric(&mut rng, 20 - ID_PREFIX.len()));
                PeerId::parse(&id).expect("prefix and random part are 20 graphic characters")
            }
            Entry::Native(_) => native.tag(&native.id()),
        };
        let me = Me {
            name,
            identity: None,
            fingerprint: native.own_fingerprint(),
            typing: false,
            typing_pace: Bucket::new(TYPING),
            speech_pace: Bucket::new((OWN_BURST, SHAPING_EVERY)),
            bytes_pace: Bucket::new(limits::OWN_KIB),
            name_pace: Bucket::new(limits::NAMES),
        };
        let web = match entry {
            Entry::Web(invite) => Some(invite),
            Entry::Native(_) => None,
        };
        let mut room = Self {
            meeting: Meeting::new(id, backends),
            web,
            native,
            me,
            rng,
            keys: Chance::new(kdf(b"", &seed, "keys", b"")),
            outputs: VecDeque::new(),
            timers: Timers::default(),
            links: BTreeMap::new(),
            next_link: 0,
            members: Members::default(),
            admissions: Bucket::new(limits::ADMISSIONS),
            timeline: Timeline::default(),
            refused: VecDeque::new(),
            nonces: BTreeMap::new(),
            pending: 0,
            stats: Stats::default(),
            relays_told: BTreeSet::new(),
            ended: false,
        };
        match &room.web {
            Some(invite) => room.meeting.add_islands(invite),
            None => {
                room.introduce_me();
                let empty = Timer::Native(NativeTimer::Empty);
                room.timers.set(empty, now.plus(limits::EMPTY_FOR));
                room.settle(now);
            }
        }
        // First, so that no offer of the pool takes its number.
        if let Some(adopted) = adopted {
            room.adopt(now, adopted);
        }
        room.fill_pool(now);
        room
    }

    /// Mixes 32 bytes of fresh entropy into what keys are drawn from, whenever some are at hand:
    /// keys that are made later are then unknown to whoever copied the room's memory before.
    pub fn stir(&mut self, fresh: [u8; 32]) {
        self.keys.stir(&SecretBytes::new(fresh));
    }

    /// The next thing to be done, in order; `None` when the room waits.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Room::handle_timeout`] is to be called at the latest, on the clock of
    /// [`Now::mono`]; `None` when nothing is waited for.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// Does what is due. Calling it early or late is harmless.
    pub fn handle_timeout(&mut self, now: Now) {
        while let Some(timer) = self.timers.expired(now.mono) {
            match timer {
                Timer::Announce(slot) => self.announce(now, slot),
                Timer::Pool => self.fill_pool(now),
                Timer::OfferStale(link) => self.offer_stale(now, link),
                Timer::OfferEnds(link) => self.offer_ends(now, link),
                Timer::Opens(link) => self.gives_up(now, link),
                Timer::Handshake(link) | Timer::Introduction(link) | Timer::Held(link) => {
                    self.close_link(now, link);
                }
                Timer::Lost(link) => self.lost(now, link),
                Timer::Drawn(link) => self.drawn(now, link),
                Timer::Speech(member) => self.speech_due(now, &member),
                Timer::Fold(member) => self.fold(&member),
                Timer::Native(timer) => self.native_timeout(now, timer),
                Timer::TypingEnds(member, direct) => self.types(now, &member, direct, false),
            }
        }
    }

    /// Takes this person's identity once it has been made; later ones are ignored. Members that
    /// came before it are introduced now.
    pub fn handle_identity(&mut self, now: Now, identity: WebIdentity) {
        if self.ended || self.me.identity.is_some() || self.is_native() {
            return;
        }
        self.me.fingerprint = identity.fingerprint();
        self.me.identity = Some(identity);
        let member = self.shown_me();
        self.event(Event::MemberChanged { member });
        let active = self.active_links();
        for link in active {
            self.introduce(now, link);
        }
        self.say_unsent(now);
    }

    /// Takes another name and tells everybody.
    ///
    /// # Errors
    /// See [`NameError`].
    pub fn rename(&mut self, now: Now, name: &str) -> Result<(), NameError> {
        if self.ended {
            return Err(NameError::Ended);
        }
        let cleaned = names::clean(name);
        if cleaned.is_empty() {
            return Err(NameError::Empty);
        }
        if utf16_len(name.trim()) > limits::MAX_NAME_UNITS {
            return Err(NameError::TooLong);
        }
        if cleaned == self.me.name {
            return Ok(());
        }
        if !self.me.name_pace.take(now.mono, 1) {
            return Err(NameError::Busy);
        }
        self.me.name = cleaned;
        let member = self.shown_me();
        self.event(Event::MemberChanged { member });
        self.tell_profile(now);
        if let Some(action) = self.metadata(true) {
            let active = self.active_links();
            self.send_all(&active, &action);
        }
        Ok(())
    }

    /// Leaves: says goodbye, closes every connection, leaves every swarm, forgets everything.
    /// The last output is [`Event::Left`]; inputs after it are ignored. Idempotent.
    pub fn leave(&mut self, now: Now) {
        if self.ended {
            return;
        }
        self.say_goodbye(now);
        if !self.is_native() {
            self.say_goodbye_to_pages();
        }
        self.end(EndReason::Left);
    }

    fn say_goodbye_to_pages(&mut self) {
        let active = self.active_links();
        for link in &active {
            self.say_waiting(*link);
        }
        if self.me.typing {
            self.send_all(&active, &Action::Typing(false));
        }
        let open: Vec<LinkId> = self
            .links
            .iter()
            .filter(|(_, link)| link.is_open())
            .map(|(id, _)| *id)
            .collect();
        self.send_all(&open, &Action::Leave);
        for link in open {
            self.send_presence(link, false);
        }
    }

    /// The room is over: everything is closed, left and forgotten.
    fn end(&mut self, reason: EndReason) {
        for link in std::mem::take(&mut self.links).into_keys() {
            self.out(Output::Close { link });
        }
        self.withdraw();
        self.event(Event::Left { reason });
        self.ended = true;
        self.timers = Timers::default();
        self.members.clear();
        self.timeline.clear();
        self.meeting.clear();
        self.refused.clear();
        self.native.clear();
        self.me.identity = None;
    }

    /// The device changed its network: offers with yesterday's addresses are replaced, and every
    /// swarm hears of us at once. Connections report for themselves whether they survived.
    pub fn network_changed(&mut self, now: Now) {
        if self.ended {
            return;
        }
        self.doubt_links(now);
        self.drop_pool(now);
        self.fill_pool(now);
        self.announce_everywhere(now);
    }

    /// The app is about to be stopped: offers nobody could answer are taken back. A native room is
    /// parked besides (see `native/parked.rs`): its connections are closed, and of its places to
    /// meet one is kept, where members wake it that have something for it.
    pub fn suspended(&mut self, now: Now) {
        if self.ended {
            return;
        }
        self.meeting.suspended = true;
        self.drop_pool(now);
        if self.is_native() {
            self.park(now);
        }
    }

    /// The app runs again: as after [`Room::network_changed`].
    pub fn resumed(&mut self, now: Now) {
        self.meeting.suspended = false;
        self.unpark(now);
        self.network_changed(now);
    }

    /// The room as it stands, for a listener that begins.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            me: self.shown_me(),
            members: self.members.iter().map(members::Row::shown).collect(),
            messages: self.lines(),
            rendezvous: self.meeting.shown(),
            room: self.info(),
        }
    }

    /// The member `to` names: an id, or a name that only one member has.
    ///
    /// # Errors
    /// See [`MemberError`].
    pub fn member(&self, to: &str) -> Result<MemberId, MemberError> {
        if self.ended {
            Err(MemberError::Ended)
        } else {
            self.members.find(to)
        }
    }

    /// Counters.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let count = |which: fn(&Link) -> bool| {
            u32::try_from(self.links.values().filter(|link| which(link)).count()).unwrap_or(u32::MAX)
        };
        Stats {
            links: count(Link::is_open),
            connecting: count(Link::is_half_open),
            offers: count(Link::is_pooled),
            ..self.stats
        }
    }

    /// Whether the room is over: it was left, and takes nothing in any more.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// The conversation, oldest first.
    fn lines(&self) -> Vec<Message> {
        let native = self.native_lines();
        if native.is_empty() {
            return self.timeline.messages();
        }
        // In a web room the timeline has what pages hear too, the ledger the threads with Dayflies.
        let order = |message: Message| {
            let at = if message.history {
                message.sent_at
            } else {
                message.at
            };
            (at, message)
        };
        let mut lines: Vec<(u64, Message)> = self.timeline.messages().into_iter().map(order).collect();
        lines.extend(native);
        if !self.is_native() {
            lines.sort_by_key(|(at, _)| *at);
        }
        lines.into_iter().map(|(_, message)| message).collect()
    }

    fn is_public(&self) -> bool {
        self.web
            .as_ref()
            .is_some_and(|invite| matches!(invite.access, Access::Public))
    }

    fn is_native(&self) -> bool {
        self.web.is_none()
    }

    fn web_invite(&self) -> &WebInvite {
        self.web.as_ref().expect("asked for in web rooms only")
    }

    fn shown_me(&self) -> Member {
        Member {
            id: my_id(),
            name: self.me.name.clone(),
            fingerprint: self.me.fingerprint.clone(),
            kind: if self.is_native() {
                MemberKind::Native
            } else {
                MemberKind::Web
            },
            // One's own key needs nobody's word.
            trust: Trust::Verified,
            state: MemberState::Here,
            via: None,
            islands: self.meeting.origins(),
            owner: self.native.owns(),
            muted: self.native.is_muted(),
            same_key: false,
            ..Member::default()
        }
    }

    fn out(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    fn event(&mut self, event: Event) {
        self.out(Output::Event(event));
    }

    fn notice(&mut self, code: NoticeCode, message: &str) {
        self.event(Event::Notice {
            code,
            message: message.to_owned(),
        });
    }

    /// Tells the person what is the matter with a relay: once in a room, and of a few at most.
    pub fn relay_trouble(&mut self, sentence: &str) {
        if self.ended || self.relays_told.len() >= MAX_RELAYS_TOLD {
            return;
        }
        if self.relays_told.insert(sentence.to_owned()) {
            self.notice(NoticeCode::Relay, sentence);
        }
    }

    /// Every link over which the peer may speak.
    fn active_links(&self) -> Vec<LinkId> {
        let active = self.links.iter().filter(|(_, link)| link.is_active());
        active.map(|(id, _)| *id).collect()
    }

    fn add_link(&mut self, link: Link) -> LinkId {
        self.next_link += 1;
        let id = LinkId(self.next_link);
        self.links.insert(id, link);
        id
    }

    /// Sends one action to each of `links`. A page counts messages of one action, whoever they
    /// are for.
    fn send_all(&mut self, links: &[LinkId], action: &Action) {
        let Some((name, body)) = action.encode() else {
            return;
        };
        // Pages' actions are for pages, and a native room has none.
        if links.is_empty() || self.is_native() {
            return;
        }
        let counter = self.nonces.entry(name).or_default();
        let nonce = *counter;
        *counter = counter.wrapping_add(1);
        let mut encoded: BTreeMap<usize, Vec<Vec<u8>>> = BTreeMap::new();
        for link in links {
            let Some(island) = self.links.get(link).map(|link| link.island) else {
                continue;
            };
            let token = &self.meeting.web(island).token;
            let frames = encoded
                .entry(island)
                .or_insert_with(|| encode(token, name, nonce, &body));
            for frame in frames.iter() {
                self.stats.bytes_sent += frame.len() as u64;
                self.outputs.push_back(Output::Send {
                    link: *link,
                    frame: frame.clone(),
                });
            }
        }
    }

    fn send(&mut self, link: LinkId, action: &Action) {
        self.send_all(&[link], action);
    }

    fn send_presence(&mut self, link: LinkId, present: bool) {
        let Some(island) = self.links.get(&link).map(|link| link.island) else {
            return;
        };
        let frame = encode_presence(&self.meeting.web(island).token, present);
        self.stats.bytes_sent += frame.len() as u64;
        self.out(Output::Send { link, frame });
    }

    fn is_refused(&mut self, now: Now, who: &str) -> bool {
        self.refused.retain(|(_, until)| *until > now.mono);
        self.refused.iter().any(|(refused, _)| refused == who)
    }

    fn refuse(&mut self, now: Now, who: String) {
        if self.refused.len() >= MAX_REMEMBERED {
            self.refused.pop_front();
        }
        self.refused.push_back((who, now.plus(REFUSED_FOR)));
    }

    /// 20 random characters, as pages name their offers.
    fn token20(&mut self) -> String {
        alphanumeric(&mut self.rng, 20)
    }
}

/// This person's own id, the same in every room.
fn my_id() -> MemberId {
    MemberId("m0".into())
}

/// `len` characters of `[0-9A-Za-z]`, each as likely as the next.
fn alphanumeric(rng: &mut impl Rng, len: usize) -> String {
    const SET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut out = String::with_capacity(len);
    while out.len() < len {
        // 62 of 64 values are used; the rest is drawn again.
        if let Some(c) = SET.get((rng.next_u32() >> 26) as usize) {
            out.push(char::from(*c));
        }
    }
    out
}
