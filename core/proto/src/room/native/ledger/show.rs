//! Lines as the person sees them, computed from the events, and what changed between two looks.

use super::store::{Held, Place};
use super::{Effect, Ledger, MAX_REACTION_KINDS};
use crate::crypto::{PublicKey, hash};
use crate::id::MemberId;
use crate::identity::web::default_name;
use crate::room::{Event as Told, Message, Reaction};
use crate::wire::native::{Content, EventId};
use data_encoding::HEXLOWER;
use std::collections::BTreeMap;

impl Ledger {
    /// Does something and tells what it changed in the lines named.
    pub(super) fn changing(&mut self, ids: &[EventId], change: impl FnOnce(&mut Self)) -> Vec<Effect> {
        let mut ids = ids.to_vec();
        ids.sort();
        ids.dedup();
        let before: Vec<(EventId, Option<Message>)> =
            ids.into_iter().map(|id| (id, self.shown(&id))).collect();
        change(self);
        before
            .into_iter()
            .filter_map(|(id, before)| difference(before, self.shown(&id)?))
            .map(|told| Effect::Tell(Box::new(told)))
            .collect()
    }

    /// The line of an event, if it is one.
    pub(super) fn shown(&self, id: &EventId) -> Option<Message> {
        let (place, seq) = self.index.get(id)?;
        let chain = self.chains.get(place)?;
        let held = chain.find(*seq, id)?;
        let line = held.line.as_ref()?;
        let author = place.author;
        let (from, known) = self.member(&author);
        let edit = self.last_edit(id, place);
        let written = match (&edit, held.content()) {
            (Some(edit), _) => match edit.content() {
                Some(Content::Edit { text }) => text.expose(),
                _ => "",
            },
            (None, Some(Content::Text { text, .. })) => text.expose(),
            _ => "",
        };
        let justified = |stone: &Held| self.taken_back(&stone.id(), place);
        let visible = !line.gone && !line.view_once;
        Some(Message {
            id: id.message_id(),
            from,
            name: line
                .name
                .clone()
                .or(known)
                .unwrap_or_else(|| default_name(&HEXLOWER.encode(&hash(&[author.as_bytes()])))),
            text: if visible {
                written.to_owned()
            } else {
                String::new()
            },
            at: line.at,
            sent_at: line.sent_at,
            direct: place.peer.is_some(),
            with: place.peer.map(|peer| self.member(&peer).0),
            mine: author == self.me,
            history: !held.heard,
            confirmed: held.confirmed,
            reference: line.command.clone(),
            reply_to: Some(line.reply_to)
                .filter(|id| *id != EventId::NONE)
                .map(|id| id.message_id()),
            edited: edit.is_some() && !line.gone,
            unsent: line.gone,
            reactions: if line.gone {
                Vec::new()
            } else {
                self.reactions(id, place)
            },
            expires_at: line.expires.filter(|_| !line.gone).map(|(_, at)| at),
            view_once: line.view_once,
            mentions_me: visible && author != self.me && self.mentions_me(written),
            missing: match place.peer {
                Some(_) => 0,
                None => chain.missing_before(*seq, justified),
            },
            disputed: chain.disputed(*seq),
        })
    }

    /// The row and name of a key: a made-up row as long as nobody met it.
    fn member(&self, key: &PublicKey) -> (MemberId, Option<String>) {
        match self.people.get(key).and_then(|person| person.shown.as_ref()) {
            Some((member, name)) => (member.clone(), Some(name.clone())),
            None => {
                let hash = hash(&[key.as_bytes()]);
                (MemberId(format!("h{}", HEXLOWER.encode(&hash[..8]))), None)
            }
        }
    }

    fn mentions_me(&self, text: &str) -> bool {
        let name = self.people.get(&self.me).and_then(|person| person.shown.as_ref());
        let Some((_, name)) = name.filter(|(_, name)| !name.is_empty()) else {
            return false;
        };
        let (text, name) = (text.to_lowercase(), format!("@{}", name.to_lowercase()));
        text.match_indices(&name).any(|(at, found)| {
            let after = text[at + found.len()..].chars().next();
            !after.is_some_and(char::is_alphanumeric)
        })
    }

    fn about<'a>(
        &'a self,
        id: &EventId,
        place: &'a Place,
    ) -> impl Iterator<Item = (&'a Place, u64, &'a Held)> {
        self.about
            .get(id)
            .into_iter()
            .flatten()
            .filter(|(at, _, _)| at.thread() == place.thread())
            .filter_map(|(at, seq, hash)| Some((at, *seq, self.held(at, *seq, hash)?)))
    }

    fn last_edit<'a>(&'a self, id: &EventId, place: &'a Place) -> Option<&'a Held> {
        self.about(id, place)
            .filter(|(at, _, held)| *at == place && matches!(held.content(), Some(Content::Edit { .. })))
            .max_by_key(|(_, seq, held)| (*seq, held.hash))
            .map(|(_, _, held)| held)
    }

    fn reactions(&self, id: &EventId, place: &Place) -> Vec<Reaction> {
        // The last word of each author on each emoji.
        let mut last: BTreeMap<(&str, PublicKey), (u64, &Held, bool)> = BTreeMap::new();
        for (at, seq, held) in self.about(id, place) {
            let Some(Content::Reaction { emoji, on }) = held.content() else {
                continue;
            };
            let entry = last.entry((emoji, at.author)).or_insert((seq, held, *on));
            if (entry.0, entry.1.hash) < (seq, held.hash) {
                *entry = (seq, held, *on);
            }
        }
        let mut standing: Vec<(u64, PublicKey, u64, &str)> = last
            .into_iter()
            .filter(|(_, (_, _, on))| *on)
            .map(|((emoji, author), (seq, held, _))| (held.order, author, seq, emoji))
            .collect();
        standing.sort();
        let mut shown: Vec<Reaction> = Vec::new();
        for (_, author, _, emoji) in standing {
            let by = self.member(&author).0;
            match shown.iter().position(|reaction| reaction.emoji == emoji) {
                Some(at) => shown[at].by.push(by),
                None if shown.len() < MAX_REACTION_KINDS => shown.push(Reaction {
                    emoji: emoji.to_owned(),
                    by: vec![by],
                }),
                None => {}
            }
        }
        shown
    }

    /// The lines of one place.
    pub(super) fn lines_of(&self, place: &Place) -> Vec<EventId> {
        let chain = self.chains.get(place);
        chain
            .into_iter()
            .flat_map(|chain| chain.lines())
            .map(|(_, held)| held.id())
            .collect()
    }

    /// The lines that change when `author` is met for the first time: its own, and those it
    /// reacted to.
    pub(super) fn hearsay_of(&self, author: &PublicKey) -> Vec<EventId> {
        if self
            .people
            .get(author)
            .is_some_and(|person| person.shown.is_some())
        {
            return Vec::new();
        }
        let its = self.chains.iter().filter(|(place, _)| place.author == *author);
        let lines = its
            .flat_map(|(_, chain)| chain.lines())
            .map(|(_, held)| held.id());
        let reacted = self
            .about
            .iter()
            .filter(|(_, events)| events.iter().any(|(place, ..)| place.author == *author))
            .map(|(id, _)| *id);
        lines.chain(reacted).collect()
    }
}

/// What to tell of a line that was `before` and is `after`.
fn difference(before: Option<Message>, after: Message) -> Option<Told> {
    let Some(before) = before else {
        return Some(Told::Message { message: after });
    };
    if before == after {
        return None;
    }
    // Whatever a change cannot express is told as a whole line.
    let mut told = Message {
        text: after.text.clone(),
        unsent: after.unsent,
        reactions: after.reactions.clone(),
        ..before.clone()
    };
    if after.unsent {
        (told.edited, told.mentions_me, told.expires_at) = (false, false, None);
    }
    if !after.unsent && before.text != after.text {
        (told.edited, told.mentions_me) = (after.edited, after.mentions_me);
    }
    if told != after {
        return Some(Told::Message { message: after });
    }
    Some(Told::MessageChanged {
        text: (before.text != after.text && !after.unsent).then_some(after.text),
        unsent: after.unsent.then_some(true),
        reactions: (before.reactions != after.reactions).then_some(after.reactions),
        expires_at: None,
        confirmed: None,
        id: after.id,
    })
}
