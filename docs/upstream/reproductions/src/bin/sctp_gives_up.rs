//! The network is away for a while (seconds, the only argument) and comes back. ICE recovers;
//! says when the data channel does, or that it does not within two minutes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use upstream_reproductions::{loses, open, peer};
use webrtc::data_channel::DataChannelEvent;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let outage = Duration::from_secs(seconds.unwrap_or(40));
    let away = Arc::new(AtomicBool::new(false));
    let gone = away.clone();
    let rule = loses(move |_| gone.load(Ordering::Relaxed));
    let (mut a, mut b) = (peer(&rule).await, peer(&rule).await);
    let channel = a.pc.create_data_channel("x", None).await.expect("a channel");
    let answer = b.answer(a.offer().await).await;
    a.accept(answer).await;
    open(&*channel).await;
    let theirs = b.channels.recv().await.expect("the channel");

    away.store(true, Ordering::Relaxed);
    // More than the one packet the window shrinks to, or what is sent later would revive it.
    for _ in 0..20 {
        channel.send_text(&"x".repeat(10_000)).await.expect("queued");
    }
    tokio::time::sleep(outage).await;
    let back = Instant::now();
    away.store(false, Ordering::Relaxed);
    channel.send_text("sent after").await.expect("queued");

    let arrives = async {
        loop {
            match theirs.poll().await {
                Some(DataChannelEvent::OnMessage(_)) => return back.elapsed(),
                Some(DataChannelEvent::OnOpen) => {}
                other => panic!("{other:?}"),
            }
        }
    };
    let ended = async {
        let event = channel.poll().await;
        format!("the sender was told {event:?}: not reproduced")
    };
    tokio::select! {
        late = arrives => println!("after {outage:?} away, data arrived {late:?} later"),
        message = ended => println!("{message}"),
        () = tokio::time::sleep(Duration::from_secs(120)) => println!(
            "after {outage:?} away, nothing arrived and nobody was told within two minutes; ICE \
             is {}, {} bytes wait",
            *a.ice.borrow(),
            channel.outstanding_bytes().await.expect("open"),
        ),
    }
}
