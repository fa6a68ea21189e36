//! Two links connect through descriptions that went through the compact form: what it leaves out,
//! nobody missed.

mod links;

use dayfly_core::proto::description::{Candidate, CandidateKind, Description, Setup};
use links::{met, stack};

fn through(sdp: String, seen: &mut Vec<Description>) -> String {
    let description = Description::from_sdp(&sdp).expect("our own stack's SDP has a compact form");
    let bytes = description.encode();
    let decoded = Description::decode(&bytes).expect("what was encoded decodes");
    println!("{} bytes of SDP are {} bytes", sdp.len(), bytes.len());
    assert!(bytes.len() < sdp.len() / 4, "{} of {}", bytes.len(), sdp.len());
    seen.push(description);
    decoded.to_sdp()
}

#[tokio::test]
async fn both_descriptions_may_be_compact() {
    let (mut offers, mut answers) = (Vec::new(), Vec::new());
    let (mut a, mut b) = met(
        &stack(),
        |offer| through(offer, &mut offers),
        |answer| through(answer, &mut answers),
    )
    .await;
    let (of_a, of_b) = (a.opened().await, b.opened().await);
    assert_eq!(offers[0].setup, Setup::ActPass);
    assert_eq!(answers[0].setup == Setup::Active, of_b.dtls_client);
    assert_eq!(
        (of_a.ours, of_b.ours),
        (offers[0].fingerprint, answers[0].fingerprint)
    );
    for description in [&offers[0], &answers[0]] {
        let [
            Candidate {
                kind: CandidateKind::Host,
                ip,
                ..
            },
        ] = description.candidates[..]
        else {
            panic!("one address was bound: {description:?}");
        };
        assert!(ip.is_loopback());
    }
    // As large as is announced, which the compact form does not carry.
    a.send(vec![7; 256 * 1024]).await;
    assert_eq!(b.frame().await, vec![7; 256 * 1024]);
    b.send(vec![8]).await;
    assert_eq!(a.frame().await, [8]);
}
