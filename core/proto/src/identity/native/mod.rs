//! Keys, handshakes and sessions between native members.
//!
//! Owns, in the order in which a connection meets them: the Noise handshake with its key
//! encapsulation and password exchange ([`handshake`], [`noise`], [`kem`]), the proof of identity
//! ([`proof`], with [`did`], [`kept`] and [`spki`]), the ratchet ([`session`]), keys for bulk data
//! ([`lane`]) and sender keys of a room ([`sender`]). It refuses to decide whom to trust, to draw
//! randomness, to read a clock, and to keep a key longer than its use.
//!
//! # From a connection to a session
//!
//! I is the DTLS client of the connection, R the other end. `fp` is the SHA-256 of a certificate.
//!
//! ```text
//! prologue = "dayfly/1 hs" ‖ 00 ‖ mode ‖ room_id ‖ gen u32 ‖ fp_I ‖ fp_R ‖ lp(ctx)
//! I → R  01 ‖ Noise message 1 (vmin ‖ vmax ‖ ek[1184] ‖ p ‖ Y_I[32 if p = 1])
//! R → I  02 ‖ Noise message 2 (v ‖ ct[1088] ‖ p ‖ Y_R[32 if p = 1])
//! I → R  03 ‖ Noise message 3 ()
//! both   the first session frame: IDPROOF
//! ```
//!
//! After that only session frames travel. Two short refusals end a handshake instead:
//! `04 ‖ vmin ‖ vmax` (no common version) and `05` (message 3 did not open: another password).
//! They authenticate nothing and prove nothing: they choose the sentence a person reads.
//!
//! ```
//! use dayfly_proto::crypto::SigningKey;
//! use dayfly_proto::identity::native::handshake::{Initiator, Mode, Password, Prologue, Responder};
//! use dayfly_proto::identity::native::proof::Caps;
//! use dayfly_proto::identity::native::session::Opened;
//! use dayfly_proto::secret::SecretBytes;
//! use dayfly_proto::timer::Now;
//! use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
//!
//! let mut rng = ChaCha20Rng::from_seed([1; 32]);
//! let now = Now { mono: std::time::Duration::ZERO, unix_ms: 0 };
//! let room_id = [2; 32];
//! let psk = SecretBytes::new([3; 32]);
//! let prologue = Prologue {
//!     mode: Mode::Room,
//!     room_id: &room_id,
//!     generation: 0,
//!     fp_initiator: &[4; 32],
//!     fp_responder: &[5; 32],
//!     context: &[],
//! };
//! let (a, m1) = Initiator::start(&prologue, &psk, &Password::None, &mut rng);
//! let (b, m2) = Responder::read(&prologue, &psk, &Password::None, &mut rng, &m1)?;
//! let (a, m3) = a.read(&m2)?;
//! let b = b.read(&m3)?;
//!
//! let (alice, bob) = (SigningKey::generate(&mut rng), SigningKey::generate(&mut rng));
//! let (a, proof_a) = a.prove(&alice, &room_id, Caps::NONE, None);
//! let (b, proof_b) = b.prove(&bob, &room_id, Caps::NONE, None);
//! let (mut a, _) = a.check(&proof_b)?;
//! let (mut b, proof) = b.check(&proof_a)?;
//! assert_eq!(proof.id, alice.public());
//!
//! let frame = a.seal(now, b"\x01hello")?;
//! let Opened::App(plain) = b.open(now, &frame)? else { panic!() };
//! assert_eq!(plain.as_slice(), b"\x01hello");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod did;
#[doc(hidden)]
pub mod fuzz;
pub mod handshake;
pub mod kem;
pub mod kept;
pub mod lane;
mod noise;
mod pad;
pub mod proof;
pub mod sender;
pub mod session;
pub mod spki;

pub use noise::scrub_stack;

/// Which end of a connection one is. It follows from DTLS, so both ends agree without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// I: the DTLS client. Begins the handshake, drives key changes, commits in a SAS.
    Initiator,
    /// R: the DTLS server.
    Responder,
}

impl Role {
    /// The byte that stands for the role, and for what it sends, in everything signed or derived:
    /// 1 for I, 2 for R.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Initiator => 1,
            Self::Responder => 2,
        }
    }

    /// The other end's role.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Initiator => Self::Responder,
            Self::Responder => Self::Initiator,
        }
    }
}
