//! A tracker that keeps a log of all it sees cannot tell from its sockets that two swarms are one
//! room's: each swarm and peer id has a connection of its own, which carries nothing else and is
//! closed when the swarm is left. A client of web rooms, where one socket carries everything, is
//! caught by the same log.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod tracker_support;

use dayfly_core::proto::id::BackendId;
use dayfly_core::proto::room::MeetEvent;
use dayfly_core::rendezvous::Rendezvous;
use dayfly_core::rendezvous::tracker::{TrackerClient, TrackerUrl, start_apart};
use dayfly_core::task::Tasks;
use futures_util::{SinkExt, StreamExt};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tracker_support::{ANYWHERE, Meeter, brisk, offer, peer, topic, tracker, until, within};

/// What a tracker saw on each of its sockets.
#[derive(Default)]
struct Log {
    /// Swarms and peer ids named on each socket.
    named: BTreeMap<usize, BTreeSet<(String, String)>>,
    messages: usize,
    open: BTreeSet<usize>,
}

/// A tracker that answers announces and writes everything down.
async fn spy() -> (String, Arc<Mutex<Log>>) {
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let log = Arc::<Mutex<Log>>::default();
    let shared = Arc::clone(&log);
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            let log = Arc::clone(&shared);
            log.lock().unwrap().open.insert(number);
            tokio::spawn(async move {
                let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
                while let Some(Ok(message)) = socket.next().await {
                    let Message::Text(text) = message else { continue };
                    let said: serde_json::Value = serde_json::from_str(&text).unwrap();
                    let text = |key: &str| said[key].as_str().unwrap().to_owned();
                    let swarm = (text("info_hash"), text("peer_id"));
                    {
                        let mut log = log.lock().unwrap();
                        log.named.entry(number).or_default().insert(swarm.clone());
                        log.messages += 1;
                    }
                    let answer = serde_json::json!({
                        "action": "announce", "info_hash": swarm.0, "interval": 20,
                        "complete": 0, "incomplete": 1,
                    });
                    if socket.send(Message::text(answer.to_string())).await.is_err() {
                        break;
                    }
                }
                log.lock().unwrap().open.remove(&number);
            });
        }
    });
    (url, log)
}

fn swarm(n: u8) -> (String, String) {
    (topic(n).to_string(), peer(n).to_string())
}

/// Three hours of one room: each hour's swarm is announced, with the neighbour's from the change
/// of the hour, and the old one is left.
async fn three_hours(client: &mut dyn Rendezvous, log: &Mutex<Log>) {
    let messages = |wanted: usize| move || log.lock().unwrap().messages == wanted;
    client.announce(topic(1), peer(1), vec![offer(1)]);
    until("the first hour", messages(1)).await;
    for hour in 2..4 {
        let before = log.lock().unwrap().messages;
        client.announce(topic(hour), peer(hour), vec![offer(hour.into())]);
        until("the neighbour hour", messages(before + 1)).await;
        client.reply(
            topic(hour - 1),
            peer(hour - 1),
            peer(9),
            "x".repeat(20),
            "1,2,3$s".into(),
        );
        client.reply(topic(hour), peer(hour), peer(9), "y".repeat(20), "1,2,3$s".into());
        until("both answers", messages(before + 3)).await;
        client.withdraw(topic(hour - 1), peer(hour - 1));
        until("the goodbye", messages(before + 4)).await;
    }
}

#[tokio::test]
async fn no_two_hours_share_a_socket() {
    let (url, log) = spy().await;
    let (sink, mut events) = mpsc::channel(64);
    let tasks = Tasks::new();
    let url = TrackerUrl::parse(&url).unwrap();
    let mut client = start_apart(&tasks, BackendId(3), url, brisk(), [9; 32], sink);
    let up = within("coming up", events.recv()).await;
    assert!(matches!(up, Some((BackendId(3), MeetEvent::Up))), "{up:?}");
    three_hours(&mut client, &log).await;

    let named = log.lock().unwrap().named.clone();
    let each: Vec<_> = (1..4).map(|hour| BTreeSet::from([swarm(hour)])).collect();
    assert_eq!(
        named.into_values().collect::<Vec<_>>(),
        each,
        "one swarm and one id a socket"
    );
    until("the sockets of hours gone by are closed", || {
        log.lock().unwrap().open.len() == 1
    })
    .await;
    drop(client);
    until("the last one is closed", || log.lock().unwrap().open.is_empty()).await;
    while within("the end", events.recv()).await.is_some() {}
}

/// The same log catches a client that uses one socket.
#[tokio::test]
async fn the_log_tells_a_client_that_shares_a_socket() {
    let (url, log) = spy().await;
    let (sink, mut events) = mpsc::channel(64);
    let tasks = Tasks::new();
    let url = TrackerUrl::parse(&url).unwrap();
    let mut client = TrackerClient::start(&tasks, BackendId(3), url, brisk(), [9; 32], sink);
    let up = within("coming up", events.recv()).await;
    assert!(matches!(up, Some((_, MeetEvent::Up))), "{up:?}");
    three_hours(&mut client, &log).await;
    let named = log.lock().unwrap().named.clone();
    assert!(named.values().any(|swarms| swarms.len() == 3), "{named:?}");
}

/// Offers and answers find their way through the right one of several sockets.
#[tokio::test]
async fn two_rooms_meet_in_every_swarm() {
    let tracker = tracker().await;
    let tasks = Tasks::new();
    let (sink, mut events) = mpsc::channel(64);
    let url = TrackerUrl::parse(&tracker.url()).unwrap();
    let mut apart = start_apart(&tasks, BackendId(3), url, brisk(), [9; 32], sink);
    let mut plain = Meeter::at(&tracker.url());
    plain.up().await;
    // Announced before anything is up: held until it is.
    for n in [1, 2] {
        apart.announce(topic(n), peer(n), Vec::new());
    }
    until("both swarms", || tracker.stats().peers == 2).await;
    assert_eq!(tracker.stats().connections, 3);
    for n in [1, 2] {
        plain
            .client
            .announce(topic(n), peer(10 + n), vec![offer(u32::from(n))]);
    }
    let mut met = BTreeSet::new();
    while met.len() < 2 {
        let event = within("an offer", events.recv()).await;
        if let Some((
            BackendId(3),
            MeetEvent::Offer {
                topic,
                from,
                offer_id,
                ..
            },
        )) = event
        {
            let ours = if topic == self::topic(1) { peer(1) } else { peer(2) };
            apart.reply(topic, ours, from, offer_id, "4,5,6$sealed answer".into());
            met.insert(topic);
        }
    }
    let mut answered = BTreeSet::new();
    while answered.len() < 2 {
        if let MeetEvent::Answer { topic, .. } = plain.next().await {
            answered.insert(topic);
        }
    }
    assert_eq!(answered, met);
}

/// A tracker that goes away and comes back is announced to again, by each swarm on its own.
#[tokio::test]
async fn every_swarm_comes_back_after_a_restart() {
    let first = tracker().await;
    let address = first.local_addr();
    let tasks = Tasks::new();
    let (sink, mut events) = mpsc::channel(64);
    let url = TrackerUrl::parse(&first.url()).unwrap();
    let mut apart = start_apart(&tasks, BackendId(3), url, brisk(), [9; 32], sink);
    for n in [1, 2] {
        apart.announce(topic(n), peer(n), Vec::new());
    }
    until("both swarms", || first.stats().peers == 2).await;
    drop(first);
    loop {
        let event = within("bad news", events.recv()).await;
        if matches!(event, Some((_, MeetEvent::Waiting(_)))) {
            break;
        }
    }
    let second = within("the port is free again", async {
        loop {
            if let Ok(tracker) = dayfly_core::rendezvous::tracker::Tracker::bind(address, [7; 32]).await {
                return tracker;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
    // The room announces whenever it hears that the place is up.
    until("both are back", || {
        while let Ok((_, event)) = events.try_recv() {
            if matches!(event, MeetEvent::Up) {
                for n in [1, 2] {
                    apart.announce(topic(n), peer(n), Vec::new());
                }
            }
        }
        second.stats().peers == 2
    })
    .await;
    assert_eq!(second.stats().connections, 2);
}
