//! What native members say inside a session (`docs/protocol.md`).
//!
//! A session's plaintext is one [`Frame`]: a type byte and a body of fixed fields, integers
//! big-endian. What outlives its session is signed and stands on its own: an [`Event`] is what a
//! member said, an [`Op`] what the owner did, a [`Skdm`] hands over a sender key.
//!
//! Each value has exactly one encoding: what is decoded here encodes to the same bytes, so that a
//! signature may be checked over either. Trailing bytes, unknown critical values and anything past
//! a bound are refused, and whoever sent them loses the session.

mod emoji;
mod event;
mod frame;
#[doc(hidden)]
pub mod fuzz;
mod group;
mod op;
mod relay;

pub use emoji::is_emoji;
pub use event::{Content, Event, EventId, flags};
pub use frame::{
    Frame, Frontier, HistoryItem, MAX_BOX, MAX_SIGNAL, Mark, Refused, Signal, Signed, Tombstone,
};
pub use group::{Group, GroupHeader, SENDER_KEY_LEN, Skdm, group_plain, open_group_plain};
pub use op::{Op, OpKind};
pub use relay::{MAX_RELAY_ADDRESSES, MAX_RELAY_WORD, RelayGrant};

pub use super::web::chitchatter::{MAX_NAME_UNITS, MAX_TEXT_UNITS};

/// Most bytes of a text: a UTF-16 unit takes at most three in UTF-8.
pub const MAX_TEXT_BYTES: usize = 3 * MAX_TEXT_UNITS;
/// Shortest and longest life of a message that vanishes, in seconds.
pub const EXPIRE_SECONDS: std::ops::RangeInclusive<u32> = 5..=86_400;
/// Longest pause that slow mode may ask for, in seconds.
pub const MAX_SLOW_SECONDS: u32 = 3_600;
/// Most bytes of an emoji.
pub const MAX_EMOJI_BYTES: usize = 32;
/// Most ids in one read receipt.
pub const MAX_READ_IDS: usize = 256;
/// Most authors of one frontier.
pub const MAX_AUTHORS: usize = 256;
/// Members of a group check.
pub const GROUP_CHECK: std::ops::RangeInclusive<usize> = 2..=16;
/// Most bytes of an owner operation.
pub const MAX_OP_BYTES: usize = 256;

#[cfg(test)]
mod tests;
