//! One peer connection: what the engine asks of a WebRTC stack, and nothing of how it is done.
//!
//! The traits here are narrow so that another stack could stand behind them. `webrtc/` is the
//! only user of the `webrtc` crate; `socket/` is the UDP socket under it. A stack decides
//! nothing: when to connect, to whom, and what to believe is the room's business.

#[allow(clippy::disallowed_methods, reason = "the rim: tries a relay, with deadlines")]
pub(crate) mod allocation;
pub mod relay;
mod rest;
pub(crate) mod server;
pub(crate) mod socket;
mod webrtc;

pub use self::webrtc::{SEND_QUEUE, WebRtcStack};
pub use server::{IceServer, IceServerError};
pub use socket::RelayTrouble;
pub(crate) use socket::watch_relays;

use crate::net::Dialer;
use dayfly_proto::id::LinkId;
use dayfly_proto::room::{Binding, LinkEvent};
use std::time::Duration;
use tokio::sync::mpsc;

/// From the moment both descriptions are known, a connection usually must open within this time.
/// Three of a thousand handshakes take over 15 s when every tenth packet is lost.
pub const CONNECT: Duration = Duration::from_secs(20);

/// Where links report. Bounded: a link that outruns the room stops reading from its channel,
/// which SCTP turns into back-pressure on the peer.
pub type LinkSink = mpsc::Sender<(LinkId, LinkEvent)>;

/// Which ways links may take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Route {
    /// A direct way where there is one, else a relay, if one is named.
    #[default]
    Automatic,
    /// Directly or not at all: no relay of ours is asked, and none of the other side's is used.
    DirectOnly,
    /// Through a relay of ours or not at all. Nobody but the relay is contacted for a connection,
    /// so the others learn the relay's address and not this device's.
    RelayOnly,
}

/// How links of one room are made.
#[derive(Debug, Clone, Default)]
pub struct LinkConfig {
    /// Servers to ask for more addresses. A dead one delays nobody by more than a second.
    pub ice_servers: Vec<IceServer>,
    /// Use loopback addresses too: for rooms within one machine.
    pub loopback: bool,
    /// How relays over TCP and TLS are reached.
    pub dialer: Dialer,
    /// Which ways may be taken.
    pub route: Route,
    /// Have a second channel ready for [`Link::open_native`]: for rooms that pages share. A peer
    /// that does not know it notices nothing of it.
    pub native: bool,
    /// How long a connection may take to open once both descriptions are known here, if not
    /// [`CONNECT`]: longer where one of them takes its time to the other side.
    pub patience: Option<Duration>,
}

/// A WebRTC stack: makes links.
pub trait Stack: Send {
    /// Makes a connection that offers. `Described` follows at `sink`, or `Closed`.
    fn offer(&self, link: LinkId, config: &LinkConfig, sink: LinkSink) -> Box<dyn Link>;

    /// Makes a connection that answers `offer`. `Described` follows at `sink`, or `Closed`.
    fn answer(&self, link: LinkId, offer: String, config: &LinkConfig, sink: LinkSink) -> Box<dyn Link>;
}

/// The send queue is full; the frame was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection does not take more data now")]
pub struct Full;

/// One connection. Calls return at once; results arrive at the sink. Dropping it closes it
/// without a goodbye.
pub trait Link: Send {
    /// Takes the answer to this link's offer.
    fn accept(&self, answer: String);

    /// Answers an offer that came over the open connection; `Renegotiated` follows. An own
    /// pending offer is rolled back first: towards browsers this side is the polite one.
    fn renegotiate(&self, offer: String);

    /// Queues one message for the data channel.
    ///
    /// # Errors
    /// [`Full`] when the queue of this link holds its bound.
    fn send(&self, frame: Vec<u8>) -> Result<(), Full>;

    /// Lets the channel be used that both sides know of without a word over the wire;
    /// `NativeOpen` follows, then what came over it already. Only on links made with
    /// [`LinkConfig::native`]; on others nothing follows.
    fn open_native(&self);

    /// Queues one message for that channel, behind what waits for the other one.
    ///
    /// # Errors
    /// [`Full`] when the queue of this link holds its bound, or when that channel is not open.
    fn send_native(&self, frame: Vec<u8>) -> Result<(), Full>;

    /// This device may have other addresses than when the link was made, or have slept: looks for
    /// a way from those it has now, while the old one carries on for as long as it does. Nothing
    /// but `Heard` follows if one is found; `Silent` and later `Closed` if none is.
    fn rebind(&self);

    /// Bytes this link would take before it says [`Full`].
    fn capacity(&self) -> usize;

    /// What this connection is known by, once its channel is open: what identities bind to.
    fn binding(&self) -> Option<Binding>;

    /// Closes after what was queued before is out, or after a second.
    fn close(self: Box<Self>);
}
