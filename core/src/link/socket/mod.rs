//! The UDP socket under a link.

use std::sync::Arc;
use webrtc::runtime::{AsyncUdpSocket, Runtime};

/// What the sockets of one connection saw of its handshakes.
#[derive(Debug, Default)]
pub(super) struct Handshakes {}

impl Handshakes {
    /// A handshake ended in an alert.
    pub(super) fn refused(&self) -> bool {
        false
    }
}

/// Puts the cure between the crate and a socket.
pub(super) fn wrap(
    inner: Arc<dyn AsyncUdpSocket>,
    _runtime: Arc<dyn Runtime>,
    _handshakes: Arc<Handshakes>,
) -> Arc<dyn AsyncUdpSocket> {
    inner
}
