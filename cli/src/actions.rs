//! Doing what a person typed, for plain lines and chat view alike.

use crate::command::{self, Typed};
use crate::model::{self, Line, Model};
use dayfly_core::engine::{Error, RoomHandle, Stats};

/// What is to be done on this side.
#[derive(Debug)]
pub enum Done {
    /// Show these; maybe none.
    Lines(Vec<Line>),
    /// It was not done, and this is why. What was typed is worth another try.
    Refused(Line),
    /// Show the link and the QR code.
    Link,
    /// Leave.
    Leave,
}

/// Does it. What the room makes of it arrives as events.
pub async fn perform(handle: &RoomHandle, model: &Model, typed: Typed) -> Done {
    let result = match typed {
        Typed::Nothing => Ok(()),
        Typed::Say(text) => handle.say(text, Default::default()).await.map(|_| ()),
        Typed::Direct(to, text) => handle.direct(to.0, text, Default::default()).await.map(|_| ()),
        Typed::Name(name) => handle.rename(name).await,
        Typed::Who => return Done::Lines(command::who(model)),
        Typed::Help => return Done::Lines(command::help()),
        Typed::Stats => match handle.stats().await {
            Ok(stats) => return Done::Lines(stats_lines(&stats, model)),
            Err(error) => Err(error),
        },
        Typed::Link => return Done::Link,
        Typed::Leave => return Done::Leave,
        Typed::Wrong(why) => return Done::Refused(Line::warning(why)),
    };
    match result {
        Ok(()) => Done::Lines(Vec::new()),
        Err(error) => Done::Refused(Line::warning(sentence(&error))),
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
