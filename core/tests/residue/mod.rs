//! A process that has been in a native room and left it, and what is found in its memory from
//! outside.
//!
//! The test starts itself once more as the child, tells it over a socket what to say and when to
//! leave, and reads the child's memory through `/proc`. What is looked for are windows of twelve
//! bytes, because a freed block may lose its first sixteen to the allocator's own lists.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

#[path = "../common/mod.rs"]
mod common;

use common::{Person, local};
use dayfly_core::engine::{Engine, NativeOptions};
use dayfly_core::proto::crypto::SigningKey;
use dayfly_core::proto::identity::native::handshake::{Initiator, Mode, Password, Prologue, Responder};
use dayfly_core::proto::identity::native::proof::Caps;
use dayfly_core::proto::invite::Invite;
use dayfly_core::proto::room::SayOptions;
use dayfly_core::proto::secret::SecretBytes;
use dayfly_core::proto::timer::Now;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Where the child finds its parent.
const PARENT: &str = "DAYFLY_RESIDUE_PARENT";

/// Bytes of a window.
const WINDOW: usize = 12;

/// Secrets of the handshakes that the child makes without a network, so that they are known here.
const HANDSHAKE_SEED: [u8; 32] = *b"chance of the residue test's run";
const KEY_SEED: [u8; 32] = *b"\x91key of a member\xd7 \x03 whom\x9b nonekn";
const PSK: [u8; 32] = *b"\x17psk of the residue test\xee 0123\xfa4";

/// What was found: how often each of the things looked for.
pub type Found = BTreeMap<&'static str, usize>;

/// What was found while the child was in the room, and after it had left.
pub struct Report {
    pub before: Found,
    pub after: Found,
}

/// The child's part, where this process is the child.
pub fn be_the_child() -> bool {
    let Ok(port) = std::env::var(PARENT) else {
        return false;
    };
    let mut parent = TcpStream::connect((Ipv4Addr::LOCALHOST, port.parse().unwrap())).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    // The engine stays, as that of an app does.
    let engine = Engine::start().unwrap();
    runtime.block_on(live(&engine, &mut parent));
    pure();
    drop(runtime);
    scrub();
    answer(&mut parent, "gone");
    assert_eq!(order(&mut parent), "end");
    true
}

/// This thread stands for a shell's, through which the invite went; its stack is the shell's to
/// clear.
#[inline(never)]
fn scrub() {
    let mut stack = [0xa5_u8; 1024 * 1024];
    std::hint::black_box(&mut stack);
    stack.fill(0);
    std::hint::black_box(&mut stack);
}

/// Two members meet, say what the parent tells them to, and leave.
async fn live(engine: &Engine, parent: &mut TcpStream) {
    let mut ada = Person::open(engine, NativeOptions::default(), local("Ada", true)).await;
    let link = ada.room.invite().link();
    let mut bob = Person::enter(engine, &Invite::parse(&link).unwrap(), local("Bob", false)).await;
    ada.joined("Bob").await;
    bob.joined("Ada").await;
    answer(parent, &link);
    drop(link);
    let group = order(parent);
    ada.room.say(group.clone(), SayOptions::default()).await.unwrap();
    bob.hears(&group).await;
    drop(group);
    let direct = order(parent);
    bob.room
        .direct("Ada".into(), direct.clone(), SayOptions::default())
        .await
        .unwrap();
    ada.hears(&direct).await;
    drop(direct);
    answer(parent, "said");
    assert_eq!(order(parent), "leave");
    bob.room.leave().await;
    ada.room.leave().await;
}

/// A handshake and a session by themselves, of secrets that the parent knows, dropped again.
#[inline(never)]
fn pure() {
    let mut rng = ChaCha20Rng::from_seed(HANDSHAKE_SEED);
    let psk = SecretBytes::new(PSK);
    let prologue = Prologue {
        mode: Mode::Room,
        room_id: &[1; 32],
        generation: 0,
        fp_initiator: &[2; 32],
        fp_responder: &[3; 32],
        context: b"",
    };
    let (sent, first) = Initiator::start(&prologue, &psk, &Password::None, &mut rng);
    let (waiting, second) = Responder::read(&prologue, &psk, &Password::None, &mut rng, &first).unwrap();
    let (ours, third) = sent.read(&second).unwrap();
    let theirs = waiting.read(&third).unwrap();
    let (a, b) = (SigningKey::from_seed(&KEY_SEED), SigningKey::generate(&mut rng));
    let (ours, of_a) = ours.prove(&a, &[1; 32], Caps::default(), None);
    let (theirs, of_b) = theirs.prove(&b, &[1; 32], Caps::default(), None);
    let (mut ours, _) = ours.check(&of_b).unwrap();
    let (mut theirs, _) = theirs.check(&of_a).unwrap();
    let now = Now {
        mono: Duration::from_secs(1),
        unix_ms: 1,
    };
    let frame = ours.seal(now, b"hello").unwrap();
    theirs.open(now, &frame).unwrap();
}

fn answer(parent: &mut TcpStream, line: &str) {
    parent.write_all(line.as_bytes()).unwrap();
    parent.write_all(b"\n").unwrap();
}

/// A line, read byte by byte: no reader keeps what came before.
fn order(from: &mut TcpStream) -> String {
    let mut line = Vec::new();
    let mut byte = [0];
    loop {
        from.read_exact(&mut byte).expect("the other end lives");
        if byte == *b"\n" {
            return String::from_utf8(line).unwrap();
        }
        line.push(byte[0]);
    }
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs `test` of this program as the child and looks into its memory.
pub fn look(test: &str) -> Report {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(PARENT, listener.local_addr().unwrap().port().to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let child = Running(child);
    let (mut socket, _) = listener.accept().unwrap();
    socket.set_read_timeout(Some(common::PATIENCE * 2)).unwrap();

    let link = order(&mut socket);
    let mut canaries = vec![
        ("psk of the handshake", PSK.to_vec()),
        ("seed of a member's key", KEY_SEED.to_vec()),
        ("seed of the chance", HANDSHAKE_SEED.to_vec()),
    ];
    let Ok(Invite::Native(invite)) = Invite::parse(&link) else {
        panic!("a native invite")
    };
    let keys = invite.keys();
    canaries.push(("secret of the invite", invite.secret.expose().to_vec()));
    for (name, key) in [
        ("topic key", &keys.topic),
        ("signalling key", &keys.signal),
        ("psk of the room", &keys.psk),
        ("sender key's key", &keys.skdm),
    ] {
        canaries.push((name, key.expose().to_vec()));
    }
    canaries.push(("link", link.split_once(':').unwrap().1.as_bytes().to_vec()));
    // What no two runs share, and nothing else holds.
    let mut chance = [0; 48];
    let mut seed = [0; 32];
    seed.copy_from_slice(keys.ack.expose());
    ChaCha20Rng::from_seed(seed).fill_bytes(&mut chance);
    let text = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (group, direct) = (text(&chance[..24]), text(&chance[24..]));
    canaries.push(("text to all", group.clone().into_bytes()));
    canaries.push(("text to one", direct.clone().into_bytes()));
    answer(&mut socket, &group);
    answer(&mut socket, &direct);
    assert_eq!(order(&mut socket), "said");
    let before = search(child.0.id(), &canaries);
    answer(&mut socket, "leave");
    assert_eq!(order(&mut socket), "gone");
    let after = search(child.0.id(), &canaries);
    answer(&mut socket, "end");
    Report { before, after }
}

/// How often each canary is found in what the process can write to.
fn search(process: u32, canaries: &[(&'static str, Vec<u8>)]) -> Found {
    let mut windows: BTreeMap<&[u8], &'static str> = BTreeMap::new();
    let mut first = BTreeSet::new();
    for (name, bytes) in canaries {
        for window in bytes.windows(WINDOW).step_by(WINDOW / 2) {
            windows.insert(window, name);
            first.insert([window[0], window[1]]);
        }
    }
    let mut starts = vec![false; 1 << 16];
    for [a, b] in first {
        starts[usize::from(a) << 8 | usize::from(b)] = true;
    }
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let mut found = Found::new();
    for line in maps.lines() {
        let mut parts = line.split_whitespace();
        let (range, rights) = (parts.next().unwrap(), parts.next().unwrap());
        if !rights.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let hex = |text| u64::from_str_radix(text, 16).unwrap();
        let (from, to) = (hex(from), hex(to));
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        memory.seek(SeekFrom::Start(from)).unwrap();
        // What was given back to the system between the two looks cannot be read, nor searched.
        if memory.read_exact(&mut bytes).is_err() {
            continue;
        }
        for at in 0..bytes.len().saturating_sub(WINDOW - 1) {
            if starts[usize::from(bytes[at]) << 8 | usize::from(bytes[at + 1])]
                && let Some(name) = windows.get(&bytes[at..at + WINDOW])
            {
                *found.entry(name).or_default() += 1;
            }
        }
    }
    found
}
