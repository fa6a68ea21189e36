//! Two processes and nothing else: no tracker that answers, no STUN. They meet by one code each way,
//! as text or as a picture, and know each other for who they are.

mod common;

use common::{Dayfly, command, run};
use dayfly_core::proto::invite::qr;
use serde_json::{Value, json};
use std::time::Instant;

/// Nobody listens there.
const DEAD: &str = "ws://127.0.0.1:9/";

fn host(args: &[&str]) -> Dayfly {
    let mut all = vec!["open", "--local", "--tracker", DEAD, "--name", "Ada"];
    all.extend(args);
    let mut ada = Dayfly::start(&all);
    ada.event("ready");
    ada
}

fn text(row: &Value) -> String {
    row["text"].as_str().expect("a code has a text").to_owned()
}

fn drawn(row: &Value) -> Vec<String> {
    let matrix = qr::encode(&text(row)).expect("the code fits a picture");
    let module = |x, y| if matrix.dark(x, y) { '1' } else { '0' };
    let line = |y| (0..matrix.size()).map(|x| module(x, y)).collect();
    (0..matrix.size()).map(line).collect()
}

#[test]
fn two_codes_are_all_it_takes() {
    let mut ada = host(&[]);
    let offer = ada.does(json!({"cmd": "manual_offer"}));
    assert_eq!(offer["qr"], json!(drawn(&offer)));
    // The guest has a photograph of the code.
    let file = std::env::temp_dir().join(format!("dayfly-code-{}.png", std::process::id()));
    std::fs::write(&file, qr::encode(&text(&offer)).unwrap().png()).unwrap();
    let mut bob = Dayfly::start(&["join", file.to_str().unwrap(), "--local", "--name", "Bob"]);
    let answer = bob.event("manual");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(answer["qr"], json!(drawn(&answer)));

    let begun = Instant::now();
    ada.does(json!({"cmd": "manual_answer", "text": text(&answer)}));
    let guest = ada.meets("Bob");
    println!(
        "from the answer taken to a member who may speak: {:?}",
        begun.elapsed()
    );
    bob.event("ready");
    assert_eq!(guest["trust"], "verified", "{guest}");
    assert_eq!(bob.meets("Ada")["trust"], "verified");
    ada.says(json!({"cmd": "say", "text": "hello"}));
    bob.hears("hello");
    bob.says(json!({"cmd": "say", "text": "and you"}));
    ada.hears("and you");

    // The code is used; another is not a code at all.
    for (text, word) in [
        (text(&answer), "answered before, by Bob"),
        ("4821".into(), "no code"),
    ] {
        let refused = ada.ask(json!({"cmd": "manual_answer", "text": text}));
        assert_eq!(refused["code"], "bad_invite", "{refused}");
        assert!(refused["message"].as_str().unwrap().contains(word), "{refused}");
    }
    // A second guest comes by a code of its own, while the first is there.
    let offer = ada.does(json!({"cmd": "manual_offer"}));
    let mut carol = Dayfly::start(&["join", &text(&offer), "--local", "--name", "Carol"]);
    let answer = carol.event("manual");
    ada.does(json!({"cmd": "manual_answer", "text": text(&answer)}));
    assert_eq!(ada.meets("Carol")["trust"], "verified");
    assert_eq!(carol.meets("Ada")["trust"], "verified");
    assert_eq!(carol.leave(), 0);
    assert_eq!(bob.leave(), 0);
    assert_eq!(ada.leave(), 0);
}

#[test]
fn a_password_is_asked_for_once_the_invite_is_there() {
    let open = [
        "open",
        "--local",
        "--tracker",
        DEAD,
        "--name",
        "Ada",
        "--password",
    ];
    let mut ada = Dayfly::spawn(command(&open).arg("--json").env("DAYFLY_PASSWORD", "open sesame"));
    ada.event("ready");
    for (password, name) in [(Some("open sesame"), "Bob"), (None, "Carol")] {
        let offer = text(&ada.does(json!({"cmd": "manual_offer"})));
        let mut join = command(&["join", &offer, "--local", "--name", name, "--json"]);
        if let Some(password) = password {
            join.env("DAYFLY_PASSWORD", password);
        }
        let mut guest = Dayfly::spawn(&mut join);
        let answer = text(&guest.event("manual"));
        ada.does(json!({"cmd": "manual_answer", "text": answer}));
        if password.is_some() {
            assert_eq!(guest.meets("Ada")["trust"], "verified");
            assert_eq!(ada.meets("Bob")["trust"], "verified");
            assert_eq!(guest.leave(), 0);
        } else {
            let refused = guest.event("error");
            assert!(
                refused["message"].as_str().unwrap().contains("password"),
                "{refused}"
            );
            assert_eq!(guest.exit_code(), 2);
        }
    }
    assert_eq!(ada.leave(), 0);
}

#[test]
fn a_code_in_the_wrong_place_is_said_to_be_one() {
    let mut ada = host(&[]);
    let offer = text(&ada.does(json!({"cmd": "manual_offer"})));
    let own = ada.ask(json!({"cmd": "manual_answer", "text": offer}));
    assert!(own["message"].as_str().unwrap().contains("made here"), "{own}");
    let mut bob = Dayfly::start(&["join", &offer, "--local"]);
    let answer = text(&bob.event("manual"));
    let (code, _, err) = run(&mut command(&["join", &answer, "--local", "--plain"]));
    assert_eq!(code, 2);
    assert!(err.contains("answers another"), "{err}");
    drop(bob);
    let (mut web, _) = Dayfly::open(&[]);
    let refused = web.ask(json!({"cmd": "manual_offer"}));
    assert_eq!(refused["code"], "not_allowed", "{refused}");
    assert_eq!(web.leave(), 0);
    assert_eq!(ada.leave(), 0);
}
