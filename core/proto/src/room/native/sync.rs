//! What two members tell each other when their session begins and when the room moves: the
//! owner's operations, proof of the generation's secret, sender keys.
//!
//! Operations go first, so that the proof that follows can be checked. Sender keys and what is
//! said go only to whoever proved the present generation in this session.

use super::super::Room;
use super::roster::{Side, SignedOp};
use crate::crypto::PublicKey;
use crate::id::LinkId;
use crate::identity::native::Role;
use crate::identity::native::sender::{ReceiverChain, SenderChain};
use crate::timer::Now;
use crate::wire::native::{Frame, Mark, SENDER_KEY_LEN, Skdm};
use rand_core::Rng;

impl From<SignedOp> for Frame {
    fn from(op: SignedOp) -> Self {
        Self::Op {
            bytes: op.bytes,
            signature: op.signature,
            secret: op.secret,
        }
    }
}

fn side(role: Role) -> Side {
    match role {
        Role::Initiator => Side::Initiator,
        Role::Responder => Side::Responder,
    }
}

impl Room {
    /// A session begins: how far is the other's log?
    pub(super) fn begin_sync(&mut self, now: Now, id: LinkId) {
        self.say_head(now, id);
    }

    /// Asks a peer for the operations this device lacks, by saying how far it knows them.
    pub(super) fn ask_ops(&mut self, now: Now, id: LinkId) {
        self.say_head(now, id);
    }

    fn say_head(&mut self, now: Now, id: LinkId) {
        let Mark { seq, hash } = self.native.roster.head();
        self.send_frame(now, id, &Frame::OpsHead { seq, hash });
    }

    /// Sends a peer every operation it may lack.
    pub(super) fn send_ops(&mut self, now: Now, id: LinkId, key: &PublicKey) {
        let none = Mark {
            seq: 0,
            hash: [0; 32],
        };
        for op in self.native.roster.ops_for(key, none) {
            self.send_frame(now, id, &op.into());
        }
    }

    /// A peer says how far it knows the log.
    pub(super) fn ops_head(&mut self, now: Now, id: LinkId, key: &PublicKey, head: Mark) {
        for op in self.native.roster.ops_for(key, head) {
            self.send_frame(now, id, &op.into());
        }
        self.send_ack(now, id);
        self.greet_member(now, key);
    }

    /// Proves to a peer that this device has the present secret.
    pub(super) fn send_ack(&mut self, now: Now, id: LinkId) {
        let roster = &self.native.roster;
        let generation = roster.generation();
        let Some(live) = self.native.live(id) else { return };
        let side = side(live.session.role());
        if let Some(tag) = roster.ack(generation, live.session.h(), side) {
            self.send_frame(now, id, &Frame::GenerationAck { generation, tag });
        }
    }

    /// A peer proves that it has a generation's secret.
    pub(super) fn acked(&mut self, now: Now, id: LinkId, key: &PublicKey, generation: u32, tag: &[u8; 32]) {
        let Some(live) = self.native.live(id) else { return };
        let (h, role) = (*live.session.h(), live.session.role());
        let peer = side(role.other());
        if self.native.roster.check_ack(key, generation, &h, peer, tag) {
            self.greet_member(now, key);
        }
    }

    /// The peer may have what is said now: it gets what it lacks.
    pub(super) fn greet_member(&mut self, now: Now, key: &PublicKey) {
        if self.may_hear(key) {
            self.share_key(now, key);
            self.begin_history(now, key);
        }
    }

    /// Whether frames of the present generation may go to a peer.
    pub(super) fn may_hear(&self, key: &PublicKey) -> bool {
        let roster = &self.native.roster;
        roster.acked(key, roster.generation()) && roster.removed(key).is_none()
    }

    /// Gives a peer this person's sender key as it stands, unless it has it.
    pub(super) fn share_key(&mut self, now: Now, key: &PublicKey) {
        let native = &mut self.native;
        let generation = native.roster.generation();
        let Some(peer) = native.peers.get_mut(key) else {
            return;
        };
        if peer.blocked || !native.roster.acked(key, generation) {
            return;
        }
        if native.chain.as_ref().is_none_or(|chain| chain.due(now)) {
            native.skid += 1;
            native.chain = Some(SenderChain::new(native.skid, now, &mut self.keys));
        }
        if peer.has_key == native.skid {
            return;
        }
        peer.has_key = native.skid;
        let (Some(chain), Some(keys)) = (&native.chain, native.roster.keys(generation)) else {
            return;
        };
        let mut salt = [0; 16];
        self.rng.fill_bytes(&mut salt);
        let plain = chain.key();
        let plain: &[u8; SENDER_KEY_LEN] = plain
            .as_slice()
            .try_into()
            .expect("a sender key is as long as its frame says");
        let skdm = Skdm::seal(&native.room_id, generation, &keys.skdm, &native.key, salt, plain);
        self.post(now, key, &Frame::SenderKey(skdm));
    }

    /// A peer gives its sender key.
    pub(super) fn takes_key(&mut self, now: Now, id: LinkId, key: &PublicKey, skdm: &Skdm) {
        let Some(keys) = self.native.roster.keys(skdm.generation) else {
            // Of a generation this device has not reached, which it will be told of.
            self.stats.dropped += 1;
            return;
        };
        let opened = skdm.open(&self.native.room_id, &keys.skdm);
        let chain = opened
            .ok()
            .and_then(|plain| ReceiverChain::from_key(plain.as_slice()).ok());
        match chain {
            Some(chain) if skdm.author == *key => {
                self.native.chains.insert(*key, chain);
            }
            _ => self.native_misbehaved(now, id, "It gave a key that is not its own."),
        }
    }

    /// The last session with a key is over.
    pub(super) fn session_over(&mut self, _now: Now, key: &PublicKey) {
        if let Some(peer) = self.native.peers.get_mut(key) {
            peer.has_key = 0;
        }
    }
}
