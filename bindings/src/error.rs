//! How a request fails at the FFI, and how a wait is given up.

use crate::Live;
use dayfly_core::engine::{Error, ErrorKind};
use std::future::Future;
use std::sync::Arc;
use tokio::sync::watch;

/// A refused request. `kind` is for programs, `sentence` and `hint` for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum DayflyError {
    /// Why, and what to try.
    #[error("{sentence}")]
    Refused {
        /// Stable; switch on this.
        kind: ErrorKind,
        /// What went wrong.
        sentence: String,
        /// What to try, when there is something.
        hint: Option<String>,
    },
}

impl<E: Into<Error>> From<E> for DayflyError {
    fn from(error: E) -> Self {
        let Error { kind, message, hint } = error.into();
        Self::Refused {
            kind,
            sentence: message,
            hint,
        }
    }
}

/// Foreign code threw. What it said is not looked at: it may hold anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum ForeignError {
    /// It threw.
    #[error("The code of the app failed.")]
    Thrown,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for ForeignError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Thrown
    }
}

/// Gives up waits. One may serve several, and ends those that come later too.
#[derive(Debug, uniffi::Object)]
pub struct Cancel {
    told: watch::Sender<bool>,
    _live: Live,
}

#[uniffi::export]
impl Cancel {
    /// Nothing is given up yet.
    #[uniffi::constructor]
    pub fn new() -> Arc<Self> {
        let (told, _live) = (watch::Sender::new(false), crate::live());
        Arc::new(Self { told, _live })
    }

    /// Ends every wait this was given to with `ErrorKind::Cancelled`. What was asked for may
    /// still happen: only the wait is over.
    pub fn cancel(&self) {
        self.told.send_replace(true);
    }
}

/// Waits for `work`, unless `cancel` is quicker.
pub(crate) async fn wait<T>(
    cancel: Option<Arc<Cancel>>,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, DayflyError> {
    let Some(cancel) = cancel else {
        return Ok(work.await?);
    };
    let mut told = cancel.told.subscribe();
    tokio::select! {
        biased;
        _ = told.wait_for(|told| *told) => Err(Error::cancelled().into()),
        done = work => Ok(done?),
    }
}
