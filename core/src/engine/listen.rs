//! Listeners: code of a shell that is called with what happens in a room.
//!
//! Each is called from a thread of its own. One that blocks holds up nobody: its queue fills,
//! collapses to one reset, and it goes on from there. One that fails is called with the next event.

use super::{Error, Subscription, Unsubscriber};
use crate::thread;
use dayfly_proto::room::Event;

impl Subscription {
    /// Calls `listener` with every event until the room is over, or the returned handle ends it.
    ///
    /// # Errors
    /// [`super::ErrorKind::System`] when the operating system gives no thread.
    pub fn call(mut self, mut listener: impl FnMut(Event) + Send + 'static) -> Result<Unsubscriber, Error> {
        let end = self.unsubscriber();
        let run = move || {
            while let Some(event) = self.next_blocking() {
                if !thread::contained(|| listener(event)) {
                    log::warn!("a listener panicked on an event");
                }
            }
        };
        thread::run("dayfly-listener", run)
            .map_err(|error| Error::system("No thread could be started for a listener", &error))?;
        Ok(end)
    }
}
