//! What native members say to one another: the protocol's obligations, one module each.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;
mod handshake;
mod lane;
mod no_key_twice;
mod proof;
mod sender;
mod session;
mod traffic;
