//! A password of a native room: who knows it is let in, who does not hears so in a sentence and
//! leaves with exit code 4. It stands in neither the link nor the list of processes.

mod common;

use common::{Dayfly, command, run};

const RIGHT: &str = "open sesame";

fn with_password(args: &[&str], password: &str) -> Dayfly {
    Dayfly::spawn(command(args).arg("--json").env("DAYFLY_PASSWORD", password))
}

#[test]
fn the_right_one_opens_and_the_wrong_one_is_told() {
    let mut ada = with_password(&["open", "--local", "--password", "--name", "Ada"], RIGHT);
    let ready = ada.event("ready");
    assert_eq!(ready["kind"], "native");
    let link = ready["link"].as_str().unwrap().to_owned();
    assert!(!link.contains(RIGHT));

    let mut bob = with_password(&["join", &link, "--local", "--name", "Bob"], RIGHT);
    bob.meets("Ada");
    ada.meets("Bob");
    assert_eq!(bob.leave(), 0);

    let mut eve = with_password(
        &["join", &link, "--local", "--name", "Eve", "--for", "20"],
        "open barley",
    );
    let notice = eve.until("the sentence", |row| {
        row["event"] == "notice" && row["code"] == "wrong_password"
    });
    assert!(
        notice["message"].as_str().unwrap().contains("password"),
        "{notice}"
    );
    eve.stdin = None;
    eve.event("left");
    assert_eq!(eve.exit_code(), 4);
    let met = ada.seen.iter().any(|row| row["member"]["name"] == "Eve");
    assert!(!met, "nobody without the password is a member");
    assert_eq!(ada.leave(), 0);
}

#[test]
fn the_link_says_that_there_is_one() {
    let mut ada = with_password(&["open", "--local", "--password"], RIGHT);
    let link = ada.event("ready")["link"].as_str().unwrap().to_owned();
    let (code, _, err) = run(&mut command(&["join", &link, "--local"]));
    assert_eq!(code, 2, "{err}");
    assert!(
        err.contains("password") && err.contains("DAYFLY_PASSWORD"),
        "{err}"
    );
    assert_eq!(ada.leave(), 0);
}
