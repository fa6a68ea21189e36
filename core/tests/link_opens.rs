//! Two links open from an offer and an answer, carry messages of every size both ways in order,
//! and know their connection by the same two certificates, which are no other connection's.

mod links;

use links::{connected, negotiated, stack};
use std::collections::BTreeSet;
use std::time::Instant;

#[tokio::test]
async fn messages_of_every_size_arrive_whole_and_in_order() {
    let (mut a, mut b) = connected(&stack()).await;
    let sizes = [1, 2, 100, 1_199, 16 * 1024, 65_536, 200 * 1024, 256 * 1024, 7];
    for (n, size) in sizes.into_iter().enumerate() {
        a.send(vec![n as u8; size]).await;
        b.send(vec![!(n as u8); size]).await;
    }
    for (n, size) in sizes.into_iter().enumerate() {
        assert_eq!(b.frame().await, vec![n as u8; size]);
        assert_eq!(a.frame().await, vec![!(n as u8); size]);
    }
}

#[tokio::test]
async fn both_sides_know_the_connection_by_the_same_two_certificates() {
    let stack = stack();
    let mut seen = BTreeSet::new();
    for _ in 0..3 {
        let mut a = links::offer(&stack, &links::loopback());
        let offer = a.described().await;
        let mut b = links::answer(&stack, &links::loopback(), offer.clone());
        let answer = b.described().await;
        a.link().accept(answer.clone());
        assert_eq!(a.link().binding(), None);
        let (of_a, of_b) = (a.opened().await, b.opened().await);
        assert_eq!((of_a.ours, of_a.theirs), (of_b.theirs, of_b.ours));
        assert_eq!((of_a.ours, of_b.ours), (announced(&offer), announced(&answer)));
        assert_ne!(of_a.dtls_client, of_b.dtls_client, "one of them begins");
        assert_eq!(
            of_b.dtls_client,
            answer.contains("a=setup:active\r\n"),
            "whoever is active"
        );
        assert_eq!((a.link().binding(), b.link().binding()), (Some(of_a), Some(of_b)));
        assert!(
            seen.insert(of_a.ours) && seen.insert(of_b.ours),
            "a certificate is used once"
        );
    }
}

fn announced(sdp: &str) -> [u8; 32] {
    let line = sdp
        .lines()
        .find_map(|line| line.strip_prefix("a=fingerprint:sha-256 "))
        .expect("a fingerprint");
    let bytes: Vec<u8> = line
        .split(':')
        .map(|hex| u8::from_str_radix(hex, 16).expect("hex"))
        .collect();
    bytes.try_into().expect("32 bytes")
}

#[tokio::test]
async fn opening_takes_less_than_a_second() {
    let start = Instant::now();
    let (mut a, mut b) = negotiated(&stack()).await;
    let negotiated = start.elapsed();
    a.opened().await;
    b.opened().await;
    let opened = start.elapsed();
    println!("described after {negotiated:?}, open after {opened:?}");
    assert!(opened.as_millis() < 1000, "{opened:?}");
}
