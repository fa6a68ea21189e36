//! Fuzz body of the messages of a short code.

/// The bytes as a message and as a box.
pub fn message(data: &[u8]) {
    super::message::fuzz(data);
}
