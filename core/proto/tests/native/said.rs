//! Voices that say signed things, and a ledger to hear them.

use crate::common::{ROOM, key};
use dayfly_proto::crypto::{PublicKey, SigningKey};
use dayfly_proto::id::MemberId;
use dayfly_proto::room::native::ledger::{Draft, Effect, How, Ledger, Refusal, Said};
use dayfly_proto::room::{Event as Told, Message};
use dayfly_proto::secret::SecretString;
use dayfly_proto::timer::Now;
use dayfly_proto::wire::native::{Content, Event, EventId, Frontier, Mark, Signed};
use std::time::Duration;

/// When the tests begin.
pub const START_MS: u64 = 1_790_000_000_000;

/// So many seconds after the start, on both clocks.
pub fn at(seconds: u64) -> Now {
    Now {
        mono: Duration::from_secs(1_000 + seconds),
        unix_ms: START_MS + 1_000 * seconds,
    }
}

pub fn id(n: u8) -> PublicKey {
    key(n).public()
}

pub fn text(text: &str) -> Content {
    Content::Text {
        text: SecretString::new(text.into()),
        life: 0,
    }
}

pub fn brief(text: &str, life: u32) -> Content {
    Content::Text {
        text: SecretString::new(text.into()),
        life,
    }
}

/// A member that says things in order.
#[derive(Clone)]
pub struct Voice {
    pub key: SigningKey,
    pub generation: u32,
    pub seconds: u64,
    pub last: Mark,
}

impl Voice {
    pub fn new(n: u8) -> Self {
        Self {
            key: key(n),
            generation: 0,
            seconds: 0,
            last: Mark {
                seq: 0,
                hash: [0; 32],
            },
        }
    }

    pub fn says(&mut self, content: Content) -> Signed {
        self.about(EventId::NONE, 0, content)
    }

    pub fn about(&mut self, reference: EventId, flags: u8, content: Content) -> Signed {
        let event = Event {
            room_id: ROOM,
            generation: self.generation,
            author: self.key.public(),
            seq: self.last.seq + 1,
            prev: self.last.hash,
            time: START_MS + 1_000 * self.seconds,
            flags,
            reference,
            content,
        };
        self.last = Mark {
            seq: event.seq,
            hash: event.hash(),
        };
        let signature = event.sign(&self.key);
        Signed { event, signature }
    }
}

/// What a connected author says it has said.
pub fn stands_by(voice: &Voice) -> Frontier {
    Frontier {
        direct: 0,
        authors: vec![(voice.key.public(), voice.last)],
    }
}

/// The ledger of member 0, which has met members 1–9.
pub fn ledger() -> Ledger {
    seat(0)
}

/// The ledger of member `n`, which has met members 0–9.
pub fn seat(n: u8) -> Ledger {
    let mut ledger = Ledger::new(ROOM, id(n), 0);
    for other in 0..10 {
        ledger.introduce(id(other), MemberId(format!("m{other}")), format!("Name{other}"));
        if other != n {
            ledger.met(id(other));
        }
    }
    ledger
}

pub fn live(ledger: &mut Ledger, now: Now, signed: &Signed) -> Result<Vec<Effect>, Refusal> {
    let generation = signed.event.generation;
    ledger.accept(
        now,
        signed.event.clone(),
        &signed.signature,
        How::Live { generation },
    )
}

pub fn told(ledger: &mut Ledger, now: Now, by: u8, signed: &Signed) -> Result<Vec<Effect>, Refusal> {
    ledger.accept(
        now,
        signed.event.clone(),
        &signed.signature,
        How::Told { by: id(by) },
    )
}

/// Says a text to the room from the ledger of member `n`.
pub fn say(ledger: &mut Ledger, n: u8, now: Now, content: Content, flags: u8, reference: EventId) -> Signed {
    let draft = Draft {
        to: None,
        generation: 0,
        flags,
        reference,
        content,
        command: None,
        waits: false,
    };
    match ledger.say(now, &key(n), draft).unwrap().0 {
        Said::Room(signed) => signed,
        Said::Direct(_) => unreachable!("the draft is for the room"),
    }
}

pub fn lines(ledger: &Ledger) -> Vec<Message> {
    ledger.lines().into_iter().map(|(_, message)| message).collect()
}

pub fn texts(ledger: &Ledger) -> Vec<String> {
    lines(ledger).into_iter().map(|message| message.text).collect()
}

/// What the events told add up to: the lines, by id.
pub fn apply(view: &mut std::collections::BTreeMap<String, Message>, effects: &[Effect]) {
    for effect in effects {
        let Effect::Tell(event) = effect else { continue };
        match (**event).clone() {
            Told::Message { message } => {
                view.insert(message.id.0.clone(), message);
            }
            Told::MessageChanged {
                id,
                text,
                unsent,
                reactions,
                expires_at,
                confirmed,
            } => {
                let message = view.get_mut(&id.0).expect("only what was told changes");
                if let Some(text) = text {
                    message.edited |= unsent.is_none();
                    message.text = text;
                }
                if unsent == Some(true) {
                    message.unsent = true;
                    message.text = String::new();
                    message.reactions.clear();
                    message.expires_at = None;
                    message.edited = false;
                    message.mentions_me = false;
                }
                if let Some(reactions) = reactions {
                    message.reactions = reactions;
                }
                if expires_at.is_some() {
                    message.expires_at = expires_at;
                }
                if let Some(confirmed) = confirmed {
                    message.confirmed = confirmed;
                }
            }
            other => panic!("a ledger tells of lines, not {other:?}"),
        }
    }
}
