//! The client's last flight is lost twice, and the handshake never ends: the server's repeat stops
//! the client's timer.

use std::time::{Duration, Instant};
use upstream_reproductions::{loses, open, peer};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut lost = 0;
    let rule = loses(move |datagram| {
        // A handshake record with a Certificate (11) that is not the server's: its flight begins
        // with a ServerHello (2). It is lost twice.
        let client_flight = datagram[0] == 22 && datagram.get(13) == Some(&11);
        lost += u32::from(client_flight);
        client_flight && lost <= 2
    });
    let (mut a, mut b) = (peer(&rule).await, peer(&rule).await);
    let channel = a.pc.create_data_channel("x", None).await.expect("a channel");
    let answer = b.answer(a.offer().await).await;
    a.accept(answer).await;
    let start = Instant::now();
    let opened = tokio::time::timeout(Duration::from_secs(120), open(&*channel)).await;
    println!(
        "opened: {opened:?} after {:?}; the states are {} and {}",
        start.elapsed(),
        *a.connection.borrow(),
        *b.connection.borrow()
    );
}
