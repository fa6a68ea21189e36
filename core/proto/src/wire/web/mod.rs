//! The wire of a web room: Trystero's signalling and framing, Chitchatter's actions on top.
//!
//! Bytes, names and limits are those of Trystero 0.25 and of the Chitchatter page built on it.
//! Each codec parses within stated bounds, prints what a page prints, and decides nothing.

pub mod chitchatter;
pub mod frame;
mod json;
pub mod seal;
pub mod topic;
pub mod tracker;

use serde::{Deserialize, Serialize};

/// Which half of an offer/answer exchange (RFC 3264) a session description is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SdpKind {
    /// The first word.
    Offer,
    /// The reply to it.
    Answer,
}

/// Length of `text` as JavaScript counts it: in UTF-16 code units. Limits that a page sets are
/// in this unit.
#[must_use]
pub fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}
