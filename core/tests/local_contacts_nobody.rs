//! A local room sends no packet beyond its machine: two members meet, talk and leave in a network
//! namespace that has an address, a default route and name servers, and a counter at its exit
//! stays at zero. So it does for a room that is not local but goes through a proxy: no name is
//! asked for and no connection made past it. The same counter sees a room that does neither, so it
//! is not blind.
//!
//! Needs Linux, root, `ip` and `nft`; elsewhere it says so and is counted as skipped.

#![cfg(target_os = "linux")]

mod common;
mod proxy_support;

use common::{PATIENCE, Person, local, web};
use dayfly_core::engine::{Engine, RoomOptions};
use dayfly_core::proto::room::Event;
use dayfly_core::proto::secret::SecretString;
use dayfly_core::rendezvous::tracker::{Tracker, TrackerUrl};
use proxy_support::{Manners, NAME, TestProxy};
use std::io::Write;
use std::net::Ipv4Addr;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// Set in the copy of this test that runs inside the namespace: which room to open there.
const INSIDE: &str = "DAYFLY_TEST_INSIDE";

/// Everything that leaves, but for what the kernel itself says about addresses; and every question
/// to a name server, as one may listen on loopback and ask on behalf of this process.
const RULES: &str = "table inet watch {
    counter away { }
    counter names { }
    chain out {
        type filter hook output priority 0; policy accept;
        meta l4proto { tcp, udp } th dport 53 counter name names
        oifname \"lo\" accept
        icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert, mld-listener-report, \
mld2-listener-report } accept
        counter name away
    }
}";

/// A network namespace that thinks it is on the internet; removed when dropped.
struct Namespace(String);

impl Namespace {
    fn new() -> Result<Self, String> {
        let name = format!("dayfly-test-{}", std::process::id());
        run(&["ip", "netns", "add", &name], None)?;
        let it = Self(name);
        for step in [
            "link set lo up",
            "link add exit type veth peer name beyond",
            "link set exit addrgenmode none",
            "link set beyond addrgenmode none",
            "link set exit up",
            "link set beyond up",
            "addr add 198.51.100.2/24 dev exit",
            "addr add 2001:db8:1::2/64 dev exit nodad",
            "route add default via 198.51.100.1 dev exit",
            "route add default via 2001:db8:1::1 dev exit",
        ] {
            let words: Vec<&str> = ["ip", "-n", &it.0].into_iter().chain(step.split(' ')).collect();
            run(&words, None)?;
        }
        it.exec(&["nft", "-f", "-"], Some(RULES))?;
        Ok(it)
    }

    fn exec(&self, words: &[&str], input: Option<&str>) -> Result<String, String> {
        let words: Vec<&str> = ["ip", "netns", "exec", &self.0]
            .into_iter()
            .chain(words.iter().copied())
            .collect();
        run(&words, input)
    }

    /// Packets that left, and questions to name servers.
    fn counted(&self) -> (u64, u64) {
        let inside = ["ip", "netns", "exec", &self.0];
        (counter(&inside, "away"), counter(&inside, "names"))
    }

    /// Runs this test again inside, to open a room of that kind.
    fn room(&self, kind: &str) -> Output {
        let this = std::env::current_exe().expect("a path");
        Command::new("ip")
            .args(["netns", "exec", &self.0])
            .arg(this)
            .args(["--exact", "a_local_room_contacts_nobody", "--nocapture"])
            .env(INSIDE, kind)
            .output()
            .expect("ip runs")
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        if let Err(error) = run(&["ip", "netns", "delete", &self.0], None) {
            eprintln!("the namespace stays behind: {error}");
        }
    }
}

/// The packets of a counter, read by way of `prefix`.
fn counter(prefix: &[&str], name: &str) -> u64 {
    let words: Vec<&str> = prefix
        .iter()
        .copied()
        .chain(["nft", "list", "counter", "inet", "watch", name])
        .collect();
    let listed = run(&words, None).expect("the counter can be read");
    let mut words = listed
        .split_whitespace()
        .skip_while(|word| *word != "packets")
        .skip(1);
    words
        .next()
        .and_then(|n| n.parse().ok())
        .expect("a number of packets")
}

/// Runs a command to its end and gives what it printed.
fn run(words: &[&str], input: Option<&str>) -> Result<String, String> {
    let failed = |what: String| format!("{}: {what}", words.join(" "));
    let mut child = Command::new(words[0])
        .args(&words[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| failed(e.to_string()))?;
    let mut stdin = child.stdin.take().expect("piped");
    if let Some(input) = input {
        stdin
            .write_all(input.as_bytes())
            .map_err(|e| failed(e.to_string()))?;
    }
    drop(stdin);
    let done = child.wait_with_output().map_err(|e| failed(e.to_string()))?;
    if done.status.success() {
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    } else {
        Err(failed(String::from_utf8_lossy(&done.stderr).trim().to_owned()))
    }
}

/// Says why this test cannot run here, where the runner counts it.
fn skip(reason: &str) {
    println!("SKIP a_local_room_contacts_nobody: {reason}");
    if let Some(list) = std::env::var_os("DAYFLY_SKIPS") {
        let mut list = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(list)
            .expect("the list of skips can be written");
        writeln!(list, "a_local_room_contacts_nobody: {reason}").expect("the list of skips can be written");
    }
}

#[tokio::test]
async fn a_local_room_contacts_nobody() {
    match std::env::var(INSIDE).as_deref() {
        Ok("local") => return two_talk_and_leave().await,
        Ok("proxied") => return two_meet_through_a_proxy().await,
        Ok("public") => return one_looks_for_others().await,
        _ => {}
    }
    let namespace = match Namespace::new() {
        Ok(namespace) => namespace,
        Err(reason) => return skip(&format!("no network namespace can be made ({reason})")),
    };
    for (kind, done) in [("local", "they talked"), ("proxied", "they met by proxy")] {
        let inside = namespace.room(kind);
        assert!(
            inside.status.success(),
            "{}",
            String::from_utf8_lossy(&inside.stderr)
        );
        assert!(
            String::from_utf8_lossy(&inside.stdout).contains(done),
            "the {kind} room was tried"
        );
        assert_eq!(
            namespace.counted(),
            (0, 0),
            "packets of a {kind} room that left, its questions to name servers"
        );
    }

    let inside = namespace.room("public");
    assert!(
        inside.status.success(),
        "{}",
        String::from_utf8_lossy(&inside.stderr)
    );
    let (away, names) = namespace.counted();
    assert!(away + names > 0, "the counter is blind");
    println!("a room that is not local: {away} packets left, {names} questions to name servers");
}

async fn two_talk_and_leave() {
    let engine = Engine::start().expect("a thread");
    let mut ada = Person::enter(&engine, &web("nobody else"), local("Ada", true)).await;
    let invite = ada.room.invite().clone();
    let mut bob = Person::enter(&engine, &invite, local("Bob", false)).await;
    ada.joined("Bob").await;
    bob.joined("Ada").await;
    // What is said to one Dayfly alone waits for the session.
    bob.speaks_natively("Ada").await;
    ada.room
        .say("only here".into(), Default::default())
        .await
        .expect("said");
    bob.hears("only here").await;
    bob.room.network_changed();
    bob.room
        .direct("Ada".into(), "psst".into(), Default::default())
        .await
        .expect("sent");
    ada.hears("psst").await;
    bob.room.leave().await;
    ada.wait("Bob to leave", |event| {
        matches!(event, Event::MemberLeft { .. }).then_some(())
    })
    .await;
    ada.room.leave().await;
    println!("they talked");
}

async fn two_meet_through_a_proxy() {
    let tracker = Tracker::bind((Ipv4Addr::LOCALHOST, 0).into(), [5; 32])
        .await
        .expect("a port");
    let url = TrackerUrl::parse(&tracker.url()).expect("its own address");
    let target = (Ipv4Addr::LOCALHOST, url.port()).into();
    let proxy = TestProxy::start(Manners::Socks5, target).await;
    let options = |name| RoomOptions {
        trackers: vec![format!("ws://{NAME}:7000")],
        ice_servers: Some(Vec::new()),
        local: false,
        proxy: Some(SecretString::new(format!("socks5://{}", proxy.address))),
        ..local(name, false)
    };
    let engine = Engine::start().expect("a thread");
    let invite = web("nobody else");
    let mut ada = Person::enter(&engine, &invite, options("Ada")).await;
    let mut bob = Person::enter(&engine, &invite, options("Bob")).await;
    ada.joined("Bob").await;
    bob.joined("Ada").await;
    println!("they met by proxy");
}

async fn one_looks_for_others() {
    let engine = Engine::start().expect("a thread");
    let options = RoomOptions {
        local: false,
        ..local("Eve", false)
    };
    let eve = Person::enter(&engine, &web("nobody else"), options).await;
    let until = std::time::Instant::now() + PATIENCE;
    while counter(&[], "away") + counter(&[], "names") == 0 && std::time::Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(eve);
    // A resolver that gets no answer would hold the exit up.
    std::process::exit(0);
}
