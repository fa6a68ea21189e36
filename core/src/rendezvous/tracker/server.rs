//! The embedded tracker: lets devices meet that trust no public tracker, or have no internet.
//!
//! Owns the listening socket, the WebSocket handshake, one task a connection, and every bound
//! that has to do with bytes and time; who gets whose offers is [`super::swarms`]' business. It
//! writes nothing down and logs nobody's address.
//!
//! Bounds, and what happens beyond them: a connection over [`Limits`] is refused at once; one
//! that sends faster than its share is read slower, so that TCP holds it back; one that does not
//! read has messages dropped, then is closed; one that sends garbage, or nothing, is closed.

use super::swarms::{ConnId, Swarms};
use crate::net;
use crate::rendezvous::bucket::Bucket;
use crate::rendezvous::socket::MAX_MESSAGE;
use crate::task::Tasks;
use dayfly_proto::wire::web::tracker::{ClientMessage, ServerMessage};
use futures_util::{SinkExt, StreamExt};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, interval, sleep, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// Bytes of the largest HTTP request head read.
const MAX_HEAD: usize = 8 * 1024;

/// Messages that wait for one connection; more are dropped, and clients announce again.
const OUTBOX: usize = 64;

/// Bytes that wait for one connection; more are dropped.
const OUTBOX_BYTES: usize = 256 * 1024;

/// Bytes that wait for all connections together; more are dropped.
const ALL_OUTBOXES_BYTES: usize = 32 * 1024 * 1024;

/// Bytes that wait in the kernel for one connection.
const SOCKET_BYTES: usize = 64 * 1024;

/// Messages a connection may send at once, and in the long run a second.
const MESSAGE_RATE: (f64, f64) = (64.0, 16.0);

/// Bytes a connection may send at once, and in the long run a second.
const BYTE_RATE: (f64, f64) = (512.0 * 1024.0, 128.0 * 1024.0);

/// Unreadable messages after which a connection is closed.
const MAX_GARBAGE: u32 = 16;

/// What one tracker holds at most, and how patient it is. Beyond a bound the newcomer is
/// refused, never somebody who is already there.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Open connections, handshakes included.
    pub connections: usize,
    /// Open connections from one address. Loopback counts as one.
    pub connections_per_address: usize,
    /// Swarms.
    pub swarms: usize,
    /// Peers in one swarm.
    pub peers_per_swarm: usize,
    /// Pairs of swarm and peer id that one connection announces.
    pub memberships_per_connection: usize,
    /// From accepting to the end of the handshake.
    pub handshake: Duration,
    /// Silence after which a sign of life is asked for; as much again closes the connection.
    pub silence: Duration,
    /// How long one write to a connection may take.
    pub write: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            connections_per_address: 128,
            swarms: 16_384,
            peers_per_swarm: 256,
            memberships_per_connection: 32,
            handshake: Duration::from_secs(5),
            silence: Duration::from_secs(30),
            write: Duration::from_secs(10),
        }
    }
}

/// Counters of a tracker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrackerStats {
    /// Connections open now.
    pub connections: usize,
    /// Swarms with at least one peer now.
    pub swarms: usize,
    /// Peers in all swarms now.
    pub peers: usize,
    /// Connections and announces refused because a bound was reached.
    pub refused: u64,
    /// Messages dropped because their receiver did not read.
    pub dropped: u64,
    /// Unreadable messages.
    pub garbage: u64,
    /// Offers and answers passed on.
    pub forwarded: u64,
}

/// A running tracker. Dropping it closes its socket and every connection.
pub struct Tracker {
    address: SocketAddr,
    shared: Arc<Shared>,
    _tasks: Tasks,
}

impl Tracker {
    /// Listens at `address` (port 0 for any). The seed decides who gets whose offers.
    ///
    /// # Errors
    /// That of the operating system: the port is taken, the address is not this device's.
    pub async fn bind(address: SocketAddr, seed: [u8; 32]) -> io::Result<Self> {
        Self::bind_with(address, seed, Limits::default()).await
    }

    /// The same with other bounds.
    ///
    /// # Errors
    /// As [`Tracker::bind`].
    pub async fn bind_with(address: SocketAddr, seed: [u8; 32], limits: Limits) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                swarms: Swarms::new(limits.clone(), ChaCha8Rng::from_seed(seed)),
                outboxes: HashMap::new(),
                addresses: HashMap::new(),
                next: 0,
                stats: TrackerStats::default(),
            }),
            waiting: AtomicUsize::new(0),
            limits,
        });
        let tasks = Tasks::new();
        tasks
            .spawn("tracker", accept(listener, Arc::clone(&shared)))
            .detach();
        Ok(Self {
            address,
            shared,
            _tasks: tasks,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Its address for clients: `ws://HOST:PORT`. When it listens on every address, the one that
    /// others on the local network reach, or loopback if there is none.
    #[must_use]
    pub fn url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(net::lan_address().unwrap_or(Ipv4Addr::LOCALHOST.into()));
        }
        format!("ws://{address}")
    }

    /// Counters.
    #[must_use]
    pub fn stats(&self) -> TrackerStats {
        let state = self.shared.state();
        let (swarms, peers) = state.swarms.count();
        let forwarded = state.swarms.forwarded();
        TrackerStats {
            connections: state.addresses.values().sum(),
            swarms,
            peers,
            forwarded,
            ..state.stats
        }
    }
}

struct Shared {
    state: Mutex<State>,
    /// Bytes in all outboxes.
    waiting: AtomicUsize,
    limits: Limits,
}

struct State {
    swarms: Swarms,
    outboxes: HashMap<ConnId, Outbox>,
    addresses: HashMap<IpAddr, usize>,
    next: ConnId,
    stats: TrackerStats,
}

/// The way to one connection.
struct Outbox {
    queue: mpsc::Sender<Utf8Bytes>,
    bytes: Arc<AtomicUsize>,
}

impl Shared {
    /// A poisoned lock only means that a connection's task panicked between two statements; the
    /// maps stay valid.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat for a connection from `address`, unless there is none.
    fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Ticket> {
        let address = if address.is_loopback() {
            Ipv4Addr::LOCALHOST.into()
        } else {
            address
        };
        let mut state = self.state();
        let all: usize = state.addresses.values().sum();
        let here = state.addresses.get(&address).copied().unwrap_or(0);
        if all >= self.limits.connections || here >= self.limits.connections_per_address {
            state.stats.refused += 1;
            return None;
        }
        *state.addresses.entry(address).or_default() += 1;
        state.next += 1;
        Some(Ticket {
            id: state.next,
            address,
            shared: Arc::clone(self),
        })
    }

    /// Queues a message for a connection, or drops it when that one does not keep up.
    fn queue(&self, state: &mut State, to: ConnId, text: String) {
        let Some(outbox) = state.outboxes.get(&to) else {
            return;
        };
        let text = Utf8Bytes::from(text);
        let size = text.len();
        // Counted before it is queued: the receiver takes it off as soon as it has it.
        let here = outbox.bytes.fetch_add(size, Ordering::Relaxed) + size;
        let everywhere = self.waiting.fetch_add(size, Ordering::Relaxed) + size;
        let fits = here <= OUTBOX_BYTES && everywhere <= ALL_OUTBOXES_BYTES;
        if !fits || outbox.queue.try_send(text).is_err() {
            outbox.bytes.fetch_sub(size, Ordering::Relaxed);
            self.waiting.fetch_sub(size, Ordering::Relaxed);
            state.stats.dropped += 1;
        }
    }
}

/// A connection's right to exist; given back on drop, however the connection ends.
struct Ticket {
    id: ConnId,
    address: IpAddr,
    shared: Arc<Shared>,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if let Some(outbox) = state.outboxes.remove(&self.id) {
            self.shared
                .waiting
                .fetch_sub(outbox.bytes.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        state.swarms.closed(self.id);
        if let Some(count) = state.addresses.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                state.addresses.remove(&self.address);
            }
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let connections = Tasks::new();
    let mut sweep = interval(Duration::from_secs(10));
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => {
                    // Over the bound the socket is dropped unanswered.
                    if let Some(ticket) = shared.admit(from.ip()) {
                        connections.spawn("tracker connection", serve(stream, ticket)).detach();
                    }
                }
                // Out of file descriptors, most likely: those who are here go on.
                Err(_) => sleep(Duration::from_millis(100)).await,
            },
            _ = sweep.tick() => shared.state().swarms.expire(Instant::now()),
        }
    }
}

async fn serve(mut stream: TcpStream, ticket: Ticket) {
    let limits = &ticket.shared.limits;
    let rest = match timeout(limits.handshake, shake(&mut stream)).await {
        Ok(Ok(Some(rest))) => rest,
        Ok(Ok(None) | Err(_)) | Err(_) => return,
    };
    let config = WebSocketConfig::default()
        .read_buffer_size(4 * 1024)
        .write_buffer_size(4 * 1024)
        .max_write_buffer_size(4 * MAX_MESSAGE)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    let mut socket = WebSocketStream::from_partially_read(stream, rest, Role::Server, Some(config)).await;
    let (queue, mut outbox) = mpsc::channel(OUTBOX);
    let bytes = Arc::new(AtomicUsize::new(0));
    let way = Outbox {
        queue,
        bytes: Arc::clone(&bytes),
    };
    ticket.shared.state().outboxes.insert(ticket.id, way);

    let now = Instant::now();
    let mut meter = Meter {
        messages: Bucket::new(MESSAGE_RATE, now),
        bytes: Bucket::new(BYTE_RATE, now),
        garbage: 0,
        paused_until: now,
    };
    let mut deadline = now + limits.silence;
    let mut asked = false;
    loop {
        let paused = meter.paused_until > Instant::now();
        let write = tokio::select! {
            () = sleep_until(meter.paused_until), if paused => continue,
            () = sleep_until(deadline) => {
                if asked {
                    return;
                }
                asked = true;
                deadline = Instant::now() + limits.silence;
                Message::Ping(Vec::new().into())
            }
            text = outbox.recv() => {
                // The sender lives in the state for as long as the ticket.
                let Some(text) = text else { return };
                bytes.fetch_sub(text.len(), Ordering::Relaxed);
                ticket.shared.waiting.fetch_sub(text.len(), Ordering::Relaxed);
                Message::Text(text)
            }
            message = socket.next(), if !paused => {
                let Some(Ok(message)) = message else { return };
                asked = false;
                deadline = Instant::now() + limits.silence;
                if meter.take(&ticket, &message) {
                    continue;
                }
                return;
            }
        };
        if !matches!(timeout(limits.write, socket.send(write)).await, Ok(Ok(()))) {
            return;
        }
    }
}

/// What a connection has used of its share.
struct Meter {
    messages: Bucket,
    bytes: Bucket,
    garbage: u32,
    paused_until: Instant,
}

impl Meter {
    /// Takes one message. False ends the connection.
    fn take(&mut self, ticket: &Ticket, message: &Message) -> bool {
        let now = Instant::now();
        #[allow(clippy::cast_precision_loss, reason = "a message is at most 64 KiB")]
        let size = message.len() as f64;
        let wait = self.messages.owe(1.0, now).max(self.bytes.owe(size, now));
        self.paused_until = now + wait;
        let bytes: &[u8] = match message {
            Message::Text(text) => text.as_bytes(),
            Message::Binary(bytes) => bytes,
            Message::Close(_) => return false,
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return true,
        };
        let shared = &ticket.shared;
        let mut guard = shared.state();
        let state = &mut *guard;
        let request = std::str::from_utf8(bytes)
            .ok()
            .and_then(|text| ClientMessage::parse(text).ok());
        match request {
            None => {
                self.garbage += 1;
                state.stats.garbage += 1;
                shared.queue(
                    state,
                    ticket.id,
                    failure("this is not a message to a WebTorrent tracker"),
                );
            }
            Some(request) => match state.swarms.handle(ticket.id, request, now) {
                Ok(messages) => {
                    for (to, message) in messages {
                        shared.queue(state, to, message);
                    }
                }
                Err(full) => {
                    state.stats.refused += 1;
                    shared.queue(state, ticket.id, failure(&full.to_string()));
                }
            },
        }
        self.garbage <= MAX_GARBAGE
    }
}

fn failure(reason: &str) -> String {
    ServerMessage::Failure {
        info_hash: None,
        reason: reason.to_owned(),
    }
    .encode()
}

/// The server's half of the WebSocket handshake (RFC 6455 section 4.2). Whoever asks for a page
/// instead gets a small one. `Some` holds bytes that came after the request's head.
async fn shake(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut head = Vec::new();
    let end = loop {
        if let Some(at) = head.windows(4).position(|w| w == b"\r\n\r\n") {
            break at;
        }
        if head.len() >= MAX_HEAD {
            return Ok(None);
        }
        let mut chunk = [0; 1024];
        let n = stream.read(&mut chunk).await?;
        if n == 0 {
            return Ok(None);
        }
        head.extend_from_slice(&chunk[..n]);
    };
    let rest = head.split_off(end + 4);
    let Some(key) = upgrade_key(&head) else {
        stream.write_all(PAGE.as_bytes()).await?;
        stream.shutdown().await?;
        return Ok(None);
    };
    let accept = derive_accept_key(key.as_bytes());
    let reply = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    stream.write_all(reply.as_bytes()).await?;
    stream.set_nodelay(true)?;
    // The kernel would let megabytes pile up for one that does not read.
    socket2::SockRef::from(&*stream).set_send_buffer_size(SOCKET_BYTES)?;
    Ok(Some(rest))
}

/// The `Sec-WebSocket-Key` of a request that wants a WebSocket.
fn upgrade_key(head: &[u8]) -> Option<&str> {
    let head = std::str::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n");
    if !lines.next()?.starts_with("GET ") {
        return None;
    }
    let (mut upgrade, mut version, mut key) = (false, false, None);
    for line in lines {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "upgrade" => upgrade = value.eq_ignore_ascii_case("websocket"),
            "sec-websocket-version" => version = value == "13",
            "sec-websocket-key" => key = Some(value),
            _ => {}
        }
    }
    key.filter(|_| upgrade && version)
}

/// What a browser is shown that was pointed here by a person.
const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n\
Content-Length: 136\r\nConnection: close\r\n\r\n\
This is a Dayfly tracker: members of a room find each other here. It keeps nothing and reads \
nothing.\nThere is no page to see; goodbye.\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_as_long_as_it_says() {
        let (head, body) = PAGE.split_once("\r\n\r\n").unwrap();
        assert!(
            head.contains(&format!("Content-Length: {}\r\n", body.len())),
            "{}",
            body.len()
        );
    }

    #[test]
    fn only_a_websocket_request_is_upgraded() {
        let good = "GET /announce HTTP/1.1\r\nHost: x\r\nupgrade: WebSocket\r\nConnection: Upgrade\r\n\
                    SEC-WEBSOCKET-KEY: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        assert_eq!(upgrade_key(good.as_bytes()), Some("dGhlIHNhbXBsZSBub25jZQ=="));
        for bad in [
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
            good.replace("GET", "POST"),
            good.replace(": 13", ": 8"),
            good.replace("WebSocket\r", "h2c\r"),
        ] {
            assert_eq!(upgrade_key(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(upgrade_key(&[0xff; 64]), None);
    }
}
