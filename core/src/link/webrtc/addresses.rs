//! Which of this device's addresses a link is bound to, and where its servers are.

use super::super::server::{self, Transport};
use super::super::socket::Way;
use super::super::socket::stream::Target;
use super::super::{IceServerError, LinkConfig, Route};
use crate::engine::clock;
use crate::tls;
use dayfly_proto::secret::SecretString;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use webrtc::runtime::Runtime;

/// Most addresses of one family a link is bound to. Each costs a socket and a receive buffer of
/// 64 KiB, and each is checked against each of the peer's.
const MAX_PER_FAMILY: usize = 3;

/// Most STUN servers asked by one link, and most relays, those of members included.
const MAX_SERVERS: usize = 6;

/// How long names may take to resolve. What was not resolved by then is left out.
const RESOLVE: Duration = Duration::from_millis(500);

/// Names of interfaces that lead to containers and virtual machines on this device only. They
/// come last: a peer elsewhere cannot use them.
const VIRTUAL: [&str; 5] = ["docker", "br-", "veth", "virbr", "vmnet"];

/// Addresses to bind, a free port each. Loopback only if asked for.
pub(super) fn local(loopback: bool) -> Vec<SocketAddr> {
    let mut interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    interfaces.sort_by_key(|interface| VIRTUAL.iter().any(|prefix| interface.name.starts_with(prefix)));
    let mut chosen: Vec<SocketAddr> = Vec::new();
    let mut count = [0; 2];
    for ip in interfaces.iter().map(if_addrs::Interface::ip) {
        let family = usize::from(ip.is_ipv6());
        let usable = match ip {
            IpAddr::V4(v4) => !v4.is_link_local() && !v4.is_unspecified(),
            IpAddr::V6(v6) => !v6.is_unicast_link_local() && !v6.is_unspecified(),
        };
        if !usable || (ip.is_loopback() && !loopback) {
            continue;
        }
        let address = SocketAddr::new(ip, 0);
        if chosen.contains(&address) {
            continue;
        }
        if !ip.is_loopback() {
            if count[family] == MAX_PER_FAMILY {
                continue;
            }
            count[family] += 1;
        }
        chosen.push(address);
    }
    chosen
}

/// Servers as the stack takes them: addresses instead of names, so that it never waits for a
/// resolver while it should answer checks.
#[derive(Default)]
pub(super) struct Servers {
    /// STUN servers.
    pub(super) stun: Vec<SocketAddr>,
    /// Relays.
    pub(super) relays: Vec<RelayServer>,
    /// Hosts of relays whose names were not found in time.
    pub(super) unknown: Vec<String>,
}

/// One way to one relay.
pub(super) struct RelayServer {
    pub(super) host: String,
    pub(super) username: String,
    pub(super) credential: SecretString,
    pub(super) way: Way,
}

/// Resolves all servers that the route allows, at once. Names that do not resolve in time are
/// left out. A relay over a stream is resolved when it is dialled, and STUN over TLS is not asked.
///
/// # Errors
/// [`IceServerError`] for the first server that could never be used.
pub(super) async fn resolve(runtime: &dyn Runtime, config: &LinkConfig) -> Result<Servers, IceServerError> {
    let mut pending = Vec::new();
    let (mut asked, mut relays) = (0, 0);
    for server in &config.ice_servers {
        let parsed = server::parse(server)?;
        let wanted = match config.route {
            Route::Automatic => true,
            Route::DirectOnly => !parsed.relays,
            Route::RelayOnly => parsed.relays,
        };
        let count = if parsed.relays { &mut relays } else { &mut asked };
        let useful = parsed.relays || parsed.transport == Transport::Udp;
        if !wanted || !useful || *count == MAX_SERVERS {
            continue;
        }
        *count += 1;
        pending.push(async move {
            let found = match (parsed.transport, parsed.host.parse()) {
                (Transport::Tcp | Transport::Tls, _) => Vec::new(),
                (Transport::Udp, Ok(ip)) => vec![SocketAddr::new(ip, parsed.port)],
                (Transport::Udp, Err(_)) => {
                    let name = format!("{}:{}", parsed.host, parsed.port);
                    let resolving = runtime.resolve_host(&name);
                    match webrtc::runtime::timeout(runtime, RESOLVE, resolving).await {
                        Ok(Ok(found)) => found,
                        _ => Vec::new(),
                    }
                }
            };
            (server, parsed, found)
        });
    }
    let mut out = Servers::default();
    for (server, parsed, found) in futures_util::future::join_all(pending).await {
        let mut ways: Vec<SocketAddr> = Vec::new();
        for family in [SocketAddr::is_ipv4, SocketAddr::is_ipv6] {
            ways.extend(found.iter().find(|address| family(address)));
        }
        if !parsed.relays {
            out.stun.extend(ways);
            continue;
        }
        let ways: Vec<Way> = match parsed.transport {
            Transport::Udp => ways.into_iter().map(Way::Udp).collect(),
            transport => vec![Way::Stream(Target {
                host: parsed.host.to_owned(),
                port: parsed.port,
                dialer: config.dialer.clone(),
                tls: (transport == Transport::Tls).then(|| tls::client(parsed.pin)),
            })],
        };
        if ways.is_empty() {
            out.unknown.push(parsed.host.to_owned());
        }
        let (username, credential) = server.credentials(clock::now().unix_ms / 1000);
        out.relays.extend(ways.into_iter().map(|way| RelayServer {
            host: parsed.host.to_owned(),
            username: username.clone(),
            credential: credential.clone(),
            way,
        }));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_only_on_request() {
        assert!(local(true).iter().any(|a| a.ip().is_loopback()));
        assert!(!local(false).iter().any(|a| a.ip().is_loopback()));
    }
}
