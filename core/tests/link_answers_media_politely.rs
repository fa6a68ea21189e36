//! A page that turns its camera on offers media over the open channel. A link answers, takes no
//! media and sends none, keeps the DTLS roles, and carries on; what makes no sense ends it.
//! A page that opens channels nobody agreed on is shown the door.

mod links;

use dayfly_core::proto::room::LinkEvent;
use links::End;
use rtc::ice::mdns::MulticastDnsMode;
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use std::sync::Arc;
use tokio::sync::watch;
use webrtc::data_channel::{DataChannel, DataChannelEvent};
use webrtc::peer_connection::{
    MediaEngine, PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceGatheringState,
    RTCSessionDescription, SettingEngineBuilder,
};

/// A page's end: a peer connection that does as it is told.
struct Page {
    connection: Arc<dyn PeerConnection>,
    gathered: watch::Receiver<bool>,
}

struct Gathered(watch::Sender<bool>);

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Gathered {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        self.0.send_replace(state == RTCIceGatheringState::Complete);
    }
}

impl Page {
    async fn new() -> Self {
        let (done, gathered) = watch::channel(false);
        let settings = SettingEngineBuilder::new().with_multicast_dns_mode(MulticastDnsMode::Disabled);
        let mut media = MediaEngine::default();
        media.register_default_codecs().expect("they are known");
        let connection = PeerConnectionBuilder::new()
            .with_media_engine(media)
            .with_setting_engine(settings.build())
            .with_handler(Arc::new(Gathered(done)))
            .with_udp_addrs(vec!["127.0.0.1:0".to_owned()])
            .build()
            .await
            .expect("a socket");
        Self {
            connection: Arc::new(connection),
            gathered,
        }
    }

    async fn channel(&self, label: &str) -> Arc<dyn DataChannel> {
        let channel = self.connection.create_data_channel(label, None).await;
        channel.expect("a channel")
    }

    async fn offer(&mut self) -> String {
        let offer = self.connection.create_offer(None).await.expect("an offer");
        let set = self.connection.set_local_description(offer).await;
        set.expect("an own offer is taken");
        let _ = self.gathered.wait_for(|done| *done).await;
        let description = self.connection.local_description().await;
        description.expect("a description").sdp
    }

    async fn accept(&self, answer: String) {
        let answer = RTCSessionDescription::answer(answer).expect("an answer");
        let set = self.connection.set_remote_description(answer).await;
        set.expect("a polite answer is taken");
    }
}

/// A page and a link, open over the page's channel.
async fn joined(page: &mut Page) -> (End, Arc<dyn DataChannel>) {
    let channel = page.channel("data").await;
    let mut link = links::answer(&links::stack(), &links::loopback(), page.offer().await);
    page.accept(link.described().await).await;
    link.opened().await;
    (link, channel)
}

async fn renegotiated(link: &mut End) -> String {
    match link.next().await {
        LinkEvent::Renegotiated { sdp } => sdp,
        other => panic!("expected an answer, got {other:?}"),
    }
}

fn setup(sdp: &str) -> Vec<&str> {
    sdp.lines().filter(|line| line.starts_with("a=setup:")).collect()
}

#[tokio::test]
async fn media_is_answered_inactive_and_the_channel_carries_on() {
    let mut page = Page::new().await;
    let channel = page.channel("data").await;
    let mut link = links::answer(&links::stack(), &links::loopback(), page.offer().await);
    let first = link.described().await;
    page.accept(first.clone()).await;
    link.opened().await;
    for kind in [RtpCodecKind::Video, RtpCodecKind::Audio] {
        let added = page.connection.add_transceiver_from_kind(kind, None).await;
        added.expect("a transceiver");
        link.link().renegotiate(page.offer().await);
        let answer = renegotiated(&mut link).await;
        assert!(
            answer.contains("a=rtpmap"),
            "a page ignores an answer without codecs"
        );
        for section in answer.split("m=").skip(1) {
            let media = section.starts_with("video ") || section.starts_with("audio ");
            assert_eq!(media, section.contains("a=inactive"), "{section}");
        }
        assert_eq!(setup(&answer)[0], setup(&first)[0]);
        page.accept(answer).await;
    }
    link.send(b"still here".to_vec()).await;
    loop {
        match channel.poll().await {
            Some(DataChannelEvent::OnMessage(message)) => {
                assert_eq!(&message.data[..], b"still here");
                break;
            }
            Some(_) => {}
            None => panic!("the channel ended"),
        }
    }
    page.connection.close().await.expect("closed");
    link.closed().await;
}

#[tokio::test]
async fn an_offer_that_makes_no_sense_ends_the_link() {
    let mut page = Page::new().await;
    let (mut link, _channel) = joined(&mut page).await;
    link.link().renegotiate("v=0\r\nnonsense".into());
    let reason = link.closed().await;
    assert!(reason.contains("other side"), "{reason}");
}

#[tokio::test]
async fn only_the_agreed_channel_counts() {
    let mut page = Page::new().await;
    let mut strays = vec![page.channel("other").await];
    let mut link = links::answer(&links::stack(), &links::loopback(), page.offer().await);
    page.accept(link.described().await).await;
    // The agreed one comes late, and is found.
    strays.push(page.channel("data").await);
    link.opened().await;
    for n in 0..20 {
        strays.push(page.channel(&format!("stray {n}")).await);
    }
    let reason = link.closed().await;
    assert!(reason.contains("nobody agreed on"), "{reason}");
}
