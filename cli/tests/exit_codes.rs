//! The exit code says how it went, and a sentence says what to do about it.

mod common;

use common::{Dayfly, command, run};
use serde_json::{Value, json};

#[test]
fn nobody_met_is_3() {
    let (mut ada, _) = Dayfly::open(&["--for", "1"]);
    assert_eq!(ada.event("left")["reason"], "left");
    assert_eq!(ada.exit_code(), 3);
    let (code, out, _) = run(&mut command(&["open", "--web", "--local", "--for", "1"]));
    assert_eq!(code, 3, "{out}");
}

#[test]
fn somebody_met_is_0() {
    let (mut ada, link) = Dayfly::open(&["--name", "Ada"]);
    let mut bob = Dayfly::join(&link, &["--name", "Bob", "--for", "8"]);
    ada.meets("Bob");
    bob.meets("Ada");
    assert_eq!(ada.leave(), 0);
    bob.event("left");
    assert_eq!(bob.exit_code(), 0);
}

#[test]
fn usage_is_2() {
    for args in [
        &["open", "--fly"][..],
        &["open", "--json", "--plain"],
        &["open", "--for", "soon"],
        &["join"],
        &["open", "--password", "secret"],
        &["open", "--web", "--local", "--web", "ftp://example.org"],
        &["open", "--web", "--local", "--tracker", "http://example.org"],
        &["open", "--web", "--local", "--password-file", "/nonexistent/file"],
    ] {
        let (code, out, err) = run(&mut command(args));
        assert_eq!(code, 2, "{args:?}: {out}{err}");
        assert!(!err.trim().is_empty(), "{args:?} says why");
    }
}

#[test]
fn nobody_outside_is_contacted_without_consent() {
    for args in [
        &["open"][..],
        &["open", "--web"],
        &["join", "https://chitchatter.im/public/room"],
    ] {
        let (code, _, err) = run(&mut command(args));
        assert_eq!(code, 2, "{args:?}");
        assert!(
            err.contains("--yes") && err.contains("--local") && err.contains("--tracker"),
            "{err}"
        );
        let mut json = Dayfly::start(args);
        let error = json.event("error");
        assert_eq!(error["code"], "bad_option");
        assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("--yes")));
        assert_eq!(json.exit_code(), 2);
    }
}

#[test]
fn help_and_version_are_0() {
    for args in [
        &["--help"][..],
        &["--version"],
        &["open", "--help"],
        &["join", "--help"],
    ] {
        let (code, out, _) = run(&mut command(args));
        assert_eq!(code, 0, "{args:?}");
        assert!(out.contains("dayfly") || out.contains("Usage"), "{out}");
    }
}

#[test]
fn a_wrong_password_is_4() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, password: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, password).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (right, wrong) = (file("right", "open sesame\n"), file("wrong", "open barley\n"));
    let (mut ada, link) = Dayfly::open(&["--name", "Ada", "--private", "--password-file", &right]);
    let mut eve = Dayfly::join(&link, &["--name", "Eve", "--password-file", &wrong]);
    let notice = eve.event("notice");
    assert_eq!(notice["code"], "wrong_password");
    eve.does(json!({"cmd": "leave"}));
    eve.event("left");
    assert_eq!(eve.exit_code(), 4);

    // The same with the right one, from a link that does not hold the secret.
    let links = ada.does_ready_links();
    let bare = links
        .iter()
        .find(|link| link.starts_with("https:"))
        .expect("a browser's link");
    let bare = bare.split('#').next().unwrap();
    let tracker = ada.does(json!({"cmd": "stats"}))["rendezvous"][0]["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut bob = Dayfly::spawn(
        command(&[
            "join",
            bare,
            "--local",
            "--tracker",
            &tracker,
            "--name",
            "Bob",
            "--json",
        ])
        .env("DAYFLY_PASSWORD", "open sesame"),
    );
    bob.meets("Ada");
    ada.meets("Bob");
    assert_eq!(bob.leave(), 0);
}

trait ReadyLinks {
    fn does_ready_links(&self) -> Vec<String>;
}

impl ReadyLinks for Dayfly {
    fn does_ready_links(&self) -> Vec<String> {
        let ready = self
            .seen
            .iter()
            .find(|row| row["event"] == "ready")
            .expect("ready came");
        let links = ready["links"].as_array().expect("links").iter();
        links
            .map(Value::as_str)
            .map(|link| link.expect("a string").to_owned())
            .collect()
    }
}
