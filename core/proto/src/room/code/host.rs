//! The side that shows a code and hands out the invite.
//!
//! It owns the count of wrong guesses and the bounds of what strangers cost. It does not hold the
//! invite: that is asked for once somebody has shown that it has the code.

use super::places::{Heard, Path, Places};
use super::{AGAIN, CodeLanguage, CodeOutput, CodePlace, LIFE, LISTEN, MAX_OPEN, MAX_WRONG, ShortCode};
use crate::id::BackendId;
use crate::identity::code::{Answered, C1, Cid, Confirmed, MAX_INVITE, Message};
use crate::room::MeetEvent;
use crate::room::limits::Bucket;
use crate::timer::{Now, Timers};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Exchanges answered at once, and one more so often. Each costs a third of a millisecond.
const ANSWERS: (u32, Duration) = (10, Duration::from_secs(1));
/// Asks answered at once, and one more so often.
const ASKS: (u32, Duration) = (20, Duration::from_millis(500));
/// An exchange that was not confirmed for so long makes way.
const STALE: Duration = Duration::from_secs(20);
/// Exchanges that are remembered at all: open, refused or done. Beyond it the oldest is forgotten.
const MAX_KEPT: usize = 32;
/// Beacons are announced so often.
const ANNOUNCE: Duration = Duration::from_secs(30);
/// To how many at once.
const BEACONS: usize = 3;
/// Numbers tried before a host says that all are taken.
const MAX_DRAWS: u8 = 8;
/// How long meeting points may take to answer before it is said.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long the last answer is repeated to whoever did not get it.
const LINGER: Duration = Duration::from_secs(15);

/// Why a code is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum CodeEnd {
    /// Somebody has the invite.
    Done,
    /// Ten minutes are over.
    Expired,
    /// Three wrong guesses.
    Guessed,
    /// Somebody answers for each number that was tried.
    Taken,
    /// The invite is too long for a code.
    TooLong,
    /// This person ended it, or the room is over.
    Stopped,
}

/// What happens to a code, for the person who shows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum CodeHostEvent {
    /// No meeting point answers yet; it goes on trying.
    Unreached,
    /// The code to read aloud.
    Shown {
        /// As it is written.
        code: String,
    },
    /// Somebody tries.
    Trying,
    /// Somebody tried other words.
    WrongGuess {
        /// How often that happened.
        guess: u8,
        /// How often ends the code.
        of: u8,
    },
    /// Somebody else answers for this number.
    Interference,
    /// It is over; the last event.
    Ended {
        /// Why.
        reason: CodeEnd,
    },
}

impl CodeHostEvent {
    /// The event as a sentence, with what to do.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Unreached => "No place to meet answers, so there is no code yet; trying on. Is this device online?".into(),
            Self::Shown { code } => format!("The code is {code}. It works once, within ten minutes."),
            Self::Trying => "Somebody is trying the code.".into(),
            Self::WrongGuess { guess, of } => format!("Wrong words: guess {guess} of {of}."),
            Self::Interference => "Somebody else answers for this number. If the other person does not get in, use the QR code or the link.".into(),
            Self::Ended { reason } => reason.sentence().into(),
        }
    }
}

impl CodeEnd {
    /// The end as a sentence, with what to do.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Done => "The code was used and is over.",
            Self::Expired => "Ten minutes are over, and so is the code. Make another if it is still needed.",
            Self::Guessed => {
                "Three wrong guesses: the code is over. If it was not a slip of the other person, somebody is guessing: use the QR code or the link."
            }
            Self::Taken => {
                "Somebody answers for every number that was tried, so no code can be used here now. Use the QR code or the link."
            }
            Self::TooLong => "This room's invite is too long for a code. Use the QR code or the link.",
            Self::Stopped => "The code was ended.",
        }
    }
}

enum State {
    /// C2 was sent.
    Answered(Box<(Answered, Message)>),
    /// The tag was right; the invite is awaited.
    Confirmed(Confirmed),
    /// C4 was sent.
    Given(Message),
    /// The tag was wrong.
    Refused,
}

struct OpenExchange {
    c1: C1,
    path: Path,
    began: Duration,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// Nobody has this number: it is shown.
    Listened,
    /// Say again that a host is here.
    Announce,
    /// Ask again whether another is.
    Ask,
    /// No meeting point answered in time.
    Unreached,
    /// Its life is over.
    Expires,
    /// The last answer is repeated no more.
    Gone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Listening,
    Shown,
    /// Somebody has confirmed: nobody else is answered.
    Won,
    Over,
}

/// The host of one code. See the module's doc for how it is driven.
pub struct CodeHost {
    rng: ChaCha20Rng,
    code: ShortCode,
    cid: Cid,
    places: Places,
    exchanges: BTreeMap<Cid, OpenExchange>,
    phase: Phase,
    wrong: u8,
    draws: u8,
    interfered: bool,
    tried: Option<Duration>,
    answered: u64,
    answers: Bucket,
    asks: Bucket,
    timers: Timers<Timer>,
    out: VecDeque<CodeOutput<CodeHostEvent>>,
}

impl CodeHost {
    /// Draws a code and begins to look whether its number is free.
    #[must_use]
    pub fn new(language: CodeLanguage, places: Vec<CodePlace>, now: Now, seed: [u8; 32]) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let code = ShortCode::draw(language, &mut rng);
        let mut timers = Timers::default();
        timers.set(Timer::Unreached, now.plus(PATIENCE));
        Self {
            cid: draw(&mut rng),
            places: Places::new(places, code.nameplate()),
            rng,
            code,
            exchanges: BTreeMap::new(),
            phase: Phase::Listening,
            wrong: 0,
            draws: 1,
            interfered: false,
            tried: None,
            answered: 0,
            answers: Bucket::new(ANSWERS),
            asks: Bucket::new(ASKS),
            timers,
            out: VecDeque::new(),
        }
    }

    /// The code, shown or not yet.
    #[must_use]
    pub fn code(&self) -> &ShortCode {
        &self.code
    }

    /// How many exchanges were answered, which is what costs something.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.answered
    }

    /// How many exchanges are kept, whatever became of them.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.exchanges.len()
    }

    #[cfg(test)]
    pub(super) fn cid_for_tests(&self) -> Cid {
        self.cid
    }

    /// Somebody has the code and waits for the invite: call [`CodeHost::give`].
    #[must_use]
    pub fn wants_invite(&self) -> bool {
        self.exchanges
            .values()
            .any(|exchange| matches!(exchange.state, State::Confirmed(_)))
    }

    /// Nothing more will happen: it can be dropped.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over && self.timers.get(&Timer::Gone).is_none() && self.out.is_empty()
    }

    /// The next thing to be done.
    pub fn poll(&mut self) -> Option<CodeOutput<CodeHostEvent>> {
        self.out.pop_front()
    }

    /// When [`CodeHost::handle_timeout`] is due, on the monotonic clock.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// Takes what a meeting point reports.
    pub fn handle_meet(&mut self, now: Now, backend: BackendId, event: MeetEvent) {
        match self.places.hear(now, backend, event) {
            Heard::Nothing => {}
            Heard::Up => self.reached(now, backend),
            Heard::Said(message, path) => self.said(now, message, path),
        }
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Now) {
        while let Some(timer) = self.timers.expired(now.mono) {
            match timer {
                Timer::Listened => self.show(now),
                Timer::Announce => self.announce(now, None),
                Timer::Ask => self.ask(now, None),
                Timer::Unreached if !self.places.any_up() => self.tell(CodeHostEvent::Unreached),
                Timer::Unreached => {}
                Timer::Expires => self.end(now, CodeEnd::Expired),
                Timer::Gone => self.places.leave(&mut self.out),
            }
        }
    }

    /// Gives the invite's record to whoever has confirmed; ends the code.
    pub fn give(&mut self, now: Now, invite: &[u8]) {
        let confirmed = |exchange: &OpenExchange| matches!(exchange.state, State::Confirmed(_));
        let Some((joiner, exchange)) = self
            .exchanges
            .iter_mut()
            .find(|(_, exchange)| confirmed(exchange))
        else {
            return;
        };
        if invite.len() > MAX_INVITE {
            return self.end(now, CodeEnd::TooLong);
        }
        if let State::Confirmed(confirmed) = std::mem::replace(&mut exchange.state, State::Refused) {
            let message = Message::C4 {
                joiner: *joiner,
                sealed: confirmed.seal(invite),
            };
            let reply = self.places.reply(&mut self.rng, &exchange.path, &message);
            self.out.push_back(reply);
            exchange.state = State::Given(message);
        }
        self.end(now, CodeEnd::Done);
    }

    /// Ends the code: the person wants it so, or the room is over.
    pub fn stop(&mut self, now: Now) {
        self.end(now, CodeEnd::Stopped);
    }

    fn tell(&mut self, event: CodeHostEvent) {
        self.out.push_back(CodeOutput::Event(event));
    }

    fn reached(&mut self, now: Now, backend: BackendId) {
        match self.phase {
            Phase::Listening => {
                self.ask(now, Some(backend));
                if self.timers.get(&Timer::Listened).is_none() {
                    self.timers.set(Timer::Listened, now.plus(LISTEN));
                }
            }
            Phase::Shown => self.announce(now, Some(backend)),
            Phase::Won | Phase::Over => {}
        }
    }

    /// Asks whether somebody has this number.
    fn ask(&mut self, now: Now, only: Option<BackendId>) {
        if self.phase == Phase::Listening {
            self.places
                .announce(now, &mut self.rng, only, (&Message::Ask, BEACONS), &mut self.out);
            self.timers.set(Timer::Ask, now.plus(AGAIN / 2));
        }
    }

    fn announce(&mut self, now: Now, only: Option<BackendId>) {
        if self.phase == Phase::Shown {
            let beacon = Message::Beacon { host: self.cid };
            let slots = self
                .places
                .announce(now, &mut self.rng, only, (&beacon, BEACONS), &mut self.out);
            self.timers.set(Timer::Announce, slots.min(now.plus(ANNOUNCE)));
        }
    }

    fn show(&mut self, now: Now) {
        if self.phase == Phase::Listening {
            self.phase = Phase::Shown;
            self.timers.set(Timer::Expires, now.plus(LIFE));
            self.timers.stop(&Timer::Unreached);
            self.tell(CodeHostEvent::Shown {
                code: self.code.text().expose().to_owned(),
            });
            self.announce(now, None);
        }
    }

    fn said(&mut self, now: Now, message: Message, path: Path) {
        match (message, self.phase) {
            // Answered while listening too, so that of two who draw a number at once both hear.
            (Message::Ask, Phase::Listening | Phase::Shown) if self.asks.take(now.mono, 1) => {
                let beacon = Message::Beacon { host: self.cid };
                let reply = self.places.reply(&mut self.rng, &path, &beacon);
                self.out.push_back(reply);
            }
            (Message::Beacon { host }, phase) if host != self.cid => match phase {
                Phase::Listening => self.draw_again(now),
                Phase::Shown if !self.interfered => {
                    self.interfered = true;
                    self.tell(CodeHostEvent::Interference);
                }
                _ => {}
            },
            (Message::C1(c1), Phase::Shown) if c1.host == self.cid => self.begin(now, c1, path),
            (Message::C3 { host, joiner, tag }, _) if host == self.cid => {
                self.confirm(now, joiner, &tag, path)
            }
            _ => {}
        }
    }

    /// The number is somebody else's: another.
    fn draw_again(&mut self, now: Now) {
        if self.draws >= MAX_DRAWS {
            return self.end(now, CodeEnd::Taken);
        }
        self.draws += 1;
        self.code = ShortCode::draw(self.code.language(), &mut self.rng);
        self.cid = draw(&mut self.rng);
        self.places.move_to(self.code.nameplate(), &mut self.out);
        self.timers.set(Timer::Listened, now.plus(LISTEN));
        self.ask(now, None);
    }

    fn begin(&mut self, now: Now, c1: C1, path: Path) {
        if let Some(exchange) = self.exchanges.get_mut(&c1.joiner) {
            // Said again, because our answer was lost or another meeting point is tried.
            if let State::Answered(answered) = &exchange.state
                && exchange.c1 == c1
                && self.asks.take(now.mono, 1)
            {
                let reply = self.places.reply(&mut self.rng, &path, &answered.1);
                self.out.push_back(reply);
                exchange.path = path;
            }
            return;
        }
        self.forget_stale(now);
        let waiting = |exchange: &&OpenExchange| matches!(exchange.state, State::Answered(_));
        if self.exchanges.values().filter(waiting).count() >= MAX_OPEN || !self.answers.take(now.mono, 1) {
            return;
        }
        self.answered += 1;
        let Ok((c2, answered)) = Answered::answer(&self.code.text(), &c1, &mut self.rng) else {
            return;
        };
        let message = Message::C2(c2);
        let reply = self.places.reply(&mut self.rng, &path, &message);
        self.out.push_back(reply);
        let joiner = c1.joiner;
        let exchange = OpenExchange {
            c1,
            path,
            began: now.mono,
            state: State::Answered(Box::new((answered, message))),
        };
        self.exchanges.insert(joiner, exchange);
        // Said at most every ten seconds, whatever strangers send.
        if self
            .tried
            .is_none_or(|at| now.mono.saturating_sub(at) >= Duration::from_secs(10))
        {
            self.tried = Some(now.mono);
            self.tell(CodeHostEvent::Trying);
        }
    }

    /// Makes room: what was not confirmed in time, and beyond [`MAX_KEPT`] the oldest.
    fn forget_stale(&mut self, now: Now) {
        self.exchanges.retain(|_, exchange| {
            let waits = matches!(exchange.state, State::Answered(_));
            !waits || now.mono.saturating_sub(exchange.began) < STALE
        });
        while self.exchanges.len() >= MAX_KEPT {
            let oldest = self.exchanges.iter().min_by_key(|(_, exchange)| exchange.began);
            let Some(oldest) = oldest.map(|(joiner, _)| *joiner) else {
                return;
            };
            self.exchanges.remove(&oldest);
        }
    }

    fn confirm(&mut self, now: Now, joiner: Cid, tag: &[u8; 32], path: Path) {
        let Some(exchange) = self.exchanges.get_mut(&joiner) else {
            return;
        };
        match &exchange.state {
            State::Answered(_) if self.phase == Phase::Shown => {}
            // Said again, because our answer was lost.
            State::Given(message) => {
                if self.asks.take(now.mono, 1) {
                    let reply = self.places.reply(&mut self.rng, &path, message);
                    self.out.push_back(reply);
                }
                return;
            }
            State::Refused => {
                if self.asks.take(now.mono, 1) {
                    self.refuse(joiner, &path);
                }
                return;
            }
            State::Answered(_) | State::Confirmed(_) => return,
        }
        exchange.path = path.clone();
        let State::Answered(answered) = std::mem::replace(&mut exchange.state, State::Refused) else {
            return;
        };
        match answered.0.confirm(tag) {
            Ok(confirmed) => {
                exchange.state = State::Confirmed(confirmed);
                self.phase = Phase::Won;
            }
            Err(_) => {
                self.wrong += 1;
                self.refuse(joiner, &path);
                self.tell(CodeHostEvent::WrongGuess {
                    guess: self.wrong,
                    of: MAX_WRONG,
                });
                if self.wrong >= MAX_WRONG {
                    self.end(now, CodeEnd::Guessed);
                }
            }
        }
    }

    fn refuse(&mut self, joiner: Cid, path: &Path) {
        let reply = self
            .places
            .reply(&mut self.rng, path, &Message::Refusal { joiner });
        self.out.push_back(reply);
    }

    fn end(&mut self, now: Now, reason: CodeEnd) {
        if self.phase == Phase::Over {
            return;
        }
        self.phase = Phase::Over;
        self.exchanges
            .retain(|_, exchange| matches!(exchange.state, State::Given(_) | State::Refused));
        self.timers = Timers::default();
        let last_words = matches!(reason, CodeEnd::Done | CodeEnd::Guessed);
        if last_words {
            self.timers.set(Timer::Gone, now.plus(LINGER));
        } else {
            self.places.leave(&mut self.out);
        }
        self.tell(CodeHostEvent::Ended { reason });
    }
}

pub(super) fn draw(rng: &mut ChaCha20Rng) -> Cid {
    let mut cid = [0; 16];
    rng.fill_bytes(&mut cid);
    cid
}
