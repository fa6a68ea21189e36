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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::SecretBytes;

    const PLACE: Place<'static> = Place {
        h: &[1; 32],
        room_id: &[2; 32],
    };
    const OWN: PublicKey = PublicKey([9; 32]);

    fn checked(bytes: &[u8]) -> Result<Proof, ProofError> {
        check(PLACE, Role::Initiator, &OWN, bytes)
    }

    fn full() -> Vec<u8> {
        use p256::ecdsa::signature::Signer;
        use p256::pkcs8::EncodePublicKey;
        let key = SigningKey::from_seed(&[3; 32]);
        let kept = KeptKey::from_seed(&SecretBytes::new([4; 32]));
        let hardware = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
        let spki = hardware.verifying_key().to_public_key_der().unwrap();
        let signed: p256::ecdsa::Signature = hardware.sign(&message(Role::Initiator, PLACE.h, &key.public()));
        let shown = HardwareKey::from_spki(spki.as_bytes()).unwrap();
        let low = signed.normalize_s().to_bytes().into();
        let kept = KeptProof {
            key: &kept,
            hardware: Some((&shown, &low)),
        };
        encode(PLACE, Role::Initiator, &key, Caps(5), Some(kept))
    }

    #[test]
    fn every_bit_of_a_proof_counts_but_those_of_caps() {
        let bytes = full();
        let proof = checked(&bytes).unwrap();
        assert!(proof.kept.is_some() && proof.hardware.is_some());
        // Caps are not signed: the session that carries them vouches for them.
        let caps = 1 + 32 + 64 + 2..1 + 32 + 64 + 2 + 4;
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut altered = bytes.clone();
                altered[at] ^= 1 << bit;
                match checked(&altered) {
                    Ok(other) => assert!(caps.contains(&at) && other.caps != proof.caps, "byte {at}"),
                    Err(error) => assert!(matches!(error, ProofError::Invalid | ProofError::Malformed)),
                }
            }
            assert_eq!(checked(&bytes[..at]), Err(ProofError::Malformed));
        }
        assert_eq!(checked(&[&bytes[..], &[0]].concat()), Err(ProofError::Malformed));
    }

    #[test]
    fn a_proof_holds_in_one_place() {
        let bytes = full();
        let elsewhere = [
            (Place { h: &[0; 32], ..PLACE }, Role::Initiator),
            (
                Place {
                    room_id: &[0; 32],
                    ..PLACE
                },
                Role::Initiator,
            ),
            (PLACE, Role::Responder),
        ];
        for (place, peer) in elsewhere {
            assert_eq!(check(place, peer, &OWN, &bytes), Err(ProofError::Invalid));
        }
        let own = SigningKey::from_seed(&[3; 32]).public();
        assert_eq!(check(PLACE, Role::Initiator, &own, &bytes), Err(ProofError::Own));
    }

    /// The second signature of the same key over the same bytes (s + the group's order), and a key
    /// of low order, for which one signature fits every message.
    #[test]
    fn signatures_that_only_lax_verifiers_take_are_refused() {
        let order: [u8; 32] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let mut bytes = encode(
            PLACE,
            Role::Initiator,
            &SigningKey::from_seed(&[3; 32]),
            Caps::NONE,
            None,
        );
        assert!(checked(&bytes).is_ok());
        let s = &mut bytes[1 + 32 + 32..1 + 32 + 64];
        let mut carry = 0;
        for (byte, add) in s.iter_mut().zip(order) {
            carry += u16::from(*byte) + u16::from(add);
            *byte = carry as u8;
            carry >>= 8;
        }
        assert_eq!(checked(&bytes), Err(ProofError::Invalid));

        let mut neutral = [0; 32];
        neutral[0] = 1;
        bytes[1..33].copy_from_slice(&neutral);
        bytes[33..97].fill(0);
        bytes[33] = 1;
        assert_eq!(checked(&bytes), Err(ProofError::Invalid));
    }
}
