//! What relays answer, read off the packets: the stack tells of none of it.
//!
//! Requests to a relay and its answers are STUN in clear, or inside our own TLS. Of each relay it
//! is known how far it got; who owns the link makes a sentence of it. Nothing is changed or held
//! back, and what is read decides nothing but what is said and how long is waited.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use tokio::sync::watch;

/// Requests remembered until they are answered. A relay has a handful open.
const ASKED: usize = 64;

const ALLOCATE: u16 = 0x003;
const REFRESH: u16 = 0x004;
const MAGIC: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const ERROR_CODE: u16 = 0x0009;
const MESSAGE_INTEGRITY: u16 = 0x0008;

/// Why a relay does not relay. Each is the end of a sentence that begins with its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RelayTrouble {
    /// 401 or 441 to a request with credentials.
    #[error(
        "refuses the user name or password: check both, and whether they have run out, with whoever runs it"
    )]
    Refused,
    /// 403.
    #[error("forbids this device to use it: ask whoever runs it")]
    Forbidden,
    /// 486.
    #[error("gives this user no further connection for now: try again later, or name another relay")]
    Quota,
    /// 508 and 500.
    #[error("is too busy: try again later, or name another relay")]
    Busy,
    /// Any other refusal.
    #[error("refuses to relay (error {0}): ask whoever runs it")]
    Other(u16),
    /// Nothing came back in time.
    #[error("does not answer: check its address, or try another network, which may let it through")]
    Silent,
    /// Its name stands for nothing.
    #[error("is not found: check how its name is written, and whether this device has internet")]
    NotFound,
    /// The connection was refused at once.
    #[error("takes no connection there: check its port and whether it is running")]
    Closed,
    /// The proxy in between did not do it.
    #[error("cannot be reached through the proxy: check the proxy")]
    Proxy,
    /// Its certificate is not to be trusted, or its key not the pinned one.
    #[error("cannot prove to be itself, so it is not used: check its name, its certificate or the pin")]
    Certificate,
    /// TLS failed otherwise, or what came was not TURN.
    #[error("does not speak as a relay does there: check its port and whether it takes TLS")]
    Protocol,
    /// It ended a connection that had worked.
    #[error("has ended the connection: another one is made where there is a way")]
    Lost,
}

/// How far a relay got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::link) enum Progress {
    /// Not asked yet, or not needed.
    #[default]
    Idle,
    /// Asked, without an answer.
    Asked,
    /// It is there; what it says to the request is open.
    Answers,
    /// It relays.
    Relays,
    /// It does not.
    Failed(RelayTrouble),
}

/// The relays of one link.
#[derive(Debug)]
pub(crate) struct TurnWatch {
    progress: watch::Sender<Vec<Progress>>,
    /// Transactions of requests and whether they carried credentials.
    asked: Mutex<VecDeque<([u8; 12], bool)>>,
}

impl TurnWatch {
    pub(in crate::link) fn new(relays: usize) -> Self {
        Self {
            progress: watch::Sender::new(vec![Progress::Idle; relays]),
            asked: Mutex::default(),
        }
    }

    pub(in crate::link) fn subscribe(&self) -> watch::Receiver<Vec<Progress>> {
        self.progress.subscribe()
    }

    pub(in crate::link) fn of(&self, relay: usize) -> Progress {
        self.progress.borrow().get(relay).copied().unwrap_or_default()
    }

    /// Why a relay does not relay, if that is known.
    pub(crate) fn trouble(&self, relay: usize) -> Option<RelayTrouble> {
        match self.of(relay) {
            Progress::Failed(trouble) => Some(trouble),
            _ => None,
        }
    }

    /// Whether any of them relays.
    pub(in crate::link) fn any_relays(&self) -> bool {
        self.progress.borrow().contains(&Progress::Relays)
    }

    /// A step of one relay. Steps back are not taken: of several requests to one relay, the one
    /// that works counts.
    pub(in crate::link) fn step(&self, relay: usize, to: Progress) {
        self.progress.send_if_modified(|all| {
            let Some(now) = all.get_mut(relay) else {
                return false;
            };
            let forward = match (*now, to) {
                (Progress::Relays, Progress::Failed(RelayTrouble::Lost)) => true,
                (Progress::Relays | Progress::Failed(RelayTrouble::Lost), _) => false,
                (Progress::Failed(_), Progress::Relays) => true,
                (Progress::Failed(_), _) => false,
                (Progress::Answers, Progress::Asked | Progress::Idle) => false,
                (from, to) => from != to,
            };
            if forward {
                *now = to;
            }
            forward
        });
    }

    /// A relay that was asked and has not said yes or no by now counts as silent. It may still say it.
    pub(in crate::link) fn out_of_patience(&self) {
        let count = self.progress.borrow().len();
        for relay in 0..count {
            if matches!(self.of(relay), Progress::Asked | Progress::Answers) {
                self.step(relay, Progress::Failed(RelayTrouble::Silent));
            }
        }
    }

    /// The stack sends `datagram` to a relay. Returns whether it is a request sent before.
    pub(crate) fn sent(&self, relay: usize, datagram: &[u8]) -> bool {
        let Some(message) = Message::read(datagram).filter(|message| message.class == Class::Request) else {
            return false;
        };
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let again = asked.iter().any(|(id, _)| *id == message.id);
        if !again {
            asked.truncate(ASKED - 1);
            asked.push_front((message.id, message.has(MESSAGE_INTEGRITY)));
        }
        drop(asked);
        if message.method == ALLOCATE && !again {
            self.step(relay, Progress::Asked);
        }
        again
    }

    /// `datagram` came from a relay's address.
    pub(crate) fn received(&self, relay: usize, datagram: &[u8]) {
        let Some(message) = Message::read(datagram).filter(|message| message.class != Class::Request) else {
            return;
        };
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let known = asked.iter().find(|(id, _)| *id == message.id).copied();
        drop(asked);
        // Whoever else answers has no say.
        let Some((_, with_credentials)) = known else {
            return;
        };
        let code = message.error();
        match (message.method, message.class, code) {
            (ALLOCATE, Class::Success, _) => self.step(relay, Progress::Relays),
            // What a nonce is for: the stack asks again with the new one.
            (_, Class::Error, Some(438)) => {}
            (ALLOCATE, Class::Error, Some(401)) if !with_credentials => {
                self.step(relay, Progress::Answers);
            }
            (ALLOCATE, Class::Error, code) => {
                self.step(relay, Progress::Failed(RelayTrouble::of(code.unwrap_or(0))));
            }
            (REFRESH, Class::Error, _) => self.step(relay, Progress::Failed(RelayTrouble::Lost)),
            _ => {}
        }
    }
}

impl RelayTrouble {
    /// What it comes to when a stream ended before the relay had relayed anything.
    pub(crate) fn before_it_worked(self) -> Self {
        match self {
            Self::Lost => Self::Protocol,
            other => other,
        }
    }

    /// What an error code of TURN (RFC 8656 section 19) comes to.
    #[must_use]
    pub fn of(code: u16) -> Self {
        match code {
            401 | 441 => Self::Refused,
            403 => Self::Forbidden,
            486 => Self::Quota,
            500 | 508 => Self::Busy,
            other => Self::Other(other),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Request,
    Success,
    Error,
}

/// The header of a STUN message, and its attributes unread.
struct Message<'a> {
    method: u16,
    class: Class,
    id: [u8; 12],
    attributes: &'a [u8],
}

impl<'a> Message<'a> {
    fn read(datagram: &'a [u8]) -> Option<Self> {
        let (header, attributes) = datagram.split_at_checked(20)?;
        let kind = u16::from_be_bytes([header[0], header[1]]);
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        if kind & 0xc000 != 0 || header[4..8] != MAGIC || length != attributes.len() {
            return None;
        }
        // RFC 8489 section 5: the bits of the class stand between those of the method.
        let method = kind & 0x000f | (kind & 0x00e0) >> 1 | (kind & 0x3e00) >> 2;
        let class = match kind & 0x0110 {
            0x0000 => Class::Request,
            0x0100 => Class::Success,
            0x0110 => Class::Error,
            _ => return None,
        };
        Some(Self {
            method,
            class,
            id: header[8..].try_into().ok()?,
            attributes,
        })
    }

    fn attribute(&self, wanted: u16) -> Option<&'a [u8]> {
        let mut rest = self.attributes;
        while let Some((header, more)) = rest.split_at_checked(4) {
            let kind = u16::from_be_bytes([header[0], header[1]]);
            let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
            if kind == wanted {
                return more.get(..length);
            }
            rest = more.get(length.next_multiple_of(4)..)?;
        }
        None
    }

    fn has(&self, wanted: u16) -> bool {
        self.attribute(wanted).is_some()
    }

    fn error(&self) -> Option<u16> {
        let value = self.attribute(ERROR_CODE)?;
        let (class, number) = (value.get(2)? & 7, value.get(3)?);
        Some(u16::from(class) * 100 + u16::from(*number))
    }
}

/// Where a relay is, for whoever asks by address.
pub(super) fn position(addresses: &[SocketAddr], of: SocketAddr) -> Option<usize> {
    addresses.iter().position(|address| *address == of)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u16, id: u8, attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (kind, value) in attributes {
            body.extend(kind.to_be_bytes());
            body.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
            body.extend(*value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        let mut out = kind.to_be_bytes().to_vec();
        out.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
        out.extend(MAGIC);
        out.extend([id; 12]);
        out.extend(body);
        out
    }

    const REQUEST: u16 = 0x0003;
    const SUCCESS: u16 = 0x0103;
    const FAILURE: u16 = 0x0113;
    const REFRESH_FAILURE: u16 = 0x0114;

    fn code(number: u16) -> [u8; 4] {
        let (class, number) = (number / 100, number % 100);
        [0, 0, u8::try_from(class).unwrap(), u8::try_from(number).unwrap()]
    }

    fn asked(watch: &TurnWatch) {
        watch.sent(0, &message(REQUEST, 1, &[]));
        assert_eq!(watch.of(0), Progress::Asked);
        watch.received(0, &message(FAILURE, 1, &[(ERROR_CODE, &code(401))]));
        assert_eq!(watch.of(0), Progress::Answers, "a challenge is no refusal");
        watch.sent(
            0,
            &message(REQUEST, 2, &[(6, b"user"), (MESSAGE_INTEGRITY, &[0; 20])]),
        );
    }

    #[test]
    fn a_challenge_is_told_from_a_refusal() {
        for (number, trouble) in [
            (401, RelayTrouble::Refused),
            (441, RelayTrouble::Refused),
            (403, RelayTrouble::Forbidden),
            (486, RelayTrouble::Quota),
            (508, RelayTrouble::Busy),
            (437, RelayTrouble::Other(437)),
        ] {
            let watch = TurnWatch::new(1);
            asked(&watch);
            watch.received(0, &message(FAILURE, 2, &[(ERROR_CODE, &code(number))]));
            assert_eq!(watch.of(0), Progress::Failed(trouble), "{number}");
        }
        let watch = TurnWatch::new(1);
        asked(&watch);
        watch.received(0, &message(FAILURE, 2, &[(ERROR_CODE, &code(438))]));
        assert_eq!(watch.of(0), Progress::Answers, "a stale nonce is renewed");
        watch.received(0, &message(SUCCESS, 2, &[]));
        assert_eq!(watch.of(0), Progress::Relays);
    }

    #[test]
    fn what_nobody_asked_for_says_nothing() {
        let watch = TurnWatch::new(1);
        watch.received(0, &message(SUCCESS, 9, &[]));
        assert_eq!(watch.of(0), Progress::Idle);
        asked(&watch);
        watch.received(0, &message(FAILURE, 9, &[(ERROR_CODE, &code(486))]));
        assert_eq!(watch.of(0), Progress::Answers);
        let good = message(SUCCESS, 2, &[(ERROR_CODE, &code(486))]);
        for cut in 0..good.len() {
            watch.received(0, &good[..cut]);
        }
        assert_eq!(watch.of(0), Progress::Answers);
    }

    #[test]
    fn one_success_outweighs_failures_and_ends_only_as_a_loss() {
        let watch = TurnWatch::new(2);
        asked(&watch);
        watch.received(0, &message(SUCCESS, 2, &[]));
        watch.step(0, Progress::Failed(RelayTrouble::Silent));
        assert_eq!(watch.of(0), Progress::Relays);
        watch.sent(1, &message(REQUEST, 5, &[]));
        watch.out_of_patience();
        assert_eq!(watch.of(1), Progress::Failed(RelayTrouble::Silent));
        assert!(watch.any_relays());
        watch.sent(0, &message(0x0004, 7, &[]));
        watch.received(0, &message(REFRESH_FAILURE, 7, &[(ERROR_CODE, &code(437))]));
        assert_eq!(watch.of(0), Progress::Failed(RelayTrouble::Lost));
    }

    #[test]
    fn floods_of_requests_are_forgotten() {
        let watch = TurnWatch::new(1);
        for id in 0..=255 {
            watch.sent(0, &message(REQUEST, id, &[]));
        }
        assert_eq!(watch.asked.lock().unwrap().len(), ASKED);
    }
}
