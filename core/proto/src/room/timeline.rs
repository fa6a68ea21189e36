//! The conversation as it stands: what was said, by whom, and on whose word.
//!
//! Owns order, bounds and ids. Three sources, in falling order of belief: what this person said,
//! what came over its author's own connection, and history, which is what one peer says that
//! others said. A lower source never changes what a higher one has told.

use super::event::Message;
use super::limits::{MAX_BYTES, MAX_HISTORY, MAX_HISTORY_ALL, MAX_HISTORY_BYTES, MAX_ITEMS, json_len};
use crate::id::{MemberId, MessageId};
use std::collections::{BTreeMap, VecDeque};

/// What a line takes beside its texts, roughly, in bytes.
const ITEM_OVERHEAD: usize = 256;

/// One line.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// As shown.
    pub message: Message,
    /// The id on the wire, which is also the shown one unless somebody had it first.
    pub wire_id: String,
    /// The author's user id: what a page is told as history.
    pub user_id: String,
    /// For history, the member whose word it is.
    pub teller: Option<MemberId>,
    /// Nobody was there to send it to yet.
    pub unsent: bool,
}

impl Item {
    fn bytes(&self) -> usize {
        let message = &self.message;
        ITEM_OVERHEAD + message.text.len() + message.name.len() + self.wire_id.len() + self.user_id.len()
    }

    /// Where the line belongs in time: arrival for what arrived, the claim for history.
    fn order(&self) -> u64 {
        if self.message.history {
            self.message.sent_at
        } else {
            self.message.at
        }
    }
}

/// What became of a line that was to be added.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Added {
    /// It stands there now, under this id.
    New(MessageId),
    /// Known only by hearsay so far, now from its author: the line stands under the same id and
    /// is to be shown anew.
    Confirmed(MessageId),
    /// It was there already.
    Known,
    /// It contradicts what is known better.
    Refused,
}

/// The lines, oldest first.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    items: VecDeque<Item>,
    bytes: usize,
    history: BTreeMap<MemberId, usize>,
}

impl Timeline {
    /// Adds what this person says, or what came over its author's own connection. `alias` is the
    /// id to show it under if another author used its own first.
    pub fn add_live(&mut self, mut item: Item, alias: MessageId) -> Added {
        let author = item.message.from.clone();
        let said_before = |other: &Item| {
            other.wire_id == item.wire_id && other.message.from == author && !other.message.history
        };
        if self.items.iter().any(said_before) {
            return Added::Known;
        }
        if let Some(at) = self
            .items
            .iter()
            .position(|other| other.message.id == item.message.id)
        {
            let other = &self.items[at];
            let foretold = other.message.history
                && other.user_id == item.user_id
                && other.message.text == item.message.text
                && !item.message.direct;
            if foretold {
                self.remove(at);
                let id = item.message.id.clone();
                self.push(item);
                return Added::Confirmed(id);
            }
            item.message.id = alias;
        }
        let id = item.message.id.clone();
        self.push(item);
        Added::New(id)
    }

    /// Adds a line that `item.teller` says was said. `alias` is the id to show it under if
    /// somebody told something else under its own.
    pub fn add_history(&mut self, mut item: Item, alias: MessageId) -> Added {
        let Some(teller) = item.teller.clone() else {
            return Added::Refused;
        };
        for other in self.items.iter().filter(|other| other.wire_id == item.wire_id) {
            let same = other.message.text == item.message.text && other.user_id == item.user_id;
            if same && !other.message.direct {
                return Added::Known;
            }
            if !other.message.history {
                return Added::Refused;
            }
            if other.teller.as_ref() == Some(&teller) {
                return Added::Known;
            }
        }
        if self.history.get(&teller).copied().unwrap_or(0) >= MAX_HISTORY {
            return Added::Refused;
        }
        if self.items.iter().any(|other| other.message.id == item.message.id) {
            item.message.id = alias;
            if self.items.iter().any(|other| other.message.id == item.message.id) {
                return Added::Refused;
            }
        }
        if self.history() >= MAX_HISTORY_ALL {
            self.forget_of_loudest();
        }
        *self.history.entry(teller).or_default() += 1;
        let id = item.message.id.clone();
        self.push(item);
        Added::New(id)
    }

    fn push(&mut self, item: Item) {
        self.bytes += item.bytes();
        let order = item.order();
        let after = self.items.iter().rposition(|other| other.order() <= order);
        self.items.insert(after.map_or(0, |at| at + 1), item);
        while self.items.len() > MAX_ITEMS || self.bytes > MAX_BYTES {
            self.remove(0);
        }
    }

    fn remove(&mut self, at: usize) {
        let Some(item) = self.items.remove(at) else { return };
        self.bytes -= item.bytes();
        if let Some(teller) = item.teller
            && let Some(count) = self.history.get_mut(&teller)
        {
            *count -= 1;
            if *count == 0 {
                self.history.remove(&teller);
            }
        }
    }

    /// Drops the oldest line of whoever told most.
    fn forget_of_loudest(&mut self) {
        let loudest = self
            .history
            .iter()
            .max_by_key(|(_, count)| **count)
            .map(|(teller, _)| teller.clone());
        if let Some(at) = self
            .items
            .iter()
            .position(|item| item.teller.is_some() && item.teller == loudest)
        {
            self.remove(at);
        }
    }

    /// The lines as shown, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        self.items.iter().map(|item| item.message.clone()).collect()
    }

    /// Gives lines of hearsay their author's name where it was not known; returns those lines.
    pub fn name_hearsay(&mut self, user_id: &str, unknown: &str, name: &str) -> Vec<Message> {
        let theirs = |item: &&mut Item| {
            item.message.history && item.user_id == user_id && item.message.name == unknown && unknown != name
        };
        let mut named = Vec::new();
        for item in self.items.iter_mut().filter(theirs) {
            self.bytes = self.bytes + name.len() - item.message.name.len();
            item.message.name = name.to_owned();
            named.push(item.message.clone());
        }
        named
    }

    /// The line shown under `id`.
    pub fn get(&self, id: &MessageId) -> Option<&Item> {
        self.items.iter().find(|item| &item.message.id == id)
    }

    /// What is told to a newcomer, oldest first: what was said here in public, by this person or
    /// over its author's own connection. Hearsay is not repeated.
    pub fn told(&self) -> Vec<&Item> {
        let mut bytes = 0;
        let mut told: Vec<&Item> = self
            .items
            .iter()
            .rev()
            .filter(|item| !item.message.direct && !item.message.history && !item.unsent)
            .take(MAX_HISTORY)
            .take_while(|item| {
                bytes += json_len(&item.message.text);
                bytes <= MAX_HISTORY_BYTES
            })
            .collect();
        told.reverse();
        told
    }

    /// Takes the own messages that wait for somebody to come, oldest first.
    pub fn take_unsent(&mut self) -> Vec<Item> {
        let mut taken = Vec::new();
        for item in self.items.iter_mut().filter(|item| item.unsent) {
            item.unsent = false;
            taken.push(item.clone());
        }
        taken
    }

    /// How many own messages wait, and their bytes as JSON has them.
    pub fn unsent(&self) -> (usize, usize) {
        let waiting = self.items.iter().filter(|item| item.unsent);
        waiting.fold((0, 0), |(count, bytes), item| {
            (count + 1, bytes + json_len(&item.message.text))
        })
    }

    /// Bytes held, as [`MAX_BYTES`] counts them.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Number of lines.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Number of lines that are hearsay.
    pub fn history(&self) -> usize {
        self.history.values().sum()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, from: &str, text: &str, at: u64) -> Item {
        Item {
            message: Message {
                id: MessageId(id.into()),
                from: MemberId(from.into()),
                name: from.into(),
                text: text.into(),
                at,
                sent_at: at,
                direct: false,
                with: None,
                mine: false,
                history: false,
                confirmed: true,
                reference: None,
                ..Message::default()
            },
            wire_id: id.into(),
            user_id: format!("user-{from}"),
            teller: None,
            unsent: false,
        }
    }

    fn told(id: &str, author: &str, text: &str, at: u64, teller: &str) -> Item {
        let mut item = item(id, author, text, at);
        item.message.from = MemberId(format!("h-{author}"));
        item.message.history = true;
        item.message.confirmed = false;
        item.teller = Some(MemberId(teller.into()));
        item
    }

    fn alias(text: &str) -> MessageId {
        MessageId(text.into())
    }

    fn texts(timeline: &Timeline) -> Vec<String> {
        timeline
            .messages()
            .into_iter()
            .map(|message| message.text)
            .collect()
    }

    #[test]
    fn one_id_of_one_author_is_one_line() {
        let mut timeline = Timeline::default();
        assert_eq!(
            timeline.add_live(item("a", "m1", "hi", 1), alias("z")),
            Added::New(alias("a"))
        );
        assert_eq!(
            timeline.add_live(item("a", "m1", "ho", 2), alias("z")),
            Added::Known
        );
        assert_eq!(texts(&timeline), ["hi"]);
    }

    #[test]
    fn a_second_author_cannot_take_an_id() {
        let mut timeline = Timeline::default();
        timeline.add_live(item("a", "m1", "hi", 1), alias("z"));
        assert_eq!(
            timeline.add_live(item("a", "m2", "ho", 2), alias("a~m2")),
            Added::New(alias("a~m2"))
        );
        assert_eq!(
            timeline.add_live(item("a", "m2", "ho", 3), alias("a~m2")),
            Added::Known
        );
        assert_eq!(texts(&timeline), ["hi", "ho"]);
    }

    #[test]
    fn history_changes_nothing_that_was_heard() {
        let mut timeline = Timeline::default();
        timeline.add_live(item("a", "m1", "hi", 5), alias("z"));
        assert_eq!(
            timeline.add_history(told("a", "m1", "lie", 5, "t"), alias("y")),
            Added::Refused
        );
        assert_eq!(
            timeline.add_history(told("a", "m1", "hi", 5, "t"), alias("y")),
            Added::Known
        );
        assert_eq!(texts(&timeline), ["hi"]);
        assert!(!timeline.messages()[0].history);
    }

    #[test]
    fn what_two_tell_differently_stands_twice() {
        let mut timeline = Timeline::default();
        timeline.add_history(told("a", "m1", "lie", 5, "t1"), alias("y"));
        assert_eq!(
            timeline.add_history(told("a", "m1", "true", 5, "t2"), alias("y")),
            Added::New(alias("y"))
        );
        assert_eq!(texts(&timeline), ["lie", "true"]);
    }

    #[test]
    fn hearsay_becomes_heard_and_a_false_foretelling_does_not_hide_it() {
        let mut timeline = Timeline::default();
        timeline.add_history(told("a", "m1", "hi", 1, "t"), alias("y"));
        assert_eq!(
            timeline.add_live(item("a", "m1", "hi", 2), alias("z")),
            Added::Confirmed(alias("a"))
        );
        assert!(!timeline.messages()[0].history);
        timeline.add_history(told("b", "m1", "lie", 3, "t"), alias("y"));
        assert_eq!(
            timeline.add_live(item("b", "m1", "true", 4), alias("z")),
            Added::New(alias("z"))
        );
        assert_eq!(texts(&timeline), ["hi", "lie", "true"]);
    }

    #[test]
    fn history_stands_where_it_says_among_itself() {
        let mut timeline = Timeline::default();
        timeline.add_live(item("now", "m1", "now", 100), alias("z"));
        timeline.add_history(told("b", "m2", "second", 20, "t1"), alias("y"));
        timeline.add_history(told("a", "m2", "first", 10, "t2"), alias("y"));
        assert_eq!(texts(&timeline), ["first", "second", "now"]);
    }

    #[test]
    fn nobody_tells_more_than_his_share() {
        let mut timeline = Timeline::default();
        for teller in 0..5 {
            for n in 0..200u64 {
                let id = format!("{teller}-{n}");
                timeline.add_history(
                    told(&id, "m1", "x", n, &format!("t{teller}")),
                    alias(&format!("y{id}")),
                );
            }
        }
        assert_eq!(timeline.len(), MAX_HISTORY_ALL);
        let shares: Vec<usize> = timeline.history.values().copied().collect();
        assert_eq!(shares.len(), 5);
        assert!(
            shares.iter().all(|share| (80..=MAX_HISTORY).contains(share)),
            "{shares:?}"
        );
    }

    #[test]
    fn lines_and_bytes_are_bounded_and_the_oldest_goes() {
        let mut timeline = Timeline::default();
        for n in 0..1_200u64 {
            timeline.add_live(item(&n.to_string(), "m1", "x", n), alias("z"));
        }
        assert_eq!(timeline.len(), MAX_ITEMS);
        assert_eq!(timeline.messages()[0].id, alias("200"));
        for n in 2_000..3_000u64 {
            timeline.add_live(item(&n.to_string(), "m1", &"x".repeat(40_000), n), alias("z"));
        }
        assert!(timeline.bytes() <= MAX_BYTES);
        assert!(timeline.len() > 150);
        assert_eq!(
            timeline.messages().last().map(|message| message.id.clone()),
            Some(alias("2999"))
        );
    }

    #[test]
    fn a_newcomer_is_told_what_was_heard_in_public() {
        let mut timeline = Timeline::default();
        timeline.add_history(told("a", "m1", "hearsay", 1, "t"), alias("y"));
        timeline.add_live(item("b", "m1", "heard", 2), alias("z"));
        let mut direct = item("c", "m1", "direct", 3);
        direct.message.direct = true;
        timeline.add_live(direct, alias("z"));
        let told: Vec<&str> = timeline
            .told()
            .iter()
            .map(|item| item.message.text.as_str())
            .collect();
        assert_eq!(told, ["heard"]);
    }
}
