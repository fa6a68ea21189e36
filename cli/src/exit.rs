//! What the process tells its caller at the end, and how a room's events decide it.

use dayfly_core::proto::id::MemberId;
use dayfly_core::proto::room::{EndReason, Event, Member, MemberState, NoticeCode};
use std::process::ExitCode;

/// The exit codes, as `dayfly --help` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Left by choice.
    Left = 0,
    /// Something broke.
    Failed = 1,
    /// The command line or the link makes no sense.
    Usage = 2,
    /// Nobody was met before `--for` ran out, or nobody shows the code.
    Alone = 3,
    /// The password was wrong: others are there, none of them has ours. Or the words of a code.
    WrongPassword = 4,
    /// The room was closed, or this person removed from it.
    Ended = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What of a room's life the exit code depends on.
#[derive(Debug, Default)]
pub struct Outcome {
    me: Option<MemberId>,
    met: bool,
    wrong_password: bool,
    ended: Option<EndReason>,
}

impl Outcome {
    /// Takes note of an event.
    pub fn observe(&mut self, event: &Event) {
        match event {
            Event::Reset { snapshot } => {
                self.me = Some(snapshot.me.id.clone());
                snapshot.members.iter().for_each(|member| self.meet(member));
            }
            Event::MemberJoined { member } | Event::MemberChanged { member } => self.meet(member),
            Event::Notice {
                code: NoticeCode::WrongPassword,
                ..
            } => self.wrong_password = true,
            Event::Left { reason } => self.ended = Some(*reason),
            _ => {}
        }
    }

    fn meet(&mut self, member: &Member) {
        // One's own row changes too, and nobody meets himself.
        self.met |= member.state != MemberState::Connecting && self.me.as_ref() != Some(&member.id);
    }

    /// The room is over for us, whoever ended it.
    pub fn ended(&self) -> bool {
        self.ended.is_some()
    }

    /// The code to leave with. A wrong password counts only while nobody was met: in a room where
    /// somebody shares our password, it is another who has a wrong one.
    pub fn exit(&self, time_ran_out: bool) -> Exit {
        match self.ended {
            Some(EndReason::Stopped) => Exit::Failed,
            Some(EndReason::Removed | EndReason::Closed | EndReason::Empty) => Exit::Ended,
            Some(EndReason::Left) | None if self.met => Exit::Left,
            _ if self.wrong_password => Exit::WrongPassword,
            _ if time_ran_out => Exit::Alone,
            _ => Exit::Left,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{member, reset};

    fn wrong_password() -> Event {
        Event::Notice {
            code: NoticeCode::WrongPassword,
            message: "no".into(),
        }
    }

    #[test]
    fn nobody_met_matters_only_when_time_ran_out() {
        let mut outcome = Outcome::default();
        outcome.observe(&reset(member("me", "Eve")));
        outcome.observe(&Event::MemberChanged {
            member: member("me", "Eve"),
        });
        assert_eq!(outcome.exit(false), Exit::Left);
        assert_eq!(outcome.exit(true), Exit::Alone);
        let mut coming = member("1", "Ada");
        coming.state = MemberState::Connecting;
        outcome.observe(&Event::MemberJoined { member: coming });
        assert_eq!(outcome.exit(true), Exit::Alone);
        outcome.observe(&Event::MemberChanged {
            member: member("1", "Ada"),
        });
        assert_eq!(outcome.exit(true), Exit::Left);
    }

    #[test]
    fn a_wrong_password_is_ours_only_if_nobody_shares_it() {
        let mut outcome = Outcome::default();
        outcome.observe(&wrong_password());
        assert_eq!(outcome.exit(false), Exit::WrongPassword);
        assert_eq!(outcome.exit(true), Exit::WrongPassword);
        outcome.observe(&Event::MemberJoined {
            member: member("1", "Ada"),
        });
        assert_eq!(outcome.exit(true), Exit::Left);
    }

    #[test]
    fn the_end_of_the_room_outranks_the_rest() {
        for (reason, exit) in [
            (EndReason::Closed, Exit::Ended),
            (EndReason::Removed, Exit::Ended),
            (EndReason::Stopped, Exit::Failed),
            (EndReason::Left, Exit::Left),
        ] {
            let mut outcome = Outcome::default();
            outcome.observe(&Event::MemberJoined {
                member: member("1", "Ada"),
            });
            outcome.observe(&Event::Left { reason });
            assert!(outcome.ended());
            assert_eq!(outcome.exit(true), exit);
        }
    }
}
