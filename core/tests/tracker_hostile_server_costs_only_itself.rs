//! A tracker that floods, sends garbage or over-long messages, trickles bytes, or is no tracker at
//! all costs itself its connection and nothing else: the room is told in words, the client's
//! memory stays bounded, a client of an honest tracker beside it goes on, and one that keeps
//! offending is given up. Wrong events never reach the room.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod tracker_support;

use dayfly_core::proto::room::MeetEvent;
use dayfly_core::rendezvous::Rendezvous;
use dayfly_core::rendezvous::tracker::ClientOptions;
use futures_util::{SinkExt, StreamExt};
use std::future::Future;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tracker_support::{ANYWHERE, Meeter, brisk, offer, peer, topic, tracker, until, within};

/// A server that treats each connection as `evil` says; its address.
async fn server<F>(evil: impl Fn(TcpStream) -> F + Send + 'static) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(evil(stream));
        }
    });
    url
}

/// One that finishes the handshake first.
async fn websocket<F>(evil: impl Fn(WebSocketStream<TcpStream>) -> F + Send + Clone + 'static) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    server(move |stream| {
        let evil = evil.clone();
        async move {
            if let Ok(socket) = tokio_tungstenite::accept_async(stream).await {
                evil(socket).await;
            }
        }
    })
    .await
}

/// Three offences in a row and the tracker is given up; nothing but states was reported.
async fn is_given_up(mut a: Meeter) {
    let mut waits = 0;
    loop {
        match a.event().await {
            MeetEvent::Up => a.client.announce(topic(1), peer(1), vec![offer(1)]),
            MeetEvent::Waiting(sentence) => {
                assert!(
                    sentence.starts_with("127.0.0.1 sends what no place to meet sends; next try"),
                    "{sentence}"
                );
                waits += 1;
            }
            MeetEvent::Down(sentence) => {
                assert_eq!(
                    sentence,
                    "127.0.0.1 sends what no place to meet sends; it is not asked again"
                );
                assert_eq!(waits, 2);
                break;
            }
            other => panic!("believed {other:?}"),
        }
    }
    assert!(within("the task ends", a.events.recv()).await.is_none());
}

#[tokio::test]
async fn garbage() {
    let url = websocket(|mut socket| async move {
        for n in 0_u8.. {
            let junk = match n % 4 {
                0 => Message::text("}{"),
                1 => Message::Binary(Bytes::from(vec![n; 100])),
                2 => Message::text("[[[[[[[[".repeat(1000)),
                _ => Message::text(r#"{"action":"announce","info_hash":7}"#),
            };
            if socket.send(junk).await.is_err() {
                return;
            }
        }
    })
    .await;
    is_given_up(Meeter::at(&url)).await;
}

#[tokio::test]
async fn floods() {
    for message in [
        Message::text("{}"),
        Message::Ping(Bytes::new()),
        Message::Pong(Bytes::from_static(b"x")),
    ] {
        let url = websocket(move |mut socket| {
            let message = message.clone();
            async move { while socket.feed(message.clone()).await.is_ok() {} }
        })
        .await;
        is_given_up(Meeter::at(&url)).await;
    }
}

#[tokio::test]
async fn messages_without_end() {
    let url = websocket(|mut socket| async move {
        let big = format!(r#"{{"action":"announce","x":"{}"}}"#, "a".repeat(10_000_000));
        drop(socket.send(Message::text(big)).await);
        while let Some(Ok(_)) = socket.next().await {}
    })
    .await;
    is_given_up(Meeter::at(&url)).await;
}

#[tokio::test]
async fn a_claimed_length_allocates_nothing() {
    let url = server(|stream| async move {
        // After the handshake: one text frame that claims 2^62 bytes.
        let Ok(socket) = tokio_tungstenite::accept_async(stream).await else {
            return;
        };
        let mut stream = socket.into_inner();
        let mut frame = vec![0x81, 127];
        frame.extend((1_u64 << 62).to_be_bytes());
        frame.extend([b'x'; 100]);
        drop(stream.write_all(&frame).await);
        drop(stream.read_to_end(&mut Vec::new()).await);
    })
    .await;
    is_given_up(Meeter::at(&url)).await;
}

#[tokio::test]
async fn a_flood_of_good_offers_waits_for_the_room() {
    // Well-formed and for our swarm: the client stops reading when the room's queue is full.
    let url = websocket(|mut socket| async move {
        let Some(Ok(_)) = socket.next().await else { return };
        for n in 0_u32.. {
            let message = format!(
                r#"{{"action":"announce","info_hash":"{}","peer_id":"{}","offer_id":"{n:0>20}","offer":{{"type":"offer","sdp":"{}"}}}}"#,
                topic(1), peer(9), "s".repeat(30_000)
            );
            if socket.send(Message::text(message)).await.is_err() {
                return;
            }
        }
    })
    .await;
    let mut a = Meeter::at(&url);
    a.up().await;
    a.client.announce(topic(1), peer(1), Vec::new());
    until("the room's queue is full", || {
        a.events.len() == a.events.max_capacity()
    })
    .await;
    // Nobody reads. What came in meanwhile is the queue, one message in hand, and socket buffers.
    let mut last = 0;
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = a.client.bytes_received();
        if now == last {
            break;
        }
        last = now;
    }
    assert!(last < 70 * 31_000, "read on to {last} bytes");
    let mut offers = 0;
    loop {
        match a.event().await {
            MeetEvent::Offer { .. } => offers += 1,
            MeetEvent::Waiting(sentence) => {
                assert!(
                    sentence.contains("sends what no place to meet sends"),
                    "{sentence}"
                );
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(offers < 2000, "{offers}");
}

#[tokio::test]
async fn offers_for_nobody_are_not_passed_on() {
    let url = websocket(|mut socket| async move {
        let Some(Ok(_)) = socket.next().await else { return };
        let message = |swarm: &str, peer: &str, rest: &str| {
            Message::text(format!(r#"{{"action":"announce","info_hash":"{swarm}","peer_id":"{peer}"{rest}}}"#))
        };
        let (ours, theirs) = (topic(1), topic(2));
        let good = r#","offer_id":"o","offer":{"type":"offer","sdp":"s"}"#;
        for m in [
            message(theirs.as_str(), peer(9).as_str(), good),
            message(ours.as_str(), peer(1).as_str(), good),
            message(ours.as_str(), "\\u00ff\\u00ff\\u00ff\\u00ff\\u00ff\\u00ff\\u00ff\\u00ff\\u00ff\\u00ff\\u00ff\\u00ff\\u00ff\\u00ff\\u00ff\\u00ff\\u00ff\\u00ff\\u00ff\\u00ff", good),
            message(ours.as_str(), "short", good),
            message(ours.as_str(), peer(9).as_str(), r#","offer_id":"o","offer":{"type":"answer","sdp":"s"}"#),
            message(ours.as_str(), peer(9).as_str(), r#","offer":{"type":"offer","sdp":"s"}"#),
            message(ours.as_str(), peer(8).as_str(), good),
        ] {
            socket.send(m).await.unwrap();
        }
        while let Some(Ok(_)) = socket.next().await {}
    })
    .await;
    let mut a = Meeter::at(&url);
    a.up().await;
    a.client.announce(topic(1), peer(1), Vec::new());
    let MeetEvent::Offer {
        topic: swarm, from, ..
    } = a.event().await
    else {
        panic!("not the offer")
    };
    assert_eq!(
        (swarm, from),
        (topic(1), peer(8)),
        "only the last one is a peer's offer to us"
    );
}

#[tokio::test]
async fn whoever_is_slow_or_no_tracker_is_named_so() {
    let hurry = ClientOptions {
        connect_deadline: Duration::from_millis(300),
        ..brisk()
    };
    let mute = server(|mut stream| async move {
        drop(stream.read_to_end(&mut Vec::new()).await);
    })
    .await;
    let sentence = Meeter::with(&mute, hurry.clone()).waiting().await;
    assert!(sentence.starts_with("127.0.0.1 does not answer;"), "{sentence}");

    let trickle = server(|mut stream| async move {
        for byte in b"HTTP/1.1 101 Switching Protocols\r\n".iter().cycle() {
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let sentence = Meeter::with(&trickle, hurry).waiting().await;
    assert!(sentence.starts_with("127.0.0.1 does not answer;"), "{sentence}");

    let page = server(|mut stream| async move {
        let mut request = [0; 1024];
        drop(stream.read(&mut request).await);
        drop(
            stream
                .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                .await,
        );
    })
    .await;
    let sentence = Meeter::at(&page).waiting().await;
    assert!(
        sentence.starts_with("127.0.0.1 answers, but is no place to meet (HTTP 404);"),
        "{sentence}"
    );

    let noise = server(|mut stream| async move {
        let mut request = [0; 1024];
        drop(stream.read(&mut request).await);
        drop(stream.write_all(b"220 smtp.example ESMTP\r\n\r\n").await);
    })
    .await;
    let sentence = Meeter::at(&noise).waiting().await;
    assert!(
        sentence.starts_with("127.0.0.1 answers, but is no place to meet;"),
        "{sentence}"
    );

    let refusing = websocket(|mut socket| async move {
        let Some(Ok(_)) = socket.next().await else { return };
        let words = "no \u{202e}\n".to_owned() + &"such room ".repeat(50);
        drop(
            socket
                .send(Message::text(
                    serde_json::json!({"failure reason": words}).to_string(),
                ))
                .await,
        );
        while let Some(Ok(_)) = socket.next().await {}
    })
    .await;
    let mut a = Meeter::at(&refusing);
    a.up().await;
    a.client.announce(topic(1), peer(1), Vec::new());
    let sentence = a.waiting().await;
    assert!(
        sentence.starts_with("127.0.0.1 refuses this room: no ??such room such") && sentence.len() < 200,
        "{sentence}"
    );
}

#[tokio::test]
async fn an_honest_tracker_beside_it_goes_on() {
    let evil =
        websocket(|mut socket| async move { while socket.feed(Message::text("{}")).await.is_ok() {} }).await;
    let honest = tracker().await;
    let _pest = Meeter::at(&evil);
    let (mut a, mut b) = (Meeter::at(&honest.url()), Meeter::at(&honest.url()));
    a.up().await;
    b.up().await;
    b.client.announce(topic(1), peer(2), Vec::new());
    until("b is in the swarm", || honest.stats().peers == 1).await;
    a.client.announce(topic(1), peer(1), vec![offer(1)]);
    assert!(matches!(b.next().await, MeetEvent::Offer { .. }));
}
