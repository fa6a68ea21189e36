//! Rooms that meet by the DHT alone: fifty nodes on loopback, whole engines, real connections.
//! A DHT that does not answer is said so.

mod common;

use common::{Person, local};
use dayfly_core::engine::{Engine, NativeOptions, RoomOptions};
use dayfly_core::proto::invite::Invite;
use dayfly_core::proto::room::{Event, RendezvousState};
use mainline::Testnet;
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

const NODES: usize = 50;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// Fifty threads at once are enough.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Nodes of a DHT of their own, bound to 127.0.0.1.
fn testnet() -> Testnet {
    Testnet::builder(NODES)
        .build()
        .expect("fifty sockets and threads")
}

fn by_dht(name: &str, nodes: &[String]) -> RoomOptions {
    RoomOptions {
        dht: Some(nodes.to_vec()),
        ..local(name, false)
    }
}

/// A few to begin at, as in life.
fn begin(testnet: &Testnet) -> Vec<String> {
    testnet.bootstrap.iter().take(3).cloned().collect()
}

fn engine() -> Engine {
    Engine::start().expect("a thread")
}

fn by_link(person: &Person) -> Invite {
    Invite::parse(&person.room.invite().link()).expect("its own link is an invite")
}

/// Waits until `person` has everybody named in its room.
async fn finds(person: &mut Person, others: &[&str]) {
    let mut here = BTreeSet::new();
    let all = async {
        while !others.iter().all(|name| here.contains(*name)) {
            match person.events.next().await.expect("the room goes on") {
                Event::MemberJoined { member } | Event::MemberChanged { member } => {
                    here.insert(member.name);
                }
                Event::Reset { snapshot } => {
                    here.insert(snapshot.me.name);
                    here.extend(snapshot.members.into_iter().map(|member| member.name));
                }
                _ => {}
            }
        }
    };
    let found = tokio::time::timeout(PATIENCE, all).await;
    assert!(found.is_ok(), "of {others:?} only {here:?} in {PATIENCE:?}");
}

#[tokio::test]
async fn two_rooms_meet_by_the_dht_alone() {
    let _alone = ALONE.lock().await;
    let testnet = testnet();
    let nodes = begin(&testnet);
    let (one, two) = (engine(), engine());
    let mut ada = Person::open(&one, NativeOptions::default(), by_dht("Ada", &nodes)).await;
    ada.wait("the DHT to answer", |event| match event {
        Event::Rendezvous { status } if status.backend == "dht" && status.state == RendezvousState::Up => {
            Some(())
        }
        Event::Reset { snapshot } => snapshot
            .rendezvous
            .iter()
            .find(|status| status.backend == "dht" && status.state == RendezvousState::Up)
            .map(|_| ()),
        _ => None,
    })
    .await;
    let since = Instant::now();
    let mut bob = Person::enter(&two, &by_link(&ada), by_dht("Bob", &nodes)).await;
    finds(&mut ada, &["Bob"]).await;
    finds(&mut bob, &["Ada"]).await;
    println!("two rooms met by the DHT in {:?}", since.elapsed());
    ada.room
        .say("found you".into(), Default::default())
        .await
        .expect("said");
    bob.hears("found you").await;
    let stats = bob.room.stats().await.expect("counted");
    println!("about {} bytes to the DHT", stats.tracker_bytes_sent);
    assert!(stats.tracker_bytes_sent > 0);
}

#[tokio::test]
async fn three_rooms_meet_by_the_dht_alone() {
    let _alone = ALONE.lock().await;
    let testnet = testnet();
    let nodes = begin(&testnet);
    let names = ["Ada", "Bob", "Cyd"];
    let engines: Vec<Engine> = names.iter().map(|_| engine()).collect();
    let since = Instant::now();
    let mut people =
        vec![Person::open(&engines[0], NativeOptions::default(), by_dht(names[0], &nodes)).await];
    let invite = by_link(&people[0]);
    for at in 1..names.len() {
        people.push(Person::enter(&engines[at], &invite, by_dht(names[at], &nodes)).await);
    }
    for person in &mut people {
        finds(person, &names).await;
    }
    println!("three rooms met by the DHT in {:?}", since.elapsed());
}

#[tokio::test]
async fn a_dht_that_does_not_answer_is_said_so() {
    // Bound and never read.
    let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
    let node = silent.local_addr().expect("an address").to_string();
    let one = engine();
    let mut ada = Person::open(&one, NativeOptions::default(), by_dht("Ada", &[node])).await;
    let detail = ada
        .wait("the DHT to be given up for now", |event| match event {
            Event::Rendezvous { status } if status.state == RendezvousState::Waiting => status.detail.clone(),
            _ => None,
        })
        .await;
    assert!(
        detail.starts_with("no DHT node answers; this network may block UDP"),
        "{detail}"
    );
    assert!(detail.contains("next try in"), "{detail}");
}
