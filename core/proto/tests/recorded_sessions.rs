//! Two recorded sessions of the real Chitchatter page are understood and written again byte for
//! byte: digests, frames, tracker messages, sealed descriptions, signatures.
//!
//! The recordings (`vectors/`) are of three browser pages A, B and C in one room each: what was
//! hashed, what went over WebSockets, and what went over data channels, as hex. Channels with
//! another label than `data` and tracker messages of peers named `-WW…` are WebTorrent's.

use dayfly_proto::identity::web;
use dayfly_proto::wire::web::chitchatter::{Action, password_response};
use dayfly_proto::wire::web::frame::{Frame, Reassembler, encode, encode_presence};
use dayfly_proto::wire::web::seal::{SealError, SignalKey};
use dayfly_proto::wire::web::topic::{info_hash, room_token};
use dayfly_proto::wire::web::tracker::{ClientMessage, ServerMessage};
use serde_json::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const APP_ID: &str = "http://localhost:3000_undefined";

struct Session {
    room: &'static str,
    password: &'static str,
    events: Vec<Value>,
}

fn sessions() -> [Session; 2] {
    let events = |text: &str| -> Vec<Value> {
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a recording is a JSON object a line"))
            .collect()
    };
    [
        Session {
            room: "facts-public-room",
            password: "facts-public-room",
            events: events(include_str!("vectors/chitchatter-public.jsonl")),
        },
        Session {
            room: "facts-private-room",
            password: "dtVL5SSCHJB3T8LyZHjvcASnpXivXoG54sm0bMSZ3u0=",
            events: events(include_str!("vectors/chitchatter-private.jsonl")),
        },
    ]
}

fn text<'a>(event: &'a Value, key: &str) -> &'a str {
    event[key].as_str().expect("a recording has its fields")
}

fn hex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER
        .decode(text.as_bytes())
        .expect("a recording's bytes are hex")
}

impl Session {
    fn of_kind<'a>(&'a self, kinds: &'a [&str]) -> impl Iterator<Item = &'a Value> {
        self.events
            .iter()
            .filter(|event| kinds.contains(&text(event, "ev")))
    }

    /// Frames of the room's channels: who saw it, on which connection, which way, the bytes.
    fn frames(&self) -> impl Iterator<Item = ((&str, u64, bool), Vec<u8>)> {
        self.of_kind(&["dc.send", "dc.recv"])
            .filter(|event| text(event, "label") == "data")
            .map(|event| {
                let sent = text(event, "ev") == "dc.send";
                let channel = (
                    text(event, "side"),
                    event["pc"].as_u64().expect("a recording numbers its connections"),
                    sent,
                );
                (channel, hex(text(event, "hex")))
            })
    }
}

#[test]
fn every_digest_is_the_one_the_page_made() {
    for session in sessions() {
        let mut seen = 0;
        for event in session.of_kind(&["digest"]) {
            let input = text(event, "in");
            let out = match text(event, "alg").to_ascii_uppercase().as_str() {
                "SHA-1" => Sha1::digest(input).to_vec(),
                "SHA-256" => Sha256::digest(input).to_vec(),
                other => panic!("{other}"),
            };
            assert_eq!(out, hex(text(event, "out")), "{input}");
            seen += 1;
        }
        assert!(seen >= 17);

        let made: Vec<&str> = session
            .of_kind(&["digest"])
            .map(|event| text(event, "out"))
            .collect();
        let token = room_token(APP_ID, session.room);
        assert!(made.contains(&token.as_str()));
        for event in session.of_kind(&["digest"]) {
            let input = text(event, "in");
            if let Some((challenge, rest)) = input.split_once(':')
                && challenge.len() == 36
            {
                assert_eq!(rest, format!("{}:{APP_ID}:{}", session.password, session.room));
                let answer = password_response(challenge, session.password, APP_ID, session.room);
                assert_eq!(answer, text(event, "out"));
            }
        }
    }
}

#[test]
fn every_frame_decodes_and_encodes_to_the_same_bytes() {
    let mut kinds = BTreeMap::new();
    for session in sessions() {
        let token = room_token(APP_ID, session.room);
        let mut links: BTreeMap<_, Reassembler> = BTreeMap::new();
        for (channel, bytes) in session.frames() {
            let again = match Frame::parse(&bytes).unwrap() {
                Frame::Presence {
                    token: theirs,
                    present,
                } => {
                    assert_eq!(theirs, token);
                    *kinds.entry("Presence".to_owned()).or_insert(0) += 1;
                    vec![encode_presence(&token, present)]
                }
                Frame::Room { token: theirs, inner } => {
                    assert_eq!(theirs, token);
                    let nonce = u16::from_be_bytes([inner[32], inner[33]]);
                    let link = links.entry(channel).or_default();
                    let message = link.push(inner).unwrap().expect("each is one chunk");
                    let action = Action::decode(&message).unwrap();
                    *kinds.entry(format!("{action:?}")).or_insert(0) += 1;
                    let (name, body) = action.encode().expect("pages send what we can send");
                    encode(&token, name, nonce, &body)
                }
            };
            assert_eq!(again, [bytes]);
        }
    }
    let seen: Vec<&str> = kinds.keys().map(String::as_str).collect();
    let all = "AudioState Challenge DirectText DirectTyping FileOffer Leave Metadata Presence Ready Response \
               ScreenState Signal StreamMeta Text Transcript Typing VideoState";
    assert_eq!(seen, all.split_whitespace().collect::<Vec<_>>());
    assert_eq!(kinds.values().sum::<i32>(), 204);
}

#[test]
fn every_tracker_message_decodes_and_the_rooms_own_encode_to_the_same_json() {
    let (mut same, mut files) = (0, 0);
    for session in sessions() {
        let topic = info_hash(APP_ID, session.room);
        for event in session.of_kind(&["ws.send", "ws.recv"]) {
            let data = text(event, "data");
            let (hash, again) = if text(event, "ev") == "ws.send" {
                let message = ClientMessage::parse(data).unwrap();
                let hash = match &message {
                    ClientMessage::Announce(announce) => announce.info_hash,
                    ClientMessage::Answer { info_hash, .. } => *info_hash,
                    ClientMessage::Scrape { .. } => panic!("pages do not scrape"),
                };
                (hash, message.encode())
            } else {
                let message = ServerMessage::parse(data).unwrap();
                let hash = match &message {
                    ServerMessage::Announced { info_hash, .. }
                    | ServerMessage::Offer { info_hash, .. }
                    | ServerMessage::Answer { info_hash, .. } => *info_hash,
                    other => panic!("{other:?}"),
                };
                (hash, message.encode())
            };
            if hash.info_hash() == Some(topic) {
                assert_eq!(again, data);
                same += 1;
            } else {
                // WebTorrent orders its keys differently; the meaning must survive.
                let again: Value = serde_json::from_str(&again).unwrap();
                let data: Value = serde_json::from_str(data).unwrap();
                for key in [
                    "action",
                    "info_hash",
                    "peer_id",
                    "to_peer_id",
                    "offer_id",
                    "answer",
                    "offers",
                ] {
                    let absent = data[key].is_null() && again[key] == Value::Array(Vec::new());
                    assert!(absent || again[key] == data[key], "{key}");
                }
                files += 1;
            }
        }
    }
    assert!(same >= 110 && files >= 12, "{same} {files}");
}

#[test]
fn every_sealed_description_opens_with_the_rooms_key_alone() {
    let mut opened = 0;
    for session in sessions() {
        let key = SignalKey::derive(session.password, APP_ID, session.room);
        let wrong = SignalKey::derive("another", APP_ID, session.room);
        for event in session.of_kind(&["ws.send"]) {
            let sealed = match ClientMessage::parse(text(event, "data")).unwrap() {
                ClientMessage::Announce(announce) => announce.offers.into_iter().map(|o| o.sdp).collect(),
                ClientMessage::Answer { sdp, .. } => vec![sdp],
                ClientMessage::Scrape { .. } => Vec::new(),
            };
            for sealed in sealed.into_iter().filter(|text| !text.starts_with("v=0")) {
                let sdp = key.open(&sealed).unwrap();
                assert!(sdp.starts_with("v=0\r\n") && sdp.ends_with("\r\n"), "{sdp}");
                assert_eq!(wrong.open(&sealed), Err(SealError::WrongKey));
                let (iv, _) = sealed.split_once('$').unwrap();
                let iv: Vec<u8> = iv.split(',').map(|byte| byte.parse().unwrap()).collect();
                assert_eq!(key.seal(&sdp, iv.try_into().unwrap()), sealed);
                opened += 1;
            }
        }
    }
    assert!(opened > 100, "{opened}");
}

#[test]
fn every_signature_verifies_for_its_room_and_user_alone() {
    let mut checked = 0;
    for session in sessions() {
        for (_, bytes) in session.frames() {
            let Frame::Room { inner, .. } = Frame::parse(&bytes).unwrap() else {
                continue;
            };
            let message = Reassembler::new().push(inner).unwrap().unwrap();
            let Action::Metadata(who) = Action::decode(&message).unwrap() else {
                continue;
            };
            let check = |room, user| {
                web::check(&who.public_key, &who.signature, room, user)
                    .unwrap()
                    .signature_ok
            };
            assert!(check(session.room, &who.user_id));
            assert!(!check("another-room", &who.user_id));
            assert!(!check(session.room, "00000000-0000-4000-8000-000000000000"));
            checked += 1;
        }
    }
    assert_eq!(checked, 18);
}
