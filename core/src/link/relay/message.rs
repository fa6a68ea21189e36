//! TURN messages, read and written with the codecs of `rtc-stun` and `rtc-turn`.
//!
//! It refuses what has no business here before anything is believed: lengths that do not fit,
//! attributes after the signature, attributes nobody knows that ask to be understood.

use super::limits;
use rtc::crypto::{HmacAlgorithm, RTCCryptoProvider};
use rtc_stun::attributes::{
    ATTR_CHANNEL_NUMBER, ATTR_DATA, ATTR_DONT_FRAGMENT, ATTR_FINGERPRINT, ATTR_LIFETIME,
    ATTR_MESSAGE_INTEGRITY, ATTR_NONCE, ATTR_REALM, ATTR_REQUESTED_ADDRESS_FAMILY, ATTR_REQUESTED_TRANSPORT,
    ATTR_UNKNOWN_ATTRIBUTES, ATTR_USERNAME, ATTR_XOR_PEER_ADDRESS, AttrType,
};
use rtc_stun::error_code::{ErrorCode, ErrorCodeAttribute};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{
    CLASS_ERROR_RESPONSE, CLASS_INDICATION, CLASS_SUCCESS_RESPONSE, MESSAGE_HEADER_SIZE, METHOD_DATA,
    Message, MessageClass, MessageType, Method, Setter, TransactionId,
};
use rtc_stun::textattrs::TextAttribute;
use rtc_turn::proto::chandata::ChannelData;
use rtc_turn::proto::channum::ChannelNumber;
use rtc_turn::proto::data::Data;
use rtc_turn::proto::peeraddr::PeerAddress;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// What credentials are good for, as a client is told.
pub(super) const REALM: &str = "dayfly";

const MAGIC_COOKIE: u32 = 0x2112_A442;

/// Attributes below 0x8000 that are understood.
const KNOWN: [AttrType; 13] = [
    ATTR_USERNAME,
    ATTR_MESSAGE_INTEGRITY,
    ATTR_REALM,
    ATTR_NONCE,
    ATTR_LIFETIME,
    ATTR_CHANNEL_NUMBER,
    ATTR_XOR_PEER_ADDRESS,
    ATTR_DATA,
    ATTR_REQUESTED_TRANSPORT,
    ATTR_REQUESTED_ADDRESS_FAMILY,
    ATTR_DONT_FRAGMENT,
    ATTR_FINGERPRINT,
    // ICE's priority is no business of a relay's, and harmless.
    AttrType(0x0024),
];

/// Hashes and MACs of the provider that the links use.
#[derive(Clone)]
pub(super) struct Crypto(pub Arc<dyn RTCCryptoProvider>);

impl std::fmt::Debug for Crypto {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Crypto")
    }
}

impl Crypto {
    /// The key that signs messages of a user (RFC 8489 section 9.2.2).
    pub fn key(&self, username: &str, password: &str) -> Option<Vec<u8>> {
        MessageIntegrity::long_term_integrity_key(
            username.to_owned(),
            REALM.to_owned(),
            password.to_owned(),
            self.0.crypto(),
        )
        .ok()
    }

    /// Whether the message is signed with `key`.
    pub fn is_signed(&self, message: &mut Message, key: &[u8]) -> bool {
        MessageIntegrity::check(message, key, self.0.crypto()).is_ok()
    }

    /// A tag over `parts`, for nonces.
    pub fn tag(&self, key: &[u8], parts: &[&[u8]]) -> Option<[u8; 32]> {
        let mut tag = [0; 32];
        let mut mac = self.0.crypto().new_hmac(HmacAlgorithm::Sha256, key).ok()?;
        mac.sign(parts, &mut tag).ok()?;
        Some(tag)
    }
}

/// What a datagram from a client is.
pub(super) enum Incoming {
    /// A request or an indication.
    Message(Message),
    /// Data on a channel.
    Channel(u16, Vec<u8>),
}

/// Reads a datagram from a client. `None` for what is neither, in any respect.
pub(super) fn read(bytes: &[u8]) -> Option<Incoming> {
    if bytes.len() > limits::DATAGRAM + 64 {
        return None;
    }
    match bytes.first()? {
        0..=3 => {
            let length = usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]));
            if bytes.len() != MESSAGE_HEADER_SIZE + length {
                return None;
            }
            let mut message = Message::new();
            message.unmarshal_binary(bytes).ok()?;
            let mut attributes = message.attributes.0.iter().map(|attribute| attribute.typ);
            let signed = attributes.any(|typ| typ == ATTR_MESSAGE_INTEGRITY);
            // What stands behind the signature is anybody's.
            if signed && attributes.any(|typ| typ != ATTR_FINGERPRINT) {
                return None;
            }
            Some(Incoming::Message(message))
        }
        0x40..=0x4F => {
            let mut data = ChannelData {
                raw: bytes.to_vec(),
                ..ChannelData::default()
            };
            data.decode().ok()?;
            Some(Incoming::Channel(data.number.0, data.data))
        }
        _ => None,
    }
}

/// The first attribute that asks to be understood and is not.
pub(super) fn unknown(message: &Message) -> Option<u16> {
    let mut kinds = message.attributes.0.iter().map(|attribute| attribute.typ);
    kinds
        .find(|typ| typ.0 < 0x8000 && !KNOWN.contains(typ))
        .map(|typ| typ.0)
}

/// A text of at most 128 bytes.
pub(super) fn text(message: &Message, kind: AttrType) -> Option<String> {
    let value = message.get(kind).ok()?;
    (value.len() <= 128).then_some(())?;
    String::from_utf8(value).ok()
}

/// Every address the client names, in order; `None` if one makes no sense.
pub(super) fn peers(message: &Message) -> Option<Vec<SocketAddr>> {
    let named = message.attributes.0.iter();
    let named = named.filter(|attribute| attribute.typ == ATTR_XOR_PEER_ADDRESS);
    named
        .map(|attribute| peer(&attribute.value, message.transaction_id))
        .collect()
}

/// XOR-PEER-ADDRESS (RFC 8489 section 14.2). The codec's reads only the first of a message.
fn peer(value: &[u8], id: TransactionId) -> Option<SocketAddr> {
    let (head, ip) = value.split_at_checked(4)?;
    let port = u16::from_be_bytes([head[2], head[3]]) ^ (MAGIC_COOKIE >> 16) as u16;
    let ip = match head[1] {
        1 => IpAddr::V4(Ipv4Addr::from(
            u32::from_be_bytes(ip.try_into().ok()?) ^ MAGIC_COOKIE,
        )),
        2 => {
            let mut mask = [0; 16];
            mask[..4].copy_from_slice(&MAGIC_COOKIE.to_be_bytes());
            mask[4..].copy_from_slice(&id.0);
            let ip = u128::from_be_bytes(ip.try_into().ok()?) ^ u128::from_be_bytes(mask);
            IpAddr::V6(Ipv6Addr::from(ip))
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

/// A success response, signed with `key`.
pub(super) fn success(
    crypto: &Crypto,
    request: &Message,
    key: &[u8],
    attributes: Vec<Box<dyn Setter>>,
) -> Option<Vec<u8>> {
    build(
        crypto,
        request.transaction_id,
        request.typ.method,
        CLASS_SUCCESS_RESPONSE,
        attributes,
        Some(key),
    )
}

/// An error response; signed if there is a `key`, and with a nonce and realm if there is a nonce.
pub(super) fn error(
    crypto: &Crypto,
    request: &Message,
    code: ErrorCode,
    nonce: Option<String>,
    key: Option<&[u8]>,
) -> Option<Vec<u8>> {
    let mut attributes: Vec<Box<dyn Setter>> = vec![Box::new(ErrorCodeAttribute {
        code,
        reason: Vec::new(),
    })];
    if let Some(nonce) = nonce {
        attributes.push(Box::new(TextAttribute::new(ATTR_NONCE, nonce)));
        attributes.push(Box::new(TextAttribute::new(ATTR_REALM, REALM.to_owned())));
    }
    if let Some(kind) = unknown(request) {
        attributes.push(Box::new(Raw(
            ATTR_UNKNOWN_ATTRIBUTES,
            kind.to_be_bytes().to_vec(),
        )));
    }
    build(
        crypto,
        request.transaction_id,
        request.typ.method,
        CLASS_ERROR_RESPONSE,
        attributes,
        key,
    )
}

/// What a peer sent, for a client that has no channel for it.
pub(super) fn indication(crypto: &Crypto, id: [u8; 12], from: SocketAddr, data: &[u8]) -> Option<Vec<u8>> {
    let peer = PeerAddress {
        ip: from.ip(),
        port: from.port(),
    };
    let attributes: Vec<Box<dyn Setter>> = vec![Box::new(peer), Box::new(Data(data.to_vec()))];
    build(
        crypto,
        TransactionId(id),
        METHOD_DATA,
        CLASS_INDICATION,
        attributes,
        None,
    )
}

/// What a peer sent, for a client that has a channel for it.
pub(super) fn on_channel(number: u16, data: &[u8]) -> Vec<u8> {
    let mut framed = ChannelData {
        data: data.to_vec(),
        number: ChannelNumber(number),
        raw: Vec::new(),
    };
    framed.encode();
    framed.raw
}

/// An attribute without a codec.
struct Raw(AttrType, Vec<u8>);

impl Setter for Raw {
    fn add_to(&self, message: &mut Message) -> rtc::shared::error::Result<()> {
        message.add(self.0, &self.1);
        Ok(())
    }
}

fn build(
    crypto: &Crypto,
    id: TransactionId,
    method: Method,
    class: MessageClass,
    attributes: Vec<Box<dyn Setter>>,
    key: Option<&[u8]>,
) -> Option<Vec<u8>> {
    let mut message = Message::new();
    let kind = MessageType::new(method, class);
    let head: [Box<dyn Setter>; 2] = [Box::new(id), Box::new(kind)];
    message.build(&head).ok()?;
    for attribute in attributes {
        attribute.add_to(&mut message).ok()?;
    }
    if let Some(key) = key {
        MessageIntegrity::new_raw_integrity_with_provider(key, crypto.0.crypto())
            .add_to(&mut message)
            .ok()?;
    }
    FINGERPRINT.add_to(&mut message).ok()?;
    Some(message.raw)
}
