//! The JSON of each action: keys in the order a page writes them.
//!
//! Owns nothing but form and the bounds of single fields. Fields nobody asked for are passed
//! over, whatever they hold.

use super::{
    ActionError, ChatText, FileOffer, InlineMedia, MAX_ID_LEN, MAX_MAGNET_LEN, MAX_TEXT_UNITS, MAX_TIME_MS,
    MAX_TRANSCRIPT_ITEMS, Metadata, TranscriptContent, TranscriptItem,
};
use crate::wire::web::frame::Body;
use crate::wire::web::{SdpKind, json, utf16_len};
use serde::de::{DeserializeOwned, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::VecDeque;
use std::fmt;

/// Reads a JSON body that is an object or `null`; `what` names it in the error.
pub(super) fn parse<T: DeserializeOwned>(body: &Body, what: &'static str) -> Result<T, ActionError> {
    match body {
        // A derived struct would also be read from a list of its fields.
        Body::Json(text) if !json::is_list(text) => read(text, what),
        _ => Err(ActionError::Malformed(what)),
    }
}

fn read<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, ActionError> {
    serde_json::from_str(&json::lenient(text)).map_err(|_| ActionError::Malformed(what))
}

pub(super) fn to_body(value: &impl Serialize) -> Body {
    Body::Json(serde_json::to_string(value).expect("shapes have string keys and finite numbers"))
}

/// Reads a text body that is one of two words.
pub(super) fn word(body: &Body, on: &str, off: &str, what: &'static str) -> Result<bool, ActionError> {
    match body {
        Body::Text(text) if text == on => Ok(true),
        Body::Text(text) if text == off => Ok(false),
        _ => Err(ActionError::Malformed(what)),
    }
}

/// Passes an id on if it is no longer than ids may be.
pub(super) fn id(text: String, what: &'static str) -> Result<String, ActionError> {
    if text.len() > MAX_ID_LEN {
        Err(ActionError::TooLong(what))
    } else {
        Ok(text)
    }
}

fn magnet(uri: String, what: &'static str) -> Result<String, ActionError> {
    if uri.len() > MAX_MAGNET_LEN {
        Err(ActionError::TooLong(what))
    } else {
        Ok(uri)
    }
}

/// Milliseconds since the Unix epoch. Any JSON number is taken and clamped to what a date can
/// be; `null`, which is how JavaScript writes a number that is none, is 0.
#[derive(Clone, Copy, Default, Serialize)]
pub(super) struct Time(pub(super) u64);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::<f64>::deserialize(deserializer)?.unwrap_or_default();
        Ok(Self(value.clamp(0.0, MAX_TIME_MS as f64) as u64))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "__trystero_pw", rename_all = "lowercase")]
pub(super) enum Handshake {
    Challenge { c: String },
    Response { h: String },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Typing {
    pub(super) is_typing: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Audio {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) microphone: Option<PlayState>,
    #[serde(default, rename = "screen-share", skip_serializing_if = "Option::is_none")]
    pub(super) screen_share: Option<PlayState>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum PlayState {
    Playing,
    Stopped,
}

impl PlayState {
    pub(super) fn from_on(on: bool) -> Self {
        if on { Self::Playing } else { Self::Stopped }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Signal {
    #[serde(rename = "type")]
    pub(super) kind: SdpKind,
    pub(super) sdp: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Stream {
    pub(super) k: String,
    pub(super) s: String,
    pub(super) m: StreamSource,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StreamSource {
    #[serde(rename = "type")]
    pub(super) source: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct File {
    #[serde(rename = "magnetURI")]
    magnet_uri: String,
    #[serde(rename = "isAllInlineMedia", default)]
    is_all_inline_media: bool,
}

impl File {
    pub(super) fn new(offer: &FileOffer) -> Self {
        Self {
            magnet_uri: offer.magnet_uri.clone(),
            is_all_inline_media: offer.is_all_inline_media,
        }
    }

    pub(super) fn offer(self) -> Result<FileOffer, ActionError> {
        Ok(FileOffer {
            magnet_uri: magnet(self.magnet_uri, "file offer")?,
            is_all_inline_media: self.is_all_inline_media,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MetadataIn {
    user_id: String,
    #[serde(default)]
    custom_username: String,
    public_key_string: String,
    identity_signature_base64: String,
    #[serde(default)]
    dayfly: serde_json::Value,
}

/// The user id stands before the name in a greeting and after it when the name changed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MetadataOut<'a> {
    #[serde(rename = "userId", skip_serializing_if = "Option::is_none")]
    id_before: Option<&'a str>,
    custom_username: &'a str,
    #[serde(rename = "userId", skip_serializing_if = "Option::is_none")]
    id_after: Option<&'a str>,
    public_key_string: &'a str,
    identity_signature_base64: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dayfly: Option<u8>,
}

pub(super) fn read_metadata(body: &Body) -> Result<Metadata, ActionError> {
    let json: MetadataIn = parse(body, "identity")?;
    let renamed = match body {
        Body::Json(text) => text
            .trim_start_matches(|c: char| c == '{' || c.is_ascii_whitespace())
            .starts_with("\"customUsername\""),
        Body::Text(_) | Body::Binary(_) => false,
    };
    Ok(Metadata {
        user_id: id(json.user_id, "identity")?,
        name: json.custom_username,
        public_key: json.public_key_string,
        signature: json.identity_signature_base64,
        renamed,
        native: json
            .dayfly
            .as_u64()
            .and_then(|version| version.try_into().ok())
            .unwrap_or(0),
    })
}

pub(super) fn write_metadata(metadata: &Metadata) -> Body {
    let id = Some(&*metadata.user_id);
    to_body(&MetadataOut {
        id_before: id.filter(|_| !metadata.renamed),
        custom_username: &metadata.name,
        id_after: id.filter(|_| metadata.renamed),
        public_key_string: &metadata.public_key,
        identity_signature_base64: &metadata.signature,
        dayfly: Some(metadata.native).filter(|version| *version > 0),
    })
}

/// A message, a torrent, or either as an entry of a transcript.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    author_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, rename = "magnetURI", skip_serializing_if = "Option::is_none")]
    magnet_uri: Option<String>,
    #[serde(default)]
    time_sent: Time,
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_received: Option<Time>,
}

impl Entry {
    pub(super) fn from_text(text: &ChatText) -> Self {
        Self {
            author_id: text.author_id.clone(),
            text: Some(text.text.clone()),
            magnet_uri: None,
            time_sent: Time(text.time_sent),
            id: text.id.clone(),
            time_received: None,
        }
    }

    pub(super) fn from_media(media: &InlineMedia) -> Self {
        Self {
            author_id: media.author_id.clone(),
            text: None,
            magnet_uri: Some(media.magnet_uri.clone()),
            time_sent: Time(media.time_sent),
            id: media.id.clone(),
            time_received: None,
        }
    }

    fn from_item(item: &TranscriptItem) -> Self {
        let (text, magnet_uri) = match &item.content {
            TranscriptContent::Text(text) => (Some(text.clone()), None),
            TranscriptContent::Media(uri) => (None, Some(uri.clone())),
        };
        Self {
            author_id: item.author_id.clone(),
            text,
            magnet_uri,
            time_sent: Time(item.time_sent),
            id: item.id.clone(),
            time_received: item.time_received.map(Time),
        }
    }

    pub(super) fn text(self) -> Result<ChatText, ActionError> {
        let text = self.text.ok_or(ActionError::Malformed("message"))?;
        if utf16_len(&text) > MAX_TEXT_UNITS {
            return Err(ActionError::TooLong("message"));
        }
        Ok(ChatText {
            author_id: id(self.author_id, "message")?,
            text,
            time_sent: self.time_sent.0,
            id: id(self.id, "message")?,
        })
    }

    pub(super) fn media(self) -> Result<InlineMedia, ActionError> {
        let uri = self.magnet_uri.ok_or(ActionError::Malformed("picture"))?;
        Ok(InlineMedia {
            author_id: id(self.author_id, "picture")?,
            magnet_uri: magnet(uri, "picture")?,
            time_sent: self.time_sent.0,
            id: id(self.id, "picture")?,
        })
    }

    fn item(self) -> Result<TranscriptItem, ActionError> {
        let time_received = self.time_received.map(|time| time.0);
        // A page tells the two apart by the presence of a magnet link.
        if self.magnet_uri.is_some() {
            let media = self.media()?;
            Ok(TranscriptItem {
                author_id: media.author_id,
                content: TranscriptContent::Media(media.magnet_uri),
                time_sent: media.time_sent,
                id: media.id,
                time_received,
            })
        } else {
            let text = self.text()?;
            Ok(TranscriptItem {
                author_id: text.author_id,
                content: TranscriptContent::Text(text.text),
                time_sent: text.time_sent,
                id: text.id,
                time_received,
            })
        }
    }
}

/// The last [`MAX_TRANSCRIPT_ITEMS`] entries that make sense; the others are passed over, since
/// whoever tells the history need not be who garbled it.
struct Transcript(VecDeque<TranscriptItem>);

impl<'de> Deserialize<'de> for Transcript {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Entry(Entry),
            Other(IgnoredAny),
        }

        struct Items;
        impl<'de> Visitor<'de> for Items {
            type Value = VecDeque<TranscriptItem>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of messages")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut items = VecDeque::with_capacity(MAX_TRANSCRIPT_ITEMS);
                while let Some(next) = list.next_element()? {
                    let item = match next {
                        Either::Entry(entry) => entry.item().ok(),
                        Either::Other(IgnoredAny) => None,
                    };
                    if let Some(item) = item {
                        if items.len() == MAX_TRANSCRIPT_ITEMS {
                            items.pop_front();
                        }
                        items.push_back(item);
                    }
                }
                Ok(items)
            }
        }
        deserializer.deserialize_seq(Items).map(Self)
    }
}

pub(super) fn read_transcript(body: &Body) -> Result<Vec<TranscriptItem>, ActionError> {
    match body {
        Body::Json(text) => Ok(read::<Transcript>(text, "history")?.0.into()),
        Body::Text(_) | Body::Binary(_) => Err(ActionError::Malformed("history")),
    }
}

pub(super) fn write_transcript(items: &[TranscriptItem]) -> Body {
    to_body(&items.iter().map(Entry::from_item).collect::<Vec<_>>())
}
