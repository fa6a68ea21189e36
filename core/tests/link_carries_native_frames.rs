//! The second channel of a link: nothing of it is told before the owner asks, nothing that came
//! until then is lost, frames arrive whole and in order over a network that loses some, and a
//! peer that does not know it notices nothing.

mod links;

use dayfly_core::link::LinkConfig;
use dayfly_core::proto::room::LinkEvent;
use links::End;
use links::sim::{Network, World};
use std::time::Duration;

async fn next(end: &mut End) -> LinkEvent {
    let (_, event) = end.events.recv().await.expect("the link reports");
    event
}

async fn native_open(end: &mut End) {
    end.link().open_native();
    match next(end).await {
        LinkEvent::NativeOpen => {}
        other => panic!("expected the native channel, got {other:?}"),
    }
}

async fn native_frame(end: &mut End) -> Vec<u8> {
    match next(end).await {
        LinkEvent::NativeFrame(frame) => frame,
        other => panic!("expected a native frame, got {other:?}"),
    }
}

#[test]
fn frames_arrive_in_order_when_a_tenth_is_lost() {
    for seed in 1..6 {
        let network = Network {
            loss: 100,
            ..Network::default()
        };
        let world = World::new(seed, network);
        let here = world.clone();
        let talk = async move {
            let stack = links::stack_in(&here);
            let (mut a, mut b) = links::met(&stack, |offer| offer, |answer| answer).await;
            links::both_open(&mut a, &mut b).await;
            native_open(&mut a).await;
            native_open(&mut b).await;
            for n in 0..50_u8 {
                let size = 100 + usize::from(n) * 300;
                a.link().send_native(vec![n; size]).expect("room in the queue");
                b.link().send(vec![n; 10]).expect("room in the queue");
            }
            for n in 0..50_u8 {
                let size = 100 + usize::from(n) * 300;
                assert_eq!(native_frame(&mut b).await, vec![n; size]);
                match next(&mut a).await {
                    LinkEvent::Frame(frame) => assert_eq!(frame, vec![n; 10]),
                    other => panic!("expected a frame, got {other:?}"),
                }
            }
        };
        let limit = Duration::from_secs(90);
        world
            .run(limit, talk)
            .unwrap_or_else(|| panic!("seed {seed} did not end in {limit:?}"));
    }
}

#[tokio::test]
async fn what_overtakes_the_agreement_is_kept() {
    let (mut a, mut b) = links::connected(&links::stack()).await;
    native_open(&mut a).await;
    a.link().send_native(vec![7; 1235]).expect("room in the queue");
    // Only what was told is told: the first thing heard is from the other channel, which is
    // behind the native frame in the queue of the same link.
    a.send(vec![1]).await;
    assert_eq!(b.frame().await, [1]);
    native_open(&mut b).await;
    assert_eq!(native_frame(&mut b).await, vec![7; 1235]);
    b.link().send_native(vec![8]).expect("room in the queue");
    assert_eq!(native_frame(&mut a).await, [8]);
}

#[tokio::test]
async fn a_flood_before_the_agreement_ends_the_link() {
    let (mut a, mut b) = links::connected(&links::stack()).await;
    native_open(&mut a).await;
    for _ in 0..5 {
        a.link().send_native(vec![7]).expect("room in the queue");
    }
    let reason = b.closed().await;
    assert!(reason.contains("before anything was agreed"), "{reason}");
}

#[tokio::test]
async fn its_queue_is_the_link_s_and_has_the_same_bound() {
    let (mut a, _b) = links::connected(&links::stack()).await;
    assert!(a.link().send_native(vec![1]).is_err(), "it is not open");
    native_open(&mut a).await;
    let frame = vec![0; 256 * 1024];
    let mut taken = 0;
    // Nobody reads at the other end: SCTP takes what its buffers hold, then the queue fills.
    while a.link().send_native(frame.clone()).is_ok() {
        taken += 1;
        assert!(taken <= 16, "the queue has no bound");
    }
    assert!(a.link().send(frame).is_err(), "both channels share it");
}

/// A peer without the channel, as a page is: it hears nothing of it, sees nothing of it in the
/// description, and the link ends as any other.
#[tokio::test]
async fn a_peer_that_does_not_know_it_notices_nothing() {
    let stack = links::stack();
    let plain = LinkConfig {
        native: false,
        ..links::loopback()
    };
    for native_offers in [true, false] {
        let (ours, theirs) = if native_offers {
            (links::loopback(), plain.clone())
        } else {
            (plain.clone(), links::loopback())
        };
        let mut a = links::offer(&stack, &ours);
        let offer = a.described().await;
        let mut b = links::answer(&stack, &theirs, offer.clone());
        let answer = b.described().await;
        assert_eq!(shape(&offer), shape(&described_by(&plain).await));
        a.link().accept(answer);
        a.opened().await;
        b.opened().await;
        let (native, page) = if native_offers {
            (&mut a, &mut b)
        } else {
            (&mut b, &mut a)
        };
        page.link().open_native();
        assert!(page.link().send_native(vec![1]).is_err());
        native_open(native).await;
        native.send(vec![1]).await;
        page.send(vec![2]).await;
        assert_eq!(page.frame().await, [1]);
        assert_eq!(native.frame().await, [2]);
        native.link.take().expect("a link").close();
        assert!(page.closed().await.contains("closed the connection"));
    }
}

async fn described_by(config: &LinkConfig) -> String {
    links::offer(&links::stack(), config).described().await
}

/// The lines of a description without what is drawn anew for each.
fn shape(sdp: &str) -> Vec<&str> {
    let names = sdp
        .lines()
        .map(|line| match line.split_once(':').map_or(line, |(name, _)| name) {
            name if name.starts_with("o=") => "o=",
            name => name,
        });
    names.collect()
}
