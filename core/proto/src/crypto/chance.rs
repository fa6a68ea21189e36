//! Randomness that a copy of memory does not give away for good.
//!
//! A generator that keeps one key gives whoever copies it everything it ever drew and ever will:
//! then neither could old sessions be forgotten nor new keys heal one. [`Chance`] takes a new key
//! from its own stream with each draw, so that nothing runs backwards, and [`Chance::stir`] mixes
//! in fresh entropy, so that it does not run forwards either. It refuses to find that entropy
//! itself: the same seed and the same stirring give the same draws.

use crate::crypto::kdf;
use crate::secret::SecretBytes;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng, TryCryptoRng, TryRng};
use std::convert::Infallible;
use std::fmt;
use std::hint::black_box;
use zeroize::Zeroizing;

/// A generator with a key for each draw: ChaCha20 under it gives the next key, then the draw.
pub struct Chance(SecretBytes<32>);

impl Chance {
    /// Begins with a seed nobody can guess.
    #[must_use]
    pub fn new(seed: SecretBytes<32>) -> Self {
        Self(seed)
    }

    /// Mixes in `fresh` entropy: `key ← KDF(key, fresh, "stir")`. Whoever knew the key and not
    /// `fresh` knows nothing from here on, and whoever knows `fresh` alone no more than before.
    pub fn stir(&mut self, fresh: &SecretBytes<32>) {
        self.0 = kdf(self.0.expose(), fresh.expose(), "stir", b"");
    }
}

impl TryRng for Chance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        let mut stream = ChaCha20Rng::from_seed(*self.0.expose());
        let mut next = Zeroizing::new([0; 32]);
        stream.fill_bytes(&mut *next);
        stream.fill_bytes(dst);
        self.0 = SecretBytes::new(*next);
        // The stream does not wipe itself, and it holds the key that was.
        stream = ChaCha20Rng::from_seed([0; 32]);
        black_box(&mut stream);
        Ok(())
    }
}

impl TryCryptoRng for Chance {}

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chance(seed: u8) -> Chance {
        Chance::new(SecretBytes::new([seed; 32]))
    }

    fn draw(from: &mut impl Rng) -> [u8; 32] {
        let mut bytes = [0; 32];
        from.fill_bytes(&mut bytes);
        bytes
    }

    #[test]
    fn a_seed_gives_the_same_draws_and_none_twice() {
        let (mut one, mut same, mut other) = (chance(1), chance(1), chance(2));
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..100 {
            let drawn = draw(&mut one);
            assert_eq!(drawn, draw(&mut same));
            assert!(seen.insert(drawn) && seen.insert(draw(&mut other)));
        }
        assert_eq!(one.next_u64(), same.next_u64());
        assert_eq!(one.next_u32(), same.next_u32());
    }

    /// What a thief does with a copied key: run it on. It finds nothing that was drawn before, and
    /// what is drawn after until fresh entropy comes, which shows that the thief can run it at all.
    #[test]
    fn a_copy_neither_runs_backwards_nor_past_fresh_entropy() {
        let mut rng = chance(1);
        let before: Vec<_> = (0..10).map(|_| draw(&mut rng)).collect();
        let mut thief = Chance(rng.0.clone());
        let (after, copied) = (draw(&mut rng), draw(&mut thief));
        assert_eq!(after, copied);
        rng.stir(&SecretBytes::new([9; 32]));
        let later = draw(&mut rng);
        for _ in 0..100 {
            let drawn = draw(&mut thief);
            assert!(!before.contains(&drawn) && drawn != later);
        }
        // The weak model is the generator underneath: its state holds its key for good.
        let mut weak = ChaCha20Rng::from_seed([1; 32]);
        let first = draw(&mut weak);
        weak.set_word_pos(0);
        assert_eq!(draw(&mut weak), first);
    }
}
