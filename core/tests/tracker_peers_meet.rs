//! Two peers that announce in one swarm of the embedded tracker get each other's offers and
//! answers, whole and unchanged, and nobody else's; one socket carries several swarms and ids.

mod tracker_support;

use dayfly_core::proto::room::MeetEvent;
use dayfly_core::rendezvous::Rendezvous;
use tracker_support::{Meeter, offer, peer, topic, tracker, until, within};

#[tokio::test]
async fn an_offer_arrives_and_its_answer_returns() {
    let tracker = tracker().await;
    let (mut a, mut b) = (Meeter::at(&tracker.url()), Meeter::at(&tracker.url()));
    a.up().await;
    b.up().await;
    b.client.announce(topic(1), peer(2), Vec::new());
    until("b is in the swarm", || tracker.stats().peers == 1).await;
    a.client
        .announce(topic(1), peer(1), vec![offer(1), offer(2), offer(3)]);

    let MeetEvent::Offer {
        topic: swarm,
        from,
        offer_id,
        sealed,
    } = b.next().await
    else {
        panic!("no offer")
    };
    assert_eq!((swarm, from), (topic(1), peer(1)));
    assert_eq!(
        (offer_id.as_str(), sealed.as_str()),
        (offer(1).id.as_str(), offer(1).sealed.as_str())
    );

    b.client
        .reply(topic(1), peer(2), from, offer_id, "4,5,6$sealed answer".into());
    let MeetEvent::Answer {
        topic: swarm,
        from,
        offer_id,
        sealed,
    } = a.next().await
    else {
        panic!("no answer")
    };
    assert_eq!((swarm, from), (topic(1), peer(2)));
    assert_eq!((offer_id, sealed.as_str()), (offer(1).id, "4,5,6$sealed answer"));
    assert!(a.client.bytes_sent() > 300 && a.client.bytes_received() > 100);
    // One peer took one offer; the other two went nowhere.
    assert_eq!(tracker.stats().forwarded, 2);
}

#[tokio::test]
async fn the_tracker_says_how_often_it_wants_to_hear() {
    let tracker = tracker().await;
    let mut a = Meeter::at(&tracker.url());
    a.up().await;
    a.client.announce(topic(1), peer(1), Vec::new());
    assert!(matches!(a.event().await, MeetEvent::Interval(20)));
}

#[tokio::test]
async fn one_socket_carries_several_swarms_and_ids() {
    let tracker = tracker().await;
    let (mut a, mut b) = (Meeter::at(&tracker.url()), Meeter::at(&tracker.url()));
    a.up().await;
    b.up().await;
    for n in [1, 2] {
        b.client.announce(topic(n), peer(20 + n), Vec::new());
    }
    until("b is in both swarms", || tracker.stats().peers == 2).await;
    for n in [1, 2] {
        a.client
            .announce(topic(n), peer(10 + n), vec![offer(u32::from(n))]);
    }
    for n in [1, 2] {
        let MeetEvent::Offer {
            topic: swarm,
            from,
            offer_id,
            ..
        } = b.next().await
        else {
            panic!("no offer")
        };
        assert_eq!(
            (swarm, from, offer_id),
            (topic(n), peer(10 + n), offer(u32::from(n)).id)
        );
    }
    assert_eq!(tracker.stats().connections, 2);
}

#[tokio::test]
async fn two_ids_behind_one_socket_are_two_peers() {
    let tracker = tracker().await;
    let (mut a, mut b) = (Meeter::at(&tracker.url()), Meeter::at(&tracker.url()));
    a.up().await;
    b.up().await;
    b.client.announce(topic(1), peer(2), Vec::new());
    b.client.announce(topic(1), peer(3), Vec::new());
    until("both are in the swarm", || tracker.stats().peers == 2).await;
    a.client.announce(topic(1), peer(1), vec![offer(1), offer(2)]);
    let mut got = Vec::new();
    for _ in 0..2 {
        let MeetEvent::Offer { offer_id, .. } = b.next().await else {
            panic!("no offer")
        };
        got.push(offer_id);
    }
    got.sort();
    assert_eq!(
        got,
        [offer(1).id, offer(2).id],
        "each id got one of the two offers"
    );
}

#[tokio::test]
async fn who_leaves_gets_no_more_offers() {
    let tracker = tracker().await;
    let (mut a, mut b) = (Meeter::at(&tracker.url()), Meeter::at(&tracker.url()));
    a.up().await;
    b.up().await;
    b.client.announce(topic(1), peer(2), Vec::new());
    until("b is in the swarm", || tracker.stats().peers == 1).await;
    b.client.withdraw(topic(1), peer(2));
    until("b is out again", || tracker.stats().peers == 0).await;
    a.client.announce(topic(1), peer(1), vec![offer(1)]);
    until("a is in the swarm", || tracker.stats().peers == 1).await;
    assert_eq!(tracker.stats().forwarded, 0);
    // Dropping a client says goodbye too, and what was queued before is still sent.
    a.client.withdraw(topic(1), peer(1));
    drop(a.client);
    until("the swarm is empty", || tracker.stats().peers == 0).await;
    until("a's socket is closed", || tracker.stats().connections == 1).await;
    assert!(
        within("a's task ends", a.events.recv())
            .await
            .is_some_and(|(_, e)| matches!(e, MeetEvent::Interval(_)))
    );
    assert!(within("a's task ends", a.events.recv()).await.is_none());
}
