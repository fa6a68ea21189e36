//! What native members say to one another: the protocol's obligations, one module each.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;
mod group_check;
mod handshake;
mod in_person;
mod lane;
mod no_key_twice;
mod proof;
mod sas;
mod sender;
mod session;
mod traffic;
