//! The doctor as the engine offers it: on the network thread, beside the rooms.

use super::setup::{self, entropy};
use super::{Engine, Error, ErrorKind, Request, RoomOptions};
use crate::doctor::{Finding, Targets};
use crate::link::IceServer;
use dayfly_proto::secret::SecretString;
use tokio::sync::oneshot;

/// What the doctor looks at.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct DoctorOptions {
    /// Trackers to look at; none means the defaults.
    #[cfg_attr(feature = "uniffi", uniffi(default = []))]
    pub trackers: Vec<String>,
    /// STUN and TURN servers to look at; `None` means the defaults.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub ice_servers: Option<Vec<IceServer>>,
    /// Look at this device, and at whom the two above name on this machine and its network.
    #[cfg_attr(feature = "uniffi", uniffi(default = false))]
    pub local: bool,
    /// A proxy, as in [`RoomOptions`].
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub proxy: Option<SecretString>,
}

impl DoctorOptions {
    fn targets(self) -> Result<Targets, Error> {
        let room = RoomOptions {
            ice_servers: self.ice_servers,
            local: self.local,
            proxy: self.proxy,
            ..RoomOptions::default()
        };
        let (turn, stun): (Vec<_>, Vec<_>) = setup::ice_servers(&room)?
            .into_iter()
            .partition(IceServer::is_relay);
        let usual = if self.local {
            Targets::nobody()
        } else {
            Targets::public()
        };
        Ok(Targets {
            trackers: if self.trackers.is_empty() {
                usual.trackers
            } else {
                self.trackers
            },
            stun: stun.into_iter().map(|server| server.url).collect(),
            turn,
            dialer: setup::dialer(&room)?,
            patience: usual.patience,
        })
    }
}

impl Engine {
    /// Says what this network allows, with what to try where it does not: takes some seconds, and
    /// contacts whom the options name and nobody else.
    ///
    /// # Errors
    /// [`ErrorKind::BadOption`] for a server or proxy that cannot be, [`ErrorKind::Busy`] when too
    /// much is asked at once.
    pub async fn doctor(&self, options: DoctorOptions) -> Result<Vec<Finding>, Error> {
        let (targets, seed) = (options.targets()?, entropy()?);
        let (reply, findings) = oneshot::channel();
        let request = Request::Doctor {
            targets: Box::new(targets),
            seed,
            reply,
        };
        self.requests
            .try_send(request)
            .map_err(|_| Error::new(ErrorKind::Busy, "Too much is asked at once; try again."))?;
        findings
            .await
            .map_err(|_| Error::new(ErrorKind::Internal, "The network thread has ended."))
    }
}
