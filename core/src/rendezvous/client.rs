//! The client of one server over one WebSocket, whatever the server speaks ([`Dialect`]): it
//! connects, passes on what is said either way, and comes back after failures.
//!
//! It decides nothing about peers and believes nothing a server says: whatever one sends beyond
//! its bounds costs that server its connection and nobody else anything.
//!
//! While there is no connection, commands are dropped: the room announces again at
//! [`MeetEvent::Up`], with offers that are then fresh.

use super::bucket::Bucket;
use super::socket::{
    ClientOptions, FLUSH_DEADLINE, MAX_MESSAGE, Socket, Traffic, Trouble, open, send, trouble,
};
use super::url::ServerUrl;
use super::{MeetSink, Rendezvous};
use crate::task::Tasks;
use dayfly_proto::id::{BackendId, PeerId};
use dayfly_proto::room::{MeetEvent, SealedOffer};
use dayfly_proto::wire::web::topic::InfoHash;
use futures_util::StreamExt;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

/// Commands that wait for the socket. Further ones are dropped: the room announces again soon.
const COMMANDS: usize = 64;

/// Messages a server may send at once, and in the long run a second. A page in a busy room gets
/// a handful a second; whoever sends more than this is flooding.
const RATE: (f64, f64) = (512.0, 64.0);

/// Unreadable messages after which a connection is given up.
const MAX_GARBAGE: u32 = 8;

/// Connections in a row that ended in a flood or garbage, after which the server is given up.
const MAX_OFFENCES: u32 = 3;

/// What the room wants of a server.
pub(super) enum Command {
    /// To be known in a swarm, with these offers.
    Announce {
        topic: InfoHash,
        peer: PeerId,
        offers: Vec<SealedOffer>,
    },
    /// An answer brought to a peer.
    Reply {
        topic: InfoHash,
        peer: PeerId,
        to: PeerId,
        offer_id: String,
        sealed: String,
    },
    /// A swarm left.
    Withdraw { topic: InfoHash, peer: PeerId },
}

/// What a client and its server say to each other: the messages, without socket and time.
pub(super) trait Dialect: Send + 'static {
    /// A connection was made: what was said on earlier ones counts no more.
    fn begin(&mut self);

    /// What a command comes to, message by message.
    fn say(&mut self, command: Command) -> Vec<String>;

    /// Takes one message.
    ///
    /// # Errors
    /// [`Fault`] for one that no server of this kind sends, or that ends the connection.
    fn hear(&mut self, text: &str) -> Result<Heard, Fault>;
}

/// What comes of a message.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// What the room is told.
    pub event: Option<MeetEvent>,
    /// What is said back.
    pub replies: Vec<String>,
}

impl From<Option<MeetEvent>> for Heard {
    fn from(event: Option<MeetEvent>) -> Self {
        Self {
            event,
            replies: Vec::new(),
        }
    }
}

/// Why a message was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Unreadable; a few are forgiven.
    Garbage,
    /// The end of the connection.
    Trouble(Trouble),
}

/// A client. Dropping it says goodbye and closes the socket.
pub(super) struct Client {
    commands: mpsc::Sender<Order>,
    traffic: Arc<Traffic>,
    _alive: oneshot::Sender<()>,
}

/// A command, or that a wait should be cut short.
enum Order {
    Command(Command),
    Hurry,
}

/// What a client is made of.
pub(super) struct Start {
    /// As whom it reports.
    pub backend: BackendId,
    /// Which server.
    pub url: ServerUrl,
    /// How patient it is, and how it dials.
    pub options: ClientOptions,
    /// Makes its back-off repeatable.
    pub seed: [u8; 32],
    /// Where it reports.
    pub sink: MeetSink,
    /// Where its bytes are counted.
    pub traffic: Arc<Traffic>,
}

impl Start {
    /// With bytes of its own to count.
    pub(super) fn new(
        backend: BackendId,
        url: ServerUrl,
        options: ClientOptions,
        seed: [u8; 32],
        sink: MeetSink,
    ) -> Self {
        Self {
            backend,
            url,
            options,
            seed,
            sink,
            traffic: Arc::default(),
        }
    }
}

impl Client {
    /// Begins to connect.
    pub(super) fn start(tasks: &Tasks, name: &'static str, start: Start, dialect: Box<dyn Dialect>) -> Self {
        let (commands, queue) = mpsc::channel(COMMANDS);
        let (alive, dropped) = oneshot::channel();
        let traffic = Arc::clone(&start.traffic);
        let run = Run {
            rng: ChaCha8Rng::from_seed(start.seed),
            start,
            dialect,
            queue,
            dropped,
        };
        tasks.spawn(name, run.forever()).detach();
        Self {
            commands,
            traffic,
            _alive: alive,
        }
    }

    pub(super) fn bytes_received(&self) -> u64 {
        self.traffic.received.load(Ordering::Relaxed)
    }

    fn order(&self, order: Order) {
        if self.commands.try_send(order).is_err() {
            log::debug!("a command to a server was dropped: its queue is full or it has ended");
        }
    }
}

impl Rendezvous for Client {
    fn announce(&mut self, topic: InfoHash, peer: PeerId, offers: Vec<SealedOffer>) {
        self.order(Order::Command(Command::Announce { topic, peer, offers }));
    }

    fn reply(&mut self, topic: InfoHash, peer: PeerId, to: PeerId, offer_id: String, sealed: String) {
        self.order(Order::Command(Command::Reply {
            topic,
            peer,
            to,
            offer_id,
            sealed,
        }));
    }

    fn withdraw(&mut self, topic: InfoHash, peer: PeerId) {
        self.order(Order::Command(Command::Withdraw { topic, peer }));
    }

    fn network_changed(&mut self) {
        self.order(Order::Hurry);
    }

    /// One socket carries a web room, which keeps its places to meet in the background. Native rooms
    /// meet through `apart`, which closes its sockets by dropping these.
    fn rest(&mut self, _resting: bool) {}

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
    start: Start,
    rng: ChaCha8Rng,
    dialect: Box<dyn Dialect>,
    queue: mpsc::Receiver<Order>,
    dropped: oneshot::Receiver<()>,
}

impl Run {
    async fn forever(mut self) {
        let (mut failures, mut offences) = (0_u32, 0_u32);
        loop {
            let traffic = Arc::clone(&self.start.traffic);
            let opened = tokio::select! {
                _ = &mut self.dropped => return,
                opened = open(&self.start.url, &self.start.options, traffic) => opened,
            };
            let trouble = match opened {
                Err(trouble) => trouble,
                Ok(socket) => {
                    let since = Instant::now();
                    match self.session(socket).await {
                        End::Dropped => return,
                        End::Trouble(trouble) => {
                            // Only a connection that lasted clears the slate: a server that
                            // accepts and hangs up is not to be dialled in a loop.
                            if since.elapsed() >= self.start.options.silence / 2 {
                                (failures, offences) = (0, 0);
                            }
                            trouble
                        }
                    }
                }
            };
            let host = self.start.url.host();
            if trouble == Trouble::Offence {
                offences += 1;
                if offences >= MAX_OFFENCES {
                    let sentence = format!("{host} {trouble}; it is not asked again");
                    self.report(MeetEvent::Down(sentence)).await;
                    return;
                }
            }
            let wait = self.backoff(failures);
            failures = failures.saturating_add(1);
            let seconds = wait.as_secs_f32().ceil().max(1.0);
            let host = self.start.url.host();
            let sentence = format!("{host} {trouble}; next try in {seconds} s");
            if !self.report(MeetEvent::Waiting(sentence)).await || !self.pause(wait).await {
                return;
            }
        }
    }

    /// The wait before another try: doubled with each failure, a quarter up or down by chance so
    /// that a restarted server is not met by everybody at once.
    fn backoff(&mut self, failures: u32) -> Duration {
        let options = &self.start.options;
        let grown = options.first_retry.saturating_mul(1 << failures.min(16));
        let jitter = 0.75 + f64::from(self.rng.next_u32()) / f64::from(u32::MAX) * 0.5;
        grown.min(options.last_retry).mul_f64(jitter)
    }

    /// Waits between two tries; commands that come meanwhile are dropped. False: the client is.
    async fn pause(&mut self, wait: Duration) -> bool {
        let until = Instant::now() + wait;
        loop {
            tokio::select! {
                _ = &mut self.dropped => return false,
                () = sleep_until(until) => return true,
                order = self.queue.recv() => match order {
                    None => return false,
                    Some(Order::Hurry) => return true,
                    Some(Order::Command(_)) => {}
                }
            }
        }
    }

    /// Tells the room, which may take its time: meanwhile nothing is read from the server.
    /// False: the room or the client is gone.
    async fn report(&mut self, event: MeetEvent) -> bool {
        tokio::select! {
            _ = &mut self.dropped => false,
            sent = self.start.sink.send((self.start.backend, event)) => sent.is_ok(),
        }
    }

    async fn session(&mut self, mut socket: Socket) -> End {
        // What was queued for an earlier connection is stale, and the room announces at `Up`.
        while self.queue.try_recv().is_ok() {}
        self.dialect.begin();
        if !self.report(MeetEvent::Up).await {
            return End::Dropped;
        }
        let silence = self.start.options.silence;
        let mut patience = Patience {
            rate: Bucket::new(RATE, Instant::now()),
            garbage: 0,
        };
        let mut deadline = Instant::now() + silence;
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
                    deadline = Instant::now() + silence;
                    send(&mut socket, Message::Ping(Vec::new().into())).await
                }
                order = self.queue.recv() => match order {
                    None => {
                        self.goodbye(&mut socket).await;
                        return End::Dropped;
                    }
                    Some(Order::Hurry) => {
                        asked = true;
                        deadline = Instant::now() + silence / 8;
                        send(&mut socket, Message::Ping(Vec::new().into())).await
                    }
                    Some(Order::Command(command)) => {
                        let messages = self.dialect.say(command);
                        say(&mut socket, messages).await
                    }
                },
                message = socket.next() => {
                    asked = false;
                    deadline = Instant::now() + silence;
                    match message {
                        None | Some(Err(WsError::ConnectionClosed)) => Err(Trouble::Closed),
                        Some(Err(error)) => Err(trouble(&error, Trouble::Closed)),
                        Some(Ok(message)) => match self.hear(&message, &mut patience) {
                            Err(trouble) => Err(trouble),
                            Ok(Heard { event, replies }) => {
                                if let Some(event) = event
                                    && !self.report(event).await
                                {
                                    return End::Dropped;
                                }
                                say(&mut socket, replies).await
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
            while let Ok(order) = self.queue.try_recv() {
                if let Order::Command(command) = order
                    && say(socket, self.dialect.say(command)).await.is_err()
                {
                    return;
                }
            }
            if socket.close(None).await.is_err() {
                log::debug!("a server was gone before the goodbye");
            }
        };
        if timeout(FLUSH_DEADLINE, last_words).await.is_err() {
            log::debug!("a server took no goodbye in time");
        }
    }

    /// Takes one message from the server: what comes of it, or the end.
    fn hear(&mut self, message: &Message, patience: &mut Patience) -> Result<Heard, Trouble> {
        // Control frames count too: a flood of pings is a flood.
        if !patience.rate.take(1.0, Instant::now()) {
            return Err(Trouble::Offence);
        }
        let bytes: &[u8] = match message {
            Message::Text(text) => text.as_bytes(),
            Message::Binary(bytes) => bytes,
            Message::Close(_) => return Err(Trouble::Closed),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return Ok(Heard::default()),
        };
        let heard = match std::str::from_utf8(bytes) {
            Ok(text) => self.dialect.hear(text),
            Err(_) => Err(Fault::Garbage),
        };
        match heard {
            Ok(heard) => Ok(heard),
            Err(Fault::Trouble(trouble)) => Err(trouble),
            Err(Fault::Garbage) => {
                patience.garbage += 1;
                if patience.garbage > MAX_GARBAGE {
                    return Err(Trouble::Offence);
                }
                Ok(Heard::default())
            }
        }
    }
}

/// Sends messages, but none that is larger than servers take.
async fn say(socket: &mut Socket, messages: Vec<String>) -> Result<(), Trouble> {
    for text in messages {
        if text.len() > MAX_MESSAGE {
            log::warn!("a message is larger than servers take and was not sent");
            continue;
        }
        send(socket, Message::text(text)).await?;
    }
    Ok(())
}

/// A stranger's words, fit to be shown within a sentence: printable ASCII, at most 80 characters.
pub(super) fn plain(text: &str) -> String {
    let clean = text
        .chars()
        .map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' });
    clean.take(80).collect::<String>().trim().to_owned()
}

/// What a connection may still bring.
struct Patience {
    rate: Bucket,
    garbage: u32,
}
