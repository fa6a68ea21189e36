//! Native rooms meet by Nostr relays alone, through the stand-in relay of `nostr_support`:
//!
//! - two meet and talk, five form a whole mesh;
//! - a relay that goes and comes back serves whoever comes then;
//! - a relay sees a key for each connection, one topic each, and no key twice;
//! - a relay that lies by omission, and one that talks nonsense, cost only themselves;
//! - of two trackers and three relays any may be lost, and any four: it costs two seconds at most.

mod common;
mod nostr_support;

use common::{Person, local};
use dayfly_core::engine::{Engine, NativeOptions, RoomOptions};
use dayfly_core::proto::room::{Event, RendezvousState};
use dayfly_core::rendezvous::tracker::Tracker;
use futures_util::{SinkExt, StreamExt};
use nostr_support::StandInRelay;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

fn by(name: &str, relays: &[&str]) -> RoomOptions {
    RoomOptions {
        nostr: Some(relays.iter().map(|url| (*url).to_owned()).collect()),
        ..local(name, false)
    }
}

async fn room(engine: &Engine, relays: &[&str]) -> Person {
    Person::open(engine, NativeOptions::default(), by("Ada", relays)).await
}

async fn guest(engine: &Engine, host: &Person, name: &str, relays: &[&str]) -> Person {
    Person::enter(engine, host.room.invite(), by(name, relays)).await
}

async fn is_up(person: &mut Person) {
    person
        .wait("a place to answer", |event| match event {
            Event::Rendezvous { status } => (status.state == RendezvousState::Up).then_some(()),
            Event::Reset { snapshot } => {
                let mut places = snapshot.rendezvous.iter();
                places
                    .any(|status| status.state == RendezvousState::Up)
                    .then_some(())
            }
            _ => None,
        })
        .await;
}

#[tokio::test]
async fn two_meet_and_talk_and_show_no_key_twice() {
    let relay = StandInRelay::start().await;
    let engine = Engine::start().expect("a thread");
    let mut ada = room(&engine, &[&relay.url()]).await;
    is_up(&mut ada).await;
    let mut bob = guest(&engine, &ada, "Bob", &[&relay.url()]).await;
    ada.joined("Bob").await;
    bob.joined("Ada").await;
    bob.room
        .say("by relay".into(), Default::default())
        .await
        .expect("said");
    ada.hears("by relay").await;

    let shown = relay.shown();
    let keys: Vec<_> = shown.iter().flat_map(|one| one.keys.iter()).collect();
    let subscriptions: Vec<_> = shown.iter().flat_map(|one| one.subscriptions.iter()).collect();
    let distinct = |all: &[&String]| all.iter().collect::<std::collections::BTreeSet<_>>().len();
    assert_eq!(distinct(&keys), keys.len(), "{shown:?}");
    assert_eq!(distinct(&subscriptions), subscriptions.len(), "{shown:?}");
    for one in &shown {
        assert!(one.keys.len() <= 1 && one.topics.len() <= 1, "{one:?}");
    }
    assert!(keys.len() >= 2, "{shown:?}");
}

#[tokio::test]
async fn five_meet() {
    let relay = StandInRelay::start().await;
    let engine = Engine::start().expect("a thread");
    let mut people = vec![room(&engine, &[&relay.url()]).await];
    let names = ["Ada", "Bob", "Cleo", "Dan", "Eve"];
    for name in &names[1..] {
        let person = guest(&engine, &people[0], name, &[&relay.url()]).await;
        people.push(person);
    }
    for (me, person) in people.iter_mut().enumerate() {
        for (other, name) in names.iter().enumerate() {
            if me != other && !person.seen.iter().any(|event| is_joining(event, name)) {
                person.joined(name).await;
            }
        }
    }
}

fn is_joining(event: &Event, name: &str) -> bool {
    match event {
        Event::MemberJoined { member } => member.name == name,
        Event::Reset { snapshot } => snapshot.members.iter().any(|m| m.name == name),
        _ => false,
    }
}

#[tokio::test]
async fn a_relay_that_comes_back_serves_again() {
    let relay = StandInRelay::start().await;
    let (url, address) = (relay.url(), relay.address);
    let engine = Engine::start().expect("a thread");
    let mut ada = room(&engine, &[&url]).await;
    is_up(&mut ada).await;
    relay.stop().await;
    ada.wait("the relay to be missed", |event| match event {
        Event::Rendezvous { status } if status.state == RendezvousState::Waiting => {
            assert!(status.detail.as_ref().is_some_and(|d| d.contains("next try in")));
            Some(())
        }
        _ => None,
    })
    .await;
    let _again = StandInRelay::at(address).await;
    let mut bob = guest(&engine, &ada, "Bob", &[&url]).await;
    ada.joined("Bob").await;
    bob.joined("Ada").await;
}

/// Says what no relay should to whoever comes: junk, other people's events, frames without end.
async fn nuisance() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let url = format!("ws://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else {
                    return;
                };
                while let Some(Ok(message)) = socket.next().await {
                    let Message::Text(text) = message else { continue };
                    for junk in [
                        text.to_string(),
                        text.replace("EVENT", "OK"),
                        "[\"EVENT\",\"x\",{\"id\":1}]".into(),
                        format!("[\"NOTICE\",\"{}\"]", "x".repeat(200_000)),
                    ] {
                        if socket.send(Message::text(junk)).await.is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn hostile_relays_cost_only_themselves() {
    let (good, mute) = (StandInRelay::start().await, StandInRelay::start().await);
    mute.lie_by_omission();
    let bad = nuisance().await;
    let relays = [bad.as_str(), &mute.url(), &good.url()];
    let engine = Engine::start().expect("a thread");
    let mut ada = room(&engine, &relays).await;
    let mut bob = guest(&engine, &ada, "Bob", &relays).await;
    ada.joined("Bob").await;
    bob.joined("Ada").await;
    let detail = ada.wait("the bad one to be given a rest", |event| match event {
        Event::Rendezvous { status }
            if status.url.as_deref() == Some(&bad) && status.state != RendezvousState::Up =>
        {
            status.detail.clone()
        }
        Event::Reset { snapshot } => snapshot.rendezvous.iter().find_map(|status| {
            (status.url.as_deref() == Some(&bad))
                .then(|| status.detail.clone())
                .flatten()
        }),
        _ => None,
    });
    let detail = detail.await;
    assert!(detail.contains("sends what no place to meet sends"), "{detail}");
}

/// What a lost place does to whoever comes.
#[derive(Debug, Clone, Copy)]
enum Lost {
    Refuses,
    SaysNothing,
}

/// Two trackers and three relays, of which those are lost; how long it takes from the guest's
/// coming until both see each other.
async fn meet_at_five(lost: &[usize], how: Lost) -> Duration {
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let (mut trackers, mut relays, mut silent) = (Vec::new(), Vec::new(), Vec::new());
    let mut urls = Vec::new();
    for place in 0..5 {
        if lost.contains(&place) {
            let listener = TcpListener::bind(anywhere).await.expect("a port");
            urls.push(format!("ws://{}", listener.local_addr().expect("bound")));
            if matches!(how, Lost::SaysNothing) {
                silent.push(listener);
            }
        } else if place < 2 {
            let tracker = Tracker::bind(anywhere, [place as u8; 32]).await.expect("a port");
            urls.push(tracker.url());
            trackers.push(tracker);
        } else {
            let relay = StandInRelay::start().await;
            urls.push(relay.url());
            relays.push(relay);
        }
    }
    let options = |name| RoomOptions {
        trackers: urls[..2].to_vec(),
        nostr: Some(urls[2..].to_vec()),
        ..local(name, false)
    };
    let engine = Engine::start().expect("a thread");
    let mut ada = Person::open(&engine, NativeOptions::default(), options("Ada")).await;
    is_up(&mut ada).await;
    let start = Instant::now();
    let mut bob = Person::enter(&engine, ada.room.invite(), options("Bob")).await;
    ada.joined("Bob").await;
    bob.joined("Ada").await;
    start.elapsed()
}

#[tokio::test]
async fn losing_all_but_one_place_costs_little() {
    let mut alive = Duration::ZERO;
    for (how, lost) in [
        (Lost::Refuses, &[][..]),
        (Lost::Refuses, &[0]),
        (Lost::SaysNothing, &[0]),
        (Lost::Refuses, &[0, 1, 2, 3]),
        (Lost::SaysNothing, &[0, 1, 2, 3]),
    ] {
        let mut took = Vec::new();
        for _ in 0..5 {
            took.push(meet_at_five(lost, how).await);
        }
        took.sort();
        let (median, worst) = (took[2], took[4]);
        println!("{how:?} {lost:?}: median {median:?}, worst {worst:?}");
        if lost.is_empty() {
            alive = median;
        }
        assert!(median <= alive + Duration::from_secs(2), "{how:?} {lost:?}");
    }
}
