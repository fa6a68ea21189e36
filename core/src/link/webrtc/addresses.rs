//! Which of this device's addresses a link is bound to, and where its servers are.

use super::super::{IceServer, LinkConfig, Route};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use webrtc::peer_connection::RTCIceServer;
use webrtc::runtime::Runtime;

/// Most addresses of one family a link is bound to. Each costs a socket and a receive buffer of
/// 64 KiB, and each is checked against each of the peer's.
const MAX_PER_FAMILY: usize = 3;

/// Most servers asked by one link.
const MAX_SERVERS: usize = 4;

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

/// A server's address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IceServerError {
    /// Neither `stun:` nor `turn:`.
    #[error("{0} is not the address of a STUN or TURN server; write stun:HOST:PORT or turn:HOST:PORT")]
    Scheme(String),
    /// TURN over TCP or TLS, STUN over TLS.
    #[error("{0} asks for TCP or TLS, which is not possible yet; use the server's UDP port")]
    Transport(String),
    /// No host, or a port that is none.
    #[error("{0} names no host, or a port that cannot be")]
    Host(String),
    /// TURN without user or password.
    #[error("{0} needs a user name and a password")]
    Credentials(String),
}

impl IceServer {
    /// Checks that this server can be used, without contacting it.
    ///
    /// # Errors
    /// [`IceServerError`], a sentence that says what to change.
    pub fn check(&self) -> Result<(), IceServerError> {
        parse(self).map(|_| ())
    }

    /// Whether this is a relay: its address begins like that of a TURN server.
    #[must_use]
    pub fn is_relay(&self) -> bool {
        self.url.starts_with("turn:") || self.url.starts_with("turns:")
    }

    /// The server's host name or address, if it can be used at all.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        parse(self).ok().map(|parsed| parsed.host)
    }
}

/// A server's address taken apart.
struct Parsed<'a> {
    turn: bool,
    host: &'a str,
    port: u16,
}

fn parse(server: &IceServer) -> Result<Parsed<'_>, IceServerError> {
    let url = server.url.as_str();
    let named = || url.chars().take(200).collect::<String>();
    let (rest, query) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = rest
        .split_once(':')
        .ok_or_else(|| IceServerError::Scheme(named()))?;
    let turn = match scheme {
        "stun" => false,
        "turn" => true,
        "stuns" | "turns" => return Err(IceServerError::Transport(named())),
        _ => return Err(IceServerError::Scheme(named())),
    };
    if !matches!(query, "" | "transport=udp") {
        return Err(IceServerError::Transport(named()));
    }
    // RFC 7064 and 7065: host, optionally in brackets, and port 3478 where none is given.
    let (host, port) = if let Some(bracketed) = rest.strip_prefix('[') {
        let (host, port) = bracketed
            .split_once(']')
            .ok_or_else(|| IceServerError::Host(named()))?;
        (host, port.strip_prefix(':'))
    } else if let Some((host, port)) = rest.rsplit_once(':') {
        (host, Some(port))
    } else {
        (rest, None)
    };
    let port = match port {
        None => 3478,
        Some(text) => match text.parse() {
            Ok(0) | Err(_) => return Err(IceServerError::Host(named())),
            Ok(port) => port,
        },
    };
    if host.is_empty() || host.len() > 253 || host.contains(|c: char| c.is_whitespace()) {
        return Err(IceServerError::Host(named()));
    }
    if turn && (server.username.is_empty() || server.credential.expose().is_empty()) {
        return Err(IceServerError::Credentials(named()));
    }
    Ok(Parsed { turn, host, port })
}

/// Servers as the stack takes them: addresses instead of names, so that it never waits for a
/// resolver while it should answer checks.
#[derive(Default)]
pub(super) struct Servers {
    pub(super) list: Vec<RTCIceServer>,
    /// At least one of them is a STUN server.
    pub(super) stun: bool,
    /// At least one of them is a TURN server.
    pub(super) turn: bool,
    /// Where they all are.
    pub(super) addresses: Vec<SocketAddr>,
}

/// Resolves all servers that the route allows, at once. Names that do not resolve in time are
/// left out.
///
/// # Errors
/// [`IceServerError`] for the first server that could never be used.
pub(super) async fn resolve(runtime: &dyn Runtime, config: &LinkConfig) -> Result<Servers, IceServerError> {
    let mut pending = Vec::new();
    let wanted = config.ice_servers.iter().filter(|server| match config.route {
        Route::Automatic => true,
        Route::DirectOnly => !server.is_relay(),
        Route::RelayOnly => server.is_relay(),
    });
    for server in wanted.take(MAX_SERVERS) {
        let parsed = parse(server)?;
        pending.push(async move {
            let found = match parsed.host.parse() {
                Ok(ip) => vec![SocketAddr::new(ip, parsed.port)],
                Err(_) => {
                    let name = format!("{}:{}", parsed.host, parsed.port);
                    let resolving = runtime.resolve_host(&name);
                    match webrtc::runtime::timeout(runtime, RESOLVE, resolving).await {
                        Ok(Ok(found)) => found,
                        _ => Vec::new(),
                    }
                }
            };
            (server, parsed.turn, found)
        });
    }
    let mut out = Servers::default();
    for (server, turn, found) in futures_util::future::join_all(pending).await {
        let scheme = if turn { "turn" } else { "stun" };
        let mut urls = Vec::new();
        for family in [SocketAddr::is_ipv4, SocketAddr::is_ipv6] {
            if let Some(address) = found.iter().find(|address| family(address)) {
                let query = if turn { "?transport=udp" } else { "" };
                urls.push(format!("{scheme}:{address}{query}"));
                out.addresses.push(*address);
            }
        }
        if urls.is_empty() {
            continue;
        }
        out.stun |= !turn;
        out.turn |= turn;
        out.list.push(RTCIceServer {
            urls,
            username: server.username.clone(),
            credential: server.credential.expose().to_owned(),
        });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfly_proto::secret::SecretString;

    fn server(url: &str, username: &str) -> IceServer {
        IceServer {
            url: url.into(),
            username: username.into(),
            credential: SecretString::new(username.into()),
        }
    }

    #[test]
    fn servers_are_checked_before_use() {
        for good in [
            "stun:stun.example:3478",
            "stun:192.0.2.1",
            "stun:[2001:db8::1]:99",
        ] {
            assert_eq!(server(good, "").check(), Ok(()), "{good}");
        }
        assert_eq!(server("turn:t.example?transport=udp", "u").check(), Ok(()));
        for (bad, user) in [
            ("turns:t.example", "u"),
            ("turn:t.example?transport=tcp", "u"),
            ("stuns:s.example", ""),
            ("turn:t.example", ""),
            ("http://example", ""),
            ("stun:", ""),
            ("stun:host:0", ""),
            ("stun:host:99999", ""),
            ("stun:[::1", ""),
            ("nothing", ""),
        ] {
            assert!(server(bad, user).check().is_err(), "{bad}");
        }
    }

    #[test]
    fn loopback_only_on_request() {
        assert!(local(true).iter().any(|a| a.ip().is_loopback()));
        assert!(!local(false).iter().any(|a| a.ip().is_loopback()));
    }
}
