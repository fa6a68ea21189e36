//! The device's network: which address others on the LAN reach it by, and TCP connections to
//! hosts, direct or through a proxy ([`Dialer`]).
//!
//! Whatever the core says over TCP is dialled here, so that a proxy is passed by nothing. It owns
//! no socket beyond the call and decides nothing about rooms.

mod dial;
pub(crate) mod host;
mod proxy;

pub use dial::{DialError, Dialer};
pub use proxy::{Proxy, ProxyError, ProxyTrouble};

use std::net::{IpAddr, Ipv4Addr};

/// The addresses of this device but those that lead nowhere else: loopback, link-local. Sorted, so
/// that two lists differ only if the addresses do.
#[must_use]
pub fn addresses() -> Vec<IpAddr> {
    let usable = |ip: &IpAddr| match ip {
        IpAddr::V4(v4) => !v4.is_loopback() && !v4.is_link_local() && !v4.is_unspecified(),
        IpAddr::V6(v6) => !v6.is_loopback() && !v6.is_unicast_link_local() && !v6.is_unspecified(),
    };
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mut all: Vec<IpAddr> = interfaces
        .iter()
        .map(if_addrs::Interface::ip)
        .filter(usable)
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether `host` is this machine or, by its address alone, on its network: loopback, private
/// (RFC 1918), unique local (RFC 4193) or link-local. Names other than `localhost` are not, since
/// asking what they stand for contacts somebody.
#[must_use]
pub fn is_nearby(host: &str) -> bool {
    if host.eq_ignore_ascii_case("localhost") {
        return true;
    }
    match host.trim_start_matches('[').trim_end_matches(']').parse() {
        Ok(IpAddr::V4(v4)) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        Ok(IpAddr::V6(v6)) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
        Err(_) => false,
    }
}

/// The address by which other devices on the local network most likely reach this one: a private
/// IPv4 address (RFC 1918) of an interface that is up, else a unique local IPv6 address (RFC
/// 4193), else a link-local IPv4 address (RFC 3927). `None` when there is none of those; a public
/// address is never chosen, as what is bound for the LAN must not face the internet.
#[must_use]
pub fn lan_address() -> Option<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().ok()?;
    best(
        interfaces
            .into_iter()
            .filter(|i| i.is_oper_up() && !i.is_p2p())
            .map(|i| (i.ip(), i.name)),
    )
}

fn best(candidates: impl Iterator<Item = (IpAddr, String)>) -> Option<IpAddr> {
    candidates
        .filter_map(|(ip, name)| Some((rank(ip)? + u8::from(is_virtual(&name)) * 10, ip)))
        .min()
        .map(|(_, ip)| ip)
}

/// Smaller is better; `None` for what must not be used.
fn rank(ip: IpAddr) -> Option<u8> {
    match ip {
        IpAddr::V4(v4) if is_home(v4) => Some(0),
        IpAddr::V4(v4) if v4.is_private() => Some(1),
        IpAddr::V6(v6) if v6.is_unique_local() => Some(2),
        IpAddr::V4(v4) if v4.is_link_local() => Some(3),
        _ => None,
    }
}

/// What routers for homes and phones' hotspots hand out, before the ranges containers prefer.
fn is_home(v4: Ipv4Addr) -> bool {
    v4.octets()[..2] == [192, 168]
}

/// Bridges of containers and virtual machines: private addresses nobody outside reaches.
fn is_virtual(name: &str) -> bool {
    [
        "docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "lxc", "podman",
    ]
    .iter()
    .any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_lan_address_is_private_and_of_a_real_interface() {
        let pick = |list: &[(&str, &str)]| best(list.iter().map(|(a, name)| (ip(a), (*name).to_owned())));
        assert_eq!(
            pick(&[("127.0.0.1", "lo"), ("8.8.8.8", "eth0"), ("2001:db8::1", "eth0")]),
            None
        );
        assert_eq!(
            pick(&[("10.0.0.7", "eth0"), ("192.168.1.5", "wlan0")]),
            Some(ip("192.168.1.5"))
        );
        assert_eq!(
            pick(&[("172.17.0.1", "docker0"), ("169.254.3.4", "eth0")]),
            Some(ip("169.254.3.4"))
        );
        assert_eq!(
            pick(&[("fd00::9", "eth0"), ("169.254.3.4", "eth0")]),
            Some(ip("fd00::9"))
        );
        assert_eq!(pick(&[("172.17.0.1", "docker0")]), Some(ip("172.17.0.1")));
    }
}
