//! A proxy that TCP connections go through: SOCKS5 (RFC 1928, RFC 1929; Tor is one) or HTTP
//! `CONNECT` (RFC 9110 section 9.3.6).
//!
//! 1. The proxy is dialled, then told the host's *name*: it resolves it, this device never does.
//! 2. What comes back is the plain stream; TLS to the host goes on inside, past the proxy's eyes.
//!
//! UDP goes through neither, and proxies spoken to over TLS are not supported.

use super::dial::{DialError, direct};
use super::host::{self, HostError};
use dayfly_proto::secret::SecretString;
use hyper::Uri;
use hyper::header::HeaderValue;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::fmt;
use std::future::{Ready, ready};
use std::io;
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tower_service::Service;

/// Characters of the longest address taken.
const MAX_LEN: usize = 1_024;

/// Bytes of the longest user name or password (RFC 1929).
const MAX_CREDENTIAL: usize = 255;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Socks5,
    Connect,
}

/// Where a proxy is and how it is spoken to.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    kind: Kind,
    host: String,
    port: u16,
    user: Option<SecretString>,
    password: Option<SecretString>,
}

/// Why a text is no proxy's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// Nothing there, or more than 1,024 characters.
    #[error("the proxy's address is empty or too long; it looks like socks5://127.0.0.1:9050")]
    Length,
    /// Another scheme, or none.
    #[error("a proxy's address begins with socks5:// or http://")]
    Scheme,
    /// Missing or impossible host.
    #[error("the proxy's address names no host; it looks like socks5://127.0.0.1:9050")]
    Host,
    /// Missing, 0, above 65535, or not a number.
    #[error("the proxy's address needs a port from 1 to 65535; it looks like socks5://127.0.0.1:9050")]
    Port,
    /// `/…`, `?…` or `#…`.
    #[error("the proxy's address ends with the port; remove what follows")]
    Path,
    /// Over-long, not UTF-8, empty user, or a control character.
    #[error("the proxy's user name or password cannot be: at most 255 bytes each, no control characters")]
    Credentials,
}

/// What a proxy has to do with a connection that failed. The sentences follow the name of the
/// host that was dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProxyTrouble {
    /// Nobody answers at its address.
    #[error("cannot be asked: the proxy is not reachable; check its address, and that it runs")]
    NotReachable,
    /// It wants to know who asks.
    #[error("cannot be asked: the proxy wants a user name and a password")]
    WantsPassword,
    /// It knows, and says no.
    #[error("cannot be asked: the proxy takes another user name or password")]
    WrongPassword,
    /// It has no use for the user name it was given.
    #[error("cannot be asked: the proxy takes no user name and password; leave them out")]
    NoPassword,
    /// It does not want to, or does not get there: few proxies tell these apart.
    #[error("is not reached through the proxy: it refuses, does not know the name, or gets no answer")]
    NoWay,
    /// What answers speaks something else.
    #[error("cannot be asked: what answers at the proxy's address is no proxy of this kind")]
    NoProxy,
}

impl Proxy {
    /// Takes `socks5://[USER[:PASSWORD]@]HOST:PORT` (or `socks5h://`, which means the same here)
    /// or `http://…`. User name and password may be percent-encoded.
    ///
    /// # Errors
    /// [`ProxyError`] says what to change.
    pub fn parse(text: &str) -> Result<Self, ProxyError> {
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_LEN {
            return Err(ProxyError::Length);
        }
        let (scheme, rest) = text.split_once("://").ok_or(ProxyError::Scheme)?;
        let kind = match scheme.to_ascii_lowercase().as_str() {
            "socks5" | "socks5h" => Kind::Socks5,
            "http" => Kind::Connect,
            _ => return Err(ProxyError::Scheme),
        };
        let (credentials, authority) = match rest.rsplit_once('@') {
            Some((credentials, authority)) => (Some(credentials), authority),
            None => (None, rest),
        };
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        if authority.contains(['/', '?', '#']) {
            return Err(ProxyError::Path);
        }
        let (_, host, port) = host::split(authority).map_err(|error| match error {
            HostError::Host => ProxyError::Host,
            HostError::Port => ProxyError::Port,
        })?;
        let port = port.ok_or(ProxyError::Port)?;
        let (user, password) = match credentials.map(|c| c.split_once(':').unwrap_or((c, ""))) {
            None => (None, None),
            Some((user, password)) => {
                let password = (!password.is_empty()).then(|| credential(password)).transpose()?;
                (Some(credential(user)?), password)
            }
        };
        Ok(Self {
            kind,
            host,
            port,
            user,
            password,
        })
    }

    /// The same with this password instead of the address's own.
    ///
    /// # Errors
    /// [`ProxyError::Credentials`] when it is longer than a proxy takes, or there is no user.
    pub fn with_password(mut self, password: SecretString) -> Result<Self, ProxyError> {
        if self.user.is_none() || !may_be_credential(password.expose()) {
            return Err(ProxyError::Credentials);
        }
        self.password = Some(password);
        Ok(self)
    }

    /// Its host, an IPv6 address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// There is a user name but no password, which has to come from elsewhere.
    #[must_use]
    pub fn lacks_password(&self) -> bool {
        self.user.is_some() && self.password.is_none()
    }

    /// The address holds a password.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// Its address, user name and password included.
    #[must_use]
    pub fn address(&self) -> SecretString {
        let scheme = match self.kind {
            Kind::Socks5 => "socks5",
            Kind::Connect => "http",
        };
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let credentials = match (&self.user, &self.password) {
            (None, _) => String::new(),
            (Some(user), None) => format!("{}@", encoded(user.expose())),
            (Some(user), Some(password)) => {
                format!("{}:{}@", encoded(user.expose()), encoded(password.expose()))
            }
        };
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        SecretString::new(format!("{scheme}://{credentials}{host}:{}", self.port))
    }

    /// A connection to `host` through it.
    pub(super) async fn dial(&self, host: &str, port: u16) -> Result<TcpStream, DialError> {
        let stream = direct(&self.host, self.port)
            .await
            .map_err(|_| ProxyTrouble::NotReachable)?;
        let bracketed = if host.contains(':') {
            format!("http://[{host}]:{port}/")
        } else {
            format!("http://{host}:{port}/")
        };
        let target: Uri = bracketed.parse().map_err(|_| DialError::NoSuchHost)?;
        // Dialled already, so nobody looks at it.
        let nobody = Uri::from_static("http://proxy.invalid");
        let opened = Opened(Some(stream));
        let through = match self.kind {
            Kind::Socks5 => {
                let mut socks = SocksV5::new(nobody, opened);
                if let Some((user, password)) = self.credentials() {
                    socks = socks.with_auth(user.to_owned(), password.to_owned());
                }
                socks.call(target).await.map_err(|e| self.trouble(&e.to_string()))
            }
            Kind::Connect => {
                let mut tunnel = Tunnel::new(nobody, opened);
                if let Some(header) = self.basic() {
                    tunnel = tunnel.with_auth(header);
                }
                tunnel
                    .call(target)
                    .await
                    .map_err(|e| self.trouble(&e.to_string()))
            }
        };
        Ok(through?.into_inner())
    }

    fn credentials(&self) -> Option<(&str, &str)> {
        let user = self.user.as_ref()?;
        Some((
            user.expose(),
            self.password.as_ref().map_or("", SecretString::expose),
        ))
    }

    /// RFC 7617.
    fn basic(&self) -> Option<HeaderValue> {
        let (user, password) = self.credentials()?;
        let pair = SecretString::new(format!("{user}:{password}"));
        let encoded = data_encoding::BASE64.encode(pair.expose().as_bytes());
        HeaderValue::from_str(&format!("Basic {encoded}")).ok()
    }

    /// The connectors keep their error types to themselves and say in words what happened.
    fn trouble(&self, words: &str) -> ProxyTrouble {
        let says = |phrase: &str| words.contains(phrase);
        if says("proxy authorization required") {
            match self.user {
                Some(_) => ProxyTrouble::WrongPassword,
                None => ProxyTrouble::WantsPassword,
            }
        } else if says("does not support user/pass") {
            match self.user {
                Some(_) => ProxyTrouble::NoPassword,
                None => ProxyTrouble::WantsPassword,
            }
        } else if says("credentials not accepted") {
            ProxyTrouble::WrongPassword
        } else if says("parsing server response")
            || says("authentication incorrectly")
            || says("headers too long")
            || says("io error")
            || says("unexpected end")
        {
            ProxyTrouble::NoProxy
        } else {
            ProxyTrouble::NoWay
        }
    }
}

// A proxy's address tells where this device is: not for logs.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[proxy]")
    }
}

fn credential(encoded: &str) -> Result<SecretString, ProxyError> {
    let decoded = percent_decode_str(encoded).decode_utf8();
    let text = decoded.map_err(|_| ProxyError::Credentials)?.into_owned();
    if text.is_empty() || !may_be_credential(&text) {
        return Err(ProxyError::Credentials);
    }
    Ok(SecretString::new(text))
}

fn may_be_credential(text: &str) -> bool {
    text.len() <= MAX_CREDENTIAL && !text.chars().any(char::is_control)
}

/// A stream to the proxy that is open already, as the connectors take it: once.
struct Opened(Option<TcpStream>);

impl Service<Uri> for Opened {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Ready<io::Result<TokioIo<TcpStream>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let taken = self.0.take().map(TokioIo::new);
        ready(taken.ok_or_else(|| io::Error::other("a stream serves once")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_proxies_are_taken_apart() {
        let tor = Proxy::parse(" socks5://127.0.0.1:9050 ").unwrap();
        assert_eq!(
            (tor.host(), tor.port, tor.has_password()),
            ("127.0.0.1", 9050, false)
        );
        assert!(tor == Proxy::parse("SOCKS5H://127.0.0.1:9050/").unwrap());
        let office = Proxy::parse("http://ada:a%40b:c@[2001:db8::1]:8080").unwrap();
        assert_eq!(office.credentials(), Some(("ada", "a@b:c")));
        assert_eq!(office.host(), "2001:db8::1");
        let asks = Proxy::parse("http://ada@proxy.example:3128").unwrap();
        assert!(asks.lacks_password());
        let told = asks.with_password(SecretString::new("x".into())).unwrap();
        assert_eq!(told.credentials(), Some(("ada", "x")));
        assert_eq!(format!("{told:?}"), "[proxy]");
        for proxy in [tor, office, told] {
            assert!(Proxy::parse(proxy.address().expose()).as_ref() == Ok(&proxy));
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let long = format!("socks5://{}@h.example:1", "u".repeat(256));
        for (text, error) in [
            ("", ProxyError::Length),
            ("proxy.example:80", ProxyError::Scheme),
            ("https://proxy.example:80", ProxyError::Scheme),
            ("socks4://proxy.example:80", ProxyError::Scheme),
            ("socks5://proxy.example", ProxyError::Port),
            ("socks5://proxy.example:0", ProxyError::Port),
            ("socks5://:1080", ProxyError::Host),
            ("socks5://a..b:1080", ProxyError::Host),
            ("http://proxy.example:80/path", ProxyError::Path),
            ("http://@proxy.example:80", ProxyError::Credentials),
            ("http://a:%00@proxy.example:80", ProxyError::Credentials),
            ("http://%ff@proxy.example:80", ProxyError::Credentials),
            (&long, ProxyError::Credentials),
        ] {
            assert_eq!(Proxy::parse(text).err(), Some(error), "{text:?}");
        }
        let plain = Proxy::parse("socks5://h.example:1").unwrap();
        let refused = plain.with_password(SecretString::new("x".into()));
        assert_eq!(refused.err(), Some(ProxyError::Credentials));
    }
}
