//! N peers over a virtual clock: trackers that hand out offers, links that open late, delay,
//! fall silent, part and heal, and a seed that replays all of it.
//!
//! Data channels are reliable and ordered, so a lost packet shows as delay. What can be lost is
//! what a tracker carries, a whole link, or a peer.

use super::page::Page;
use super::{ROOM, identity};
use dayfly_proto::crypto::SigningKey;
use dayfly_proto::description::{Description, Setup};
use dayfly_proto::id::{BackendId, LinkId, MessageId, PeerId};
use dayfly_proto::invite::native::{NativeInvite, RoomOptionsWire};
use dayfly_proto::invite::{Access, Island, WebInvite};
use dayfly_proto::room::{
    Backend, Binding, CheckCommand, Command, Entry, Event, LinkEvent, MeetEvent, Member, Message,
    NativeConfig, NoticeCode, Output, Room, RoomConfig, SealedOffer, Via,
};
use dayfly_proto::secret::{SecretBytes, SecretString};
use dayfly_proto::timer::Now;
use dayfly_proto::wire::web::topic::InfoHash;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::Duration;

const EPOCH_MS: u64 = 1_790_000_000_000;
const SILENT_AFTER: Duration = Duration::from_secs(5);

pub fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

pub fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Runs `body` in `count` worlds of different seeds; with `DAYFLY_SEED` set, in that one only.
pub fn each_seed(count: u64, body: impl Fn(&mut World)) {
    let only = std::env::var("DAYFLY_SEED")
        .ok()
        .map(|seed| seed.parse().expect("DAYFLY_SEED is a number"));
    for seed in only.map_or(0..count, |seed: u64| seed..seed + 1) {
        body(&mut World::new(seed));
    }
}

/// The description of a connection's end: its number is in the place of a certificate's hash.
fn described(setup: Setup, end: u64) -> String {
    let mut fingerprint = [0; 32];
    fingerprint[..8].copy_from_slice(&end.to_be_bytes());
    let description = Description {
        ufrag: SecretString::new("ufrag".into()),
        pwd: SecretString::new("password".repeat(3)),
        fingerprint,
        setup,
        candidates: Vec::new(),
    };
    description.to_sdp()
}

/// Whose description it is.
fn end_in(setup: Setup, sdp: &str) -> Option<u64> {
    let description = Description::from_sdp(sdp).ok()?;
    let (number, _) = description.fingerprint.split_first_chunk()?;
    (description.setup == setup).then_some(u64::from_be_bytes(*number))
}

/// What members put into a box for an SDP.
pub fn boxed(sdp: &str) -> Vec<u8> {
    let description = Description::from_sdp(sdp).expect("the world's descriptions are compact");
    [vec![1], description.encode()].concat()
}

/// A peer: a room of ours, or a stand-in for a page.
pub enum Node {
    Room(Box<Room>),
    Page(Box<Page>),
}

struct Seat {
    node: Node,
    /// A crashed peer does nothing any more and says so to nobody.
    dead: bool,
    events: Vec<Event>,
    links: BTreeMap<LinkId, u64>,
    spent: Spent,
    resting: BTreeSet<usize>,
}

/// What a room cost its device.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    /// Calls of `handle_…`: each is a wake-up.
    pub wakes: u64,
    /// Bytes sent, on links and to trackers, as a tracker's messages carry them.
    pub bytes: usize,
    /// Announces.
    pub announces: u64,
    /// Connections begun.
    pub links: u64,
}

/// One end of a connection.
struct End {
    seat: usize,
    link: LinkId,
    other: Option<u64>,
    open: bool,
    closed: bool,
    silent: bool,
    /// When the last frame towards this end arrives: order is kept.
    busy_until: Duration,
    /// Frames that wait for the network to heal.
    stuck: Vec<(Vec<u8>, bool)>,
    /// Its channel for native frames was asked for.
    native: bool,
    /// Nothing passes any more, and nobody is told.
    dead: bool,
}

enum Happening {
    Meet(usize, BackendId, MeetEvent),
    Link(u64, LinkEvent),
    Announced {
        tracker: usize,
        seat: usize,
        topic: InfoHash,
        peer: PeerId,
        offers: Vec<SealedOffer>,
    },
    Opens(u64),
    FallsSilent(u64),
}

#[derive(Default)]
struct Tracker {
    down: bool,
    swarms: BTreeMap<InfoHash, Vec<(PeerId, usize)>>,
    /// Announces it has seen, and offers in them.
    announces: usize,
    offers: usize,
    /// When each offer was first announced, and the greatest age one was announced at.
    first_seen: BTreeMap<String, Duration>,
    oldest: Duration,
}

/// How the network behaves. All of it may be changed while the world runs.
#[derive(Clone)]
pub struct Weather {
    /// One way over a link: at least, and at most this much more.
    pub delay: (Duration, Duration),
    /// One way to a tracker: the same.
    pub tracker_delay: (Duration, Duration),
    /// From both descriptions to an open channel: the same.
    pub opening: (Duration, Duration),
    /// To describe a link: the same.
    pub gathering: (Duration, Duration),
    /// Of a thousand messages, a tracker loses so many.
    pub tracker_loss: u64,
    /// Of a thousand connections, so many never open.
    pub never_opens: u64,
}

impl Default for Weather {
    fn default() -> Self {
        Self {
            delay: (ms(5), ms(30)),
            tracker_delay: (ms(10), ms(40)),
            opening: (ms(100), ms(500)),
            gathering: (ms(20), ms(80)),
            tracker_loss: 0,
            never_opens: 0,
        }
    }
}

pub struct World {
    seed: u64,
    rng: ChaCha20Rng,
    pub mono: Duration,
    seats: Vec<Seat>,
    trackers: Vec<Tracker>,
    ends: BTreeMap<u64, End>,
    next_end: u64,
    due: BinaryHeap<Reverse<(Duration, u64)>>,
    happenings: BTreeMap<u64, Happening>,
    next_happening: u64,
    /// Pairs of seats that cannot reach each other; trackers they can.
    cut: BTreeSet<(usize, usize)>,
    /// Credentials that members gave out for their relays and have not taken back.
    pub credentials: BTreeSet<String>,
    /// Ends that were made with a member's relay, and the credentials they use.
    pub relayed: BTreeMap<u64, String>,
    pub weather: Weather,
    pub islands: Vec<Island>,
    pub password: Option<String>,
    /// Trackers that take everything and pass nothing on.
    pub mute: BTreeSet<usize>,
    owner_key: Option<SigningKey>,
    /// What somebody on the way records of open connections: when, from which seat, how many bytes.
    pub wire: Vec<(Duration, usize, usize)>,
    /// Somebody in the middle of every connection takes out of what rooms say of themselves that
    /// they are Dayflies.
    pub strips_native: bool,
    /// What somebody in the middle reads on the channel that pages speak on, if asked to: from which
    /// seat to which, and what.
    pub spy: Option<Vec<(usize, usize, Vec<u8>)>>,
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("failed at {:?} with DAYFLY_SEED={}", self.mono, self.seed);
        }
    }
}

impl World {
    /// A world of one tracker and nobody.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            rng: ChaCha20Rng::seed_from_u64(seed),
            mono: secs(1_000),
            seats: Vec::new(),
            trackers: vec![Tracker::default()],
            ends: BTreeMap::new(),
            next_end: 0,
            due: BinaryHeap::new(),
            happenings: BTreeMap::new(),
            next_happening: 0,
            cut: BTreeSet::new(),
            credentials: BTreeSet::new(),
            relayed: BTreeMap::new(),
            weather: Weather::default(),
            islands: vec![Island::chitchatter()],
            password: None,
            mute: BTreeSet::new(),
            owner_key: None,
            wire: Vec::new(),
            strips_native: false,
            spy: None,
        }
    }

    pub fn now(&self) -> Now {
        Now {
            mono: self.mono,
            unix_ms: EPOCH_MS + u64::try_from(self.mono.as_millis()).unwrap(),
        }
    }

    pub fn add_tracker(&mut self) -> usize {
        self.trackers.push(Tracker::default());
        self.trackers.len() - 1
    }

    pub fn random(&mut self, below: u64) -> u64 {
        self.rng.next_u64() % below
    }

    fn between(&mut self, (least, more): (Duration, Duration)) -> Duration {
        let more = u64::try_from(more.as_micros()).unwrap();
        least + Duration::from_micros(self.random(more + 1))
    }

    pub fn invite(&self) -> WebInvite {
        let access = match &self.password {
            None => Access::Public,
            Some(password) => Access::Private {
                secret: SecretString::new(password.clone()),
            },
        };
        WebInvite::new(ROOM, access, self.islands.clone(), Vec::new()).expect("the invite is fine")
    }

    /// A room enters, with the identity of its seat's number.
    pub fn enter(&mut self, name: &str) -> usize {
        let seat = self.enter_unknown(name);
        let now = self.now();
        self.room(seat).handle_identity(now, identity(seat));
        self.carry_out(seat);
        seat
    }

    /// A room enters whose identity is still being made.
    pub fn enter_unknown(&mut self, name: &str) -> usize {
        let invite = self.invite();
        let room = self.new_room(Entry::Web(invite), name);
        self.sit(Node::Room(Box::new(room)))
    }

    /// A page enters under an id that begins with `prefix`, with the `who`th identity.
    pub fn open_page(&mut self, prefix: &str, name: &str, who: usize) -> usize {
        let invite = self.invite();
        let page = Page::new(
            invite,
            self.islands[0].clone(),
            prefix,
            name,
            identity(who),
            self.rng.next_u64(),
        );
        self.sit(Node::Page(Box::new(page)))
    }

    /// Opens a native room; whoever enters first by [`World::enter_native`] owns it.
    pub fn open_native(&mut self, options: RoomOptionsWire) -> NativeInvite {
        let (invite, key) = NativeInvite::create(&mut self.rng, options).expect("the options are fine");
        self.owner_key = Some(key);
        invite
    }

    /// A member enters a native room. In one with a password, `word` is what Argon2id made of it.
    pub fn enter_native(&mut self, invite: &NativeInvite, name: &str, word: Option<[u8; 32]>) -> usize {
        let config = NativeConfig {
            invite: invite.clone(),
            owner_key: self.owner_key.take(),
            password: word.map(SecretBytes::new),
            kept: None,
            adopted: None,
        };
        let room = self.new_room(Entry::Native(Box::new(config)), name);
        self.sit(Node::Room(Box::new(room)))
    }

    fn new_room(&mut self, entry: Entry, name: &str) -> Room {
        let backends = (0..self.trackers.len())
            .map(|n| Backend {
                id: BackendId(u16::try_from(n).unwrap()),
                kind: "tracker".into(),
                url: Some(format!("wss://tracker{n}.example")),
            })
            .collect();
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        Room::new(
            RoomConfig {
                entry,
                name: name.into(),
                backends,
            },
            self.now(),
            seed,
        )
    }

    fn sit(&mut self, node: Node) -> usize {
        let seat = Seat {
            node,
            dead: false,
            events: Vec::new(),
            links: BTreeMap::new(),
            spent: Spent::default(),
            resting: BTreeSet::new(),
        };
        self.seats.push(seat);
        let seat = self.seats.len() - 1;
        for tracker in 0..self.trackers.len() {
            if !self.trackers[tracker].down {
                self.meet_later(tracker, seat, MeetEvent::Up);
            }
        }
        self.carry_out(seat);
        seat
    }

    pub fn room(&mut self, seat: usize) -> &mut Room {
        match &mut self.seats[seat].node {
            Node::Room(room) => room,
            Node::Page(_) => panic!("seat {seat} is a page"),
        }
    }

    pub fn page(&mut self, seat: usize) -> &mut Page {
        match &mut self.seats[seat].node {
            Node::Page(page) => page,
            Node::Room(_) => panic!("seat {seat} is a room"),
        }
    }

    /// Does something to a room and carries out what it wants.
    pub fn with<T>(&mut self, seat: usize, act: impl FnOnce(&mut Room, Now) -> T) -> T {
        let now = self.now();
        let done = act(self.room(seat), now);
        self.carry_out(seat);
        done
    }

    /// Does something to a page and carries out what it wants.
    pub fn with_page<T>(&mut self, seat: usize, act: impl FnOnce(&mut Page, Now) -> T) -> T {
        let now = self.now();
        let done = act(self.page(seat), now);
        self.carry_out(seat);
        done
    }

    pub fn say(&mut self, seat: usize, text: &str) -> MessageId {
        self.with(seat, |room, now| room.say(now, text.into(), Default::default()))
            .expect("it can be said")
    }

    /// The peer vanishes without a word.
    pub fn kill(&mut self, seat: usize) {
        self.seats[seat].dead = true;
        for tracker in &mut self.trackers {
            for swarm in tracker.swarms.values_mut() {
                swarm.retain(|(_, other)| *other != seat);
            }
        }
        let ends: Vec<u64> = self.seats[seat].links.values().copied().collect();
        for end in ends {
            if let Some(other) = self.ends.get(&end).and_then(|end| end.other) {
                self.later(SILENT_AFTER, Happening::FallsSilent(other));
            }
        }
    }

    /// Two peers lose each other; trackers still reach both.
    pub fn part(&mut self, a: usize, b: usize) {
        self.cut.insert((a.min(b), a.max(b)));
        for end in self.between_seats(a, b) {
            self.later(SILENT_AFTER, Happening::FallsSilent(end));
        }
    }

    /// What connects two peers dies, as when a network forgets it; they still reach each other.
    pub fn dies(&mut self, a: usize, b: usize) {
        for end in self.between_seats(a, b) {
            self.ends.get_mut(&end).unwrap().dead = true;
            self.later(SILENT_AFTER, Happening::FallsSilent(end));
        }
    }

    /// They find each other again: what was under way arrives.
    pub fn heal(&mut self, a: usize, b: usize) {
        self.cut.remove(&(a.min(b), a.max(b)));
        for id in self.between_seats(a, b) {
            let Some(end) = self.ends.get_mut(&id) else {
                continue;
            };
            let stuck = std::mem::take(&mut end.stuck);
            if std::mem::take(&mut end.silent) {
                self.later(ms(1), Happening::Link(id, LinkEvent::Heard));
            }
            for (frame, native) in stuck {
                self.deliver(id, frame, native);
            }
        }
    }

    fn between_seats(&self, a: usize, b: usize) -> Vec<u64> {
        let joins = |end: &End| {
            let other = end.other.and_then(|other| self.ends.get(&other));
            other.is_some_and(|other| (end.seat, other.seat) == (a, b) || (end.seat, other.seat) == (b, a))
        };
        self.ends
            .iter()
            .filter(|(_, end)| joins(end))
            .map(|(id, _)| *id)
            .collect()
    }

    fn reach(&self, a: usize, b: usize) -> bool {
        !self.cut.contains(&(a.min(b), a.max(b))) && !self.seats[a].dead && !self.seats[b].dead
    }

    /// Whether what goes from one end of a connection arrives at the other: by itself, or through a
    /// relay whose credentials are still good.
    fn passes(&self, a: u64, b: u64) -> bool {
        let relayed = |end: &u64| {
            let username = self.relayed.get(end);
            username.is_some_and(|username| self.credentials.contains(username))
        };
        let (Some(one), Some(two)) = (self.ends.get(&a), self.ends.get(&b)) else {
            return false;
        };
        let alive = !self.seats[one.seat].dead && !self.seats[two.seat].dead;
        self.reach(one.seat, two.seat) || (alive && [a, b].iter().any(relayed))
    }

    pub fn set_tracker(&mut self, tracker: usize, up: bool) {
        self.trackers[tracker].down = !up;
        if !up {
            self.trackers[tracker].swarms.clear();
        }
        for seat in 0..self.seats.len() {
            let event = if up {
                MeetEvent::Up
            } else {
                MeetEvent::Waiting("It is tried again in 5 s.".into())
            };
            self.meet_later(tracker, seat, event);
        }
    }

    /// Announces a tracker has seen, and offers in them.
    pub fn announces(&self, tracker: usize) -> (usize, usize) {
        (self.trackers[tracker].announces, self.trackers[tracker].offers)
    }

    /// The greatest age at which an offer was announced.
    pub fn oldest_offer(&self, tracker: usize) -> Duration {
        self.trackers[tracker].oldest
    }

    fn later(&mut self, wait: Duration, what: Happening) {
        self.next_happening += 1;
        self.happenings.insert(self.next_happening, what);
        self.due.push(Reverse((self.mono + wait, self.next_happening)));
    }

    fn meet_later(&mut self, tracker: usize, seat: usize, event: MeetEvent) {
        let wait = self.between(self.weather.tracker_delay);
        let carries = matches!(event, MeetEvent::Offer { .. } | MeetEvent::Answer { .. });
        if carries && self.random(1_000) < self.weather.tracker_loss {
            return;
        }
        self.later(
            wait,
            Happening::Meet(seat, BackendId(u16::try_from(tracker).unwrap()), event),
        );
    }

    /// Runs for `time`.
    pub fn run(&mut self, time: Duration) {
        let end = self.mono + time;
        while self.step(end) {}
    }

    /// Runs until `done`, at most for `limit`; returns how long it took.
    pub fn until(
        &mut self,
        limit: Duration,
        what: &str,
        mut done: impl FnMut(&mut World) -> bool,
    ) -> Duration {
        let start = self.mono;
        while !done(self) {
            if !self.step(start + limit) {
                let seats: Vec<String> = (0..self.seats.len()).map(|seat| self.describe(seat)).collect();
                panic!("waited {limit:?} for: {what}\n{}", seats.join("\n"));
            }
        }
        self.mono - start
    }

    /// Does the next thing that is due before `end`; false if there is none, and it is `end` now.
    fn step(&mut self, end: Duration) -> bool {
        let happening = self.due.peek().map(|Reverse((at, _))| *at);
        let timeout = (0..self.seats.len())
            .filter(|seat| !self.seats[*seat].dead)
            .filter_map(|seat| Some((self.timeout_of(seat)?, seat)))
            .min();
        let first = happening.into_iter().chain(timeout.map(|(at, _)| at)).min();
        let Some(at) = first.filter(|at| *at <= end) else {
            self.mono = end;
            return false;
        };
        self.mono = self.mono.max(at);
        if happening == Some(at) {
            let Some(Reverse((_, id))) = self.due.pop() else {
                return false;
            };
            if let Some(what) = self.happenings.remove(&id) {
                self.happen(what);
            }
        } else if let Some((_, seat)) = timeout {
            let now = self.now();
            self.seats[seat].spent.wakes += 1;
            match &mut self.seats[seat].node {
                Node::Room(room) => room.handle_timeout(now),
                Node::Page(page) => page.handle_timeout(now),
            }
            self.carry_out(seat);
        }
        true
    }

    fn timeout_of(&self, seat: usize) -> Option<Duration> {
        match &self.seats[seat].node {
            Node::Room(room) => room.poll_timeout(),
            Node::Page(page) => page.poll_timeout(),
        }
    }

    fn happen(&mut self, what: Happening) {
        match what {
            Happening::Meet(seat, backend, event) => {
                let tracker = &self.trackers[usize::from(backend.0)];
                let news = matches!(event, MeetEvent::Waiting(_) | MeetEvent::Down(_));
                if self.seats[seat].dead || (tracker.down && !news) {
                    return;
                }
                if self.seats[seat].resting.contains(&usize::from(backend.0)) {
                    return;
                }
                self.seats[seat].spent.wakes += 1;
                let now = self.now();
                match &mut self.seats[seat].node {
                    Node::Room(room) => room.handle_meet(now, backend, event),
                    Node::Page(page) => page.handle_meet(now, backend, event),
                }
                self.carry_out(seat);
            }
            Happening::Link(end, event) => self.link_event(end, event),
            Happening::Announced {
                tracker,
                seat,
                topic,
                peer,
                offers,
            } => {
                self.announced(tracker, seat, topic, peer, offers);
            }
            Happening::Opens(id) => {
                let Some(end) = self.ends.get_mut(&id) else { return };
                if end.closed || end.open {
                    return;
                }
                end.open = true;
                let binding = self.binding(id);
                self.link_event(
                    id,
                    LinkEvent::Open {
                        via: Via::Direct,
                        binding,
                    },
                );
                // What came before it was open was kept by the transport.
                let stuck = self
                    .ends
                    .get_mut(&id)
                    .map(|end| std::mem::take(&mut end.stuck))
                    .unwrap_or_default();
                for (frame, native) in stuck {
                    self.deliver(id, frame, native);
                }
            }
            Happening::FallsSilent(id) => {
                let Some(end) = self.ends.get(&id) else { return };
                let Some(other) = end.other.filter(|other| self.ends.contains_key(other)) else {
                    return;
                };
                let passes = self.passes(id, other) && !end.dead;
                if !passes && end.open && !end.silent {
                    self.ends.get_mut(&id).unwrap().silent = true;
                    self.link_event(id, LinkEvent::Silent);
                }
            }
        }
    }

    fn link_event(&mut self, id: u64, event: LinkEvent) {
        let Some(end) = self.ends.get(&id) else { return };
        let (seat, link) = (end.seat, end.link);
        if self.seats[seat].dead || (end.closed && !matches!(event, LinkEvent::Closed { .. })) {
            return;
        }
        if !self.seats[seat].links.contains_key(&link) {
            return;
        }
        if matches!(event, LinkEvent::Closed { .. }) {
            self.seats[seat].links.remove(&link);
            self.ends.remove(&id);
        }
        self.seats[seat].spent.wakes += 1;
        let now = self.now();
        match &mut self.seats[seat].node {
            Node::Room(room) => room.handle_link(now, link, event),
            Node::Page(page) => page.handle_link(now, link, event),
        }
        self.carry_out(seat);
    }

    /// Brings a frame to an end, in order, or keeps it while the two cannot reach each other.
    fn deliver(&mut self, to: u64, frame: Vec<u8>, native: bool) {
        let wait = self.between(self.weather.delay);
        let Some(end) = self.ends.get(&to) else { return };
        let other = end.other.filter(|other| self.ends.contains_key(other));
        let reach = other.is_none_or(|other| self.passes(to, other)) && !end.dead;
        let at = (self.mono + wait).max(end.busy_until);
        let end = self.ends.get_mut(&to).unwrap();
        if !reach || !end.open {
            end.stuck.push((frame, native));
            return;
        }
        end.busy_until = at;
        let wait = at - self.mono;
        let event = if native {
            LinkEvent::NativeFrame(frame)
        } else {
            LinkEvent::Frame(frame)
        };
        self.later(wait, Happening::Link(to, event));
    }

    fn announced(
        &mut self,
        tracker: usize,
        seat: usize,
        topic: InfoHash,
        peer: PeerId,
        offers: Vec<SealedOffer>,
    ) {
        if self.trackers[tracker].down || self.seats[seat].dead || self.mute.contains(&tracker) {
            return;
        }
        self.trackers[tracker].announces += 1;
        self.trackers[tracker].offers += offers.len();
        for offer in &offers {
            let seen = *self.trackers[tracker]
                .first_seen
                .entry(offer.id.clone())
                .or_insert(self.mono);
            self.trackers[tracker].oldest = self.trackers[tracker].oldest.max(self.mono - seen);
        }
        let swarm = self.trackers[tracker].swarms.entry(topic).or_default();
        if !swarm.contains(&(peer, seat)) {
            swarm.push((peer, seat));
        }
        let mut others: Vec<usize> = swarm
            .iter()
            .filter(|(other, _)| *other != peer)
            .map(|(_, seat)| *seat)
            .collect();
        // Each offer reaches one other, chosen at random.
        for offer in offers {
            if others.is_empty() {
                break;
            }
            let at = usize::try_from(self.random(others.len() as u64)).unwrap();
            let to = others.swap_remove(at);
            let event = MeetEvent::Offer {
                topic,
                from: peer,
                offer_id: offer.id,
                sealed: offer.sealed,
            };
            self.meet_later(tracker, to, event);
        }
    }

    fn new_end(&mut self, seat: usize, link: LinkId) -> u64 {
        self.next_end += 1;
        let end = End {
            seat,
            link,
            other: None,
            open: false,
            closed: false,
            silent: false,
            busy_until: self.mono,
            stuck: Vec::new(),
            native: false,
            dead: false,
        };
        self.ends.insert(self.next_end, end);
        self.seats[seat].links.insert(link, self.next_end);
        self.next_end
    }

    fn carry_out(&mut self, seat: usize) {
        loop {
            let output = match &mut self.seats[seat].node {
                Node::Room(room) => room.poll(),
                Node::Page(page) => page.poll(),
            };
            let Some(output) = output else { return };
            self.output(seat, output);
        }
    }

    fn output(&mut self, seat: usize, output: Output) {
        self.spend(seat, &output);
        match output {
            Output::Offer { link } => {
                let end = self.new_end(seat, link);
                let wait = self.between(self.weather.gathering);
                self.later(
                    wait,
                    Happening::Link(
                        end,
                        LinkEvent::Described {
                            sdp: described(Setup::ActPass, end),
                        },
                    ),
                );
            }
            Output::Answer {
                link, offer, relays, ..
            } => {
                let end = self.new_end(seat, link);
                if let Some(relay) = relays.into_iter().next() {
                    self.relayed.insert(end, relay.username);
                }
                let offerer = end_in(Setup::ActPass, &offer);
                let Some(offerer) = offerer else {
                    self.later(
                        ms(1),
                        Happening::Link(
                            end,
                            LinkEvent::Closed {
                                reason: "Bad SDP.".into(),
                            },
                        ),
                    );
                    return;
                };
                self.ends.get_mut(&end).unwrap().other = Some(offerer);
                let wait = self.between(self.weather.gathering);
                self.later(
                    wait,
                    Happening::Link(
                        end,
                        LinkEvent::Described {
                            sdp: described(Setup::Active, end),
                        },
                    ),
                );
            }
            Output::Accept { link, answer } => self.accept(seat, link, &answer),
            Output::Renegotiate { link, offer } => {
                if let Some(end) = self.seats[seat].links.get(&link) {
                    let sdp = format!("answer to {offer}");
                    self.later(ms(1), Happening::Link(*end, LinkEvent::Renegotiated { sdp }));
                }
            }
            Output::Send { link, mut frame } => {
                let end = self.seats[seat]
                    .links
                    .get(&link)
                    .and_then(|end| self.ends.get(end));
                if let Some(other) = end.and_then(|end| end.other) {
                    if self.strips_native {
                        strip_native(&mut frame);
                    }
                    if let (Some(spy), Some(to)) = (&mut self.spy, self.ends.get(&other)) {
                        spy.push((seat, to.seat, frame.clone()));
                    }
                    self.wire.push((self.mono, seat, frame.len()));
                    self.deliver(other, frame, false);
                }
            }
            Output::OpenNative { link } => {
                let Some(id) = self.seats[seat].links.get(&link).copied() else {
                    return;
                };
                let end = self.ends.get_mut(&id).unwrap();
                end.native = true;
                let other = end
                    .other
                    .filter(|other| self.ends.get(other).is_some_and(|end| end.native));
                for end in other.into_iter().chain(other.map(|_| id)) {
                    self.later(ms(2), Happening::Link(end, LinkEvent::NativeOpen));
                }
            }
            Output::SendNative { link, frame } => {
                let end = self.seats[seat]
                    .links
                    .get(&link)
                    .and_then(|end| self.ends.get(end));
                if let Some(other) = end.and_then(|end| end.other) {
                    self.deliver(other, frame, true);
                }
            }
            Output::Close { link } => self.close(seat, link),
            Output::Announce {
                backend,
                topic,
                peer,
                offers,
            } => {
                let wait = self.between(self.weather.tracker_delay);
                let tracker = usize::from(backend.0);
                self.later(
                    wait,
                    Happening::Announced {
                        tracker,
                        seat,
                        topic,
                        peer,
                        offers,
                    },
                );
            }
            Output::Reply {
                backend,
                topic,
                peer,
                to,
                offer_id,
                sealed,
            } => {
                let tracker = usize::from(backend.0);
                let swarm = self.trackers[tracker].swarms.get(&topic);
                let to = swarm.and_then(|swarm| swarm.iter().find(|(other, _)| *other == to));
                if let Some((_, to)) = to.copied() {
                    self.meet_later(
                        tracker,
                        to,
                        MeetEvent::Answer {
                            topic,
                            from: peer,
                            offer_id,
                            sealed,
                        },
                    );
                }
            }
            Output::Withdraw { backend, topic, peer } => {
                let swarm = self.trackers[usize::from(backend.0)]
                    .swarms
                    .entry(topic)
                    .or_default();
                swarm.retain(|(other, _)| *other != peer);
            }
            Output::RelayGrant { username, .. } => {
                self.credentials.insert(username);
            }
            Output::RelayRevoke { username } => {
                self.credentials.remove(&username);
            }
            Output::ManualCode { .. } => {}
            Output::Rest { backend, resting } => {
                let tracker = usize::from(backend.0);
                if resting {
                    self.seats[seat].resting.insert(tracker);
                    for swarm in self.trackers[tracker].swarms.values_mut() {
                        swarm.retain(|(_, other)| *other != seat);
                    }
                } else if self.seats[seat].resting.remove(&tracker) && !self.trackers[tracker].down {
                    self.meet_later(tracker, seat, MeetEvent::Up);
                }
            }
            Output::Event(event) => self.seats[seat].events.push(event),
        }
    }

    /// Counts what an output costs. Every message has a head of 6 bytes (WebSocket) and a record of
    /// 22 (TLS), and an offer or answer the JSON around it.
    fn spend(&mut self, seat: usize, output: &Output) {
        const HEAD: usize = 28;
        let spent = &mut self.seats[seat].spent;
        match output {
            Output::Announce { offers, .. } => {
                let offers: usize = offers.iter().map(|offer| offer.sealed.len() + 120).sum();
                spent.bytes += HEAD + 160 + offers;
                spent.announces += 1;
            }
            Output::Reply { sealed, .. } => spent.bytes += HEAD + 240 + sealed.len(),
            Output::Withdraw { .. } => spent.bytes += HEAD + 160,
            Output::Send { frame, .. } | Output::SendNative { frame, .. } => {
                spent.bytes += HEAD + frame.len();
            }
            // A question or two to a STUN server.
            Output::Offer { .. } => {
                spent.bytes += 200;
                spent.links += 1;
            }
            // Checks, and a DTLS handshake with its certificates.
            Output::Answer { .. } | Output::Accept { .. } => {
                spent.bytes += 4_000;
                spent.links += 1;
            }
            _ => {}
        }
    }

    /// What a room cost since the last time this was asked.
    pub fn spent(&mut self, seat: usize) -> Spent {
        std::mem::take(&mut self.seats[seat].spent)
    }

    fn accept(&mut self, seat: usize, link: LinkId, answer: &str) {
        let Some(ours) = self.seats[seat].links.get(&link).copied() else {
            return;
        };
        let theirs = end_in(Setup::Active, answer);
        let fits = |theirs: &u64| {
            self.ends
                .get(theirs)
                .is_some_and(|end| end.other == Some(ours) && !end.closed)
        };
        let Some(theirs) = theirs.filter(fits) else { return };
        self.ends.get_mut(&ours).unwrap().other = Some(theirs);
        if !self.passes(ours, theirs) || self.random(1_000) < self.weather.never_opens {
            return;
        }
        for end in [ours, theirs] {
            let wait = self.between(self.weather.opening);
            self.later(wait, Happening::Opens(end));
        }
    }

    fn close(&mut self, seat: usize, link: LinkId) {
        let Some(id) = self.seats[seat].links.remove(&link) else {
            return;
        };
        let Some(end) = self.ends.get_mut(&id) else { return };
        end.closed = true;
        let Some(other) = end.other else { return };
        let Some(theirs) = self.ends.get(&other) else {
            return;
        };
        if theirs.other == Some(id) && theirs.open && !theirs.dead && self.passes(id, other) {
            // After what was sent before.
            let wait = theirs.busy_until.max(self.mono + ms(5)) - self.mono + ms(5);
            let reason = "The other side closed it.".into();
            self.later(wait, Happening::Link(other, LinkEvent::Closed { reason }));
        } else if theirs.open {
            self.later(SILENT_AFTER, Happening::FallsSilent(other));
        }
    }

    /// A certificate for each end; the end with the smaller number is the DTLS client.
    fn binding(&self, id: u64) -> Binding {
        let other = self.ends.get(&id).and_then(|end| end.other).unwrap_or_default();
        Binding {
            ours: certificate(id),
            theirs: certificate(other),
            dtls_client: id < other,
        }
    }

    /// Somebody who has no room, only connections: it answers nothing by itself.
    pub fn phantom(&mut self) -> usize {
        let seat = self.open_page("ph", "phantom", 0);
        self.kill(seat);
        seat
    }

    /// A signal from whoever is in the swarm reaches a room.
    pub fn signal(&mut self, seat: usize, event: MeetEvent) {
        self.later(ms(1), Happening::Meet(seat, BackendId(0), event));
    }

    /// A phantom's end of a connection to be, and its description.
    pub fn phantom_offer(&mut self, phantom: usize) -> String {
        let link = LinkId(1_000_000 + self.next_end);
        let end = self.new_end(phantom, link);
        described(Setup::ActPass, end)
    }

    /// Connections that answer a phantom's offers and are not open yet open now: their numbers and
    /// the phantom's, which are also what their certificates are made of.
    pub fn phantom_opens(&mut self, phantom: usize) -> Vec<(u64, u64)> {
        let of = |end: &u64| self.ends.get(end).is_some_and(|end| end.seat == phantom);
        let found: Vec<(u64, u64)> = self
            .ends
            .iter()
            .filter(|(_, end)| !end.open && !end.closed)
            .filter_map(|(id, end)| Some((*id, end.other.filter(of)?)))
            .collect();
        for (id, _) in &found {
            self.later(ms(0), Happening::Opens(*id));
        }
        found
    }

    /// A frame of a phantom's arrives at the other end.
    pub fn phantom_sends(&mut self, end: u64, frame: Vec<u8>) {
        self.later(ms(1), Happening::Link(end, LinkEvent::Frame(frame)));
    }

    /// Whether an end of a connection is still there.
    pub fn is_there(&self, end: u64) -> bool {
        self.ends.get(&end).is_some_and(|end| !end.closed)
    }

    /// How many frames wait at a phantom's end for somebody to read them.
    pub fn phantom_got(&self, end: u64) -> usize {
        self.ends.get(&end).map_or(0, |end| end.stuck.len())
    }

    /// Connections that are open on both sides of a pair.
    pub fn open_between(&self, a: usize, b: usize) -> usize {
        let open = |end: &u64| self.ends.get(end).is_some_and(|end| end.open && !end.closed);
        let both = |id: &&u64| open(id) && self.ends[id].other.is_some_and(|other| open(&other));
        let ends = self.between_seats(a, b);
        ends.iter().filter(both).count() / 2
    }

    /// A command that is taken.
    pub fn command(&mut self, seat: usize, command: Command) {
        self.with(seat, |room, now| room.command(now, command))
            .expect("the command is taken");
    }

    /// Something said about comparing codes that is taken.
    pub fn check(&mut self, seat: usize, command: CheckCommand) {
        self.with(seat, |room, now| room.check(now, command))
            .expect("it is taken");
    }

    /// Members enter a native room of `options` and meet; the first owns it.
    pub fn native_room(&mut self, count: usize, options: RoomOptionsWire) -> (NativeInvite, Vec<usize>) {
        let invite = self.open_native(options);
        let seats: Vec<usize> = (0..count)
            .map(|n| self.enter_native(&invite, &format!("member {n}"), None))
            .collect();
        self.meet(&seats, secs(30));
        (invite, seats)
    }

    /// All of `seats` show `text`, each once, within `limit`.
    pub fn all_show(&mut self, seats: &[usize], text: &str, limit: Duration) -> Duration {
        self.until(limit, text, |world| {
            seats
                .iter()
                .all(|seat| world.texts(*seat).iter().filter(|said| *said == text).count() == 1)
        })
    }

    /// The row that `seat` shows under `name`.
    pub fn row(&mut self, seat: usize, name: &str) -> Member {
        let members = self.room(seat).snapshot().members;
        let mut named = members.into_iter().filter(|member| member.name == name);
        named.next().expect("somebody has that name")
    }

    // What tests look at.

    /// Every event a room has told so far.
    pub fn events(&self, seat: usize) -> &[Event] {
        &self.seats[seat].events
    }

    /// Forgets the events told so far.
    pub fn forget_events(&mut self, seat: usize) {
        self.seats[seat].events.clear();
    }

    pub fn messages(&mut self, seat: usize) -> Vec<Message> {
        self.room(seat).snapshot().messages
    }

    /// The texts a room shows, oldest first.
    pub fn texts(&mut self, seat: usize) -> Vec<String> {
        self.messages(seat)
            .into_iter()
            .map(|message| message.text)
            .collect()
    }

    /// Every text a room was ever told, whether it is over since or not.
    pub fn heard(&self, seat: usize) -> Vec<String> {
        let told = self.seats[seat].events.iter().filter_map(|event| match event {
            Event::Message { message } => Some(message.text.clone()),
            _ => None,
        });
        told.collect()
    }

    /// The names of a room's members, sorted.
    pub fn names(&mut self, seat: usize) -> Vec<String> {
        let mut names: Vec<String> = self
            .room(seat)
            .snapshot()
            .members
            .into_iter()
            .map(|member| member.name)
            .collect();
        names.sort();
        names
    }

    pub fn notices(&self, seat: usize, code: NoticeCode) -> usize {
        let is = |event: &&Event| matches!(event, Event::Notice { code: other, .. } if *other == code);
        self.seats[seat].events.iter().filter(is).count()
    }

    fn describe(&mut self, seat: usize) -> String {
        match &self.seats[seat].node {
            Node::Room(room) => {
                let snapshot = room.snapshot();
                let names: Vec<String> = snapshot.members.into_iter().map(|member| member.name).collect();
                format!("{seat} room {}: {names:?} {:?}", snapshot.me.name, room.stats())
            }
            Node::Page(page) => {
                let names: Vec<String> = page.shown().into_iter().map(|(_, told)| told.name).collect();
                format!("{seat} page {}: {names:?}", page.name)
            }
        }
    }

    /// Open connections of a seat.
    pub fn open_links(&self, seat: usize) -> usize {
        self.seats[seat]
            .links
            .values()
            .filter(|end| self.ends.get(end).is_some_and(|end| end.open))
            .count()
    }

    /// Connections of a seat in any state: each costs a socket.
    pub fn all_links(&self, seat: usize) -> usize {
        self.seats[seat].links.len()
    }

    /// Whether every pair of `seats` shows each other.
    pub fn all_met(&mut self, seats: &[usize]) -> bool {
        seats.iter().all(|seat| match &self.seats[*seat].node {
            Node::Room(room) => room.snapshot().members.len() == seats.len() - 1,
            Node::Page(page) => page.shown().len() == seats.len() - 1,
        })
    }

    /// The rooms and pages of `seats` all show each other, within `limit`.
    pub fn meet(&mut self, seats: &[usize], limit: Duration) -> Duration {
        self.until(limit, "everybody to have met", |world| world.all_met(seats))
    }
}

/// The certificate of an end of a connection.
pub fn certificate(end: u64) -> [u8; 32] {
    let mut print = [0; 32];
    print[..8].copy_from_slice(&end.to_be_bytes());
    print
}

/// Renames the field, which leaves the frame as long as it was.
fn strip_native(frame: &mut [u8]) {
    const FIELD: &[u8] = br#""dayfly":"#;
    let at = frame.windows(FIELD.len()).position(|bytes| bytes == FIELD);
    if let Some(at) = at {
        frame[at + 1] = b'x';
    }
}
