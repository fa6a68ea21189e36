//! libdatachannel beside our link: opening, round trip and throughput over loopback, two peer
//! connections in one process, as `core/benches/link.rs` measures them.
//!
//! `cargo run --release -- [open|rtt|throughput]…` prints one JSON object a line.

use datachannel::{
    DataChannelHandler, DataChannelInfo, GatheringState, PeerConnectionHandler, RtcConfig, RtcDataChannel,
    RtcPeerConnection, SdpType, SessionDescription,
};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

enum Event {
    Gathered,
    Open,
    Message(usize),
    Channel(Box<RtcDataChannel<Channel>>),
}

struct Channel(Sender<Event>);

impl DataChannelHandler for Channel {
    fn on_open(&mut self) {
        let _ = self.0.send(Event::Open);
    }

    fn on_message(&mut self, message: &[u8]) {
        let _ = self.0.send(Event::Message(message.len()));
    }
}

struct Connection(Sender<Event>);

impl PeerConnectionHandler for Connection {
    type DCH = Channel;

    fn data_channel_handler(&mut self, _: DataChannelInfo) -> Channel {
        Channel(self.0.clone())
    }

    fn on_gathering_state_change(&mut self, state: GatheringState) {
        if matches!(state, GatheringState::Complete) {
            let _ = self.0.send(Event::Gathered);
        }
    }

    fn on_data_channel(&mut self, channel: Box<RtcDataChannel<Channel>>) {
        let _ = self.0.send(Event::Channel(channel));
    }
}

struct Peer {
    connection: Box<RtcPeerConnection<Connection>>,
    events: Receiver<Event>,
    sender: Sender<Event>,
}

impl Peer {
    fn new() -> Self {
        let (sender, events) = channel();
        let servers: Vec<String> = Vec::new();
        let config = RtcConfig::new(&servers)
            .bind_address(&"127.0.0.1")
            .max_message_size(262_144)
            .disable_auto_negotiation();
        let connection = RtcPeerConnection::new(&config, Connection(sender.clone()));
        Self {
            connection: connection.expect("a connection"),
            events,
            sender,
        }
    }

    fn describe(&mut self, kind: SdpType) -> SessionDescription {
        self.connection
            .set_local_description(kind)
            .expect("a description");
        self.until(|event| matches!(event, Event::Gathered).then_some(()));
        self.connection.local_description().expect("a description")
    }

    fn until<T>(&self, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
        loop {
            let event = self.events.recv_timeout(Duration::from_secs(30));
            if let Some(found) = wanted(event.expect("an event in time")) {
                return found;
            }
        }
    }

    fn message(&self) -> usize {
        self.until(|event| match event {
            Event::Message(length) => Some(length),
            _ => None,
        })
    }
}

type Ends = (Peer, Box<RtcDataChannel<Channel>>);

fn connected() -> (Ends, Ends) {
    let (mut a, mut b) = (Peer::new(), Peer::new());
    let channel = a
        .connection
        .create_data_channel("data", Channel(a.sender.clone()))
        .expect("a channel");
    let offer = a.describe(SdpType::Offer);
    b.connection.set_remote_description(&offer).expect("taken");
    let answer = b.describe(SdpType::Answer);
    a.connection.set_remote_description(&answer).expect("taken");
    a.until(|event| matches!(event, Event::Open).then_some(()));
    let theirs = b.until(|event| match event {
        Event::Channel(channel) => Some(channel),
        _ => None,
    });
    ((a, channel), (b, theirs))
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    if wants("open") {
        open(20);
    }
    if wants("rtt") {
        round_trip(5_000);
    }
    if wants("throughput") {
        throughput(1_000_000_000, 64 * 1024);
    }
    // Its threads outlive main otherwise.
    std::process::exit(0);
}

fn open(times: usize) {
    let mut all = Vec::new();
    for _ in 0..times {
        let start = Instant::now();
        let ends = connected();
        all.push(start.elapsed().as_secs_f64() * 1e3);
        drop(ends);
    }
    all.sort_by(f64::total_cmp);
    let (p50, worst) = (all[times / 2], all[times - 1]);
    println!(
        r#"{{"peer":"libdatachannel","bench":"open","n":{times},"p50_ms":{p50:.1},"worst_ms":{worst:.1}}}"#
    );
}

fn round_trip(times: usize) {
    let ((a, mut to_b), (b, mut to_a)) = connected();
    let echo = std::thread::spawn(move || {
        for _ in 0..times {
            let length = b.message();
            to_a.send(&vec![7; length]).expect("sent");
        }
        (b, to_a)
    });
    let mut all = Vec::new();
    for _ in 0..times {
        let start = Instant::now();
        to_b.send(&[7; 64]).expect("sent");
        a.message();
        all.push(start.elapsed().as_secs_f64() * 1e6);
    }
    let _keep = echo.join();
    all.sort_by(f64::total_cmp);
    let (p50, p99) = (all[times / 2], all[times * 99 / 100]);
    println!(r#"{{"peer":"libdatachannel","bench":"rtt","n":{times},"p50_us":{p50:.0},"p99_us":{p99:.0}}}"#);
}

fn throughput(bytes: usize, message: usize) {
    let ((_a, mut to_b), (b, _to_a)) = connected();
    let count = bytes / message;
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let receiving = std::thread::spawn(move || {
        let mut received = 0;
        while received < count * message {
            received += b.message();
        }
        (b, received)
    });
    let payload = vec![7; message];
    for _ in 0..count {
        // It has no bound of its own.
        while to_b.buffered_amount() > 2 << 20 {
            std::thread::sleep(Duration::from_micros(200));
        }
        to_b.send(&payload).expect("sent");
    }
    let (_b, received) = receiving.join().expect("it ended well");
    let seconds = start.elapsed().as_secs_f64();
    let megabytes = received as f64 / 1e6;
    let rate = megabytes / seconds;
    let cpu = (cpu_seconds() - cpu) / (megabytes / 1e3);
    println!(
        r#"{{"peer":"libdatachannel","bench":"throughput","message":{message},"mb":{megabytes:.0},"mb_per_s":{rate:.0},"cpu_s_per_gb":{cpu:.1}}}"#
    );
}

/// User and system time of this process, from procfs; zero where there is none.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields 14 and 15, counted after the name, which may hold anything. 100 ticks a second.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |n: usize| {
        let field = fields.split_whitespace().nth(n);
        field.and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0)
    };
    (ticks(11) + ticks(12)) / 100.0
}
