//! The JSON contract: rows out, commands in. `cli/contract.json` is its schema.
//!
//! A room's events are rows as they stand; the shell adds the rows below. Whoever reads slowly
//! slows nobody down: when [`QUEUE`] rows wait, events are left to the room's own queue, which
//! collapses to a `reset`, and commands wait on the standard input.

mod request;
mod row;
#[cfg(test)]
mod tests;

pub use row::{Row, modules, print};

use crate::code::{self, Shown};
use crate::exit::{Exit, Outcome};
use crate::links::Links;
use crate::session::Session;
use crate::signals::Signals;
use crate::stdin::{Input, Lines};
use dayfly_core::engine::{Error, ErrorKind, RoomHandle, Subscription};
use dayfly_core::proto::room::{EndReason, Event, SayOptions};
use request::{Command, Request};
use row::{Reply, line};
use std::io::Write;
use std::time::Duration;
use tokio::sync::mpsc;

/// Rows that may wait for a slow reader.
const QUEUE: usize = 256;

/// How long the last rows may take to be read once the room is left.
const LAST_WORDS: Duration = Duration::from_millis(500);

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
            event = session.code.next(), if began => permit.send(line(&Row::code_shown(event))),
            input = lines.next(), if began => match input {
                Input::Line(bytes) if bytes.iter().all(u8::is_ascii_whitespace) => {}
                Input::Line(bytes) => {
                    let (row, goes) = answer(&session.handle, &mut session.code, &bytes).await;
                    permit.send(line(&row));
                    match goes {
                        Goes::On => {}
                        Goes::Out => break 'room,
                        Goes::AtOnce => {
                            session.panic().await;
                            break 'room;
                        }
                    }
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

/// What follows an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goes {
    /// The room goes on.
    On,
    /// It is left.
    Out,
    /// It is wiped.
    AtOnce,
}

/// Does what a line asks for, but for ending the room.
async fn answer(handle: &RoomHandle, shown: &mut Shown, bytes: &[u8]) -> (Row, Goes) {
    let Command { reference, request } = match request::parse(bytes) {
        Ok(command) => command,
        Err(refused) => return (refused.into(), Goes::On),
    };
    let goes = match request {
        Request::Leave => Goes::Out,
        Request::Panic => Goes::AtOnce,
        _ => Goes::On,
    };
    let said = |reply_to, view_once| SayOptions {
        reference: reference.clone(),
        reply_to,
        view_once,
    };
    let done = match request {
        Request::Say {
            text,
            reply_to,
            view_once,
        } => handle
            .say(text, said(reply_to, view_once))
            .await
            .map(|id| Reply::Id { id }),
        Request::Dm {
            to,
            text,
            reply_to,
            view_once,
        } => handle
            .direct(to, text, said(reply_to, view_once))
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
        Request::ManualOffer => handle.manual_offer().await.map(|code| Reply::Code {
            qr: modules(&code.matrix),
            text: code.text,
        }),
        Request::ManualAnswer { text } => handle.manual_answer(text).await.map(|()| Reply::Done {}),
        Request::InPersonCode => handle.in_person_code().await.map(|text| Reply::Text { text }),
        Request::InPersonScanned { text } => handle
            .in_person_scanned(text)
            .await
            .map(|member| Reply::Member { member }),
        Request::Invite => handle.current_invite().await.map(|invite| {
            let Links { primary, all, .. } = Links::of(&invite);
            Reply::Invite {
                link: primary,
                links: all,
            }
        }),
        Request::Code { language } => {
            let language = language.unwrap_or_else(code::usual_language);
            shown.begin(handle, language).await.map(|()| Reply::Done {})
        }
        Request::CodeStop => shown.stop().map(|()| Reply::Done {}),
        Request::Leave | Request::Panic => Ok(Reply::Done {}),
        Request::NetworkChanged => {
            handle.network_changed();
            Ok(Reply::Done {})
        }
        Request::Suspend => {
            handle.suspended();
            Ok(Reply::Done {})
        }
        Request::Resume => {
            handle.resumed();
            Ok(Reply::Done {})
        }
        Request::Check(command) => handle.check(command).await.map(|()| Reply::Done {}),
        Request::Room(command) => handle.command(command).await.map(|()| Reply::Done {}),
    };
    let row = match done {
        Ok(reply) => Row::Ok { reference, reply },
        Err(error) => Row::error(reference, error),
    };
    (row, goes)
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
