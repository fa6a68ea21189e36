//! A stand-in for a Chitchatter page: Trystero's meeting and handshake, Chitchatter's greetings,
//! as observed on the wire. It can be told to lie: then it sends whatever a test wants.

use dayfly_proto::id::{BackendId, LinkId, PeerId};
use dayfly_proto::identity::web::WebIdentity;
use dayfly_proto::invite::{Access, Island, WebInvite};
use dayfly_proto::room::{LinkEvent, MeetEvent, Output, SealedOffer};
use dayfly_proto::secret::SecretString;
use dayfly_proto::timer::{Now, Timers};
use dayfly_proto::wire::web::chitchatter::{
    Action, ChatText, Metadata, TranscriptContent, TranscriptItem, password_response,
};
use dayfly_proto::wire::web::frame::{Frame, Reassembler, encode, encode_presence};
use dayfly_proto::wire::web::seal::SignalKey;
use dayfly_proto::wire::web::topic::{InfoHash, RoomToken, info_hash, room_token};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

const POOL: usize = 3;
const ANNOUNCES: [u64; 3] = [80, 520, 1_300];
const ANNOUNCE_EVERY: Duration = Duration::from_secs(20);
const ANSWERING_FOR: Duration = Duration::from_millis(23_333);
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    Announce(BackendId, usize),
    Answering(PeerId),
    Handshake(LinkId),
    Lost(LinkId),
}

struct Channel {
    peer: PeerId,
    open: bool,
    reassembler: Reassembler,
    passed: bool,
    other_ready: bool,
    active: bool,
    challenge: Option<String>,
    told: Option<Metadata>,
}

/// See the module.
pub struct Page {
    pub id: PeerId,
    pub name: String,
    pub identity: WebIdentity,
    /// Answers a challenge wrongly.
    pub knows_password: bool,
    /// Does not introduce itself by itself.
    pub silent: bool,
    /// Says of itself that it is a Dayfly of this version, which it is not.
    pub claims_native: u8,
    /// What it shows as conversation, and tells newcomers.
    pub log: Vec<TranscriptItem>,
    /// What arrived, by whom, once the link was active.
    pub heard: Vec<(PeerId, Action)>,
    /// When each message of a conversation arrived.
    pub heard_at: Vec<Duration>,
    password: SecretString,
    room: String,
    app_id: String,
    public: bool,
    topic: InfoHash,
    token: RoomToken,
    key: SignalKey,
    rng: ChaCha20Rng,
    outputs: VecDeque<Output>,
    timers: Timers<Timer>,
    pool: BTreeMap<LinkId, (String, Option<String>)>,
    channels: BTreeMap<LinkId, Channel>,
    connected: BTreeMap<PeerId, LinkId>,
    answering: BTreeMap<PeerId, (LinkId, BackendId, String)>,
    next_link: u64,
    nonces: BTreeMap<String, u16>,
    left: bool,
}

impl Page {
    pub fn new(
        invite: WebInvite,
        island: Island,
        prefix: &str,
        name: &str,
        identity: WebIdentity,
        seed: u64,
    ) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let app_id = island.app_id();
        let password = invite.trystero_password();
        let id = format!("{prefix}{}", random_text(&mut rng, 20 - prefix.len()));
        let mut page = Self {
            id: PeerId::parse(&id).expect("an id of 20 characters"),
            name: name.into(),
            identity,
            knows_password: true,
            silent: false,
            claims_native: 0,
            log: Vec::new(),
            heard: Vec::new(),
            heard_at: Vec::new(),
            room: invite.room.clone(),
            public: matches!(invite.access, Access::Public),
            topic: info_hash(&app_id, &invite.room),
            token: room_token(&app_id, &invite.room),
            key: SignalKey::derive(password.expose(), &app_id, &invite.room),
            password,
            app_id,
            rng,
            outputs: VecDeque::new(),
            timers: Timers::default(),
            pool: BTreeMap::new(),
            channels: BTreeMap::new(),
            connected: BTreeMap::new(),
            answering: BTreeMap::new(),
            next_link: 0,
            nonces: BTreeMap::new(),
            left: false,
        };
        page.fill_pool();
        page
    }

    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub fn poll_timeout(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// The peers it shows, with what they said about themselves.
    pub fn shown(&self) -> Vec<(PeerId, Metadata)> {
        let told = |channel: &Channel| Some((channel.peer, channel.told.clone()?));
        self.channels
            .values()
            .filter(|channel| channel.active)
            .filter_map(told)
            .collect()
    }

    /// The first peer whose link is active.
    pub fn first_peer(&self) -> Option<PeerId> {
        self.channels
            .values()
            .find(|channel| channel.active)
            .map(|channel| channel.peer)
    }

    /// The texts of messages that arrived, direct ones not.
    pub fn texts(&self) -> Vec<String> {
        let text = |(_, action): &(PeerId, Action)| match action {
            Action::Text(text) => Some(text.text.clone()),
            _ => None,
        };
        self.heard.iter().filter_map(text).collect()
    }

    fn new_link(&mut self) -> LinkId {
        self.next_link += 1;
        LinkId(self.next_link)
    }

    fn fill_pool(&mut self) {
        while self.pool.len() < POOL {
            let link = self.new_link();
            let offer_id = random_text(&mut self.rng, 20);
            self.pool.insert(link, (offer_id, None));
            self.outputs.push_back(Output::Offer { link });
        }
    }

    fn seal(&mut self, sdp: &str) -> String {
        let mut iv = [0; 16];
        self.rng.fill_bytes(&mut iv);
        self.key.seal(sdp, iv)
    }

    fn announce(&mut self, now: Now, backend: BackendId, round: usize) {
        self.fill_pool();
        let ready: Vec<(String, String)> = self
            .pool
            .values()
            .filter_map(|(id, sdp)| Some((id.clone(), sdp.clone()?)))
            .collect();
        let offers = ready
            .into_iter()
            .map(|(id, sdp)| SealedOffer {
                id,
                sealed: self.seal(&sdp),
            })
            .collect();
        self.outputs.push_back(Output::Announce {
            backend,
            topic: self.topic,
            peer: self.id,
            offers,
        });
        let pause = ANNOUNCES
            .get(round)
            .map_or(ANNOUNCE_EVERY, |ms| Duration::from_millis(*ms));
        self.timers
            .set(Timer::Announce(backend, round + 1), now.plus(pause));
    }

    pub fn handle_timeout(&mut self, now: Now) {
        while let Some(timer) = self.timers.expired(now.mono) {
            match timer {
                Timer::Announce(backend, round) => self.announce(now, backend, round),
                Timer::Answering(peer) => {
                    if let Some((link, _, _)) = self.answering.remove(&peer) {
                        self.drop_link(link);
                    }
                }
                Timer::Handshake(link) | Timer::Lost(link) => self.drop_link(link),
            }
        }
    }

    pub fn handle_meet(&mut self, now: Now, backend: BackendId, event: MeetEvent) {
        if self.left {
            return;
        }
        match event {
            MeetEvent::Up => self
                .timers
                .set(Timer::Announce(backend, 0), now.plus(Duration::from_millis(100))),
            MeetEvent::Waiting(_) | MeetEvent::Down(_) => {
                self.timers
                    .retain(|timer| !matches!(timer, Timer::Announce(other, _) if *other == backend));
            }
            MeetEvent::Interval(_) | MeetEvent::Delay(_) => {}
            MeetEvent::Offer {
                from,
                offer_id,
                sealed,
                ..
            } => {
                let busy = self.connected.contains_key(&from) || self.answering.contains_key(&from);
                // It always has offers out, so it leaves answering to the greater id.
                if busy || self.id < from {
                    return;
                }
                let Ok(offer) = self.key.open(&sealed) else { return };
                let link = self.new_link();
                self.answering.insert(from, (link, backend, offer_id));
                self.timers.set(Timer::Answering(from), now.plus(ANSWERING_FOR));
                self.add_channel(link, from);
                self.outputs.push_back(Output::Answer {
                    link,
                    offer,
                    relays: Vec::new(),
                    delay: Duration::ZERO,
                });
            }
            MeetEvent::Answer {
                from,
                offer_id,
                sealed,
                ..
            } => {
                if self.connected.contains_key(&from) {
                    return;
                }
                let link = self
                    .pool
                    .iter()
                    .find(|(_, (id, _))| *id == offer_id)
                    .map(|(link, _)| *link);
                let (Some(link), Ok(answer)) = (link, self.key.open(&sealed)) else {
                    return;
                };
                self.pool.remove(&link);
                self.add_channel(link, from);
                self.outputs.push_back(Output::Accept { link, answer });
            }
        }
    }

    fn add_channel(&mut self, link: LinkId, peer: PeerId) {
        let channel = Channel {
            peer,
            open: false,
            reassembler: Reassembler::new(),
            passed: false,
            other_ready: false,
            active: false,
            challenge: None,
            told: None,
        };
        self.channels.insert(link, channel);
    }

    fn drop_link(&mut self, link: LinkId) {
        self.outputs.push_back(Output::Close { link });
        self.forget(link);
    }

    fn forget(&mut self, link: LinkId) {
        self.pool.remove(&link);
        self.channels.remove(&link);
        self.connected.retain(|_, other| *other != link);
        self.answering.retain(|_, (other, _, _)| *other != link);
        self.timers
            .retain(|timer| !matches!(timer, Timer::Handshake(other) | Timer::Lost(other) if *other == link));
    }

    pub fn handle_link(&mut self, now: Now, link: LinkId, event: LinkEvent) {
        match event {
            LinkEvent::Described { sdp } => {
                if let Some((_, ready)) = self.pool.get_mut(&link) {
                    *ready = Some(sdp);
                    return;
                }
                let answer = self
                    .answering
                    .values()
                    .find(|(other, _, _)| *other == link)
                    .cloned();
                if let (Some((_, backend, offer_id)), Some(to)) =
                    (answer, self.channels.get(&link).map(|channel| channel.peer))
                {
                    let sealed = self.seal(&sdp);
                    let (topic, peer) = (self.topic, self.id);
                    self.outputs.push_back(Output::Reply {
                        backend,
                        topic,
                        peer,
                        to,
                        offer_id,
                        sealed,
                    });
                }
            }
            LinkEvent::Open { .. } => self.opened(now, link),
            LinkEvent::Frame(frame) => {
                self.frame(link, &frame);
                self.heard_at.resize(self.texts().len(), now.mono);
            }
            LinkEvent::Silent => self
                .timers
                .set(Timer::Lost(link), now.plus(Duration::from_secs(5))),
            LinkEvent::Heard => self.timers.stop(&Timer::Lost(link)),
            LinkEvent::Closed { .. } => self.forget(link),
            LinkEvent::NativeOpen | LinkEvent::NativeFrame(_) => panic!("a page has no such channel"),
            LinkEvent::Renegotiated { .. }
            | LinkEvent::Path { .. }
            | LinkEvent::Congested
            | LinkEvent::Relay { .. } => {}
        }
    }

    fn opened(&mut self, now: Now, link: LinkId) {
        let Some(peer) = self.channels.get(&link).map(|channel| channel.peer) else {
            return;
        };
        if self.connected.contains_key(&peer) {
            self.drop_link(link);
            return;
        }
        self.connected.insert(peer, link);
        self.answering.remove(&peer);
        self.timers.stop(&Timer::Answering(peer));
        self.timers
            .set(Timer::Handshake(link), now.plus(HANDSHAKE_WITHIN));
        let frame = encode_presence(&self.token, true);
        self.outputs.push_back(Output::Send { link, frame });
        if let Some(channel) = self.channels.get_mut(&link) {
            channel.open = true;
        }
        if self.id < peer {
            let c = random_text(&mut self.rng, 36);
            if let Some(channel) = self.channels.get_mut(&link) {
                channel.challenge = Some(c.clone());
            }
            self.send_on(link, &Action::Challenge { c });
        }
    }

    fn frame(&mut self, link: LinkId, bytes: &[u8]) {
        let Some(channel) = self.channels.get_mut(&link) else {
            return;
        };
        let frame = Frame::parse(bytes).expect("a room sends whole frames");
        let Frame::Room { token, inner } = frame else {
            return;
        };
        assert!(token == self.token, "a room speaks of this room only");
        let message = channel
            .reassembler
            .push(inner)
            .expect("a room sends proper chunks");
        if let Some(message) = message {
            let action = Action::decode(&message).expect("a room sends what a page knows");
            assert!(
                !matches!(action, Action::Unknown(_)),
                "a page keeps what it does not know for ever: {}",
                message.action
            );
            self.action(link, action);
        }
    }

    fn action(&mut self, link: LinkId, action: Action) {
        let Some(channel) = self.channels.get_mut(&link) else {
            return;
        };
        let peer = channel.peer;
        match action {
            Action::Leave => {
                self.drop_link(link);
                return;
            }
            Action::Challenge { c } => {
                channel.passed = true;
                let password = if self.knows_password {
                    self.password.expose()
                } else {
                    "no idea"
                };
                let h = password_response(&c, password, &self.app_id, &self.room);
                self.send_on(link, &Action::Response { h });
                self.send_on(link, &Action::Ready);
            }
            Action::Response { h } => {
                let c = channel.challenge.clone().expect("it was asked");
                if h != password_response(&c, self.password.expose(), &self.app_id, &self.room) {
                    self.drop_link(link);
                    return;
                }
                channel.passed = true;
                self.send_on(link, &Action::Ready);
            }
            Action::Ready => channel.other_ready = true,
            action if channel.active => {
                self.heard.push((peer, action.clone()));
                match action {
                    Action::Metadata(told) => {
                        if let Some(channel) = self.channels.get_mut(&link) {
                            channel.told = Some(told);
                        }
                        if !self.silent {
                            self.send_on(link, &Action::Typing(false));
                            self.send_on(link, &Action::DirectTyping(false));
                        }
                    }
                    Action::Transcript(items) if self.log.is_empty() => self.log = items,
                    Action::Text(text) => self.log.push(entry(&text)),
                    _ => {}
                }
                return;
            }
            _ => return,
        }
        let Some(channel) = self.channels.get_mut(&link) else {
            return;
        };
        if channel.passed && channel.other_ready && !channel.active {
            channel.active = true;
            self.timers.stop(&Timer::Handshake(link));
            if !self.silent {
                self.introduce(link);
            }
        }
    }

    fn introduce(&mut self, link: LinkId) {
        let metadata = Action::Metadata(self.metadata());
        self.send_on(link, &metadata);
        if self.public {
            let log = self.log.clone();
            self.send_on(link, &Action::Transcript(log));
        }
    }

    /// What it says about itself.
    pub fn metadata(&self) -> Metadata {
        Metadata {
            user_id: self.identity.user_id.clone(),
            name: self.name.clone(),
            public_key: self.identity.public_key.clone(),
            signature: self.identity.signature.clone(),
            renamed: false,
            native: self.claims_native,
        }
    }

    fn send_on(&mut self, link: LinkId, action: &Action) {
        let (name, body) = action.encode().expect("an action that can be sent");
        let nonce = self.nonces.entry(name.to_owned()).or_default();
        *nonce = nonce.wrapping_add(1);
        for frame in encode(&self.token, name, *nonce, &body) {
            self.outputs.push_back(Output::Send { link, frame });
        }
    }

    /// Sends an action to everybody.
    pub fn send_all(&mut self, action: &Action) {
        let links: Vec<LinkId> = self.connected.values().copied().collect();
        for link in links {
            self.send_on(link, action);
        }
    }

    /// Sends raw bytes to everybody.
    pub fn send_raw(&mut self, frame: &[u8]) {
        for link in self.connected.values() {
            self.outputs.push_back(Output::Send {
                link: *link,
                frame: frame.to_vec(),
            });
        }
    }

    /// A message of its own, with a fresh id.
    pub fn text(&mut self, now: Now, text: &str) -> ChatText {
        let id = format!(
            "{}-{}",
            random_text(&mut self.rng, 18),
            random_text(&mut self.rng, 17)
        );
        ChatText {
            author_id: self.identity.user_id.clone(),
            text: text.into(),
            time_sent: now.unix_ms,
            id,
        }
    }

    /// Says something to everybody, as the page's user would.
    pub fn say(&mut self, now: Now, text: &str) -> String {
        let text = self.text(now, text);
        let id = text.id.clone();
        self.log.push(entry(&text));
        self.send_all(&Action::Text(text));
        id
    }

    /// Leaves as a page does.
    pub fn leave(&mut self) {
        self.left = true;
        self.send_all(&Action::Leave);
        let frame = encode_presence(&self.token, false);
        self.send_raw(&frame);
        let links: Vec<LinkId> = self.pool.keys().chain(self.channels.keys()).copied().collect();
        for link in links {
            self.drop_link(link);
        }
        self.timers = Timers::default();
    }

    /// The token its frames carry.
    pub fn token(&self) -> RoomToken {
        self.token
    }
}

/// A message as a page keeps it.
pub fn entry(text: &ChatText) -> TranscriptItem {
    TranscriptItem {
        author_id: text.author_id.clone(),
        content: TranscriptContent::Text(text.text.clone()),
        time_sent: text.time_sent,
        id: text.id.clone(),
        time_received: Some(text.time_sent),
    }
}

fn random_text(rng: &mut ChaCha20Rng, len: usize) -> String {
    const SET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    (0..len)
        .map(|_| char::from(SET[rng.next_u32() as usize % SET.len()]))
        .collect()
}
