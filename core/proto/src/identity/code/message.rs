//! What is said over a code: messages with one encoding each, in boxes of few lengths.

use super::CodeKeys;
use crate::crypto::{Malformed, Reader, TAG_LEN, kdf, open_once, put_lp, seal_once};
use crate::identity::native::kem::{Cpace, Exchange, MlKem768};
use crate::invite::native::Topic;
use data_encoding::BASE64;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// Names one code of a host, or one exchange of a joiner: drawn by whoever it names.
pub type Cid = [u8; 16];

const CID_LEN: usize = 16;
const SALT_LEN: usize = 16;
/// The lengths that a box has. All messages but an invite with many trackers fit the first.
const SIZES: [usize; 3] = [2000, 4000, 8000];
/// The longest invite that can be passed on, in bytes of its record.
pub const MAX_INVITE: usize = SIZES[2] - SALT_LEN - TAG_LEN - 2 - 1 - CID_LEN - 2 - TAG_LEN;

/// The joiner's shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct C1 {
    /// The host that was heard.
    pub host: Cid,
    /// This exchange.
    pub joiner: Cid,
    /// `Y_J`.
    pub share: [u8; Cpace::OFFER_LEN],
    /// `ek`.
    pub kem_key: Box<[u8; MlKem768::OFFER_LEN]>,
}

impl C1 {
    /// The bytes that go into the transcript.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.host[..], &self.joiner, &self.share, &self.kem_key[..]].concat()
    }
}

/// The host's shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct C2 {
    /// The exchange.
    pub joiner: Cid,
    /// `Y_H`.
    pub share: [u8; Cpace::ANSWER_LEN],
    /// `ct`.
    pub kem_text: Box<[u8; MlKem768::ANSWER_LEN]>,
}

impl C2 {
    /// The bytes that go into the transcript.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.joiner[..], &self.share, &self.kem_text[..]].concat()
    }
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Whoever has this number, say so.
    Ask,
    /// A host is here.
    Beacon {
        /// Which.
        host: Cid,
    },
    /// A joiner begins.
    C1(C1),
    /// The host answers.
    C2(C2),
    /// The joiner shows that it knows the code.
    C3 {
        /// The host.
        host: Cid,
        /// The exchange.
        joiner: Cid,
        /// `HMAC(K, "J")`.
        tag: [u8; 32],
    },
    /// The host hands over the invite.
    C4 {
        /// The exchange.
        joiner: Cid,
        /// The sealed invite.
        sealed: Vec<u8>,
    },
    /// That was another code. Proves nothing.
    Refusal {
        /// The exchange.
        joiner: Cid,
    },
}

impl Message {
    /// The message's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Ask => vec![0],
            Self::Beacon { host } => [&[1], &host[..]].concat(),
            Self::C1(c1) => [&[2], &c1.to_bytes()[..]].concat(),
            Self::C2(c2) => [&[3], &c2.to_bytes()[..]].concat(),
            Self::C3 { host, joiner, tag } => [&[4], &host[..], joiner, tag].concat(),
            Self::C4 { joiner, sealed } => {
                let mut out = [&[5], &joiner[..]].concat();
                put_lp(&mut out, sealed);
                out
            }
            Self::Refusal { joiner } => [&[6], &joiner[..]].concat(),
        }
    }

    /// Reads a message.
    ///
    /// # Errors
    /// [`Malformed`]: an unknown type, a wrong length, something left over.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let message = match reader.u8()? {
            0 => Self::Ask,
            1 => Self::Beacon {
                host: reader.array()?,
            },
            2 => Self::C1(C1 {
                host: reader.array()?,
                joiner: reader.array()?,
                share: reader.array()?,
                kem_key: Box::new(reader.array()?),
            }),
            3 => Self::C2(C2 {
                joiner: reader.array()?,
                share: reader.array()?,
                kem_text: Box::new(reader.array()?),
            }),
            4 => Self::C3 {
                host: reader.array()?,
                joiner: reader.array()?,
                tag: reader.array()?,
            },
            5 => Self::C4 {
                joiner: reader.array()?,
                sealed: reader.lp()?.to_vec(),
            },
            6 => Self::Refusal {
                joiner: reader.array()?,
            },
            _ => return Err(Malformed),
        };
        reader.end()?;
        Ok(message)
    }
}

/// Why a box is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BoxError {
    /// Not Base64, or of no length that a box has.
    #[error("this is no box of a code")]
    Form,
    /// It does not open: another number or topic, or altered.
    #[error("the box does not open with this number's key")]
    Unopened,
    /// What is inside has not the form it should have.
    #[error("what is in the box is malformed")]
    Malformed,
}

/// Puts a message into a box, as the text that a meeting point carries. Anybody can do this.
///
/// # Panics
/// When a sealed invite is longer than that of [`MAX_INVITE`] bytes: whoever seals has looked.
pub fn seal(keys: &CodeKeys, topic: &Topic, message: &Message, rng: &mut impl CryptoRng) -> String {
    let encoded = Zeroizing::new(message.encode());
    let needed = encoded.len() + 2 + SALT_LEN + TAG_LEN;
    let size = SIZES.into_iter().find(|size| needed <= *size);
    let size = size.expect("the longest message is an invite, which was measured before");
    let mut plain = Zeroizing::new(Vec::with_capacity(size));
    put_lp(&mut plain, &encoded);
    plain.resize(size - SALT_LEN - TAG_LEN, 0);
    let mut salt = [0; SALT_LEN];
    rng.fill_bytes(&mut salt);
    let key = kdf(&salt, keys.sealing.expose(), "box", topic.as_bytes());
    let mut sealed = salt.to_vec();
    sealed.extend(seal_once(key, topic.as_bytes(), &plain));
    BASE64.encode(&sealed)
}

/// Takes a message out of its box. That it was in one proves nothing.
///
/// # Errors
/// [`BoxError`].
pub fn open(keys: &CodeKeys, topic: &Topic, text: &str) -> Result<Message, BoxError> {
    if !SIZES.iter().any(|size| text.len() == BASE64.encode_len(*size)) {
        return Err(BoxError::Form);
    }
    let sealed = BASE64.decode(text.as_bytes()).map_err(|_| BoxError::Form)?;
    let (salt, sealed) = sealed.split_first_chunk::<SALT_LEN>().ok_or(BoxError::Form)?;
    let key = kdf(salt, keys.sealing.expose(), "box", topic.as_bytes());
    let plain = open_once(&key, topic.as_bytes(), sealed).map_err(|_| BoxError::Unopened)?;
    let mut reader = Reader::new(&plain);
    let message = reader
        .lp()
        .and_then(Message::decode)
        .map_err(|_| BoxError::Malformed)?;
    let padded = reader.rest().iter().all(|byte| *byte == 0);
    padded.then_some(message).ok_or(BoxError::Malformed)
}

/// Fuzz body: the bytes as a message, and as a box.
///
/// # Panics
/// If what decodes does not encode to itself.
pub(in crate::identity) fn fuzz(data: &[u8]) {
    if let Ok(message) = Message::decode(data) {
        assert!(message.encode() == data, "a message has one encoding");
    }
    let nameplate = super::Nameplate::new(4821).expect("it is below 10,000");
    let keys = CodeKeys::of(nameplate);
    let topic = keys.topic("tracker", 1);
    let mut boxed = data.to_vec();
    boxed.resize(SIZES[data.len() % SIZES.len()], 0);
    for text in [String::from_utf8_lossy(data).into_owned(), BASE64.encode(&boxed)] {
        assert!(open(&keys, &topic, &text).is_err(), "nobody sealed this");
    }
}
