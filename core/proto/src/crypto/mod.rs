//! Primitives of the native protocol, each with its one notation (`docs/protocol.md`, "Notation").
//!
//! Owns hashing, key derivation, one-time sealing and Ed25519 with contexts. It refuses to draw
//! randomness, to reuse a key for two seals, and to accept a signature or point that another
//! implementation might read differently. Everything secret is wiped on drop.

mod chance;
mod codec;
mod sign;

pub use chance::Chance;
pub use codec::{Malformed, Reader, put_lp, put_lp32};
pub use sign::{PublicKey, SIGNATURE_LEN, Signature, SigningKey};

use crate::secret::SecretBytes;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

/// Bytes that sealing adds: the tag of AES-GCM.
pub const TAG_LEN: usize = 16;

/// `H`: SHA-256 over the parts, one after another.
#[must_use]
pub fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// `KDF(salt, ikm, label, x)`: HKDF-SHA-256 (RFC 5869) with the info
/// `"dayfly/1 " ‖ label ‖ 00 ‖ x`, 32 bytes.
#[must_use]
pub fn kdf(salt: &[u8], ikm: &[u8], label: &str, x: &[u8]) -> SecretBytes<32> {
    let mut out = [0; 32];
    Hkdf::<Sha256>::new(Some(salt), ikm)
        .expand_multi_info(&[b"dayfly/1 ", label.as_bytes(), &[0], x], &mut out)
        .expect("32 bytes are within what HKDF gives");
    let key = SecretBytes::new(out);
    out.zeroize();
    key
}

/// HMAC-SHA-256 (RFC 2104) over the parts.
#[must_use]
pub fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    mac(key, parts).finalize().into_bytes().into()
}

/// Whether `tag` is the [`hmac()`] of the parts, compared in constant time.
#[must_use]
pub fn hmac_fits(key: &[u8], parts: &[&[u8]], tag: &[u8; 32]) -> bool {
    mac(key, parts).verify_slice(tag).is_ok()
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac
}

/// What was sealed does not open: another key, other data beside it, or altered bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed bytes do not open with this key")]
pub struct Unopened;

/// `E(k, ad, m)`: AES-256-GCM with a nonce of zeros. The key is consumed, because it seals once.
#[must_use]
pub fn seal_once(key: SecretBytes<32>, ad: &[u8], plain: &[u8]) -> Vec<u8> {
    cipher(&key)
        .encrypt(&[0; 12].into(), Payload { msg: plain, aad: ad })
        .expect("a message is far shorter than what AES-GCM takes")
}

/// Opens what [`seal_once`] sealed.
///
/// # Errors
/// [`Unopened`].
pub fn open_once(key: &SecretBytes<32>, ad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
    cipher(key)
        .decrypt(&[0; 12].into(), Payload { msg: sealed, aad: ad })
        .map(Zeroizing::new)
        .map_err(|_| Unopened)
}

fn cipher(key: &SecretBytes<32>) -> Aes256Gcm {
    Aes256Gcm::new(key.expose().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealing_opens_with_the_same_key_and_data_only() {
        let key = |n| SecretBytes::new([n; 32]);
        let sealed = seal_once(key(1), b"ad", b"words");
        assert_eq!(sealed.len(), 5 + TAG_LEN);
        assert_eq!(
            open_once(&key(1), b"ad", &sealed).as_deref().map(Vec::as_slice),
            Ok(&b"words"[..])
        );
        assert_eq!(open_once(&key(2), b"ad", &sealed), Err(Unopened));
        assert_eq!(open_once(&key(1), b"da", &sealed), Err(Unopened));
        for cut in 0..sealed.len() {
            assert_eq!(open_once(&key(1), b"ad", &sealed[..cut]), Err(Unopened));
        }
    }

    #[test]
    fn derivation_separates_every_argument() {
        let base = kdf(b"salt", b"ikm", "label", b"x");
        for other in [
            kdf(b"salu", b"ikm", "label", b"x"),
            kdf(b"salt", b"ikn", "label", b"x"),
            kdf(b"salt", b"ikm", "labem", b"x"),
            kdf(b"salt", b"ikm", "label", b"y"),
            kdf(b"salt", b"ikm", "labelx", b""),
        ] {
            assert!(base != other);
        }
    }

    #[test]
    fn macs_fit_only_their_own_message() {
        let tag = hmac(b"key", &[b"a", b"b"]);
        assert!(hmac_fits(b"key", &[b"ab"], &tag));
        assert!(!hmac_fits(b"key", &[b"ac"], &tag));
        assert!(!hmac_fits(b"kez", &[b"ab"], &tag));
    }
}
