//! Codes of an exchange by hand: two devices describe a connection to each other on paper, on their
//! screens or by any text, and meet without a server.
//!
//! ```text
//! body   = form u8 ‖ id[32] ‖ n[16] ‖ answers[16] ‖ description    (kind 4; form 1 offer, 2 answer)
//! H(QR)  = SHA-256 of the whole record; answers = H(QR1)[..16] in an answer, absent in an offer
//! psk0   = KDF(H(QR1) ‖ H(QR2), n1 ‖ n2, "manual psk")       room_id = H(QR1 ‖ QR2)
//! ```
//! `id` is the key that the sender has in the room, `description` the compact form of
//! [`crate::description`], whose fingerprint is that of the certificate of this one connection.
//!
//! A code holds no secret of the room: whoever reads both can follow where the two meet, and cannot
//! take part, because a session begins only between the two certificates and the two keys in them.
//! What a code is worth as a proof is what the way it came is worth: seen on the screen in the hands
//! of the person meant, it is that person's.

use super::product::{LINK_HOST, URI_SCHEME};
use super::{InviteError, record};
use crate::crypto::{PublicKey, Reader, hash, kdf};
use crate::description::{CandidateKind, Description, Setup};
use crate::secret::SecretBytes;
use zeroize::Zeroizing;

/// The most addresses in a code: each makes its picture larger.
pub const MAX_ADDRESSES: usize = 6;

const OFFER: u8 = 1;
const ANSWER: u8 = 2;

/// Which half of an exchange a code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum ManualHalf {
    /// The first: shown by somebody who is in the room, taken by who wants to come in.
    Offer,
    /// The second: shown in return.
    Answer,
}

/// One half of an exchange by hand. It holds addresses, so `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct ManualCode {
    /// In an answer: which offer it answers, by the first half of its [`ManualCode::hash`].
    pub answers: Option<[u8; 16]>,
    /// The key that whoever shows it has in the room, to be proved in the session.
    pub id: PublicKey,
    /// Drawn for this code alone.
    pub nonce: [u8; 16],
    /// Where the connection that was made for it may be reached. An offer leaves who begins DTLS
    /// to the answer.
    pub description: Description,
}

impl ManualCode {
    /// A code that asks for an answer. Of more than [`MAX_ADDRESSES`] candidates those are kept
    /// that two devices side by side need, and one from each server.
    #[must_use]
    pub fn offer(id: PublicKey, nonce: [u8; 16], description: Description) -> Self {
        Self {
            answers: None,
            id,
            nonce,
            description: trimmed(description),
        }
    }

    /// The code that answers `offer`; addresses as in [`ManualCode::offer`].
    #[must_use]
    pub fn answer(offer: &Self, id: PublicKey, nonce: [u8; 16], description: Description) -> Self {
        Self {
            answers: Some(offer.name()),
            ..Self::offer(id, nonce, description)
        }
    }

    /// Reads a code from pasted or scanned text. White space around it is ignored, and within it
    /// too: a long text breaks into lines on its way.
    ///
    /// # Errors
    /// [`InviteError::NotManual`] for an invite, and whatever [`super::Invite::parse`] says of a
    /// text that is neither.
    pub fn parse(text: &str) -> Result<Self, InviteError> {
        if text.len() > super::MAX_TEXT {
            return Err(InviteError::TooLong {
                what: "text",
                limit: super::MAX_TEXT,
            });
        }
        let text: Zeroizing<String> = Zeroizing::new(text.split_ascii_whitespace().collect());
        if text.is_empty() {
            return Err(InviteError::Empty);
        }
        let payload = match text.split_once(':') {
            Some((scheme, payload)) if scheme.eq_ignore_ascii_case(URI_SCHEME) => payload,
            Some(("https", rest)) if !LINK_HOST.is_empty() => rest
                .strip_prefix("//")
                .and_then(|rest| rest.strip_prefix(LINK_HOST))
                .and_then(|rest| rest.strip_prefix("/#"))
                .ok_or(InviteError::NotManual)?,
            _ => return Err(InviteError::NotManual),
        };
        record::manual_from_base32(payload)
    }

    /// Which half it is.
    #[must_use]
    pub fn half(&self) -> ManualHalf {
        match self.answers {
            None => ManualHalf::Offer,
            Some(_) => ManualHalf::Answer,
        }
    }

    /// The code as text: what its picture holds, and what can be copied instead of it.
    #[must_use]
    pub fn text(&self) -> String {
        super::as_link(&record::manual_to_base32(self), LINK_HOST)
    }

    /// `H(QR)`: what both devices call this code, whichever letters it was written in.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        hash(&[&record::manual(self)])
    }

    /// The first half of [`ManualCode::hash`], by which an answer names its offer.
    #[must_use]
    pub fn name(&self) -> [u8; 16] {
        *self.hash().first_chunk().expect("16 of 32 bytes")
    }

    pub(super) fn encode_body(&self) -> Vec<u8> {
        let mut body = vec![if self.answers.is_some() { ANSWER } else { OFFER }];
        body.extend(self.id.as_bytes());
        body.extend(self.nonce);
        body.extend(self.answers.iter().flatten());
        body.extend(self.description.encode());
        body
    }

    pub(super) fn decode_body(body: &[u8]) -> Result<Self, InviteError> {
        let mut body = Reader::new(body);
        let form = body.u8()?;
        let id = PublicKey(body.array()?);
        let nonce = body.array()?;
        let answers = match form {
            OFFER => None,
            ANSWER => Some(body.array()?),
            _ => return Err(InviteError::Newer),
        };
        let description = Description::decode(body.rest())?;
        let chosen = description.setup != Setup::ActPass;
        if chosen != answers.is_some() || description.candidates.len() > MAX_ADDRESSES {
            return Err(InviteError::Damaged);
        }
        Ok(Self {
            answers,
            id,
            nonce,
            description,
        })
    }
}

impl std::fmt::Debug for ManualCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ManualCode({:?})", self.half())
    }
}

/// What follows from both halves.
#[derive(Clone)]
pub struct ManualKeys {
    /// What stands for the room in the handshake (mode 3).
    pub room_id: [u8; 32],
    /// `psk0`. Whoever has read both codes has it.
    pub psk: SecretBytes<32>,
}

impl std::fmt::Debug for ManualKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

impl ManualKeys {
    /// The keys of an exchange.
    #[must_use]
    pub fn derive(offer: &ManualCode, answer: &ManualCode) -> Self {
        let (first, second) = (record::manual(offer), record::manual(answer));
        let salt = [hash(&[&first]), hash(&[&second])].concat();
        let nonces = [offer.nonce, answer.nonce].concat();
        Self {
            room_id: hash(&[&first, &second]),
            psk: kdf(&salt, &nonces, "manual psk", b""),
        }
    }
}

/// Keeps [`MAX_ADDRESSES`] candidates in their order: one relayed, one that a server saw, and of
/// the device's own as many as fit, those that come first in the order of checks first.
fn trimmed(mut description: Description) -> Description {
    let candidates = &description.candidates;
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by_key(|at| u32::MAX - candidates[*at].priority);
    // The first of each kind that is further away stays, whatever is near; the others come last.
    let mut first = |kind: CandidateKind| {
        let far = |at: &usize| candidates[*at].kind == kind;
        let at = order.iter().position(far)?;
        Some(order.remove(at))
    };
    let mut kept: Vec<usize> = [CandidateKind::Relayed, CandidateKind::ServerReflexive]
        .into_iter()
        .filter_map(&mut first)
        .collect();
    kept.extend(order);
    let mut order = kept;
    order.truncate(MAX_ADDRESSES);
    order.sort_unstable();
    description.candidates = order.into_iter().map(|at| description.candidates[at]).collect();
    description
}

#[cfg(test)]
mod tests;
