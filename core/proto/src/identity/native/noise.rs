//! `Noise_XXpsk0+psk3_25519_AESGCM_SHA256` (Noise revision 34): snow over primitives of ours.
//!
//! Owns the resolver and the one wrapper through which snow is used. snow wipes nothing itself,
//! so what it holds is overwritten where it can be, lives on the heap, and is gone as soon as the
//! keys are split off; the stack it worked on is overwritten too. It refuses entropy other than
//! what it was given, points of low order, its own key coming back, a second key encapsulation,
//! and to split keys before the last message.

use crate::crypto::kdf;
use crate::identity::native::Role;
use crate::identity::native::kem::Shared;
use crate::secret::SecretBytes;
use aes_gcm::aead::{AeadInOut, Nonce, Tag};
use aes_gcm::{Aes256Gcm, KeyInit};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use snow::params::{CipherChoice, DHChoice, HashChoice};
use snow::resolvers::CryptoResolver;
use snow::types::{Cipher, Dh, Hash, Random};
use snow::{Builder, Error, HandshakeState};
use std::hint::black_box;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{Zeroize, Zeroizing};

#[cfg(test)]
mod tests;

const PATTERN: &str = "Noise_XXpsk0+psk3_25519_AESGCM_SHA256";

/// Bytes that Noise adds to message 1: the ephemeral key and a tag. Messages 2 and 3 add more.
const MAX_PAYLOAD: usize = 2048;

/// Stack that one handshake may have written secrets to.
const SCRUBBED: usize = 64 * 1024;

/// Overwrites 64 KiB of stack below the caller, where a handshake left copies of its keys.
#[inline(never)]
pub fn scrub_stack() {
    let mut stack = [0xa5_u8; SCRUBBED];
    black_box(&mut stack);
    stack.zeroize();
    black_box(&mut stack);
}

/// Why Noise went no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoiseError {
    /// Cut short, over-long, or out of turn.
    Malformed,
    /// It does not open: other keys, or altered.
    Unopened,
    /// A point of low order, or our own key.
    LowOrder,
}

impl From<Error> for NoiseError {
    fn from(error: Error) -> Self {
        match error {
            Error::Decrypt => Self::Unopened,
            Error::Dh => Self::LowOrder,
            _ => Self::Malformed,
        }
    }
}

/// One end's handshake state.
pub(super) struct Noise {
    /// Taken when it ends, however it ends.
    state: Option<Box<HandshakeState>>,
    mixed: bool,
}

impl Noise {
    /// Draws a static key, which means nothing after this handshake, and the ephemeral one.
    pub(super) fn new(role: Role, prologue: &[u8], psk0: &SecretBytes<32>, rng: &mut impl CryptoRng) -> Self {
        let mut fixed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *fixed);
        let mut ephemeral = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *ephemeral);
        let state = Self::build(role, prologue, psk0, &fixed, ephemeral);
        Self {
            state: Some(Box::new(
                state.expect("the pattern is one that snow and the resolver know"),
            )),
            mixed: false,
        }
    }

    fn build(
        role: Role,
        prologue: &[u8],
        psk0: &SecretBytes<32>,
        fixed: &[u8; 32],
        ephemeral: Zeroizing<[u8; 32]>,
    ) -> Result<HandshakeState, Error> {
        let builder = Builder::with_resolver(PATTERN.parse()?, Box::new(Resolver { ephemeral }))
            .prologue(prologue)?
            .local_private_key(fixed)?
            .psk(0, psk0.expose())?;
        match role {
            Role::Initiator => builder.build_initiator(),
            Role::Responder => builder.build_responder(),
        }
    }

    fn state(&mut self) -> &mut HandshakeState {
        self.state
            .as_mut()
            .expect("the state is taken only by what consumes it")
    }

    /// The next message of ours, with `before` in front.
    pub(super) fn write(&mut self, before: u8, payload: &[u8]) -> Result<Vec<u8>, NoiseError> {
        let mut out = vec![before; 1 + 2 * MAX_PAYLOAD];
        let len = self.state().write_message(payload, &mut out[1..])?;
        out.truncate(1 + len);
        Ok(out)
    }

    /// What the other end's next message carries.
    pub(super) fn read(&mut self, message: &[u8]) -> Result<Vec<u8>, NoiseError> {
        if message.len() > MAX_PAYLOAD {
            return Err(NoiseError::Malformed);
        }
        let mut out = vec![0; MAX_PAYLOAD];
        let len = self.state().read_message(message, &mut out)?;
        out.truncate(len);
        Ok(out)
    }

    /// Mixes in what was exchanged in messages 1 and 2, bound to them:
    /// `psk3 = KDF(h2, ss ‖ isk, "psk3")`. Slot 3 is set here and nowhere else, because a slot that
    /// was set before would silently leave the exchange out.
    pub(super) fn mix(&mut self, ss: &Shared, isk: &[u8]) -> Result<(), NoiseError> {
        if self.mixed {
            return Err(NoiseError::Malformed);
        }
        self.mixed = true;
        let ikm = Zeroizing::new([ss, isk].concat());
        let psk3 = kdf(self.state().get_handshake_hash(), &ikm, "psk3", &[]);
        Ok(self.state().set_psk(3, psk3.expose())?)
    }

    /// The final hash and `k1 ‖ k2`.
    pub(super) fn finish(mut self) -> Result<([u8; 32], SecretBytes<64>), NoiseError> {
        let state = self.state();
        // snow itself would split at any time.
        if !state.is_handshake_finished() {
            return Err(NoiseError::Malformed);
        }
        let hash = state
            .get_handshake_hash()
            .try_into()
            .expect("SHA-256 gives 32 bytes");
        let (mut k1, mut k2) = state.dangerously_get_raw_split();
        let mut both = [0; 64];
        both[..32].copy_from_slice(&k1);
        both[32..].copy_from_slice(&k2);
        let keys = SecretBytes::new(both);
        both.zeroize();
        k1.zeroize();
        k2.zeroize();
        Ok((hash, keys))
    }
}

impl Drop for Noise {
    fn drop(&mut self) {
        if let Some(mut state) = self.state.take() {
            for slot in [0, 3] {
                // 32 bytes and an existing slot: this cannot fail.
                let _ = state.set_psk(slot, &[0; 32]);
            }
        }
        scrub_stack();
    }
}

/// Hands snow the primitives for exactly one handshake of one end.
struct Resolver {
    ephemeral: Zeroizing<[u8; 32]>,
}

impl CryptoResolver for Resolver {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(Once(Some(self.ephemeral.clone()))))
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        matches!(choice, DHChoice::Curve25519).then(|| Box::new(X25519::default()) as _)
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        matches!(choice, HashChoice::SHA256).then(|| Box::new(Sha(Sha256::new())) as _)
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        matches!(choice, CipherChoice::AESGCM).then(|| Box::new(Gcm(None)) as _)
    }
}

/// The 32 bytes of the ephemeral key: an end draws once in this pattern.
struct Once(Option<Zeroizing<[u8; 32]>>);

impl Random for Once {
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Error> {
        let bytes = self.0.take().ok_or(Error::Rng)?;
        if dest.len() != bytes.len() {
            return Err(Error::Rng);
        }
        dest.copy_from_slice(&*bytes);
        Ok(())
    }
}

#[derive(Default)]
struct X25519 {
    secret: Zeroizing<[u8; 32]>,
    public: [u8; 32],
}

impl Dh for X25519 {
    fn name(&self) -> &'static str {
        "25519"
    }

    fn pub_len(&self) -> usize {
        32
    }

    fn priv_len(&self) -> usize {
        32
    }

    fn set(&mut self, privkey: &[u8]) {
        self.secret.copy_from_slice(privkey);
        self.public = PublicKey::from(&StaticSecret::from(*self.secret)).to_bytes();
    }

    fn generate(&mut self, rng: &mut dyn Random) -> Result<(), Error> {
        let mut secret = Zeroizing::new([0; 32]);
        rng.try_fill_bytes(&mut *secret)?;
        self.set(&*secret);
        Ok(())
    }

    fn pubkey(&self) -> &[u8] {
        &self.public
    }

    fn privkey(&self) -> &[u8] {
        &*self.secret
    }

    fn dh(&self, pubkey: &[u8], out: &mut [u8]) -> Result<(), Error> {
        // snow hands over its whole buffer for any curve; a point is its first 32 bytes.
        let theirs: [u8; 32] = *pubkey.first_chunk().ok_or(Error::Dh)?;
        if theirs == self.public {
            return Err(Error::Dh);
        }
        let shared = StaticSecret::from(*self.secret).diffie_hellman(&PublicKey::from(theirs));
        if !shared.was_contributory() {
            return Err(Error::Dh);
        }
        out.get_mut(..32)
            .ok_or(Error::Dh)?
            .copy_from_slice(shared.as_bytes());
        Ok(())
    }
}

struct Gcm(Option<Aes256Gcm>);

impl Gcm {
    fn keyed(&self) -> &Aes256Gcm {
        self.0.as_ref().expect("snow sets a key before it uses a cipher")
    }

    fn nonce(n: u64) -> Nonce<Aes256Gcm> {
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&n.to_be_bytes());
        nonce.into()
    }
}

impl Cipher for Gcm {
    fn name(&self) -> &'static str {
        "AESGCM"
    }

    fn set(&mut self, key: &[u8; 32]) {
        self.0 = Some(Aes256Gcm::new(key.into()));
    }

    fn encrypt(&self, nonce: u64, authtext: &[u8], plaintext: &[u8], out: &mut [u8]) -> usize {
        let (text, rest) = out.split_at_mut(plaintext.len());
        text.copy_from_slice(plaintext);
        let tag = self
            .keyed()
            .encrypt_inout_detached(&Self::nonce(nonce), authtext, text.into())
            .expect("a message is far shorter than what AES-GCM takes");
        rest[..tag.len()].copy_from_slice(&tag);
        plaintext.len() + tag.len()
    }

    fn decrypt(
        &self,
        nonce: u64,
        authtext: &[u8],
        ciphertext: &[u8],
        out: &mut [u8],
    ) -> Result<usize, Error> {
        let (text, tag) = ciphertext.split_last_chunk::<16>().ok_or(Error::Decrypt)?;
        let out = out.get_mut(..text.len()).ok_or(Error::Decrypt)?;
        out.copy_from_slice(text);
        self.keyed()
            .decrypt_inout_detached(
                &Self::nonce(nonce),
                authtext,
                out.into(),
                &Tag::<Aes256Gcm>::from(*tag),
            )
            .map_err(|_| Error::Decrypt)?;
        Ok(text.len())
    }
}

struct Sha(Sha256);

impl Hash for Sha {
    fn name(&self) -> &'static str {
        "SHA256"
    }

    fn block_len(&self) -> usize {
        64
    }

    fn hash_len(&self) -> usize {
        32
    }

    fn reset(&mut self) {
        self.0.reset();
    }

    fn input(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn result(&mut self, out: &mut [u8]) {
        out[..32].copy_from_slice(&self.0.finalize_reset());
    }
}
