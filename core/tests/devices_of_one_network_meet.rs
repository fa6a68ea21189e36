//! Engines that find each other through what a shell implements meet on the local network, with
//! no other place to meet. Real devices and false ones are in `interop/test/once/lan.test.mjs`.

mod common;

use common::{PATIENCE, Person};
use dayfly_core::engine::{Engine, EngineOptions, NativeOptions, RoomOptions};
use dayfly_core::net::lan_address;
use dayfly_core::proto::room::{Event, RendezvousState};
use dayfly_core::rendezvous::lan::{DiscoveryError, DiscoverySink, LocalDiscovery, SERVICE_TYPE};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A network of this process: whoever advertises is found by whoever browses. Its addresses are
/// this machine's own; nothing leaves it.
#[derive(Default)]
struct Network {
    services: Mutex<BTreeMap<String, u16>>,
    sinks: Mutex<Vec<(usize, DiscoverySink)>>,
    devices: AtomicUsize,
}

impl Network {
    fn engine(self: &Arc<Self>) -> Engine {
        let device = Device {
            number: self.devices.fetch_add(1, Ordering::Relaxed),
            network: Arc::clone(self),
            instance: Mutex::default(),
        };
        Engine::start_with(EngineOptions {
            discovery: Some(Arc::new(device)),
        })
        .expect("an engine starts")
    }

    fn announce(&self, instance: &str, port: u16) {
        self.services
            .lock()
            .expect("nobody panicked")
            .insert(instance.to_owned(), port);
        for (_, sink) in &*self.sinks.lock().expect("nobody panicked") {
            sink.found(instance, &here(), port);
        }
    }

    /// Waits until so many are advertised.
    async fn advertised(&self, count: usize) {
        let wait = async {
            while self.services.lock().expect("nobody panicked").len() != count {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait)
            .await
            .expect("so many are advertised");
    }
}

/// This machine's address on its network.
fn here() -> [String; 1] {
    [lan_address()
        .expect("this test needs a private address")
        .to_string()]
}

struct Device {
    number: usize,
    network: Arc<Network>,
    instance: Mutex<Option<String>>,
}

impl LocalDiscovery for Device {
    fn advertise(&self, service: &str, instance: &str, port: u16) -> Result<(), DiscoveryError> {
        assert_eq!(service, SERVICE_TYPE);
        *self.instance.lock().expect("nobody panicked") = Some(instance.to_owned());
        self.network.announce(instance, port);
        Ok(())
    }

    fn browse(&self, service: &str, sink: DiscoverySink) -> Result<(), DiscoveryError> {
        assert_eq!(service, SERVICE_TYPE);
        for (instance, port) in &*self.network.services.lock().expect("nobody panicked") {
            sink.found(instance, &here(), *port);
        }
        self.network
            .sinks
            .lock()
            .expect("nobody panicked")
            .push((self.number, sink));
        Ok(())
    }

    fn stop(&self) {
        let Some(instance) = self.instance.lock().expect("nobody panicked").take() else {
            return;
        };
        self.network
            .services
            .lock()
            .expect("nobody panicked")
            .remove(&instance);
        let mut sinks = self.network.sinks.lock().expect("nobody panicked");
        sinks.retain(|(number, _)| *number != self.number);
        for (_, sink) in &*sinks {
            sink.lost(&instance);
        }
    }
}

fn local(name: &str) -> RoomOptions {
    RoomOptions {
        name: name.into(),
        local: true,
        ..RoomOptions::default()
    }
}

async fn open(engine: &Engine, name: &str) -> Person {
    Person::open(engine, NativeOptions::default(), local(name)).await
}

#[tokio::test]
async fn two_meet_and_one_of_each_engine_is_advertised_while_it_has_a_room() {
    let network = Arc::<Network>::default();
    let (one, two) = (network.engine(), network.engine());
    let mut ada = open(&one, "Ada").await;
    let second = open(&one, "Ada").await;
    let mut bob = Person::enter(&two, ada.room.invite(), local("Bob")).await;
    bob.joined("Ada").await;
    ada.joined("Bob").await;
    network.advertised(2).await;
    ada.room.leave().await;
    network.advertised(2).await;
    second.room.leave().await;
    network.advertised(1).await;
    bob.room.leave().await;
    network.advertised(0).await;
}

#[tokio::test]
async fn a_room_that_keeps_away_is_not_advertised() {
    let network = Arc::<Network>::default();
    let engine = network.engine();
    let options = RoomOptions {
        no_lan: true,
        ..local("Ada")
    };
    let refused = engine.open_native(NativeOptions::default(), options).await;
    assert!(
        refused.is_err(),
        "a local room that keeps away has no place to meet"
    );
    assert!(network.services.lock().unwrap().is_empty());
}

struct Refused;

impl LocalDiscovery for Refused {
    fn advertise(&self, _: &str, _: &str, _: u16) -> Result<(), DiscoveryError> {
        Ok(())
    }

    fn browse(&self, _: &str, _: DiscoverySink) -> Result<(), DiscoveryError> {
        Err(DiscoveryError::Refused)
    }

    fn stop(&self) {
        panic!("foreign code may do anything");
    }
}

#[tokio::test]
async fn a_refused_permission_is_said_in_words() {
    let engine = Engine::start_with(EngineOptions {
        discovery: Some(Arc::new(Refused)),
    });
    let mut ada = open(&engine.unwrap(), "Ada").await;
    let detail = ada
        .wait("the refusal", |event| match event {
            Event::Rendezvous { status } if status.state == RendezvousState::Waiting => status.detail.clone(),
            _ => None,
        })
        .await;
    assert!(
        detail.contains("permission to find devices on this network was refused"),
        "{detail}"
    );
}

#[tokio::test]
async fn twenty_rooms_of_one_engine_all_meet() {
    let network = Arc::<Network>::default();
    let (one, two) = (network.engine(), network.engine());
    let mut pairs = Vec::new();
    for _ in 0..20 {
        let ada = open(&one, "Ada").await;
        let bob = Person::enter(&two, ada.room.invite(), local("Bob")).await;
        pairs.push((ada, bob));
    }
    for (ada, bob) in &mut pairs {
        bob.joined("Ada").await;
        ada.joined("Bob").await;
    }
    // What the first rooms had made while they were few ends once nobody can be answering it.
    let few = async {
        loop {
            let mut offers = 0;
            for (ada, _) in &pairs {
                offers += ada.room.stats().await.unwrap().offers;
            }
            if offers <= 48 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    let bounded = tokio::time::timeout(PATIENCE, few).await;
    bounded.expect("one engine keeps 48 offers ready");
    assert_eq!(network.services.lock().unwrap().len(), 2);
}
