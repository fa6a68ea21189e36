//! What all rooms of an engine share: the tasks that outlive a room, how others are found on the
//! local network, and whatever back end is one per device rather than one per room.
//!
//! It is made when the engine starts and does nothing by itself: what costs sockets is started by
//! the first room that wants it.

use crate::rendezvous::lan::LocalDiscovery;
use crate::task::Tasks;
use std::fmt;
use std::sync::Arc;

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
    /// How others are found on the local network, if they are.
    pub discovery: Option<Arc<dyn LocalDiscovery>>,
}

impl Shared {
    /// Must be called from within the engine's runtime.
    pub fn new(options: EngineOptions) -> Self {
        Self {
            tasks: Tasks::new(),
            discovery: options.discovery,
        }
    }
}
