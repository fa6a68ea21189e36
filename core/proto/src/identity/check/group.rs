//! Up to sixteen members compare one code at once, read aloud among people who know each other's
//! voices.
//!
//! ```text
//! PROPOSE  gcid[16] ‖ generation u32 ‖ ids, rising ‖ Sig(id, "gc", gcid ‖ generation ‖ ids)
//! COMMIT   c_i = H("dayfly/1 gc" ‖ 00 ‖ gcid ‖ H(ids) ‖ id_i ‖ r_i)       all to all
//! REVEAL   r_i[32]                                                        once all c are here
//! END      equal, given up, or different
//! code     = KDF(H(ids), r in the order of ids, "gc", room_id ‖ gcid)
//! ```
//! Each takes part only if the ids are exactly the members it sees itself. A member in the middle
//! shows different people different keys, so two of them have different sets and their codes agree
//! by chance alone: nobody can try keys until two codes meet, because every `r` is fixed before any
//! is seen. A code that were a hash of the keys could be met in the middle within seconds.

use super::{Code, GROUP_STEPS, SCREEN};
use crate::crypto::{PublicKey, Signature, SigningKey, hash, kdf};
use crate::secret::SecretBytes;
use crate::timer::Now;
use rand_core::CryptoRng;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use zeroize::{Zeroize, Zeroizing};

/// The most members one check compares.
pub const MAX_GROUP: usize = 16;
/// The most commitments kept that came before the proposal they are for, one of each sender.
const MAX_EARLY: usize = MAX_GROUP - 1;

/// The first message of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Which check.
    pub gcid: [u8; 16],
    /// The generation of the room.
    pub generation: u32,
    /// Who is compared: 2–[`MAX_GROUP`] ids, rising.
    pub ids: Vec<PublicKey>,
    /// Of whoever proposes it.
    pub signature: Signature,
}

impl Proposal {
    fn sign(key: &SigningKey, gcid: [u8; 16], generation: u32, ids: Vec<PublicKey>) -> Self {
        let signature = key.sign("gc", &[&gcid, &generation.to_be_bytes(), &joined(&ids)]);
        Self {
            gcid,
            generation,
            ids,
            signature,
        }
    }

    fn is_signed_by(&self, id: &PublicKey) -> bool {
        let parts: [&[u8]; 3] = [&self.gcid, &self.generation.to_be_bytes(), &joined(&self.ids)];
        id.verifies("gc", &parts, &self.signature)
    }
}

fn joined(ids: &[PublicKey]) -> Vec<u8> {
    ids.iter().flat_map(|id| id.0).collect()
}

/// What travels in a check, each the body of one frame, from each member to every other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupMessage {
    /// Let us compare.
    Propose(Proposal),
    /// The sender's commitment.
    Commit {
        /// Which check.
        gcid: [u8; 16],
        /// The commitment.
        commit: [u8; 32],
    },
    /// The sender's random number.
    Reveal {
        /// Which check.
        gcid: [u8; 16],
        /// The number.
        random: [u8; 32],
    },
    /// The sender's person saw the same code as everybody.
    Same {
        /// Which check.
        gcid: [u8; 16],
    },
    /// The sender gave up.
    Cancel {
        /// Which check.
        gcid: [u8; 16],
    },
    /// The sender's person heard another code.
    No {
        /// Which check.
        gcid: [u8; 16],
    },
}

/// Where the check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupState {
    /// There is none.
    Idle,
    /// The code is being made.
    Waiting,
    /// Everybody reads this code.
    Compare(Code),
    /// Our person heard the same from everybody; not all have said so yet.
    Confirmed(Code),
    /// It is over.
    Ended(GroupEnd),
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupEnd {
    /// Everybody saw the same code.
    Same,
    /// Somebody saw another: somebody is in between.
    Different,
    /// A revealed number does not fit its commitment.
    Forged(PublicKey),
    /// Somebody gave up, or does not see the same members.
    Cancelled,
    /// Not everybody did their part in time.
    TimedOut,
}

/// Why a tap or a message is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// Fewer than two members, or more than sixteen.
    #[error("a code can be compared among 2 to {MAX_GROUP} people")]
    Size,
    /// A check is going on, or none is.
    #[error("there is no code to compare at this moment, or one is being compared already")]
    NotNow,
    /// The proposal is not signed by who sent it.
    #[error("the proposal to compare is not signed by who sent it")]
    BadSignature,
    /// The proposal is for other members than are here, or for another generation.
    #[error("the proposal names other members than are here")]
    OtherView,
    /// A message of somebody who takes no part, or a second one of a kind.
    #[error("a step of the comparison came out of turn")]
    OutOfTurn,
    /// The number shown is not the one committed to. The check is over.
    #[error("the number shown is not the one that was committed to")]
    BadReveal,
}

/// What one other member has done.
#[derive(Default)]
struct Part {
    commit: Option<[u8; 32]>,
    random: Option<[u8; 32]>,
    same: bool,
}

struct Run {
    gcid: [u8; 16],
    ids: Vec<PublicKey>,
    random: SecretBytes<32>,
    others: BTreeMap<PublicKey, Part>,
    revealed: bool,
    code: Option<Code>,
    same: bool,
    deadline: Duration,
}

impl Run {
    fn commitment(&self, id: &PublicKey, random: &[u8; 32]) -> [u8; 32] {
        let set = hash(&[&joined(&self.ids)]);
        hash(&[b"dayfly/1 gc\0", &self.gcid, &set, id.as_bytes(), random])
    }
}

/// The group check of one room: at most one goes on at a time.
///
/// Inputs are [`begin`](Self::begin), [`handle`](Self::handle), [`confirm`](Self::confirm),
/// [`deny`](Self::deny), [`cancel`](Self::cancel) and [`handle_timeout`](Self::handle_timeout);
/// after each, [`poll_message`](Self::poll_message) until it is empty and look at
/// [`state`](Self::state).
///
/// A proposal is agreed to without a tap: the tap that counts is the one that says the codes are
/// equal. Two proposals at once: everybody takes the one with the smaller `gcid`, which no member
/// can have gone past, because its proposer never commits to the other.
pub struct GroupCheck {
    room_id: [u8; 32],
    ours: PublicKey,
    run: Option<Run>,
    ended: Option<GroupEnd>,
    early: BTreeMap<PublicKey, ([u8; 16], [u8; 32])>,
    out: VecDeque<(Vec<PublicKey>, GroupMessage)>,
}

impl GroupCheck {
    /// No check yet, for the member `ours`.
    #[must_use]
    pub fn new(room_id: [u8; 32], ours: PublicKey) -> Self {
        Self {
            room_id,
            ours,
            run: None,
            ended: None,
            early: BTreeMap::new(),
            out: VecDeque::new(),
        }
    }

    /// Our person wants to compare with everybody: `here` are all other members, connected now.
    ///
    /// # Errors
    /// [`GroupError::NotNow`] or [`GroupError::Size`].
    pub fn begin(
        &mut self,
        key: &SigningKey,
        generation: u32,
        here: &[PublicKey],
        now: Now,
        rng: &mut impl CryptoRng,
    ) -> Result<(), GroupError> {
        if self.run.is_some() {
            return Err(GroupError::NotNow);
        }
        let ids = self.view(here)?;
        let mut gcid = [0; 16];
        rng.fill_bytes(&mut gcid);
        let proposal = Proposal::sign(key, gcid, generation, ids.clone());
        let others = ids.iter().copied().filter(|id| *id != self.ours).collect();
        self.out.push_back((others, GroupMessage::Propose(proposal)));
        self.start(gcid, ids, now, rng);
        Ok(())
    }

    /// A message that came in the session with `from`. `here` are all other members, connected
    /// now.
    ///
    /// # Errors
    /// [`GroupError`]. Only [`GroupError::BadReveal`] ends the check; who sends what earns the other
    /// errors should lose its connection, save for [`GroupError::OtherView`], which happens when
    /// members come and go.
    pub fn handle(
        &mut self,
        from: &PublicKey,
        message: &GroupMessage,
        generation: u32,
        here: &[PublicKey],
        now: Now,
        rng: &mut impl CryptoRng,
    ) -> Result<(), GroupError> {
        match message {
            GroupMessage::Propose(proposal) => self.proposed(from, proposal, generation, here, now, rng),
            GroupMessage::Commit { gcid, commit } => self.committed(from, *gcid, *commit, here),
            GroupMessage::Reveal { gcid, random } => self.revealed(from, *gcid, *random, now),
            GroupMessage::Same { gcid } => {
                let Some(part) = self.part_of(from, *gcid)? else {
                    return Ok(());
                };
                // Nobody can compare before its own number is out.
                if part.random.is_none() || part.same {
                    return Err(GroupError::OutOfTurn);
                }
                part.same = true;
                self.finish();
                Ok(())
            }
            GroupMessage::Cancel { gcid } => {
                if self.part_of(from, *gcid)?.is_some() {
                    // Who refused a proposal told its proposer alone.
                    self.give_up(GroupEnd::Cancelled);
                }
                Ok(())
            }
            GroupMessage::No { gcid } => match self.part_of(from, *gcid)? {
                Some(part) if part.random.is_none() => Err(GroupError::OutOfTurn),
                Some(_) => {
                    self.end(GroupEnd::Different);
                    Ok(())
                }
                None => Ok(()),
            },
        }
    }

    /// Our person heard the same code from everybody.
    ///
    /// # Errors
    /// [`GroupError::NotNow`] when no code is shown, or that was said already.
    pub fn confirm(&mut self) -> Result<(), GroupError> {
        match &mut self.run {
            Some(run) if run.code.is_some() && !run.same => {
                run.same = true;
                let message = GroupMessage::Same { gcid: run.gcid };
                self.tell(message);
            }
            _ => return Err(GroupError::NotNow),
        }
        self.finish();
        Ok(())
    }

    /// Our person heard another code from somebody.
    ///
    /// # Errors
    /// [`GroupError::NotNow`] when no code is shown.
    pub fn deny(&mut self) -> Result<(), GroupError> {
        let gcid = match &self.run {
            Some(run) if run.code.is_some() => run.gcid,
            _ => return Err(GroupError::NotNow),
        };
        self.tell(GroupMessage::No { gcid });
        self.end(GroupEnd::Different);
        Ok(())
    }

    /// Our person gives up, or the room must. Nothing happens if no check goes on.
    pub fn cancel(&mut self) {
        self.give_up(GroupEnd::Cancelled);
    }

    /// Where the check stands. How the last one ended is told until the next begins.
    #[must_use]
    pub fn state(&self) -> GroupState {
        match (&self.run, self.ended) {
            (Some(run), _) => match run.code {
                None => GroupState::Waiting,
                Some(code) if run.same => GroupState::Confirmed(code),
                Some(code) => GroupState::Compare(code),
            },
            (None, Some(end)) => GroupState::Ended(end),
            (None, None) => GroupState::Idle,
        }
    }

    /// Who takes part in the check that goes on, without us.
    pub fn others(&self) -> impl Iterator<Item = &PublicKey> {
        self.run.iter().flat_map(|run| run.others.keys())
    }

    /// The next message to send, and to whom, in order.
    pub fn poll_message(&mut self) -> Option<(Vec<PublicKey>, GroupMessage)> {
        self.out.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due (monotonic).
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.run.as_ref().map(|run| run.deadline)
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Now) {
        if self.poll_timeout().is_some_and(|at| at <= now.mono) {
            self.give_up(GroupEnd::TimedOut);
        }
    }

    /// The members as we see them, ourselves included, in order.
    fn view(&self, here: &[PublicKey]) -> Result<Vec<PublicKey>, GroupError> {
        let mut ids: Vec<_> = here.iter().copied().chain([self.ours]).collect();
        ids.sort_unstable();
        ids.dedup();
        if (2..=MAX_GROUP).contains(&ids.len()) {
            Ok(ids)
        } else {
            Err(GroupError::Size)
        }
    }

    fn start(&mut self, gcid: [u8; 16], ids: Vec<PublicKey>, now: Now, rng: &mut impl CryptoRng) {
        let mut random = [0; 32];
        rng.fill_bytes(&mut random);
        let mut run = Run {
            gcid,
            others: ids
                .iter()
                .filter(|id| **id != self.ours)
                .map(|id| (*id, Part::default()))
                .collect(),
            ids,
            random: SecretBytes::new(random),
            revealed: false,
            code: None,
            same: false,
            deadline: now.plus(GROUP_STEPS),
        };
        random.zeroize();
        let commit = run.commitment(&self.ours, run.random.expose());
        // Others stay: this check may still give way to one whose proposal is on its way.
        self.early.retain(|from, (for_gcid, commit)| {
            let is_for_this = *for_gcid == gcid;
            if is_for_this && let Some(part) = run.others.get_mut(from) {
                part.commit = Some(*commit);
            }
            !is_for_this
        });
        self.run = Some(run);
        self.ended = None;
        self.tell(GroupMessage::Commit { gcid, commit });
        self.reveal();
    }

    fn proposed(
        &mut self,
        from: &PublicKey,
        proposal: &Proposal,
        generation: u32,
        here: &[PublicKey],
        now: Now,
        rng: &mut impl CryptoRng,
    ) -> Result<(), GroupError> {
        if !proposal.is_signed_by(from) {
            return Err(GroupError::BadSignature);
        }
        if let Some(run) = &self.run
            && (run.revealed || run.gcid <= proposal.gcid)
        {
            return Ok(());
        }
        if proposal.generation != generation || self.view(here).as_ref() != Ok(&proposal.ids) {
            let refusal = GroupMessage::Cancel { gcid: proposal.gcid };
            self.out.push_back((vec![*from], refusal));
            return Err(GroupError::OtherView);
        }
        self.start(proposal.gcid, proposal.ids.clone(), now, rng);
        Ok(())
    }

    fn committed(
        &mut self,
        from: &PublicKey,
        gcid: [u8; 16],
        commit: [u8; 32],
        here: &[PublicKey],
    ) -> Result<(), GroupError> {
        let Some(run) = self.run_of(gcid) else {
            // Its proposal may still be on the way, in another session.
            self.early.retain(|id, _| here.contains(id));
            if here.contains(from) && (self.early.contains_key(from) || self.early.len() < MAX_EARLY) {
                self.early.insert(*from, (gcid, commit));
            }
            return Ok(());
        };
        let part = run.others.get_mut(from).ok_or(GroupError::OutOfTurn)?;
        if part.commit.is_some() {
            return Err(GroupError::OutOfTurn);
        }
        part.commit = Some(commit);
        self.reveal();
        Ok(())
    }

    /// Shows our number once everybody has committed.
    fn reveal(&mut self) {
        if let Some(run) = &mut self.run
            && !run.revealed
            && run.others.values().all(|part| part.commit.is_some())
        {
            run.revealed = true;
            let message = GroupMessage::Reveal {
                gcid: run.gcid,
                random: *run.random.expose(),
            };
            self.tell(message);
        }
    }

    fn revealed(
        &mut self,
        from: &PublicKey,
        gcid: [u8; 16],
        random: [u8; 32],
        now: Now,
    ) -> Result<(), GroupError> {
        let room_id = self.room_id;
        let ours = self.ours;
        let Some(run) = self.run_of(gcid) else {
            return Ok(());
        };
        let claimed = run.commitment(from, &random);
        let part = run.others.get_mut(from).ok_or(GroupError::OutOfTurn)?;
        match part.commit {
            Some(commit) if part.random.is_none() => {
                if commit != claimed {
                    self.give_up(GroupEnd::Forged(*from));
                    return Err(GroupError::BadReveal);
                }
            }
            _ => return Err(GroupError::OutOfTurn),
        }
        part.random = Some(random);
        // Whoever has all commitments has ours, so ours are all there before all numbers are.
        let mut numbers = Zeroizing::new(Vec::with_capacity(32 * run.ids.len()));
        for id in &run.ids {
            let random = if *id == ours {
                Some(*run.random.expose())
            } else {
                run.others.get(id).and_then(|part| part.random)
            };
            let Some(random) = random else { return Ok(()) };
            numbers.extend(random);
        }
        let set = hash(&[&joined(&run.ids)]);
        let code = kdf(&set, &numbers, "gc", &[&room_id[..], &run.gcid].concat());
        run.code = Some(Code::of(&code));
        run.deadline = now.plus(SCREEN);
        Ok(())
    }

    /// What `from` did in the check `gcid`; `None` if that is over or was never begun.
    fn part_of(&mut self, from: &PublicKey, gcid: [u8; 16]) -> Result<Option<&mut Part>, GroupError> {
        let Some(run) = self.run_of(gcid) else {
            return Ok(None);
        };
        run.others.get_mut(from).map(Some).ok_or(GroupError::OutOfTurn)
    }

    fn run_of(&mut self, gcid: [u8; 16]) -> Option<&mut Run> {
        self.run.as_mut().filter(|run| run.gcid == gcid)
    }

    fn finish(&mut self) {
        if let Some(run) = &self.run
            && run.same
            && run.others.values().all(|part| part.same)
        {
            self.end(GroupEnd::Same);
        }
    }

    fn give_up(&mut self, end: GroupEnd) {
        if let Some(run) = &self.run {
            let message = GroupMessage::Cancel { gcid: run.gcid };
            self.tell(message);
            self.end(end);
        }
    }

    /// Queues `message` for everybody in the check.
    fn tell(&mut self, message: GroupMessage) {
        let others = self.others().copied().collect();
        self.out.push_back((others, message));
    }

    fn end(&mut self, end: GroupEnd) {
        self.run = None;
        self.ended = Some(end);
    }
}
