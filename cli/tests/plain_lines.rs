//! Plain mode prints one line an event, no escape sequences, and takes lines and commands.

mod common;

use common::{Dayfly, PATIENCE, command};
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::sync::mpsc::channel;

#[test]
fn a_plain_terminal_talks_with_a_program() {
    let (mut ada, link) = Dayfly::open(&["--name", "Ada"]);
    let mut bob = command(&["join", &link, "--local", "--name", "Bob"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = bob.stdin.take().unwrap();
    let stdout = bob.stdout.take().unwrap();
    let (sink, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let _ = sink.send(line);
        }
    });
    let until = |what: &str| loop {
        let line = lines
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|_| panic!("no line with {what:?}"));
        assert!(!line.chars().any(char::is_control), "{line:?}");
        if line.contains(what) {
            return line;
        }
    };
    assert_eq!(until("Link: "), format!("Link: {link}"));
    until("Ada (");
    // Two Dayflies among pages whisper natively or not at all, so that is waited for.
    ada.until("Bob as a Dayfly", |row| {
        row["member"]["name"] == "Bob" && row["member"]["kind"] == "native"
    });

    ada.does(json!({"cmd": "say", "text": "one\ntwo \u{1b}[2J\u{202e}"}));
    let heard = until("one");
    assert!(
        heard.starts_with("Ada (") && heard.ends_with("): one \u{23ce} two \u{241b}[2J\u{fffd}"),
        "{heard}"
    );
    ada.does(json!({"cmd": "dm", "to": "Bob", "text": "psst"}));
    assert!(until("psst").contains("to you only"));

    writeln!(stdin, "hello from a pipe").unwrap();
    assert_eq!(
        ada.until("words", |row| row["mine"] == false)["text"],
        "hello from a pipe"
    );
    assert_eq!(until("hello from"), "You: hello from a pipe");
    writeln!(stdin, "/dm Ada only you").unwrap();
    assert_eq!(ada.until("words", |row| row["mine"] == false)["direct"], true);
    writeln!(stdin, "/who").unwrap();
    until("You are Bob");
    writeln!(stdin, "/fly").unwrap();
    until("no command /fly");
    writeln!(stdin, "/leave").unwrap();
    until("You left");
    assert_eq!(bob.wait().unwrap().code(), Some(0));
    assert_eq!(ada.event("member_left")["reason"], "left");
}

#[test]
fn a_bare_open_says_first_who_can_come_in() {
    let mut open = command(&["open", "--local", "--plain", "--for", "1"]);
    let (_, out, _) = common::run(&mut open);
    assert_eq!(
        out.lines().next(),
        Some(
            "Whoever has the link can join with a Dayfly; nobody else can read what is said. For \
             somebody with only a browser, open a room with --web."
        )
    );
    let mut named = command(&["open", "--web", "--local", "--plain", "--for", "1"]);
    let (_, out, _) = common::run(&mut named);
    assert!(out.starts_with("Link: "), "{out}");
}
