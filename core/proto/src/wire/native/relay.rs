//! What a member says of the relay it lets another use: where it is, and with which credentials.

use crate::crypto::{Malformed, Reader, put_lp};
use crate::secret::SecretString;
use std::net::{IpAddr, SocketAddr};

/// Most addresses of one relay.
pub const MAX_RELAY_ADDRESSES: usize = 4;

/// Longest user name and longest password of a relay, in bytes.
pub const MAX_RELAY_WORD: usize = 64;

/// Credentials at a member's own relay. Only its word: whether anything answers there is seen when
/// it is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayGrant {
    /// For how many seconds from now they are good.
    pub seconds: u32,
    /// Where it listens, one to [`MAX_RELAY_ADDRESSES`].
    pub addresses: Vec<SocketAddr>,
    /// Printable ASCII without spaces, 1 to [`MAX_RELAY_WORD`] bytes.
    pub username: String,
    /// The same.
    pub password: SecretString,
}

impl RelayGrant {
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.extend(self.seconds.to_be_bytes());
        out.push(u8::try_from(self.addresses.len()).expect("a relay has at most four addresses"));
        for address in &self.addresses {
            match address.ip() {
                IpAddr::V4(ip) => {
                    out.push(4);
                    out.extend(ip.octets());
                }
                IpAddr::V6(ip) => {
                    out.push(6);
                    out.extend(ip.octets());
                }
            }
            out.extend(address.port().to_be_bytes());
        }
        put_lp(out, self.username.as_bytes());
        put_lp(out, self.password.expose().as_bytes());
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let seconds = reader.u32()?;
        let count = usize::from(reader.u8()?);
        if !(1..=MAX_RELAY_ADDRESSES).contains(&count) {
            return Err(Malformed);
        }
        let addresses: Result<Vec<SocketAddr>, Malformed> = (0..count).map(|_| address(reader)).collect();
        Ok(Self {
            seconds,
            addresses: addresses?,
            username: word(reader.lp()?)?,
            password: SecretString::new(word(reader.lp()?)?),
        })
    }
}

fn address(reader: &mut Reader<'_>) -> Result<SocketAddr, Malformed> {
    let ip = match reader.u8()? {
        4 => IpAddr::from(reader.array::<4>()?),
        6 => IpAddr::from(reader.array::<16>()?),
        _ => return Err(Malformed),
    };
    match reader.u16()? {
        0 => Err(Malformed),
        port => Ok(SocketAddr::new(ip, port)),
    }
}

fn word(bytes: &[u8]) -> Result<String, Malformed> {
    let fits = (1..=MAX_RELAY_WORD).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    if !fits {
        return Err(Malformed);
    }
    Ok(bytes.iter().copied().map(char::from).collect())
}
