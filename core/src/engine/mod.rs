//! The engine: what a shell holds. Rooms run on one thread of their own; every call here is a
//! message to it and returns without blocking on the network.

mod error;

pub use error::{Error, ErrorKind};

use crate::link::IceServer;
use dayfly_proto::id::{MemberId, MessageId};
use dayfly_proto::invite::Invite;
use dayfly_proto::room::{Event, Snapshot};
use std::net::SocketAddr;

/// How a room is entered.
#[derive(Debug, Clone)]
pub struct RoomOptions {
    /// Shown to the others; empty means a made-up one.
    pub name: String,
    /// Trackers to meet at, instead of the defaults and of those in the invite.
    pub trackers: Vec<String>,
    /// STUN and TURN servers; `None` means the defaults.
    pub ice_servers: Option<Vec<IceServer>>,
    /// Contact nothing beyond this machine and its network: embedded tracker, no STUN.
    pub local: bool,
    /// Where to bind an embedded tracker, if one is wanted.
    pub embedded_tracker: Option<SocketAddr>,
}

/// Counters of a running room.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Stats {
    /// Connections open now.
    pub links: u32,
    /// Connections being made now.
    pub connecting: u32,
    /// Bytes sent on data channels.
    pub bytes_sent: u64,
    /// Bytes received on data channels.
    pub bytes_received: u64,
    /// Bytes sent to trackers.
    pub tracker_bytes_sent: u64,
    /// Frames refused because they were malformed, over-long or against the rules.
    pub refused: u64,
    /// Messages dropped because their sender was too fast.
    pub dropped: u64,
}

/// The engine. Cheap to clone; the last one dropped leaves every room.
#[derive(Debug, Clone)]
pub struct Engine {}

/// A room this device is in. Cheap to clone; dropping every handle leaves the room.
#[derive(Debug, Clone)]
pub struct RoomHandle {}

/// A listener's queue: the first event is a reset, later ones are differences. It holds at most
/// 256 events; when it is full it collapses to one new reset. Dropping it unsubscribes.
#[derive(Debug)]
pub struct Subscription {}

impl Engine {
    /// Starts the network thread.
    ///
    /// # Errors
    /// [`ErrorKind::System`] when the operating system gives no thread or no entropy.
    pub fn start() -> Result<Self, Error> {
        todo!()
    }

    /// Enters the room of an invite; who is first opens it.
    ///
    /// # Errors
    /// [`ErrorKind::BadOption`] for an option that cannot be, [`ErrorKind::System`] when no
    /// socket can be had.
    pub async fn enter(&self, _invite: Invite, _options: RoomOptions) -> Result<RoomHandle, Error> {
        todo!()
    }
}

impl RoomHandle {
    /// The invite of this room, with what a guest needs (an embedded tracker's address, say).
    #[must_use]
    pub fn invite(&self) -> &Invite {
        todo!()
    }

    /// Begins to listen.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        todo!()
    }

    /// Says something to everybody. `reference` comes back in the message's event.
    ///
    /// # Errors
    /// [`ErrorKind::BadText`], [`ErrorKind::Busy`], [`ErrorKind::Ended`].
    pub async fn say(&self, _text: String, _reference: Option<String>) -> Result<MessageId, Error> {
        todo!()
    }

    /// Says something to one member, named by id or by a name that only one member has.
    ///
    /// # Errors
    /// As [`RoomHandle::say`], and [`ErrorKind::NoSuchMember`].
    pub async fn direct(
        &self,
        _to: String,
        _text: String,
        _reference: Option<String>,
    ) -> Result<MessageId, Error> {
        todo!()
    }

    /// Tells the others, or one member, that this person types or ceased to.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchMember`], [`ErrorKind::Ended`].
    pub async fn typing(&self, _on: bool, _to: Option<String>) -> Result<(), Error> {
        todo!()
    }

    /// Takes another name.
    ///
    /// # Errors
    /// [`ErrorKind::BadOption`] for an empty or over-long name, [`ErrorKind::Ended`].
    pub async fn rename(&self, _name: String) -> Result<(), Error> {
        todo!()
    }

    /// The room as it stands.
    ///
    /// # Errors
    /// [`ErrorKind::Ended`].
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        todo!()
    }

    /// The member's id behind `to`: an id, or a name that only one member has.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchMember`], [`ErrorKind::Ended`].
    pub async fn member(&self, _to: String) -> Result<MemberId, Error> {
        todo!()
    }

    /// Counters.
    ///
    /// # Errors
    /// [`ErrorKind::Ended`].
    pub async fn stats(&self) -> Result<Stats, Error> {
        todo!()
    }

    /// Leaves politely: says goodbye, closes, wipes. Idempotent; done within a second.
    pub async fn leave(&self) {
        todo!()
    }

    /// The device changed its network: connections are looked after at once.
    pub fn network_changed(&self) {}

    /// The app was suspended.
    pub fn suspended(&self) {}

    /// The app runs again.
    pub fn resumed(&self) {}
}

impl Subscription {
    /// The next event; `None` once the room has ended and everything was taken.
    pub async fn next(&mut self) -> Option<Event> {
        todo!()
    }

    /// The same, for a thread that may block.
    pub fn next_blocking(&mut self) -> Option<Event> {
        todo!()
    }
}
