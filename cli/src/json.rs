//! The JSON contract: rows out, commands in. `cli/contract.json` is its schema.
//!
//! A room's events are rows as they stand; the shell adds the rows below. Whoever reads slowly
//! slows nobody down: when [`QUEUE`] rows wait, events are left to the room's own queue, which
//! collapses to a `reset`, and commands wait on the standard input.

use crate::exit::{Exit, Outcome};
use crate::session::Session;
use crate::signals::Signals;
use crate::stdin::{Input, Lines};
use dayfly_core::doctor::Finding;
use dayfly_core::engine::{Error, ErrorKind, RoomHandle, Stats, Subscription};
use dayfly_core::proto::id::MessageId;
use dayfly_core::proto::room::{EndReason, Event, Member, RendezvousStatus};
use serde::Serialize;
use serde_json::Value;
use std::io::Write;
use std::time::Duration;
use tokio::sync::mpsc;

/// Version of the contract; rows and fields may be added without changing it.
pub const PROTOCOL: u32 = 1;

/// Rows that may wait for a slow reader.
const QUEUE: usize = 256;

/// How long the last rows may take to be read once the room is left.
const LAST_WORDS: Duration = Duration::from_millis(500);

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

fn line(row: &impl Serialize) -> String {
    let mut text = serde_json::to_string(row).expect("rows have string keys and no failing parts");
    text.push('\n');
    text
}

/// What a program asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Say something to everybody.
    Say {
        /// The words.
        text: String,
    },
    /// Say something to one member.
    Dm {
        /// Id, or a name that only one member has.
        to: String,
        /// The words.
        text: String,
    },
    /// Tell that this person types, or ceased to.
    Typing {
        /// Types now.
        on: bool,
        /// To one member only.
        to: Option<String>,
    },
    /// Take another name.
    Name {
        /// The name.
        name: String,
    },
    /// List who is here.
    Members,
    /// Show counters.
    Stats,
    /// Leave the room.
    Leave,
}

/// A line of the standard input, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The program's own mark, repeated in the answer.
    pub reference: Option<String>,
    /// What is asked for.
    pub request: Request,
}

/// Why a line is no command, with its `ref` where that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    reference: Option<String>,
    message: String,
}

impl From<Refused> for Row {
    fn from(refused: Refused) -> Self {
        let error = Error {
            kind: ErrorKind::BadRequest,
            message: refused.message,
            hint: Some("cli/contract.json lists the commands.".into()),
        };
        Self::error(refused.reference, error)
    }
}

/// Reads a command.
///
/// # Errors
/// [`Refused`] when the line is no JSON object, no known command, or lacks a field.
pub fn parse(line: &[u8]) -> Result<Command, Refused> {
    let refuse = |reference: &Option<String>, message: &str| Refused {
        reference: reference.clone(),
        message: message.into(),
    };
    let Ok(Value::Object(object)) = serde_json::from_slice::<Value>(line) else {
        return Err(refuse(&None, "The line is not a JSON object."));
    };
    let reference = match object.get("ref") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => return Err(refuse(&None, "The field ref must be a string.")),
    };
    let text = |field: &str| match object.get(field) {
        Some(Value::String(text)) => Ok(text.clone()),
        _ => Err(refuse(
            &reference,
            &format!("The field {field} must be a string."),
        )),
    };
    let request = match object.get("cmd").and_then(Value::as_str) {
        Some("say") => Request::Say { text: text("text")? },
        Some("dm") => Request::Dm {
            to: text("to")?,
            text: text("text")?,
        },
        Some("typing") => Request::Typing {
            on: match object.get("on") {
                Some(Value::Bool(on)) => *on,
                _ => return Err(refuse(&reference, "The field on must be true or false.")),
            },
            to: match object.get("to") {
                None | Some(Value::Null) => None,
                Some(_) => Some(text("to")?),
            },
        },
        Some("name") => Request::Name { name: text("name")? },
        Some("members") => Request::Members,
        Some("stats") => Request::Stats,
        Some("leave") => Request::Leave,
        Some(other) => {
            let other: String = other.chars().take(40).collect();
            return Err(refuse(&reference, &format!("There is no command {other:?}.")));
        }
        None => return Err(refuse(&reference, "The field cmd must be a string.")),
    };
    Ok(Command { reference, request })
}

/// Runs a room for a program on the other side of the standard input and output.
pub async fn run(mut session: Session, mut signals: Signals) -> Exit {
    let (rows, writer) = writer();
    let mut lines = Lines::start();
    let mut outcome = Outcome::default();
    let mut began = false;
    let mut time_ran_out = false;
    let limit = session.limit;
    let mut waiting = std::collections::VecDeque::new();
    // A row is only made once there is room for it, so that nothing here grows with a slow reader.
    'room: loop {
        let permit = tokio::select! {
            permit = rows.reserve() => permit,
            () = signals.leave() => break,
            () = limit.is_up() => { time_ran_out = true; break }
        };
        // The reader is gone.
        let Ok(permit) = permit else { break };
        if let Some(row) = waiting.pop_front() {
            permit.send(row);
            continue;
        }
        tokio::select! {
            event = session.events.next() => {
                let Some(event) = event else { break };
                outcome.observe(&event);
                match &event {
                    Event::Reset { snapshot } if !began => {
                        began = true;
                        permit.send(line(&session.ready(snapshot.me.clone())));
                        waiting.extend(unroll(&event));
                    }
                    _ => permit.send(line(&event)),
                }
            }
            input = lines.next(), if began => match input {
                Input::Line(bytes) if bytes.iter().all(u8::is_ascii_whitespace) => {}
                Input::Line(bytes) => {
                    let (row, leave) = answer(&session.handle, &bytes).await;
                    permit.send(line(&row));
                    if leave { break 'room }
                }
                Input::TooLong => permit.send(line(&too_long())),
                Input::End => break,
            },
            () = signals.leave() => break,
            () = limit.is_up() => { time_ran_out = true; break }
        }
    }
    let exit = outcome.exit(time_ran_out);
    if !outcome.ended() {
        session.leave().await;
        last_words(&mut session.events, &rows).await;
    }
    drop(rows);
    // A reader that does not read must not hold up the end.
    let _ = tokio::time::timeout(LAST_WORDS, writer).await;
    exit
}

/// What is left to tell after leaving, up to `left`.
async fn last_words(events: &mut Subscription, rows: &mpsc::Sender<String>) {
    let tell = async {
        while let Some(event) = events.next().await {
            let over = matches!(event, Event::Left { .. });
            if rows.send(line(&event)).await.is_err() || over {
                return;
            }
        }
        let _ = rows
            .send(line(&Event::Left {
                reason: EndReason::Left,
            }))
            .await;
    };
    let _ = tokio::time::timeout(LAST_WORDS, tell).await;
}

/// The first reset as single rows, so that a reader needs one way only to take them.
fn unroll(event: &Event) -> Vec<String> {
    let Event::Reset { snapshot } = event else {
        return Vec::new();
    };
    let members = snapshot
        .members
        .iter()
        .cloned()
        .map(|member| Event::MemberJoined { member });
    let messages = snapshot
        .messages
        .iter()
        .cloned()
        .map(|message| Event::Message { message });
    let places = snapshot
        .rendezvous
        .iter()
        .cloned()
        .map(|status| Event::Rendezvous { status });
    places
        .chain(members)
        .chain(messages)
        .map(|event| line(&event))
        .collect()
}

/// Does what a line asks for; true when that is to leave.
async fn answer(handle: &RoomHandle, bytes: &[u8]) -> (Row, bool) {
    let Command { reference, request } = match parse(bytes) {
        Ok(command) => command,
        Err(refused) => return (refused.into(), false),
    };
    let leave = request == Request::Leave;
    let done = match request {
        Request::Say { text } => handle
            .say(text, reference.clone())
            .await
            .map(|id| Reply::Id { id }),
        Request::Dm { to, text } => handle
            .direct(to, text, reference.clone())
            .await
            .map(|id| Reply::Id { id }),
        Request::Typing { on, to } => handle.typing(on, to).await.map(|()| Reply::Done {}),
        Request::Name { name } => handle.rename(name).await.map(|()| Reply::Done {}),
        Request::Members => handle.snapshot().await.map(|snapshot| Reply::Members {
            me: snapshot.me,
            members: snapshot.members,
        }),
        Request::Stats => match (handle.stats().await, handle.snapshot().await) {
            (Ok(stats), Ok(snapshot)) => Ok(Reply::Stats {
                stats,
                rendezvous: snapshot.rendezvous,
            }),
            (Err(error), _) | (_, Err(error)) => Err(error),
        },
        Request::Leave => Ok(Reply::Done {}),
    };
    let row = match done {
        Ok(reply) => Row::Ok { reference, reply },
        Err(error) => Row::error(reference, error),
    };
    (row, leave)
}

fn too_long() -> Row {
    let error = Error {
        kind: ErrorKind::BadRequest,
        message: "The line is longer than 1 MiB and was skipped.".into(),
        hint: None,
    };
    Row::error(None, error)
}

/// A thread of its own writes, because the standard output may block for as long as its reader
/// likes.
fn writer() -> (mpsc::Sender<String>, tokio::task::JoinHandle<()>) {
    let (rows, mut queue) = mpsc::channel::<String>(QUEUE);
    let (done, finished) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        let _done = done;
        let mut out = std::io::stdout();
        while let Some(row) = queue.blocking_recv() {
            if out.write_all(row.as_bytes()).and_then(|()| out.flush()).is_err() {
                return;
            }
        }
    });
    let wait = tokio::spawn(async move {
        let _ = finished.await;
    });
    (rows, wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &[u8]) -> (Option<String>, String) {
        let refused = parse(line).unwrap_err();
        (refused.reference, refused.message)
    }

    #[test]
    fn commands_are_read_and_unknown_fields_ignored() {
        let command = parse(br#"{"cmd":"say","text":"hi","ref":"7","colour":"blue"}"#).unwrap();
        assert_eq!(command.reference.as_deref(), Some("7"));
        assert_eq!(command.request, Request::Say { text: "hi".into() });
        let command = parse(br#"{"cmd":"typing","on":true,"to":null}"#).unwrap();
        assert_eq!(command.request, Request::Typing { on: true, to: None });
        assert_eq!(parse(br#"{"cmd":"leave"}"#).unwrap().request, Request::Leave);
    }

    #[test]
    fn nonsense_is_refused_with_its_ref() {
        assert_eq!(refused(b"").0, None);
        assert_eq!(refused(b"[1]").0, None);
        assert_eq!(refused(b"\xff\xfe").0, None);
        assert_eq!(refused(&b"[".repeat(100_000)).0, None);
        assert_eq!(refused(br#"{"cmd":"fly","ref":"1"}"#).0.as_deref(), Some("1"));
        assert_eq!(refused(br#"{"ref":"1"}"#).0.as_deref(), Some("1"));
        assert_eq!(refused(br#"{"cmd":"say","ref":"1"}"#).0.as_deref(), Some("1"));
        assert_eq!(
            refused(br#"{"cmd":"say","text":1,"ref":"1"}"#).1,
            "The field text must be a string."
        );
        assert_eq!(
            refused(br#"{"cmd":"members","ref":1}"#).1,
            "The field ref must be a string."
        );
    }

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
