//! The UDP sockets under a link.
//!
//! They cure the crate's DTLS handshake ([`handshake`]), thin its connectivity checks
//! ([`checks`]), lead its datagrams another way when an address changes ([`migrate`]), and treat a
//! datagram that the kernel does not take as lost, which is what it is. They read unencrypted
//! headers only and change no datagram but a STUN server's answer that is too long for the crate
//! ([`answers`]): they send one again, hold one back, or let it pass. Once a handshake is over,
//! data passes at the cost of one look at its
//! first byte.

mod answers;
mod checks;
mod fence;
mod handshake;
mod migrate;
mod mover;
mod probe;
mod record;
mod relay;
pub(crate) mod stream;
mod turn_watch;

pub(super) use fence::Fence;
pub(super) use mover::Mover;
pub(super) use relay::{Relays, Way, is_made_up};
pub use turn_watch::RelayTrouble;
pub(super) use turn_watch::{Progress, TurnWatch};

/// Reads the packets between a client of its own and so many relays.
pub(crate) fn watch_relays(count: usize) -> TurnWatch {
    TurnWatch::new(count)
}

use checks::Checks;
use handshake::{Handshake, Verdict};
use record::{Content, content, may_shake_hands, through};
use std::future::Future;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use webrtc::runtime::{AsyncUdpSocket, RecvMeta, Runtime, Transmit};

/// How long after a packet from the peer a step may follow from it.
const STEP: Duration = Duration::from_millis(100);

/// The handshake of one peer connection, shared by its sockets: a connection that changes its
/// path in the middle of a handshake goes on with the same one.
#[derive(Default)]
pub(super) struct Handshakes {
    /// Nothing is left to cure, so data need not be looked at.
    settled: AtomicBool,
    /// The channel is open.
    open: AtomicBool,
    /// When the peer was last heard before that.
    heard: Mutex<Option<Instant>>,
    state: Mutex<State>,
}

type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

#[derive(Default)]
struct State {
    handshake: Option<Handshake>,
    /// Where the handshake goes.
    way: Option<(Arc<dyn AsyncUdpSocket>, SocketAddr)>,
    sleep: Option<(Instant, Sleep)>,
    /// Who waits to receive, and so runs the timers.
    receiver: Option<Waker>,
}

impl std::fmt::Debug for Handshakes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handshakes")
    }
}

impl Handshakes {
    /// The channel is open: nothing is urgent any more.
    pub(super) fn opened(&self) {
        self.open.store(true, Ordering::Relaxed);
    }

    /// Whether the connection is being opened and the peer was heard just now, so that the next
    /// step of some protocol is due at once.
    pub(super) fn is_stepping(&self, now: Instant) -> bool {
        let heard = || *self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        !self.open.load(Ordering::Relaxed) && heard().is_some_and(|heard| now - heard < STEP)
    }

    fn heard(&self, now: Instant) {
        if !self.open.load(Ordering::Relaxed) {
            *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn concerns(&self, datagrams: &[u8]) -> bool {
        !self.settled.load(Ordering::Relaxed) || may_shake_hands(datagrams)
    }

    fn note_state(&self, state: &State) {
        let Some(handshake) = &state.handshake else {
            return;
        };
        self.settled.store(handshake.is_settled(), Ordering::Relaxed);
    }

    /// The library sends `datagram`. Returns what to send in its place, if not the same.
    fn sent(
        &self,
        datagram: &[u8],
        via: &Arc<dyn AsyncUdpSocket>,
        to: SocketAddr,
        now: Instant,
    ) -> Option<Vec<u8>> {
        match content(datagram) {
            Content::Dtls(_) | Content::Srtp => {}
            Content::Check | Content::Other => return None,
        }
        let mut state = self.lock();
        let handshake = state.handshake.get_or_insert_with(|| Handshake::new(now));
        let instead = handshake.sent(datagram, now);
        let due = handshake.due();
        match &mut state.way {
            Some((socket, address)) if *address == to && Arc::ptr_eq(socket, via) => {}
            way => *way = Some((via.clone(), to)),
        }
        let late = match (&state.sleep, due) {
            (_, None) => false,
            (Some((until, _)), Some(due)) => due < *until,
            (None, Some(_)) => true,
        };
        if late && let Some(receiver) = &state.receiver {
            receiver.wake_by_ref();
        }
        self.note_state(&state);
        instead
    }

    /// A datagram arrived. Echoes go out at once.
    fn received(&self, datagram: &[u8], from: SocketAddr, now: Instant) -> Verdict {
        match content(datagram) {
            Content::Dtls(_) | Content::Srtp => {}
            Content::Check | Content::Other => return Verdict::default(),
        }
        let mut state = self.lock();
        // Whoever else sends handshakes has no say in this one.
        if state.way.as_ref().is_some_and(|(_, peer)| *peer != from) {
            return Verdict::default();
        }
        let handshake = state.handshake.get_or_insert_with(|| Handshake::new(now));
        let verdict = handshake.received(datagram, now);
        let echo = if verdict.echo {
            handshake.flight()
        } else {
            Vec::new()
        };
        let way = state.way.clone();
        self.note_state(&state);
        drop(state);
        transmit(&way, &echo);
        verdict
    }

    /// Sends what is due and arranges to be called again for what will be.
    fn run_timers(&self, runtime: &dyn Runtime, cx: &mut Context<'_>) {
        loop {
            let now = runtime.now();
            let mut guard = self.lock();
            let state = &mut *guard;
            let Some(handshake) = &mut state.handshake else {
                state.receiver = Some(cx.waker().clone());
                return;
            };
            let due = handshake.fire(now);
            match handshake.due() {
                None => state.sleep = None,
                Some(next) => {
                    if state.sleep.as_ref().is_none_or(|(until, _)| *until != next) {
                        let rest = next.saturating_duration_since(now);
                        state.sleep = Some((next, runtime.sleep(rest)));
                    }
                }
            }
            let again = match &mut state.sleep {
                Some((_, sleep)) => sleep.as_mut().poll(cx).is_ready(),
                None => false,
            };
            if again {
                state.sleep = None;
            }
            state.receiver = Some(cx.waker().clone());
            let way = state.way.clone();
            self.note_state(&guard);
            drop(guard);
            transmit(&way, &due);
            if !again {
                return;
            }
        }
    }
}

/// Sends datagrams once. What the kernel does not take now is lost.
fn transmit(way: &Option<(Arc<dyn AsyncUdpSocket>, SocketAddr)>, datagrams: &[Vec<u8>]) {
    let Some((socket, to)) = way else {
        return;
    };
    for datagram in datagrams {
        let mut cx = Context::from_waker(Waker::noop());
        let _ = socket.poll_send(&mut cx, &single(datagram, *to));
    }
}

fn single(contents: &[u8], destination: SocketAddr) -> Transmit<'_> {
    Transmit {
        destination,
        ecn: None,
        contents,
        segment_size: None,
        src_ip: None,
    }
}

/// A socket between the crate and the kernel's.
struct LinkSocket {
    inner: Arc<dyn AsyncUdpSocket>,
    runtime: Arc<dyn Runtime>,
    handshakes: Arc<Handshakes>,
    /// None where the connection may not move.
    mover: Option<(Arc<Mover>, migrate::Port)>,
    /// Some addresses were checked and have not answered.
    checking: AtomicBool,
    checks: Mutex<Checks>,
}

impl std::fmt::Debug for LinkSocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkSocket")
    }
}

/// Puts a [`LinkSocket`] between the crate and `inner`.
pub(super) fn wrap(
    inner: Arc<dyn AsyncUdpSocket>,
    runtime: Arc<dyn Runtime>,
    handshakes: Arc<Handshakes>,
    mover: Option<Arc<Mover>>,
) -> Arc<dyn AsyncUdpSocket> {
    let mover = mover.map(|mover| {
        let port = mover.add(&inner);
        (mover, port)
    });
    Arc::new(LinkSocket {
        mover,
        inner,
        runtime,
        handshakes,
        checking: AtomicBool::new(false),
        checks: Mutex::default(),
    })
}

impl LinkSocket {
    fn checks(&self) -> MutexGuard<'_, Checks> {
        self.checks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends, taking a refusal for a loss: the crate would log it with the peer's address, and
    /// can do no better than to send again later, as it does anyway.
    fn pass(&self, cx: &mut Context<'_>, datagram: &Transmit<'_>) -> Poll<io::Result<usize>> {
        let moved = self.mover.as_ref();
        let moved = moved.and_then(|(mover, port)| mover.sent(*port, datagram, self.runtime.now()));
        let sent = match &moved {
            None => self.inner.poll_send(cx, datagram),
            Some((socket, to)) => {
                let elsewhere = Transmit {
                    destination: *to,
                    ..datagram.clone()
                };
                socket.poll_send(cx, &elsewhere)
            }
        };
        match sent {
            Poll::Ready(Err(_)) => Poll::Ready(Ok(datagram.contents.len())),
            other => other,
        }
    }

    /// Looks at one received message, which may hold several datagrams of `stride` bytes, and
    /// takes out what is withheld. Returns how many bytes are left.
    fn sift(&self, buffer: &mut [u8], meta: &mut RecvMeta) -> usize {
        if let Some((mover, port)) = &self.mover {
            mover.received(*port, buffer, meta, self.runtime.now());
        }
        let (length, stride) = (meta.len, meta.stride.max(1));
        if length == 0 {
            return 0;
        }
        if self.checking.load(Ordering::Relaxed) {
            let left = self.checks().heard(meta.addr);
            self.checking.store(left, Ordering::Relaxed);
        }
        if !self.handshakes.concerns(&buffer[..length]) {
            return length;
        }
        let now = self.runtime.now();
        self.handshakes.heard(now);
        if length <= stride {
            // Alone, so it may become shorter.
            meta.len = answers::shorten(&mut buffer[..length]);
        }
        let length = meta.len;
        let mut kept = 0;
        let mut start = 0;
        while start < length {
            let end = (start + stride).min(length);
            let verdict = self.handshakes.received(&buffer[start..end], meta.addr, now);
            if !verdict.withhold {
                buffer.copy_within(start..end, kept);
                kept += end - start;
            }
            start = end;
        }
        kept
    }
}

impl AsyncUdpSocket for LinkSocket {
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
        if !self.handshakes.concerns(batch.contents) {
            return self.pass(cx, batch);
        }
        let now = self.runtime.now();
        let to = batch.destination;
        if batch.segment_size.is_none() && content(batch.contents) == Content::Check {
            self.checking.store(true, Ordering::Relaxed);
            if !self.checks().may_send(to, through(batch.contents), now) {
                return Poll::Ready(Ok(batch.contents.len()));
            }
            let passed = self.pass(cx, batch);
            if passed.is_pending() {
                // The crate asks again with the same check, which was not sent.
                self.checks().heard(to);
            }
            return passed;
        }
        let segment = batch.segment_size.unwrap_or(batch.contents.len()).max(1);
        let instead: Vec<Option<Vec<u8>>> = batch
            .contents
            .chunks(segment)
            .map(|datagram| self.handshakes.sent(datagram, &self.inner, to, now))
            .collect();
        if instead.iter().all(Option::is_none) {
            return self.pass(cx, batch);
        }
        for (datagram, instead) in batch.contents.chunks(segment).zip(&instead) {
            let datagram = instead.as_deref().unwrap_or(datagram);
            let _ = self.pass(cx, &single(datagram, to));
        }
        Poll::Ready(Ok(batch.contents.len()))
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        loop {
            if let Some((mover, port)) = &self.mover
                && let Some(count) = mover.next(*port, cx, buffers, meta)
            {
                return Poll::Ready(Ok(count));
            }
            match self.inner.poll_recv(cx, buffers, meta) {
                Poll::Pending => {
                    if !self.handshakes.settled.load(Ordering::Relaxed) {
                        self.handshakes.run_timers(&*self.runtime, cx);
                    }
                    return Poll::Pending;
                }
                Poll::Ready(Ok(count)) => {
                    let mut left = 0;
                    for (buffer, meta) in buffers.iter_mut().zip(&mut *meta).take(count) {
                        meta.len = self.sift(buffer, meta);
                        left += meta.len;
                    }
                    if left > 0 || count == 0 {
                        return Poll::Ready(Ok(count));
                    }
                }
                error => return error,
            }
        }
    }
}
