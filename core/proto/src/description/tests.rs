//! The compact form: round trips, its length, and what it refuses.

use super::*;
use proptest::prelude::*;

/// What `webrtc` 0.21.1 wrote for one data channel, its addresses replaced.
const SDP: &str = "v=0\r\n\
    o=- 2684938519 2684938519 IN IP4 0.0.0.0\r\n\
    s=-\r\n\
    t=0 0\r\n\
    a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:\
    00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n\
    a=group:BUNDLE 0\r\n\
    m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n\
    c=IN IP4 0.0.0.0\r\n\
    a=setup:actpass\r\n\
    a=mid:0\r\n\
    a=sendrecv\r\n\
    a=sctp-port:5000\r\n\
    a=max-message-size:262144\r\n\
    a=ice-ufrag:nXgsLJPyMSTMaUZs\r\n\
    a=ice-pwd:LDCHGuPbDRfGWcNnjAGYrfWsVfgtDRVX\r\n\
    a=candidate:3161097431 1 udp 2130706431 192.0.2.7 40000 typ host\r\n\
    a=candidate:3161097431 2 udp 2130706430 192.0.2.7 40000 typ host\r\n\
    a=candidate:44 1 udp 2130706175 2001:db8::7 40001 typ host\r\n\
    a=candidate:45 1 udp 2130706174 8f0c1c2e-0000-4000-8000-000000000000.local 40002 typ host\r\n\
    a=candidate:46 1 tcp 2130706173 192.0.2.7 9 typ host tcptype active\r\n\
    a=candidate:47 1 udp 1694498815 198.51.100.7 50000 typ srflx raddr 192.0.2.7 rport 40000\r\n\
    a=candidate:48 1 udp 16777215 203.0.113.7 60000 typ relay raddr 198.51.100.7 rport 50000\r\n\
    a=end-of-candidates\r\n";

fn described() -> Description {
    Description::from_sdp(SDP).unwrap()
}

fn with(mut change: impl FnMut(&str) -> Option<String>) -> Result<Description, DescriptionError> {
    let text: Vec<String> = SDP.lines().filter_map(&mut change).collect();
    Description::from_sdp(&text.join("\r\n"))
}

/// The SDP with every line that begins with `start` replaced.
fn replaced(start: &str, line: &str) -> Result<Description, DescriptionError> {
    with(|old| Some(if old.starts_with(start) { line } else { old }.to_owned()))
}

#[test]
fn what_a_data_channel_needs_is_kept_and_nothing_else() {
    let description = described();
    let kinds: Vec<_> = description
        .candidates
        .iter()
        .map(|c| (c.kind, c.ip.to_string(), c.port, c.priority))
        .collect();
    let row = |kind, ip: &str, port, priority| (kind, ip.to_owned(), port, priority);
    assert_eq!(
        kinds,
        [
            row(CandidateKind::Host, "192.0.2.7", 40000, 2_130_706_431),
            row(CandidateKind::Host, "2001:db8::7", 40001, 2_130_706_175),
            row(
                CandidateKind::ServerReflexive,
                "198.51.100.7",
                50000,
                1_694_498_815
            ),
            row(CandidateKind::Relayed, "203.0.113.7", 60000, 16_777_215),
        ]
    );
    assert_eq!(description.setup, Setup::ActPass);
    assert_eq!(description.ufrag.expose(), "nXgsLJPyMSTMaUZs");
    assert_eq!(description.fingerprint[..3], [0, 0x11, 0x22]);
    let sdp = description.to_sdp();
    for gone in ["raddr 192", "raddr 198", ".local", " tcp "] {
        assert!(!sdp.contains(gone), "{gone}");
    }
    // The lines our stack writes, but for those that are made up again.
    let made_up = |line: &&str| !["o=", "a=candidate:"].iter().any(|start| line.starts_with(start));
    let ours: Vec<&str> = sdp.lines().filter(made_up).collect();
    assert_eq!(ours, SDP.lines().filter(made_up).collect::<Vec<_>>());
    assert_eq!(Description::from_sdp(&sdp), Ok(description));
}

#[test]
fn the_length_is_as_claimed() {
    let description = described();
    assert_eq!(description.encode().len(), 84 + 3 * 11 + 23);
    assert_eq!(
        Description::decode(&description.encode()),
        Ok(description.clone())
    );
    let longest = Description {
        ufrag: SecretString::new("u".repeat(255)),
        pwd: SecretString::new("p".repeat(255)),
        candidates: vec![description.candidates[1]; MAX_CANDIDATES],
        ..description
    };
    assert_eq!(longest.encode().len(), MAX_LEN);
    assert_eq!(Description::decode(&longest.encode()), Ok(longest));
}

#[test]
fn cut_or_lengthened_bytes_are_refused() {
    let bytes = described().encode();
    for len in 0..bytes.len() {
        assert_eq!(Description::decode(&bytes[..len]), Err(Malformed), "{len}");
    }
    assert_eq!(Description::decode(&[&bytes[..], &[0]].concat()), Err(Malformed));
}

#[test]
fn a_flipped_bit_is_refused_or_another_description() {
    let description = described();
    let bytes = description.encode();
    for at in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[at / 8] ^= 1 << (at % 8);
        if let Ok(other) = Description::decode(&flipped) {
            assert_ne!(other, description);
            assert_eq!(other.encode(), flipped);
        }
    }
}

#[test]
fn what_is_needed_must_be_there_once() {
    for needed in ["a=ice-ufrag", "a=ice-pwd", "a=fingerprint", "a=setup"] {
        let without = with(|line| (!line.starts_with(needed)).then(|| line.to_owned()));
        assert_eq!(without, Err(DescriptionError::Malformed), "{needed}");
        let twice = with(|line| {
            Some(match line.starts_with(needed) {
                true => format!("{line}\r\n{line}A"),
                false => line.to_owned(),
            })
        });
        assert_eq!(twice, Err(DescriptionError::Malformed), "{needed}");
    }
    for (start, line) in [
        ("v=", "w=0"),
        ("a=ice-ufrag", "a=ice-ufrag:abc"),
        ("a=ice-ufrag", "a=ice-ufrag:abc\u{e9}"),
        ("a=ice-pwd", "a=ice-pwd:tooshort"),
        ("a=fingerprint", "a=fingerprint:sha-1 00:11"),
        ("a=setup", "a=setup:holdconn"),
        ("a=candidate:44", "a=candidate:44 1 udp"),
        ("a=candidate:44", "a=candidate:44 1 udp 0 192.0.2.1 5 typ host"),
        (
            "a=candidate:44",
            "a=candidate:44 1 udp 2147483648 192.0.2.1 5 typ host",
        ),
        ("a=candidate:44", "a=candidate:44 1 udp 5 192.0.2.1 5 typ moon"),
    ] {
        assert_eq!(replaced(start, line), Err(DescriptionError::Malformed), "{line}");
    }
    assert_eq!(
        Description::from_sdp(&(SDP.to_owned() + &"a=x\r\n".repeat(4000))),
        Err(DescriptionError::Malformed)
    );
}

#[test]
fn other_connections_have_no_compact_form() {
    for (start, line) in [
        ("m=", "m=audio 9 UDP/TLS/RTP/SAVPF 111"),
        ("a=end-of", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel"),
        ("a=sctp-port", "a=sctp-port:5001"),
        ("a=sctp-port", "a=x"),
        ("a=max-message-size", "a=max-message-size:65536"),
        ("a=max-message-size", "a=x"),
        ("a=mid", "a=mid:data"),
        ("a=sendrecv", "a=inactive"),
        ("a=group", "a=ice-lite"),
    ] {
        assert_eq!(replaced(start, line), Err(DescriptionError::Other), "{line}");
    }
    assert!(replaced("a=max-message-size", "a=max-message-size:0").is_ok());
}

#[test]
fn of_too_many_candidates_relays_stay() {
    let mut text = SDP.to_owned();
    for n in 0..40 {
        text += &format!("a=candidate:9 1 udp {} 10.0.0.{n} 5000 typ host\r\n", 1000 + n);
    }
    let kept = Description::from_sdp(&text).unwrap().candidates;
    assert_eq!(kept.len(), MAX_CANDIDATES);
    // Both of the further away stay, and of the near ones those that matter most.
    assert_eq!(kept[..4], described().candidates[..]);
    assert!(kept[4..].iter().all(|candidate| candidate.priority > 1027));
}

#[test]
fn nothing_is_shown() {
    let shown = format!("{:?}", described());
    for secret in ["nXgs", "LDCH", "192.0", "2001", "40000", "17, 34"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("Relayed"), "{shown}");
}

fn any_candidate() -> impl Strategy<Value = Candidate> {
    let ip = prop_oneof![
        any::<[u8; 4]>().prop_map(IpAddr::from),
        any::<[u8; 16]>().prop_map(IpAddr::from)
    ];
    (0..4_usize, ip, 1..=u16::MAX, 1..=MAX_PRIORITY).prop_map(|(kind, ip, port, priority)| Candidate {
        kind: CandidateKind::ALL[kind].0,
        ip,
        port,
        priority,
    })
}

proptest! {
    #[test]
    fn every_description_survives_both_forms(
        ufrag in "[A-Za-z0-9+/]{4,255}",
        pwd in "[A-Za-z0-9+/]{22,255}",
        fingerprint in any::<[u8; 32]>(),
        setup in 0..3_usize,
        candidates in prop::collection::vec(any_candidate(), 0..=MAX_CANDIDATES),
    ) {
        let description = Description {
            ufrag: SecretString::new(ufrag),
            pwd: SecretString::new(pwd),
            fingerprint,
            setup: Setup::ALL[setup].0,
            candidates,
        };
        let bytes = description.encode();
        prop_assert!(bytes.len() <= MAX_LEN);
        prop_assert_eq!(Description::decode(&bytes), Ok(description.clone()));
        prop_assert_eq!(Description::from_sdp(&description.to_sdp()), Ok(description));
    }

    #[test]
    fn no_bytes_and_no_text_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "\\PC*") {
        fuzz(&bytes);
        fuzz(text.as_bytes());
    }
}
