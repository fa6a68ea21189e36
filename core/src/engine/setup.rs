//! Entering a room: options are checked, places to meet and a WebRTC stack are put together, and
//! the driver is set going under supervision.

use super::command::Command;
use super::driver::{Driver, Inputs};
use super::hub::SharedHub;
use super::{Error, ErrorKind, REQUESTS, RoomOptions};
use crate::defaults;
use crate::link::{IceServer, LinkConfig, WebRtcStack};
use crate::rendezvous::Rendezvous;
use crate::rendezvous::tracker::{ClientOptions, Tracker, TrackerClient, TrackerUrl};
use crate::task::{Tasks, WeakTasks};
use dayfly_proto::id::BackendId;
use dayfly_proto::identity::web::{WebIdentity, WebKey};
use dayfly_proto::invite::{Invite, WebInvite};
use dayfly_proto::room::{Backend, EndReason, Entry, Event, Room, RoomConfig};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use tokio::sync::{mpsc, oneshot, watch};

/// Reports from links that may wait for the room. A link that finds no place waits, and its peer
/// with it.
const LINK_EVENTS: usize = 1024;

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

/// Makes the keys of rooms. The first is begun with the engine, before anybody asks: finding two
/// primes takes longer than joining a room should.
pub(super) struct Keys {
    tasks: Tasks,
    first: Option<oneshot::Receiver<WebKey>>,
}

impl Default for Keys {
    fn default() -> Self {
        let tasks = Tasks::new();
        let first = Some(Self::make(&tasks));
        Self { tasks, first }
    }
}

impl Keys {
    fn make(tasks: &Tasks) -> oneshot::Receiver<WebKey> {
        let (done, made) = oneshot::channel();
        let maker = tasks.clone();
        let make = async move {
            let Ok(seed) = entropy() else { return };
            let key = maker.compute("key", move || WebKey::generate(&mut ChaCha20Rng::from_seed(seed)));
            if let Some(key) = key.await {
                let _ = done.send(key);
            }
        };
        tasks.spawn("keys", make).detach();
        made
    }

    /// The key for the room being entered; no key is used twice.
    fn take(&mut self) -> oneshot::Receiver<WebKey> {
        self.first.take().unwrap_or_else(|| Self::make(&self.tasks))
    }
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
    invite: Invite,
    options: RoomOptions,
    keys: &mut Keys,
) -> Result<(Entered, Supervision), Error> {
    let mut web = match invite {
        Invite::Web(web) => web,
        Invite::Locked(_) => {
            return Err(Error::new(
                ErrorKind::NeedsPassword,
                "This room has a password, which the link does not hold.",
            )
            .hint("Ask whoever sent the link for the password."));
        }
        Invite::Native(_) => {
            return Err(Error::new(
                ErrorKind::NotAllowed,
                "This invite is to a native room, which this build cannot enter.",
            )
            .hint("Ask for an invite to a web room."));
        }
    };
    let tasks = Tasks::new();
    let embedded = embedded_tracker(&options).await?;
    let urls = tracker_urls(&mut web, &options, embedded.as_ref())?;
    let ice_servers = ice_servers(&options)?;

    let (meet_sink, meets) = mpsc::channel(MEET_EVENTS);
    let (link_sink, links) = mpsc::channel(LINK_EVENTS);
    let (commands, requests) = mpsc::channel(REQUESTS);
    let (finished, over) = watch::channel(());

    let mut backends: BTreeMap<BackendId, Box<dyn Rendezvous>> = BTreeMap::new();
    let mut listed = Vec::new();
    for (number, url) in (0..).zip(urls) {
        let id = BackendId(number);
        listed.push(Backend {
            id,
            kind: "tracker".into(),
            url: Some(url.as_str().to_owned()),
        });
        let client = TrackerClient::start(
            &tasks,
            id,
            url,
            ClientOptions::default(),
            entropy()?,
            meet_sink.clone(),
        );
        backends.insert(id, Box::new(client));
    }
    drop(meet_sink);

    let key = keys.take();
    let (identified, identity) = oneshot::channel::<WebIdentity>();
    let name = web.room.clone();
    let signer = tasks.clone();
    let sign = async move {
        if let Ok(key) = key.await
            && let Some(signed) = signer.compute("identity", move || key.introduce(&name)).await
        {
            let _ = identified.send(signed);
        }
    };
    tasks.spawn("identity", sign).detach();

    let config = RoomConfig {
        entry: Entry::Web(web.clone()),
        name: options.name,
        backends: listed,
    };
    let hub = SharedHub::default();
    let driver = Driver {
        room: Room::new(config, super::clock::now(), entropy()?),
        hub: hub.clone(),
        stack: Box::new(WebRtcStack::new()),
        link_config: LinkConfig {
            ice_servers,
            loopback: options.local,
            relay_only: false,
            native: true,
        },
        links: BTreeMap::new(),
        link_sink,
        backends,
    };
    let entered = Entered {
        commands,
        invite: Invite::Web(web),
        over,
        tasks: tasks.downgrade(),
        hub: hub.clone(),
    };
    let inputs = Inputs {
        commands: requests,
        links,
        meets,
        identity,
    };
    let supervision = supervise(driver, inputs, hub, tasks, embedded, finished);
    Ok((entered, Box::pin(supervision)))
}

/// Runs the driver; when it or any task of the room stops unexpectedly, says so and drops the
/// room, which wipes it.
async fn supervise(
    driver: Driver,
    inputs: Inputs,
    hub: SharedHub,
    tasks: Tasks,
    embedded: Option<Tracker>,
    finished: watch::Sender<()>,
) {
    let (done, ended) = oneshot::channel();
    let run = async move {
        driver.run(inputs).await;
        let _ = done.send(());
    };
    let running = tasks.spawn("room", run);
    tokio::select! {
        Ok(()) = ended => {}
        _ = tasks.panicked() => {
            let stopped = Event::Left { reason: EndReason::Stopped };
            hub.lock().publish_last(&stopped);
        }
    }
    drop((running, embedded));
    hub.lock().end();
    drop(tasks);
    drop(finished);
}

async fn embedded_tracker(options: &RoomOptions) -> Result<Option<Tracker>, Error> {
    let Some(address) = options.embedded_tracker else {
        return Ok(None);
    };
    let bound = Tracker::bind(address, entropy()?).await;
    bound.map(Some).map_err(|error| {
        Error::system("The embedded tracker could not be started", &error)
            .hint("Another program may use that port: name another, or none.")
    })
}

/// Where to meet, and what the invite says of it: what the person named, else what the invite
/// holds, else the public ones. An embedded tracker of ours comes first.
fn tracker_urls(
    web: &mut WebInvite,
    options: &RoomOptions,
    embedded: Option<&Tracker>,
) -> Result<Vec<TrackerUrl>, Error> {
    let mut named: Vec<String> = embedded.map(|tracker| tracker.url()).into_iter().collect();
    if options.trackers.is_empty() {
        named.append(&mut web.trackers);
    } else {
        named.extend(options.trackers.iter().cloned());
    }
    let mut seen = std::collections::BTreeSet::new();
    named.retain(|url| seen.insert(url.clone()));
    web.trackers.clone_from(&named);
    if named.is_empty() {
        if options.local {
            return Err(Error::new(
                ErrorKind::BadOption,
                "A local room needs a tracker on this network.",
            )
            .hint("Join by the dayfly: link, which names the tracker, or name one yourself."));
        }
        named = defaults::trackers();
    }
    let urls = named.iter().map(|text| {
        let url =
            TrackerUrl::parse(text).map_err(|error| Error::new(ErrorKind::BadOption, error.to_string()))?;
        if options.local && !crate::net::is_nearby(url.host()) {
            return Err(Error::new(
                ErrorKind::BadOption,
                format!(
                    "The tracker {} is not on this machine or its network.",
                    url.host()
                ),
            )
            .hint("Leave out --local, or name a tracker by its local address."));
        }
        Ok(url)
    });
    urls.collect()
}

fn ice_servers(options: &RoomOptions) -> Result<Vec<IceServer>, Error> {
    let servers = match &options.ice_servers {
        Some(servers) => servers.clone(),
        None if options.local => Vec::new(),
        None => defaults::ice_servers(),
    };
    for server in &servers {
        server
            .check()
            .map_err(|error| Error::new(ErrorKind::BadOption, error.to_string()))?;
        if options.local && !server.host().is_some_and(crate::net::is_nearby) {
            return Err(Error::new(
                ErrorKind::BadOption,
                format!("The server {} is not on this machine or its network.", server.url),
            )
            .hint("Leave out --local, or the server."));
        }
    }
    Ok(servers)
}
