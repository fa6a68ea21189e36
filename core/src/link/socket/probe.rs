//! The binding requests by which two sockets agree that a connection has moved.
//!
//! They are ordinary ICE checks (RFC 8445, 7.2) under the connection's own credentials, so that a
//! peer without this code answers them too, with one attribute more: which move of the sender's
//! it is, and what is wanted. The attribute is one that receivers may ignore. Nothing is believed
//! here of a message but that its sender has the password; from where it was sent, and whether it
//! is a repetition, is looked at in [`super::migrate`].

use dayfly_proto::secret::SecretString;
use rtc::crypto::RTCCryptoProvider;
use rtc_stun::attributes::{
    ATTR_ICE_CONTROLLED, ATTR_ICE_CONTROLLING, ATTR_MESSAGE_INTEGRITY, ATTR_PRIORITY, ATTR_USE_CANDIDATE,
    ATTR_USERNAME, AttrType,
};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter, TransactionId};
use rtc_stun::xoraddr::XorMappedAddress;
use std::net::SocketAddr;
use std::sync::Arc;

/// The number of our attribute, in the range that a receiver may ignore (RFC 8489, 5).
const MOVE: AttrType = AttrType(0xC0DF);

/// Longest message looked at. Ours have about 150 bytes.
const MAX_LEN: usize = 600;

/// Length of a SHA-1 tag.
const TAG: usize = 20;

/// The priority of a candidate learnt from a check (RFC 8445, 5.1.2.2), with the highest
/// preference among those.
const PRIORITY: u32 = (110 << 24) | (0xffff << 8) | 255;

/// One side's ICE credentials.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub(super) ufrag: String,
    pub(super) pwd: SecretString,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// To learn whether this way leads anywhere.
    Test,
    /// The sender has moved and wants to be answered this way from now on.
    Use,
    /// To learn whether whoever sent the last one is where it seems to be.
    Check,
}

/// What identifies a request and its answer.
pub(super) type Id = [u8; 12];

/// A request of the peer's whose password was right.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) id: Id,
    /// Which of its moves.
    pub(super) round: u32,
    pub(super) wish: Wish,
}

/// Makes and checks the messages of one connection.
#[derive(Clone)]
pub(super) struct Codec {
    ours: Side,
    theirs: Side,
    controlling: bool,
    crypto: Arc<dyn RTCCryptoProvider>,
}

impl std::fmt::Debug for Codec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Codec([private])")
    }
}

/// A message's own words, before anything of it is believed.
pub(super) enum Kind {
    /// A request with our attribute.
    Request,
    /// An answer of either sort, to this request.
    Answer(Id),
}

/// Tells whether a datagram could be one of ours by looking at it, without any computing.
pub(super) fn kind(datagram: &[u8]) -> Option<Kind> {
    if datagram.len() > MAX_LEN || datagram.get(4..8)? != [0x21, 0x12, 0xa4, 0x42] {
        return None;
    }
    let id: Id = datagram.get(8..20)?.try_into().ok()?;
    match datagram.get(..2)? {
        [0, 1] => has_move(datagram).then_some(Kind::Request),
        [1, 1 | 0x11] => Some(Kind::Answer(id)),
        _ => None,
    }
}

fn has_move(datagram: &[u8]) -> bool {
    let mut rest = datagram.get(20..).unwrap_or_default();
    while let Some([a, b, c, d]) = rest.first_chunk::<4>() {
        if u16::from_be_bytes([*a, *b]) == MOVE.0 {
            return true;
        }
        let length = usize::from(u16::from_be_bytes([*c, *d])).next_multiple_of(4);
        rest = rest.get(4 + length..).unwrap_or_default();
    }
    false
}

impl Codec {
    /// None where no cryptography is to be had, which the connection itself would not survive.
    pub(super) fn new(ours: Side, theirs: Side, controlling: bool) -> Option<Self> {
        let crypto = rtc::crypto::default_provider().ok()?;
        Some(Self {
            ours,
            theirs,
            controlling,
            crypto,
        })
    }

    /// A request and what its answer will be known by.
    pub(super) fn request(&self, round: u32, wish: Wish) -> Option<(Id, Vec<u8>)> {
        let id = TransactionId::new();
        let mut message = Message::new();
        message.build(&[Box::new(BINDING_REQUEST), Box::new(id)]).ok()?;
        let username = format!("{}:{}", self.theirs.ufrag, self.ours.ufrag);
        message.add(ATTR_USERNAME, username.as_bytes());
        message.add(ATTR_PRIORITY, &PRIORITY.to_be_bytes());
        // Any number will do: it settles who leads, which is settled long before.
        let breaker = &TransactionId::new().0[..8];
        if self.controlling {
            message.add(ATTR_ICE_CONTROLLING, breaker);
            if wish == Wish::Use {
                message.add(ATTR_USE_CANDIDATE, &[]);
            }
        } else {
            message.add(ATTR_ICE_CONTROLLED, breaker);
        }
        let mut value = round.to_be_bytes().to_vec();
        value.push(match wish {
            Wish::Test => 0,
            Wish::Use => 1,
            Wish::Check => 2,
        });
        message.add(MOVE, &value);
        Some((id.0, self.sealed(message, &self.theirs.pwd)?))
    }

    /// The answer to a request that came from `from`.
    pub(super) fn answer(&self, id: Id, from: SocketAddr) -> Option<Vec<u8>> {
        let mut message = Message::new();
        let mapped = XorMappedAddress {
            ip: from.ip(),
            port: from.port(),
        };
        message
            .build(&[
                Box::new(BINDING_SUCCESS),
                Box::new(TransactionId(id)),
                Box::new(mapped),
            ])
            .ok()?;
        self.sealed(message, &self.ours.pwd)
    }

    fn sealed(&self, mut message: Message, pwd: &SecretString) -> Option<Vec<u8>> {
        let key = pwd.expose().to_owned();
        let integrity = MessageIntegrity::new_short_term_integrity_with_provider(key, self.crypto.crypto());
        integrity.add_to(&mut message).ok()?;
        FINGERPRINT.add_to(&mut message).ok()?;
        Some(message.raw)
    }

    fn opened(&self, datagram: &[u8], pwd: &SecretString) -> Option<Message> {
        let mut message = Message::new();
        message.unmarshal_binary(datagram).ok()?;
        // Nothing may follow the tag but the fingerprint, which is no secret's business.
        let (last, before) = message.attributes.0.split_last()?;
        let tag = if last.typ == ATTR_MESSAGE_INTEGRITY {
            last
        } else {
            before.last()?
        };
        if tag.typ != ATTR_MESSAGE_INTEGRITY || tag.value.len() != TAG {
            return None;
        }
        MessageIntegrity::check(&mut message, pwd.expose().as_bytes(), self.crypto.crypto()).ok()?;
        Some(message)
    }

    /// Opens a request of the peer's.
    pub(super) fn asked(&self, datagram: &[u8]) -> Option<Asked> {
        let message = self.opened(datagram, &self.ours.pwd)?;
        let username = message.get(ATTR_USERNAME).ok()?;
        if username != format!("{}:{}", self.ours.ufrag, self.theirs.ufrag).as_bytes() {
            return None;
        }
        let value = message.get(MOVE).ok()?;
        let round = u32::from_be_bytes(*value.first_chunk()?);
        let wish = match value.get(4)? {
            0 => Wish::Test,
            1 => Wish::Use,
            2 => Wish::Check,
            _ => return None,
        };
        Some(Asked {
            id: message.transaction_id.0,
            round,
            wish,
        })
    }

    /// Whether an answer is the peer's, and a good one.
    pub(super) fn answered(&self, datagram: &[u8]) -> bool {
        let answer = self.opened(datagram, &self.theirs.pwd);
        answer.is_some_and(|message| message.typ == BINDING_SUCCESS)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn side(name: &str) -> Side {
        Side {
            ufrag: format!("{name}uf"),
            pwd: SecretString::new(format!("{name} has a password of its own")),
        }
    }

    /// Both ends' codecs; the first is in control.
    pub(in super::super) fn pair() -> (Codec, Codec) {
        let a = Codec::new(side("a"), side("b"), true).expect("cryptography");
        let b = Codec::new(side("b"), side("a"), false).expect("cryptography");
        (a, b)
    }

    #[test]
    fn requests_and_answers_open_at_the_other_side_alone() {
        let (a, b) = pair();
        for wish in [Wish::Test, Wish::Use, Wish::Check] {
            let (id, request) = a.request(7, wish).expect("a request");
            assert!(matches!(kind(&request), Some(Kind::Request)));
            assert_eq!(b.asked(&request), Some(Asked { id, round: 7, wish }));
            assert_eq!(a.asked(&request), None, "it came back to its sender");
            let answer = b.answer(id, "192.0.2.1:9".parse().unwrap()).expect("an answer");
            assert!(matches!(kind(&answer), Some(Kind::Answer(of)) if of == id));
            assert!(a.answered(&answer) && !b.answered(&answer));
        }
        let stranger = Codec::new(side("c"), side("b"), true).expect("cryptography");
        let (_, request) = stranger.request(7, Wish::Use).expect("a request");
        assert_eq!(b.asked(&request), None, "of another connection");
    }

    #[test]
    fn nothing_that_is_changed_opens_and_nothing_panics() {
        let (a, b) = pair();
        let (id, request) = a.request(1, Wish::Use).expect("a request");
        let answer = b
            .answer(id, "[2001:db8::1]:9".parse().unwrap())
            .expect("an answer");
        // The last eight bytes are the fingerprint, which the tag does not cover.
        let covered = request.len() - 8;
        for at in 0..request.len() {
            for flip in [1, 0x80, 0xff] {
                let mut changed = request.clone();
                changed[at] ^= flip;
                kind(&changed);
                assert!(b.asked(&changed).is_none() || at >= covered, "byte {at}");
                let mut changed = answer.clone();
                if let Some(byte) = changed.get_mut(at) {
                    *byte ^= flip;
                    assert!(!a.answered(&changed) || at + 8 >= answer.len(), "byte {at}");
                }
            }
            kind(&request[..at]);
            assert!(b.asked(&request[..at]).is_none());
        }
    }
}
