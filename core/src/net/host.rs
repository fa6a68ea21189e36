//! Hosts and ports as they stand in addresses: the syntax alone. Nothing is resolved here.

/// What is wrong with a host or a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HostError {
    /// Missing or impossible.
    Host,
    /// 0, above 65535, or not a number.
    Port,
}

/// Takes `HOST`, `HOST:PORT`, `[V6]` or `[V6]:PORT` apart: the host in lower case as it is
/// written, the same without brackets, and the port if there is one.
pub(crate) fn split(authority: &str) -> Result<(String, String, Option<u16>), HostError> {
    let (host, port) = split_port(authority)?;
    let host = host.to_ascii_lowercase();
    let bare = check(&host)?;
    let port = match port {
        None => None,
        Some(digits) => Some(
            digits
                .parse::<u16>()
                .ok()
                .filter(|p| *p != 0 && digits.bytes().all(|b| b.is_ascii_digit()))
                .ok_or(HostError::Port)?,
        ),
    };
    Ok((host, bare, port))
}

fn split_port(authority: &str) -> Result<(&str, Option<&str>), HostError> {
    if authority.starts_with('[') {
        let close = authority.find(']').ok_or(HostError::Host)?;
        let (host, rest) = authority.split_at(close + 1);
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(HostError::Host),
        };
    }
    match authority.split_once(':') {
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((authority, None)),
    }
}

/// The host without brackets, if it can be one: an IP address or a DNS name (RFC 1123).
fn check(host: &str) -> Result<String, HostError> {
    if let Some(inner) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        return match inner.parse::<std::net::Ipv6Addr>() {
            Ok(_) => Ok(inner.to_owned()),
            Err(_) => Err(HostError::Host),
        };
    }
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    let name = host.strip_suffix('.').unwrap_or(host);
    if name.len() <= 253 && name.split('.').all(label) {
        Ok(host.to_owned())
    } else {
        Err(HostError::Host)
    }
}
