//! Comparisons of codes as objects. What they do is the engine's; see there.

use crate::error::wait;
use crate::{Cancel, DayflyError, Live};
use dayfly_core::engine::Verification as Core;
use dayfly_core::proto::id::MemberId;
use dayfly_core::proto::room::VerificationStep;
use std::sync::Arc;

/// A comparison of codes with one member or with everybody. It stands for this one and never for the
/// next: once it is over, whatever is said to it counts for nothing.
///
/// Freeing the last one of a comparison that was begun or agreed to by `Room.verify` or
/// `Room.group_check`, before it is over, gives it up; what was only looked at is left alone.
#[derive(Debug, uniffi::Object)]
pub struct Verification {
    verification: Core,
    _live: Live,
}

impl Verification {
    pub(crate) fn new(verification: Core) -> Arc<Self> {
        let _live = crate::live();
        Arc::new(Self { verification, _live })
    }
}

#[uniffi::export]
impl Verification {
    /// With whom; nothing where it is everybody here.
    pub fn member(&self) -> Option<MemberId> {
        self.verification.member().cloned()
    }

    /// How far it is, as told last.
    pub fn step(&self) -> VerificationStep {
        self.verification.step()
    }

    /// The next step: first the one it is at, then what follows; nothing once it is over. Steps that
    /// came in between are passed over.
    #[uniffi::method(default(cancel = None))]
    pub async fn next(&self, cancel: Option<Arc<Cancel>>) -> Result<Option<VerificationStep>, DayflyError> {
        wait(cancel, self.verification.next()).await
    }

    /// The codes are the same; after a scan, the other screen shows a tick.
    pub async fn confirm(&self) -> Result<(), DayflyError> {
        Ok(self.verification.confirm().await?)
    }

    /// The codes differ, or there is no tick: the connection is closed on both sides and the key
    /// marked.
    pub async fn mismatch(&self) -> Result<(), DayflyError> {
        Ok(self.verification.mismatch().await?)
    }

    /// Not now. Nothing happens to one that is over.
    pub async fn cancel(&self) -> Result<(), DayflyError> {
        Ok(self.verification.cancel().await?)
    }
}
