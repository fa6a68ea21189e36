//! The handshake on one connection, as types: what may come next is what compiles.
//!
//! Owns [`Initiator`] → [`InitiatorSent`] → [`Secrets`] and [`Responder`] → [`ResponderSent`] →
//! [`Secrets`]. Each step consumes the one before, so an error ends the handshake and nothing can
//! be tried twice; whoever holds the connection closes it. It refuses frames over 2 KiB, work of
//! key encapsulation or passwords before message 1 opened, and a version both ends do not have.
//!
//! Where it fails says why:
//!
//! - message 1 does not open: another room, generation or connection ([`HandshakeError::OtherRoom`]);
//! - no common version: said before anything else of the payload is read
//!   ([`HandshakeError::Version`]), to the other end with [`HandshakeError::answer`];
//! - message 3 does not open: another password ([`HandshakeError::WrongPassword`]), to be counted
//!   by the caller, or without a password an altered handshake ([`HandshakeError::Altered`]).
//!
//! What lies before the version in message 1 (pattern, prologue, the first two bytes of the
//! payload) stays for every later version.

mod frame;
#[cfg(test)]
mod tests;

use crate::crypto::{hash, kdf, put_lp};
use crate::identity::native::Role;
use crate::identity::native::kem::{BadShare, Cpace, CpaceSetup, Exchange, MlKem768, Shared};
use crate::identity::native::noise::{Noise, NoiseError};
use crate::secret::SecretBytes;
use frame::{First, Second};
use rand_core::CryptoRng;
use std::fmt;

pub(super) use frame::fuzz;
pub use frame::{MAX_FRAME_LEN, Versions, WRONG_PASSWORD};

/// What kind of room a handshake is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A native room: `psk0` is the room's, which only holders of the invite have.
    Room = 1,
    /// Native inside a web room: `psk0` is public and authenticates nothing.
    Web = 2,
    /// After an exchange of codes by hand.
    Manual = 3,
}

/// What both ends must see alike before they begin.
#[derive(Debug, Clone, Copy)]
pub struct Prologue<'a> {
    /// The kind of room.
    pub mode: Mode,
    /// The room's identifier.
    pub room_id: &'a [u8; 32],
    /// The room's generation.
    pub generation: u32,
    /// SHA-256 of I's certificate on this connection.
    pub fp_initiator: &'a [u8; 32],
    /// SHA-256 of R's certificate on this connection.
    pub fp_responder: &'a [u8; 32],
    /// What else binds the connection (the web identities, in a web room), below 64 KiB.
    pub context: &'a [u8],
}

impl Prologue<'_> {
    /// `"dayfly/1 hs" ‖ 00 ‖ mode ‖ room_id ‖ gen u32 ‖ fp_I ‖ fp_R ‖ lp(ctx)`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = b"dayfly/1 hs\0".to_vec();
        out.push(self.mode as u8);
        out.extend(self.room_id);
        out.extend(self.generation.to_be_bytes());
        out.extend(self.fp_initiator);
        out.extend(self.fp_responder);
        put_lp(&mut out, self.context);
        out
    }
}

/// Whether the room has a password.
#[derive(Debug, Clone)]
pub enum Password {
    /// It has none.
    None,
    /// It has one; this is what Argon2id made of it.
    Word(SecretBytes<32>),
}

impl Password {
    fn word(&self) -> Option<&SecretBytes<32>> {
        match self {
            Self::None => None,
            Self::Word(word) => Some(word),
        }
    }
}

/// Why there is no session. The connection is to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// Not a frame that may come now.
    #[error("the other end sent something that is no handshake")]
    Malformed,
    /// The ranges of versions do not meet.
    #[error("the other end speaks versions {theirs}, this one speaks {ours}")]
    Version {
        /// What this end has.
        ours: Versions,
        /// What the other end says it has.
        theirs: Versions,
    },
    /// The other end has another room secret, generation or view of the connection.
    #[error("the other end is not in this room, or something sits on the connection")]
    OtherRoom,
    /// The other end has the room's secret and not its password.
    #[error("the other end has another password")]
    WrongPassword,
    /// What crossed was altered.
    #[error("the handshake was altered on its way")]
    Altered,
    /// A key share that no honest end sends.
    #[error("the other end sent a key that no honest end would send")]
    LowOrder,
}

impl HandshakeError {
    /// The frame that tells the other end before the connection is closed, where it may know.
    #[must_use]
    pub fn answer(&self) -> Option<Vec<u8>> {
        match self {
            Self::Version { ours, .. } => Some(ours.refusal()),
            Self::WrongPassword => Some(WRONG_PASSWORD.to_vec()),
            _ => None,
        }
    }

    fn at(step: Step) -> impl Fn(NoiseError) -> Self {
        move |error| match (error, step) {
            (NoiseError::Malformed, _) => Self::Malformed,
            (NoiseError::LowOrder, _) => Self::LowOrder,
            (NoiseError::Unopened, Step::First | Step::Second) => Self::OtherRoom,
            (NoiseError::Unopened, Step::Third { password: true }) => Self::WrongPassword,
            (NoiseError::Unopened, Step::Third { password: false }) => Self::Altered,
        }
    }
}

impl From<BadShare> for HandshakeError {
    fn from(BadShare: BadShare) -> Self {
        Self::LowOrder
    }
}

#[derive(Clone, Copy)]
enum Step {
    First,
    Second,
    Third { password: bool },
}

/// CPace binds the password to this handshake: CI = prologue, sid = H(prologue).
fn with_cpace<T>(word: &SecretBytes<32>, prologue: &[u8], run: impl FnOnce(CpaceSetup<'_>) -> T) -> T {
    run(CpaceSetup {
        prs: word.expose(),
        ci: prologue,
        sid: &hash(&[prologue]),
    })
}

/// I, before anything was sent.
pub enum Initiator {}

impl Initiator {
    /// Begins, with message 1. `psk0` is the room's `K_psk`; `rng` must be one nobody can predict.
    #[must_use]
    pub fn start(
        prologue: &Prologue<'_>,
        psk0: &SecretBytes<32>,
        password: &Password,
        rng: &mut impl CryptoRng,
    ) -> (InitiatorSent, Vec<u8>) {
        Self::start_with(Versions::OURS, &prologue.encode(), psk0, password, rng)
    }

    fn start_with(
        versions: Versions,
        prologue: &[u8],
        psk0: &SecretBytes<32>,
        password: &Password,
        rng: &mut impl CryptoRng,
    ) -> (InitiatorSent, Vec<u8>) {
        let mut noise = Noise::new(Role::Initiator, prologue, psk0, rng);
        let (kem, ek) = MlKem768::offer((), rng);
        let (pake, share) = password
            .word()
            .map(|word| with_cpace(word, prologue, |setup| Cpace::offer(setup, rng)))
            .unzip();
        let payload = First {
            versions,
            ek: &ek,
            share: share.as_deref(),
        }
        .encode();
        let message = noise
            .write(frame::FIRST, &payload)
            .expect("message 1 needs nothing of the other end");
        let sent = InitiatorSent {
            noise,
            kem,
            pake,
            versions,
        };
        (sent, message)
    }
}

/// I, waiting for message 2.
pub struct InitiatorSent {
    noise: Noise,
    kem: <MlKem768 as Exchange>::Waiting,
    pake: Option<<Cpace as Exchange>::Waiting>,
    versions: Versions,
}

impl InitiatorSent {
    /// Reads message 2 and answers with message 3, after which I has its secrets. That the other
    /// end has them too shows when its first session frame opens.
    ///
    /// # Errors
    /// [`HandshakeError`], final.
    pub fn read(self, frame: &[u8]) -> Result<(Secrets, Vec<u8>), HandshakeError> {
        let Self {
            mut noise,
            kem,
            pake,
            versions,
        } = self;
        if let Some(theirs) = Versions::refused(frame) {
            let ours = versions;
            return Err(match ours.common(theirs) {
                None => HandshakeError::Version { ours, theirs },
                Some(_) => HandshakeError::Malformed,
            });
        }
        let payload = noise
            .read(frame::message(frame, frame::SECOND)?)
            .map_err(HandshakeError::at(Step::Second))?;
        let second = Second::decode(&payload)?;
        if !versions.holds(second.version) {
            return Err(HandshakeError::Malformed);
        }
        let ss = MlKem768::finish(kem, second.ct)?;
        let isk = match (pake, second.share) {
            (Some(waiting), Some(share)) => Cpace::finish(waiting, share)?,
            (None, None) => Shared::default(),
            _ => return Err(HandshakeError::Malformed),
        };
        noise.mix(&ss, &isk).map_err(HandshakeError::at(Step::Second))?;
        let message = noise
            .write(frame::THIRD, &[])
            .map_err(HandshakeError::at(Step::Second))?;
        Ok((Secrets::split(Role::Initiator, noise)?, message))
    }
}

/// R, before anything was read.
pub enum Responder {}

impl Responder {
    /// Reads message 1 and answers with message 2. Until message 1 has opened it costs a hash and
    /// one decryption.
    ///
    /// # Errors
    /// [`HandshakeError`], final.
    pub fn read(
        prologue: &Prologue<'_>,
        psk0: &SecretBytes<32>,
        password: &Password,
        rng: &mut impl CryptoRng,
        frame: &[u8],
    ) -> Result<(ResponderSent, Vec<u8>), HandshakeError> {
        Self::read_with(Versions::OURS, &prologue.encode(), psk0, password, rng, frame)
    }

    fn read_with(
        versions: Versions,
        prologue: &[u8],
        psk0: &SecretBytes<32>,
        password: &Password,
        rng: &mut impl CryptoRng,
        frame: &[u8],
    ) -> Result<(ResponderSent, Vec<u8>), HandshakeError> {
        let message = frame::message(frame, frame::FIRST)?;
        let mut noise = Noise::new(Role::Responder, prologue, psk0, rng);
        let payload = noise.read(message).map_err(HandshakeError::at(Step::First))?;
        let theirs = First::versions(&payload)?;
        let Some(version) = versions.common(theirs) else {
            return Err(HandshakeError::Version {
                ours: versions,
                theirs,
            });
        };
        let first = First::decode(&payload)?;
        let (ct, ss) = MlKem768::answer((), first.ek, rng)?;
        let (share, isk) = match (password.word(), first.share) {
            (Some(word), Some(share)) => {
                let (answer, isk) = with_cpace(word, prologue, |setup| Cpace::answer(setup, share, rng))?;
                (Some(answer), isk)
            }
            (None, None) => (None, Shared::default()),
            _ => return Err(HandshakeError::Malformed),
        };
        let payload = Second {
            version,
            ct: &ct,
            share: share.as_deref(),
        }
        .encode();
        let message = noise
            .write(frame::SECOND, &payload)
            .map_err(HandshakeError::at(Step::First))?;
        noise.mix(&ss, &isk).map_err(HandshakeError::at(Step::First))?;
        let password = password.word().is_some();
        Ok((ResponderSent { noise, password }, message))
    }
}

/// R, waiting for message 3.
pub struct ResponderSent {
    noise: Noise,
    password: bool,
}

impl ResponderSent {
    /// Reads message 3, which shows that I has the room's secret, its password, and both keys.
    ///
    /// # Errors
    /// [`HandshakeError`], final.
    pub fn read(self, frame: &[u8]) -> Result<Secrets, HandshakeError> {
        let Self { mut noise, password } = self;
        let step = Step::Third { password };
        let payload = noise
            .read(frame::message(frame, frame::THIRD)?)
            .map_err(HandshakeError::at(step))?;
        if !payload.is_empty() {
            return Err(HandshakeError::Malformed);
        }
        Secrets::split(Role::Responder, noise)
    }
}

/// What a finished handshake leaves: the beginning of a session in which nobody has proved who
/// they are ([`Secrets::prove`]).
pub struct Secrets {
    pub(super) role: Role,
    pub(super) h: [u8; 32],
    pub(super) sid: [u8; 16],
    pub(super) root: SecretBytes<32>,
}

impl Secrets {
    /// `root_0 = KDF(h, k1 ‖ k2, "root")`, `sid = KDF(h, root_0, "sid")[..16]`.
    fn split(role: Role, noise: Noise) -> Result<Self, HandshakeError> {
        let (h, keys) = noise.finish().map_err(|_| HandshakeError::Malformed)?;
        let root = kdf(&h, keys.expose(), "root", &[]);
        let sid = *kdf(&h, root.expose(), "sid", &[])
            .expose()
            .first_chunk()
            .expect("16 of 32 bytes");
        Ok(Self { role, h, sid, root })
    }

    /// Which end this is.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// `h`: the hash of the whole handshake, the same at both ends and at no other connection.
    #[must_use]
    pub fn h(&self) -> &[u8; 32] {
        &self.h
    }

    /// The session's name. Of two sessions with one member, the smaller stays.
    #[must_use]
    pub fn sid(&self) -> &[u8; 16] {
        &self.sid
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}
