//! Foreign code that is called: listeners of rooms and sinks of the log. Each is called from one
//! thread of its own and may block or throw (see `engine::Subscription::call`, `logging`).

use crate::{DayflyError, ForeignError, Live};
use dayfly_core::engine::{Subscription as Events, Unsubscriber};
use dayfly_core::logging::{self, Line};
use dayfly_core::proto::room::Event;
use std::sync::Arc;

/// Hears what happens in a room.
#[uniffi::export(callback_interface)]
pub trait Listener: Send {
    /// The next event, in order; the first is a reset. May block, may throw, may call the room.
    fn on_event(&self, event: Event) -> Result<(), ForeignError>;
}

/// A listener being called. Freeing it ends that.
#[derive(Debug, uniffi::Object)]
pub struct Subscription {
    end: Unsubscriber,
    _live: Live,
}

impl Subscription {
    pub(crate) fn start(events: Events, listener: Box<dyn Listener>) -> Result<Arc<Self>, DayflyError> {
        let call = move |event| {
            if listener.on_event(event).is_err() {
                log::warn!("a listener failed on an event");
            }
        };
        let (end, _live) = (events.call(call)?, crate::live());
        Ok(Arc::new(Self { end, _live }))
    }
}

#[uniffi::export]
impl Subscription {
    /// Calls the listener no more, but for a call that is under way. Does not wait for that one.
    pub fn unsubscribe(&self) {
        self.end.unsubscribe();
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.end.unsubscribe();
    }
}

/// How much a line of the log matters.
#[uniffi::remote(Enum)]
pub enum LogLevel {
    /// Something broke.
    Error,
    /// Something is odd.
    Warn,
    /// Something changed.
    Info,
    /// For whoever looks for a mistake.
    Debug,
    /// Everything.
    Trace,
}

/// How much a line of the log matters.
pub type LogLevel = log::Level;

/// Takes lines of the log, which hold no content, address or key.
#[uniffi::export(callback_interface)]
pub trait LogSink: Send {
    /// The next line. May block and may throw.
    fn log(&self, level: LogLevel, target: String, message: String) -> Result<(), ForeignError>;
}

/// Sends the log, down to `level`, to `sink` and nowhere else.
#[uniffi::export]
pub fn log_to(sink: Box<dyn LogSink>, level: LogLevel) {
    logging::log_to(
        level.to_level_filter(),
        move |Line {
                  level,
                  target,
                  message,
              }| {
            // A sink that throws has lost the line, and there is nowhere to report it to.
            let _ = sink.log(level, target, message);
        },
    );
}

/// Sends the log, down to `level`, to the system's: logcat on Android, the unified log on Apple's
/// systems. Elsewhere there is none.
#[uniffi::export]
pub fn log_to_system(level: LogLevel) {
    logging::log_to(level.to_level_filter(), system);
}

#[cfg(target_os = "android")]
fn system(
    Line {
        level,
        target,
        message,
    }: Line,
) {
    let config = android_logger::Config::default()
        .with_tag("dayfly")
        .with_max_level(level.to_level_filter());
    let logger = android_logger::AndroidLogger::new(config);
    let text = format_args!("{target}: {message}");
    log::Log::log(
        &logger,
        &log::Record::builder()
            .level(level)
            .target(&target)
            .args(text)
            .build(),
    );
}

#[cfg(any(target_os = "ios", target_os = "macos"))]
fn system(
    Line {
        level,
        target,
        message,
    }: Line,
) {
    let level = match level {
        log::Level::Error => oslog::Level::Error,
        log::Level::Warn | log::Level::Info => oslog::Level::Default,
        log::Level::Debug | log::Level::Trace => oslog::Level::Debug,
    };
    oslog::OsLog::new("dayfly", &target).with_level(level, &message);
}

#[cfg(not(any(target_os = "android", target_os = "ios", target_os = "macos")))]
fn system(_: Line) {}
