//! Doing what a person typed, for plain lines and chat view alike.

use crate::command::{self, Typed};
use crate::model::{self, Line, Model, With};
use crate::session::FrontEnd;
use dayfly_core::engine::{Error, ManualCode, RoomHandle, Stats};
use dayfly_core::proto::id::{MemberId, MessageId};
use dayfly_core::proto::room::code::CodeLanguage;
use dayfly_core::proto::room::{CheckCommand, Command, SayOptions};

/// What is to be done on this side.
#[derive(Debug)]
pub enum Done {
    /// Show these; maybe none.
    Lines(Vec<Line>),
    /// It was not done, and this is why. What was typed is worth another try.
    Refused(Line),
    /// Show the link and the QR code.
    Link,
    /// Make a short code and show it.
    Code(CodeLanguage),
    /// End the short code.
    CodeStop,
    /// Show a code that asks for one in return.
    Manual(ManualCode),
    /// Leave.
    Leave,
    /// Wipe everything at once.
    Panic,
}

/// Does it. What the room makes of it arrives as events.
pub async fn perform(handle: &RoomHandle, model: &mut Model, typed: Typed) -> Done {
    let result = match typed {
        Typed::Nothing => Ok(()),
        Typed::Say(text) => handle.say(text, SayOptions::default()).await.map(|_| ()),
        Typed::Once(text) => {
            let options = SayOptions {
                view_once: true,
                ..SayOptions::default()
            };
            handle.say(text, options).await.map(|_| ())
        }
        Typed::Reply(id, text) => {
            let options = SayOptions {
                reply_to: Some(id),
                ..SayOptions::default()
            };
            handle.say(text, options).await.map(|_| ())
        }
        Typed::Direct(to, text) => handle.direct(to.0, text, SayOptions::default()).await.map(|_| ()),
        Typed::Name(name) => handle.rename(name).await,
        Typed::Verify(member) => return verify(handle, model, member).await,
        Typed::Group => return group(handle, model).await,
        Typed::Same(with) => return same(handle, model, with).await,
        Typed::Differ(With::Group) => handle.check(CheckCommand::GroupCheckMismatch).await,
        Typed::Differ(With::Member(id)) => handle.check(CheckCommand::VerifyMismatch { member: id.0 }).await,
        Typed::Cancel(With::Group) => handle.check(CheckCommand::GroupCheckCancel).await,
        Typed::Cancel(With::Member(id)) => handle.check(CheckCommand::VerifyCancel { member: id.0 }).await,
        Typed::Room(command) => handle.command(command).await,
        Typed::Who => return Done::Lines(command::who(model)),
        Typed::Options => return Done::Lines(model.room_lines()),
        Typed::Help => return Done::Lines(command::help(model)),
        Typed::Stats => match handle.stats().await {
            Ok(stats) => return Done::Lines(stats_lines(&stats, model)),
            Err(error) => Err(error),
        },
        Typed::Manual => match handle.manual_offer().await {
            Ok(code) => return Done::Manual(code),
            Err(error) => Err(error),
        },
        Typed::Answer(text) => match crate::join::read(&text, FrontEnd::Plain) {
            Ok(text) => {
                let taken = Line::info("That code is taken; the two devices connect now.");
                return done(handle.manual_answer(text).await, vec![taken]);
            }
            Err(error) => Err(error),
        },
        Typed::Link => return Done::Link,
        Typed::Code(language) => return Done::Code(language),
        Typed::CodeStop => return Done::CodeStop,
        Typed::Leave => return Done::Leave,
        Typed::Panic => return Done::Panic,
        Typed::Wrong(why) => return Done::Refused(Line::warning(why)),
    };
    done(result, Vec::new())
}

fn done(result: Result<(), Error>, lines: Vec<Line>) -> Done {
    match result {
        Ok(()) => Done::Lines(lines),
        Err(error) => Done::Refused(Line::warning(sentence(&error))),
    }
}

async fn verify(handle: &RoomHandle, model: &mut Model, member: String) -> Done {
    let id = MemberId(member.clone());
    let with = With::Member(id.clone());
    let answers = model.checks().iter().any(|check| check.with == with);
    // Before the request, so that its first event is known for the answer to it.
    model.agrees(with.clone());
    let result = handle.check(CheckCommand::Verify { member }).await;
    if result.is_err() {
        model.withdraws(&with);
    }
    let line = match (answers, model.member(&id)) {
        (false, Some(member)) => Line::info(format!(
            "{} was asked to compare codes; waiting.",
            model::label(member)
        )),
        _ => Line::info("Agreed; the codes come as soon as both sides are ready."),
    };
    done(result, vec![line])
}

async fn group(handle: &RoomHandle, model: &mut Model) -> Done {
    model.agrees(With::Group);
    let result = handle.check(CheckCommand::GroupCheck).await;
    if result.is_err() {
        model.withdraws(&With::Group);
    }
    let line = Line::info("The code comes once everybody here agreed.");
    done(result, vec![line])
}

async fn same(handle: &RoomHandle, model: &mut Model, with: With) -> Done {
    let command = match &with {
        With::Group => CheckCommand::GroupCheckConfirm,
        With::Member(id) => CheckCommand::VerifyConfirm { member: id.0.clone() },
    };
    let scanned = model
        .checks()
        .iter()
        .any(|check| check.with == with && check.scanned);
    let result = handle.check(command).await;
    if result.is_ok() {
        model.confirms(&with);
    }
    let line = if scanned {
        "You said that there is a tick."
    } else {
        "You said that they are the same."
    };
    done(result, vec![Line::info(line)])
}

/// Tells the others what this person has before it, if it wants that.
#[derive(Debug, Default)]
pub struct Receipts {
    told: Option<MessageId>,
}

impl Receipts {
    /// Tells it once for each newest message.
    pub async fn tell(&mut self, handle: &RoomHandle, model: &Model) {
        if !model.room().receipts {
            return;
        }
        let newest = model.newest_of_others();
        if newest.is_none() || newest == self.told.as_ref() {
            return;
        }
        self.told = newest.cloned();
        if let Some(id) = self.told.clone() {
            // Nobody is harmed by a receipt that was not sent.
            let _ = handle.command(Command::Read { id }).await;
        }
    }
}

fn sentence(error: &Error) -> String {
    match &error.hint {
        Some(hint) => format!("{} {hint}", error.message),
        None => error.message.clone(),
    }
}

fn stats_lines(stats: &Stats, model: &Model) -> Vec<Line> {
    let mut lines = vec![
        Line::info(format!(
            "{} connections open, {} being made.",
            stats.links, stats.connecting
        )),
        Line::info(format!(
            "To and from members: {} sent, {} received. To trackers: {} sent.",
            bytes(stats.bytes_sent),
            bytes(stats.bytes_received),
            bytes(stats.tracker_bytes_sent)
        )),
        Line::info(format!(
            "A minute, lately: {} wake-ups; {} to members, {} from them, {} to trackers.",
            stats.wake_ups_per_minute,
            bytes(stats.bytes_sent_per_minute),
            bytes(stats.bytes_received_per_minute),
            bytes(stats.tracker_bytes_per_minute)
        )),
        Line::info(format!(
            "Refused frames: {}. Messages dropped because their sender was too fast: {}.",
            stats.refused, stats.dropped
        )),
    ];
    lines.extend(
        model
            .rendezvous()
            .iter()
            .map(|r| Line::info(model::meeting_place(r))),
    );
    lines
}

fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} bytes"),
        1_000..1_000_000 => format!("{}.{} kB", count / 1_000, count % 1_000 / 100),
        _ => format!("{}.{} MB", count / 1_000_000, count % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_rounded_down_to_what_a_person_reads() {
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1_950), "1.9 kB");
        assert_eq!(bytes(12_345_678), "12.3 MB");
    }
}
