//! Session descriptions as text: what is kept of a peer's, and what is changed in ours.
//!
//! A peer's description is hostile until shown otherwise. It is bounded before the WebRTC stack
//! parses it, and candidates that could only waste time (names behind `.local`, TCP) or make us
//! send packets to odd places are taken out. Nothing here resolves a name or waits.

use crate::link::socket::is_made_up;
use crate::link::{LinkConfig, Route};
use std::net::IpAddr;

/// Longest description taken, in bytes. A page with camera, microphone and two screens makes
/// some 30 KiB.
pub(super) const MAX_SDP: usize = 128 * 1024;

/// Most media sections (RFC 8866 `m=`) in one description.
const MAX_SECTIONS: usize = 32;

/// Most lines in one description.
const MAX_LINES: usize = 4096;

/// Most candidates kept of one description. Each is multiplied by our own addresses and
/// checked several times a second until the connection stands.
const MAX_CANDIDATES: usize = 16;

/// Why a peer's description is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum SdpError {
    #[error("the other side sent a connection description that is far too long")]
    TooLong,
    #[error("the other side sent something that is not a connection description")]
    Malformed,
    #[error("the other side sent a connection description without a data channel")]
    NoDataChannel,
    #[error("the other side came up with another certificate under an open connection")]
    OtherCertificate,
}

/// Checks a peer's first description and keeps what is useful of it.
///
/// # Errors
/// [`SdpError`] when it is over-long, no SDP, or has no data channel section.
pub(super) fn first(text: &str, config: &LinkConfig) -> Result<String, SdpError> {
    let clean = bounded(text, config)?;
    let values = |name: &'static str| clean.lines().filter_map(move |line| line.strip_prefix(name));
    if values("m=application ").next().is_none() {
        return Err(SdpError::NoDataChannel);
    }
    // Without these nothing can come of it, and the stack would try all the same.
    let complete = values("a=ice-ufrag:").any(|ufrag| (4..=256).contains(&ufrag.len()))
        && values("a=ice-pwd:").any(|pwd| (22..=256).contains(&pwd.len()))
        && values("a=fingerprint:").any(is_sha256)
        && values("a=setup:").next().is_some();
    if !complete {
        return Err(SdpError::Malformed);
    }
    Ok(clean)
}

/// Checks a description that comes over the open connection and keeps what is useful of it. The
/// certificate stays: identities are bound to it.
///
/// # Errors
/// As [`bounded`], and [`SdpError::OtherCertificate`].
pub(super) fn under(text: &str, live: &[u8; 32], config: &LinkConfig) -> Result<String, SdpError> {
    let clean = bounded(text, config)?;
    let live: Vec<String> = live.iter().map(|byte| format!("{byte:02X}")).collect();
    let live = format!("sha-256 {}", live.join(":"));
    let mut named = clean
        .lines()
        .filter_map(|line| line.strip_prefix("a=fingerprint:"));
    if named.all(|fingerprint| fingerprint.eq_ignore_ascii_case(&live)) {
        Ok(clean)
    } else {
        Err(SdpError::OtherCertificate)
    }
}

/// `sha-256` and 32 bytes in hexadecimal, with colons (RFC 8122).
fn is_sha256(fingerprint: &str) -> bool {
    let Some((algorithm, value)) = fingerprint.split_once(' ') else {
        return false;
    };
    let mut bytes = value.split(':');
    algorithm.eq_ignore_ascii_case("sha-256")
        && value.len() == 32 * 3 - 1
        && bytes.all(|byte| byte.len() == 2 && byte.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// What is true of every description.
///
/// # Errors
/// [`SdpError`] when it is over-long or no SDP.
fn bounded(text: &str, config: &LinkConfig) -> Result<String, SdpError> {
    if text.len() > MAX_SDP {
        return Err(SdpError::TooLong);
    }
    if !text.starts_with("v=0") {
        return Err(SdpError::Malformed);
    }
    let mut clean = String::with_capacity(text.len());
    let mut candidates = Vec::new();
    let mut sections = 0;
    for (number, line) in text.lines().enumerate() {
        if number >= MAX_LINES {
            return Err(SdpError::TooLong);
        }
        let line = line.trim_end_matches('\r');
        let bytes = line.as_bytes();
        if line.is_empty() {
            continue;
        }
        if bytes.len() < 2
            || !bytes[0].is_ascii_lowercase()
            || bytes[1] != b'='
            || line.chars().any(char::is_control)
        {
            return Err(SdpError::Malformed);
        }
        if line.starts_with("m=") {
            sections += 1;
            if sections > MAX_SECTIONS {
                return Err(SdpError::TooLong);
            }
        }
        if let Some(candidate) = line.strip_prefix("a=candidate:") {
            // Bundled sections repeat the same candidates; once is enough.
            if candidates.len() >= MAX_CANDIDATES
                || candidates.contains(&candidate)
                || !is_usable(candidate, config.loopback)
                || (config.route == Route::DirectOnly && is_relayed(candidate))
            {
                continue;
            }
            candidates.push(candidate);
        }
        clean.push_str(line);
        clean.push_str("\r\n");
    }
    Ok(clean)
}

/// Whether it makes sense to send checks to a candidate: UDP, a literal address, one that can be
/// reached. The rest of the line is the stack's to parse.
fn is_usable(candidate: &str, loopback: bool) -> bool {
    // RFC 8839, 5.1: foundation component transport priority address port typ …
    let mut fields = candidate.split(' ').filter(|field| !field.is_empty());
    let (Some(_), Some(component), Some(transport)) = (fields.next(), fields.next(), fields.next()) else {
        return false;
    };
    let (Some(_), Some(address), Some(port)) = (fields.next(), fields.next(), fields.next()) else {
        return false;
    };
    component == "1"
        && transport.eq_ignore_ascii_case("udp")
        && port.parse::<u16>().is_ok_and(|port| port != 0)
        // A name (`.local` above all) is not an address: its owner will find us.
        && address.parse().is_ok_and(|ip| is_reachable(ip, loopback))
}

/// Whether a candidate is an address at a relay.
fn is_relayed(candidate: &str) -> bool {
    let mut fields = candidate.split(' ').filter(|field| !field.is_empty()).skip(6);
    fields.next() == Some("typ") && fields.next() == Some("relay")
}

/// A relayed candidate without the address it was asked for from (`raddr`, `rport`): where only
/// relays are used, that address is what they are used for.
fn without_origin(candidate: &str) -> String {
    let mut out = String::with_capacity(candidate.len());
    let is_v6 = candidate.split(' ').nth(4).is_some_and(|a| a.contains(':'));
    let mut instead = None;
    for field in candidate.split(' ') {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(instead.take().unwrap_or(field));
        instead = match field {
            "raddr" if is_v6 => Some("::"),
            "raddr" => Some("0.0.0.0"),
            "rport" => Some("0"),
            _ => None,
        };
    }
    out
}

fn is_reachable(ip: IpAddr, loopback: bool) -> bool {
    // Made-up addresses stand for relays: no peer is there.
    if ip.is_unspecified() || ip.is_multicast() || is_made_up(ip) {
        return false;
    }
    match ip.to_canonical() {
        IpAddr::V4(v4) if v4.is_loopback() => loopback,
        IpAddr::V4(v4) => !v4.is_broadcast() && v4.octets()[0] != 0,
        IpAddr::V6(v6) if v6.is_loopback() => loopback,
        // Link-local needs an interface, which a candidate does not name.
        IpAddr::V6(v6) => !v6.is_unicast_link_local(),
    }
}

/// Our description as it goes out.
///
/// Media sections say `inactive`, because nothing is played or sent here yet. The stack answers
/// `recvonly`, which makes a browser encode video for nobody, and which Chromium rejects where
/// it had offered `inactive`. Candidates of the second component go: RTCP never has its own port.
/// On a connection that stands, `setup` says who began its DTLS: the stack claims `active` in
/// every answer, and Chromium refuses to turn the roles around. Where only relays may be used, no
/// other address of ours goes out, whatever the stack thinks.
pub(super) fn outgoing(text: &str, setup: Option<Setup>, route: Route) -> String {
    let mut out = String::with_capacity(text.len());
    let mut media = false;
    for line in text.lines() {
        if line.starts_with("m=") {
            media = line.starts_with("m=audio ") || line.starts_with("m=video ");
        }
        if let Some(candidate) = line.strip_prefix("a=candidate:") {
            if candidate.split(' ').nth(1) != Some("1") {
                continue;
            }
            if route == Route::RelayOnly {
                if is_relayed(candidate) {
                    out.push_str("a=candidate:");
                    out.push_str(&without_origin(candidate));
                    out.push_str("\r\n");
                }
                continue;
            }
        }
        out.push_str(match (line, setup) {
            ("a=sendrecv" | "a=recvonly" | "a=sendonly", _) if media => "a=inactive",
            ("a=setup:active" | "a=setup:passive", Some(setup)) => setup.line(),
            (line, _) => line,
        });
        out.push_str("\r\n");
    }
    out
}

/// Who begins DTLS (RFC 8842).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setup {
    /// We do.
    Active,
    /// The peer does.
    Passive,
}

impl Setup {
    /// Our role, from the answer and whose it is.
    pub(super) fn ours(answer: &str, answer_is_ours: bool) -> Self {
        let active = answer.lines().any(|line| line == "a=setup:active");
        if active == answer_is_ours {
            Self::Active
        } else {
            Self::Passive
        }
    }

    fn line(self) -> &'static str {
        match self {
            Self::Active => "a=setup:active",
            Self::Passive => "a=setup:passive",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n\
        a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=setup:actpass\r\n\
        a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:\
        00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n";

    fn within(loopback: bool) -> LinkConfig {
        LinkConfig {
            loopback,
            ..LinkConfig::default()
        }
    }

    fn candidate(address: &str, transport: &str) -> String {
        format!("a=candidate:1 1 {transport} 2122260223 {address} 40000 typ host\r\n")
    }

    #[test]
    fn only_udp_candidates_with_reachable_addresses_stay() {
        let kept = ["192.168.1.2", "8.8.8.8", "2001:db8::1", "fd00::1"];
        let dropped = [
            "b5a6c1a2-6a0e-4d1e-9c6f-3f1f2f3f4f5f.local",
            "example.com",
            "0.0.0.0",
            "0.1.2.3",
            "255.255.255.255",
            "224.0.0.1",
            "ff02::1",
            "::",
            "fe80::1",
            "127.0.0.1",
            "::1",
            "::ffff:127.0.0.1",
        ];
        let mut offer = HEAD.to_owned();
        for address in kept.iter().chain(&dropped) {
            offer += &candidate(address, "udp");
        }
        offer += &candidate("9.9.9.9", "tcp");
        let clean = first(&offer, &within(false)).unwrap();
        for address in kept {
            assert!(clean.contains(&format!(" {address} ")), "{address}");
        }
        for address in dropped.iter().chain(&["9.9.9.9"]) {
            assert!(!clean.contains(&format!(" {address} ")), "{address}");
        }
        assert!(
            first(&(HEAD.to_owned() + &candidate("127.0.0.1", "UDP")), &within(true))
                .unwrap()
                .contains("127.0.0.1 40000")
        );
    }

    #[test]
    fn what_a_connection_needs_must_be_there() {
        assert!(first(HEAD, &within(true)).is_ok());
        for needed in ["a=ice-ufrag:", "a=ice-pwd:", "a=setup:", "a=fingerprint:"] {
            let without: String = HEAD
                .split_inclusive('\n')
                .filter(|line| !line.starts_with(needed))
                .collect();
            assert_eq!(
                first(&without, &within(true)),
                Err(SdpError::Malformed),
                "{needed}"
            );
        }
        for other in ["sha-1 00:11", "sha-256 00:11", "sha-256 zz"] {
            let at = HEAD.find("sha-256").unwrap();
            let weak = HEAD[..at].to_owned() + other + "\r\n";
            assert_eq!(first(&weak, &within(true)), Err(SdpError::Malformed), "{other}");
        }
    }

    #[test]
    fn candidates_are_bounded_and_not_repeated() {
        let mut offer = HEAD.to_owned();
        for n in 0..500 {
            offer += &candidate(&format!("10.0.{}.{}", n / 200, n % 200 + 1), "udp");
            offer += &candidate("10.0.0.1", "udp");
        }
        let clean = first(&offer, &within(false)).unwrap();
        assert_eq!(clean.matches("a=candidate:").count(), MAX_CANDIDATES);
    }

    #[test]
    fn what_is_no_description_is_refused() {
        assert_eq!(first("", &within(true)), Err(SdpError::Malformed));
        assert_eq!(first("hello", &within(true)), Err(SdpError::Malformed));
        assert_eq!(
            first("v=0\r\nnonsense\r\n", &within(true)),
            Err(SdpError::Malformed)
        );
        assert_eq!(
            first("v=0\r\ns=\u{7}\r\n", &within(true)),
            Err(SdpError::Malformed)
        );
        assert_eq!(
            first("v=0\r\ns=-\r\n", &within(true)),
            Err(SdpError::NoDataChannel)
        );
        let long = format!("v=0\r\ns={}\r\n", "x".repeat(MAX_SDP));
        assert_eq!(first(&long, &within(true)), Err(SdpError::TooLong));
        let sections = HEAD.to_owned() + &"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n".repeat(40);
        assert_eq!(first(&sections, &within(true)), Err(SdpError::TooLong));
    }

    #[test]
    fn answers_carry_no_media() {
        let answer = "v=0\r\na=sendrecv\r\nm=audio 9 X 111\r\na=recvonly\r\nm=video 9 X 96\r\n\
            a=sendrecv\r\nm=application 9 X\r\na=sendrecv\r\n";
        assert_eq!(
            outgoing(answer, None, Route::Automatic),
            "v=0\r\na=sendrecv\r\nm=audio 9 X 111\r\na=inactive\r\nm=video 9 X 96\r\n\
            a=inactive\r\nm=application 9 X\r\na=sendrecv\r\n"
        );
    }

    #[test]
    fn who_began_dtls_does_not_change() {
        let answer = "a=setup:active\r\n";
        assert_eq!(Setup::ours(answer, true), Setup::Active);
        assert_eq!(Setup::ours(answer, false), Setup::Passive);
        assert_eq!(Setup::ours("a=setup:passive\r\n", false), Setup::Active);
        assert_eq!(outgoing(answer, None, Route::Automatic), answer);
        assert_eq!(outgoing(answer, Some(Setup::Active), Route::Automatic), answer);
        assert_eq!(
            outgoing(answer, Some(Setup::Passive), Route::Automatic),
            "a=setup:passive\r\n"
        );
    }

    #[test]
    fn there_is_one_component() {
        let text = "a=candidate:1 1 udp 5 192.0.2.1 9 typ host\r\n\
            a=candidate:1 2 udp 5 192.0.2.1 9 typ host\r\n";
        assert_eq!(
            outgoing(text, None, Route::Automatic),
            "a=candidate:1 1 udp 5 192.0.2.1 9 typ host\r\n"
        );
    }

    #[test]
    fn relay_only_names_nothing_but_relays() {
        let text = "a=candidate:1 1 udp 5 192.168.1.2 9 typ host\r\n\
            a=candidate:2 1 udp 5 198.51.100.7 9 typ srflx raddr 192.168.1.2 rport 9\r\n\
            a=candidate:3 1 udp 5 203.0.113.1 70 typ relay raddr 192.168.1.2 rport 9 url x\r\n\
            a=candidate:4 1 udp 5 2001:db8::1 70 typ relay raddr fd00::2 rport 9\r\n\
            a=candidate:5 1 udp 5 name.local 9 typ host\r\n";
        assert_eq!(
            outgoing(text, None, Route::RelayOnly),
            "a=candidate:3 1 udp 5 203.0.113.1 70 typ relay raddr 0.0.0.0 rport 0 url x\r\n\
            a=candidate:4 1 udp 5 2001:db8::1 70 typ relay raddr :: rport 0\r\n"
        );
        assert_eq!(outgoing(text, None, Route::Automatic), text);
    }

    #[test]
    fn direct_only_takes_no_relay_of_the_other_sides() {
        let relayed = "a=candidate:1 1 udp 5 203.0.113.1 70 typ relay raddr 0.0.0.0 rport 0\r\n";
        let text = HEAD.to_owned() + &candidate("192.0.2.1", "udp") + relayed;
        let config = LinkConfig {
            route: Route::DirectOnly,
            ..LinkConfig::default()
        };
        let clean = first(&text, &config).unwrap();
        assert!(clean.contains("192.0.2.1") && !clean.contains("203.0.113.1"));
        assert!(
            first(&text, &LinkConfig::default())
                .unwrap()
                .contains("203.0.113.1")
        );
    }
}
