//! Descriptions come from strangers. Whatever they contain, a link answers with `Closed` and a
//! sentence, or ignores what makes no sense; it neither panics nor opens to the wrong peer.

mod links;

use dayfly_core::proto::room::LinkEvent;
use links::sim::{Network, World};
use std::fmt::Write;
use std::time::Duration;

fn hostile() -> Vec<String> {
    let head = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
    let data = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n";
    vec![
        String::new(),
        "hello".into(),
        "\0\0\0\0".into(),
        "v=0".into(),
        head.into(),
        format!("{head}{data}"),
        format!("{head}{data}a=mid:0\r\na=setup:active\r\na=sctp-port:5000\r\n"),
        format!("{head}{data}a=mid:0\r\na=sctp-port:99999999999999999999\r\n"),
        format!("{head}{data}a=mid:0\r\na=fingerprint:sha-256 zz\r\na=ice-ufrag:a\r\na=ice-pwd:b\r\n"),
        format!("{head}m=application 999999 x y\r\n"),
        format!("{head}m=\r\n"),
        format!("{head}{data}a=ice-ufrag:{}\r\n", "x".repeat(100_000)),
        format!("{head}{}", data.repeat(1000)),
        "v=0\r\n".to_owned() + &"a=x\r\n".repeat(100_000),
        "v=0\r\ns=é\u{202e}\r\n".into(),
    ]
}

#[tokio::test]
async fn an_offer_that_makes_no_sense_ends_the_link_with_a_sentence() {
    for offer in hostile() {
        let start: String = offer.chars().take(60).collect();
        let mut end = links::answer(&links::stack(), &links::loopback(), offer);
        let reason = end.closed().await;
        assert!(reason.contains("other side"), "{start:?}: {reason}");
        assert!(end.events.recv().await.is_none(), "something followed the end");
    }
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_ends_the_link_with_a_sentence() {
    for answer in hostile() {
        let start: String = answer.chars().take(60).collect();
        let mut end = links::offer(&links::stack(), &links::loopback());
        end.described().await;
        end.link().accept(answer);
        let reason = end.closed().await;
        assert!(reason.contains("other side"), "{start:?}: {reason}");
    }
}

#[tokio::test]
async fn a_description_cut_or_changed_anywhere_panics_nothing() {
    let mut offerer = links::offer(&links::stack(), &links::loopback());
    let offer = offerer.described().await;
    let lines: Vec<&str> = offer.lines().collect();
    for skip in 0..lines.len() {
        for replacement in ["", "a=", "a=candidate:", "m=video 9 UDP/TLS/RTP/SAVPF 96"] {
            let mut changed = lines.clone();
            changed[skip] = replacement;
            let text = changed.join("\r\n") + "\r\n";
            let mut end = links::answer(&links::stack(), &links::loopback(), text);
            match end.next().await {
                LinkEvent::Described { .. } => {}
                LinkEvent::Closed { reason } => {
                    assert!(!reason.contains("failed inside"), "line {skip}: {reason}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Candidates that lead nowhere cost nothing but their bounded checks: the true one among them
/// is found.
#[test]
fn odd_candidates_are_passed_over() {
    let world = World::new(1, Network::default());
    let here = world.clone();
    let odd = |text: String| {
        let mut candidates = String::new();
        for address in [
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.251",
            "ff02::fb",
            "fe80::1",
            "::",
            "192.0.2.1",
            "b5a6c1a2-6a0e-4d1e-9c6f-3f1f2f3f4f5f.local",
            "localhost",
            "999.1.1.1",
            "",
        ] {
            for port in ["9", "0", "65536", "-1"] {
                write!(
                    candidates,
                    "a=candidate:1 1 udp 1 {address} {port} typ host\r\n\
                     a=candidate:1 1 tcp 1 {address} {port} typ host tcptype passive\r\n"
                )
                .expect("a string takes it");
            }
        }
        for n in 0..1500 {
            writeln!(candidates, "a=candidate:{n} 1 udp 1 10.0.0.1 {n} typ srflx\r")
                .expect("a string takes it");
        }
        // The true candidates come first, as they do with a peer that wants to be found.
        text + &candidates
    };
    let opened = world.run(Duration::from_secs(10), async move {
        let (mut a, mut b) = links::met(&links::stack_in(&here), odd, |o| o).await;
        links::both_open(&mut a, &mut b).await;
        // A few checks to each address and no more.
        assert!(here.sent() < 500, "{} datagrams", here.sent());
    });
    opened.expect("the connection to open");
}

/// The fingerprint in the description is the only tie between signalling and channel.
#[test]
fn a_peer_with_another_certificate_never_opens() {
    for forge_offer in [true, false] {
        let world = World::new(1, Network::default());
        let here = world.clone();
        let forged = |text: String| {
            let at = text.find("sha-256 ").expect("a fingerprint") + "sha-256 ".len();
            let digit = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
            text[..at].to_owned() + digit + &text[at + 1..]
        };
        let change = move |wanted: bool| move |text: String| if wanted { forged(text) } else { text };
        let reason = world.run(Duration::from_secs(60), async move {
            let stack = links::stack_in(&here);
            let (mut a, mut b) = links::met(&stack, change(forge_offer), change(!forge_offer)).await;
            // The end that was given the wrong fingerprint is the one to refuse.
            let deceived = if forge_offer { &mut b } else { &mut a };
            match deceived.events.recv().await {
                Some((_, LinkEvent::Closed { reason })) => {
                    assert_eq!(deceived.link().binding(), None);
                    reason
                }
                other => panic!("expected the end, got {other:?}"),
            }
        });
        let reason = reason.expect("the end within a minute");
        assert!(reason.contains("encryption failed"), "{reason}");
    }
}

/// What was bound to a live connection cannot be carried over to another one.
#[tokio::test]
async fn another_certificate_under_a_live_connection_ends_it() {
    let stack = links::stack();
    let mut a = links::offer(&stack, &links::loopback());
    let offer = a.described().await;
    let mut b = links::answer(&stack, &links::loopback(), offer.clone());
    a.link().accept(b.described().await);
    a.opened().await;
    let bound = b.opened().await;
    b.link().renegotiate(offer.clone());
    assert!(matches!(b.next().await, LinkEvent::Renegotiated { .. }));
    assert_eq!(
        b.link().binding(),
        Some(bound),
        "the same certificate may say more"
    );

    let other = links::offer(&stack, &links::loopback()).described().await;
    let fingerprint = |text: &str| {
        let line = text.lines().find(|line| line.starts_with("a=fingerprint:"));
        line.expect("a fingerprint").to_owned()
    };
    b.link()
        .renegotiate(offer.replace(&fingerprint(&offer), &fingerprint(&other)));
    let reason = b.closed().await;
    assert!(reason.contains("another certificate"), "{reason}");
    assert_eq!(b.link().binding(), Some(bound));
}
