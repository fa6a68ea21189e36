//! Small questions to the operating system's network: which address others on the LAN reach this
//! device by, and a TCP connection that a broken IPv6 does not hold up.
//!
//! It owns no socket beyond the call and decides nothing about rooms.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpStream;

/// How long one address is tried alone before the next one joins the race (RFC 8305 section 5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Addresses of one name that are tried; a name with a thousand addresses costs no more.
const ATTEMPTS: usize = 6;

/// Connects to the first address of `host` that answers, IPv6 and IPv4 in turn, each attempt
/// starting a quarter of a second after the one before. The caller sets the deadline.
///
/// # Errors
/// That of the name service, or of the last attempt that failed.
pub async fn dial(host: &str, port: u16) -> io::Result<TcpStream> {
    let resolved = tokio::net::lookup_host((host, port)).await?;
    let mut waiting = interleave(resolved.collect()).into_iter();
    let mut racing = FuturesUnordered::new();
    let mut error = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    loop {
        if let Some(address) = waiting.next() {
            racing.push(TcpStream::connect(address));
        } else if racing.is_empty() {
            return Err(error);
        }
        let more = waiting.len() > 0;
        tokio::select! {
            Some(done) = racing.next() => match done {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    return Ok(stream);
                }
                Err(e) => error = e,
            },
            () = tokio::time::sleep(ATTEMPT_DELAY), if more => {}
        }
    }
}

/// The first few addresses, families in turn, the resolver's favourite first.
fn interleave(all: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = all.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = all.into_iter().partition(|a| a.is_ipv6() == first_is_v6);
    let mut second = second.into_iter();
    let mut turns = Vec::new();
    for address in first {
        turns.push(address);
        turns.extend(second.next());
    }
    turns.extend(second);
    turns.truncate(ATTEMPTS);
    turns
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

    #[test]
    fn addresses_are_tried_in_turn_and_few_of_them() {
        let all: Vec<SocketAddr> = (1..20)
            .map(|n| format!("[2001:db8::{n}]:1"))
            .chain(["192.0.2.1:1".into()])
            .map(|a| a.parse().unwrap())
            .collect();
        let turns = interleave(all);
        assert_eq!(turns.len(), ATTEMPTS);
        assert!(turns[0].is_ipv6() && turns[1].is_ipv4() && turns[2].is_ipv6());
    }
}
