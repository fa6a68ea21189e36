//! The session between two members on one connection: what was proved, and a key per message.
//!
//! Owns the hash chains, the exchange that begins each epoch, and the order of both. It refuses
//! frames that were altered, repeated or are not the next one, application bytes before both
//! proofs (there is no [`Session`] before), and to go on with keys that are used up.
//!
//! # Frames and keys
//!
//! ```text
//! FRAME  = epoch u32 ‖ n u32 ‖ E(mk, sid ‖ d ‖ epoch ‖ n, content ‖ 80 ‖ 00…)
//! ck_d   = KDF(root_e, "", "chain", d)      d = 1 for I → R, 2 for R → I
//! next_e = KDF(root_e, "", "chain", 0)
//! signals = KDF(root_0, "", "signals")      kept apart: for connection descriptions others carry
//! mk     = KDF(ck, "", "msg")               ck ← KDF(ck, "", "next")
//! root_{e+1} = KDF(next_e, ss, "rekey", H(e+1 ‖ ek ‖ ct))
//! ```
//!
//! `root_e` is wiped as soon as the three are drawn from it, and each `ck` as soon as the next is,
//! so what a session holds opens nothing that was sent before. The plaintext is padded to 64·2ᵏ
//! bytes, the largest class cut so that a frame is 64 KiB. `content` begins with a type byte: 112
//! to 127 are the session's own, every other is the caller's.
//!
//! # Key changes
//!
//! I drives: at 100 application messages of an epoch, 120 s after its first one, or when asked.
//!
//! ```text
//! R → I  115                          REKEY_ASK, if R wants one
//! I → R  113 ‖ e+1 ‖ ek[1216]         REKEY1, in epoch e
//! R → I  114 ‖ e+1 ‖ ct[1120]         REKEY2, R's last frame in epoch e
//! ```
//!
//! I is in e+1 when it reads REKEY2, R's receiving chain of e ends with I's first frame of e+1.
//! An epoch that lasts [`MAX_MESSAGES`] in one direction, [`MAX_EPOCH`] since its first message, or
//! [`ANSWER_WITHIN`] without an answer ends the session ([`SessionError::Expired`]): a new
//! handshake is due, which takes one and a half round trips.
//!
//! # Use
//!
//! After every call that may change something ([`Session::seal`], [`Session::open`],
//! [`Session::rekey_now`], [`Session::handle_timeout`]) send what [`Session::poll_frame`] gives
//! until it gives nothing, in the order in which frames were made; then ask
//! [`Session::poll_timeout`]. After any error the connection is to be closed.

mod channel;
mod proving;
#[cfg(test)]
mod tests;

pub use channel::{MAX_FRAME_LEN, MAX_PLAIN_LEN};
pub use proving::Unproven;

use crate::crypto::{Malformed, PublicKey, Reader, hash};
use crate::identity::native::Role;
use crate::identity::native::kem::{Exchange, XWing};
use crate::secret::SecretBytes;
use crate::timer::Now;
use channel::Channel;
use rand_core::CryptoRng;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;
use zeroize::Zeroizing;

/// Types that are the session's own.
pub const RESERVED: RangeInclusive<u8> = 112..=127;

/// Application messages of an epoch, both directions together, after which I changes keys.
pub const REKEY_MESSAGES: u32 = 100;

/// Time after an epoch's first application message after which I changes keys.
pub const REKEY_AFTER: Duration = Duration::from_secs(120);

/// Application messages in one direction of an epoch.
pub const MAX_MESSAGES: u32 = 1_000;

/// Time after an epoch's first application message after which the session ends.
pub const MAX_EPOCH: Duration = Duration::from_secs(600);

/// Time within which a key change that was begun or asked for must move on.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(30);

const PROOF: u8 = 112;
const REKEY1: u8 = 113;
const REKEY2: u8 = 114;
const REKEY_ASK: u8 = 115;

/// Why a session cannot do it. The connection is to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// Its keys are used up: a new handshake is due.
    #[error("the session's keys are used up; a new handshake is due")]
    Expired,
    /// The frame does not open here and now: altered, repeated, out of order, of another session.
    #[error("a frame does not open here and now")]
    Unopened,
    /// It opened and is not of the form it should have.
    #[error("the other end sent a frame that is not of the form it should have")]
    Malformed,
    /// A key change at a time or from an end that may not.
    #[error("the other end changed keys out of turn")]
    OutOfTurn,
    /// Nothing, or longer than [`MAX_PLAIN_LEN`].
    #[error("a message has at least a type and fits one frame")]
    Length,
    /// A type of [`RESERVED`].
    #[error("this type of message is the session's own")]
    Reserved,
}

/// What a frame held.
#[derive(Debug)]
pub enum Opened {
    /// The caller's: a type byte and its body.
    App(Zeroizing<Vec<u8>>),
    /// The session's own; [`Session::poll_frame`] may have an answer.
    Control,
}

/// Where a key change stands.
enum Rekey {
    /// None is under way.
    Idle,
    /// I sent REKEY1.
    Offered {
        waiting: <XWing as Exchange>::Waiting,
        ek: Vec<u8>,
        since: Duration,
    },
    /// R sent REKEY_ASK.
    Asked { since: Duration },
    /// R has REKEY1 to answer.
    Answering { ek: Vec<u8> },
}

/// A session with a member that proved who it is, as it did.
pub struct Session {
    role: Role,
    h: [u8; 32],
    peer: PublicKey,
    sid: [u8; 16],
    /// Gone with the first error that ends it.
    channel: Option<Channel>,
    rekey: Rekey,
    wanted: bool,
    /// When the epoch carried its first application message.
    used_since: Option<Duration>,
    /// Application messages of the epoch, both directions.
    used: u32,
    /// Until it is asked for.
    signals: Option<SecretBytes<32>>,
}

impl Session {
    fn new(channel: Channel, h: [u8; 32], peer: PublicKey) -> Self {
        Self {
            role: channel.role(),
            h,
            peer,
            sid: *channel.sid(),
            channel: Some(channel),
            rekey: Rekey::Idle,
            wanted: false,
            used_since: None,
            used: 0,
            signals: None,
        }
    }

    /// `KDF(root_0, "", "signals")`: what the two ends seal to each other when others carry it. It
    /// opens nothing that is said in the session, and outlives it for as long as its owner keeps
    /// it. Given out once.
    pub fn take_signal_key(&mut self) -> Option<SecretBytes<32>> {
        self.signals.take()
    }

    /// Which end this is.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// The hash of the handshake, the same at both ends and of no other connection.
    #[must_use]
    pub fn h(&self) -> &[u8; 32] {
        &self.h
    }

    /// The session's name. Of two sessions with one member, the smaller stays.
    #[must_use]
    pub fn sid(&self) -> &[u8; 16] {
        &self.sid
    }

    /// The key that the other end proved to have.
    #[must_use]
    pub fn peer(&self) -> PublicKey {
        self.peer
    }

    /// The epoch in which this end seals; `None` once the session has ended.
    #[must_use]
    pub fn epoch(&self) -> Option<u32> {
        self.channel.as_ref().map(Channel::epoch)
    }

    /// Messages that may be sealed before keys must have changed. A longer burst waits until
    /// [`Opened::Control`] raises it again; sealing on regardless ends the session.
    #[must_use]
    pub fn budget(&self) -> u32 {
        self.channel
            .as_ref()
            .map_or(0, |channel| MAX_MESSAGES.saturating_sub(channel.sent()))
    }

    /// Seals `plain`, a type byte outside [`RESERVED`] and its body, [`MAX_PLAIN_LEN`] at most.
    ///
    /// # Errors
    /// [`SessionError::Length`] and [`SessionError::Reserved`] change nothing;
    /// [`SessionError::Expired`].
    pub fn seal(&mut self, now: Now, plain: &[u8]) -> Result<Vec<u8>, SessionError> {
        let first = plain.first().ok_or(SessionError::Length)?;
        if RESERVED.contains(first) {
            return Err(SessionError::Reserved);
        }
        if plain.len() > MAX_PLAIN_LEN {
            return Err(SessionError::Length);
        }
        self.expire(now.mono)?;
        if self.budget() == 0 {
            return Err(self.end());
        }
        let frame = self.live()?.seal(&[plain])?;
        self.count(now);
        Ok(frame)
    }

    /// Opens the next frame of the other end.
    ///
    /// # Errors
    /// [`SessionError::Unopened`] changed nothing; every other ends the session.
    pub fn open(&mut self, now: Now, frame: &[u8]) -> Result<Opened, SessionError> {
        self.expire(now.mono)?;
        let plain = self.live()?.open(frame)?;
        let opened = self.take(now, plain);
        if opened.is_err() {
            self.end();
        }
        opened
    }

    /// What opened, and so came from the other end: what is wrong with it ends the session.
    fn take(&mut self, now: Now, plain: Zeroizing<Vec<u8>>) -> Result<Opened, SessionError> {
        let channel = self.channel.as_ref().ok_or(SessionError::Expired)?;
        let (epoch, turning) = (channel.epoch(), channel.turning());
        let (kind, body) = plain.split_first().ok_or(SessionError::Malformed)?;
        if !RESERVED.contains(kind) {
            if channel.received() > MAX_MESSAGES {
                return Err(SessionError::Expired);
            }
            self.count(now);
            return Ok(Opened::App(plain));
        }
        match (*kind, self.role) {
            (REKEY_ASK, Role::Initiator) => {
                Reader::new(body).end()?;
                // Asked while one is under way: that one is the answer.
                self.wanted |= matches!(self.rekey, Rekey::Idle);
            }
            (REKEY1, Role::Responder) => {
                if turning || matches!(self.rekey, Rekey::Answering { .. }) {
                    return Err(SessionError::OutOfTurn);
                }
                let ek = share(body, epoch, XWing::OFFER_LEN)?.to_vec();
                self.rekey = Rekey::Answering { ek };
            }
            (REKEY2, Role::Initiator) => {
                let Rekey::Offered { waiting, ek, .. } = std::mem::replace(&mut self.rekey, Rekey::Idle)
                else {
                    return Err(SessionError::OutOfTurn);
                };
                let ct = share(body, epoch, XWing::ANSWER_LEN)?;
                let ss = XWing::finish(waiting, ct).map_err(|_| SessionError::Malformed)?;
                self.turn(&ss, &ek, ct)?;
            }
            _ => return Err(SessionError::OutOfTurn),
        }
        Ok(Opened::Control)
    }

    /// Asks for new keys: before what comes next may be read by who was removed.
    pub fn rekey_now(&mut self) {
        self.wanted = true;
    }

    /// The next frame of the session's own to send, if there is one. `rng` must be one that nobody
    /// can predict: it is what heals the session.
    ///
    /// # Errors
    /// [`SessionError::Expired`], and [`SessionError::Malformed`] when the other end's share is none.
    pub fn poll_frame(
        &mut self,
        now: Now,
        rng: &mut impl CryptoRng,
    ) -> Result<Option<Vec<u8>>, SessionError> {
        self.expire(now.mono)?;
        let made = self.make(now.mono, rng);
        if made.is_err() {
            self.end();
        }
        made
    }

    fn make(&mut self, mono: Duration, rng: &mut impl CryptoRng) -> Result<Option<Vec<u8>>, SessionError> {
        let due = self.due(mono);
        let channel = self.channel.as_mut().ok_or(SessionError::Expired)?;
        let next = channel
            .epoch()
            .checked_add(1)
            .ok_or(SessionError::Expired)?
            .to_be_bytes();
        match (std::mem::replace(&mut self.rekey, Rekey::Idle), self.role) {
            (Rekey::Idle, Role::Initiator) if due => {
                let (waiting, ek) = XWing::offer((), rng);
                let frame = channel.seal(&[&[REKEY1], &next, &ek])?;
                self.wanted = false;
                self.rekey = Rekey::Offered {
                    waiting,
                    ek,
                    since: mono,
                };
                Ok(Some(frame))
            }
            (Rekey::Idle, Role::Responder) if self.wanted => {
                let frame = channel.seal(&[&[REKEY_ASK]])?;
                self.wanted = false;
                self.rekey = Rekey::Asked { since: mono };
                Ok(Some(frame))
            }
            (Rekey::Answering { ek }, _) => {
                let (ct, ss) = XWing::answer((), &ek, rng).map_err(|_| SessionError::Malformed)?;
                let frame = channel.seal(&[&[REKEY2], &next, &ct])?;
                self.turn(&ss, &ek, &ct)?;
                Ok(Some(frame))
            }
            (as_it_was, _) => {
                self.rekey = as_it_was;
                Ok(None)
            }
        }
    }

    /// When [`Self::handle_timeout`] is due, on the monotonic clock.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.channel.as_ref()?;
        let used = self.used_since.map(|since| match (&self.rekey, self.role) {
            (Rekey::Idle, Role::Initiator) => since.saturating_add(REKEY_AFTER),
            _ => since.saturating_add(MAX_EPOCH),
        });
        [used, self.answer_due()].into_iter().flatten().min()
    }

    /// Time has passed; [`Self::poll_frame`] may have something.
    ///
    /// # Errors
    /// [`SessionError::Expired`].
    pub fn handle_timeout(&mut self, now: Now) -> Result<(), SessionError> {
        self.expire(now.mono)
    }

    fn live(&mut self) -> Result<&mut Channel, SessionError> {
        self.channel.as_mut().ok_or(SessionError::Expired)
    }

    /// Ends the session and wipes its keys.
    fn end(&mut self) -> SessionError {
        self.channel = None;
        self.rekey = Rekey::Idle;
        SessionError::Expired
    }

    fn answer_due(&self) -> Option<Duration> {
        match self.rekey {
            Rekey::Offered { since, .. } | Rekey::Asked { since } => {
                Some(since.saturating_add(ANSWER_WITHIN))
            }
            Rekey::Idle | Rekey::Answering { .. } => None,
        }
    }

    fn expire(&mut self, mono: Duration) -> Result<(), SessionError> {
        let epoch_ends = self.used_since.map(|since| since.saturating_add(MAX_EPOCH));
        if [epoch_ends, self.answer_due()]
            .into_iter()
            .flatten()
            .any(|at| mono >= at)
        {
            return Err(self.end());
        }
        Ok(())
    }

    fn due(&self, mono: Duration) -> bool {
        self.wanted
            || self.used >= REKEY_MESSAGES
            || self
                .used_since
                .is_some_and(|since| mono >= since.saturating_add(REKEY_AFTER))
    }

    fn count(&mut self, now: Now) {
        self.used = self.used.saturating_add(1);
        self.used_since.get_or_insert(now.mono);
    }

    fn turn(&mut self, ss: &[u8], ek: &[u8], ct: &[u8]) -> Result<(), SessionError> {
        let channel = self.live()?;
        let next = channel.epoch().checked_add(1).ok_or(SessionError::Expired)?;
        channel.turn(next, ss, &hash(&[&next.to_be_bytes(), ek, ct]));
        self.used = 0;
        self.used_since = None;
        Ok(())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[session]")
    }
}

impl From<Malformed> for SessionError {
    fn from(Malformed: Malformed) -> Self {
        Self::Malformed
    }
}

/// The share in a REKEY1 or REKEY2 that begins the epoch after `epoch`.
fn share(body: &[u8], epoch: u32, len: usize) -> Result<&[u8], SessionError> {
    let mut reader = Reader::new(body);
    if epoch.checked_add(1) != Some(reader.u32()?) {
        return Err(SessionError::OutOfTurn);
    }
    let share = reader.bytes(len)?;
    reader.end()?;
    Ok(share)
}

/// A row of frames that somebody without keys made, each behind its length: none opens.
pub(super) fn fuzz(data: &[u8]) {
    channel::fuzz(data);
}
