//! What is said to a relay and taken from one: NIP-01 messages, and our events in them.

use super::met::Met;
use crate::rendezvous::client::{Command, Dialect, Fault, Heard, plain};
use crate::rendezvous::socket::Trouble;
use dayfly_proto::id::PeerId;
use dayfly_proto::room::{MeetEvent, SealedOffer};
use dayfly_proto::wire::web::topic::InfoHash;
use nostr::event::{Event, EventBuilder, EventId, FinalizeUnsignedEvent, Kind, Tag};
use nostr::filter::{Filter, SingleLetterTag};
use nostr::key::{Keys, PublicKey, SecretKey};
use nostr::message::{ClientMessage, RelayMessage, SubscriptionId};
use nostr::types::Timestamp;
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;
use secp256k1::{All, Secp256k1};
use std::collections::{BTreeSet, VecDeque};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// The kind of our events: one of the ephemeral ones (20000 to 29999, NIP-01), which relays pass
/// on and do not store. Any would do; this one is in no list of kinds that others use.
pub const KIND: u16 = 28_417;

/// Seconds to which the time of an event is rounded up, so that it tells little of this device's
/// clock. Relays refuse ephemeral events older than a minute, so that it is not rounded down.
const COARSE: u64 = 30;

/// How far the time of an event may be from ours, in seconds: clocks differ, and a relay may keep
/// events to say them again.
const MAX_SKEW: u64 = 600;

/// Bytes of the longest content taken or sent. The longest box is 8,000 bytes, or 10,668
/// characters; some relays take messages of 16 KiB and no larger.
const MAX_CONTENT: usize = 12 * 1024;

/// Events remembered, so that none counts twice; the oldest is forgotten first.
const MAX_SEEN: usize = 512;

/// Characters of an offer's id.
const OFFER_ID: usize = 20;

/// One client's side of a connection.
pub(super) struct NostrDialect {
    rng: ChaCha20Rng,
    secp: Secp256k1<All>,
    seat: Option<Seat>,
}

/// The one swarm of a connection, and the key that is shown in it.
struct Seat {
    topic: InfoHash,
    keys: Keys,
    subscription: SubscriptionId,
    /// Offers that nobody was given since they were announced.
    ready: VecDeque<SealedOffer>,
    met: Met,
    seen: BTreeSet<EventId>,
    seen_order: VecDeque<EventId>,
    /// The relay has taken an event of ours.
    welcome: bool,
}

/// What an event of ours is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Hello,
    Offer,
    Answer,
}

impl Act {
    fn letter(self) -> char {
        match self {
            Self::Hello => 'h',
            Self::Offer => 'o',
            Self::Answer => 'a',
        }
    }

    fn of(content: &str) -> Option<(Self, &str)> {
        let rest = content.get(1..)?;
        Some(match content.as_bytes()[0] {
            b'h' => (Self::Hello, rest),
            b'o' => (Self::Offer, rest),
            b'a' => (Self::Answer, rest),
            _ => return None,
        })
    }
}

impl NostrDialect {
    pub(super) fn new(rng: ChaCha20Rng) -> Self {
        Self {
            rng,
            secp: Secp256k1::new(),
            seat: None,
        }
    }

    fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    fn token(&mut self) -> String {
        format!("{:016x}", self.rng.next_u64())
    }

    /// Takes the connection's one seat, under a new key; what asks for its events.
    fn sit(&mut self, topic: InfoHash) -> String {
        let secret = loop {
            // All but one in 2^127 will do.
            if let Ok(secret) = SecretKey::from_slice(&self.bytes()) {
                break secret;
            }
        };
        let keys = Keys::new(secret);
        let subscription = SubscriptionId::new(self.token());
        // The limit is of stored events, of which there should be none.
        let ours = || Filter::new().kind(Kind::from_u16(KIND)).limit(1);
        let filters = vec![
            ours().custom_tag(SingleLetterTag::LOWERCASE_T, topic.as_str()),
            ours().pubkey(keys.public_key()),
        ];
        let request = ClientMessage::req(subscription.clone(), filters).as_json();
        self.seat = Some(Seat {
            topic,
            keys,
            subscription,
            ready: VecDeque::new(),
            met: Met::default(),
            seen: BTreeSet::new(),
            seen_order: VecDeque::new(),
            welcome: false,
        });
        request
    }

    fn hello(&mut self) -> Option<String> {
        let topic = self.seat.as_ref()?.topic;
        let tag = Tag::custom("t", [topic.as_str()]);
        // Two of one half-minute would have one id, and be one to a relay.
        let token = self.token();
        self.event(format!("{}{token}", Act::Hello.letter()), tag)
    }

    fn directed(&mut self, act: Act, to: PublicKey, offer_id: &str, sealed: &str) -> Option<String> {
        if offer_id.len() != OFFER_ID {
            return None;
        }
        self.event(format!("{}{offer_id}{sealed}", act.letter()), Tag::public_key(to))
    }

    /// A signed event, as it goes to the relay.
    fn event(&mut self, content: String, tag: Tag) -> Option<String> {
        if content.len() > MAX_CONTENT {
            log::warn!("a box is larger than relays take and was not sent");
            return None;
        }
        let aux = self.bytes();
        let keys = &self.seat.as_ref()?.keys;
        let unsigned = EventBuilder::new(Kind::from_u16(KIND), content)
            .tag(tag)
            .custom_created_at(Timestamp::from_secs(unix_now().next_multiple_of(COARSE)))
            .finalize_unsigned(keys.public_key());
        let id = unsigned.compute_id();
        let signature = keys.sign_schnorr_with_aux_rand(&self.secp, id.as_bytes(), &aux);
        let event = unsigned.add_signature_with_ctx(&self.secp, signature).ok()?;
        Some(ClientMessage::event(event).as_json())
    }

    /// Gives those that are owed an offer one, as far as offers go.
    fn hand_out(&mut self) -> Vec<String> {
        let mut said = Vec::new();
        let now = Instant::now();
        while let Some(seat) = &mut self.seat
            && !seat.ready.is_empty()
            && let Some(to) = seat.met.give(now)
            && let Some(offer) = seat.ready.pop_front()
        {
            said.extend(self.directed(Act::Offer, to, &offer.id, &offer.sealed));
        }
        said
    }

    /// Takes an event that the relay says somebody sent.
    fn take(&mut self, event: &Event) -> Result<Heard, Fault> {
        let Some(seat) = &mut self.seat else {
            return Ok(Heard::default());
        };
        let me = seat.keys.public_key();
        if event.kind != Kind::from_u16(KIND)
            || event.pubkey == me
            || event.content.len() > MAX_CONTENT
            || event.created_at.as_secs().abs_diff(unix_now()) > MAX_SKEW
            || seat.seen.contains(&event.id)
        {
            return Ok(Heard::default());
        }
        event.verify_with_ctx(&self.secp).map_err(|_| Fault::Garbage)?;
        seat.saw(event.id);
        let Some((act, rest)) = Act::of(&event.content) else {
            return Ok(Heard::default());
        };
        if act == Act::Hello {
            if event.tags.iter().any(|tag| is(tag, "t", seat.topic.as_str())) {
                let id = seat.met.meet(event.pubkey);
                seat.met.owe(id, Instant::now());
            }
            return Ok(Heard {
                event: None,
                replies: self.hand_out(),
            });
        }
        let (Some(offer_id), Some(sealed)) = (rest.get(..OFFER_ID), rest.get(OFFER_ID..)) else {
            return Ok(Heard::default());
        };
        let for_us = event.tags.iter().any(|tag| is(tag, "p", &me.to_hex()));
        if !for_us || !offer_id.bytes().all(|b| b.is_ascii_graphic()) {
            return Ok(Heard::default());
        }
        let (topic, from) = (seat.topic, seat.met.meet(event.pubkey));
        let (offer_id, sealed) = (offer_id.to_owned(), sealed.to_owned());
        Ok(Some(if act == Act::Offer {
            MeetEvent::Offer {
                topic,
                from,
                offer_id,
                sealed,
            }
        } else {
            MeetEvent::Answer {
                topic,
                from,
                offer_id,
                sealed,
            }
        })
        .into())
    }

    fn reply(&mut self, to: &PeerId, offer_id: &str, sealed: &str) -> Option<String> {
        let key = self.seat.as_ref()?.met.key(to)?;
        self.directed(Act::Answer, key, offer_id, sealed)
    }
}

impl Dialect for NostrDialect {
    fn begin(&mut self) {
        // A new connection shows a new key.
        self.seat = None;
    }

    fn say(&mut self, command: Command) -> Vec<String> {
        match command {
            Command::Announce { topic, offers, .. } => {
                let mut said = Vec::new();
                match &self.seat {
                    Some(seat) if seat.topic != topic => return said,
                    Some(_) => {}
                    None => said.push(self.sit(topic)),
                }
                if let Some(seat) = &mut self.seat {
                    seat.ready = offers.into();
                }
                said.extend(self.hand_out());
                said.extend(self.hello());
                said
            }
            Command::Reply {
                to, offer_id, sealed, ..
            } => self.reply(&to, &offer_id, &sealed).into_iter().collect(),
            Command::Withdraw { topic, .. } => match self.seat.take_if(|seat| seat.topic == topic) {
                Some(seat) => vec![ClientMessage::close(seat.subscription).as_json()],
                None => Vec::new(),
            },
        }
    }

    fn hear(&mut self, text: &str) -> Result<Heard, Fault> {
        let message = RelayMessage::from_json(text).map_err(|_| Fault::Garbage)?;
        let refusal = |words: &str| Err(Fault::Trouble(Trouble::Refusal(plain(words))));
        match (message, &mut self.seat) {
            (
                RelayMessage::Event {
                    subscription_id,
                    event,
                },
                Some(seat),
            ) if *subscription_id == seat.subscription => self.take(&event),
            (
                RelayMessage::Closed {
                    subscription_id,
                    message,
                },
                Some(seat),
            ) if *subscription_id == seat.subscription => refusal(&message),
            (RelayMessage::Ok { status: true, .. }, Some(seat)) => {
                seat.welcome = true;
                Ok(Heard::default())
            }
            // Later refusals are about one event, and the next is announced soon; a relay that
            // never took one has refused the room.
            (RelayMessage::Ok { message, .. }, Some(seat)) if !seat.welcome => refusal(&message),
            _ => Ok(Heard::default()),
        }
    }
}

impl Seat {
    fn saw(&mut self, id: EventId) {
        if self.seen_order.len() >= MAX_SEEN
            && let Some(oldest) = self.seen_order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        if self.seen.insert(id) {
            self.seen_order.push_back(id);
        }
    }
}

fn is(tag: &Tag, kind: &str, value: &str) -> bool {
    tag.kind() == kind && tag.content() == Some(value)
}

/// Seconds since 1970.
fn unix_now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
