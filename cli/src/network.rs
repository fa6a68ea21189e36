//! Notices that this device is on another network, where no system tells a terminal program.
//!
//! Looks at the addresses every two seconds, which costs two system calls, and tells the room when
//! they have changed. It also notices that the device has slept: then more time has passed than
//! was waited for. What to do about either is the engine's business.

use dayfly_core::engine::RoomHandle;
use dayfly_core::net;
use std::time::{Duration, Instant, SystemTime};

/// Pause between two looks.
const LOOK: Duration = Duration::from_secs(2);

/// So much later than expected means that the device slept, or that this process was stopped.
const SLEPT: Duration = Duration::from_secs(10);

/// Watches until the room is over.
pub async fn watch(handle: RoomHandle) {
    let looking = async {
        let mut known = net::addresses();
        loop {
            let (wall, began) = (SystemTime::now(), Instant::now());
            tokio::time::sleep(LOOK).await;
            let now = net::addresses();
            // The clock that runs on in sleep, where the other one does not; it may be set, too.
            let passed = wall.elapsed().unwrap_or_default().max(began.elapsed());
            if now != known || passed > SLEPT {
                known = now;
                handle.network_changed();
            }
        }
    };
    tokio::select! {
        () = looking => {}
        () = handle.over() => {}
    }
}
