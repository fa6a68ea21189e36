//! Finding others on the local network by multicast DNS, for a terminal: nobody else does it here.
//!
//! One daemon for as long as a room wants it, on the one interface where this device is reached.
//! Both host and instance go by the name made up for the occasion, so that the machine's own name
//! stays unsaid. Two threads belong to it, the library's and one that passes its findings on;
//! both end with the search.

use dayfly_core::net;
use dayfly_core::rendezvous::lan::{DiscoveryError, DiscoverySink, LocalDiscovery, SERVICE_TYPE};
use mdns_sd::{IfKind, Receiver, ServiceDaemon, ServiceEvent, ServiceInfo};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long leaving waits for the goodbye to be on the network.
const GOODBYE: Duration = Duration::from_millis(200);

/// Multicast DNS of this program's own.
#[derive(Default)]
pub struct Multicast {
    daemon: Mutex<Option<ServiceDaemon>>,
}

impl Multicast {
    /// To start an engine with.
    pub fn shared() -> Arc<dyn LocalDiscovery> {
        Arc::new(Self::default())
    }

    fn lock(&self) -> MutexGuard<'_, Option<ServiceDaemon>> {
        self.daemon.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The daemon, started if there is none.
    fn daemon(&self) -> Result<ServiceDaemon, DiscoveryError> {
        let mut running = self.lock();
        if let Some(daemon) = &*running {
            return Ok(daemon.clone());
        }
        let ip = net::lan_address().ok_or(DiscoveryError::NoNetwork)?;
        let daemon = ServiceDaemon::new().map_err(|error| failed(&error))?;
        daemon
            .disable_interface(IfKind::All)
            .and_then(|()| daemon.enable_interface(IfKind::Addr(ip)))
            .map_err(|error| failed(&error))?;
        *running = Some(daemon.clone());
        Ok(daemon)
    }
}

impl LocalDiscovery for Multicast {
    fn advertise(&self, kind: &str, instance: &str, port: u16) -> Result<(), DiscoveryError> {
        let ip = net::lan_address().ok_or(DiscoveryError::NoNetwork)?;
        let host = format!("{instance}.local.");
        let mut info = ServiceInfo::new(&service(kind), instance, &host, ip, port, None)
            .map_err(|error| failed(&error))?;
        // Nobody else has a name of 64 random bits: asking for it would cost most of a second.
        info.set_requires_probe(false);
        self.daemon()?.register(info).map_err(|error| failed(&error))
    }

    fn browse(&self, kind: &str, sink: DiscoverySink) -> Result<(), DiscoveryError> {
        let events = self
            .daemon()?
            .browse(&service(kind))
            .map_err(|error| failed(&error))?;
        std::thread::Builder::new()
            .name("mdns".into())
            .spawn(move || pass_on(&events, &sink))
            .map_err(|_| DiscoveryError::Failed)?;
        Ok(())
    }

    fn stop(&self) {
        let Some(daemon) = self.lock().take() else { return };
        // It says goodbye before it ends.
        match daemon.shutdown() {
            Ok(ended) => drop(ended.recv_timeout(GOODBYE)),
            Err(error) => log::debug!("multicast DNS could not be ended: {error}"),
        }
    }
}

/// The kind of service, as the library writes it.
fn service(kind: &str) -> String {
    format!("{kind}.local.")
}

fn failed(error: &mdns_sd::Error) -> DiscoveryError {
    log::debug!("multicast DNS failed: {error}");
    DiscoveryError::Failed
}

/// Tells the engine what is found, until the search ends.
fn pass_on(events: &Receiver<ServiceEvent>, sink: &DiscoverySink) {
    while let Ok(event) = events.recv() {
        match event {
            ServiceEvent::ServiceResolved(found) => {
                let addresses: Vec<String> = found
                    .addresses
                    .iter()
                    .map(|address| address.to_ip_addr().to_string())
                    .collect();
                if let Some(instance) = instance(&found.fullname) {
                    sink.found(instance, &addresses, found.port);
                }
            }
            ServiceEvent::ServiceRemoved(_, name) => {
                if let Some(instance) = instance(&name) {
                    sink.lost(instance);
                }
            }
            ServiceEvent::SearchStopped(_) => return,
            _ => {}
        }
    }
    // The library gives up whoever cannot keep up with a flood; the engine begins anew.
    sink.failed(DiscoveryError::Failed);
}

/// The first part of a service's name.
fn instance(full: &str) -> Option<&str> {
    full.strip_suffix(&service(SERVICE_TYPE))?.strip_suffix('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_what_stands_before_the_service() {
        assert_eq!(instance("0a1b._dayfly._tcp.local."), Some("0a1b"));
        assert_eq!(instance("a.b._dayfly._tcp.local."), Some("a.b"));
        for other in ["0a1b._http._tcp.local.", "_dayfly._tcp.local.", ""] {
            assert_eq!(instance(other), None, "{other}");
        }
    }
}
