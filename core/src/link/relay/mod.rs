//! A member's own relay: a small TURN server (RFC 8656) on the device of somebody who lets two
//! others, who cannot reach each other, exchange datagrams through it.
//!
//! Owned here: who may ask for an address (credentials that the room grants, no others), what it
//! may cost (`limits`), and the sockets. The pure half is `server`; `socket` carries out what it
//! says. Of RFC 8656 it speaks Allocate, Refresh, CreatePermission, ChannelBind, Send, Data and
//! channels, over UDP; reservations, even ports, TCP and the other address family are refused.
//!
//! It reads nothing of what passes: ICE's checks, DTLS and the session are between the two ends,
//! so a relay learns who exchanges how much with whom, and when.

mod budget;
mod limits;
mod message;
mod server;
#[allow(
    clippy::disallowed_methods,
    reason = "the rim: sockets, and when what they hold runs out"
)]
mod socket;
#[cfg(test)]
mod tests;

pub use self::server::{RelayServer, is_open};
pub use self::socket::{Relay, RelayEvent, RelayOptions};

use std::net::SocketAddr;

/// One relayed address, by the order in which they were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AllocationId(u64);

/// What a [`RelayServer`] wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayOutput {
    /// Send from the relay's own address.
    ToClient {
        /// To whom.
        to: SocketAddr,
        /// The datagram.
        bytes: Vec<u8>,
    },
    /// Have a socket ready that others can send to; [`RelayServer::opened`] follows.
    Open {
        /// Its name from now on.
        id: AllocationId,
        /// Of the relay's IPv6 address instead of its IPv4 one.
        v6: bool,
    },
    /// Send from that socket.
    ToPeer {
        /// Which.
        id: AllocationId,
        /// To whom.
        to: SocketAddr,
        /// The datagram.
        data: Vec<u8>,
    },
    /// Close that socket.
    Close {
        /// Which.
        id: AllocationId,
    },
    /// What may be relayed in all has been: nothing will be any more.
    Spent,
}

/// What relaying has cost so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes that passed, both ways together.
    pub bytes: u64,
    /// Members with a relayed address just now.
    pub members: usize,
}
