//! One open link: which of two stays, the handshake, and what each frame asks for.
//!
//! Nothing a peer sends reaches the rest of the room before its link is active, and a bad frame
//! costs the peer its link and nobody anything else.

use super::event::{Event, LeaveReason, MemberState, Via};
use super::handshake::{self, Failure, Handshake, Reaction};
use super::io::{Binding, LinkEvent, Output};
use super::limits::MAX_PENDING_BYTES;
use super::link::Phase;
use super::members::Pace;
use super::{Room, Timer, alphanumeric};
use crate::id::LinkId;
use crate::timer::Now;
use crate::wire::web::SdpKind;
use crate::wire::web::chitchatter::{Action, CHALLENGE_LEN};
use crate::wire::web::frame::{Frame, Reassembler};
use std::time::Duration;

/// How long the password handshake may take: what pages allow.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// How long a peer may take to say who it is. A phone makes its key in the meantime.
const INTRODUCTION_WITHIN: Duration = Duration::from_secs(30);
/// How long a second link is kept that its peer should have closed.
const HELD_FOR: Duration = Duration::from_secs(10);
/// A link says that it is silent after five seconds; five more and the member is lost.
const LOST_AFTER: Duration = Duration::from_secs(5);

impl Room {
    /// Takes what a link reports. Links that were closed are ignored.
    pub fn handle_link(&mut self, now: Now, link: LinkId, event: LinkEvent) {
        if self.ended || !self.links.contains_key(&link) {
            return;
        }
        match event {
            LinkEvent::Described { sdp } => self.described(now, link, sdp),
            LinkEvent::Renegotiated { sdp } => {
                self.send(
                    link,
                    &Action::Signal {
                        kind: SdpKind::Answer,
                        sdp,
                    },
                );
            }
            LinkEvent::Open { via, binding } if self.is_native() => self.greets(now, link, via, binding),
            LinkEvent::Open { via, binding } => self.opened(now, link, via, binding),
            LinkEvent::Frame(bytes) if self.is_native() => self.native_frame(now, link, &bytes),
            LinkEvent::NativeOpen => self.native_open(now, link),
            LinkEvent::NativeFrame(bytes) => self.native_frame(now, link, &bytes),
            LinkEvent::Path { via } => self.path(link, via),
            LinkEvent::Frame(bytes) => self.frame(now, link, &bytes),
            LinkEvent::Silent => self.silent(now, link, true),
            LinkEvent::Heard => self.silent(now, link, false),
            // Half of what was to be said may be missing now, and nobody could tell which half.
            LinkEvent::Congested => self.lost(now, link),
            LinkEvent::Relay { sentence } => self.relay_trouble(&sentence),
            LinkEvent::Closed { .. } => {
                self.attempt_failed(now, link);
                self.forget_link(now, link, LeaveReason::Lost, None);
            }
        }
    }

    fn opened(&mut self, now: Now, id: LinkId, via: Via, binding: Binding) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        let (Phase::Connecting, Some(peer)) = (&link.phase, link.peer) else {
            return;
        };
        link.via = Some(via);
        link.binding = Some(binding);
        self.timers.stop(&Timer::Opens(id));
        let ours_is_smaller = self.meeting.me < peer.id;
        let mut others = self
            .links
            .iter()
            .filter(|(other, link)| {
                **other != id && link.peer == Some(peer) && link.is_open() && !link.silent
            })
            .map(|(_, link)| link.is_active());
        let (other_open, other_active) = match others.next() {
            Some(active) => (true, active || others.any(|active| active)),
            None => (false, false),
        };
        if other_open && !ours_is_smaller {
            self.close_link(now, id);
            return;
        }
        if other_active {
            if let Some(link) = self.links.get_mut(&id) {
                link.phase = Phase::Held;
            }
            self.timers.set(Timer::Held(id), now.plus(HELD_FOR));
            return;
        }
        self.shake(now, id);
    }

    /// Begins the handshake on an open link.
    fn shake(&mut self, now: Now, id: LinkId) {
        let Some((island, peer)) = self
            .links
            .get(&id)
            .and_then(|link| Some((link.island, link.peer?)))
        else {
            return;
        };
        self.timers.stop(&Timer::Held(id));
        self.timers.set(Timer::Handshake(id), now.plus(HANDSHAKE_WITHIN));
        self.send_presence(id, true);
        let (handshake, challenge) = if self.meeting.me < peer.id {
            let challenge = alphanumeric(&mut self.rng, CHALLENGE_LEN);
            let (handshake, action) = self.with_password(island, |room| Handshake::asks(room, challenge));
            (handshake, Some(action))
        } else {
            (Handshake::answers(), None)
        };
        if let Some(link) = self.links.get_mut(&id) {
            link.phase = Phase::Shaking(handshake);
        }
        if let Some(challenge) = challenge {
            self.send(id, &challenge);
        }
    }

    fn with_password<T>(&self, island: usize, act: impl FnOnce(&handshake::Room<'_>) -> T) -> T {
        let password = self.web_invite().trystero_password();
        act(&handshake::Room {
            password: password.expose(),
            app_id: &self.meeting.web(island).app_id,
            room: &self.web_invite().room,
        })
    }

    fn path(&mut self, id: LinkId, via: Via) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        link.via = Some(via);
        if let Some(row) = self.members.of(id)
            && row.via != Some(via)
        {
            row.via = Some(via);
            let member = row.shown();
            self.event(Event::MemberChanged { member });
        }
    }

    /// Something came over a link that was thought silent.
    pub(super) fn heard(&mut self, now: Now, id: LinkId) {
        self.silent(now, id, false);
    }

    fn silent(&mut self, now: Now, id: LinkId, silent: bool) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        link.doubtful &= silent;
        if link.silent == silent || !link.is_open() {
            return;
        }
        link.silent = silent;
        if silent {
            self.timers.set(Timer::Lost(id), now.plus(LOST_AFTER));
        } else {
            link.unsure.clear();
            self.timers.stop(&Timer::Lost(id));
        }
        if self.is_native() {
            if let Some(key) = self.native.live_key(id) {
                self.settle_sessions(now, &key);
                if silent {
                    self.look_for(now, &key);
                }
            }
            return;
        }
        if let Some(row) = self.members.of(id) {
            row.state = if silent {
                MemberState::Reconnecting
            } else {
                MemberState::Here
            };
            let member = row.shown();
            self.event(Event::MemberChanged { member });
        }
    }

    /// Gives a link up that does not answer.
    pub(super) fn lost(&mut self, now: Now, id: LinkId) {
        self.lose(now, id, LeaveReason::Lost, None);
    }

    /// Closes a link for a reason.
    pub(super) fn lose(&mut self, now: Now, id: LinkId, reason: LeaveReason, detail: Option<&str>) {
        if self.links.contains_key(&id) {
            self.out(Output::Close { link: id });
            self.forget_link(now, id, reason, detail);
        }
    }

    /// Closes a link of which nobody else needs to hear.
    pub(super) fn close_link(&mut self, now: Now, id: LinkId) {
        self.lost(now, id);
    }

    /// Closes the link of a peer that broke the rules, and refuses it for a while.
    pub(super) fn misbehaved(&mut self, now: Now, id: LinkId, detail: &str) {
        self.stats.refused += 1;
        let Some(link) = self.links.get(&id) else { return };
        if self.is_native() {
            // A tag is anybody's to use; only a proved key is refused.
            self.native_misbehaved(now, id, detail);
            return;
        }
        if let Some(peer) = link.peer {
            self.refuse(now, peer.id.as_str().to_owned());
        }
        if let Some(row) = self.members.of(id) {
            let key = row.public_key.clone();
            self.refuse(now, key);
        }
        self.out(Output::Close { link: id });
        self.forget_link(now, id, LeaveReason::Misbehaved, Some(detail));
    }

    /// A link is gone: whoever spoke over it is, too.
    fn forget_link(&mut self, now: Now, id: LinkId, reason: LeaveReason, detail: Option<&str>) {
        let Some(link) = self.links.remove(&id) else {
            return;
        };
        self.pending = self.pending.saturating_sub(link.reassembler.pending());
        self.timers.retain(|timer| match timer {
            Timer::OfferStale(link)
            | Timer::OfferEnds(link)
            | Timer::Opens(link)
            | Timer::Handshake(link)
            | Timer::Introduction(link)
            | Timer::Held(link)
            | Timer::Lost(link)
            | Timer::Drawn(link) => *link != id,
            _ => true,
        });
        let mut undelivered = link.unsure.clone();
        undelivered.extend(link.waiting.iter().map(|(message, _)| message.clone()));
        self.native_link_gone(now, id, reason, detail);
        if !self.is_native() {
            self.member_left(now, id, &undelivered, reason, detail);
        }
        // The second link of this peer, if it left us one, has its turn.
        if link.is_active() && reason == LeaveReason::Lost {
            let held = |(id, other): (&LinkId, &super::Link)| {
                (other.peer == link.peer && matches!(other.phase, Phase::Held)).then_some(*id)
            };
            if let Some(next) = self.links.iter().find_map(held) {
                self.shake(now, next);
            }
        }
        if link.is_pooled() {
            self.timers.set(Timer::Pool, now.mono);
        }
    }

    fn frame(&mut self, now: Now, id: LinkId, bytes: &[u8]) {
        self.stats.bytes_received += bytes.len() as u64;
        self.heard(now, id);
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        if !link.is_open() {
            self.stats.dropped += 1;
            return;
        }
        if !link.affords(now.mono, bytes.len()) {
            self.misbehaved(now, id, "It sent more than a page ever does.");
            return;
        }
        let ground = self.meeting.web(link.island);
        let inner = match Frame::parse(bytes) {
            // Another room on the same connection, or presence, which says nothing new.
            Ok(Frame::Room { token, .. }) if token != ground.token => {
                self.stats.dropped += 1;
                return;
            }
            Ok(Frame::Presence { .. }) => return,
            Ok(Frame::Room { inner, .. }) => inner,
            Err(error) => {
                self.misbehaved(now, id, &sentence(&error));
                return;
            }
        };
        let before = link.reassembler.pending();
        let pushed = link.reassembler.push(inner);
        let after = link.reassembler.pending();
        self.pending = (self.pending + after).saturating_sub(before);
        let action = match pushed {
            Ok(None) if after > before && self.pending > MAX_PENDING_BYTES => {
                self.misbehaved(
                    now,
                    id,
                    "It kept more messages unfinished than there is room for.",
                );
                return;
            }
            Ok(None) => return,
            Ok(Some(message)) => Action::decode(&message),
            Err(error) => {
                self.misbehaved(now, id, &sentence(&error));
                return;
            }
        };
        match action {
            Ok(action) => self.action(now, id, action),
            Err(error) => self.misbehaved(now, id, &sentence(&error)),
        }
    }

    fn action(&mut self, now: Now, id: LinkId, action: Action) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        let island = link.island;
        if let Action::Leave = action {
            self.out(Output::Close { link: id });
            self.forget_link(now, id, LeaveReason::Left, None);
            return;
        }
        match &mut link.phase {
            Phase::Active => self.active_action(now, id, action),
            Phase::Shaking(handshake) => {
                let reaction = match action {
                    Action::Ready => Ok(handshake.other_is_ready()),
                    Action::Challenge { .. } | Action::Response { .. } => {
                        let Some(invite) = &self.web else { return };
                        let password = invite.trystero_password();
                        let room = handshake::Room {
                            password: password.expose(),
                            app_id: &self.meeting.web(island).app_id,
                            room: &invite.room,
                        };
                        match action {
                            Action::Challenge { c } => handshake.challenged(&room, &c),
                            Action::Response { h } => handshake.answered(&h),
                            _ => return,
                        }
                    }
                    _ => {
                        self.stats.dropped += 1;
                        return;
                    }
                };
                self.shaken(now, id, reaction);
            }
            _ => self.stats.dropped += 1,
        }
    }

    fn shaken(&mut self, now: Now, id: LinkId, reaction: Result<Reaction, Failure>) {
        match reaction {
            Ok(Reaction { send, active }) => {
                for action in &send {
                    self.send(id, action);
                }
                if active {
                    self.activated(now, id);
                }
            }
            Err(Failure::WrongPassword) => {
                self.stats.refused += 1;
                if let Some(peer) = self.links.get(&id).and_then(|link| link.peer) {
                    self.wrong_password(now, peer);
                }
                self.close_link(now, id);
            }
            Err(Failure::OutOfTurn) => self.misbehaved(now, id, "It broke off the password check."),
        }
    }

    /// The peer may speak: other attempts with it end, and it is told who this is.
    fn activated(&mut self, now: Now, id: LinkId) {
        let public = self.is_public();
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        let Some(peer) = link.peer else { return };
        link.phase = Phase::Active;
        self.pending = self.pending.saturating_sub(link.reassembler.pending());
        link.reassembler = Reassembler::new();
        if !public {
            link.reassembler.refuse_transcripts();
        }
        self.timers.stop(&Timer::Handshake(id));
        self.timers
            .set(Timer::Introduction(id), now.plus(INTRODUCTION_WITHIN));
        self.attempt_succeeded(peer);
        let others: Vec<LinkId> = self
            .links
            .iter()
            .filter(|(other, link)| **other != id && link.peer == Some(peer))
            .map(|(other, _)| *other)
            .collect();
        for other in others {
            self.close_link(now, other);
        }
        self.introduce(now, id);
    }

    fn active_action(&mut self, now: Now, id: LinkId, action: Action) {
        match action {
            Action::Metadata(metadata) => self.introduced(now, id, metadata),
            Action::Transcript(items) => self.told(now, id, items),
            Action::Text(text) => self.hears(now, id, text, false),
            Action::DirectText(text) => self.hears(now, id, text, true),
            Action::Typing(on) => self.typing_notice(now, id, false, on),
            Action::DirectTyping(on) => self.typing_notice(now, id, true, on),
            Action::Signal {
                kind: SdpKind::Offer,
                sdp,
            } => {
                let Some(link) = self.links.get_mut(&id) else {
                    return;
                };
                match link.gauges.renegotiations.measure(now.mono) {
                    Pace::Fair => self.out(Output::Renegotiate { link: id, offer: sdp }),
                    Pace::Fast => self.stats.dropped += 1,
                    Pace::Abuse => self.misbehaved(now, id, "It renegotiated without end."),
                }
            }
            // We offer nothing, so nothing answers; and calls and files are not ours yet.
            Action::Signal { .. }
            | Action::Media(_)
            | Action::AudioState(_)
            | Action::VideoState(_)
            | Action::ScreenState(_)
            | Action::FileOffer(_)
            | Action::StreamMeta(_)
            | Action::Ignored(_)
            | Action::Unknown(_) => {}
            Action::Challenge { .. } | Action::Response { .. } | Action::Ready | Action::Leave => {
                self.stats.dropped += 1;
            }
        }
    }
}

/// An error as a sentence of its own.
pub(super) fn sentence(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|c| c.to_uppercase().collect::<String>())
        .unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}
