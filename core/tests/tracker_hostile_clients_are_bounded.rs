//! Whatever strangers do to the embedded tracker (two hundred at once, junk, half requests,
//! floods, not reading), two honest peers meet within a second or two, and what the tracker
//! holds stays within its bounds.

mod tracker_support;

use dayfly_core::proto::room::MeetEvent;
use dayfly_core::rendezvous::Rendezvous;
use dayfly_core::rendezvous::tracker::{Limits, Tracker};
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tracker_support::{ANYWHERE, Meeter, PATIENCE, Raw, offer, peer, topic, tracker, until, within};

async fn connect(to: SocketAddr) -> std::io::Result<TcpStream> {
    TcpSocket::new_v4()?.connect(to).await
}

/// One of the two hundred: does one kind of mischief until it is thrown out.
async fn mischief(n: u32, tracker: SocketAddr) {
    let Ok(mut stream) = connect(tracker).await else {
        return;
    };
    match n % 8 {
        // Says nothing, half a request, a request without end, a byte at a time, noise.
        0 => drop(stream.read_to_end(&mut Vec::new()).await),
        1 => {
            drop(stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").await);
            drop(stream.read_to_end(&mut Vec::new()).await);
        }
        2 => while stream.write_all(&[b'a'; 4096]).await.is_ok() {},
        3 => {
            for byte in b"GET / HTTP/1.1\r\nX: y\r\n".iter().cycle() {
                if stream.write_all(&[*byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        4 => {
            drop(stream.write_all(&[0xff; 64]).await);
            drop(stream.read_to_end(&mut Vec::new()).await);
        }
        // WebSockets: junk, floods of announces, floods of pings.
        kind => {
            let url = format!("ws://{tracker}");
            let Ok((mut socket, _)) = tokio_tungstenite::client_async(url, stream).await else {
                return;
            };
            for m in 0_u32.. {
                let message = match kind {
                    5 => Message::Binary(Bytes::from(m.to_be_bytes().repeat(50))),
                    6 => Message::text(
                        json!({
                            "action": "announce", "info_hash": format!("{n:0>10}{m:0>10}"), "peer_id": format!("{n:0>20}"),
                            "offers": [{"offer_id": "x", "offer": {"type": "offer", "sdp": "y".repeat(20_000)}}],
                        })
                        .to_string(),
                    ),
                    _ => Message::Ping(Bytes::new()),
                };
                if socket.send(message).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Resident memory of this process in bytes.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok())
        .unwrap_or(0)
        * 4096
}

#[tokio::test]
async fn two_hundred_pests_and_two_honest_peers() {
    let limits = Limits {
        connections_per_address: 256,
        swarms: 256,
        ..Limits::default()
    };
    let tracker = Tracker::bind_with(ANYWHERE, [7; 32], limits).await.unwrap();
    let (mut a, mut b) = (Meeter::at(&tracker.url()), Meeter::at(&tracker.url()));
    a.up().await;
    b.up().await;
    b.client.announce(topic(1), peer(2), Vec::new());
    until("b is in the swarm", || tracker.stats().peers == 1).await;

    let before = resident();
    let pests: Vec<_> = (0..200)
        .map(|n| tokio::spawn(mischief(n, tracker.local_addr())))
        .collect();
    until("the junk arrives", || {
        tracker.stats().garbage > 100 && tracker.stats().swarms > 100
    })
    .await;

    let mut slowest = Duration::ZERO;
    for n in 0..10 {
        let start = tokio::time::Instant::now();
        a.client.announce(topic(1), peer(1), vec![offer(n)]);
        let MeetEvent::Offer { offer_id, .. } = b.next().await else {
            panic!("no offer")
        };
        assert_eq!(offer_id, offer(n).id);
        slowest = slowest.max(start.elapsed());
    }
    let stats = tracker.stats();
    assert!(
        stats.connections <= 256 && stats.swarms <= 256 && stats.peers <= 25 * 64 + 2,
        "{stats:?}"
    );
    let grown = resident().saturating_sub(before);
    println!(
        "slowest offer {slowest:?}, memory grown {} KiB, {stats:?}",
        grown / 1024
    );
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    assert!(grown < 100 * 1024 * 1024, "{grown}");
    for pest in pests {
        pest.abort();
    }
    until("they are gone and forgotten", || {
        tracker.stats().connections == 2 && tracker.stats().peers == 2
    })
    .await;
}

#[tokio::test]
async fn connections_have_a_bound_and_those_within_stay() {
    let limits = Limits {
        connections: 10,
        connections_per_address: 10,
        ..Limits::default()
    };
    let tracker = Tracker::bind_with(ANYWHERE, [7; 32], limits).await.unwrap();
    let (mut a, mut b) = (Meeter::at(&tracker.url()), Meeter::at(&tracker.url()));
    a.up().await;
    b.up().await;
    let mut crowd = Vec::new();
    for _ in 0..8 {
        crowd.push(Raw::to(&tracker).await);
    }
    for _ in 0..50 {
        let mut stream = connect(tracker.local_addr()).await.unwrap();
        let mut rest = Vec::new();
        // Closed unanswered; a reset counts as closed.
        drop(within("refused", stream.read_to_end(&mut rest)).await);
        assert!(rest.is_empty());
    }
    assert_eq!((tracker.stats().connections, tracker.stats().refused), (10, 50));
    b.client.announce(topic(1), peer(2), Vec::new());
    until("b is in the swarm", || tracker.stats().peers == 1).await;
    a.client.announce(topic(1), peer(1), vec![offer(1)]);
    assert!(matches!(b.next().await, MeetEvent::Offer { .. }));
    drop(crowd);
    until("seats are free again", || tracker.stats().connections == 2).await;
    Raw::to(&tracker).await;
}

#[tokio::test]
async fn who_dawdles_over_the_handshake_or_falls_silent_is_closed() {
    let limits = Limits {
        handshake: Duration::from_millis(200),
        silence: Duration::from_millis(200),
        ..Limits::default()
    };
    let tracker = Tracker::bind_with(ANYWHERE, [7; 32], limits).await.unwrap();
    let mut slow = connect(tracker.local_addr()).await.unwrap();
    slow.write_all(b"GET / HT").await.unwrap();
    drop(within("closed", slow.read_to_end(&mut Vec::new())).await);

    // Silent, and not even answering pings, as tungstenite does only while it is polled.
    let silent = Raw::to(&tracker).await;
    // Answers pings and is otherwise as silent.
    let mut alive = Raw::to(&tracker).await;
    let alive = tokio::spawn(async move { while let Some(Ok(_)) = alive.0.next().await {} });
    until("the silent one is closed", || tracker.stats().connections == 1).await;
    assert!(!alive.is_finished(), "the one that answers stays");
    drop(silent);
    alive.abort();
}

#[tokio::test]
async fn who_does_not_read_loses_messages_and_nobody_else_does() {
    let limits = Limits {
        write: Duration::from_millis(300),
        ..Limits::default()
    };
    let tracker = Tracker::bind_with(ANYWHERE, [7; 32], limits).await.unwrap();
    // Small socket buffers, so that it is the tracker's own queue that fills.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let stream = socket.connect(tracker.local_addr()).await.unwrap();
    let url = tracker.url();
    let (socket, _) = tokio_tungstenite::client_async(url, MaybeTlsStream::Plain(stream))
        .await
        .unwrap();
    let mut deaf = Raw(socket);
    let announce = |n: u8, offers: serde_json::Value| json!({"action": "announce", "info_hash": topic(1).as_str(), "peer_id": peer(n).as_str(), "offers": offers});
    deaf.send(&announce(1, json!([]))).await;
    until("the deaf one is in the swarm", || tracker.stats().peers == 1).await;
    let mut loud = Raw::to(&tracker).await;
    let big = announce(
        2,
        json!([{"offer_id": "x", "offer": {"type": "offer", "sdp": "y".repeat(60_000)}}]),
    );
    within("the deaf one is dropped from", async {
        while tracker.stats().dropped == 0 && tracker.stats().connections == 2 {
            loud.send(&big).await;
            assert!(loud.json().await.is_some(), "the loud one gets its replies");
        }
    })
    .await;
    until("the deaf one is closed", || tracker.stats().connections == 1).await;
}

#[tokio::test]
async fn too_fast_a_sender_is_read_slowly_not_thrown_out() {
    let tracker = tracker().await;
    let mut fast = Raw::to(&tracker).await;
    let start = tokio::time::Instant::now();
    let message = json!({"action": "announce", "info_hash": topic(1).as_str(), "peer_id": peer(1).as_str(), "offers": []});
    for _ in 0..80 {
        fast.send(&message).await;
    }
    for _ in 0..80 {
        assert_eq!(fast.json().await.expect("a reply")["interval"], 20);
    }
    // 64 at once, and 16 more at 16 a second.
    let took = start.elapsed();
    assert!(took > Duration::from_millis(800) && took < PATIENCE, "{took:?}");
}

#[tokio::test]
async fn one_that_keeps_sending_garbage_is_told_and_closed() {
    let tracker = tracker().await;
    let mut pest = Raw::to(&tracker).await;
    for _ in 0..30 {
        if pest.0.send(Message::text("garbage")).await.is_err() {
            break;
        }
    }
    let first = pest.json().await.expect("an answer");
    assert!(
        first["failure reason"]
            .as_str()
            .unwrap()
            .contains("not a message"),
        "{first}"
    );
    until("it is closed", || tracker.stats().connections == 0).await;
    let mut pest = Raw::to(&tracker).await;
    drop(pest.0.send(Message::text("x".repeat(100_000))).await);
    until("an over-long message closes at once", || {
        tracker.stats().connections == 0
    })
    .await;
}
