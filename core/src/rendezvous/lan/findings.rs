//! What is on the local network as far as is known: bounded, whoever announces how much.
//!
//! Anybody on the network can announce anything. An address takes at most [`MAX_PER_ADDRESS`]
//! places and all together [`MAX_KNOWN`]; beyond that the greatest names give way, so that two
//! devices that see the same network keep the same ones. Only addresses of this network count.

use super::DiscoveryError;
use crate::net;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio::sync::Notify;

/// Instances remembered.
pub const MAX_KNOWN: usize = 64;

/// Instances remembered at one address: a machine on which several people sit, or one that lies.
pub const MAX_PER_ADDRESS: usize = 4;

/// Addresses looked at of one finding.
const MAX_ADDRESSES: usize = 16;

/// Longest name of an instance, in bytes (RFC 6763 section 4.1.1).
const MAX_NAME: usize = 63;

/// A device on this network that says it is a Dayfly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instance {
    /// What it calls itself.
    pub name: String,
    /// Where it listens: the one of its addresses that is most likely to be reached.
    pub address: SocketAddr,
}

#[derive(Debug, Default)]
struct State {
    known: BTreeMap<String, SocketAddr>,
    failure: Option<DiscoveryError>,
}

#[derive(Debug, Default)]
struct Table {
    state: Mutex<State>,
    changed: Notify,
}

impl Table {
    /// A poisoned lock only means that a reporter panicked; the map stays valid.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a [`super::LocalDiscovery`] reports. Cheap to clone. Calls return at once, from any
/// thread; when nobody listens any more they do nothing.
#[derive(Debug, Clone)]
pub struct DiscoverySink(Weak<Table>);

impl DiscoverySink {
    /// An instance was found, or found again with other addresses. An IPv6 link-local address
    /// needs its zone as a number (`fe80::1%2`). Addresses that are not of this network are
    /// passed over, and so is an instance without any other.
    pub fn found(&self, instance: &str, addresses: &[String], port: u16) {
        let Some(table) = self.0.upgrade() else { return };
        let Some(address) = best(addresses, port) else {
            log::debug!("an instance without an address of this network was passed over");
            return;
        };
        if instance.is_empty() || instance.len() > MAX_NAME {
            return;
        }
        if table.lock().insert(instance, address) {
            table.changed.notify_one();
        }
    }

    /// An instance is gone.
    pub fn lost(&self, instance: &str) {
        let Some(table) = self.0.upgrade() else { return };
        if table.lock().known.remove(instance).is_some() {
            table.changed.notify_one();
        }
    }

    /// It does not work, or no longer.
    pub fn failed(&self, error: DiscoveryError) {
        let Some(table) = self.0.upgrade() else { return };
        table.lock().failure = Some(error);
        table.changed.notify_one();
    }
}

impl State {
    /// False if nothing changed.
    fn insert(&mut self, name: &str, address: SocketAddr) -> bool {
        if self.known.get(name) == Some(&address) {
            return false;
        }
        self.known.insert(name.to_owned(), address);
        let here = |at: &SocketAddr| at.ip() == address.ip();
        if self.known.values().filter(|at| here(at)).count() > MAX_PER_ADDRESS {
            let last = self.known.iter().rfind(|(_, at)| here(at));
            let last = last.map(|(name, _)| name.clone());
            self.known.retain(|name, _| Some(name) != last.as_ref());
            return last.is_some_and(|last| last != name);
        }
        if self.known.len() > MAX_KNOWN {
            let last = self.known.pop_last();
            return last.is_some_and(|(last, _)| last != name);
        }
        true
    }
}

/// What was found, for one reader.
#[derive(Debug, Default)]
pub struct Findings(Arc<Table>);

impl Findings {
    /// Where to report to it.
    #[must_use]
    pub fn sink(&self) -> DiscoverySink {
        DiscoverySink(Arc::downgrade(&self.0))
    }

    /// Waits until something changed since the last time.
    pub async fn changed(&self) {
        self.0.changed.notified().await;
    }

    /// What is there now, by name.
    #[must_use]
    pub fn known(&self) -> Vec<Instance> {
        let state = self.0.lock();
        let instance = |(name, address): (&String, &SocketAddr)| Instance {
            name: name.clone(),
            address: *address,
        };
        state.known.iter().map(instance).collect()
    }

    /// Why it does not work, if that was reported; told once.
    #[must_use]
    pub fn take_failure(&self) -> Option<DiscoveryError> {
        self.0.lock().failure.take()
    }
}

/// The address to try: private IPv4, then unique local IPv6, then link-local ones.
fn best(addresses: &[String], port: u16) -> Option<SocketAddr> {
    if port == 0 {
        return None;
    }
    let candidates = addresses.iter().take(MAX_ADDRESSES);
    candidates
        .filter_map(|text| {
            let address = parse(text, port)?;
            Some((rank(address)?, address))
        })
        .min()
        .map(|(_, address)| address)
}

/// An address, with its zone if it has one.
fn parse(text: &str, port: u16) -> Option<SocketAddr> {
    let (ip, zone) = match text.split_once('%') {
        Some((ip, zone)) => (ip, Some(zone.parse::<u32>().ok()?)),
        None => (text, None),
    };
    if ip.len() > 45 || !net::is_nearby(ip) {
        return None;
    }
    let mut address = SocketAddr::new(ip.parse().ok()?, port);
    if let (SocketAddr::V6(v6), Some(zone)) = (&mut address, zone) {
        v6.set_scope_id(zone);
    }
    Some(address)
}

/// Smaller is better; `None` for what cannot be reached. Loopback is this machine alone, where
/// somebody else's tracker may as well be listening: refused.
fn rank(address: SocketAddr) -> Option<u8> {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_private() => Some(0),
        SocketAddr::V4(v4) if v4.ip().is_link_local() => Some(2),
        SocketAddr::V6(v6) if v6.ip().is_unique_local() => Some(1),
        SocketAddr::V6(v6) if v6.ip().is_unicast_link_local() && v6.scope_id() != 0 => Some(3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(addresses: &[&str]) -> Vec<String> {
        addresses.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn only_addresses_of_this_network_are_tried_and_the_likeliest_first() {
        let pick = |addresses: &[&str]| best(&texts(addresses), 7).map(|at| at.to_string());
        assert_eq!(
            pick(&["fe80::1%2", "fd00::1", "169.254.1.1", "10.0.0.7"]).as_deref(),
            Some("10.0.0.7:7")
        );
        assert_eq!(pick(&["fe80::1%2", "fd00::1"]).as_deref(), Some("[fd00::1]:7"));
        assert_eq!(pick(&["fe80::1%2"]).as_deref(), Some("[fe80::1%2]:7"));
        for bad in [
            "fe80::1",
            "8.8.8.8",
            "2001:db8::1",
            "127.0.0.1",
            "::1",
            "localhost",
            "example.org",
            "fe80::1%eth0",
            "::ffff:8.8.8.8",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.251",
            "",
        ] {
            assert_eq!(pick(&[bad]), None, "{bad}");
        }
        assert_eq!(best(&texts(&["10.0.0.7"]), 0), None);
    }

    #[test]
    fn whoever_announces_a_thousand_takes_a_few_places() {
        let findings = Findings::default();
        let sink = findings.sink();
        for n in 0..1_000 {
            sink.found(&format!("a{n:04}"), &texts(&["10.0.0.66"]), 1);
        }
        sink.found("z", &texts(&["10.0.0.7"]), 1);
        let names: Vec<_> = findings.known().into_iter().map(|i| i.name).collect();
        assert_eq!(names, ["a0000", "a0001", "a0002", "a0003", "z"]);
        for n in 0..1_000_u32 {
            let address = std::net::Ipv4Addr::from(0x0a01_0000 + n).to_string();
            sink.found(&format!("b{n:04}"), &[address], 1);
        }
        assert_eq!(findings.known().len(), MAX_KNOWN);
        assert_eq!(findings.known()[0].name, "a0000");
    }

    #[test]
    fn names_no_service_can_have_are_refused_and_the_lost_are_gone() {
        let findings = Findings::default();
        let sink = findings.sink();
        let here = texts(&["10.0.0.7"]);
        sink.found("", &here, 1);
        sink.found(&"x".repeat(64), &here, 1);
        assert_eq!(findings.known(), []);
        sink.found("x", &here, 1);
        sink.lost("y");
        assert_eq!(findings.known().len(), 1);
        sink.lost("x");
        assert_eq!(findings.known(), []);
        sink.failed(DiscoveryError::Refused);
        assert_eq!(findings.take_failure(), Some(DiscoveryError::Refused));
        assert_eq!(findings.take_failure(), None);
        drop(findings);
        sink.found("x", &here, 1);
    }

    #[tokio::test]
    async fn a_change_is_told_even_if_it_came_before() {
        let findings = Findings::default();
        findings.sink().found("x", &texts(&["10.0.0.7"]), 1);
        findings.changed().await;
        findings.sink().found("x", &texts(&["10.0.0.7"]), 1);
        let again = tokio::time::timeout(std::time::Duration::ZERO, findings.changed());
        assert!(again.await.is_err(), "nothing changed");
    }
}
