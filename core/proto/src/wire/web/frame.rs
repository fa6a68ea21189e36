//! Frames on the data channel `data`: Trystero's room, presence and chunk headers.
//!
//! Owns cutting bodies into 16 KiB chunks and putting them together again within bounds. Knows
//! nothing of what an action means; how long one may be it asks [`super::chitchatter`].
//!
//! Room frame: `01`, length of the token as u16 big-endian (64), token, chunk. Presence frame:
//! `02`, `01` or `00`, length, token. Chunk: action name padded with zeros to 32 bytes, nonce as
//! u16 big-endian, tag, progress, payload.

use super::chitchatter::message_limit;
use super::topic::{ROOM_TOKEN_LEN, RoomToken};
use std::fmt;

/// Longest chunk, header included, in bytes.
pub const MAX_CHUNK_LEN: usize = 16 * 1024;

/// Length of a chunk's header in bytes.
pub const CHUNK_HEADER_LEN: usize = 36;

/// Longest payload of one chunk in bytes.
pub const MAX_PAYLOAD_LEN: usize = MAX_CHUNK_LEN - CHUNK_HEADER_LEN;

/// Length of a room frame's header in bytes.
pub const ROOM_HEADER_LEN: usize = 3 + ROOM_TOKEN_LEN;

/// Longest frame a page sends, and the longest that is taken, in bytes.
pub const MAX_FRAME_LEN: usize = ROOM_HEADER_LEN + MAX_CHUNK_LEN;

/// Longest name of an action in bytes.
pub const MAX_ACTION_LEN: usize = 32;

/// How many messages one peer may have under way at once.
pub const MAX_PARTIAL: usize = 16;

/// How many bytes all unfinished messages of one peer may take: the longest transcript and
/// 1 MiB beside it.
pub const MAX_PENDING_LEN: usize = super::chitchatter::MAX_TRANSCRIPT_LEN + 1024 * 1024;

const KIND_ROOM: u8 = 1;
const KIND_PRESENCE: u8 = 2;

const TAG_LAST: u8 = 1;
const TAG_METADATA: u8 = 2;
const TAG_BINARY: u8 = 4;
const TAG_JSON: u8 = 8;

/// Why a frame is refused. None of these comes from a page that works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Shorter than its header says.
    #[error("the peer sent a frame that ends too early")]
    Short,
    /// Longer than [`MAX_FRAME_LEN`].
    #[error("the peer sent a frame of more than {MAX_FRAME_LEN} bytes")]
    Long,
    /// Neither a room nor a presence frame.
    #[error("the peer sent a frame of unknown kind {0}")]
    Kind(u8),
    /// The token is not 64 hex characters.
    #[error("the peer sent a frame for no room")]
    Token,
    /// The action's name is empty or not printable ASCII padded with zeros.
    #[error("the peer sent an action without a proper name")]
    Action,
    /// The message exceeds what its action may take.
    #[error("the peer sent a message of more than {limit} bytes where that is the most")]
    TooLong {
        /// The bound for this action in bytes.
        limit: usize,
    },
    /// More than [`MAX_PARTIAL`] messages under way.
    #[error("the peer began more than {MAX_PARTIAL} messages without ending one")]
    TooManyPartial,
    /// More than [`MAX_PENDING_LEN`] bytes in unfinished messages.
    #[error("the peer began messages of more than {MAX_PENDING_LEN} bytes without ending them")]
    TooMuchPending,
}

/// One message from the data channel.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A chunk for a room.
    Room {
        /// Which room.
        token: RoomToken,
        /// The chunk, header first; goes to [`Reassembler::push`].
        inner: &'a [u8],
    },
    /// The peer enters or leaves a room on this connection.
    Presence {
        /// Which room.
        token: RoomToken,
        /// In it or gone.
        present: bool,
    },
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room { inner, .. } => write!(f, "Room({} bytes)", inner.len()),
            Self::Presence { present, .. } => write!(f, "Presence({present})"),
        }
    }
}

impl<'a> Frame<'a> {
    /// Takes the outer header off.
    ///
    /// # Errors
    /// [`FrameError`] for anything a page would not send.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        if bytes.len() > MAX_FRAME_LEN {
            return Err(FrameError::Long);
        }
        match bytes {
            [KIND_ROOM, rest @ ..] => {
                let (token, inner) = split_token(rest)?;
                Ok(Self::Room { token, inner })
            }
            [KIND_PRESENCE, flag, rest @ ..] => {
                let (token, _) = split_token(rest)?;
                Ok(Self::Presence {
                    token,
                    present: *flag == 1,
                })
            }
            [KIND_PRESENCE] | [] => Err(FrameError::Short),
            [kind, ..] => Err(FrameError::Kind(*kind)),
        }
    }
}

fn split_token(bytes: &[u8]) -> Result<(RoomToken, &[u8]), FrameError> {
    let (len, rest) = bytes.split_first_chunk::<2>().ok_or(FrameError::Short)?;
    let (token, rest) = rest
        .split_at_checked(usize::from(u16::from_be_bytes(*len)))
        .ok_or(FrameError::Short)?;
    Ok((RoomToken::parse(token).ok_or(FrameError::Token)?, rest))
}

fn push_token(out: &mut Vec<u8>, token: &RoomToken) {
    // The length is a constant 64.
    out.extend_from_slice(&[0, ROOM_TOKEN_LEN as u8]);
    out.extend_from_slice(token.as_bytes());
}

/// What an action carries.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// JSON text.
    Json(String),
    /// Any other text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
}

impl Body {
    /// The bytes that go on the wire.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Json(text) | Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }

    fn tag(&self) -> u8 {
        match self {
            Self::Json(_) => TAG_JSON,
            Self::Text(_) => 0,
            // A page marks everything that is not a string as JSON, bytes too.
            Self::Binary(_) => TAG_BINARY | TAG_JSON,
        }
    }

    fn from_wire(tag: u8, bytes: Vec<u8>) -> Self {
        if tag & TAG_BINARY != 0 {
            Self::Binary(bytes)
        } else if tag & TAG_JSON != 0 {
            Self::Json(text(bytes))
        } else {
            Self::Text(text(bytes))
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Json(_) => "Json",
            Self::Text(_) => "Text",
            Self::Binary(_) => "Binary",
        };
        write!(f, "{kind}({} bytes)", self.as_bytes().len())
    }
}

/// Bytes to text as `TextDecoder` does it: no byte order mark, U+FFFD for what is not UTF-8.
fn text(bytes: Vec<u8>) -> String {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    };
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// The presence frame: sent with `true` when the channel opens, with `false` on leaving.
#[must_use]
pub fn encode_presence(token: &RoomToken, present: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(4 + ROOM_TOKEN_LEN);
    out.extend_from_slice(&[KIND_PRESENCE, u8::from(present)]);
    push_token(&mut out, token);
    out
}

/// Room frames for one message, to be sent in this order. `nonce` counts the messages of this
/// action, one for all it is sent to, and wraps.
///
/// # Panics
/// When `action` is longer than [`MAX_ACTION_LEN`] bytes: names are constants of this crate.
#[must_use]
pub fn encode(token: &RoomToken, action: &str, nonce: u16, body: &Body) -> Vec<Vec<u8>> {
    assert!(action.len() <= MAX_ACTION_LEN, "an action's name fits its field");
    let bytes = body.as_bytes();
    let count = bytes.len().div_ceil(MAX_PAYLOAD_LEN).max(1);
    (0..count)
        .map(|index| {
            let start = index * MAX_PAYLOAD_LEN;
            let payload = &bytes[start..bytes.len().min(start + MAX_PAYLOAD_LEN)];
            let last = index + 1 == count;
            let mut out = Vec::with_capacity(ROOM_HEADER_LEN + CHUNK_HEADER_LEN + payload.len());
            out.push(KIND_ROOM);
            push_token(&mut out, token);
            out.extend_from_slice(action.as_bytes());
            out.resize(ROOM_HEADER_LEN + MAX_ACTION_LEN, 0);
            out.extend_from_slice(&nonce.to_be_bytes());
            out.extend_from_slice(&[body.tag() | u8::from(last), progress(index, count)]);
            out.extend_from_slice(payload);
            out
        })
        .collect()
}

/// How much of the message is out with chunk `index`, as a page computes it: in doubles, with
/// JavaScript's rounding.
fn progress(index: usize, count: usize) -> u8 {
    // Between 0 and 255 because index < count.
    (((index + 1) as f64 / count as f64) * 255.0 + 0.5).floor() as u8
}

/// A whole message.
#[derive(Clone, PartialEq, Eq)]
pub struct Assembled {
    /// The action's name, printable ASCII.
    pub action: String,
    /// What it carries. Empty bytes when the action is one we do not know: that is not kept.
    pub body: Body,
}

impl fmt::Debug for Assembled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Assembled({:?})", self.body)
    }
}

/// Puts the chunks of one link together.
///
/// Chunks of different messages may be interleaved; those of one message come in order. What is
/// kept is bounded by [`MAX_PARTIAL`], [`MAX_PENDING_LEN`] and the limit of each action; nothing
/// at all is kept of actions we do not know. After an error the link is to be closed.
#[derive(Default)]
pub struct Reassembler {
    partial: Vec<Partial>,
    no_transcript: bool,
}

struct Partial {
    action: String,
    nonce: u16,
    bytes: Vec<u8>,
}

impl fmt::Debug for Reassembler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Reassembler({} partial, {} bytes)",
            self.partial.len(),
            self.pending()
        )
    }
}

impl Reassembler {
    /// For a new link.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Drops what has come of a transcript and keeps nothing of later ones: they arrive as an
    /// empty body. For when no history is wanted (any more), since it is nine tenths of what a
    /// peer can make us hold.
    pub fn refuse_transcripts(&mut self) {
        self.no_transcript = true;
        self.partial
            .retain(|partial| partial.action != super::chitchatter::TRANSCRIPT);
    }

    /// Bytes held in unfinished messages.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.partial.iter().map(|partial| partial.bytes.len()).sum()
    }

    /// Takes one chunk; returns the message it completes.
    ///
    /// # Errors
    /// [`FrameError`] for a chunk no page would send, or when a bound is reached.
    pub fn push(&mut self, inner: &[u8]) -> Result<Option<Assembled>, FrameError> {
        let (header, payload) = inner
            .split_first_chunk::<CHUNK_HEADER_LEN>()
            .ok_or(FrameError::Short)?;
        let action = action_name(&header[..MAX_ACTION_LEN])?;
        let nonce = u16::from_be_bytes([header[MAX_ACTION_LEN], header[MAX_ACTION_LEN + 1]]);
        let tag = header[MAX_ACTION_LEN + 2];
        let last = tag & TAG_LAST != 0;
        // A metadata chunk stands before the body and is no part of it.
        let payload = if tag & TAG_METADATA != 0 { &[] } else { payload };

        let wanted = !(self.no_transcript && action == super::chitchatter::TRANSCRIPT);
        let Some(limit) = message_limit(action).filter(|_| wanted) else {
            return Ok(last.then(|| Assembled {
                action: action.to_owned(),
                body: Body::Binary(Vec::new()),
            }));
        };

        let at = self
            .partial
            .iter()
            .position(|p| p.nonce == nonce && p.action == action);
        let held = at.map_or(0, |at| self.partial[at].bytes.len());
        if held + payload.len() > limit {
            return Err(FrameError::TooLong { limit });
        }
        if last {
            let mut bytes = at.map_or_else(Vec::new, |at| self.partial.swap_remove(at).bytes);
            grow(&mut bytes, payload, limit);
            return Ok(Some(Assembled {
                action: action.to_owned(),
                body: Body::from_wire(tag, bytes),
            }));
        }
        if self.pending() + payload.len() > MAX_PENDING_LEN {
            return Err(FrameError::TooMuchPending);
        }
        let at = match at {
            Some(at) => at,
            None if self.partial.len() == MAX_PARTIAL => return Err(FrameError::TooManyPartial),
            None => {
                let action = action.to_owned();
                self.partial.push(Partial {
                    action,
                    nonce,
                    bytes: Vec::new(),
                });
                self.partial.len() - 1
            }
        };
        grow(&mut self.partial[at].bytes, payload, limit);
        Ok(None)
    }
}

/// Appends with doubling, but never reserves more than `limit`.
fn grow(bytes: &mut Vec<u8>, more: &[u8], limit: usize) {
    let needed = bytes.len() + more.len();
    if needed > bytes.capacity() {
        let target = (2 * bytes.capacity()).clamp(needed, limit.max(needed));
        bytes.reserve_exact(target - bytes.len());
    }
    bytes.extend_from_slice(more);
}

fn action_name(field: &[u8]) -> Result<&str, FrameError> {
    let end = field.iter().rposition(|b| *b != 0).map_or(0, |at| at + 1);
    let name = &field[..end];
    if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
        return Err(FrameError::Action);
    }
    std::str::from_utf8(name).map_err(|_| FrameError::Action)
}
