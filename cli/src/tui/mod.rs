//! The chat view: a loop that hands terminal events and room events to [`input::App`] and draws
//! it with [`view`]. The terminal is given back as it was, whatever happens.

mod check;
mod input;
mod panel;
mod view;

#[cfg(test)]
mod tests;

use crate::actions::{self, Done, Receipts};
use crate::code;
use crate::command::{self, Typed};
use crate::exit::{Exit, Outcome};
use crate::model::Line;
use crate::session::{self, Session, Stop};
use crate::signals::Signals;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste, Event as TerminalEvent};
use crossterm::execute;
use dayfly_core::engine::RoomHandle;
use input::{Act, App};
use ratatui::DefaultTerminal;
use std::io::stdout;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// At most this often something is drawn, however much happens.
const FRAME: Duration = Duration::from_millis(33);

/// Without a key for this long the person no longer types.
const IDLE: Duration = Duration::from_secs(5);

/// Terminal events read ahead.
const KEYS: usize = 64;

/// Runs a room for a person at a screen.
///
/// # Errors
/// When the terminal cannot be taken over.
pub async fn run(session: Session, signals: Signals) -> Result<Exit, Stop> {
    let colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let app = App::new(session.links.clone(), session.preface.clone(), colour);
    let terminal =
        take_terminal().map_err(|error| session::system("The terminal could not be taken over", &error))?;
    let given_back = GiveBack;
    let (exit, last) = View {
        app,
        terminal,
        typing: Typing::default(),
        receipts: Receipts::default(),
    }
    .run(session, signals)
    .await;
    drop(given_back);
    println!("{last}");
    Ok(exit)
}

fn take_terminal() -> std::io::Result<DefaultTerminal> {
    // The library's own panic hook restores the rest before it calls this one.
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let _ = execute!(stdout(), DisableBracketedPaste);
        before(panic);
    }));
    let terminal = ratatui::try_init()?;
    execute!(stdout(), EnableBracketedPaste)?;
    Ok(terminal)
}

/// Gives the terminal back when dropped.
struct GiveBack;

impl Drop for GiveBack {
    fn drop(&mut self) {
        let _ = execute!(stdout(), DisableBracketedPaste);
        ratatui::restore();
    }
}

/// What the others were told about this person's typing.
#[derive(Default)]
struct Typing {
    told: bool,
    ends: Option<Instant>,
}

impl Typing {
    async fn tell(&mut self, on: bool, handle: &RoomHandle) {
        self.ends = on.then(|| Instant::now() + IDLE);
        if on != self.told {
            self.told = on;
            // Nobody is harmed by a typing sign that was not sent.
            let _ = handle.typing(on, None).await;
        }
    }
}

struct View {
    app: App,
    terminal: DefaultTerminal,
    typing: Typing,
    receipts: Receipts,
}

impl View {
    /// Until the room is left; returns the last sentence for the normal screen.
    async fn run(mut self, mut session: Session, mut signals: Signals) -> (Exit, String) {
        let mut keys = keys();
        let mut outcome = Outcome::default();
        let mut time_ran_out = false;
        let limit = session.limit;
        let mut draw_at = Some(Instant::now());
        loop {
            tokio::select! {
                () = at(draw_at) => {
                    draw_at = None;
                    if self.draw().is_err() { break }
                    if self.app.shows_newest() {
                        self.receipts.tell(&session.handle, &self.app.model).await;
                    }
                    continue;
                }
                event = session.events.next() => {
                    let Some(event) = event else { break };
                    outcome.observe(&event);
                    self.app.event(&event);
                }
                key = keys.recv() => {
                    // The terminal is gone.
                    let Some(key) = key else { break };
                    if self.key(&key, &mut session).await { break }
                }
                event = session.code.next() => self.app.note(code::lines(&event)),
                () = at(self.typing.ends) => self.typing.tell(false, &session.handle).await,
                () = signals.leave() => break,
                () = limit.is_up() => { time_ran_out = true; break }
            }
            if outcome.ended() {
                break;
            }
            draw_at.get_or_insert_with(|| Instant::now() + FRAME);
        }
        let last = if outcome.ended() {
            self.app.model.lines().back().map(Line::plain).unwrap_or_default()
        } else {
            self.app.leaving = true;
            let _ = self.draw();
            session.leave().await;
            "You left. Nothing was kept.".into()
        };
        (outcome.exit(time_ran_out), last)
    }

    fn draw(&mut self) -> std::io::Result<()> {
        self.terminal
            .draw(|frame| view::draw(frame, &mut self.app))
            .map(|_| ())
    }

    /// True when it asks to leave.
    async fn key(&mut self, key: &TerminalEvent, session: &mut Session) -> bool {
        match self.app.terminal(key) {
            Act::Leave => return true,
            Act::Redraw => {
                let _ = self.terminal.clear();
            }
            Act::Draw => {
                let on = self.app.is_typing();
                self.typing.tell(on, &session.handle).await;
            }
            Act::Compared(typed) => return self.perform(typed, String::new(), session).await,
            Act::Entered(line) => {
                let typed = command::parse(&line, &self.app.model);
                self.typing.tell(false, &session.handle).await;
                return self.perform(typed, line, session).await;
            }
        }
        false
    }

    /// Does what was asked for; true when that is to leave. A refused `line` is given back.
    async fn perform(&mut self, typed: Typed, line: String, session: &mut Session) -> bool {
        match actions::perform(&session.handle, &mut self.app.model, typed).await {
            Done::Lines(lines) => self.app.note(lines),
            Done::Refused(why) => {
                self.app.note(vec![why]);
                self.app.give_back(line);
            }
            Done::Link => {
                self.app.relink(session.links_now().await);
                self.app.show_panel();
            }
            Done::Code(language) => {
                let begun = session.code.begin(&session.handle, language).await;
                let line =
                    begun.map_or_else(|error| Line::warning(error.message), |()| Line::info(code::ASKED));
                self.app.note(vec![line]);
            }
            Done::CodeStop => {
                if let Err(error) = session.code.stop() {
                    self.app.note(vec![Line::warning(error.message)]);
                }
            }
            Done::Manual(code) => self.app.show_code(code),
            Done::Leave => return true,
            Done::Panic => {
                session.panic().await;
                return true;
            }
        }
        false
    }
}

/// Terminal events, read by a thread of their own because such a read cannot be called off.
fn keys() -> mpsc::Receiver<TerminalEvent> {
    let (sink, keys) = mpsc::channel(KEYS);
    std::thread::spawn(move || {
        while let Ok(event) = crossterm::event::read() {
            if sink.blocking_send(event).is_err() {
                return;
            }
        }
    });
    keys
}

async fn at(when: Option<Instant>) {
    match when {
        Some(when) => tokio::time::sleep_until(when).await,
        None => std::future::pending().await,
    }
}
