//! Figures of the native protocol's cryptography: CPU time, bytes and round trips.
//!
//! `cargo bench -p dayfly-proto --bench crypto` prints one JSON object a line. Everything runs on
//! one thread, without sockets; each figure is the median of its runs, so a busy machine shows
//! less than in a mean, and still shows.

use argon2::{Algorithm, Argon2, Params, Version};
use dayfly_proto::crypto::SigningKey;
use dayfly_proto::identity::native::handshake::{Initiator, Mode, Password, Prologue, Responder};
use dayfly_proto::identity::native::kem::{Exchange, XWing};
use dayfly_proto::identity::native::lane::{LaneOpener, LaneSealer};
use dayfly_proto::identity::native::proof::Caps;
use dayfly_proto::identity::native::scrub_stack;
use dayfly_proto::identity::native::session::{Session, SessionError};
use dayfly_proto::secret::SecretBytes;
use dayfly_proto::timer::Now;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROOM: [u8; 32] = [2; 32];
const NOW: Now = Now {
    mono: Duration::ZERO,
    unix_ms: 0,
};

fn main() {
    // Cargo says so when it measures. A test runner that asks for a list of tests gets none.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    for (name, password) in [
        ("handshake", Password::None),
        (
            "handshake_with_password",
            Password::Word(SecretBytes::new([4; 32])),
        ),
    ] {
        handshake(name, &password, &mut rng);
    }
    let scrub = median(200, || timed(scrub_stack).0);
    println!(r#"{{"bench":"scrub_stack","us":{:.1}}}"#, scrub * 1e6);
    for size in [256, 1_200, 16_384] {
        message_keys(size, &mut rng);
        lane_key(size, &mut rng);
    }
    rekey(&mut rng);
    argon2id();
}

fn timed<T>(run: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let out = black_box(run());
    (start.elapsed().as_secs_f64(), out)
}

fn median(times: usize, mut run: impl FnMut() -> f64) -> f64 {
    let mut all: Vec<f64> = (0..times).map(|_| run()).collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// What each end spends, and what crosses, until both have proofs.
fn connect(password: &Password, rng: &mut ChaCha20Rng) -> ([f64; 2], [usize; 5], Session, Session) {
    let prologue = Prologue {
        mode: Mode::Room,
        room_id: &ROOM,
        generation: 0,
        fp_initiator: &[5; 32],
        fp_responder: &[6; 32],
        context: &[],
    };
    let psk = SecretBytes::new([3; 32]);
    let (key_i, key_r) = (SigningKey::generate(rng), SigningKey::generate(rng));
    let (i1, (a, m1)) = timed(|| Initiator::start(&prologue, &psk, password, rng));
    let (r1, answered) = timed(|| Responder::read(&prologue, &psk, password, rng, &m1));
    let (b, m2) = answered.expect("message 1 is honest");
    let (i2, (a, m3, proof_i)) = timed(|| {
        let (secrets, m3) = a.read(&m2).expect("message 2 is honest");
        let (unproven, proof) = secrets.prove(&key_i, &ROOM, Caps::NONE, None);
        (unproven, m3, proof)
    });
    let (r2, (b, proof_r)) = timed(|| {
        let secrets = b.read(&m3).expect("message 3 is honest");
        let (unproven, proof) = secrets.prove(&key_r, &ROOM, Caps::NONE, None);
        let (session, _) = unproven.check(&proof_i).expect("I's proof is honest");
        (session, proof)
    });
    let (i3, (a, _)) = timed(|| a.check(&proof_r).expect("R's proof is honest"));
    let bytes = [&m1, &m2, &m3, &proof_i, &proof_r].map(Vec::len);
    ([i1 + i2 + i3, r1 + r2], bytes, a, b)
}

fn handshake(name: &str, password: &Password, rng: &mut ChaCha20Rng) {
    let (mut by_i, mut by_r) = (Vec::new(), Vec::new());
    let mut sizes = [0; 5];
    for _ in 0..300 {
        let ([i, r], bytes, ..) = connect(password, rng);
        by_i.push(i);
        by_r.push(r);
        sizes = bytes;
    }
    let middle = |mut all: Vec<f64>| {
        let len = all.len();
        all.sort_by(f64::total_cmp);
        all[len / 2] * 1e3
    };
    let (i, r) = (middle(by_i), middle(by_r));
    let total: usize = sizes.iter().sum();
    println!(
        r#"{{"bench":"{name}","initiator_ms":{i:.2},"responder_ms":{r:.2},"both_ms":{:.2},"round_trips":1.5,"messages":{sizes:?},"bytes":{total}}}"#,
        i + r
    );
}

/// Frames of one session, a key each; the session is renewed outside the measure.
fn message_keys(size: usize, rng: &mut ChaCha20Rng) {
    const BATCH: u32 = 500;
    let plain = vec![1; size];
    let (mut sealing, mut opening) = (Vec::new(), Vec::new());
    let mut wire = 0;
    for _ in 0..40 {
        let (_, _, mut a, mut b) = connect(&Password::None, rng);
        let (seal, frames) =
            timed(|| -> Result<Vec<_>, SessionError> { (0..BATCH).map(|_| a.seal(NOW, &plain)).collect() });
        let frames = frames.expect("an epoch holds a batch");
        wire = frames[0].len();
        let (open, opened) = timed(|| frames.iter().all(|frame| b.open(NOW, frame).is_ok()));
        assert!(opened, "frames open in order");
        sealing.push(seal / f64::from(BATCH));
        opening.push(open / f64::from(BATCH));
    }
    report("message_key", size, wire, sealing, opening);
}

/// Chunks of one lane, one key.
fn lane_key(size: usize, rng: &mut ChaCha20Rng) {
    const BATCH: u32 = 500;
    let plain = vec![1; size];
    let (mut sealer, key) = LaneSealer::new(1, rng);
    let mut opener = LaneOpener::new(1, &key);
    let (mut sealing, mut opening) = (Vec::new(), Vec::new());
    let mut wire = 0;
    for _ in 0..40 {
        let (seal, chunks) = timed(|| {
            let chunks = (0..BATCH).map(|_| sealer.seal(&[7; 16], &plain));
            chunks.collect::<Result<Vec<_>, _>>().expect("a chunk is short")
        });
        wire = chunks[0].len();
        let (open, opened) = timed(|| chunks.iter().all(|chunk| opener.open(&[7; 16], chunk).is_ok()));
        assert!(opened, "chunks open in order");
        sealing.push(seal / f64::from(BATCH));
        opening.push(open / f64::from(BATCH));
    }
    report("lane_key", size, wire, sealing, opening);
}

fn report(name: &str, size: usize, wire: usize, mut sealing: Vec<f64>, mut opening: Vec<f64>) {
    sealing.sort_by(f64::total_cmp);
    opening.sort_by(f64::total_cmp);
    let (seal, open) = (sealing[sealing.len() / 2], opening[opening.len() / 2]);
    let rate = |seconds: f64| size as f64 / seconds / 1e6;
    println!(
        r#"{{"bench":"{name}","size":{size},"wire":{wire},"seal_us":{:.2},"seal_mb_s":{:.0},"open_us":{:.2},"open_mb_s":{:.0}}}"#,
        seal * 1e6,
        rate(seal),
        open * 1e6,
        rate(open)
    );
}

/// What new keys cost both ends together: the exchange, and the frames that carry it.
fn rekey(rng: &mut ChaCha20Rng) {
    let exchange = median(300, || {
        timed(|| {
            let (waiting, offer) = XWing::offer((), rng);
            let (answer, ours) = XWing::answer((), &offer, rng).expect("an honest offer");
            let theirs = XWing::finish(waiting, &answer).expect("an honest answer");
            assert!(ours == theirs, "both ends agree");
        })
        .0
    });
    let (_, _, mut a, mut b) = connect(&Password::None, rng);
    let mut bytes = 0;
    let whole = median(300, || {
        a.rekey_now();
        timed(|| {
            let first = a.poll_frame(NOW, rng).ok().flatten().expect("REKEY1 is due");
            b.open(NOW, &first).expect("REKEY1 opens");
            let second = b.poll_frame(NOW, rng).ok().flatten().expect("REKEY2 is due");
            a.open(NOW, &second).expect("REKEY2 opens");
            bytes = first.len() + second.len();
            // R's old chain ends with I's first frame.
            let next = a.seal(NOW, b"\x01").expect("a new epoch has room");
            b.open(NOW, &next).expect("it opens");
        })
        .0
    });
    println!(
        r#"{{"bench":"rekey","xwing_ms":{:.3},"whole_ms":{:.3},"round_trips":1,"bytes":{bytes}}}"#,
        exchange * 1e3,
        whole * 1e3
    );
}

/// What a password costs whoever joins, once.
fn argon2id() {
    let params = Params::new(64 * 1024, 3, 1, Some(32)).expect("these parameters are allowed");
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let time = median(7, || {
        timed(|| {
            let mut out = [0; 32];
            argon
                .hash_password_into(b"password", &[8; 16], &mut out)
                .expect("a password and a salt");
            out
        })
        .0
    });
    println!(
        r#"{{"bench":"argon2id","mib":64,"passes":3,"lanes":1,"ms":{:.0}}}"#,
        time * 1e3
    );
}
