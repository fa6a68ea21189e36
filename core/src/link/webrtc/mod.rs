//! Links over the `webrtc` crate, of which this folder is the only user.
//!
//! One task a link, on the caller's runtime, which should be single-threaded: crossing threads
//! doubles the round trip. A link holds at most [`SEND_QUEUE`] bytes to be sent (then it says
//! [`Full`]) and gives received messages to the sink one by one (when the sink is full it stops
//! reading, and SCTP slows the peer down). It neither decides whom to connect to nor tries
//! again: that is the room's.
//!
//! What the crate does not do and is done here: a deadline for every wait, since failures of
//! STUN, TURN and DTLS are silent in it; an end of its tasks; the cure of its DTLS hang
//! (`socket`); less patience before ICE nominates; distrust of descriptions (`sdp`).

mod addresses;
mod native;
mod relays;
mod runtime;
mod sdp;
mod setup;
mod task;

use super::{Full, Link, LinkConfig, LinkSink, Stack};
use dayfly_proto::id::LinkId;
use dayfly_proto::room::Binding;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use task::{Control, Ending, Role, Task};
use tokio::sync::{mpsc, watch};
use webrtc::runtime::{Runtime, TokioRuntime};

/// Bytes one link queues before it says [`Full`]. What SCTP has taken from the queue and not yet
/// had acknowledged (2 MiB at most) does not count.
pub const SEND_QUEUE: usize = 1 << 20;

/// Frames one link queues before it says [`Full`], however small they are.
const SEND_QUEUE_FRAMES: usize = 4096;

/// Commands waiting. One answer and a renegotiation or two; more are dropped, which leaves the
/// peer without an answer to an offer it made too soon.
const CONTROLS: usize = 8;

/// Makes links over the `webrtc` crate.
#[derive(Debug, Clone)]
pub struct WebRtcStack {
    runtime: Arc<dyn Runtime>,
    interfaces: Interfaces,
    cure: bool,
}

/// Addresses that links are bound to instead of this device's; one list for all links of a stack.
#[derive(Debug, Clone, Default)]
struct Interfaces(Arc<Mutex<Option<Vec<IpAddr>>>>);

impl Interfaces {
    fn set(&self, addresses: Vec<IpAddr>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(addresses);
    }

    /// What a link may be bound to now, a free port each.
    fn addresses(&self, config: &LinkConfig) -> Vec<SocketAddr> {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(interfaces) => interfaces.iter().map(|ip| SocketAddr::new(*ip, 0)).collect(),
            None => addresses::local(config.loopback),
        }
    }
}

impl WebRtcStack {
    /// A stack on the Tokio runtime in whose context its links are made.
    #[must_use]
    pub fn new() -> Self {
        Self::on(Arc::new(TokioRuntime))
    }

    /// A stack on another runtime: one with a virtual clock, say.
    #[must_use]
    pub fn on(runtime: Arc<dyn Runtime>) -> Self {
        Self {
            runtime,
            interfaces: Interfaces::default(),
            cure: true,
        }
    }

    /// Binds links to these addresses instead of to this device's.
    #[must_use]
    pub fn with_interfaces(self, interfaces: Vec<IpAddr>) -> Self {
        self.interfaces.set(interfaces);
        self
    }

    /// Binds links to these addresses from now on. Open ones notice at [`Link::rebind`].
    pub fn set_interfaces(&self, interfaces: Vec<IpAddr>) {
        self.interfaces.set(interfaces);
    }

    /// Leaves the handshake as the crate does it: for measuring what the cure is worth.
    #[must_use]
    pub fn without_cure(mut self) -> Self {
        self.cure = false;
        self
    }

    fn start(&self, link: LinkId, role: Role, config: &LinkConfig, sink: LinkSink) -> WebRtcLink {
        let shared = Arc::new(Shared::default());
        let (control, controls) = mpsc::channel(CONTROLS);
        let (frames_in, frames) = mpsc::channel(SEND_QUEUE_FRAMES);
        let (ending_in, ending) = watch::channel(Ending::NotYet);
        let task = Task {
            link,
            role,
            config: config.clone(),
            sink,
            shared: shared.clone(),
            interfaces: self.interfaces.clone(),
            cure: self.cure,
            controls,
            frames,
            ending,
            setup: None,
        };
        let running = task.run(self.runtime.clone());
        self.runtime.spawn(Box::pin(running)).detach();
        WebRtcLink {
            shared,
            control,
            frames: frames_in,
            ending: ending_in,
        }
    }
}

impl Default for WebRtcStack {
    fn default() -> Self {
        Self::new()
    }
}

impl Stack for WebRtcStack {
    fn offer(&self, link: LinkId, config: &LinkConfig, sink: LinkSink) -> Box<dyn Link> {
        Box::new(self.start(link, Role::Offer, config, sink))
    }

    fn answer(&self, link: LinkId, offer: String, config: &LinkConfig, sink: LinkSink) -> Box<dyn Link> {
        Box::new(self.start(link, Role::Answer(offer), config, sink))
    }
}

/// What a link's handle and its task both see.
#[derive(Debug, Default)]
struct Shared {
    /// Bytes in the send queue.
    queued: AtomicUsize,
    /// Bytes given to SCTP since the link opened.
    given: AtomicUsize,
    /// What the connection is known by, once it is open.
    binding: OnceLock<Binding>,
    /// The native channel takes frames.
    native: AtomicBool,
}

/// One message on its way out.
struct Frame {
    /// For the native channel.
    native: bool,
    bytes: Vec<u8>,
}

/// The handle of one link.
struct WebRtcLink {
    shared: Arc<Shared>,
    control: mpsc::Sender<Control>,
    frames: mpsc::Sender<Frame>,
    ending: watch::Sender<Ending>,
}

impl WebRtcLink {
    fn queue(&self, native: bool, bytes: Vec<u8>) -> Result<(), Full> {
        let length = bytes.len();
        if length > self.capacity() || length > setup::MAX_MESSAGE {
            return Err(Full);
        }
        // Counted before it is queued: the task may take it at once.
        self.shared.queued.fetch_add(length, Ordering::Relaxed);
        self.frames.try_send(Frame { native, bytes }).map_err(|_| {
            self.shared.queued.fetch_sub(length, Ordering::Relaxed);
            Full
        })
    }
}

impl Link for WebRtcLink {
    fn accept(&self, answer: String) {
        let _ = self.control.try_send(Control::Accept(answer));
    }

    fn renegotiate(&self, offer: String) {
        let _ = self.control.try_send(Control::Renegotiate(offer));
    }

    fn send(&self, frame: Vec<u8>) -> Result<(), Full> {
        self.queue(false, frame)
    }

    fn open_native(&self) {
        let _ = self.control.try_send(Control::OpenNative);
    }

    fn send_native(&self, frame: Vec<u8>) -> Result<(), Full> {
        if !self.shared.native.load(Ordering::Relaxed) {
            return Err(Full);
        }
        self.queue(true, frame)
    }

    fn rebind(&self) {
        let _ = self.control.try_send(Control::Rebind);
    }

    fn capacity(&self) -> usize {
        if self.frames.capacity() == 0 {
            return 0;
        }
        SEND_QUEUE.saturating_sub(self.shared.queued.load(Ordering::Relaxed))
    }

    fn binding(&self) -> Option<Binding> {
        self.shared.binding.get().copied()
    }

    fn close(self: Box<Self>) {
        self.ending.send_replace(Ending::Polite);
    }
}

impl Drop for WebRtcLink {
    fn drop(&mut self) {
        self.ending.send_if_modified(|ending| {
            let open = *ending == Ending::NotYet;
            if open {
                *ending = Ending::Now;
            }
            open
        });
    }
}
