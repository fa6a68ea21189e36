//! How a member goes: its last connection ends, its two minutes run out, it is refused or refuses,
//! or it breaks a rule.
//!
//! A row goes for one reason that is said. It refuses to forget a member that only lost its
//! connection: its trust, its thread and what waits for it stay until its time is up.

use super::super::event::{Event, LeaveReason, MemberState, NoticeCode};
use super::super::limits::EMPTY_FOR;
use super::super::{Room, Timer};
use super::NativeTimer;
use super::hello::Stage;
use super::parked::PARKED_FOR;
use super::peers::name_of;
use crate::id::{LinkId, MemberId};
use crate::timer::Now;
use crate::wire::native::Refused;
use std::time::Duration;

/// How long a row waits for its member to come back.
pub(super) const GONE_AFTER: Duration = Duration::from_secs(120);

impl Room {
    /// A connection with a stage is gone.
    pub(in crate::room) fn native_link_gone(
        &mut self,
        now: Now,
        id: LinkId,
        reason: LeaveReason,
        detail: Option<&str>,
    ) {
        self.manual_gone(id);
        self.timers.stop(&Timer::Native(NativeTimer::Handshake(id)));
        self.timers.stop(&Timer::Native(NativeTimer::Session(id)));
        self.timers.stop(&Timer::Native(NativeTimer::Drained(id)));
        self.timers.stop(&Timer::Native(NativeTimer::Got(id)));
        let Some(stage) = self.native.stages.remove(&id) else {
            return;
        };
        self.handshake_gone(now, &stage);
        let Stage::Live(live) = stage else {
            self.next_handshake(now);
            return;
        };
        let key = live.id;
        drop(live);
        let Some(peer) = self.native.peers.get_mut(&key) else {
            return;
        };
        peer.links.retain(|link| *link != id);
        peer.seen_at = now.mono;
        self.checks_lose(now, id, &key);
        let Some(peer) = self.native.peers.get_mut(&key) else {
            return;
        };
        if !peer.links.is_empty() && reason == LeaveReason::Lost {
            self.settle_sessions(now, &key);
            return;
        }
        peer.known = true;
        let (member, others) = (peer.member.clone(), std::mem::take(&mut peer.links));
        self.native.roster.session_closed(&key);
        self.native.ledger.parted(&key);
        for other in others {
            self.close_link(now, other);
        }
        self.session_over(now, &key);
        if !self.is_native() {
            return;
        }
        if reason != LeaveReason::Lost {
            self.remove_row(now, &member, reason, detail);
            self.parted_while_parked(now, &key);
            return;
        }
        let trust = self.trust_of(&key);
        let parked = self.native.is_parked(&key);
        let sleeps = parked || self.meeting.parking.is_parked();
        self.parted_while_parked(now, &key);
        if let Some(row) = self.members.get_mut(&member) {
            row.state = if parked {
                MemberState::Background
            } else {
                MemberState::Reconnecting
            };
            row.link = None;
            row.trust = trust;
            let shown = row.shown();
            self.event(Event::MemberChanged { member: shown });
            for direct in [false, true] {
                self.types(now, &member, direct, false);
            }
            let timer = Timer::Native(NativeTimer::Gone(member));
            let patience = if sleeps { PARKED_FOR } else { GONE_AFTER };
            self.timers.set(timer, now.plus(patience));
            self.owner_moves(&key);
            if !sleeps {
                self.look_again(now);
                self.look_for(now, &key);
            }
        }
    }

    /// A member has not come back in time.
    pub(super) fn gone(&mut self, now: Now, member: &MemberId) {
        self.remove_row(now, member, LeaveReason::Lost, None);
    }

    /// Takes a row away.
    pub(super) fn remove_row(
        &mut self,
        now: Now,
        member: &MemberId,
        reason: LeaveReason,
        detail: Option<&str>,
    ) {
        self.timers
            .stop(&Timer::Native(NativeTimer::Gone(member.clone())));
        if self.members.get(member).is_none() {
            return;
        }
        if matches!(reason, LeaveReason::Left | LeaveReason::Lost) {
            self.speech_flush(now, member);
        }
        self.timers.retain(|timer| match timer {
            Timer::Speech(id) | Timer::Fold(id) | Timer::TypingEnds(id, _) => id != member,
            _ => true,
        });
        let Some((row, marked)) = self.members.take(member) else {
            return;
        };
        self.new_chain();
        if self.members.len() == 0 && self.is_native() {
            self.timers
                .set(Timer::Native(NativeTimer::Empty), now.plus(EMPTY_FOR));
        }
        self.event(Event::MemberLeft {
            id: row.id,
            reason,
            detail: detail.map(str::to_owned),
        });
        for member in marked {
            self.event(Event::MemberChanged { member });
        }
        if let Some(key) = self.native.key_of(member) {
            self.timers.stop(&Timer::Native(NativeTimer::Call(key)));
            if let Some(peer) = self.native.peers.get_mut(&key) {
                peer.calls.forget();
            }
            self.relays_part(&key);
            self.owner_moves(&key);
        }
    }

    /// Closes the session of a peer that broke the rules, and refuses its key for a while, if it
    /// has proved one.
    pub(in crate::room) fn native_misbehaved(&mut self, now: Now, id: LinkId, detail: &str) {
        self.stats.refused += 1;
        if let Some(key) = self.native.live(id).map(|live| live.id) {
            self.refuse(now, name_of(&key));
        }
        self.lose(now, id, LeaveReason::Misbehaved, Some(detail));
    }

    /// A peer will not have this device.
    pub(super) fn refused_by(&mut self, now: Now, id: LinkId, why: Refused) {
        let (code, sentence) = match why {
            Refused::Locked => (
                NoticeCode::Locked,
                "The room is locked: nobody new is let in. Ask somebody inside to unlock it.",
            ),
            Refused::Moved => (
                NoticeCode::Moved,
                "The room has moved on with another secret, so this invite is no longer good. Ask for a new one.",
            ),
            Refused::Full => (NoticeCode::Refused, "The room is full."),
            Refused::Removed => (
                NoticeCode::Refused,
                "Somebody says that you were removed from this room.",
            ),
            Refused::Closed => (NoticeCode::Refused, "Somebody says that this room was closed."),
            Refused::Other(_) => (
                NoticeCode::Refused,
                "Somebody does not let you in, for a reason this version does not know.",
            ),
        };
        if self.meeting.may_tell_of_refusal(now) {
            self.notice(code, sentence);
        }
        self.drop_session(now, id);
    }
}
