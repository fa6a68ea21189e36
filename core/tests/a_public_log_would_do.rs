//! The trait of places to meet would carry one that nobody runs for us: an append-only public log
//! (a chain, say) on which each write costs and is readable half a minute later. Two rooms of the
//! real state machine meet by it through the unchanged trait, over connections that are only
//! passed on here, in virtual time. It counts what that takes; the figures are in ARCHITECTURE.md.
//!
//! 1. An announce with offers is written once, and again after ten minutes: offers go stale after
//!    80 s, so that only who reads at once can take one, and who comes writes at once.
//! 2. Each reader takes the offer of a record whose number is its own place among the peers of
//!    the swarm, and writes the answer.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use dayfly_core::proto::description::{Description, Setup};
use dayfly_core::proto::id::{BackendId, LinkId, PeerId};
use dayfly_core::proto::invite::native::{NativeInvite, RoomOptionsWire};
use dayfly_core::proto::room::{
    Backend, Binding, Entry, LinkEvent, MeetEvent, NativeConfig, Output, Room, RoomConfig, SealedOffer, Via,
};
use dayfly_core::proto::secret::SecretString;
use dayfly_core::proto::timer::Now;
use dayfly_core::proto::wire::web::topic::InfoHash;
use dayfly_core::rendezvous::{MeetSink, Rendezvous};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;

/// From a write to when it can be read.
const LATENCY: Duration = Duration::from_secs(30);
/// Between two records of one peer in one swarm.
const AGAIN_AFTER: Duration = Duration::from_secs(600);
const STEP: Duration = Duration::from_millis(250);
/// The middle of an hour, so that no topic changes meanwhile.
const START_MS: u64 = 1_800_001_800_000;

#[derive(Clone)]
enum Entered {
    Offers(InfoHash, PeerId, Vec<SealedOffer>),
    Answer {
        topic: InfoHash,
        from: PeerId,
        to: PeerId,
        offer_id: String,
        sealed: String,
    },
}

/// The log that everybody reads.
#[derive(Default)]
struct PublicLog {
    now: Duration,
    entries: Vec<(Duration, Entered)>,
    bytes: u64,
}

impl PublicLog {
    fn write(&mut self, entry: Entered, bytes: usize) {
        self.entries.push((self.now, entry));
        self.bytes += bytes as u64;
    }
}

/// One room's view of the log: a place to meet like any other.
struct OnLog {
    log: Arc<Mutex<PublicLog>>,
    sink: MeetSink,
    read: usize,
    wrote: BTreeMap<(InfoHash, PeerId), Duration>,
    peers: BTreeMap<InfoHash, BTreeSet<PeerId>>,
    sent: u64,
}

impl Rendezvous for OnLog {
    fn announce(&mut self, topic: InfoHash, peer: PeerId, offers: Vec<SealedOffer>) {
        self.peers.entry(topic).or_default().insert(peer);
        let mut log = self.log.lock().unwrap();
        let now = log.now;
        let recent = self
            .wrote
            .get(&(topic, peer))
            .is_some_and(|at| now < *at + AGAIN_AFTER);
        if offers.is_empty() || recent {
            return;
        }
        self.wrote.insert((topic, peer), now);
        let bytes = 40 + offers.iter().map(|o| o.id.len() + o.sealed.len()).sum::<usize>();
        self.sent += bytes as u64;
        log.write(Entered::Offers(topic, peer, offers), bytes);
    }

    fn reply(&mut self, topic: InfoHash, peer: PeerId, to: PeerId, offer_id: String, sealed: String) {
        let bytes = 60 + offer_id.len() + sealed.len();
        self.sent += bytes as u64;
        let answer = Entered::Answer {
            topic,
            from: peer,
            to,
            offer_id,
            sealed,
        };
        self.log.lock().unwrap().write(answer, bytes);
    }

    fn withdraw(&mut self, topic: InfoHash, _: PeerId) {
        self.peers.remove(&topic);
    }

    fn network_changed(&mut self) {}

    fn rest(&mut self, _: bool) {}

    fn bytes_sent(&self) -> u64 {
        self.sent
    }
}

impl OnLog {
    /// Reads on, as far as can be read.
    fn read_on(&mut self) {
        let new: Vec<Entered> = {
            let log = self.log.lock().unwrap();
            let readable = log.entries[self.read..].iter();
            readable
                .take_while(|(at, _)| *at + LATENCY <= log.now)
                .map(|(_, entry)| entry.clone())
                .collect()
        };
        self.read += new.len();
        for entry in new {
            if let Some(event) = self.event(entry) {
                self.sink
                    .try_send((BackendId(0), event))
                    .expect("the room reads on");
            }
        }
    }

    fn event(&mut self, entry: Entered) -> Option<MeetEvent> {
        match entry {
            Entered::Offers(topic, from, offers) => {
                let known = self.peers.get_mut(&topic)?;
                let me = self
                    .wrote
                    .keys()
                    .find(|(swarm, _)| *swarm == topic)
                    .map(|(_, me)| *me)?;
                if from == me {
                    return None;
                }
                known.insert(from);
                let place = known
                    .iter()
                    .filter(|peer| **peer != from)
                    .position(|peer| *peer == me)?;
                let offer = offers.get(place % offers.len())?.clone();
                Some(MeetEvent::Offer {
                    topic,
                    from,
                    offer_id: offer.id,
                    sealed: offer.sealed,
                })
            }
            Entered::Answer {
                topic,
                from,
                to,
                offer_id,
                sealed,
            } => {
                let mine = self.wrote.keys().any(|(swarm, me)| *swarm == topic && *me == to);
                mine.then_some(MeetEvent::Answer {
                    topic,
                    from,
                    offer_id,
                    sealed,
                })
            }
        }
    }
}

/// A room, its place to meet, and what connections it has to whom.
struct Seat {
    room: Room,
    place: OnLog,
    reports: mpsc::Receiver<(BackendId, MeetEvent)>,
    /// The other end of each open connection: whose, and which of its.
    wires: BTreeMap<LinkId, (usize, LinkId)>,
}

/// A description of an end: whose it is stands in its fingerprint.
fn sdp(seat: usize, link: LinkId, setup: Setup) -> String {
    let description = Description {
        ufrag: SecretString::new("abcd".into()),
        pwd: SecretString::new("abcdefghijklmnopqrstuv".into()),
        fingerprint: certificate(seat, link),
        setup,
        candidates: Vec::new(),
    };
    description.to_sdp()
}

/// Whose end is described.
fn end(sdp: &str) -> (usize, LinkId) {
    let print = Description::from_sdp(sdp).expect("made here").fingerprint;
    let (link, seat) = print.split_first_chunk().expect("32 bytes are more than 8");
    (usize::from(seat[0]), LinkId(u64::from_be_bytes(*link)))
}

fn certificate(seat: usize, link: LinkId) -> [u8; 32] {
    let mut print = [seat as u8; 32];
    print[..8].copy_from_slice(&link.0.to_be_bytes());
    print
}

struct World {
    log: Arc<Mutex<PublicLog>>,
    seats: Vec<Seat>,
}

impl World {
    fn now(&self) -> Now {
        let mono = self.log.lock().unwrap().now;
        Now {
            mono,
            unix_ms: START_MS + u64::try_from(mono.as_millis()).unwrap(),
        }
    }

    fn enter(&mut self, config: NativeConfig, name: &str) {
        let (sink, reports) = mpsc::channel(256);
        let backend = Backend {
            id: BackendId(0),
            kind: "log".into(),
            url: None,
        };
        let config = RoomConfig {
            entry: Entry::Native(Box::new(config)),
            name: name.into(),
            backends: vec![backend],
        };
        let seed = [self.seats.len() as u8 + 1; 32];
        let read = self.log.lock().unwrap().entries.len();
        for event in [MeetEvent::Delay(LATENCY), MeetEvent::Up] {
            sink.try_send((BackendId(0), event)).expect("room");
        }
        self.seats.push(Seat {
            room: Room::new(config, self.now(), seed),
            place: OnLog {
                log: Arc::clone(&self.log),
                sink,
                read,
                wrote: BTreeMap::new(),
                peers: BTreeMap::new(),
                sent: 0,
            },
            reports,
            wires: BTreeMap::new(),
        });
    }

    /// Everything that is due, then a step of time.
    fn step(&mut self) {
        let now = self.now();
        for at in 0..self.seats.len() {
            let seat = &mut self.seats[at];
            seat.place.read_on();
            while let Ok((backend, event)) = seat.reports.try_recv() {
                seat.room.handle_meet(now, backend, event);
            }
            if seat.room.poll_timeout().is_some_and(|due| due <= now.mono) {
                seat.room.handle_timeout(now);
            }
        }
        let mut moved = true;
        while std::mem::take(&mut moved) {
            for at in 0..self.seats.len() {
                while let Some(output) = self.seats[at].room.poll() {
                    moved = true;
                    self.carry_out(now, at, output);
                }
            }
        }
        self.log.lock().unwrap().now += STEP;
    }

    fn carry_out(&mut self, now: Now, at: usize, output: Output) {
        let seat = &mut self.seats[at];
        match output {
            Output::Announce {
                topic, peer, offers, ..
            } => seat.place.announce(topic, peer, offers),
            Output::Reply {
                topic,
                peer,
                to,
                offer_id,
                sealed,
                ..
            } => seat.place.reply(topic, peer, to, offer_id, sealed),
            Output::Withdraw { topic, peer, .. } => seat.place.withdraw(topic, peer),
            Output::Offer { link } => {
                let sdp = sdp(at, link, Setup::ActPass);
                seat.room.handle_link(now, link, LinkEvent::Described { sdp });
            }
            Output::Answer { link, .. } => {
                let sdp = sdp(at, link, Setup::Active);
                seat.room.handle_link(now, link, LinkEvent::Described { sdp });
            }
            Output::Accept { link, answer } => {
                let (other, theirs) = end(&answer);
                for (me, mine, you, yours) in [(at, link, other, theirs), (other, theirs, at, link)] {
                    self.seats[me].wires.insert(mine, (you, yours));
                    let binding = Binding {
                        ours: certificate(me, mine),
                        theirs: certificate(you, yours),
                        dtls_client: me == other,
                    };
                    let via = Via::Direct;
                    self.seats[me]
                        .room
                        .handle_link(now, mine, LinkEvent::Open { via, binding });
                }
            }
            Output::Send { link, frame } => {
                if let Some((other, theirs)) = seat.wires.get(&link).copied() {
                    let room = &mut self.seats[other].room;
                    room.handle_link(now, theirs, LinkEvent::Frame(frame));
                }
            }
            Output::Close { link } => {
                if let Some((other, theirs)) = seat.wires.remove(&link) {
                    self.seats[other].wires.remove(&theirs);
                    let reason = "closed".into();
                    self.seats[other]
                        .room
                        .handle_link(now, theirs, LinkEvent::Closed { reason });
                }
            }
            _ => {}
        }
    }

    fn run_until(&mut self, limit: Duration, mut done: impl FnMut(&Self) -> bool) -> Option<Duration> {
        let start = self.now().mono;
        while self.now().mono < start + limit {
            if done(self) {
                return Some(self.now().mono - start);
            }
            self.step();
        }
        None
    }

    fn written(&self) -> (usize, u64) {
        let log = self.log.lock().unwrap();
        (log.entries.len(), log.bytes)
    }
}

fn all_met(world: &World) -> bool {
    let others = world.seats.len() - 1;
    world
        .seats
        .iter()
        .all(|seat| seat.room.snapshot().members.len() == others)
}

#[test]
fn rooms_meet_by_it_and_this_is_what_it_costs() {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let (invite, key) = NativeInvite::create(&mut rng, RoomOptionsWire::default()).expect("options");
    let config = |owner_key| NativeConfig {
        invite: invite.clone(),
        owner_key,
        password: None,
        kept: None,
        adopted: None,
    };
    let mut world = World {
        log: Arc::default(),
        seats: Vec::new(),
    };
    world.enter(config(Some(key)), "Ada");
    assert_eq!(world.run_until(Duration::from_secs(200), |_| false), None);
    let before = world.written();
    world.enter(config(None), "Bo");
    let took = world
        .run_until(Duration::from_secs(300), all_met)
        .expect("they meet within five minutes");
    let after = world.written();
    let (writes, bytes) = (after.0 - before.0, after.1 - before.1);
    println!("two meet after {took:?}: {writes} writes of {bytes} bytes");
    assert!(took >= 2 * LATENCY && took <= 3 * LATENCY, "{took:?}");
    assert!((2..=4).contains(&writes), "{writes}");

    let before = world.written();
    assert_eq!(world.run_until(Duration::from_secs(3_000), |_| false), None);
    assert!(all_met(&world), "and stay together");
    let after = world.written();
    let (writes, bytes) = (after.0 - before.0, after.1 - before.1);
    let (an_hour, bytes) = (writes as f64 * 1.2 / 2.0, bytes as f64 * 1.2 / 2.0);
    println!("an hour costs each of two {an_hour} writes of {bytes} bytes together");
    assert!(an_hour <= 12.0, "{an_hour}");
}
