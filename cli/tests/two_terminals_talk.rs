//! Two terminals in a local room meet, talk, type, whisper, rename and part; every row of both
//! keeps to the contract.

mod common;

use common::Dayfly;
use serde_json::json;

#[test]
fn two_terminals_talk() {
    let (mut ada, link) = Dayfly::open(&["--name", "Ada"]);
    assert_eq!(
        ada.seen[0],
        json!({"event": "hello", "protocol": 1, "version": env!("CARGO_PKG_VERSION")})
    );
    assert!(
        link.starts_with("dayfly:"),
        "it names the embedded tracker: {link}"
    );
    let mut bob = Dayfly::join(&link, &["--name", "Bob"]);
    // Among pages too two Dayflies speak natively, and whisper so or not at all.
    let native = |one: &mut Dayfly, name: &str| {
        one.until("a Dayfly", |row| {
            row["member"]["name"] == name && row["member"]["kind"] == "native"
        })["member"]
            .clone()
    };
    let bob_row = native(&mut ada, "Bob");
    assert_eq!(bob_row["trust"], "unverified");
    native(&mut bob, "Ada");

    let said = ada.does(json!({"cmd": "say", "text": "hello\n\u{202e}Bob"}));
    let own = ada.until("the echo", |row| row["event"] == "message");
    assert_eq!(
        (&own["id"], &own["mine"], &own["ref"]),
        (&said["id"], &json!(true), &said["ref"])
    );
    let heard = bob.event("message");
    assert_eq!(heard["text"], "hello\n\u{202e}Bob");
    assert_eq!(heard["name"], "Ada");
    assert_eq!(
        (&heard["mine"], &heard["direct"], &heard["history"]),
        (&json!(false), &json!(false), &json!(false))
    );

    ada.does(json!({"cmd": "typing", "on": true}));
    assert_eq!(bob.event("typing")["on"], true);
    ada.does(json!({"cmd": "typing", "on": false}));
    assert_eq!(bob.event("typing")["on"], false);

    ada.does(json!({"cmd": "dm", "to": "Bob", "text": "by name"}));
    let direct = bob.event("message");
    assert_eq!(
        (&direct["text"], &direct["direct"]),
        (&json!("by name"), &json!(true))
    );
    ada.does(json!({"cmd": "dm", "to": bob_row["id"], "text": "by id"}));
    assert_eq!(bob.event("message")["text"], "by id");
    let refused = ada.ask(json!({"cmd": "dm", "to": "Nobody", "text": "?"}));
    assert_eq!(refused["code"], "no_such_member");

    bob.does(json!({"cmd": "name", "name": "Rob"}));
    ada.until("the new name", |row| {
        row["event"] == "member_changed" && row["member"]["name"] == "Rob"
    });

    let members = ada.does(json!({"cmd": "members"}));
    assert_eq!(members["members"][0]["name"], "Rob");
    assert_eq!(members["me"]["name"], "Ada");
    let stats = ada.does(json!({"cmd": "stats"}));
    assert_eq!(stats["stats"]["links"], 1);
    assert_eq!(stats["rendezvous"][0]["state"], "up");

    assert_eq!(bob.leave(), 0);
    let left = ada.event("member_left");
    assert_eq!((&left["id"], &left["reason"]), (&bob_row["id"], &json!("left")));
    assert_eq!(ada.leave(), 0);
}
