//! A proof of identity holds for one end of one connection in one room, and nowhere else.

use crate::common::{ROOM, View, handshake, key, secrets};
use dayfly_proto::crypto::{PublicKey, SigningKey};
use dayfly_proto::identity::native::Role;
use dayfly_proto::identity::native::handshake::Secrets;
use dayfly_proto::identity::native::kept::KeptKey;
use dayfly_proto::identity::native::proof::{Caps, KeptProof, Proof, ProofError, message};
use dayfly_proto::identity::native::spki::{HardwareKey, signature_from_der};
use dayfly_proto::secret::SecretBytes;
use p256::ecdsa::signature::Signer;
use p256::pkcs8::EncodePublicKey;

/// What R makes of I's proof when I shows `kept`.
fn shown(pair: (Secrets, Secrets), kept: Option<KeptProof<'_>>) -> Result<Proof, ProofError> {
    let (a, b) = pair;
    let (_, frame) = a.prove(&key(1), &ROOM, Caps(0x8000_0003), kept);
    let (b, _) = b.prove(&key(2), &ROOM, Caps::NONE, None);
    b.check(&frame).map(|(_, proof)| proof)
}

#[test]
fn both_ends_learn_who_is_there() {
    let proof = shown(secrets(1), None).unwrap();
    assert_eq!(
        proof,
        Proof {
            id: key(1).public(),
            caps: Caps(0x8000_0003),
            kept: None,
            hardware: None
        }
    );
}

#[test]
fn every_byte_of_the_frame_counts() {
    let (_, frame) = secrets(1).0.prove(&key(1), &ROOM, Caps::NONE, None);
    for at in 0..frame.len() {
        let mut altered = frame.clone();
        altered[at] ^= 1;
        let (b, _) = secrets(1).1.prove(&key(2), &ROOM, Caps::NONE, None);
        assert_eq!(b.check(&altered).unwrap_err(), ProofError::Malformed, "byte {at}");
        let (b, _) = secrets(1).1.prove(&key(2), &ROOM, Caps::NONE, None);
        assert_eq!(b.check(&frame[..at]).unwrap_err(), ProofError::Malformed);
    }
}

#[test]
fn ones_own_proof_coming_back_is_refused() {
    let (a, _) = secrets(1);
    let (a, frame) = a.prove(&key(1), &ROOM, Caps::NONE, None);
    assert_eq!(a.check(&frame).unwrap_err(), ProofError::Malformed);
}

#[test]
fn the_same_key_at_both_ends_is_refused() {
    let (a, b) = secrets(1);
    let (_, frame) = a.prove(&key(1), &ROOM, Caps::NONE, None);
    let (b, _) = b.prove(&key(1), &ROOM, Caps::NONE, None);
    assert_eq!(b.check(&frame).unwrap_err(), ProofError::Own);
}

#[test]
fn a_proof_for_another_room_or_connection_is_refused() {
    let (a, b) = secrets(1);
    let (_, frame) = a.prove(&key(1), &[0x21; 32], Caps::NONE, None);
    let (b, _) = b.prove(&key(2), &ROOM, Caps::NONE, None);
    assert_eq!(b.check(&frame).unwrap_err(), ProofError::Invalid);

    let (a, _) = secrets(1);
    let (_, frame) = a.prove(&key(1), &ROOM, Caps::NONE, None);
    let (_, b) = secrets(2);
    let (b, _) = b.prove(&key(2), &ROOM, Caps::NONE, None);
    assert_eq!(b.check(&frame).unwrap_err(), ProofError::Malformed);
}

/// A member in the middle runs an honest handshake on each leg and holds both sets of keys. The
/// signature it received on one leg is what it would have to show on the other.
#[test]
fn a_signature_without_the_handshake_in_it_could_be_shown_again() {
    let (left, _) = secrets(1);
    let (_, right) = secrets(2);
    let id = key(1).public();
    let signed_for = |h: &[u8; 32], role: Role| key(1).sign("id", &[&[role.byte()], h, id.as_bytes(), &ROOM]);
    let holds = |signature, h: &[u8; 32], role: Role| {
        id.verifies("id", &[&[role.byte()], h, id.as_bytes(), &ROOM], &signature)
    };
    let signature = signed_for(left.h(), Role::Initiator);
    assert!(holds(signature, left.h(), Role::Initiator));
    assert!(
        !holds(signature, right.h(), Role::Initiator),
        "another connection"
    );
    assert!(!holds(signature, left.h(), Role::Responder), "another role");

    // The weak model signs who and where, and not on which connection.
    let weak = key(1).sign("id", &[&[1], id.as_bytes(), &ROOM]);
    assert!(
        id.verifies("id", &[&[1], id.as_bytes(), &ROOM], &weak),
        "the model takes the same signature on any connection"
    );
}

fn hardware(role: Role, h: &[u8; 32], id: &PublicKey) -> (HardwareKey, [u8; 64]) {
    let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let spki = key.verifying_key().to_public_key_der().unwrap();
    let signature: p256::ecdsa::Signature = key.sign(&message(role, h, id));
    (
        HardwareKey::from_spki(spki.as_bytes()).unwrap(),
        signature_from_der(signature.to_der().as_bytes()).unwrap(),
    )
}

#[test]
fn a_kept_identity_is_shown_with_and_without_hardware() {
    let kept = KeptKey::from_seed(&SecretBytes::new([9; 32]));
    let proof = shown(
        secrets(1),
        Some(KeptProof {
            key: &kept,
            hardware: None,
        }),
    )
    .unwrap();
    assert_eq!(proof.kept, Some(kept.public()));
    assert_eq!(proof.hardware, None);

    let pair = secrets(1);
    let (key_shown, signature) = hardware(Role::Initiator, pair.0.h(), &key(1).public());
    let hardware = Some((&key_shown, &signature));
    let proof = shown(pair, Some(KeptProof { key: &kept, hardware })).unwrap();
    assert_eq!(proof.kept, Some(kept.public()));
    assert_eq!(proof.hardware, Some(key_shown));
}

#[test]
fn a_hardware_signature_of_elsewhere_is_refused() {
    let kept = KeptKey::from_seed(&SecretBytes::new([9; 32]));
    let (own, other) = (key(1).public(), key(3).public());
    let pair = secrets(1);
    let h = *pair.0.h();
    for (role, h, id) in [
        (Role::Responder, h, own),
        (Role::Initiator, *secrets(2).0.h(), own),
        (Role::Initiator, h, other),
    ] {
        let (key_shown, signature) = hardware(role, &h, &id);
        let hardware = Some((&key_shown, &signature));
        assert_eq!(
            shown(secrets(1), Some(KeptProof { key: &kept, hardware })).unwrap_err(),
            ProofError::Invalid
        );
    }
}

/// Two people with the room's secret and different passwords never come so far; two with the
/// same reach proofs, whatever their keys.
#[test]
fn the_password_changes_what_is_proved_on() {
    let view = View::with_password(1);
    let (a, b) = handshake(&view, &view, 1).unwrap();
    assert_ne!(a.h(), secrets(1).0.h());
    assert_eq!(shown((a, b), None).unwrap().id, key(1).public());
    let stranger = SigningKey::from_seed(&[77; 32]);
    let (a, b) = handshake(&view, &view, 1).unwrap();
    let (_, frame) = a.prove(&stranger, &ROOM, Caps::NONE, None);
    let (b, _) = b.prove(&key(2), &ROOM, Caps::NONE, None);
    assert_eq!(b.check(&frame).unwrap().1.id, stranger.public());
}
