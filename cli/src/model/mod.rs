//! The room as a person sees it: who is here, what was said, who types, how the places to meet
//! fare. A pure reducer over [`Event`], shared by the plain lines and the chat view.
//!
//! It decides the words and nothing about how they are drawn. What comes from others is kept as
//! it came; labels and lines made here have been through [`text::neutral`] already, so that no
//! view can forget it.

mod check;
mod options;
mod rich;
mod said;
mod words;

pub use check::{Check, With};
pub use rich::{Emphasis, Piece};
pub use words::{kind, label, meeting_place, name, quoted, remarks, short, trust, trust_meaning, way};

use crate::text;
use check::Step;
use dayfly_core::proto::id::{MemberId, MessageId};
use dayfly_core::proto::room::{
    EndReason, Event, LeaveReason, Member, MemberState, RendezvousState, RendezvousStatus, RoomInfo, Snapshot,
};
use said::{Change, Messages};
use std::collections::VecDeque;
use words::{arrival, changes};

/// Lines kept for scrolling back; the oldest fall off.
pub const MAX_LINES: usize = 5_000;

/// What a line is, so that a view can set it apart. Never the only carrier of a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Somebody else's words.
    Said,
    /// Somebody else's words that name this person.
    Mention,
    /// Own words.
    Mine,
    /// Words from before this person came.
    Past,
    /// Something happened.
    Info,
    /// Something to be wary of.
    Warning,
    /// A line that stands above became another. Not part of the transcript, which shows it in its
    /// place; for whoever cannot see that.
    Change,
}

/// One line of the transcript, which may be long or hold line feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub tone: Tone,
    /// For words: whose, to whom, and what stands behind that.
    pub lead: Option<String>,
    /// The words.
    pub text: String,
    /// Which message it shows.
    pub id: Option<MessageId>,
    /// The words with their styles, where they have any; shown in place of `text`.
    pub rich: Vec<Piece>,
    /// What became of the words, in brackets; never the author's own.
    pub marks: String,
}

impl Line {
    /// Something happened.
    pub fn info(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Info,
            lead: None,
            text: text.into(),
            id: None,
            rich: Vec::new(),
            marks: String::new(),
        }
    }

    /// Something to be wary of.
    pub fn warning(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Warning,
            ..Self::info(text)
        }
    }

    /// The line as one line of plain text.
    pub fn plain(&self) -> String {
        let words = text::one_line(&self.text) + &self.marks;
        match (&self.lead, self.tone) {
            (Some(lead), _) => format!("{lead}: {words}"),
            (None, Tone::Warning) => format!("Warning: {words}"),
            (None, _) => words,
        }
    }
}

/// How far an own message got, where that is worth showing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pending {
    /// Nobody is there to send it to yet.
    Waiting,
    /// It will not arrive.
    Failed,
}

/// The room as shown.
#[derive(Debug, Default)]
pub struct Model {
    me: Option<Member>,
    members: Vec<Member>,
    lines: VecDeque<Line>,
    pending: Vec<(MessageId, Pending)>,
    typing: Vec<(MemberId, bool)>,
    rendezvous: Vec<RendezvousStatus>,
    room: RoomInfo,
    messages: Messages,
    checks: Vec<Check>,
    look: Option<Line>,
    ended: Option<EndReason>,
}

impl Model {
    /// This person's row, once the room has begun.
    pub fn me(&self) -> Option<&Member> {
        self.me.as_ref()
    }

    /// Everybody else, in the order of their coming.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The transcript, oldest first.
    pub fn lines(&self) -> &VecDeque<Line> {
        &self.lines
    }

    /// The places to meet.
    pub fn rendezvous(&self) -> &[RendezvousStatus] {
        &self.rendezvous
    }

    /// What became of an own message, if it is not simply on its way.
    pub fn pending(&self, id: &MessageId) -> Option<Pending> {
        self.pending
            .iter()
            .find(|(of, _)| of == id)
            .map(|(_, state)| *state)
    }

    /// Others who are here now.
    pub fn present(&self) -> usize {
        self.members
            .iter()
            .filter(|m| m.state == MemberState::Here)
            .count()
    }

    /// Who types, as a sentence; empty when nobody does.
    pub fn typing(&self) -> String {
        let mut names = Vec::new();
        for (id, direct) in &self.typing {
            if let Some(member) = self.member(id) {
                let to = if *direct { " to you only" } else { "" };
                names.push(format!("{}{to}", label(member)));
            }
        }
        match names.as_slice() {
            [] => String::new(),
            [one] => format!("{one} is typing"),
            [one, two] => format!("{one} and {two} are typing"),
            many => format!("{} people are typing", many.len()),
        }
    }

    /// How the places to meet fare, in a few words.
    pub fn meeting(&self) -> String {
        let all = self.rendezvous.len();
        let up = self
            .rendezvous
            .iter()
            .filter(|r| r.state == RendezvousState::Up)
            .count();
        match (up, all) {
            (_, 0) => "no tracker".into(),
            (0, _)
                if self
                    .rendezvous
                    .iter()
                    .any(|r| r.state == RendezvousState::Connecting) =>
            {
                "reaching trackers".into()
            }
            (0, 1) => "tracker does not answer".into(),
            (0, _) => "no tracker answers".into(),
            (1, 1) => "tracker up".into(),
            _ => format!("{up} of {all} trackers up"),
        }
    }

    /// The row with this id, this person's included.
    pub fn member(&self, id: &MemberId) -> Option<&Member> {
        self.me.iter().chain(&self.members).find(|m| m.id == *id)
    }

    /// A message that may be looked at once, while it is looked at.
    pub fn look(&self) -> Option<&Line> {
        self.look.as_ref()
    }

    /// The look is over.
    pub fn look_away(&mut self) {
        self.look = None;
    }

    /// Adds a line of the shell's own.
    pub fn note(&mut self, line: Line) {
        if self.lines.len() == MAX_LINES
            && let Some(oldest) = self.lines.pop_front()
            && let Some(id) = oldest.id
        {
            self.messages.forget(&id);
        }
        self.lines.push_back(line);
    }

    /// Takes an event; what it adds to the transcript is returned as well, and so are the words
    /// for what it changed there ([`Tone::Change`]).
    pub fn apply(&mut self, event: &Event) -> Vec<Line> {
        let lines = self.reduce(event);
        for line in lines.iter().filter(|line| line.tone != Tone::Change) {
            self.note(line.clone());
        }
        lines
    }

    fn reduce(&mut self, event: &Event) -> Vec<Line> {
        match event {
            Event::Reset { snapshot } => self.reset(snapshot),
            Event::MemberJoined { member } | Event::MemberChanged { member } => self.row(member),
            Event::MemberLeft { id, reason, detail } => {
                self.gone(id, *reason, detail.as_deref()).into_iter().collect()
            }
            Event::Message { message } => self.said(message),
            Event::Folded { from, count } => {
                let who = self.name_of(from);
                vec![Line::warning(format!(
                    "{count} more from {who}, too many to show."
                ))]
            }
            Event::Delivery { id, state, member } => {
                self.delivery(id, *state, member.as_ref()).into_iter().collect()
            }
            Event::Typing { from, on, direct } => {
                self.typing
                    .retain(|(id, in_direct)| id != from || in_direct != direct);
                if *on {
                    self.typing.push((from.clone(), *direct));
                }
                Vec::new()
            }
            Event::Rendezvous { status } => self.meeting_changed(status).into_iter().collect(),
            Event::Notice { message, .. } => vec![Line::warning(text::neutral(message))],
            Event::MessageChanged {
                id,
                text,
                unsent,
                reactions,
                expires_at,
                confirmed,
            } => {
                let change = Change {
                    text: text.as_deref(),
                    unsent: *unsent == Some(true),
                    reactions: reactions.as_deref(),
                    expires_at: *expires_at,
                    confirmed: *confirmed,
                };
                self.changed(id, &change)
            }
            Event::Verification {
                member,
                state,
                emoji,
                digits,
            } => self.compared(&Step {
                with: With::Member(member.clone()),
                state: *state,
                emoji: emoji.as_deref(),
                digits: digits.as_deref(),
                members: &[],
            }),
            Event::GroupCheck {
                state,
                emoji,
                digits,
                members,
            } => self.compared(&Step {
                with: With::Group,
                state: *state,
                emoji: emoji.as_deref(),
                digits: digits.as_deref(),
                members,
            }),
            Event::RoomChanged { options, by, op } => self.room_changed(options, by.as_ref(), *op),
            Event::Removed { by } => {
                let who = self.who(by);
                vec![Line::warning(format!(
                    "{who}, the owner, removed you from this room. The link you have is dead."
                ))]
            }
            Event::Closed { by } => vec![Line::info(format!(
                "The room was closed for everybody by {}; every device wiped it.",
                self.who(by)
            ))],
            Event::Limited { what, seconds } => {
                let what = match what.as_str() {
                    "say" => "Speaking".into(),
                    "verify" => "Comparing codes".into(),
                    "password" => "Trying a password".into(),
                    other => text::one_line(other),
                };
                vec![Line::warning(format!(
                    "{what} must wait for {}.",
                    said::duration((*seconds).into())
                ))]
            }
            Event::Left { reason } => {
                self.ended = Some(*reason);
                vec![Line::info(match reason {
                    EndReason::Left => "You left. Nothing was kept.",
                    EndReason::Removed => "You were removed from the room.",
                    EndReason::Closed => "The room was closed.",
                    EndReason::Empty => "Nobody was here for a day, so the room wiped itself.",
                    EndReason::Stopped => "Something broke inside; everything was wiped.",
                })]
            }
        }
    }

    /// The first one is silent about rows (a room begins empty); a later one means that events
    /// were missed, and tells what is new.
    fn reset(&mut self, snapshot: &Snapshot) -> Vec<Line> {
        let mut lines = Vec::new();
        if self.me.is_some() {
            lines.push(Line::warning(
                "This terminal was too slow; some events were skipped.",
            ));
        }
        let before = std::mem::take(&mut self.members);
        self.me = Some(snapshot.me.clone());
        self.room = snapshot.room.clone();
        self.typing.clear();
        for member in &snapshot.members {
            match before.iter().find(|m| m.id == member.id) {
                Some(old) => {
                    self.members.push(old.clone());
                    lines.extend(self.row(member));
                }
                None => lines.extend(self.row(member)),
            }
        }
        for member in &before {
            if !snapshot.members.iter().any(|m| m.id == member.id) {
                lines.push(Line::info(format!("{} is gone.", label(member))));
            }
        }
        for status in &snapshot.rendezvous {
            lines.extend(self.meeting_changed(status));
        }
        self.rendezvous.clone_from(&snapshot.rendezvous);
        for message in &snapshot.messages {
            lines.extend(self.said(message));
        }
        self.vanished(&snapshot.messages);
        lines
    }

    fn row(&mut self, member: &Member) -> Vec<Line> {
        if self.me.as_ref().is_some_and(|me| me.id == member.id) {
            let old = self.me.replace(member.clone());
            return match old {
                Some(old) if old.name != member.name => {
                    vec![Line::info(format!("You are now called {}.", name(&member.name)))]
                }
                Some(old) if old.muted != member.muted => vec![if member.muted {
                    Line::warning("The owner muted you: what you say is shown to nobody.")
                } else {
                    Line::info("The owner lets you be heard again.")
                }],
                _ => Vec::new(),
            };
        }
        let Some(at) = self.members.iter().position(|m| m.id == member.id) else {
            self.members.push(member.clone());
            return if member.state == MemberState::Connecting {
                Vec::new()
            } else {
                arrival(member)
            };
        };
        let old = std::mem::replace(&mut self.members[at], member.clone());
        if old.name != member.name {
            self.redraw_reactions_of(&member.id);
        }
        changes(&old, member)
    }

    fn gone(&mut self, id: &MemberId, reason: LeaveReason, detail: Option<&str>) -> Option<Line> {
        self.typing.retain(|(from, _)| from != id);
        let at = self.members.iter().position(|m| m.id == *id)?;
        let member = self.members.remove(at);
        if member.state == MemberState::Connecting && reason == LeaveReason::Left {
            return None;
        }
        let who = label(&member);
        let mut words = match reason {
            LeaveReason::Left => format!("{who} left."),
            LeaveReason::Lost => format!("{who} was lost: no sign of life any more."),
            LeaveReason::Removed => format!("{who} was removed."),
            LeaveReason::Blocked => format!("{who} was blocked by you."),
            LeaveReason::Misbehaved => format!("{who} was dropped for breaking the rules."),
        };
        if let Some(detail) = detail {
            words.push(' ');
            words.push_str(&text::one_line(detail));
        }
        Some(Line::info(words))
    }

    fn meeting_changed(&mut self, status: &RendezvousStatus) -> Option<Line> {
        let known = self
            .rendezvous
            .iter()
            .position(|r| r.backend == status.backend && r.url == status.url);
        let old = match known {
            Some(at) => Some(std::mem::replace(&mut self.rendezvous[at], status.clone())),
            None => {
                self.rendezvous.push(status.clone());
                None
            }
        };
        if old.is_some_and(|old| old.state == status.state) {
            return None;
        }
        Some(Line::info(meeting_place(status)))
    }

    fn name_of(&self, id: &MemberId) -> String {
        self.member(id).map_or_else(|| "somebody who left".into(), label)
    }
}

#[cfg(test)]
mod tests;
