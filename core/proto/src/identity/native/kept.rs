//! A kept identity: an Ed25519 key that one chooses to carry from room to room.
//!
//! Owns the key and its sealed form for export. Whoever is shown it can tell that two rooms were
//! the same person's, so it is shown pairwise only ([`crate::identity::native::proof`]). It
//! refuses to store itself: a blob is the caller's, and so is the work of Argon2id.

use crate::crypto::{PublicKey, Reader, SigningKey, TAG_LEN, kdf, open_once, seal_once};
use crate::secret::SecretBytes;
use rand_core::CryptoRng;
use std::fmt;

const VERSION: u8 = 1;

/// Bytes of salt in an export, for Argon2id and for the key drawn from what that gives.
pub const SALT_LEN: usize = 16;

/// Bytes of an export.
pub const EXPORT_LEN: usize = 1 + SALT_LEN + 32 + TAG_LEN;

/// Why a blob is no identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Not of the form.
    #[error("this is not an exported identity")]
    Malformed,
    /// Another passphrase, or altered.
    #[error("the exported identity does not open with this passphrase")]
    Unopened,
}

/// A kept identity. Wiped on drop.
#[derive(Clone)]
pub struct KeptKey(SigningKey);

/// A new salt for [`KeptKey::export`].
#[must_use]
pub fn new_salt(rng: &mut impl CryptoRng) -> [u8; SALT_LEN] {
    let mut salt = [0; SALT_LEN];
    rng.fill_bytes(&mut salt);
    salt
}

/// The salt in an export, with which Argon2id must run before [`KeptKey::import`].
///
/// # Errors
/// [`ImportError::Malformed`].
pub fn salt(blob: &[u8]) -> Result<[u8; SALT_LEN], ImportError> {
    parse(blob).map(|(salt, _)| salt)
}

fn parse(blob: &[u8]) -> Result<([u8; SALT_LEN], &[u8]), ImportError> {
    if blob.len() != EXPORT_LEN || blob.first() != Some(&VERSION) {
        return Err(ImportError::Malformed);
    }
    let mut reader = Reader::new(&blob[1..]);
    let salt = reader.array().map_err(|_| ImportError::Malformed)?;
    Ok((salt, reader.rest()))
}

fn key(salt: &[u8; SALT_LEN], w: &SecretBytes<32>) -> SecretBytes<32> {
    kdf(salt, w.expose(), "kept", &[])
}

impl KeptKey {
    /// A new identity.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self(SigningKey::generate(rng))
    }

    /// The identity of a seed, as a key store keeps it.
    #[must_use]
    pub fn from_seed(seed: &SecretBytes<32>) -> Self {
        Self(SigningKey::from_seed(seed.expose()))
    }

    /// The seed, for a key store to wrap.
    #[must_use]
    pub fn seed(&self) -> SecretBytes<32> {
        SecretBytes::new(*self.0.seed())
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.0.public()
    }

    pub(super) fn signing(&self) -> &SigningKey {
        &self.0
    }

    /// `01 ‖ salt[16] ‖ E(KDF(salt, w, "kept"), 01 ‖ salt, seed)`, with `w` what Argon2id made of
    /// the passphrase and a `salt` fresh from [`new_salt`].
    #[must_use]
    pub fn export(&self, salt: &[u8; SALT_LEN], w: &SecretBytes<32>) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend(salt);
        let sealed = seal_once(key(salt, w), &out, self.0.seed());
        out.extend(sealed);
        out
    }

    /// Opens an export with `w`, what Argon2id made of the passphrase and the blob's [`salt`].
    ///
    /// # Errors
    /// [`ImportError`].
    pub fn import(blob: &[u8], w: &SecretBytes<32>) -> Result<Self, ImportError> {
        let (salt, sealed) = parse(blob)?;
        let ad = &blob[..1 + SALT_LEN];
        let seed = open_once(&key(&salt, w), ad, sealed).map_err(|_| ImportError::Unopened)?;
        let seed = seed.as_slice().try_into().map_err(|_| ImportError::Malformed)?;
        Ok(Self(SigningKey::from_seed(seed)))
    }
}

impl fmt::Debug for KeptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Whatever the bytes are, they are refused or open to an identity that exports to them.
pub(super) fn fuzz(data: &[u8]) {
    let w = SecretBytes::new([7; 32]);
    if let Ok(kept) = KeptKey::import(data, &w) {
        let salt = salt(data).expect("what opened has a salt");
        assert_eq!(kept.export(&salt, &w), data, "an identity survives export");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    #[test]
    fn an_export_opens_with_its_passphrase_only() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let kept = KeptKey::generate(&mut rng);
        let salt_drawn = new_salt(&mut rng);
        let w = SecretBytes::new([2; 32]);
        let blob = kept.export(&salt_drawn, &w);
        assert_eq!(blob.len(), EXPORT_LEN);
        assert_eq!(salt(&blob), Ok(salt_drawn));
        assert_eq!(KeptKey::import(&blob, &w).unwrap().public(), kept.public());
        assert_eq!(
            KeptKey::import(&blob, &SecretBytes::new([3; 32])).unwrap_err(),
            ImportError::Unopened
        );
        for at in 0..blob.len() {
            let mut altered = blob.clone();
            altered[at] ^= 1;
            let expected = if at == 0 {
                ImportError::Malformed
            } else {
                ImportError::Unopened
            };
            assert_eq!(KeptKey::import(&altered, &w).unwrap_err(), expected, "byte {at}");
            assert_eq!(
                KeptKey::import(&blob[..at], &w).unwrap_err(),
                ImportError::Malformed
            );
        }
        // The seed itself appears nowhere in it.
        assert!(
            blob.windows(8)
                .all(|part| !kept.seed().expose().windows(8).any(|seed| seed == part))
        );
    }
}
