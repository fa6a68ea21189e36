//! STUN and TURN servers as people name them: RFC 7064 and RFC 7065 addresses, checked and taken
//! apart. Nothing here resolves a name or contacts anybody.

use super::rest;
use crate::tls::{Pin, PinError};
use dayfly_proto::secret::SecretString;

/// Longest address taken, in bytes.
const MAX_URL: usize = 512;

/// Longest user name or password taken, in bytes (RFC 8489 section 14.3).
const MAX_CREDENTIAL: usize = 508;

/// A TURN or STUN server, with the credentials if it needs any.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct IceServer {
    /// `stun:HOST:PORT`, `turn:HOST:PORT`, `turn:HOST:PORT?transport=tcp`, or `turns:HOST:PORT`
    /// for TLS; ports may be left out. `stuns:HOST:PORT` is taken and not asked: what a server
    /// sees of a TLS connection says nothing of how UDP leaves this network.
    pub url: String,
    /// Empty for STUN.
    pub username: String,
    /// Empty for STUN.
    pub credential: SecretString,
    /// For `turns:`, the SHA-256 of the server's key (SubjectPublicKeyInfo) in hexadecimal. That
    /// key is taken whatever its certificate says, and no other. `None` means that the public
    /// authorities vouch for the server's name.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub pin: Option<String>,
    /// For relays that share a secret with their users (coturn's `use-auth-secret`): it, instead of
    /// `credential`. A user name and a password that end after a day are made of it for each
    /// connection; `username`, if there is one, becomes part of theirs.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub secret: Option<SecretString>,
}

/// A server's address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IceServerError {
    /// None of the four schemes.
    #[error(
        "{0} is not the address of a STUN or TURN server; write stun:HOST:PORT, turn:HOST:PORT or turns:HOST:PORT"
    )]
    Scheme(String),
    /// A transport that does not exist, or one that does not go with the scheme.
    #[error(
        "{0} asks for a transport that cannot be; it is ?transport=udp or ?transport=tcp, and TCP for TLS"
    )]
    Transport(String),
    /// No host, or a port that is none.
    #[error("{0} names no host, or a port that cannot be")]
    Host(String),
    /// TURN without user or password, or with ones no server takes.
    #[error("{0} needs a user name and a password, or the secret that its users share")]
    Credentials(String),
    /// A pin that is none, or for a connection without TLS.
    #[error("the pin of {0} cannot be used; {PinError}, and goes with turns: only")]
    Pin(String),
}

impl IceServer {
    /// A STUN server.
    #[must_use]
    pub fn stun(url: String) -> Self {
        Self {
            url,
            username: String::new(),
            credential: SecretString::new(String::new()),
            pin: None,
            secret: None,
        }
    }

    /// A TURN server.
    #[must_use]
    pub fn turn(url: String, username: String, credential: SecretString) -> Self {
        Self {
            url,
            username,
            credential,
            pin: None,
            secret: None,
        }
    }

    /// Checks that this server can be used, without contacting it.
    ///
    /// # Errors
    /// [`IceServerError`], a sentence that says what to change.
    pub fn check(&self) -> Result<(), IceServerError> {
        parse(self).map(|_| ())
    }

    /// User name and password for a connection that is made now.
    pub(crate) fn credentials(&self, unix_seconds: u64) -> (String, SecretString) {
        match &self.secret {
            Some(secret) => {
                let expires = unix_seconds.saturating_add(rest::LIFETIME);
                rest::credentials(secret, &self.username, expires)
            }
            None => (self.username.clone(), self.credential.clone()),
        }
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

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Udp,
    Tcp,
    Tls,
}

impl std::fmt::Display for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        })
    }
}

/// A server's address taken apart.
#[derive(Debug)]
pub(crate) struct Parsed<'a> {
    pub(crate) relays: bool,
    pub(crate) transport: Transport,
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) pin: Option<Pin>,
}

pub(crate) fn parse(server: &IceServer) -> Result<Parsed<'_>, IceServerError> {
    let url = server.url.as_str();
    let named = || url.chars().take(200).collect::<String>();
    if url.len() > MAX_URL {
        return Err(IceServerError::Host(named()));
    }
    let (rest, query) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = rest
        .split_once(':')
        .ok_or_else(|| IceServerError::Scheme(named()))?;
    let (relays, transport) = match (scheme, query) {
        ("stun", "" | "transport=udp") => (false, Transport::Udp),
        ("stuns", "" | "transport=tcp") => (false, Transport::Tls),
        ("turn", "" | "transport=udp") => (true, Transport::Udp),
        ("turn", "transport=tcp") => (true, Transport::Tcp),
        ("turns", "" | "transport=tcp") => (true, Transport::Tls),
        ("stun" | "stuns" | "turn" | "turns", _) => return Err(IceServerError::Transport(named())),
        _ => return Err(IceServerError::Scheme(named())),
    };
    // Host, optionally in brackets, and the protocol's port where none is given.
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
        None if transport == Transport::Tls => 5349,
        None => 3478,
        Some(text) => match text.parse() {
            Ok(0) | Err(_) => return Err(IceServerError::Host(named())),
            Ok(port) => port,
        },
    };
    if host.is_empty() || host.len() > 253 || host.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(IceServerError::Host(named()));
    }
    let usable = |text: &str| (1..=MAX_CREDENTIAL).contains(&text.len());
    let known = match &server.secret {
        Some(secret) => usable(secret.expose()) && server.username.len() < MAX_CREDENTIAL / 2,
        None => usable(&server.username) && usable(server.credential.expose()),
    };
    if relays && !known {
        return Err(IceServerError::Credentials(named()));
    }
    let pin = match (&server.pin, transport) {
        (None, _) => None,
        (Some(text), Transport::Tls) => Some(Pin::parse(text).map_err(|_| IceServerError::Pin(named()))?),
        (Some(_), _) => return Err(IceServerError::Pin(named())),
    };
    Ok(Parsed {
        relays,
        transport,
        host,
        port,
        pin,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str, username: &str) -> IceServer {
        IceServer::turn(url.into(), username.into(), SecretString::new(username.into()))
    }

    #[test]
    fn servers_are_checked_before_use() {
        for good in [
            "stun:stun.example:3478",
            "stun:192.0.2.1",
            "stun:[2001:db8::1]:99",
            "stuns:s.example",
        ] {
            assert_eq!(server(good, "").check(), Ok(()), "{good}");
        }
        for (bad, user) in [
            ("turns:t.example?transport=udp", "u"),
            ("turn:t.example?transport=tls", "u"),
            ("turn:t.example", ""),
            ("turn:t.example", &"u".repeat(509)),
            ("http://example", ""),
            ("stun:", ""),
            ("stun:host:0", ""),
            ("stun:host:99999", ""),
            ("stun:[::1", ""),
            ("nothing", ""),
            (&format!("stun:{}", "a".repeat(600)), ""),
        ] {
            assert!(server(bad, user).check().is_err(), "{bad}");
        }
    }

    #[test]
    fn transports_and_their_ports() {
        for (url, transport, port) in [
            ("turn:t.example", Transport::Udp, 3478),
            ("turn:t.example?transport=udp", Transport::Udp, 3478),
            ("turn:t.example:80?transport=tcp", Transport::Tcp, 80),
            ("turns:t.example", Transport::Tls, 5349),
            ("turns:t.example:443?transport=tcp", Transport::Tls, 443),
        ] {
            let server = server(url, "u");
            let parsed = parse(&server).unwrap();
            assert!(parsed.relays && server.is_relay(), "{url}");
            assert_eq!(
                (parsed.transport, parsed.host, parsed.port),
                (transport, "t.example", port),
                "{url}"
            );
        }
    }

    #[test]
    fn a_shared_secret_stands_for_credentials() {
        let shared = IceServer {
            username: "ada".into(),
            secret: Some(SecretString::new("north".into())),
            ..IceServer::stun("turn:t.example".into())
        };
        assert_eq!(shared.check(), Ok(()));
        let (user, password) = shared.credentials(1_700_000_000);
        assert_eq!(user, "1700086400:ada");
        assert!(!password.expose().is_empty());
        let none = IceServer {
            secret: Some(SecretString::new(String::new())),
            ..shared
        };
        assert!(matches!(none.check(), Err(IceServerError::Credentials(_))));
    }

    #[test]
    fn a_pin_goes_with_tls() {
        let pinned = |url: &str, pin: &str| IceServer {
            pin: Some(pin.into()),
            ..server(url, "u")
        };
        assert_eq!(pinned("turns:t.example", &"ab".repeat(32)).check(), Ok(()));
        for (url, pin) in [("turns:t.example", "ab"), ("turn:t.example", &"ab".repeat(32))] {
            let refused = pinned(url, pin).check();
            assert!(
                matches!(refused, Err(IceServerError::Pin(_))),
                "{url} {refused:?}"
            );
        }
    }
}
