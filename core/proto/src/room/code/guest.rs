//! The side that typed a code and takes the invite.
//!
//! It owns the decision whom to try the code on: at most three who answer, because each of them may
//! be a stranger who learns whether one guess was right.

use super::host::draw;
use super::places::{Heard, Path, Places};
use super::{AGAIN, CodeOutput, CodePlace, LISTEN, MAX_HOSTS, ShortCode};
use crate::id::BackendId;
use crate::identity::code::{C2, Cid, Joined, Joining, Message};
use crate::invite::Invite;
use crate::room::MeetEvent;
use crate::timer::{Now, Timers};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::collections::VecDeque;
use std::time::Duration;

/// Asks are announced to so many at once.
const ASKS: usize = 5;
/// How often a message is said before a host counts as silent.
const MAX_SAID: u8 = 5;
/// How long meeting points may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a host may take to be heard of once a meeting point answers.
const SEARCH: Duration = Duration::from_secs(20);
/// The longest a join by code takes.
const LIMIT: Duration = Duration::from_secs(60);

/// Why no invite came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum CodeFailure {
    /// No meeting point answers.
    Unreached,
    /// Nobody shows a code of this number.
    NobodyThere,
    /// The one who shows this number shows other words.
    WrongWords,
    /// Several answer for this number and none of them has the words.
    Interference,
    /// Whoever answers does not go on.
    Silent,
    /// The invite that came cannot be used by this program.
    BadInvite,
}

impl CodeFailure {
    /// The failure as a sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Unreached => "No place to meet answers, so the code could not be tried.",
            Self::NobodyThere => "Nobody shows a code of this number.",
            Self::WrongWords => "Whoever shows this number shows other words.",
            Self::Interference => {
                "Several answer for this number and none of them knows the words: somebody else answers for this code."
            }
            Self::Silent => {
                "Whoever answers for this number does not go on: somebody else may answer for this code."
            }
            Self::BadInvite => "An invite came that this Dayfly cannot read.",
        }
    }

    /// What to try.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Unreached => "Check that this device is online, or use the QR code or the link.",
            Self::NobodyThere => {
                "Check the number. A code works once and for ten minutes, and both sides must use the same trackers. Ask for a new one, or use the QR code or the link."
            }
            Self::WrongWords => {
                "Check the words; after three wrong tries the code is over. If they are right, somebody else answers for this code: use the QR code or the link."
            }
            Self::Interference | Self::Silent => {
                "Check the words once more; if they are right, use the QR code or the link."
            }
            Self::BadInvite => "Update Dayfly on both devices, or use the link.",
        }
    }
}

/// What happens while a code is tried.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum CodeGuestEvent {
    /// A meeting point answers; whoever shows the code is looked for.
    Searching,
    /// Somebody answers for the number.
    Found {
        /// How many do; more than one means that somebody else answers for this code.
        hosts: u8,
    },
    /// The invite is there. The last event.
    Done,
    /// It failed. The last event.
    Failed {
        /// Why.
        reason: CodeFailure,
    },
}

impl CodeGuestEvent {
    /// The event as a sentence, with what to do.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Searching => "Looking for whoever shows this code.".into(),
            Self::Found { hosts: 1 } => "Somebody answers for this number.".into(),
            Self::Found { hosts } => format!("{hosts} answer for this number; the words show who is meant."),
            Self::Done => "The words are right.".into(),
            Self::Failed { reason } => format!("{} {}", reason.sentence(), reason.hint()),
        }
    }
}

enum State {
    /// C1 was sent.
    Joining(Box<Joining>),
    /// C3 was sent.
    Joined(Joined),
    /// It says that it shows other words.
    Refused,
    /// It said nonsense, or nothing any more.
    Silent,
}

struct HostHeard {
    cid: Cid,
    joiner: Cid,
    /// Ways to it, the newest last, of each meeting point one.
    paths: Vec<Path>,
    state: State,
    said: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// Ask again who has the number.
    Ask,
    /// Say again what was not answered.
    Again,
    /// Nobody else is waited for.
    Listened,
    /// Nobody was heard of.
    Search,
    /// No meeting point answered.
    Unreached,
    /// It took too long.
    Limit,
}

/// One try of a code. See the module's doc for how it is driven.
pub struct CodeGuest {
    rng: ChaCha20Rng,
    code: ShortCode,
    places: Places,
    hosts: Vec<HostHeard>,
    invite: Option<Invite>,
    over: bool,
    timers: Timers<Timer>,
    out: VecDeque<CodeOutput<CodeGuestEvent>>,
}

impl CodeGuest {
    /// Begins to look for whoever shows `code`.
    #[must_use]
    pub fn new(code: ShortCode, places: Vec<CodePlace>, now: Now, seed: [u8; 32]) -> Self {
        let mut timers = Timers::default();
        timers.set(Timer::Unreached, now.plus(PATIENCE));
        timers.set(Timer::Limit, now.plus(LIMIT));
        Self {
            rng: ChaCha20Rng::from_seed(seed),
            places: Places::new(places, code.nameplate()),
            code,
            hosts: Vec::new(),
            invite: None,
            over: false,
            timers,
            out: VecDeque::new(),
        }
    }

    #[cfg(test)]
    pub(super) fn code_for_tests(&self) -> &ShortCode {
        &self.code
    }

    /// The invite, once it is there.
    #[must_use]
    pub fn invite(&self) -> Option<&Invite> {
        self.invite.as_ref()
    }

    /// Nothing more will happen: it can be dropped.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over && self.out.is_empty()
    }

    /// The next thing to be done.
    pub fn poll(&mut self) -> Option<CodeOutput<CodeGuestEvent>> {
        self.out.pop_front()
    }

    /// When [`CodeGuest::handle_timeout`] is due, on the monotonic clock.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// Takes what a meeting point reports.
    pub fn handle_meet(&mut self, now: Now, backend: BackendId, event: MeetEvent) {
        if self.over {
            return;
        }
        let was_up = self.places.any_up();
        match self.places.hear(now, backend, event) {
            Heard::Nothing => {}
            Heard::Up => {
                if !was_up {
                    self.timers.stop(&Timer::Unreached);
                    if self.timers.get(&Timer::Search).is_none() && self.hosts.is_empty() {
                        self.tell(CodeGuestEvent::Searching);
                        self.timers.set(Timer::Search, now.plus(SEARCH));
                    }
                }
                self.ask(now, Some(backend));
            }
            Heard::Said(message, path) => self.said(now, message, path),
        }
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Now) {
        while let Some(timer) = self.timers.expired(now.mono) {
            match timer {
                Timer::Ask => self.ask(now, None),
                Timer::Again => self.say_again(now),
                Timer::Listened => self.judge(),
                Timer::Search if self.hosts.is_empty() => self.fail(CodeFailure::NobodyThere),
                Timer::Search => {}
                Timer::Unreached => self.fail(CodeFailure::Unreached),
                Timer::Limit => {
                    for host in &mut self.hosts {
                        if matches!(host.state, State::Joining(_) | State::Joined(_)) {
                            host.state = State::Silent;
                        }
                    }
                    self.judge();
                    self.fail(CodeFailure::NobodyThere);
                }
            }
        }
    }

    /// Gives it up.
    pub fn stop(&mut self) {
        if !self.over {
            self.over = true;
            self.timers = Timers::default();
            self.hosts.clear();
            self.places.leave(&mut self.out);
        }
    }

    fn tell(&mut self, event: CodeGuestEvent) {
        self.out.push_back(CodeOutput::Event(event));
    }

    fn fail(&mut self, reason: CodeFailure) {
        if !self.over {
            self.stop();
            self.tell(CodeGuestEvent::Failed { reason });
        }
    }

    fn ask(&mut self, now: Now, only: Option<BackendId>) {
        if self.over {
            return;
        }
        let slots = self
            .places
            .announce(now, &mut self.rng, only, (&Message::Ask, ASKS), &mut self.out);
        self.timers.set(Timer::Ask, slots.min(now.plus(AGAIN)));
    }

    fn said(&mut self, now: Now, message: Message, path: Path) {
        match message {
            Message::Beacon { host } => self.beacon(now, host, path),
            Message::C2(c2) => self.answered(now, &c2, path),
            Message::C4 { joiner, sealed } => self.given(joiner, &sealed),
            Message::Refusal { joiner } => {
                let refuses =
                    |host: &&mut HostHeard| host.joiner == joiner && matches!(host.state, State::Joined(_));
                if let Some(host) = self.hosts.iter_mut().find(refuses) {
                    host.state = State::Refused;
                    self.judge();
                }
            }
            Message::Ask | Message::C1(_) | Message::C3 { .. } => {}
        }
    }

    fn beacon(&mut self, now: Now, cid: Cid, path: Path) {
        if let Some(host) = self.hosts.iter_mut().find(|host| host.cid == cid) {
            host.paths.retain(|known| !known.is_beside(&path));
            host.paths.push(path);
            return;
        }
        if self.hosts.len() >= MAX_HOSTS {
            return;
        }
        let joiner = draw(&mut self.rng);
        let joining = Joining::start(&self.code.text(), cid, joiner, &mut self.rng);
        let c1 = Message::C1(joining.c1().clone());
        let reply = self.places.reply(&mut self.rng, &path, &c1);
        self.out.push_back(reply);
        self.hosts.push(HostHeard {
            cid,
            joiner,
            paths: vec![path],
            state: State::Joining(Box::new(joining)),
            said: 1,
        });
        let hosts = u8::try_from(self.hosts.len()).unwrap_or(u8::MAX);
        self.tell(CodeGuestEvent::Found { hosts });
        if hosts == 1 {
            self.timers.set(Timer::Listened, now.plus(LISTEN));
            self.timers.set(Timer::Again, now.plus(AGAIN));
        }
    }

    fn answered(&mut self, now: Now, c2: &C2, path: Path) {
        let begun =
            |host: &&mut HostHeard| host.joiner == c2.joiner && matches!(host.state, State::Joining(_));
        let Some(host) = self.hosts.iter_mut().find(begun) else {
            return;
        };
        let State::Joining(joining) = std::mem::replace(&mut host.state, State::Silent) else {
            return;
        };
        match joining.read(c2) {
            Ok(joined) => {
                let c3 = Message::C3 {
                    host: host.cid,
                    joiner: host.joiner,
                    tag: joined.tag(),
                };
                host.state = State::Joined(joined);
                host.said = 1;
                let reply = self.places.reply(&mut self.rng, &path, &c3);
                self.out.push_back(reply);
                host.paths.retain(|known| !known.is_beside(&path));
                host.paths.push(path);
                self.timers.set(Timer::Again, now.plus(AGAIN));
            }
            Err(_) => self.judge(),
        }
    }

    fn given(&mut self, joiner: Cid, sealed: &[u8]) {
        let Some(host) = self.hosts.iter().find(|host| host.joiner == joiner) else {
            return;
        };
        let State::Joined(joined) = &host.state else {
            return;
        };
        // What does not open was altered on the way, or was never the host's.
        let Ok(record) = joined.open(sealed) else { return };
        match Invite::from_record(&record) {
            Ok(invite) => {
                self.invite = Some(invite);
                self.stop();
                self.tell(CodeGuestEvent::Done);
            }
            Err(_) => self.fail(CodeFailure::BadInvite),
        }
    }

    fn say_again(&mut self, now: Now) {
        for host in &mut self.hosts {
            let message = match &host.state {
                State::Joining(joining) => Message::C1(joining.c1().clone()),
                State::Joined(joined) => Message::C3 {
                    host: host.cid,
                    joiner: host.joiner,
                    tag: joined.tag(),
                },
                State::Refused | State::Silent => continue,
            };
            if host.said >= MAX_SAID {
                host.state = State::Silent;
                continue;
            }
            // Each meeting point in turn, the one heard last first.
            let turn = host.paths.len() - 1 - usize::from(host.said) % host.paths.len();
            host.said += 1;
            let reply = self.places.reply(&mut self.rng, &host.paths[turn], &message);
            self.out.push_back(reply);
        }
        self.timers.set(Timer::Again, now.plus(AGAIN));
        self.judge();
    }

    /// Fails once nobody is left to wait for.
    fn judge(&mut self) {
        let waits = |host: &HostHeard| matches!(host.state, State::Joining(_) | State::Joined(_));
        let listening = self.timers.get(&Timer::Listened).is_some() && self.hosts.len() < MAX_HOSTS;
        if self.over || self.hosts.is_empty() || listening || self.hosts.iter().any(waits) {
            return;
        }
        let refused = self.hosts.iter().any(|host| matches!(host.state, State::Refused));
        self.fail(match (self.hosts.len(), refused) {
            (1, true) => CodeFailure::WrongWords,
            (1, false) => CodeFailure::Silent,
            _ => CodeFailure::Interference,
        });
    }
}
