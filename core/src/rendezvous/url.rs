//! Addresses of trackers and relays, checked before anything is contacted.
//!
//! Owns the syntax and the sentences about what is wrong with it; resolves and connects nothing.

use crate::net::host::{self, HostError};
use std::fmt;

/// Characters of the longest address taken.
const MAX_LEN: usize = 512;

/// The address of a tracker or relay that can be dialled: `wss://HOST[:PORT][/PATH]`, or `ws://`
/// for one on the own machine or network.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerUrl {
    text: String,
    host: String,
    port: u16,
    tls: bool,
}

/// Why a text is no such address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerUrlError {
    /// Nothing there.
    #[error("the address is empty; it looks like wss://tracker.example")]
    Empty,
    /// More than 512 characters.
    #[error("the address is too long; at most 512 characters are taken")]
    TooLong,
    /// Another scheme, or none.
    #[error("the address of a tracker or relay begins with wss:// (or with ws:// on your own network)")]
    Scheme,
    /// Spaces, control characters, letters beyond ASCII.
    #[error("the address contains a character that no address has; check for spaces and accents")]
    Character,
    /// `USER:PASSWORD@`.
    #[error(
        "the address of a tracker or relay carries no user name or password; remove what stands before the @"
    )]
    UserInfo,
    /// Missing or impossible host.
    #[error("the address names no host; it looks like wss://tracker.example")]
    Host,
    /// Port 0, above 65535, or not a number.
    #[error("the port in the address is not a number from 1 to 65535")]
    Port,
    /// `#…` has no meaning there.
    #[error("the address of a tracker or relay has no # in it; remove it and what follows")]
    Fragment,
}

impl ServerUrl {
    /// Checks and takes an address. Scheme and host are put in lower case, so that one server
    /// written in two ways is dialled once.
    ///
    /// # Errors
    /// [`ServerUrlError`] says what to change.
    pub fn parse(text: &str) -> Result<Self, ServerUrlError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ServerUrlError::Empty);
        }
        if text.len() > MAX_LEN {
            return Err(ServerUrlError::TooLong);
        }
        if !text
            .bytes()
            .all(|b| b.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&b))
        {
            return Err(ServerUrlError::Character);
        }
        let (scheme, rest) = text.split_once("://").ok_or(ServerUrlError::Scheme)?;
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "wss" => true,
            "ws" => false,
            _ => return Err(ServerUrlError::Scheme),
        };
        if rest.contains('#') {
            return Err(ServerUrlError::Fragment);
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(ServerUrlError::UserInfo);
        }
        let (host, bare, port) = host::split(authority)?;
        let default = if tls { 443 } else { 80 };
        let shown = port
            .filter(|p| *p != default)
            .map(|p| format!(":{p}"))
            .unwrap_or_default();
        let path = if path == "/" { "" } else { path };
        Ok(Self {
            text: format!("{}://{host}{shown}{path}", if tls { "wss" } else { "ws" }),
            host: bare,
            port: port.unwrap_or(default),
            tls,
        })
    }

    /// The address as text, in one form for every way of writing it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host alone, for sentences; an IPv6 address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port to dial.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the connection is encrypted to the server (`wss`).
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.tls
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

// An address tells whom this device talks to: not for logs.
impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[server]")
    }
}

impl From<HostError> for ServerUrlError {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Host => Self::Host,
            HostError::Port => Self::Port,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_has_one_form() {
        for (text, form, host, port, tls) in [
            (
                "wss://tracker.example",
                "wss://tracker.example",
                "tracker.example",
                443,
                true,
            ),
            (
                " WSS://Tracker.Example:443/ ",
                "wss://tracker.example",
                "tracker.example",
                443,
                true,
            ),
            (
                "wss://t.example:7073/announce",
                "wss://t.example:7073/announce",
                "t.example",
                7073,
                true,
            ),
            ("ws://[::1]:8000", "ws://[::1]:8000", "::1", 8000, false),
            (
                "ws://192.168.1.2/a?b=c",
                "ws://192.168.1.2/a?b=c",
                "192.168.1.2",
                80,
                false,
            ),
        ] {
            let url = ServerUrl::parse(text).unwrap();
            assert_eq!(
                (url.as_str(), url.host(), url.port(), url.is_tls()),
                (form, host, port, tls),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        use ServerUrlError::*;
        for (text, error) in [
            ("", Empty),
            ("   ", Empty),
            ("tracker.example", Scheme),
            ("https://tracker.example", Scheme),
            ("udp://tracker.example:80", Scheme),
            ("wss://", Host),
            ("wss:///path", Host),
            ("wss://:80", Host),
            ("wss://a..b", Host),
            ("wss://-a.example", Host),
            ("wss://[::1", Host),
            ("wss://[nothex]", Host),
            ("wss://[::1]x", Host),
            ("wss://a:b:c", Port),
            ("wss://a:", Port),
            ("wss://a:0", Port),
            ("wss://a:65536", Port),
            ("wss://a:+80", Port),
            ("wss://user:pw@a", UserInfo),
            ("wss://a/#x", Fragment),
            ("wss://a b", Character),
            ("wss://a\u{202e}b", Character),
            ("wss://tr\u{e4}cker.example", Character),
        ] {
            assert_eq!(ServerUrl::parse(text), Err(error), "{text:?}");
        }
        assert_eq!(
            ServerUrl::parse(&format!("wss://{}", "a".repeat(1_000_000))),
            Err(TooLong)
        );
        assert_eq!(ServerUrl::parse(&format!("wss://{}", "a".repeat(64))), Err(Host));
    }
}
