//! Arrivals and departures: who a peer says it is, what it gets to know of us, and its row's end.

use super::event::{Event, LeaveReason, MemberKind, MemberState, NoticeCode, Trust};
use super::limits::{MAX_MEMBERS, PAGE_DRAWS};
use super::members::{Admitted, Marks, Pace, Row};
use super::native::VERSION;
use super::session::sentence;
use super::{Room, Timer, names};
use crate::id::{LinkId, MessageId};
use crate::identity::web::{check, default_name};
use crate::timer::Now;
use crate::wire::web::chitchatter::{Action, Metadata};

impl Room {
    /// What we say about ourselves.
    pub(super) fn metadata(&self, renamed: bool) -> Option<Action> {
        let identity = self.me.identity.as_ref()?;
        Some(Action::Metadata(Metadata {
            user_id: identity.user_id.clone(),
            name: self.me.name.clone(),
            public_key: identity.public_key.clone(),
            signature: identity.signature.clone(),
            renamed,
            native: VERSION,
        }))
    }

    /// Tells a peer who this is and, in a public room, what was said; waits for the identity if
    /// that is still being made.
    pub(super) fn introduce(&mut self, now: Now, id: LinkId) {
        let Some(metadata) = self.metadata(false) else {
            return;
        };
        self.send(id, &metadata);
        self.tell_history(id);
        if let Some(link) = self.links.get_mut(&id) {
            link.drawn_at = now.plus(PAGE_DRAWS);
        }
        // It may have come before our identity was ready: then nothing has been said to it yet.
        if self.members.of(id).is_some() {
            self.greet(id);
            self.offer_native(now, id);
        }
    }

    /// The peer says who it is: for the first time, or under another name.
    pub(super) fn introduced(&mut self, now: Now, id: LinkId, metadata: Metadata) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        match link.gauges.names.measure(now.mono) {
            Pace::Fair => {}
            Pace::Fast => {
                self.stats.dropped += 1;
                return;
            }
            Pace::Abuse => {
                self.misbehaved(now, id, "It changed its name without end.");
                return;
            }
        }
        let (via, island, silent) = (link.via, link.island, link.silent);
        if let Some(row) = self.members.of(id) {
            if row.public_key != metadata.public_key || row.user_id != metadata.user_id {
                self.misbehaved(now, id, "It changed its key in the middle of the conversation.");
                return;
            }
            let name = shown_name(&metadata);
            if row.name != name {
                row.name = name;
                let member = row.shown();
                self.event(Event::MemberChanged { member });
            }
            return;
        }
        if self.is_refused(now, &metadata.public_key) {
            self.stats.refused += 1;
            self.close_link(now, id);
            return;
        }
        let checked = match check(
            &metadata.public_key,
            &metadata.signature,
            &self.web_invite().room,
            &metadata.user_id,
        ) {
            Ok(checked) => checked,
            Err(error) => {
                self.stats.refused += 1;
                if self.meeting.may_tell_of_refusal(now) {
                    self.notice(NoticeCode::Refused, &format!("Somebody was refused: {error}."));
                }
                self.misbehaved(now, id, &sentence(&error));
                return;
            }
        };
        if self.members.len() >= MAX_MEMBERS || !self.admissions.take(now.mono, 1) {
            self.stats.dropped += 1;
            self.close_link(now, id);
            return;
        }
        self.timers.stop(&Timer::Introduction(id));
        let was_native = self.native.sticks(&metadata.user_id) && metadata.native == 0;
        if let Some(link) = self.links.get_mut(&id) {
            link.speaks_native = metadata.native > 0;
        }
        let Admitted {
            id: member_id,
            speech,
            returned,
        } = self
            .members
            .admit(now.mono, &metadata.public_key, checked.signature_ok);
        let row = Row {
            id: member_id,
            link: Some(id),
            kind: MemberKind::Web,
            marks: Marks {
                was_native,
                ..Marks::default()
            },
            name: shown_name(&metadata),
            user_id: metadata.user_id,
            public_key: metadata.public_key,
            fingerprint: checked.fingerprint.0,
            trust: if checked.signature_ok {
                Trust::Claimed
            } else {
                Trust::None
            },
            state: if silent {
                MemberState::Reconnecting
            } else {
                MemberState::Here
            },
            via,
            islands: vec![self.meeting.web(island).origin.clone()],
            same_key: false,
            speech,
            types: [false, false],
            told_typing: false,
        };
        let member_id = row.id.clone();
        let (name, user_id) = (row.name.clone(), row.user_id.clone());
        let marked = self.members.insert(row);
        if let Some(row) = self.members.get(&member_id) {
            let member = row.shown();
            self.event(Event::MemberJoined { member });
        }
        for member in marked {
            self.event(Event::MemberChanged { member });
        }
        self.name_hearsay(&user_id);
        if returned {
            self.notice(
                NoticeCode::Returned,
                &format!(
                    "{name} came back on a new connection and goes on in the old direct thread. It brought the same \
                     key, which anybody who has seen it could bring."
                ),
            );
        }
        if was_native {
            self.tell_was_native(&name);
        }
        if self.me.identity.is_some() {
            self.greet(id);
            self.offer_native(now, id);
            self.say_unsent(now);
        }
    }

    pub(super) fn member_left(
        &mut self,
        now: Now,
        link: LinkId,
        unsure: &[MessageId],
        reason: LeaveReason,
        detail: Option<&str>,
    ) {
        let remember = matches!(reason, LeaveReason::Left | LeaveReason::Lost);
        if remember && let Some(row) = self.members.of(link) {
            // What it said in time is shown, even if it was too fast to be shown at once.
            let id = row.id.clone();
            self.speech_flush(now, &id);
        }
        let Some((row, marked)) = self.members.remove(now.mono, link, remember) else {
            return;
        };
        self.timers.retain(|timer| match timer {
            Timer::Speech(id) | Timer::Fold(id) | Timer::TypingEnds(id, _) => *id != row.id,
            _ => true,
        });
        for message in unsure {
            self.undelivered(message, &row.id);
        }
        self.event(Event::MemberLeft {
            id: row.id,
            reason,
            detail: detail.map(str::to_owned),
        });
        for member in marked {
            self.event(Event::MemberChanged { member });
        }
    }
}

/// The name a peer is shown under.
fn shown_name(metadata: &Metadata) -> String {
    let name = names::clean(&metadata.name);
    if name.is_empty() {
        default_name(&metadata.user_id)
    } else {
        name
    }
}
