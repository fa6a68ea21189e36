//! OP: what the owner did, in one signed chain.
//!
//! ```text
//! OP   = room_id[32] ‖ gen u32 ‖ seq u64 ‖ prev[32] ‖ kind u8 ‖ args
//! sig  = Sig(owner, "op", OP)
//! args = remove    (1): id[32] ‖ last_seq u64 ‖ last_hash[32] ‖ H(G_{gen+1})[32]
//!        mute      (2): id[32] ‖ on u8
//!        slow      (3): seconds u32
//!        expire    (4): seconds u32
//!        lock      (5): on u8
//!        hand over (6): id[32]
//!        close     (7): nothing
//! ```
//! `gen` is the generation the owner acted in; a removal leads to the next. `prev` is `H(OP)` of
//! the one before, zeros for the first, whose `seq` is 1.

use super::event::switch;
use super::{EXPIRE_SECONDS, MAX_OP_BYTES, MAX_SLOW_SECONDS};
use crate::crypto::{self, Malformed, PublicKey, Reader, Signature, SigningKey};

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpKind {
    /// A member is removed and the room takes another secret.
    Remove {
        /// Whom.
        id: PublicKey,
        /// The last of its events that counts; 0 for none.
        last_seq: u64,
        /// That event's hash; zeros for none.
        last_hash: [u8; 32],
        /// `H` of the next generation's secret, which travels beside the operation.
        next_secret_hash: [u8; 32],
    },
    /// What a member says is shown to nobody, or to everybody again.
    Mute {
        /// Whom.
        id: PublicKey,
        /// Mute, or hear again.
        on: bool,
    },
    /// Least seconds between two messages of a member, up to 3,600; 0 for none.
    Slow {
        /// Seconds.
        seconds: u32,
    },
    /// New messages vanish after so many seconds, 5–86,400; 0 for never.
    Expire {
        /// Seconds.
        seconds: u32,
    },
    /// Nobody new is let in, or somebody again.
    Lock {
        /// Lock, or unlock.
        on: bool,
    },
    /// Another member is the owner from the next operation on.
    HandOver {
        /// Who.
        id: PublicKey,
    },
    /// The room is over for everybody.
    Close,
}

/// One OP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    /// The room it was done in.
    pub room_id: [u8; 32],
    /// The generation it was done in.
    pub generation: u32,
    /// Its number, from 1.
    pub seq: u64,
    /// [`Op::hash`] of the one before; zeros for the first.
    pub prev: [u8; 32],
    /// What.
    pub kind: OpKind,
}

impl Op {
    /// The encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(MAX_OP_BYTES);
        out.extend(self.room_id);
        out.extend(self.generation.to_be_bytes());
        out.extend(self.seq.to_be_bytes());
        out.extend(self.prev);
        match &self.kind {
            OpKind::Remove {
                id,
                last_seq,
                last_hash,
                next_secret_hash,
            } => {
                out.push(1);
                out.extend(id.0);
                out.extend(last_seq.to_be_bytes());
                out.extend(last_hash);
                out.extend(next_secret_hash);
            }
            OpKind::Mute { id, on } => {
                out.push(2);
                out.extend(id.0);
                out.push(u8::from(*on));
            }
            OpKind::Slow { seconds } => {
                out.push(3);
                out.extend(seconds.to_be_bytes());
            }
            OpKind::Expire { seconds } => {
                out.push(4);
                out.extend(seconds.to_be_bytes());
            }
            OpKind::Lock { on } => out.extend([5, u8::from(*on)]),
            OpKind::HandOver { id } => {
                out.push(6);
                out.extend(id.0);
            }
            OpKind::Close => out.push(7),
        }
        out
    }

    /// Reads one OP that fills `bytes`.
    ///
    /// # Errors
    /// [`Malformed`] for anything [`Op::encode`] would not write, or a value out of range.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let room_id = reader.array()?;
        let generation = reader.u32()?;
        let seq = reader.u64()?;
        let prev = reader.array()?;
        let kind = match reader.u8()? {
            1 => OpKind::Remove {
                id: PublicKey(reader.array()?),
                last_seq: reader.u64()?,
                last_hash: reader.array()?,
                next_secret_hash: reader.array()?,
            },
            2 => OpKind::Mute {
                id: PublicKey(reader.array()?),
                on: switch(reader.u8()?)?,
            },
            3 => OpKind::Slow {
                seconds: Some(reader.u32()?)
                    .filter(|seconds| *seconds <= MAX_SLOW_SECONDS)
                    .ok_or(Malformed)?,
            },
            4 => OpKind::Expire {
                seconds: Some(reader.u32()?)
                    .filter(|seconds| *seconds == 0 || EXPIRE_SECONDS.contains(seconds))
                    .ok_or(Malformed)?,
            },
            5 => OpKind::Lock {
                on: switch(reader.u8()?)?,
            },
            6 => OpKind::HandOver {
                id: PublicKey(reader.array()?),
            },
            7 => OpKind::Close,
            _ => return Err(Malformed),
        };
        reader.end()?;
        if seq == 0 || (seq == 1) != (prev == [0; 32]) {
            return Err(Malformed);
        }
        Ok(Self {
            room_id,
            generation,
            seq,
            prev,
            kind,
        })
    }

    /// `H(OP)`.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        crypto::hash(&[&self.encode()])
    }

    /// Signs it. `key` must be the owner's.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Signature {
        key.sign("op", &[&self.encode()])
    }

    /// Whether `signature` is `owner`'s.
    #[must_use]
    pub fn verify(&self, owner: &PublicKey, signature: &Signature) -> bool {
        owner.verifies("op", &[&self.encode()], signature)
    }
}
