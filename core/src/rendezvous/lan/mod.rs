//! The local network: devices on it find each other without any server beyond it.
//!
//! Every device serves a tracker of its own on the network and joins those of a few others, as
//! the ordinary client of an ordinary tracker. How devices are found is the shell's business
//! ([`LocalDiscovery`]): phones have a service for it that knows of permissions, a terminal
//! speaks multicast DNS itself. What was found is kept and bounded in [`Findings`];
//! [`LanService`] is what all rooms of an engine share, [`start`] gives each room its part.
//!
//! The network learns that a Dayfly is here, under a name made up for the occasion. Whoever
//! connects learns nothing of rooms but the topics it already knows.

#[allow(clippy::disallowed_methods, reason = "the rim: tries again later")]
mod client;
mod discovery;
mod findings;
#[allow(clippy::disallowed_methods, reason = "the rim: tries again later")]
mod service;

pub use client::start;
pub use discovery::{DiscoveryError, LocalDiscovery, SERVICE_TYPE};
pub use findings::{DiscoverySink, Findings, Instance};
pub use service::LanService;
