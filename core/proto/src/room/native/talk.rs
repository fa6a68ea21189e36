//! What is said in sessions, and what is done with it.
//!
//! What this person says is written into the ledger first and sent second: to everybody under the
//! sender key, or to one. Whoever cannot be reached, or may not hear yet, is given it when the next
//! session begins. What arrives goes into the ledger at once and is shown at the pace of `speech`.

use super::super::command::{CommandError, SayOptions};
use super::super::event::{DeliveryState, Event, LeaveReason, Message, NoticeCode};
use super::super::speech::Said as Heard;
use super::super::talk::{DirectError, SayError};
use super::super::{MemberError, Room, Timer};
use super::NativeTimer;
use super::ledger::{Draft, Effect, Given, How, NotSaid, Refusal, Said};
use crate::crypto::PublicKey;
use crate::id::{LinkId, MemberId, MessageId};
use crate::identity::native::sender::Place;
use crate::secret::SecretString;
use crate::timer::Now;
use crate::wire::native::{
    Content, Event as Spoken, EventId, Frame, Frontier, Group, GroupHeader, HistoryItem, MAX_READ_IDS, Mark,
    Signed, flags, group_plain, open_group_plain,
};
use crate::wire::web::chitchatter::ChatText;
use std::time::Duration;

/// How long receipts are gathered before they are sent.
const GOT_AFTER: Duration = Duration::from_millis(200);

impl Room {
    /// A frame of a session that has opened.
    pub(super) fn hear_frame(&mut self, now: Now, id: LinkId, key: &PublicKey, frame: Frame) {
        let blocked = self.native.peers.get(key).is_some_and(|peer| peer.blocked);
        match frame {
            Frame::Profile { name } => self.profile(now, id, key, &name.0),
            Frame::Leave => {
                self.new_chain();
                self.lose(now, id, LeaveReason::Left, None);
            }
            Frame::Refused(why) => self.refused_by(now, id, why),
            Frame::OpsHead { seq, hash } => self.ops_head(now, id, key, Mark { seq, hash }),
            Frame::Op {
                bytes,
                signature,
                secret,
            } => self.takes_op(now, id, bytes, signature, secret),
            Frame::GenerationAck { generation, tag } => self.acked(now, id, key, generation, &tag),
            Frame::SenderKey(skdm) => self.takes_key(now, id, key, &skdm),
            Frame::Parked { on } => self.hear_parked(now, id, key, on),
            _ if blocked => self.stats.dropped += 1,
            Frame::Typing { on, direct } => self.typing_notice(now, id, direct, on),
            Frame::Group(group) => self.hear_group(now, id, key, &group),
            Frame::Direct(event) => self.hear_direct(now, id, key, event),
            Frame::Frontier(frontier) => self.hear_frontier(now, id, key, frontier),
            Frame::History(item) => self.hear_history(now, key, item),
            Frame::HistoryEnd => {
                let effects = self.native.ledger.told_all(*key);
                self.effects(effects);
            }
            Frame::Got { room, direct } => self.hear_got(key, room, direct),
            Frame::Read { ids } => self.hear_read(key, &ids),
            Frame::Signal(signal) => self.signalled(now, key, signal, None),
            Frame::PassOn { to, sealed } => self.pass_on(now, key, &to, sealed),
            Frame::PassedOn { from, sealed } => self.passed_on(now, key, &from, &sealed),
            Frame::Relay(grant) => self.relay_lent(now, key, grant),
            Frame::RelayEnd { spent } => self.relay_withdrawn(key, spent),
            frame => self.check_frame(now, id, key, frame),
        }
    }

    /// Says something to everybody.
    pub(in crate::room) fn say_natively(
        &mut self,
        now: Now,
        text: String,
        options: SayOptions,
    ) -> Result<MessageId, SayError> {
        let slow = self.native.roster.slow_seconds(&self.native.id());
        if slow > 0 {
            let next = self
                .native
                .said_at
                .map_or(Duration::ZERO, |at| at + Duration::from_secs(slow.into()));
            if next > now.mono {
                let seconds = u32::try_from((next - now.mono).as_secs() + 1).unwrap_or(u32::MAX);
                self.event(Event::Limited {
                    what: "say".into(),
                    seconds,
                });
                return Err(SayError::Busy);
            }
        }
        let draft = self.draft(None, text, options);
        let id = self.speak(now, draft).map_err(|_| SayError::Empty)?;
        self.native.said_at = Some(now.mono);
        if self.me.typing {
            self.me.typing = false;
            self.post_all(
                now,
                &Frame::Typing {
                    on: false,
                    direct: false,
                },
            );
        }
        Ok(id)
    }

    /// Says something to one.
    pub(in crate::room) fn direct_natively(
        &mut self,
        now: Now,
        with: &MemberId,
        text: String,
        options: SayOptions,
    ) -> Result<MessageId, DirectError> {
        let key = self.native.key_of(with).ok_or(MemberError::Nobody)?;
        let draft = self.draft(Some(key), text, options);
        let id = self.speak(now, draft).map_err(|_| SayError::Empty)?;
        if let Some(row) = self.members.get_mut(with)
            && std::mem::take(&mut row.told_typing)
        {
            self.post(
                now,
                &key,
                &Frame::Typing {
                    on: false,
                    direct: true,
                },
            );
        }
        Ok(id)
    }

    fn draft(&self, to: Option<PublicKey>, text: String, options: SayOptions) -> Draft {
        let life = self.native.roster.expire_seconds();
        let mut draft = self.draft_of(
            to,
            Content::Text {
                text: SecretString::new(text),
                life,
            },
        );
        if options.view_once {
            draft.flags = flags::VIEW_ONCE;
        }
        draft.reference = options
            .reply_to
            .as_ref()
            .and_then(EventId::parse)
            .unwrap_or(EventId::NONE);
        draft.command = options.reference;
        draft
    }

    fn draft_of(&self, to: Option<PublicKey>, content: Content) -> Draft {
        Draft {
            to,
            generation: self.native.roster.generation(),
            flags: 0,
            reference: EventId::NONE,
            content,
            command: None,
            waits: to.is_none() && self.hearers().is_empty(),
        }
    }

    /// Makes something of a message that is there: a reaction, an edit, an end.
    pub(super) fn speak_about(
        &mut self,
        now: Now,
        id: &MessageId,
        content: Content,
    ) -> Result<(), CommandError> {
        let to = match self.native.ledger.author(id) {
            Some((_, to)) => to,
            None => return Err(CommandError::NoMessage),
        };
        let kib = 1;
        if !self.me.bytes_pace.take(now.mono, kib) || !self.me.speech_pace.take(now.mono, 1) {
            return Err(CommandError::Busy(1));
        }
        let mut draft = self.draft_of(to, content);
        draft.reference = EventId::parse(id).ok_or(CommandError::NoMessage)?;
        match self.speak(now, draft) {
            Ok(_) => Ok(()),
            Err(NotSaid::NoMessage) => Err(CommandError::NoMessage),
            Err(NotSaid::BadValue) => Err(CommandError::BadValue(
                "a text of 1 to 10,000 characters, or one emoji, is needed",
            )),
        }
    }

    /// Writes down what this person says, shows it, and sends it.
    fn speak(&mut self, now: Now, draft: Draft) -> Result<MessageId, NotSaid> {
        let (to, waits, is_text) = (
            draft.to,
            draft.waits,
            matches!(draft.content, Content::Text { .. }),
        );
        let (said, effects) = self.native.ledger.say(now, &self.native.key, draft)?;
        self.effects(effects);
        let (id, sent) = match said {
            Said::Room(signed) => {
                let id = signed.event.id().message_id();
                let sent = self.send_group(now, &signed);
                self.owe_parked(now, None);
                (id, sent)
            }
            Said::Direct(event) => {
                let id = event.id().message_id();
                let here = to.filter(|key| self.native.here().contains(key));
                if let Some(key) = here {
                    self.post(now, &key, &Frame::Direct(event));
                }
                self.owe_parked(now, to.as_ref());
                (id, here.is_some())
            }
        };
        if is_text {
            if waits {
                self.native.unsent.push(id.clone());
            }
            self.event(Event::Delivery {
                id: id.clone(),
                state: if sent {
                    DeliveryState::Sent
                } else {
                    DeliveryState::Sending
                },
                member: None,
            });
        }
        Ok(id)
    }

    /// Whoever may hear what is said to the room now.
    pub(super) fn hearers(&self) -> Vec<PublicKey> {
        let mut hearers = self.native.here();
        hearers.retain(|key| self.may_hear(key));
        hearers
    }

    /// Seals an event once and gives it to everybody who may hear; true if anybody did.
    fn send_group(&mut self, now: Now, signed: &Signed) -> bool {
        let hearers = self.hearers();
        for key in &hearers {
            self.share_key(now, key);
        }
        let generation = self.native.roster.generation();
        let author = self.native.id();
        let place = Place {
            room_id: &self.native.room_id,
            generation,
            author: &author,
        };
        let plain = group_plain(&signed.event, &signed.signature);
        let sealed = self
            .native
            .chain
            .as_mut()
            .and_then(|chain| chain.seal_event(place, &plain).ok());
        let Some(sealed) = sealed else { return false };
        let frame = Frame::Group(Group {
            header: GroupHeader {
                generation,
                author,
                skid: sealed.skid,
                n: sealed.n,
            },
            sealed: sealed.bytes,
        });
        for key in &hearers {
            self.post(now, key, &frame);
        }
        !hearers.is_empty()
    }

    fn hear_group(&mut self, now: Now, id: LinkId, key: &PublicKey, group: &Group) {
        let header = group.header;
        if header.author != *key {
            self.stats.dropped += 1;
            return;
        }
        let room_id = self.native.room_id;
        let place = Place {
            room_id: &room_id,
            generation: header.generation,
            author: &header.author,
        };
        let opened = self
            .native
            .chains
            .open_event(place, header.skid, header.n, &group.sealed, |plain| {
                let (event, signature) = open_group_plain(plain).map_err(|_| ())?;
                let fits = event.author == header.author && event.verify(&signature);
                if fits {
                    Ok(Signed { event, signature })
                } else {
                    Err(())
                }
            });
        let Ok(signed) = opened else {
            // A key that overtook or was overtaken: what is lacking is asked for.
            self.stats.dropped += 1;
            self.ask_again(now, id, key);
            return;
        };
        let how = How::Live {
            generation: header.generation,
        };
        let is_text = matches!(signed.event.content, Content::Text { .. });
        let said = signed.event.id().message_id();
        let taken = self
            .native
            .ledger
            .accept(now, signed.event, &signed.signature, how);
        self.takes(now, id, key, taken, is_text.then_some((said, false)));
    }

    fn hear_direct(&mut self, now: Now, id: LinkId, key: &PublicKey, event: Spoken) {
        let is_text = matches!(event.content, Content::Text { .. });
        let said = event.id().message_id();
        let taken = self.native.ledger.accept_direct(now, *key, event);
        self.takes(now, id, key, taken, is_text.then_some((said, true)));
    }

    /// Something came from its author: it is shown at its author's pace.
    fn takes(
        &mut self,
        now: Now,
        link: LinkId,
        key: &PublicKey,
        taken: Result<Vec<Effect>, Refusal>,
        text: Option<(MessageId, bool)>,
    ) {
        let Ok(effects) = taken else {
            self.stats.refused += 1;
            return;
        };
        self.owe_receipt(now, link);
        self.parked_lack();
        let Some(member) = self.native.member_of(key) else {
            return;
        };
        let Some((id, direct)) = text else {
            let fair = self
                .members
                .get_mut(&member)
                .is_none_or(|row| row.speech.counts(now.mono));
            self.effects(effects);
            if !fair {
                self.native_misbehaved(now, link, "It did more than anybody could follow.");
            }
            return;
        };
        let mut shown = Vec::new();
        for effect in effects {
            match effect {
                Effect::Tell(told) if matches!(&*told, Event::Message { message } if message.id == id) => {
                    shown.push(told);
                }
                effect => self.effects(vec![effect]),
            }
        }
        self.await_expiry();
        if shown.is_empty() {
            return;
        }
        let said = Heard {
            text: ChatText {
                author_id: String::new(),
                text: String::new(),
                time_sent: now.unix_ms,
                id: id.0,
            },
            direct,
            at: now.unix_ms,
            in_ledger: true,
        };
        self.hears_at(now, link, &member, said);
    }

    /// Shows a line of the ledger as it stands.
    pub(in crate::room) fn show_line(&mut self, id: &MessageId) {
        if let Some(message) = self.native.ledger.message(id) {
            self.event(Event::Message { message });
        }
    }

    /// Tells what came of an input to the ledger, and sets when something vanishes.
    pub(super) fn effects(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Tell(told) => self.event(*told),
                Effect::Equivocation(key) => {
                    let name = self.name_of_peer(&key);
                    self.notice(
                        NoticeCode::Equivocation,
                        &format!("{name} said different things to different people under one number."),
                    );
                }
                Effect::Behind { author, missing } => {
                    let name = self.name_of_peer(&author);
                    self.notice(
                        NoticeCode::HeldBack,
                        &format!(
                            "{missing} messages of {name} were held back by whoever told what was said."
                        ),
                    );
                }
            }
        }
        self.await_expiry();
    }

    /// Wakes when something vanishes next. To be called after every change of the ledger: a line
    /// that only waits to be shown vanishes in its time too.
    fn await_expiry(&mut self) {
        let timer = Timer::Native(NativeTimer::Expiry);
        match self.native.ledger.next_expiry() {
            Some(at) => self.timers.set(timer, at),
            None => self.timers.stop(&timer),
        }
    }

    fn name_of_peer(&self, key: &PublicKey) -> String {
        let member = self.native.member_of(key);
        let row = member.and_then(|member| self.members.get(&member));
        row.map_or_else(|| "Somebody".into(), |row| row.name.clone())
    }

    /// Something vanishes now.
    pub(super) fn expiry(&mut self, now: Now) {
        let effects = self.native.ledger.expire(now);
        self.effects(effects);
    }

    /// Says what this device knows, once for each session and generation: what it lacks follows.
    pub(super) fn begin_history(&mut self, now: Now, key: &PublicKey) {
        let generation = self.native.roster.generation();
        let links = self.native.peers.get(key).map(|peer| peer.links.clone());
        for link in links.unwrap_or_default() {
            let Some(live) = self.native.live_mut(link) else {
                continue;
            };
            if live.asked == Some(generation) {
                continue;
            }
            live.asked = Some(generation);
            let unanswered = live.unanswered.take();
            let frontier = self.native.ledger.frontier(key);
            self.send_frame(now, link, &Frame::Frontier(frontier));
            if let Some(frontier) = unanswered {
                self.hear_frontier(now, link, key, frontier);
            }
        }
    }

    /// Asks once more for what is lacking, not too often.
    fn ask_again(&mut self, now: Now, id: LinkId, key: &PublicKey) {
        if !self.may_hear(key) || !self.native.asks.take(now.mono, 1) {
            return;
        }
        let frontier = self.native.ledger.frontier(key);
        self.send_frame(now, id, &Frame::Frontier(frontier));
    }

    /// A peer says what it knows: it gets what it lacks and may have.
    fn hear_frontier(&mut self, now: Now, id: LinkId, key: &PublicKey, frontier: Frontier) {
        if !self.may_hear(key) {
            if let Some(live) = self.native.live_mut(id) {
                live.unanswered = Some(frontier);
            }
            return;
        }
        let effects = self.native.ledger.stands_by(now, *key, &frontier);
        self.effects(effects);
        let policy = self
            .native
            .invite
            .as_ref()
            .map(|invite| invite.options.history)
            .unwrap_or_default();
        let given = self.native.ledger.missing_for(now, key, &frontier, policy);
        for item in given {
            let frame = match item {
                Given::Room(item) => Frame::History(item),
                Given::Direct(event) => Frame::Direct(event),
            };
            self.send_frame(now, id, &frame);
        }
        self.send_frame(now, id, &Frame::HistoryEnd);
        for id in std::mem::take(&mut self.native.unsent) {
            self.event(Event::Delivery {
                id,
                state: DeliveryState::Sent,
                member: None,
            });
        }
    }

    fn hear_history(&mut self, now: Now, key: &PublicKey, item: HistoryItem) {
        let effects = match item {
            HistoryItem::Event(Signed { event, signature }) => {
                let own = event.author == *key;
                let how = How::Told { by: *key };
                match self.native.ledger.accept(now, event, &signature, how) {
                    Ok(effects) => {
                        if !effects.is_empty() {
                            self.parked_lack();
                        }
                        if own && let Some(link) = self.primary(key) {
                            self.owe_receipt(now, link);
                        }
                        effects
                    }
                    Err(_) => {
                        self.stats.refused += 1;
                        return;
                    }
                }
            }
            HistoryItem::Tombstone(stone) => self.native.ledger.accept_tombstone(now, *key, stone),
        };
        self.effects(effects);
    }

    /// A receipt is due soon.
    fn owe_receipt(&mut self, now: Now, link: LinkId) {
        let timer = Timer::Native(NativeTimer::Got(link));
        if self.timers.get(&timer).is_none() {
            self.timers.set(timer, now.plus(GOT_AFTER));
        }
    }

    /// Tells a peer up to where its events are here.
    pub(super) fn say_got(&mut self, now: Now, link: LinkId) {
        let Some(key) = self.native.live_key(link) else {
            return;
        };
        let (room, direct) = self.native.ledger.got(&key);
        self.send_frame(now, link, &Frame::Got { room, direct });
    }

    fn hear_got(&mut self, key: &PublicKey, room: u64, direct: u64) {
        let Some(peer) = self.native.peers.get_mut(key) else {
            return;
        };
        let before = peer.got;
        peer.got = (before.0.max(room), before.1.max(direct));
        let member = peer.member.clone();
        let mut ids = self.native.ledger.own_lines(None, before.0, room);
        ids.extend(self.native.ledger.own_lines(Some(*key), before.1, direct));
        for id in ids {
            self.event(Event::Delivery {
                id,
                state: DeliveryState::Delivered,
                member: Some(member.clone()),
            });
        }
    }

    fn hear_read(&mut self, key: &PublicKey, ids: &[EventId]) {
        let Some(member) = self.native.member_of(key) else {
            return;
        };
        if !self.native.receipts {
            return;
        }
        for id in ids {
            let id = id.message_id();
            let for_it = match self.native.ledger.author(&id) {
                Some((author, to)) => author == self.native.id() && to.is_none_or(|to| to == *key),
                None => false,
            };
            if for_it {
                self.event(Event::Delivery {
                    id,
                    state: DeliveryState::Read,
                    member: Some(member.clone()),
                });
            }
        }
    }

    /// This person has seen everything up to a line.
    pub(super) fn has_read(&mut self, now: Now, id: &MessageId) -> Result<(), CommandError> {
        let lines = self.native.ledger.lines();
        let Some(at) = lines.iter().position(|(_, message)| message.id == *id) else {
            return Err(CommandError::NoMessage);
        };
        if !self.native.receipts {
            return Ok(());
        }
        let thread = lines[at].1.with.clone();
        let mut seen: std::collections::BTreeMap<MemberId, Vec<EventId>> = std::collections::BTreeMap::new();
        for (_, message) in lines[..=at].iter().rev() {
            let new = !message.mine && message.with == thread && self.native.read.insert(message.id.clone());
            let Some(event) = EventId::parse(&message.id).filter(|_| new) else {
                continue;
            };
            seen.entry(message.from.clone()).or_default().push(event);
        }
        // What is forgotten was read long ago.
        let here: std::collections::BTreeSet<MessageId> =
            lines.into_iter().map(|(_, message)| message.id).collect();
        self.native.read.retain(|id| here.contains(id));
        for (member, mut ids) in seen {
            ids.truncate(MAX_READ_IDS);
            if let Some(key) = self.native.key_of(&member) {
                self.post(now, &key, &Frame::Read { ids });
            }
        }
        Ok(())
    }

    /// What is said from now on is sealed under another key.
    pub(super) fn new_chain(&mut self) {
        self.native.chain = None;
    }

    /// The lines of a native conversation, with what orders them.
    pub(in crate::room) fn native_lines(&self) -> Vec<(u64, Message)> {
        self.native.ledger.lines()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invite::{Access, Island, WebInvite};
    use crate::room::io::Output;
    use crate::room::{Entry, RoomConfig};

    /// Who says two things and who keeps things back are different people: programs must not take
    /// one for the other.
    #[test]
    fn what_was_held_back_has_a_code_of_its_own() {
        let invite = WebInvite::new("room", Access::Public, vec![Island::chitchatter()], Vec::new()).unwrap();
        let config = RoomConfig {
            entry: Entry::Web(invite),
            name: "Ada".into(),
            backends: Vec::new(),
        };
        let now = Now {
            mono: Duration::from_secs(1),
            unix_ms: 1_790_000_000_000,
        };
        let mut room = Room::new(config, now, [7; 32]);
        let author = PublicKey([3; 32]);
        room.effects(vec![
            Effect::Behind { author, missing: 2 },
            Effect::Equivocation(author),
        ]);
        let mut codes = Vec::new();
        while let Some(output) = room.poll() {
            if let Output::Event(Event::Notice { code, .. }) = output {
                codes.push(code);
            }
        }
        assert_eq!(codes, [NoticeCode::HeldBack, NoticeCode::Equivocation]);
    }
}
