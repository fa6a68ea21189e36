//! Sender keys: one chain per author with which a room's events are sealed once for everyone.
//!
//! Owns our chain ([`SenderChain`]), the others' ([`ReceiverChain`], kept together in
//! [`ReceiverChains`]) and the key in a SKDM. An event is sealed as
//!
//! ```text
//! header = gen u32 ‖ author[32] ‖ skid u32 ‖ n u32
//! sealed = E(mk, room_id ‖ header, plain)
//! mk     = KDF(ck, "", "msg")                            ck ← KDF(ck, "", "next")
//! ```
//!
//! Everyone who has the chain can make a frame that opens, so a chain moves on only after the
//! caller has checked the author's signature inside. It refuses a frame a second time, more than
//! [`MAX_SKIP`] frames ahead, and chains that are worn ([`MAX_MESSAGES`]).

use crate::crypto::{Malformed, PublicKey, Reader, kdf, open_once, seal_once};
use crate::secret::SecretBytes;
use crate::timer::Now;
use rand_core::CryptoRng;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;
use zeroize::{Zeroize, Zeroizing};

/// Messages under one sender key.
pub const MAX_MESSAGES: u32 = 1_000;

/// Age after which a sender key that was used is replaced.
pub const MAX_AGE: Duration = Duration::from_secs(30 * 60);

/// Frames of one author that may be missing before one that opens.
pub const MAX_SKIP: u32 = 256;

/// Longest plaintext: an event, its signature and the padding that the caller gave them
/// (`wire::native::group_plain`), with room for the frames around it within 64 KiB.
pub const MAX_PLAIN_LEN: usize = 65_000;

/// Bytes of the key in a SKDM.
pub const KEY_LEN: usize = 4 + 4 + 32 + 32;

/// Chains kept of one author: the newest, and those whose frames may still be under way.
const KEPT_CHAINS: usize = 3;

/// Authors whose chains are kept; more is no room that this protocol serves.
pub const MAX_AUTHORS: usize = 1_024;

/// Why a frame of an author does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainError<E> {
    /// It is from before the key that we have, or was opened already.
    #[error("this message was opened before, or is from before this key was given")]
    Past,
    /// Too far ahead of the last.
    #[error("too many messages of this author are missing")]
    TooFar,
    /// The chain has no more keys.
    #[error("this sender key has been used up")]
    Worn,
    /// No chain of this author and number.
    #[error("the key of this author is not known")]
    Unknown,
    /// Altered, or of another room, generation, author or chain.
    #[error("the message does not open with its author's key")]
    Unopened,
    /// Longer than a frame carries.
    #[error("the message is too long")]
    Length,
    /// The caller's check failed; nothing has changed.
    #[error("{0}")]
    Check(E),
}

/// Where a frame belongs. All of it is bound to what is sealed.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The room.
    pub room_id: &'a [u8; 32],
    /// Its generation.
    pub generation: u32,
    /// Who seals.
    pub author: &'a PublicKey,
}

impl Place<'_> {
    /// `room_id ‖ gen ‖ author ‖ skid ‖ n`.
    fn ad(self, skid: u32, n: u32) -> Vec<u8> {
        [
            self.room_id.as_slice(),
            &self.generation.to_be_bytes(),
            self.author.as_bytes(),
            &skid.to_be_bytes(),
            &n.to_be_bytes(),
        ]
        .concat()
    }
}

/// A sealed event with its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Which chain of its author.
    pub skid: u32,
    /// Which message of the chain.
    pub n: u32,
    /// What was sealed.
    pub bytes: Vec<u8>,
}

struct Chain {
    n: u32,
    key: SecretBytes<32>,
}

impl Chain {
    fn step(&self) -> (SecretBytes<32>, Self) {
        let after = Self {
            n: self.n + 1,
            key: kdf(self.key.expose(), b"", "next", b""),
        };
        (kdf(self.key.expose(), b"", "msg", b""), after)
    }
}

/// Our chain. A new one, with a higher `skid`, is due after any removal, leave or generation,
/// after a member is blocked, and by [`Self::due`].
pub struct SenderChain {
    skid: u32,
    chain: Chain,
    media: SecretBytes<32>,
    born: Duration,
}

impl SenderChain {
    /// A new chain. `skid` must be higher than that of any chain before.
    #[must_use]
    pub fn new(skid: u32, now: Now, rng: &mut impl CryptoRng) -> Self {
        let mut draw = || {
            let mut bytes = [0; 32];
            rng.fill_bytes(&mut bytes);
            let secret = SecretBytes::new(bytes);
            bytes.zeroize();
            secret
        };
        let key = draw();
        Self {
            skid,
            chain: Chain { n: 0, key },
            media: draw(),
            born: now.mono,
        }
    }

    /// The chain's number.
    #[must_use]
    pub fn skid(&self) -> u32 {
        self.skid
    }

    /// The base key of what this author sends as media under this chain.
    #[must_use]
    pub fn media(&self) -> &SecretBytes<32> {
        &self.media
    }

    /// Whether a new chain is due: this one has served [`MAX_MESSAGES`], or is [`MAX_AGE`] old and
    /// has been used.
    #[must_use]
    pub fn due(&self, now: Now) -> bool {
        let old = now.mono >= self.born.saturating_add(MAX_AGE);
        self.chain.n >= MAX_MESSAGES || (old && self.chain.n > 0)
    }

    /// What a member is given: `skid u32 ‖ n u32 ‖ ck[32] ‖ media[32]` as of now, so that a
    /// newcomer opens nothing that was sent before.
    #[must_use]
    pub fn key(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(KEY_LEN));
        out.extend(self.skid.to_be_bytes());
        out.extend(self.chain.n.to_be_bytes());
        out.extend(self.chain.key.expose());
        out.extend(self.media.expose());
        out
    }

    /// Seals `plain` (an event and its signature, padded) for everyone who has the chain.
    ///
    /// # Errors
    /// [`ChainError::Worn`], [`ChainError::Length`].
    pub fn seal_event(
        &mut self,
        place: Place<'_>,
        plain: &[u8],
    ) -> Result<Sealed, ChainError<std::convert::Infallible>> {
        if self.chain.n >= MAX_MESSAGES {
            return Err(ChainError::Worn);
        }
        if plain.len() > MAX_PLAIN_LEN {
            return Err(ChainError::Length);
        }
        let (key, after) = self.chain.step();
        let n = self.chain.n;
        self.chain = after;
        Ok(Sealed {
            skid: self.skid,
            n,
            bytes: seal_once(key, &place.ad(self.skid, n), plain),
        })
    }
}

/// Another author's chain, from where it was given to us.
pub struct ReceiverChain {
    skid: u32,
    chain: Chain,
    media: SecretBytes<32>,
    /// Keys of messages that others overtook, [`MAX_SKIP`] at most, oldest dropped first.
    skipped: BTreeMap<u32, SecretBytes<32>>,
}

impl ReceiverChain {
    /// Reads the key in a SKDM, whose signature the caller has checked.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn from_key(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let (skid, n) = (reader.u32()?, reader.u32()?);
        let key = SecretBytes::new(reader.array()?);
        let media = SecretBytes::new(reader.array()?);
        reader.end()?;
        if n > MAX_MESSAGES {
            return Err(Malformed);
        }
        Ok(Self {
            skid,
            chain: Chain { n, key },
            media,
            skipped: BTreeMap::new(),
        })
    }

    /// The chain's number.
    #[must_use]
    pub fn skid(&self) -> u32 {
        self.skid
    }

    /// The base key of the author's media under this chain.
    #[must_use]
    pub fn media(&self) -> &SecretBytes<32> {
        &self.media
    }

    /// Opens message `n` and hands the plaintext to `check`, which verifies the author's signature
    /// over the event in it. Only when that succeeds is the key spent.
    ///
    /// # Errors
    /// [`ChainError`]; nothing has changed.
    pub fn open_event<T, E>(
        &mut self,
        place: Place<'_>,
        n: u32,
        sealed: &[u8],
        check: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<T, ChainError<E>> {
        let open = |key: &SecretBytes<32>| -> Result<T, ChainError<E>> {
            let plain = open_once(key, &place.ad(self.skid, n), sealed).map_err(|_| ChainError::Unopened)?;
            check(&plain).map_err(ChainError::Check)
        };
        if sealed.len() > MAX_PLAIN_LEN + crate::crypto::TAG_LEN {
            return Err(ChainError::Length);
        }
        if n < self.chain.n {
            let done = open(self.skipped.get(&n).ok_or(ChainError::Past)?)?;
            self.skipped.remove(&n);
            return Ok(done);
        }
        if n >= MAX_MESSAGES {
            return Err(ChainError::Worn);
        }
        if n - self.chain.n > MAX_SKIP {
            return Err(ChainError::TooFar);
        }
        let mut passed = Vec::new();
        let (mut key, mut after) = self.chain.step();
        while after.n <= n {
            let (next, beyond) = after.step();
            passed.push((after.n - 1, std::mem::replace(&mut key, next)));
            after = beyond;
        }
        let done = open(&key)?;
        self.chain = after;
        self.skipped.extend(passed);
        while self.skipped.len() > MAX_SKIP as usize {
            self.skipped.pop_first();
        }
        Ok(done)
    }
}

/// The chains of all authors. Bounded: [`MAX_AUTHORS`] authors, the newest three chains of each.
#[derive(Default)]
pub struct ReceiverChains {
    of: BTreeMap<PublicKey, VecDeque<ReceiverChain>>,
}

impl ReceiverChains {
    /// Takes a chain of `author`. One that is known stays as it is, because a second copy could
    /// only move it back, and one older than all that are kept is of no use. Whether it was new.
    pub fn insert(&mut self, author: PublicKey, chain: ReceiverChain) -> bool {
        if !self.of.contains_key(&author) && self.of.len() >= MAX_AUTHORS {
            return false;
        }
        let chains = self.of.entry(author).or_default();
        if chains.back().is_some_and(|newest| chain.skid <= newest.skid) {
            return false;
        }
        chains.push_back(chain);
        if chains.len() > KEPT_CHAINS {
            chains.pop_front();
        }
        true
    }

    /// The chain `skid` of `author`.
    pub fn get_mut(&mut self, author: &PublicKey, skid: u32) -> Option<&mut ReceiverChain> {
        self.of
            .get_mut(author)?
            .iter_mut()
            .find(|chain| chain.skid == skid)
    }

    /// [`ReceiverChain::open_event`] on the chain `skid` of the author in `place`.
    ///
    /// # Errors
    /// [`ChainError`]; nothing has changed.
    pub fn open_event<T, E>(
        &mut self,
        place: Place<'_>,
        skid: u32,
        n: u32,
        sealed: &[u8],
        check: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<T, ChainError<E>> {
        self.get_mut(place.author, skid)
            .ok_or(ChainError::Unknown)?
            .open_event(place, n, sealed, check)
    }

    /// Forgets every chain of `author`.
    pub fn remove(&mut self, author: &PublicKey) {
        self.of.remove(author);
    }

    /// Forgets every chain.
    pub fn clear(&mut self) {
        self.of.clear();
    }
}

/// Chains are secrets, whatever else is in them.
macro_rules! redacted {
    ($($name:ty),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[secret]")
            }
        }
    )*};
}
redacted!(SenderChain, ReceiverChain, ReceiverChains);

/// Whatever the bytes are as a key, it encodes to itself or is refused; as a frame, it opens
/// nothing and changes nothing.
pub(super) fn fuzz(data: &[u8]) {
    if let Ok(chain) = ReceiverChain::from_key(data) {
        let again = SenderChain {
            skid: chain.skid,
            chain: Chain {
                n: chain.chain.n,
                key: chain.chain.key.clone(),
            },
            media: chain.media.clone(),
            born: Duration::ZERO,
        };
        assert_eq!(again.key().as_slice(), data, "a sender key survives encoding");
    }
}
