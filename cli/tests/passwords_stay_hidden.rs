//! A password is in no argument list and in no line that is printed, and a link can be kept out
//! of the argument list too.

#![cfg(target_os = "linux")]

mod common;

use common::{Dayfly, command};
use serde_json::json;

const PASSWORD: &str = "correct horse battery staple";

fn argv(dayfly: &Dayfly) -> String {
    let bytes = std::fs::read(format!("/proc/{}/cmdline", dayfly.child.id())).expect("it runs");
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

fn assert_silent(dayfly: &Dayfly) {
    let all = serde_json::to_string(&dayfly.seen).expect("rows are JSON");
    assert!(!all.contains(PASSWORD) && !argv(dayfly).contains(PASSWORD));
}

#[test]
fn from_the_standard_input() {
    let mut ada = Dayfly::start(&["open", "--web", "--local", "--private", "--password-file", "-"]);
    ada.line(PASSWORD.as_bytes());
    let link = ada.event("ready")["link"].as_str().unwrap().to_owned();
    ada.does(json!({"cmd": "members"}));
    assert_silent(&ada);
    // The link holds the secret, so it comes by the standard input as well.
    let mut bob = Dayfly::start(&["join", "-", "--local", "--name", "Bob"]);
    bob.line(link.as_bytes());
    bob.event("ready");
    assert!(!argv(&bob).contains(&link));
    ada.meets("Bob");
    assert_eq!(bob.leave(), 0);
    assert_eq!(ada.leave(), 0);
}

#[test]
fn from_the_environment() {
    let mut ada = Dayfly::spawn(
        command(&["open", "--web", "--local", "--private", "--json"]).env("DAYFLY_PASSWORD", PASSWORD),
    );
    let ready = ada.event("ready");
    let private = ready["links"].as_array().unwrap().iter().any(|link| {
        link.as_str()
            .is_some_and(|link| link.contains("/private/") && link.contains("#secret="))
    });
    assert!(private, "{ready}");
    assert_silent(&ada);
    assert_eq!(ada.leave(), 0);
}

#[test]
fn without_one_the_room_is_not_opened() {
    let mut ada = Dayfly::start(&["open", "--web", "--local", "--private"]);
    let error = ada.event("error");
    assert_eq!(error["code"], "bad_option");
    assert!(error["hint"].as_str().unwrap().contains("DAYFLY_PASSWORD"));
    assert_eq!(ada.exit_code(), 2);
}
