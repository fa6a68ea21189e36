//! What answers say: the DTLS role on a connection that stands, an `inactive` section, and the
//! second component in spite of rtcp-mux.

use rtc::rtp_transceiver::RTCRtpTransceiverDirection;
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use upstream_reproductions::{loses, open, peer};

fn lines<'a>(sdp: &'a str, starts: &'a [&str]) -> Vec<&'a str> {
    let wanted = |line: &&str| starts.iter().any(|start| line.starts_with(start));
    sdp.lines().filter(wanted).collect()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let rule = loses(|_| false);
    let (mut a, mut b) = (peer(&rule).await, peer(&rule).await);
    let channel = a.pc.create_data_channel("x", None).await.expect("a channel");
    let offer = a.offer().await;
    println!("candidates offered: {:#?}", lines(&offer, &["a=candidate"]));
    let answer = b.answer(offer).await;
    println!("first answer, by b: {:?}", lines(&answer, &["a=setup"]));
    a.accept(answer).await;
    open(&*channel).await;

    let transceiver = b.pc.add_transceiver_from_kind(RtpCodecKind::Audio, None).await;
    transceiver
        .expect("a transceiver")
        .set_direction(RTCRtpTransceiverDirection::Inactive)
        .await
        .expect("taken");
    let offer = b.offer().await;
    let answer = a.answer(offer.clone()).await;
    let wanted = ["a=setup", "m=", "a=inactive", "a=recvonly", "a=sendrecv"];
    println!("second offer, by b: {:#?}", lines(&offer, &wanted));
    println!(
        "second answer, by a, which must stay passive and inactive: {:#?}",
        lines(&answer, &wanted)
    );
}
