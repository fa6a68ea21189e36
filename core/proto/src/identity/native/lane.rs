//! Keys for bulk data: one key per lane, a number per chunk.
//!
//! A key per message costs too much for files, so a lane has one key, sent inside the session, and
//! counts its chunks: `number[12] ‖ AES-256-GCM(key, nonce = number, ad = transfer ‖ lane)`. It
//! refuses chunks that are not the next one, and to hand out a key that has sealed: a lane that
//! breaks off is not resumed, its transfer goes on in a new lane.

use crate::crypto::TAG_LEN;
use crate::secret::SecretBytes;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// Bytes that sealing adds to a chunk.
pub const CHUNK_OVERHEAD: usize = NUMBER_LEN + TAG_LEN;

/// Longest content of a chunk.
pub const MAX_CHUNK_LEN: usize = 256 * 1024;

const NUMBER_LEN: usize = 12;

/// Why a chunk does not go through. The lane is to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LaneError {
    /// Altered, repeated, out of order, or of another transfer or lane.
    #[error("a chunk does not open here and now")]
    Unopened,
    /// Longer than [`MAX_CHUNK_LEN`].
    #[error("a chunk is longer than 256 KiB")]
    Length,
}

/// The end of a lane that seals.
pub struct LaneSealer(Lane);

/// The end of a lane that opens.
pub struct LaneOpener(Lane);

struct Lane {
    cipher: Aes256Gcm,
    id: u32,
    next: u64,
}

impl Lane {
    fn new(id: u32, key: &SecretBytes<32>) -> Self {
        Self {
            cipher: Aes256Gcm::new(key.expose().into()),
            id,
            next: 0,
        }
    }

    fn number(&self) -> [u8; NUMBER_LEN] {
        let mut number = [0; NUMBER_LEN];
        number[4..].copy_from_slice(&self.next.to_be_bytes());
        number
    }

    fn ad(&self, transfer: &[u8; 16]) -> [u8; 20] {
        let mut ad = [0; 20];
        ad[..16].copy_from_slice(transfer);
        ad[16..].copy_from_slice(&self.id.to_be_bytes());
        ad
    }
}

impl LaneSealer {
    /// A new lane with a new key, which goes to the other end inside the session and nowhere else.
    #[must_use]
    pub fn new(id: u32, rng: &mut impl CryptoRng) -> (Self, SecretBytes<32>) {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *key);
        let key = SecretBytes::new(*key);
        (Self(Lane::new(id, &key)), key)
    }

    /// Seals the next chunk, of whichever transfer.
    ///
    /// # Errors
    /// [`LaneError::Length`].
    pub fn seal(&mut self, transfer: &[u8; 16], plain: &[u8]) -> Result<Vec<u8>, LaneError> {
        let Self(lane) = self;
        if plain.len() > MAX_CHUNK_LEN {
            return Err(LaneError::Length);
        }
        let number = lane.number();
        lane.next = lane.next.checked_add(1).ok_or(LaneError::Length)?;
        let sealed = lane
            .cipher
            .encrypt(
                &number.into(),
                Payload {
                    msg: plain,
                    aad: &lane.ad(transfer),
                },
            )
            .expect("a chunk is far shorter than what AES-GCM takes");
        Ok([&number[..], &sealed].concat())
    }
}

impl LaneOpener {
    /// The other end's lane, whose key came inside the session.
    #[must_use]
    pub fn new(id: u32, key: &SecretBytes<32>) -> Self {
        Self(Lane::new(id, key))
    }

    /// Opens the next chunk; what failed to open changed nothing.
    ///
    /// # Errors
    /// [`LaneError`].
    pub fn open(&mut self, transfer: &[u8; 16], chunk: &[u8]) -> Result<Zeroizing<Vec<u8>>, LaneError> {
        let Self(lane) = self;
        if chunk.len() > MAX_CHUNK_LEN + CHUNK_OVERHEAD {
            return Err(LaneError::Length);
        }
        let (number, sealed) = chunk
            .split_first_chunk::<NUMBER_LEN>()
            .ok_or(LaneError::Unopened)?;
        if *number != lane.number() {
            return Err(LaneError::Unopened);
        }
        let plain = lane
            .cipher
            .decrypt(
                number.into(),
                Payload {
                    msg: sealed,
                    aad: &lane.ad(transfer),
                },
            )
            .map_err(|_| LaneError::Unopened)?;
        lane.next = lane.next.checked_add(1).ok_or(LaneError::Unopened)?;
        Ok(Zeroizing::new(plain))
    }
}
