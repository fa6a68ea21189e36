//! Finding others on the local network: what the app implements. Each call is the engine's own.

use crate::{ForeignError, Live};
use dayfly_core::rendezvous::lan::{
    DiscoveryError as CoreDiscoveryError, DiscoverySink as CoreSink, LocalDiscovery as CoreLocalDiscovery,
};
use std::sync::Arc;

/// Why others on this network cannot be found. The engine's own, named again: what a foreign trait
/// throws must be of the crate that exports the trait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum DiscoveryError {
    /// The person, or the system on its behalf, does not allow it.
    #[error("permission to find devices on this network was refused")]
    Refused,
    /// There is no network on which anybody could be found.
    #[error("there is no network on which devices could be found")]
    NoNetwork,
    /// Anything else; the engine tries again later.
    #[error("this device could not look for others on its network")]
    Failed,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for DiscoveryError {
    /// What it threw is not looked at: it may hold anything.
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed
    }
}

impl From<DiscoveryError> for CoreDiscoveryError {
    fn from(error: DiscoveryError) -> Self {
        match error {
            DiscoveryError::Refused => Self::Refused,
            DiscoveryError::NoNetwork => Self::NoNetwork,
            DiscoveryError::Failed => Self::Failed,
        }
    }
}

/// Finds devices on the local network and lets them find this one. The app implements it, because
/// only the system's own service works on a phone; the engine calls it while a room is open that
/// does not keep away from the local network, one call at a time, from a thread of its own.
///
/// Every call only begins something and returns; none waits for the network. Whatever is found,
/// this device included, goes to the sink, from any thread. `stop` ends both and is followed by
/// `advertise` and `browse` when the device is on another network. An error thrown, or reported
/// with `failed`, is shown as the state of the back end `lan`; the engine tries again a quarter of
/// a minute later, or at once after `network_changed`. Whatever else is thrown counts as `Failed`.
///
/// **Android.** `NsdManager`: raw multicast needs a lock, a permission and luck. Advertise with
/// `registerService`: an `NsdServiceInfo` with `serviceName = instance`, `serviceType = service`,
/// the port, and no attributes. Browse with `discoverServices(service, PROTOCOL_DNS_SD, …)`; in
/// `onServiceFound` ask for addresses with `registerServiceInfoCallback` (API 34), or with
/// `resolveService` one at a time before that, and call `found` with `hostAddresses` as text. In
/// `onServiceLost` call `lost`. From API 37 on `ACCESS_LOCAL_NETWORK` is asked for at run time:
/// without it throw `Refused`. Before that `INTERNET` and `ACCESS_WIFI_STATE` do.
///
/// **iOS and macOS.** `NWListener.Service(name: instance, type: service)` has a port of its own;
/// `NetService(domain: "local.", type: service + ".", name: instance, port:)` or
/// `DNSServiceRegister` take the engine's. Browse with `NWBrowser` or `DNSServiceBrowse` and
/// resolve with `DNSServiceGetAddrInfo`. `Info.plist` must list the service in `NSBonjourServices`
/// and say why in `NSLocalNetworkUsageDescription`; without either nothing is found and nothing is
/// said. A person who refused shows as `kDNSServiceErr_PolicyDenied`: throw or report `Refused`.
#[uniffi::export(callback_interface)]
pub trait LocalDiscovery: Send + Sync {
    /// Lets others find a service of the kind `service` (`_dayfly._tcp`), called `instance`, at
    /// `port` of this device. No TXT record but an empty one.
    fn advertise(&self, service: String, instance: String, port: u16) -> Result<(), DiscoveryError>;

    /// Looks for services of the kind `service` until `stop`.
    fn browse(&self, service: String, sink: Arc<DiscoverySink>) -> Result<(), DiscoveryError>;

    /// Ends both; the service is to vanish from the network. May come without either.
    fn stop(&self) -> Result<(), ForeignError>;
}

/// Where the app reports what it finds. Calls return at once; after `stop` they do nothing.
#[derive(Debug, uniffi::Object)]
pub struct DiscoverySink {
    sink: CoreSink,
    _live: Live,
}

#[uniffi::export]
impl DiscoverySink {
    /// An instance was found, or found again: with all the addresses it has then, as text.
    /// Addresses that are not of this network are passed over.
    pub fn found(&self, instance: &str, addresses: Vec<String>, port: u16) {
        self.sink.found(instance, &addresses, port);
    }

    /// An instance is gone.
    pub fn lost(&self, instance: &str) {
        self.sink.lost(instance);
    }

    /// It does not work, or no longer.
    pub fn failed(&self, error: DiscoveryError) {
        self.sink.failed(error.into());
    }
}

/// The app's code as the core takes it.
pub(crate) struct Foreign(pub Box<dyn LocalDiscovery>);

impl CoreLocalDiscovery for Foreign {
    fn advertise(&self, service: &str, instance: &str, port: u16) -> Result<(), CoreDiscoveryError> {
        Ok(self.0.advertise(service.to_owned(), instance.to_owned(), port)?)
    }

    fn browse(&self, service: &str, sink: CoreSink) -> Result<(), CoreDiscoveryError> {
        let _live = crate::live();
        let sink = Arc::new(DiscoverySink { sink, _live });
        Ok(self.0.browse(service.to_owned(), sink)?)
    }

    fn stop(&self) {
        if self.0.stop().is_err() {
            log::warn!("the search for devices on this network could not be ended");
        }
    }
}
