//! How the address translation here behaves (RFC 4787): where it lets answers in from, whether it
//! leads a device back to itself, and whether another one stands behind it. As far as STUN servers
//! tell; filtering only by servers that can answer from another address (RFC 5780).

use super::stun::{self, TransactionId};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

/// How long an answer from elsewhere may take.
const PATIENCE: Duration = Duration::from_millis(1200);

/// Who gets in from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filtering {
    /// Anybody, once a packet went out.
    Open,
    /// The addresses that packets went to, whatever their port.
    ByAddress,
    /// The addresses and ports that packets went to.
    ByPort,
}

/// Asks `server` to answer from elsewhere. `None` where it cannot or does not answer at all.
pub(super) async fn filtering(server: SocketAddr, ids: [TransactionId; 3]) -> Option<Filtering> {
    let [plain, elsewhere, other_port] = ids;
    let socket = UdpSocket::bind(any(server)).await.ok()?;
    let answer = ask(&socket, server, &stun::request(&plain), &plain).await?;
    // A server without a second address answers from the first, which would look like openness.
    stun::other_address(&answer)?;
    let asked = stun::request_from_elsewhere(&elsewhere, true);
    if ask(&socket, server, &asked, &elsewhere).await.is_some() {
        return Some(Filtering::Open);
    }
    let asked = stun::request_from_elsewhere(&other_port, false);
    if ask(&socket, server, &asked, &other_port).await.is_some() {
        return Some(Filtering::ByAddress);
    }
    Some(Filtering::ByPort)
}

/// Whether a packet to this device's own address outside comes back in. `None` where that address
/// is not known.
pub(super) async fn hairpin(server: SocketAddr, ids: [TransactionId; 2]) -> Option<bool> {
    let [first, second] = ids;
    let socket = UdpSocket::bind(any(server)).await.ok()?;
    let answer = ask(&socket, server, &stun::request(&first), &first).await?;
    let outside = stun::answer(&answer, &first)?;
    let other = UdpSocket::bind(any(server)).await.ok()?;
    let probe = stun::request(&second);
    let until = Instant::now() + PATIENCE / 2;
    let mut packet = [0; 1500];
    for _ in 0..2 {
        other.send_to(&probe, outside).await.ok()?;
    }
    while let Ok(Ok((n, _))) = timeout_at(until, socket.recv_from(&mut packet)).await {
        if packet[..n] == probe {
            return Some(true);
        }
    }
    Some(false)
}

/// An address that no provider gives to the outside: another translation stands behind this one.
pub(super) fn is_inner(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_private() || is_shared(v4) || v4.is_loopback() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_loopback() || v6.is_unicast_link_local(),
    }
}

/// 100.64.0.0/10, which providers use between their customers and their own translation (RFC 6598).
pub(super) fn is_shared(v4: Ipv4Addr) -> bool {
    matches!(v4.octets(), [100, 64..=127, ..])
}

/// The wildcard of `server`'s family.
fn any(server: SocketAddr) -> SocketAddr {
    if server.is_ipv4() {
        (Ipv4Addr::UNSPECIFIED, 0).into()
    } else {
        (std::net::Ipv6Addr::UNSPECIFIED, 0).into()
    }
}

/// Sends a request up to three times and waits for its answer, from wherever it comes.
async fn ask(socket: &UdpSocket, server: SocketAddr, request: &[u8], id: &TransactionId) -> Option<Vec<u8>> {
    let mut packet = [0; 1500];
    for part in 1..=3 {
        let until = Instant::now() + PATIENCE * part / 6;
        socket.send_to(request, server).await.ok()?;
        loop {
            match timeout_at(until, socket.recv_from(&mut packet)).await {
                Err(_) => break,
                // An ICMP error, which says nothing of the next try.
                Ok(Err(_)) => {}
                Ok(Ok((n, _))) if stun::answer(&packet[..n], id).is_some() => {
                    return Some(packet[..n].to_vec());
                }
                Ok(Ok(_)) => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_addresses_are_known() {
        for inner in [
            "100.64.0.1",
            "100.127.255.255",
            "10.1.2.3",
            "192.168.0.9",
            "fd00::1",
        ] {
            assert!(is_inner(inner.parse().unwrap()), "{inner}");
        }
        for outer in ["100.63.0.1", "100.128.0.1", "192.0.2.1", "2001:db8::1"] {
            assert!(!is_inner(outer.parse().unwrap()), "{outer}");
        }
    }
}
