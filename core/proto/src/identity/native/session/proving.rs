//! The first frame each way.
//!
//! Owns the step from a handshake to a session. An [`Unproven`] has no way to seal or open
//! anything but proofs, and making one makes the proof of this end, so no application byte leaves
//! before ours or is read before the other end's.

use super::channel::Channel;
use super::{PROOF, Session};
use crate::crypto::{PublicKey, SigningKey, kdf};
use crate::identity::native::Role;
use crate::identity::native::handshake::{Secrets, WRONG_PASSWORD};
use crate::identity::native::proof::{self, Caps, KeptProof, Place, Proof, ProofError};
use crate::secret::SecretBytes;

/// A connection whose other end has not proved who it is. This end has.
pub struct Unproven {
    channel: Channel,
    h: [u8; 32],
    room_id: [u8; 32],
    own: PublicKey,
    signals: SecretBytes<32>,
}

impl Secrets {
    /// Proves with `key` who this end is; the frame is to be sent first. `kept` is shown to the
    /// other end alone.
    ///
    /// # Panics
    /// Never: a proof fits a frame.
    #[must_use]
    pub fn prove(
        self,
        key: &SigningKey,
        room_id: &[u8; 32],
        caps: Caps,
        kept: Option<KeptProof<'_>>,
    ) -> (Unproven, Vec<u8>) {
        let Self { role, h, sid, root } = self;
        let signals = kdf(root.expose(), b"", "signals", b"");
        let mut channel = Channel::new(role, sid, root);
        let proof = proof::encode(Place { h: &h, room_id }, role, key, caps, kept);
        let frame = channel
            .seal(&[&[PROOF], &proof])
            .expect("a proof is some 400 bytes and the first frame");
        let unproven = Unproven {
            channel,
            h,
            room_id: *room_id,
            own: key.public(),
            signals,
        };
        (unproven, frame)
    }
}

impl Unproven {
    /// Which end this is.
    #[must_use]
    pub fn role(&self) -> Role {
        self.channel.role()
    }

    /// The session's name. Of two sessions with one member, the smaller stays.
    #[must_use]
    pub fn sid(&self) -> &[u8; 16] {
        self.channel.sid()
    }

    /// Checks the other end's first frame. Whether its id may be here (known, removed, blocked) is
    /// the caller's to ask next.
    ///
    /// # Errors
    /// [`ProofError`], final.
    pub fn check(mut self, frame: &[u8]) -> Result<(Session, Proof), ProofError> {
        if frame == WRONG_PASSWORD {
            return Err(ProofError::WrongPassword);
        }
        let plain = self.channel.open(frame).map_err(|_| ProofError::Malformed)?;
        let Some((&PROOF, bytes)) = plain.split_first() else {
            return Err(ProofError::NotFirst);
        };
        let place = Place {
            h: &self.h,
            room_id: &self.room_id,
        };
        let proof = proof::check(place, self.channel.role().other(), &self.own, bytes)?;
        let mut session = Session::new(self.channel, self.h, proof.id);
        session.signals = Some(self.signals);
        Ok((session, proof))
    }
}
