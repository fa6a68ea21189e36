//! Dayfly's rim: rendezvous, links and the engine around the pure room of `dayfly-proto`.
//!
//! The only crate with sockets, clocks, tasks and entropy. [`engine`] is what a shell uses.

#[cfg(feature = "uniffi")]
uniffi::setup_scaffolding!("dayfly_core");

pub mod engine;
pub mod link;
pub mod net;
pub mod rendezvous;
pub mod task;

pub use dayfly_proto as proto;
