//! WebTorrent trackers: the client and the embedded server.
//!
//! A tracker holds, for each swarm, the sockets of its peers, and passes sealed offers to a few
//! of them at random and answers back. It stores nothing and cannot read what it passes.

mod client;
#[allow(clippy::disallowed_methods, reason = "the rim: listens, with deadlines")]
mod server;
mod swarms;

pub use super::apart::start_apart;
pub use super::socket::{ClientOptions, Trouble, probe};
pub use super::url::{ServerUrl as TrackerUrl, ServerUrlError as TrackerUrlError};
pub use client::TrackerClient;
pub(super) use client::connect;
pub use server::{Limits, Tracker, TrackerStats};
