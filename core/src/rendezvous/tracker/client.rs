//! The tracker client: one WebSocket per tracker, carrying any number of swarms and peer ids.
//!
//! It announces, passes offers and answers on, and comes back after failures. It decides nothing
//! about peers, reads no session description, and believes nothing a tracker says: whatever a
//! tracker sends beyond its bounds costs that tracker its connection and nobody else anything.
//!
//! While there is no connection, commands are dropped: the room announces again at
//! [`MeetEvent::Up`], with offers that are then fresh.

use super::TrackerUrl;
use super::bucket::Bucket;
use super::connection::{
    ClientOptions, FLUSH_DEADLINE, MAX_MESSAGE, Socket, Traffic, Trouble, open, send, trouble,
};
use crate::rendezvous::{MeetSink, Rendezvous};
use crate::task::Tasks;
use dayfly_proto::id::{BackendId, PeerId};
use dayfly_proto::room::{MeetEvent, SealedOffer};
use dayfly_proto::wire::web::topic::InfoHash;
use dayfly_proto::wire::web::tracker::{Announce, AnnounceEvent, ClientMessage, ServerMessage, TrackerOffer};
use futures_util::StreamExt;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

/// Commands that wait for the socket. Further ones are dropped: the room announces again soon.
const COMMANDS: usize = 64;

/// Swarm memberships of one client. Further ones are dropped; a room needs one an island.
const MAX_MEMBERSHIPS: usize = 64;

/// Messages a tracker may send at once, and in the long run a second. A page in a busy room gets
/// a handful a second; whoever sends more than this is flooding.
const RATE: (f64, f64) = (512.0, 64.0);

/// Unreadable messages after which a connection is given up.
const MAX_GARBAGE: u32 = 8;

/// Connections in a row that ended in a flood or garbage, after which the tracker is given up.
const MAX_OFFENCES: u32 = 3;

/// A client of one tracker. Dropping it says goodbye and closes the socket.
pub struct TrackerClient {
    url: TrackerUrl,
    commands: mpsc::Sender<Command>,
    traffic: Arc<Traffic>,
    _alive: oneshot::Sender<()>,
}

enum Command {
    Announce {
        topic: InfoHash,
        peer: PeerId,
        offers: Vec<SealedOffer>,
    },
    Reply {
        topic: InfoHash,
        peer: PeerId,
        to: PeerId,
        offer_id: String,
        sealed: String,
    },
    Withdraw {
        topic: InfoHash,
        peer: PeerId,
    },
    Hurry,
}

impl TrackerClient {
    /// Begins to connect, and reports as `backend` at `sink`. The seed makes its back-off
    /// repeatable.
    #[must_use]
    pub fn start(
        tasks: &Tasks,
        backend: BackendId,
        url: TrackerUrl,
        options: ClientOptions,
        seed: [u8; 32],
        sink: MeetSink,
    ) -> Self {
        Self::start_counted(tasks, backend, url, options, seed, sink, Arc::default())
    }

    /// The same, counted together with others.
    pub(in crate::rendezvous) fn start_counted(
        tasks: &Tasks,
        backend: BackendId,
        url: TrackerUrl,
        options: ClientOptions,
        seed: [u8; 32],
        sink: MeetSink,
        traffic: Arc<Traffic>,
    ) -> Self {
        let (commands, queue) = mpsc::channel(COMMANDS);
        let (alive, dropped) = oneshot::channel();
        let run = Run {
            backend,
            url: url.clone(),
            options,
            rng: ChaCha8Rng::from_seed(seed),
            sink,
            queue,
            dropped,
            traffic: Arc::clone(&traffic),
            memberships: BTreeSet::new(),
            interval: None,
        };
        tasks.spawn("tracker client", run.forever()).detach();
        Self {
            url,
            commands,
            traffic,
            _alive: alive,
        }
    }

    /// Which tracker.
    #[must_use]
    pub fn url(&self) -> &TrackerUrl {
        &self.url
    }

    /// Bytes received from the tracker so far, TLS and handshakes included.
    #[must_use]
    pub fn bytes_received(&self) -> u64 {
        self.traffic.received.load(Ordering::Relaxed)
    }

    fn command(&self, command: Command) {
        if self.commands.try_send(command).is_err() {
            log::debug!("a command to a tracker was dropped: its queue is full or it has ended");
        }
    }
}

impl Rendezvous for TrackerClient {
    fn announce(&mut self, topic: InfoHash, peer: PeerId, offers: Vec<SealedOffer>) {
        self.command(Command::Announce { topic, peer, offers });
    }

    fn reply(&mut self, topic: InfoHash, peer: PeerId, to: PeerId, offer_id: String, sealed: String) {
        self.command(Command::Reply {
            topic,
            peer,
            to,
            offer_id,
            sealed,
        });
    }

    fn withdraw(&mut self, topic: InfoHash, peer: PeerId) {
        self.command(Command::Withdraw { topic, peer });
    }

    fn network_changed(&mut self) {
        self.command(Command::Hurry);
    }

    fn bytes_sent(&self) -> u64 {
        self.traffic.sent.load(Ordering::Relaxed)
    }
}

/// How a session ended.
enum End {
    /// The client was dropped.
    Dropped,
    Trouble(Trouble),
}

struct Run {
    backend: BackendId,
    url: TrackerUrl,
    options: ClientOptions,
    rng: ChaCha8Rng,
    sink: MeetSink,
    queue: mpsc::Receiver<Command>,
    dropped: oneshot::Receiver<()>,
    traffic: Arc<Traffic>,
    memberships: BTreeSet<(InfoHash, PeerId)>,
    interval: Option<u32>,
}

impl Run {
    async fn forever(mut self) {
        let (mut failures, mut offences) = (0_u32, 0_u32);
        loop {
            let opened = tokio::select! {
                _ = &mut self.dropped => return,
                opened = open(&self.url, &self.options, Arc::clone(&self.traffic)) => opened,
            };
            let trouble = match opened {
                Err(trouble) => trouble,
                Ok(socket) => {
                    let since = Instant::now();
                    match self.session(socket).await {
                        End::Dropped => return,
                        End::Trouble(trouble) => {
                            // Only a connection that lasted clears the slate: a tracker that
                            // accepts and hangs up is not to be dialled in a loop.
                            if since.elapsed() >= self.options.silence / 2 {
                                (failures, offences) = (0, 0);
                            }
                            trouble
                        }
                    }
                }
            };
            if trouble == Trouble::Offence {
                offences += 1;
                if offences >= MAX_OFFENCES {
                    let sentence = format!("{} {trouble}; it is not asked again", self.url.host());
                    self.report(MeetEvent::Down(sentence)).await;
                    return;
                }
            }
            let wait = self.backoff(failures);
            failures = failures.saturating_add(1);
            let seconds = wait.as_secs_f32().ceil().max(1.0);
            let sentence = format!("{} {trouble}; next try in {seconds} s", self.url.host());
            if !self.report(MeetEvent::Waiting(sentence)).await || !self.pause(wait).await {
                return;
            }
        }
    }

    /// The wait before another try: doubled with each failure, a quarter up or down by chance so
    /// that a restarted tracker is not met by everybody at once.
    fn backoff(&mut self, failures: u32) -> Duration {
        let grown = self.options.first_retry.saturating_mul(1 << failures.min(16));
        let jitter = 0.75 + f64::from(self.rng.next_u32()) / f64::from(u32::MAX) * 0.5;
        grown.min(self.options.last_retry).mul_f64(jitter)
    }

    /// Waits between two tries; commands that come meanwhile are dropped. False: the client is.
    async fn pause(&mut self, wait: Duration) -> bool {
        let until = Instant::now() + wait;
        loop {
            tokio::select! {
                _ = &mut self.dropped => return false,
                () = sleep_until(until) => return true,
                command = self.queue.recv() => match command {
                    None => return false,
                    Some(Command::Hurry) => return true,
                    Some(_) => {}
                }
            }
        }
    }

    /// Tells the room, which may take its time: meanwhile nothing is read from the tracker.
    /// False: the room or the client is gone.
    async fn report(&mut self, event: MeetEvent) -> bool {
        tokio::select! {
            _ = &mut self.dropped => false,
            sent = self.sink.send((self.backend, event)) => sent.is_ok(),
        }
    }

    async fn session(&mut self, mut socket: Socket) -> End {
        // What was queued for an earlier connection is stale, and the room announces at `Up`.
        while self.queue.try_recv().is_ok() {}
        self.memberships.clear();
        if !self.report(MeetEvent::Up).await {
            return End::Dropped;
        }
        let mut heard = Heard {
            rate: Bucket::new(RATE, Instant::now()),
            garbage: 0,
            welcome: false,
        };
        let mut deadline = Instant::now() + self.options.silence;
        let mut asked = false;
        loop {
            let end = tokio::select! {
                biased;
                _ = &mut self.dropped => {
                    self.goodbye(&mut socket).await;
                    return End::Dropped;
                }
                () = sleep_until(deadline) => {
                    if asked {
                        return End::Trouble(Trouble::Silent);
                    }
                    asked = true;
                    deadline = Instant::now() + self.options.silence;
                    send(&mut socket, Message::Ping(Vec::new().into())).await
                }
                command = self.queue.recv() => match command {
                    None => {
                        self.goodbye(&mut socket).await;
                        return End::Dropped;
                    }
                    Some(Command::Hurry) => {
                        asked = true;
                        deadline = Instant::now() + self.options.silence / 8;
                        send(&mut socket, Message::Ping(Vec::new().into())).await
                    }
                    Some(command) => match self.message(command) {
                        Some(text) => send(&mut socket, Message::text(text)).await,
                        None => Ok(()),
                    }
                },
                message = socket.next() => {
                    asked = false;
                    deadline = Instant::now() + self.options.silence;
                    match message {
                        None | Some(Err(WsError::ConnectionClosed)) => Err(Trouble::Closed),
                        Some(Err(error)) => Err(trouble(&error, Trouble::Closed)),
                        Some(Ok(message)) => match self.hear(&message, &mut heard) {
                            Err(trouble) => Err(trouble),
                            Ok(None) => Ok(()),
                            Ok(Some(event)) => {
                                if !self.report(event).await {
                                    return End::Dropped;
                                }
                                Ok(())
                            }
                        }
                    }
                }
            };
            if let Err(trouble) = end {
                return End::Trouble(trouble);
            }
        }
    }

    /// Sends what is still queued, and the closing frame, within a bound of time.
    async fn goodbye(&mut self, socket: &mut Socket) {
        let last_words = async {
            while let Ok(command) = self.queue.try_recv() {
                if let Some(text) = self.message(command)
                    && send(socket, Message::text(text)).await.is_err()
                {
                    return;
                }
            }
            if socket.close(None).await.is_err() {
                log::debug!("a tracker was gone before the goodbye");
            }
        };
        if timeout(FLUSH_DEADLINE, last_words).await.is_err() {
            log::debug!("a tracker took no goodbye in time");
        }
    }

    /// The JSON text of a command; `None` when it is beyond what a tracker would take.
    fn message(&mut self, command: Command) -> Option<String> {
        let message = match command {
            Command::Announce { topic, peer, offers } => {
                if self.memberships.len() >= MAX_MEMBERSHIPS && !self.memberships.contains(&(topic, peer)) {
                    return None;
                }
                self.memberships.insert((topic, peer));
                announce(topic, peer, None, offers)
            }
            Command::Reply {
                topic,
                peer,
                to,
                offer_id,
                sealed,
            } => ClientMessage::Answer {
                info_hash: topic.into(),
                peer_id: peer.into(),
                to_peer_id: to.into(),
                offer_id,
                sdp: sealed,
            },
            Command::Withdraw { topic, peer } => {
                self.memberships.remove(&(topic, peer));
                announce(topic, peer, Some(AnnounceEvent::Stopped), Vec::new())
            }
            Command::Hurry => return None,
        };
        let text = message.encode();
        if text.len() > MAX_MESSAGE {
            log::warn!("an announce is larger than trackers take and was not sent");
            return None;
        }
        Some(text)
    }

    /// Takes one message from the tracker: an event for the room, nothing, or the end.
    fn hear(&mut self, message: &Message, heard: &mut Heard) -> Result<Option<MeetEvent>, Trouble> {
        // Control frames count too: a flood of pings is a flood.
        if !heard.rate.take(1.0, Instant::now()) {
            return Err(Trouble::Offence);
        }
        let bytes: &[u8] = match message {
            Message::Text(text) => text.as_bytes(),
            Message::Binary(bytes) => bytes,
            Message::Close(_) => return Err(Trouble::Closed),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return Ok(None),
        };
        let parsed = std::str::from_utf8(bytes)
            .ok()
            .and_then(|text| ServerMessage::parse(text).ok());
        let Some(message) = parsed else {
            heard.garbage += 1;
            return if heard.garbage > MAX_GARBAGE {
                Err(Trouble::Offence)
            } else {
                Ok(None)
            };
        };
        let (info_hash, peer_id, offer_id, sealed, offer) = match message {
            // Later failures are about one message and harm nothing; a tracker that never said
            // yes has refused the room.
            ServerMessage::Failure { reason, .. } if !heard.welcome => {
                return Err(Trouble::Refusal(plain(&reason)));
            }
            ServerMessage::Announced { interval, .. } => {
                heard.welcome = true;
                return Ok(self.interval(interval));
            }
            ServerMessage::Offer {
                info_hash,
                peer_id,
                offer_id,
                sdp,
            } => (info_hash, peer_id, offer_id, sdp, true),
            ServerMessage::Answer {
                info_hash,
                peer_id,
                offer_id,
                sdp,
            } => (info_hash, peer_id, offer_id, sdp, false),
            _ => return Ok(None),
        };
        // A WebTorrent client in the same swarm has a binary id; it is nobody we could talk to.
        let (Some(topic), Some(from)) = (info_hash.info_hash(), peer_id.peer_id()) else {
            return Ok(None);
        };
        let member = self.memberships.iter().any(|(swarm, _)| *swarm == topic);
        if !member || self.memberships.contains(&(topic, from)) {
            return Ok(None);
        }
        Ok(Some(if offer {
            MeetEvent::Offer {
                topic,
                from,
                offer_id,
                sealed,
            }
        } else {
            MeetEvent::Answer {
                topic,
                from,
                offer_id,
                sealed,
            }
        }))
    }

    /// What the tracker asks for, if it is new: between a second and a day.
    fn interval(&mut self, seconds: u32) -> Option<MeetEvent> {
        if seconds == 0 {
            return None;
        }
        let seconds = seconds.min(86_400);
        (self.interval.replace(seconds) != Some(seconds)).then_some(MeetEvent::Interval(seconds))
    }
}

/// An announce as pages write it: they ask for as many peers as they bring offers.
fn announce(
    topic: InfoHash,
    peer: PeerId,
    event: Option<AnnounceEvent>,
    offers: Vec<SealedOffer>,
) -> ClientMessage {
    let offers: Vec<TrackerOffer> = offers
        .into_iter()
        .map(|o| TrackerOffer {
            offer_id: o.id,
            sdp: o.sealed,
        })
        .collect();
    ClientMessage::Announce(Announce {
        info_hash: topic.into(),
        peer_id: peer.into(),
        event,
        left: None,
        numwant: u32::try_from(offers.len()).ok(),
        offers,
    })
}

/// A stranger's words, fit to be shown within a sentence: printable ASCII, at most 80 characters.
fn plain(text: &str) -> String {
    let clean = text
        .chars()
        .map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' });
    clean.take(80).collect::<String>().trim().to_owned()
}

/// What a connection has brought so far.
struct Heard {
    rate: Bucket,
    garbage: u32,
    welcome: bool,
}
