//! Two peer connections of the `webrtc` crate in one process, over sockets that can lose chosen
//! datagrams. Everything else is as the crate ships.

use std::future::Future;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use webrtc::data_channel::{DataChannel, DataChannelEvent};
use webrtc::peer_connection::{
    MediaEngine, PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceConnectionState,
    RTCIceGatheringState, RTCPeerConnectionState, RTCSessionDescription, SettingEngineBuilder,
};
use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, RecvMeta, Runtime,
    TokioRuntime, Transmit,
};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Says of each datagram sent whether it is lost.
pub type Loses = Arc<Mutex<dyn FnMut(&[u8]) -> bool + Send>>;

/// Loses what `rule` says.
pub fn loses(rule: impl FnMut(&[u8]) -> bool + Send + 'static) -> Loses {
    Arc::new(Mutex::new(rule))
}

struct Lossy(Loses);

impl std::fmt::Debug for Lossy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lossy")
    }
}

impl Runtime for Lossy {
    fn spawn(&self, future: BoxFuture<'static, ()>) -> Box<dyn JoinHandle> {
        TokioRuntime.spawn(future)
    }

    fn wrap_udp_socket(&self, socket: std::net::UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let inner = TokioRuntime.wrap_udp_socket(socket)?;
        Ok(Arc::new(LossySocket(inner, self.0.clone())))
    }

    fn wrap_tcp_listener(&self, l: std::net::TcpListener) -> io::Result<Arc<dyn AsyncTcpListener>> {
        TokioRuntime.wrap_tcp_listener(l)
    }

    fn connect_tcp<'a>(&'a self, _: SocketAddr) -> BoxFuture<'a, io::Result<Arc<dyn AsyncTcpStream>>> {
        Box::pin(async { Err(io::ErrorKind::Unsupported.into()) })
    }

    fn resolve_host<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        TokioRuntime.resolve_host(host)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        TokioRuntime.sleep(duration)
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        TokioRuntime.interval(period)
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        TokioRuntime.block_on(future);
    }
}

struct LossySocket(Arc<dyn AsyncUdpSocket>, Loses);

impl std::fmt::Debug for LossySocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LossySocket")
    }
}

impl AsyncUdpSocket for LossySocket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    fn poll_send(&self, cx: &mut Context<'_>, datagram: &Transmit<'_>) -> Poll<io::Result<usize>> {
        let mut rule = self.1.lock().expect("not poisoned");
        if rule(datagram.contents) {
            return Poll::Ready(Ok(datagram.contents.len()));
        }
        self.0.poll_send(cx, datagram)
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_recv(cx, buffers, meta)
    }
}

/// A peer connection and what it reports.
pub struct Peer {
    pub pc: Arc<dyn PeerConnection>,
    pub connection: watch::Receiver<RTCPeerConnectionState>,
    pub ice: watch::Receiver<RTCIceConnectionState>,
    pub channels: mpsc::Receiver<Arc<dyn DataChannel>>,
    gathered: watch::Receiver<bool>,
}

struct Handler {
    connection: watch::Sender<RTCPeerConnectionState>,
    ice: watch::Sender<RTCIceConnectionState>,
    channels: mpsc::Sender<Arc<dyn DataChannel>>,
    gathered: watch::Sender<bool>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        self.gathered
            .send_replace(state == RTCIceGatheringState::Complete);
    }

    async fn on_ice_connection_state_change(&self, state: RTCIceConnectionState) {
        self.ice.send_replace(state);
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        self.connection.send_replace(state);
    }

    async fn on_data_channel(&self, channel: Arc<dyn DataChannel>) {
        let _ = self.channels.try_send(channel);
    }
}

/// A peer connection on 127.0.0.1 whose datagrams `rule` may lose.
pub async fn peer(rule: &Loses) -> Peer {
    let (connection_in, connection) = watch::channel(RTCPeerConnectionState::New);
    let (ice_in, ice) = watch::channel(RTCIceConnectionState::New);
    let (channels_in, channels) = mpsc::channel(4);
    let (gathered_in, gathered) = watch::channel(false);
    let handler = Handler {
        connection: connection_in,
        ice: ice_in,
        channels: channels_in,
        gathered: gathered_in,
    };
    let settings = SettingEngineBuilder::new()
        .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
        // ICE never gives up, so that only the layer in question can.
        .with_ice_timeouts(Some(Duration::from_secs(5)), Some(Duration::ZERO), None);
    let mut media = MediaEngine::default();
    media.register_default_codecs().expect("they are known");
    let pc = PeerConnectionBuilder::new()
        .with_media_engine(media)
        .with_runtime(Arc::new(Lossy(rule.clone())))
        .with_setting_engine(settings.build())
        .with_handler(Arc::new(handler))
        .with_udp_addrs(vec!["127.0.0.1:0".to_owned()])
        .build()
        .await
        .expect("a socket");
    Peer {
        pc: Arc::new(pc),
        connection,
        ice,
        channels,
        gathered,
    }
}

impl Peer {
    pub async fn offer(&mut self) -> String {
        let offer = self.pc.create_offer(None).await.expect("an offer");
        self.pc.set_local_description(offer).await.expect("taken");
        self.described().await
    }

    pub async fn answer(&mut self, offer: String) -> String {
        let offer = RTCSessionDescription::offer(offer).expect("an offer");
        self.pc.set_remote_description(offer).await.expect("taken");
        let answer = self.pc.create_answer(None).await.expect("an answer");
        self.pc.set_local_description(answer).await.expect("taken");
        self.described().await
    }

    pub async fn accept(&self, answer: String) {
        let answer = RTCSessionDescription::answer(answer).expect("an answer");
        self.pc.set_remote_description(answer).await.expect("taken");
    }

    async fn described(&mut self) -> String {
        let _ = self.gathered.wait_for(|done| *done).await;
        let description = self.pc.local_description().await;
        description.expect("a description").sdp
    }
}

/// Resolves when the channel opens, with true, or when its events end without that.
pub async fn open(channel: &dyn DataChannel) -> bool {
    while let Some(event) = channel.poll().await {
        if matches!(event, DataChannelEvent::OnOpen) {
            return true;
        }
    }
    false
}
