//! A process that the system stops for a minute, as it does with a laptop that is closed: what was
//! said meanwhile on both sides arrives once, in order, and nobody comes twice.
#![cfg(unix)]

mod common;

use common::Dayfly;
use serde_json::{Value, json};
use std::time::Duration;

/// Longer than anything waits for a connection to come back.
const STOPPED: Duration = Duration::from_secs(60);

fn texts(of: &Dayfly, from: &str) -> Vec<Value> {
    of.seen
        .iter()
        .filter(|row| row["event"] == "message" && row["name"] == from)
        .map(|row| row["text"].clone())
        .collect()
}

fn comings(of: &Dayfly) -> usize {
    let came = |row: &&Value| row["event"] == "member_joined" || row["event"] == "member_left";
    of.seen.iter().filter(came).count()
}

#[test]
fn what_was_said_meanwhile_arrives_once_and_in_order() {
    let (mut all, _) = Dayfly::native_room(&["Bob"]);
    let mut bob = all.pop().expect("Bob joined");
    let mut ada = all.pop().expect("Ada opened");
    ada.says(json!({"cmd": "say", "text": "before"}));
    bob.hears("before");
    bob.signal("STOP");
    for n in 0..6 {
        // Bob's own are typed while he is stopped: they wait in the pipe.
        bob.line(
            json!({"cmd": "say", "text": format!("b{n}")})
                .to_string()
                .as_bytes(),
        );
        ada.says(json!({"cmd": "say", "text": format!("a{n}")}));
        #[allow(clippy::disallowed_methods, reason = "being stopped is what is tested")]
        std::thread::sleep(STOPPED / 6);
    }
    bob.signal("CONT");
    bob.hears("a5");
    ada.hears("b5");
    let said = |who: &str| (0..6).map(|n| json!(format!("{who}{n}"))).collect::<Vec<_>>();
    assert_eq!(texts(&ada, "Bob"), said("b"));
    let heard: Vec<Value> = texts(&bob, "Ada").into_iter().skip(1).collect();
    assert_eq!(heard, said("a"));
    assert_eq!((comings(&ada), comings(&bob)), (1, 1), "one coming, and no going");
    let changes = ada.seen.iter().rev();
    let last = changes
        .filter(|row| row["event"] == "member_changed")
        .map(|row| &row["member"]["state"]);
    assert_eq!(last.take(1).collect::<Vec<_>>(), ["here"]);
    assert_eq!((bob.leave(), ada.leave()), (0, 0));
}
