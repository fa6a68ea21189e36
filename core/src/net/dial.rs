//! TCP connections to hosts: direct, where a broken IPv6 holds nothing up, or through a proxy.

use super::proxy::{Proxy, ProxyTrouble};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// How long one address is tried alone before the next one joins the race (RFC 8305 section 5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Addresses of one name that are tried; a name with a thousand addresses costs no more.
const ATTEMPTS: usize = 6;

/// Why there is no connection. The sentences follow the name of the host that was dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DialError {
    /// The name service does not know the host.
    #[error("is not found: the name is wrong, or this device has no internet")]
    NoSuchHost,
    /// No service at that port.
    #[error("refuses connections")]
    Refused,
    /// No route there.
    #[error("cannot be reached from this network")]
    Unreachable,
    /// Nothing came back in time.
    #[error("does not answer")]
    NoAnswer,
    /// A name of the Tor network, which no name service is to be asked for (RFC 7686).
    #[error("is an onion address, which only a SOCKS proxy of Tor can reach")]
    Onion,
    /// The proxy is at fault, or says that the host is.
    #[error(transparent)]
    Proxy(#[from] ProxyTrouble),
}

impl DialError {
    pub(super) fn of(error: &io::Error) -> Self {
        use io::ErrorKind as Kind;
        match error.kind() {
            Kind::ConnectionRefused | Kind::ConnectionReset => Self::Refused,
            Kind::NetworkUnreachable | Kind::HostUnreachable | Kind::NetworkDown => Self::Unreachable,
            Kind::TimedOut => Self::NoAnswer,
            Kind::PermissionDenied | Kind::AddrNotAvailable => Self::Unreachable,
            _ => Self::NoSuchHost,
        }
    }
}

/// How this device reaches hosts over TCP. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Dialer {
    /// Through which proxy; none: directly.
    pub proxy: Option<Arc<Proxy>>,
}

impl Dialer {
    /// Connects to `host` (a name, or an IP address without brackets). The caller sets the
    /// deadline.
    ///
    /// With a proxy everything goes through it, and names are resolved by it alone. The exception
    /// is what [`super::is_nearby`]: this machine and addresses of its own network are dialled
    /// directly, since a proxy elsewhere cannot reach them and nobody else hears of it.
    ///
    /// # Errors
    /// [`DialError`]: that of the name service, of the last address tried, or of the proxy.
    pub async fn dial(&self, host: &str, port: u16) -> Result<TcpStream, DialError> {
        match &self.proxy {
            Some(proxy) if !super::is_nearby(host) => proxy.dial(host, port).await,
            _ if is_onion(host) => Err(DialError::Onion),
            _ => direct(host, port).await.map_err(|error| DialError::of(&error)),
        }
    }
}

fn is_onion(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    let top = name.rsplit('.').next().unwrap_or(name);
    top.eq_ignore_ascii_case("onion")
}

/// Connects to the first address of `host` that answers, IPv6 and IPv4 in turn, each attempt
/// starting a quarter of a second after the one before.
pub(super) async fn direct(host: &str, port: u16) -> io::Result<TcpStream> {
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

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn onion_names_are_told_from_others() {
        assert!(is_onion("abc.onion") && is_onion("abc.ONION."));
        assert!(!is_onion("onion.example") && !is_onion("192.0.2.1"));
    }
}
