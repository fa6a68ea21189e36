//! Islands: the sites that run the web page, told apart by their origin.
//!
//! Origins are taken apart as browsers do it (WHATWG URL), but only in forms whose meaning is
//! plain: a host that a browser would rewrite beyond its case is refused with what to write.

use super::text::{check_visible, encode_uri};
use super::{InviteError, MAX_ISLAND_NAME, MAX_ORIGIN};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Origin of the public Chitchatter site.
const CHITCHATTER: &str = "https://chitchatter.im";

/// The name in builds that leave it unset: JavaScript prints a missing variable as this word.
const UNSET_NAME: &str = "undefined";

/// A site that runs the web page. Rooms of the same name on two sites never meet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Island {
    /// `https://chitchatter.im`: scheme, host and port if it is not the default, as the browser
    /// prints `location.origin`. `http:` only for this machine itself.
    pub origin: String,
    /// The application's name in that build. The public build leaves it unset and ships the
    /// literal word `undefined`.
    pub name: String,
}

impl Island {
    /// The public Chitchatter site.
    #[must_use]
    pub fn chitchatter() -> Self {
        Self {
            origin: CHITCHATTER.into(),
            name: UNSET_NAME.into(),
        }
    }

    /// The island at `origin`, in a build that leaves its name unset, as all known ones do.
    /// Case, a default port and a trailing slash are put in order.
    ///
    /// # Errors
    /// [`InviteError::BadSite`], [`InviteError::Insecure`], [`InviteError::TooLong`] or
    /// [`InviteError::Hidden`].
    pub fn at(origin: &str) -> Result<Self, InviteError> {
        let origin = origin.trim();
        if origin.len() > MAX_ORIGIN {
            return Err(InviteError::TooLong {
                what: "site address",
                limit: MAX_ORIGIN,
            });
        }
        check_visible(origin)?;
        let (origin, rest) = split_origin(origin)?;
        if !matches!(rest, "" | "/") {
            return Err(InviteError::BadSite);
        }
        Ok(Self {
            origin,
            name: UNSET_NAME.into(),
        })
    }

    /// The same site running a build of another name.
    ///
    /// # Errors
    /// [`InviteError::TooLong`] or [`InviteError::Hidden`].
    pub fn named(self, name: &str) -> Result<Self, InviteError> {
        if name.len() > MAX_ISLAND_NAME {
            return Err(InviteError::TooLong {
                what: "island name",
                limit: MAX_ISLAND_NAME,
            });
        }
        check_visible(name)?;
        Ok(Self {
            name: name.into(),
            ..self
        })
    }

    /// The application id that swarms and keys of this island are derived from:
    /// `encodeURI(origin) + "_" + name`.
    #[must_use]
    pub fn app_id(&self) -> String {
        format!("{}_{}", encode_uri(&self.origin), self.name)
    }

    /// Whether the build leaves its name unset.
    pub(super) fn is_unnamed(&self) -> bool {
        self.name == UNSET_NAME
    }
}

/// Splits `text` into its origin, as a browser would print it, and what follows the authority.
pub(super) fn split_origin(text: &str) -> Result<(String, &str), InviteError> {
    let (scheme, after) = text.split_once("://").ok_or(InviteError::NotAnInvite)?;
    let (scheme, default_port) = match scheme.to_ascii_lowercase().as_str() {
        "https" => ("https", 443),
        "http" => ("http", 80),
        _ => return Err(InviteError::NotAnInvite),
    };
    let end = after.find(['/', '?', '#', '\\']).unwrap_or(after.len());
    let (authority, rest) = after.split_at(end);
    if authority.contains('@') || rest.starts_with('\\') {
        return Err(InviteError::BadSite);
    }
    let (host, port) = match authority.rfind(':') {
        // The last colon of `[::1]` is inside the brackets.
        Some(at) if !authority.ends_with(']') => (&authority[..at], &authority[at + 1..]),
        _ => (authority, ""),
    };
    let (host, is_loopback) = parse_host(host)?;
    if scheme == "http" && !is_loopback {
        return Err(InviteError::Insecure);
    }
    let mut origin = format!("{scheme}://{host}");
    if !port.is_empty() {
        if port.len() > 5 || !port.bytes().all(|b| b.is_ascii_digit()) {
            return Err(InviteError::BadSite);
        }
        let port: u16 = port.parse().map_err(|_| InviteError::BadSite)?;
        if port == 0 {
            return Err(InviteError::BadSite);
        }
        if port != default_port {
            origin.push(':');
            origin.push_str(&port.to_string());
        }
    }
    if origin.len() > MAX_ORIGIN {
        return Err(InviteError::TooLong {
            what: "site address",
            limit: MAX_ORIGIN,
        });
    }
    Ok((origin, rest))
}

/// The host as a browser prints it, and whether it is this machine.
fn parse_host(host: &str) -> Result<(String, bool), InviteError> {
    if let Some(inner) = host.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or(InviteError::BadSite)?;
        let address: Ipv6Addr = inner.parse().map_err(|_| InviteError::BadSite)?;
        return Ok((format!("[{}]", serialize_v6(address)), address.is_loopback()));
    }
    let host = host.to_ascii_lowercase();
    // Browsers turn letters beyond ASCII into `xn--` labels; that needs tables we do without.
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if host.is_empty() || host.len() > 253 || !host.bytes().all(is_plain) {
        return Err(InviteError::BadSite);
    }
    let mut labels: Vec<&str> = host.split('.').collect();
    if labels.len() > 1 && labels.last() == Some(&"") {
        labels.pop();
    }
    if labels.iter().any(|label| label.is_empty() || label.len() > 63) {
        return Err(InviteError::BadSite);
    }
    let last = labels.last().copied().unwrap_or_default();
    // Browsers read any host with a numeric last label as an IPv4 address, in many notations.
    let is_number = last.bytes().all(|b| b.is_ascii_digit())
        || last
            .strip_prefix("0x")
            .is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
    if is_number {
        let address: Ipv4Addr = host.parse().map_err(|_| InviteError::BadSite)?;
        return Ok((host, address.is_loopback()));
    }
    let is_loopback = last == "localhost";
    Ok((host, is_loopback))
}

/// WHATWG's form of an IPv6 address: the standard library's, but never with a dotted tail.
fn serialize_v6(address: Ipv6Addr) -> String {
    let text = address.to_string();
    if !text.contains('.') {
        return text;
    }
    let [.., high, low] = address.segments();
    let head = &text[..text.rfind(':').map_or(0, |at| at + 1)];
    format!("{head}{high:x}:{low:x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn app_id_is_the_encoded_origin_and_the_name() {
        assert_eq!(Island::chitchatter().app_id(), "https://chitchatter.im_undefined");
        let local = Island::at("http://localhost:3000").unwrap();
        assert_eq!(local.app_id(), "http://localhost:3000_undefined");
        let v6 = Island::at("http://[::1]:3000").unwrap();
        assert_eq!(v6.origin, "http://[::1]:3000");
        assert_eq!(v6.app_id(), "http://%5B::1%5D:3000_undefined");
        assert_eq!(
            local.named("my chat").unwrap().app_id(),
            "http://localhost:3000_my chat"
        );
    }

    #[test]
    fn origins_are_put_in_the_form_browsers_print() {
        for (given, printed) in [
            ("HTTPS://ChitChatter.IM/", "https://chitchatter.im"),
            ("https://chitchatter.im:443", "https://chitchatter.im"),
            ("https://a.example:08443", "https://a.example:8443"),
            ("https://a.example:", "https://a.example"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://127.9.9.9:8080/", "http://127.9.9.9:8080"),
            ("http://chat.localhost", "http://chat.localhost"),
            ("https://a.example.", "https://a.example."),
            ("https://[2001:DB8:0:0:0:0:0:1]", "https://[2001:db8::1]"),
            ("https://[::ffff:192.0.2.1]", "https://[::ffff:c000:201]"),
        ] {
            assert_eq!(
                Island::at(given).map(|i| i.origin).as_deref(),
                Ok(printed),
                "{given}"
            );
        }
    }

    #[test]
    fn strange_sites_are_refused() {
        use InviteError::{BadSite, Insecure, NotAnInvite};
        for (given, error) in [
            ("chitchatter.im", NotAnInvite),
            ("ftp://chitchatter.im", NotAnInvite),
            ("http://chitchatter.im", Insecure),
            ("http://192.168.1.5:3000", Insecure),
            ("https://", BadSite),
            ("https://user@chitchatter.im", BadSite),
            ("https://chitchatter.im@evil.example", BadSite),
            ("https://chitchatter.im\\@evil.example", BadSite),
            ("https://chitchatter.im/x", BadSite),
            ("https://chitchätter.im", BadSite),
            ("https://a%2eb.example", BadSite),
            ("https://a..example", BadSite),
            ("https://0x7f.1", BadSite),
            ("https://2130706433", BadSite),
            ("https://127.000.0.1", BadSite),
            ("https://a.example:0", BadSite),
            ("https://a.example:65536", BadSite),
            ("https://a.example:+80", BadSite),
            ("https://[::1", BadSite),
            ("https://[fe80::1%25eth0]", BadSite),
        ] {
            assert_eq!(Island::at(given).map(|i| i.origin), Err(error), "{given}");
        }
    }
}
