//! Everything over TCP goes through the proxy that is named, and names are resolved by it alone:
//!
//! - two members meet by a name that no name service has and only the proxy knows;
//! - every connection to the tracker is one the proxy was asked for;
//! - what is wrong with a proxy is said in a sentence, and the room goes on waiting.
//!
//! That nothing goes past it is seen from outside in `local_contacts_nobody.rs`.

mod common;
mod proxy_support;

use common::{Person, local, web};
use dayfly_core::engine::{Engine, ErrorKind, RoomOptions};
use dayfly_core::net::{DialError, Dialer, Proxy, ProxyTrouble};
use dayfly_core::proto::secret::SecretString;
use dayfly_core::rendezvous::tracker::{Tracker, TrackerUrl};
use proxy_support::{Manners, NAME, TestProxy};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;

async fn tracker() -> (Tracker, SocketAddr) {
    let tracker = Tracker::bind((Ipv4Addr::LOCALHOST, 0).into(), [5; 32])
        .await
        .expect("a port");
    let url = TrackerUrl::parse(&tracker.url()).expect("its own address");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, url.port()));
    (tracker, address)
}

fn through(name: &str, proxy: &str) -> RoomOptions {
    RoomOptions {
        trackers: vec![format!("ws://{NAME}:7000")],
        ice_servers: Some(Vec::new()),
        local: false,
        proxy: Some(SecretString::new(proxy.into())),
        ..local(name, false)
    }
}

async fn meet(manners: Manners, scheme: &str) {
    let (_tracker, target) = tracker().await;
    let proxy = TestProxy::start(manners, target).await;
    let url = format!("{scheme}{}", proxy.address);
    let engine = Engine::start().expect("a thread");
    let invite = web("behind a proxy");
    let mut ada = Person::enter(&engine, &invite, through("Ada", &url)).await;
    let mut bob = Person::enter(&engine, &invite, through("Bob", &url)).await;
    ada.joined("Bob").await;
    bob.joined("Ada").await;
    let asked = proxy.asked();
    assert!(asked.len() >= 2, "{asked:?}");
    assert!(
        asked.iter().all(|one| *one == format!("{NAME}:7000")),
        "{asked:?}"
    );
}

#[tokio::test]
async fn over_socks5() {
    meet(Manners::Socks5, "socks5://").await;
    meet(Manners::Socks5For("ada", "p@ss"), "socks5://ada:p%40ss@").await;
}

#[tokio::test]
async fn over_connect() {
    meet(Manners::Connect, "http://").await;
    // ada:p@ss
    meet(Manners::ConnectFor("YWRhOnBAc3M="), "http://ada:p%40ss@").await;
}

async fn dial(address: &str, host: &str) -> Result<(), DialError> {
    let dialer = Dialer {
        proxy: Some(Arc::new(Proxy::parse(address).expect("an address"))),
    };
    dialer.dial(host, 7000).await.map(drop)
}

#[tokio::test]
async fn what_is_wrong_is_told_apart() {
    let (_tracker, target) = tracker().await;
    let trouble = |trouble| Err(DialError::Proxy(trouble));
    for (manners, scheme, fault) in [
        (Manners::Socks5, "socks5://ada:x@", ProxyTrouble::NoPassword),
        (
            Manners::Socks5For("ada", "y"),
            "socks5://ada:x@",
            ProxyTrouble::WrongPassword,
        ),
        (
            Manners::Socks5For("ada", "y"),
            "socks5://",
            ProxyTrouble::WantsPassword,
        ),
        (
            Manners::ConnectFor("eA=="),
            "http://ada:x@",
            ProxyTrouble::WrongPassword,
        ),
        (
            Manners::ConnectFor("eA=="),
            "http://",
            ProxyTrouble::WantsPassword,
        ),
        (Manners::Nonsense, "socks5://", ProxyTrouble::NoProxy),
        // Whatever is no 200 is a refusal to the connector.
        (Manners::Nonsense, "http://", ProxyTrouble::NoWay),
    ] {
        let proxy = TestProxy::start(manners, target).await;
        let said = dial(&format!("{scheme}{}", proxy.address), NAME).await;
        assert_eq!(said, trouble(fault), "{manners:?} {scheme}");
    }
    for (manners, scheme) in [(Manners::Socks5, "socks5://"), (Manners::Connect, "http://")] {
        let proxy = TestProxy::start(manners, target).await;
        let said = dial(&format!("{scheme}{}", proxy.address), "elsewhere.invalid").await;
        assert_eq!(said, trouble(ProxyTrouble::NoWay));
        assert_eq!(proxy.asked(), ["elsewhere.invalid:7000"]);
    }
    let gone = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = gone.local_addr().expect("bound");
    drop(gone);
    let said = dial(&format!("socks5://{address}"), NAME).await;
    assert_eq!(said, trouble(ProxyTrouble::NotReachable));
}

#[tokio::test]
async fn this_machine_is_reached_directly_and_onions_only_through_tor() {
    let (_tracker, target) = tracker().await;
    let proxy = TestProxy::start(Manners::Socks5, target).await;
    let dialer = Dialer {
        proxy: Some(Arc::new(
            Proxy::parse(&format!("socks5://{}", proxy.address)).expect("an address"),
        )),
    };
    dialer.dial("127.0.0.1", target.port()).await.expect("it listens");
    assert_eq!(proxy.asked(), Vec::<String>::new());
    let said = dialer.dial("abc.onion", 80).await.map(drop);
    assert_eq!(said, Err(DialError::Proxy(ProxyTrouble::NoWay)));
    assert_eq!(proxy.asked(), ["abc.onion:80"]);
    let said = Dialer::default().dial("abc.onion", 80).await.map(drop);
    assert_eq!(said, Err(DialError::Onion));
}

#[tokio::test]
async fn a_proxy_that_cannot_be_is_refused() {
    let engine = Engine::start().expect("a thread");
    let invite = web("behind nothing");
    for (proxy, is_local) in [
        ("socks4://127.0.0.1:1", false),
        ("socks5://203.0.113.1:1080", true),
    ] {
        let options = RoomOptions {
            local: is_local,
            trackers: vec!["ws://127.0.0.1:1".into()],
            ..through("Ada", proxy)
        };
        let refused = engine.enter(invite.clone(), options).await.err();
        assert_eq!(refused.map(|e| e.kind), Some(ErrorKind::BadOption), "{proxy}");
    }
}
