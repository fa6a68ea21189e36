//! What snow alone would let through, and that ours does not.

use super::*;
use std::cell::Cell;

const PROLOGUE: &[u8] = b"prologue";

/// Points of low order on Curve25519 (RFC 7748, section 7, and their twins above the prime).
fn low_order() -> Vec<[u8; 32]> {
    let hex = |text: &str| -> [u8; 32] {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
        bytes.try_into().unwrap()
    };
    let mut points = vec![
        hex("0000000000000000000000000000000000000000000000000000000000000000"),
        hex("0100000000000000000000000000000000000000000000000000000000000000"),
        hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
        hex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
        hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        hex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        hex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ];
    for at in 0..points.len() {
        let mut twin = points[at];
        twin[31] |= 0x80;
        points.push(twin);
    }
    points
}

/// X25519 as snow would have it: nothing is checked, and it may show a public key not its own.
#[derive(Default)]
struct Lax {
    own: X25519,
    shows: Option<[u8; 32]>,
}

impl Dh for Lax {
    fn name(&self) -> &'static str {
        self.own.name()
    }

    fn pub_len(&self) -> usize {
        32
    }

    fn priv_len(&self) -> usize {
        32
    }

    fn set(&mut self, privkey: &[u8]) {
        self.own.set(privkey);
    }

    fn generate(&mut self, rng: &mut dyn Random) -> Result<(), Error> {
        self.own.generate(rng)
    }

    fn pubkey(&self) -> &[u8] {
        self.shows.as_ref().unwrap_or(&self.own.public)
    }

    fn privkey(&self) -> &[u8] {
        self.own.privkey()
    }

    fn dh(&self, pubkey: &[u8], out: &mut [u8]) -> Result<(), Error> {
        if self.shows.is_some() {
            // Whoever shows a point of low order knows what the other end comes to.
            out[..32].fill(0);
            return Ok(());
        }
        let theirs: [u8; 32] = *pubkey.first_chunk().unwrap();
        let shared = StaticSecret::from(*self.own.secret).diffie_hellman(&PublicKey::from(theirs));
        out[..32].copy_from_slice(shared.as_bytes());
        Ok(())
    }
}

/// The real resolver, but for X25519. snow asks for the static key's first.
struct LaxResolver {
    real: Resolver,
    shows: [Option<[u8; 32]>; 2],
    asked: Cell<usize>,
}

impl CryptoResolver for LaxResolver {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        self.real.resolve_rng()
    }

    fn resolve_dh(&self, _: &DHChoice) -> Option<Box<dyn Dh>> {
        let which = self.asked.replace(self.asked.get() + 1);
        Some(Box::new(Lax {
            own: X25519::default(),
            shows: self.shows[which],
        }))
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        self.real.resolve_hash(choice)
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        self.real.resolve_cipher(choice)
    }
}

/// An end that checks nothing, shows what it is told to, and may have slot 3 filled already.
fn lax(role: Role, shows_s: Option<[u8; 32]>, shows_e: Option<[u8; 32]>, preset: Option<&[u8; 32]>) -> Noise {
    let resolver = LaxResolver {
        real: Resolver {
            ephemeral: Zeroizing::new([60 + role.byte(); 32]),
        },
        shows: [shows_s, shows_e],
        asked: Cell::new(0),
    };
    let mut builder = Builder::with_resolver(PATTERN.parse().unwrap(), Box::new(resolver))
        .prologue(PROLOGUE)
        .unwrap()
        .local_private_key(&[70; 32])
        .unwrap()
        .psk(0, &[3; 32])
        .unwrap();
    if let Some(psk) = preset {
        builder = builder.psk(3, psk).unwrap();
    }
    let state = match role {
        Role::Initiator => builder.build_initiator(),
        Role::Responder => builder.build_responder(),
    };
    Noise {
        state: Some(Box::new(state.unwrap())),
        mixed: false,
    }
}

fn honest(role: Role) -> Noise {
    use rand_core::SeedableRng;
    let mut rng = rand_chacha::ChaCha20Rng::from_seed([role.byte(); 32]);
    Noise::new(role, PROLOGUE, &SecretBytes::new([3; 32]), &mut rng)
}

/// Where a handshake of two such ends stops; each mixes in what it is given, if anything.
fn run(mut i: Noise, mut r: Noise, ss_i: Option<u8>, ss_r: Option<u8>) -> Result<(), (u8, Role, NoiseError)> {
    let (by_i, by_r) = (Role::Initiator, Role::Responder);
    let mix = |noise: &mut Noise, ss: Option<u8>| {
        ss.map_or(Ok(()), |ss| noise.mix(&Shared::new(vec![ss; 32]), &[]))
    };
    let m1 = i.write(1, b"one").map_err(|error| (1, by_i, error))?;
    r.read(&m1[1..]).map_err(|error| (1, by_r, error))?;
    let m2 = r.write(2, b"two").map_err(|error| (2, by_r, error))?;
    i.read(&m2[1..]).map_err(|error| (2, by_i, error))?;
    mix(&mut i, ss_i).map_err(|error| (2, by_i, error))?;
    mix(&mut r, ss_r).map_err(|error| (2, by_r, error))?;
    let m3 = i.write(3, b"").map_err(|error| (3, by_i, error))?;
    r.read(&m3[1..]).map_err(|error| (3, by_r, error))?;
    assert_eq!(i.finish().unwrap(), r.finish().unwrap());
    Ok(())
}

#[test]
fn points_of_low_order_are_refused() {
    let (i, r) = (Role::Initiator, Role::Responder);
    for point in low_order() {
        let shown = Some(point);
        for (attacker, step) in [(lax(i, None, shown, None), 2), (lax(i, shown, None, None), 3)] {
            let ended = run(attacker, honest(r), Some(5), Some(5));
            assert_eq!(ended, Err((step, r, NoiseError::LowOrder)));
        }
        for attacker in [lax(r, None, shown, None), lax(r, shown, None, None)] {
            let ended = run(honest(i), attacker, Some(5), Some(5));
            assert_eq!(ended, Err((2, i, NoiseError::LowOrder)));
        }
        // Without our check the other end takes them, and what X25519 gave is known to everybody.
        assert_eq!(
            run(
                lax(i, shown, shown, None),
                lax(r, None, None, None),
                Some(5),
                Some(5)
            ),
            Ok(())
        );
    }
}

#[test]
fn ones_own_key_coming_back_is_refused() {
    let mut i = honest(Role::Initiator);
    let m1 = i.write(1, b"one").unwrap();
    let own = *m1[1..].first_chunk().unwrap();
    let mut r = lax(Role::Responder, None, Some(own), None);
    r.read(&m1[1..]).unwrap();
    let m2 = r.write(2, b"two").unwrap();
    assert_eq!(i.read(&m2[1..]), Err(NoiseError::LowOrder));
}

#[test]
fn what_was_exchanged_must_be_the_same_and_not_nothing() {
    let (i, r) = (Role::Initiator, Role::Responder);
    assert_eq!(run(honest(i), honest(r), Some(5), Some(5)), Ok(()));
    assert_eq!(
        run(honest(i), honest(r), Some(0), Some(5)),
        Err((3, r, NoiseError::Unopened)),
        "an end that takes zeros for the secret"
    );
    assert_eq!(
        run(honest(i), honest(r), None, Some(5)),
        Err((3, i, NoiseError::Malformed)),
        "an end that forgets it"
    );
    // An end whose slot 3 was filled beforehand, with the room's secret or with zeros.
    for preset in [[3; 32], [0; 32]] {
        let ended = run(lax(i, None, None, Some(&preset)), honest(r), None, Some(5));
        assert_eq!(ended, Err((3, r, NoiseError::Unopened)));
    }
    // Two such ends agree without a word, on keys in which nothing was exchanged.
    let (a, b) = (
        lax(i, None, None, Some(&[3; 32])),
        lax(r, None, None, Some(&[3; 32])),
    );
    assert_eq!(run(a, b, None, None), Ok(()));
}

#[test]
fn keys_are_split_once_at_the_end() {
    let mut i = honest(Role::Initiator);
    i.write(1, b"one").unwrap();
    assert_eq!(i.finish().unwrap_err(), NoiseError::Malformed);
    let mut i = honest(Role::Initiator);
    let ss = Shared::new(vec![5; 32]);
    assert_eq!(i.mix(&ss, &[]), Ok(()));
    assert_eq!(i.mix(&ss, &[]), Err(NoiseError::Malformed));
}
