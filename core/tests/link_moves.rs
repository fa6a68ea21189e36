//! A device changes its address in the middle of a conversation: the connection moves with it,
//! and nothing that is said is lost or waits for long.

mod links;

use dayfly_core::link::WebRtcStack;
use dayfly_core::proto::room::LinkEvent;
use links::End;
use links::sim::{Network, World};
use std::net::IpAddr;
use std::time::Duration;

/// Pause between two messages of a conversation.
const PAUSE: Duration = Duration::from_millis(40);
/// How long both talk.
const TALK: Duration = Duration::from_secs(12);
/// How long after a change the device is told of it.
const NOTICED: Duration = Duration::from_millis(100);

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn ips(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| ip(text)).collect()
}

/// What becomes of a side's addresses.
#[derive(Clone, Copy)]
struct Change {
    after: Duration,
    before: &'static [&'static str],
    then: &'static [&'static str],
}

const STAYS: Change = Change {
    after: Duration::ZERO,
    before: &["127.0.0.2"],
    then: &["127.0.0.2"],
};

const STAYS_TOO: Change = Change {
    before: &["127.0.0.1"],
    then: &["127.0.0.1"],
    ..STAYS
};

const MOVES: Change = Change {
    after: Duration::from_secs(3),
    before: &["127.0.0.1"],
    then: &["127.0.0.3"],
};

/// One side: says something every now and then, and changes its addresses once. Returns the
/// longest pause between two messages it heard.
async fn side(world: World, mut end: End, stack: WebRtcStack, change: Change) -> Duration {
    let began = world.elapsed();
    let (mut said, mut heard, mut moved) = (0u32, 0u32, change.after.is_zero());
    let (mut last, mut longest) = (began, Duration::ZERO);
    let talk = u32::try_from(TALK.as_millis() / PAUSE.as_millis()).expect("a few");
    while said < talk || heard < talk {
        tokio::select! {
            biased;
            event = end.events.recv() => match event {
                Some((_, LinkEvent::Frame(frame))) => {
                    assert_eq!(frame, heard.to_be_bytes(), "in order, once");
                    heard += 1;
                    longest = longest.max(world.elapsed() - last);
                    last = world.elapsed();
                }
                Some((_, LinkEvent::Silent | LinkEvent::Heard | LinkEvent::Path { .. })) => {}
                other => panic!("the link ended: {other:?}"),
            },
            () = world.wait(PAUSE) => {
                if said < talk {
                    end.link().send(said.to_be_bytes().to_vec()).expect("room in the queue");
                    said += 1;
                }
            }
        }
        if !moved && world.elapsed() - began >= change.after {
            for gone in change.before.iter().filter(|old| !change.then.contains(old)) {
                world.set_gone(ip(gone), true);
            }
            if world.elapsed() - began >= change.after + NOTICED {
                moved = true;
                stack.set_interfaces(ips(change.then));
                end.link().rebind();
            }
        }
    }
    // What the other side still has to hear leaves before this end does.
    world.wait(Duration::from_secs(3)).await;
    longest
}

/// Two who talk while their addresses change. Returns the longest pause either noticed.
fn talk(seed: u64, network: Network, a: Change, b: Change) -> Option<Duration> {
    let world = World::new(seed, network);
    let here = world.clone();
    world.run(Duration::from_secs(90), async move {
        let stack = |change: Change| WebRtcStack::on(here.runtime()).with_interfaces(ips(change.before));
        let (stack_a, stack_b) = (stack(a), stack(b));
        let config = links::loopback();
        let mut end_a = links::offer(&stack_a, &config);
        let offer = described(&mut end_a).await;
        let mut end_b = links::answer(&stack_b, &config, offer);
        let answer = described(&mut end_b).await;
        end_a.link().accept(answer);
        links::both_open(&mut end_a, &mut end_b).await;
        let (a, b) = futures_util::future::join(
            side(here.clone(), end_a, stack_a, a),
            side(here.clone(), end_b, stack_b, b),
        )
        .await;
        a.max(b)
    })
}

async fn described(end: &mut End) -> String {
    match end.events.recv().await {
        Some((_, LinkEvent::Described { sdp })) => sdp,
        other => panic!("expected a description, got {other:?}"),
    }
}

/// Runs a few seeds; returns the median of the longest pauses, and the longest of all.
fn pauses(
    what: &str,
    seeds: std::ops::Range<u64>,
    network: Network,
    a: Change,
    b: Change,
) -> (Duration, Duration) {
    let mut gaps: Vec<Duration> = seeds
        .map(|seed| talk(seed, network, a, b).unwrap_or_else(|| panic!("{what}: seed {seed} did not go on")))
        .collect();
    gaps.sort();
    let (median, worst) = (gaps[gaps.len() / 2], gaps[gaps.len() - 1]);
    println!("{what}: median {median:?}, worst {worst:?} of {}", gaps.len());
    (median, worst)
}

fn median(what: &str, seeds: std::ops::Range<u64>, network: Network, a: Change, b: Change) {
    let (median, worst) = pauses(what, seeds, network, a, b);
    assert!(median <= Duration::from_secs(1), "{what}: {median:?}");
    assert!(worst <= Duration::from_secs(3), "{what}: {worst:?}");
}

#[test]
fn the_offering_side_moves() {
    median("offerer", 1..21, Network::default(), MOVES, STAYS);
}

#[test]
fn the_answering_side_moves() {
    median("answerer", 1..11, Network::default(), STAYS, MOVES);
}

#[test]
fn it_moves_over_a_network_that_loses() {
    let network = Network {
        loss: 50,
        delay: Duration::from_millis(75),
        ..Network::default()
    };
    let (still, _) = pauses("5 % lost, without a move", 1..11, network, STAYS, STAYS_TOO);
    let (moved, worst) = pauses("5 % lost", 1..11, network, MOVES, STAYS);
    // What is lost on the way waits for SCTP, which waits a second at least, moved or not.
    assert!(moved <= still + Duration::from_secs(1), "{moved:?} for {still:?}");
    assert!(worst <= Duration::from_secs(6), "{worst:?}");
}

#[test]
fn one_of_two_addresses_goes() {
    let change = Change {
        before: &["127.0.0.1", "127.0.0.3"],
        then: &["127.0.0.3"],
        ..MOVES
    };
    median("one of two", 1..11, Network::default(), change, STAYS);
    let change = Change {
        then: &["127.0.0.1"],
        ..change
    };
    median("the other of two", 1..6, Network::default(), change, STAYS);
}

#[test]
fn both_move_at_once_as_long_as_one_old_address_stands() {
    let other = Change {
        before: &["127.0.0.2", "127.0.0.4"],
        then: &["127.0.0.4", "127.0.0.5"],
        ..MOVES
    };
    median("both", 1..11, Network::default(), MOVES, other);
    median("both, turned round", 1..11, Network::default(), other, MOVES);
}

#[test]
fn from_one_family_to_the_other() {
    if std::net::UdpSocket::bind("[::1]:0").is_err() {
        println!("this machine has no IPv6");
        return;
    }
    let six = Change {
        then: &["::1"],
        ..MOVES
    };
    let both = Change {
        before: &["127.0.0.2", "::1"],
        then: &["127.0.0.2", "::1"],
        ..STAYS
    };
    // The world is one machine, so the same ::1 serves both.
    median("IPv4 to IPv6", 1..6, Network::default(), six, both);
}
