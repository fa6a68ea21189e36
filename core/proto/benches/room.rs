//! Figures of a native room of ten: what a message costs the room as a whole, and what a member
//! costs in memory.
//!
//! `cargo bench -p dayfly-proto --bench room` prints one JSON object a line. Ten rooms of the pure
//! core are driven by one thread, over connections that bring everything at once: sealing for the
//! room, sealing for nine sessions, opening, checking and keeping are in the figures, sockets are
//! not. Memory is what the system says the process holds (Linux only), divided among many members
//! that have met and said nothing.

use dayfly_proto::crypto::SigningKey;
use dayfly_proto::description::{Description, Setup};
use dayfly_proto::id::{BackendId, LinkId};
use dayfly_proto::invite::native::{NativeInvite, RoomOptionsWire};
use dayfly_proto::room::{
    Backend, Binding, Entry, Event, LinkEvent, MeetEvent, NativeConfig, Output, Room, RoomConfig, SayOptions,
    Via,
};
use dayfly_proto::secret::SecretString;
use dayfly_proto::timer::Now;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

const MEMBERS: usize = 10;
/// More than new keys are due after, so that those are in the figure.
const MESSAGES: usize = 1_000;
/// Rooms of ten that are held at once to see what a member holds.
const ROOMS: usize = 12;
const TRACKER: BackendId = BackendId(0);

fn main() {
    // Cargo says so when it measures. A test runner that asks for a list of tests gets none.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    // First, while nothing that was freed can be taken again unseen.
    memory();
    let runs: Vec<(f64, usize)> = (0..5).map(|run| talk(run + 1)).collect();
    let mut seconds: Vec<f64> = runs.iter().map(|(seconds, _)| *seconds).collect();
    seconds.sort_by(f64::total_cmp);
    let middle = seconds[seconds.len() / 2];
    let each = middle / MESSAGES as f64;
    println!(
        r#"{{"bench":"room_of_ten","messages":{MESSAGES},"messages_per_s":{:.0},"us_per_message":{:.0},"us_per_member_and_message":{:.1},"bytes_per_message":{}}}"#,
        1.0 / each,
        each * 1e6,
        each * 1e6 / MEMBERS as f64,
        runs[0].1 / MESSAGES
    );
}

/// How long [`MESSAGES`] take from the first word until all have shown all, and how many bytes
/// went over the connections for them.
fn talk(seed: u8) -> (f64, usize) {
    let mut net = Net::of_ten(seed);
    for shown in &mut net.shown {
        *shown = 0;
    }
    net.bytes = 0;
    let text = "x".repeat(100);
    let mut spent = Duration::ZERO;
    for n in 0..MESSAGES {
        let start = Instant::now();
        let now = net.now;
        net.rooms[n % MEMBERS]
            .say(now, text.clone(), SayOptions::default())
            .expect("it can be said");
        net.settle();
        spent += start.elapsed();
        // Nobody says more than people do; that time passes is not measured.
        net.pass(Duration::from_millis(150));
    }
    net.pass(Duration::from_secs(2));
    assert!(
        net.shown.iter().all(|shown| *shown == MESSAGES),
        "everything is shown once: {:?}",
        net.shown
    );
    (spent.as_secs_f64(), net.bytes)
}

fn memory() {
    let Some(before) = resident() else { return };
    let nets: Vec<Net> = (0..ROOMS).map(|n| Net::of_ten(100 + n as u8)).collect();
    let Some(after) = resident() else { return };
    let members = nets.len() * MEMBERS;
    println!(
        r#"{{"bench":"memory_per_member","rooms":{ROOMS},"members":{members},"bytes":{}}}"#,
        after.saturating_sub(before) / members
    );
}

/// Bytes of memory that the process holds, where the system tells.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

/// An end of a connection: whose, and its number there.
type End = (usize, LinkId);

/// Rooms and a tracker that know no delay.
struct Net {
    rooms: Vec<Room>,
    now: Now,
    other: BTreeMap<End, End>,
    swarm: BTreeMap<String, VecDeque<usize>>,
    /// Messages that each has shown.
    shown: Vec<usize>,
    bytes: usize,
}

impl Net {
    fn of_ten(seed: u8) -> Self {
        let mut rng = ChaCha20Rng::from_seed([seed; 32]);
        let now = Now {
            mono: Duration::from_secs(1_000),
            unix_ms: 1_790_000_000_000,
        };
        let (invite, key) =
            NativeInvite::create(&mut rng, RoomOptionsWire::default()).expect("the options are fine");
        let mut net = Self {
            rooms: Vec::new(),
            now,
            other: BTreeMap::new(),
            swarm: BTreeMap::new(),
            shown: vec![0; MEMBERS],
            bytes: 0,
        };
        let mut owner: Option<SigningKey> = Some(key);
        for n in 0..MEMBERS {
            let config = RoomConfig {
                entry: Entry::Native(Box::new(NativeConfig {
                    invite: invite.clone(),
                    owner_key: owner.take(),
                    password: None,
                    kept: None,
                    adopted: None,
                })),
                name: format!("member {n}"),
                backends: vec![Backend {
                    id: TRACKER,
                    kind: "tracker".into(),
                    url: None,
                }],
            };
            let mut own = [seed; 32];
            own[1] = n as u8;
            net.rooms.push(Room::new(config, now, own));
            net.rooms[n].handle_meet(now, TRACKER, MeetEvent::Up);
        }
        for _ in 0..600 {
            let all = net.rooms.iter();
            if all.map(|room| room.snapshot().members.len()).min() == Some(MEMBERS - 1) {
                break;
            }
            net.pass(Duration::from_millis(200));
        }
        // What they tell each other first, and connections that were one too many.
        net.pass(Duration::from_secs(5));
        for room in &net.rooms {
            assert_eq!(room.snapshot().members.len(), MEMBERS - 1, "all have met");
        }
        net
    }

    /// Time passes for everybody.
    fn pass(&mut self, time: Duration) {
        let end = self.now.mono + time;
        self.settle();
        loop {
            let next = (0..self.rooms.len()).filter_map(|n| Some((self.rooms[n].poll_timeout()?, n)));
            let Some((at, n)) = next.min().filter(|(at, _)| *at <= end) else {
                break;
            };
            self.turn_to(at);
            let now = self.now;
            self.rooms[n].handle_timeout(now);
            self.settle();
        }
        self.turn_to(end);
    }

    fn turn_to(&mut self, at: Duration) {
        let passed = at.saturating_sub(self.now.mono);
        self.now.mono += passed;
        self.now.unix_ms += passed.as_millis() as u64;
    }

    /// Carries out what rooms want until none wants anything.
    fn settle(&mut self) {
        loop {
            let mut idle = true;
            for n in 0..self.rooms.len() {
                while let Some(output) = self.rooms[n].poll() {
                    idle = false;
                    self.carry_out(n, output);
                }
            }
            if idle {
                return;
            }
        }
    }

    fn link(&mut self, (n, link): End, event: LinkEvent) {
        let now = self.now;
        self.rooms[n].handle_link(now, link, event);
    }

    fn carry_out(&mut self, n: usize, output: Output) {
        match output {
            Output::Offer { link } => {
                let sdp = described(Setup::ActPass, (n, link));
                self.link((n, link), LinkEvent::Described { sdp });
            }
            Output::Answer { link, offer, .. } => {
                self.other.insert((n, link), end_of(&offer));
                let sdp = described(Setup::Active, (n, link));
                self.link((n, link), LinkEvent::Described { sdp });
            }
            Output::Accept { link, answer } => {
                let theirs = end_of(&answer);
                // The other side may have given up meanwhile.
                if self.other.get(&theirs) != Some(&(n, link)) {
                    return;
                }
                self.other.insert((n, link), theirs);
                for end in [(n, link), theirs] {
                    let binding = self.binding(end);
                    let via = Via::Direct;
                    self.link(end, LinkEvent::Open { via, binding });
                }
            }
            Output::Send { link, frame } => {
                self.bytes += frame.len();
                if let Some(other) = self.other.get(&(n, link)).copied() {
                    self.link(other, LinkEvent::Frame(frame));
                }
            }
            Output::Close { link } => {
                let Some(other) = self.other.remove(&(n, link)) else {
                    return;
                };
                if self.other.get(&other) == Some(&(n, link)) {
                    self.other.remove(&other);
                    let reason = "The other side closed it.".into();
                    self.link(other, LinkEvent::Closed { reason });
                }
            }
            Output::Announce {
                topic, peer, offers, ..
            } => {
                let swarm = self.swarm.entry(topic.as_str().to_owned()).or_default();
                if !swarm.contains(&n) {
                    swarm.push_back(n);
                }
                for offer in offers {
                    // Each to the next in turn, as a tracker spreads them.
                    let Some(swarm) = self.swarm.get_mut(topic.as_str()) else {
                        return;
                    };
                    swarm.rotate_left(1);
                    let Some(to) = swarm.iter().copied().find(|to| *to != n) else {
                        return;
                    };
                    let event = MeetEvent::Offer {
                        topic,
                        from: peer,
                        offer_id: offer.id,
                        sealed: offer.sealed,
                    };
                    let now = self.now;
                    self.rooms[to].handle_meet(now, TRACKER, event);
                }
            }
            Output::Reply {
                topic,
                peer,
                offer_id,
                sealed,
                ..
            } => {
                // Whose offer it answers shows by its number.
                let now = self.now;
                for room in self.rooms.iter_mut() {
                    let event = MeetEvent::Answer {
                        topic,
                        from: peer,
                        offer_id: offer_id.clone(),
                        sealed: sealed.clone(),
                    };
                    room.handle_meet(now, TRACKER, event);
                }
            }
            Output::Event(Event::Message { .. }) => self.shown[n] += 1,
            Output::Event(_)
            | Output::Withdraw { .. }
            | Output::RelayGrant { .. }
            | Output::RelayRevoke { .. }
            | Output::ManualCode { .. }
            | Output::Renegotiate { .. }
            | Output::OpenNative { .. }
            | Output::SendNative { .. }
            | Output::Rest { .. } => {}
        }
    }

    fn binding(&self, end: End) -> Binding {
        let other = self.other.get(&end).copied().unwrap_or(end);
        Binding {
            ours: certificate(end),
            theirs: certificate(other),
            dtls_client: end < other,
        }
    }
}

fn certificate((n, link): End) -> [u8; 32] {
    let mut print = [0; 32];
    print[0] = n as u8;
    print[1..9].copy_from_slice(&link.0.to_be_bytes());
    print
}

fn described(setup: Setup, end: End) -> String {
    let description = Description {
        ufrag: SecretString::new("ufrag".into()),
        pwd: SecretString::new("password".repeat(3)),
        fingerprint: certificate(end),
        setup,
        candidates: Vec::new(),
    };
    description.to_sdp()
}

/// The end whose number is in the place of a certificate's hash.
fn end_of(sdp: &str) -> End {
    let print = Description::from_sdp(sdp)
        .expect("descriptions are made here")
        .fingerprint;
    let link = print[1..9].try_into().expect("eight bytes");
    (usize::from(print[0]), LinkId(u64::from_be_bytes(link)))
}
