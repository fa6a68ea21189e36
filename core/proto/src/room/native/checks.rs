//! People compare codes: two of them, all of them, or one scans the other's screen. The runs are
//! in `identity::check`; here they meet sessions, and what they end with becomes a label.
//!
//! A run belongs to one session and ends with it. A key with which three comparisons ended badly
//! after the code could be known is not compared with again in this room. Codes that differ close
//! the session on both sides, and the key is shown as one that nobody should trust.

use super::super::command::{CheckCommand, CommandError};
use super::super::event::{Emoji, Event, LeaveReason, VerificationState};
use super::super::{Room, Timer};
use super::NativeTimer;
use crate::crypto::PublicKey;
use crate::id::{LinkId, MemberId};
use crate::identity::check::{
    Code, GroupCheck, GroupEnd, GroupError, GroupMessage, GroupState, MAX_SPENT, Pair, Proposal, SCREEN,
    SasEnd, SasMessage, SasRun, SasState, ScanError, ShownCode, scan,
};
use crate::timer::Now;
use crate::wire::native::Frame;
use std::collections::BTreeMap;

const CODES_DIFFER: &str = "The codes differ: somebody sits between the two of you.";
const NO_TICK: &str = "It scanned your code, and whoever stands before you saw no tick: it is somebody else.";

/// Every comparison of a room.
pub(super) struct Checks {
    runs: BTreeMap<PublicKey, Run>,
    group: GroupCheck,
    group_state: GroupState,
    /// Who takes part in the check that was told last.
    group_members: Vec<PublicKey>,
    shown: Option<ShownCode>,
    /// Whose screen was scanned; its confirmation is awaited.
    scanned: Option<PublicKey>,
    /// Who scanned this screen, in which session, and is not verified before this person says that
    /// the screen of whoever stands there shows a tick: the code may have been read from afar.
    ticks: BTreeMap<PublicKey, LinkId>,
}

struct Run {
    link: LinkId,
    sas: SasRun,
    told: SasState,
}

impl Checks {
    pub fn new(room_id: [u8; 32], me: PublicKey) -> Self {
        Self {
            runs: BTreeMap::new(),
            group: GroupCheck::new(room_id, me),
            group_state: GroupState::Idle,
            group_members: Vec::new(),
            shown: None,
            scanned: None,
            ticks: BTreeMap::new(),
        }
    }

    /// Whether codes are compared in the session of a connection.
    pub fn uses(&self, link: LinkId) -> bool {
        self.runs.values().any(|run| run.link == link)
    }
}

impl From<SasMessage> for Frame {
    fn from(message: SasMessage) -> Self {
        match message {
            SasMessage::Ask => Self::SasAsk,
            SasMessage::Commit { suite, commit } => Self::Sas1 { suite, commit },
            SasMessage::Answer(random) => Self::Sas2(random),
            SasMessage::Reveal(random) => Self::Sas3(random),
            SasMessage::Same(tag) => Self::Sas4(tag),
            SasMessage::No => Self::SasNo,
            SasMessage::Cancel => Self::SasCancel,
        }
    }
}

impl From<GroupMessage> for Frame {
    fn from(message: GroupMessage) -> Self {
        match message {
            GroupMessage::Propose(proposal) => Self::GroupCheck0 {
                gcid: proposal.gcid,
                generation: proposal.generation,
                set: proposal.ids,
                signature: proposal.signature,
            },
            GroupMessage::Commit { gcid, commit } => Self::GroupCheck1 { gcid, commit },
            GroupMessage::Reveal { gcid, random } => Self::GroupCheck2 { gcid, random },
            GroupMessage::Same { gcid } => Self::GroupCheckEnd { gcid, how: 0 },
            GroupMessage::Cancel { gcid } => Self::GroupCheckEnd { gcid, how: 1 },
            GroupMessage::No { gcid } => Self::GroupCheckEnd { gcid, how: 2 },
        }
    }
}

fn codes(code: Option<Code>) -> (Option<Vec<Emoji>>, Option<String>) {
    let Some(code) = code else { return (None, None) };
    let emoji = code.symbols().into_iter().map(|(symbol, name)| Emoji {
        symbol: symbol.to_owned(),
        name: name.to_owned(),
    });
    (Some(emoji.collect()), Some(code.digits_text()))
}

impl Room {
    /// A frame of a comparison.
    pub(super) fn check_frame(&mut self, now: Now, id: LinkId, key: &PublicKey, frame: Frame) {
        let sas = match frame {
            Frame::SasAsk => SasMessage::Ask,
            Frame::Sas1 { suite, commit } => SasMessage::Commit { suite, commit },
            Frame::Sas2(random) => SasMessage::Answer(random),
            Frame::Sas3(random) => SasMessage::Reveal(random),
            Frame::Sas4(tag) => SasMessage::Same(tag),
            Frame::SasNo => SasMessage::No,
            Frame::SasCancel => SasMessage::Cancel,
            Frame::Scanned(tag) => return self.was_scanned(now, id, key, &tag),
            Frame::ScanSeen | Frame::ScanNo => {
                let seen = matches!(frame, Frame::ScanSeen);
                if self.native.checks.scanned.take_if(|whose| whose == key).is_some() {
                    self.scan_ends(key, seen);
                }
                return;
            }
            frame => return self.group_frame(now, id, key, frame),
        };
        let spent = self
            .native
            .peers
            .get(key)
            .is_none_or(|peer| peer.spent >= MAX_SPENT);
        // One question at a time: what this person answers must be clear.
        if spent || self.native.checks.ticks.contains_key(key) || !self.run_on(id, key) {
            self.stats.dropped += 1;
            return;
        }
        if let Some(run) = self.native.checks.runs.get_mut(key) {
            // What went wrong is in the state.
            let _ = run.sas.handle(&sas, now);
        }
        self.sas_moves(now, key);
    }

    /// Makes sure that there is a run over a session; false if there is one over another.
    fn run_on(&mut self, id: LinkId, key: &PublicKey) -> bool {
        if let Some(run) = self.native.checks.runs.get(key) {
            return run.link == id;
        }
        let Some(live) = self.native.live(id) else {
            return false;
        };
        let pair = Pair {
            h: *live.session.h(),
            room_id: self.native.room_id,
            ours: self.native.id(),
            theirs: *key,
            role: live.session.role(),
        };
        let run = Run {
            link: id,
            sas: SasRun::new(pair, &mut self.rng),
            told: SasState::Idle,
        };
        self.native.checks.runs.insert(*key, run);
        true
    }

    /// Does what a person says about comparing codes.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub fn check(&mut self, now: Now, command: CheckCommand) -> Result<(), CommandError> {
        if self.ended {
            return Err(CommandError::Ended);
        }
        match command {
            CheckCommand::Verify { member } => self.verify(now, &member),
            CheckCommand::VerifyConfirm { member } => self.verify_ends(now, &member, SasEnd::Same),
            CheckCommand::VerifyCancel { member } => self.verify_ends(now, &member, SasEnd::Cancelled),
            CheckCommand::VerifyMismatch { member } => self.verify_ends(now, &member, SasEnd::Different),
            CheckCommand::GroupCheck => self.group_check(now),
            CheckCommand::GroupCheckConfirm => self.group_ends(now, GroupEnd::Same),
            CheckCommand::GroupCheckCancel => self.group_ends(now, GroupEnd::Cancelled),
            CheckCommand::GroupCheckMismatch => self.group_ends(now, GroupEnd::Different),
        }
    }

    /// Compares codes with a member, or with everybody: begins, agrees to what the other person has
    /// begun, or goes along with what is going on already. Returns with whom.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub fn compare(&mut self, now: Now, to: Option<&str>) -> Result<Option<MemberId>, CommandError> {
        if self.ended {
            return Err(CommandError::Ended);
        }
        let Some(to) = to else {
            if !matches!(
                self.native.checks.group_state,
                GroupState::Waiting | GroupState::Compare(_) | GroupState::Confirmed(_)
            ) {
                self.group_check(now)?;
            }
            return Ok(None);
        };
        let (member, key) = self.native_member(to)?;
        let checks = &self.native.checks;
        let shown = checks.runs.get(&key).is_some_and(|run| {
            matches!(
                run.sas.state(),
                SasState::Waiting | SasState::Compare(_) | SasState::Confirmed(_)
            )
        });
        if !shown && !checks.ticks.contains_key(&key) {
            self.verify(now, to)?;
        }
        Ok(Some(member))
    }

    /// Begins to compare with a member, or agrees to.
    fn verify(&mut self, now: Now, to: &str) -> Result<(), CommandError> {
        let (_, key) = self.native_member(to)?;
        // Where the other person has begun, if it has.
        let begun = self.native.checks.runs.get(&key).map(|run| run.link);
        let link = begun.or_else(|| self.primary(&key)).ok_or(CommandError::Away)?;
        if self
            .native
            .peers
            .get(&key)
            .is_some_and(|peer| peer.spent >= MAX_SPENT)
        {
            return Err(CommandError::OutOfTurn(
                "three comparisons with this member went wrong: scan its code in person, or meet in a new room",
            ));
        }
        if self.native.checks.ticks.contains_key(&key) || !self.run_on(link, &key) {
            return Err(CommandError::OutOfTurn("a comparison is going on already"));
        }
        self.with_run(now, &key, |sas| sas.tap(now).is_ok())
    }

    /// A person says what came of comparing.
    fn verify_ends(&mut self, now: Now, to: &str, how: SasEnd) -> Result<(), CommandError> {
        let (_, key) = self.native_member(to)?;
        if self.native.checks.ticks.contains_key(&key) {
            self.tick_ends(now, &key, how);
            return Ok(());
        }
        self.with_run(now, &key, |sas| match how {
            SasEnd::Same => sas.confirm().is_ok(),
            SasEnd::Different => sas.deny().is_ok(),
            _ => {
                sas.cancel();
                true
            }
        })
    }

    fn with_run(
        &mut self,
        now: Now,
        key: &PublicKey,
        act: impl FnOnce(&mut SasRun) -> bool,
    ) -> Result<(), CommandError> {
        let done = match self.native.checks.runs.get_mut(key) {
            Some(run) => act(&mut run.sas),
            None => false,
        };
        self.sas_moves(now, key);
        if done {
            Ok(())
        } else {
            Err(CommandError::OutOfTurn(
                "no codes are being compared with this member",
            ))
        }
    }

    /// Sends what a run wants sent, and tells where it stands.
    pub(super) fn sas_moves(&mut self, now: Now, key: &PublicKey) {
        let Some(run) = self.native.checks.runs.get_mut(key) else {
            return;
        };
        let link = run.link;
        let mut frames = Vec::new();
        while let Some(message) = run.sas.poll_message() {
            frames.push(Frame::from(message));
        }
        let (state, spent, timeout) = (run.sas.state(), run.sas.is_spent(), run.sas.poll_timeout());
        let news = run.told != state;
        run.told = state;
        for frame in frames {
            self.send_frame(now, link, &frame);
        }
        let timer = Timer::Native(NativeTimer::Sas(link));
        match timeout {
            Some(at) => self.timers.set(timer, at),
            None => self.timers.stop(&timer),
        }
        if !news {
            return;
        }
        let (told, code) = match state {
            SasState::Idle => return,
            SasState::Asked => (VerificationState::Asked, None),
            SasState::Waiting | SasState::Confirmed(_) => (VerificationState::Waiting, None),
            SasState::Compare(code) => (VerificationState::Compare, Some(code)),
            SasState::Ended(end) => (
                match end {
                    SasEnd::Same => VerificationState::Done,
                    SasEnd::Different | SasEnd::Forged => VerificationState::Mismatch,
                    SasEnd::OutOfTurn | SasEnd::Cancelled => VerificationState::Cancelled,
                    SasEnd::TimedOut => VerificationState::TimedOut,
                },
                None,
            ),
        };
        self.tell_verification(key, told, code);
        if let SasState::Ended(end) = state {
            self.native.checks.runs.remove(key);
            self.timers.stop(&Timer::Native(NativeTimer::Sas(link)));
            if spent
                && end != SasEnd::Same
                && let Some(peer) = self.native.peers.get_mut(key)
            {
                peer.spent += 1;
            }
            if end == SasEnd::Same {
                self.verified(key);
            } else if end.is_alarm() {
                self.alarm(now, key, CODES_DIFFER);
            }
        }
    }

    fn tell_verification(&mut self, key: &PublicKey, state: VerificationState, code: Option<Code>) {
        let Some(member) = self.native.member_of(key) else {
            return;
        };
        let (emoji, digits) = codes(code);
        self.event(Event::Verification {
            member,
            state,
            emoji,
            digits,
        });
    }

    fn verified(&mut self, key: &PublicKey) {
        if let Some(peer) = self.native.peers.get_mut(key) {
            (peer.verified, peer.red) = (true, false);
        }
        self.show_peer(key);
    }

    /// Somebody is in between: the sessions end and the key is marked.
    fn alarm(&mut self, now: Now, key: &PublicKey, why: &str) {
        let Some(peer) = self.native.peers.get_mut(key) else {
            return;
        };
        (peer.verified, peer.red) = (false, true);
        let links = peer.links.clone();
        self.show_peer(key);
        for link in links {
            self.lose(now, link, LeaveReason::Misbehaved, Some(why));
        }
    }

    /// A session is gone: its comparison with it.
    pub(super) fn checks_lose(&mut self, now: Now, id: LinkId, key: &PublicKey) {
        if self.native.checks.runs.get(key).is_some_and(|run| run.link == id) {
            self.native.checks.runs.remove(key);
            self.timers.stop(&Timer::Native(NativeTimer::Sas(id)));
            self.tell_verification(key, VerificationState::Cancelled, None);
        }
        let gone = !self.native.is_here(key);
        // The scan is proved; of two sessions with one key either may be the one that stays.
        if gone {
            self.tick_ends(now, key, SasEnd::Cancelled);
        }
        if gone && self.native.checks.scanned.take_if(|whose| whose == key).is_some() {
            self.tell_verification(key, VerificationState::Cancelled, None);
        }
        let takes_part = self.native.checks.group.others().any(|other| other == key);
        if takes_part && !self.native.is_here(key) {
            self.native.checks.group.cancel();
            self.group_moves(now);
        }
    }

    /// A run's time is up.
    pub(super) fn sas_due(&mut self, now: Now, link: LinkId) {
        let Some(key) = self.native.live_key(link) else {
            return;
        };
        if let Some(run) = self.native.checks.runs.get_mut(&key) {
            run.sas.handle_timeout(now);
        }
        self.sas_moves(now, &key);
    }

    fn group_frame(&mut self, now: Now, id: LinkId, key: &PublicKey, frame: Frame) {
        let message = match frame {
            Frame::GroupCheck0 {
                gcid,
                generation,
                set,
                signature,
            } => GroupMessage::Propose(Proposal {
                gcid,
                generation,
                ids: set,
                signature,
            }),
            Frame::GroupCheck1 { gcid, commit } => GroupMessage::Commit { gcid, commit },
            Frame::GroupCheck2 { gcid, random } => GroupMessage::Reveal { gcid, random },
            Frame::GroupCheckEnd { gcid, how: 0 } => GroupMessage::Same { gcid },
            Frame::GroupCheckEnd { gcid, how: 1 } => GroupMessage::Cancel { gcid },
            Frame::GroupCheckEnd { gcid, .. } => GroupMessage::No { gcid },
            _ => {
                self.stats.dropped += 1;
                return;
            }
        };
        let here = self.native.connected();
        let generation = self.native.roster.generation();
        let taken = self
            .native
            .checks
            .group
            .handle(key, &message, generation, &here, now, &mut self.rng);
        self.group_moves(now);
        match taken {
            Ok(())
            | Err(GroupError::OtherView | GroupError::BadReveal | GroupError::NotNow | GroupError::Size) => {}
            Err(_) => self.native_misbehaved(now, id, "It broke off the comparison of codes."),
        }
    }

    /// Everybody here compares one code.
    fn group_check(&mut self, now: Now) -> Result<(), CommandError> {
        if !self.is_native() {
            return Err(CommandError::NotNative);
        }
        let here = self.native.connected();
        let generation = self.native.roster.generation();
        let native = &mut self.native;
        let begun = native
            .checks
            .group
            .begin(&native.key, generation, &here, now, &mut self.rng);
        self.group_moves(now);
        begun.map_err(|error| match error {
            GroupError::Size => CommandError::BadValue("a group check is for 2 to 16 people"),
            _ => CommandError::OutOfTurn("a group check is going on already"),
        })
    }

    /// A person says what came of it.
    fn group_ends(&mut self, now: Now, how: GroupEnd) -> Result<(), CommandError> {
        let group = &mut self.native.checks.group;
        let done = match how {
            GroupEnd::Same => group.confirm(),
            GroupEnd::Different => group.deny(),
            _ => {
                group.cancel();
                Ok(())
            }
        };
        self.group_moves(now);
        done.map_err(|_| CommandError::OutOfTurn("no code is being compared"))
    }

    /// Time has passed for the group check.
    pub(super) fn group_due(&mut self, now: Now) {
        self.native.checks.group.handle_timeout(now);
        self.group_moves(now);
    }

    fn group_moves(&mut self, now: Now) {
        while let Some((to, message)) = self.native.checks.group.poll_message() {
            let frame = Frame::from(message);
            for key in to {
                self.post(now, &key, &frame);
            }
        }
        let checks = &mut self.native.checks;
        let (state, timeout) = (checks.group.state(), checks.group.poll_timeout());
        let others: Vec<PublicKey> = checks.group.others().copied().collect();
        if !others.is_empty() {
            checks.group_members = others;
        }
        let news = checks.group_state != state;
        checks.group_state = state;
        let keys = checks.group_members.clone();
        let timer = Timer::Native(NativeTimer::GroupCheck);
        match timeout {
            Some(at) => self.timers.set(timer, at),
            None => self.timers.stop(&timer),
        }
        if !news {
            return;
        }
        let (told, code) = match state {
            GroupState::Idle => return,
            GroupState::Waiting | GroupState::Confirmed(_) => (VerificationState::Waiting, None),
            GroupState::Compare(code) => (VerificationState::Compare, Some(code)),
            GroupState::Ended(end) => (
                match end {
                    GroupEnd::Same => VerificationState::Done,
                    GroupEnd::Different | GroupEnd::Forged(_) => VerificationState::Mismatch,
                    GroupEnd::Cancelled => VerificationState::Cancelled,
                    GroupEnd::TimedOut => VerificationState::TimedOut,
                },
                None,
            ),
        };
        let members: Vec<MemberId> = keys.iter().filter_map(|key| self.native.member_of(key)).collect();
        let (emoji, digits) = codes(code);
        self.event(Event::GroupCheck {
            state: told,
            emoji,
            digits,
            members,
        });
        if state == GroupState::Ended(GroupEnd::Same) {
            for key in keys {
                self.verified(&key);
            }
        }
        if let GroupState::Ended(GroupEnd::Forged(liar)) = state {
            self.alarm(now, &liar, CODES_DIFFER);
        }
    }

    /// What this device shows for another to scan in person (the text of a QR code), new each time
    /// and good for two minutes. Who scans it is shown a tick and has verified this member; it is
    /// verified here once this person has said ([`CheckCommand::VerifyConfirm`]) that the
    /// other screen shows the tick, for which [`Event::Verification`] asks with the state
    /// [`VerificationState::Compare`] and no code.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub fn in_person_code(&mut self, now: Now) -> Result<String, CommandError> {
        if self.ended {
            return Err(CommandError::Ended);
        }
        let shown = ShownCode::new(&mut self.rng);
        let text = shown.text(&self.native.room_id, &self.native.id());
        self.native.checks.shown = Some(shown);
        self.timers
            .set(Timer::Native(NativeTimer::Screen), now.plus(SCREEN));
        Ok(text)
    }

    /// The code on the screen is good no longer.
    pub(super) fn screen_off(&mut self) {
        self.native.checks.shown = None;
    }

    /// Takes what was scanned from another member's screen; returns whose it was. What comes of it
    /// is told as [`Event::Verification`].
    ///
    /// # Errors
    /// See [`CommandError`].
    pub fn in_person_scanned(&mut self, now: Now, code: &str) -> Result<MemberId, CommandError> {
        if self.ended {
            return Err(CommandError::Ended);
        }
        let ours = self.native.id();
        let mut wrong = ScanError::OtherKey;
        for key in self.native.connected() {
            let Some(link) = self.primary(&key) else { continue };
            let Some(live) = self.native.live(link) else {
                continue;
            };
            match scan(code, &self.native.room_id, live.session.h(), &ours, &key) {
                Ok(tag) => {
                    self.native.checks.scanned = Some(key);
                    self.send_frame(now, link, &Frame::Scanned(tag));
                    self.tell_verification(&key, VerificationState::Waiting, None);
                    return self.native.member_of(&key).ok_or(CommandError::Away);
                }
                Err(error) => wrong = error,
            }
        }
        Err(CommandError::BadValue(match wrong {
            ScanError::NotACode => "this is not the code of a Dayfly's screen",
            ScanError::Newer => "this code is of a newer Dayfly: update yours",
            ScanError::OtherRoom => "this code is of another room",
            ScanError::Own => "this is your own code",
            ScanError::OtherKey => {
                "nobody who is connected to you has the key in this code: if that is the screen of somebody you see here, somebody sits in between"
            }
        }))
    }

    fn was_scanned(&mut self, now: Now, id: LinkId, key: &PublicKey, tag: &[u8; 32]) {
        let fits = match (&self.native.checks.shown, self.native.live(id)) {
            (Some(shown), Some(live)) => shown.fits(tag, live.session.h(), &self.native.id(), key),
            _ => false,
        };
        if !fits {
            self.send_frame(now, id, &Frame::ScanNo);
            return;
        }
        self.native.checks.shown = None;
        // A scan says more than codes: it takes the place of a comparison that is going on. That
        // ends first, so that the last thing told on either side is what counts.
        if let Some(run) = self.native.checks.runs.get_mut(key) {
            run.sas.cancel();
            self.sas_moves(now, key);
        }
        self.send_frame(now, id, &Frame::ScanSeen);
        self.native.checks.ticks.insert(*key, id);
        self.timers
            .set(Timer::Native(NativeTimer::Tick(id)), now.plus(SCREEN));
        self.tell_verification(key, VerificationState::Compare, None);
    }

    /// This person says whether the other screen shows a tick, or nothing came of it.
    fn tick_ends(&mut self, now: Now, key: &PublicKey, how: SasEnd) {
        let Some(link) = self.native.checks.ticks.remove(key) else {
            return;
        };
        self.timers.stop(&Timer::Native(NativeTimer::Tick(link)));
        let state = match how {
            SasEnd::Same => VerificationState::Done,
            SasEnd::Different | SasEnd::Forged => VerificationState::Mismatch,
            SasEnd::TimedOut => VerificationState::TimedOut,
            SasEnd::OutOfTurn | SasEnd::Cancelled => VerificationState::Cancelled,
        };
        self.tell_verification(key, state, None);
        if how == SasEnd::Same {
            self.verified(key);
        } else if how.is_alarm() {
            self.alarm(now, key, NO_TICK);
        }
    }

    /// Nobody said whether there is a tick.
    pub(super) fn tick_due(&mut self, now: Now, link: LinkId) {
        let key = self.native.checks.ticks.iter().find(|(_, at)| **at == link);
        if let Some(key) = key.map(|(key, _)| *key) {
            self.tick_ends(now, &key, SasEnd::TimedOut);
        }
    }

    fn scan_ends(&mut self, key: &PublicKey, fits: bool) {
        let state = if fits {
            self.verified(key);
            VerificationState::Done
        } else {
            VerificationState::Cancelled
        };
        self.tell_verification(key, state, None);
    }
}
