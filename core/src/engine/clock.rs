//! The clocks: the only place that reads them.

use dayfly_proto::timer::Now;
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// The clock that never goes back and counts the time a device sleeps, so that what should be
/// over after a suspension is over.
#[cfg(any(target_os = "linux", target_os = "android"))]
const MONOTONIC: ClockId = ClockId::Boottime;
/// On Apple's systems the monotonic clock itself counts sleep.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const MONOTONIC: ClockId = ClockId::Monotonic;

/// This moment on both clocks.
#[must_use]
pub fn now() -> Now {
    let wall = duration(ClockId::Realtime);
    Now {
        mono: duration(MONOTONIC),
        unix_ms: u64::try_from(wall.as_millis()).unwrap_or(u64::MAX),
    }
}

fn duration(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    // Before 1970, or before boot, there is nothing to measure.
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u32::try_from(time.tv_nsec).unwrap_or(0);
    Duration::new(seconds, nanos)
}
