//! The identity of a web room: an RSA key that signs `ROOM_userId`.
//!
//! Owns making our own and checking a peer's. A page signs with RSASSA-PKCS1-v1_5 and SHA-256
//! (RFC 8017, section 8.2). The signature binds neither a connection nor a time, so whoever has
//! seen it can replay it: it shows what was claimed, and this module says no more than that.

use crate::secret::Private;
use data_encoding::BASE64;
use rand_core::CryptoRng;
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{EncodePublicKey, SubjectPublicKeyInfoRef, der::Decode};
use rsa::sha2::{Digest, Sha256};
use rsa::signature::{SignatureEncoding, Signer, Verifier};
use rsa::{BoxedUint, RsaPrivateKey, RsaPublicKey, pkcs1};
use std::fmt;

/// Size of our own keys in bits: what every page makes, and so what nobody is known by.
pub const KEY_BITS: usize = 2048;

/// Smallest modulus of a peer's key that is looked at, in bits.
pub const MIN_KEY_BITS: usize = 1024;

/// Largest modulus of a peer's key that is looked at, in bits. Checking a signature of this size
/// costs some ten milliseconds, one of 2048 bits well under one.
pub const MAX_KEY_BITS: usize = 8192;

/// Longest Base64 text of a public key that is decoded, in bytes: a key of [`MAX_KEY_BITS`] with
/// the largest exponent allowed takes under 1,500.
pub const MAX_KEY_TEXT: usize = 2048;

/// Longest Base64 text of a signature that is decoded, in bytes.
pub const MAX_SIGNATURE_TEXT: usize = 2048;

/// A key pair that has not signed yet. It can be made before the room is known, and signs once.
pub struct WebKey {
    key: RsaPrivateKey,
    user_id: String,
}

impl fmt::Debug for WebKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebKey { .. }")
    }
}

impl WebKey {
    /// Makes a key pair and a user id.
    ///
    /// Finding two primes takes 0.2 s on average and now and then many times that; not for a thread that
    /// somebody waits on.
    #[must_use]
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        let user_id = uuid::Builder::from_random_bytes(random)
            .into_uuid()
            .hyphenated()
            .to_string();
        let key = RsaPrivateKey::new(rng, KEY_BITS).expect("2048 bits is a size that can be made");
        Self { key, user_id }
    }

    /// Signs for `room`, and drops (and so wipes) the private key: one room has one user id, so
    /// there is nothing else to sign with it.
    #[must_use]
    pub fn introduce(self, room: &str) -> WebIdentity {
        let Self { key, user_id } = self;
        let spki = key
            .to_public_key()
            .to_public_key_der()
            .expect("a key that was just made can be encoded");
        let signature = SigningKey::<Sha256>::new(key).sign(&signed_text(room, &user_id));
        WebIdentity {
            user_id,
            public_key: BASE64.encode(spki.as_bytes()),
            signature: BASE64.encode(&signature.to_bytes()),
        }
    }
}

/// Who we are in one web room. The private key was used once and is gone.
#[derive(Clone, PartialEq, Eq)]
pub struct WebIdentity {
    /// A UUID, version 4, lower case with hyphens.
    pub user_id: String,
    /// Base64 (standard alphabet, padded) of the SPKI DER.
    pub public_key: String,
    /// Base64 (standard alphabet, padded) of the signature over `ROOM_userId`.
    pub signature: String,
}

impl fmt::Debug for WebIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebIdentity { .. }")
    }
}

impl WebIdentity {
    /// The fingerprint peers see for us.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let spki = BASE64.decode(self.public_key.as_bytes()).unwrap_or_default();
        fingerprint(&spki)
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// See [`fingerprint`].
    pub fingerprint: Private<String>,
    /// The signature is one by this key over this room and user id. It may be replayed.
    pub signature_ok: bool,
}

/// Why a peer's key cannot be looked at. A page refuses such a peer too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Longer than any key we look at.
    #[error("the peer's key is longer than {MAX_KEY_TEXT} characters")]
    TooLong,
    /// Not Base64.
    #[error("the peer's key is not Base64")]
    Base64,
    /// Not the DER of an RSA public key (RFC 5280, section 4.1; RFC 3279, section 2.3.1).
    #[error("the peer's key is not an RSA public key")]
    NotRsa,
    /// The modulus is too small, too large or even, or the exponent is out of range.
    #[error("the peer's key is weaker than {MIN_KEY_BITS} or larger than {MAX_KEY_BITS} bits")]
    Size,
}

/// Checks a peer's claim to `user_id` in `room`. A signature of the wrong form is a wrong
/// signature, not an error: the page shows such a peer as unverified.
///
/// # Errors
/// [`KeyError`] when the key cannot be parsed within bounds. Sizes are checked before any
/// arithmetic.
pub fn check(public_key: &str, signature: &str, room: &str, user_id: &str) -> Result<Checked, KeyError> {
    if public_key.len() > MAX_KEY_TEXT {
        return Err(KeyError::TooLong);
    }
    let spki = BASE64
        .decode(public_key.as_bytes())
        .map_err(|_| KeyError::Base64)?;
    let key = parse_key(&spki)?;
    Ok(Checked {
        fingerprint: Private(fingerprint(&spki)),
        signature_ok: verifies(key, signature, room, user_id),
    })
}

fn parse_key(spki: &[u8]) -> Result<RsaPublicKey, KeyError> {
    let info = SubjectPublicKeyInfoRef::from_der(spki).map_err(|_| KeyError::NotRsa)?;
    // RFC 3279 wants NULL here. Holding to it leaves one encoding, thus one fingerprint, a key.
    let null = info.algorithm.parameters.is_some_and(|any| any.is_null());
    if info.algorithm.oid != pkcs1::ALGORITHM_OID || !null {
        return Err(KeyError::NotRsa);
    }
    let inner = info.subject_public_key.as_bytes().ok_or(KeyError::NotRsa)?;
    let parts = pkcs1::RsaPublicKeyRef::from_der(inner).map_err(|_| KeyError::NotRsa)?;
    let (n, e) = (parts.modulus.as_bytes(), parts.public_exponent.as_bytes());
    let bits = n.len() * 8 - n.first().map_or(0, |top| top.leading_zeros() as usize);
    let odd = |bytes: &[u8]| bytes.last().is_some_and(|low| low & 1 == 1);
    if !(MIN_KEY_BITS..=MAX_KEY_BITS).contains(&bits) || !odd(n) || !odd(e) || e.len() > 5 {
        return Err(KeyError::Size);
    }
    let uint = |bytes: &[u8]| {
        let precision = u32::try_from(bytes.len() * 8).map_err(|_| KeyError::Size)?;
        BoxedUint::from_be_slice(bytes, precision).map_err(|_| KeyError::Size)
    };
    RsaPublicKey::new_with_size_limits(uint(n)?, uint(e)?, MIN_KEY_BITS..=MAX_KEY_BITS)
        .map_err(|_| KeyError::Size)
}

fn verifies(key: RsaPublicKey, signature: &str, room: &str, user_id: &str) -> bool {
    if signature.len() > MAX_SIGNATURE_TEXT {
        return false;
    }
    let Ok(bytes) = BASE64.decode(signature.as_bytes()) else {
        return false;
    };
    let Ok(signature) = Signature::try_from(bytes.as_slice()) else {
        return false;
    };
    VerifyingKey::<Sha256>::new(key)
        .verify(&signed_text(room, user_id), &signature)
        .is_ok()
}

fn signed_text(room: &str, user_id: &str) -> Vec<u8> {
    format!("{room}_{user_id}").into_bytes()
}

/// The first 64 bits of SHA-256 over a key's SPKI DER, as `xxxx-xxxx-xxxx-xxxx`.
///
/// Enough for people to tell members apart. With enough machines a second key with the same 64
/// bits can be made, so nothing is decided by it.
#[must_use]
pub fn fingerprint(spki_der: &[u8]) -> String {
    let digest = Sha256::digest(spki_der);
    let groups: Vec<String> = digest[..8]
        .chunks(2)
        .map(|pair| format!("{:02x}{:02x}", pair[0], pair[1]))
        .collect();
    groups.join("-")
}

/// The name of a member that has not chosen one: `Guest` and the first four characters of its
/// user id. (A page shows an animal there, picked from a list that is not ours to copy.)
#[must_use]
pub fn default_name(user_id: &str) -> String {
    let short: String = user_id
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(4)
        .collect();
    if short.is_empty() {
        "Guest".into()
    } else {
        format!("Guest {short}")
    }
}
