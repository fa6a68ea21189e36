//! Fuzz bodies of the decoders here; `crate::fuzz` lists them.

use super::{did, handshake, kept, proof, sender, session, spki};

/// A frame or payload of the handshake.
pub fn handshake(data: &[u8]) {
    handshake::fuzz(data);
}

/// A proof of identity.
pub fn proof(data: &[u8]) {
    proof::fuzz(data);
}

/// A session frame, and the same bytes as the content of one.
pub fn session(data: &[u8]) {
    session::fuzz(data);
}

/// The key in a SKDM.
pub fn sender(data: &[u8]) {
    sender::fuzz(data);
}

/// A hardware key or its signature, in DER.
pub fn spki(data: &[u8]) {
    spki::fuzz(data);
}

/// A `did:key`.
pub fn did(data: &[u8]) {
    did::fuzz(data);
}

/// An exported identity.
pub fn kept(data: &[u8]) {
    kept::fuzz(data);
}
