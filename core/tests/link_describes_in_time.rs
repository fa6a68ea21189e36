//! A link describes itself within a second, whatever its servers do: dead, without a name, or
//! alive, in which case the address they report is part of the description.

mod links;

use dayfly_core::link::{IceServer, LinkConfig, Route};
use dayfly_core::proto::room::LinkEvent;
use dayfly_core::proto::secret::SecretString;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

fn config(urls: impl IntoIterator<Item = String>) -> LinkConfig {
    LinkConfig {
        ice_servers: urls.into_iter().map(IceServer::stun).collect(),
        ..links::loopback()
    }
}

async fn describe(config: &LinkConfig) -> (String, Duration) {
    let start = Instant::now();
    let sdp = links::offer(&links::stack(), config).described().await;
    (sdp, start.elapsed())
}

/// What somebody else offers.
async fn offered() -> String {
    links::offer(&links::stack(), &links::loopback())
        .described()
        .await
}

/// A server that takes requests and answers none.
fn dead() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let address = socket.local_addr().expect("a socket");
    (socket, address)
}

/// A STUN server that reports the address 203.0.113.7:4242 to everybody (RFC 8489).
async fn alive() -> SocketAddr {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("a socket");
    let address = socket.local_addr().expect("a socket");
    tokio::spawn(async move {
        let mut request = [0; 1500];
        loop {
            let (_, from) = socket.recv_from(&mut request).await.expect("a socket");
            let mut response = vec![0x01, 0x01, 0, 12, 0x21, 0x12, 0xa4, 0x42];
            response.extend(&request[8..20]);
            response.extend([0, 0x20, 0, 8, 0, 1]);
            response.extend((4242u16 ^ 0x2112).to_be_bytes());
            response.extend([203 ^ 0x21, 0x12, 113 ^ 0xa4, 7 ^ 0x42]);
            socket.send_to(&response, from).await.expect("a socket");
        }
    });
    address
}

#[tokio::test]
async fn a_dead_server_delays_by_a_second_at_most() {
    let (_keep, address) = dead();
    let (sdp, took) = describe(&config([format!("stun:{address}")])).await;
    assert!(sdp.contains("127.0.0.1"));
    assert!(took < Duration::from_millis(1500), "{took:?}");
}

#[tokio::test]
async fn a_server_without_a_name_delays_by_a_second_at_most() {
    let (sdp, took) = describe(&config(["stun:no-such-host.invalid:3478".into()])).await;
    assert!(sdp.contains("127.0.0.1"));
    assert!(took < Duration::from_millis(1500), "{took:?}");
}

#[tokio::test]
async fn a_live_server_is_used_without_waiting_for_a_dead_one() {
    let (_keep, dead) = dead();
    let urls = [format!("stun:{dead}"), format!("stun:{}", alive().await)];
    let (sdp, took) = describe(&config(urls)).await;
    assert!(sdp.contains("203.0.113.7 4242 typ srflx"), "{sdp}");
    assert!(took < Duration::from_millis(800), "{took:?}");
}

#[tokio::test]
async fn servers_that_cannot_be_used_are_named() {
    for url in [
        "turns:relay.example:443",
        "turn:relay.example?transport=dtls",
        "http://x",
    ] {
        let mut end = links::offer(&links::stack(), &config([url.to_owned()]));
        let reason = end.closed().await;
        assert!(reason.contains(url), "{reason}");
    }
}

#[tokio::test]
async fn relay_only_without_a_relay_shows_no_address_of_ours() {
    let (_keep, address) = dead();
    let relay = IceServer::turn(
        format!("turn:{address}"),
        "user".into(),
        SecretString::new("password".into()),
    );
    let config = LinkConfig {
        ice_servers: vec![relay],
        route: Route::RelayOnly,
        ..links::loopback()
    };
    let start = Instant::now();
    let mut end = links::answer(&links::stack(), &config, offered().await);
    match end.next().await {
        LinkEvent::Relay { sentence } => assert!(sentence.contains("does not answer"), "{sentence}"),
        other => panic!("{other:?}"),
    }
    // Without a description there is nothing that could show an address.
    assert!(end.closed().await.contains("no relay relays"));
    let took = start.elapsed();
    assert!(took < Duration::from_millis(5500), "{took:?}");
}
