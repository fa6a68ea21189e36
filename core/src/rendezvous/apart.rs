//! One tracker or relay, met over a socket of its own for each swarm and peer id.
//!
//! A native room shows a server another swarm and another id every hour. Announced over one
//! WebSocket they would be linked by it; here each has a connection that carries nothing else and
//! ends when the swarm is left. What is left to link them by is the network address, and when the
//! connections come and go.
//!
//! The room sees one place to meet: it is up while any of its connections is. The first
//! connection is made before the room has announced anything and carries the first swarm.

use super::client::{Client, Start};
use super::queued::{Order, Queued};
use super::socket::{ClientOptions, Traffic};
use super::url::ServerUrl;
use super::{MeetSink, Rendezvous, nostr, tracker};
use crate::task::{Tasks, WeakTasks};
use dayfly_proto::id::{BackendId, PeerId};
use dayfly_proto::room::{MeetEvent, SealedOffer};
use dayfly_proto::wire::web::topic::InfoHash;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Reports of the connections that wait; a connection whose report finds no place waits.
const REPORTS: usize = 64;

/// Connections at once. A room needs two for a change of the hour, and as many again for each
/// generation whose members it still looks for; announces beyond that are dropped.
const MAX_CONNECTIONS: usize = 8;

/// Begins to meet at a tracker that is to link no two swarms by their socket, and reports as
/// `backend` at `sink`. The seed makes its back-offs repeatable. Dropping what it returns says
/// goodbye in each swarm and closes all sockets.
#[must_use]
pub fn start_apart(
    tasks: &Tasks,
    backend: BackendId,
    url: ServerUrl,
    options: ClientOptions,
    seed: [u8; 32],
    sink: MeetSink,
) -> Queued {
    start_with(
        tasks,
        Start::new(backend, url, options, seed, sink),
        tracker::connect,
    )
}

/// The same for a Nostr relay, of which the seed makes the keys too.
#[must_use]
pub fn start_nostr(
    tasks: &Tasks,
    backend: BackendId,
    url: ServerUrl,
    options: ClientOptions,
    seed: [u8; 32],
    sink: MeetSink,
) -> Queued {
    start_with(
        tasks,
        Start::new(backend, url, options, seed, sink),
        nostr::connect,
    )
}

/// The same for a server of any kind, counted together with others.
pub(super) fn start_with(tasks: &Tasks, start: Start, connect: fn(&Tasks, Start) -> Client) -> Queued {
    let (queued, queue) = Queued::new("a server", Arc::clone(&start.traffic));
    let (reports_in, reports) = mpsc::channel(REPORTS);
    let run = Run {
        backend: start.backend,
        sink: start.sink,
        dial: Dial {
            tasks: tasks.downgrade(),
            connect,
            url: start.url,
            options: start.options,
            rng: ChaCha8Rng::from_seed(start.seed),
            traffic: start.traffic,
            reports: reports_in,
        },
        connections: BTreeMap::new(),
        dialled: 0,
        told_up: false,
    };
    tasks
        .spawn("tracker clients", run.forever(queue, reports))
        .detach();
    queued
}

/// How connections are made.
struct Dial {
    tasks: WeakTasks,
    connect: fn(&Tasks, Start) -> Client,
    url: ServerUrl,
    options: ClientOptions,
    rng: ChaCha8Rng,
    traffic: Arc<Traffic>,
    reports: MeetSink,
}

impl Dial {
    /// `None` once the room has ended.
    fn connect(&mut self, number: u16) -> Option<Connection> {
        let tasks = self.tasks.upgrade()?;
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        let start = Start {
            backend: BackendId(number),
            url: self.url.clone(),
            options: self.options.clone(),
            seed,
            sink: self.reports.clone(),
            traffic: Arc::clone(&self.traffic),
        };
        let client = (self.connect)(&tasks, start);
        Some(Connection {
            client,
            swarm: None,
            up: false,
            held: None,
        })
    }
}

/// One connection and what it is for.
struct Connection {
    client: Client,
    /// The one swarm it carries; none before the room's first announce.
    swarm: Option<(InfoHash, PeerId)>,
    up: bool,
    /// The newest announce that came before it was up.
    held: Option<Vec<SealedOffer>>,
}

struct Run {
    backend: BackendId,
    sink: MeetSink,
    dial: Dial,
    /// By number. Numbers are given in turn, so that a late report of a closed one is nobody's.
    connections: BTreeMap<u16, Connection>,
    dialled: u16,
    /// The room believes it to be up.
    told_up: bool,
}

impl Run {
    async fn forever(
        mut self,
        mut queue: mpsc::Receiver<Order>,
        mut reports: mpsc::Receiver<(BackendId, MeetEvent)>,
    ) {
        self.connect();
        loop {
            tokio::select! {
                order = queue.recv() => match order {
                    Some(order) => self.obey(order),
                    None => break,
                },
                // Never over: this task holds a sender itself.
                Some((BackendId(number), event)) = reports.recv() => {
                    if let Some(event) = self.report(number, event)
                        && self.sink.send((self.backend, event)).await.is_err()
                    {
                        break;
                    }
                }
            }
        }
        // The goodbyes are out once every connection has dropped its way to report.
        let Self {
            dial,
            connections,
            sink,
            ..
        } = self;
        drop((dial, connections));
        while reports.recv().await.is_some() {}
        drop(sink);
    }

    fn connect(&mut self) -> Option<&mut Connection> {
        if self.connections.len() >= MAX_CONNECTIONS {
            log::warn!("a room is in too many swarms at once; one was left out");
            return None;
        }
        let number = self.dialled;
        self.dialled = number.wrapping_add(1);
        let connection = self.dial.connect(number)?;
        Some(self.connections.entry(number).or_insert(connection))
    }

    /// The connection of a swarm, or the one that has none yet.
    fn carrier(&mut self, swarm: (InfoHash, PeerId)) -> Option<&mut Connection> {
        let number = |wanted| {
            let found = self.connections.iter().find(|(_, c)| c.swarm == wanted);
            found.map(|(number, _)| *number)
        };
        match number(Some(swarm)).or_else(|| number(None)) {
            Some(number) => self.connections.get_mut(&number),
            None => self.connect(),
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Announce(topic, peer, offers) => {
                let Some(connection) = self.carrier((topic, peer)) else {
                    return;
                };
                connection.swarm = Some((topic, peer));
                if connection.up {
                    connection.client.announce(topic, peer, offers);
                } else {
                    connection.held = Some(offers);
                }
            }
            Order::Reply {
                topic,
                peer,
                to,
                offer_id,
                sealed,
            } => {
                let mut connections = self.connections.values_mut();
                if let Some(connection) = connections.find(|c| c.swarm == Some((topic, peer))) {
                    connection.client.reply(topic, peer, to, offer_id, sealed);
                }
            }
            Order::Withdraw(topic, peer) => {
                self.connections.retain(|_, connection| {
                    let leaves = connection.swarm == Some((topic, peer));
                    if leaves {
                        // What is queued is sent before the socket is closed.
                        connection.client.withdraw(topic, peer);
                    }
                    !leaves
                });
            }
            Order::Rest(true) => {
                self.connections.clear();
                self.told_up = false;
            }
            Order::Rest(false) => {
                if self.connections.is_empty() {
                    self.connect();
                }
            }
            Order::Hurry => {
                for connection in self.connections.values_mut() {
                    connection.client.network_changed();
                }
            }
        }
    }

    /// What one connection reports, as the room should hear it.
    fn report(&mut self, number: u16, event: MeetEvent) -> Option<MeetEvent> {
        let connection = self.connections.get_mut(&number)?;
        match event {
            MeetEvent::Up => {
                connection.up = true;
                let held = connection.held.take();
                let announced = held.is_some();
                if let (Some(offers), Some((topic, peer))) = (held, connection.swarm) {
                    connection.client.announce(topic, peer, offers);
                }
                let known = std::mem::replace(&mut self.told_up, true);
                // One that came back has lost its swarm, and the room announces at `Up`.
                (!known || !announced).then_some(MeetEvent::Up)
            }
            MeetEvent::Waiting(_) | MeetEvent::Down(_) => {
                connection.up = false;
                let over = matches!(event, MeetEvent::Down(_));
                if over {
                    self.connections.remove(&number);
                }
                let any_up = self.connections.values().any(|connection| connection.up);
                // A server is given up once all of its connections are.
                let any_tries = over && !self.connections.is_empty();
                if any_up || any_tries {
                    return None;
                }
                self.told_up = false;
                Some(event)
            }
            MeetEvent::Interval(_)
            | MeetEvent::Delay(_)
            | MeetEvent::Offer { .. }
            | MeetEvent::Answer { .. } => Some(event),
        }
    }
}
