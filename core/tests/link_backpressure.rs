//! A sender that is faster than its reader is told so: it holds a bounded number of bytes, and
//! once the reader reads, everything arrives, in order.

mod links;

use dayfly_core::link::SEND_QUEUE;
use links::{connected, stack};
use std::time::{Duration, Instant};

const MESSAGE: usize = 16 * 1024;

/// What lies between the two queues at most: SCTP's send buffer, its receive window twice (once
/// taken out of it but not yet handed over), 256 messages in each of the crate's two queues, and
/// the sink's 64.
const BETWEEN: usize = (2 << 20) + 2 * (1 << 20) + (2 * 256 + 64 + 2) * MESSAGE;

#[tokio::test]
async fn nothing_is_lost_and_memory_is_bounded() {
    let (a, mut b) = connected(&stack()).await;
    let mut sent: u32 = 0;
    let mut last = Instant::now();
    // Nobody reads. Go on until the link has been full for a while.
    while last.elapsed() < Duration::from_millis(500) {
        let mut message = vec![0; MESSAGE];
        message[..4].copy_from_slice(&sent.to_be_bytes());
        if a.link().send(message).is_ok() {
            sent += 1;
            last = Instant::now();
        } else {
            assert!(a.link().capacity() < MESSAGE);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let bytes = sent as usize * MESSAGE;
        assert!(bytes <= SEND_QUEUE + BETWEEN, "{bytes} bytes were taken");
    }
    assert!(sent as usize * MESSAGE >= SEND_QUEUE);
    for n in 0..sent {
        let message = b.frame().await;
        assert_eq!((message.len(), &message[..4]), (MESSAGE, &n.to_be_bytes()[..]));
    }
    // And it goes on.
    a.send(vec![9; 10]).await;
    assert_eq!(b.frame().await, vec![9; 10]);
}

#[tokio::test]
async fn a_message_beyond_the_bound_is_not_taken() {
    let (a, mut b) = connected(&stack()).await;
    assert!(a.link().send(vec![0; 256 * 1024 + 1]).is_err());
    a.send(vec![1; 256 * 1024]).await;
    assert_eq!(b.frame().await.len(), 256 * 1024);
}
