//! A tracker that goes away and comes back is found again without help: the person is told in
//! words, and after the return peers meet as before. An absent one is retried with growing waits.

mod tracker_support;

use dayfly_core::proto::room::MeetEvent;
use dayfly_core::rendezvous::Rendezvous;
use dayfly_core::rendezvous::tracker::{ClientOptions, Tracker};
use std::time::Duration;
use tracker_support::{ANYWHERE, Meeter, PATIENCE, brisk, offer, peer, topic, tracker, until, within};

#[tokio::test]
async fn peers_meet_again_after_a_restart() {
    let first = tracker().await;
    let address = first.local_addr();
    let (mut a, mut b) = (Meeter::at(&first.url()), Meeter::at(&first.url()));
    a.up().await;
    b.up().await;
    a.client.announce(topic(1), peer(1), Vec::new());
    b.client.announce(topic(1), peer(2), Vec::new());
    until("both are there", || first.stats().peers == 2).await;

    drop(first);
    let sentence = a.waiting().await;
    assert!(
        sentence.starts_with("127.0.0.1 closed the connection; next try in "),
        "{sentence}"
    );
    b.waiting().await;

    let second = Tracker::bind(address, [8; 32]).await.unwrap();
    a.up().await;
    b.up().await;
    b.client.announce(topic(1), peer(2), Vec::new());
    until("b is back", || second.stats().peers == 1).await;
    a.client.announce(topic(1), peer(1), vec![offer(1)]);
    assert!(matches!(b.next().await, MeetEvent::Offer { .. }));
}

#[tokio::test]
async fn commands_of_the_time_between_are_not_sent_late() {
    let first = tracker().await;
    let address = first.local_addr();
    let mut a = Meeter::at(&first.url());
    a.up().await;
    drop(first);
    a.waiting().await;
    a.client.announce(topic(1), peer(1), vec![offer(1)]);
    let second = Tracker::bind(address, [8; 32]).await.unwrap();
    a.up().await;
    a.client.announce(topic(2), peer(1), Vec::new());
    until("the later announce is there", || second.stats().peers == 1).await;
    assert_eq!(second.stats().swarms, 1);
}

#[tokio::test]
async fn an_absent_tracker_is_asked_ever_more_rarely() {
    let nobody = {
        let listener = tokio::net::TcpListener::bind(ANYWHERE).await.unwrap();
        listener.local_addr().unwrap()
    };
    let options = ClientOptions {
        first_retry: Duration::from_millis(40),
        last_retry: Duration::from_millis(160),
        ..brisk()
    };
    let mut a = Meeter::with(&format!("ws://{nobody}"), options);
    let mut at = Vec::new();
    for _ in 0..6 {
        let sentence = a.waiting().await;
        assert_eq!(sentence, "127.0.0.1 refuses connections; next try in 1 s");
        at.push(tokio::time::Instant::now());
    }
    // A quarter is taken off or put on by chance; load only lengthens.
    for (pair, least) in at.windows(2).zip([30, 60, 120, 120, 120]) {
        assert!(
            pair[1] - pair[0] >= Duration::from_millis(least),
            "{:?}",
            pair[1] - pair[0]
        );
    }
}

#[tokio::test]
async fn a_changed_network_ends_the_wait() {
    let nobody = {
        let listener = tokio::net::TcpListener::bind(ANYWHERE).await.unwrap();
        listener.local_addr().unwrap()
    };
    let options = ClientOptions {
        first_retry: PATIENCE * 10,
        last_retry: PATIENCE * 10,
        ..brisk()
    };
    let mut a = Meeter::with(&format!("ws://{nobody}"), options);
    a.waiting().await;
    let _tracker = Tracker::bind(nobody, [8; 32]).await.unwrap();
    a.client.network_changed();
    within("up at once", a.up()).await;
}

#[tokio::test]
async fn a_tracker_that_fell_silent_is_noticed() {
    // It shakes hands and then reads nothing and says nothing, as behind a dead NAT entry.
    let listener = tokio::net::TcpListener::bind(ANYWHERE).await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            open.push(tokio_tungstenite::accept_async(stream).await.unwrap());
        }
    });
    let mut a = Meeter::with(
        &url,
        ClientOptions {
            silence: Duration::from_millis(200),
            ..brisk()
        },
    );
    a.up().await;
    let sentence = a.waiting().await;
    assert!(
        sentence.starts_with("127.0.0.1 fell silent; next try"),
        "{sentence}"
    );
    server.abort();
}
