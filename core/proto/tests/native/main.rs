//! What native members say to one another: the protocol's obligations, one module each.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod any_order_converges;
mod common;
mod group_check;
mod handshake;
mod history_is_not_written_by_liars;
mod in_person;
mod lane;
mod no_key_twice;
mod proof;
mod removal_holds;
mod said;
mod sas;
mod sender;
mod session;
mod traffic;
mod what_becomes_of_a_message;
