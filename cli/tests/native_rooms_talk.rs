//! Members of a native room, by its link alone: they meet, talk, whisper, answer, react, change and
//! take back; the owner lets messages vanish. Every row keeps to the contract.

mod common;

use common::Dayfly;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[test]
fn two_terminals_talk() {
    let (mut ada, link) = Dayfly::open_native(&["--name", "Ada"]);
    assert!(link.starts_with("dayfly:"), "{link}");
    let mut bob = Dayfly::join(&link, &["--name", "Bob"]);
    let seen = ada.meets("Bob");
    assert_eq!((&seen["kind"], &seen["trust"]), (&json!("native"), &json!("new")));
    let owner = bob.meets("Ada");
    assert_eq!((&owner["trust"], &owner["owner"]), (&json!("new"), &json!(true)));

    let hello = ada.says(json!({"cmd": "say", "text": "hello @Bob\n\u{202e}"}));
    let heard = bob.hears("hello @Bob\n\u{202e}");
    assert_eq!(
        (&heard["id"], &heard["mentions_me"], &heard["confirmed"]),
        (&json!(hello), &json!(true), &json!(true))
    );
    let answer = bob.says(json!({"cmd": "reply", "id": hello, "text": "hello yourself"}));
    assert_eq!(ada.hears("hello yourself")["reply_to"], json!(hello));

    ada.does(json!({"cmd": "react", "id": answer, "emoji": "👍", "on": true}));
    let reacted = bob.sees_change(&answer);
    assert_eq!(reacted["reactions"][0]["emoji"], "👍");
    assert_eq!(reacted["reactions"][0]["by"], json!([bob.id_of("Ada")]));
    ada.does(json!({"cmd": "react", "id": answer, "emoji": "👍", "on": false}));
    assert_eq!(bob.sees_change(&answer)["reactions"], json!([]));

    bob.does(json!({"cmd": "edit", "id": answer, "text": "hello, Ada"}));
    ada.until("the edit", |row| {
        row["event"] == "message_changed" && row["id"] == json!(answer) && row["text"] == "hello, Ada"
    });
    bob.does(json!({"cmd": "unsend", "id": answer}));
    ada.until("its end", |row| {
        row["event"] == "message_changed" && row["id"] == json!(answer) && row["unsent"] == true
    });
    // What is somebody else's is nobody's to change.
    let refused = bob.ask(json!({"cmd": "edit", "id": hello, "text": "mine now"}));
    assert_eq!(refused["event"], "error", "{refused}");

    let once = ada.says(json!({"cmd": "say", "text": "look once", "view_once": true}));
    let closed = bob.until("the closed message", |row| {
        row["event"] == "message" && row["id"] == json!(once)
    });
    assert_eq!(
        (&closed["text"], &closed["view_once"]),
        (&json!(""), &json!(true))
    );
    bob.does(json!({"cmd": "view", "id": once}));
    let shown = bob.until("the look", |row| {
        row["event"] == "message_changed" && row["id"] == json!(once) && row["text"] == "look once"
    });
    assert_eq!(shown["id"], json!(once));
    let again = bob.ask(json!({"cmd": "view", "id": once}));
    assert_eq!(again["event"], "error", "once is once: {again}");

    assert_eq!(bob.leave(), 0);
    assert_eq!(ada.event("member_left")["reason"], "left");
    assert_eq!(ada.leave(), 0);
}

#[test]
fn what_is_for_one_of_three_reaches_one_of_three() {
    let (mut all, _) = Dayfly::native_room(&["Bob", "Eve"]);
    let [ada, bob, eve] = &mut all[..] else {
        panic!("three")
    };
    ada.does(json!({"cmd": "dm", "to": "Bob", "text": "for Bob"}));
    let direct = bob.hears("for Bob");
    assert_eq!(direct["direct"], true);
    // What comes after it on the same connection proves that Eve did not get it.
    ada.says(json!({"cmd": "say", "text": "for all"}));
    eve.hears("for all");
    bob.hears("for all");
    let texts = |one: &Dayfly| -> Vec<Value> { one.seen.iter().map(|row| row["text"].clone()).collect() };
    assert!(!texts(eve).contains(&json!("for Bob")));
    eve.does(json!({"cmd": "typing", "on": true}));
    assert_eq!(ada.event("typing")["on"], true);
    bob.says(json!({"cmd": "say", "text": "from Bob"}));
    ada.hears("from Bob");
    eve.hears("from Bob");
}

#[test]
fn messages_vanish_when_the_owner_says_so() {
    let (mut all, _) = Dayfly::native_room(&["Bob"]);
    let [ada, bob] = &mut all[..] else { panic!("two") };
    let refused = bob.ask(json!({"cmd": "expire", "seconds": 5}));
    assert_eq!(refused["code"], "not_allowed", "{refused}");
    ada.does(json!({"cmd": "expire", "seconds": 5}));
    let changed = bob.until("the option", |row| {
        row["event"] == "room_changed" && row["op"] == "expire"
    });
    assert_eq!(changed["options"]["expire_seconds"], 5);
    assert_eq!(changed["by"], json!(bob.id_of("Ada")));
    let id = ada.says(json!({"cmd": "say", "text": "short-lived"}));
    let heard = bob.hears("short-lived");
    assert!(
        heard["expires_at"].as_u64() > heard["sent_at"].as_u64(),
        "{heard}"
    );
    let start = Instant::now();
    for one in [bob, ada] {
        let gone = one.until("its end", |row| {
            row["event"] == "message_changed" && row["id"] == json!(id) && row["unsent"] == true
        });
        assert!(gone.get("text").is_none(), "{gone}");
    }
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

#[test]
fn receipts_are_for_those_who_give_them() {
    let (mut all, _) = Dayfly::native_room(&["Bob"]);
    let [ada, bob] = &mut all[..] else { panic!("two") };
    for one in [&mut *ada, &mut *bob] {
        one.does(json!({"cmd": "receipts", "on": true}));
        one.until("the switch", |row| {
            row["event"] == "room_changed" && row["op"] == "receipts" && row["options"]["receipts"] == true
        });
    }
    let id = ada.says(json!({"cmd": "say", "text": "seen?"}));
    bob.hears("seen?");
    bob.does(json!({"cmd": "read", "id": id}));
    let read = ada.until("the receipt", |row| {
        row["event"] == "delivery" && row["state"] == "read"
    });
    assert_eq!(
        (&read["id"], &read["member"]),
        (&json!(id), &json!(ada.id_of("Bob")))
    );
}
