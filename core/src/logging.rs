//! Where the log goes, and what of it.
//!
//! Our own lines hold no content, address or key. Other crates make no such promise, so of theirs
//! only errors pass, and of those only where they happened. The one logger of the process stands
//! here; without [`log_to`] nothing is logged at all.

use crate::thread;
use log::{Level, LevelFilter, Metadata, Record};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{PoisonError, RwLock};

/// Lines that may wait for a sink. When it is that far behind, further lines are dropped.
const WAITING: usize = 256;

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How much it matters.
    pub level: Level,
    /// The module it comes from.
    pub target: String,
    /// A sentence without content, addresses or keys.
    pub message: String,
}

static SINK: RwLock<Option<SyncSender<Line>>> = RwLock::new(None);

/// Sends the log, down to `level`, to `sink` instead of where it went before. The sink is called
/// from a thread of its own and may block; a line on which it panics is lost.
pub fn log_to(level: LevelFilter, sink: impl Fn(Line) + Send + 'static) {
    let (lines, waiting) = sync_channel(WAITING);
    let run = move || {
        while let Ok(line) = waiting.recv() {
            thread::contained(|| sink(line));
        }
    };
    // Without a thread the queue is closed, and lines go nowhere.
    let _ = thread::run("dayfly-log", run);
    *SINK.write().unwrap_or_else(PoisonError::into_inner) = Some(lines);
    log::set_max_level(level);
    // Refused where this logger stands already, or where the program has one of its own.
    let _ = log::set_logger(&Log);
}

struct Log;

impl log::Log for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        is_ours(metadata.target()) || metadata.level() == Level::Error
    }

    fn log(&self, record: &Record<'_>) {
        if let Some(line) = line(record)
            && let Some(sink) = &*SINK.read().unwrap_or_else(PoisonError::into_inner)
        {
            let _ = sink.try_send(line);
        }
    }

    fn flush(&self) {}
}

/// What of a record may be shown.
fn line(record: &Record<'_>) -> Option<Line> {
    let message = if is_ours(record.target()) {
        record.args().to_string()
    } else if record.level() == Level::Error {
        format!("an error at line {}", record.line().unwrap_or_default())
    } else {
        return None;
    };
    Some(Line {
        level: record.level(),
        target: record.target().to_owned(),
        message,
    })
}

fn is_ours(target: &str) -> bool {
    let krate = target.split("::").next().unwrap_or_default();
    matches!(krate, "dayfly" | "dayfly_core" | "dayfly_proto")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(target: &str, level: Level) -> Option<String> {
        let record = Record::builder()
            .target(target)
            .level(level)
            .args(format_args!("canary"))
            .line(Some(7))
            .build();
        line(&record).map(|line| line.message)
    }

    #[test]
    fn of_other_crates_only_the_place_of_an_error_passes() {
        assert_eq!(
            logged("dayfly_core::engine", Level::Debug).as_deref(),
            Some("canary")
        );
        assert_eq!(
            logged("webrtc::peer", Level::Error).as_deref(),
            Some("an error at line 7")
        );
        assert_eq!(logged("webrtc::peer", Level::Warn), None);
        assert_eq!(logged("dayfly_corelike", Level::Warn), None);
    }

    #[test]
    fn a_sink_that_blocks_or_panics_holds_up_nobody() {
        let (held, wait) = std::sync::mpsc::channel::<()>();
        let (said, heard) = std::sync::mpsc::channel();
        log_to(LevelFilter::Info, move |line| {
            let _ = wait.recv();
            let _ = said.send(line.message);
            panic!("this sink always does");
        });
        for n in 0..WAITING * 3 {
            log::info!(target: "dayfly", "{n}");
        }
        drop(held);
        let heard: Vec<_> = heard.iter().take(WAITING).collect();
        assert_eq!(heard.first().map(String::as_str), Some("0"));
        assert_eq!(heard.len(), WAITING);
    }
}
