//! Comparisons of codes as things a shell can hold: which is which, how far each is, and what
//! letting go of one means.
//!
//! The room knows one comparison with each member and says by events how far it is. [`Comparisons`]
//! gives each a number, so that an answer reaches the very comparison that was looked at: one that a
//! scan or a new beginning took the place of is over, and nothing said to it counts. It decides
//! nothing about codes.

use super::command::Command;
use super::{Error, RoomHandle};
use dayfly_proto::id::MemberId;
use dayfly_proto::room::{CheckCommand, CommandError, Event, VerificationState, VerificationStep};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use tokio::sync::{Mutex, mpsc, oneshot, watch};

/// A comparison of codes with one member or with everybody. It stands for one comparison and never
/// for the next. Dropping the last handle to one that was begun or agreed to by
/// [`RoomHandle::verify`] or [`RoomHandle::group_check`], before it is over, gives it up; what was
/// only looked at is left alone.
#[derive(Debug)]
pub struct Verification {
    ticket: Arc<Ticket>,
    steps: Mutex<watch::Receiver<VerificationStep>>,
}

/// How a person ends its part of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Same,
    Different,
    Cancel,
}

/// Which comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Which {
    /// With whom; `None` is everybody.
    with: Option<MemberId>,
    number: u64,
}

/// What the handles to one comparison have together.
#[derive(Debug)]
struct Ticket {
    which: Which,
    told: watch::Receiver<VerificationStep>,
    /// This person began it, or agreed to it, by a handle.
    agreed: AtomicBool,
    /// Keeps no room alive.
    room: mpsc::WeakSender<Command>,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        // One that was only looked at is not this handle's to end.
        if !self.agreed.load(Ordering::Relaxed) || self.told.borrow().state.is_over() {
            return;
        }
        if let Some(room) = self.room.upgrade() {
            let answer = Command::Compared {
                which: self.which.clone(),
                answer: Answer::Cancel,
                reply: oneshot::channel().0,
            };
            // A room too busy to hear it gives the comparison up when its time is over.
            let _ = room.try_send(answer);
        }
    }
}

impl Verification {
    /// With whom; `None` is everybody here.
    #[must_use]
    pub fn member(&self) -> Option<&MemberId> {
        self.ticket.which.with.as_ref()
    }

    /// How far it is, as told last.
    #[must_use]
    pub fn step(&self) -> VerificationStep {
        self.ticket.told.borrow().clone()
    }

    /// The next step: first the one it is at, then what follows; `None` once it is over. Steps that
    /// came in between are passed over. Dropping the future loses nothing.
    ///
    /// # Errors
    /// [`super::ErrorKind::Ended`] when the room ended before the comparison did.
    pub async fn next(&self) -> Result<Option<VerificationStep>, Error> {
        let mut steps = self.steps.lock().await;
        if steps.changed().await.is_ok() {
            return Ok(Some(steps.borrow_and_update().clone()));
        }
        let over = steps.borrow().state.is_over();
        if over { Ok(None) } else { Err(Error::ended()) }
    }

    /// The codes are the same; after a scan, the other screen shows a tick.
    ///
    /// # Errors
    /// [`super::ErrorKind::BadRequest`] when there is no code to compare, or not any more;
    /// [`super::ErrorKind::Busy`], [`super::ErrorKind::Ended`].
    pub async fn confirm(&self) -> Result<(), Error> {
        self.answer(Answer::Same).await
    }

    /// The codes differ, or there is no tick: the connection is closed on both sides and the key
    /// marked.
    ///
    /// # Errors
    /// As [`Verification::confirm`].
    pub async fn mismatch(&self) -> Result<(), Error> {
        self.answer(Answer::Different).await
    }

    /// Not now. Nothing happens to one that is over.
    ///
    /// # Errors
    /// As [`Verification::confirm`].
    pub async fn cancel(&self) -> Result<(), Error> {
        if self.step().state.is_over() {
            return Ok(());
        }
        self.answer(Answer::Cancel).await
    }

    async fn answer(&self, answer: Answer) -> Result<(), Error> {
        let (reply, done) = oneshot::channel();
        let which = self.ticket.which.clone();
        let room = self.ticket.room.upgrade().ok_or_else(Error::ended)?;
        room.try_send(Command::Compared { which, answer, reply })
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => Error::busy(),
                mpsc::error::TrySendError::Closed(_) => Error::ended(),
            })?;
        drop(room);
        done.await.map_err(|_| Error::ended())?
    }
}

impl RoomHandle {
    /// Compares codes with a member, named by id or by a name that only one member has: begins,
    /// agrees to what that person has begun, or goes along with what is going on.
    ///
    /// # Errors
    /// [`super::ErrorKind::NoSuchMember`], [`super::ErrorKind::NotAllowed`] with a web member,
    /// [`super::ErrorKind::BadRequest`] after three that went wrong, [`super::ErrorKind::Busy`],
    /// [`super::ErrorKind::Ended`].
    pub async fn verify(&self, member: String) -> Result<Verification, Error> {
        self.compare(Some(member)).await
    }

    /// Compares one code among everybody here (2–16 people): begins, or goes along with what is
    /// going on.
    ///
    /// # Errors
    /// [`super::ErrorKind::NotAllowed`] in a web room, [`super::ErrorKind::BadRequest`] among more
    /// people or alone, [`super::ErrorKind::Busy`], [`super::ErrorKind::Ended`].
    pub async fn group_check(&self) -> Result<Verification, Error> {
        self.compare(None).await
    }

    /// Every comparison that is going on, those included that this person was asked for and has not
    /// agreed to.
    ///
    /// # Errors
    /// [`super::ErrorKind::Busy`], [`super::ErrorKind::Ended`].
    pub async fn verifications(&self) -> Result<Vec<Verification>, Error> {
        let room = self.commands.downgrade();
        self.ask(|reply| Command::Comparisons { room, reply }).await
    }

    async fn compare(&self, with: Option<String>) -> Result<Verification, Error> {
        let room = self.commands.downgrade();
        self.ask(|reply| Command::Compare { with, room, reply }).await
    }
}

/// The comparisons of one room that are going on, as its events told.
#[derive(Debug, Default)]
pub(super) struct Comparisons {
    last: u64,
    live: BTreeMap<Option<MemberId>, Live>,
}

#[derive(Debug)]
struct Live {
    number: u64,
    told: watch::Sender<VerificationStep>,
    ticket: Weak<Ticket>,
}

impl Comparisons {
    /// Takes note of what the room tells.
    pub fn hear(&mut self, event: &Event) {
        let (with, step) = match event {
            Event::Verification {
                member,
                state,
                emoji,
                digits,
            } => {
                let step = VerificationStep {
                    state: *state,
                    emoji: emoji.clone(),
                    digits: digits.clone(),
                    members: vec![member.clone()],
                };
                (Some(member.clone()), step)
            }
            Event::GroupCheck {
                state,
                emoji,
                digits,
                members,
            } => {
                let step = VerificationStep {
                    state: *state,
                    emoji: emoji.clone(),
                    digits: digits.clone(),
                    members: members.clone(),
                };
                (None, step)
            }
            _ => return,
        };
        if step.state.is_over() {
            if let Some(live) = self.live.remove(&with) {
                live.told.send_replace(step);
            }
            return;
        }
        self.live(with, &step).told.send_replace(step);
    }

    /// The comparison with `with`, which begins at `step` if there is none.
    fn live(&mut self, with: Option<MemberId>, step: &VerificationStep) -> &mut Live {
        let last = &mut self.last;
        self.live.entry(with).or_insert_with(|| {
            *last += 1;
            Live {
                number: *last,
                told: watch::Sender::new(step.clone()),
                ticket: Weak::new(),
            }
        })
    }

    /// A handle to the comparison with `with`, which the room says is going on and this person
    /// wants.
    pub fn agreed(&mut self, with: Option<MemberId>, room: &mpsc::WeakSender<Command>) -> Verification {
        let verification = self.join(with, room);
        verification.ticket.agreed.store(true, Ordering::Relaxed);
        verification
    }

    fn join(&mut self, with: Option<MemberId>, room: &mpsc::WeakSender<Command>) -> Verification {
        // Where nothing was told yet, the first event is on the way.
        let step = VerificationStep {
            state: VerificationState::Waiting,
            emoji: None,
            digits: None,
            members: with.iter().cloned().collect(),
        };
        let live = self.live(with.clone(), &step);
        let ticket = live.ticket.upgrade().unwrap_or_else(|| {
            let number = live.number;
            Arc::new(Ticket {
                which: Which { with, number },
                told: live.told.subscribe(),
                agreed: AtomicBool::new(false),
                room: room.clone(),
            })
        });
        live.ticket = Arc::downgrade(&ticket);
        let mut steps = live.told.subscribe();
        steps.mark_changed();
        Verification {
            ticket,
            steps: Mutex::new(steps),
        }
    }

    /// A handle to each that is going on.
    pub fn all(&mut self, room: &mpsc::WeakSender<Command>) -> Vec<Verification> {
        let with: Vec<_> = self.live.keys().cloned().collect();
        with.into_iter().map(|with| self.join(with, room)).collect()
    }

    /// What an answer means to the room, if that comparison is still going on.
    pub fn answered(&self, which: &Which, answer: Answer) -> Result<CheckCommand, CommandError> {
        if self.live.get(&which.with).map(|live| live.number) != Some(which.number) {
            return Err(CommandError::OutOfTurn("this comparison is over"));
        }
        let member = which.with.clone().map(|member| member.0);
        Ok(match (member, answer) {
            (Some(member), Answer::Same) => CheckCommand::VerifyConfirm { member },
            (Some(member), Answer::Different) => CheckCommand::VerifyMismatch { member },
            (Some(member), Answer::Cancel) => CheckCommand::VerifyCancel { member },
            (None, Answer::Same) => CheckCommand::GroupCheckConfirm,
            (None, Answer::Different) => CheckCommand::GroupCheckMismatch,
            (None, Answer::Cancel) => CheckCommand::GroupCheckCancel,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(state: VerificationState) -> Event {
        Event::Verification {
            member: bob().unwrap(),
            state,
            emoji: None,
            digits: None,
        }
    }

    fn bob() -> Option<MemberId> {
        Some(MemberId("bob".into()))
    }

    #[test]
    fn an_answer_reaches_the_comparison_it_was_given_to_and_never_the_next() {
        let (room, _inbox) = mpsc::channel(4);
        let room = room.downgrade();
        let mut comparisons = Comparisons::default();
        comparisons.hear(&told(VerificationState::Compare));
        let codes = comparisons.agreed(bob(), &room);
        assert_eq!(
            comparisons.answered(&codes.ticket.which, Answer::Same),
            Ok(CheckCommand::VerifyConfirm { member: "bob".into() })
        );
        // A scan takes the place of the codes, just before this person says that they are the same.
        comparisons.hear(&told(VerificationState::Cancelled));
        comparisons.hear(&told(VerificationState::Compare));
        assert!(comparisons.answered(&codes.ticket.which, Answer::Same).is_err());
        assert_eq!(codes.step().state, VerificationState::Cancelled);
        let tick = comparisons.agreed(bob(), &room);
        assert!(comparisons.answered(&tick.ticket.which, Answer::Same).is_ok());
    }

    #[test]
    fn letting_go_of_the_last_handle_gives_up_what_was_agreed_to() {
        let (sender, mut inbox) = mpsc::channel(4);
        let room = sender.downgrade();
        let mut comparisons = Comparisons::default();
        comparisons.hear(&told(VerificationState::Asked));
        drop(comparisons.all(&room));
        assert!(inbox.try_recv().is_err(), "it was only looked at");
        let (one, other) = (comparisons.agreed(bob(), &room), comparisons.agreed(bob(), &room));
        drop(one);
        assert!(inbox.try_recv().is_err(), "there is another");
        drop(other);
        assert!(matches!(
            inbox.try_recv(),
            Ok(Command::Compared {
                answer: Answer::Cancel,
                ..
            })
        ));
        let last = comparisons.agreed(bob(), &room);
        comparisons.hear(&told(VerificationState::Done));
        drop(last);
        assert!(inbox.try_recv().is_err(), "it is over");
    }
}
