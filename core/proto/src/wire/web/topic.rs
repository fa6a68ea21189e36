//! Names of swarms and rooms, as Trystero derives them.
//!
//! All are bare hashes of names anybody can guess; none is a secret, and none depends on the
//! password. Peers with different passwords meet in one swarm and cannot read each other.

use crate::invite::native::{TOPIC_LEN, Topic};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fmt;

/// Length of an [`InfoHash`] in characters (BEP 3: 20 bytes).
pub const INFO_HASH_LEN: usize = TOPIC_LEN;

/// Length of a [`RoomToken`] in characters.
pub const ROOM_TOKEN_LEN: usize = 64;

/// The 20 ASCII characters that name a room's swarm to a tracker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InfoHash([u8; INFO_HASH_LEN]);

impl InfoHash {
    /// Parses exactly 20 printable ASCII characters (0x21–0x7e).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; INFO_HASH_LEN] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_graphic).then_some(Self(bytes))
    }

    /// The hash as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("an info hash is ASCII by construction")
    }

    /// The characters as bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; INFO_HASH_LEN] {
        &self.0
    }
}

/// A native room's swarm is named by its topic, which has the same form.
impl From<Topic> for InfoHash {
    fn from(topic: Topic) -> Self {
        Self(*topic.as_bytes())
    }
}

impl fmt::Display for InfoHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The 64 lower-case hex characters that stand before every frame, so that two rooms can share
/// one connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomToken([u8; ROOM_TOKEN_LEN]);

impl RoomToken {
    /// Takes exactly 64 lower-case hex characters.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; ROOM_TOKEN_LEN] = bytes.try_into().ok()?;
        bytes
            .iter()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            .then_some(Self(bytes))
    }

    /// The token as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a room token is hex by construction")
    }

    /// The characters as bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; ROOM_TOKEN_LEN] {
        &self.0
    }
}

impl fmt::Debug for RoomToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A hash of the room's name: enough to recognise the room by in a log.
        f.write_str("RoomToken(..)")
    }
}

/// The swarm of `room` on the island `app_id`.
#[must_use]
pub fn info_hash(app_id: &str, room: &str) -> InfoHash {
    let text = base36_sha1(&root_topic(app_id, room));
    let mut hash = [0; INFO_HASH_LEN];
    // Each of SHA-1's 20 bytes gives at least one character.
    hash.copy_from_slice(&text.as_bytes()[..INFO_HASH_LEN]);
    InfoHash(hash)
}

/// The token of `room` on the island `app_id`.
#[must_use]
pub fn room_token(app_id: &str, room: &str) -> RoomToken {
    let digest = Sha256::digest(format!("Trystero:{app_id}:{room}"));
    let mut token = [0; ROOM_TOKEN_LEN];
    token.copy_from_slice(data_encoding::HEXLOWER.encode(&digest).as_bytes());
    RoomToken(token)
}

/// Trystero's own name for the room, of which the info hash is a hash again.
fn root_topic(app_id: &str, room: &str) -> String {
    base36_sha1(&format!("Trystero@{app_id}@{room}"))
}

/// SHA-1 with each byte in base 36, without padding: Trystero's rendering of a hash.
fn base36_sha1(text: &str) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut out = String::with_capacity(2 * INFO_HASH_LEN);
    for byte in Sha1::digest(text) {
        if byte >= 36 {
            out.push(char::from(DIGITS[usize::from(byte / 36)]));
        }
        out.push(char::from(DIGITS[usize::from(byte % 36)]));
    }
    out
}
