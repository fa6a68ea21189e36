//! Messages of a WebTorrent tracker, both ways, as JSON text over a WebSocket.
//!
//! Owns form and bounds; who is in a swarm is the tracker's business, whom to connect to the
//! room's. Ids are 20 bytes that travel as 20 characters from U+0000 to U+00FF, as the package
//! bittorrent-tracker sends them. Key order is that of a page (client) and of bittorrent-tracker
//! (server).

use super::topic::InfoHash;
use super::{SdpKind, json};
use crate::id::PeerId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// Longest message that is read, in bytes.
pub const MAX_MESSAGE_LEN: usize = 512 * 1024;

/// Most offers in one announce. A page sends 3, a WebTorrent client up to 10.
pub const MAX_OFFERS: usize = 32;

/// Longest session description in one offer or answer, in bytes.
pub const MAX_SDP_LEN: usize = 64 * 1024;

/// Longest offer id in bytes; pages and WebTorrent use 20 characters.
pub const MAX_OFFER_ID_LEN: usize = 64;

/// Most swarms in one scrape.
pub const MAX_SCRAPE: usize = 64;

/// Longest reason or warning that is kept, in characters; the rest is cut.
pub const MAX_REASON_CHARS: usize = 200;

/// Why a tracker message is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrackerError {
    /// Longer than [`MAX_MESSAGE_LEN`].
    #[error("the message is longer than {MAX_MESSAGE_LEN} bytes")]
    TooLong,
    /// Not JSON, or a field is missing or of the wrong form.
    #[error("the message is not one of a WebTorrent tracker")]
    Malformed,
    /// More offers than [`MAX_OFFERS`], swarms than [`MAX_SCRAPE`], or one over its length.
    #[error("the message holds more than a client sends")]
    TooMuch,
}

/// Twenty bytes that name a swarm or a peer to a tracker.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackerId(pub [u8; 20]);

impl TrackerId {
    /// As the name of a room's swarm, if it is printable ASCII.
    #[must_use]
    pub fn info_hash(&self) -> Option<InfoHash> {
        InfoHash::parse(std::str::from_utf8(&self.0).ok()?)
    }

    /// As a peer's id, if it is printable ASCII.
    #[must_use]
    pub fn peer_id(&self) -> Option<PeerId> {
        PeerId::parse(std::str::from_utf8(&self.0).ok()?)
    }
}

impl From<InfoHash> for TrackerId {
    fn from(hash: InfoHash) -> Self {
        Self(*hash.as_bytes())
    }
}

impl From<PeerId> for TrackerId {
    fn from(id: PeerId) -> Self {
        let mut bytes = [0; 20];
        bytes.copy_from_slice(id.as_str().as_bytes());
        Self(bytes)
    }
}

impl fmt::Debug for TrackerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TrackerId(..)")
    }
}

impl Serialize for TrackerId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text: String = self.0.iter().map(|byte| char::from(*byte)).collect();
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for TrackerId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom("an id is 20 characters up to U+00FF");
        let mut bytes = [0; 20];
        let mut chars = text.chars();
        for byte in &mut bytes {
            *byte = chars
                .next()
                .and_then(|c| u8::try_from(c).ok())
                .ok_or_else(wrong)?;
        }
        if chars.next().is_some() {
            Err(wrong())
        } else {
            Ok(Self(bytes))
        }
    }
}

/// One offer of an announce. In a room the description is sealed; WebTorrent's is plain.
#[derive(Clone, PartialEq, Eq)]
pub struct TrackerOffer {
    /// Made up by whoever offers.
    pub offer_id: String,
    /// The session description.
    pub sdp: String,
}

/// Which moment of a stay an announce marks (BEP 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AnnounceEvent {
    /// The first.
    Started,
    /// The download is complete.
    Completed,
    /// The last.
    Stopped,
}

/// Presence in a swarm, with offers for others in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Announce {
    /// The swarm.
    pub info_hash: TrackerId,
    /// Who announces.
    pub peer_id: TrackerId,
    /// Which moment it is, if one of those.
    pub event: Option<AnnounceEvent>,
    /// Bytes left to download: 0 makes a seeder in the tracker's counts.
    pub left: Option<u64>,
    /// How many peers it wants; trackers go by the number of offers.
    pub numwant: Option<u32>,
    /// The offers.
    pub offers: Vec<TrackerOffer>,
}

/// What a client says to a tracker.
#[derive(Clone, PartialEq, Eq)]
pub enum ClientMessage {
    /// See [`Announce`].
    Announce(Announce),
    /// An answer to an offer that the tracker passed on.
    Answer {
        /// The swarm.
        info_hash: TrackerId,
        /// Who answers.
        peer_id: TrackerId,
        /// Who offered.
        to_peer_id: TrackerId,
        /// Which offer.
        offer_id: String,
        /// The session description.
        sdp: String,
    },
    /// Asks for the counts of swarms.
    Scrape {
        /// Which; empty for all.
        info_hashes: Vec<TrackerId>,
    },
}

/// What a tracker says to a client.
#[derive(Clone, PartialEq, Eq)]
pub enum ServerMessage {
    /// The announce was heard.
    Announced {
        /// The swarm.
        info_hash: TrackerId,
        /// Seeders in it.
        complete: u32,
        /// Others in it.
        incomplete: u32,
        /// Seconds until the next announce, at the latest.
        interval: u32,
    },
    /// A peer offers.
    Offer {
        /// The swarm.
        info_hash: TrackerId,
        /// Who.
        peer_id: TrackerId,
        /// To be repeated in the answer.
        offer_id: String,
        /// The session description.
        sdp: String,
    },
    /// A peer answers.
    Answer {
        /// The swarm.
        info_hash: TrackerId,
        /// Who.
        peer_id: TrackerId,
        /// Which offer.
        offer_id: String,
        /// The session description.
        sdp: String,
    },
    /// The tracker refused something.
    Failure {
        /// The swarm, if it is about one.
        info_hash: Option<TrackerId>,
        /// In its words, cut to [`MAX_REASON_CHARS`]; not to be shown uncleaned.
        reason: String,
    },
    /// The tracker has something to say.
    Warning {
        /// In its words, cut to [`MAX_REASON_CHARS`]; not to be shown uncleaned.
        message: String,
    },
    /// Counts of swarms; written, never read.
    Scraped {
        /// Each swarm with its seeders and others.
        files: Vec<(TrackerId, (u32, u32))>,
    },
    /// Anything else: scrape results, actions we do not know.
    Other,
}

impl fmt::Debug for ClientMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Announce(announce) => announce.fmt(f),
            Self::Answer { .. } => f.write_str("Answer"),
            Self::Scrape { info_hashes } => write!(f, "Scrape({})", info_hashes.len()),
        }
    }
}

impl fmt::Debug for Announce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Announce({} offers, {:?})", self.offers.len(), self.event)
    }
}

impl fmt::Debug for TrackerOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrackerOffer({} bytes)", self.sdp.len())
    }
}

impl fmt::Debug for ServerMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Announced { .. } => "Announced",
            Self::Offer { .. } => "Offer",
            Self::Answer { .. } => "Answer",
            Self::Failure { .. } => "Failure",
            Self::Warning { .. } => "Warning",
            Self::Scraped { .. } => "Scraped",
            Self::Other => "Other",
        })
    }
}

#[derive(Serialize, Deserialize)]
struct Description {
    #[serde(rename = "type")]
    kind: SdpKind,
    sdp: String,
}

#[derive(Serialize, Deserialize)]
struct OfferJson {
    offer_id: String,
    offer: Description,
}

/// A number that is clamped to 32 bits: trackers and clients write what they like.
#[derive(Clone, Copy)]
struct Count(u32);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A float to integer cast saturates.
        Ok(Self(f64::deserialize(deserializer)? as u32))
    }
}

/// Every field a client may send.
#[derive(Deserialize)]
struct ClientJson {
    action: String,
    #[serde(default)]
    info_hash: Option<OneOrMany>,
    #[serde(default)]
    peer_id: Option<TrackerId>,
    #[serde(default)]
    to_peer_id: Option<TrackerId>,
    #[serde(default)]
    event: Option<String>,
    #[serde(default)]
    left: Option<f64>,
    #[serde(default)]
    numwant: Option<Count>,
    #[serde(default)]
    offers: Option<Vec<OfferJson>>,
    #[serde(default)]
    answer: Option<Description>,
    #[serde(default)]
    offer_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(TrackerId),
    Many(Vec<TrackerId>),
}

#[derive(Serialize)]
struct AnnounceOut<'a> {
    action: &'static str,
    info_hash: TrackerId,
    peer_id: TrackerId,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<AnnounceEvent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    numwant: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offers: Option<Vec<OfferOut<'a>>>,
}

#[derive(Serialize)]
struct DescriptionOut<'a> {
    #[serde(rename = "type")]
    kind: SdpKind,
    sdp: &'a str,
}

#[derive(Serialize)]
struct OfferOut<'a> {
    offer_id: &'a str,
    offer: DescriptionOut<'a>,
}

#[derive(Serialize)]
struct AnswerOut<'a> {
    action: &'static str,
    info_hash: TrackerId,
    peer_id: TrackerId,
    answer: DescriptionOut<'a>,
    offer_id: &'a str,
    to_peer_id: TrackerId,
}

#[derive(Serialize)]
struct ScrapeOut<'a> {
    action: &'static str,
    info_hash: &'a [TrackerId],
}

fn write(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("tracker messages have string keys and no floats")
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, TrackerError> {
    if text.len() > MAX_MESSAGE_LEN {
        return Err(TrackerError::TooLong);
    }
    // A derived struct would also be read from a list of its fields.
    if json::is_list(text) {
        return Err(TrackerError::Malformed);
    }
    serde_json::from_str(&json::lenient(text)).map_err(|_| TrackerError::Malformed)
}

fn offer_id(id: Option<String>) -> Result<String, TrackerError> {
    match id {
        Some(id) if id.len() <= MAX_OFFER_ID_LEN => Ok(id),
        Some(_) => Err(TrackerError::TooMuch),
        None => Err(TrackerError::Malformed),
    }
}

fn description(description: Description, kind: SdpKind) -> Result<String, TrackerError> {
    if description.kind != kind {
        return Err(TrackerError::Malformed);
    }
    if description.sdp.len() > MAX_SDP_LEN {
        Err(TrackerError::TooMuch)
    } else {
        Ok(description.sdp)
    }
}

impl ClientMessage {
    /// Reads what a client sent.
    ///
    /// # Errors
    /// [`TrackerError`] when it is none of the three, or beyond a bound.
    pub fn parse(text: &str) -> Result<Self, TrackerError> {
        let json: ClientJson = read(text)?;
        let malformed = TrackerError::Malformed;
        if json.action == "scrape" {
            let info_hashes = match json.info_hash {
                None => Vec::new(),
                Some(OneOrMany::One(hash)) => vec![hash],
                Some(OneOrMany::Many(hashes)) if hashes.len() <= MAX_SCRAPE => hashes,
                Some(OneOrMany::Many(_)) => return Err(TrackerError::TooMuch),
            };
            return Ok(Self::Scrape { info_hashes });
        }
        let (Some(OneOrMany::One(info_hash)), Some(peer_id), "announce") =
            (json.info_hash, json.peer_id, json.action.as_str())
        else {
            return Err(malformed);
        };
        if let Some(answer) = json.answer {
            return Ok(Self::Answer {
                info_hash,
                peer_id,
                to_peer_id: json.to_peer_id.ok_or(malformed)?,
                offer_id: offer_id(json.offer_id)?,
                sdp: description(answer, SdpKind::Answer)?,
            });
        }
        let offers = json.offers.unwrap_or_default();
        if offers.len() > MAX_OFFERS {
            return Err(TrackerError::TooMuch);
        }
        let offers = offers.into_iter().map(|offer| {
            Ok(TrackerOffer {
                offer_id: offer_id(Some(offer.offer_id))?,
                sdp: description(offer.offer, SdpKind::Offer)?,
            })
        });
        Ok(Self::Announce(Announce {
            info_hash,
            peer_id,
            event: match json.event.as_deref() {
                Some("started") => Some(AnnounceEvent::Started),
                Some("completed") => Some(AnnounceEvent::Completed),
                Some("stopped") => Some(AnnounceEvent::Stopped),
                // bittorrent-tracker sends "update" for none.
                _ => None,
            },
            left: json.left.map(|left| left as u64),
            numwant: json.numwant.map(|count| count.0),
            offers: offers.collect::<Result<_, _>>()?,
        }))
    }

    /// As a page writes it.
    #[must_use]
    pub fn encode(&self) -> String {
        match self {
            Self::Announce(announce) => write(&AnnounceOut {
                action: "announce",
                info_hash: announce.info_hash,
                peer_id: announce.peer_id,
                event: announce.event,
                left: announce.left,
                numwant: announce.numwant,
                // Whoever stops has nothing to offer; a tracker then wants no list at all.
                offers: (announce.event != Some(AnnounceEvent::Stopped)).then(|| {
                    announce
                        .offers
                        .iter()
                        .map(|offer| OfferOut {
                            offer_id: &offer.offer_id,
                            offer: DescriptionOut {
                                kind: SdpKind::Offer,
                                sdp: &offer.sdp,
                            },
                        })
                        .collect()
                }),
            }),
            Self::Answer {
                info_hash,
                peer_id,
                to_peer_id,
                offer_id,
                sdp,
            } => write(&AnswerOut {
                action: "announce",
                info_hash: *info_hash,
                peer_id: *peer_id,
                answer: DescriptionOut {
                    kind: SdpKind::Answer,
                    sdp,
                },
                offer_id,
                to_peer_id: *to_peer_id,
            }),
            Self::Scrape { info_hashes } => write(&ScrapeOut {
                action: "scrape",
                info_hash: info_hashes,
            }),
        }
    }
}

/// Every field a tracker may send that we look at.
#[derive(Deserialize)]
struct ServerJson {
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    info_hash: Option<OneOrMany>,
    #[serde(default)]
    peer_id: Option<TrackerId>,
    #[serde(default)]
    offer_id: Option<String>,
    #[serde(default)]
    offer: Option<Description>,
    #[serde(default)]
    answer: Option<Description>,
    #[serde(default)]
    complete: Option<Count>,
    #[serde(default)]
    incomplete: Option<Count>,
    #[serde(default)]
    interval: Option<Count>,
    #[serde(default, rename = "failure reason")]
    failure: Option<String>,
    #[serde(default, rename = "warning message")]
    warning: Option<String>,
}

#[derive(Serialize)]
struct AnnouncedOut {
    complete: u32,
    incomplete: u32,
    action: &'static str,
    interval: u32,
    info_hash: TrackerId,
}

#[derive(Serialize)]
struct RelayOut<'a> {
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<DescriptionOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<DescriptionOut<'a>>,
    offer_id: &'a str,
    peer_id: TrackerId,
    info_hash: TrackerId,
}

#[derive(Serialize)]
struct FailureOut<'a> {
    action: &'static str,
    #[serde(rename = "failure reason")]
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    info_hash: Option<TrackerId>,
}

#[derive(Serialize)]
struct WarningOut<'a> {
    #[serde(rename = "warning message")]
    message: &'a str,
}

#[derive(Serialize)]
struct ScrapedOut<'a> {
    action: &'static str,
    files: BTreeMap<&'a TrackerId, Counts>,
}

#[derive(Serialize)]
struct Counts {
    complete: u32,
    incomplete: u32,
    downloaded: u32,
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_REASON_CHARS).collect()
}

impl ServerMessage {
    /// Reads what a tracker sent.
    ///
    /// # Errors
    /// [`TrackerError`] when it is not JSON, a field has the wrong form, or a bound is passed.
    pub fn parse(text: &str) -> Result<Self, TrackerError> {
        let json: ServerJson = read(text)?;
        let malformed = TrackerError::Malformed;
        let info_hash = match json.info_hash {
            Some(OneOrMany::One(hash)) => Some(hash),
            _ => None,
        };
        if let Some(reason) = json.failure {
            return Ok(Self::Failure {
                info_hash,
                reason: cut(&reason),
            });
        }
        if let Some(message) = json.warning {
            return Ok(Self::Warning {
                message: cut(&message),
            });
        }
        if json.action.as_deref() != Some("announce") {
            return Ok(Self::Other);
        }
        let info_hash = info_hash.ok_or(malformed)?;
        let peer = json.peer_id.ok_or(malformed);
        if let Some(offer) = json.offer {
            return Ok(Self::Offer {
                info_hash,
                peer_id: peer?,
                offer_id: offer_id(json.offer_id)?,
                sdp: description(offer, SdpKind::Offer)?,
            });
        }
        if let Some(answer) = json.answer {
            return Ok(Self::Answer {
                info_hash,
                peer_id: peer?,
                offer_id: offer_id(json.offer_id)?,
                sdp: description(answer, SdpKind::Answer)?,
            });
        }
        let count = |count: Option<Count>| count.map_or(0, |count| count.0);
        Ok(Self::Announced {
            info_hash,
            complete: count(json.complete),
            incomplete: count(json.incomplete),
            interval: count(json.interval),
        })
    }

    /// As the package bittorrent-tracker writes it; `{}` for [`ServerMessage::Other`].
    #[must_use]
    pub fn encode(&self) -> String {
        let relay = |info_hash, peer_id, offer_id, offer, answer| {
            write(&RelayOut {
                action: "announce",
                offer,
                answer,
                offer_id,
                peer_id,
                info_hash,
            })
        };
        match self {
            Self::Announced {
                info_hash,
                complete,
                incomplete,
                interval,
            } => write(&AnnouncedOut {
                complete: *complete,
                incomplete: *incomplete,
                action: "announce",
                interval: *interval,
                info_hash: *info_hash,
            }),
            Self::Offer {
                info_hash,
                peer_id,
                offer_id,
                sdp,
            } => {
                let offer = DescriptionOut {
                    kind: SdpKind::Offer,
                    sdp,
                };
                relay(*info_hash, *peer_id, offer_id, Some(offer), None)
            }
            Self::Answer {
                info_hash,
                peer_id,
                offer_id,
                sdp,
            } => {
                let answer = DescriptionOut {
                    kind: SdpKind::Answer,
                    sdp,
                };
                relay(*info_hash, *peer_id, offer_id, None, Some(answer))
            }
            Self::Failure { info_hash, reason } => write(&FailureOut {
                action: "announce",
                reason,
                info_hash: *info_hash,
            }),
            Self::Warning { message } => write(&WarningOut { message }),
            Self::Scraped { files } => write(&ScrapedOut {
                action: "scrape",
                files: files
                    .iter()
                    .map(|(hash, (complete, incomplete))| {
                        let counts = Counts {
                            complete: *complete,
                            incomplete: *incomplete,
                            downloaded: *complete,
                        };
                        (hash, counts)
                    })
                    .collect(),
            }),
            Self::Other => "{}".to_owned(),
        }
    }
}
