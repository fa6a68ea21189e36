//! Opening a data channel over a path without any delay takes two to three ticks of 200 ms.

use std::time::Instant;
use upstream_reproductions::{loses, open, peer};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for _ in 0..5 {
        let start = Instant::now();
        let rule = loses(move |datagram| {
            let kind = match datagram[0] {
                0 | 1 => "STUN",
                20..=22 => "DTLS handshake",
                _ => "DTLS data",
            };
            println!(
                "{:5} ms  {kind}, {} bytes",
                start.elapsed().as_millis(),
                datagram.len()
            );
            false
        });
        let (mut a, mut b) = (peer(&rule).await, peer(&rule).await);
        let channel = a.pc.create_data_channel("x", None).await.expect("a channel");
        let answer = b.answer(a.offer().await).await;
        a.accept(answer).await;
        open(&*channel).await;
        println!("{:5} ms  open\n", start.elapsed().as_millis());
        let _ = (a.pc.close().await, b.pc.close().await);
    }
}
