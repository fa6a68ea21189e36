//! The end of the standard input, SIGTERM, SIGINT and a reader that went away all mean `leave`;
//! the room hears a goodbye and the process ends within a second or so.

mod common;

use common::Dayfly;
use serde_json::json;
use std::time::{Duration, Instant};

/// A polite second, and what a busy machine adds.
const SOON: Duration = Duration::from_secs(3);

#[test]
fn the_end_of_input_leaves() {
    let (mut ada, link) = Dayfly::open(&["--name", "Ada"]);
    let mut bob = Dayfly::join(&link, &["--name", "Bob"]);
    ada.meets("Bob");
    bob.meets("Ada");
    let start = Instant::now();
    bob.stdin = None;
    assert_eq!(bob.event("left")["reason"], "left");
    assert_eq!(bob.exit_code(), 0);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    assert_eq!(ada.event("member_left")["reason"], "left");
}

#[test]
fn signals_leave() {
    for name in ["TERM", "INT", "HUP"] {
        let (mut ada, _) = Dayfly::open(&[]);
        let start = Instant::now();
        ada.signal(name);
        assert_eq!(ada.event("left")["reason"], "left", "{name}");
        assert_eq!(ada.exit_code(), 0, "{name}");
        assert!(start.elapsed() < SOON, "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn a_reader_that_went_away_means_leave() {
    let mut child = common::command(&["open", "--web", "--local", "--json"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    drop(child.stdout.take());
    let deadline = Instant::now() + common::PATIENCE;
    loop {
        use std::io::Write;
        // Each command makes a row that nobody can be told.
        let _ = writeln!(stdin, "{}", json!({"cmd": "members"}));
        if let Some(status) = child.try_wait().expect("the child is ours") {
            assert_eq!(status.code(), Some(0));
            return;
        }
        assert!(Instant::now() < deadline, "it did not end");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_reader_that_does_not_read_holds_up_nothing() {
    let mut child = common::command(&["open", "--web", "--local", "--json"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let stdout = child.stdout.take().expect("stdout is piped");
    let writer = std::thread::spawn(move || {
        use std::io::Write;
        // Far more than all queues hold; blocks once they are full, ends when the process does.
        while writeln!(stdin, "{}", json!({"cmd": "members"})).is_ok() {}
    });
    std::thread::sleep(Duration::from_secs(2));
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    if let Ok(status) = status {
        let resident = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .expect("a size");
        let kilobytes: u64 = resident.trim().trim_end_matches(" kB").parse().expect("a number");
        assert!(kilobytes < 100_000, "{kilobytes} kB");
    }
    let pid = child.id().to_string();
    let start = Instant::now();
    assert!(
        std::process::Command::new("kill")
            .args(["-s", "TERM", &pid])
            .status()
            .expect("kill runs")
            .success()
    );
    let status = child.wait().expect("the child is ours");
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    assert_eq!(status.code(), Some(0));
    drop(stdout);
    writer.join().expect("the writer ends");
}
