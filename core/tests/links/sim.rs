//! A virtual clock and a lossy network for real peer connections in one process.
//!
//! [`World`] is an executor of one thread: it polls what is ready, and when nothing is, moves the
//! clock to the next timer or datagram. A minute of two connections takes a few milliseconds.
//! What is lost follows from the seed; certificates and ports do not, so a seed that fails says
//! how often to expect it rather than replaying it exactly.

#![allow(dead_code, reason = "tests and benches each use their own part")]

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, VecDeque};
use std::future::Future;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};
use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, RecvMeta, Runtime, Transmit,
};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What the network does to datagrams.
#[derive(Debug, Clone, Copy)]
pub struct Network {
    /// How many of 1,000 are lost.
    pub loss: u64,
    /// How many of 1,000 arrive twice.
    pub twice: u64,
    /// One way.
    pub delay: Duration,
    /// Added to the delay at random, up to this much; datagrams overtake each other.
    pub jitter: Duration,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            loss: 0,
            twice: 0,
            delay: Duration::from_millis(25),
            jitter: Duration::ZERO,
        }
    }
}

/// See the module's text.
#[derive(Debug, Clone)]
pub struct World(Arc<Inner>);

struct Inner {
    epoch: Instant,
    count: AtomicU64,
    state: Mutex<State>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("World")
    }
}

#[derive(Default)]
struct State {
    now: Duration,
    random: u64,
    network: Network,
    /// None while a task is polled.
    tasks: HashMap<u64, Option<BoxFuture<'static, ()>>>,
    ready: VecDeque<u64>,
    timers: BTreeMap<(Duration, u64), Waker>,
    wire: BinaryHeap<Reverse<Flying>>,
    inboxes: HashMap<SocketAddr, Inbox>,
    sent: u64,
    gone: BTreeSet<IpAddr>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Flying {
    arrives: Duration,
    number: u64,
    from: SocketAddr,
    to: SocketAddr,
    bytes: Vec<u8>,
}

#[derive(Default)]
struct Inbox {
    waiting: VecDeque<(SocketAddr, Vec<u8>)>,
    receiver: Option<Waker>,
}

impl State {
    /// SplitMix64: small, and good enough to lose packets by.
    fn draw(&mut self, below: u64) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
}

impl World {
    pub fn new(seed: u64, network: Network) -> Self {
        Self(Arc::new(Inner {
            epoch: Instant::now(),
            count: AtomicU64::new(1),
            state: Mutex::new(State {
                random: seed,
                network,
                ..State::default()
            }),
        }))
    }

    /// The runtime to make a stack on.
    pub fn runtime(&self) -> Arc<dyn Runtime> {
        Arc::new(self.clone())
    }

    /// Time since the world began.
    pub fn elapsed(&self) -> Duration {
        self.lock().now
    }

    /// Datagrams sent so far.
    pub fn sent(&self) -> u64 {
        self.lock().sent
    }

    /// Changes the network from now on.
    pub fn set_network(&self, network: Network) {
        self.lock().network = network;
    }

    /// An address that was taken away, or is there again: nothing leaves from it or reaches it.
    pub fn set_gone(&self, address: IpAddr, gone: bool) {
        let mut state = self.lock();
        if gone {
            state.gone.insert(address);
        } else {
            state.gone.remove(&address);
        }
    }

    /// Waits in the world's time.
    pub async fn wait(&self, duration: Duration) {
        self.sleep(duration).await;
    }

    /// Runs `future` and everything it spawns. None if it is not done when the world is `limit`
    /// old, or when nothing is left that could happen. Whatever still runs is dropped.
    pub fn run<T: Send + 'static>(
        &self,
        limit: Duration,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let result = Arc::new(Mutex::new(None));
        let slot = result.clone();
        self.start(Box::pin(async move {
            let value = future.await;
            *slot.lock().expect("one thread") = Some(value);
        }));
        let done = loop {
            self.poll_ready();
            let mut done = result.lock().expect("one thread");
            if done.is_some() {
                break done.take();
            }
            if !self.advance(limit) {
                break None;
            }
        };
        // Tasks hold the world, so it must let go of them.
        let tasks = std::mem::take(&mut self.lock().tasks);
        drop(tasks);
        done
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn number(&self) -> u64 {
        self.0.count.fetch_add(1, Ordering::Relaxed)
    }

    fn start(&self, future: BoxFuture<'static, ()>) -> u64 {
        let id = self.number();
        let mut state = self.lock();
        state.tasks.insert(id, Some(future));
        state.ready.push_back(id);
        id
    }

    fn poll_ready(&self) {
        loop {
            let Some(id) = self.lock().ready.pop_front() else {
                return;
            };
            let Some(mut task) = self.lock().tasks.get_mut(&id).and_then(Option::take) else {
                continue;
            };
            let waker = Waker::from(Arc::new(Woken(self.clone(), id)));
            let done = task.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
            let mut state = self.lock();
            // An aborted task is no longer in the map.
            match state.tasks.get_mut(&id) {
                Some(_) if done => drop(state.tasks.remove(&id)),
                Some(slot) => *slot = Some(task),
                None => {
                    drop(state);
                    drop(task);
                }
            }
        }
    }

    /// Moves the clock to the next thing that happens.
    fn advance(&self, limit: Duration) -> bool {
        let mut wakers = Vec::new();
        {
            let mut state = self.lock();
            let timer = state.timers.keys().next().map(|(at, _)| *at);
            let wire = state.wire.peek().map(|Reverse(flying)| flying.arrives);
            let Some(next) = timer.into_iter().chain(wire).min() else {
                return false;
            };
            if next > limit {
                state.now = limit;
                return false;
            }
            state.now = state.now.max(next);
            let now = state.now;
            while let Some(entry) = state.timers.first_entry() {
                if entry.key().0 > now {
                    break;
                }
                wakers.push(entry.remove());
            }
            while let Some(Reverse(flying)) = state.wire.peek() {
                if flying.arrives > now {
                    break;
                }
                let Some(Reverse(flying)) = state.wire.pop() else {
                    break;
                };
                if let Some(inbox) = state.inboxes.get_mut(&flying.to) {
                    inbox.waiting.push_back((flying.from, flying.bytes));
                    wakers.extend(inbox.receiver.take());
                }
            }
        }
        wakers.into_iter().for_each(Waker::wake);
        true
    }
}

struct Woken(World, u64);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        let mut state = self.0.lock();
        if !state.ready.contains(&self.1) {
            state.ready.push_back(self.1);
        }
    }
}

struct Handle(World, u64);

impl JoinHandle for Handle {
    fn detach(&self) {}

    fn abort(&self) {
        let task = self.0.lock().tasks.remove(&self.1);
        drop(task);
    }

    fn is_finished(&self) -> bool {
        !self.0.lock().tasks.contains_key(&self.1)
    }
}

struct Sleep {
    world: World,
    key: (Duration, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.world.lock();
        if state.now >= self.key.0 {
            return Poll::Ready(());
        }
        state.timers.insert(self.key, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.world.lock().timers.remove(&self.key);
    }
}

struct Interval {
    world: World,
    period: Duration,
    next: Duration,
}

impl AsyncInterval for Interval {
    fn tick(&mut self) -> BoxFuture<'_, ()> {
        let key = (self.next, self.world.number());
        self.next += self.period;
        let world = self.world.clone();
        Box::pin(Sleep { world, key })
    }
}

impl Runtime for World {
    fn spawn(&self, future: BoxFuture<'static, ()>) -> Box<dyn JoinHandle> {
        Box::new(Handle(self.clone(), self.start(future)))
    }

    fn wrap_udp_socket(&self, socket: std::net::UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let address = socket.local_addr()?;
        self.lock().inboxes.insert(address, Inbox::default());
        Ok(Arc::new(Socket {
            world: self.clone(),
            address,
            _port: socket,
        }))
    }

    fn wrap_tcp_listener(&self, _: std::net::TcpListener) -> io::Result<Arc<dyn AsyncTcpListener>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn connect_tcp<'a>(&'a self, _: SocketAddr) -> BoxFuture<'a, io::Result<Arc<dyn AsyncTcpStream>>> {
        Box::pin(async { Err(io::ErrorKind::Unsupported.into()) })
    }

    fn resolve_host<'a>(&'a self, _: &'a str) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async { Err(io::ErrorKind::NotFound.into()) })
    }

    fn now(&self) -> Instant {
        self.0.epoch + self.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let key = (self.elapsed() + duration, self.number());
        let world = self.clone();
        Box::pin(Sleep { world, key })
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        Box::new(Interval {
            world: self.clone(),
            period,
            next: self.elapsed(),
        })
    }

    fn block_on(&self, _: Pin<Box<dyn Future<Output = ()> + '_>>) {
        unreachable!("nothing blocks in a world");
    }
}

/// A socket of the world. It holds the real port, so that no two of a test run collide.
#[derive(Debug)]
struct Socket {
    world: World,
    address: SocketAddr,
    _port: std::net::UdpSocket,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.world.lock().inboxes.remove(&self.address);
    }
}

impl AsyncUdpSocket for Socket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }

    fn poll_send(&self, _: &mut Context<'_>, batch: &Transmit<'_>) -> Poll<io::Result<usize>> {
        let length = batch.contents.len();
        for datagram in batch.contents.chunks(batch.segment_size.unwrap_or(length).max(1)) {
            let mut state = self.world.lock();
            state.sent += 1;
            let network = state.network;
            let nowhere = |address: SocketAddr| state.gone.contains(&address.ip());
            if nowhere(self.address) || nowhere(batch.destination) {
                continue;
            }
            if state.draw(1000) < network.loss {
                continue;
            }
            let copies = if state.draw(1000) < network.twice { 2 } else { 1 };
            for _ in 0..copies {
                let jitter = network.jitter.as_nanos() as u64;
                let extra = Duration::from_nanos(state.draw(jitter.max(1)));
                let flying = Flying {
                    arrives: state.now + network.delay + extra,
                    number: self.world.number(),
                    from: self.address,
                    to: batch.destination,
                    bytes: datagram.to_vec(),
                };
                state.wire.push(Reverse(flying));
            }
        }
        Poll::Ready(Ok(length))
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.world.lock();
        let Some(inbox) = state.inboxes.get_mut(&self.address) else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        let Some((from, bytes)) = inbox.waiting.pop_front() else {
            inbox.receiver = Some(cx.waker().clone());
            return Poll::Pending;
        };
        buffers[0][..bytes.len()].copy_from_slice(&bytes);
        meta[0] = RecvMeta::default();
        meta[0].addr = from;
        meta[0].len = bytes.len();
        meta[0].stride = bytes.len().max(1);
        Poll::Ready(Ok(1))
    }
}
