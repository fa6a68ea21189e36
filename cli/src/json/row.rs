//! Rows that the shell adds to those of the room, and how any row is written.

use dayfly_core::doctor::Finding;
use dayfly_core::engine::{Error, ErrorKind, Stats};
use dayfly_core::proto::id::{MemberId, MessageId};
use dayfly_core::proto::invite::qr::Matrix;
use dayfly_core::proto::room::code::{CodeGuestEvent, CodeHostEvent};
use dayfly_core::proto::room::{Member, RendezvousStatus};
use serde::Serialize;
use std::io::Write;

/// A QR code row by row, `1` for a dark module, without its quiet zone.
pub fn modules(matrix: &Matrix) -> Vec<String> {
    let row = |y| {
        (0..matrix.size())
            .map(|x| if matrix.dark(x, y) { '1' } else { '0' })
            .collect()
    };
    (0..matrix.size()).map(row).collect()
}

/// Version of the contract; rows and fields may be added without changing it.
pub const PROTOCOL: u32 = 1;

/// A row that does not come from a room.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Row {
    /// The first one.
    Hello {
        /// [`PROTOCOL`].
        protocol: u32,
        /// Of this program.
        version: &'static str,
    },
    /// The room is entered.
    Ready {
        /// How it can be joined: `web`.
        kind: &'static str,
        /// The link to hand on.
        link: String,
        /// Every link that leads here.
        links: Vec<String>,
        /// The room's name.
        room: String,
        /// This person's row.
        me: Member,
    },
    /// What becomes of the short code that is shown, or tried.
    Code {
        /// What happened.
        #[serde(flatten)]
        what: CodeState,
        /// The same as a sentence.
        message: String,
    },
    /// A command was done.
    Ok {
        /// The command's own mark.
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        /// What it yielded.
        #[serde(flatten)]
        reply: Reply,
    },
    /// A command was refused, or the program cannot go on.
    Error {
        /// The command's own mark, where it could be read.
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        /// For programs.
        code: ErrorKind,
        /// For people.
        message: String,
        /// What to try.
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<String>,
    },
    /// `tracker`: it listens.
    Tracker {
        /// Where clients reach it.
        url: String,
    },
    /// `join`, by a code: the one to show in return.
    Manual {
        /// What it says.
        text: String,
        /// See [`modules`].
        qr: Vec<String>,
    },
    /// `demo`: a step is done.
    Step {
        /// What was shown.
        text: String,
        /// Milliseconds it took.
        ms: u64,
    },
    /// `doctor`: something was found out.
    Finding {
        /// What.
        #[serde(flatten)]
        finding: Finding,
    },
    /// `demo` and `doctor`: the last row.
    Verdict {
        /// Whether all is well.
        ok: bool,
        /// The verdict as a sentence.
        text: String,
    },
}

/// What happens to a short code.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum CodeState {
    /// To that of this room.
    Shown(CodeHostEvent),
    /// To one that is tried, before there is a room.
    Tried(CodeGuestEvent),
}

/// What a command yields.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// A message.
    Id {
        /// Its id.
        id: MessageId,
    },
    /// Who is here.
    Members {
        /// This person.
        me: Member,
        /// Everybody else.
        members: Vec<Member>,
    },
    /// Counters.
    Stats {
        /// The room's.
        stats: Stats,
        /// The places to meet.
        rendezvous: Vec<RendezvousStatus>,
    },
    /// A code to be shown.
    Code {
        /// What it says.
        text: String,
        /// See [`modules`].
        qr: Vec<String>,
    },
    /// What a code says.
    Text {
        /// The text.
        text: String,
    },
    /// The way into the room.
    Invite {
        /// The link to hand on.
        link: String,
        /// Every link that leads here.
        links: Vec<String>,
    },
    /// Whom it was about.
    Member {
        /// The member's id.
        member: MemberId,
    },
    /// Nothing more.
    Done {},
}

impl Row {
    /// The first row.
    pub fn hello() -> Self {
        Self::Hello {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// What happens to the code of this room.
    pub fn code_shown(event: CodeHostEvent) -> Self {
        let message = event.sentence();
        Self::Code {
            what: CodeState::Shown(event),
            message,
        }
    }

    /// What happens to a code that is tried.
    pub fn code_tried(event: CodeGuestEvent) -> Self {
        let message = event.sentence();
        Self::Code {
            what: CodeState::Tried(event),
            message,
        }
    }

    /// A refusal.
    pub fn error(reference: Option<String>, error: Error) -> Self {
        Self::Error {
            reference,
            code: error.kind,
            message: error.message,
            hint: error.hint,
        }
    }
}

/// Writes a row at once; for what happens before and outside a room. A reader that is gone is
/// found out by the next row.
pub fn print(row: &Row) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(line(row).as_bytes()).and_then(|()| out.flush());
}

/// A row as it is written, line feed included.
pub fn line(row: &impl Serialize) -> String {
    let mut text = serde_json::to_string(row).expect("rows have string keys and no failing parts");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_one_line_each() {
        let row = Row::Step {
            text: "a\nb".into(),
            ms: 1,
        };
        assert_eq!(line(&row), "{\"event\":\"step\",\"text\":\"a\\nb\",\"ms\":1}\n");
        let row = Row::Ok {
            reference: None,
            reply: Reply::Done {},
        };
        assert_eq!(line(&row), "{\"event\":\"ok\"}\n");
    }
}
