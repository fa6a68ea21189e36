//! Actions of a Chitchatter page, and Trystero's own beside them.
//!
//! Owns the JSON of each, byte for byte as a page sends it, and its limits. Believes nothing:
//! an author, a time or an id here is what the peer wrote.

mod shape;

use super::SdpKind;
use super::frame::{Assembled, Body};
use sha2::{Digest, Sha256};
use shape::{Audio, Entry, File, Handshake, PlayState, Signal, Stream, StreamSource, Typing};
use shape::{id, parse, to_body, word};
use std::fmt;

/// Longest text of a message, in UTF-16 code units.
pub const MAX_TEXT_UNITS: usize = 10_000;

/// Longest name a page lets its user choose, in UTF-16 code units. Longer ones decode; whoever
/// shows them cuts them.
pub const MAX_NAME_UNITS: usize = 30;

/// Most entries of a transcript. Of a longer one the last are kept, as a page does.
pub const MAX_TRANSCRIPT_ITEMS: usize = 150;

/// Longest id (a UUID has 36) in bytes.
pub const MAX_ID_LEN: usize = 64;

/// Longest magnet link in bytes.
pub const MAX_MAGNET_LEN: usize = 8 * 1024;

/// Longest JSON of one message in bytes. A UTF-16 unit of the text and a byte of an id take at
/// most six (`\u0001`, `\ud800`); keys and times take under 256.
pub const MAX_MESSAGE_LEN: usize = 6 * MAX_TEXT_UNITS + 2 * 6 * MAX_ID_LEN + 256;

/// Longest JSON of a transcript in bytes: the most entries, each of the longest text in the
/// widest escapes, with commas and brackets.
pub const MAX_TRANSCRIPT_LEN: usize = MAX_TRANSCRIPT_ITEMS * (MAX_MESSAGE_LEN + 1) + 2;

/// Longest JSON of a session description in bytes. With dozens of media lines a browser writes
/// some 100,000.
pub const MAX_SIGNAL_LEN: usize = 512 * 1024;

/// Longest body of any other action in bytes.
pub const MAX_OTHER_LEN: usize = 32 * 1024;

/// Latest time JavaScript can express, in milliseconds since the Unix epoch (ECMA-262, 21.4.1).
pub const MAX_TIME_MS: u64 = 8_640_000_000_000_000;

/// Characters in the challenge of the password handshake.
pub const CHALLENGE_LEN: usize = 36;

/// Name of the action that carries a transcript.
pub const TRANSCRIPT: &str = "g.2";

const HANDSHAKE: &str = "@_hsdata";
const READY: &str = "@_hsready";
const METADATA: &str = "g.3";
const TEXT: &str = "g.0";
const DIRECT_TEXT: &str = "dm.0";
const TYPING: &str = "g.8";
const DIRECT_TYPING: &str = "dm.8";
const MEDIA: &str = "g.1";
const AUDIO: &str = "g.4";
const VIDEO: &str = "g.5";
const SCREEN: &str = "g.6";
const FILE: &str = "g.7";
const SIGNAL: &str = "@_signal";
const STREAM: &str = "@_stream";
const LEAVE: &str = "@_leave";

/// Actions a page or Trystero knows and nothing here depends on.
const IGNORED: [&str; 8] = [
    "@_ping",
    "@_pong",
    "@_track",
    "@_response",
    "@_request",
    "dm.1",
    "dm.2",
    "dm.3",
];

/// How many bytes a message of `action` may take; nothing for an action we have no use for.
#[must_use]
pub fn message_limit(action: &str) -> Option<usize> {
    match action {
        TRANSCRIPT => Some(MAX_TRANSCRIPT_LEN),
        TEXT | DIRECT_TEXT => Some(MAX_MESSAGE_LEN),
        SIGNAL => Some(MAX_SIGNAL_LEN),
        HANDSHAKE | READY | METADATA | TYPING | DIRECT_TYPING | MEDIA | AUDIO | VIDEO | SCREEN | FILE
        | STREAM | LEAVE => Some(MAX_OTHER_LEN),
        _ => None,
    }
}

/// One action.
#[derive(Clone, PartialEq)]
pub enum Action {
    /// Asks the peer to prove that it knows the password.
    Challenge {
        /// Random characters; a page sends [`CHALLENGE_LEN`].
        c: String,
    },
    /// The proof; see [`password_response`].
    Response {
        /// 64 hex characters.
        h: String,
    },
    /// The handshake is done on the sender's side.
    Ready,
    /// Who the sender says it is.
    Metadata(Metadata),
    /// What was said before, as the sender tells it; oldest first.
    Transcript(Vec<TranscriptItem>),
    /// A message to the room.
    Text(ChatText),
    /// A message to the receiver alone.
    DirectText(ChatText),
    /// Typing to the room, or not any more.
    Typing(bool),
    /// Typing to the receiver alone.
    DirectTyping(bool),
    /// A picture, sound or film in the conversation, to be fetched as a torrent.
    Media(InlineMedia),
    /// Microphone on or off.
    AudioState(AudioState),
    /// Camera on or off.
    VideoState(bool),
    /// Screen shown or not.
    ScreenState(bool),
    /// Files to be fetched as a torrent; `None` takes the offer back.
    FileOffer(Option<FileOffer>),
    /// A step of renegotiation on the open connection.
    Signal {
        /// Which.
        kind: SdpKind,
        /// The description, from a peer.
        sdp: String,
    },
    /// Announces the next media stream.
    StreamMeta(StreamMeta),
    /// Goodbye.
    Leave,
    /// Known and not used; its content was not kept.
    Ignored(&'static str),
    /// Not known; its content was not kept.
    Unknown(String),
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Self::Challenge { .. } => "Challenge",
            Self::Response { .. } => "Response",
            Self::Ready => "Ready",
            Self::Metadata(_) => "Metadata",
            Self::Transcript(_) => "Transcript",
            Self::Text(_) => "Text",
            Self::DirectText(_) => "DirectText",
            Self::Typing(_) => "Typing",
            Self::DirectTyping(_) => "DirectTyping",
            Self::Media(_) => "Media",
            Self::AudioState(_) => "AudioState",
            Self::VideoState(_) => "VideoState",
            Self::ScreenState(_) => "ScreenState",
            Self::FileOffer(_) => "FileOffer",
            Self::Signal { .. } => "Signal",
            Self::StreamMeta(_) => "StreamMeta",
            Self::Leave => "Leave",
            Self::Ignored(_) => "Ignored",
            Self::Unknown(_) => "Unknown",
        };
        f.write_str(word)
    }
}

/// Who a peer says it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Metadata {
    /// A UUID where a page sends it; any text up to [`MAX_ID_LEN`] bytes.
    pub user_id: String,
    /// The chosen name, empty when there is none. Not cleaned, not cut.
    pub name: String,
    /// Base64 of the key; goes to [`crate::identity::web::check`].
    pub public_key: String,
    /// Base64 of the signature.
    pub signature: String,
    /// Sent to everybody because the name changed, not as a greeting. A page writes the name
    /// first then, which is all that tells the two apart.
    pub renamed: bool,
    /// A Dayfly that speaks natively besides: the version, 0 for a page. Pages pass over the field.
    pub native: u8,
}

/// A message.
#[derive(Clone, PartialEq, Eq)]
pub struct ChatText {
    /// The author's user id, as the sender wrote it.
    pub author_id: String,
    /// The text, at most [`MAX_TEXT_UNITS`].
    pub text: String,
    /// Milliseconds since the Unix epoch, as the sender wrote it; at most [`MAX_TIME_MS`].
    pub time_sent: u64,
    /// A UUID where a page sends it; any text up to [`MAX_ID_LEN`] bytes.
    pub id: String,
}

/// A torrent in the conversation.
#[derive(Clone, PartialEq, Eq)]
pub struct InlineMedia {
    /// The author's user id, as the sender wrote it.
    pub author_id: String,
    /// Where it is.
    pub magnet_uri: String,
    /// As in [`ChatText`].
    pub time_sent: u64,
    /// As in [`ChatText`].
    pub id: String,
}

/// One entry of a transcript.
#[derive(Clone, PartialEq, Eq)]
pub struct TranscriptItem {
    /// The author's user id, as the sender wrote it.
    pub author_id: String,
    /// What was said.
    pub content: TranscriptContent,
    /// As in [`ChatText`].
    pub time_sent: u64,
    /// As in [`ChatText`].
    pub id: String,
    /// When the sender got it; a page leaves out what it has not sent yet.
    pub time_received: Option<u64>,
}

/// What an entry of a transcript holds.
#[derive(Clone, PartialEq, Eq)]
pub enum TranscriptContent {
    /// A text, at most [`MAX_TEXT_UNITS`].
    Text(String),
    /// A magnet link.
    Media(String),
}

/// The microphone's state, and that of the screen's sound, which pages know but never send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AudioState {
    /// On or off, if told.
    pub microphone: Option<bool>,
    /// On or off, if told.
    pub screen_share: Option<bool>,
}

/// Files on offer.
#[derive(Clone, PartialEq, Eq)]
pub struct FileOffer {
    /// Where they are.
    pub magnet_uri: String,
    /// All of them also stand in the conversation as media.
    pub is_all_inline_media: bool,
}

/// Announces a stream: pages pair these with arriving streams, first in, first out.
#[derive(Clone, PartialEq, Eq)]
pub struct StreamMeta {
    /// A name made up by the sender.
    pub key: String,
    /// The stream's id in the session description.
    pub stream: String,
    /// `MICROPHONE`, `WEBCAM` or `SCREEN_SHARE` from a page.
    pub source: String,
}

/// Prints the type's name and nothing of what people wrote or are called.
macro_rules! redacted_debug {
    ($($type:ident),+) => {$(
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($type)).finish_non_exhaustive()
            }
        }
    )+};
}
redacted_debug!(
    Metadata,
    ChatText,
    InlineMedia,
    TranscriptItem,
    TranscriptContent,
    FileOffer,
    StreamMeta
);

/// Why an action cannot be understood. None of these comes from a page that works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    /// The body is not of the kind or shape this action has.
    #[error("the peer sent a garbled {0}")]
    Malformed(&'static str),
    /// A text or id in it exceeds its limit.
    #[error("the peer sent a {0} longer than a page can write")]
    TooLong(&'static str),
}

/// What a peer that knows the password answers to `challenge`: SHA-256 in lower-case hex.
#[must_use]
pub fn password_response(challenge: &str, password: &str, app_id: &str, room: &str) -> String {
    let mut hash = Sha256::new();
    for part in [challenge, ":", password, ":", app_id, ":", room] {
        hash.update(part);
    }
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

impl Action {
    /// Understands a whole message.
    ///
    /// # Errors
    /// [`ActionError`] when the body is not what the action's name promises.
    pub fn decode(message: &Assembled) -> Result<Self, ActionError> {
        let body = &message.body;
        Ok(match message.action.as_str() {
            HANDSHAKE => match parse(body, "password check")? {
                Handshake::Challenge { c } => Self::Challenge {
                    c: id(c, "password check")?,
                },
                Handshake::Response { h } => Self::Response {
                    h: id(h, "password check")?,
                },
            },
            READY => Self::Ready,
            METADATA => Self::Metadata(shape::read_metadata(body)?),
            // Bytes are what the reassembler gives for a transcript it was told not to keep.
            TRANSCRIPT if matches!(body, Body::Binary(_)) => Self::Ignored(TRANSCRIPT),
            TRANSCRIPT => Self::Transcript(shape::read_transcript(body)?),
            TEXT => Self::Text(parse::<Entry>(body, "message")?.text()?),
            DIRECT_TEXT => Self::DirectText(parse::<Entry>(body, "message")?.text()?),
            TYPING => Self::Typing(parse::<Typing>(body, "typing notice")?.is_typing),
            DIRECT_TYPING => Self::DirectTyping(parse::<Typing>(body, "typing notice")?.is_typing),
            MEDIA => Self::Media(parse::<Entry>(body, "picture")?.media()?),
            AUDIO => {
                let state: Audio = parse(body, "microphone state")?;
                let on = |state| state == PlayState::Playing;
                Self::AudioState(AudioState {
                    microphone: state.microphone.map(on),
                    screen_share: state.screen_share.map(on),
                })
            }
            VIDEO => Self::VideoState(word(body, "PLAYING", "STOPPED", "camera state")?),
            SCREEN => Self::ScreenState(word(body, "SHARING", "NOT_SHARING", "screen state")?),
            FILE => {
                let offer: Option<File> = parse(body, "file offer")?;
                Self::FileOffer(offer.map(File::offer).transpose()?)
            }
            SIGNAL => {
                let Signal { kind, sdp } = parse(body, "connection offer")?;
                Self::Signal { kind, sdp }
            }
            STREAM => {
                let Stream { k, s, m } = parse(body, "stream notice")?;
                Self::StreamMeta(StreamMeta {
                    key: id(k, "stream notice")?,
                    stream: id(s, "stream notice")?,
                    source: id(m.source, "stream notice")?,
                })
            }
            LEAVE => Self::Leave,
            other => match IGNORED.iter().find(|name| **name == other) {
                Some(name) => Self::Ignored(name),
                None => Self::Unknown(other.to_owned()),
            },
        })
    }

    /// The action's name and body as a page sends them; nothing for [`Action::Ignored`] and
    /// [`Action::Unknown`], which are never sent: a page keeps what it does not know for ever.
    #[must_use]
    pub fn encode(&self) -> Option<(&'static str, Body)> {
        Some(match self {
            Self::Challenge { c } => (HANDSHAKE, to_body(&Handshake::Challenge { c: c.clone() })),
            Self::Response { h } => (HANDSHAKE, to_body(&Handshake::Response { h: h.clone() })),
            Self::Ready => (READY, Body::Text(String::new())),
            Self::Metadata(metadata) => (METADATA, shape::write_metadata(metadata)),
            Self::Transcript(items) => (TRANSCRIPT, shape::write_transcript(items)),
            Self::Text(text) => (TEXT, to_body(&Entry::from_text(text))),
            Self::DirectText(text) => (DIRECT_TEXT, to_body(&Entry::from_text(text))),
            Self::Typing(is_typing) => (
                TYPING,
                to_body(&Typing {
                    is_typing: *is_typing,
                }),
            ),
            Self::DirectTyping(is_typing) => (
                DIRECT_TYPING,
                to_body(&Typing {
                    is_typing: *is_typing,
                }),
            ),
            Self::Media(media) => (MEDIA, to_body(&Entry::from_media(media))),
            Self::AudioState(state) => (
                AUDIO,
                to_body(&Audio {
                    microphone: state.microphone.map(PlayState::from_on),
                    screen_share: state.screen_share.map(PlayState::from_on),
                }),
            ),
            Self::VideoState(on) => (
                VIDEO,
                Body::Text(if *on { "PLAYING" } else { "STOPPED" }.to_owned()),
            ),
            Self::ScreenState(on) => (
                SCREEN,
                Body::Text(if *on { "SHARING" } else { "NOT_SHARING" }.to_owned()),
            ),
            Self::FileOffer(offer) => (FILE, to_body(&offer.as_ref().map(File::new))),
            Self::Signal { kind, sdp } => (
                SIGNAL,
                to_body(&Signal {
                    kind: *kind,
                    sdp: sdp.clone(),
                }),
            ),
            Self::StreamMeta(meta) => (
                STREAM,
                to_body(&Stream {
                    k: meta.key.clone(),
                    s: meta.stream.clone(),
                    m: StreamSource {
                        source: meta.source.clone(),
                    },
                }),
            ),
            Self::Leave => (LEAVE, Body::Text(String::new())),
            Self::Ignored(_) | Self::Unknown(_) => return None,
        })
    }
}
