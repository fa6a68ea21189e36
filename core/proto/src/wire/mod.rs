//! Bytes to frames and back. Nothing here decides; it parses within bounds and prints.

pub mod native;
pub mod web;
