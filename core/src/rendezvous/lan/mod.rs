//! The local network: devices on it find each other without any server beyond it.
//!
//! How a device is found is the shell's business ([`LocalDiscovery`]): phones have a service for
//! it that knows of permissions, a terminal speaks multicast DNS itself. What was found is kept
//! and bounded in [`Findings`].

mod discovery;
mod findings;

pub use discovery::{DiscoveryError, LocalDiscovery, SERVICE_TYPE};
pub use findings::{DiscoverySink, Findings, Instance};
