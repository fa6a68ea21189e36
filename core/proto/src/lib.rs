//! Everything pure in Dayfly: identifiers, invites, wire formats and the room.
//!
//! This crate owns the protocol and its state. It refuses sockets, clocks, threads, entropy and
//! C code: bytes, the time ([`timer::Now`]) and randomness come in as arguments, and what must
//! happen in the world comes out as values. A module names only those listed above it here;
//! `scripts/check-layers` holds them to it.

#![forbid(unsafe_code)]
// See clippy.toml; tests are free.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

#[cfg(feature = "uniffi")]
uniffi::setup_scaffolding!("dayfly_proto");

pub mod crypto;
pub mod description;
pub mod id;
pub mod identity;
pub mod invite;
pub mod room;
pub mod secret;
pub mod timer;
pub mod wire;

#[doc(hidden)]
pub mod fuzz;
