//! Short codes as objects. What they do is the engine's; see there.

use crate::error::wait;
use crate::{Cancel, DayflyError, Invite, Live, Room};
use dayfly_core::engine::{CodeShare as CoreShare, JoinCode as CoreJoin};
use dayfly_core::proto::room::code::{CodeGuestEvent, CodeHostEvent};
use std::sync::Arc;

/// A code that leads to a room. Freeing it ends the code.
#[derive(Debug, uniffi::Object)]
pub struct CodeShare {
    share: CoreShare,
    _live: Live,
}

impl CodeShare {
    pub(crate) fn new(share: CoreShare) -> Arc<Self> {
        let _live = crate::live();
        Arc::new(Self { share, _live })
    }
}

#[uniffi::export]
impl CodeShare {
    /// What happens next; nothing once the code is over.
    #[uniffi::method(default(cancel = None))]
    pub async fn next(&self, cancel: Option<Arc<Cancel>>) -> Result<Option<CodeHostEvent>, DayflyError> {
        wait(cancel, async { Ok(self.share.next().await) }).await
    }

    /// Ends the code.
    pub fn stop(&self) {
        self.share.stop();
    }
}

/// A code that is being tried. Freeing it gives that up.
#[derive(Debug, uniffi::Object)]
pub struct JoinCode {
    join: CoreJoin,
    _live: Live,
}

impl JoinCode {
    pub(crate) fn new(join: CoreJoin) -> Arc<Self> {
        let _live = crate::live();
        Arc::new(Self { join, _live })
    }
}

#[uniffi::export]
impl JoinCode {
    /// What happens next; nothing once it succeeded or failed.
    #[uniffi::method(default(cancel = None))]
    pub async fn next(&self, cancel: Option<Arc<Cancel>>) -> Result<Option<CodeGuestEvent>, DayflyError> {
        wait(cancel, async { Ok(self.join.next().await) }).await
    }

    /// Waits for the invite, within about a minute. For rooms that ask for a password besides.
    #[uniffi::method(default(cancel = None))]
    pub async fn invite(&self, cancel: Option<Arc<Cancel>>) -> Result<Arc<Invite>, DayflyError> {
        Ok(Invite::new(wait(cancel, self.join.invite()).await?))
    }

    /// Waits for the invite and enters its room.
    #[uniffi::method(default(cancel = None))]
    pub async fn room(&self, cancel: Option<Arc<Cancel>>) -> Result<Arc<Room>, DayflyError> {
        Ok(Room::new(wait(cancel, self.join.room()).await?))
    }

    /// Gives it up.
    pub fn stop(&self) {
        self.join.stop();
    }
}
