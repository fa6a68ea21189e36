//! Threads for code that is not ours: listeners and log sinks, which may block or panic.
//!
//! Each has a thread of its own, so that it holds up nobody. Work of a room runs in tasks instead.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work` on a thread of its own, which ends with it.
pub(crate) fn run(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(work)
        .map(drop)
}

/// Calls foreign code; false if it panicked.
pub(crate) fn contained(call: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(call)).is_ok()
}
