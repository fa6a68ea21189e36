//! The owner's operations: done here, or heard of and passed on, and what each changes.
//!
//! A removal moves the room to another generation. Whoever applies it passes it on with the next
//! secret inside the sessions of those that were not removed, closes the removed one's, changes
//! the keys of every session, makes a new sender key and moves to other topics, in this order.

use super::super::event::{EndReason, Event, LeaveReason, RoomOp};
use super::super::{CommandError, Room};
use super::name_of;
use super::roster::{Act, Change, OpError, SignedOp};
use crate::crypto::{PublicKey, Signature};
use crate::id::LinkId;
use crate::secret::SecretBytes;
use crate::timer::Now;
use crate::wire::native::{Frame, Refused};

impl Room {
    /// An operation arrives.
    pub(super) fn takes_op(
        &mut self,
        now: Now,
        id: LinkId,
        bytes: Vec<u8>,
        signature: Signature,
        secret: Option<SecretBytes<32>>,
    ) {
        let owner = self.native.roster.owner();
        match self.native.roster.apply(&bytes, &signature, secret.as_ref()) {
            Ok(changes) if changes.is_empty() => {}
            Ok(changes) => {
                let op = SignedOp {
                    bytes,
                    signature,
                    secret,
                };
                self.op_done(now, &owner, op, changes, Some(id));
                self.parked_lack();
            }
            Err(OpError::NoSecret { removed }) if removed == self.native.id() => {
                let by = self.native.member_of(&owner).unwrap_or_default();
                self.event(Event::Removed { by });
                self.end(EndReason::Removed);
            }
            // The peer is asked once more for all of it.
            Err(OpError::Gap) => self.ask_ops(now, id),
            // Nothing more is believed, and it was said why.
            Err(OpError::Frozen | OpError::Closed | OpError::Full | OpError::NoSecret { .. }) => {
                self.stats.dropped += 1;
            }
            Err(_) => self.native_misbehaved(now, id, "It passed on what the owner never did."),
        }
    }

    /// Does something as the owner.
    pub(super) fn act(&mut self, now: Now, act: Act) -> Result<(), CommandError> {
        let owner = self.native.id();
        let issued = self.native.roster.issue(act, &self.native.key, &mut self.keys);
        let (op, changes) = issued.map_err(|error| match error {
            OpError::Frozen => CommandError::Frozen,
            OpError::NotOwner => CommandError::NotOwner,
            OpError::Closed => CommandError::Ended,
            OpError::Full => CommandError::BadValue("too much was done in this room: open a new one"),
            _ => CommandError::BadValue("this cannot be done"),
        })?;
        self.op_done(now, &owner, op, changes, None);
        self.owe_parked(now, None);
        Ok(())
    }

    fn op_done(
        &mut self,
        now: Now,
        owner: &PublicKey,
        op: SignedOp,
        changes: Vec<Change>,
        from: Option<LinkId>,
    ) {
        let by = self.native.member_of(owner);
        // First to whoever stays, while their sessions are as they were: what follows is sealed
        // with what this brings.
        let frame = Frame::from(op);
        let gone: Vec<PublicKey> = changes
            .iter()
            .filter_map(|change| match change {
                Change::Removed { id, .. } => Some(*id),
                _ => None,
            })
            .collect();
        for key in self.native.connected() {
            let link = self.primary(&key);
            if !gone.contains(&key) && link != from && self.native.roster.removed(&key).is_none() {
                self.post(now, &key, &frame);
            }
        }
        for change in changes {
            self.changed(now, by.clone().unwrap_or_default(), change);
            if self.ended {
                return;
            }
        }
    }

    fn changed(&mut self, now: Now, by: crate::id::MemberId, change: Change) {
        let op = match change {
            Change::Removed { id, last, .. } => {
                self.removed(now, &id, last);
                RoomOp::Remove
            }
            Change::Muted { id, .. } => {
                self.show_peer(&id);
                if id == self.native.id() {
                    let member = self.shown_me();
                    self.event(Event::MemberChanged { member });
                }
                RoomOp::Mute
            }
            Change::Slow(_) => RoomOp::Slow,
            Change::Expire(_) => RoomOp::Expire,
            Change::Locked(_) => RoomOp::Lock,
            Change::Owner(_) => {
                let keys: Vec<PublicKey> = self.native.peers.keys().copied().collect();
                for key in keys {
                    self.show_peer(&key);
                }
                let member = self.shown_me();
                self.event(Event::MemberChanged { member });
                RoomOp::HandOver
            }
            Change::Closed => {
                self.event(Event::Closed { by });
                self.end(EndReason::Closed);
                return;
            }
            Change::Frozen => RoomOp::Freeze,
        };
        let options = self.info();
        let by = (by != crate::id::MemberId::default()).then_some(by);
        self.event(Event::RoomChanged { options, by, op });
    }

    /// Somebody was removed: the room moves.
    fn removed(&mut self, now: Now, id: &PublicKey, last: crate::wire::native::Mark) {
        let member = self.native.member_of(id);
        for link in self
            .native
            .peers
            .get(id)
            .map(|peer| peer.links.clone())
            .unwrap_or_default()
        {
            self.send_ops(now, link, id);
            self.send_frame(now, link, &Frame::Refused(Refused::Removed));
            self.lose(now, link, LeaveReason::Removed, None);
        }
        if let Some(member) = member {
            self.remove_row(now, &member, LeaveReason::Removed, None);
        }
        self.refuse(now, name_of(id));
        self.native.chains.remove(id);
        let effects = self.native.ledger.remove(now, *id, last);
        self.native.ledger.moved(self.native.roster.generation());
        self.effects(effects);
        self.new_chain();
        for key in self.native.connected() {
            let links = self.native.peers.get(&key).map(|peer| peer.links.clone());
            for link in links.unwrap_or_default() {
                if let Some(live) = self.native.live_mut(link) {
                    live.session.rekey_now();
                }
                self.session_moves(now, link);
            }
            if let Some(link) = self.primary(&key) {
                self.send_ack(now, link);
            }
        }
        let old: Vec<usize> = self
            .meeting
            .grounds
            .keys()
            .copied()
            .filter(|number| !self.offers_on(*number))
            .collect();
        for number in old {
            self.drop_offers_of(now, number);
        }
        self.settle(now);
    }

    /// The owner, or somebody else, came or went.
    pub(super) fn owner_moves(&mut self, key: &PublicKey) {
        if self.is_native() && self.native.roster.is_owner(key) {
            let (options, by) = (self.info(), None);
            self.event(Event::RoomChanged {
                options,
                by,
                op: RoomOp::Owner,
            });
        }
    }
}
