//! What the tracker tests share: clients with their sinks, plain WebSockets, and waiting with a
//! deadline instead of sleeping.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use dayfly_core::proto::id::{BackendId, PeerId};
use dayfly_core::proto::room::{MeetEvent, SealedOffer};
use dayfly_core::proto::wire::web::topic::InfoHash;
use dayfly_core::rendezvous::tracker::{ClientOptions, Tracker, TrackerClient, TrackerUrl};
use dayfly_core::task::Tasks;
use futures_util::{SinkExt, StreamExt};
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Any free port of this machine.
pub const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Fails the test instead of hanging.
pub async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work)
        .await
        .unwrap_or_else(|_| panic!("{what}: not within {PATIENCE:?}"))
}

pub fn topic(n: u8) -> InfoHash {
    InfoHash::parse(&format!("swarm-{n:0>14}")).unwrap()
}

pub fn peer(n: u8) -> PeerId {
    PeerId::parse(&format!("peer-{n:0>15}")).unwrap()
}

pub fn offer(n: u32) -> SealedOffer {
    SealedOffer {
        id: format!("offer-{n:0>14}"),
        sealed: format!("1,2,3$sealed offer {n}"),
    }
}

/// Back-off in tenths of a second instead of seconds.
pub fn brisk() -> ClientOptions {
    ClientOptions {
        connect_deadline: Duration::from_secs(5),
        first_retry: Duration::from_millis(50),
        last_retry: Duration::from_millis(400),
        ..ClientOptions::default()
    }
}

pub async fn tracker() -> Tracker {
    Tracker::bind(ANYWHERE, [7; 32]).await.unwrap()
}

/// A client and what it reports.
pub struct Meeter {
    pub client: TrackerClient,
    pub events: mpsc::Receiver<(BackendId, MeetEvent)>,
    pub tasks: Tasks,
}

impl Meeter {
    pub fn at(url: &str) -> Self {
        Self::with(url, brisk())
    }

    pub fn with(url: &str, options: ClientOptions) -> Self {
        let (sink, events) = mpsc::channel(64);
        let tasks = Tasks::new();
        let url = TrackerUrl::parse(url).unwrap();
        let client = TrackerClient::start(&tasks, BackendId(3), url, options, [9; 32], sink);
        Self {
            client,
            events,
            tasks,
        }
    }

    pub async fn event(&mut self) -> MeetEvent {
        let (backend, event) = within("an event", self.events.recv())
            .await
            .expect("the client lives");
        assert_eq!(backend, BackendId(3));
        event
    }

    /// The next event that is not about the interval.
    pub async fn next(&mut self) -> MeetEvent {
        loop {
            match self.event().await {
                MeetEvent::Interval(seconds) => assert!(seconds > 0),
                event => return event,
            }
        }
    }

    pub async fn up(&mut self) {
        loop {
            match self.event().await {
                MeetEvent::Up => return,
                MeetEvent::Waiting(_) => {}
                other => panic!("expected to come up, got {other:?}"),
            }
        }
    }

    pub async fn waiting(&mut self) -> String {
        loop {
            match self.event().await {
                MeetEvent::Waiting(sentence) => return sentence,
                MeetEvent::Up | MeetEvent::Interval(_) => {}
                other => panic!("expected a failure, got {other:?}"),
            }
        }
    }
}

/// A WebSocket client of no manners of its own.
pub struct Raw(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Raw {
    pub async fn to(tracker: &Tracker) -> Self {
        let (socket, _) = within("connecting", tokio_tungstenite::connect_async(tracker.url()))
            .await
            .unwrap();
        Self(socket)
    }

    pub async fn send(&mut self, value: &serde_json::Value) {
        within("sending", self.0.send(Message::text(value.to_string())))
            .await
            .unwrap();
    }

    /// The next JSON message, `None` once the connection has ended.
    pub async fn json(&mut self) -> Option<serde_json::Value> {
        loop {
            match within("a message", self.0.next()).await {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }
}

/// Asks again and again until it is so; the question is cheap and the wait has an end.
pub async fn until(what: &str, mut so: impl FnMut() -> bool) {
    within(what, async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}
