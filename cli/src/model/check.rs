//! Comparing codes: with one member or with everybody. Which comparisons go on, what they show,
//! and the sentences about them.

use super::words::label;
use super::{Line, Model};
use crate::text;
use dayfly_core::proto::id::MemberId;
use dayfly_core::proto::room::{Emoji, VerificationState};

/// With whom a code is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum With {
    /// One member.
    Member(MemberId),
    /// Everybody.
    Group,
}

/// A comparison that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// With whom.
    pub with: With,
    /// This person began it, or agreed to it.
    pub agreed: bool,
    /// The emoji, once there are any: sign and name.
    pub emoji: Vec<(String, String)>,
    /// The digits, once there are any.
    pub digits: String,
    /// Nothing is compared: the member scanned this person's code, and it is asked for the tick.
    pub scanned: bool,
    /// This person said that the codes are the same; the other side has not yet.
    pub confirmed: bool,
    /// Everybody who takes part, this person aside; in a group.
    pub members: Vec<MemberId>,
}

impl Check {
    /// There is something to compare, or a tick to look for.
    pub fn to_compare(&self) -> bool {
        self.scanned || !self.digits.is_empty() || !self.emoji.is_empty()
    }

    /// The names of the emoji, in their order.
    pub fn names(&self) -> String {
        let names: Vec<_> = self.emoji.iter().map(|(_, name)| name.as_str()).collect();
        names.join(", ")
    }
}

/// What an event says about a comparison.
pub struct Step<'a> {
    /// With whom.
    pub with: With,
    /// How far.
    pub state: VerificationState,
    /// The emoji, while they are to be compared.
    pub emoji: Option<&'a [Emoji]>,
    /// The digits, likewise.
    pub digits: Option<&'a str>,
    /// Who takes part, in a group.
    pub members: &'a [MemberId],
}

impl Model {
    /// Comparisons that go on.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The comparison to be looked at: the first with codes to compare.
    pub fn check(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.to_compare())
    }

    /// This person asked for a comparison, or agreed to one.
    pub fn agrees(&mut self, with: With) {
        self.open_check(with).agreed = true;
    }

    /// This person said that the codes are the same.
    pub fn confirms(&mut self, with: &With) {
        if let Some(check) = self.checks.iter_mut().find(|check| check.with == *with) {
            check.confirmed = true;
        }
    }

    /// What was asked for was refused, so nothing goes on.
    pub fn withdraws(&mut self, with: &With) {
        self.checks
            .retain(|check| check.with != *with || check.to_compare());
    }

    fn open_check(&mut self, with: With) -> &mut Check {
        let at = match self.checks.iter().position(|check| check.with == with) {
            Some(at) => at,
            None => {
                self.checks.push(Check {
                    with,
                    agreed: false,
                    emoji: Vec::new(),
                    digits: String::new(),
                    scanned: false,
                    confirmed: false,
                    members: Vec::new(),
                });
                self.checks.len() - 1
            }
        };
        &mut self.checks[at]
    }

    pub(super) fn compared(&mut self, step: &Step) -> Vec<Line> {
        match step.state {
            VerificationState::Asked | VerificationState::Waiting => self.waits(step),
            VerificationState::Compare => self.shows(step),
            ended => {
                let known = self.checks.iter().position(|check| check.with == step.with);
                let scanned = known.is_some_and(|at| self.checks.remove(at).scanned);
                vec![if scanned {
                    self.scan_ends(&step.with, ended)
                } else {
                    self.ends(&step.with, ended)
                }]
            }
        }
    }

    fn waits(&mut self, step: &Step) -> Vec<Line> {
        let known = self.checks.iter().find(|check| check.with == step.with);
        let (news, agreed) = (
            known.is_none(),
            known.is_some_and(|check| check.agreed || check.to_compare()),
        );
        self.open_check(step.with.clone()).members = step.members.to_vec();
        if agreed || !news {
            return Vec::new();
        }
        vec![Line::warning(match &step.with {
            With::Member(id) => {
                let who = self.name_of(id);
                let handle = self.handle_of(id);
                format!("{who} asks to compare codes with you. /verify {handle} agrees.")
            }
            With::Group => {
                "Somebody asks everybody here to compare one code. /group agrees; agree when all are on \
                 the line."
                    .into()
            }
        })]
    }

    fn shows(&mut self, step: &Step) -> Vec<Line> {
        let emoji: Vec<_> = step
            .emoji
            .unwrap_or_default()
            .iter()
            .map(|e| (text::grid(&text::one_line(&e.symbol)), text::one_line(&e.name)))
            .collect();
        let digits = text::one_line(step.digits.unwrap_or_default());
        let check = self.open_check(step.with.clone());
        let again = check.to_compare();
        (check.emoji, check.digits) = (emoji, digits);
        check.members = step.members.to_vec();
        check.scanned = step.emoji.is_none() && step.digits.is_none();
        if again {
            return Vec::new();
        }
        let check = check.clone();
        if check.scanned {
            return vec![
                Line::warning(self.asks_for_tick(&check.with)),
                Line::info("/same if it does, /differ if it does not, /cancel to leave it for now."),
            ];
        }
        vec![
            Line::info(format!("{}: {}.", self.compare_with(&check.with), check.names())),
            Line::info(format!("The same code as digits: {}.", check.digits)),
            Line::info(
                "/same if all of it is the same, /differ if anything differs, /cancel to leave it for now.",
            ),
        ]
    }

    /// The question for whoever's code was scanned.
    pub fn asks_for_tick(&self, with: &With) -> String {
        format!(
            "{} scanned your code: does their screen show a tick?",
            self.name_of_with(with)
        )
    }

    fn name_of_with(&self, with: &With) -> String {
        match with {
            With::Member(id) => self.name_of(id),
            With::Group => "the group".into(),
        }
    }

    fn scan_ends(&self, with: &With, state: VerificationState) -> Line {
        let who = self.name_of_with(with);
        match state {
            VerificationState::Done => Line::info(format!(
                "{who} is verified: it scanned your code and you saw its tick."
            )),
            VerificationState::Mismatch => Line::warning(format!(
                "{who} scanned your code and is not whom you see: the connection was closed and the key \
                 marked."
            )),
            _ => Line::info(format!(
                "Nobody said that {who} shows a tick; it is not verified."
            )),
        }
    }

    /// The head of a comparison.
    pub fn compare_with(&self, with: &With) -> String {
        match with {
            With::Member(id) => format!(
                "Compare with {}, by voice or side by side, not in this room",
                self.name_of(id)
            ),
            With::Group => "Everybody reads this aloud, side by side or by voice, not in this room".into(),
        }
    }

    fn ends(&self, with: &With, state: VerificationState) -> Line {
        let who = self.name_of_with(with);
        match (state, with) {
            (VerificationState::Done, With::Member(_)) => {
                Line::info(format!("{who} is verified: both of you saw the same code."))
            }
            (VerificationState::Done, With::Group) => {
                Line::info("Everybody here is verified: all of you read the same code.")
            }
            (VerificationState::Mismatch, With::Member(_)) => Line::warning(format!(
                "The codes of you and {who} differ: somebody may stand between you. The connection was \
                 closed and the key marked. Do not go on here with what must stay secret."
            )),
            (VerificationState::Mismatch, With::Group) => Line::warning(
                "The codes of the group differ: somebody may stand between you. Do not go on here with \
                 what must stay secret.",
            ),
            (VerificationState::TimedOut, _) => Line::info(format!(
                "Comparing codes with {who} ran out of time; nothing was verified."
            )),
            _ => Line::info(format!(
                "Comparing codes with {who} was called off; nothing was verified."
            )),
        }
    }

    /// What to type for a member: the name if it is nobody else's, else the short fingerprint.
    pub fn handle_of(&self, id: &MemberId) -> String {
        let Some(member) = self.member(id) else {
            return "NAME".into();
        };
        let shown = super::words::name(&member.name);
        let alone = self.members.iter().filter(|m| m.name == member.name).count() == 1;
        if alone && !member.same_name && shown == member.name {
            shown
        } else {
            super::words::short(&member.fingerprint).to_owned()
        }
    }

    /// The members of a group check, as a list.
    pub fn list(&self, ids: &[MemberId]) -> String {
        let names: Vec<_> = ids.iter().filter_map(|id| self.member(id)).map(label).collect();
        names.join(", ")
    }
}
