//! Ends: closing lets out what was queued, the other side hears of it at once, nothing follows
//! `Closed`, and nothing is left behind after many links.

mod links;

use links::{connected, stack};
use std::time::{Duration, Instant};

#[tokio::test]
async fn closing_sends_what_was_queued_before() {
    let (mut a, mut b) = connected(&stack()).await;
    for n in 0..60u8 {
        a.send(vec![n; 16 * 1024]).await;
    }
    a.link.take().expect("it is there").close();
    for n in 0..60u8 {
        assert_eq!(b.frame().await, vec![n; 16 * 1024]);
    }
    let reason = b.closed().await;
    assert!(reason.contains("closed the connection"), "{reason}");
    assert!(b.events.recv().await.is_none());
    // The closing side asked for it and hears nothing.
    assert!(a.events.recv().await.is_none());
}

#[tokio::test]
async fn a_close_with_nothing_to_send_is_quick_at_every_stage() {
    let config = links::loopback();
    for stage in 0..3 {
        let mut a = links::offer(&stack(), &config);
        if stage > 0 {
            let offer = a.described().await;
            if stage > 1 {
                let mut b = links::answer(&stack(), &config, offer);
                b.described().await;
            }
        }
        let start = Instant::now();
        a.link.take().expect("it is there").close();
        while a.events.recv().await.is_some() {}
        let took = start.elapsed();
        assert!(took < Duration::from_millis(500), "stage {stage}: {took:?}");
    }
}

#[tokio::test]
async fn many_links_leave_no_task_and_no_socket() {
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let sockets = || std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    drop(connected(&stack()).await);
    settle(|| tasks() == 0).await;
    let before = sockets();
    for round in 0..10 {
        // Some are closed, some dropped while open, some never answered.
        let (mut a, b) = connected(&stack()).await;
        a.link.take().expect("it is there").close();
        drop(b);
        let mut unanswered = links::offer(&stack(), &links::loopback());
        if round % 2 == 0 {
            unanswered.described().await;
        }
    }
    settle(|| tasks() == 0 && sockets() <= before).await;
}

/// Waits for `done`, which must come.
async fn settle(done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < deadline, "something was left behind");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
