//! The task of one link: negotiates, opens, carries, ends.

use super::relays::LinkRelays;
use super::runtime::LinkRuntime;
use super::sdp::Setup;
use super::setup::{self, Gathered, Made, Reports};
use super::{Frame, Interfaces, Shared, addresses, native, sdp};
use crate::link::{CONNECT, LinkConfig, LinkSink, Route};
use bytes::{Bytes, BytesMut};
use dayfly_proto::id::LinkId;
use dayfly_proto::room::{Binding, LinkEvent, Via};
use futures_util::FutureExt;
use rtc::crypto::HashAlgorithm;
use std::future::pending;
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use webrtc::data_channel::{DataChannel, DataChannelEvent};
use webrtc::peer_connection::{
    PeerConnection, RTCIceCandidateType, RTCIceConnectionState, RTCSessionDescription,
};
use webrtc::runtime::{Runtime, timeout};

/// Label of the one channel, as Trystero's pages make it.
const CHANNEL: &str = "data";

/// A description is complete this long after the link was made, at the latest.
const GATHER: Duration = Duration::from_secs(1);

/// How much longer to wait for a relay that is on its way, or without which there is no way: TCP,
/// TLS and two rounds of TURN take five round trips.
const GATHER_RELAY: Duration = Duration::from_secs(3);

/// How long an offer rests that no relay would carry. The room makes another as soon as it is
/// gone, and a relay that refuses need not be asked again at once.
const REST: Duration = Duration::from_secs(10);

/// How long to wait for further servers once one has answered.
const GATHER_MORE: Duration = Duration::from_millis(100);

/// How long a polite end may take.
const FLUSH: Duration = Duration::from_secs(1);

/// SCTP gives up after five tries without a word (31 s), so a channel that was given data and
/// had none acknowledged for this long is over even if ICE still hears the peer.
const STUCK: Duration = Duration::from_secs(35);

/// How often to look whether data is acknowledged.
const LOOK: Duration = Duration::from_secs(5);

/// Channels beyond the one before the peer is shown the door.
const MAX_STRAY_CHANNELS: usize = 4;

pub(super) enum Role {
    Offer,
    Answer(String),
}

pub(super) enum Control {
    Accept(String),
    Renegotiate(String),
    OpenNative,
    Rebind,
}

/// What the handle wants of the task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    NotYet,
    /// After the queue is out, or after [`FLUSH`].
    Polite,
    /// At once.
    Now,
}

pub(super) struct Task {
    pub(super) link: LinkId,
    pub(super) role: Role,
    pub(super) config: LinkConfig,
    pub(super) sink: LinkSink,
    pub(super) shared: Arc<Shared>,
    pub(super) interfaces: Interfaces,
    pub(super) cure: bool,
    pub(super) controls: mpsc::Receiver<Control>,
    pub(super) frames: mpsc::Receiver<Frame>,
    pub(super) ending: watch::Receiver<Ending>,
    /// Who began DTLS, once that is negotiated.
    pub(super) setup: Option<Setup>,
}

/// Why a link is over.
pub(super) enum Over {
    /// The owner hears this sentence.
    Because(String),
    /// The owner asked for it, or is gone: nobody is told.
    Quietly,
}

pub(super) fn because(sentence: impl ToString) -> Over {
    Over::Because(sentence.to_string())
}

impl Task {
    /// Runs the link to its end.
    pub(super) async fn run(self, base: Arc<dyn Runtime>) {
        let runtime = LinkRuntime::new(base, self.cure, self.config.route != Route::RelayOnly);
        let guard = AbortAll(runtime.clone());
        let (link, sink) = (self.link, self.sink.clone());
        let over = AssertUnwindSafe(self.drive(runtime))
            .catch_unwind()
            .await
            .unwrap_or_else(|_| because("the connection failed inside; it was closed"));
        drop(guard);
        if let Over::Because(reason) = over {
            // When nobody listens there is nobody to tell.
            let _ = sink.send((link, LinkEvent::Closed { reason })).await;
        }
    }

    async fn drive(mut self, runtime: Arc<LinkRuntime>) -> Over {
        let mut ending = self.ending.clone();
        let shared = self.shared.clone();
        let mut connection = None;
        let over = {
            let mut work = std::pin::pin!(self.work(&runtime, &mut connection));
            tokio::select! {
                over = &mut work => over,
                polite = ended(&mut ending) => {
                    // Before it is open nothing can be on its way out.
                    if polite && shared.binding.get().is_some() {
                        let _ = timeout(&**runtime.base(), FLUSH, work).await;
                    }
                    Over::Quietly
                }
            }
        };
        if let Some(connection) = connection {
            let _ = timeout(&**runtime.base(), FLUSH, connection.close()).await;
        }
        over
    }

    /// Everything up to the end. The connection is left in `made` for whoever ends it.
    async fn work(&mut self, runtime: &Arc<LinkRuntime>, made: &mut Option<Arc<dyn PeerConnection>>) -> Over {
        let Negotiated {
            mut relays,
            connection,
            certificate,
            reports,
            channel,
            native,
        } = match self.negotiate(runtime, made).await {
            Ok(negotiated) => negotiated,
            Err(over) => return over,
        };
        let Reports { ice, channels, .. } = reports;
        let native = native.as_deref();
        let patience = self.config.patience.unwrap_or(CONNECT);
        let open = watch::Sender::new(false);
        let wanted = watch::Sender::new(false);
        let setup = watch::Sender::new(self.setup);
        let out = Out {
            link: self.link,
            sink: &self.sink,
        };
        let mut theirs = TheirChannels {
            heard: channels,
            stray: 0,
        };
        let carried = async {
            let channel = match channel {
                Some(channel) => channel,
                None => match theirs.agreed().await {
                    Ok(channel) => channel,
                    Err(over) => return over,
                },
            };
            let opened = open.subscribe();
            let channels = Channels {
                data: &*channel,
                native,
            };
            let sending = send(runtime, channels, &mut self.frames, &self.shared, opened);
            let bound = Bound {
                connection: &*connection,
                certificate,
                setup: &setup,
            };
            let receiving = receive(runtime, &out, bound, &*channel, &self.shared, &open);
            let watching = watch_progress(runtime, channels, &self.shared, open.subscribe());
            tokio::select! {
                over = sending => over,
                over = receiving => over,
                over = watching => over,
                over = theirs.no_more() => over,
            }
        };
        let obedient = Obedient {
            runtime,
            config: &self.config,
            interfaces: &self.interfaces,
        };
        tokio::select! {
            over = carried => over,
            over = native::receive(&out, native, &self.shared, wanted.subscribe()) => over,
            over = obey(&obedient, &out, &*connection, &mut self.controls, &setup, &wanted) => over,
            over = watch_path(runtime, &out, &*connection, ice.clone(), open.subscribe()) => over,
            over = relays.watch(&out, &*connection, setup.subscribe()) => over,
            over = give_up(runtime, patience, setup.subscribe(), open.subscribe(), ice.clone()) => over,
            () = runtime.moves() => Over::Quietly,
            () = runtime.stopped() => because("the connection broke down; try again"),
        }
    }

    /// Makes the connection and describes it. The channel is ours when we offer.
    async fn negotiate(
        &mut self,
        runtime: &Arc<LinkRuntime>,
        made: &mut Option<Arc<dyn PeerConnection>>,
    ) -> Result<Negotiated, Over> {
        let deadline = runtime.base().now() + GATHER;
        let offer = match &mut self.role {
            Role::Offer => None,
            Role::Answer(text) => {
                let text = std::mem::take(text);
                let offer = sdp::first(&text, &self.config).map_err(because)?;
                if let Some(mover) = runtime.mover() {
                    mover.theirs(&offer);
                }
                Some(offer)
            }
        };
        let servers = addresses::resolve(&**runtime.base(), &self.config)
            .await
            .map_err(because)?;
        let bind = self.interfaces.addresses(&self.config);
        if bind.is_empty() {
            return Err(because("this device has no network; connect it and try again"));
        }
        let stun = !servers.stun.is_empty();
        let (mut relays, servers) = LinkRelays::of(servers, &bind, runtime);
        let turn = !relays.is_empty();
        if self.config.route == Route::RelayOnly {
            if !turn {
                // The stack makes no connection that may go nowhere.
                let out = Out {
                    link: self.link,
                    sink: &self.sink,
                };
                relays.tell(&out).await?;
                return Err(self.without_relay(runtime).await);
            }
            runtime.allow_only(relays.addresses().to_vec());
        }
        let Made {
            connection,
            certificate,
            mut reports,
        } = setup::build(runtime.clone(), bind, servers, &self.config, self.cure)
            .await
            .map_err(|_| because("no network socket could be had; try again"))?;
        *made = Some(connection.clone());

        let (mut channel, mut native) = (None, None);
        let described = async {
            if self.config.native {
                native = Some(native::make(&*connection).await?);
            }
            if let Some(offer) = offer {
                let offer = RTCSessionDescription::offer(offer)?;
                connection.set_remote_description(offer).await?;
                let answer = connection.create_answer(None).await?;
                connection.set_local_description(answer).await
            } else {
                channel = Some(connection.create_data_channel(CHANNEL, None).await?);
                let offer = connection.create_offer(None).await?;
                connection.set_local_description(offer).await
            }
        };
        described.await.map_err(|_: webrtc::error::Error| {
            because("the other side's connection description makes no sense")
        })?;

        let rest = deadline.saturating_duration_since(runtime.base().now());
        let gathered = &mut reports.gathered;
        let base = &**runtime.base();
        let _ = timeout(base, rest, async {
            // An error would mean that the driver is gone, which is seen elsewhere.
            let mut known = gathered.clone();
            let enough = |g: &Gathered| g.complete || (g.reflexive || !stun) && (g.relayed || !turn);
            let known = async { drop(known.wait_for(enough).await) };
            tokio::select! {
                () = known => {}
                () = relays.all_failed() => {
                    let _ = gathered.wait_for(|g| g.complete || g.reflexive || !stun).await;
                }
            }
            let more = relays.all_settled(gathered.clone());
            let _ = timeout(base, GATHER_MORE, more).await;
        })
        .await;
        let relay_only = self.config.route == Route::RelayOnly;
        if turn && !gathered.borrow().relayed && (relay_only || relays.any_answers()) {
            let _ = timeout(base, GATHER_RELAY, async {
                tokio::select! {
                    _ = gathered.wait_for(|g| g.relayed) => {}
                    () = relays.all_failed() => {}
                }
            })
            .await;
        }
        let relayed = gathered.borrow().relayed;
        if !relayed {
            relays.out_of_patience();
        }
        let sdp = connection
            .local_description()
            .await
            .ok_or_else(|| because("the connection could not be described; try again"))?
            .sdp;
        let sdp = sdp::outgoing(&sdp, None, self.config.route);
        if let Some(mover) = runtime.mover() {
            mover.ours(&sdp, matches!(self.role, Role::Offer));
        }
        if let Role::Answer(_) = self.role {
            self.setup = Some(Setup::ours(&sdp, true));
        }
        let out = Out {
            link: self.link,
            sink: &self.sink,
        };
        relays.tell(&out).await?;
        if relay_only && !relayed {
            return Err(self.without_relay(runtime).await);
        }
        out.tell(LinkEvent::Described { sdp }).await?;
        Ok(Negotiated {
            relays,
            connection,
            certificate,
            reports,
            channel,
            native,
        })
    }

    /// The end of a link that may only be relayed and is not.
    async fn without_relay(&self, runtime: &LinkRuntime) -> Over {
        // Nobody could answer this, and an answer must not keep its peer waiting.
        if let Role::Offer = self.role {
            runtime.base().sleep(REST).await;
        }
        because("only relayed connections are allowed, but no relay relays")
    }
}

/// A connection that is described.
struct Negotiated {
    relays: LinkRelays,
    connection: Arc<dyn PeerConnection>,
    /// SHA-256 of our certificate.
    certificate: [u8; 32],
    reports: Reports,
    /// Ours, when we offered.
    channel: Option<Arc<dyn DataChannel>>,
    native: Option<Arc<dyn DataChannel>>,
}

/// Where frames go.
#[derive(Clone, Copy)]
struct Channels<'a> {
    data: &'a dyn DataChannel,
    native: Option<&'a dyn DataChannel>,
}

impl Channels<'_> {
    /// Bytes given to SCTP and not yet acknowledged; none once the connection is gone.
    async fn outstanding(&self) -> usize {
        let data = self.data.outstanding_bytes().await.unwrap_or(0);
        match self.native {
            Some(native) => data + native.outstanding_bytes().await.unwrap_or(0),
            None => data,
        }
    }
}

/// What the connection is known by, as far as that is known before it is open.
struct Bound<'a> {
    connection: &'a dyn PeerConnection,
    /// SHA-256 of our certificate.
    certificate: [u8; 32],
    setup: &'a watch::Sender<Option<Setup>>,
}

impl Bound<'_> {
    /// All of it, once DTLS is up.
    async fn binding(&self) -> Option<Binding> {
        let setup = *self.setup.borrow();
        Some(Binding {
            ours: self.certificate,
            theirs: certificate(self.connection).await?,
            dtls_client: setup? == Setup::Active,
        })
    }
}

/// The way to the owner.
pub(super) struct Out<'a> {
    link: LinkId,
    sink: &'a LinkSink,
}

impl Out<'_> {
    pub(super) async fn tell(&self, event: LinkEvent) -> Result<(), Over> {
        self.sink
            .send((self.link, event))
            .await
            .map_err(|_| Over::Quietly)
    }
}

/// Ends what the connection still runs, however its task ends.
struct AbortAll(Arc<LinkRuntime>);

impl Drop for AbortAll {
    fn drop(&mut self) {
        self.0.abort_all();
    }
}

/// Resolves when the handle wants an end; true for a polite one.
async fn ended(ending: &mut watch::Receiver<Ending>) -> bool {
    match ending.wait_for(|ending| *ending != Ending::NotYet).await {
        Ok(ending) => *ending == Ending::Polite,
        Err(_) => false,
    }
}

/// Channels the peer opened.
struct TheirChannels {
    heard: mpsc::Receiver<Arc<dyn DataChannel>>,
    stray: usize,
}

impl TheirChannels {
    /// Waits for the agreed one. Others are closed; too many of them end the link.
    async fn agreed(&mut self) -> Result<Arc<dyn DataChannel>, Over> {
        while let Some(channel) = self.heard.recv().await {
            let label = channel.label().await.unwrap_or_default();
            let retransmits = channel.max_retransmits().await.unwrap_or_default();
            let lifetime = channel.max_packet_life_time().await.unwrap_or_default();
            let reliable = retransmits.is_none() && lifetime.is_none();
            if label == CHANNEL && reliable && channel.ordered().await.unwrap_or_default() {
                return Ok(channel);
            }
            self.turn_away(&*channel).await?;
        }
        pending().await
    }

    /// Closes whatever else the peer opens, until it is too much.
    async fn no_more(&mut self) -> Over {
        while let Some(channel) = self.heard.recv().await {
            if let Err(over) = self.turn_away(&*channel).await {
                return over;
            }
        }
        pending().await
    }

    async fn turn_away(&mut self, channel: &dyn DataChannel) -> Result<(), Over> {
        let _ = channel.close().await;
        self.stray += 1;
        if self.stray > MAX_STRAY_CHANNELS {
            return Err(because("the other side opened channels nobody agreed on"));
        }
        Ok(())
    }
}

/// Moves frames from the queue to SCTP. Ends when the handle is gone and all is acknowledged.
async fn send(
    runtime: &LinkRuntime,
    channels: Channels<'_>,
    frames: &mut mpsc::Receiver<Frame>,
    shared: &Shared,
    mut opened: watch::Receiver<bool>,
) -> Over {
    if opened.wait_for(|open| *open).await.is_err() {
        return pending().await;
    }
    while let Some(frame) = frames.recv().await {
        let length = frame.bytes.len();
        let bytes = BytesMut::from(Bytes::from(frame.bytes));
        let sent = match channels.native {
            Some(native) if frame.native => native.send(bytes).await,
            _ => channels.data.send(bytes).await,
        };
        shared.given.fetch_add(length, Ordering::Relaxed);
        shared.queued.fetch_sub(length, Ordering::Relaxed);
        if sent.is_err() {
            // The receiving side knows why.
            return pending().await;
        }
    }
    while channels.outstanding().await > 0 {
        runtime.base().sleep(Duration::from_millis(5)).await;
    }
    Over::Quietly
}

/// Ends a link whose data is no longer acknowledged.
async fn watch_progress(
    runtime: &LinkRuntime,
    channels: Channels<'_>,
    shared: &Shared,
    mut opened: watch::Receiver<bool>,
) -> Over {
    if opened.wait_for(|open| *open).await.is_err() {
        return pending().await;
    }
    let (mut acknowledged, mut since) = (0, runtime.base().now());
    loop {
        runtime.base().sleep(LOOK).await;
        let given = shared.given.load(Ordering::Relaxed);
        let outstanding = channels.outstanding().await;
        let (so_far, now) = (given.wrapping_sub(outstanding), runtime.base().now());
        if outstanding == 0 || so_far != acknowledged {
            (acknowledged, since) = (so_far, now);
        } else if now - since > STUCK {
            return because("the connection stopped carrying data");
        }
    }
}

/// Messages held back until the channel is open. Further ones go on at once and are ignored, as
/// anything is before that.
const EARLY: usize = 64;

/// Moves messages from SCTP to the owner, as fast as the owner takes them.
async fn receive(
    runtime: &LinkRuntime,
    out: &Out<'_>,
    bound: Bound<'_>,
    channel: &dyn DataChannel,
    shared: &Shared,
    open: &watch::Sender<bool>,
) -> Over {
    // Through a relay the crate tells of a message before it tells of the opening that came with it.
    let mut early: Vec<Vec<u8>> = Vec::new();
    while let Some(event) = channel.poll().await {
        let told = match event {
            DataChannelEvent::OnOpen if !*open.borrow() => {
                let Some(binding) = bound.binding().await else {
                    return because("the other side showed no certificate");
                };
                let _ = shared.binding.set(binding);
                let via = path(bound.connection).await;
                runtime.opened();
                let mut told = out.tell(LinkEvent::Open { via, binding }).await;
                open.send_replace(true);
                for frame in early.drain(..) {
                    if told.is_ok() {
                        told = out.tell(LinkEvent::Frame(frame)).await;
                    }
                }
                told
            }
            DataChannelEvent::OnMessage(message) if !*open.borrow() && early.len() < EARLY => {
                early.push(message.data.into());
                Ok(())
            }
            DataChannelEvent::OnMessage(message) => out.tell(LinkEvent::Frame(message.data.into())).await,
            DataChannelEvent::OnClose | DataChannelEvent::OnError => break,
            _ => Ok(()),
        };
        if let Err(over) = told {
            return over;
        }
    }
    because("the other side closed the connection")
}

/// SHA-256 over the certificate the peer has proven to own in this connection's handshake.
async fn certificate(connection: &dyn PeerConnection) -> Option<[u8; 32]> {
    let transport = connection.sctp().await?.transport();
    let chain = transport.get_remote_certificates().await.ok()?;
    let provider = rtc::crypto::default_provider().ok()?;
    let hash = provider
        .crypto()
        .hash(HashAlgorithm::Sha256, chain.first()?)
        .ok()?;
    hash.try_into().ok()
}

/// Which way the chosen pair of candidates leads.
async fn path(connection: &dyn PeerConnection) -> Via {
    let pair = match connection.sctp().await {
        Some(sctp) => sctp
            .transport()
            .ice_transport()
            .get_selected_candidate_pair()
            .await
            .ok()
            .flatten(),
        None => None,
    };
    let relayed = |typ| typ == RTCIceCandidateType::Relay;
    match pair {
        Some(pair) if relayed(pair.local().typ) || relayed(pair.remote().typ) => Via::Relay,
        _ => Via::Direct,
    }
}

/// What a link needs to do what the handle asks for.
struct Obedient<'a> {
    runtime: &'a LinkRuntime,
    config: &'a LinkConfig,
    interfaces: &'a Interfaces,
}

impl Obedient<'_> {
    /// Gives the descriptions to what moves the connection; ours is an answer.
    fn learn(&self, ours: Option<&str>, theirs: &str) {
        if let Some(mover) = self.runtime.mover() {
            mover.theirs(theirs);
            if let Some(ours) = ours {
                mover.ours(ours, false);
            }
        }
    }
}

/// Does what the handle asks for.
async fn obey(
    own: &Obedient<'_>,
    out: &Out<'_>,
    connection: &dyn PeerConnection,
    controls: &mut mpsc::Receiver<Control>,
    setup: &watch::Sender<Option<Setup>>,
    wanted: &watch::Sender<bool>,
) -> Over {
    while let Some(control) = controls.recv().await {
        let known = *setup.borrow();
        let done = match control {
            // There is one answer to one offer; whatever comes later is no part of it.
            Control::Accept(_) if known.is_some() => Ok(()),
            Control::Accept(answer) => match accept(own, connection, &answer).await {
                Ok(()) => {
                    setup.send_replace(Some(Setup::ours(&answer, false)));
                    Ok(())
                }
                Err(over) => Err(over),
            },
            Control::Renegotiate(offer) => match renegotiate(own, connection, &offer, known).await {
                Ok(sdp) => out.tell(LinkEvent::Renegotiated { sdp }).await,
                Err(over) => Err(over),
            },
            Control::OpenNative => {
                wanted.send_replace(true);
                Ok(())
            }
            Control::Rebind => {
                let addresses = own.interfaces.addresses(own.config);
                let addresses: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
                own.runtime.rebind(&addresses);
                Ok(())
            }
        };
        if let Err(over) = done {
            return over;
        }
    }
    pending().await
}

async fn accept(own: &Obedient<'_>, connection: &dyn PeerConnection, answer: &str) -> Result<(), Over> {
    let answer = sdp::first(answer, own.config).map_err(because)?;
    own.learn(None, &answer);
    let answer = RTCSessionDescription::answer(answer).map_err(|_| nonsense())?;
    connection
        .set_remote_description(answer)
        .await
        .map_err(|_| nonsense())
}

fn nonsense() -> Over {
    because("the other side's answer makes no sense")
}

/// Answers an offer on the open connection. The polite side takes its own offer back first, and
/// says so: the crate refuses to do it by itself.
async fn renegotiate(
    own: &Obedient<'_>,
    connection: &dyn PeerConnection,
    offer: &str,
    setup: Option<Setup>,
) -> Result<String, Over> {
    let failed = |_: webrtc::error::Error| because("the other side's new offer makes no sense");
    let live = certificate(connection).await;
    // Without a certificate there is no open connection that an offer could have come over.
    let live = live.ok_or_else(|| because("the other side made a new offer too soon"))?;
    let offer = sdp::under(offer, &live, own.config).map_err(because)?;
    let theirs = offer.clone();
    if connection.pending_local_description().await.is_some() {
        let rollback = RTCSessionDescription::rollback(None).map_err(failed)?;
        connection.set_local_description(rollback).await.map_err(failed)?;
    }
    let offer = RTCSessionDescription::offer(offer).map_err(failed)?;
    connection.set_remote_description(offer).await.map_err(failed)?;
    let answer = connection.create_answer(None).await.map_err(failed)?;
    connection.set_local_description(answer).await.map_err(failed)?;
    let answer = connection
        .local_description()
        .await
        .ok_or_else(|| because("the new description was lost; try again"))?;
    // It may have restarted ICE, and with it changed the credentials.
    own.learn(Some(&answer.sdp), &theirs);
    Ok(sdp::outgoing(&answer.sdp, setup, own.config.route))
}

/// Tells of silence, of voices, and of the way between them.
async fn watch_path(
    runtime: &LinkRuntime,
    out: &Out<'_>,
    connection: &dyn PeerConnection,
    mut ice: watch::Receiver<RTCIceConnectionState>,
    mut open: watch::Receiver<bool>,
) -> Over {
    if open.wait_for(|open| *open).await.is_err() {
        return pending().await;
    }
    let mut via = path(connection).await;
    let mut silent = false;
    loop {
        let state = *ice.borrow_and_update();
        let told = match state {
            RTCIceConnectionState::Failed | RTCIceConnectionState::Closed => {
                return because("the other side has not answered for half a minute");
            }
            RTCIceConnectionState::Disconnected if !silent => {
                silent = true;
                // The network may have changed without anybody's saying so, on either side.
                runtime.seek();
                out.tell(LinkEvent::Silent).await
            }
            RTCIceConnectionState::Connected | RTCIceConnectionState::Completed if silent => {
                silent = false;
                out.tell(LinkEvent::Heard).await
            }
            _ => Ok(()),
        };
        if let Err(over) = told {
            return over;
        }
        let now = path(connection).await;
        if now != via {
            via = now;
            if let Err(over) = out.tell(LinkEvent::Path { via }).await {
                return over;
            }
        }
        let told = tokio::select! {
            changed = ice.changed() => match changed {
                Ok(()) => Ok(()),
                Err(_) => return pending().await,
            },
            () = runtime.found() => out.tell(LinkEvent::Heard).await,
        };
        if let Err(over) = told {
            return over;
        }
    }
}

/// Ends an attempt that does not open in time. The crate would wait for ever where the DTLS
/// handshake fails.
async fn give_up(
    runtime: &LinkRuntime,
    patience: Duration,
    mut setup: watch::Receiver<Option<Setup>>,
    open: watch::Receiver<bool>,
    ice: watch::Receiver<RTCIceConnectionState>,
) -> Over {
    if setup.wait_for(Option::is_some).await.is_err() {
        return pending().await;
    }
    runtime.base().sleep(patience).await;
    if *open.borrow() {
        return pending().await;
    }
    let state = *ice.borrow();
    because(match state {
        // Disconnected is what was connected.
        RTCIceConnectionState::Connected
        | RTCIceConnectionState::Completed
        | RTCIceConnectionState::Disconnected => {
            "the two sides reached each other but the encryption failed; the other side may not \
             be who it was said to be"
        }
        _ => "no connection came about; one of the two networks may allow none without a relay",
    })
}
