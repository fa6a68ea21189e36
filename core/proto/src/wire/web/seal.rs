//! How session descriptions are hidden from trackers.
//!
//! AES-256-GCM (NIST SP 800-38D) with a 16-byte IV, under a key made of password, app id and
//! room by one SHA-256. The text form is the IV's bytes in decimal, joined by commas, then `$`,
//! then Base64 of ciphertext and tag. It is as strong as the password and no stronger: in a
//! public room the password is the room's name.

use crate::secret::SecretBytes;
use aes_gcm::aead::consts::U16;
use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{AesGcm, Nonce, aes::Aes256};
use data_encoding::BASE64;
use sha2::{Digest, Sha256};

/// Length of the IV in bytes.
pub const IV_LEN: usize = 16;

/// Longest sealed text that is opened, in bytes. A page's offer takes under 6,000.
pub const MAX_SEALED_LEN: usize = 64 * 1024;

/// Longest description that is sealed, in bytes, so that what was sealed can be opened.
pub const MAX_SDP_LEN: usize = 48_000;

/// Why a sealed description stays shut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not the form of a sealed description, or too long.
    #[error("the peer's offer is garbled")]
    Malformed,
    /// Of the right form, but made with another key, or altered on the way.
    #[error("the peer's offer was made with another password")]
    WrongKey,
}

/// The key that session descriptions of one room on one island are sealed with.
#[derive(Debug, Clone)]
pub struct SignalKey(SecretBytes<32>);

impl SignalKey {
    /// Derives the key. `password` is the room's name in a public room, else its secret.
    #[must_use]
    pub fn derive(password: &str, app_id: &str, room: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [password, ":", app_id, ":", room] {
            hash.update(part);
        }
        Self(SecretBytes::new(hash.finalize().into()))
    }

    /// Seals a description of at most [`MAX_SDP_LEN`] bytes. `iv` must be fresh and random for
    /// every call: two texts under one IV give each other away.
    #[must_use]
    pub fn seal(&self, sdp: &str, iv: [u8; IV_LEN]) -> String {
        let sealed = self
            .cipher()
            .encrypt(&Nonce::<U16>::from(iv), sdp.as_bytes())
            .expect("GCM seals anything under 64 GiB");
        let iv = iv.map(|byte| byte.to_string()).join(",");
        format!("{iv}${}", BASE64.encode(&sealed))
    }

    /// Opens a sealed description.
    ///
    /// # Errors
    /// [`SealError::Malformed`] for the wrong form, [`SealError::WrongKey`] when the tag does
    /// not fit.
    pub fn open(&self, sealed: &str) -> Result<String, SealError> {
        if sealed.len() > MAX_SEALED_LEN {
            return Err(SealError::Malformed);
        }
        let (iv, text) = sealed.split_once('$').ok_or(SealError::Malformed)?;
        let iv = parse_iv(iv).ok_or(SealError::Malformed)?;
        let text = BASE64.decode(text.as_bytes()).map_err(|_| SealError::Malformed)?;
        let sdp = self
            .cipher()
            .decrypt(&Nonce::<U16>::from(iv), text.as_slice())
            .map_err(|_| SealError::WrongKey)?;
        String::from_utf8(sdp).map_err(|_| SealError::Malformed)
    }

    fn cipher(&self) -> AesGcm<Aes256, U16> {
        AesGcm::new(self.0.expose().into())
    }
}

/// Sixteen decimal bytes joined by commas.
fn parse_iv(text: &str) -> Option<[u8; IV_LEN]> {
    let mut iv = [0; IV_LEN];
    let mut parts = text.split(',');
    for byte in &mut iv {
        let part = parts.next()?;
        if !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        *byte = part.parse().ok()?;
    }
    parts.next().is_none().then_some(iv)
}
