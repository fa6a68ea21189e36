//! WebTorrent trackers: the client and the embedded server.
//!
//! A tracker holds, for each swarm, the sockets of its peers, and passes sealed offers to a few
//! of them at random and answers back. It stores nothing and cannot read what it passes.

mod apart;
mod bucket;
#[allow(clippy::disallowed_methods, reason = "the rim: deadlines of a tracker")]
mod client;
#[allow(clippy::disallowed_methods, reason = "the rim: deadlines of a tracker")]
mod connection;
#[allow(clippy::disallowed_methods, reason = "the rim: listens, with deadlines")]
mod server;
mod swarms;
mod url;

pub use apart::ApartClient;
pub use client::TrackerClient;
pub(super) use connection::Traffic;
pub use connection::{ClientOptions, Trouble, probe};
pub use server::{Limits, Tracker, TrackerStats};
pub use url::{TrackerUrl, TrackerUrlError};
