//! Identifiers: newtypes without behaviour beyond parsing and printing.
//!
//! Nothing here is believed because of its form: an id names a thing, it proves nothing.

use std::fmt;

/// Number of characters in a tracker peer id (BEP 3: 20 bytes).
pub const PEER_ID_LEN: usize = 20;

/// The id under which a peer announces itself on one island: 20 printable ASCII characters.
/// A page draws its own from `[0-9A-Za-z]`, new at each load; ours sort before all of those.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId([u8; PEER_ID_LEN]);

impl PeerId {
    /// Parses exactly 20 printable ASCII characters (0x21–0x7e).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; PEER_ID_LEN] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_graphic).then_some(Self(bytes))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a peer id is ASCII by construction")
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One peer connection, numbered by the room that asked for it; never reused within the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u64);

/// One place to meet (one tracker, say), numbered by whoever set the room up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BackendId(pub u16);

/// A member as this room knows it: opaque, stable for as long as the row is shown, local to this
/// device.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct MemberId(pub String);

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A message as this room knows it: opaque. For a web message it is the sender's UUID, unless
/// another author used that first.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize,
)]
#[serde(transparent)]
pub struct MessageId(pub String);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(feature = "uniffi")]
mod ffi {
    use super::{MemberId, MessageId};

    uniffi::custom_newtype!(MemberId, String);
    uniffi::custom_newtype!(MessageId, String);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peer_id_takes_twenty_graphic_characters() {
        assert_eq!(
            PeerId::parse("-DF0-abcdefghij01234").map(|id| id.to_string()),
            Some("-DF0-abcdefghij01234".into())
        );
        for bad in [
            "",
            "short",
            "twenty-one-characters",
            "has a space in it...",
            "nul\0nul\0nul\0nul\0nul\0",
            "éééééééééé",
        ] {
            assert_eq!(PeerId::parse(bad), None, "{bad:?}");
        }
    }
}
