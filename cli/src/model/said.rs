//! What was said, as lines: whose words, what they answer, what became of them. Keeps the messages
//! behind the lines, so that a change to one redraws its line and is told in words to whoever
//! cannot see it redrawn.

use super::words::{labelled, name, quoted};
use super::{Line, Model, Pending, Tone, rich};
use crate::text;
use dayfly_core::proto::id::{MemberId, MessageId};
use dayfly_core::proto::room::{DeliveryState, Message, Reaction};
use std::collections::HashMap;

/// Columns of a message that is quoted in the answer to it.
const QUOTE: usize = 40;

/// The messages behind the lines, each with the number that stands before it.
#[derive(Debug, Default)]
pub struct Messages {
    by_id: HashMap<MessageId, Kept>,
    by_number: HashMap<u32, MessageId>,
    last_number: u32,
}

#[derive(Debug)]
struct Kept {
    number: u32,
    message: Message,
    /// It was looked at, so what follows is not its author's doing.
    looked: bool,
    /// Who has seen it, of those who tell.
    seen: Vec<MemberId>,
}

impl Messages {
    fn keep(&mut self, message: &Message) {
        if let Some(kept) = self.by_id.get_mut(&message.id) {
            kept.message = message.clone();
            return;
        }
        self.last_number += 1;
        let number = self.last_number;
        self.by_number.insert(number, message.id.clone());
        let kept = Kept {
            number,
            message: message.clone(),
            looked: false,
            seen: Vec::new(),
        };
        self.by_id.insert(message.id.clone(), kept);
    }

    /// Forgets one whose line fell off.
    pub fn forget(&mut self, id: &MessageId) {
        if let Some(kept) = self.by_id.remove(id) {
            self.by_number.remove(&kept.number);
        }
    }
}

/// What changed about a message; what is `None` stays.
pub struct Change<'a> {
    /// The words now.
    pub text: Option<&'a str>,
    /// The words are gone.
    pub unsent: bool,
    /// Every reaction.
    pub reactions: Option<&'a [Reaction]>,
    /// When it vanishes.
    pub expires_at: Option<u64>,
    /// What stands behind it.
    pub confirmed: Option<bool>,
}

impl Model {
    /// The message with this number.
    pub fn numbered(&self, number: u32) -> Option<&Message> {
        let id = self.messages.by_number.get(&number)?;
        self.message(id)
    }

    /// The message with this id.
    pub fn message(&self, id: &MessageId) -> Option<&Message> {
        self.messages.by_id.get(id).map(|kept| &kept.message)
    }

    /// The newest message that fits.
    pub fn newest(&self, fits: impl Fn(&Message) -> bool) -> Option<&Message> {
        let ids = self.lines.iter().rev().filter_map(|line| line.id.as_ref());
        ids.filter_map(|id| self.message(id))
            .find(|message| fits(message))
    }

    /// What a person has before it: the newest message of somebody else.
    pub fn newest_of_others(&self) -> Option<&MessageId> {
        self.newest(|message| !message.mine).map(|message| &message.id)
    }

    /// Takes a message, new or told again.
    pub(super) fn said(&mut self, message: &Message) -> Vec<Line> {
        self.typing
            .retain(|(id, direct)| *id != message.from || *direct != message.direct);
        let old = self.message(&message.id).cloned();
        self.messages.keep(message);
        let line = self.line_of(&message.id);
        let Some(old) = old else {
            let mut lines = Vec::new();
            if message.missing > 0 {
                let who = name(&message.name);
                lines.push(Line::warning(match message.missing {
                    1 => format!("1 message of {who} is missing before this one."),
                    n => format!("{n} messages of {who} are missing before this one."),
                }));
            }
            if message.disputed {
                lines.push(self.disputed(message));
            }
            lines.extend(line);
            return lines;
        };
        self.redraw(&message.id);
        let mut lines = Vec::new();
        if message.disputed && !old.disputed {
            lines.push(self.disputed(message));
        }
        if old.confirmed != message.confirmed || old.text != message.text {
            lines.extend(line.map(|line| Line {
                tone: Tone::Change,
                ..line
            }));
        }
        lines
    }

    fn disputed(&self, message: &Message) -> Line {
        let who = if message.mine {
            "You".into()
        } else {
            name(&message.name)
        };
        Line::warning(format!(
            "{who} said different things to different people under one number. What stands here is \
             only what reached you."
        ))
    }

    /// Takes a change; the line is redrawn, and what is returned says so in words.
    pub(super) fn changed(&mut self, id: &MessageId, change: &Change) -> Vec<Line> {
        let Some(kept) = self.messages.by_id.get_mut(id) else {
            return Vec::new();
        };
        let what = format!("message #{}", kept.number);
        let mut told = Vec::new();
        let mut warned = None;
        let old_reactions = kept.message.reactions.clone();
        if let Some(words) = change.text {
            if kept.message.view_once {
                kept.looked = true;
            } else {
                kept.message.edited = true;
                kept.message.text = words.into();
                told.push(format!("The text of {what} is now: {}", text::neutral(words)));
            }
        }
        if change.unsent {
            kept.message.unsent = true;
            kept.message.text.clear();
            kept.message.reactions.clear();
            told.push(format!("The text of {what} is gone: {}.", gone(kept)));
        }
        if let Some(at) = change.expires_at {
            kept.message.expires_at = Some(at);
        }
        if let Some(confirmed) = change.confirmed {
            kept.message.confirmed = confirmed;
            if confirmed {
                told.push(format!("Confirmed now: {what}."));
            } else if !kept.message.disputed {
                kept.message.disputed = true;
                warned = Some(kept.message.clone());
            }
        }
        if let Some(reactions) = change.reactions {
            kept.message.reactions = reactions.to_vec();
            told.extend(self.reacted(&what, &old_reactions, reactions));
        }
        if let (Some(words), Some(message)) = (change.text, self.message(id).cloned())
            && message.view_once
        {
            let mut lead = self.lead(&message);
            lead.push_str(", to be looked at once");
            self.look = Some(Line {
                tone: Tone::Said,
                lead: Some(lead.clone()),
                text: text::neutral(words),
                rich: rich::read(words, &self.names()),
                id: None,
                marks: String::new(),
            });
            told.push(format!("{lead}: {}", text::neutral(words)));
        }
        self.redraw(id);
        let mut lines: Vec<Line> = told
            .into_iter()
            .map(|text| Line {
                tone: Tone::Change,
                ..Line::info(text)
            })
            .collect();
        lines.extend(warned.map(|message| self.disputed(&message)));
        lines
    }

    fn reacted(&self, what: &str, old: &[Reaction], new: &[Reaction]) -> Vec<String> {
        let pairs = |all: &[Reaction]| -> Vec<(String, MemberId)> {
            let each = |r: &Reaction| {
                r.by.iter()
                    .map(|by| (r.emoji.clone(), by.clone()))
                    .collect::<Vec<_>>()
            };
            all.iter().flat_map(each).collect()
        };
        let (old, new) = (pairs(old), pairs(new));
        let word = |verb: &str, (emoji, by): &(String, MemberId)| {
            format!("{} {verb} {} on {what}.", self.who(by), text::one_line(emoji))
        };
        let added = new
            .iter()
            .filter(|pair| !old.contains(pair))
            .map(|p| word("put", p));
        let taken = old
            .iter()
            .filter(|pair| !new.contains(pair))
            .map(|p| word("took back", p));
        added.chain(taken).collect()
    }

    /// After events were missed: what was to vanish and is not among `left` has vanished.
    pub(super) fn vanished(&mut self, left: &[Message]) {
        let gone = |kept: &Kept| {
            let message = &kept.message;
            (message.expires_at.is_some() || message.view_once)
                && !message.unsent
                && !left.iter().any(|m| m.id == message.id)
        };
        let of = self.messages.by_id.iter().filter(|(_, kept)| gone(kept));
        let ids: Vec<_> = of.map(|(id, _)| id.clone()).collect();
        for id in ids {
            let unsent = Change {
                text: None,
                unsent: true,
                reactions: None,
                expires_at: None,
                confirmed: None,
            };
            self.changed(&id, &unsent);
        }
    }

    /// How far an own message got.
    pub(super) fn delivery(
        &mut self,
        id: &MessageId,
        state: DeliveryState,
        member: Option<&MemberId>,
    ) -> Option<Line> {
        if state == DeliveryState::Read
            && let (Some(by), Some(kept)) = (member, self.messages.by_id.get_mut(id))
            && !kept.seen.contains(by)
        {
            kept.seen.push(by.clone());
        }
        // One of several recipients says nothing about the whole.
        if member.is_none() || state == DeliveryState::Failed {
            self.pending.retain(|(of, _)| of != id);
        }
        let line = match state {
            DeliveryState::Sending if member.is_none() => {
                self.pending.push((id.clone(), Pending::Waiting));
                None
            }
            DeliveryState::Failed => {
                self.pending.push((id.clone(), Pending::Failed));
                let to = member.map_or(String::new(), |id| format!(" to {}", self.name_of(id)));
                Some(Line::warning(format!(
                    "A message of yours could not be sent{to}."
                )))
            }
            _ => None,
        };
        self.redraw(id);
        line
    }

    /// Makes the line of a message anew.
    fn redraw(&mut self, id: &MessageId) {
        let Some(line) = self.line_of(id) else { return };
        if let Some(old) = self.lines.iter_mut().rev().find(|l| l.id.as_ref() == Some(id)) {
            *old = line;
        }
    }

    /// Makes every line that names a member anew.
    pub(super) fn redraw_reactions_of(&mut self, member: &MemberId) {
        let of = |kept: &Kept| {
            let mut reactions = kept.message.reactions.iter();
            kept.seen.contains(member) || reactions.any(|r| r.by.contains(member))
        };
        let named = self.messages.by_id.iter().filter(|(_, kept)| of(kept));
        let ids: Vec<_> = named.map(|(id, _)| id.clone()).collect();
        ids.iter().for_each(|id| self.redraw(id));
    }

    fn line_of(&self, id: &MessageId) -> Option<Line> {
        let kept = self.messages.by_id.get(id)?;
        let message = &kept.message;
        let tone = match (message.history, message.mine, message.mentions_me) {
            (true, _, _) => Tone::Past,
            (_, true, _) => Tone::Mine,
            (_, _, true) => Tone::Mention,
            _ => Tone::Said,
        };
        let mut lead = self.lead(message);
        if self.room.native {
            lead = format!("#{} {lead}", kept.number);
        }
        if let Some(answered) = &message.reply_to {
            lead.push_str(&self.answer_to(answered));
        }
        let words = match message {
            m if m.unsent => format!("({})", gone(kept)),
            m if m.view_once && m.mine => "(can be looked at once)".into(),
            m if m.view_once => format!("(can be looked at once: /view #{})", kept.number),
            m => text::neutral(&m.text),
        };
        let rich = if message.unsent || message.view_once {
            Vec::new()
        } else {
            rich::read(&message.text, &self.names())
        };
        Some(Line {
            tone,
            lead: Some(lead),
            text: words,
            rich,
            id: Some(id.clone()),
            marks: self.marks(kept),
        })
    }

    /// Whose words, to whom, and what stands behind that.
    fn lead(&self, message: &Message) -> String {
        let other = message.with.as_ref().map(|id| self.name_of(id));
        let author = match self.member(&message.from) {
            Some(member) => labelled(&message.name, &member.fingerprint),
            None => name(&message.name),
        };
        let naming = if message.mentions_me { ", naming you" } else { "" };
        let lead = match (message.mine, message.direct) {
            (true, true) => {
                format!("You, to {} only", other.unwrap_or_else(|| "one member".into()))
            }
            (true, false) => "You".into(),
            (false, true) => format!("{author}, to you only"),
            (false, false) => format!("{author}{naming}"),
        };
        // Who wrote history is what its teller says: a fingerprint would lend it weight, and what
        // the words are worth stands before a name that anybody could have made up.
        match (message.history, message.confirmed || message.mine) {
            (true, true) if message.mine => "Earlier, you".into(),
            (true, true) => format!("Earlier, {}{naming}", quoted(&message.name)),
            (true, false) => format!("Earlier, unconfirmed, {}{naming}", quoted(&message.name)),
            (false, true) => lead,
            (false, false) => format!("Unconfirmed, {lead}"),
        }
    }

    fn answer_to(&self, id: &MessageId) -> String {
        let Some(kept) = self.messages.by_id.get(id) else {
            return ", to a message that is not here".into();
        };
        let message = &kept.message;
        let whose = if message.mine {
            "yours".into()
        } else {
            name(&message.name)
        };
        if message.unsent || message.view_once {
            return format!(", to #{} of {whose}", kept.number);
        }
        let words = text::shorten(&text::grid(&text::one_line(&message.text)), QUOTE);
        format!(
            ", to #{} of {whose}, \"{}\"",
            kept.number,
            words.replace('"', "'")
        )
    }

    fn marks(&self, kept: &Kept) -> String {
        let message = &kept.message;
        let mut marks = String::new();
        let mut mark = |words: &str| {
            marks.push_str(" (");
            marks.push_str(words);
            marks.push(')');
        };
        if message.edited && !message.unsent {
            mark("changed");
        }
        if message.disputed {
            mark("others were told something else");
        }
        if let (Some(at), false) = (message.expires_at, message.unsent) {
            let life = at.saturating_sub(message.sent_at).div_ceil(1000);
            mark(&format!("vanishes {} after it was sent", duration(life)));
        }
        match self.pending(&message.id) {
            Some(Pending::Waiting) => mark("waits for somebody to come"),
            Some(Pending::Failed) => mark("not sent"),
            None => {}
        }
        if !kept.seen.is_empty() {
            let by: Vec<_> = kept.seen.iter().map(|id| self.who(id)).collect();
            mark(&format!("seen by {}", by.join(", ")));
        }
        for reaction in &message.reactions {
            let by: Vec<_> = reaction.by.iter().map(|id| self.who(id)).collect();
            mark(&format!("{} {}", text::one_line(&reaction.emoji), by.join(", ")));
        }
        marks
    }

    /// The names of everybody here, which an `@` can mean.
    fn names(&self) -> Vec<String> {
        let all = self.me.iter().chain(&self.members);
        all.map(|member| member.name.clone()).collect()
    }

    /// A member's label, or the word for this person.
    pub(super) fn who(&self, id: &MemberId) -> String {
        if self.me.as_ref().is_some_and(|me| me.id == *id) {
            "you".into()
        } else {
            self.name_of(id)
        }
    }
}

/// Why there are no words.
fn gone(kept: &Kept) -> &'static str {
    match (kept.message.view_once && kept.looked, kept.message.expires_at) {
        (true, _) => "looked at once, gone",
        (false, Some(_)) => "its time was up, or it was taken back",
        (false, None) => "taken back",
    }
}

/// Seconds, as a person says them.
pub fn duration(seconds: u64) -> String {
    let unit = |count: u64, one: &str| match count {
        1 => format!("1 {one}"),
        n => format!("{n} {one}s"),
    };
    match seconds {
        s if s % 3_600 == 0 && s > 0 => unit(s / 3_600, "hour"),
        s if s % 60 == 0 && s > 0 => unit(s / 60, "minute"),
        s => unit(s, "second"),
    }
}
