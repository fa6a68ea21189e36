//! What somebody who copies a session's memory can read with it.

use super::channel::Channel;
use super::*;
use crate::crypto::{kdf, open_once};
use crate::secret::SecretBytes;

/// A recorded frame: when it was sealed, by whom, and its bytes.
struct Recorded {
    epoch: u32,
    n: u32,
    from: Role,
    bytes: Vec<u8>,
}

impl Recorded {
    /// Whether `key`, used as a message key, opens it.
    fn opens(&self, key: &SecretBytes<32>) -> bool {
        let header: [u8; 8] = *self.bytes.first_chunk().unwrap();
        let ad = [&[7; 16][..], &[self.from.byte()], &header].concat();
        open_once(key, &ad, &self.bytes[8..]).is_ok()
    }
}

/// Tries every use of a stolen 32 bytes that the protocol knows: as a message key, as a chain, as
/// a root, each followed as far as an epoch goes.
fn reads(stolen: &[SecretBytes<32>], frame: &Recorded) -> bool {
    let mut chains = stolen.to_vec();
    for secret in stolen {
        for direction in 0..=2 {
            chains.push(kdf(secret.expose(), b"", "chain", &[direction]));
        }
        chains.push(kdf(secret.expose(), b"", "rekey", b""));
        chains.push(kdf(secret.expose(), &[0; 32], "rekey", &[0; 32]));
    }
    chains.into_iter().any(|mut chain| {
        (0..12).any(|_| {
            let message = kdf(chain.expose(), b"", "msg", b"");
            let opened = frame.opens(&message) || frame.opens(&chain);
            chain = kdf(chain.expose(), b"", "next", b"");
            opened
        })
    })
}

struct Pair {
    i: Channel,
    r: Channel,
    recorded: Vec<Recorded>,
}

impl Pair {
    fn new(root: &SecretBytes<32>) -> Self {
        Self {
            i: Channel::new(Role::Initiator, [7; 16], root.clone()),
            r: Channel::new(Role::Responder, [7; 16], root.clone()),
            recorded: Vec::new(),
        }
    }

    fn talk(&mut self, count: u32) {
        for _ in 0..count {
            for from in [Role::Initiator, Role::Responder] {
                let (sealing, opening) = match from {
                    Role::Initiator => (&mut self.i, &mut self.r),
                    Role::Responder => (&mut self.r, &mut self.i),
                };
                let (epoch, n) = (sealing.epoch(), sealing.sent());
                let bytes = sealing.seal(&[b"\x01text"]).unwrap();
                opening.open(&bytes).unwrap();
                self.recorded.push(Recorded {
                    epoch,
                    n,
                    from,
                    bytes,
                });
            }
        }
    }

    fn turn(&mut self, epoch: u32, ss: u8) {
        self.i.turn(epoch, &[ss; 32], &[epoch as u8; 32]);
        self.r.turn(epoch, &[ss; 32], &[epoch as u8; 32]);
    }
}

#[test]
fn a_copy_of_the_state_reads_nothing_before_it_nor_after_the_next_key_change() {
    let root = SecretBytes::new([1; 32]);
    let mut pair = Pair::new(&root);
    pair.talk(4);
    pair.turn(1, 0x51);
    pair.talk(4);
    let stolen = [pair.i.secrets(), pair.r.secrets()].concat();
    assert!(stolen.len() >= 6, "two chains and the next root of both ends");
    pair.talk(4);
    pair.turn(2, 0x52);
    pair.talk(4);

    for frame in &pair.recorded {
        // What the stolen chains are for: the rest of their own epoch. It shows that this reader
        // can read at all.
        let expected = frame.epoch == 1 && frame.n >= 4;
        assert_eq!(
            reads(&stolen, frame),
            expected,
            "epoch {} message {}",
            frame.epoch,
            frame.n
        );
    }
}

/// The weak model keeps the root of the epoch, as a session would that draws the next one from it.
#[test]
fn a_kept_root_would_read_its_whole_epoch() {
    let root = SecretBytes::new([1; 32]);
    let mut pair = Pair::new(&root);
    pair.talk(4);
    let mut stolen = pair.i.secrets();
    let first = &pair.recorded[0];
    assert!(!reads(&stolen, first));
    stolen.push(root);
    assert!(reads(&stolen, first));
}

/// R's old receiving chain lives until I's first frame of the new epoch, and no longer.
#[test]
fn the_old_chain_dies_with_the_first_new_frame() {
    let root = SecretBytes::new([1; 32]);
    let mut pair = Pair::new(&root);
    let late = pair.i.seal(&[b"\x01late"]).unwrap();
    pair.turn(1, 0x51);
    let new = pair.i.seal(&[b"\x01new"]).unwrap();
    assert_eq!(pair.r.secrets().len(), 4);
    pair.r.open(&new).unwrap();
    assert_eq!(pair.r.secrets().len(), 3);
    assert_eq!(pair.r.open(&late).unwrap_err(), SessionError::Unopened);
}

#[test]
fn a_direction_ends_even_for_the_sessions_own_frames() {
    let root = SecretBytes::new([1; 32]);
    let mut pair = Pair::new(&root);
    for _ in 0..MAX_MESSAGES + 8 {
        let frame = pair.i.seal(&[b"\x73"]).unwrap();
        pair.r.open(&frame).unwrap();
    }
    assert_eq!(pair.i.seal(&[b"\x73"]), Err(SessionError::Expired));
}

/// A session of which this end plays the other with frames that no honest end sends.
fn against(role: Role, content: &[u8]) -> Result<Opened, SessionError> {
    let root = SecretBytes::new([1; 32]);
    let mut pair = Pair::new(&root);
    let (channel, mut other) = match role {
        Role::Initiator => (pair.i, pair.r),
        Role::Responder => (pair.r, pair.i),
    };
    let frame = other.seal(&[content]).unwrap();
    pair.recorded.clear();
    let mut session = Session::new(channel, [0; 32], PublicKey([1; 32]));
    let now = Now {
        mono: Duration::ZERO,
        unix_ms: 0,
    };
    let opened = session.open(now, &frame);
    if opened.is_err() {
        assert_eq!(
            session.seal(now, b"\x01x"),
            Err(SessionError::Expired),
            "it ended the session"
        );
    }
    opened
}

#[test]
fn control_frames_out_of_turn_end_the_session() {
    use Role::{Initiator, Responder};
    let rekey =
        |kind: u8, epoch: u32, len: usize| [&[kind][..], &epoch.to_be_bytes(), &vec![0; len]].concat();
    let out_of_turn = Err(SessionError::OutOfTurn);
    let malformed = Err(SessionError::Malformed);
    let ended = |role, content: &[u8]| against(role, content).map(|_| ());
    assert_eq!(ended(Responder, &rekey(REKEY1, 1, 1216)), Ok(()));
    assert_eq!(ended(Responder, &rekey(REKEY1, 0, 1216)), out_of_turn);
    assert_eq!(ended(Responder, &rekey(REKEY1, 2, 1216)), out_of_turn);
    assert_eq!(ended(Responder, &rekey(REKEY1, 1, 1215)), malformed);
    assert_eq!(ended(Responder, &rekey(REKEY1, 1, 1217)), malformed);
    assert_eq!(ended(Initiator, &rekey(REKEY1, 1, 1216)), out_of_turn);
    assert_eq!(ended(Initiator, &rekey(REKEY2, 1, 1120)), out_of_turn);
    assert_eq!(ended(Responder, &rekey(REKEY2, 1, 1120)), out_of_turn);
    assert_eq!(ended(Initiator, &[REKEY_ASK]), Ok(()));
    assert_eq!(ended(Initiator, &[REKEY_ASK, 0]), malformed);
    assert_eq!(ended(Responder, &[REKEY_ASK]), out_of_turn);
    assert_eq!(ended(Responder, &[PROOF]), out_of_turn, "a second proof");
    assert_eq!(ended(Initiator, &[127]), out_of_turn);
    assert_eq!(ended(Initiator, &[]), malformed);
}

#[test]
fn a_share_of_low_order_ends_the_session() {
    use rand_core::SeedableRng;
    let root = SecretBytes::new([1; 32]);
    let mut pair = Pair::new(&root);
    let mut rng = rand_chacha::ChaCha20Rng::from_seed([1; 32]);
    let (_, mut ek) = XWing::offer((), &mut rng);
    ek[1184..].fill(0);
    let frame = pair.i.seal(&[&[REKEY1], &1_u32.to_be_bytes(), &ek]).unwrap();
    let mut session = Session::new(pair.r, [0; 32], PublicKey([1; 32]));
    let now = Now {
        mono: Duration::ZERO,
        unix_ms: 0,
    };
    assert!(matches!(session.open(now, &frame), Ok(Opened::Control)));
    assert_eq!(session.poll_frame(now, &mut rng), Err(SessionError::Malformed));
    assert_eq!(session.epoch(), None);
}
