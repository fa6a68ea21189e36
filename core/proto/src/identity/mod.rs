//! Keys and what they prove.
//!
//! Owns key pairs, signatures and fingerprints. It refuses to decide whom to trust: a check says
//! what holds, the room says what that is worth.

pub mod check;
pub mod code;
pub mod native;
pub mod web;
