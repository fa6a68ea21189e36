//! Native members: from an open connection to a session, and what is said in it.
//!
//! Owns this device's key in the room, one *stage* for each connection (`hello`), one *peer* for
//! each key that was ever met (`peers`), and the sender keys of what is said (`talk`). The owner's
//! log is in `roster`, what was said in `ledger`; both are pure and this module carries out what
//! they decide. `ground` says where a native room meets, `owner` and `sync` move it to another
//! generation, `checks` compares codes, `inside` lets Dayflies find each other among pages.
//!
//! What is believed of a peer: that it owns the key it proved in this session on this connection,
//! and what is signed with that key. Its name, its frontier and its history are its word.
//!
//! Nothing is sent under a generation's keys to a peer that has not proved to have that
//! generation's secret, and nothing at all to one that was removed.

mod checks;
mod commands;
mod ground;
mod hello;
mod inside;
pub mod ledger;
pub mod manual;
mod owner;
mod parked;
mod partings;
mod peers;
mod relays;
pub mod roster;
mod signals;
mod sync;
mod talk;

pub(super) use ground::NativeGround;
pub(super) use hello::Stage;
pub(super) use inside::VERSION;
pub(super) use parked::Parking;

use super::Room;
use super::event::{EndReason, RoomInfo};
use super::limits::{ASKS, Bucket, GUESSES};
use crate::crypto::{PublicKey, SigningKey, hash, kdf, put_lp};
use crate::id::{LinkId, MemberId, MessageId, PeerId};
use crate::identity::native::handshake::{Mode, Password};
use crate::identity::native::kept::KeptKey;
use crate::identity::native::sender::{ReceiverChains, SenderChain};
use crate::identity::web::fingerprint;
use crate::invite::WebInvite;
use crate::invite::native::{NativeInvite, SeenOffers};
use crate::secret::SecretBytes;
use crate::timer::Now;
use checks::Checks;
use data_encoding::BASE64URL_NOPAD;
use ledger::Ledger;
use manual::{Adopted, Manual};
use peers::Peer;
use peers::name_of;
use rand_chacha::ChaCha20Rng;
use relays::Relays;
use roster::Roster;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::time::Duration;

/// Which native room, and as whom it is entered.
#[derive(Clone)]
pub struct NativeConfig {
    /// Which room.
    pub invite: NativeInvite,
    /// The key that was made with the invite, on the device that made it: it is this person's key
    /// in the room. Everybody else gets a new one.
    pub owner_key: Option<SigningKey>,
    /// What Argon2id made of the password ([`crate::invite::native::password_word`]), if the
    /// invite asks for one.
    pub password: Option<SecretBytes<32>>,
    /// An identity kept across rooms, shown to each member in its session.
    pub kept: Option<KeptKey>,
    /// The connection over which the invite came, if two codes were exchanged by hand. Its key is
    /// this person's in the room.
    pub adopted: Option<Adopted>,
}

impl fmt::Debug for NativeConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NativeConfig([private])")
    }
}

/// What native members wait for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NativeTimer {
    /// The hour changes: other topics serve.
    Slots,
    /// The handshake has taken too long: the connection is closed.
    Handshake(LinkId),
    /// The session has something to do or is at its end.
    Session(LinkId),
    /// Of two sessions with one member this one is not needed.
    Drained(LinkId),
    /// The member has not come back in time: its row goes.
    Gone(MemberId),
    /// A peer is told what of its events is here.
    Got(LinkId),
    /// A comparison's step is late.
    Sas(LinkId),
    /// The group check's is.
    GroupCheck,
    /// The code on this device's screen is good no longer.
    Screen,
    /// Nobody has said whether the screen of who scanned it shows a tick.
    Tick(LinkId),
    /// A message vanishes.
    Expiry,
    /// Connections that have not shown that they live since the network changed get company.
    Doubt,
    /// A member that was lost is looked for through others.
    Call(PublicKey),
    /// A code shown by hand was not answered in time.
    ManualOffer(LinkId),
    /// Nothing was said since this room was woken in the background.
    Park,
    /// Nobody else was here for a day: the room wipes itself.
    Empty,
    /// Credentials at this device's relay are prolonged.
    Relays,
}

/// The native half of a room's state.
pub(super) struct Native {
    mode: Mode,
    room_id: [u8; 32],
    /// This device's key in this room.
    key: SigningKey,
    kept: Option<KeptKey>,
    password: Password,
    /// As it was entered; the present secret is the roster's.
    invite: Option<NativeInvite>,
    /// `psk0` of a web room.
    web_psk: Option<SecretBytes<32>>,
    roster: Roster,
    seen: SeenOffers,
    stages: BTreeMap<LinkId, Stage>,
    peers: BTreeMap<PublicKey, Peer>,
    chain: Option<SenderChain>,
    /// The last sender key's number.
    skid: u32,
    chains: ReceiverChains,
    guesses: Bucket,
    ledger: Ledger,
    checks: Checks,
    manual: Manual,
    /// When this person last said something to the room.
    said_at: Option<Duration>,
    /// Own messages that nobody was here for.
    unsent: Vec<MessageId>,
    /// Lines whose authors were told that they were seen.
    read: BTreeSet<MessageId>,
    /// This person tells what it has seen, and is told.
    receipts: bool,
    /// Web user ids that were native here.
    sticky: VecDeque<String>,
    /// How often what is lacking is asked for once more.
    asks: Bucket,
    /// Offers taken within sessions.
    signalled: VecDeque<[u8; 16]>,
    relays: Relays,
}

impl Native {
    /// Of a native room.
    pub fn new(config: &NativeConfig, rng: &mut ChaCha20Rng) -> Self {
        let invite = &config.invite;
        let adopted = config.adopted.as_ref().map(|adopted| adopted.key.clone());
        let key = config
            .owner_key
            .clone()
            .or(adopted)
            .unwrap_or_else(|| SigningKey::generate(rng));
        let roster = Roster::new(
            invite.room_id(),
            invite.owner,
            invite.generation,
            invite.secret.clone(),
            invite.options.expire_seconds,
        );
        let password = match &config.password {
            Some(word) if invite.options.password => Password::Word(word.clone()),
            _ => Password::None,
        };
        Self::with(Mode::Room, invite.room_id(), key, roster, password).shown(config)
    }

    fn shown(mut self, config: &NativeConfig) -> Self {
        self.kept.clone_from(&config.kept);
        self.invite = Some(config.invite.clone());
        self.receipts = config.invite.options.receipts;
        self
    }

    /// Of a web room, where Dayflies speak natively to each other: the same, from names and a
    /// secret that are known to whoever can come in, and so prove nothing.
    pub fn in_web(invite: &WebInvite, rng: &mut ChaCha20Rng) -> Self {
        let mut names = Vec::new();
        let password = invite.trystero_password();
        put_lp(&mut names, invite.room.as_bytes());
        put_lp(&mut names, password.expose().as_bytes());
        let psk = kdf(b"", &names, "web psk", b"");
        let room_id = hash(&[b"dayfly/1 web room\0", &names]);
        let roster = Roster::new(room_id, PublicKey::NOBODY, 0, psk.clone(), 0);
        let key = SigningKey::generate(rng);
        let mut native = Self::with(Mode::Web, room_id, key, roster, Password::None);
        native.web_psk = Some(psk);
        native
    }

    fn with(mode: Mode, room_id: [u8; 32], key: SigningKey, roster: Roster, password: Password) -> Self {
        let checks = Checks::new(room_id, key.public());
        let ledger = Ledger::new(room_id, key.public(), roster.generation());
        Self {
            mode,
            room_id,
            key,
            kept: None,
            password,
            invite: None,
            web_psk: None,
            roster,
            seen: SeenOffers::default(),
            stages: BTreeMap::new(),
            peers: BTreeMap::new(),
            chain: None,
            skid: 0,
            chains: ReceiverChains::default(),
            guesses: Bucket::new(GUESSES),
            ledger,
            checks,
            manual: Manual::default(),
            said_at: None,
            unsent: Vec::new(),
            read: BTreeSet::new(),
            receipts: false,
            sticky: VecDeque::new(),
            asks: Bucket::new(ASKS),
            signalled: VecDeque::new(),
            relays: Relays::default(),
        }
    }

    /// This person's id.
    pub fn id(&self) -> PublicKey {
        self.key.public()
    }

    /// This person owns the room.
    pub fn owns(&self) -> bool {
        self.roster.is_owner(&self.id())
    }

    /// Whether the owner muted this person.
    pub fn is_muted(&self) -> bool {
        self.roster.is_muted(&self.id())
    }

    /// The fingerprint of this person's key in a native room; a web room's comes with its
    /// identity.
    pub fn own_fingerprint(&self) -> String {
        match self.mode {
            Mode::Web => String::new(),
            _ => fingerprint(self.id().as_bytes()),
        }
    }

    /// The name of `id` within sealed offers, where only members read it: it spares a second
    /// connection to somebody who is connected, and proves nothing.
    pub fn tag(&self, id: &PublicKey) -> PeerId {
        tag_text(&self.tag_bytes(id))
    }

    fn tag_bytes(&self, id: &PublicKey) -> [u8; 16] {
        let digest = hash(&[b"dayfly/1 tag\0", &self.room_id, id.as_bytes()]);
        // 15 bytes of it, which is what fits a peer id.
        let mut tag = [0; 16];
        tag[..15].copy_from_slice(&digest[..15]);
        tag
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        let key = SigningKey::from_seed(&[0; 32]);
        let roster = Roster::new([0; 32], PublicKey::NOBODY, 0, SecretBytes::new([0; 32]), 0);
        *self = Self::with(self.mode, [0; 32], key, roster, Password::None);
    }
}

impl fmt::Debug for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Native({} peers)", self.peers.len())
    }
}

/// A tag in the form of a peer id: 15 of its bytes, in 20 characters.
fn tag_text(tag: &[u8; 16]) -> PeerId {
    PeerId::parse(&BASE64URL_NOPAD.encode(&tag[..15])).expect("15 bytes are 20 characters of Base64")
}

impl Room {
    /// The options of the room as they stand.
    #[must_use]
    pub fn info(&self) -> RoomInfo {
        let Some(invite) = &self.native.invite else {
            return RoomInfo::default();
        };
        let owner = self.native.roster.owner();
        let mut info = RoomInfo {
            native: true,
            owner: self.native.member_of(&owner),
            owner_here: self.native.is_here(&owner),
            history: invite.options.history,
            password: invite.options.password,
            receipts: self.native.receipts,
            ..RoomInfo::default()
        };
        self.native.roster.show(&mut info);
        info
    }

    /// The invite to a native room as it stands: with the present generation's secret.
    #[must_use]
    pub fn invite(&self) -> Option<NativeInvite> {
        let invite = self.native.invite.as_ref()?;
        let roster = &self.native.roster;
        Some(invite.moved(roster.generation(), roster.secret().clone()))
    }

    /// A native timer has fired.
    pub(super) fn native_timeout(&mut self, now: Now, timer: NativeTimer) {
        match timer {
            NativeTimer::Slots => self.settle(now),
            NativeTimer::Handshake(link) => self.handshake_late(now, link),
            NativeTimer::Drained(link) => self.drained(now, link),
            NativeTimer::Session(link) => self.session_due(now, link),
            NativeTimer::Gone(member) => self.gone(now, &member),
            NativeTimer::Got(link) => self.say_got(now, link),
            NativeTimer::Sas(link) => self.sas_due(now, link),
            NativeTimer::GroupCheck => self.group_due(now),
            NativeTimer::Screen => self.screen_off(),
            NativeTimer::Tick(link) => self.tick_due(now, link),
            NativeTimer::Expiry => self.expiry(now),
            NativeTimer::Doubt => self.doubt_over(now),
            NativeTimer::Call(key) => self.look_for(now, &key),
            NativeTimer::ManualOffer(link) => self.manual_old(now, link),
            NativeTimer::Park => self.parks_again(now),
            NativeTimer::Empty => self.end(EndReason::Empty),
            NativeTimer::Relays => self.relays_due(now),
        }
    }
}
