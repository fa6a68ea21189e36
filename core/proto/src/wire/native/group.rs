//! SKDM and GROUP: sender keys, and what is sealed under them.
//!
//! ```text
//! SKDM  = author[32] ‖ gen u32 ‖ salt[16] ‖ E(KDF(salt, K_skdm, "skdm"), author ‖ gen, key[72])[88] ‖ sig[64]
//! sig   = Sig(author, "skdm", room_id ‖ SKDM without sig)
//! key   = skid u32 ‖ n u32 ‖ ck[32] ‖ media[32]
//! GROUP = gen u32 ‖ author[32] ‖ skid u32 ‖ n u32 ‖ E(mk, room_id ‖ the 44 bytes before, EVENT ‖ sig ‖ pad)
//! ```
//! `pad` is zeros, so many that the frame's type, the header, the tag and the session's own mark
//! of padding make 64·2ᵏ bytes together with it: the session frame around it then adds nothing.

use super::event::{Event, MAX_EVENT, MIN_EVENT};
use crate::crypto::{
    Malformed, PublicKey, Reader, SIGNATURE_LEN, Signature, SigningKey, TAG_LEN, Unopened, kdf, open_once,
    seal_once,
};
use crate::secret::SecretBytes;
use std::fmt;
use zeroize::Zeroizing;

/// Bytes of a sender key as it is handed over.
pub const SENDER_KEY_LEN: usize = 72;
/// What stands around a GROUP's plaintext in its session frame: type, header, tag, padding mark.
const AROUND: usize = 1 + GroupHeader::LEN + TAG_LEN + 1;

/// A sender key on its way to the members of one generation.
#[derive(Clone, PartialEq, Eq)]
pub struct Skdm {
    /// Whose key.
    pub author: PublicKey,
    /// For members of which generation.
    pub generation: u32,
    salt: [u8; 16],
    sealed: [u8; SENDER_KEY_LEN + TAG_LEN],
    signature: Signature,
}

/// Ciphertext and signature say nothing in a log.
impl fmt::Debug for Skdm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Skdm")
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

impl Skdm {
    /// Bytes of the encoding.
    pub const LEN: usize = 32 + 4 + 16 + SENDER_KEY_LEN + TAG_LEN + SIGNATURE_LEN;

    /// Seals `plain` under `skdm`, the key of that name of `generation`. `salt` is random and
    /// never used twice.
    #[must_use]
    pub fn seal(
        room_id: &[u8; 32],
        generation: u32,
        skdm: &SecretBytes<32>,
        key: &SigningKey,
        salt: [u8; 16],
        plain: &[u8; SENDER_KEY_LEN],
    ) -> Self {
        let mut out = Self {
            author: key.public(),
            generation,
            salt,
            sealed: [0; SENDER_KEY_LEN + TAG_LEN],
            signature: [0; SIGNATURE_LEN],
        };
        let sealed = seal_once(kdf(&salt, skdm.expose(), "skdm", b""), &out.ad(), plain);
        out.sealed.copy_from_slice(&sealed);
        out.signature = key.sign("skdm", &[room_id, &out.unsigned()]);
        out
    }

    /// Checks the signature and opens the key.
    ///
    /// # Errors
    /// [`Unopened`] if the author did not sign this for this room, or another generation's key
    /// sealed it.
    pub fn open(
        &self,
        room_id: &[u8; 32],
        skdm: &SecretBytes<32>,
    ) -> Result<Zeroizing<[u8; SENDER_KEY_LEN]>, Unopened> {
        let parts = [&room_id[..], &self.unsigned()];
        if !self.author.verifies("skdm", &parts, &self.signature) {
            return Err(Unopened);
        }
        let plain = open_once(
            &kdf(&self.salt, skdm.expose(), "skdm", b""),
            &self.ad(),
            &self.sealed,
        )?;
        let mut key = Zeroizing::new([0; SENDER_KEY_LEN]);
        key.copy_from_slice(&plain);
        Ok(key)
    }

    fn ad(&self) -> Vec<u8> {
        [&self.author.0[..], &self.generation.to_be_bytes()].concat()
    }

    fn unsigned(&self) -> Vec<u8> {
        [&self.ad()[..], &self.salt, &self.sealed].concat()
    }

    /// The encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        [&self.unsigned()[..], &self.signature].concat()
    }

    /// Reads one that fills `bytes`. Nothing is checked yet.
    ///
    /// # Errors
    /// [`Malformed`] for another length.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let skdm = Self {
            author: PublicKey(reader.array()?),
            generation: reader.u32()?,
            salt: reader.array()?,
            sealed: reader.array()?,
            signature: reader.array()?,
        };
        reader.end()?;
        Ok(skdm)
    }
}

/// Which key a GROUP is sealed under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupHeader {
    /// The generation of the key: only its members can open it.
    pub generation: u32,
    /// Whose key.
    pub author: PublicKey,
    /// Which of its keys; rising.
    pub skid: u32,
    /// Which message under that key.
    pub n: u32,
}

impl GroupHeader {
    /// Bytes of the encoding.
    pub const LEN: usize = 44;

    /// The encoding.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        out[..4].copy_from_slice(&self.generation.to_be_bytes());
        out[4..36].copy_from_slice(&self.author.0);
        out[36..40].copy_from_slice(&self.skid.to_be_bytes());
        out[40..].copy_from_slice(&self.n.to_be_bytes());
        out
    }

    /// What is authenticated beside the ciphertext: the room and the header.
    #[must_use]
    pub fn ad(&self, room_id: &[u8; 32]) -> Vec<u8> {
        [&room_id[..], &self.encode()].concat()
    }
}

/// An event under its author's sender key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Under which key.
    pub header: GroupHeader,
    /// Ciphertext and tag.
    pub sealed: Vec<u8>,
}

impl Group {
    /// The encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        [&self.header.encode()[..], &self.sealed].concat()
    }

    /// Reads one that fills `bytes`. Nothing is opened yet.
    ///
    /// # Errors
    /// [`Malformed`] for a length no GROUP has.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let header = GroupHeader {
            generation: reader.u32()?,
            author: PublicKey(reader.array()?),
            skid: reader.u32()?,
            n: reader.u32()?,
        };
        let sealed = reader.rest();
        let plain = sealed.len().checked_sub(TAG_LEN).ok_or(Malformed)?;
        let lengths = padded(MIN_EVENT + SIGNATURE_LEN)..=padded(MAX_EVENT + SIGNATURE_LEN);
        if plain != padded(plain) || !lengths.contains(&plain) {
            return Err(Malformed);
        }
        Ok(Self {
            header,
            sealed: sealed.to_vec(),
        })
    }
}

/// How long the plaintext of a GROUP is that holds `len` bytes.
fn padded(len: usize) -> usize {
    (len + AROUND).next_power_of_two().max(64) - AROUND
}

/// `EVENT ‖ sig ‖ pad`: what is sealed in a GROUP.
#[must_use]
pub fn group_plain(event: &Event, signature: &Signature) -> Zeroizing<Vec<u8>> {
    let encoded = event.encode();
    let len = encoded.len() + SIGNATURE_LEN;
    let mut out = Zeroizing::new(Vec::with_capacity(padded(len)));
    out.extend_from_slice(&encoded);
    out.extend(signature);
    out.resize(padded(len), 0);
    out
}

/// Reads what [`group_plain`] wrote. The signature is not checked here.
///
/// # Errors
/// [`Malformed`] for anything else, a padding that is not zeros included.
pub fn open_group_plain(plain: &[u8]) -> Result<(Event, Signature), Malformed> {
    let mut reader = Reader::new(plain);
    let event = Event::read(&mut reader)?;
    let signature = reader.array()?;
    let pad = reader.rest();
    let len = plain.len() - pad.len();
    if plain.len() != padded(len) || pad.iter().any(|byte| *byte != 0) {
        return Err(Malformed);
    }
    Ok((event, signature))
}
