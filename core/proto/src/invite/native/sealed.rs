//! Sealed offers: what two members say to each other through a meeting point before they are
//! connected.
//!
//! ```text
//! box   = salt[16] ‖ E(KDF(salt, K_signal, "box", topic), topic, plain)
//! plain = from[16] ‖ to[16] ‖ kind u8 ‖ time u64 ‖ lp(body) ‖ lp(puzzle) ‖ 00*
//! ```
//! A box is 900, 2,000, 4,000 or 8,000 bytes long, whatever is in it, and travels as Base64: the
//! least, with what a DHT item needs around it, is within the 1,000 bytes that such an item has. The
//! time is in milliseconds since the Unix epoch: clocks may be wrong by ten minutes, so it counts as
//! fresh within fifteen of ours, and no box is taken twice. The puzzle's place is kept for open
//! rooms; it is written empty and what stands there is ignored.
//!
//! Whoever has the link can open every box, those recorded earlier too, and thereby learns
//! addresses; nothing in one proves who sent it.

use super::{RoomKeys, Topic};
use crate::crypto::{Reader, TAG_LEN, kdf, open_once, put_lp, seal_once};
use crate::secret::SecretBytes;
use crate::timer::Now;
use data_encoding::BASE64;
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, SeedableRng};
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::time::Duration;
use zeroize::Zeroizing;

/// How far a signal's time may be from ours, either way, in milliseconds.
pub const FRESH_MS: u64 = 15 * 60 * 1000;
/// The most salts that [`SeenOffers`] remembers.
pub const MAX_SEEN: usize = 8192;
/// The lengths that a box has.
const SIZES: [usize; 4] = [900, 2000, 4000, 8000];
const SALT_LEN: usize = 16;
/// From, to, kind, time and the two lengths.
const FRAMING: usize = 16 + 16 + 1 + 8 + 2 + 2;
/// The longest body of a signal, in bytes.
pub const MAX_SIGNAL: usize = SIZES[SIZES.len() - 1] - SALT_LEN - TAG_LEN - FRAMING;

/// What a signal's body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalKind {
    /// A session description that asks for an answer.
    Offer,
    /// The answer to one.
    Answer,
    /// Further addresses.
    Candidates,
}

impl SignalKind {
    fn code(self) -> u8 {
        match self {
            Self::Offer => 1,
            Self::Answer => 2,
            Self::Candidates => 3,
        }
    }

    fn of(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Offer),
            2 => Some(Self::Answer),
            3 => Some(Self::Candidates),
            _ => None,
        }
    }
}

/// What is in a box. Its body holds addresses, so `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Signal {
    /// Who sends it: a name that the sender drew for this purpose. Proves nothing.
    pub from: [u8; 16],
    /// Whom it is for; zeros for whoever gets it.
    pub to: [u8; 16],
    /// What the body is.
    pub kind: SignalKind,
    /// When it was sealed, by the sender's clock, in milliseconds since the Unix epoch.
    pub time: u64,
    /// A description behind the number of its form, or candidates: at most [`MAX_SIGNAL`] bytes.
    pub body: Vec<u8>,
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signal({:?})", self.kind)
    }
}

/// A body longer than [`MAX_SIGNAL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session description is longer than {MAX_SIGNAL} bytes")]
pub struct SignalTooLong;

/// Why a box is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// Not Base64, or of no length that a box has.
    #[error("this is no sealed offer")]
    Form,
    /// It does not open: another room, generation or topic, or altered.
    #[error("the sealed offer does not open with this room's key")]
    Unopened,
    /// It opens, but what is inside has not the form it should have.
    #[error("what is in the sealed offer is malformed")]
    Malformed,
    /// Its time is more than fifteen minutes from ours.
    #[error("the sealed offer is too old, or one of the two clocks is wrong")]
    Stale,
    /// It was taken before.
    #[error("the sealed offer was seen before")]
    Seen,
}

/// Seals a signal for `topic`, as the text that a tracker carries.
///
/// # Errors
/// [`SignalTooLong`].
pub fn seal(
    keys: &RoomKeys,
    topic: &Topic,
    signal: &Signal,
    rng: &mut impl CryptoRng,
) -> Result<String, SignalTooLong> {
    if signal.body.len() > MAX_SIGNAL {
        return Err(SignalTooLong);
    }
    let needed = signal.body.len() + FRAMING + SALT_LEN + TAG_LEN;
    let size = SIZES
        .into_iter()
        .find(|size| needed <= *size)
        .ok_or(SignalTooLong)?;
    let mut plain = Zeroizing::new(Vec::with_capacity(size));
    plain.extend(signal.from);
    plain.extend(signal.to);
    plain.push(signal.kind.code());
    plain.extend(signal.time.to_be_bytes());
    put_lp(&mut plain, &signal.body);
    put_lp(&mut plain, &[]);
    plain.resize(size - SALT_LEN - TAG_LEN, 0);
    Ok(seal_plain(keys, topic, &plain, rng))
}

fn seal_plain(keys: &RoomKeys, topic: &Topic, plain: &[u8], rng: &mut impl CryptoRng) -> String {
    let mut salt = [0; SALT_LEN];
    rng.fill_bytes(&mut salt);
    let key = kdf(&salt, keys.signal.expose(), "box", topic.as_bytes());
    let mut sealed = salt.to_vec();
    sealed.extend(seal_once(key, topic.as_bytes(), plain));
    BASE64.encode(&sealed)
}

/// Opens a box that came under `topic`, if it is fresh and was not seen before.
///
/// # Errors
/// [`SealedError`]. Nothing is remembered of a box that does not open.
pub fn open(
    keys: &RoomKeys,
    topic: &Topic,
    text: &str,
    now: Now,
    seen: &mut SeenOffers,
) -> Result<Signal, SealedError> {
    // Base64 text of these lengths only, looked at before anything is decoded.
    if !SIZES.iter().any(|size| text.len() == BASE64.encode_len(*size)) {
        return Err(SealedError::Form);
    }
    let sealed = BASE64.decode(text.as_bytes()).map_err(|_| SealedError::Form)?;
    let (salt, sealed) = sealed.split_first_chunk::<SALT_LEN>().ok_or(SealedError::Form)?;
    let key = kdf(salt, keys.signal.expose(), "box", topic.as_bytes());
    let plain = open_once(&key, topic.as_bytes(), sealed).map_err(|_| SealedError::Unopened)?;
    let signal = decode(&plain).ok_or(SealedError::Malformed)?;
    if signal.time.abs_diff(now.unix_ms) > FRESH_MS {
        return Err(SealedError::Stale);
    }
    if !seen.note(*salt, now) {
        return Err(SealedError::Seen);
    }
    Ok(signal)
}

fn decode(plain: &[u8]) -> Option<Signal> {
    let mut plain = Reader::new(plain);
    let signal = Signal {
        from: plain.array().ok()?,
        to: plain.array().ok()?,
        kind: SignalKind::of(plain.u8().ok()?)?,
        time: plain.u64().ok()?,
        body: plain.lp().ok()?.to_vec(),
    };
    plain.lp().ok()?;
    plain.rest().iter().all(|byte| *byte == 0).then_some(signal)
}

/// Fuzz body: the bytes as a box, and as what is in one.
///
/// # Panics
/// If what opens does not seal again, or is longer than it may be.
pub(in crate::invite) fn fuzz(data: &[u8]) {
    let keys = RoomKeys::derive(&[1; 32], 0, &SecretBytes::new([2; 32]));
    let topic = keys.topic("tracker", 3);
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    let size = SIZES[data.len() % 2];
    let mut plain = data.to_vec();
    plain.resize(size - SALT_LEN - TAG_LEN, 0);
    let inside = seal_plain(&keys, &topic, &plain, &mut rng);
    let mut boxed = data.to_vec();
    boxed.resize(size, 0);
    for text in [
        String::from_utf8_lossy(data).into_owned(),
        BASE64.encode(&boxed),
        inside,
    ] {
        // The time of whatever is inside, so that freshness hides nothing.
        let unix_ms = data
            .get(33..41)
            .and_then(|time| time.try_into().ok())
            .map_or(0, u64::from_be_bytes);
        let now = Now {
            mono: Duration::ZERO,
            unix_ms,
        };
        let mut seen = SeenOffers::default();
        if let Ok(signal) = open(&keys, &topic, &text, now, &mut seen) {
            assert!(signal.body.len() <= MAX_SIGNAL, "a body is within its limit");
            let again = seal(&keys, &topic, &signal, &mut rng).expect("what fitted fits");
            let opened = open(&keys, &topic, &again, now, &mut seen);
            assert!(opened == Ok(signal), "what opened seals again");
        }
    }
}

/// The boxes that were taken, so that none is taken twice. A salt is forgotten when its box can
/// be fresh no more; past [`MAX_SEEN`] the oldest is forgotten early, which costs one useless
/// attempt at a connection if that box is sent again.
#[derive(Clone, Default)]
pub struct SeenOffers {
    salts: HashSet<[u8; SALT_LEN]>,
    /// When each was taken, on the monotonic clock, in milliseconds.
    by_age: BTreeSet<(u128, [u8; SALT_LEN])>,
}

impl SeenOffers {
    /// Remembers `salt`; false if it was there already.
    fn note(&mut self, salt: [u8; SALT_LEN], now: Now) -> bool {
        let mono = now.mono.as_millis();
        // A box from the far end of the window stays fresh for twice its half. The wall clock may
        // jump; what was seen must not depend on it.
        while let Some(&(at, oldest)) = self.by_age.first()
            && (mono.saturating_sub(at) > 2 * u128::from(FRESH_MS) || self.by_age.len() >= MAX_SEEN)
        {
            self.by_age.pop_first();
            self.salts.remove(&oldest);
        }
        let is_new = self.salts.insert(salt);
        if is_new {
            self.by_age.insert((mono, salt));
        }
        is_new
    }

    /// How many are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.salts.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.salts.is_empty()
    }
}

impl fmt::Debug for SeenOffers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SeenOffers({})", self.salts.len())
    }
}
