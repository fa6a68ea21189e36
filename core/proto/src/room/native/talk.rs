//! What is said in sessions: to everybody under this person's sender key, or to one.

use super::super::command::SayOptions;
use super::super::event::{DeliveryState, Event, LeaveReason, Message};
use super::super::talk::{DirectError, SayError};
use super::super::timeline::Item;
use super::super::{Room, my_id};
use crate::crypto::{PublicKey, Signature};
use crate::id::{LinkId, MemberId, MessageId};
use crate::identity::native::sender::Place;
use crate::secret::SecretString;
use crate::timer::Now;
use crate::wire::native::{
    Content, Event as Spoken, EventId, Frame, Group, GroupHeader, Mark, flags, group_plain, open_group_plain,
};
use crate::wire::web::chitchatter::ChatText;

impl Room {
    /// A frame of a session that has opened.
    pub(super) fn hear_frame(&mut self, now: Now, id: LinkId, key: &PublicKey, frame: Frame) {
        match frame {
            Frame::Profile { name } => self.profile(now, id, key, &name.0),
            Frame::Typing { on, direct } => self.typing_native(now, id, key, on, direct),
            Frame::Leave => self.lose(now, id, LeaveReason::Left, None),
            Frame::Refused(why) => self.refused_by(now, id, why),
            Frame::OpsHead { seq, hash } => self.ops_head(now, id, key, Mark { seq, hash }),
            Frame::Op {
                bytes,
                signature,
                secret,
            } => self.takes_op(now, id, bytes, signature, secret),
            Frame::GenerationAck { generation, tag } => self.acked(now, id, key, generation, &tag),
            Frame::SenderKey(skdm) => self.takes_key(now, id, key, &skdm),
            Frame::Group(group) => self.hear_group(now, id, key, &group),
            Frame::Direct(event) => self.hear_direct(now, id, key, event),
            _ => self.stats.dropped += 1,
        }
    }

    fn typing_native(&mut self, now: Now, id: LinkId, key: &PublicKey, on: bool, direct: bool) {
        let blocked = self.native.peers.get(key).is_none_or(|peer| peer.blocked);
        if !blocked {
            self.typing_notice(now, id, direct, on);
        }
    }

    /// Says something to everybody.
    pub(in crate::room) fn say_natively(
        &mut self,
        now: Now,
        text: String,
        options: SayOptions,
    ) -> Result<MessageId, SayError> {
        let event = self.spoken(now, text.clone(), &options);
        let signature = event.sign(&self.native.key);
        self.native.last = Mark {
            seq: event.seq,
            hash: event.hash(),
        };
        let id = event.id().message_id();
        self.write_down(now, &id, text, options, None);
        let sent = self.send_group(now, &event, &signature);
        self.event(Event::Delivery {
            id: id.clone(),
            state: if sent {
                DeliveryState::Sent
            } else {
                DeliveryState::Sending
            },
            member: None,
        });
        Ok(id)
    }

    fn spoken(&self, now: Now, text: String, options: &SayOptions) -> Spoken {
        let last = self.native.last;
        Spoken {
            room_id: self.native.room_id,
            generation: self.native.roster.generation(),
            author: self.native.id(),
            seq: last.seq + 1,
            prev: last.hash,
            time: now.unix_ms,
            flags: if options.view_once { flags::VIEW_ONCE } else { 0 },
            reference: options
                .reply_to
                .as_ref()
                .and_then(EventId::parse)
                .unwrap_or(EventId::NONE),
            content: Content::Text {
                text: SecretString::new(text),
                life: self.native.roster.expire_seconds(),
            },
        }
    }

    fn write_down(
        &mut self,
        now: Now,
        id: &MessageId,
        text: String,
        options: SayOptions,
        with: Option<MemberId>,
    ) {
        let message = Message {
            id: id.clone(),
            from: my_id(),
            name: self.me.name.clone(),
            text,
            at: now.unix_ms,
            sent_at: now.unix_ms,
            direct: with.is_some(),
            with,
            mine: true,
            confirmed: true,
            reference: options.reference,
            reply_to: options.reply_to,
            view_once: options.view_once,
            ..Message::default()
        };
        let item = Item {
            message: message.clone(),
            wire_id: id.0.clone(),
            user_id: super::name_of(&self.native.id()),
            teller: None,
            unsent: false,
        };
        self.timeline.add_live(item, id.clone());
        self.event(Event::Message { message });
    }

    /// Seals an event once and gives it to everybody who may hear; true if anybody did.
    pub(super) fn send_group(&mut self, now: Now, event: &Spoken, signature: &Signature) -> bool {
        let mut hearers = self.native.here();
        hearers.retain(|key| self.may_hear(key));
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
        let plain = group_plain(event, signature);
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
                let fits = event.author == header.author
                    && event.room_id == room_id
                    && event.generation <= header.generation
                    && !event.has(flags::DIRECT)
                    && event.verify(&signature);
                if fits { Ok((event, signature)) } else { Err(()) }
            });
        match opened {
            Ok((event, signature)) => self.heard_event(now, id, key, event, Some(signature)),
            Err(_) => self.stats.dropped += 1,
        }
    }

    fn hear_direct(&mut self, now: Now, id: LinkId, key: &PublicKey, event: Spoken) {
        if event.author != *key || event.room_id != self.native.room_id {
            self.native_misbehaved(now, id, "It passed on another's direct message.");
            return;
        }
        self.heard_event(now, id, key, event, None);
    }

    fn heard_event(
        &mut self,
        now: Now,
        link: LinkId,
        _key: &PublicKey,
        event: Spoken,
        signature: Option<Signature>,
    ) {
        let id = event.id().message_id();
        let Content::Text { text, .. } = event.content else {
            return;
        };
        let text = ChatText {
            author_id: super::name_of(&event.author),
            text: text.expose().to_owned(),
            time_sent: event.time,
            id: id.0,
        };
        self.hears(now, link, text, signature.is_none());
    }

    /// Says something to one.
    pub(in crate::room) fn direct_natively(
        &mut self,
        now: Now,
        with: &MemberId,
        text: String,
        options: SayOptions,
    ) -> Result<MessageId, DirectError> {
        let key = self
            .native
            .key_of(with)
            .ok_or(super::super::MemberError::Nobody)?;
        let mut event = self.spoken(now, text.clone(), &options);
        event.flags |= flags::DIRECT;
        let id = event.id().message_id();
        self.write_down(now, &id, text, options, Some(with.clone()));
        self.post(now, &key, &Frame::Direct(event));
        self.event(Event::Delivery {
            id: id.clone(),
            state: DeliveryState::Sent,
            member: None,
        });
        Ok(id)
    }

    /// The last of somebody's events that is here.
    pub(super) fn last_of(&self, _key: &PublicKey) -> Mark {
        Mark {
            seq: 0,
            hash: [0; 32],
        }
    }

    pub(super) fn begin_history(&mut self, _now: Now, _key: &PublicKey) {}

    pub(super) fn forget_past(&mut self, _now: Now, _key: &PublicKey, _last: Mark) {}
}
