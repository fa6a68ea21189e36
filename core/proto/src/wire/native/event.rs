//! EVENT: what one member said, numbered, linked to what it said before, and signed.
//!
//! ```text
//! EVENT = 01 ‖ room_id[32] ‖ gen u32 ‖ author[32] ‖ seq u64 ‖ prev[32] ‖ time u64
//!         ‖ kind u8 ‖ flags u8 ‖ ref[16] ‖ lp32(body)
//! sig   = Sig(author, "event", EVENT)          id = H(EVENT)[..16]
//! body  = text     (kind 1): life u32 ‖ UTF-8    seconds until it vanishes, 0 for never
//!         reaction (kind 2): on u8 ‖ emoji
//!         edit     (kind 3): UTF-8
//!         unsend   (kind 4): empty
//! ```
//! The signature is over the plaintext, so that one ciphertext cannot mean two things and history
//! can be told on. A direct message has the same form with the flag `DIRECT` and is not signed:
//! the session it travels in says whose it is, and nobody else is given proof.
//!
//! Kinds and flags of the upper half are for later: they are kept, counted and not shown. Unknown
//! ones of the lower half are refused.

use super::{EXPIRE_SECONDS, MAX_TEXT_BYTES, MAX_TEXT_UNITS, is_emoji};
use crate::crypto::{self, Malformed, PublicKey, Reader, Signature, SigningKey, put_lp32};
use crate::id::MessageId;
use crate::secret::SecretString;
use crate::wire::web::utf16_len;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The only version of the encoding.
const VERSION: u8 = 1;
/// Bytes before the body's length.
const HEAD: usize = 1 + 32 + 4 + 32 + 8 + 32 + 8 + 1 + 1 + 16;
/// Most bytes of a body of any kind.
const MAX_BODY: usize = 4 + MAX_TEXT_BYTES;

/// Fewest bytes of an EVENT.
pub(super) const MIN_EVENT: usize = HEAD + 4;
/// Most bytes of an EVENT.
pub(super) const MAX_EVENT: usize = HEAD + 4 + MAX_BODY;

/// Bits of [`Event::flags`].
pub mod flags {
    /// To be looked at once, never told on. Texts only.
    pub const VIEW_ONCE: u8 = 1;
    /// Not to be told on by anybody but its author.
    pub const NO_HISTORY: u8 = 2;
    /// For one member, not signed.
    pub const DIRECT: u8 = 4;
    /// Those a reader must know; one it does not know is refused.
    pub(super) const CRITICAL: u8 = 0x0f;
    pub(super) const KNOWN: u8 = VIEW_ONCE | NO_HISTORY | DIRECT;
}

/// The first 16 bytes of an event's hash: how others refer to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub [u8; 16]);

impl EventId {
    /// What stands in `ref` when nothing is referred to.
    pub const NONE: Self = Self([0; 16]);

    /// The id of the event with this hash.
    #[must_use]
    pub fn of(hash: &[u8; 32]) -> Self {
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        Self(id)
    }

    /// As shells and web members see it: in a UUID's form.
    #[must_use]
    pub fn message_id(&self) -> MessageId {
        MessageId(Uuid::from_bytes(self.0).to_string())
    }

    /// Reads what [`EventId::message_id`] wrote; `None` for anything else.
    #[must_use]
    pub fn parse(id: &MessageId) -> Option<Self> {
        let parsed = Self(Uuid::try_parse(&id.0).ok()?.into_bytes());
        (parsed.message_id() == *id).then_some(parsed)
    }
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A text; [`Event::reference`] names the message it answers, if any.
    Text {
        /// 1–10,000 UTF-16 units.
        text: SecretString,
        /// Seconds until it vanishes, 5–86,400; 0 for never.
        life: u32,
    },
    /// An emoji put to the message referred to, or taken away again.
    Reaction {
        /// One emoji.
        emoji: String,
        /// Put, or take away.
        on: bool,
    },
    /// The message referred to reads so now.
    Edit {
        /// 1–10,000 UTF-16 units.
        text: SecretString,
    },
    /// The message referred to is taken back.
    Unsend,
    /// A kind of a later version, 128 or above.
    Unknown {
        /// Which.
        kind: u8,
        /// Its body, unread.
        body: Vec<u8>,
    },
}

/// One EVENT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The room it was said in.
    pub room_id: [u8; 32],
    /// The generation it was said in.
    pub generation: u32,
    /// Who says so.
    pub author: PublicKey,
    /// Its number among the author's events, from 1.
    pub seq: u64,
    /// [`Event::hash`] of the author's event before it; zeros for the first.
    pub prev: [u8; 32],
    /// When, by the author's clock, in milliseconds since the Unix epoch.
    pub time: u64,
    /// See [`flags`].
    pub flags: u8,
    /// The event it is about, or [`EventId::NONE`].
    pub reference: EventId,
    /// What.
    pub content: Content,
}

impl Event {
    /// Whether `bit` of [`flags`] is set.
    #[must_use]
    pub fn has(&self, bit: u8) -> bool {
        self.flags & bit != 0
    }

    /// The encoding.
    ///
    /// # Panics
    /// If a field is outside the range it states: whoever writes an event checks that.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let (kind, body) = match &self.content {
            Content::Text { text, life } => (1, [&life.to_be_bytes(), text.expose().as_bytes()].concat()),
            Content::Reaction { emoji, on } => (2, [&[u8::from(*on)], emoji.as_bytes()].concat()),
            Content::Edit { text } => (3, text.expose().as_bytes().to_vec()),
            Content::Unsend => (4, Vec::new()),
            Content::Unknown { kind, body } => (*kind, body.clone()),
        };
        let body = Zeroizing::new(body);
        assert!(body.len() <= MAX_BODY, "texts are bounded where they come in");
        // Room enough from the start: growing would leave copies of the text behind.
        let mut out = Zeroizing::new(Vec::with_capacity(HEAD + 4 + body.len()));
        out.push(VERSION);
        out.extend(self.room_id);
        out.extend(self.generation.to_be_bytes());
        out.extend(self.author.0);
        out.extend(self.seq.to_be_bytes());
        out.extend(self.prev);
        out.extend(self.time.to_be_bytes());
        out.extend([kind, self.flags]);
        out.extend(self.reference.0);
        put_lp32(&mut out, &body);
        out
    }

    /// Reads one EVENT that fills `bytes`.
    ///
    /// # Errors
    /// [`Malformed`] for anything [`Event::encode`] would not write.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let event = Self::read(&mut reader)?;
        reader.end()?;
        Ok(event)
    }

    /// Takes one EVENT off the front.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        if reader.u8()? != VERSION {
            return Err(Malformed);
        }
        let room_id = reader.array()?;
        let generation = reader.u32()?;
        let author = PublicKey(reader.array()?);
        let seq = reader.u64()?;
        let prev = reader.array()?;
        let time = reader.u64()?;
        let kind = reader.u8()?;
        let flags = reader.u8()?;
        let reference = EventId(reader.array()?);
        let body = reader.lp32()?;
        let content = content(kind, body)?;
        let known = flags & flags::CRITICAL & !flags::KNOWN == 0;
        let numbered = seq > 1 || (seq == 1 && prev == [0; 32]);
        let about = match content {
            Content::Text { .. } | Content::Unknown { .. } => true,
            _ => reference != EventId::NONE && flags & flags::VIEW_ONCE == 0,
        };
        if !known || !numbered || !about {
            return Err(Malformed);
        }
        Ok(Self {
            room_id,
            generation,
            author,
            seq,
            prev,
            time,
            flags,
            reference,
            content,
        })
    }

    /// `H(EVENT)`: what the next event of this author names as `prev`.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        crypto::hash(&[&self.encode()])
    }

    /// How others refer to it.
    #[must_use]
    pub fn id(&self) -> EventId {
        EventId::of(&self.hash())
    }

    /// Signs it. `key` must be the author's.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Signature {
        key.sign("event", &[&self.encode()])
    }

    /// Whether `signature` is the author's.
    #[must_use]
    pub fn verify(&self, signature: &Signature) -> bool {
        self.author.verifies("event", &[&self.encode()], signature)
    }
}

fn content(kind: u8, body: &[u8]) -> Result<Content, Malformed> {
    if body.len() > MAX_BODY {
        return Err(Malformed);
    }
    let mut reader = Reader::new(body);
    Ok(match kind {
        1 => {
            let life = reader.u32()?;
            if life != 0 && !EXPIRE_SECONDS.contains(&life) {
                return Err(Malformed);
            }
            let text = text(reader.rest())?;
            Content::Text { text, life }
        }
        2 => {
            let on = switch(reader.u8()?)?;
            let emoji = str::from_utf8(reader.rest()).map_err(|_| Malformed)?;
            if !is_emoji(emoji) {
                return Err(Malformed);
            }
            Content::Reaction {
                emoji: emoji.to_owned(),
                on,
            }
        }
        3 => Content::Edit { text: text(body)? },
        4 => {
            reader.end()?;
            Content::Unsend
        }
        128.. => Content::Unknown {
            kind,
            body: body.to_vec(),
        },
        _ => return Err(Malformed),
    })
}

fn text(bytes: &[u8]) -> Result<SecretString, Malformed> {
    let text = str::from_utf8(bytes).map_err(|_| Malformed)?;
    if text.is_empty() || utf16_len(text) > MAX_TEXT_UNITS {
        return Err(Malformed);
    }
    Ok(SecretString::new(text.to_owned()))
}

/// A boolean, which is 0 or 1 and nothing else.
pub(super) fn switch(byte: u8) -> Result<bool, Malformed> {
    match byte {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Malformed),
    }
}
