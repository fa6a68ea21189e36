//! Dayfly's rim: rendezvous, links and the engine around the pure room of `dayfly-proto`.
//!
//! The only crate with sockets, clocks, tasks and entropy. [`engine`] is what a shell uses.

// See clippy.toml; tests are free.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

#[cfg(feature = "uniffi")]
uniffi::setup_scaffolding!("dayfly_core");

pub mod defaults;
#[allow(clippy::disallowed_methods, reason = "the rim: asks servers, with deadlines")]
pub mod doctor;
pub mod engine;
pub mod link;
pub mod logging;
#[allow(clippy::disallowed_methods, reason = "the rim: dials, and asks for names")]
pub mod net;
pub mod rendezvous;
pub mod task;
#[allow(clippy::disallowed_methods, reason = "code that may block needs threads")]
mod thread;
pub mod tls;

pub use dayfly_proto as proto;
