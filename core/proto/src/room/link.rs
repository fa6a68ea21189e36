//! One connection as the room sees it: whose it is said to be, how far it has come, what it costs.

use super::event::Via;
use super::handshake::Handshake;
use super::io::Binding;
use super::limits::{Bucket, FRAMES, KIB};
use super::meeting::Slot;
use super::members::Gauges;
use crate::crypto::PublicKey;
use crate::id::{MessageId, PeerId};
use crate::wire::web::chitchatter::Action;
use crate::wire::web::frame::Reassembler;
use data_encoding::BASE64URL_NOPAD;
use std::collections::VecDeque;
use std::time::Duration;

/// First characters of every Dayfly's peer id. They sort before any a page draws, which is what
/// makes joining fast: a page answers offers of smaller ids only.
pub(super) const ID_PREFIX: &str = "-DF0-";

/// A peer that links lead to. A page draws a new id at each load and may show the same one on
/// two islands; a Dayfly has one id for all islands of a room, so that it is linked to once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PeerKey {
    island: Option<usize>,
    pub id: PeerId,
}

impl PeerKey {
    pub fn new(island: usize, id: PeerId) -> Self {
        let native = id.as_str().starts_with(ID_PREFIX);
        Self {
            island: (!native).then_some(island),
            id,
        }
    }

    /// A member of a native room, by the tag in its sealed offers: the same in every swarm.
    pub fn tagged(tag: PeerId) -> Self {
        Self {
            island: None,
            id: tag,
        }
    }

    /// The tag of a member of a native room, as a sealed offer holds it.
    pub fn tag(self) -> Option<[u8; 16]> {
        let bytes = BASE64URL_NOPAD.decode(self.id.as_str().as_bytes()).ok()?;
        let mut tag = [0; 16];
        tag.get_mut(..bytes.len())?.copy_from_slice(&bytes);
        Some(tag)
    }

    /// Whether it looks like a page: one that would lose messages that come too fast.
    pub fn is_page(self) -> bool {
        self.island.is_some()
    }
}

/// How far a link has come.
#[derive(Debug)]
pub(super) enum Phase {
    /// The stack describes it.
    Describing,
    /// An offer of ours that nobody has answered.
    Pooled {
        /// Our description.
        sdp: String,
        /// When it was last announced.
        announced: Option<Duration>,
        /// Too old to be announced again.
        stale: bool,
    },
    /// An offer in a code that is shown to somebody, and not answered.
    Shown,
    /// Both descriptions are known; ICE and DTLS are at it.
    Connecting,
    /// Open; the password is being checked.
    Shaking(Handshake),
    /// Open, but the peer has another link with us: it is the peer's to say which one stays.
    Held,
    /// The peer may speak.
    Active,
    /// Open in a native room, where nothing but handshakes and sessions is spoken.
    Native,
}

/// Who made the offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// This side. The offer goes to this place, once it has been given one.
    Offerer(Option<Slot>),
    /// The peer; the answer goes back to where the offer came from.
    Answerer(Slot),
    /// This side, to a member, told within a session.
    Caller(PublicKey),
    /// A member, within a session.
    Called(PublicKey),
    /// Offer and answer are carried by hand.
    Manual,
}

/// A connection.
#[derive(Debug)]
pub(super) struct Link {
    /// To whom, once that is known.
    pub peer: Option<PeerKey>,
    /// Under which id it was met, for the answer.
    pub remote: Option<PeerId>,
    /// The native room's generation in whose swarm it was met.
    pub generation: u32,
    /// What a native handshake is bound to, once it is open.
    pub binding: Option<Binding>,
    /// It said that it speaks natively besides, in a web room.
    pub speaks_native: bool,
    /// On which island; for a pooled offer the one it is announced on.
    pub island: usize,
    pub role: Role,
    pub offer_id: String,
    pub phase: Phase,
    /// When the attempt began.
    pub since: Duration,
    pub via: Option<Via>,
    /// Nothing is heard from it for the moment.
    pub silent: bool,
    /// The network changed, and it has not shown that it lives since.
    pub doubtful: bool,
    /// Its offer, made within a session, has had its answer.
    pub answered: bool,
    /// Who passed the peer's offer on, and is to pass the answer back.
    pub carrier: Option<PublicKey>,
    pub reassembler: Reassembler,
    pub gauges: Gauges,
    frames: Bucket,
    kib: Bucket,
    /// Messages handed over while it was silent: lost if it does not come back.
    pub unsure: Vec<MessageId>,
    /// What is said to a page next. Bounded by what this person may say at once, which is less
    /// than a page takes in that time.
    pub waiting: VecDeque<(MessageId, Action)>,
    /// When a page will have drawn what it got last.
    pub drawn_at: Duration,
}

impl Link {
    pub fn new(role: Role, offer_id: String, since: Duration) -> Self {
        let island = match &role {
            Role::Offerer(slot) => slot.map_or(0, |slot| slot.island),
            Role::Answerer(slot) => slot.island,
            Role::Caller(_) | Role::Called(_) => 0,
            Role::Manual => 0,
        };
        // Nothing of a transcript is kept before the peer may speak.
        let mut reassembler = Reassembler::new();
        reassembler.refuse_transcripts();
        Self {
            peer: None,
            remote: None,
            generation: 0,
            binding: None,
            speaks_native: false,
            island,
            role,
            offer_id,
            phase: Phase::Describing,
            since,
            via: None,
            silent: false,
            doubtful: false,
            answered: false,
            carrier: None,
            reassembler,
            gauges: Gauges::default(),
            frames: Bucket::new(FRAMES),
            kib: Bucket::new(KIB),
            unsure: Vec::new(),
            waiting: VecDeque::new(),
            drawn_at: Duration::ZERO,
        }
    }

    /// Whether a frame of `len` bytes is within what a link may bring.
    pub fn affords(&mut self, now: Duration, len: usize) -> bool {
        let kib = u32::try_from(len / 1024 + 1).unwrap_or(u32::MAX);
        self.frames.take(now, 1) && self.kib.take(now, kib)
    }

    /// Whether a message would come before a page has drawn the last one.
    pub fn must_wait(&self, now: Duration) -> bool {
        self.peer.is_some_and(PeerKey::is_page) && (now < self.drawn_at || !self.waiting.is_empty())
    }

    /// Whether the data channel is open.
    pub fn is_open(&self) -> bool {
        matches!(
            self.phase,
            Phase::Shaking(_) | Phase::Held | Phase::Active | Phase::Native
        )
    }

    /// Whether it is an offer nobody has taken, of those that are kept ready.
    pub fn is_pooled(&self) -> bool {
        self.peer.is_none() && self.role != Role::Manual
    }

    /// Whether it is on its way to a peer and not open yet.
    pub fn is_half_open(&self) -> bool {
        self.peer.is_some() && !self.is_open()
    }

    /// Whether the peer may speak over it.
    pub fn is_active(&self) -> bool {
        matches!(self.phase, Phase::Active)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_ids_sort_before_any_page() {
        for page in ["0", "9", "A", "Z", "a", "z"] {
            assert!(ID_PREFIX < page);
        }
    }

    #[test]
    fn a_page_is_known_per_island_and_a_dayfly_everywhere() {
        let page = PeerId::parse("0123456789abcdefghij").expect("an id");
        let native = PeerId::parse("-DF0-6789abcdefghijk").expect("an id");
        assert_ne!(PeerKey::new(0, page), PeerKey::new(1, page));
        assert_eq!(PeerKey::new(0, native), PeerKey::new(1, native));
    }
}
