//! The exchange as types: nobody confirms before both shares are there, and nothing is sealed for
//! whoever has not confirmed. Each key is used once and wiped.

use super::message::{C1, C2, Cid};
use crate::crypto::{Unopened, hash, hmac, hmac_fits, kdf, open_once, seal_once};
use crate::identity::native::kem::{BadShare, Cpace, CpaceSetup, Exchange, MlKem768, Shared};
use crate::secret::{SecretBytes, SecretString};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

const CHANNEL: &[u8] = b"dayfly/1 code";

/// The joiner has sent C1.
pub struct Joining {
    c1: C1,
    cpace: <Cpace as Exchange>::Waiting,
    kem: <MlKem768 as Exchange>::Waiting,
}

/// The joiner has both shares and K. Whether the host has the same code is not known yet.
pub struct Joined(Agreed);

/// The host has both shares and K. Whether the joiner has the same code is not known yet.
pub struct Answered(Agreed);

/// The joiner has shown that it has the code.
pub struct Confirmed(Agreed);

struct Agreed {
    key: SecretBytes<32>,
    transcript: [u8; 32],
}

/// The other side confirmed another code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that was another code")]
pub struct WrongGuess;

fn run<R>(code: &SecretString, host: &Cid, joiner: &Cid, act: impl FnOnce(CpaceSetup<'_>) -> R) -> R {
    let sid = [&host[..], joiner].concat();
    act(CpaceSetup {
        prs: code.expose().as_bytes(),
        ci: CHANNEL,
        sid: &sid,
    })
}

impl Agreed {
    fn new(c1: &C1, c2: &C2, isk: &Shared, ss: &Shared) -> Self {
        let transcript = hash(&[&c1.to_bytes(), &c2.to_bytes()]);
        let secrets = Zeroizing::new([&isk[..], ss].concat());
        Self {
            key: kdf(&transcript, &secrets, "code", b""),
            transcript,
        }
    }

    fn invite_key(&self) -> SecretBytes<32> {
        kdf(self.key.expose(), b"", "inv", b"")
    }
}

impl Joining {
    /// Begins an exchange with a host that was heard, under the name `joiner`.
    #[must_use]
    pub fn start(code: &SecretString, host: Cid, joiner: Cid, rng: &mut impl CryptoRng) -> Self {
        let (cpace, share) = run(code, &host, &joiner, |setup| Cpace::offer(setup, rng));
        let (kem, kem_key) = MlKem768::offer((), rng);
        let c1 = C1 {
            host,
            joiner,
            share: share.try_into().expect("CPace gives as many bytes as it says"),
            kem_key: kem_key.try_into().expect("ML-KEM gives as many bytes as it says"),
        };
        Self { c1, cpace, kem }
    }

    /// What the host is sent.
    #[must_use]
    pub fn c1(&self) -> &C1 {
        &self.c1
    }

    /// Takes the host's shares.
    ///
    /// # Errors
    /// [`BadShare`]: shares that no host sends, or the answer to another exchange.
    pub fn read(self, c2: &C2) -> Result<Joined, BadShare> {
        if c2.joiner != self.c1.joiner {
            return Err(BadShare);
        }
        let isk = Cpace::finish(self.cpace, &c2.share)?;
        let ss = MlKem768::finish(self.kem, &c2.kem_text[..])?;
        Ok(Joined(Agreed::new(&self.c1, c2, &isk, &ss)))
    }
}

impl Joined {
    /// C3's tag: shows the host that this side has the code, if both have the same.
    #[must_use]
    pub fn tag(&self) -> [u8; 32] {
        hmac(self.0.key.expose(), &[b"J"])
    }

    /// Opens the invite. If it opens, the host has the code.
    ///
    /// # Errors
    /// [`Unopened`].
    pub fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        open_once(&self.0.invite_key(), &self.0.transcript, sealed)
    }
}

impl Answered {
    /// Answers a joiner.
    ///
    /// # Errors
    /// [`BadShare`].
    pub fn answer(code: &SecretString, c1: &C1, rng: &mut impl CryptoRng) -> Result<(C2, Self), BadShare> {
        let (share, isk) = run(code, &c1.host, &c1.joiner, |setup| {
            Cpace::answer(setup, &c1.share, rng)
        })?;
        let (kem_text, ss) = MlKem768::answer((), &c1.kem_key[..], rng)?;
        let c2 = C2 {
            joiner: c1.joiner,
            share: share.try_into().map_err(|_| BadShare)?,
            kem_text: kem_text.try_into().map_err(|_| BadShare)?,
        };
        let agreed = Agreed::new(c1, &c2, &isk, &ss);
        Ok((c2, Self(agreed)))
    }

    /// Takes the joiner's confirmation.
    ///
    /// # Errors
    /// [`WrongGuess`]; the exchange is over then.
    pub fn confirm(self, tag: &[u8; 32]) -> Result<Confirmed, WrongGuess> {
        if hmac_fits(self.0.key.expose(), &[b"J"], tag) {
            Ok(Confirmed(self.0))
        } else {
            Err(WrongGuess)
        }
    }
}

impl Confirmed {
    /// Seals the invite for the joiner, once.
    #[must_use]
    pub fn seal(self, invite: &[u8]) -> Vec<u8> {
        seal_once(self.0.invite_key(), &self.0.transcript, invite)
    }
}
