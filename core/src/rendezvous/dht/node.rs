//! The engine's one node of the DHT: started when a room first wants it, ended when none does.
//!
//! The crate runs a thread of its own for each node, which wakes twenty times a second to look at
//! its socket. So no node outlives its use: a room that sleeps lets go of it. It is a client: it
//! answers nobody's questions and stores nothing for others. It speaks IPv4 only, as the crate does.

use super::item::{Cell, key};
use dayfly_proto::wire::web::topic::InfoHash;
use futures_util::StreamExt;
use mainline::async_dht::AsyncDht;
use mainline::{Dht, MutableItem, RequestFilter, RequestSpecific, ServerSettings};
use std::collections::BTreeMap;
use std::net::{SocketAddr, SocketAddrV4};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::time::timeout;

/// Asking for a bootstrap node's name takes this long at most.
const RESOLVE: Duration = Duration::from_secs(5);
/// Finding the first nodes takes this long at most.
const BOOTSTRAP: Duration = Duration::from_secs(10);
/// One reading or writing takes this long at most; each node has two seconds.
const QUERY: Duration = Duration::from_secs(15);
/// What a question costs on the wire, with its headers: the crate counts questions, not bytes.
const QUESTION: u64 = 150;
/// What a value to be stored costs on the wire.
const STORE: u64 = 1_250;
/// The most bootstrap nodes asked.
const MAX_BOOTSTRAP: usize = 16;

/// Nobody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreachable {
    #[error("no DHT node is known by name here: the name server does not answer, or there is no internet")]
    NoName,
    #[error("no DHT node answers; this network may block UDP, or has no IPv4")]
    Silent,
    #[error("no socket for the DHT could be had")]
    NoSocket,
}

/// A node at work. Dropping the last one ends its thread.
pub(super) struct Live(AsyncDht);

/// What was found at one place.
pub(super) struct Found {
    /// The newest value that bears the slot's signature, with its number.
    pub item: Option<(i64, Vec<u8>)>,
    /// Whether anybody answered at all.
    pub answered: bool,
    /// Bytes sent for it, about.
    pub cost: u64,
}

impl Live {
    /// Reads one place.
    pub(super) async fn read(&self, topic: InfoHash, cell: Cell) -> Found {
        let public = key(&topic, cell.slot).verifying_key().to_bytes();
        let query = async {
            let mut asked = self.0.get_mutable_detailed(&public, Some(cell.kind.salt()), None);
            let mut best: Option<MutableItem> = None;
            while let Some(item) = asked.items.next().await {
                let newer = |best: &MutableItem| (item.seq(), item.value()) > (best.seq(), best.value());
                if best.as_ref().is_none_or(newer) {
                    best = Some(item);
                }
            }
            (best, asked.outcome.recv().await)
        };
        match timeout(QUERY, query).await {
            Ok((best, outcome)) => Found {
                item: best.map(|item| (item.seq(), item.value().to_vec())),
                answered: outcome.responded() > 0,
                cost: u64::from(outcome.queried) * QUESTION,
            },
            Err(_) => Found {
                item: None,
                answered: false,
                cost: 0,
            },
        }
    }

    /// Writes one place; how many nodes keep it, and what that cost, about.
    pub(super) async fn write(&self, topic: InfoHash, cell: Cell, seq: i64, value: &[u8]) -> (u32, u64) {
        let item = MutableItem::new(key(&topic, cell.slot), value, seq, Some(cell.kind.salt()));
        let stored = match timeout(QUERY, self.0.put_mutable(item, None)).await {
            Ok(Ok(outcome)) => outcome.stored_at,
            // The crate's words may name addresses.
            Ok(Err(_)) | Err(_) => 0,
        };
        (stored, u64::from(stored.max(1)) * STORE)
    }
}

/// Answers nobody.
#[derive(Debug, Clone)]
struct Silence;

impl RequestFilter for Silence {
    fn allow_request(&self, _: &RequestSpecific, _: SocketAddrV4) -> bool {
        false
    }
}

/// The way to one node, for all rooms that begin at the same bootstrap nodes.
pub struct DhtNode {
    bootstrap: Vec<String>,
    live: tokio::sync::Mutex<Weak<Live>>,
}

impl DhtNode {
    /// The node, started if it is not running. Waits for whoever is starting it.
    pub(super) async fn live(&self) -> Result<Arc<Live>, Unreachable> {
        let mut running = self.live.lock().await;
        if let Some(live) = running.upgrade() {
            return Ok(live);
        }
        let live = Arc::new(start(&self.bootstrap).await?);
        *running = Arc::downgrade(&live);
        Ok(live)
    }

    /// Takes this one for dead: whoever asks next gets another.
    pub(super) async fn give_up(&self, dead: &Arc<Live>) {
        let mut running = self.live.lock().await;
        if std::ptr::eq(running.as_ptr(), Arc::as_ptr(dead)) {
            *running = Weak::new();
        }
    }
}

async fn start(bootstrap: &[String]) -> Result<Live, Unreachable> {
    let lookups = bootstrap.iter().take(MAX_BOOTSTRAP).map(|name| async move {
        let found = timeout(RESOLVE, tokio::net::lookup_host(name)).await;
        let found = found.ok().and_then(Result::ok)?;
        let mut v4 = found.filter_map(|address| match address {
            SocketAddr::V4(v4) => Some(v4),
            SocketAddr::V6(_) => None,
        });
        v4.next()
    });
    let addresses: Vec<SocketAddrV4> = futures_util::future::join_all(lookups)
        .await
        .into_iter()
        .flatten()
        .collect();
    if addresses.is_empty() {
        return Err(Unreachable::NoName);
    }
    let mut builder = Dht::builder();
    builder
        .bootstrap(&addresses)
        // Not the usual port: it would tell whoever looks what this is, and may be taken.
        .port(0)
        .server_settings(ServerSettings {
            max_info_hashes: 1,
            max_peers_per_info_hash: 1,
            max_immutable_values: 1,
            max_mutable_values: 1,
            filter: Box::new(Silence),
        });
    if addresses.iter().all(|address| address.ip().is_loopback()) {
        builder.bind_address(std::net::Ipv4Addr::LOCALHOST);
    }
    let node = builder.build().map_err(|_| Unreachable::NoSocket)?.as_async();
    let found = timeout(BOOTSTRAP, node.bootstrapped()).await;
    if found == Ok(true) {
        Ok(Live(node))
    } else {
        Err(Unreachable::Silent)
    }
}

/// The nodes of an engine: one, unless rooms begin at different places.
#[derive(Default)]
pub struct DhtNodes(Mutex<BTreeMap<Vec<String>, Weak<DhtNode>>>);

impl DhtNodes {
    /// The way to the node that begins at `bootstrap`: `HOST:PORT` each.
    #[must_use]
    pub fn node(&self, bootstrap: &[String]) -> Arc<DhtNode> {
        let mut nodes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        nodes.retain(|_, node| node.strong_count() > 0);
        if let Some(node) = nodes.get(bootstrap).and_then(Weak::upgrade) {
            return node;
        }
        let node = Arc::new(DhtNode {
            bootstrap: bootstrap.to_vec(),
            live: tokio::sync::Mutex::new(Weak::new()),
        });
        nodes.insert(bootstrap.to_vec(), Arc::downgrade(&node));
        node
    }
}
