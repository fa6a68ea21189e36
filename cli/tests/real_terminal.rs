//! On a real terminal: the chat view comes up on the alternate screen, Ctrl-C leaves within a
//! second, the terminal is given back, and `NO_COLOR` is honoured.

// Another system's `script` takes other options.
#![cfg(target_os = "linux")]

mod common;

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// Runs `dayfly open --web --local` under util-linux's `script`, which makes the terminal. Presses
/// Ctrl-C once something is drawn; returns what was drawn, how long the end took, and its code.
fn session(no_color: &str) -> (String, Duration, i32) {
    let dayfly = env!("CARGO_BIN_EXE_dayfly");
    let inner = format!("stty rows 40 cols 100; exec '{dayfly}' open --web --local --no-lan --name Ada");
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--command", &inner, "/dev/null"])
        .env("TERM", "xterm-256color")
        .env("NO_COLOR", no_color)
        .env_remove("DAYFLY_PASSWORD")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("util-linux's script is installed");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let mut stdout = child.stdout.take().expect("stdout is piped");
    let (sink, chunks) = channel();
    std::thread::spawn(move || {
        let mut chunk = [0; 4096];
        while let Ok(n @ 1..) = stdout.read(&mut chunk) {
            if sink.send(chunk[..n].to_vec()).is_err() {
                return;
            }
        }
    });
    let mut drawn = Vec::new();
    let mut pressed = None;
    let deadline = Instant::now() + common::PATIENCE;
    while let Ok(chunk) = chunks.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        drawn.extend(chunk);
        if pressed.is_none() && String::from_utf8_lossy(&drawn).contains("Dayfly") {
            stdin.write_all(b"\x03").expect("the terminal takes a key");
            pressed = Some(Instant::now());
        }
    }
    let status = child.wait().expect("the child is ours");
    let drawn = String::from_utf8_lossy(&drawn).into_owned();
    let pressed = pressed.unwrap_or_else(|| panic!("the view did not come up: {drawn:?}"));
    (
        drawn,
        pressed.elapsed(),
        status.code().expect("no signal ended it"),
    )
}

/// The parameters of every "select graphic rendition" sequence.
fn renditions(drawn: &str) -> impl Iterator<Item = &str> {
    drawn.split("\x1b[").filter_map(|part| {
        let end = part.find(|c: char| !c.is_ascii_digit() && c != ';')?;
        part[end..].starts_with('m').then(|| &part[..end])
    })
}

fn sets_a_colour(rendition: &str) -> bool {
    rendition
        .split(';')
        .filter_map(|n| n.parse().ok())
        .any(|n: u32| matches!(n, 30..=38 | 40..=48 | 90..=97 | 100..=107))
}

#[test]
fn the_view_comes_and_goes() {
    let (drawn, took, code) = session("");
    assert_eq!(code, 0, "{drawn:?}");
    assert!(took < Duration::from_secs(3), "{took:?}");
    let (enter, leave) = (drawn.find("\x1b[?1049h"), drawn.rfind("\x1b[?1049l"));
    assert!(
        enter.is_some() && enter < leave,
        "the screen was taken and given back"
    );
    assert!(
        drawn.rfind("\x1b[?2004l") > drawn.find("\x1b[?2004h"),
        "so was bracketed paste"
    );
    assert!(
        drawn.contains("This room is") || drawn.contains("Link for"),
        "{drawn:?}"
    );
    let after = &drawn[leave.expect("just found")..];
    assert!(after.contains("You left. Nothing was kept."), "{after:?}");
    assert!(renditions(&drawn).any(sets_a_colour));
}

#[test]
fn no_color_means_none() {
    let (drawn, _, code) = session("1");
    assert_eq!(code, 0);
    let colours: Vec<_> = renditions(&drawn).filter(|r| sets_a_colour(r)).collect();
    assert!(colours.is_empty(), "{colours:?}");
}
