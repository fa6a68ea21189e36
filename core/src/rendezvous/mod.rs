//! Places to meet: where two peers that know a room's name find each other.
//!
//! One small trait and its back ends: WebTorrent trackers ([`tracker`]), with a client and an
//! embedded server; Nostr relays ([`nostr`]); the Mainline DHT ([`dht`]); and how devices find each
//! other on the local network ([`lan`]). A back end carries sealed offers and answers; it cannot read
//! them, and nothing it says is believed.

use dayfly_proto::id::{BackendId, PeerId};
use dayfly_proto::room::{MeetEvent, SealedOffer};
use dayfly_proto::wire::web::topic::InfoHash;
use tokio::sync::mpsc;

mod apart;
mod bucket;
#[allow(clippy::disallowed_methods, reason = "the rim: deadlines of a server")]
mod client;
#[allow(
    clippy::disallowed_methods,
    reason = "the rim: deadlines of the DHT, names of its nodes"
)]
pub mod dht;
pub mod lan;
#[allow(
    clippy::disallowed_methods,
    reason = "the rim: what time it is, to say so to a relay"
)]
pub mod nostr;
mod queued;
#[allow(clippy::disallowed_methods, reason = "the rim: deadlines of a server")]
mod socket;
pub mod tracker;
mod url;

/// Where a back end reports. Bounded: a back end that outruns the room waits, and with it the
/// socket it reads from.
pub type MeetSink = mpsc::Sender<(BackendId, MeetEvent)>;

/// A place to meet. Calls return at once; what comes of them arrives at the [`MeetSink`] given at
/// construction. Dropping it closes its sockets.
pub trait Rendezvous: Send {
    /// Announces `offers` as `peer` in the swarm `topic`; each offer reaches at most one other.
    fn announce(&mut self, topic: InfoHash, peer: PeerId, offers: Vec<SealedOffer>);

    /// Sends an answer to the peer `to` that made the offer `offer_id`.
    fn reply(&mut self, topic: InfoHash, peer: PeerId, to: PeerId, offer_id: String, sealed: String);

    /// Leaves the swarm politely.
    fn withdraw(&mut self, topic: InfoHash, peer: PeerId);

    /// The device is on another network, or awake again: try now instead of waiting, and find out
    /// at once whether an open connection still lives.
    fn network_changed(&mut self);

    /// The app is in the background and does without this place: closes its sockets and opens none,
    /// until it is told otherwise, after which it looks for the place anew and reports that it is up
    /// as at first. Swarms are left before. Only asked of the back ends of native rooms.
    fn rest(&mut self, resting: bool);

    /// Bytes sent to it so far, everything included.
    fn bytes_sent(&self) -> u64;
}
