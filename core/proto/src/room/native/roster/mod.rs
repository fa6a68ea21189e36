//! The owner's log: who owns the room, who was removed, which secret it has now.
//!
//! One chain of signed operations, one writer: the owner the invite names, then whoever it hands
//! over to. Every member that has seen the same operations is in the same state. Two operations
//! with one number are proof that the owner told different people different things: the log is
//! frozen, what was done before stays, nothing is believed after, and both are kept to show others.
//!
//! A removal leads to the next *generation*: another secret, which the removed never gets. Frames
//! of a generation go to those only who proved in their session that they have its secret
//! ([`Roster::acked`]). Secrets of the last [`KEPT_GENERATIONS`] are kept, so that members who
//! were away are met on the old topic and told. Whoever is met there and was not here before is
//! sent away.
//!
//! No clock, no links: time plays no part here, and what must be sent is asked for.

use super::super::event::RoomInfo;
use crate::crypto::{self, Malformed, PublicKey, Signature, SigningKey, hmac, hmac_fits};
use crate::invite::native::RoomKeys;
use crate::secret::SecretBytes;
use crate::wire::native::{Mark, Op, OpKind};
use rand_core::CryptoRng;
use std::collections::{BTreeMap, BTreeSet};

/// Most operations of a room's life; after that nothing more can be done but to open another.
pub const MAX_OPS: usize = 1_000;
/// Generations whose secrets are kept, the present one included.
pub const KEPT_GENERATIONS: usize = 4;
/// Most keys remembered as members of this room, for each to be known when it returns.
pub const MAX_KNOWN: usize = 1_024;

/// Which side of the handshake speaks: an answer to a proof must not be that proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The DTLS client.
    Initiator = 1,
    /// The other.
    Responder = 2,
}

impl Side {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Initiator => Self::Responder,
            Self::Responder => Self::Initiator,
        }
    }
}

/// Why an operation does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpError {
    /// Not an operation.
    #[error("the bytes are not an operation of a room's owner")]
    Malformed,
    /// Of another room, or of a generation the log is not in.
    #[error("the operation belongs to another room or another time of this one")]
    Elsewhere,
    /// Not signed by whoever owns the room at this point.
    #[error("the operation is not signed by the room's owner")]
    NotOwner,
    /// Operations before it are missing: ask for them.
    #[error("operations before this one are missing")]
    Gap,
    /// A removal without the next secret: from whoever it is withheld, that member is removed.
    #[error("the removal came without the room's next secret")]
    NoSecret {
        /// Who is removed.
        removed: PublicKey,
    },
    /// A removal with another secret than the owner signed.
    #[error("the room's next secret is not the one the owner signed")]
    WrongSecret,
    /// The owner cannot remove itself, nor hand over to somebody removed.
    #[error("the operation makes no sense")]
    Senseless,
    /// Two operations with one number were seen.
    #[error("the room's record is contradictory, so no further operation counts")]
    Frozen,
    /// The owner closed the room.
    #[error("the room was closed")]
    Closed,
    /// [`MAX_OPS`] were done.
    #[error("too much was done in this room: open a new one")]
    Full,
}

impl From<Malformed> for OpError {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// What an operation changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A member is removed: close its session, make new sender keys, rekey, move topics, and
    /// forget what it said past the mark.
    Removed {
        /// Whom.
        id: PublicKey,
        /// The last of its events that counts.
        last: Mark,
        /// The generation the room is in now.
        generation: u32,
    },
    /// A member is muted, or heard again.
    Muted {
        /// Whom.
        id: PublicKey,
        /// Muted.
        on: bool,
    },
    /// Slow mode; 0 is none.
    Slow(u32),
    /// The life of new messages; 0 is for ever.
    Expire(u32),
    /// Nobody new is let in, or somebody again.
    Locked(bool),
    /// Somebody else owns the room.
    Owner(PublicKey),
    /// The room is over for all.
    Closed,
    /// Two operations with one number.
    Frozen,
}

/// What an owner wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Remove a member.
    Remove {
        /// Whom.
        id: PublicKey,
        /// The last of its events this device has; `seq` 0 and zeros for none.
        last: Mark,
    },
    /// Mute a member, or hear it again.
    Mute {
        /// Whom.
        id: PublicKey,
        /// Mute.
        on: bool,
    },
    /// Slow mode, up to 3,600 s; 0 is none.
    Slow(u32),
    /// The life of new messages, 5–86,400 s; 0 is for ever.
    Expire(u32),
    /// Let nobody new in, or somebody again.
    Lock(bool),
    /// Make another member the owner.
    HandOver(PublicKey),
    /// End the room for all.
    Close,
}

/// An operation as it is sent: `wire::native::Frame::Op`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedOp {
    /// The OP.
    pub bytes: Vec<u8>,
    /// The owner's signature.
    pub signature: Signature,
    /// For a removal, the next generation's secret, as far as the receiver may have it.
    pub secret: Option<SecretBytes<32>>,
}

/// How somebody is received that has proven a key in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// A member: new, or one that was here before.
    Welcome,
    /// A member that was away while the room moved: to be told the operations and the secret.
    Behind,
    /// The owner removed this key.
    Removed,
    /// The room has another secret and this key was never here.
    Moved,
    /// Nobody new is let in.
    Locked,
    /// The room is closed.
    Closed,
}

#[derive(Debug)]
struct Done {
    op: Op,
    signature: Signature,
    hash: [u8; 32],
    /// Who owned the room then.
    by: PublicKey,
}

#[derive(Debug)]
struct Generation {
    secret: SecretBytes<32>,
    keys: RoomKeys,
}

/// The owner's log as this device knows it. See the module.
#[derive(Debug)]
pub struct Roster {
    room_id: [u8; 32],
    owner: PublicKey,
    log: Vec<Done>,
    /// The generation the log has led to. A newcomer starts with a later secret than that.
    reached: u32,
    generations: BTreeMap<u32, Generation>,
    removed: BTreeMap<PublicKey, Mark>,
    muted: BTreeSet<PublicKey>,
    slow: u32,
    expire: u32,
    locked: bool,
    closed: bool,
    /// The operation that contradicts the log.
    contradiction: Option<(Op, Signature)>,
    known: BTreeSet<PublicKey>,
    acked: BTreeMap<PublicKey, u32>,
}

impl Roster {
    /// The room as its invite describes it: `owner` may be [`PublicKey::NOBODY`], `secret` is that
    /// of `generation`, `expire` the life of messages it was opened with (0, or 5–86,400 s).
    #[must_use]
    pub fn new(
        room_id: [u8; 32],
        owner: PublicKey,
        generation: u32,
        secret: SecretBytes<32>,
        expire: u32,
    ) -> Self {
        let mut roster = Self {
            room_id,
            owner,
            log: Vec::new(),
            reached: 0,
            generations: BTreeMap::new(),
            removed: BTreeMap::new(),
            muted: BTreeSet::new(),
            slow: 0,
            expire,
            locked: false,
            closed: false,
            contradiction: None,
            known: BTreeSet::new(),
            acked: BTreeMap::new(),
        };
        roster.take_secret(generation, secret);
        roster
    }

    /// Takes one of the owner's operations: `bytes` and `signature` as received, and for a removal
    /// the secret that came beside it. One that was taken before changes nothing.
    ///
    /// # Errors
    /// See [`OpError`]; nothing is changed then.
    pub fn apply(
        &mut self,
        bytes: &[u8],
        signature: &Signature,
        secret: Option<&SecretBytes<32>>,
    ) -> Result<Vec<Change>, OpError> {
        let op = Op::decode(bytes)?;
        if op.room_id != self.room_id {
            return Err(OpError::Elsewhere);
        }
        let at = usize::try_from(op.seq - 1).unwrap_or(usize::MAX);
        let hash = op.hash();
        if let Some(done) = self.log.get(at) {
            if done.hash == hash {
                return Ok(Vec::new());
            }
            if !op.verify(&done.by, signature) {
                return Err(OpError::NotOwner);
            }
            return self.freeze(op, *signature);
        }
        if !op.verify(&self.owner, signature) {
            // Past a gap somebody else may own the room.
            return Err(if at > self.log.len() {
                OpError::Gap
            } else {
                OpError::NotOwner
            });
        }
        if let (OpKind::Remove { id, .. }, None) = (&op.kind, secret)
            && self.reached >= self.generation()
        {
            return Err(OpError::NoSecret { removed: *id });
        }
        if at > self.log.len() {
            return Err(OpError::Gap);
        }
        if op.prev != self.head().hash {
            return self.freeze(op, *signature);
        }
        if self.contradiction.is_some() {
            return Err(OpError::Frozen);
        }
        if self.closed {
            return Err(OpError::Closed);
        }
        if op.generation != self.reached {
            return Err(OpError::Elsewhere);
        }
        if self.log.len() >= MAX_OPS {
            return Err(OpError::Full);
        }
        let change = self.carry_out(&op.kind, secret)?;
        self.log.push(Done {
            op,
            signature: *signature,
            hash,
            by: match change {
                Change::Owner(owner) => std::mem::replace(&mut self.owner, owner),
                _ => self.owner,
            },
        });
        Ok(vec![change])
    }

    fn carry_out(&mut self, kind: &OpKind, secret: Option<&SecretBytes<32>>) -> Result<Change, OpError> {
        Ok(match kind {
            OpKind::Remove {
                id,
                last_seq,
                last_hash,
                next_secret_hash,
            } => {
                if *id == self.owner {
                    return Err(OpError::Senseless);
                }
                let next = self.reached.checked_add(1).ok_or(OpError::Full)?;
                // A newcomer's invite holds a later secret already; it needs none of before.
                let held = self.generations.get(&next).map(|generation| &generation.secret);
                match held.or(secret) {
                    Some(secret) if crypto::hash(&[secret.expose()]) != *next_secret_hash => {
                        return Err(OpError::WrongSecret);
                    }
                    Some(secret) if held.is_none() && next > self.generation() => {
                        self.take_secret(next, secret.clone());
                    }
                    Some(_) => {}
                    None if next > self.generation() => return Err(OpError::NoSecret { removed: *id }),
                    None => {}
                }
                self.reached = next;
                let last = Mark {
                    seq: *last_seq,
                    hash: *last_hash,
                };
                let last = *self.removed.entry(*id).or_insert(last);
                self.known.remove(id);
                self.acked.remove(id);
                self.muted.remove(id);
                Change::Removed {
                    id: *id,
                    last,
                    generation: self.reached,
                }
            }
            OpKind::Mute { id, on } => {
                match on {
                    true => self.muted.insert(*id),
                    false => self.muted.remove(id),
                };
                Change::Muted { id: *id, on: *on }
            }
            OpKind::Slow { seconds } => {
                self.slow = *seconds;
                Change::Slow(*seconds)
            }
            OpKind::Expire { seconds } => {
                self.expire = *seconds;
                Change::Expire(*seconds)
            }
            OpKind::Lock { on } => {
                self.locked = *on;
                Change::Locked(*on)
            }
            OpKind::HandOver { id } => {
                if self.removed.contains_key(id) || *id == PublicKey::NOBODY {
                    return Err(OpError::Senseless);
                }
                Change::Owner(*id)
            }
            OpKind::Close => {
                self.closed = true;
                Change::Closed
            }
        })
    }

    fn freeze(&mut self, op: Op, signature: Signature) -> Result<Vec<Change>, OpError> {
        if self.contradiction.is_some() {
            return Err(OpError::Frozen);
        }
        self.contradiction = Some((op, signature));
        Ok(vec![Change::Frozen])
    }

    /// Does something as the owner, whose key this is: the operation to send, and what it changed
    /// here. `rng` makes the next secret of a removal.
    ///
    /// # Errors
    /// [`OpError::NotOwner`] for another key; otherwise as [`Roster::apply`].
    pub fn issue(
        &mut self,
        act: Act,
        key: &SigningKey,
        rng: &mut impl CryptoRng,
    ) -> Result<(SignedOp, Vec<Change>), OpError> {
        if key.public() != self.owner {
            return Err(OpError::NotOwner);
        }
        if self.contradiction.is_some() {
            return Err(OpError::Frozen);
        }
        let mut secret = None;
        let kind = match act {
            Act::Remove { id, last } => {
                let mut next = [0; 32];
                rng.fill_bytes(&mut next);
                let next_secret_hash = crypto::hash(&[&next]);
                secret = Some(SecretBytes::new(next));
                zeroize::Zeroize::zeroize(&mut next);
                OpKind::Remove {
                    id,
                    last_seq: last.seq,
                    last_hash: last.hash,
                    next_secret_hash,
                }
            }
            Act::Mute { id, on } => OpKind::Mute { id, on },
            Act::Slow(seconds) => OpKind::Slow { seconds },
            Act::Expire(seconds) => OpKind::Expire { seconds },
            Act::Lock(on) => OpKind::Lock { on },
            Act::HandOver(id) => OpKind::HandOver { id },
            Act::Close => OpKind::Close,
        };
        let head = self.head();
        let op = Op {
            room_id: self.room_id,
            generation: self.reached,
            seq: head.seq + 1,
            prev: head.hash,
            kind,
        };
        let (bytes, signature) = (op.encode(), op.sign(key));
        let changes = self.apply(&bytes, &signature, secret.as_ref())?;
        let signed = SignedOp {
            bytes,
            signature,
            secret,
        };
        Ok((signed, changes))
    }

    /// The last operation known; `seq` 0 and zeros if there is none.
    #[must_use]
    pub fn head(&self) -> Mark {
        Mark {
            seq: self.log.len() as u64,
            hash: self.log.last().map_or([0; 32], |done| done.hash),
        }
    }

    /// What `peer`, whose log ends with `head`, is to be sent, in order. A peer that was removed
    /// gets the operation that says so, without the secret. One whose log contradicts this one
    /// gets all of it, and so will see where; so does everybody once this one is frozen. Ask again
    /// for every peer after [`Change::Frozen`].
    #[must_use]
    pub fn ops_for(&self, peer: &PublicKey, head: Mark) -> Vec<SignedOp> {
        if self.removed.contains_key(peer) {
            let its = |done: &&Done| matches!(&done.op.kind, OpKind::Remove { id, .. } if id == peer);
            return self
                .log
                .iter()
                .find(its)
                .map(|done| SignedOp {
                    bytes: done.op.encode(),
                    signature: done.signature,
                    secret: None,
                })
                .into_iter()
                .collect();
        }
        let known = usize::try_from(head.seq).unwrap_or(usize::MAX);
        let agrees = match known.checked_sub(1).map(|at| self.log.get(at)) {
            Some(Some(done)) => done.hash == head.hash,
            // It has none, or more than this device.
            None | Some(None) => true,
        };
        let from = if agrees && !self.is_frozen() {
            known.min(self.log.len())
        } else {
            0
        };
        let whole = |op: &Op, signature: &Signature| SignedOp {
            bytes: op.encode(),
            signature: *signature,
            secret: match op.kind {
                OpKind::Remove { .. } => self
                    .generations
                    .get(&(op.generation + 1))
                    .map(|generation| generation.secret.clone()),
                _ => None,
            },
        };
        let mut ops: Vec<SignedOp> = self.log[from..]
            .iter()
            .map(|done| whole(&done.op, &done.signature))
            .collect();
        if let Some((op, signature)) = &self.contradiction {
            // Its secret, if it has one, is not this branch's.
            ops.push(SignedOp {
                secret: None,
                ..whole(op, signature)
            });
        }
        ops
    }

    fn take_secret(&mut self, generation: u32, secret: SecretBytes<32>) {
        let keys = RoomKeys::derive(&self.room_id, generation, &secret);
        self.generations.insert(generation, Generation { secret, keys });
        while self.generations.len() > KEPT_GENERATIONS {
            self.generations.pop_first();
        }
    }

    /// The present generation.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.generations
            .last_key_value()
            .map_or(0, |(generation, _)| *generation)
    }

    /// The generations that can be served, oldest first, the present one last.
    pub fn generations(&self) -> impl Iterator<Item = u32> {
        self.generations.keys().copied()
    }

    /// The keys of a generation, if they are still kept.
    #[must_use]
    pub fn keys(&self, generation: u32) -> Option<&RoomKeys> {
        self.generations
            .get(&generation)
            .map(|generation| &generation.keys)
    }

    /// The present secret, for the invite that is shown.
    #[must_use]
    pub fn secret(&self) -> &SecretBytes<32> {
        let (_, present) = self
            .generations
            .last_key_value()
            .expect("a room begins with a secret and the latest is never dropped");
        &present.secret
    }

    /// Proof for the session with handshake hash `h` that this device, which was `side` in it, has
    /// the secret of `generation`: `HMAC(K_ack, h ‖ side)`.
    #[must_use]
    pub fn ack(&self, generation: u32, h: &[u8; 32], side: Side) -> Option<[u8; 32]> {
        let keys = self.keys(generation)?;
        Some(hmac(keys.ack.expose(), &[h, &[side as u8]]))
    }

    /// Takes `peer`'s proof; `side` is the peer's. True if it holds and is news: what was waiting
    /// for this peer can be sent now.
    pub fn check_ack(
        &mut self,
        peer: &PublicKey,
        generation: u32,
        h: &[u8; 32],
        side: Side,
        tag: &[u8; 32],
    ) -> bool {
        let Some(keys) = self.keys(generation) else {
            return false;
        };
        if self.removed.contains_key(peer) || !hmac_fits(keys.ack.expose(), &[h, &[side as u8]], tag) {
            return false;
        }
        self.has_proven(peer, generation)
    }

    /// A session with `peer` was made with the keys of `generation`: that is proof as well.
    pub fn session_opened(&mut self, peer: &PublicKey, generation: u32) {
        self.acked.remove(peer);
        if !self.removed.contains_key(peer) {
            self.has_proven(peer, generation);
        }
    }

    fn has_proven(&mut self, peer: &PublicKey, generation: u32) -> bool {
        let before = self.acked.insert(*peer, generation);
        if let Some(before) = before.filter(|before| *before > generation) {
            self.acked.insert(*peer, before);
            return false;
        }
        before != Some(generation)
    }

    /// The session with `peer` is over: proofs were bound to it.
    pub fn session_closed(&mut self, peer: &PublicKey) {
        self.acked.remove(peer);
    }

    /// Whether frames of `generation` may go to `peer` now. Having proven a later generation is
    /// enough: its secret is given to members of the one before only.
    #[must_use]
    pub fn acked(&self, peer: &PublicKey, generation: u32) -> bool {
        self.acked.get(peer).is_some_and(|proven| *proven >= generation)
    }

    /// How `id`, proven in a session under the keys of `generation`, is received.
    #[must_use]
    pub fn entry(&self, id: &PublicKey, generation: u32) -> Entry {
        let known = self.known.contains(id) || *id == self.owner;
        if self.closed {
            Entry::Closed
        } else if self.removed.contains_key(id) {
            Entry::Removed
        } else if generation < self.generation() {
            if known { Entry::Behind } else { Entry::Moved }
        } else if self.locked && !known {
            Entry::Locked
        } else {
            Entry::Welcome
        }
    }

    /// Remembers a member that was received. False if too many are remembered.
    pub fn admit(&mut self, id: PublicKey) -> bool {
        self.known.len() < MAX_KNOWN && !self.removed.contains_key(&id) && {
            self.known.insert(id);
            true
        }
    }

    /// Whether `id` was received before and was not removed since.
    #[must_use]
    pub fn is_known(&self, id: &PublicKey) -> bool {
        self.known.contains(id)
    }

    /// Who owns the room now; [`PublicKey::NOBODY`] if nobody does.
    #[must_use]
    pub fn owner(&self) -> PublicKey {
        self.owner
    }

    /// Whether `id` owns the room now.
    #[must_use]
    pub fn is_owner(&self, id: &PublicKey) -> bool {
        *id == self.owner && self.owner != PublicKey::NOBODY
    }

    /// Up to where a removed member's events count; `None` if it is not removed.
    #[must_use]
    pub fn removed(&self, id: &PublicKey) -> Option<Mark> {
        self.removed.get(id).copied()
    }

    /// Whether what `id` says is to be shown to nobody.
    #[must_use]
    pub fn is_muted(&self, id: &PublicKey) -> bool {
        self.muted.contains(id)
    }

    /// Least seconds between two messages of `id`; the owner is free.
    #[must_use]
    pub fn slow_seconds(&self, id: &PublicKey) -> u32 {
        if self.is_owner(id) { 0 } else { self.slow }
    }

    /// The life of new messages in seconds; 0 is for ever.
    #[must_use]
    pub fn expire_seconds(&self) -> u32 {
        self.expire
    }

    /// Whether the owner closed the room.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether two operations with one number were seen.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.contradiction.is_some()
    }

    /// Writes what is known here into what is shown.
    pub fn show(&self, info: &mut RoomInfo) {
        info.generation = self.generation();
        info.locked = self.locked;
        info.slow_seconds = self.slow;
        info.expire_seconds = self.expire;
        info.frozen = self.is_frozen();
    }
}

#[cfg(test)]
mod tests;
