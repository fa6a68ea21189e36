//! The rules of the cure, one by one, on made-up records.

use super::super::record::tests::{message, record};
use super::*;

const HELLO: u8 = CLIENT_HELLO;
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn finished(number: u8) -> Vec<u8> {
    let mut flight = record(20, 0, number, &[1]);
    flight.extend(record(22, 1, number, &[number; 40]));
    flight
}

fn data(number: u8) -> Vec<u8> {
    record(23, 1, number, &[number; 30])
}

/// A client that has sent its middle flight, at `now`.
fn client(now: Instant) -> Handshake {
    let mut client = Handshake::new(now);
    client.sent(&message(HELLO, 0, 0), now);
    client.received(&message(HELLO_VERIFY_REQUEST, 0, 0), now);
    client.sent(&message(HELLO, 1, 1), now);
    client.received(&message(SERVER_HELLO, 1, 1), now);
    client.sent(&middle_of_client(), now);
    client
}

fn middle_of_client() -> Vec<u8> {
    let mut flight = message(CERTIFICATE, 2, 2);
    flight.extend(finished(3));
    flight
}

/// A server that has sent its last flight, at `now`.
fn server(now: Instant) -> Handshake {
    let mut server = Handshake::new(now);
    server.received(&message(HELLO, 0, 0), now);
    server.sent(&message(HELLO_VERIFY_REQUEST, 0, 0), now);
    server.received(&message(HELLO, 1, 1), now);
    server.sent(&message(SERVER_HELLO, 1, 1), now);
    server.received(&middle_of_client(), now);
    server.sent(&finished(9), now);
    server
}

#[test]
fn a_middle_flight_is_sent_again_after_silence_and_less_and_less_often() {
    let start = Instant::now();
    let mut client = client(start);
    let mut at = Vec::new();
    while let Some(due) = client.due() {
        at.push((due - start).as_millis());
        assert_eq!(client.fire(due), [middle_of_client()]);
    }
    assert_eq!(at[..4], [300, 900, 2100, 3300]);
    assert_eq!(at.len(), MAX_RESENDS as usize);
}

#[test]
fn news_from_the_peer_puts_the_timer_off() {
    let start = Instant::now();
    let mut client = client(start);
    client.received(&message(CERTIFICATE, 2, 2), start + ms(200));
    assert_eq!(client.due(), Some(start + ms(500)));
    // The same once more is no news.
    client.received(&message(CERTIFICATE, 2, 2), start + ms(400));
    assert_eq!(client.due(), Some(start + ms(500)));
}

#[test]
fn the_last_flight_waits_for_the_peer_to_repeat_itself() {
    let start = Instant::now();
    let mut server = server(start);
    assert_eq!(server.due(), None);
    let again = |server: &mut Handshake, at| server.received(&middle_of_client(), at).echo;
    assert!(again(&mut server, start + ms(300)));
    assert!(!again(&mut server, start + ms(350)), "twice in 100 ms");
    assert!(again(&mut server, start + ms(450)));
    assert_eq!(server.flight(), [finished(9)]);
    // Data can only come from a client that has it.
    server.received(&data(1), start + ms(500));
    assert!(!again(&mut server, start + ms(900)));
}

#[test]
fn a_middle_flight_is_never_echoed() {
    let start = Instant::now();
    let mut client = client(start);
    for n in 1..20 {
        let verdict = client.received(&message(SERVER_HELLO, 1, 1), start + ms(200 * n));
        assert!(!verdict.echo);
        assert!(verdict.withhold, "it was answered");
    }
}

#[test]
fn only_what_was_answered_is_withheld() {
    let start = Instant::now();
    let mut client = client(start);
    let new = client.received(&message(CERTIFICATE, 2, 2), start);
    assert!(!new.withhold, "never seen before");
    let again = client.received(&message(CERTIFICATE, 2, 3), start);
    assert!(!again.withhold, "seen, but not answered");
    let with_more = [message(SERVER_HELLO, 1, 4), finished(4)].concat();
    let mixed = client.received(&with_more, start);
    assert!(!mixed.withhold, "not only clear fragments");
}

#[test]
fn the_librarys_own_repeat_is_no_new_flight() {
    let start = Instant::now();
    // A client's middle flight: the new bytes replace the old, for they alone are fresh.
    let mut client = client(start);
    let mut repeat = message(CERTIFICATE, 2, 7);
    repeat.extend(finished(8));
    assert_eq!(client.sent(&repeat, start + ms(100)), None);
    assert_eq!(client.flight(), [repeat]);
    // A server's: the old bytes go out, so that the peer knows them for a repeat.
    let mut server = Handshake::new(start);
    server.received(&message(HELLO, 1, 1), start);
    server.sent(&message(SERVER_HELLO, 1, 1), start);
    assert_eq!(
        server.sent(&message(SERVER_HELLO, 1, 5), start + ms(100)),
        Some(message(SERVER_HELLO, 1, 1))
    );
    // A first ClientHello is never replaced: the server keeps no state of it.
    let mut fresh = Handshake::new(start);
    fresh.sent(&message(HELLO, 0, 0), start);
    assert_eq!(fresh.sent(&message(HELLO, 0, 1), start), None);
}

#[test]
fn a_client_is_done_with_the_servers_last_flight() {
    let start = Instant::now();
    let mut early = client(start);
    // A Finished before its ChangeCipherSpec is lost to the library.
    early.received(&record(22, 1, 9, &[9; 40]), start);
    assert!(early.due().is_some());
    let mut client = client(start);
    client.received(&finished(9), start);
    assert_eq!(client.due(), None);
    assert!(client.flight().is_empty(), "what is over is forgotten");
}

#[test]
fn an_alert_and_a_quarter_of_a_minute_end_it() {
    let start = Instant::now();
    let mut alerted = client(start);
    alerted.sent(&record(21, 0, 5, &[2, 42]), start);
    assert_eq!(alerted.due(), None);
    let mut old = client(start);
    old.fire(start + ms(20_000));
    assert_eq!(old.due(), None);
}

#[test]
fn the_first_data_is_repeated_until_the_peer_speaks() {
    let start = Instant::now();
    let mut client = client(start);
    client.received(&finished(9), start);
    client.sent(&data(1), start);
    let mut at = Vec::new();
    while let Some(due) = client.due() {
        at.push((due - start).as_millis());
        assert_eq!(client.fire(due), [data(1)]);
    }
    assert_eq!(at, [200, 600, 1400]);
    client.sent(&data(2), start + ms(2000));
    client.received(&data(100), start + ms(2050));
    assert_eq!(client.due(), None);
    for n in 3..100 {
        client.sent(&data(n), start + ms(3000));
    }
    assert_eq!(client.fire(start + ms(3200)).len(), TAIL - 2);
}

#[test]
fn memory_is_bounded_whatever_comes() {
    let start = Instant::now();
    let mut peer = Handshake::new(start);
    for n in 0..10_000u32 {
        let [a, b, c, d] = n.to_be_bytes();
        let body = [a, 0, 0, 1, c, d, 0, 0, 0, 0, 0, 1, b];
        peer.received(&record(22, 0, 0, &body), start);
        peer.sent(&record(22, 0, 0, &body), start);
        assert!(peer.kept.len() <= MAX_FLIGHT);
        assert!(peer.seen.len() <= MAX_SEEN);
        assert!(peer.delivered.len() + peer.answered.len() <= MAX_FRAGMENTS + MAX_SEEN);
    }
}
