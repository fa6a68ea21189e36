//! The system's ways to say "leave": Ctrl-C, termination, a terminal that hangs up.

use std::io;

/// Listens from its making on.
pub struct Signals {
    #[cfg(unix)]
    streams: [tokio::signal::unix::Signal; 3],
}

impl Signals {
    /// Takes the signals over from the default, which is to die without a goodbye.
    ///
    /// # Errors
    /// When the system refuses a handler.
    #[cfg(unix)]
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let streams = [
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ];
        Ok(Self { streams })
    }

    /// As on Unix; Ctrl-C only.
    ///
    /// # Errors
    /// None here.
    #[cfg(not(unix))]
    pub fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Resolves when one arrives.
    #[cfg(unix)]
    pub async fn leave(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.streams;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }

    /// Resolves when one arrives.
    #[cfg(not(unix))]
    pub async fn leave(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
