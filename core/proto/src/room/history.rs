//! History: what newcomers are told in a public room, and what becomes of what we are told.
//!
//! A page believes the first transcript it gets. Here every line of one is hearsay: it never
//! changes what was heard, several tellers' lines are merged, and each has a share.

use super::Room;
use super::event::{Event, Message};
use super::timeline::{Added, Item};
use crate::id::{LinkId, MemberId, MessageId};
use crate::identity::web::default_name;
use crate::timer::Now;
use crate::wire::web::chitchatter::{Action, TranscriptContent, TranscriptItem};
use sha2::{Digest, Sha256};

impl Room {
    /// Tells a newcomer what was said, as pages do in public rooms.
    pub(super) fn tell_history(&mut self, link: LinkId) {
        if !self.is_public() {
            return;
        }
        let own = self
            .me
            .identity
            .as_ref()
            .map(|me| me.user_id.as_str())
            .unwrap_or_default();
        let entry = |item: &Item| TranscriptItem {
            // An own message may have been said before the identity was there.
            author_id: if item.message.mine {
                own.to_owned()
            } else {
                item.user_id.clone()
            },
            content: TranscriptContent::Text(item.message.text.clone()),
            time_sent: item.message.sent_at,
            id: item.wire_id.clone(),
            time_received: Some(item.message.at),
        };
        let items = self.timeline.told().into_iter().map(entry).collect();
        self.send(link, &Action::Transcript(items));
    }

    /// Somebody came who may have been spoken of already: as long as nobody else claims to be the
    /// same, those lines carry the name now. They stay hearsay.
    pub(super) fn name_hearsay(&mut self, user_id: &str) {
        let Some(name) = self.members.name_of(user_id).map(str::to_owned) else {
            return;
        };
        for message in self.timeline.name_hearsay(user_id, &default_name(user_id), &name) {
            self.event(Event::Message { message });
        }
    }

    /// A peer tells what was said. Taken once from each, in public rooms, after it has said who
    /// it is; pictures and the like are passed over.
    pub(super) fn told(&mut self, now: Now, id: LinkId, items: Vec<TranscriptItem>) {
        let public = self.is_public();
        let (Some(link), Some(row)) = (self.links.get_mut(&id), self.members.of(id)) else {
            self.stats.dropped += 1;
            return;
        };
        self.pending = self.pending.saturating_sub(link.reassembler.pending());
        link.reassembler.refuse_transcripts();
        self.pending += link.reassembler.pending();
        if !public {
            self.stats.dropped += 1;
            return;
        }
        let teller = row.id.clone();
        let own = self.me.identity.as_ref().map(|me| me.user_id.clone());
        for entry in items {
            let TranscriptContent::Text(text) = entry.content else {
                continue;
            };
            if text.is_empty() || entry.id.is_empty() {
                continue;
            }
            // What this person said, this person knows.
            let known = self
                .timeline
                .get(&MessageId(entry.id.clone()))
                .is_some_and(|item| item.message.mine);
            if known {
                continue;
            }
            if own.as_ref() == Some(&entry.author_id) {
                self.stats.refused += 1;
                continue;
            }
            let name = match self.members.name_of(&entry.author_id) {
                Some(name) => name.to_owned(),
                None => default_name(&entry.author_id),
            };
            let message = Message {
                id: MessageId(entry.id.clone()),
                from: hearsay_author(&entry.author_id),
                name,
                text,
                at: now.unix_ms,
                // Nobody is told of the future.
                sent_at: entry.time_sent.min(now.unix_ms),
                direct: false,
                with: None,
                mine: false,
                history: true,
                confirmed: false,
                reference: None,
                ..Message::default()
            };
            let alias = MessageId(format!("{}~{teller}", entry.id));
            let item = Item {
                message,
                wire_id: entry.id,
                user_id: entry.author_id,
                teller: Some(teller.clone()),
                unsent: false,
            };
            match self.timeline.add_history(item, alias) {
                Added::New(id) | Added::Confirmed(id) => {
                    if let Some(message) = self.timeline.get(&id).map(|item| item.message.clone()) {
                        self.event(Event::Message { message });
                    }
                }
                Added::Known => {}
                Added::Refused => self.stats.refused += 1,
            }
        }
    }
}

/// The local id of somebody who is only spoken of: no member's.
fn hearsay_author(user_id: &str) -> MemberId {
    let hash = Sha256::digest(user_id.as_bytes());
    MemberId(format!("h{}", data_encoding::HEXLOWER.encode(&hash[..8])))
}
