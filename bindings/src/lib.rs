//! Dayfly for Kotlin and Swift: objects, listeners and error kinds over `dayfly-core`.
//!
//! Owns nothing but the crossing. It refuses logic: what a room does is decided in the core, and
//! plain data (events, members, options) is the core's own. No call here blocks on the network
//! and none calls back before it returns. What may take long takes a [`Cancel`], because
//! cancelling a Swift task does not end a wait in Rust; the rest is answered at once. A panic
//! inside arrives as an error of the foreign language, and in a room also as its last event.

// See clippy.toml; tests are free.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod code;
mod discovery;
mod error;
mod invite;
mod kept;
mod listener;
mod markup;
mod room;
mod scanner;
mod verification;
mod version;

pub use code::{CodeShare, JoinCode};
pub use discovery::{DiscoveryError, DiscoverySink, LocalDiscovery};
pub use error::{Cancel, DayflyError, ForeignError};
pub use invite::{Invite, manual_half, qr_encode, qr_read};
pub use kept::{KeptIdentity, KeyStore};
pub use listener::{Listener, LogLevel, LogSink, Subscription, log_to, log_to_system};
pub use markup::read_markup;
pub use room::{Dayfly, ManualJoin, Room, whom_it_contacts};
pub use scanner::{Lease, Scanner};
pub use verification::Verification;
pub use version::{BuildInfo, build_info, dayfly_surface};

use std::sync::{Arc, LazyLock};

uniffi::setup_scaffolding!("dayfly");

/// What the library frees is cleared; what the app holds of it is the app's to clear.
#[global_allocator]
static MEMORY: dayfly_wipe::ClearOnFree = dayfly_wipe::ClearOnFree(std::alloc::System);

static LIVE: LazyLock<Arc<()>> = LazyLock::new(Arc::default);

/// Held by every object, to be counted.
type Live = Arc<()>;

fn live() -> Live {
    Arc::clone(&LIVE)
}

/// Objects of this library that exist now. An app that closes what it opened comes back to where
/// it began; its tests can say so.
#[uniffi::export]
pub fn live_objects() -> u64 {
    Arc::strong_count(&LIVE) as u64 - 1
}
