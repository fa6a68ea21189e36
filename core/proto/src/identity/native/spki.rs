//! P-256 keys of a device's key store: SubjectPublicKeyInfo (RFC 5280, RFC 5480) in strict DER,
//! and ECDSA with SHA-256 (FIPS 186-5).
//!
//! Owns what a kept identity's hardware key signs and shows. It refuses other curves, points that
//! are compressed or not on the curve, any encoding but the one DER allows, and the second of the
//! two signatures that ECDSA has for each message (high `s`).

use p256::PublicKey;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::{DecodePublicKey, EncodePublicKey};
use std::fmt;

/// Bytes of a P-256 SubjectPublicKeyInfo.
pub const SPKI_LEN: usize = 91;

/// Longest `SEQUENCE { r, s }` of P-256: two integers of 33 bytes.
const MAX_DER_SIGNATURE_LEN: usize = 72;

/// Not a P-256 key, or a signature by one, in its one strict form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a P-256 key or signature in strict DER")]
pub struct NotStrict;

/// A hardware key's public half. Shown pairwise only, because it outlives rooms.
#[derive(Clone, PartialEq, Eq)]
pub struct HardwareKey(PublicKey);

impl HardwareKey {
    /// Reads a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`NotStrict`].
    pub fn from_spki(der: &[u8]) -> Result<Self, NotStrict> {
        if der.len() != SPKI_LEN {
            return Err(NotStrict);
        }
        let key = Self(PublicKey::from_public_key_der(der).map_err(|_| NotStrict)?);
        // Whatever a parser is lenient about, there is one way to write it.
        if key.spki() != der {
            return Err(NotStrict);
        }
        Ok(key)
    }

    /// The SubjectPublicKeyInfo, [`SPKI_LEN`] bytes.
    #[must_use]
    pub fn spki(&self) -> Vec<u8> {
        self.0
            .to_public_key_der()
            .expect("a point of P-256 has a short encoding")
            .into_vec()
    }

    /// Whether `signature` (`r ‖ s`, low `s`) is this key's over `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| {
            signature.normalize_s() == signature
                && VerifyingKey::from(&self.0).verify(message, &signature).is_ok()
        })
    }
}

/// A key links rooms, so logs never hold one.
impl fmt::Debug for HardwareKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

/// `r ‖ s` with low `s`, from the DER that key stores give. They give either `s`; what travels is
/// the one that [`HardwareKey::verifies`] takes.
///
/// # Errors
/// [`NotStrict`].
pub fn signature_from_der(der: &[u8]) -> Result<[u8; 64], NotStrict> {
    if der.len() > MAX_DER_SIGNATURE_LEN {
        return Err(NotStrict);
    }
    let signature = Signature::from_der(der).map_err(|_| NotStrict)?;
    if signature.to_der().as_bytes() != der {
        return Err(NotStrict);
    }
    Ok(signature.normalize_s().to_bytes().into())
}

/// Whatever the bytes are as a key or a signature, they encode to themselves or are refused.
pub(super) fn fuzz(data: &[u8]) {
    if let Ok(key) = HardwareKey::from_spki(data) {
        assert_eq!(key.spki(), data, "a key survives encoding");
        assert!(!key.verifies(b"", &[0; 64]), "zeros sign nothing");
    }
    if let Ok(signature) = signature_from_der(data) {
        let parsed = Signature::from_slice(&signature).expect("what was converted is a signature");
        assert!(parsed.normalize_s() == parsed, "s is low");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer;

    fn key() -> SigningKey {
        SigningKey::from_slice(&[7; 32]).unwrap()
    }

    fn spki() -> Vec<u8> {
        key().verifying_key().to_public_key_der().unwrap().into_vec()
    }

    fn both_forms(message: &[u8]) -> [Signature; 2] {
        let signature: Signature = key().sign(message);
        let low = signature.normalize_s();
        let (r, s) = low.split_scalars();
        [low, Signature::from_scalars(r, -s).unwrap()]
    }

    #[test]
    fn one_encoding_of_a_key() {
        let der = spki();
        assert_eq!(der.len(), SPKI_LEN);
        assert_eq!(HardwareKey::from_spki(&der).unwrap().spki(), der);
        for at in 0..der.len() {
            let mut altered = der.clone();
            altered[at] ^= 1;
            assert!(HardwareKey::from_spki(&altered).is_err(), "byte {at}");
            assert!(HardwareKey::from_spki(&der[..at]).is_err());
        }
        let long_length = [&[0x30, 0x81, 0x59][..], &der[2..]].concat();
        assert!(HardwareKey::from_spki(&long_length).is_err());
        assert!(HardwareKey::from_spki(&[&der[..], &[0]].concat()).is_err());
    }

    #[test]
    fn of_two_signatures_one_holds() {
        let public = HardwareKey::from_spki(&spki()).unwrap();
        let [low, high] = both_forms(b"message");
        assert!(public.verifies(b"message", &low.to_bytes().into()));
        assert!(!public.verifies(b"massage", &low.to_bytes().into()));
        assert!(!public.verifies(b"message", &high.to_bytes().into()));
        // The library itself takes either: the strictness is ours.
        assert!(key().verifying_key().verify(b"message", &high).is_ok());
        for form in [low, high] {
            let converted = signature_from_der(form.to_der().as_bytes()).unwrap();
            assert!(public.verifies(b"message", &converted));
        }
    }

    #[test]
    fn one_encoding_of_a_signature() {
        let der = both_forms(b"message")[0].to_der().as_bytes().to_vec();
        assert!(signature_from_der(&der).is_ok());
        let mut padded = der.clone();
        padded[1] += 1;
        padded[3] += 1;
        padded.insert(4, 0);
        assert!(
            signature_from_der(&padded).is_err(),
            "an integer with a zero too many"
        );
        let long = [&[0x30, 0x81, der[1]][..], &der[2..]].concat();
        assert!(signature_from_der(&long).is_err());
        assert!(signature_from_der(&[&der[..], &[0]].concat()).is_err());
        assert!(signature_from_der(&[0x30, 6, 2, 1, 0, 2, 1, 0]).is_err(), "zeros");
        assert!(signature_from_der(&[]).is_err());
    }
}
