//! The sockets of a relay: one for each family at the relay's own address, and one for each
//! address that is relayed. It decides nothing.

use super::{AllocationId, RelayOutput, RelayServer, Usage, is_open};
use crate::task::{TaskGuard, Tasks};
use dayfly_proto::secret::SecretString;
use std::collections::BTreeMap;
use std::future::{pending, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;
use tokio::io::ReadBuf;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;

/// Orders that may wait: a grant for each member, twice over. Further ones are lost, and with them
/// a member's chance of being relayed.
const ORDERS: usize = 128;

/// Bytes of one datagram, and one more to tell those that are too long.
const BUFFER: usize = 2_048;

/// What a relay reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelayEvent {
    /// What may be relayed in all has been.
    Spent,
}

enum Order {
    Grant {
        username: String,
        password: SecretString,
        lifetime: Duration,
    },
    Revoke(String),
}

/// A relay that runs. Dropping it closes its sockets.
#[derive(Debug)]
pub struct Relay {
    orders: mpsc::Sender<Order>,
    usage: Arc<Mutex<Usage>>,
    addresses: Vec<SocketAddr>,
    _task: TaskGuard,
}

/// How a relay is run.
pub struct RelayOptions {
    /// Serve addresses of this machine and its network too.
    pub local: bool,
    /// What nonces are made from.
    pub seed: [u8; 32],
    /// A clock that only goes forward.
    pub clock: fn() -> Duration,
}

impl Relay {
    /// Starts a relay on the first open address of each family that this device has: with `local`
    /// on any. `None` if there is none, or the links' cryptography is not to be had.
    ///
    /// # Errors
    /// The system's, when no socket can be bound.
    pub async fn start(
        tasks: &Tasks,
        options: RelayOptions,
        events: mpsc::Sender<RelayEvent>,
    ) -> io::Result<Option<Self>> {
        let mut own = Vec::new();
        let (mut v4, mut v6) = (None, None);
        for interface in if_addrs::get_if_addrs()? {
            let ip = interface.ip();
            own.push(ip);
            let chosen = if ip.is_ipv4() { &mut v4 } else { &mut v6 };
            let link_local = matches!(ip, IpAddr::V6(v6) if v6.is_unicast_link_local());
            if chosen.is_none() && !link_local && (options.local || is_open(ip)) {
                *chosen = Some(UdpSocket::bind((ip, 0)).await?);
            }
        }
        let sockets: Vec<UdpSocket> = v4.into_iter().chain(v6).collect();
        let addresses = sockets
            .iter()
            .map(UdpSocket::local_addr)
            .collect::<io::Result<Vec<_>>>()?;
        let server = RelayServer::new(own, options.local, options.seed);
        let Some(server) = server.filter(|_| !sockets.is_empty()) else {
            return Ok(None);
        };
        let (orders, incoming) = mpsc::channel(ORDERS);
        let usage = Arc::new(Mutex::new(Usage::default()));
        let running = Running {
            server,
            sockets,
            relayed: BTreeMap::new(),
            turn: 0,
            clock: options.clock,
            usage: usage.clone(),
            events,
        };
        Ok(Some(Self {
            orders,
            usage,
            addresses,
            _task: tasks.spawn("relay", running.run(incoming)),
        }))
    }

    /// Where it is reached, at most one address of each family.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Lets somebody ask for addresses.
    pub fn grant(&self, username: String, password: SecretString, lifetime: Duration) {
        let _ = self.orders.try_send(Order::Grant {
            username,
            password,
            lifetime,
        });
    }

    /// Ends that, and what was asked for.
    pub fn revoke(&self, username: String) {
        let _ = self.orders.try_send(Order::Revoke(username));
    }

    /// What it has cost so far.
    #[must_use]
    pub fn usage(&self) -> Usage {
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Running {
    server: RelayServer,
    /// At the relay's own address.
    sockets: Vec<UdpSocket>,
    relayed: BTreeMap<AllocationId, UdpSocket>,
    /// Which socket is read first, so that none is read always.
    turn: usize,
    clock: fn() -> Duration,
    usage: Arc<Mutex<Usage>>,
    events: mpsc::Sender<RelayEvent>,
}

impl Running {
    async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        let mut buffer = [0; BUFFER];
        loop {
            self.carry_out().await;
            let wait = async {
                match self.server.poll_timeout() {
                    Some(at) => tokio::time::sleep(at.saturating_sub((self.clock)())).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                order = orders.recv() => match order {
                    Some(Order::Grant { username, password, lifetime }) => {
                        self.server.grant(&username, &password, (self.clock)() + lifetime);
                    }
                    Some(Order::Revoke(username)) => self.server.revoke(&username),
                    None => return,
                },
                (which, from, length) = receive(&self.sockets, &self.relayed, self.turn, &mut buffer) => {
                    self.turn = self.turn.wrapping_add(1);
                    let now = (self.clock)();
                    match which {
                        Some(id) => self.server.from_peer(now, id, from, &buffer[..length]),
                        None => self.server.handle_datagram(now, from, &buffer[..length]),
                    }
                }
                () = wait => self.server.handle_timeout((self.clock)()),
            }
            *self.usage.lock().unwrap_or_else(PoisonError::into_inner) = self.server.usage();
        }
    }

    async fn carry_out(&mut self) {
        while let Some(output) = self.server.poll() {
            match output {
                RelayOutput::ToClient { to, bytes } => {
                    let socket = self.own(to.is_ipv6());
                    // What the kernel does not take now is lost, as on any network.
                    let _ = socket.map(|socket| socket.try_send_to(&bytes, to));
                }
                RelayOutput::ToPeer { id, to, data } => {
                    let _ = self.relayed.get(&id).map(|socket| socket.try_send_to(&data, to));
                }
                RelayOutput::Open { id, v6 } => {
                    let ip = self.own(v6).and_then(|socket| socket.local_addr().ok());
                    let bound = match ip {
                        Some(address) => UdpSocket::bind((address.ip(), 0)).await.ok(),
                        None => None,
                    };
                    let address = bound.as_ref().and_then(|socket| socket.local_addr().ok());
                    if let Some(socket) = bound {
                        self.relayed.insert(id, socket);
                    }
                    self.server.opened(id, address);
                }
                RelayOutput::Close { id } => {
                    self.relayed.remove(&id);
                }
                RelayOutput::Spent => {
                    let _ = self.events.try_send(RelayEvent::Spent);
                }
            }
        }
    }

    fn own(&self, v6: bool) -> Option<&UdpSocket> {
        let of_family = |socket: &&UdpSocket| socket.local_addr().is_ok_and(|own| own.is_ipv6() == v6);
        self.sockets.iter().find(of_family)
    }
}

/// The next datagram at any socket: which relayed one, if not the relay's own; from whom; how long.
async fn receive(
    own: &[UdpSocket],
    relayed: &BTreeMap<AllocationId, UdpSocket>,
    turn: usize,
    buffer: &mut [u8],
) -> (Option<AllocationId>, SocketAddr, usize) {
    let own = own.iter().map(|socket| (None, socket));
    let all: Vec<(Option<AllocationId>, &UdpSocket)> = own
        .chain(relayed.iter().map(|(id, socket)| (Some(*id), socket)))
        .collect();
    poll_fn(|cx| {
        let mut ready = None;
        for at in 0..all.len() {
            let (which, socket) = all[(at + turn) % all.len()];
            let mut read = ReadBuf::new(buffer);
            // An error is another datagram's that could not be delivered: nothing was received.
            while let Poll::Ready(received) = socket.poll_recv_from(cx, &mut read) {
                if let Ok(from) = received {
                    ready = Some((which, from, read.filled().len()));
                    break;
                }
                read.clear();
            }
            if ready.is_some() {
                break;
            }
        }
        match ready {
            Some(ready) => Poll::Ready(ready),
            None => Poll::Pending,
        }
    })
    .await
}
