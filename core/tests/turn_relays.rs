//! Links through a real TURN server over UDP, TCP and TLS: they open, carry, keep addresses to
//! themselves, say what is wrong with a relay, and end with it.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod coturn;
mod links;

use coturn::Coturn;
use dayfly_core::link::{IceServer, LinkConfig, Route};
use dayfly_core::proto::room::{LinkEvent, Via};
use dayfly_core::proto::secret::SecretString;
use links::End;
use std::net::TcpListener;
use std::time::{Duration, Instant};

fn through(relays: impl IntoIterator<Item = IceServer>) -> LinkConfig {
    LinkConfig {
        ice_servers: relays.into_iter().collect(),
        route: Route::RelayOnly,
        ..links::loopback()
    }
}

/// Both ends, open, each with a configuration of its own.
async fn met(one: &LinkConfig, other: &LinkConfig) -> (End, End, [String; 2]) {
    let stack = links::stack();
    let mut ours = links::offer(&stack, one);
    let offer = ours.described().await;
    let mut theirs = links::answer(&stack, other, offer.clone());
    let answer = theirs.described().await;
    ours.link().accept(answer.clone());
    for end in [&mut ours, &mut theirs] {
        match end.next().await {
            LinkEvent::Open { via, .. } => assert_eq!(via, Via::Relay),
            event => panic!("expected the channel to open, got {event:?}"),
        }
    }
    (ours, theirs, [offer, answer])
}

/// What the person is told of a relay that does not work.
async fn said(config: &LinkConfig) -> String {
    let mut end = links::offer(&links::stack(), config);
    match end.next().await {
        LinkEvent::Relay { sentence } => sentence,
        event => panic!("expected a word on the relay, got {event:?}"),
    }
}

#[tokio::test]
async fn every_transport_carries_and_shows_no_address_but_the_relays() {
    let relay = Coturn::start(&[]);
    for server in relay.all() {
        let config = through([server.clone()]);
        let start = Instant::now();
        let (ours, mut theirs, described) = met(&config, &config).await;
        println!("{}: open after {:?}", server.url, start.elapsed());
        for sdp in described {
            for candidate in sdp.lines().filter(|line| line.starts_with("a=candidate:")) {
                assert!(
                    candidate.contains(" typ relay raddr 0.0.0.0 rport 0"),
                    "{candidate}"
                );
            }
            assert!(sdp.contains("a=candidate:"), "{sdp}");
        }
        let frame: Vec<u8> = (0..65_536u32).map(|n| n.to_le_bytes()[0]).collect();
        ours.send(frame.clone()).await;
        assert_eq!(theirs.frame().await, frame);
        theirs.send(b"heard".to_vec()).await;
    }
}

#[tokio::test]
async fn a_side_behind_tls_meets_one_with_udp_and_one_without_a_relay() {
    let relay = Coturn::start(&[]);
    met(&through([relay.tls()]), &through([relay.udp()])).await;
    let open = LinkConfig {
        route: Route::Automatic,
        ..links::loopback()
    };
    met(&through([relay.tls()]), &open).await;
}

#[tokio::test]
async fn a_wrong_password_is_told_over_every_transport() {
    let relay = Coturn::start(&[]);
    for server in relay.all() {
        let wrong = IceServer {
            credential: SecretString::new("guessed".into()),
            ..server
        };
        let start = Instant::now();
        let sentence = said(&through([wrong.clone()])).await;
        assert!(
            sentence.contains("refuses the user name or password"),
            "{sentence}"
        );
        assert!(
            start.elapsed() < Duration::from_millis(1500),
            "{:?}",
            start.elapsed()
        );
        assert!(!sentence.contains("guessed"));
        // Where there are other ways, the link is made all the same.
        let mut end = links::offer(
            &links::stack(),
            &LinkConfig {
                route: Route::Automatic,
                ..through([wrong])
            },
        );
        assert!(matches!(end.next().await, LinkEvent::Relay { .. }));
        assert!(end.described().await.contains("typ host"));
    }
}

#[tokio::test]
async fn a_key_that_is_not_the_pinned_one_is_refused() {
    let relay = Coturn::start(&[]);
    let other = IceServer {
        pin: Some("ab".repeat(32)),
        ..relay.tls()
    };
    let unpinned = IceServer {
        pin: None,
        ..relay.tls()
    };
    for server in [other, unpinned] {
        let sentence = said(&through([server])).await;
        assert!(sentence.contains("cannot prove to be itself"), "{sentence}");
    }
}

#[tokio::test]
async fn a_relay_that_is_not_there_is_told_in_time() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let silent_at = silent.local_addr().unwrap();
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let mute_at = mute.local_addr().unwrap();
    for (url, words) in [
        (
            format!("turn:127.0.0.1:{closed}?transport=tcp"),
            "takes no connection there",
        ),
        (format!("turns:127.0.0.1:{closed}"), "takes no connection there"),
        (format!("turn:{silent_at}"), "does not answer"),
        (format!("turn:{mute_at}?transport=tcp"), "does not answer"),
        (format!("turns:{mute_at}"), "does not answer"),
        ("turn:no-such-relay.invalid".to_owned(), "is not found"),
    ] {
        let server = IceServer::turn(url.clone(), "u".into(), SecretString::new("p".into()));
        let start = Instant::now();
        let sentence = said(&through([server])).await;
        assert!(sentence.contains(words), "{url}: {sentence}");
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{url}: {:?}",
            start.elapsed()
        );
    }
}

#[tokio::test]
async fn a_quota_is_told() {
    let relay = Coturn::start(&["--user-quota", "1"]);
    let config = through([relay.tcp()]);
    let mut first = links::offer(&links::stack(), &config);
    first.described().await;
    let sentence = said(&config).await;
    assert!(sentence.contains("no further connection for now"), "{sentence}");
}

#[tokio::test]
async fn a_link_ends_with_the_stream_it_leads_through() {
    let mut relay = Coturn::start(&[]);
    let config = through([relay.tls()]);
    let (mut ours, mut theirs, _) = met(&config, &config).await;
    let mut waiting = links::offer(&links::stack(), &config);
    waiting.described().await;
    relay.kill();
    let start = Instant::now();
    for end in [&mut ours, &mut theirs, &mut waiting] {
        let reason = end.closed().await;
        assert!(reason.contains("has ended the connection"), "{reason}");
    }
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_stream_is_not_asked_where_udp_works() {
    let relay = Coturn::start(&[]);
    let unneeded = TcpListener::bind("127.0.0.1:0").unwrap();
    unneeded.set_nonblocking(true).unwrap();
    let stream = IceServer {
        url: format!("turn:{}?transport=tcp", unneeded.local_addr().unwrap()),
        ..relay.tcp()
    };
    let config = through([stream, relay.udp()]);
    let start = Instant::now();
    met(&config, &config).await;
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(
        unneeded.accept().unwrap_err().kind(),
        std::io::ErrorKind::WouldBlock,
        "nobody came"
    );
}

/// 4 MiB in messages of 64 KiB through a stream to a side that needs no relay: a figure, and that
/// none is missing. Between two relayed sides it takes minutes (docs/benchmarks.md).
#[tokio::test]
async fn bulk_goes_through_streams() {
    let relay = Coturn::start(&[]);
    let open = LinkConfig {
        route: Route::Automatic,
        ..links::loopback()
    };
    for server in [relay.tcp(), relay.tls()] {
        let (ours, mut theirs, _) = met(&through([server.clone()]), &open).await;
        let start = Instant::now();
        let send = async {
            for n in 0..64u32 {
                let mut frame = vec![7; 65_536];
                frame[..4].copy_from_slice(&n.to_le_bytes());
                ours.send(frame).await;
            }
        };
        let receive = async {
            for n in 0..64u32 {
                let frame = theirs.frame().await;
                assert_eq!((frame.len(), &frame[..4]), (65_536, &n.to_le_bytes()[..]));
            }
        };
        tokio::join!(send, receive);
        let took = start.elapsed().as_secs_f64();
        println!("{}: {:.1} MB/s", server.url, 4.194_304 / took);
    }
}

#[tokio::test]
async fn a_shared_secret_lets_in_for_a_while() {
    let relay = Coturn::with(&["--use-auth-secret", "--static-auth-secret", "north"]);
    let sharing = |username: &str, secret: &str| IceServer {
        username: username.into(),
        secret: Some(SecretString::new(secret.into())),
        ..IceServer::stun(relay.tcp().url)
    };
    let config = through([sharing("", "north")]);
    met(&config, &through([sharing("ada", "north")])).await;
    // What Dayfly makes of another secret, and credentials made long ago.
    let expired = IceServer::turn(
        relay.tcp().url,
        "1700000000:ada".into(),
        SecretString::new("ndZ88ryT1whVxdkcRLepT9D1MpM=".into()),
    );
    for server in [sharing("", "south"), expired] {
        let sentence = said(&through([server])).await;
        assert!(sentence.contains("whether they have run out"), "{sentence}");
    }
}
