//! Ed25519 (RFC 8032) with a context: `Sig(sk, ctx, m)` signs `"dayfly/1 sig " ‖ ctx ‖ 00 ‖ m`.
//!
//! Checked by `verify_strict` only: no malleable signature, no key of low order.

use ed25519_dalek::{Signer, SigningKey as Secret, VerifyingKey};
use rand_core::CryptoRng;
use std::fmt;
use zeroize::Zeroize;

/// Bytes of a signature.
pub const SIGNATURE_LEN: usize = 64;

/// A signature, as it travels.
pub type Signature = [u8; SIGNATURE_LEN];

/// A public Ed25519 key as its 32 bytes. Any 32 bytes may stand here: whether they are a key
/// shows when a signature is checked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// Nobody's key: what an invite without an owner names.
    pub const NOBODY: Self = Self([0; 32]);

    /// Whether `signature` is this key's over `parts` (joined) in the context `ctx`.
    #[must_use]
    pub fn verifies(&self, ctx: &str, parts: &[&[u8]], signature: &Signature) -> bool {
        VerifyingKey::from_bytes(&self.0).is_ok_and(|key| {
            key.verify_strict(
                &framed(ctx, parts),
                &ed25519_dalek::Signature::from_bytes(signature),
            )
            .is_ok()
        })
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A key links what was said to who said it, so logs never hold one.
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

/// A secret Ed25519 key, wiped on drop.
pub struct SigningKey(Secret);

impl SigningKey {
    /// A new key from `rng`, which nobody else can predict.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        let key = Self::from_seed(&seed);
        seed.zeroize();
        key
    }

    /// The key of a seed (RFC 8032, section 5.1.5). The caller wipes its copy.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Secret::from_bytes(seed))
    }

    /// The seed. The caller must not log it or keep a copy.
    #[must_use]
    pub fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs `parts` (joined) in the context `ctx`.
    #[must_use]
    pub fn sign(&self, ctx: &str, parts: &[&[u8]]) -> Signature {
        self.0.sign(&framed(ctx, parts)).to_bytes()
    }
}

impl Clone for SigningKey {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

fn framed(ctx: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut message = b"dayfly/1 sig ".to_vec();
    message.extend(ctx.as_bytes());
    message.push(0);
    for part in parts {
        message.extend(*part);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_key_context_and_message() {
        let key = SigningKey::from_seed(&[4; 32]);
        let signature = key.sign("id", &[b"ab", b"c"]);
        let public = key.public();
        assert!(public.verifies("id", &[b"abc"], &signature));
        assert!(!public.verifies("op", &[b"abc"], &signature));
        assert!(!public.verifies("id", &[b"abd"], &signature));
        assert!(
            !SigningKey::from_seed(&[5; 32])
                .public()
                .verifies("id", &[b"abc"], &signature)
        );
        for at in 0..SIGNATURE_LEN {
            let mut altered = signature;
            altered[at] ^= 1;
            assert!(!public.verifies("id", &[b"abc"], &altered));
        }
    }

    #[test]
    fn keys_of_low_order_verify_nothing() {
        // The neutral element: without strictness it verifies R = neutral, s = 0 for any message.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!PublicKey(neutral).verifies("id", &[b"anything"], &signature));
        assert!(!PublicKey::NOBODY.verifies("id", &[b"anything"], &signature));
    }
}
