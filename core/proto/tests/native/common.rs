//! Two ends and what lies between them.

use dayfly_proto::crypto::SigningKey;
use dayfly_proto::identity::native::handshake::{
    HandshakeError, Initiator, Mode, Password, Prologue, Responder, Secrets,
};
use dayfly_proto::identity::native::proof::Caps;
use dayfly_proto::identity::native::session::Session;
use dayfly_proto::secret::SecretBytes;
use dayfly_proto::timer::Now;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::time::Duration;

pub const ROOM: [u8; 32] = [0x20; 32];

pub fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub fn at(seconds: u64) -> Now {
    Now {
        mono: Duration::from_secs(seconds),
        unix_ms: 0,
    }
}

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

/// One end's view of a connection and its room.
#[derive(Clone)]
pub struct View {
    pub mode: Mode,
    pub room_id: [u8; 32],
    pub generation: u32,
    pub fp_initiator: [u8; 32],
    pub fp_responder: [u8; 32],
    pub context: Vec<u8>,
    pub psk: SecretBytes<32>,
    pub password: Password,
}

impl View {
    pub fn new() -> Self {
        Self {
            mode: Mode::Room,
            room_id: ROOM,
            generation: 3,
            fp_initiator: [0xa1; 32],
            fp_responder: [0xb2; 32],
            context: b"context".to_vec(),
            psk: SecretBytes::new([0x11; 32]),
            password: Password::None,
        }
    }

    pub fn with_password(word: u8) -> Self {
        Self {
            password: Password::Word(SecretBytes::new([word; 32])),
            ..Self::new()
        }
    }

    pub fn prologue(&self) -> Prologue<'_> {
        Prologue {
            mode: self.mode,
            room_id: &self.room_id,
            generation: self.generation,
            fp_initiator: &self.fp_initiator,
            fp_responder: &self.fp_responder,
            context: &self.context,
        }
    }
}

/// Where a handshake ended, and with what.
pub type Run = Result<(Secrets, Secrets), (u8, HandshakeError)>;

/// A whole handshake, with each message altered on its way.
pub fn handshake_altered(i: &View, r: &View, seed: u64, mut alter: impl FnMut(u8, &mut Vec<u8>)) -> Run {
    let mut rng = rng(seed);
    let (a, mut m) = Initiator::start(&i.prologue(), &i.psk, &i.password, &mut rng);
    alter(1, &mut m);
    let (b, mut m) =
        Responder::read(&r.prologue(), &r.psk, &r.password, &mut rng, &m).map_err(|error| (1, error))?;
    alter(2, &mut m);
    let (a, mut m) = a.read(&m).map_err(|error| (2, error))?;
    alter(3, &mut m);
    let b = b.read(&m).map_err(|error| (3, error))?;
    Ok((a, b))
}

pub fn handshake(i: &View, r: &View, seed: u64) -> Run {
    handshake_altered(i, r, seed, |_, _| ())
}

pub fn secrets(seed: u64) -> (Secrets, Secrets) {
    handshake(&View::new(), &View::new(), seed).expect("both ends see the same")
}

/// I and R, proved; their keys are `key(1)` and `key(2)`.
pub fn sessions(seed: u64) -> (Session, Session) {
    let (a, b) = secrets(seed);
    let (a, proof_a) = a.prove(&key(1), &ROOM, Caps::NONE, None);
    let (b, proof_b) = b.prove(&key(2), &ROOM, Caps::NONE, None);
    let (a, _) = a.check(&proof_b).expect("a proof holds");
    let (b, _) = b.check(&proof_a).expect("a proof holds");
    (a, b)
}
