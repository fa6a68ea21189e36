//! Nostr relays as a place to meet (NIP-01), for native rooms.
//!
//! A relay passes signed events to whoever asked for such. It hands nobody over to anybody, so a
//! client of ours is its own tracker:
//!
//! 1. Each swarm has a connection of its own, and each connection a key made for it (`apart`). On
//!    it one subscription asks for what carries the swarm's topic in a `t` tag, and for what is
//!    directed to the key in a `p` tag.
//! 2. An announce keeps the room's offers here and publishes a *hello* under the topic.
//! 3. Each hello of another key gets one offer that nobody has yet, directed to that key. Who has
//!    been given one gets none for a while, longer each time: most are linked to by then.
//! 4. An answer is directed to the key that the offer came from.
//!
//! Events are ephemeral ([`KIND`]): relays store none. Somebody who comes later is heard by its
//! own hello, and hears those that come with each announce.
//!
//! A relay is not believed: signatures are checked, own events and repeated ones are ignored, and
//! everything remembered is bounded. It sees the topic, the keys, and which key answers which; not
//! that two topics or two connections are of one device, but by the network address and by when
//! they come and go.

mod dialect;
mod met;
#[cfg(test)]
mod tests;

pub use super::apart::start_nostr;
pub use super::url::{ServerUrl as RelayUrl, ServerUrlError as RelayUrlError};
pub use dialect::KIND;

use super::client::{Client, Start};
use crate::task::Tasks;
use dialect::NostrDialect;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

/// A connection that speaks as relays do.
pub(super) fn connect(tasks: &Tasks, mut start: Start) -> Client {
    let mut rng = ChaCha20Rng::from_seed(start.seed);
    rng.fill_bytes(&mut start.seed);
    Client::start(tasks, "relay client", start, Box::new(NostrDialect::new(rng)))
}
