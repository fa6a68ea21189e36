//! `did:key` (W3C CCG, "The did:key Method v0.7") for Ed25519: how a key is shown and written.
//!
//! Multicodec `ed01`, base58btc with the prefix `z`. It refuses every other kind of key, and text
//! that is not exactly what [`encode`] writes. There is no resolver: the key is the document.

use crate::crypto::PublicKey;

const PREFIX: &str = "did:key:z";

/// The multicodec of an Ed25519 public key, as a varint.
const ED25519: [u8; 2] = [0xed, 0x01];

/// Longer than any that is one.
const MAX_LEN: usize = 64;

/// Not the `did:key` of an Ed25519 key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not the did:key of an Ed25519 key")]
pub struct NotDidKey;

/// `did:key:z6Mk…`, 56 characters.
#[must_use]
pub fn encode(key: &PublicKey) -> String {
    let mut bytes = ED25519.to_vec();
    bytes.extend(key.as_bytes());
    format!("{PREFIX}{}", bs58::encode(bytes).into_string())
}

/// The key in a `did:key`. That it is a point of the curve shows when it verifies something.
///
/// # Errors
/// [`NotDidKey`].
pub fn decode(did: &str) -> Result<PublicKey, NotDidKey> {
    // Decoding base 58 takes the square of the length.
    if did.len() > MAX_LEN {
        return Err(NotDidKey);
    }
    let text = did.strip_prefix(PREFIX).ok_or(NotDidKey)?;
    let bytes = bs58::decode(text).into_vec().map_err(|_| NotDidKey)?;
    let key = bytes.strip_prefix(&ED25519).ok_or(NotDidKey)?;
    Ok(PublicKey(key.try_into().map_err(|_| NotDidKey)?))
}

/// Whatever the bytes are as text, they encode to themselves or are refused.
pub(super) fn fuzz(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(key) = decode(text)
    {
        assert_eq!(encode(&key), text, "a did:key survives encoding");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SigningKey;

    /// The method's test vectors: seed, identifier.
    const VECTORS: [(u8, &str); 3] = [
        (0, "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"),
        (1, "did:key:z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG"),
        (2, "did:key:z6MknGc3ocHs3zdPiJbnaaqDi58NGb4pk1Sp9WxWufuXSdxf"),
    ];

    #[test]
    fn the_methods_vectors() {
        for (last, did) in VECTORS {
            let mut seed = [0; 32];
            seed[31] = last;
            let key = SigningKey::from_seed(&seed).public();
            assert_eq!(encode(&key), did);
            assert_eq!(decode(did), Ok(key));
        }
    }

    #[test]
    fn other_keys_and_spellings_are_refused() {
        let did = VECTORS[0].1;
        let x25519 = bs58::encode([&[0xec, 0x01][..], &[7; 32]].concat()).into_string();
        let long = bs58::encode([&ED25519[..], &[7; 33]].concat()).into_string();
        for wrong in [
            "",
            "did:key:",
            "did:key:z",
            &did[..did.len() - 1],
            &format!("{did}1"),
            &format!("{did} "),
            &did.to_uppercase(),
            &did.replace("did:key:z", "did:key:u"),
            &did.replace("did:key:z", "did:key:z1"),
            &format!("{did}#{}", &did[8..]),
            &format!("did:key:z{x25519}"),
            &format!("did:key:z{long}"),
            &format!("did:key:z{}", "2".repeat(10_000)),
        ] {
            assert_eq!(decode(wrong), Err(NotDidKey), "{wrong}");
        }
    }
}
