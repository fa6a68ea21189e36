//! A short code leads from one terminal into the other's room, over a tracker of this machine. It
//! works once; wrong words are told to both, the third ends it; a slip of the finger is refused
//! before anything is sent.

mod common;

use common::{Dayfly, command, run};
use serde_json::{Value, json};
use std::process::Command;
use std::time::Instant;

/// A tracker of this machine, and its address.
fn tracker() -> (Dayfly, String) {
    let mut tracker = Dayfly::start(&["tracker", "--listen", "127.0.0.1:0"]);
    let url = tracker.event("tracker")["url"]
        .as_str()
        .expect("an address")
        .to_owned();
    (tracker, url)
}

fn code(dayfly: &mut Dayfly, state: &str) -> Value {
    dayfly.until(state, |row| {
        row["event"] == "code" && row["state"] == json!(state)
    })
}

fn join(words: &str, url: &str, name: &str) -> Command {
    command(&["join", words, "--local", "--tracker", url, "--name", name])
}

/// The same number and language, other words.
fn wrong(right: &str) -> String {
    let parts: Vec<&str> = right.split('-').collect();
    let [number, one, two] = parts[..] else {
        panic!("{right}")
    };
    if one == two {
        format!("{number}-{one}-anchor")
    } else {
        format!("{number}-{two}-{one}")
    }
}

#[test]
fn a_code_leads_into_the_room_and_is_over_then() {
    let (_tracker, url) = tracker();
    let args = [
        "open",
        "--local",
        "--tracker",
        &url,
        "--name",
        "Ada",
        "--code",
        "en",
    ];
    let mut ada = Dayfly::start(&args);
    ada.event("ready");
    let words = code(&mut ada, "shown")["code"].as_str().unwrap().to_owned();

    let began = Instant::now();
    let mut bob = Dayfly::spawn(join(&words.replace('-', " "), &url, "Bob").arg("--json"));
    bob.event("ready");
    println!("join by code: {} ms to the room", began.elapsed().as_millis());
    bob.meets("Ada");
    println!(
        "join by code: {} ms to the other member",
        began.elapsed().as_millis()
    );
    ada.meets("Bob");
    assert!(
        ada.seen
            .iter()
            .any(|row| row["state"] == "ended" && row["reason"] == "done")
    );
    bob.does(json!({"cmd": "say", "text": "hello"}));
    ada.hears("hello");
    assert_eq!(bob.leave(), 0);

    // Another code of the same room, which is ended by hand.
    ada.does(json!({"cmd": "code", "language": "de"}));
    code(&mut ada, "shown");
    ada.does(json!({"cmd": "code_stop"}));
    assert_eq!(code(&mut ada, "ended")["reason"], "stopped");
    assert_eq!(ada.ask(json!({"cmd": "code_stop"}))["event"], "error");
    assert_eq!(ada.leave(), 0);
}

#[test]
fn wrong_words_three_times_end_the_code() {
    let (_tracker, url) = tracker();
    let args = [
        "open",
        "--local",
        "--tracker",
        &url,
        "--name",
        "Ada",
        "--code",
        "en",
    ];
    let mut ada = Dayfly::start(&args);
    let right = code(&mut ada, "shown")["code"].as_str().unwrap().to_owned();
    for guess in 1..=3 {
        let (exit, out, err) = run(&mut join(&wrong(&right), &url, "Eve"));
        assert_eq!(exit, 4, "{out}{err}");
        assert!(
            err.contains("shows other words") && err.contains("QR code"),
            "{err}"
        );
        let told = code(&mut ada, "wrong_guess");
        assert_eq!((&told["guess"], &told["of"]), (&json!(guess), &json!(3)));
    }
    assert_eq!(code(&mut ada, "ended")["reason"], "guessed");
    // Now even the right words find nobody.
    let (exit, _, err) = run(&mut join(&right, &url, "Bob"));
    assert_eq!(exit, 3, "{err}");
    assert!(err.contains("Nobody shows a code of this number"), "{err}");
    assert!(!ada.seen.iter().any(|row| row["member"]["name"] == "Eve"));
    assert_eq!(ada.leave(), 0);
}

#[test]
fn a_slip_of_the_finger_is_refused_and_nothing_is_sent() {
    // Nothing listens there: whoever tried would wait.
    let nobody = "ws://127.0.0.1:9";
    for (typed, said) in [
        ("4821-qqxxqq-zzyyzz", "There is no word \"qqxxqq\""),
        ("4821-tulip", "four digits and two words"),
    ] {
        let began = Instant::now();
        let (exit, _, err) = run(&mut join(typed, nobody, "Bob"));
        assert_eq!(exit, 2, "{err}");
        assert!(err.contains(said), "{err}");
        assert!(began.elapsed().as_secs() < 10, "it tried");
    }
}
