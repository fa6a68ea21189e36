//! The relays of one link, under its sockets.
//!
//! The stack knows TURN over UDP and nothing of how it gets on. So each relay that is reached over
//! TCP or TLS has a made-up address, and what the stack sends there goes over a stream
//! ([`stream`]); and what all relays answer is read on its way ([`turn_watch`]). One socket of the
//! link owns a stream, the first that sends: what the others send there is lost, and they get no
//! address at that relay. A relay over a stream is asked only where none answers over UDP within a
//! quarter of a second, since a stream makes the best of a loss worse.

use super::stream::{self, Incoming, Target};
use super::turn_watch::{self, Progress, RelayTrouble, TurnWatch};
use std::collections::VecDeque;
use std::io::{self, IoSliceMut};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use webrtc::runtime::{AsyncUdpSocket, JoinHandle, RecvMeta, Runtime, Transmit, timeout};

/// How long connecting to a relay and its TLS may take.
const DIAL: Duration = Duration::from_secs(5);

/// How much later than the one before it a relay over a stream is dialled.
const STAGGER: Duration = Duration::from_millis(250);

/// Bytes that wait to be written to one stream. SCTP has at most a receive window under way, which
/// is less; beyond it the newest is lost, as it would be in a router.
const OUTGOING: usize = 3 << 19;

/// Datagrams that wait likewise.
const OUTGOING_DATAGRAMS: usize = 4096;

/// Datagrams from streams that wait for one socket's reader. When they are that many the stream is
/// not read on, which slows the relay down.
const INCOMING: usize = 256;

/// A made-up address is in 240.0.0.0/4, which nobody has, or in 100::/64, where packets go to die
/// (RFC 6666). [`is_made_up`] keeps them out of what peers name.
fn made_up(number: usize, v4: bool) -> SocketAddr {
    let number = u16::try_from(number).unwrap_or(u16::MAX);
    let [high, low] = number.to_be_bytes();
    if v4 {
        (Ipv4Addr::new(240, 68, high, low), 3478).into()
    } else {
        (Ipv6Addr::new(0x100, 0, 0, 0, 0x44, 0, 0, number), 3478).into()
    }
}

/// Whether an address could be a relay's that is reached over a stream, and nobody else's.
pub(in crate::link) fn is_made_up(ip: std::net::IpAddr) -> bool {
    match ip {
        std::net::IpAddr::V4(v4) => v4.octets()[0] >= 240,
        std::net::IpAddr::V6(v6) => v6.segments()[..4] == [0x100, 0, 0, 0],
    }
}

/// One relay, as a link is told of it.
#[derive(Debug, Clone)]
pub(in crate::link) enum Way {
    /// At this address over UDP.
    Udp(SocketAddr),
    /// Over a stream; its address is made up, of the family of the link's sockets.
    Stream(Target),
}

/// The relays of one link.
pub(in crate::link) struct Relays {
    /// Where the stack finds them.
    addresses: Vec<SocketAddr>,
    streams: Vec<Option<Carrier>>,
    watch: Arc<TurnWatch>,
    runtime: Arc<dyn Runtime>,
    sockets: AtomicUsize,
}

/// What carries datagrams to one relay over a stream.
struct Carrier {
    target: Target,
    delay: Duration,
    running: OnceLock<Running>,
}

struct Running {
    /// The socket that owns it.
    socket: usize,
    outgoing: mpsc::Sender<Vec<u8>>,
    queued: Arc<AtomicUsize>,
    task: Box<dyn JoinHandle>,
}

impl std::fmt::Debug for Relays {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Relays")
    }
}

impl Relays {
    /// The relays of one link whose sockets have IPv4 addresses, or only IPv6 ones.
    pub(in crate::link) fn new(ways: Vec<Way>, v4: bool, runtime: Arc<dyn Runtime>) -> Self {
        let mut later = u32::from(ways.iter().any(|way| matches!(way, Way::Udp(_))));
        let watch = Arc::new(TurnWatch::new(ways.len()));
        let (mut addresses, mut streams) = (Vec::new(), Vec::new());
        for (number, way) in ways.into_iter().enumerate() {
            match way {
                Way::Udp(address) => {
                    addresses.push(address);
                    streams.push(None);
                }
                Way::Stream(target) => {
                    addresses.push(made_up(number, v4));
                    streams.push(Some(Carrier {
                        target,
                        delay: STAGGER * later,
                        running: OnceLock::new(),
                    }));
                    later += 1;
                }
            }
        }
        Self {
            addresses,
            streams,
            watch,
            runtime,
            sockets: AtomicUsize::new(0),
        }
    }

    /// Where the stack is to look for them, in the order they were given.
    pub(in crate::link) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// How far each of them got.
    pub(in crate::link) fn watch(&self) -> &Arc<TurnWatch> {
        &self.watch
    }

    /// Ends every stream.
    pub(in crate::link) fn abort(&self) {
        for running in self.streams.iter().flatten().filter_map(|c| c.running.get()) {
            running.task.abort();
        }
    }

    /// Puts the relays under one socket.
    pub(in crate::link) fn under(
        self: &Arc<Self>,
        inner: Arc<dyn AsyncUdpSocket>,
    ) -> Arc<dyn AsyncUdpSocket> {
        Arc::new(RelaySocket {
            inner,
            relays: Arc::clone(self),
            number: self.sockets.fetch_add(1, Ordering::Relaxed),
            inbox: Arc::default(),
            turn: AtomicBool::new(false),
            heard: AtomicBool::new(false),
            owed: AtomicBool::new(false),
        })
    }

    /// Takes a datagram for relay `at`, which is over a stream.
    fn carry(&self, at: usize, carrier: &Carrier, socket: &RelaySocket, datagram: &[u8]) {
        let running = carrier.running.get_or_init(|| self.start(at, carrier, socket));
        if running.socket != socket.number {
            return;
        }
        // A stream loses nothing: what was asked once is answered once.
        if self.watch.sent(at, datagram) {
            return;
        }
        let queued = running.queued.fetch_add(datagram.len(), Ordering::Relaxed);
        if queued + datagram.len() > OUTGOING || running.outgoing.try_send(datagram.to_vec()).is_err() {
            running.queued.fetch_sub(datagram.len(), Ordering::Relaxed);
        }
    }

    fn start(&self, at: usize, carrier: &Carrier, socket: &RelaySocket) -> Running {
        let (outgoing, waiting) = mpsc::channel(OUTGOING_DATAGRAMS);
        let queued = Arc::new(AtomicUsize::new(0));
        let job = Job {
            relay: at,
            address: self.addresses[at],
            target: carrier.target.clone(),
            delay: carrier.delay,
            watch: Arc::clone(&self.watch),
            inbox: Arc::clone(&socket.inbox),
            runtime: Arc::clone(&self.runtime),
            queued: Arc::clone(&queued),
        };
        Running {
            socket: socket.number,
            outgoing,
            queued,
            task: self.runtime.spawn(Box::pin(job.run(waiting))),
        }
    }
}

impl Drop for Relays {
    fn drop(&mut self) {
        self.abort();
    }
}

/// One stream's work.
struct Job {
    relay: usize,
    address: SocketAddr,
    target: Target,
    delay: Duration,
    watch: Arc<TurnWatch>,
    inbox: Arc<Inbox>,
    runtime: Arc<dyn Runtime>,
    queued: Arc<AtomicUsize>,
}

impl Job {
    async fn run(self, mut waiting: mpsc::Receiver<Vec<u8>>) {
        if !self.delay.is_zero() {
            self.runtime.sleep(self.delay).await;
        }
        if self.watch.any_relays() {
            return self.watch.step(self.relay, Progress::Idle);
        }
        let connecting = timeout(&*self.runtime, DIAL, stream::connect(&self.target));
        let stream = match connecting.await {
            Ok(Ok(stream)) => stream,
            Ok(Err(trouble)) => return self.failed(trouble),
            Err(_) => return self.failed(RelayTrouble::Silent),
        };
        self.watch.step(self.relay, Progress::Answers);
        let queued = Arc::clone(&self.queued);
        let sent = move |bytes| {
            queued.fetch_sub(bytes, Ordering::Relaxed);
        };
        if let Err(trouble) = stream::carry(stream, &mut waiting, &self, sent).await {
            let worked = self.watch.of(self.relay) == Progress::Relays;
            self.failed(if worked {
                RelayTrouble::Lost
            } else {
                trouble.before_it_worked()
            });
        }
    }

    fn failed(&self, trouble: RelayTrouble) {
        self.watch.step(self.relay, Progress::Failed(trouble));
    }
}

impl Incoming for &Job {
    async fn take(&mut self, datagram: Vec<u8>) {
        self.watch.received(self.relay, &datagram);
        self.inbox.put(self.address, datagram).await;
    }
}

/// What streams bring for one socket.
#[derive(Default)]
struct Inbox {
    held: Mutex<Held>,
    space: Notify,
}

#[derive(Default)]
struct Held {
    datagrams: VecDeque<(SocketAddr, Vec<u8>)>,
    reader: Option<Waker>,
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn put(&self, from: SocketAddr, datagram: Vec<u8>) {
        while self.lock().datagrams.len() >= INCOMING {
            self.space.notified().await;
        }
        let mut held = self.lock();
        held.datagrams.push_back((from, datagram));
        let reader = held.reader.take();
        drop(held);
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Takes one that fits `buffer`; `None`, and a call to the reader later, when there is none.
    fn take(&self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Option<RecvMeta> {
        let mut held = self.lock();
        while let Some((from, datagram)) = held.datagrams.pop_front() {
            if held.datagrams.len() < INCOMING / 2 {
                self.space.notify_one();
            }
            if let Some(place) = buffer.get_mut(..datagram.len()) {
                place.copy_from_slice(&datagram);
                let mut meta = RecvMeta::default();
                (meta.addr, meta.len, meta.stride) = (from, datagram.len(), datagram.len());
                return Some(meta);
            }
        }
        held.reader = Some(cx.waker().clone());
        None
    }
}

/// A socket with the relays under it.
struct RelaySocket {
    inner: Arc<dyn AsyncUdpSocket>,
    relays: Arc<Relays>,
    number: usize,
    inbox: Arc<Inbox>,
    /// Whether the network has its turn, so that a busy stream does not keep it waiting.
    turn: AtomicBool,
    /// A relay was heard, and the reader has not asked in vain since.
    heard: AtomicBool,
    /// The reader has, and is owed a message of nothing.
    owed: AtomicBool,
}

impl std::fmt::Debug for RelaySocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RelaySocket")
    }
}

impl RelaySocket {
    fn receive_streams(
        &self,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let (Some(buffer), Some(meta)) = (buffers.first_mut(), meta.first_mut()) else {
            return Poll::Pending;
        };
        match self.inbox.take(cx, buffer) {
            Some(taken) => {
                *meta = taken;
                self.heard.store(true, Ordering::Relaxed);
                Poll::Ready(Ok(1))
            }
            None => Poll::Pending,
        }
    }

    fn receive_network(
        &self,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let received = self.inner.poll_recv(cx, buffers, meta);
        if let Poll::Ready(Ok(count)) = &received {
            for (buffer, meta) in buffers.iter().zip(meta.iter()).take(*count) {
                if let Some(at) = turn_watch::position(&self.relays.addresses, meta.addr) {
                    self.heard.store(true, Ordering::Relaxed);
                    for datagram in buffer[..meta.len.min(buffer.len())].chunks(meta.stride.max(1)) {
                        self.relays.watch.received(at, datagram);
                    }
                }
            }
        }
        received
    }
}

impl AsyncUdpSocket for RelaySocket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    fn max_gso_segments(&self) -> usize {
        self.inner.max_gso_segments()
    }

    fn max_gro_segments(&self) -> usize {
        self.inner.max_gro_segments()
    }

    fn poll_send(&self, cx: &mut Context<'_>, batch: &Transmit<'_>) -> Poll<io::Result<usize>> {
        let Some(at) = turn_watch::position(&self.relays.addresses, batch.destination) else {
            return self.inner.poll_send(cx, batch);
        };
        let segment = batch.segment_size.unwrap_or(batch.contents.len()).max(1);
        match &self.relays.streams[at] {
            Some(carrier) => {
                for datagram in batch.contents.chunks(segment) {
                    self.relays.carry(at, carrier, self, datagram);
                }
                Poll::Ready(Ok(batch.contents.len()))
            }
            None => {
                for datagram in batch.contents.chunks(segment) {
                    self.relays.watch.sent(at, datagram);
                }
                self.inner.poll_send(cx, batch)
            }
        }
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let network_first = self.turn.fetch_not(Ordering::Relaxed);
        let received = if network_first {
            match self.receive_network(cx, buffers, meta) {
                Poll::Pending => self.receive_streams(cx, buffers, meta),
                ready => ready,
            }
        } else {
            match self.receive_streams(cx, buffers, meta) {
                Poll::Pending => self.receive_network(cx, buffers, meta),
                ready => ready,
            }
        };
        // The driver gives what came through a relay to the stack after it has sent what the stack had
        // to send. The answer would wait for whatever wakes it next, for up to 200 ms: so it is woken
        // once more, with nothing. The first time that nothing is there it only looks whether there is
        // more, and would not take that for a reason to send.
        if received.is_pending() {
            if self.owed.swap(false, Ordering::Relaxed) {
                return Poll::Ready(Ok(0));
            }
            if self.heard.swap(false, Ordering::Relaxed) {
                self.owed.store(true, Ordering::Relaxed);
                cx.waker().wake_by_ref();
            }
        }
        received
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_addresses_differ_and_are_known_as_such() {
        for v4 in [true, false] {
            let all: Vec<SocketAddr> = (0..8).map(|n| made_up(n, v4)).collect();
            assert!(all.iter().all(|a| is_made_up(a.ip()) && a.is_ipv4() == v4));
            let mut unique = all.clone();
            unique.sort();
            unique.dedup();
            assert_eq!(unique, all);
        }
        for real in ["192.0.2.1", "239.0.0.1", "2001:db8::1", "100:1::1"] {
            assert!(!is_made_up(real.parse().unwrap()), "{real}");
        }
    }

    #[tokio::test]
    async fn a_full_inbox_stops_the_stream_until_it_is_read() {
        let inbox = Arc::new(Inbox::default());
        let from = made_up(0, true);
        for n in 0..INCOMING {
            inbox.put(from, vec![u8::try_from(n % 256).unwrap(); 4]).await;
        }
        let more = {
            let inbox = Arc::clone(&inbox);
            tokio::spawn(async move { inbox.put(from, vec![42; 4]).await })
        };
        tokio::task::yield_now().await;
        assert!(!more.is_finished());
        let mut cx = Context::from_waker(Waker::noop());
        let mut buffer = [0; 64];
        let mut taken = 0;
        while let Some(meta) = inbox.take(&mut cx, &mut buffer) {
            assert_eq!((meta.addr, meta.len), (from, 4));
            taken += 1;
        }
        assert_eq!(taken, INCOMING);
        more.await.unwrap();
        assert!(inbox.take(&mut cx, &mut buffer).is_some());
        // What does not fit its reader is lost, not cut.
        inbox.put(from, vec![0; 65]).await;
        assert!(inbox.take(&mut cx, &mut buffer).is_none());
    }
}
