//! Two links open from an offer and an answer, carry messages of every size both ways in order,
//! and agree on each other's certificate with what the descriptions announced.

mod links;

use links::{connected, negotiated, stack};
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
async fn the_live_certificate_is_the_announced_one() {
    let stack = stack();
    let mut a = links::offer(&stack, &links::loopback());
    let offer = a.described().await;
    let mut b = links::answer(&stack, &links::loopback(), offer.clone());
    let answer = b.described().await;
    a.link().accept(answer.clone());
    assert_eq!(a.link().remote_certificate(), None);
    a.opened().await;
    b.opened().await;
    assert_eq!(a.link().remote_certificate(), Some(announced(&answer)));
    assert_eq!(b.link().remote_certificate(), Some(announced(&offer)));
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
