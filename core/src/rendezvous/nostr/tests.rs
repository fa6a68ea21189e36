//! Two dialects and a relay that is only a function: what each says is told to those whose
//! filters it fits, or bent on the way.

use super::dialect::{KIND, NostrDialect};
use crate::rendezvous::client::{Command, Dialect, Fault, Heard};
use crate::rendezvous::socket::Trouble;
use dayfly_proto::id::PeerId;
use dayfly_proto::room::{MeetEvent, SealedOffer};
use dayfly_proto::wire::web::topic::InfoHash;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_json::{Value, json};

fn dialect(seed: u8) -> NostrDialect {
    NostrDialect::new(ChaCha20Rng::from_seed([seed; 32]))
}

fn topic(n: u8) -> InfoHash {
    InfoHash::parse(&format!("swarm-{n:0>14}")).unwrap()
}

fn offer(n: u32) -> SealedOffer {
    SealedOffer {
        id: format!("offer-{n:0>14}"),
        sealed: format!("box {n}"),
    }
}

/// What it says, as JSON.
fn announce(dialect: &mut NostrDialect, swarm: u8, offers: &[u32]) -> Vec<Value> {
    let said = dialect.say(Command::Announce {
        topic: topic(swarm),
        peer: PeerId::parse("peer-000000000000000").unwrap(),
        offers: offers.iter().copied().map(offer).collect(),
    });
    said.iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect()
}

/// The name of its subscription.
fn subscription(said: &[Value]) -> String {
    assert_eq!(said[0][0], "REQ");
    said[0][1].as_str().unwrap().to_owned()
}

fn told(dialect: &mut NostrDialect, subscription: &str, event: &Value) -> Result<Heard, Fault> {
    dialect.hear(&json!(["EVENT", subscription, event]).to_string())
}

fn parsed(replies: &[String]) -> Vec<Value> {
    replies
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect()
}

/// The last event of what was said: a hello, or an answer.
fn last(said: &[Value]) -> &Value {
    let last = said.last().unwrap();
    assert_eq!((&last[0], &last[1]["kind"]), (&json!("EVENT"), &json!(KIND)));
    &last[1]
}

fn nothing(heard: Result<Heard, Fault>) -> bool {
    heard.is_ok_and(|heard| heard.event.is_none() && heard.replies.is_empty())
}

#[test]
fn a_hello_gets_an_offer_and_the_offer_an_answer() {
    let (mut ada, mut bob) = (dialect(1), dialect(2));
    let ada_said = announce(&mut ada, 1, &[1, 2]);
    let (at_ada, bob_said) = (subscription(&ada_said), announce(&mut bob, 1, &[]));
    let at_bob = subscription(&bob_said);

    let offered = parsed(&told(&mut ada, &at_ada, last(&bob_said)).unwrap().replies);
    assert_eq!(last(&offered)["tags"], json!([["p", last(&bob_said)["pubkey"]]]));
    let heard = told(&mut bob, &at_bob, last(&offered)).unwrap().event;
    let Some(MeetEvent::Offer {
        topic: swarm,
        from,
        offer_id,
        sealed,
    }) = heard
    else {
        panic!("{heard:?}");
    };
    assert_eq!(
        (swarm, &offer_id, sealed.as_str()),
        (topic(1), &offer(1).id, "box 1")
    );

    let answered = bob.say(Command::Reply {
        topic: topic(1),
        peer: from,
        to: from,
        offer_id,
        sealed: "answer".into(),
    });
    let heard = told(&mut ada, &at_ada, last(&parsed(&answered))).unwrap().event;
    assert!(
        matches!(&heard, Some(MeetEvent::Answer { offer_id, sealed, .. })
            if *offer_id == offer(1).id && sealed == "answer"),
        "{heard:?}"
    );
}

#[test]
fn an_offer_that_is_not_ready_follows() {
    let (mut ada, mut bob) = (dialect(1), dialect(2));
    let at_ada = subscription(&announce(&mut ada, 1, &[]));
    let hello = announce(&mut bob, 1, &[]);
    assert!(nothing(told(&mut ada, &at_ada, last(&hello))));
    let said = announce(&mut ada, 1, &[7]);
    assert_eq!(said.len(), 2, "an offer, and a hello");
    assert!(said[0][1]["content"].as_str().unwrap().ends_with("box 7"));
    // Each offer goes to one, and each gets one for a while.
    let again = announce(&mut bob, 1, &[]);
    assert!(nothing(told(&mut ada, &at_ada, last(&again))));
}

#[test]
fn what_a_relay_makes_up_comes_to_nothing() {
    let (mut ada, mut bob) = (dialect(1), dialect(2));
    let ada_said = announce(&mut ada, 1, &[1]);
    let at_ada = subscription(&ada_said);
    assert!(nothing(told(&mut ada, &at_ada, last(&ada_said))), "its own");

    let elsewhere = announce(&mut dialect(3), 2, &[]);
    assert!(
        nothing(told(&mut ada, &at_ada, last(&elsewhere))),
        "another swarm"
    );

    let hello = announce(&mut bob, 1, &[]);
    let bent = |field: &str, value: Value| {
        let mut event = last(&hello).clone();
        event[field] = value;
        event
    };
    for event in [
        bent("content", json!("h-something-else")),
        bent("pubkey", last(&elsewhere)["pubkey"].clone()),
        bent(
            "created_at",
            json!(last(&hello)["created_at"].as_u64().unwrap() + 1),
        ),
        bent("sig", last(&elsewhere)["sig"].clone()),
    ] {
        assert_eq!(
            told(&mut ada, &at_ada, &event).unwrap_err(),
            Fault::Garbage,
            "{event}"
        );
    }
    for event in [
        bent("kind", json!(1)),
        bent("created_at", json!(0)),
        bent("content", json!("h".repeat(20_000))),
    ] {
        assert!(nothing(told(&mut ada, &at_ada, &event)), "{event}");
    }
    assert!(nothing(told(&mut ada, "another", last(&hello))));

    // The offer is still there for somebody real, who gets it once.
    let offered = parsed(&told(&mut ada, &at_ada, last(&hello)).unwrap().replies);
    assert_eq!(offered.len(), 1);
    assert!(nothing(told(&mut ada, &at_ada, last(&hello))), "said again");
    // What was directed to another is not for this one.
    let mut eve = dialect(4);
    let at_eve = subscription(&announce(&mut eve, 1, &[]));
    assert!(nothing(told(&mut eve, &at_eve, last(&offered))));

    for junk in [
        "",
        "[]",
        "null",
        "[\"EVENT\"]",
        "{\"a\":1}",
        "[\"EVENT\",\"x\",{}]",
    ] {
        assert_eq!(ada.hear(junk).unwrap_err(), Fault::Garbage, "{junk}");
    }
}

#[test]
fn a_relay_that_refuses_is_told_from_one_that_is_busy() {
    let mut ada = dialect(1);
    let said = announce(&mut ada, 1, &[]);
    let (at_ada, id) = (subscription(&said), last(&said)["id"].clone());
    let no = |words: &str| json!(["OK", id, false, words]).to_string();
    let refusal = Fault::Trouble(Trouble::Refusal("blocked: not here".into()));
    assert_eq!(ada.hear(&no("blocked: not here")).unwrap_err(), refusal);
    assert!(nothing(ada.hear(&json!(["OK", id, true, ""]).to_string())));
    assert!(nothing(ada.hear(&no("rate-limited: later"))));
    assert!(nothing(ada.hear(&json!(["EOSE", at_ada]).to_string())));
    assert!(nothing(ada.hear(&json!(["NOTICE", "hi"]).to_string())));
    let closed = json!(["CLOSED", at_ada, "auth-required: who\u{7} are you"]).to_string();
    let refusal = Fault::Trouble(Trouble::Refusal("auth-required: who? are you".into()));
    assert_eq!(ada.hear(&closed).unwrap_err(), refusal);
}

#[test]
fn each_connection_shows_a_key_of_its_own() {
    let mut ada = dialect(1);
    let first = announce(&mut ada, 1, &[]);
    assert!(announce(&mut ada, 2, &[1]).is_empty(), "one swarm a connection");
    ada.begin();
    let second = announce(&mut ada, 1, &[]);
    assert_ne!(subscription(&first), subscription(&second));
    assert_ne!(last(&first)["pubkey"], last(&second)["pubkey"]);
    assert_eq!(last(&first)["created_at"].as_u64().unwrap() % 30, 0);
    let again = announce(&mut ada, 1, &[]);
    assert_eq!(last(&again)["pubkey"], last(&second)["pubkey"]);
    assert_ne!(last(&again)["id"], last(&second)["id"], "two hellos are two");
    let goodbye = ada.say(Command::Withdraw {
        topic: topic(1),
        peer: PeerId::parse("peer-000000000000000").unwrap(),
    });
    assert_eq!(parsed(&goodbye), [json!(["CLOSE", subscription(&second)])]);
}
