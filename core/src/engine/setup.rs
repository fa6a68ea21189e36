//! Entering a room: options are checked, places to meet and a WebRTC stack are put together, and
//! the driver is set going under supervision.

use super::checks::Comparisons;
use super::command::Command;
use super::driver::{Driver, Inputs};
use super::hub::SharedHub;
use super::manual::Live;
use super::native::{self, Door};
use super::places::Places;
use super::relaying;
use super::relays::{self, RelayConfig};
use super::shared::Shared;
use super::{Error, ErrorKind, REQUESTS, RoomOptions};
use crate::defaults;
use crate::link::{IceServer, LinkConfig, Route, WebRtcStack};
use crate::net::{Dialer, Proxy, is_nearby};
use crate::rendezvous::tracker::Tracker;
use crate::task::{Tasks, WeakTasks};
use dayfly_proto::identity::web::{WebIdentity, WebKey};
use dayfly_proto::invite::Invite;
use dayfly_proto::room::{EndReason, Entry, Event, Guest, Room, RoomConfig};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

/// Reports from links that may wait for the room. A link that finds no place waits, and its peer
/// with it.
pub(super) const LINK_EVENTS: usize = 1024;

/// Reports from places to meet that may wait for the room. A tracker that finds no place waits.
const MEET_EVENTS: usize = 256;

/// A room that runs, as its handle needs it.
pub(super) struct Entered {
    pub commands: mpsc::Sender<Command>,
    pub invite: Invite,
    pub over: watch::Receiver<()>,
    pub tasks: WeakTasks,
    pub hub: SharedHub,
}

/// Resolves once the room is over and everything of it is gone.
pub(super) type Supervision = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Makes the key of a web room and signs for it with it: on threads of their own, because finding
/// two primes takes longer than joining should. `maker` outlives the room, and so do its threads.
fn identity(tasks: &Tasks, maker: Tasks, room: String) -> oneshot::Receiver<WebIdentity> {
    let (done, identity) = oneshot::channel();
    let make = async move {
        let Ok(seed) = entropy() else { return };
        let key = maker.compute("key", move || WebKey::generate(&mut ChaCha20Rng::from_seed(seed)));
        if let Some(key) = key.await
            && let Some(signed) = maker.compute("identity", move || key.introduce(&room)).await
        {
            let _ = done.send(signed);
        }
    };
    tasks.spawn("identity", make).detach();
    identity
}

/// Seeds a generator from the operating system: the only place that draws entropy.
pub(super) fn entropy() -> Result<[u8; 32], Error> {
    let mut seed = [0; 32];
    #[allow(clippy::disallowed_methods, reason = "the one place that draws entropy")]
    getrandom::fill(&mut seed).map_err(|_| {
        Error::new(
            ErrorKind::System,
            "The operating system gave no random numbers, without which no key is safe.",
        )
    })?;
    Ok(seed)
}

/// Sets a room going.
pub(super) async fn enter(
    mut door: Door,
    options: RoomOptions,
    live: Option<Live>,
    shared: Arc<Shared>,
    alarm: watch::Receiver<()>,
) -> Result<(Entered, Supervision), Error> {
    let tasks = Tasks::new();
    let ice_servers = ice_servers(&options)?;
    let dialer = dialer(&options)?;

    let (meet_sink, meets) = mpsc::channel(MEET_EVENTS);
    let mut carried = BTreeMap::new();
    let (link_sink, links) = match live {
        Some(Live { link, sink, events }) => {
            carried.insert(Guest::LINK, link);
            (sink, events)
        }
        None => mpsc::channel(LINK_EVENTS),
    };
    let (commands, requests) = mpsc::channel(REQUESTS);
    let (finished, over) = watch::channel(());

    let places = Places::start(&tasks, &shared, &mut door, &options, &dialer, meet_sink).await?;

    let (news, relay_news) = mpsc::channel(1);
    let named = ice_servers.len();
    let mut ice_servers = ice_servers;
    if let Some(config) = &options.relay_config {
        let source = relay_source(config, options.local)?;
        let (fetched, keeper) = relays::first(&source, &dialer, options.local).await;
        ice_servers.extend(fetched);
        tasks.spawn("relay list", keeper.run(news)).detach();
    }

    let invite = door.invite();
    let (entry, identity) = match door {
        Door::Web(web) => {
            let identity = identity(&tasks, shared.tasks.clone(), web.room.clone());
            (Entry::Web(web), Some(identity))
        }
        Door::Native(entrance) => {
            let config = native::config(&tasks, *entrance).await?;
            (Entry::Native(Box::new(config)), None)
        }
    };
    let native = matches!(entry, Entry::Native(_));
    let (relay_sink, relayed) = mpsc::channel(1);
    let relay = relaying::start(&tasks, &options, native, relay_sink).await?;
    let config = RoomConfig {
        entry,
        name: options.name.clone(),
        backends: places.listed,
    };
    let hub = SharedHub::default();
    let mut room = Room::new(config, super::clock::now(), entropy()?);
    if options.relay_for_others {
        let addresses = relay.as_ref().map(|relay| relay.addresses().to_vec());
        room.relays_at(super::clock::now(), addresses.unwrap_or_default());
    }
    let driver = Driver {
        room,
        hub: hub.clone(),
        stack: Box::new(WebRtcStack::new()),
        link_config: LinkConfig {
            ice_servers,
            loopback: options.local,
            dialer,
            route: options.route.unwrap_or_default(),
            // A native room's only channel is the one every link has.
            native: !native,
            patience: None,
        },
        named_servers: named,
        links: carried,
        comparisons: Comparisons::default(),
        codes: BTreeMap::new(),
        link_sink,
        backends: places.backends,
        meter: super::meter::Meter::default(),
        relay,
        seat: shared.seat(),
    };
    let entered = Entered {
        commands,
        invite,
        over,
        tasks: tasks.downgrade(),
        hub: hub.clone(),
    };
    let inputs = Inputs {
        commands: requests,
        links,
        meets,
        relay_news,
        relayed,
        identity,
    };
    let supervision = supervise(driver, inputs, hub, tasks, places.embedded, finished, alarm);
    Ok((entered, Box::pin(supervision)))
}

/// Runs the driver; when it or any task of the room stops unexpectedly, says so and drops the
/// room, which wipes it. So does the alarm, which sounds by ending.
async fn supervise(
    driver: Driver,
    inputs: Inputs,
    hub: SharedHub,
    tasks: Tasks,
    embedded: Option<Tracker>,
    finished: watch::Sender<()>,
    mut alarm: watch::Receiver<()>,
) {
    let (done, mut ended) = oneshot::channel::<()>();
    let run = async move {
        driver.run(inputs).await;
        let _ = done.send(());
    };
    let running = tasks.spawn("room", run);
    let told = tokio::select! {
        Ok(()) = &mut ended => None,
        _ = tasks.panicked() => Some(EndReason::Stopped),
        _ = alarm.changed() => Some(EndReason::Left),
    };
    drop((running, embedded));
    drop(tasks);
    if let Some(reason) = told {
        hub.lock().publish_last(&Event::Left { reason });
        // The driver holds the other end until it is gone, and the room with it.
        if !ended.is_terminated() {
            let _ = ended.await;
        }
    }
    hub.lock().end();
    super::scrub_stack();
    drop(finished);
}

/// How this room reaches hosts over TCP.
pub(super) fn dialer(options: &RoomOptions) -> Result<Dialer, Error> {
    let Some(address) = &options.proxy else {
        return Ok(Dialer::default());
    };
    let proxy = Proxy::parse(address.expose())
        .map_err(|error| Error::new(ErrorKind::BadOption, format!("This cannot be: {error}.")))?;
    if options.local && !is_nearby(proxy.host()) {
        return Err(Error::new(
            ErrorKind::BadOption,
            "The proxy is not on this machine or its network.",
        )
        .hint("Leave out --local, or the proxy."));
    }
    Ok(Dialer {
        proxy: Some(Arc::new(proxy)),
    })
}

/// Where the list of relays is, if a room of this kind may ask there.
fn relay_source(config: &RelayConfig, local: bool) -> Result<relays::Source, Error> {
    let source =
        relays::Source::parse(config).map_err(|error| Error::new(ErrorKind::BadOption, error.to_string()))?;
    if local && !is_nearby(source.host()) {
        return Err(Error::new(
            ErrorKind::BadOption,
            "The list of relays is not on this machine or its network.",
        )
        .hint("Leave out --local, or the list."));
    }
    Ok(source)
}

pub(super) fn ice_servers(options: &RoomOptions) -> Result<Vec<IceServer>, Error> {
    let servers = match &options.ice_servers {
        Some(servers) => servers.clone(),
        None if options.local => Vec::new(),
        None => defaults::ice_servers(),
    };
    for server in &servers {
        server
            .check()
            .map_err(|error| Error::new(ErrorKind::BadOption, error.to_string()))?;
        if options.local && !server.host().is_some_and(is_nearby) {
            return Err(Error::new(
                ErrorKind::BadOption,
                format!("The server {} is not on this machine or its network.", server.url),
            )
            .hint("Leave out --local, or the server."));
        }
    }
    if options.route == Some(Route::RelayOnly)
        && options.relay_config.is_none()
        && !servers.iter().any(IceServer::is_relay)
    {
        return Err(Error::new(
            ErrorKind::BadOption,
            "Only relayed connections are wanted, but no relay is named.",
        )
        .hint("Name a TURN server or a list of them, or allow direct connections."));
    }
    Ok(servers)
}
