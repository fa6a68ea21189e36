//! What only the owner may do, and what it means to those it is done to: exit code 5, a dead link,
//! a wiped room. Others hear who did it.

mod common;

use common::Dayfly;
use serde_json::json;

#[test]
fn who_is_removed_is_out_and_its_link_is_dead() {
    let (mut all, link) = Dayfly::native_room(&["Bob", "Eve"]);
    let [ada, bob, eve] = &mut all[..] else {
        panic!("three")
    };
    let refused = bob.ask(json!({"cmd": "remove", "member": "Eve"}));
    assert_eq!(refused["code"], "not_allowed", "{refused}");
    ada.does(json!({"cmd": "remove", "member": "Eve"}));
    assert_eq!(eve.ended("removed", "removed"), 5);
    let gone = bob.until("her end", |row| row["event"] == "member_left");
    assert_eq!(gone["reason"], "removed");

    // The others go on, and what is said now is not for whoever holds the old link.
    ada.says(json!({"cmd": "say", "text": "after"}));
    bob.hears("after");
    let mut again = Dayfly::join(&link, &["--name", "Eve", "--for", "12"]);
    let moved = again.until("a sentence", |row| {
        row["event"] == "notice" || row["event"] == "left"
    });
    assert_eq!(moved["code"], "moved", "{moved}");
    again.event("left");
    assert_ne!(again.exit_code(), 0);
    assert!(!again.seen.iter().any(|row| row["event"] == "member_joined"));
    assert!(!again.seen.iter().any(|row| row["text"] == "after"));

    // A new link is another way in.
    let invite = ada.does(json!({"cmd": "invite"}));
    let fresh = invite["link"].as_str().expect("a link");
    assert_ne!(fresh, link);
    let mut carol = Dayfly::join(fresh, &["--name", "Carol"]);
    carol.meets("Ada");
    carol.meets("Bob");
    ada.says(json!({"cmd": "say", "text": "welcome"}));
    carol.hears("welcome");
}

#[test]
fn closing_is_for_all() {
    let (mut all, _) = Dayfly::native_room(&["Bob", "Eve"]);
    all[0].does(json!({"cmd": "close"}));
    for one in &mut all {
        assert_eq!(one.ended("closed", "closed"), 5);
    }
}

#[test]
fn mute_slow_and_lock_hold_for_everybody_but_the_owner() {
    let (mut all, link) = Dayfly::native_room(&["Bob", "Eve"]);
    let [ada, bob, eve] = &mut all[..] else {
        panic!("three")
    };
    let of_bob = ada.id_of("Bob");
    ada.does(json!({"cmd": "mute", "member": "Bob", "on": true}));
    eve.until("the mute", |row| {
        row["event"] == "member_changed" && row["member"]["name"] == "Bob" && row["member"]["muted"] == true
    });
    bob.until("the mute", |row| {
        row["event"] == "room_changed" && row["op"] == "mute"
    });
    bob.ask(json!({"cmd": "say", "text": "unheard"}));
    // What comes after it on the same connection proves that it came, and was not shown.
    bob.does(json!({"cmd": "name", "name": "Bobby"}));
    eve.until("the new name", |row| row["member"]["name"] == "Bobby");
    ada.does(json!({"cmd": "mute", "member": of_bob, "on": false}));
    bob.until("the end of it", |row| {
        row["event"] == "room_changed" && row["op"] == "mute"
    });
    bob.says(json!({"cmd": "say", "text": "heard"}));
    eve.hears("heard");
    assert!(!eve.seen.iter().any(|row| row["text"] == "unheard"));

    ada.does(json!({"cmd": "slow", "seconds": 600}));
    eve.until("slow mode", |row| {
        row["event"] == "room_changed" && row["options"]["slow_seconds"] == 600
    });
    eve.ask(json!({"cmd": "say", "text": "first"}));
    eve.ask(json!({"cmd": "say", "text": "second"}));
    let limited = eve.until("the limit", |row| {
        row["event"] == "limited" || row["code"] == "busy"
    });
    assert!(
        limited["what"] == "say" || limited["event"] == "error",
        "{limited}"
    );
    ada.does(json!({"cmd": "slow", "seconds": 0}));

    ada.does(json!({"cmd": "lock", "on": true}));
    bob.until("the lock", |row| {
        row["event"] == "room_changed" && row["options"]["locked"] == true
    });
    let mut late = Dayfly::join(&link, &["--name", "Late", "--for", "15"]);
    let told = late.until("a sentence", |row| {
        row["event"] == "notice" || row["event"] == "left"
    });
    assert_eq!(told["code"], "locked", "{told}");
    ada.does(json!({"cmd": "lock", "on": false}));
}

#[test]
fn the_room_can_be_handed_over() {
    let (mut all, _) = Dayfly::native_room(&["Bob", "Eve"]);
    let [ada, bob, eve] = &mut all[..] else {
        panic!("three")
    };
    ada.does(json!({"cmd": "hand_over", "member": "Bob"}));
    for one in [&mut *bob, &mut *eve] {
        one.until("the new owner", |row| {
            row["event"] == "room_changed" && row["op"] == "hand_over"
        });
    }
    let refused = ada.ask(json!({"cmd": "lock", "on": true}));
    assert_eq!(refused["code"], "not_allowed", "{refused}");
    bob.does(json!({"cmd": "remove", "member": "Eve"}));
    assert_eq!(eve.ended("removed", "removed"), 5);
}

#[test]
fn blocking_is_everybodys_own_business() {
    let (mut all, _) = Dayfly::native_room(&["Bob", "Eve"]);
    let [ada, bob, eve] = &mut all[..] else {
        panic!("three")
    };
    bob.does(json!({"cmd": "block", "member": "Eve", "on": true}));
    eve.says(json!({"cmd": "say", "text": "can you hear me"}));
    ada.hears("can you hear me");
    ada.says(json!({"cmd": "say", "text": "I can"}));
    bob.hears("I can");
    assert!(!bob.seen.iter().any(|row| row["text"] == "can you hear me"));
}

#[test]
fn without_its_owner_a_room_goes_on_unmoderated() {
    let (mut all, _) = Dayfly::native_room(&["Bob", "Eve"]);
    let ada = all.remove(0);
    assert_eq!(ada.leave(), 0);
    let [bob, eve] = &mut all[..] else { panic!("two") };
    let away = bob.until("her absence", |row| {
        row["event"] == "room_changed" && row["op"] == "owner"
    });
    assert_eq!(away["options"]["owner_here"], false);
    let refused = bob.ask(json!({"cmd": "remove", "member": "Eve"}));
    assert_eq!(refused["code"], "not_allowed", "{refused}");
    bob.says(json!({"cmd": "say", "text": "on our own"}));
    eve.hears("on our own");
}
