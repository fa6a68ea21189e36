//! Making one peer connection of the `webrtc` crate, and hearing from it.

use super::runtime::LinkRuntime;
use crate::link::{LinkConfig, Route};
use rtc::crypto::{HashAlgorithm, SignatureScheme};
use rtc::ice::mdns::MulticastDnsMode;
use rtc::peer_connection::certificate::{CertificateParams, RTCCertificate};
use rtc::peer_connection::configuration::setting_engine::SctpMaxMessageSize;
use rtc::rtp_transceiver::rtp_sender::{RTCRtpHeaderExtensionCapability, RtpCodecKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use webrtc::data_channel::DataChannel;
use webrtc::error::{Error, Result};
use webrtc::peer_connection::{
    MediaEngine, PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCConfigurationBuilder,
    RTCIceCandidateType, RTCIceConnectionState, RTCIceGatheringState, RTCIceServer, RTCIceTransportPolicy,
    RTCPeerConnectionIceEvent, Registry, SettingEngineBuilder, register_default_interceptors,
};

/// Longest message taken or sent, in bytes; also what is announced as `a=max-message-size`
/// (RFC 8841), the same as Chromium's. The crate keeps up to 512 messages for an owner that does
/// not read, so it also bounds that to 128 MiB; owners read at once and end links that flood.
pub(super) const MAX_MESSAGE: usize = 256 * 1024;

/// Bytes given to SCTP and not yet acknowledged. Beyond it, frames wait in the link's queue.
const SCTP_SEND_BUFFER: usize = 2 << 20;

/// The receive window offered to the peer, in bytes: what SCTP holds at most for one link.
const SCTP_RECEIVE_WINDOW: u32 = 1 << 20;

/// Nothing heard for this long: the path is reported silent. Keep-alives come every 2 s.
const ICE_SILENT: Duration = Duration::from_secs(5);

/// Silent for this long: the path is given up. SCTP gives up at about the same time (five
/// tries, 31 s), so there is nothing to wait for.
const ICE_FAILED: Duration = Duration::from_secs(25);

/// How often consent is refreshed (RFC 7675 asks for 5 s at most).
const ICE_KEEPALIVE: Duration = Duration::from_secs(2);

/// How long a way through a relay is not settled for, from the first check on. The crate keeps the
/// pair that answers first, and a relay in the middle answers sooner than a peer behind a NAT whose
/// port must be learnt first.
const RELAY_WAIT: Duration = Duration::from_millis(300);

/// How often the crate looks at its checks until a pair is chosen. It nominates only when it
/// looks, so this bounds opening: 200 ms, its default, costs 400 ms a connection. The socket
/// thins the repeated checks that come of it.
const ICE_CHECK_INTERVAL: Duration = Duration::from_millis(20);

/// After how many checks a pair is given up: never before the connect deadline, because a peer
/// may get our answer seconds after we began to check.
const ICE_MAX_CHECKS: u16 = u16::MAX - 1;

/// Channels heard of at once. More than the strays a link endures, so that none is missed.
const CHANNELS: usize = 16;

/// Chromium's video header extensions in Chromium's order. The crate numbers extensions as they
/// are registered and refuses an offer that numbers them differently.
const VIDEO_EXTENSIONS: [&str; 11] = [
    "urn:ietf:params:rtp-hdrext:toffset",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "urn:3gpp:video-orientation",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
    "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type",
    "http://www.webrtc.org/experiments/rtp-hdrext/video-timing",
    "http://www.webrtc.org/experiments/rtp-hdrext/color-space",
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
];

/// What was gathered so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Gathered {
    pub(super) complete: bool,
    pub(super) reflexive: bool,
    pub(super) relayed: bool,
}

/// What the connection reports, by value: a slow reader misses steps, never the last one.
pub(super) struct Reports {
    pub(super) gathered: watch::Receiver<Gathered>,
    pub(super) ice: watch::Receiver<RTCIceConnectionState>,
    /// Channels the peer opened.
    pub(super) channels: mpsc::Receiver<Arc<dyn DataChannel>>,
}

/// Runs on the connection's driver, which must not wait: every call here returns at once.
struct Handler {
    gathered: watch::Sender<Gathered>,
    ice: watch::Sender<RTCIceConnectionState>,
    channels: mpsc::Sender<Arc<dyn DataChannel>>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_candidate(&self, event: RTCPeerConnectionIceEvent) {
        self.gathered.send_modify(|gathered| match event.candidate.typ {
            RTCIceCandidateType::Srflx => gathered.reflexive = true,
            RTCIceCandidateType::Relay => gathered.relayed = true,
            _ => {}
        });
    }

    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.gathered.send_modify(|gathered| gathered.complete = true);
        }
    }

    async fn on_ice_connection_state_change(&self, state: RTCIceConnectionState) {
        self.ice.send_replace(state);
    }

    async fn on_data_channel(&self, channel: Arc<dyn DataChannel>) {
        // When it is full, the link is about to end: see `TheirChannels`.
        let _ = self.channels.try_send(channel);
    }
}

/// A connection that is not described yet.
pub(super) struct Made {
    pub(super) connection: Arc<dyn PeerConnection>,
    /// SHA-256 of our certificate (DER).
    pub(super) certificate: [u8; 32],
    pub(super) reports: Reports,
}

/// A certificate for one connection: ECDSA on P-256, self-signed, its names made up.
fn certificate() -> Result<(RTCCertificate, [u8; 32])> {
    let provider = rtc::crypto::default_provider().map_err(opaque)?;
    let params = CertificateParams::new(Vec::new()).map_err(opaque)?;
    let made = RTCCertificate::generate(provider.crypto(), SignatureScheme::EcdsaP256Sha256, params)?;
    let der = made.dtls_certificate.certificate.first();
    let der = der.ok_or_else(|| Error::Other("a certificate without a certificate".into()))?;
    let hash = provider
        .crypto()
        .hash(HashAlgorithm::Sha256, der.as_ref())
        .map_err(opaque)?;
    let hash = hash
        .try_into()
        .map_err(|_| Error::Other("a hash of another length".into()))?;
    Ok((made, hash))
}

fn opaque(error: impl ToString) -> Error {
    Error::Other(error.to_string())
}

/// Makes the connection and binds its sockets.
///
/// # Errors
/// The crate's, when no socket can be bound or its configuration is refused.
pub(super) async fn build(
    runtime: Arc<LinkRuntime>,
    addresses: Vec<SocketAddr>,
    servers: Vec<RTCIceServer>,
    config: &LinkConfig,
    cure: bool,
) -> Result<Made> {
    let mut media = MediaEngine::default();
    media.register_default_codecs()?;
    for uri in VIDEO_EXTENSIONS {
        let extension = RTCRtpHeaderExtensionCapability { uri: uri.to_owned() };
        media.register_header_extension(extension, RtpCodecKind::Video, None)?;
    }
    let interceptors = register_default_interceptors(Registry::new(), &mut media)?;

    // The crate stops checking when it calls a path failed, also one that never was.
    let patience = config.patience.unwrap_or_default().max(ICE_FAILED);
    let mut settings = SettingEngineBuilder::new()
        .with_multicast_dns_mode(MulticastDnsMode::Disabled)
        .with_sctp_max_message_size(SctpMaxMessageSize::Bounded(MAX_MESSAGE as u32))
        .with_sctp_max_receive_buffer_size(SCTP_RECEIVE_WINDOW)
        .with_ice_timeouts(Some(ICE_SILENT), Some(patience), Some(ICE_KEEPALIVE))
        .with_host_acceptance_min_wait(Some(Duration::ZERO))
        .with_srflx_acceptance_min_wait(Some(Duration::ZERO))
        .with_prflx_acceptance_min_wait(Some(Duration::ZERO))
        .with_relay_acceptance_min_wait(Some(match config.route {
            Route::RelayOnly => Duration::ZERO,
            Route::Automatic | Route::DirectOnly => RELAY_WAIT,
        }));
    if cure {
        settings = settings.with_ice_connection_attempts(Some(ICE_CHECK_INTERVAL), Some(ICE_MAX_CHECKS));
    }

    // No two connections share a certificate, so what is bound to one is bound to a connection.
    let (own, certificate) = certificate()?;
    let mut configuration = RTCConfigurationBuilder::new()
        .with_ice_servers(servers)
        .with_certificates(vec![own]);
    if config.route == Route::RelayOnly {
        configuration = configuration.with_ice_transport_policy(RTCIceTransportPolicy::Relay);
    }

    let (gathered_in, gathered) = watch::channel(Gathered::default());
    let (ice_in, ice) = watch::channel(RTCIceConnectionState::New);
    let (channels_in, channels) = mpsc::channel(CHANNELS);
    let handler = Handler {
        gathered: gathered_in,
        ice: ice_in,
        channels: channels_in,
    };
    let connection = PeerConnectionBuilder::new()
        .with_configuration(configuration.build())
        .with_media_engine(media)
        .with_interceptor_registry(interceptors)
        .with_setting_engine(settings.build())
        .with_handler(Arc::new(handler))
        .with_runtime(runtime)
        .with_udp_addrs(addresses)
        .with_data_channel_send_buffer_limit(SCTP_SEND_BUFFER)
        .build()
        .await?;
    let reports = Reports {
        gathered,
        ice,
        channels,
    };
    Ok(Made {
        connection: Arc::new(connection),
        certificate,
        reports,
    })
}
