//! Figures of the link: opening, round trip, throughput and memory over loopback sockets, and
//! how many connections open on a lossy network, with our cures and as the crate ships.
//!
//! `cargo bench -p dayfly-core --bench link -- [open|rtt|throughput|loss|outage]… [--seeds N]`
//! prints one JSON object a line; everything when nothing is named.

#[path = "../tests/links/mod.rs"]
mod links;

use dayfly_core::link::{Link, Stack, WebRtcStack};
use dayfly_core::proto::id::LinkId;
use dayfly_core::proto::room::LinkEvent;
use links::sim::{Network, World};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// A connection counts as opened when it is open on both sides within this time.
const LIMIT: Duration = Duration::from_secs(15);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut seeds = 300;
    let mut wanted = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--seeds" => {
                let number = rest.next().and_then(|text| text.parse().ok());
                seeds = number.expect("--seeds takes a number");
            }
            // Cargo passes it to every bench.
            "--bench" => {}
            name => wanted.push(name.to_owned()),
        }
    }
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    if wants("open") {
        on_loopback(open(20));
    }
    if wants("rtt") {
        on_loopback(round_trip(5_000));
    }
    if wants("throughput") {
        on_loopback(throughput(1_000_000_000, 64 * 1024));
    }
    for (name, outage) in [("loss", None), ("outage", Some(Duration::from_secs(40)))] {
        if !wants(name) {
            continue;
        }
        for loss in [10, 50, 100] {
            for cured in [true, false] {
                lossy(name, seeds, loss, cured, outage);
            }
        }
    }
}

/// Runs on one thread, as the engine does.
fn on_loopback(bench: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(bench);
}

/// From the offer's making to open on both sides; signalling costs nothing here.
async fn open(times: usize) {
    let mut all = Vec::new();
    for _ in 0..times {
        let start = Instant::now();
        let ends = links::connected(&links::stack()).await;
        all.push(start.elapsed().as_secs_f64() * 1e3);
        drop(ends);
    }
    all.sort_by(f64::total_cmp);
    let (p50, worst) = (percentile(&all, 50), percentile(&all, 100));
    println!(r#"{{"bench":"open","n":{times},"p50_ms":{p50:.1},"worst_ms":{worst:.1}}}"#);
}

async fn round_trip(times: usize) {
    let (mut a, mut b) = links::connected(&links::stack()).await;
    let echo = async {
        for _ in 0..times {
            let frame = b.frame().await;
            b.send(frame).await;
        }
    };
    let mut all = Vec::new();
    let asking = async {
        for _ in 0..times {
            let start = Instant::now();
            a.send(vec![7; 64]).await;
            a.frame().await;
            all.push(start.elapsed().as_secs_f64() * 1e6);
        }
    };
    tokio::join!(echo, asking);
    all.sort_by(f64::total_cmp);
    let (p50, p99) = (percentile(&all, 50), percentile(&all, 99));
    println!(r#"{{"bench":"rtt","n":{times},"p50_us":{p50:.0},"p99_us":{p99:.0}}}"#);
}

async fn throughput(bytes: usize, message: usize) {
    let (a, mut b) = links::connected(&links::stack()).await;
    let count = bytes / message;
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let sending = async {
        for _ in 0..count {
            while a.link().capacity() < message {
                tokio::task::yield_now().await;
            }
            a.link().send(vec![7; message]).expect("there was room");
        }
    };
    let receiving = async {
        let mut received = 0;
        while received < count * message {
            received += b.frame().await.len();
        }
        received
    };
    let ((), received) = tokio::join!(sending, receiving);
    let seconds = start.elapsed().as_secs_f64();
    let megabytes = received as f64 / 1e6;
    let rate = megabytes / seconds;
    let cpu = (cpu_seconds() - cpu) / (megabytes / 1e3);
    println!(
        r#"{{"bench":"throughput","message":{message},"mb":{megabytes:.0},"mb_per_s":{rate:.0},"cpu_s_per_gb":{cpu:.1}}}"#
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

fn lossy(name: &str, seeds: u64, loss: u64, cured: bool, outage: Option<Duration>) {
    let network = Network {
        loss,
        ..Network::default()
    };
    let mut opened = Vec::new();
    let mut unopened = 0;
    let mut sent = 0;
    for seed in 1..=seeds {
        let world = World::new(seed, network);
        let limit = LIMIT + outage.map_or(Duration::ZERO, |outage| outage * 3);
        let took = match outage {
            None => world.run(limit, opens(world.clone(), cured)),
            Some(outage) => world.run(limit, returns(world.clone(), cured, network, outage)),
        };
        sent += world.sent();
        match took {
            Some(took) => opened.push(took.as_secs_f64()),
            None => unopened += 1,
        }
    }
    opened.sort_by(f64::total_cmp);
    let (p50, p95, worst) = (
        percentile(&opened, 50),
        percentile(&opened, 95),
        percentile(&opened, 100),
    );
    println!(
        r#"{{"bench":"{name}","loss_per_mille":{loss},"cured":{cured},"seeds":{seeds},"opened":{},"failed":{unopened},"p50_s":{p50:.2},"p95_s":{p95:.2},"worst_s":{worst:.2},"datagrams":{}}}"#,
        opened.len(),
        sent / seeds,
    );
}

fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * percent / 100).copied().unwrap_or(f64::NAN)
}

type Events = mpsc::Receiver<(LinkId, LinkEvent)>;
type Pair = ((Box<dyn Link>, Events), (Box<dyn Link>, Events));

/// A pair that is open on both sides, or None when either end gave up.
async fn pair(world: &World, cured: bool) -> Option<Pair> {
    let mut stack =
        WebRtcStack::on(world.runtime()).with_interfaces(vec!["127.0.0.1".parse().expect("an address")]);
    if !cured {
        stack = stack.without_cure();
    }
    let (sink, mut from_a) = mpsc::channel(16);
    let a = stack.offer(LinkId(1), &links::loopback(), sink);
    let Some((_, LinkEvent::Described { sdp })) = from_a.recv().await else {
        return None;
    };
    let (sink, mut from_b) = mpsc::channel(16);
    let b = stack.answer(LinkId(2), sdp, &links::loopback(), sink);
    let Some((_, LinkEvent::Described { sdp })) = from_b.recv().await else {
        return None;
    };
    a.accept(sdp);
    for events in [&mut from_a, &mut from_b] {
        if !matches!(events.recv().await, Some((_, LinkEvent::Open { .. }))) {
            return None;
        }
    }
    Some(((a, from_a), (b, from_b)))
}

async fn opens(world: World, cured: bool) -> Duration {
    match pair(&world, cured).await {
        Some(_) => world.elapsed(),
        None => std::future::pending().await,
    }
}

/// Opens, loses the network for a while with data under way, and returns how long after the
/// outage data arrives again. A connection that ends is made anew at once, which is what the
/// room does; as the crate ships, nothing says that it has ended.
async fn returns(world: World, cured: bool, network: Network, outage: Duration) -> Duration {
    let ((mut a, mut from_a), (mut b, mut from_b)) = loop {
        if let Some(pair) = pair(&world, cured).await {
            break pair;
        }
    };
    world.set_network(Network {
        loss: 1000,
        ..network
    });
    let back = world.elapsed() + outage;
    let end = world.clone();
    let healed = async move {
        end.wait(outage).await;
        end.set_network(network);
    };
    let talking = async {
        loop {
            let _ = a.send(b"still there?".to_vec());
            let ended = loop {
                tokio::select! {
                    event = from_b.recv() => match event {
                        Some((_, LinkEvent::Frame(_))) if world.elapsed() >= back => break false,
                        Some((_, LinkEvent::Closed { .. })) | None => break true,
                        Some(_) => {}
                    },
                    event = from_a.recv() => match event {
                        Some((_, LinkEvent::Closed { .. })) | None => break true,
                        Some(_) => {}
                    },
                    () = world.wait(Duration::from_secs(1)) => {
                        let _ = a.send(b"and now?".to_vec());
                    }
                }
            };
            if !ended {
                return;
            }
            ((a, from_a), (b, from_b)) = loop {
                if let Some(pair) = pair(&world, cured).await {
                    break pair;
                }
            };
        }
    };
    futures_util::future::join(healed, talking).await;
    let _ = &b;
    world.elapsed().saturating_sub(back)
}
