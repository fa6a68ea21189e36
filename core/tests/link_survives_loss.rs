//! Real connections over a network that loses every tenth datagram, duplicates and reorders:
//! all of them open, and what is sent over them arrives. As the `webrtc` crate ships, about one
//! in ten of these seeds never opens.

mod links;

use dayfly_core::link::{Link, LinkConfig, Stack, WebRtcStack};
use dayfly_core::proto::id::LinkId;
use dayfly_core::proto::room::LinkEvent;
use links::sim::{Network, World};
use std::time::Duration;
use tokio::sync::mpsc;

type Events = mpsc::Receiver<(LinkId, LinkEvent)>;

/// An offer met by an answer, not yet open.
async fn negotiated(world: World) -> (Box<dyn Link>, Events, Box<dyn Link>, Events) {
    let stack = WebRtcStack::on(world.runtime()).with_interfaces(vec!["127.0.0.1".parse().unwrap()]);
    let config = LinkConfig {
        loopback: true,
        ..LinkConfig::default()
    };
    let (sink, mut from_a) = mpsc::channel(16);
    let a = stack.offer(LinkId(1), &config, sink);
    let Some((_, LinkEvent::Described { sdp })) = from_a.recv().await else {
        panic!("no offer");
    };
    let (sink, mut from_b) = mpsc::channel(16);
    let b = stack.answer(LinkId(2), sdp, &config, sink);
    let Some((_, LinkEvent::Described { sdp })) = from_b.recv().await else {
        panic!("no answer");
    };
    a.accept(sdp);
    (a, from_a, b, from_b)
}

async fn opened(events: &mut Events) {
    match events.recv().await {
        Some((_, LinkEvent::Open { .. })) => {}
        other => panic!("expected the channel to open, got {other:?}"),
    }
}

/// Opens, sends both ways, and returns when both ends were open.
async fn talk(world: World) -> Duration {
    let (a, mut from_a, b, mut from_b) = negotiated(world.clone()).await;
    opened(&mut from_a).await;
    opened(&mut from_b).await;
    let open = world.elapsed();
    a.send(vec![1; 3000]).unwrap();
    b.send(vec![2; 3000]).unwrap();
    let received = (from_a.recv().await, from_b.recv().await);
    let (Some((_, LinkEvent::Frame(at_a))), Some((_, LinkEvent::Frame(at_b)))) = received else {
        panic!("expected a frame on either side");
    };
    assert_eq!((at_a, at_b), (vec![2; 3000], vec![1; 3000]));
    open
}

fn seeds(seeds: std::ops::Range<u64>, network: Network, limit: Duration) {
    let mut times = Vec::new();
    for seed in seeds {
        let world = World::new(seed, network);
        let open = world.run(limit, talk(world.clone()));
        let open = open.unwrap_or_else(|| panic!("seed {seed} did not open in {limit:?}"));
        times.push(open);
    }
    times.sort();
    println!("{network:?}: {:?} to {:?}", times[0], times[times.len() - 1]);
}

#[test]
fn a_tenth_lost() {
    let network = Network {
        loss: 100,
        ..Network::default()
    };
    seeds(1..21, network, Duration::from_secs(30));
}

#[test]
fn duplicated_and_out_of_order() {
    let network = Network {
        twice: 300,
        jitter: Duration::from_millis(60),
        ..Network::default()
    };
    seeds(1..6, network, Duration::from_secs(10));
}

#[test]
fn a_slow_clean_path_is_left_alone() {
    let network = Network {
        delay: Duration::from_millis(300),
        ..Network::default()
    };
    seeds(1..3, network, Duration::from_secs(10));
}
