//! Short codes: `4821-tulip-anchor` instead of a link.
//!
//! Owns the words, what a person typed ([`ShortCode`]), and the two sides of the exchange as
//! machines without sockets: [`CodeHost`] shows a code and hands out the invite, [`CodeGuest`]
//! takes it. What they say to each other and why is in `identity::code`. Both are driven as a room
//! is: inputs are `handle_*`, then `poll` until it is empty, then sleep until `poll_timeout`.
//!
//! Both go to the number's topics at every meeting point of the kinds that carry messages of 2,700
//! characters: trackers, Nostr relays, the LAN. A DHT's items hold 1,000 bytes and carry none. The
//! host is found by its beacon: it announces one twice a minute, and answers each *ask*, which is
//! what a guest announces, with one. A guest thus waits for one round trip and not for a turn.
//!
//! # What an attacker may do, and what is seen of it
//!
//! - Whoever guesses gets three tries at one in 4,194,304 and the host sees each. Three wrong ones
//!   end the code.
//! - Whoever answers for a number without knowing the words (a squatter, on all 10,000 perhaps) may
//!   do the same to a guest, three times. Host and guest say that somebody else answers. A squatter
//!   can keep people from meeting by code; the link and the QR code do not care.
//! - Whoever begins exchanges and does not confirm learns nothing. The host holds at most
//!   [`MAX_OPEN`] and answers one a second; what is older than 20 seconds makes way.
//! - Boxes are opened at a bounded rate, the rest is dropped unread. Both sides repeat what was not
//!   answered, so that a loss costs three seconds.

mod guest;
mod host;
mod places;
#[cfg(test)]
mod tests;
mod text;
mod words;

pub use guest::{CodeFailure, CodeGuest, CodeGuestEvent};
pub use host::{CodeEnd, CodeHost, CodeHostEvent};
pub use text::{CodeError, ShortCode};
pub use words::CodeLanguage;

use super::SealedOffer;
use crate::id::{BackendId, PeerId};
use crate::wire::web::topic::InfoHash;
use std::time::Duration;

/// How long a code can be used.
pub const LIFE: Duration = Duration::from_secs(600);
/// Wrong guesses that end a code.
pub const MAX_WRONG: u8 = 3;
/// Exchanges a host keeps open.
pub const MAX_OPEN: usize = 10;
/// Hosts a guest tries its code on.
pub const MAX_HOSTS: usize = 3;

/// How long a new host listens whether its number is taken, and how long a guest waits for other
/// hosts before it says that none has the code.
const LISTEN: Duration = Duration::from_secs(3);
/// What is not answered is said again so much later.
const AGAIN: Duration = Duration::from_secs(3);
/// Boxes opened at once, and one more so often.
const BOXES: (u32, Duration) = (100, Duration::from_millis(20));

/// A meeting point that a code may use: its number and its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodePlace {
    /// As the meeting point reports.
    pub backend: BackendId,
    /// `tracker`, `nostr`, `lan`: part of the topic's name.
    pub kind: String,
}

/// What a host or a guest wants done.
#[derive(Debug, PartialEq, Eq)]
pub enum CodeOutput<E> {
    /// Announce these in a swarm.
    Announce {
        /// Where.
        backend: BackendId,
        /// The swarm.
        topic: InfoHash,
        /// As whom.
        peer: PeerId,
        /// With what.
        offers: Vec<SealedOffer>,
    },
    /// Send a box to one peer.
    Reply {
        /// Where.
        backend: BackendId,
        /// The swarm.
        topic: InfoHash,
        /// As whom.
        peer: PeerId,
        /// To whom.
        to: PeerId,
        /// As an answer to which offer of its.
        offer_id: String,
        /// The box.
        sealed: String,
    },
    /// Leave a swarm.
    Withdraw {
        /// Where.
        backend: BackendId,
        /// The swarm.
        topic: InfoHash,
        /// As whom.
        peer: PeerId,
    },
    /// Tell the person.
    Event(E),
}
