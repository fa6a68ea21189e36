//! What is said: by this person, and by others as it arrives over their own connection.

use super::command::SayOptions;
use super::event::{DeliveryState, Event, MemberKind, Message};
use super::limits::{
    FOLD_EVERY, MAX_SKEW_MS, MAX_TEXT_UNITS, MAX_UNSENT, MAX_UNSENT_BYTES, MAX_WAITING, PAGE_DRAWS, json_len,
};
use super::members::{MemberError, Pace};
use super::speech::{Said, Verdict};
use super::timeline::{Added, Item};
use super::{Room, Timer, my_id};
use crate::id::{LinkId, MemberId, MessageId};
use crate::timer::Now;
use crate::wire::native::Frame;
use crate::wire::web::chitchatter::{Action, ChatText};
use crate::wire::web::utf16_len;
use rand_core::Rng;
use std::time::Duration;

/// A member that typed and said nothing more about it has stopped by then.
const TYPES_FOR: Duration = Duration::from_secs(60);

/// Why something cannot be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SayError {
    /// The room has ended.
    #[error("this room is over")]
    Ended,
    /// There is no text.
    #[error("the message is empty")]
    Empty,
    /// Over the limit.
    #[error("the message is longer than {MAX_TEXT_UNITS} characters: send it in parts")]
    TooLong,
    /// The key that others know this person by is not there yet.
    #[error("your key for this room is still being made: try again in a moment")]
    NotReady,
    /// It was a Dayfly and speaks as a page, or is about to be one.
    #[error("nothing is said to this member alone unless it is a Dayfly: it was one, or is about to be one")]
    Shut,
    /// More than the others would take without losing any.
    #[error("too much was said at once: wait a moment")]
    Busy,
}

/// Why something cannot be said to one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DirectError {
    /// It cannot be said at all.
    #[error(transparent)]
    Say(#[from] SayError),
    /// There is nobody to say it to.
    #[error(transparent)]
    Member(#[from] MemberError),
}

impl Room {
    /// Says something to everybody. The message comes back in an event, with its `reference`; if
    /// nobody is here it waits for the first to come.
    ///
    /// # Errors
    /// See [`SayError`].
    pub fn say(&mut self, now: Now, text: String, options: SayOptions) -> Result<MessageId, SayError> {
        self.may_say(now, &text)?;
        if self.is_native() {
            return self.say_natively(now, text, options);
        }
        let SayOptions { reference, .. } = options;
        let waits = self.members.len() == 0 || self.me.identity.is_none();
        if waits {
            let (count, bytes) = self.timeline.unsent();
            if count >= MAX_UNSENT || bytes + json_len(&text) > MAX_UNSENT_BYTES {
                return Err(SayError::Busy);
            }
        }
        let (id, text) = self.own(now, text, reference, None, waits);
        let state = if waits {
            DeliveryState::Sending
        } else {
            // Whoever may speak hears it, introduced or not: it has been told what was said before.
            let links = self.active_links();
            self.hand_over(now, &links, &id, &Action::Text(text));
            DeliveryState::Sent
        };
        if self.me.typing {
            self.me.typing = false;
            let links: Vec<LinkId> = self.members.iter().filter_map(|row| row.link).collect();
            self.send_all(&links, &Action::Typing(false));
        }
        self.event(Event::Delivery {
            id: id.clone(),
            state,
            member: None,
        });
        Ok(id)
    }

    /// Says something to one member, named as for [`Room::member`].
    ///
    /// # Errors
    /// See [`DirectError`].
    pub fn direct(
        &mut self,
        now: Now,
        to: &str,
        text: String,
        options: SayOptions,
    ) -> Result<MessageId, DirectError> {
        if self.ended {
            return Err(SayError::Ended.into());
        }
        let with = self.members.find(to)?;
        if self.is_native() {
            self.may_say(now, &text)?;
            return self.direct_natively(now, &with, text, options);
        }
        match self.alone_with(&with) {
            Some(true) => {
                self.may_say(now, &text)?;
                return self.direct_natively(now, &with, text, options);
            }
            Some(false) => return Err(SayError::Shut.into()),
            None => {}
        }
        let SayOptions { reference, .. } = options;
        if self.me.identity.is_none() {
            return Err(SayError::NotReady.into());
        }
        self.may_say(now, &text)?;
        let row = self.members.get_mut(&with).ok_or(MemberError::Nobody)?;
        let link = row.link.ok_or(MemberError::Nobody)?;
        let typed = std::mem::take(&mut row.told_typing);
        let (id, text) = self.own(now, text, reference, Some(with), false);
        self.hand_over(now, &[link], &id, &Action::DirectText(text));
        if typed {
            self.send(link, &Action::DirectTyping(false));
        }
        self.event(Event::Delivery {
            id: id.clone(),
            state: DeliveryState::Sent,
            member: None,
        });
        Ok(id)
    }

    fn may_say(&mut self, now: Now, text: &str) -> Result<(), SayError> {
        if self.ended {
            return Err(SayError::Ended);
        }
        if text.trim().is_empty() {
            return Err(SayError::Empty);
        }
        // Each unit takes at least one byte, so a longer text need not be counted.
        if text.len() > 3 * MAX_TEXT_UNITS || utf16_len(text) > MAX_TEXT_UNITS {
            return Err(SayError::TooLong);
        }
        let kib = u32::try_from(json_len(text).div_ceil(1024)).unwrap_or(u32::MAX);
        if !self.me.bytes_pace.take(now.mono, kib) || !self.me.speech_pace.take(now.mono, 1) {
            return Err(SayError::Busy);
        }
        Ok(())
    }

    /// Writes an own message down and makes what is sent of it.
    fn own(
        &mut self,
        now: Now,
        text: String,
        reference: Option<String>,
        with: Option<MemberId>,
        unsent: bool,
    ) -> (MessageId, ChatText) {
        let id = MessageId(self.uuid());
        let user_id = self
            .me
            .identity
            .as_ref()
            .map(|me| me.user_id.clone())
            .unwrap_or_default();
        let message = Message {
            id: id.clone(),
            from: my_id(),
            name: self.me.name.clone(),
            text: text.clone(),
            at: now.unix_ms,
            sent_at: now.unix_ms,
            direct: with.is_some(),
            with,
            mine: true,
            history: false,
            confirmed: true,
            reference,
            ..Message::default()
        };
        let item = Item {
            message: message.clone(),
            wire_id: id.0.clone(),
            user_id: user_id.clone(),
            teller: None,
            unsent,
        };
        self.timeline.add_live(item, id.clone());
        self.event(Event::Message { message });
        let text = ChatText {
            author_id: user_id,
            text,
            time_sent: now.unix_ms,
            id: id.0.clone(),
        };
        (id, text)
    }

    /// Sends a message, to each page as soon as that has drawn the one before, and notes for
    /// which links it is unsure that it arrives.
    fn hand_over(&mut self, now: Now, links: &[LinkId], id: &MessageId, action: &Action) {
        let mut at_once = Vec::new();
        for link_id in links {
            let Some(link) = self.links.get_mut(link_id) else {
                continue;
            };
            if link.must_wait(now.mono) {
                link.waiting.push_back((id.clone(), action.clone()));
                self.timers.set(Timer::Drawn(*link_id), link.drawn_at);
            } else {
                link.drawn_at = now.plus(PAGE_DRAWS);
                at_once.push(*link_id);
                if link.silent && link.unsure.len() < MAX_WAITING {
                    link.unsure.push(id.clone());
                }
            }
        }
        self.send_all(&at_once, action);
    }

    /// A page has drawn what it got: it gets the next message that waits for it.
    pub(super) fn drawn(&mut self, now: Now, id: LinkId) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        let Some((message, action)) = link.waiting.pop_front() else {
            return;
        };
        link.drawn_at = now.plus(PAGE_DRAWS);
        if link.silent && link.unsure.len() < MAX_WAITING {
            link.unsure.push(message);
        }
        if !link.waiting.is_empty() {
            self.timers.set(Timer::Drawn(id), link.drawn_at);
        }
        self.send(id, &action);
    }

    /// Sends all that waits for a page at once: this is the end.
    pub(super) fn say_waiting(&mut self, id: LinkId) {
        while let Some((_, action)) = self.links.get_mut(&id).and_then(|link| link.waiting.pop_front()) {
            self.send(id, &action);
        }
    }

    /// A message was handed to a connection that did not come back.
    pub(super) fn undelivered(&mut self, id: &MessageId, member: &MemberId) {
        let event = Event::Delivery {
            id: id.clone(),
            state: DeliveryState::Failed,
            member: Some(member.clone()),
        };
        self.event(event);
    }

    /// Tells everybody, or one member, that this person types or ceased to. Repeating what was
    /// said last sends nothing; beginning again and again too fast is not said.
    ///
    /// # Errors
    /// See [`MemberError`].
    pub fn typing(&mut self, now: Now, on: bool, to: Option<&str>) -> Result<(), MemberError> {
        if self.ended {
            return Err(MemberError::Ended);
        }
        let Some(to) = to else {
            if self.me.typing != on && (!on || self.me.typing_pace.take(now.mono, 1)) {
                self.me.typing = on;
                if self.is_native() {
                    self.post_all(now, &Frame::Typing { on, direct: false });
                }
                let links: Vec<LinkId> = self.members.iter().filter_map(|row| row.link).collect();
                self.send_all(&links, &Action::Typing(on));
            }
            return Ok(());
        };
        let id = self.members.find(to)?;
        if self.alone_with(&id) == Some(false) && !self.is_native() {
            // Its thread is shut, and that somebody types in it is part of what would be said.
            return Ok(());
        }
        let row = self.members.get_mut(&id).ok_or(MemberError::Nobody)?;
        if row.told_typing != on && (!on || self.me.typing_pace.take(now.mono, 1)) {
            row.told_typing = on;
            if let Some(key) = self.native.key_of(&id) {
                self.post(now, &key, &Frame::Typing { on, direct: true });
                return Ok(());
            }
            if let Some(link) = row.link {
                self.send(link, &Action::DirectTyping(on));
            }
        }
        Ok(())
    }

    /// What a page expects once it has introduced itself.
    pub(super) fn greet(&mut self, link: LinkId) {
        self.send(link, &Action::Typing(self.me.typing));
        self.send(link, &Action::DirectTyping(false));
    }

    /// Says to everybody what was said while nobody was here.
    pub(super) fn say_unsent(&mut self, now: Now) {
        let Some(user_id) = self.me.identity.as_ref().map(|me| me.user_id.clone()) else {
            return;
        };
        if self.members.len() == 0 {
            return;
        }
        let links = self.active_links();
        for item in self.timeline.take_unsent() {
            let id = item.message.id.clone();
            let text = ChatText {
                author_id: user_id.clone(),
                text: item.message.text,
                time_sent: item.message.sent_at,
                id: item.wire_id,
            };
            self.hand_over(now, &links, &id, &Action::Text(text));
            self.event(Event::Delivery {
                id,
                state: DeliveryState::Sent,
                member: None,
            });
        }
    }

    /// A member says something.
    pub(super) fn hears(&mut self, now: Now, link: LinkId, text: ChatText, direct: bool) {
        let Some(row) = self.members.of(link) else {
            // It has not said who it is.
            self.stats.dropped += 1;
            return;
        };
        let id = row.id.clone();
        // What a Dayfly says to one comes through its session; by any other way it is not its own.
        if direct && (row.kind == MemberKind::Native || row.marks.was_native) {
            self.stats.dropped += 1;
            return;
        }
        let said = Said {
            text,
            direct,
            at: now.unix_ms,
            in_ledger: false,
        };
        self.hears_at(now, link, &id, said);
    }

    /// Shows what a member says at its pace.
    pub(super) fn hears_at(&mut self, now: Now, link: LinkId, id: &MemberId, said: Said) {
        let Some(row) = self.members.get_mut(id) else {
            return;
        };
        match row.speech.hear(now.mono, said) {
            Verdict::Now(said) => self.show(now, id, said),
            Verdict::Later => self.wait_for_speech(id),
            Verdict::Dropped => {
                self.stats.dropped += 1;
                if self.timers.get(&Timer::Fold(id.clone())).is_none() {
                    self.timers.set(Timer::Fold(id.clone()), now.plus(FOLD_EVERY));
                }
            }
            Verdict::Abuse => {
                self.misbehaved(now, link, "It said more than anybody could read.");
            }
        }
    }

    fn wait_for_speech(&mut self, id: &MemberId) {
        match self.members.get(id).and_then(|row| row.speech.due_at()) {
            Some(at) => self.timers.set(Timer::Speech(id.clone()), at),
            None => self.timers.stop(&Timer::Speech(id.clone())),
        }
    }

    /// Shows what waited and is due.
    pub(super) fn speech_due(&mut self, now: Now, id: &MemberId) {
        while let Some(said) = self.members.get_mut(id).and_then(|row| row.speech.due(now.mono)) {
            self.show(now, id, said);
        }
        self.wait_for_speech(id);
    }

    /// Shows what still waits, within limits: its author is going.
    pub(super) fn speech_flush(&mut self, now: Now, id: &MemberId) {
        while let Some(said) = self.members.get_mut(id).and_then(|row| row.speech.last(now.mono)) {
            self.show(now, id, said);
        }
        if let Some(row) = self.members.get_mut(id) {
            self.stats.dropped += row.speech.fold_waiting();
        }
        self.fold(id);
    }

    /// Tells how much of a member's was dropped.
    pub(super) fn fold(&mut self, id: &MemberId) {
        let Some(row) = self.members.get_mut(id) else {
            return;
        };
        let count = std::mem::take(&mut row.speech.folded);
        if count > 0 {
            self.event(Event::Folded {
                from: id.clone(),
                count,
            });
        }
    }

    fn show(&mut self, now: Now, from: &MemberId, said: Said) {
        let Some(row) = self.members.get(from) else { return };
        let Said {
            text,
            direct,
            at,
            in_ledger,
        } = said;
        if in_ledger {
            self.show_line(&MessageId(text.id));
            self.types(now, from, direct, false);
            return;
        }
        if text.author_id != row.user_id {
            self.stats.mismatched += 1;
        }
        let (name, user_id) = (row.name.clone(), row.user_id.clone());
        let alias = MessageId(format!("{}~{from}", text.id));
        let message = Message {
            id: MessageId(text.id.clone()),
            from: from.clone(),
            name,
            text: text.text,
            at,
            sent_at: text
                .time_sent
                .clamp(at.saturating_sub(MAX_SKEW_MS), at.saturating_add(MAX_SKEW_MS)),
            direct,
            with: direct.then(|| from.clone()),
            mine: false,
            history: false,
            confirmed: true,
            reference: None,
            ..Message::default()
        };
        let item = Item {
            message,
            wire_id: text.id,
            user_id,
            teller: None,
            unsent: false,
        };
        match self.timeline.add_live(item, alias) {
            Added::New(id) | Added::Confirmed(id) => {
                if let Some(message) = self.timeline.get(&id).map(|item| item.message.clone()) {
                    self.event(Event::Message { message });
                }
            }
            Added::Known | Added::Refused => self.stats.refused += 1,
        }
        // Whoever has said it no longer types it.
        self.types(now, from, direct, false);
    }

    /// A member says that it types, or no longer.
    pub(super) fn typing_notice(&mut self, now: Now, id: LinkId, direct: bool, on: bool) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        match link.gauges.typing.measure(now.mono) {
            Pace::Fair => {}
            Pace::Fast => {
                self.stats.dropped += 1;
                return;
            }
            Pace::Abuse => {
                self.misbehaved(now, id, "It typed faster than anybody can.");
                return;
            }
        }
        let Some(row) = self.members.of(id) else {
            self.stats.dropped += 1;
            return;
        };
        let member = row.id.clone();
        self.types(now, &member, direct, on);
    }

    /// Notes that a member types or ceased to, and says so if it is news.
    pub(super) fn types(&mut self, now: Now, id: &MemberId, direct: bool, on: bool) {
        let Some(row) = self.members.get_mut(id) else {
            return;
        };
        let timer = Timer::TypingEnds(id.clone(), direct);
        if on {
            self.timers.set(timer, now.plus(TYPES_FOR));
        } else {
            self.timers.stop(&timer);
        }
        let types = &mut row.types[usize::from(direct)];
        if *types != on {
            *types = on;
            self.event(Event::Typing {
                from: id.clone(),
                on,
                direct,
            });
        }
    }

    /// A UUID, version 4, from the room's own seed.
    fn uuid(&mut self) -> String {
        let mut bytes = [0; 16];
        self.rng.fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes)
            .into_uuid()
            .hyphenated()
            .to_string()
    }
}
