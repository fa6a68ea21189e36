//! A fence around a socket: datagrams go to the named addresses and come from them, or not at all.
//!
//! For rooms that use relays only. The stack is told so too; this is the second line, which holds
//! whatever a peer's description makes the stack want to do.

use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use webrtc::runtime::{AsyncUdpSocket, RecvMeta, Transmit};

/// The addresses that may be spoken to.
#[derive(Debug, Clone)]
pub(in crate::link) struct Fence {
    allowed: Arc<[SocketAddr]>,
}

impl Fence {
    pub(in crate::link) fn new(allowed: Vec<SocketAddr>) -> Self {
        Self {
            allowed: allowed.into(),
        }
    }

    /// Puts the fence around one socket.
    pub(in crate::link) fn around(&self, inner: Arc<dyn AsyncUdpSocket>) -> Arc<dyn AsyncUdpSocket> {
        Arc::new(Fenced {
            inner,
            fence: self.clone(),
        })
    }
}

#[derive(Debug)]
struct Fenced {
    inner: Arc<dyn AsyncUdpSocket>,
    fence: Fence,
}

impl AsyncUdpSocket for Fenced {
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
        if !self.fence.allowed.contains(&batch.destination) {
            // Lost, as far as the stack can tell.
            return Poll::Ready(Ok(batch.contents.len()));
        }
        self.inner.poll_send(cx, batch)
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        loop {
            match self.inner.poll_recv(cx, buffers, meta) {
                Poll::Ready(Ok(count)) if count > 0 => {
                    let mut left = 0;
                    for meta in meta.iter_mut().take(count) {
                        if !self.fence.allowed.contains(&meta.addr) {
                            meta.len = 0;
                        }
                        left += meta.len;
                    }
                    if left > 0 {
                        return Poll::Ready(Ok(count));
                    }
                }
                other => return other,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use webrtc::runtime::{Runtime, TokioRuntime};

    fn bound() -> (Arc<dyn AsyncUdpSocket>, SocketAddr) {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        (TokioRuntime.wrap_udp_socket(socket).unwrap(), address)
    }

    async fn send(from: &Arc<dyn AsyncUdpSocket>, to: SocketAddr, contents: &[u8]) {
        let transmit = Transmit {
            destination: to,
            ecn: None,
            contents,
            segment_size: None,
            src_ip: None,
        };
        let sent = poll_fn(|cx| from.poll_send(cx, &transmit)).await;
        assert_eq!(sent.unwrap(), contents.len());
    }

    async fn first_byte(at: &Arc<dyn AsyncUdpSocket>) -> u8 {
        let mut buffer = [0; 64];
        let mut meta = [RecvMeta::default()];
        poll_fn(|cx| at.poll_recv(cx, &mut [IoSliceMut::new(&mut buffer)], &mut meta))
            .await
            .unwrap();
        buffer[0]
    }

    #[tokio::test]
    async fn nobody_outside_hears_or_is_heard() {
        let ((inner, here), (relay, relay_at), (other, other_at)) = (bound(), bound(), bound());
        let fenced = Fence::new(vec![relay_at]).around(inner);
        send(&fenced, other_at, b"x").await;
        send(&fenced, relay_at, b"y").await;
        // On one machine datagrams arrive in order: what came first at the relay is all there is.
        assert_eq!(first_byte(&relay).await, b'y');
        send(&other, here, b"1").await;
        send(&relay, here, b"2").await;
        assert_eq!(first_byte(&fenced).await, b'2');
        send(&relay, other_at, b"z").await;
        assert_eq!(
            first_byte(&other).await,
            b'z',
            "the fenced socket sent it nothing"
        );
    }
}
