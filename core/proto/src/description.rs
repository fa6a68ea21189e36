//! A session description without the words: what two ends of a data channel must know of each
//! other, and nothing else.
//!
//! ```text
//! description = setup u8 ‖ len u8 ‖ ufrag ‖ len u8 ‖ pwd ‖ fingerprint[32] ‖ count u8 ‖ candidates
//! candidate   = kind u8 ‖ priority u32 ‖ port u16 ‖ address[4 or 16]
//! setup       = 1 actpass, 2 active, 3 passive
//! kind        = 1 host, 2 server-reflexive, 3 peer-reflexive, 4 relayed; 16 more with IPv6
//! ```
//! The SDP of such a connection is 700 bytes and up, nearly all of it the same every time: one
//! section (`UDP/DTLS/SCTP webrtc-datachannel`, `mid` 0, SCTP port 5000, messages of 256 KiB), one
//! SHA-256 fingerprint, one component. This form leaves that out; with the credentials our stack
//! makes it is 84 bytes, and 11 more for each IPv4 candidate or 23 for IPv6.
//!
//! Not carried, and made up again in the SDP: the session's number, the candidates' foundations
//! (one for each candidate, so no check is held back for another's sake). Not carried at all: the
//! addresses behind a reflexive or relayed candidate, TCP candidates, and names, `.local` ones
//! above all. Media has no place here: a description with anything but one data channel is refused.
//!
//! What comes out of [`Description::decode`] has this form and no other; whether the addresses in
//! it may be contacted is for the link to decide.

use crate::crypto::{Malformed, Reader};
use crate::secret::SecretString;
use std::fmt;
use std::fmt::Write as _;
use std::net::IpAddr;

/// The most candidates in a description.
pub const MAX_CANDIDATES: usize = 16;
/// The longest encoding of a description, in bytes.
pub const MAX_LEN: usize = 1 + 1 + *UFRAG.end() + 1 + *PWD.end() + 32 + 1 + MAX_CANDIDATES * (1 + 4 + 2 + 16);

/// The longest SDP read, in bytes: far more than any that has this form.
const MAX_SDP: usize = 16 * 1024;
/// How long an `ice-ufrag` may be (RFC 8839, 5.4). Its upper end is 256 there; a byte holds 255.
const UFRAG: std::ops::RangeInclusive<usize> = 4..=255;
/// How long an `ice-pwd` may be, likewise.
const PWD: std::ops::RangeInclusive<usize> = 22..=255;
/// The greatest priority of a candidate (RFC 8445, 5.1.2); the least is 1.
const MAX_PRIORITY: u32 = 0x7fff_ffff;
/// What both ends take in one message: the value of `a=max-message-size`, in bytes.
const MAX_MESSAGE: u64 = 256 * 1024;
/// The kind byte of an IPv6 candidate is so much more.
const IPV6: u8 = 16;

/// Why an SDP has no compact form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DescriptionError {
    /// No SDP, or one without what every connection needs, or with an impossible value.
    #[error("this is not a description of a connection")]
    Malformed,
    /// Media, several channels, another SCTP port, small messages, ICE lite: nothing that our own
    /// stack makes for a data channel.
    #[error("the connection described is not one data channel and nothing else")]
    Other,
}

/// Who begins DTLS (RFC 8842).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Setup {
    /// An offer: the other side chooses.
    ActPass,
    /// Whoever is described begins.
    Active,
    /// Whoever reads it begins.
    Passive,
}

impl Setup {
    const ALL: [(Self, u8, &str); 3] = [
        (Self::ActPass, 1, "actpass"),
        (Self::Active, 2, "active"),
        (Self::Passive, 3, "passive"),
    ];

    fn row(self) -> (Self, u8, &'static str) {
        let found = Self::ALL.into_iter().find(|row| row.0 == self);
        found.expect("every value has a row")
    }
}

/// Where a candidate's address comes from (RFC 8445, 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CandidateKind {
    /// An address of the device itself.
    Host,
    /// As a STUN server sees the device.
    ServerReflexive,
    /// As a peer saw the device.
    PeerReflexive,
    /// An address at a TURN server.
    Relayed,
}

impl CandidateKind {
    const ALL: [(Self, u8, &str); 4] = [
        (Self::Host, 1, "host"),
        (Self::ServerReflexive, 2, "srflx"),
        (Self::PeerReflexive, 3, "prflx"),
        (Self::Relayed, 4, "relay"),
    ];

    fn row(self) -> (Self, u8, &'static str) {
        let found = Self::ALL.into_iter().find(|row| row.0 == self);
        found.expect("every value has a row")
    }
}

/// An address at which a device may be reached over UDP. `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Where it comes from.
    pub kind: CandidateKind,
    /// The address. Claimed by a peer: any value, multicast and loopback included.
    pub ip: IpAddr,
    /// The port, never 0.
    pub port: u16,
    /// Its priority in the order of checks (RFC 8445, 5.1.2): 1 to 2³¹ − 1.
    pub priority: u32,
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = if self.ip.is_ipv4() { "IPv4" } else { "IPv6" };
        write!(f, "Candidate({:?}, {family})", self.kind)
    }
}

/// What one end of a connection says of itself. `Debug` shows no credential and no address.
#[derive(Clone, PartialEq, Eq)]
pub struct Description {
    /// The ICE user name fragment: 4 to 255 letters, digits, `+` and `/`.
    pub ufrag: SecretString,
    /// The ICE password: 22 to 255 of the same.
    pub pwd: SecretString,
    /// SHA-256 of the DER certificate.
    pub fingerprint: [u8; 32],
    /// Who begins DTLS.
    pub setup: Setup,
    /// Where it may be reached, at most [`MAX_CANDIDATES`], in the order they were given.
    pub candidates: Vec<Candidate>,
}

impl fmt::Debug for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Description")
            .field("setup", &self.setup)
            .field("candidates", &self.candidates)
            .finish_non_exhaustive()
    }
}

impl Description {
    /// Reads an SDP, ours or a peer's.
    ///
    /// Candidates that have no place in the compact form (TCP, names, the second component) are
    /// left out. Of more than [`MAX_CANDIDATES`] the device's own addresses go first, then those
    /// that STUN saw: with many interfaces these are many, and a relay is the last resort.
    ///
    /// # Errors
    /// [`DescriptionError`].
    pub fn from_sdp(text: &str) -> Result<Self, DescriptionError> {
        if text.len() > MAX_SDP || !text.starts_with("v=0") {
            return Err(DescriptionError::Malformed);
        }
        let (mut ufrag, mut pwd, mut fingerprint) = (Once::new(), Once::new(), Once::new());
        let (mut setup, mut port, mut size) = (Once::new(), Once::new(), Once::new());
        let (mut sections, mut candidates) = (0, Vec::new());
        for line in text.lines() {
            if line.starts_with("m=") {
                sections += 1;
                if sections > 1 || !line.ends_with(" UDP/DTLS/SCTP webrtc-datachannel") {
                    return Err(DescriptionError::Other);
                }
            }
            let Some(attribute) = line.strip_prefix("a=") else {
                continue;
            };
            let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
            match name {
                "ice-ufrag" => ufrag.set(value)?,
                "ice-pwd" => pwd.set(value)?,
                "fingerprint" => fingerprint.set(value)?,
                "setup" => setup.set(value)?,
                "sctp-port" => port.set(value)?,
                "max-message-size" => size.set(value)?,
                "candidate" => candidates.extend(read_candidate(value)?),
                "mid" if value != "0" => return Err(DescriptionError::Other),
                "ice-lite" | "inactive" => return Err(DescriptionError::Other),
                _ => {}
            }
        }
        // A peer that takes anything says 0 (RFC 8841); what is not said is 64 KiB.
        let enough = size.0.is_some_and(|size| {
            size.parse::<u64>()
                .is_ok_and(|size| size == 0 || size >= MAX_MESSAGE)
        });
        if sections != 1 || port.0 != Some("5000") || !enough {
            return Err(DescriptionError::Other);
        }
        let word = setup.0.ok_or(DescriptionError::Malformed)?;
        let setup = Setup::ALL.into_iter().find(|row| row.2 == word);
        keep_best(&mut candidates);
        Ok(Self {
            ufrag: credential(ufrag.0, &UFRAG)?,
            pwd: credential(pwd.0, &PWD)?,
            fingerprint: fingerprint
                .0
                .and_then(read_fingerprint)
                .ok_or(DescriptionError::Malformed)?,
            setup: setup.ok_or(DescriptionError::Malformed)?.0,
            candidates,
        })
    }

    /// The SDP of such a connection, as our stack writes it.
    #[must_use]
    pub fn to_sdp(&self) -> String {
        let hex: Vec<String> = self.fingerprint.iter().map(|b| format!("{b:02X}")).collect();
        let hex = hex.join(":");
        let mut sdp = format!(
            "v=0\r\n\
             o=- 1 1 IN IP4 0.0.0.0\r\n\
             s=-\r\n\
             t=0 0\r\n\
             a=fingerprint:sha-256 {hex}\r\n\
             a=group:BUNDLE 0\r\n\
             m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n\
             c=IN IP4 0.0.0.0\r\n\
             a=setup:{setup}\r\n\
             a=mid:0\r\n\
             a=sendrecv\r\n\
             a=sctp-port:5000\r\n\
             a=max-message-size:{MAX_MESSAGE}\r\n\
             a=ice-ufrag:{ufrag}\r\n\
             a=ice-pwd:{pwd}\r\n",
            setup = self.setup.row().2,
            ufrag = self.ufrag.expose(),
            pwd = self.pwd.expose(),
        );
        for (number, candidate) in (1..).zip(&self.candidates) {
            let Candidate {
                kind,
                ip,
                port,
                priority,
            } = candidate;
            let number: u32 = number;
            // Grammar (RFC 8839) wants a base behind every address but a host's; that it is
            // unspecified is what browsers say that hide theirs.
            let base = match (kind, ip) {
                (CandidateKind::Host, _) => "",
                (_, IpAddr::V4(_)) => " raddr 0.0.0.0 rport 0",
                (_, IpAddr::V6(_)) => " raddr :: rport 0",
            };
            let kind = kind.row().2;
            let line = write!(
                sdp,
                "a=candidate:{number} 1 udp {priority} {ip} {port} typ {kind}{base}\r\n"
            );
            line.expect("text grows");
        }
        sdp.push_str("a=end-of-candidates\r\n");
        sdp
    }

    /// The compact form, at most [`MAX_LEN`] bytes.
    ///
    /// # Panics
    /// When a field is not what its documentation says.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(MAX_LEN);
        out.push(self.setup.row().1);
        for (text, range) in [(&self.ufrag, UFRAG), (&self.pwd, PWD)] {
            let text = text.expose();
            assert!(
                is_credential(text, &range),
                "a credential has the length and letters it may"
            );
            out.push(u8::try_from(text.len()).expect("a credential is at most 255 bytes"));
            out.extend(text.as_bytes());
        }
        out.extend(self.fingerprint);
        assert!(
            self.candidates.len() <= MAX_CANDIDATES,
            "candidates are within their limit"
        );
        out.push(self.candidates.len() as u8);
        for candidate in &self.candidates {
            assert!(
                candidate.port != 0 && is_priority(candidate.priority),
                "a candidate is one"
            );
            let kind = candidate.kind.row().1;
            out.push(kind + if candidate.ip.is_ipv6() { IPV6 } else { 0 });
            out.extend(candidate.priority.to_be_bytes());
            out.extend(candidate.port.to_be_bytes());
            match candidate.ip {
                IpAddr::V4(ip) => out.extend(ip.octets()),
                IpAddr::V6(ip) => out.extend(ip.octets()),
            }
        }
        out
    }

    /// Reads the compact form; there is one encoding of each description.
    ///
    /// # Errors
    /// [`Malformed`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut bytes = Reader::new(bytes);
        let code = bytes.u8()?;
        let setup = Setup::ALL.into_iter().find(|row| row.1 == code);
        let setup = setup.ok_or(Malformed)?.0;
        let mut text = |range| {
            let len = bytes.u8()?;
            let text = str::from_utf8(bytes.bytes(len.into())?).map_err(|_| Malformed)?;
            credential(Some(text), &range).map_err(|_| Malformed)
        };
        let (ufrag, pwd) = (text(UFRAG)?, text(PWD)?);
        let fingerprint = bytes.array()?;
        let count = usize::from(bytes.u8()?);
        if count > MAX_CANDIDATES {
            return Err(Malformed);
        }
        let mut candidates = Vec::with_capacity(count);
        for _ in 0..count {
            let code = bytes.u8()?;
            let priority = bytes.u32()?;
            let port = bytes.u16()?;
            let ip = if code & IPV6 == 0 {
                IpAddr::from(bytes.array::<4>()?)
            } else {
                IpAddr::from(bytes.array::<16>()?)
            };
            let kind = CandidateKind::ALL.into_iter().find(|row| row.1 == code & !IPV6);
            if port == 0 || !is_priority(priority) {
                return Err(Malformed);
            }
            candidates.push(Candidate {
                kind: kind.ok_or(Malformed)?.0,
                ip,
                port,
                priority,
            });
        }
        bytes.end()?;
        Ok(Self {
            ufrag,
            pwd,
            fingerprint,
            setup,
            candidates,
        })
    }
}

/// An attribute that may stand in a description at session level, or in its section, or in both
/// with one value.
struct Once<'a>(Option<&'a str>);

impl<'a> Once<'a> {
    fn new() -> Self {
        Self(None)
    }

    fn set(&mut self, value: &'a str) -> Result<(), DescriptionError> {
        match self.0.replace(value) {
            Some(before) if before != value => Err(DescriptionError::Malformed),
            _ => Ok(()),
        }
    }
}

fn is_credential(text: &str, range: &std::ops::RangeInclusive<usize>) -> bool {
    // ice-char of RFC 8839.
    let letters = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    range.contains(&text.len()) && text.bytes().all(letters)
}

fn credential(
    text: Option<&str>,
    range: &std::ops::RangeInclusive<usize>,
) -> Result<SecretString, DescriptionError> {
    let text = text.filter(|text| is_credential(text, range));
    let text = text.ok_or(DescriptionError::Malformed)?;
    Ok(SecretString::new(text.to_owned()))
}

fn is_priority(priority: u32) -> bool {
    (1..=MAX_PRIORITY).contains(&priority)
}

/// `sha-256` and 32 bytes in hexadecimal, with colons (RFC 8122).
fn read_fingerprint(text: &str) -> Option<[u8; 32]> {
    let (algorithm, hex) = text.split_once(' ')?;
    if !algorithm.eq_ignore_ascii_case("sha-256") || hex.len() != 32 * 3 - 1 {
        return None;
    }
    let mut fingerprint = [0; 32];
    let mut pairs = hex.split(':');
    for byte in &mut fingerprint {
        let pair = pairs.next()?;
        if pair.len() != 2 || !pair.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    pairs.next().is_none().then_some(fingerprint)
}

/// The value of `a=candidate:` (RFC 8839, 5.1); `None` for one that has no place here.
fn read_candidate(value: &str) -> Result<Option<Candidate>, DescriptionError> {
    let mut fields = value.split(' ').filter(|field| !field.is_empty());
    let mut next = || fields.next().ok_or(DescriptionError::Malformed);
    let (_foundation, component, transport) = (next()?, next()?, next()?);
    let (priority, address, port) = (next()?, next()?, next()?);
    let (typ, kind) = (next()?, next()?);
    let priority = priority.parse().ok().filter(|priority| is_priority(*priority));
    let kind = CandidateKind::ALL.into_iter().find(|row| row.2 == kind);
    let (Some(priority), Some(kind), "typ", Ok(port)) = (priority, kind, typ, port.parse::<u16>()) else {
        return Err(DescriptionError::Malformed);
    };
    let Ok(ip) = address.parse() else {
        return Ok(None);
    };
    let carried = component == "1" && transport.eq_ignore_ascii_case("udp") && port != 0;
    Ok(carried.then_some(Candidate {
        kind: kind.0,
        ip,
        port,
        priority,
    }))
}

/// Keeps [`MAX_CANDIDATES`] as [`Description::from_sdp`] says, in their order.
fn keep_best(candidates: &mut Vec<Candidate>) {
    let rank = |candidate: &Candidate| match candidate.kind {
        CandidateKind::Relayed => 0,
        CandidateKind::ServerReflexive | CandidateKind::PeerReflexive => 1,
        CandidateKind::Host => 2,
    };
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by_key(|at| (rank(&candidates[*at]), u32::MAX - candidates[*at].priority));
    order.truncate(MAX_CANDIDATES);
    order.sort_unstable();
    *candidates = order.into_iter().map(|at| candidates[at]).collect();
}

/// Fuzz body: the bytes as the compact form, and as SDP text.
///
/// # Panics
/// If what is read does not encode to itself, or does not survive its SDP.
#[doc(hidden)]
pub fn fuzz(data: &[u8]) {
    if let Ok(description) = Description::decode(data) {
        assert!(data.len() <= MAX_LEN, "a description is within its limit");
        assert_eq!(description.encode(), data, "a description has one encoding");
        let again = Description::from_sdp(&description.to_sdp());
        assert!(
            again.as_ref() == Ok(&description),
            "a description survives its SDP"
        );
    }
    if let Ok(description) = Description::from_sdp(&String::from_utf8_lossy(data)) {
        let again = Description::decode(&description.encode());
        assert!(
            again.as_ref() == Ok(&description),
            "what was read survives encoding"
        );
    }
}

#[cfg(test)]
mod tests;
