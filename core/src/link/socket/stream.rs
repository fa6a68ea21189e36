//! TURN over a stream (RFC 8656 section 3.1, RFC 8489 section 6.2.2): the framing, and a TCP or
//! TLS connection to a relay that carries datagrams both ways.
//!
//! A stream has no bounds of datagrams, so each is found by its own header: a STUN message by its
//! length, ChannelData by its length and padded to four bytes. What is neither ends the stream.
//! Who is dialled and with which certificate is decided elsewhere.

use super::turn_watch::RelayTrouble;
use crate::net::{DialError, Dialer};
use bytes::{Buf, BytesMut};
use rustls::pki_types::ServerName;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

/// Bytes written at once, at most: datagrams that wait go out together.
const WRITE: usize = 64 * 1024;

/// Where a relay listens, and how it is spoken to.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) dialer: Dialer,
    /// None for plain TCP.
    pub(crate) tls: Option<Arc<rustls::ClientConfig>>,
}

/// An open way to a relay.
pub(crate) enum Stream {
    Tcp(TcpStream),
    Tls(Box<tokio_rustls::client::TlsStream<TcpStream>>),
}

/// Connects. The caller sets the deadline.
///
/// # Errors
/// [`RelayTrouble`], for the person.
pub(crate) async fn connect(target: &Target) -> Result<Stream, RelayTrouble> {
    let dialled = target.dialer.dial(&target.host, target.port).await;
    let stream = dialled.map_err(|error| match error {
        DialError::Refused => RelayTrouble::Closed,
        DialError::Unreachable | DialError::NoAnswer => RelayTrouble::Silent,
        DialError::NoSuchHost | DialError::Onion => RelayTrouble::NotFound,
        DialError::Proxy(_) => RelayTrouble::Proxy,
    })?;
    let Some(tls) = &target.tls else {
        return Ok(Stream::Tcp(stream));
    };
    let name = ServerName::try_from(target.host.clone()).map_err(|_| RelayTrouble::NotFound)?;
    let connector = tokio_rustls::TlsConnector::from(Arc::clone(tls));
    let stream = connector.connect(name, stream).await.map_err(|error| {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        match inner {
            Some(rustls::Error::InvalidCertificate(_)) => RelayTrouble::Certificate,
            _ => RelayTrouble::Protocol,
        }
    })?;
    Ok(Stream::Tls(Box::new(stream)))
}

/// Who takes what a stream brings.
pub(crate) trait Incoming: Send {
    /// Takes one datagram; the stream is not read on until it is done.
    fn take(&mut self, datagram: Vec<u8>) -> impl Future<Output = ()> + Send;
}

/// Carries datagrams until the stream ends, `outgoing` is closed, or `incoming` wants no more.
///
/// # Errors
/// [`RelayTrouble::Protocol`] for what is not TURN, [`RelayTrouble::Lost`] for an end by the relay.
pub(crate) async fn carry(
    stream: Stream,
    outgoing: &mut mpsc::Receiver<Vec<u8>>,
    incoming: impl Incoming,
    sent: impl Fn(usize) + Send,
) -> Result<(), RelayTrouble> {
    let (reader, writer) = tokio::io::split(stream);
    tokio::select! {
        over = write(writer, outgoing, sent) => over,
        over = read(reader, incoming) => over,
    }
}

async fn write(
    mut writer: impl AsyncWrite + Unpin,
    outgoing: &mut mpsc::Receiver<Vec<u8>>,
    sent: impl Fn(usize) + Send,
) -> Result<(), RelayTrouble> {
    let mut buffer = Vec::with_capacity(WRITE);
    while let Some(datagram) = outgoing.recv().await {
        let mut taken = datagram.len();
        frame(&datagram, &mut buffer);
        while buffer.len() < WRITE / 2
            && let Ok(datagram) = outgoing.try_recv()
        {
            taken += datagram.len();
            frame(&datagram, &mut buffer);
        }
        let written = writer.write_all(&buffer).await;
        let flushed = writer.flush().await;
        sent(taken);
        buffer.clear();
        written.and(flushed).map_err(|_| RelayTrouble::Lost)?;
    }
    let _ = writer.shutdown().await;
    Ok(())
}

async fn read(mut reader: impl AsyncRead + Unpin, mut incoming: impl Incoming) -> Result<(), RelayTrouble> {
    let mut buffer = BytesMut::with_capacity(WRITE);
    loop {
        while let Some((length, padded)) = measure(&buffer).map_err(|_| RelayTrouble::Protocol)? {
            if buffer.len() < padded {
                break;
            }
            let datagram = buffer[..length].to_vec();
            buffer.advance(padded);
            incoming.take(datagram).await;
        }
        match reader.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => return Err(RelayTrouble::Lost),
            Ok(_) => {}
        }
    }
}

/// What came is neither STUN nor ChannelData.
#[derive(Debug, PartialEq, Eq)]
struct NotTurn;

/// How long the first datagram in `buffer` is, without and with its padding; `None` while its
/// header is not there yet.
fn measure(buffer: &[u8]) -> Result<Option<(usize, usize)>, NotTurn> {
    let Some(header) = buffer.get(..4) else {
        return Ok(None);
    };
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    match header[0] >> 6 {
        0 if length % 4 == 0 => Ok(Some((20 + length, 20 + length))),
        1 => Ok(Some((4 + length, 4 + length.next_multiple_of(4)))),
        _ => Err(NotTurn),
    }
}

/// Appends one datagram as a stream carries it. What is not TURN's is left out.
fn frame(datagram: &[u8], out: &mut Vec<u8>) {
    if let Ok(Some((length, padded))) = measure(datagram)
        && let Some(whole) = datagram.get(..length)
    {
        out.extend_from_slice(whole);
        out.resize(out.len() + padded - length, 0);
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Incoming for &mut Vec<Vec<u8>> {
        async fn take(&mut self, datagram: Vec<u8>) {
            self.push(datagram);
        }
    }

    fn stun(length: u16) -> Vec<u8> {
        let mut message = vec![0, 1];
        message.extend(length.to_be_bytes());
        message.resize(20 + usize::from(length), 7);
        message
    }

    fn data(length: u16) -> Vec<u8> {
        let mut message = vec![0x40, 1];
        message.extend(length.to_be_bytes());
        message.resize(4 + usize::from(length), 9);
        message
    }

    #[tokio::test]
    async fn datagrams_arrive_as_they_went_however_the_stream_is_cut() {
        let datagrams = [
            stun(0),
            data(0),
            data(1),
            data(2),
            data(5),
            stun(8),
            data(1300),
            stun(4),
        ];
        let mut bytes = Vec::new();
        for datagram in &datagrams {
            frame(datagram, &mut bytes);
        }
        assert_eq!(bytes.len() % 4, 0);
        for cut in [1, 2, 3, 7, 64, bytes.len()] {
            let (mut ours, theirs) = tokio::io::duplex(cut);
            let mut arrived = Vec::new();
            let feed = async {
                ours.write_all(&bytes).await.unwrap();
                drop(ours);
            };
            let ((), over) = tokio::join!(feed, read(theirs, &mut arrived));
            assert_eq!(over, Err(RelayTrouble::Lost));
            assert_eq!(arrived, datagrams, "in pieces of {cut}");
        }
    }

    #[tokio::test]
    async fn what_is_not_turn_ends_the_stream() {
        for nonsense in [
            &b"HTTP/1.1 400 Bad Request\r\n"[..],
            &[0, 1, 0, 3, 0, 0],
            &[0xff; 4],
        ] {
            let mut none = Vec::new();
            let over = if nonsense[0] == b'H' {
                RelayTrouble::Lost
            } else {
                RelayTrouble::Protocol
            };
            assert_eq!(read(nonsense, &mut none).await, Err(over));
            assert!(none.is_empty());
        }
    }

    #[test]
    fn padding_is_cut_and_made_again() {
        let mut padded = data(5);
        padded.extend([0; 3]);
        let mut bytes = Vec::new();
        frame(&padded, &mut bytes);
        assert_eq!(bytes, padded);
        frame(b"no turn at all", &mut bytes);
        frame(&[0x40], &mut bytes);
        assert_eq!(bytes, padded, "left out");
    }
}
