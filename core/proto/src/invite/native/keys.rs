//! The keys that follow from an invite, and where its room meets at which hour.
//!
//! `K_x = KDF(room_id, secret, x, generation u32)`. All of them belong to whoever has the link: they
//! keep strangers out and prove nobody.
//!
//! A room meets under a *topic* that changes every hour, at a minute of its own. To who has not the
//! link, two topics of one room have nothing in common. A password enters none of this.

use crate::crypto::{hmac, kdf};
use crate::secret::SecretBytes;
use std::fmt;

/// How long one topic serves, in seconds.
pub const SLOT_SECONDS: u64 = 3600;
/// So close to a boundary, in seconds, the topic beyond it serves too.
const NEIGHBOUR_SECONDS: u64 = 300;
/// Characters in a [`Topic`], as many as in a tracker's info hash.
pub const TOPIC_LEN: usize = 20;

/// The keys of one generation of a room, each for one purpose.
#[derive(Clone)]
pub struct RoomKeys {
    /// Names the topics.
    pub topic: SecretBytes<32>,
    /// Seals offers on their way through a meeting point.
    pub signal: SecretBytes<32>,
    /// `psk0` of the handshake.
    pub psk: SecretBytes<32>,
    /// Seals sender keys.
    pub skdm: SecretBytes<32>,
    /// Proves possession of the generation's secret.
    pub ack: SecretBytes<32>,
    /// The minute at which the room changes its topic.
    pub phase: SecretBytes<32>,
}

impl RoomKeys {
    /// The keys of `generation`, whose secret is `secret`.
    #[must_use]
    pub fn derive(room_id: &[u8; 32], generation: u32, secret: &SecretBytes<32>) -> Self {
        let key = |label| kdf(room_id, secret.expose(), label, &generation.to_be_bytes());
        Self {
            topic: key("topic"),
            signal: key("signal"),
            psk: key("psk"),
            skdm: key("skdm"),
            ack: key("ack"),
            phase: key("phase"),
        }
    }

    /// How many seconds after the full hour (Unix time) the room changes its topic.
    #[must_use]
    pub fn phase_seconds(&self) -> u64 {
        let [high, low, ..] = *self.phase.expose();
        u64::from(u16::from_be_bytes([high, low])) % SLOT_SECONDS
    }

    /// Where to meet when the wall clock shows `unix_ms`.
    #[must_use]
    pub fn slots(&self, unix_ms: u64) -> Slots {
        let since = (unix_ms / 1000).saturating_sub(self.phase_seconds());
        let (now, into) = (since / SLOT_SECONDS, since % SLOT_SECONDS);
        let neighbour = if into <= NEIGHBOUR_SECONDS {
            now.checked_sub(1)
        } else if SLOT_SECONDS - into <= NEIGHBOUR_SECONDS {
            Some(now + 1)
        } else {
            None
        };
        let change = if into <= NEIGHBOUR_SECONDS {
            NEIGHBOUR_SECONDS + 1
        } else if neighbour.is_some() {
            SLOT_SECONDS
        } else {
            SLOT_SECONDS - NEIGHBOUR_SECONDS
        };
        Slots {
            now,
            neighbour,
            changes_in_ms: (change - into) * 1000 - unix_ms % 1000,
        }
    }

    /// What the room is called in `slot` at the meeting points of the kind `backend` (`tracker`).
    #[must_use]
    pub fn topic(&self, backend: &str, slot: u64) -> Topic {
        Topic::named(&self.topic, backend, slot)
    }
}

impl fmt::Debug for RoomKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RoomKeys([secret])")
    }
}

/// Under which topics a room meets now. Two members whose clocks differ by up to ten minutes
/// always have one of these in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slots {
    /// The current slot.
    pub now: u64,
    /// The one before or after it, within five minutes of the boundary between the two.
    pub neighbour: Option<u64>,
    /// In so many milliseconds one of these is different; always more than 0.
    pub changes_in_ms: u64,
}

impl Slots {
    /// Both, if there are two.
    pub fn all(self) -> impl Iterator<Item = u64> {
        [Some(self.now), self.neighbour].into_iter().flatten()
    }
}

/// What a meeting point calls a room for an hour: 20 characters of `0-9a-z`, in the form of the
/// info hash of a page's room, so that the two look alike.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topic([u8; TOPIC_LEN]);

impl Topic {
    /// What `key` names a swarm in `slot` at the meeting points of the kind `backend`:
    /// `HMAC(key, backend ‖ 00 ‖ u64 slot)`, each byte as one of 36 characters.
    #[must_use]
    pub fn named(key: &SecretBytes<32>, backend: &str, slot: u64) -> Self {
        const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let mac = hmac(key.expose(), &[backend.as_bytes(), &[0], &slot.to_be_bytes()]);
        let mut topic = [0; TOPIC_LEN];
        for (character, byte) in topic.iter_mut().zip(mac) {
            *character = DIGITS[usize::from(byte % 36)];
        }
        Self(topic)
    }

    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("a topic is ASCII by construction")
    }

    /// The characters as bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; TOPIC_LEN] {
        &self.0
    }
}

/// Whoever knows it can join the swarm, so logs never hold it.
impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[topic]")
    }
}
