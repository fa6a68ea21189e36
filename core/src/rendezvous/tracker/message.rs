//! The JSON a WebTorrent tracker speaks, from the client's side.

use dayfly_proto::id::PeerId;
use dayfly_proto::room::SealedOffer;
use dayfly_proto::wire::web::topic::InfoHash;
use serde::{Deserialize, Serialize};

/// What a client says.
#[derive(Debug, Serialize)]
pub(super) struct ClientMessage {
    action: &'static str,
    info_hash: String,
    peer_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    numwant: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offers: Option<Vec<Offered>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Sdp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_peer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Offered {
    offer_id: String,
    offer: Sdp,
}

#[derive(Debug, Serialize, Deserialize)]
struct Sdp {
    #[serde(rename = "type")]
    kind: String,
    sdp: String,
}

impl ClientMessage {
    fn new(topic: InfoHash, peer: PeerId) -> Self {
        Self {
            action: "announce",
            info_hash: topic.to_string(),
            peer_id: peer.to_string(),
            numwant: None,
            offers: None,
            answer: None,
            offer_id: None,
            to_peer_id: None,
            event: None,
        }
    }

    pub(super) fn announce(topic: InfoHash, peer: PeerId, offers: Vec<SealedOffer>) -> Self {
        let offers: Vec<Offered> = offers
            .into_iter()
            .map(|o| Offered {
                offer_id: o.id,
                offer: Sdp {
                    kind: "offer".into(),
                    sdp: o.sealed,
                },
            })
            .collect();
        Self {
            numwant: Some(offers.len()),
            offers: Some(offers),
            ..Self::new(topic, peer)
        }
    }

    pub(super) fn answer(
        topic: InfoHash,
        peer: PeerId,
        to: PeerId,
        offer_id: String,
        sealed: String,
    ) -> Self {
        Self {
            answer: Some(Sdp {
                kind: "answer".into(),
                sdp: sealed,
            }),
            offer_id: Some(offer_id),
            to_peer_id: Some(to.to_string()),
            ..Self::new(topic, peer)
        }
    }

    pub(super) fn stopped(topic: InfoHash, peer: PeerId) -> Self {
        Self {
            event: Some("stopped"),
            numwant: Some(0),
            ..Self::new(topic, peer)
        }
    }

    pub(super) fn encode(&self) -> String {
        serde_json::to_string(self).expect("strings and numbers always serialise")
    }
}

/// A session description that came through a tracker.
pub(super) enum Description {
    Offer(String),
    Answer(String),
}

/// What a tracker says.
pub(super) struct ServerMessage {
    pub(super) info_hash: Option<InfoHash>,
    pub(super) peer_id: Option<PeerId>,
    pub(super) offer_id: Option<String>,
    pub(super) description: Option<Description>,
    pub(super) interval: Option<u32>,
    pub(super) failure: Option<String>,
}

#[derive(Deserialize)]
struct Raw {
    info_hash: Option<String>,
    peer_id: Option<String>,
    offer_id: Option<String>,
    offer: Option<Sdp>,
    answer: Option<Sdp>,
    interval: Option<f64>,
    #[serde(rename = "failure reason")]
    failure: Option<String>,
}

impl ServerMessage {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let raw: Raw = serde_json::from_slice(bytes)?;
        let description = match (raw.offer, raw.answer) {
            (Some(offer), _) => Some(Description::Offer(offer.sdp)),
            (None, Some(answer)) => Some(Description::Answer(answer.sdp)),
            (None, None) => None,
        };
        Ok(Self {
            info_hash: raw.info_hash.and_then(|t| InfoHash::parse(&t)),
            peer_id: raw.peer_id.and_then(|t| PeerId::parse(&t)),
            offer_id: raw.offer_id,
            description,
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
            interval: raw.interval.map(|s| s.clamp(1.0, 86_400.0) as u32),
            failure: raw.failure,
        })
    }
}

/// A stranger's words, fit to be shown within a sentence: printable ASCII, at most 80 characters.
pub(super) fn plain(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' })
        .take(80)
        .collect();
    clean.trim().to_owned()
}
