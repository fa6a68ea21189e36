//! `tracker`, `demo` and `doctor` keep to the contract, do what they say, and contact nobody who
//! was not named.

mod common;

use common::{Dayfly, command, run};

#[test]
fn the_tracker_serves_rooms() {
    let mut tracker = Dayfly::start(&["tracker", "--listen", "127.0.0.1:0"]);
    let url = tracker.event("tracker")["url"].as_str().unwrap().to_owned();
    let mut ada = Dayfly::start(&[
        "open",
        "--web",
        "--tracker",
        &url,
        "--stun",
        "none",
        "--name",
        "Ada",
    ]);
    let link = ada.event("ready")["link"].as_str().unwrap().to_owned();
    let mut bob = Dayfly::start(&[
        "join",
        &link,
        "--tracker",
        &url,
        "--stun",
        "none",
        "--name",
        "Bob",
    ]);
    ada.meets("Bob");
    bob.meets("Ada");
    assert_eq!(bob.leave(), 0);
    assert_eq!(ada.leave(), 0);
    let pid = tracker.child.id().to_string();
    assert!(
        std::process::Command::new("kill")
            .arg(pid)
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(tracker.exit_code(), 0);
}

#[test]
fn a_taken_port_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, _, err) = run(&mut command(&["tracker", "--listen", &address]));
    assert_eq!(code, 1);
    assert!(err.contains(&address), "{err}");
}

#[test]
fn the_demo_works() {
    let mut demo = Dayfly::start(&["demo"]);
    let verdict = demo.event("verdict");
    assert_eq!(verdict["ok"], true, "{:#?}", demo.seen);
    assert_eq!(demo.exit_code(), 0);
    let steps = demo.seen.iter().filter(|row| row["event"] == "step").count();
    assert!(steps >= 7, "{steps}");
}

#[test]
fn the_doctor_looks_at_this_device() {
    let mut doctor = Dayfly::start(&["doctor", "--local"]);
    doctor.event("finding");
    doctor.event("verdict");
    doctor.exit_code();
}

#[test]
fn the_doctor_looks_at_a_tracker() {
    let mut tracker = Dayfly::start(&["tracker", "--listen", "127.0.0.1:0"]);
    let url = tracker.event("tracker")["url"].as_str().unwrap().to_owned();
    let (code, out, err) = run(&mut command(&["doctor", "--local", "--tracker", &url]));
    assert_eq!(code, 0, "{out}{err}");
    let dead = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("ws://{dead}");
    let (code, out, err) = run(&mut command(&["doctor", "--local", "--tracker", &url]));
    assert_eq!(code, 1, "{out}{err}");
}
