//! Whether a relay relays: an allocation is really asked for over the transport that is named, and
//! given back.

use super::server::{self, Transport};
use super::socket::stream::{self, Incoming, Target};
use super::{IceServer, RelayTrouble, watch_relays};
use crate::net::Dialer;
use crate::tls;
use bytes::BytesMut;
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use rtc::turn::client::{Client, ClientConfig, Event};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;

/// How long everything about one relay may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Datagrams between the client and its way out.
const QUEUE: usize = 16;

/// Allocates at one relay and gives back what it got. Returns how long it took.
///
/// # Errors
/// [`RelayTrouble`], the end of a sentence that begins with the relay's name.
pub(crate) async fn allocate(
    server: &IceServer,
    dialer: &Dialer,
    unix_seconds: u64,
) -> Result<Duration, RelayTrouble> {
    let start = Instant::now();
    tokio::time::timeout(PATIENCE, try_allocating(server, dialer, unix_seconds))
        .await
        .map_err(|_| RelayTrouble::Silent)??;
    Ok(start.elapsed())
}

async fn try_allocating(server: &IceServer, dialer: &Dialer, unix_seconds: u64) -> Result<(), RelayTrouble> {
    let parsed = server::parse(server).map_err(|_| RelayTrouble::NotFound)?;
    let (outgoing, mut waiting) = mpsc::channel(QUEUE);
    let (arrived, incoming) = mpsc::channel(QUEUE);
    let at = |address: SocketAddr| conversation(server, unix_seconds, address, outgoing, incoming);
    match parsed.transport {
        Transport::Udp => {
            let found = tokio::net::lookup_host((parsed.host, parsed.port)).await;
            let found = found.ok().and_then(|mut all| all.next());
            let address = found.ok_or(RelayTrouble::NotFound)?;
            let any: SocketAddr = if address.is_ipv4() {
                (Ipv4Addr::UNSPECIFIED, 0).into()
            } else {
                (Ipv6Addr::UNSPECIFIED, 0).into()
            };
            let socket = UdpSocket::bind(any).await.map_err(|_| RelayTrouble::Silent)?;
            socket.connect(address).await.map_err(|_| RelayTrouble::Silent)?;
            tokio::select! {
                done = at(address) => done,
                error = carry(&socket, &mut waiting, &arrived) => Err(match error.kind() {
                    io::ErrorKind::ConnectionRefused => RelayTrouble::Closed,
                    _ => RelayTrouble::Silent,
                }),
            }
        }
        transport => {
            let target = Target {
                host: parsed.host.to_owned(),
                port: parsed.port,
                dialer: dialer.clone(),
                tls: (transport == Transport::Tls).then(|| tls::client(parsed.pin)),
            };
            let stream = stream::connect(&target).await?;
            // The client wants an address; over a stream any will do.
            tokio::select! {
                done = at((Ipv4Addr::LOCALHOST, parsed.port).into()) => done,
                over = stream::carry(stream, &mut waiting, Arrivals(arrived), |_| {}) => {
                    Err(over.err().map_or(RelayTrouble::Silent, RelayTrouble::before_it_worked))
                }
            }
        }
    }
}

struct Arrivals(mpsc::Sender<Vec<u8>>);

impl Incoming for Arrivals {
    async fn take(&mut self, datagram: Vec<u8>) {
        // Nobody wants it any more.
        let _ = self.0.send(datagram).await;
    }
}

/// Carries datagrams until the kernel says that nobody is there.
async fn carry(
    socket: &UdpSocket,
    waiting: &mut mpsc::Receiver<Vec<u8>>,
    arrived: &mpsc::Sender<Vec<u8>>,
) -> io::Error {
    let mut packet = [0; 1500];
    loop {
        tokio::select! {
            Some(datagram) = waiting.recv() => {
                if let Err(error) = socket.send(&datagram).await {
                    return error;
                }
            }
            received = socket.recv(&mut packet) => match received {
                Ok(n) => {
                    let _ = arrived.send(packet[..n].to_vec()).await;
                }
                Err(error) => return error,
            }
        }
    }
}

/// The TURN client's side: until there is an allocation, which is given back, or a refusal.
async fn conversation(
    server: &IceServer,
    unix_seconds: u64,
    address: SocketAddr,
    outgoing: mpsc::Sender<Vec<u8>>,
    mut incoming: mpsc::Receiver<Vec<u8>>,
) -> Result<(), RelayTrouble> {
    let local: SocketAddr = if address.is_ipv4() {
        (Ipv4Addr::LOCALHOST, 9).into()
    } else {
        (Ipv6Addr::LOCALHOST, 9).into()
    };
    let (username, credential) = server.credentials(unix_seconds);
    let config = ClientConfig {
        stun_serv_addr: address.to_string(),
        turn_serv_addr: address.to_string(),
        local_addr: local,
        transport_protocol: TransportProtocol::UDP,
        username,
        password: credential.expose().to_owned(),
        realm: String::new(),
        software: String::new(),
        rto_in_ms: 0,
        allocation_refresh_interval_cap: None,
    };
    let provider = rtc::crypto::default_provider().map_err(|_| RelayTrouble::Protocol)?;
    let mut client = Client::new(config, provider).map_err(|_| RelayTrouble::Protocol)?;
    client
        .allocate(Instant::now())
        .map_err(|_| RelayTrouble::Protocol)?;
    let watch = watch_relays(1);
    loop {
        while let Some(message) = client.poll_write() {
            watch.sent(0, &message.message);
            let _ = outgoing.send(message.message.to_vec()).await;
        }
        while let Some(event) = client.poll_event() {
            if let Event::AllocateResponse(_, relayed) = event {
                if let Ok(mut relay) = client.relay(relayed) {
                    let _ = relay.close(Instant::now());
                }
                while let Some(message) = client.poll_write() {
                    let _ = outgoing.send(message.message.to_vec()).await;
                }
                // Until the relay has confirmed that it is given back, or said no more for a while.
                let confirmed = tokio::time::timeout(Duration::from_millis(300), incoming.recv());
                let _ = confirmed.await;
                return Ok(());
            }
        }
        if let Some(trouble) = watch.trouble(0) {
            return Err(trouble);
        }
        let due = client.poll_timeout().unwrap_or_else(|| Instant::now() + PATIENCE);
        tokio::select! {
            datagram = incoming.recv() => {
                let datagram = datagram.ok_or(RelayTrouble::Silent)?;
                watch.received(0, &datagram);
                let tagged = TaggedBytesMut {
                    now: Instant::now(),
                    transport: TransportContext {
                        local_addr: local,
                        peer_addr: address,
                        ecn: None,
                        transport_protocol: TransportProtocol::UDP,
                    },
                    message: BytesMut::from(&datagram[..]),
                };
                client.handle_read(tagged).map_err(|_| RelayTrouble::Protocol)?;
            }
            () = tokio::time::sleep_until(due.into()) => {
                client.handle_timeout(Instant::now()).map_err(|_| RelayTrouble::Protocol)?;
            }
        }
    }
}
