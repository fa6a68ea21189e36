//! Exchanges of two flights: ML-KEM-768 (FIPS 203), X-Wing (draft-connolly-cfrg-xwing-kem) and
//! CPace over ristretto255 (draft-irtf-cfrg-cpace-21), behind one trait.
//!
//! None of the three crates behind them claims an independent audit, so nothing outside this file
//! names one, and no key of ours rests on one alone: ML-KEM-768 and CPace go into a handshake that
//! has X25519 and the room's secret, X-Wing into a chain that has the root before it. It refuses a
//! share that no honest end sends: wrong lengths, keys out of range, points of low order.

use ml_kem::MlKem768 as RawMlKem;
use ml_kem::kem::{Decapsulate, Encapsulate, Kem, KeyExport, TryDecapsulate, TryKeyInit};
use pakery_cpace::{CpaceCiphersuite, CpaceInitiator, CpaceMode, CpaceResponder, InitiatorState};
use pakery_crypto::{Ristretto255Group, Sha512Hash};
use rand_core::CryptoRng;
use x_wing::{DecapsulationKeyRejectNonContrib, XWingKem};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{Zeroize, Zeroizing};

/// A secret that both ends of an exchange have, wiped on drop.
pub type Shared = Zeroizing<Vec<u8>>;

/// The other end's share is none that an honest end sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key share is none that an honest end would send")]
pub struct BadShare;

/// One end offers, the other answers, then both have the same secret.
pub trait Exchange {
    /// What both ends must agree on beforehand; nothing, for a KEM.
    type Setup<'a>: Copy;
    /// What the offering end keeps until the answer is there. Wiped on drop.
    type Waiting;
    /// Bytes of an offer.
    const OFFER_LEN: usize;
    /// Bytes of an answer.
    const ANSWER_LEN: usize;

    /// Makes an offer.
    fn offer(setup: Self::Setup<'_>, rng: &mut impl CryptoRng) -> (Self::Waiting, Vec<u8>);

    /// Answers an offer.
    ///
    /// # Errors
    /// [`BadShare`].
    fn answer(
        setup: Self::Setup<'_>,
        offer: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<(Vec<u8>, Shared), BadShare>;

    /// Takes the answer to an offer.
    ///
    /// # Errors
    /// [`BadShare`].
    fn finish(waiting: Self::Waiting, answer: &[u8]) -> Result<Shared, BadShare>;
}

/// A secret of zeros is one that everybody knows, whatever made it.
fn shared(bytes: &mut [u8]) -> Result<Shared, BadShare> {
    let shared = Zeroizing::new(bytes.to_vec());
    bytes.zeroize();
    if shared.iter().fold(0, |all, byte| all | byte) == 0 {
        return Err(BadShare);
    }
    Ok(shared)
}

/// ML-KEM-768: an encapsulation key, a ciphertext, 32 bytes.
pub struct MlKem768;

impl Exchange for MlKem768 {
    type Setup<'a> = ();
    type Waiting = ml_kem::ml_kem_768::DecapsulationKey;
    const OFFER_LEN: usize = 1184;
    const ANSWER_LEN: usize = 1088;

    fn offer((): (), rng: &mut impl CryptoRng) -> (Self::Waiting, Vec<u8>) {
        let (secret, public) = RawMlKem::generate_keypair_from_rng(rng);
        (secret, public.to_bytes().to_vec())
    }

    fn answer((): (), offer: &[u8], rng: &mut impl CryptoRng) -> Result<(Vec<u8>, Shared), BadShare> {
        let public = ml_kem::ml_kem_768::EncapsulationKey::new_from_slice(offer).map_err(|_| BadShare)?;
        let (answer, mut key) = public.encapsulate_with_rng(rng);
        Ok((answer.to_vec(), shared(&mut key)?))
    }

    fn finish(waiting: Self::Waiting, answer: &[u8]) -> Result<Shared, BadShare> {
        let answer = answer.try_into().map_err(|_| BadShare)?;
        shared(&mut waiting.decapsulate(&answer))
    }
}

/// X-Wing: X25519 and ML-KEM-768 together, 32 bytes.
pub struct XWing;

/// Any scalar shows a point of low order: X25519 with it gives zeros.
const PROBE: [u8; 32] = [0x40; 32];

impl Exchange for XWing {
    type Setup<'a> = ();
    type Waiting = DecapsulationKeyRejectNonContrib;
    const OFFER_LEN: usize = x_wing::ENCAPSULATION_KEY_SIZE;
    const ANSWER_LEN: usize = x_wing::CIPHERTEXT_SIZE;

    fn offer((): (), rng: &mut impl CryptoRng) -> (Self::Waiting, Vec<u8>) {
        let (secret, public) = XWingKem::generate_keypair_from_rng(rng);
        let mut seed = *secret.as_bytes();
        let waiting = DecapsulationKeyRejectNonContrib::from(seed);
        seed.zeroize();
        (waiting, public.to_bytes().to_vec())
    }

    fn answer((): (), offer: &[u8], rng: &mut impl CryptoRng) -> Result<(Vec<u8>, Shared), BadShare> {
        let public = x_wing::EncapsulationKey::try_from(offer).map_err(|_| BadShare)?;
        // The crate checks the point when it opens, not when it seals.
        let point: [u8; 32] = *offer.last_chunk().ok_or(BadShare)?;
        let probe = StaticSecret::from(PROBE).diffie_hellman(&PublicKey::from(point));
        if !probe.was_contributory() {
            return Err(BadShare);
        }
        let (answer, mut key) = public.encapsulate_with_rng(rng);
        Ok((answer.to_vec(), shared(&mut key)?))
    }

    fn finish(waiting: Self::Waiting, answer: &[u8]) -> Result<Shared, BadShare> {
        let answer = answer.try_into().map_err(|_| BadShare)?;
        shared(&mut waiting.try_decapsulate(&answer).map_err(|_| BadShare)?)
    }
}

/// CPace-ristretto255-SHA512, initiator and responder, no associated data: 64 bytes that agree
/// when the passwords do. It says nothing about whether they did.
pub struct Cpace;

/// What a CPace run is about.
#[derive(Clone, Copy)]
pub struct CpaceSetup<'a> {
    /// PRS: what is drawn from the password.
    pub prs: &'a [u8],
    /// CI: which channel it is.
    pub ci: &'a [u8],
    /// sid: which run it is.
    pub sid: &'a [u8],
}

/// The cipher suite of draft-irtf-cfrg-cpace-21, section 4.3.
pub struct Ristretto;

impl CpaceCiphersuite for Ristretto {
    type Group = Ristretto255Group;
    type Hash = Sha512Hash;
    const DSI: &'static [u8] = b"CPaceRistretto255";
    const HASH_BLOCK_SIZE: usize = 128;
    const FIELD_SIZE_BYTES: usize = 32;
}

impl Exchange for Cpace {
    type Setup<'a> = CpaceSetup<'a>;
    type Waiting = InitiatorState<Ristretto>;
    const OFFER_LEN: usize = 32;
    const ANSWER_LEN: usize = 32;

    fn offer(setup: CpaceSetup<'_>, rng: &mut impl CryptoRng) -> (Self::Waiting, Vec<u8>) {
        let CpaceSetup { prs, ci, sid } = setup;
        let (offer, waiting) = CpaceInitiator::start(prs, ci, sid, b"", rng)
            .expect("a hash is the neutral element once in 2^252 times");
        (waiting, offer)
    }

    fn answer(
        setup: CpaceSetup<'_>,
        offer: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<(Vec<u8>, Shared), BadShare> {
        let CpaceSetup { prs, ci, sid } = setup;
        let mode = CpaceMode::InitiatorResponder;
        let (answer, out) = CpaceResponder::<Ristretto>::respond(offer, prs, ci, sid, b"", b"", mode, rng)
            .map_err(|_| BadShare)?;
        Ok((answer, Zeroizing::new(out.isk.as_bytes().to_vec())))
    }

    fn finish(waiting: Self::Waiting, answer: &[u8]) -> Result<Shared, BadShare> {
        let out = waiting
            .finish(answer, b"", CpaceMode::InitiatorResponder)
            .map_err(|_| BadShare)?;
        Ok(Zeroizing::new(out.isk.as_bytes().to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn rng(seed: u8) -> ChaCha20Rng {
        ChaCha20Rng::from_seed([seed; 32])
    }

    fn agree<E: Exchange>(setup: E::Setup<'_>, len: usize) {
        let (waiting, offer) = E::offer(setup, &mut rng(1));
        assert_eq!(offer.len(), E::OFFER_LEN);
        let (answer, theirs) = E::answer(setup, &offer, &mut rng(2)).unwrap();
        assert_eq!(answer.len(), E::ANSWER_LEN);
        let ours = E::finish(waiting, &answer).unwrap();
        assert!(ours == theirs && ours.len() == len);

        for wrong in [&[][..], &offer[1..], &[&offer[..], &[0]].concat()] {
            assert!(E::answer(setup, wrong, &mut rng(2)).is_err());
        }
        for wrong in [&[][..], &answer[1..], &[&answer[..], &[0]].concat()] {
            assert!(E::finish(E::offer(setup, &mut rng(1)).0, wrong).is_err());
        }
        // An answer to somebody else's offer gives another secret or none.
        let (_, other) = E::offer(setup, &mut rng(3));
        let (answer, _) = E::answer(setup, &other, &mut rng(2)).unwrap();
        let theirs = E::answer(setup, &other, &mut rng(2)).unwrap().1;
        assert!(E::finish(E::offer(setup, &mut rng(1)).0, &answer) != Ok(theirs));
    }

    #[test]
    fn both_ends_agree_and_shares_of_other_lengths_are_refused() {
        agree::<MlKem768>((), 32);
        agree::<XWing>((), 32);
        let setup = CpaceSetup {
            prs: b"word",
            ci: b"channel",
            sid: b"run",
        };
        agree::<Cpace>(setup, 64);
    }

    #[test]
    fn shares_of_low_order_are_refused() {
        let (_, mut offer) = XWing::offer((), &mut rng(1));
        offer[1184..].fill(0);
        assert_eq!(XWing::answer((), &offer, &mut rng(2)), Err(BadShare));
        let (waiting, offer) = XWing::offer((), &mut rng(1));
        let (mut answer, _) = XWing::answer((), &offer, &mut rng(2)).unwrap();
        answer[1088..].fill(0);
        assert_eq!(XWing::finish(waiting, &answer), Err(BadShare));

        let setup = CpaceSetup {
            prs: b"word",
            ci: b"channel",
            sid: b"run",
        };
        assert_eq!(Cpace::answer(setup, &[0; 32], &mut rng(2)), Err(BadShare));
        assert_eq!(
            Cpace::finish(Cpace::offer(setup, &mut rng(1)).0, &[0; 32]),
            Err(BadShare)
        );
        assert_eq!(
            shared(&mut [0; 32]),
            Err(BadShare),
            "a secret of zeros, whatever made it"
        );
    }

    #[test]
    fn cpace_agrees_on_everything_or_on_nothing() {
        let base = CpaceSetup {
            prs: b"word",
            ci: b"channel",
            sid: b"run",
        };
        for other in [
            CpaceSetup { prs: b"ward", ..base },
            CpaceSetup {
                ci: b"channex",
                ..base
            },
            CpaceSetup { sid: b"ran", ..base },
        ] {
            let (waiting, offer) = Cpace::offer(base, &mut rng(1));
            let (answer, theirs) = Cpace::answer(other, &offer, &mut rng(2)).unwrap();
            assert!(Cpace::finish(waiting, &answer).unwrap() != theirs);
        }
    }
}
