//! The sockets of a connection that moves: binds what [`super::migrate`] wants, sends what it
//! has to send, and gives the crate what arrives at a socket that it does not know of.

use super::migrate::{Moving, Parcel, Port, Taken, Way};
use super::{Sleep, single};
use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;
use tokio::sync::Notify;
use webrtc::runtime::{AsyncUdpSocket, RecvMeta, Runtime, Transmit};

/// Most received messages that wait for the crate; more are lost, as a network loses them.
const MAX_WAITING: usize = 512;

/// What the kernel gives at once.
const BUFFER: usize = 64 * 1024;

/// One received message, which may hold several datagrams of `stride` bytes.
struct Message {
    from: SocketAddr,
    bytes: Vec<u8>,
    stride: usize,
}

#[derive(Default)]
struct Ways {
    moving: Moving,
    sockets: BTreeMap<Port, Arc<dyn AsyncUdpSocket>>,
    /// Ours among them.
    extra: Vec<Port>,
    /// For the crate, by the socket it believes in.
    waiting: BTreeMap<Port, VecDeque<Message>>,
    receivers: BTreeMap<Port, Waker>,
    /// Who runs the timers.
    runner: Option<Waker>,
}

/// The sockets of one connection, as far as it moves.
#[derive(Default)]
pub(in crate::link) struct Mover {
    moved: AtomicBool,
    ways: Mutex<Ways>,
    found: Notify,
}

impl std::fmt::Debug for Mover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mover")
    }
}

impl Mover {
    fn lock(&self) -> MutexGuard<'_, Ways> {
        self.ways.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes our description; `leads` if it is the offer.
    pub(in crate::link) fn ours(&self, sdp: &str, leads: bool) {
        self.lock().moving.ours(sdp, leads);
    }

    /// Takes the peer's description.
    pub(in crate::link) fn theirs(&self, sdp: &str) {
        self.lock().moving.theirs(sdp);
    }

    /// The channel is open.
    pub(in crate::link) fn opened(&self) {
        self.lock().moving.opened();
    }

    /// Resolves when a way was found.
    pub(in crate::link) async fn found(&self) {
        self.found.notified().await;
    }

    /// This device has these addresses now: looks for a way, on sockets that `bind` makes.
    pub(in crate::link) fn rebind(
        &self,
        addresses: &[IpAddr],
        bind: impl Fn(IpAddr) -> io::Result<Arc<dyn AsyncUdpSocket>>,
        now: Instant,
    ) {
        let mut ways = self.lock();
        let wanted = ways.moving.addresses(addresses);
        let Ways {
            moving,
            sockets,
            extra,
            ..
        } = &mut *ways;
        extra.retain(|port| moving.has(*port));
        sockets.retain(|port, _| moving.has(*port));
        for ip in wanted {
            // An address that cannot be bound is none.
            if let Ok(socket) = bind(ip) {
                let port = moving.add(ip, true);
                sockets.insert(port, socket);
                extra.push(port);
            }
        }
        moving.seek(now);
        self.deliver(ways);
    }

    /// Looks for a way with the sockets there are.
    pub(in crate::link) fn seek(&self, now: Instant) {
        let mut ways = self.lock();
        ways.moving.seek(now);
        self.deliver(ways);
    }

    /// Sends what is to be sent, and has the timers looked at.
    fn deliver(&self, mut ways: MutexGuard<'_, Ways>) {
        self.moved.store(ways.moving.is_moved(), Ordering::Relaxed);
        if ways.moving.take_found() {
            self.found.notify_one();
        }
        let parcels = ways.moving.outbox();
        let bound = |parcel: &Parcel| ways.sockets.get(&parcel.0.0).cloned();
        let sockets: Vec<_> = parcels.iter().map(bound).collect();
        let runner = ways.moving.due().and_then(|_| ways.runner.take());
        drop(ways);
        let mut cx = Context::from_waker(Waker::noop());
        for (((_, to), bytes), socket) in parcels.iter().zip(sockets) {
            if let Some(socket) = socket {
                let _ = socket.poll_send(&mut cx, &single(bytes, *to));
            }
        }
        if let Some(runner) = runner {
            runner.wake();
        }
    }

    /// Adds a socket of the crate's.
    pub(super) fn add(&self, socket: &Arc<dyn AsyncUdpSocket>) -> Port {
        let mut ways = self.lock();
        let ip = socket
            .local_addr()
            .map_or(IpAddr::from([0; 4]), |address| address.ip());
        let port = ways.moving.add(ip, false);
        ways.sockets.insert(port, socket.clone());
        port
    }

    /// The crate sends; returns where it goes, if elsewhere.
    pub(super) fn sent(
        &self,
        port: Port,
        batch: &Transmit<'_>,
        now: Instant,
    ) -> Option<(Arc<dyn AsyncUdpSocket>, SocketAddr)> {
        let mut ways = self.lock();
        let single = batch.segment_size.is_none();
        ways.moving
            .sent((port, batch.destination), batch.contents, single, now);
        let (port, to) = ways.moving.way(port, batch.destination)?;
        Some((ways.sockets.get(&port)?.clone(), to))
    }

    /// A message arrived at a socket of the crate's. Takes out what is not for the crate, or not at
    /// this socket, and puts right from where the rest is.
    pub(super) fn received(&self, port: Port, buffer: &mut [u8], meta: &mut RecvMeta, now: Instant) {
        // Only STUN concerns a connection that has not moved.
        if !self.moved.load(Ordering::Relaxed) && buffer.first().is_none_or(|first| *first > 3) {
            return;
        }
        let mut ways = self.lock();
        let (length, seemed) = ways.sift(port, &mut buffer[..meta.len], meta.addr, meta.stride, now);
        meta.len = length;
        match seemed {
            Some((believed, from)) if believed == port => meta.addr = from,
            Some(way) => {
                ways.keep(way, &buffer[..length], meta.stride);
                meta.len = 0;
            }
            None => {}
        }
        self.deliver(ways);
    }

    /// The next message for the crate that came another way.
    pub(super) fn next(
        &self,
        port: Port,
        cx: &Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Option<usize> {
        let mut ways = self.lock();
        let message = ways.waiting.get_mut(&port).and_then(VecDeque::pop_front);
        let Some(message) = message else {
            ways.receivers.insert(port, cx.waker().clone());
            return None;
        };
        let (buffer, meta) = (buffers.first_mut()?, meta.first_mut()?);
        let length = message.bytes.len().min(buffer.len());
        buffer[..length].copy_from_slice(&message.bytes[..length]);
        *meta = RecvMeta::default();
        meta.addr = message.from;
        meta.len = length;
        meta.stride = message.stride.clamp(1, length.max(1));
        Some(1)
    }

    /// Runs timers and reads our own sockets, for as long as the connection lives.
    pub(in crate::link) async fn run(&self, runtime: &dyn Runtime) {
        let mut sleep: Option<(Instant, Sleep)> = None;
        let mut buffer = Vec::new();
        poll_fn(|cx| {
            let mut ways = self.lock();
            ways.runner = None;
            let extra = ways.extra.clone();
            let sockets: Vec<_> = extra
                .into_iter()
                .filter_map(|port| Some((port, ways.sockets.get(&port)?.clone())))
                .collect();
            drop(ways);
            for (port, socket) in sockets {
                buffer.resize(BUFFER, 0);
                self.read(port, &*socket, &mut buffer, cx, runtime);
            }
            loop {
                let now = runtime.now();
                let mut ways = self.lock();
                if ways.moving.due().is_some_and(|due| due <= now) {
                    ways.moving.fire(now);
                    self.deliver(ways);
                    continue;
                }
                ways.runner = Some(cx.waker().clone());
                let Some(due) = ways.moving.due() else {
                    return Poll::Pending;
                };
                drop(ways);
                if sleep.as_ref().is_none_or(|(until, _)| *until != due) {
                    let rest = due.saturating_duration_since(now);
                    sleep = Some((due, runtime.sleep(rest)));
                }
                let ready = |(_, sleep): &mut (Instant, Sleep)| sleep.as_mut().poll(cx).is_ready();
                if !sleep.as_mut().is_some_and(ready) {
                    return Poll::Pending;
                }
                sleep = None;
            }
        })
        .await
    }

    fn read(
        &self,
        port: Port,
        socket: &dyn AsyncUdpSocket,
        buffer: &mut [u8],
        cx: &mut Context<'_>,
        runtime: &dyn Runtime,
    ) {
        let mut meta = [RecvMeta::default()];
        // What is left over is read at the next turn, so that nothing else starves.
        for _ in 0..64 {
            let mut slices = [IoSliceMut::new(buffer)];
            match socket.poll_recv(cx, &mut slices, &mut meta) {
                Poll::Ready(Ok(1..)) => {}
                // One that fails is never asked again: it is not woken.
                Poll::Ready(_) | Poll::Pending => return,
            }
            let (from, length, stride) = (meta[0].addr, meta[0].len, meta[0].stride);
            let mut ways = self.lock();
            let (length, seemed) = ways.sift(port, &mut buffer[..length], from, stride, runtime.now());
            if let Some(way) = seemed
                && length > 0
            {
                ways.keep(way, &buffer[..length], stride);
            }
            self.deliver(ways);
        }
        cx.waker().wake_by_ref();
    }
}

impl Ways {
    /// Looks at the datagrams of one message and takes out those that are ours alone. Returns how
    /// many bytes are left, and how they seem to have come if otherwise than they did.
    fn sift(
        &mut self,
        port: Port,
        buffer: &mut [u8],
        from: SocketAddr,
        stride: usize,
        now: Instant,
    ) -> (usize, Option<Way>) {
        let (mut kept, mut start, mut seemed) = (0, 0, None);
        while start < buffer.len() {
            let end = (start + stride.max(1)).min(buffer.len());
            match self.moving.received(port, from, &buffer[start..end], now) {
                Taken::Ours => {}
                taken => {
                    if let Taken::As(way) = taken {
                        seemed = Some(way);
                    }
                    buffer.copy_within(start..end, kept);
                    kept += end - start;
                }
            }
            start = end;
        }
        (kept, seemed)
    }

    fn keep(&mut self, (port, from): Way, bytes: &[u8], stride: usize) {
        let waiting = self.waiting.entry(port).or_default();
        if waiting.len() < MAX_WAITING {
            waiting.push_back(Message {
                from,
                bytes: bytes.to_vec(),
                stride,
            });
        }
        if let Some(receiver) = self.receivers.remove(&port) {
            receiver.wake();
        }
    }
}
