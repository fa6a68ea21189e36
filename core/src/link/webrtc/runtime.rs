//! The runtime one connection of the `webrtc` crate runs on: whatever runs the rest, with four
//! things added. Sockets get large buffers and the handshake's cure; the driver sleeps lightly
//! while the connection opens; tasks are remembered, so that none outlives its link; and a task
//! that ends or panics is heard of, where the crate would leave a connection that looks alive.

use super::super::socket::{self, Fence, Handshakes, Mover, Relays};
use futures_util::FutureExt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use webrtc::runtime::{AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, Runtime};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Kernel buffers asked for, in bytes. With the usual 208 KiB the kernel drops what a fast
/// sender on the same machine sends, and SCTP then waits for its timers. The kernel gives what
/// it allows.
const SOCKET_BUFFER: usize = 4 << 20;

/// Longest the driver sleeps while the connection takes its steps. What one protocol makes of
/// another's step (DTLS of a chosen path, SCTP of a finished handshake, the channel of an
/// association) it sends only when the driver wakes, and the driver's next timer is up to 200 ms
/// off. Waking it early is harmless: its protocols look at the clock.
const STEP: Duration = Duration::from_millis(3);

/// The runtime of one connection. See the module's text.
#[derive(Debug)]
pub(super) struct LinkRuntime {
    base: Arc<dyn Runtime>,
    tasks: Mutex<Vec<Task>>,
    stopped: watch::Sender<bool>,
    /// None leaves the crate's packets as they are.
    handshakes: Option<Arc<Handshakes>>,
    /// The only addresses that may be spoken to, where there are such.
    fence: OnceLock<Fence>,
    /// None where everything goes over a relay, and where the crate's packets are left as they are.
    mover: Option<Arc<Mover>>,
    /// Under every socket, where the link has relays.
    relays: OnceLock<Arc<Relays>>,
}

impl LinkRuntime {
    pub(super) fn new(base: Arc<dyn Runtime>, cure: bool, moves: bool) -> Arc<Self> {
        Arc::new(Self {
            base,
            tasks: Mutex::default(),
            stopped: watch::Sender::new(false),
            handshakes: cure.then(Arc::default),
            fence: OnceLock::new(),
            mover: (cure && moves).then(Arc::default),
            relays: OnceLock::new(),
        })
    }

    /// Resolves once a task of the connection has ended, by itself or by a panic. A connection's
    /// only task is its driver, which runs for as long as the connection.
    pub(super) async fn stopped(&self) {
        let mut stopped = self.stopped.subscribe();
        // An error would mean that the sender is gone, but `self` holds it.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    }

    /// From now on, new sockets reach these relays.
    pub(super) fn use_relays(&self, relays: Arc<Relays>) {
        // Called once, before any socket is made.
        let _ = self.relays.set(relays);
    }

    /// What runs the rest: for deadlines of our own, which nothing shortens.
    pub(super) fn base(&self) -> &Arc<dyn Runtime> {
        &self.base
    }

    /// From now on, new sockets speak with these addresses and with nobody else.
    pub(super) fn allow_only(&self, addresses: Vec<SocketAddr>) {
        // Called once, before any socket is made.
        let _ = self.fence.set(Fence::new(addresses));
    }

    /// The channel is open: the driver may sleep as long as it wants to.
    pub(super) fn opened(&self) {
        if let Some(handshakes) = &self.handshakes {
            handshakes.opened();
        }
        if let Some(mover) = &self.mover {
            mover.opened();
        }
    }

    /// What leads the connection's datagrams another way, if it may move.
    pub(super) fn mover(&self) -> Option<&Arc<Mover>> {
        self.mover.as_ref()
    }

    /// This device has these addresses now: the connection looks for a way from them.
    pub(super) fn rebind(&self, addresses: &[IpAddr]) {
        if let Some(mover) = &self.mover {
            mover.rebind(addresses, |ip| self.bind(ip), self.base.now());
        }
    }

    /// Looks for a way from the addresses known.
    pub(super) fn seek(&self) {
        if let Some(mover) = &self.mover {
            mover.seek(self.base.now());
        }
    }

    /// Resolves when the connection has shown that it lives, after it was asked to look.
    pub(super) async fn found(&self) {
        match &self.mover {
            Some(mover) => mover.found().await,
            None => std::future::pending().await,
        }
    }

    /// Runs what moves the connection; it does not end.
    pub(super) async fn moves(&self) {
        match &self.mover {
            Some(mover) => mover.run(&*self.base).await,
            None => std::future::pending().await,
        }
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "a link binds its own sockets when it moves"
    )]
    fn bind(&self, ip: IpAddr) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let socket = std::net::UdpSocket::bind((ip, 0))?;
        socket.set_nonblocking(true)?;
        enlarge(&socket);
        self.base.wrap_udp_socket(socket)
    }

    /// Ends every task of the connection.
    pub(super) fn abort_all(&self) {
        for task in lock(&self.tasks).drain(..) {
            task.0.abort();
        }
        if let Some(relays) = self.relays.get() {
            relays.abort();
        }
    }
}

fn enlarge(socket: &std::net::UdpSocket) {
    let options = socket2::SockRef::from(socket);
    // Smaller buffers only make it slower.
    let _ = options.set_recv_buffer_size(SOCKET_BUFFER);
    let _ = options.set_send_buffer_size(SOCKET_BUFFER);
}

/// The address in `IP:PORT`; the crate writes an IPv6 address of a TURN server without brackets.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.rsplit_once(':')?;
    let ip = ip
        .strip_prefix('[')
        .and_then(|ip| ip.strip_suffix(']'))
        .unwrap_or(ip);
    Some(SocketAddr::new(ip.parse().ok()?, port.parse().ok()?))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A task's handle, held by the crate and by us.
#[derive(Clone)]
struct Task(Arc<dyn JoinHandle>);

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Task")
    }
}

impl JoinHandle for Task {
    fn detach(&self) {
        self.0.detach();
    }

    fn abort(&self) {
        self.0.abort();
    }

    fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

impl Runtime for LinkRuntime {
    fn spawn(&self, future: BoxFuture<'static, ()>) -> Box<dyn JoinHandle> {
        let stopped = self.stopped.clone();
        let watched = async move {
            if AssertUnwindSafe(future).catch_unwind().await.is_err() {
                log::error!("a connection's driver panicked");
            }
            stopped.send_replace(true);
        };
        let task = Task(self.base.spawn(Box::pin(watched)).into());
        let mut tasks = lock(&self.tasks);
        tasks.retain(|task| !task.is_finished());
        tasks.push(task.clone());
        Box::new(task)
    }

    fn wrap_udp_socket(&self, socket: std::net::UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        enlarge(&socket);
        let inner = self.base.wrap_udp_socket(socket)?;
        let inner = match self.relays.get() {
            Some(relays) => relays.under(inner),
            None => inner,
        };
        let inner = match &self.handshakes {
            Some(handshakes) => {
                let mover = self.mover.clone();
                socket::wrap(inner, self.base.clone(), handshakes.clone(), mover)
            }
            None => inner,
        };
        Ok(match self.fence.get() {
            Some(fence) => fence.around(inner),
            None => inner,
        })
    }

    fn wrap_tcp_listener(&self, _: std::net::TcpListener) -> io::Result<Arc<dyn AsyncTcpListener>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn connect_tcp<'a>(&'a self, _: SocketAddr) -> BoxFuture<'a, io::Result<Arc<dyn AsyncTcpStream>>> {
        // A peer's TCP candidates are taken out before the crate sees them.
        Box::pin(async { Err(io::ErrorKind::Unsupported.into()) })
    }

    fn resolve_host<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        // The driver waits for this, so it gets addresses only; names were resolved before.
        Box::pin(async move {
            address(host)
                .map(|address| vec![address])
                .ok_or_else(|| io::ErrorKind::Unsupported.into())
        })
    }

    fn now(&self) -> Instant {
        self.base.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let handshakes = self.handshakes.as_ref();
        let stepping = handshakes.is_some_and(|all| all.is_stepping(self.base.now()));
        self.base
            .sleep(if stepping { duration.min(STEP) } else { duration })
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        self.base.interval(period)
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        self.base.block_on(future);
    }

    fn yield_now(&self) -> BoxFuture<'static, ()> {
        self.base.yield_now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_addresses_with_and_without_brackets() {
        for (text, want) in [
            ("192.0.2.1:3478", Some("192.0.2.1:3478")),
            ("[2001:db8::1]:3478", Some("[2001:db8::1]:3478")),
            ("2001:db8::1:3478", Some("[2001:db8::1]:3478")),
            ("relay.example:3478", None),
            ("2001:db8::x", None),
            ("", None),
        ] {
            let want = want.map(|want| want.parse().expect("an address"));
            assert_eq!(address(text), want, "{text}");
        }
    }
}
