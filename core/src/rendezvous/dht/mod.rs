//! The BitTorrent Mainline DHT as a place to meet: a notice board that nobody runs.
//!
//! Members write sealed offers into slots that only they can find and write ([`item`]), and read
//! each other's ([`board`]); the engine's one node carries it ([`node`]). Reading is asking, so it
//! is paced: fast while something happens, slow otherwise, not at all while the room sleeps.
//!
//! A DHT that lies or withholds costs time. Somebody with the link who writes junk into slots drives
//! members from one to the next, and who writes the greatest number there is into all sixteen shuts
//! the DHT for that room until the hour changes; other places to meet go on.

mod board;
mod item;
mod node;

pub use node::{DhtNode, DhtNodes};

use super::MeetSink;
use super::queued::{Order, Queued};
use super::socket::Traffic;
use crate::engine::clock;
use crate::task::Tasks;
use board::{Board, Write};
use dayfly_proto::id::{BackendId, PeerId};
use dayfly_proto::room::MeetEvent;
use dayfly_proto::timer::Now;
use dayfly_proto::wire::web::topic::InfoHash;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use item::Cell;
use node::{Found, Live, Unreachable};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::mpsc;

/// Topics at once, as many as a room's tracker clients; announces beyond that are dropped.
const MAX_TOPICS: usize = 8;
/// Between two tries to find the DHT, at first and at most.
const RETRY: Duration = Duration::from_secs(5);
const RETRY_AT_MOST: Duration = Duration::from_secs(300);
/// So many readings in a row that nobody answers, and the node is taken for dead.
const UNANSWERED: u32 = 16;
/// How long the goodbyes may take.
const GOODBYE: Duration = Duration::from_secs(3);

/// Begins to look for the DHT, and reports as `backend` at `sink`. The seed makes its back-offs
/// repeatable. Dropping what it returns says goodbye and lets go of the node. The bytes it counts
/// are about: they are told from the questions, since the crate counts none.
#[must_use]
pub fn start(
    tasks: &Tasks,
    backend: BackendId,
    node: Arc<DhtNode>,
    seed: [u8; 32],
    sink: MeetSink,
) -> Queued {
    let traffic = Arc::new(Traffic::default());
    let (queued, queue) = Queued::new("the DHT", Arc::clone(&traffic));
    let run = Run {
        backend,
        sink,
        node,
        rng: ChaCha8Rng::from_seed(seed),
        live: None,
        told_up: false,
        failures: 0,
        retry_at: None,
        unanswered: 0,
        boards: Vec::new(),
        work: FuturesUnordered::new(),
        starting: false,
        resting: false,
        traffic,
    };
    tasks.spawn("DHT", run.forever(queue)).detach();
    queued
}

/// What came of something that took a while.
enum Done {
    Started(Result<Arc<Live>, Unreachable>),
    Read {
        topic: InfoHash,
        peer: PeerId,
        cell: Cell,
        found: Found,
    },
    Wrote {
        topic: InfoHash,
        peer: PeerId,
        cell: Cell,
        seq: i64,
        stored: u32,
        cost: u64,
    },
}

struct Run {
    backend: BackendId,
    sink: MeetSink,
    node: Arc<DhtNode>,
    rng: ChaCha8Rng,
    live: Option<Arc<Live>>,
    /// The room believes it to be up.
    told_up: bool,
    failures: u32,
    retry_at: Option<Duration>,
    unanswered: u32,
    boards: Vec<Board>,
    work: FuturesUnordered<BoxFuture<'static, Done>>,
    starting: bool,
    /// The node is not held, whatever is pinned up.
    resting: bool,
    traffic: Arc<Traffic>,
}

impl Run {
    async fn forever(mut self, mut queue: mpsc::Receiver<Order>) {
        self.begin();
        loop {
            let now = clock::now();
            self.look(now);
            let due = self.due(now);
            tokio::select! {
                order = queue.recv() => match order {
                    Some(order) => self.obey(clock::now(), order),
                    None => break,
                },
                Some(done) = self.work.next(), if !self.work.is_empty() => {
                    for event in self.done(clock::now(), done) {
                        if self.sink.send((self.backend, event)).await.is_err() {
                            return;
                        }
                    }
                }
                () = pause(due.unwrap_or_default()), if due.is_some() => {}
            }
        }
        self.leave().await;
    }

    /// How long until there is something to do by itself.
    fn due(&self, now: Now) -> Option<Duration> {
        let mut due = self.retry_at;
        if self.live.is_some() {
            let boards = self.boards.iter().filter_map(|board| board.due(now));
            due = due.into_iter().chain(boards).min();
        }
        due.map(|at| at.saturating_sub(now.mono))
    }

    fn begin(&mut self) {
        if !self.starting {
            (self.starting, self.retry_at) = (true, None);
            let node = Arc::clone(&self.node);
            self.work
                .push(Box::pin(async move { Done::Started(node.live().await) }));
        }
    }

    /// Begins whatever is due.
    fn look(&mut self, now: Now) {
        let wanted = self.boards.iter().any(|board| board.is_awake(now));
        if !wanted && self.told_up && !self.boards.is_empty() {
            // The room sleeps: the thread of a node of no use would not.
            self.live = None;
        }
        if self.retry_at.is_some_and(|at| at <= now.mono) {
            self.begin();
        }
        let Some(live) = self.live.clone() else {
            if wanted && self.retry_at.is_none() {
                self.begin();
            }
            return;
        };
        for board in &mut self.boards {
            let (topic, peer) = (board.topic, board.me);
            for cell in board.reads(now) {
                let live = Arc::clone(&live);
                self.work.push(Box::pin(async move {
                    let found = live.read(topic, cell).await;
                    Done::Read {
                        topic,
                        peer,
                        cell,
                        found,
                    }
                }));
            }
            for write in board.writes(now) {
                self.work
                    .push(Box::pin(put(Arc::clone(&live), topic, peer, write)));
            }
        }
    }

    fn obey(&mut self, now: Now, order: Order) {
        match order {
            Order::Announce(topic, peer, offers) => {
                let at = self.at(topic, peer);
                if at.is_none() && self.boards.len() >= MAX_TOPICS {
                    log::warn!("a room is in too many topics at once; one was left out");
                    return;
                }
                let at = at.unwrap_or_else(|| {
                    self.boards.push(Board::new(now, topic, peer));
                    self.boards.len() - 1
                });
                self.boards[at].announce(now, offers);
            }
            Order::Reply {
                topic,
                peer,
                to,
                offer_id,
                sealed,
            } => {
                if let Some(at) = self.at(topic, peer) {
                    self.boards[at].reply(now, to, &offer_id, sealed);
                }
            }
            Order::Withdraw(topic, peer) => {
                if let Some(at) = self.at(topic, peer) {
                    let mut board = self.boards.swap_remove(at);
                    if let (Some(live), Some(write)) = (&self.live, board.farewell(now)) {
                        self.work
                            .push(Box::pin(put(Arc::clone(live), topic, peer, write)));
                    }
                }
            }
            Order::Rest(resting) => {
                self.resting = resting;
                (self.live, self.told_up, self.retry_at) = (None, false, None);
                self.boards.clear();
                if !resting {
                    self.failures = 0;
                    self.begin();
                }
            }
            Order::Hurry if self.resting => {}
            Order::Hurry => {
                // The socket may be of a network that is gone.
                if let Some(live) = self.live.take() {
                    self.replace(live);
                }
                self.failures = 0;
                for board in &mut self.boards {
                    board.hurry(now);
                }
                self.begin();
            }
        }
    }

    fn replace(&mut self, dead: Arc<Live>) {
        self.starting = true;
        self.retry_at = None;
        let node = Arc::clone(&self.node);
        self.work.push(Box::pin(async move {
            node.give_up(&dead).await;
            drop(dead);
            Done::Started(node.live().await)
        }));
    }

    fn at(&self, topic: InfoHash, peer: PeerId) -> Option<usize> {
        self.boards
            .iter()
            .position(|board| (board.topic, board.me) == (topic, peer))
    }

    /// What the room is told of something that came to an end.
    fn done(&mut self, now: Now, done: Done) -> Vec<MeetEvent> {
        match done {
            Done::Started(Ok(live)) => {
                self.starting = false;
                if self.resting {
                    return Vec::new();
                }
                self.live = Some(live);
                (self.failures, self.unanswered, self.retry_at) = (0, 0, None);
                let known = std::mem::replace(&mut self.told_up, true);
                if known { Vec::new() } else { vec![MeetEvent::Up] }
            }
            Done::Started(Err(why)) => {
                self.starting = false;
                if self.resting {
                    return Vec::new();
                }
                vec![self.wait(now, why)]
            }
            Done::Read {
                topic,
                peer,
                cell,
                found,
            } => {
                self.traffic.sent.fetch_add(found.cost, Ordering::Relaxed);
                let mut events = Vec::new();
                self.unanswered = if found.answered { 0 } else { self.unanswered + 1 };
                if self.unanswered >= UNANSWERED
                    && let Some(dead) = self.live.take()
                {
                    let node = Arc::clone(&self.node);
                    self.work.push(Box::pin(async move {
                        node.give_up(&dead).await;
                        Done::Started(node.live().await)
                    }));
                    self.starting = true;
                }
                if let Some(at) = self.at(topic, peer) {
                    events.extend(self.boards[at].read(now, cell, found.item));
                }
                events
            }
            Done::Wrote {
                topic,
                peer,
                cell,
                seq,
                stored,
                cost,
            } => {
                self.traffic.sent.fetch_add(cost, Ordering::Relaxed);
                if let Some(at) = self.at(topic, peer) {
                    self.boards[at].wrote(now, cell, seq, stored);
                }
                Vec::new()
            }
        }
    }

    /// Nobody answers: says so, and when it is tried again.
    fn wait(&mut self, now: Now, why: Unreachable) -> MeetEvent {
        (self.live, self.told_up) = (None, false);
        let grown = RETRY.saturating_mul(1 << self.failures.min(16));
        let jitter = 0.75 + f64::from(self.rng.next_u32()) / f64::from(u32::MAX) * 0.5;
        let wait = grown.min(RETRY_AT_MOST).mul_f64(jitter);
        self.failures = self.failures.saturating_add(1);
        self.retry_at = Some(now.mono + wait);
        let seconds = wait.as_secs_f32().ceil().max(1.0);
        MeetEvent::Waiting(format!("{why}; next try in {seconds} s"))
    }

    /// Clears what is pinned up.
    async fn leave(mut self) {
        let Some(live) = self.live.take() else { return };
        let now = clock::now();
        self.work.clear();
        for board in &mut self.boards {
            if let Some(write) = board.farewell(now) {
                self.work
                    .push(Box::pin(put(Arc::clone(&live), board.topic, board.me, write)));
            }
        }
        drop(live);
        let all = async { while self.work.next().await.is_some() {} };
        // Whoever is in a hurry leaves without: the slot is taken for free after a while.
        let _ = late(GOODBYE, all).await;
    }
}

async fn put(live: Arc<Live>, topic: InfoHash, peer: PeerId, write: Write) -> Done {
    let Write { cell, seq, value } = write;
    let (stored, cost) = live.write(topic, cell, seq, &value).await;
    Done::Wrote {
        topic,
        peer,
        cell,
        seq,
        stored,
        cost,
    }
}

async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}

async fn late(limit: Duration, work: impl Future<Output = ()>) -> Result<(), tokio::time::error::Elapsed> {
    tokio::time::timeout(limit, work).await
}
