//! A network that goes away: after five seconds the link says so, when it comes back the link
//! says that too and what was sent meanwhile arrives; after half a minute the link ends with a
//! sentence, and a new one carries on.

mod links;

use dayfly_core::proto::room::LinkEvent;
use links::sim::{Network, World};
use std::time::Duration;

const GONE: Network = Network {
    loss: 1000,
    twice: 0,
    delay: Duration::from_millis(25),
    jitter: Duration::ZERO,
};

#[test]
fn a_short_outage_is_told_and_survived() {
    let world = World::new(1, Network::default());
    let here = world.clone();
    let told = world.run(Duration::from_secs(120), async move {
        let (mut a, mut b) = links::met(&links::stack_in(&here), |o| o, |o| o).await;
        links::both_open(&mut a, &mut b).await;
        here.wait(Duration::from_secs(1)).await;
        here.set_network(GONE);
        let gone = here.elapsed();
        a.link().send(b"meanwhile".to_vec()).expect("room in the queue");
        assert!(matches!(b.events.recv().await, Some((_, LinkEvent::Silent))));
        let silent = here.elapsed() - gone;
        here.wait(Duration::from_secs(3)).await;
        here.set_network(Network::default());
        let mut heard = false;
        let mut arrived = false;
        while !(heard && arrived) {
            match b.events.recv().await {
                Some((_, LinkEvent::Heard)) => heard = true,
                Some((_, LinkEvent::Frame(frame))) => arrived = frame == b"meanwhile",
                other => panic!("expected to hear again, got {other:?}"),
            }
        }
        silent
    });
    let silent = told.expect("the link to come back");
    assert!((3..=8).contains(&silent.as_secs()), "{silent:?}");
}

#[test]
fn after_forty_seconds_a_new_link_carries_on() {
    let world = World::new(1, Network::default());
    let here = world.clone();
    let done = world.run(Duration::from_secs(120), async move {
        let stack = links::stack_in(&here);
        let (mut a, mut b) = links::met(&stack, |o| o, |o| o).await;
        links::both_open(&mut a, &mut b).await;
        here.set_network(GONE);
        let gone = here.elapsed();
        for end in [&mut a, &mut b] {
            assert!(matches!(end.events.recv().await, Some((_, LinkEvent::Silent))));
            let Some((_, LinkEvent::Closed { reason })) = end.events.recv().await else {
                panic!("expected the end");
            };
            assert!(reason.contains("half a minute"), "{reason}");
        }
        assert!((here.elapsed() - gone).as_secs() <= 40);
        here.set_network(Network::default());
        let (mut a, mut b) = links::met(&stack, |o| o, |o| o).await;
        links::both_open(&mut a, &mut b).await;
    });
    done.expect("a new link to open");
}
