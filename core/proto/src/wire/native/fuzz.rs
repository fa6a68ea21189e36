//! Fuzz bodies: what is decoded encodes to the very bytes it came from, and stays within bounds.

use super::{Content, Event, Frame, MAX_TEXT_UNITS, Op, group_plain, open_group_plain};
use crate::wire::web::utf16_len;

/// A session's plaintext.
///
/// # Panics
/// If a frame has two encodings.
pub fn frame(data: &[u8]) {
    if let Ok(Some(frame)) = Frame::decode(data) {
        assert_eq!(*frame.encode(), data, "an accepted frame has one encoding");
    }
}

/// An EVENT.
///
/// # Panics
/// If an event has two encodings or a text is over its limit.
pub fn event(data: &[u8]) {
    let Ok(event) = Event::decode(data) else { return };
    assert_eq!(*event.encode(), data, "an accepted event has one encoding");
    if let Content::Text { text, .. } | Content::Edit { text } = &event.content {
        assert!(utf16_len(text.expose()) <= MAX_TEXT_UNITS, "texts are bounded");
    }
}

/// An OP.
///
/// # Panics
/// If an operation has two encodings.
pub fn op(data: &[u8]) {
    if let Ok(op) = Op::decode(data) {
        assert_eq!(op.encode(), data, "an accepted operation has one encoding");
    }
}

/// What a GROUP was found to hold.
///
/// # Panics
/// If it has two encodings.
pub fn group(data: &[u8]) {
    if let Ok((event, signature)) = open_group_plain(data) {
        assert_eq!(*group_plain(&event, &signature), data, "there is one padding");
    }
}
