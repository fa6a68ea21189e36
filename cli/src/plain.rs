//! Plain lines: one an event, nothing moves, nothing is redrawn. For screen readers, pipes and
//! terminals that can do no more.

use crate::actions::{self, Done, Receipts};
use crate::code;
use crate::command;
use crate::exit::{Exit, Outcome};
use crate::links::Links;
use crate::model::{Line, Model};
use crate::session::Session;
use crate::signals::Signals;
use crate::stdin::{Input, Lines};
use crate::text;
use dayfly_core::engine::ManualCode;
use dayfly_core::proto::invite::qr::Matrix;
use dayfly_core::proto::room::Event;
use std::io::{IsTerminal, Write};

/// Runs a room for a person who reads lines.
pub async fn run(mut session: Session, mut signals: Signals) -> Exit {
    let mut screen = Screen::default();
    for sentence in &session.preface {
        screen.line(sentence);
    }
    for link in &session.links.all {
        screen.line(&format!("Link: {}", text::one_line(link)));
    }
    screen.line("/help lists the commands; /link shows the QR code.");

    let mut model = Model::default();
    let mut outcome = Outcome::default();
    let mut lines = Lines::start();
    let mut receipts = Receipts::default();
    let mut time_ran_out = false;
    let limit = session.limit;
    while !screen.gone {
        tokio::select! {
            event = session.events.next() => {
                let Some(event) = event else { break };
                outcome.observe(&event);
                screen.event(&event, &mut model);
                receipts.tell(&session.handle, &model).await;
            }
            event = session.code.next() => screen.lines(&code::lines(&event)),
            input = lines.next() => match input {
                Input::Line(bytes) => {
                    let typed = command::parse(&String::from_utf8_lossy(&bytes), &model);
                    match actions::perform(&session.handle, &mut model, typed).await {
                        Done::Lines(lines) => screen.lines(&lines),
                        Done::Refused(line) => screen.line(&line.plain()),
                        Done::Link => screen.code(&session.links_now().await),
                        Done::Code(language) => {
                            let begun = session.code.begin(&session.handle, language).await;
                            screen.line(&begun.map_or_else(|error| error.message, |()| code::ASKED.into()));
                        }
                        Done::CodeStop => {
                            if let Err(error) = session.code.stop() {
                                screen.line(&error.message);
                            }
                        }
                        Done::Manual(code) => screen.shown(&code),
                        Done::Leave => break,
                        Done::Panic => {
                            session.panic().await;
                            break;
                        }
                    }
                }
                Input::TooLong => screen.line("That line was longer than 1 MiB and was skipped."),
                // A pipe that ran dry ends a room without a time limit, as Ctrl-D does.
                Input::End if limit.is_set() => {}
                Input::End => break,
            },
            () = signals.leave() => break,
            () = limit.is_up() => { time_ran_out = true; break }
        }
    }
    if !outcome.ended() {
        session.leave().await;
        screen.line("You left. Nothing was kept.");
    }
    outcome.exit(time_ran_out)
}

/// The standard output; once it is gone, so is the reason to stay.
#[derive(Default)]
struct Screen {
    gone: bool,
    typing: String,
}

impl Screen {
    fn event(&mut self, event: &Event, model: &mut Model) {
        let lines = model.apply(event);
        self.lines(&lines);
        let typing = model.typing();
        if typing != self.typing {
            if !typing.is_empty() {
                self.line(&format!("{typing}."));
            }
            self.typing = typing;
        }
    }

    fn lines(&mut self, lines: &[Line]) {
        lines.iter().for_each(|line| self.line(&line.plain()));
    }

    fn line(&mut self, line: &str) {
        self.raw(&format!("{line}\n"));
    }

    fn raw(&mut self, text: &str) {
        let mut out = std::io::stdout().lock();
        self.gone |= out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err();
    }

    fn code(&mut self, links: &Links) {
        for link in &links.all {
            self.line(&format!("Link: {}", text::one_line(link)));
        }
        let Some(matrix) = links.code() else {
            return self.line("The link is too long for a QR code.");
        };
        match picture(&matrix) {
            Ok(picture) => self.raw(&picture),
            Err(why) => self.line(&format!("{why} --qr FILE.png saves it as a picture.")),
        }
    }

    /// A code that asks for one in return.
    fn shown(&mut self, code: &ManualCode) {
        match picture(&code.matrix) {
            Ok(picture) => self.raw(&picture),
            Err(why) => self.line(&why),
        }
        self.line(&format!("Code: {}", code.text));
        self.line(HOW_TO_ANSWER);
    }
}

/// What is said with a code that asks for one in return.
pub const HOW_TO_ANSWER: &str = "Let one person join with this code, within ten minutes; then take the code that they \
                                 show with /answer TEXT, or /answer FILE.png for a picture of it.";

/// A QR code in half blocks.
///
/// # Errors
/// Why it cannot be drawn here, as a sentence.
pub fn picture(matrix: &Matrix) -> Result<String, String> {
    if !std::io::stdout().is_terminal() {
        return Err("A QR code needs a terminal.".into());
    }
    let picture = matrix.terminal();
    let needed = picture.lines().map(text::width).max().unwrap_or_default();
    let columns = crossterm::terminal::size().map_or(80, |(columns, _)| usize::from(columns));
    if needed > columns {
        return Err(format!(
            "The QR code needs {needed} columns and this terminal has {columns}. Widen it."
        ));
    }
    Ok(picture)
}
