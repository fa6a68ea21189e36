//! Trystero's handshake on one open link: who asks, who proves, when the link may speak.
//!
//! 1. Both sides say that they are in the room (the presence frame; not this module's).
//! 2. The side with the smaller peer id sends a challenge. The other answers with a hash over
//!    challenge, password, app id and room, and says that it is ready.
//! 3. The smaller side checks the hash and says that it is ready too.
//! 4. A side speaks once its own check has passed and the other is ready.
//!
//! Only the greater side proves that it knows the password; towards the other side that rests on
//! the sealed session description alone. Nothing here binds the connection, so it shows that the
//! peer knows the password and not who it is.

use crate::wire::web::chitchatter::{Action, password_response};

/// What a side must know to take part.
pub(super) struct Room<'a> {
    pub password: &'a str,
    pub app_id: &'a str,
    pub room: &'a str,
}

/// Where this side stands.
#[derive(Debug)]
enum Step {
    /// Ours is the smaller id: the challenge is out, the answer must hash to this.
    AwaitsResponse { expected: String },
    /// The other side asks.
    AwaitsChallenge,
    /// This side's check has passed.
    Passed,
}

/// One side of the handshake on one link.
#[derive(Debug)]
pub(super) struct Handshake {
    step: Step,
    other_ready: bool,
}

/// What follows from a message.
#[derive(Debug)]
pub(super) struct Reaction {
    /// To be sent, in order.
    pub send: Vec<Action>,
    /// The link may speak now.
    pub active: bool,
}

/// Why a handshake ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The peer does not know the password.
    WrongPassword,
    /// A step out of turn.
    OutOfTurn,
}

impl Handshake {
    /// The side with the smaller id: sends the challenge that is returned.
    pub fn asks(room: &Room<'_>, challenge: String) -> (Self, Action) {
        let expected = password_response(&challenge, room.password, room.app_id, room.room);
        let step = Step::AwaitsResponse { expected };
        (
            Self {
                step,
                other_ready: false,
            },
            Action::Challenge { c: challenge },
        )
    }

    /// The side with the greater id: waits.
    pub fn answers() -> Self {
        Self {
            step: Step::AwaitsChallenge,
            other_ready: false,
        }
    }

    /// Takes a challenge.
    pub fn challenged(&mut self, room: &Room<'_>, challenge: &str) -> Result<Reaction, Failure> {
        let Step::AwaitsChallenge = self.step else {
            return Err(Failure::OutOfTurn);
        };
        self.step = Step::Passed;
        let h = password_response(challenge, room.password, room.app_id, room.room);
        Ok(Reaction {
            send: vec![Action::Response { h }, Action::Ready],
            active: self.other_ready,
        })
    }

    /// Takes the answer to our challenge.
    pub fn answered(&mut self, hash: &str) -> Result<Reaction, Failure> {
        let Step::AwaitsResponse { expected } = &self.step else {
            return Err(Failure::OutOfTurn);
        };
        if expected != hash {
            return Err(Failure::WrongPassword);
        }
        self.step = Step::Passed;
        Ok(Reaction {
            send: vec![Action::Ready],
            active: self.other_ready,
        })
    }

    /// Takes the other side's readiness, which may overtake nothing but comes when it likes.
    pub fn other_is_ready(&mut self) -> Reaction {
        self.other_ready = true;
        Reaction {
            send: Vec::new(),
            active: matches!(self.step, Step::Passed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(password: &str) -> Room<'_> {
        Room {
            password,
            app_id: "https://example.org_undefined",
            room: "r",
        }
    }

    fn run(ours: &str, theirs: &str) -> Result<(bool, bool), Failure> {
        let (mut small, challenge) = Handshake::asks(&room(ours), "c".repeat(36));
        let mut great = Handshake::answers();
        let Action::Challenge { c } = challenge else {
            panic!("no challenge")
        };
        let mut active = (false, false);
        let reaction = great.challenged(&room(theirs), &c)?;
        active.1 |= reaction.active;
        let mut to_great = Vec::new();
        for action in reaction.send {
            let reaction = match action {
                Action::Response { h } => small.answered(&h)?,
                Action::Ready => small.other_is_ready(),
                other => panic!("{other:?}"),
            };
            active.0 |= reaction.active;
            to_great.extend(reaction.send);
        }
        for action in to_great {
            let Action::Ready = action else {
                panic!("{action:?}")
            };
            active.1 |= great.other_is_ready().active;
        }
        Ok(active)
    }

    #[test]
    fn one_password_opens_both_sides() {
        assert_eq!(run("secret", "secret"), Ok((true, true)));
    }

    #[test]
    fn another_password_is_told_apart() {
        assert_eq!(run("secret", "other"), Err(Failure::WrongPassword));
    }

    #[test]
    fn nobody_becomes_active_by_saying_ready_alone() {
        let (mut small, _) = Handshake::asks(&room("x"), "c".into());
        assert!(!small.other_is_ready().active);
        assert!(!Handshake::answers().other_is_ready().active);
    }

    #[test]
    fn steps_out_of_turn_are_refused() {
        let (mut small, _) = Handshake::asks(&room("x"), "c".into());
        assert!(matches!(
            small.challenged(&room("x"), "c"),
            Err(Failure::OutOfTurn)
        ));
        let mut great = Handshake::answers();
        assert!(matches!(great.answered("h"), Err(Failure::OutOfTurn)));
        assert!(great.challenged(&room("x"), "c").is_ok());
        assert!(matches!(
            great.challenged(&room("x"), "c"),
            Err(Failure::OutOfTurn)
        ));
    }
}
