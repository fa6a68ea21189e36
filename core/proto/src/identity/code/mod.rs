//! The exchange behind a short code: two people who share `4821-tulip-anchor` pass an invite
//! through strangers' machines.
//!
//! Owns the keys that follow from the number, the messages and their one encoding, and the
//! exchange itself as types. It refuses to draw randomness, to count guesses and to say who
//! answered: that is `room::code`.
//!
//! H shows the code, J types it. `D` is its number, `PRS` the whole code, words included.
//!
//! ```text
//! K_topic = H("dayfly/1 code" ‖ 00 ‖ D)            D as four ASCII digits
//! topic(b, slot) = HMAC(K_topic, b ‖ 00 ‖ u64 slot) as in rooms, slot = ⌊t / 600 s⌋
//! K_box   = KDF("", K_topic, "code box")           public by design: 10,000 numbers are few
//! box     = salt[16] ‖ E(KDF(salt, K_box, "box", topic), topic, lp(message) ‖ 00*)
//!
//! 00  anybody → all  ask      nothing: who has this number, say so
//! 01  H → all        beacon   cidH[16]
//! 02  J → H          C1       cidH ‖ cidJ[16] ‖ Y_J[32] ‖ ek[1184]
//! 03  H → J          C2       cidJ ‖ Y_H[32] ‖ ct[1088]
//! 04  J → H          C3       cidH ‖ cidJ ‖ HMAC(K, "J")
//! 05  H → J          C4       cidJ ‖ lp(E(KDF(K, "", "inv"), H(C1 ‖ C2), INVITE))
//! 06  H → J          refusal  cidJ
//!
//! isk = CPace-ristretto255-SHA512(PRS, CI = "dayfly/1 code", sid = cidH ‖ cidJ), J initiator
//! K   = KDF(H(C1 ‖ C2), isk ‖ ss, "code")          ss from ML-KEM-768
//! ```
//! J confirms first. If H did, whoever answers beacons could try a word with each exchange and
//! nobody would notice; as it is, each try tells H that it was one. A recording holds nothing that
//! a dictionary could be tried on, and because `ss` is in `K`, neither does it for whoever can
//! break CPace's group later without having been there. A refusal proves nothing: it chooses the
//! sentence a person reads.

mod exchange;
#[doc(hidden)]
pub mod fuzz;
mod message;

pub use exchange::{Answered, Confirmed, Joined, Joining, WrongGuess};
pub use message::{BoxError, C1, C2, Cid, MAX_INVITE, Message, open, seal};

use crate::crypto::{hash, kdf};
use crate::invite::native::Topic;
use crate::secret::SecretBytes;
use std::fmt;

/// How long one topic serves, in seconds.
pub const SLOT_SECONDS: u64 = 600;
/// Two clocks this far apart, in seconds, still meet.
const HALF: u64 = SLOT_SECONDS / 2;

/// The number of a code, 0 to 9999. It says where to meet and is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nameplate(u16);

impl Nameplate {
    /// How many there are.
    pub const COUNT: u16 = 10_000;

    /// `None` from 10,000 on.
    #[must_use]
    pub fn new(number: u16) -> Option<Self> {
        (number < Self::COUNT).then_some(Self(number))
    }
}

impl fmt::Display for Nameplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

/// What follows from a code's number alone, for anybody.
#[derive(Clone)]
pub struct CodeKeys {
    topic: SecretBytes<32>,
    sealing: SecretBytes<32>,
}

impl CodeKeys {
    /// Those of a number.
    #[must_use]
    pub fn of(nameplate: Nameplate) -> Self {
        let topic = hash(&[b"dayfly/1 code", &[0], nameplate.to_string().as_bytes()]);
        Self {
            sealing: kdf(b"", &topic, "code box", b""),
            topic: SecretBytes::new(topic),
        }
    }

    /// Where it is met in `slot` at the meeting points of the kind `backend`.
    #[must_use]
    pub fn topic(&self, backend: &str, slot: u64) -> Topic {
        Topic::named(&self.topic, backend, slot)
    }
}

impl fmt::Debug for CodeKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeKeys")
    }
}

/// The two slots that serve at a moment: the current one and that beyond the nearer boundary. Two
/// clocks up to ten minutes apart always have one in common.
#[must_use]
pub fn slots(unix_ms: u64) -> [u64; 2] {
    let seconds = unix_ms / 1000;
    let now = seconds / SLOT_SECONDS;
    if seconds % SLOT_SECONDS < HALF {
        [now, now.saturating_sub(1)]
    } else {
        [now, now + 1]
    }
}

/// In how many milliseconds [`slots`] gives others; always more than 0.
#[must_use]
pub fn slots_change_in_ms(unix_ms: u64) -> u64 {
    let half = HALF * 1000;
    half - unix_ms % half
}

#[cfg(test)]
mod tests;
