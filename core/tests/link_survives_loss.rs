//! Real connections over a network that loses every tenth datagram, duplicates and reorders:
//! all of them open, and what is sent over them arrives. As the `webrtc` crate ships, about one
//! in ten of these seeds never opens.

mod links;

use dayfly_core::proto::room::LinkEvent;
use links::sim::{Network, World};
use std::time::Duration;

/// Opens, sends both ways, and returns when both ends were open.
async fn talk(world: World) -> Duration {
    let stack = links::stack_in(&world);
    let (mut a, mut b) = links::met(&stack, |offer| offer, |answer| answer).await;
    links::both_open(&mut a, &mut b).await;
    let open = world.elapsed();
    a.link().send(vec![1; 3000]).expect("room in the queue");
    b.link().send(vec![2; 3000]).expect("room in the queue");
    let received = (a.events.recv().await, b.events.recv().await);
    let (Some((_, LinkEvent::Frame(at_a))), Some((_, LinkEvent::Frame(at_b)))) = received else {
        panic!("expected a frame on either side");
    };
    assert_eq!((at_a, at_b), (vec![2; 3000], vec![1; 3000]));
    open
}

fn seeds(seeds: std::ops::Range<u64>, network: Network, limit: Duration) -> Vec<Duration> {
    let mut times = Vec::new();
    for seed in seeds {
        let world = World::new(seed, network);
        let open = world.run(limit, talk(world.clone()));
        let open = open.unwrap_or_else(|| panic!("seed {seed} did not open in {limit:?}"));
        times.push(open);
    }
    times.sort();
    println!("{network:?}: {:?} to {:?}", times[0], times[times.len() - 1]);
    times
}

#[test]
fn a_tenth_lost() {
    let network = Network {
        loss: 100,
        ..Network::default()
    };
    seeds(1..21, network, Duration::from_secs(30));
}

/// What a bad mobile network does. `DAYFLY_LINK_SEEDS=300` for the figure in `docs/benchmarks.md`.
#[test]
fn five_in_a_hundred_lost_at_150_ms_round_trip() {
    let network = Network {
        loss: 50,
        delay: Duration::from_millis(75),
        ..Network::default()
    };
    let wanted = std::env::var("DAYFLY_LINK_SEEDS").ok();
    let count = wanted.map_or(25, |text| text.parse().expect("a number"));
    let times = seeds(1..count + 1, network, Duration::from_secs(15));
    let (middle, late) = (times[times.len() / 2], times[(times.len() - 1) * 95 / 100]);
    println!("{count} seeds: median {middle:?}, 95 % {late:?}");
    assert!(late <= Duration::from_secs(4), "{late:?}");
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
