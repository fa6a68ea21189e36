//! What is on the local network as far as is known: bounded, whoever announces how much.
//!
//! Anybody on the network can announce anything. An address takes at most [`MAX_PER_ADDRESS`]
//! places and all together [`MAX_KNOWN`]; beyond that the greatest names give way, so that two
//! devices that see the same network keep the same ones. Only addresses of this network count.

use super::DiscoveryError;
use crate::net;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio::sync::Notify;

/// Instances remembered.
pub const MAX_KNOWN: usize = 64;

/// Instances remembered at one address: a machine on which several people sit, or one that lies.
pub const MAX_PER_ADDRESS: usize = 4;

/// Addresses looked at of one finding.
const MAX_LOOKED_AT: usize = 16;

/// Addresses remembered of one instance.
const MAX_ADDRESSES: usize = 3;

/// Smallest port that is tried. No Dayfly listens below, and an announcement is not to make
/// anybody knock at a router's door.
const MIN_PORT: u16 = 1024;

/// Longest name of an instance, in bytes (RFC 6763 section 4.1.1).
const MAX_NAME: usize = 63;

/// A device on this network that says it is a Dayfly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instance {
    /// What it calls itself.
    pub name: String,
    /// Where it listens, the address most likely to be reached first. At least one.
    pub addresses: Vec<SocketAddr>,
}

#[derive(Debug, Default)]
struct State {
    known: BTreeMap<String, Vec<SocketAddr>>,
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
    /// An instance was found, or found again with other addresses, which are all of it then.
    /// Addresses that are not of this network are passed over, and so is an instance without any
    /// other.
    pub fn found(&self, instance: &str, addresses: &[String], port: u16) {
        let Some(table) = self.0.upgrade() else { return };
        let addresses = usable(addresses, port);
        if addresses.is_empty() || instance.is_empty() || instance.len() > MAX_NAME {
            log::debug!("an instance without a name or an address of this network was passed over");
            return;
        }
        if table.lock().insert(instance, addresses) {
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
    fn insert(&mut self, name: &str, addresses: Vec<SocketAddr>) -> bool {
        if self.known.get(name) == Some(&addresses) {
            return false;
        }
        let mut changed = self.known.insert(name.to_owned(), addresses.clone()).is_some();
        for address in addresses {
            let here = |of: &Vec<SocketAddr>| of.iter().any(|other| other.ip() == address.ip());
            if self.known.values().filter(|of| here(of)).count() > MAX_PER_ADDRESS {
                let last = self.known.iter().rfind(|(_, of)| here(of));
                changed |= self.forget(last.map(|(name, _)| name.clone()), name);
            }
        }
        if self.known.len() > MAX_KNOWN {
            let last = self.known.last_key_value();
            changed |= self.forget(last.map(|(name, _)| name.clone()), name);
        }
        changed | self.known.contains_key(name)
    }

    /// Gives up an instance for the sake of `newcomer`; false if that is the one.
    fn forget(&mut self, name: Option<String>, newcomer: &str) -> bool {
        name.is_some_and(|name| self.known.remove(&name).is_some() && name != newcomer)
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
        let instance = |(name, addresses): (&String, &Vec<SocketAddr>)| Instance {
            name: name.clone(),
            addresses: addresses.clone(),
        };
        state.known.iter().map(instance).collect()
    }

    /// Why it does not work, if that was reported; told once.
    #[must_use]
    pub fn take_failure(&self) -> Option<DiscoveryError> {
        self.0.lock().failure.take()
    }
}

/// The addresses to try, the most likely one first: private IPv4, unique local IPv6, link-local
/// IPv4.
fn usable(addresses: &[String], port: u16) -> Vec<SocketAddr> {
    if port < MIN_PORT {
        return Vec::new();
    }
    let mut usable: Vec<(u8, IpAddr)> = addresses
        .iter()
        .take(MAX_LOOKED_AT)
        .filter_map(|text| {
            let ip = text.parse().ok()?;
            Some((rank(ip)?, ip))
        })
        .collect();
    usable.sort_unstable();
    usable.dedup();
    usable.truncate(MAX_ADDRESSES);
    usable
        .into_iter()
        .map(|(_, ip)| SocketAddr::new(ip, port))
        .collect()
}

/// Smaller is better; `None` for what is not of this network, and for what no link could follow
/// to: IPv6 link-local addresses. Loopback is this machine, where somebody else's tracker may as
/// well be listening.
fn rank(ip: IpAddr) -> Option<u8> {
    if !net::is_nearby(&ip.to_string()) {
        return None;
    }
    match ip {
        IpAddr::V4(v4) if v4.is_private() => Some(0),
        IpAddr::V4(v4) if v4.is_link_local() => Some(2),
        IpAddr::V6(v6) if v6.is_unique_local() => Some(1),
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
        let pick = |addresses: &[&str], port| -> Vec<String> {
            let found = usable(&texts(addresses), port);
            found.iter().map(ToString::to_string).collect()
        };
        let all = [
            "fe80::1",
            "fd00::1",
            "169.254.1.1",
            "10.0.0.7",
            "10.0.0.7",
            "8.8.8.8",
        ];
        assert_eq!(
            pick(&all, 7_000),
            ["10.0.0.7:7000", "[fd00::1]:7000", "169.254.1.1:7000"]
        );
        let none: [&str; 0] = [];
        for bad in [
            "fe80::1",
            "fe80::1%2",
            "8.8.8.8",
            "2001:db8::1",
            "127.0.0.1",
            "::1",
            "localhost",
            "example.org",
            "::ffff:10.0.0.7",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.251",
            "",
        ] {
            assert_eq!(pick(&[bad], 7_000), none, "{bad}");
        }
        for port in [0, 22, 80, 1_023] {
            assert_eq!(pick(&["10.0.0.7"], port), none, "{port}");
        }
    }

    #[test]
    fn whoever_announces_a_thousand_takes_a_few_places() {
        let findings = Findings::default();
        let sink = findings.sink();
        for n in 0..1_000 {
            sink.found(&format!("a{n:04}"), &texts(&["10.0.0.66"]), 7_000);
        }
        sink.found("z", &texts(&["10.0.0.7"]), 7_000);
        let names: Vec<_> = findings.known().into_iter().map(|i| i.name).collect();
        assert_eq!(names, ["a0000", "a0001", "a0002", "a0003", "z"]);
        for n in 0..1_000_u32 {
            let address = std::net::Ipv4Addr::from(0x0a01_0000 + n).to_string();
            sink.found(&format!("b{n:04}"), &[address], 7_000);
        }
        assert_eq!(findings.known().len(), MAX_KNOWN);
        assert_eq!(findings.known()[0].name, "a0000");
    }

    #[test]
    fn names_no_service_can_have_are_refused_and_the_lost_are_gone() {
        let findings = Findings::default();
        let sink = findings.sink();
        let here = texts(&["10.0.0.7"]);
        sink.found("", &here, 7_000);
        sink.found(&"x".repeat(64), &here, 7_000);
        assert_eq!(findings.known(), []);
        sink.found("x", &here, 7_000);
        sink.lost("y");
        assert_eq!(findings.known().len(), 1);
        sink.lost("x");
        assert_eq!(findings.known(), []);
        sink.failed(DiscoveryError::Refused);
        assert_eq!(findings.take_failure(), Some(DiscoveryError::Refused));
        assert_eq!(findings.take_failure(), None);
        drop(findings);
        sink.found("x", &here, 7_000);
    }

    #[tokio::test]
    async fn a_change_is_told_even_if_it_came_before() {
        let findings = Findings::default();
        findings.sink().found("x", &texts(&["10.0.0.7"]), 7_000);
        findings.changed().await;
        findings.sink().found("x", &texts(&["10.0.0.7"]), 7_000);
        let again = tokio::time::timeout(std::time::Duration::ZERO, findings.changed());
        assert!(again.await.is_err(), "nothing changed");
    }
}
