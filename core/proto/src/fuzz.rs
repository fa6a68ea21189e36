//! Fuzz bodies: what must hold for any bytes whatever.
//!
//! Each function takes bytes, feeds one decoder and panics when a promise is broken: a panic
//! inside, a bound passed, or something decoded that does not encode to itself. [`TARGETS`] lists
//! them all, those of other modules too. They are replayed from `tests/corpus` by an ordinary test
//! and run for longer by `scripts/fuzz`. Nothing else calls them.

use crate::description;
use crate::identity::{check, code, native as members, web};
use crate::invite;
use crate::room;
use crate::wire::native;
use crate::wire::web::chitchatter::{
    Action, MAX_TEXT_UNITS, MAX_TRANSCRIPT_ITEMS, TranscriptContent, message_limit,
};
use crate::wire::web::frame::{
    Assembled, Body, Frame, MAX_PENDING_LEN, Reassembler, encode, encode_presence,
};
use crate::wire::web::seal::SignalKey;
use crate::wire::web::topic::RoomToken;
use crate::wire::web::tracker::{ClientMessage, ServerMessage};
use crate::wire::web::utf16_len;

/// A fuzz body.
pub type Target = fn(&[u8]);

/// Every body with the name of its corpus.
pub const TARGETS: &[(&str, Target)] = &[
    ("action", action),
    ("description", description::fuzz),
    ("frame", frame),
    ("invite_link", invite::fuzz::link),
    ("invite_record", invite::fuzz::record),
    ("key", key),
    ("markup", room::fuzz::markup),
    ("native_check", check::fuzz::runs),
    ("native_code", code::fuzz::message),
    ("native_did", members::fuzz::did),
    ("native_event", native::fuzz::event),
    ("native_frame", native::fuzz::frame),
    ("native_group", native::fuzz::group),
    ("native_handshake", members::fuzz::handshake),
    ("native_kept", members::fuzz::kept),
    ("native_op", native::fuzz::op),
    ("native_proof", members::fuzz::proof),
    ("native_sealed", invite::fuzz::sealed),
    ("native_sender", members::fuzz::sender),
    ("native_session", members::fuzz::session),
    ("native_spki", members::fuzz::spki),
    ("qr_code", invite::fuzz::code),
    ("qr_luma", invite::fuzz::luma),
    ("qr_png", invite::fuzz::png),
    ("room", room::fuzz::room),
    ("seal", seal),
    ("tracker", tracker),
];

/// Names an action's first byte picks from, unknown ones included.
const ACTIONS: [&str; 20] = [
    "@_hsdata",
    "@_hsready",
    "@_leave",
    "@_ping",
    "@_signal",
    "@_stream",
    "dm.0",
    "dm.1",
    "dm.8",
    "g.0",
    "g.1",
    "g.2",
    "g.3",
    "g.4",
    "g.5",
    "g.6",
    "g.7",
    "g.8",
    "g.9",
    "unknown",
];

/// First byte: which action; its two top bits: which kind of body. The rest: the body.
pub fn action(data: &[u8]) {
    let Some((pick, body)) = data.split_first() else {
        return;
    };
    let name = ACTIONS[usize::from(pick & 0x3f) % ACTIONS.len()];
    let body = match pick >> 6 {
        0 => Body::Text(String::from_utf8_lossy(body).into_owned()),
        1 => Body::Binary(body.to_vec()),
        _ => Body::Json(String::from_utf8_lossy(body).into_owned()),
    };
    let Ok(action) = Action::decode(&Assembled {
        action: name.to_owned(),
        body,
    }) else {
        return;
    };
    match &action {
        Action::Text(text) | Action::DirectText(text) => {
            assert!(
                utf16_len(&text.text) <= MAX_TEXT_UNITS,
                "a text is within its limit"
            );
        }
        Action::Transcript(items) => {
            assert!(items.len() <= MAX_TRANSCRIPT_ITEMS, "history is within its limit");
            for item in items {
                if let TranscriptContent::Text(text) = &item.content {
                    assert!(utf16_len(text) <= MAX_TEXT_UNITS, "a text is within its limit");
                }
            }
        }
        _ => {}
    }
    if let Some((name, body)) = action.encode() {
        let again = Action::decode(&Assembled {
            action: name.to_owned(),
            body,
        });
        assert!(
            again.as_ref() == Ok(&action),
            "what was decoded survives encoding"
        );
    }
}

/// A row of frames on one link, each behind its length as u16 little-endian.
pub fn frame(mut data: &[u8]) {
    let mut link = Reassembler::new();
    while let Some((len, rest)) = data.split_first_chunk::<2>() {
        let len = usize::from(u16::from_le_bytes(*len)).min(rest.len());
        let (bytes, rest) = rest.split_at(len);
        data = rest;
        match Frame::parse(bytes) {
            Ok(Frame::Presence { token, present }) => {
                let again = encode_presence(&token, present);
                assert!(
                    again[2..] == bytes[2..again.len()],
                    "a presence frame survives encoding"
                );
            }
            Ok(Frame::Room { token, inner }) => {
                let Ok(done) = link.push(inner) else { return };
                assert!(
                    link.pending() <= MAX_PENDING_LEN,
                    "unfinished messages are bounded"
                );
                let Some(done) = done else { continue };
                if let Some(limit) = message_limit(&done.action) {
                    // Bytes that are not UTF-8 become a three-byte character each.
                    assert!(
                        done.body.as_bytes().len() <= 3 * limit,
                        "a message is within its limit"
                    );
                    survives(&token, &done);
                }
            }
            Err(_) => return,
        }
    }
}

fn survives(token: &RoomToken, message: &Assembled) {
    let mut link = Reassembler::new();
    let mut again = None;
    for bytes in encode(token, &message.action, 7, &message.body) {
        let Ok(Frame::Room { inner, .. }) = Frame::parse(&bytes) else {
            panic!("our own frame is one");
        };
        match link.push(inner) {
            Ok(done) => again = done,
            // Replacement characters may have made it longer than it came.
            Err(_) => return,
        }
    }
    // A byte order mark is taken off once each time.
    let marked = message.body.as_bytes().starts_with("\u{feff}".as_bytes());
    assert!(
        marked || again.as_ref() == Some(message),
        "a message survives encoding"
    );
}

/// A sealed description, opened with a fixed key.
pub fn seal(data: &[u8]) {
    let key = SignalKey::derive("password", "app", "room");
    let text = String::from_utf8_lossy(data);
    if let Ok(sdp) = key.open(&text) {
        assert!(sdp.len() < text.len(), "sealing only adds");
    }
}

/// A tracker's text, read from both ends.
pub fn tracker(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(message) = ClientMessage::parse(&text) {
        let again = ClientMessage::parse(&message.encode());
        let stopped = matches!(&message, ClientMessage::Announce(a) if a.event.is_some());
        assert!(
            stopped || again.as_ref() == Ok(&message),
            "a client's message survives encoding"
        );
    }
    if let Ok(message) = ServerMessage::parse(&text) {
        let again = ServerMessage::parse(&message.encode());
        assert!(
            again.as_ref() == Ok(&message),
            "a tracker's message survives encoding"
        );
    }
}

/// A public key as DER, with a signature that fits nothing.
pub fn key(data: &[u8]) {
    let public_key = data_encoding::BASE64.encode(data);
    if let Ok(checked) = web::check(&public_key, "AAAA", "room", "user") {
        assert!(!checked.signature_ok, "three zero bytes sign nothing");
    }
}
