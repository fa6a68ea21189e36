//! One WebSocket to a tracker or a relay: dialled, over TLS where the address says so, counted, within
//! deadlines, and with a sentence for each way it can fail.

use super::url::ServerUrl;
use crate::net::{DialError, Dialer};
use futures_util::SinkExt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream};

/// Bytes of the largest message taken from a server or sent to one.
pub(super) const MAX_MESSAGE: usize = 64 * 1024;

/// How long one write may take before the server counts as dead.
const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// How long the last words may take when a client is dropped.
pub(super) const FLUSH_DEADLINE: Duration = Duration::from_millis(500);

/// How patient a client is. The defaults suit the internet; tests shorten them.
#[derive(Clone)]
pub struct ClientOptions {
    /// From the first lookup to the finished WebSocket handshake.
    pub connect_deadline: Duration,
    /// Silence after which the server is asked for a sign of life; as much again and it is dead.
    pub silence: Duration,
    /// The first wait after a failure; doubled each time.
    pub first_retry: Duration,
    /// The longest wait.
    pub last_retry: Duration,
    /// TLS settings instead of the usual ones (the public web's root certificates).
    pub tls: Option<Arc<rustls::ClientConfig>>,
    /// How hosts are reached: directly or through a proxy.
    pub dialer: Dialer,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            connect_deadline: Duration::from_secs(8),
            silence: Duration::from_secs(30),
            first_retry: Duration::from_secs(1),
            last_retry: Duration::from_secs(60),
            tls: None,
            dialer: Dialer::default(),
        }
    }
}

/// Bytes on the wire, TLS and handshakes included.
#[derive(Debug, Default)]
pub(in crate::rendezvous) struct Traffic {
    pub(in crate::rendezvous) sent: AtomicU64,
    pub(super) received: AtomicU64,
}

/// Why there is no connection. The sentences follow the server's host name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Nothing came back in time.
    #[error("does not answer")]
    NoAnswer,
    /// No connection at all.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// TLS failed: a wrong or expired certificate, or somebody in between.
    #[error("shows no valid certificate; somebody may be in between")]
    Certificate,
    /// Something answers that is no place to meet.
    #[error("answers, but is no place to meet (HTTP {0})")]
    NotAPlace(u16),
    /// Something answers that speaks neither.
    #[error("answers, but is no place to meet")]
    NotAWebSocket,
    /// An open connection ended.
    #[error("closed the connection")]
    Closed,
    /// An open connection went dead.
    #[error("fell silent")]
    Silent,
    /// The server said no to the first announce, in these words.
    #[error("refuses this room: {0}")]
    Refusal(String),
    /// Floods, over-long messages, garbage.
    #[error("sends what no place to meet sends")]
    Offence,
}

/// An open connection.
pub(super) type Socket = WebSocketStream<MaybeTlsStream<Counted>>;

pub(super) async fn send(socket: &mut Socket, message: Message) -> Result<(), Trouble> {
    match timeout(WRITE_DEADLINE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(trouble(&error, Trouble::Closed)),
        Err(_) => Err(Trouble::Silent),
    }
}

/// Opens a connection, closes it, and says how long the opening took.
///
/// # Errors
/// [`Trouble`] when there is none within the deadline of `options`.
pub async fn probe(url: &ServerUrl, options: &ClientOptions) -> Result<Duration, Trouble> {
    let start = Instant::now();
    let mut socket = open(url, options, Arc::default()).await?;
    let took = start.elapsed();
    if timeout(FLUSH_DEADLINE, socket.close(None)).await.is_err() {
        log::debug!("a server took no goodbye in time");
    }
    Ok(took)
}

/// Opens a connection within the deadline of `options`.
pub(super) async fn open(
    url: &ServerUrl,
    options: &ClientOptions,
    traffic: Arc<Traffic>,
) -> Result<Socket, Trouble> {
    let connector = match (&options.tls, url.is_tls()) {
        (_, false) => Some(Connector::Plain),
        (Some(tls), true) => Some(Connector::Rustls(Arc::clone(tls))),
        (None, true) => None,
    };
    let config = WebSocketConfig::default()
        .read_buffer_size(4 * 1024)
        .write_buffer_size(4 * 1024)
        .max_write_buffer_size(4 * MAX_MESSAGE)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    let connect = async {
        let stream = options.dialer.dial(url.host(), url.port()).await?;
        let stream = Counted { stream, traffic };
        tokio_tungstenite::client_async_tls_with_config(url.as_str(), stream, Some(config), connector)
            .await
            .map(|(socket, _)| socket)
            .map_err(|e| trouble(&e, Trouble::NotAWebSocket))
    };
    timeout(options.connect_deadline, connect)
        .await
        .unwrap_or(Err(Trouble::NoAnswer))
}

/// What a WebSocket error means; `otherwise` for a connection that just ended.
pub(super) fn trouble(error: &WsError, otherwise: Trouble) -> Trouble {
    match error {
        WsError::Http(response) => Trouble::NotAPlace(response.status().as_u16()),
        WsError::Tls(_) => Trouble::Certificate,
        WsError::Io(e) if e.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => {
            Trouble::Certificate
        }
        WsError::Capacity(_) | WsError::Utf8(_) => Trouble::Offence,
        WsError::Protocol(p) if !is_hangup(p) => {
            if otherwise == Trouble::NotAWebSocket {
                otherwise
            } else {
                Trouble::Offence
            }
        }
        _ => otherwise,
    }
}

/// Protocol "errors" that only say that the other side hung up.
fn is_hangup(error: &tokio_tungstenite::tungstenite::error::ProtocolError) -> bool {
    use tokio_tungstenite::tungstenite::error::ProtocolError as P;
    matches!(
        error,
        P::ResetWithoutClosingHandshake
            | P::HandshakeIncomplete
            | P::SendAfterClosing
            | P::ReceivedAfterClosing
    )
}

/// A TCP stream that counts what passes.
pub(super) struct Counted {
    stream: TcpStream,
    traffic: Arc<Traffic>,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.traffic
            .received
            .fetch_add((buf.filled().len() - before) as u64, Ordering::Relaxed);
        polled
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        if let Poll::Ready(Ok(n)) = polled {
            self.traffic.sent.fetch_add(n as u64, Ordering::Relaxed);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
