//! Being found and finding on the local network: what a shell implements.
//!
//! It carries a name, addresses and a port, all of them public to the network, and nothing of a
//! room. Nothing that is found is believed here: addresses are checked where they are used.

use super::DiscoverySink;

/// The kind of service that Dayflies advertise and look for, as DNS-SD writes it (RFC 6763).
pub const SERVICE_TYPE: &str = "_dayfly._tcp";

/// Why others on this network cannot be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// The person, or the system on its behalf, does not allow it.
    #[error("permission to find devices on this network was refused")]
    Refused,
    /// There is no network on which anybody could be found.
    #[error("there is no network on which devices could be found")]
    NoNetwork,
    /// Anything else; trying again may help.
    #[error("this device could not look for others on its network")]
    Failed,
}

/// Finds devices on the local network and lets them find this one: `NsdManager` on Android,
/// Bonjour on iOS, multicast DNS of its own in a terminal.
///
/// Every call returns at once and none waits for the network; what comes of it is reported to the
/// sink. Calls come one at a time, from a thread that has other things to do.
pub trait LocalDiscovery: Send + Sync {
    /// Lets others find a service of the kind `service`, which is [`SERVICE_TYPE`], under the name
    /// `instance` at `port` of this device. No TXT record but an empty one: what is advertised is for everybody's eyes.
    ///
    /// # Errors
    /// [`DiscoveryError`]. What shows later goes to [`DiscoverySink::failed`].
    fn advertise(&self, service: &str, instance: &str, port: u16) -> Result<(), DiscoveryError>;

    /// Looks for services of the kind `service` until [`LocalDiscovery::stop`], reporting whatever
    /// is found, this device's own service included if that is easiest.
    ///
    /// # Errors
    /// [`DiscoveryError`]. What shows later goes to [`DiscoverySink::failed`].
    fn browse(&self, service: &str, sink: DiscoverySink) -> Result<(), DiscoveryError>;

    /// Ends both; the service is to vanish from the network. May be called without either.
    fn stop(&self);
}
