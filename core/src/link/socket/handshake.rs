//! The cure for a DTLS handshake that hangs for ever when a packet is lost.
//!
//! `rtc-dtls` drops its retransmission timer on any handshake record it receives, even one that
//! completes nothing, and never sets it again. So a flight of which one part was lost is never
//! repeated, and both sides wait. This keeps the datagrams of the last flight sent and sends
//! the same bytes again, which to the peer is nothing but a network that duplicates.
//!
//! The rules, for one connection:
//! 1. Flights are told apart by their content (each ClientHello by its number, HelloVerifyRequest,
//!    the server's and the client's middle flights, the server's last), never by time.
//! 2. When the library repeats a flight itself, the new bytes replace the old; it is no new flight.
//! 3. ClientHellos and the middle flights are sent again after 300 ms without a new handshake
//!    datagram from the peer, then after 600 ms, then every 1.2 s, ten times in all.
//! 4. HelloVerifyRequest and the last flight have no timer. They are sent again when the peer's
//!    identical datagram arrives again, at most every 100 ms. The client's middle flight never
//!    is, so the two sides cannot keep each other busy.
//! 5. A datagram of clear fragments that were delivered before and answered by a later flight of
//!    ours is withheld from the library, so that its own timer survives; not while our flight is
//!    one of rule 4, which only a repeat can set off.
//! 6. When the library repeats its middle flight as a server, or a ClientHello with a cookie, the
//!    original bytes go out, so that the same is true of a peer without this cure.
//! 7. The client is done when it sends data, or has a Finished that came with or after a
//!    ChangeCipherSpec; the server when data arrives. An alert ends it, and so does a quarter of
//!    a minute.
//!
//! After the handshake the first few application records are repeated three times, unless the
//! peer has said something since: SCTP's setup otherwise waits 1, 2, 4 s for each loss. DTLS
//! drops a repeated record (RFC 6347, 4.1.2.6).

use super::record::{CLIENT_HELLO, Content, HELLO_VERIFY_REQUEST, Part, content};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

/// Silence before a flight is sent again for the first time; doubled twice.
const FIRST_RESEND: Duration = Duration::from_millis(300);

/// How often one flight is sent again by the timer.
const MAX_RESENDS: u32 = 10;

/// Least time between two echoes.
const ECHO_GAP: Duration = Duration::from_millis(100);

/// A handshake this old in which nothing was sent for [`IDLE`] is left to itself.
const GIVE_UP: Duration = Duration::from_secs(15);
const IDLE: Duration = Duration::from_secs(5);

/// Most datagrams kept of one flight, and their longest. A flight beyond that is not kept.
const MAX_FLIGHT: usize = 24;
const MAX_DATAGRAM: usize = 4096;

/// Most datagrams and fragments of the peer's remembered.
const MAX_SEEN: usize = 256;
const MAX_FRAGMENTS: usize = 512;

/// Application records repeated, and when, counted from the first sending.
const TAIL: usize = 12;
const TAIL_AT: [Duration; 3] = [
    Duration::from_millis(200),
    Duration::from_millis(600),
    Duration::from_millis(1400),
];

/// Which flight of ours the kept datagrams are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flight {
    None,
    /// By message number: 0 without a cookie, 1 with one.
    ClientHello(u16),
    HelloVerify,
    ServerMiddle,
    ClientMiddle,
    ServerLast,
}

#[derive(Debug)]
struct Kept {
    bytes: Vec<u8>,
    parts: Vec<Part>,
}

/// What to do with a datagram that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Verdict {
    /// Keep it from the library.
    pub(super) withhold: bool,
    /// Send our flight again.
    pub(super) echo: bool,
}

/// One connection's handshake as its sockets see it.
#[derive(Debug)]
pub(super) struct Handshake {
    started: Instant,
    is_client: bool,
    flight: Flight,
    kept: Vec<Kept>,
    last_sent: Option<Instant>,
    resends: u32,
    due: Option<Instant>,
    last_echo: Option<Instant>,
    seen: HashSet<u64>,
    /// Clear fragments given to the library, and those of them answered by a later flight.
    delivered: HashSet<Part>,
    answered: HashSet<Part>,
    sent_finished: bool,
    received_finished: bool,
    received_cipher_spec: bool,
    /// We sent our Finished after having the peer's: nobody answers our last flight.
    ours_is_last: bool,
    over: bool,
    tail: Vec<Tail>,
    tail_taken: usize,
}

/// An application record to be repeated.
#[derive(Debug)]
struct Tail {
    sent: Instant,
    repeats: usize,
    bytes: Vec<u8>,
}

impl Tail {
    fn due(&self) -> Instant {
        self.sent + TAIL_AT[self.repeats.min(TAIL_AT.len() - 1)]
    }
}

impl Handshake {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            started: now,
            is_client: false,
            flight: Flight::None,
            kept: Vec::new(),
            last_sent: None,
            resends: 0,
            due: None,
            last_echo: None,
            seen: HashSet::new(),
            delivered: HashSet::new(),
            answered: HashSet::new(),
            sent_finished: false,
            received_finished: false,
            received_cipher_spec: false,
            ours_is_last: false,
            over: false,
            tail: Vec::new(),
            tail_taken: 0,
        }
    }

    /// The handshake is behind us and the tail is repeated: data may pass unseen.
    pub(super) fn is_settled(&self) -> bool {
        self.over && self.tail.is_empty() && self.tail_taken == TAIL
    }

    /// When to call [`Handshake::fire`].
    pub(super) fn due(&self) -> Option<Instant> {
        let tail = self.tail.iter().map(Tail::due).min();
        [self.due, tail].into_iter().flatten().min()
    }

    /// The datagrams to send now.
    pub(super) fn fire(&mut self, now: Instant) -> Vec<Vec<u8>> {
        let idle = self.last_sent.is_none_or(|last| now - last > IDLE);
        if now - self.started > GIVE_UP && idle {
            self.finish();
        }
        let mut out = Vec::new();
        if self.due.is_some_and(|due| due <= now) {
            self.resends += 1;
            self.arm(now);
            out = self.flight();
        }
        for tail in &mut self.tail {
            if tail.due() <= now {
                tail.repeats += 1;
                out.push(tail.bytes.clone());
            }
        }
        self.tail.retain(|tail| tail.repeats < TAIL_AT.len());
        out
    }

    /// The datagrams of our last flight.
    pub(super) fn flight(&self) -> Vec<Vec<u8>> {
        self.kept.iter().map(|kept| kept.bytes.clone()).collect()
    }

    /// The library sends `datagram`. Returns what to send in its place, if not the same.
    pub(super) fn sent(&mut self, datagram: &[u8], now: Instant) -> Option<Vec<u8>> {
        let parts = match content(datagram) {
            Content::Dtls(parts) => parts,
            Content::Srtp if self.received_finished && !self.ours_is_last => {
                self.finish();
                return None;
            }
            _ => return None,
        };
        if parts.contains(&Part::ApplicationData) {
            self.sent_data(datagram, now);
            return None;
        }
        if !parts.iter().any(|part| part.is_handshake()) {
            self.finish(); // An alert.
            return None;
        }
        if self.over {
            let afresh = parts
                .iter()
                .any(|part| part.is_hello() && matches!(part, Part::Fragment { sequence: 0, .. }));
            if !afresh {
                return None;
            }
            *self = Self::new(now);
        }
        if let Some(kept) = self.kept.iter_mut().find(|kept| kept.parts == parts) {
            let original = match self.flight {
                Flight::ServerMiddle | Flight::ClientHello(1..) => Some(kept.bytes.clone()),
                _ => {
                    kept.bytes = datagram.to_vec();
                    None
                }
            };
            self.last_sent = Some(now);
            self.arm(now);
            return original;
        }
        self.sent_anew(datagram, parts, now);
        None
    }

    fn sent_data(&mut self, datagram: &[u8], now: Instant) {
        if self.tail_taken < TAIL {
            self.tail_taken += 1;
            self.tail.push(Tail {
                sent: now,
                repeats: 0,
                bytes: datagram.to_vec(),
            });
        }
        if !self.ours_is_last {
            // Only with the server's Finished may a client write.
            self.finish();
        }
    }

    fn sent_anew(&mut self, datagram: &[u8], parts: Vec<Part>, now: Instant) {
        let flight = self.flight_of(&parts);
        if flight != self.flight {
            self.flight = flight;
            self.kept.clear();
            self.resends = 0;
        }
        self.answered.extend(self.delivered.drain());
        if parts.contains(&Part::Finished) {
            self.sent_finished = true;
            self.ours_is_last = self.received_finished;
        }
        if self.kept.len() == MAX_FLIGHT || datagram.len() > MAX_DATAGRAM {
            // Nothing a handshake of ours does; half a flight is worth nothing.
            self.finish();
            return;
        }
        self.kept.push(Kept {
            bytes: datagram.to_vec(),
            parts,
        });
        self.last_sent = Some(now);
        self.arm(now);
    }

    fn flight_of(&mut self, parts: &[Part]) -> Flight {
        for part in parts {
            match *part {
                Part::Fragment {
                    message: CLIENT_HELLO,
                    sequence,
                    ..
                } => {
                    self.is_client = true;
                    return Flight::ClientHello(sequence);
                }
                Part::Fragment {
                    message: HELLO_VERIFY_REQUEST,
                    ..
                } => return Flight::HelloVerify,
                _ => {}
            }
        }
        let sealed = parts
            .iter()
            .any(|part| matches!(part, Part::ChangeCipherSpec | Part::Finished));
        match (self.is_client, sealed) {
            (true, _) => Flight::ClientMiddle,
            (false, false) => Flight::ServerMiddle,
            (false, true) => Flight::ServerLast,
        }
    }

    /// A flight that only a repeat of the peer's can set off again.
    fn waits_for_repeat(&self) -> bool {
        self.ours_is_last || self.flight == Flight::HelloVerify
    }

    fn arm(&mut self, now: Instant) {
        let quiet =
            self.over || self.resends >= MAX_RESENDS || self.kept.is_empty() || self.waits_for_repeat();
        self.due = (!quiet).then(|| now + FIRST_RESEND * (1 << self.resends.min(2)));
    }

    /// A datagram arrived from the peer.
    pub(super) fn received(&mut self, datagram: &[u8], now: Instant) -> Verdict {
        let parts = match content(datagram) {
            Content::Dtls(parts) => parts,
            Content::Srtp if self.sent_finished => {
                self.finish();
                return Verdict::default();
            }
            _ => return Verdict::default(),
        };
        if parts.contains(&Part::ApplicationData) {
            // What we sent before has been heard, or its answer would not be.
            self.tail.retain(|tail| tail.sent >= now);
            if self.ours_is_last {
                self.finish(); // The peer has our Finished.
            }
            return Verdict::default();
        }
        if !parts.iter().any(|part| part.is_handshake()) {
            // An alert. Before the Finished anybody could have made it, so it ends only what
            // would be of no use any more.
            if self.sent_finished {
                self.finish();
            }
            return Verdict::default();
        }
        self.received_flight(datagram, &parts, now)
    }

    fn received_flight(&mut self, datagram: &[u8], parts: &[Part], now: Instant) -> Verdict {
        if self.seen.len() >= MAX_SEEN {
            self.seen.clear();
        }
        let mut hasher = DefaultHasher::new();
        datagram.hash(&mut hasher);
        let again = !self.seen.insert(hasher.finish());

        let clear = |part: &Part| matches!(part, Part::Fragment { .. });
        let all_clear = parts.iter().all(clear);
        let answered = all_clear && parts.iter().all(|part| self.answered.contains(part));
        if all_clear {
            let new = parts.iter().filter(|part| !self.answered.contains(part));
            self.delivered.extend(new);
            if self.delivered.len() + self.answered.len() > MAX_FRAGMENTS {
                self.delivered.clear();
                self.answered.clear();
            }
        }
        let withhold = answered && !self.waits_for_repeat();

        self.received_cipher_spec |= parts.contains(&Part::ChangeCipherSpec);
        let finished = parts.contains(&Part::Finished);
        self.received_finished |= finished;
        if self.over {
            return Verdict {
                withhold,
                echo: false,
            };
        }
        // The library loses a Finished that came before its ChangeCipherSpec.
        if self.sent_finished && !self.ours_is_last && finished && self.received_cipher_spec {
            self.finish();
            return Verdict {
                withhold,
                echo: false,
            };
        }
        let long_ago = |at: Option<Instant>| at.is_none_or(|at| now - at >= ECHO_GAP);
        let echo = again
            && self.waits_for_repeat()
            && !self.kept.is_empty()
            && long_ago(self.last_echo)
            && long_ago(self.last_sent);
        if echo {
            self.last_echo = Some(now);
        }
        if !again && !answered && self.due.is_some() {
            self.arm(now);
        }
        Verdict { withhold, echo }
    }

    fn finish(&mut self) {
        self.over = true;
        self.due = None;
        self.kept = Vec::new();
        self.seen = HashSet::new();
    }
}

#[cfg(test)]
mod tests;
