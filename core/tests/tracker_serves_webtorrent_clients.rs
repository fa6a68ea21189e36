//! The embedded tracker serves what WebTorrent clients and Chitchatter's pages send: binary ids,
//! `event`, offers that are announced again, text and binary frames, scrapes; a browser that
//! comes by mistake gets a small page.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod tracker_support;

use dayfly_core::rendezvous::tracker::Tracker;
use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;
use tracker_support::{Raw, tracker, until, within};

/// Twenty bytes as bittorrent-tracker writes them: a character each.
fn binary(first: u8) -> String {
    (0..20).map(|n| char::from(first.wrapping_add(n * 13))).collect()
}

fn announce(swarm: &str, peer: &str, more: Value) -> Value {
    let mut message = json!({"action": "announce", "info_hash": swarm, "peer_id": peer});
    message
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    message
}

fn offers(n: u8) -> Value {
    let offer = |n: u8| json!({"offer": {"type": "offer", "sdp": format!("v=0 {n}")}, "offer_id": binary(n)});
    (0..n).map(offer).collect()
}

#[tokio::test]
async fn a_webtorrent_pair_with_binary_ids() {
    let tracker = tracker().await;
    let (mut seeder, mut leecher) = (Raw::to(&tracker).await, Raw::to(&tracker).await);
    let (swarm, first, second) = (binary(0xf0), binary(0x2d), binary(0x80));
    let started = json!({"numwant": 5, "uploaded": 0, "downloaded": 0, "left": 0, "event": "started", "offers": offers(5)});
    seeder.send(&announce(&swarm, &first, started)).await;
    let reply = seeder.json().await.unwrap();
    assert_eq!(reply["info_hash"], json!(swarm));
    assert_eq!((&reply["complete"], &reply["incomplete"]), (&json!(1), &json!(0)));
    assert_eq!(
        (&reply["action"], &reply["interval"]),
        (&json!("announce"), &json!(20))
    );

    // Infinity, which is what `left` is at first, becomes null in JSON.
    let started = json!({"numwant": 5, "left": null, "event": "started", "offers": offers(5)});
    leecher.send(&announce(&swarm, &second, started)).await;
    let reply = leecher.json().await.unwrap();
    assert_eq!((&reply["complete"], &reply["incomplete"]), (&json!(1), &json!(1)));
    let offer = seeder.json().await.unwrap();
    assert_eq!(
        (&offer["peer_id"], &offer["offer_id"]),
        (&json!(second), &json!(binary(0)))
    );
    assert_eq!(offer["offer"], json!({"type": "offer", "sdp": "v=0 0"}));

    let answer =
        json!({"to_peer_id": second, "answer": {"type": "answer", "sdp": "v=0 a"}, "offer_id": binary(0)});
    seeder.send(&announce(&swarm, &first, answer)).await;
    let answer = leecher.json().await.unwrap();
    assert_eq!(
        (&answer["peer_id"], &answer["answer"]["sdp"]),
        (&json!(first), &json!("v=0 a"))
    );

    seeder
        .send(&json!({"action": "scrape", "info_hash": [swarm, binary(1)]}))
        .await;
    let scrape = seeder.json().await.unwrap();
    assert_eq!(scrape["action"], "scrape");
    assert_eq!(
        scrape["files"][&swarm],
        json!({"complete": 1, "incomplete": 1, "downloaded": 1})
    );
    assert_eq!(
        scrape["files"][&binary(1)],
        json!({"complete": 0, "incomplete": 0, "downloaded": 0})
    );

    leecher
        .send(&announce(
            &swarm,
            &second,
            json!({"event": "stopped", "numwant": 0}),
        ))
        .await;
    until("the leecher is out", || tracker.stats().peers == 1).await;
}

#[tokio::test]
async fn a_page_announces_the_same_offers_again() {
    let tracker = tracker().await;
    let (mut resident, mut newcomer) = (Raw::to(&tracker).await, Raw::to(&tracker).await);
    let swarm = "4wi2s4r5w6z5g5f58fl5";
    let page = json!({"numwant": 3, "offers": offers(3)});
    resident
        .send(&announce(swarm, "00000000000000000001", page.clone()))
        .await;
    assert!(resident.json().await.unwrap()["interval"].is_number());
    assert_eq!(tracker.stats().forwarded, 0);
    newcomer
        .send(&announce(
            swarm,
            "00000000000000000002",
            json!({"numwant": 3, "offers": []}),
        ))
        .await;
    assert!(newcomer.json().await.unwrap()["interval"].is_number());
    for _ in 0..2 {
        resident
            .send(&announce(swarm, "00000000000000000001", page.clone()))
            .await;
        assert_eq!(newcomer.json().await.unwrap()["offer_id"], json!(binary(0)));
    }
}

#[tokio::test]
async fn binary_frames_are_read_as_text_is() {
    let tracker = tracker().await;
    let mut client = Raw::to(&tracker).await;
    let message = announce(&binary(1), &binary(2), json!({"offers": []})).to_string();
    client
        .0
        .send(Message::Binary(message.into_bytes().into()))
        .await
        .unwrap();
    assert_eq!(client.json().await.unwrap()["incomplete"], 1);
}

#[tokio::test]
async fn two_rooms_of_one_page_share_a_socket() {
    let tracker = tracker().await;
    let mut page = Raw::to(&tracker).await;
    for swarm in [binary(1), binary(2)] {
        page.send(&announce(&swarm, "00000000000000000001", json!({"offers": []})))
            .await;
        assert_eq!(page.json().await.unwrap()["info_hash"], json!(swarm));
    }
    assert_eq!((tracker.stats().swarms, tracker.stats().connections), (2, 1));
    drop(page);
    until("both are left when it closes", || tracker.stats().swarms == 0).await;
}

async fn ask(tracker: &Tracker, request: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(tracker.local_addr())
        .await
        .unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut page = String::new();
    within("the page", stream.read_to_string(&mut page))
        .await
        .unwrap();
    page
}

#[tokio::test]
async fn a_browser_gets_a_small_page() {
    let tracker = tracker().await;
    let page = ask(&tracker, "GET / HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n").await;
    assert!(
        page.starts_with("HTTP/1.1 200 OK\r\n") && page.contains("Dayfly tracker"),
        "{page}"
    );
    until("it is closed", || tracker.stats().connections == 0).await;
}
