//! IDPROOF: the first frame each way, which says who is at the other end of a finished handshake.
//!
//! `01 ‖ id[32] ‖ sig[64] ‖ lp(caps u32) ‖ lp(ext)`, where
//! `sig = Sig(id, "id", role ‖ h ‖ id ‖ room_id)`: made for this handshake, this end and this room,
//! so it is of no use anywhere else. `ext` is empty or
//! `kept[32] ‖ Sig(kept, "kept", role ‖ h ‖ id)`, and that is the end or `lp(spki) ‖ r ‖ s` of a
//! hardware P-256 key over the same message follows.
//!
//! It refuses one's own id, another room, role or handshake, and any form but this one. What a
//! valid proof is worth is the room's to say.

use crate::crypto::{Malformed, PublicKey, Reader, Signature, SigningKey, put_lp};
use crate::identity::native::Role;
use crate::identity::native::kept::KeptKey;
use crate::identity::native::spki::{HardwareKey, SPKI_LEN};

const VERSION: u8 = 1;

/// What a member's software can do, one bit each. Unknown bits are kept and mean nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Caps(pub u32);

impl Caps {
    /// Nothing beyond the protocol itself.
    pub const NONE: Self = Self(0);
}

/// A kept identity to show in a proof.
#[derive(Debug, Clone, Copy)]
pub struct KeptProof<'a> {
    /// The identity.
    pub key: &'a KeptKey,
    /// What the device's hardware key signed of [`message`], if it has one.
    pub hardware: Option<(&'a HardwareKey, &'a [u8; 64])>,
}

/// Who proved to be at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The member's key in this room.
    pub id: PublicKey,
    /// What its software can do.
    pub caps: Caps,
    /// The identity it keeps across rooms, if it chose to show it to this end.
    pub kept: Option<PublicKey>,
    /// The hardware key that vouches for `kept`, if it has one.
    pub hardware: Option<HardwareKey>,
}

/// Why nobody proved anything. The connection is to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The first frame does not open, or is not of the form.
    #[error("the other end's first frame is no proof of identity")]
    Malformed,
    /// Something else came first.
    #[error("the other end said something before it proved who it is")]
    NotFirst,
    /// The key is this end's own.
    #[error("the other end shows this end's own key")]
    Own,
    /// A signature does not hold for this connection, end and room.
    #[error("the other end's proof of identity does not hold here")]
    Invalid,
    /// The other end could not open message 3.
    #[error("the other end says that the password differs")]
    WrongPassword,
}

impl From<Malformed> for ProofError {
    fn from(Malformed: Malformed) -> Self {
        Self::Malformed
    }
}

/// What binds a proof to its place.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) h: &'a [u8; 32],
    pub(super) room_id: &'a [u8; 32],
}

/// What a hardware key signs (ECDSA with SHA-256):
/// `"dayfly/1 sig kept" ‖ 00 ‖ role ‖ h ‖ id`, as the kept identity itself does.
#[must_use]
pub fn message(role: Role, h: &[u8; 32], id: &PublicKey) -> Vec<u8> {
    [b"dayfly/1 sig kept\0", &[role.byte()][..], h, id.as_bytes()].concat()
}

/// Our proof.
pub(super) fn encode(
    place: Place<'_>,
    role: Role,
    key: &SigningKey,
    caps: Caps,
    kept: Option<KeptProof<'_>>,
) -> Vec<u8> {
    let id = key.public();
    let sig = key.sign("id", &[&[role.byte()], place.h, id.as_bytes(), place.room_id]);
    let ext = kept.map(|kept| Ext {
        kept: kept.key.public(),
        sig: kept
            .key
            .signing()
            .sign("kept", &[&[role.byte()], place.h, id.as_bytes()]),
        hardware: kept.hardware.map(|(key, sig)| (key.clone(), *sig)),
    });
    Wire { id, sig, caps, ext }.encode()
}

/// What the other end's proof shows, if it holds here.
pub(super) fn check(
    place: Place<'_>,
    peer: Role,
    own: &PublicKey,
    bytes: &[u8],
) -> Result<Proof, ProofError> {
    let Wire { id, sig, caps, ext } = Wire::decode(bytes)?;
    if id == *own {
        return Err(ProofError::Own);
    }
    if !id.verifies(
        "id",
        &[&[peer.byte()], place.h, id.as_bytes(), place.room_id],
        &sig,
    ) {
        return Err(ProofError::Invalid);
    }
    let mut proof = Proof {
        id,
        caps,
        kept: None,
        hardware: None,
    };
    if let Some(Ext { kept, sig, hardware }) = ext {
        if !kept.verifies("kept", &[&[peer.byte()], place.h, id.as_bytes()], &sig) {
            return Err(ProofError::Invalid);
        }
        if let Some((key, sig)) = hardware {
            if !key.verifies(&message(peer, place.h, &id), &sig) {
                return Err(ProofError::Invalid);
            }
            proof.hardware = Some(key);
        }
        proof.kept = Some(kept);
    }
    Ok(proof)
}

/// IDPROOF, taken apart and not yet believed.
struct Wire {
    id: PublicKey,
    sig: Signature,
    caps: Caps,
    ext: Option<Ext>,
}

struct Ext {
    kept: PublicKey,
    sig: Signature,
    hardware: Option<(HardwareKey, [u8; 64])>,
}

impl Wire {
    fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend(self.id.as_bytes());
        out.extend(self.sig);
        put_lp(&mut out, &self.caps.0.to_be_bytes());
        let mut bytes = Vec::new();
        if let Some(ext) = &self.ext {
            bytes.extend(ext.kept.as_bytes());
            bytes.extend(ext.sig);
            if let Some((key, sig)) = &ext.hardware {
                put_lp(&mut bytes, &key.spki());
                bytes.extend(sig);
            }
        }
        put_lp(&mut out, &bytes);
        out
    }

    fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != VERSION {
            return Err(Malformed);
        }
        let id = PublicKey(reader.array()?);
        let sig = reader.array()?;
        let caps = reader.lp()?.try_into().map_err(|_| Malformed)?;
        let ext = reader.lp()?;
        reader.end()?;
        Ok(Self {
            id,
            sig,
            caps: Caps(u32::from_be_bytes(caps)),
            ext: if ext.is_empty() {
                None
            } else {
                Some(Ext::decode(ext)?)
            },
        })
    }
}

impl Ext {
    fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let kept = PublicKey(reader.array()?);
        let sig = reader.array()?;
        let hardware = if reader.is_empty() {
            None
        } else {
            let spki = reader.lp()?;
            if spki.len() != SPKI_LEN {
                return Err(Malformed);
            }
            let key = HardwareKey::from_spki(spki).map_err(|_| Malformed)?;
            Some((key, reader.array()?))
        };
        reader.end()?;
        Ok(Self { kept, sig, hardware })
    }
}

/// Whatever the bytes are, they encode to themselves or are refused.
pub(super) fn fuzz(data: &[u8]) {
    if let Ok(wire) = Wire::decode(data) {
        assert_eq!(wire.encode(), data, "a proof survives encoding");
    }
    let place = Place {
        h: &[1; 32],
        room_id: &[2; 32],
    };
    let checked = check(place, Role::Initiator, &PublicKey([3; 32]), data);
    assert!(checked.is_err(), "nobody signed for a handshake that never was");
}
