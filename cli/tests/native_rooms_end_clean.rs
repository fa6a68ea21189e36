//! A native room leaves nothing behind: its members open no file for writing, and leaving is a
//! matter of a blink. A member that fell silent and returned hears each message once.

mod common;

use common::{Dayfly, PATIENCE, command};
use serde_json::json;
use std::time::{Duration, Instant};

/// What leaving may take, wiping included.
const BLINK: Duration = Duration::from_millis(100);

#[test]
fn leaving_wipes_in_a_blink() {
    // The best of a few, because the machine may be busy; each of them is a whole room.
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let (mut all, _) = Dayfly::native_room(&["Bob"]);
        // Fewer than what a member may say at once.
        for n in 0..20 {
            all[0].does(json!({"cmd": "say", "text": format!("message {n}")}));
        }
        all[1].hears("message 19");
        let start = Instant::now();
        all[0].line(br#"{"cmd":"leave"}"#);
        all[0].event("left");
        best = best.min(start.elapsed());
    }
    assert!(best < BLINK, "{best:?}");
}

#[test]
fn panic_wipes_at_once() {
    let (mut all, _) = Dayfly::native_room(&["Bob"]);
    let start = Instant::now();
    all[0].line(br#"{"cmd":"panic"}"#);
    all[0].event("left");
    let took = start.elapsed();
    assert_eq!(all[0].exit_code(), 0);
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[test]
fn who_fell_silent_and_returned_hears_each_message_once() {
    let (mut all, _) = Dayfly::native_room(&["Bob"]);
    let [ada, bob] = &mut all[..] else { panic!("two") };
    ada.does(json!({"cmd": "say", "text": "before"}));
    bob.hears("before");
    bob.signal("STOP");
    ada.until("his silence", |row| {
        row["event"] == "member_changed" && row["member"]["state"] == "reconnecting"
    });
    for n in 0..5 {
        ada.does(json!({"cmd": "say", "text": format!("meanwhile {n}")}));
    }
    bob.signal("CONT");
    for n in 0..5 {
        bob.hears(&format!("meanwhile {n}"));
    }
    ada.until("his return", |row| {
        row["event"] == "member_changed" && row["member"]["state"] == "here" && row["member"]["name"] == "Bob"
    });
    bob.says(json!({"cmd": "say", "text": "back"}));
    ada.hears("back");
    ada.says(json!({"cmd": "say", "text": "after"}));
    bob.hears("after");
    for text in ["before", "meanwhile 0", "meanwhile 4", "after"] {
        let count = bob.seen.iter().filter(|row| row["text"] == text).count();
        assert_eq!(count, 1, "{text}");
    }
    let rows = ada.does(json!({"cmd": "members"}));
    assert_eq!(rows["members"].as_array().map(Vec::len), Some(1), "{rows}");
}

/// A test that cannot run here says so to whoever counts.
#[cfg(target_os = "linux")]
fn skip(reason: &str) {
    use std::io::Write;
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "nothing may be skipped here: {reason}"
    );
    eprintln!("skipped: {reason}");
    if let Some(list) = std::env::var_os("DAYFLY_SKIPS") {
        let mut list = std::fs::OpenOptions::new()
            .append(true)
            .open(list)
            .expect("the list of skips");
        writeln!(list, "no_file_is_opened_for_writing: {reason}").expect("the list takes a line");
    }
}

/// The calls that open, make, rename or remove something in a file system.
#[cfg(target_os = "linux")]
const CALLS: &str = "trace=open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,link,linkat,symlink,symlinkat,\
                     rename,renameat,renameat2,unlink,unlinkat,truncate,memfd_create";

#[cfg(target_os = "linux")]
#[test]
fn no_file_is_opened_for_writing() {
    let works = std::process::Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .status();
    if !works.is_ok_and(|status| status.success()) {
        return skip("strace is missing or may not look at processes here");
    }
    let dir = tempfile::tempdir().unwrap();
    let traced = |who: &str, args: &[&str]| {
        let log = dir.path().join(who);
        let mut strace = std::process::Command::new("strace");
        let dayfly = command(&[]);
        strace
            .args(["-f", "-q", "-e", CALLS, "-e", "signal=none", "-o"])
            .arg(&log);
        strace
            .arg(dayfly.get_program())
            .args(args)
            .args(["--json", "--name", who]);
        strace.env_remove("DAYFLY_PASSWORD");
        (Dayfly::spawn(&mut strace), log)
    };
    let (mut ada, ada_log) = traced("Ada", &["open", "--local"]);
    let link = ada.event("ready")["link"].as_str().unwrap().to_owned();
    let (mut bob, bob_log) = traced("Bob", &["join", &link, "--local"]);
    let mut eve = Dayfly::join(&link, &["--name", "Eve"]);
    ada.meets("Bob");
    bob.meets("Ada");
    ada.meets("Eve");
    bob.meets("Eve");
    let id = ada.says(json!({"cmd": "say", "text": "nothing of this stays"}));
    bob.hears("nothing of this stays");
    bob.does(json!({"cmd": "react", "id": id, "emoji": "👍", "on": true}));
    ada.sees_change(&id);
    ada.does(json!({"cmd": "verify", "member": "Bob"}));
    bob.verification("asked");
    bob.does(json!({"cmd": "verify", "member": "Ada"}));
    ada.verification("compare");
    ada.does(json!({"cmd": "verify_confirm", "member": "Bob"}));
    bob.verification("compare");
    bob.does(json!({"cmd": "verify_confirm", "member": "Ada"}));
    ada.verification("done");
    ada.does(json!({"cmd": "remove", "member": "Eve"}));
    assert_eq!(eve.ended("removed", "removed"), 5);
    assert_eq!(bob.leave(), 0);
    assert_eq!(ada.leave(), 0);

    for log in [ada_log, bob_log] {
        let calls = read_all(&log);
        assert!(
            calls.lines().any(|call| call.contains("O_RDONLY")),
            "the trace works: {calls}"
        );
        let writes: Vec<_> = calls.lines().filter(|call| writes(call)).collect();
        assert!(writes.is_empty(), "{writes:#?}");
    }
}

/// The log of a process that has ended, once its tracer is done with it.
#[cfg(target_os = "linux")]
fn read_all(log: &std::path::Path) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let calls = std::fs::read_to_string(log).unwrap_or_default();
        if calls.contains("exited with") || Instant::now() > deadline {
            return calls;
        }
        std::thread::yield_now();
    }
}

/// The call may leave something in a file system.
#[cfg(target_os = "linux")]
fn writes(call: &str) -> bool {
    let opens = call.contains("open(") || call.contains("openat(") || call.contains("openat2(");
    if call.contains("exited with") || call.contains("killed by") {
        return false;
    }
    !opens
        || ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"]
            .iter()
            .any(|flag| call.contains(flag))
}
