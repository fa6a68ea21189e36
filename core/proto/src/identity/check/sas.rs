//! Two members compare a short code (short authentication string).
//!
//! ```text
//! R → I  ASK      R's person tapped first; please begin
//! I → R  COMMIT   suite u8 ‖ c,  c = H("dayfly/1 sas commit" ‖ 00 ‖ h ‖ id_I ‖ id_R ‖ r_I)
//! R → I  ANSWER   r_R[32]        once R's person tapped
//! I → R  REVEAL   r_I[32]        R checks c
//! both   SAME     HMAC(KDF(h, r_I ‖ r_R, "sas ok", room_id ‖ id_I ‖ id_R), role)
//! any    NO | CANCEL
//! code = KDF(h, r_I ‖ r_R, "sas", room_id ‖ id_I ‖ id_R)
//! ```
//! I is the initiator of the handshake whose final hash is `h`, and always the one that commits,
//! whoever tapped first: two taps at once are the same run. `r_I` is fixed before `r_R` is seen, and
//! hidden until `r_R` is fixed, on both legs of a member in the middle: it gets one throw of 2⁻⁴²
//! for each pair of taps, and nothing to compute in advance.

use super::super::native::Role;
use super::{Code, SCREEN, STEP};
use crate::crypto::{PublicKey, hash, hmac, hmac_fits, kdf};
use crate::secret::SecretBytes;
use crate::timer::Now;
use rand_core::CryptoRng;
use std::collections::VecDeque;
use std::time::Duration;
use zeroize::{Zeroize, Zeroizing};

/// The only suite: the Matrix table and twelve digits.
const SUITE: u8 = 1;

/// Between whom, in which session. All of it was proven before: both ends showed their keys over
/// `h`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The final hash of the session's handshake.
    pub h: [u8; 32],
    /// The room.
    pub room_id: [u8; 32],
    /// Our key in this room.
    pub ours: PublicKey,
    /// The other's.
    pub theirs: PublicKey,
    /// Which end of the handshake we were.
    pub role: Role,
}

impl Pair {
    /// The initiator's key and the responder's.
    fn ids(&self) -> [&PublicKey; 2] {
        match self.role {
            Role::Initiator => [&self.ours, &self.theirs],
            Role::Responder => [&self.theirs, &self.ours],
        }
    }

    fn commitment(&self, initiators: &SecretBytes<32>) -> [u8; 32] {
        let [i, r] = self.ids().map(PublicKey::as_bytes);
        hash(&[b"dayfly/1 sas commit\0", &self.h, i, r, initiators.expose()])
    }

    /// What both randoms give under `label`.
    fn derive(&self, label: &str, initiators: &SecretBytes<32>, responders: &[u8; 32]) -> SecretBytes<32> {
        let randoms = Zeroizing::new([*initiators.expose(), *responders].concat());
        let [i, r] = self.ids().map(PublicKey::as_bytes);
        kdf(&self.h, &randoms, label, &[self.room_id, *i, *r].concat())
    }
}

/// What travels in a run, each the body of one frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SasMessage {
    /// R's person wants to compare.
    Ask,
    /// I's commitment.
    Commit {
        /// Which table and digits.
        suite: u8,
        /// The commitment.
        commit: [u8; 32],
    },
    /// R's random number.
    Answer([u8; 32]),
    /// I's, opening the commitment.
    Reveal([u8; 32]),
    /// The sender's person saw equal codes.
    Same([u8; 32]),
    /// The sender's person saw different codes, or a step did not fit.
    No,
    /// The sender gave up.
    Cancel,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SasState {
    /// Nothing happened yet.
    Idle,
    /// The other person wants to compare: ours is to be asked.
    Asked,
    /// Waiting for the other side.
    Waiting,
    /// Both codes are there: ours is this one.
    Compare(Code),
    /// Our person saw equal codes; the other has not said so yet.
    Confirmed(Code),
    /// It is over.
    Ended(SasEnd),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SasEnd {
    /// Both people saw equal codes.
    Same,
    /// One of the two saw different codes: somebody is in between.
    Different,
    /// A commitment or confirmation does not fit: somebody is in between, or the other side lies.
    Forged,
    /// A message came out of turn or of an unknown suite, so the other side does not speak this
    /// protocol.
    OutOfTurn,
    /// One of the two gave up.
    Cancelled,
    /// The other side was silent for too long, or a person was.
    TimedOut,
}

impl SasEnd {
    /// Whether the session must be closed and the key marked.
    #[must_use]
    pub fn is_alarm(self) -> bool {
        matches!(self, Self::Different | Self::Forged)
    }
}

/// Why a tap or a message is not taken. After a refused message the run is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SasError {
    /// There is nothing to agree to, confirm or deny now.
    #[error("no codes are being compared at this moment")]
    NotNow,
    /// The message does not belong here.
    #[error("a step of the comparison came out of turn")]
    OutOfTurn,
    /// A suite of a later version.
    #[error("the other side compares in a way this version does not know")]
    UnknownSuite,
    /// The number shown is not the one committed to.
    #[error("the number shown is not the one that was committed to")]
    BadReveal,
    /// The confirmation does not fit.
    #[error("the confirmation does not fit what was compared")]
    BadConfirmation,
}

enum Stage {
    /// Neither person tapped.
    Idle,
    /// R: our person tapped; the commitment is awaited.
    AskSent,
    /// I: the other person tapped.
    AskReceived,
    /// I: committed. The other person may have to tap first.
    CommitSent,
    /// R: the commitment is here, our person did not tap yet.
    CommitReceived {
        commit: [u8; 32],
    },
    /// R: answered; the reveal is awaited.
    AnswerSent {
        commit: [u8; 32],
    },
    /// Both: the code is shown.
    Shown(Shown),
    Ended(SasEnd),
}

struct Shown {
    code: Code,
    /// The key of the confirmations.
    key: SecretBytes<32>,
    ours: bool,
    theirs: bool,
}

/// One comparison between two members.
///
/// Inputs are [`tap`](Self::tap), [`confirm`](Self::confirm), [`deny`](Self::deny),
/// [`cancel`](Self::cancel), [`handle`](Self::handle) and
/// [`handle_timeout`](Self::handle_timeout); after each, [`poll_message`](Self::poll_message)
/// until it is empty and look at [`state`](Self::state). A run that ended stays so: the next
/// comparison is a new run with new randomness.
pub struct SasRun {
    pair: Pair,
    random: SecretBytes<32>,
    stage: Stage,
    deadline: Option<Duration>,
    /// The other side could know the code.
    spent: bool,
    /// At most a commitment, reveal, confirmation and ending: never grows past four.
    out: VecDeque<SasMessage>,
}

impl SasRun {
    /// A run in which nothing happened yet. Draws 32 bytes.
    #[must_use]
    pub fn new(pair: Pair, rng: &mut impl CryptoRng) -> Self {
        let mut random = [0; 32];
        rng.fill_bytes(&mut random);
        let run = Self {
            pair,
            random: SecretBytes::new(random),
            stage: Stage::Idle,
            deadline: None,
            spent: false,
            out: VecDeque::new(),
        };
        random.zeroize();
        run
    }

    /// Our person wants to compare, or agrees to.
    ///
    /// # Errors
    /// [`SasError::NotNow`] when that was said already.
    pub fn tap(&mut self, now: Now) -> Result<(), SasError> {
        match self.stage {
            Stage::Idle if self.pair.role == Role::Initiator => self.commit(now, SCREEN),
            // The other person waits already, so only its device has to answer.
            Stage::AskReceived => self.commit(now, STEP),
            Stage::Idle => {
                self.out.push_back(SasMessage::Ask);
                self.go(Stage::AskSent, now, SCREEN);
            }
            Stage::CommitReceived { commit } => self.answer(commit, now),
            _ => return Err(SasError::NotNow),
        }
        Ok(())
    }

    /// Our person saw equal codes.
    ///
    /// # Errors
    /// [`SasError::NotNow`] when no code is shown, or that was said already.
    pub fn confirm(&mut self) -> Result<(), SasError> {
        let role = self.pair.role.byte();
        match &mut self.stage {
            Stage::Shown(shown) if !shown.ours => {
                shown.ours = true;
                let tag = hmac(shown.key.expose(), &[&[role]]);
                self.out.push_back(SasMessage::Same(tag));
            }
            _ => return Err(SasError::NotNow),
        }
        self.finish();
        Ok(())
    }

    /// Our person saw different codes.
    ///
    /// # Errors
    /// [`SasError::NotNow`] when no code is shown.
    pub fn deny(&mut self) -> Result<(), SasError> {
        match self.stage {
            Stage::Shown(_) => {
                self.out.push_back(SasMessage::No);
                self.end(SasEnd::Different);
                Ok(())
            }
            _ => Err(SasError::NotNow),
        }
    }

    /// Our person gives up, or the room must. Nothing happens to a run that ended.
    pub fn cancel(&mut self) {
        match self.stage {
            Stage::Ended(_) => {}
            Stage::Idle => self.end(SasEnd::Cancelled),
            _ => {
                self.out.push_back(SasMessage::Cancel);
                self.end(SasEnd::Cancelled);
            }
        }
    }

    /// A message of the other side. Before a run has begun, and after it ended, what belongs to an
    /// earlier one is passed over.
    ///
    /// # Errors
    /// [`SasError`] but [`SasError::NotNow`]; the run is over then, and the other side is told.
    pub fn handle(&mut self, message: &SasMessage, now: Now) -> Result<(), SasError> {
        let refused = match self.step(message, now) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let (answer, end) = match refused {
            SasError::BadReveal | SasError::BadConfirmation => (SasMessage::No, SasEnd::Forged),
            _ => (SasMessage::Cancel, SasEnd::OutOfTurn),
        };
        self.out.push_back(answer);
        self.end(end);
        Err(refused)
    }

    fn step(&mut self, message: &SasMessage, now: Now) -> Result<(), SasError> {
        match (&mut self.stage, message) {
            (Stage::Ended(_), _) => {}
            (Stage::Idle, SasMessage::Ask) if self.pair.role == Role::Initiator => {
                self.go(Stage::AskReceived, now, SCREEN);
            }
            // Both tapped at once: the commitment is on its way and serves both.
            (Stage::CommitSent, SasMessage::Ask) => {
                self.deadline = self.deadline.map(|at| at.min(now.plus(STEP)));
            }
            (stage @ (Stage::Idle | Stage::AskSent), SasMessage::Commit { suite, commit })
                if self.pair.role == Role::Responder =>
            {
                if *suite != SUITE {
                    return Err(SasError::UnknownSuite);
                }
                let commit = *commit;
                if matches!(stage, Stage::AskSent) {
                    self.answer(commit, now);
                } else {
                    self.go(Stage::CommitReceived { commit }, now, SCREEN);
                }
            }
            // Of a run that crossed with its own end.
            (
                Stage::Idle,
                SasMessage::Answer(_)
                | SasMessage::Reveal(_)
                | SasMessage::Same(_)
                | SasMessage::No
                | SasMessage::Cancel,
            ) => {}
            (Stage::CommitSent, SasMessage::Answer(responders)) => {
                self.out.push_back(SasMessage::Reveal(*self.random.expose()));
                self.spent = true;
                let initiators = self.random.clone();
                self.show(&initiators, responders, now);
            }
            (Stage::AnswerSent { commit }, SasMessage::Reveal(initiators)) => {
                let initiators = SecretBytes::new(*initiators);
                if self.pair.commitment(&initiators) != *commit {
                    return Err(SasError::BadReveal);
                }
                let responders = *self.random.expose();
                self.show(&initiators, &responders, now);
            }
            (Stage::Shown(shown), SasMessage::Same(tag)) if !shown.theirs => {
                let role = self.pair.role.other().byte();
                if !hmac_fits(shown.key.expose(), &[&[role]], tag) {
                    return Err(SasError::BadConfirmation);
                }
                shown.theirs = true;
                self.finish();
            }
            (Stage::Shown(_), SasMessage::No) => self.end(SasEnd::Different),
            (_, SasMessage::Cancel) => self.end(SasEnd::Cancelled),
            _ => return Err(SasError::OutOfTurn),
        }
        Ok(())
    }

    /// Where the run stands.
    #[must_use]
    pub fn state(&self) -> SasState {
        match &self.stage {
            Stage::Idle => SasState::Idle,
            Stage::AskReceived | Stage::CommitReceived { .. } => SasState::Asked,
            Stage::AskSent | Stage::CommitSent | Stage::AnswerSent { .. } => SasState::Waiting,
            Stage::Shown(shown) if shown.ours => SasState::Confirmed(shown.code),
            Stage::Shown(shown) => SasState::Compare(shown.code),
            Stage::Ended(end) => SasState::Ended(*end),
        }
    }

    /// Whether the other side could know the code. Such a run that does not end in agreement
    /// counts towards [`super::MAX_SPENT`].
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.spent
    }

    /// The next message to send, in order.
    pub fn poll_message(&mut self) -> Option<SasMessage> {
        self.out.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due (monotonic).
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.deadline
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Now) {
        if self.deadline.is_some_and(|at| at <= now.mono) {
            self.out.push_back(SasMessage::Cancel);
            self.end(SasEnd::TimedOut);
        }
    }

    fn commit(&mut self, now: Now, patience: Duration) {
        self.out.push_back(SasMessage::Commit {
            suite: SUITE,
            commit: self.pair.commitment(&self.random),
        });
        self.go(Stage::CommitSent, now, patience);
    }

    fn answer(&mut self, commit: [u8; 32], now: Now) {
        self.out.push_back(SasMessage::Answer(*self.random.expose()));
        self.spent = true;
        self.go(Stage::AnswerSent { commit }, now, STEP);
    }

    fn show(&mut self, initiators: &SecretBytes<32>, responders: &[u8; 32], now: Now) {
        let shown = Shown {
            code: Code::of(&self.pair.derive("sas", initiators, responders)),
            key: self.pair.derive("sas ok", initiators, responders),
            ours: false,
            theirs: false,
        };
        self.go(Stage::Shown(shown), now, SCREEN);
    }

    /// Ends the run if both people saw equal codes.
    fn finish(&mut self) {
        if matches!(&self.stage, Stage::Shown(shown) if shown.ours && shown.theirs) {
            self.end(SasEnd::Same);
        }
    }

    fn go(&mut self, stage: Stage, now: Now, patience: Duration) {
        self.stage = stage;
        self.deadline = Some(now.plus(patience));
    }

    fn end(&mut self, end: SasEnd) {
        self.stage = Stage::Ended(end);
        self.deadline = None;
    }
}
