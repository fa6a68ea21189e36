//! Relays that a server names: the list that whoever runs relays hands out over HTTPS, with
//! credentials that end, fetched anew before they do.
//!
//! The server is known by its pinned key. What it answers is bounded and checked like any
//! stranger's word; it can name relays and nothing else. A room goes on without, and its person
//! hears why, once.

use crate::link::IceServer;
use crate::net::Dialer;
use crate::tls::{self, Pin};
use dayfly_proto::secret::SecretString;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, HOST};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use serde::Deserialize;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long one fetch may take, from the name service to the last byte.
const FETCH: Duration = Duration::from_secs(5);

/// How long a room waits for the first list before it goes on without.
const FIRST: Duration = Duration::from_secs(2);

/// Bytes of a list, at most.
const MAX_BODY: usize = 64 * 1024;

/// Servers taken of a list, and addresses of each.
const MAX_SERVERS: usize = 8;

/// How long a list holds that does not say so.
const USUAL: Duration = Duration::from_secs(60 * 60);

/// The next fetch is this far off at least, and at most.
const SOON: Duration = Duration::from_secs(60);
const LATE: Duration = Duration::from_secs(24 * 60 * 60);

/// Pauses after failures; the last one repeats.
const AGAIN: [Duration; 4] = [
    Duration::from_secs(15),
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(15 * 60),
];

/// Where relays are named.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RelayConfig {
    /// `https://HOST[:PORT]/PATH`. It answers with JSON as WebRTC's services do:
    /// `{"iceServers":[{"urls":…,"username":…,"credential":…}],"ttl":SECONDS}`.
    pub url: String,
    /// SHA-256 of the server's key (SubjectPublicKeyInfo), 64 hexadecimal digits.
    pub pin: String,
}

/// What the keeper of the list tells the room.
#[derive(Debug)]
pub(super) enum RelayNews {
    /// From now on, these.
    Servers(Vec<IceServer>),
    /// A sentence for the person.
    Trouble(String),
}

/// A list's address cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RelayConfigError {
    /// Not `https`, no host, or with a user in it.
    #[error("The list of relays needs an address like https://HOST/PATH.")]
    Url,
    /// Not a pin.
    #[error(
        "The list of relays needs the pin of its server: the SHA-256 of its public key, 64 hexadecimal digits."
    )]
    Pin,
}

/// Why there is no list. The sentences follow "The list of relays at HOST".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Trouble {
    #[error("cannot be had: its server is not reached")]
    Unreached,
    #[error("is not taken: its server has another key than the pinned one")]
    OtherKey,
    #[error("cannot be had: its server takes too long")]
    Slow,
    #[error("cannot be had: its server answers with {0}")]
    Status(u16),
    #[error("makes no sense")]
    Nonsense,
    #[error("names no relay that could be used")]
    Empty,
}

/// Where to fetch, checked.
#[derive(Debug, Clone)]
pub(super) struct Source {
    host: String,
    port: u16,
    path: String,
    pin: Pin,
}

impl Source {
    pub(super) fn parse(config: &RelayConfig) -> Result<Self, RelayConfigError> {
        if config.url.len() > 1024 {
            return Err(RelayConfigError::Url);
        }
        let url: Uri = config.url.parse().map_err(|_| RelayConfigError::Url)?;
        let authority = url.authority().ok_or(RelayConfigError::Url)?;
        if url.scheme_str() != Some("https")
            || authority.as_str().contains('@')
            || authority.host().is_empty()
        {
            return Err(RelayConfigError::Url);
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        Ok(Self {
            host: host.to_owned(),
            port: authority.port_u16().unwrap_or(443),
            path: url.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            pin: Pin::parse(&config.pin).map_err(|_| RelayConfigError::Pin)?,
        })
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    async fn fetch(&self, dialer: &Dialer) -> Result<List, Trouble> {
        let fetched = tokio::time::timeout(FETCH, self.fetch_whole(dialer)).await;
        let body = fetched.map_err(|_| Trouble::Slow)??;
        List::read(&body)
    }

    async fn fetch_whole(&self, dialer: &Dialer) -> Result<Bytes, Trouble> {
        let stream = dialer.dial(&self.host, self.port).await;
        let stream = stream.map_err(|_| Trouble::Unreached)?;
        let name = ServerName::try_from(self.host.clone()).map_err(|_| Trouble::Unreached)?;
        let connector = tokio_rustls::TlsConnector::from(tls::client(Some(self.pin)));
        let stream = connector.connect(name, stream).await.map_err(|error| {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
            match inner {
                Some(rustls::Error::InvalidCertificate(_)) => Trouble::OtherKey,
                _ => Trouble::Unreached,
            }
        })?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|_| Trouble::Unreached)?;
        let host = if self.port == 443 {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        };
        let request = Request::get(&self.path)
            .header(HOST, host)
            .header(ACCEPT, "application/json")
            .body(Empty::<Bytes>::new())
            .map_err(|_| Trouble::Unreached)?;
        let asked = async {
            let response = sender
                .send_request(request)
                .await
                .map_err(|_| Trouble::Unreached)?;
            if response.status() != StatusCode::OK {
                return Err(Trouble::Status(response.status().as_u16()));
            }
            let body = Limited::new(response.into_body(), MAX_BODY).collect().await;
            Ok(body.map_err(|_| Trouble::Nonsense)?.to_bytes())
        };
        tokio::select! {
            body = asked => body,
            // The connection ends before the answer only when there is none.
            Err(_) = connection => Err(Trouble::Unreached),
        }
    }
}

/// A list as it was answered.
struct List {
    servers: Vec<IceServer>,
    ttl: Duration,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "iceServers", alias = "ice_servers")]
    servers: OneOrMany<Server>,
    #[serde(default)]
    ttl: Option<u64>,
}

#[derive(Deserialize)]
struct Server {
    #[serde(alias = "url")]
    urls: OneOrMany<String>,
    #[serde(default)]
    username: String,
    #[serde(default, alias = "password")]
    credential: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn few(self) -> impl Iterator<Item = T> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
        .into_iter()
        .take(MAX_SERVERS)
    }
}

impl List {
    fn read(body: &[u8]) -> Result<Self, Trouble> {
        let answer: Answer = serde_json::from_slice(body).map_err(|_| Trouble::Nonsense)?;
        let mut servers: Vec<IceServer> = Vec::new();
        for server in answer.servers.few() {
            let Server {
                urls,
                username,
                credential,
            } = server;
            for url in urls.few() {
                let server = IceServer::turn(url, username.clone(), SecretString::new(credential.clone()));
                // Lists name STUN servers too, which the room has, and transports yet to come.
                if server.is_relay() && server.check().is_ok() && servers.len() < MAX_SERVERS {
                    servers.push(server);
                }
            }
        }
        if servers.is_empty() {
            return Err(Trouble::Empty);
        }
        let ttl = answer.ttl.map_or(USUAL, Duration::from_secs);
        Ok(Self { servers, ttl })
    }

    /// When to fetch the next one: well before this one's credentials end.
    fn next(&self) -> Duration {
        (self.ttl / 4 * 3).clamp(SOON, LATE)
    }
}

/// Fetches the first list, for as long as a room waits for it, and what to do next.
pub(super) async fn first(source: &Source, dialer: &Dialer, local: bool) -> (Vec<IceServer>, Keeper) {
    let mut keeper = Keeper {
        source: source.clone(),
        dialer: dialer.clone(),
        local,
        failures: 0,
        pause: Duration::ZERO,
        told: None,
    };
    let servers = match tokio::time::timeout(FIRST, source.fetch(dialer)).await {
        Ok(fetched) => keeper.take(fetched),
        // Asked again at once, with all the time a fetch has.
        Err(_) => None,
    };
    (servers.unwrap_or_default(), keeper)
}

/// Keeps the list fresh for as long as the room listens.
pub(super) struct Keeper {
    source: Source,
    dialer: Dialer,
    local: bool,
    failures: usize,
    pause: Duration,
    /// What is the matter, until it was said.
    told: Option<Trouble>,
}

impl Keeper {
    fn take(&mut self, fetched: Result<List, Trouble>) -> Option<Vec<IceServer>> {
        match fetched {
            Ok(list) => {
                (self.failures, self.pause) = (0, list.next());
                let mut servers = list.servers;
                servers.retain(|s| !self.local || s.host().is_some_and(crate::net::is_nearby));
                Some(servers)
            }
            Err(trouble) => {
                self.pause = AGAIN[self.failures.min(AGAIN.len() - 1)];
                self.failures += 1;
                self.told = Some(trouble);
                None
            }
        }
    }

    /// Runs until nobody wants to know any more.
    pub(super) async fn run(mut self, news: mpsc::Sender<RelayNews>) {
        loop {
            if let Some(trouble) = self.told.take() {
                let sentence = format!(
                    "The list of relays at {} {trouble}. The room goes on without its relays; it is fetched again \
                     by itself. Check its address and pin with whoever runs it.",
                    self.source.host()
                );
                if news.send(RelayNews::Trouble(sentence)).await.is_err() {
                    return;
                }
            }
            tokio::select! {
                () = tokio::time::sleep(self.pause) => {}
                () = news.closed() => return,
            }
            let fetched = self.source.fetch(&self.dialer).await;
            if let Some(servers) = self.take(fetched)
                && news.send(RelayNews::Servers(servers)).await.is_err()
            {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<List, Trouble> {
        List::read(text.as_bytes())
    }

    #[test]
    fn lists_as_services_write_them() {
        let list = read(
            r#"{"iceServers":[{"urls":"stun:s.example"},{"urls":["turn:t.example?transport=udp",
            "turns:t.example:443?transport=tcp","http://x"],"username":"1700:u","credential":"c"}],"ttl":600,"more":1}"#,
        )
        .unwrap();
        let urls: Vec<&str> = list.servers.iter().map(|s| s.url.as_str()).collect();
        assert_eq!(
            urls,
            [
                "turn:t.example?transport=udp",
                "turns:t.example:443?transport=tcp"
            ]
        );
        assert_eq!(list.next(), Duration::from_secs(450));
        let one = r#"{"ice_servers":{"url":"turn:t.example","username":"u","password":"p"}}"#;
        assert_eq!(read(one).unwrap().next(), USUAL / 4 * 3);
    }

    #[test]
    fn lists_are_bounded_and_not_believed() {
        assert_eq!(read("").err(), Some(Trouble::Nonsense));
        assert_eq!(read("{}").err(), Some(Trouble::Nonsense));
        assert_eq!(read(r#"{"iceServers":[]}"#).err(), Some(Trouble::Empty));
        let stun = r#"{"iceServers":[{"urls":"stun:s.example"}]}"#;
        assert_eq!(read(stun).err(), Some(Trouble::Empty));
        let many = vec![r#"{"urls":"turn:t.example","username":"u","credential":"c"}"#; 100].join(",");
        let list = read(&format!(r#"{{"iceServers":[{many}],"ttl":0}}"#)).unwrap();
        assert_eq!(list.servers.len(), MAX_SERVERS);
        assert_eq!(list.next(), SOON);
        let forever = read(&format!(r#"{{"iceServers":[{many}],"ttl":{}}}"#, u64::MAX)).unwrap();
        assert_eq!(forever.next(), LATE);
    }

    #[test]
    fn addresses_are_checked() {
        let pin = "ab".repeat(32);
        let parse = |url: &str, pin: &str| {
            let config = RelayConfig {
                url: url.into(),
                pin: pin.into(),
            };
            Source::parse(&config).map(|s| (s.host, s.port, s.path))
        };
        assert_eq!(
            parse("https://t.example/ice?k=1", &pin),
            Ok(("t.example".into(), 443, "/ice?k=1".into()))
        );
        assert_eq!(
            parse("https://[::1]:8443", &pin),
            Ok(("::1".into(), 8443, "/".into()))
        );
        for bad in [
            "http://t.example/",
            "https://",
            "https://u:p@t.example/",
            "t.example",
        ] {
            assert_eq!(parse(bad, &pin), Err(RelayConfigError::Url), "{bad}");
        }
        assert_eq!(parse("https://t.example", "ab"), Err(RelayConfigError::Pin));
    }
}
