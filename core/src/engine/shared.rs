//! What all rooms of an engine share: the tasks that outlive a room, how others are found on the
//! local network, and whatever back end is one per device rather than one per room.
//!
//! It is made when the engine starts and does nothing by itself: what costs sockets is started by
//! the first room that wants it.

use super::{Error, setup};
use crate::rendezvous::dht::DhtNodes;
use crate::rendezvous::lan::{LanService, LocalDiscovery};
use crate::task::Tasks;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::watch;

/// What an engine is started with.
#[derive(Clone, Default)]
pub struct EngineOptions {
    /// How others are found on the local network; without it they are not.
    pub discovery: Option<Arc<dyn LocalDiscovery>>,
}

impl fmt::Debug for EngineOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineOptions")
            .field("discovery", &self.discovery.is_some())
            .finish()
    }
}

/// What all rooms of an engine share. Lives on the network thread for as long as it.
pub(super) struct Shared {
    /// Tasks that outlive a room. A panic in one of them is nobody's end.
    pub tasks: Tasks,
    discovery: Option<Arc<dyn LocalDiscovery>>,
    /// Runs while a room holds it.
    lan: Mutex<Weak<LanService>>,
    /// The node of the DHT, started by the first room that meets there.
    pub dht: DhtNodes,
    /// How many rooms there are.
    rooms: Arc<watch::Sender<usize>>,
}

/// Pooled offers of all rooms of an engine together, as long as each has its least
/// ([`dayfly_proto::room::limits::MIN_POOLED`]): each costs sockets and memory, wanted or not.
const POOLED: usize = 48;

/// Connections being made by all rooms together, likewise.
const HALF_OPEN: usize = 96;

/// A room's seat in its engine, given back when dropped. All get the same; one that is alone gets
/// all it may have.
pub(super) struct Seat {
    rooms: Arc<watch::Sender<usize>>,
    changes: watch::Receiver<usize>,
}

impl Seat {
    /// Pooled offers and connections being made that this room may have now.
    pub fn share(&mut self) -> (usize, usize) {
        let rooms = (*self.changes.borrow_and_update()).max(1);
        (POOLED / rooms, HALF_OPEN / rooms)
    }

    /// Waits until the share has changed.
    pub async fn changed(&mut self) {
        // The sender is held by this very seat.
        let _ = self.changes.changed().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.rooms.send_modify(|rooms| *rooms -= 1);
    }
}

impl Shared {
    /// A seat for one more room.
    pub fn seat(&self) -> Seat {
        self.rooms.send_modify(|rooms| *rooms += 1);
        Seat {
            rooms: Arc::clone(&self.rooms),
            changes: self.rooms.subscribe(),
        }
    }

    /// Must be called from within the engine's runtime.
    pub fn new(options: EngineOptions) -> Self {
        Self {
            tasks: Tasks::new(),
            discovery: options.discovery,
            lan: Mutex::default(),
            dht: DhtNodes::default(),
            rooms: Arc::new(watch::Sender::new(0)),
        }
    }

    /// The local network, started for the first room that asks; `None` where the shell finds
    /// nobody.
    ///
    /// # Errors
    /// [`super::ErrorKind::System`] without entropy.
    pub fn lan(&self) -> Result<Option<Arc<LanService>>, Error> {
        let Some(discovery) = &self.discovery else {
            return Ok(None);
        };
        let mut running = self.lan.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(service) = running.upgrade() {
            return Ok(Some(service));
        }
        let service = LanService::start(&self.tasks, Arc::clone(discovery), setup::entropy()?);
        *running = Arc::downgrade(&service);
        Ok(Some(service))
    }
}
