//! The doctor asks exactly whom it is told to, all at once and with deadlines, and says in words
//! what it found: trackers with their latency, STUN, UDP, the kind of NAT, IPv6. Liars and the
//! dead cost only their own finding.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod tracker_support;

use dayfly_core::doctor::{Finding, Targets, What, examine};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::UdpSocket;
use tracker_support::{ANYWHERE, tracker, within};

/// A STUN server on `address` that reports the source port plus `shift`; its address.
async fn stun(address: &str, shift: u16) -> String {
    let socket = UdpSocket::bind(address).await.unwrap();
    let local = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut packet = [0; 1500];
        while let Ok((n, from)) = socket.recv_from(&mut packet).await {
            assert_eq!(
                (n, &packet[..8]),
                (20, &[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42][..]),
                "a bare binding request"
            );
            let id = packet[8..20].to_vec();
            // Two liars come first: another transaction, and no address.
            let mut other = success(&id, from, shift + 1);
            other[8] ^= 1;
            for reply in [
                other,
                success(&id, from, shift)[..20].to_vec(),
                success(&id, from, shift),
            ] {
                socket.send_to(&reply, from).await.unwrap();
            }
        }
    });
    format!("stun:{local}")
}

fn success(id: &[u8], from: SocketAddr, shift: u16) -> Vec<u8> {
    let port = from.port().wrapping_add(shift) ^ 0x2112;
    let (family, ip): (u8, Vec<u8>) = match from.ip() {
        std::net::IpAddr::V4(ip) => (1, ip.octets().to_vec()),
        std::net::IpAddr::V6(ip) => (2, ip.octets().to_vec()),
    };
    let pad: Vec<u8> = [0x21, 0x12, 0xa4, 0x42].iter().chain(id).copied().collect();
    let mut packet = vec![
        1,
        1,
        0,
        8 + u8::try_from(ip.len() - 4).unwrap() + 4,
        0x21,
        0x12,
        0xa4,
        0x42,
    ];
    packet.extend_from_slice(id);
    packet.extend([0, 0x20, 0, 4 + u8::try_from(ip.len()).unwrap(), 0, family]);
    packet.extend(port.to_be_bytes());
    packet.extend(ip.iter().zip(pad).map(|(a, b)| a ^ b));
    packet
}

fn of(findings: &[Finding], what: What) -> Vec<(bool, &str)> {
    findings
        .iter()
        .filter(|f| f.what == what)
        .map(|f| (f.ok, f.sentence.as_str()))
        .collect()
}

#[tokio::test]
async fn a_good_network() {
    let tracker = tracker().await;
    let targets = Targets {
        trackers: vec![tracker.url()],
        stun: vec![stun("127.0.0.1:0", 0).await, stun("[::1]:0", 0).await],
        ..Targets::nobody()
    };
    let findings = within("the doctor", examine(&targets, [1; 32])).await;
    let found = of(&findings, What::Tracker);
    assert!(
        found.len() == 1 && found[0].0 && found[0].1.starts_with("127.0.0.1 answers in "),
        "{found:?}"
    );
    let found = of(&findings, What::Stun);
    assert!(found.len() == 2 && found.iter().all(|(ok, _)| *ok), "{found:?}");
    assert_eq!(
        of(&findings, What::Udp),
        [(true, "UDP leaves this network and comes back")]
    );
    assert_eq!(of(&findings, What::Ipv6), [(true, "IPv6 works")]);
    assert!(
        of(&findings, What::Nat)[0]
            .1
            .contains("public address of its own")
    );
    assert_eq!(of(&findings, What::Lan).len(), 1);
}

#[tokio::test]
async fn a_network_that_maps_each_destination_anew() {
    let stun = vec![stun("127.0.0.1:0", 100).await, stun("127.0.0.1:0", 200).await];
    let findings = within(
        "the doctor",
        examine(
            &Targets {
                stun,
                ..Targets::nobody()
            },
            [1; 32],
        ),
    )
    .await;
    let nat = of(&findings, What::Nat);
    assert!(!nat[0].0 && nat[0].1.contains("another port"), "{nat:?}");
}

#[tokio::test]
async fn a_dead_network() {
    let (closed, mute) = {
        let tcp = tokio::net::TcpListener::bind(ANYWHERE).await.unwrap();
        (
            tcp.local_addr().unwrap(),
            UdpSocket::bind(ANYWHERE).await.unwrap(),
        )
    };
    let targets = Targets {
        trackers: vec![format!("ws://{closed}"), "http://tracker.example".to_owned()],
        stun: vec![mute.local_addr().unwrap().to_string(), "stun:no port".to_owned()],
        patience: Duration::from_secs(2),
        ..Targets::nobody()
    };
    let findings = within("the doctor", examine(&targets, [1; 32])).await;
    let trackers = of(&findings, What::Tracker);
    assert_eq!(trackers[0], (false, "127.0.0.1 refuses connections"));
    assert!(
        !trackers[1].0 && trackers[1].1.contains("begins with wss://"),
        "{trackers:?}"
    );
    let stun = of(&findings, What::Stun);
    assert!(
        !stun[0].0 && stun[0].1.starts_with("127.0.0.1 does not answer"),
        "{stun:?}"
    );
    assert!(!stun[1].0, "{stun:?}");
    assert!(!of(&findings, What::Udp)[0].0 && of(&findings, What::Nat).is_empty());
}

#[tokio::test]
async fn nobody_is_asked_unless_told() {
    let findings = within("the doctor", examine(&Targets::nobody(), [1; 32])).await;
    assert!(findings.iter().all(|f| f.what == What::Lan), "{findings:?}");
}
