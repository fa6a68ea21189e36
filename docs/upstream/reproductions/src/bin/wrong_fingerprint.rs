//! A peer whose certificate is not the announced one is refused, silently.

use std::time::Duration;
use upstream_reproductions::{loses, open, peer};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let rule = loses(|datagram| {
        if datagram[0] == 21 {
            println!("an alert was sent");
        }
        false
    });
    let (mut a, mut b) = (peer(&rule).await, peer(&rule).await);
    let channel = a.pc.create_data_channel("x", None).await.expect("a channel");
    let answer = b.answer(a.offer().await).await;
    let at = answer.find("sha-256 ").expect("a fingerprint") + 8;
    let digit = if answer.as_bytes()[at] == b'0' { "1" } else { "0" };
    a.accept(answer[..at].to_owned() + digit + &answer[at + 1..])
        .await;
    let opened = tokio::time::timeout(Duration::from_secs(60), open(&*channel)).await;
    println!(
        "opened: {opened:?}; the deceived side is {}, where failed was expected",
        *a.connection.borrow()
    );
}
