//! The state of the chat view and what keys do to it. Pure: the loop in [`super`] carries out
//! what is returned, the view draws what is left.

use crate::command::Typed;
use crate::links::Links;
use crate::model::{Line, Model, Tone};
use crate::text;
use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use dayfly_core::engine::ManualCode;
use dayfly_core::proto::invite::qr::Matrix;
use dayfly_core::proto::room::Event;
use tui_input::backend::crossterm::EventHandler;
use tui_input::{Input, InputRequest};

/// Longest text that may be typed, in UTF-16 units: what the room takes.
const MAX_TYPED: usize = 10_000;

/// Rows that one key scrolls by; a page is what is shown less one row.
const STEP: usize = 1;

/// What the loop is to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Act {
    /// Nothing; draw again.
    Draw,
    /// A line was entered.
    Entered(String),
    /// A key of a comparison was pressed.
    Compared(Typed),
    /// Draw everything from nothing.
    Redraw,
    /// Leave.
    Leave,
}

/// Everything the chat view shows.
pub struct App {
    /// The room.
    pub model: Model,
    /// The line being typed.
    pub input: Input,
    /// Rows between the end of the transcript and the bottom of the view.
    pub scroll: usize,
    /// Lines that came in while scrolled back.
    pub unread: usize,
    /// Link and QR code cover the transcript.
    pub panel: bool,
    /// The text of the code on the panel, if it is one that asks for another in return.
    pub asks: Option<String>,
    /// The links.
    pub links: Links,
    /// The QR code of the primary link.
    pub code: Option<Matrix>,
    /// What was said before the room.
    pub preface: Vec<String>,
    /// Colours may be used.
    pub colour: bool,
    /// Leaving is under way.
    pub leaving: bool,
    /// The panel closes by itself when somebody comes.
    waits: bool,
    /// Width and height of the transcript when it was last drawn.
    pub drawn: (usize, usize),
}

impl App {
    /// The view of a room that was just entered: link and code first.
    pub fn new(links: Links, preface: Vec<String>, colour: bool) -> Self {
        Self {
            model: Model::default(),
            input: Input::default(),
            scroll: 0,
            unread: 0,
            panel: true,
            asks: None,
            code: links.code(),
            links,
            preface,
            colour,
            leaving: false,
            waits: true,
            drawn: (80, 20),
        }
    }

    /// Takes an event of the room.
    pub fn event(&mut self, event: &Event) {
        let lines = self.model.apply(event);
        let words = lines.iter().any(|line| line.lead.is_some());
        if self.waits && (self.model.present() > 0 || words) {
            (self.waits, self.panel) = (false, false);
        }
        self.arrived(&lines);
    }

    /// Shows lines of the shell's own.
    pub fn note(&mut self, lines: Vec<Line>) {
        if !lines.is_empty() {
            self.panel = false;
        }
        self.arrived(&lines);
        lines.into_iter().for_each(|line| self.model.note(line));
    }

    /// Puts a line back that was refused, unless another was begun.
    pub fn give_back(&mut self, line: String) {
        if self.input.value().is_empty() {
            self.input = Input::new(line);
        }
    }

    /// Takes the links as they are now.
    pub fn relink(&mut self, links: Links) {
        self.code = links.code();
        self.links = links;
    }

    /// Shows a code that asks for one in return, until it is closed.
    pub fn show_code(&mut self, code: ManualCode) {
        self.asks = Some(code.text);
        self.code = Some(code.matrix);
        (self.panel, self.waits) = (true, false);
    }

    /// Shows link and code until they are closed.
    pub fn show_panel(&mut self) {
        self.asks = None;
        (self.panel, self.waits) = (true, false);
    }

    /// A view that is scrolled back stays where it is while lines come in.
    fn arrived(&mut self, lines: &[Line]) {
        if self.scroll > 0 {
            let lines = lines.iter().filter(|line| line.tone != Tone::Change);
            let rows: usize = lines
                .clone()
                .map(|line| super::view::rows(line, self.drawn.0).1.len())
                .sum();
            self.scroll += rows;
            self.unread += lines.count();
        }
    }

    /// The end of the transcript is before the person's eyes.
    pub fn shows_newest(&self) -> bool {
        self.scroll == 0 && !self.panel && self.model.check().is_none() && self.model.look().is_none()
    }

    /// True while the person composes words for everybody: what the others are told. Commands
    /// and direct messages in the making are nobody's business.
    pub fn is_typing(&self) -> bool {
        let text = self.input.value();
        !text.trim().is_empty() && !text.starts_with('/')
    }

    /// Takes a key, a paste or a resize.
    pub fn terminal(&mut self, event: &TerminalEvent) -> Act {
        match event {
            TerminalEvent::Key(key) if key.kind != KeyEventKind::Release => self.key(*key, event),
            TerminalEvent::Paste(pasted) => {
                for c in text::neutral(pasted).chars() {
                    self.insert(c);
                }
                Act::Draw
            }
            _ => Act::Draw,
        }
    }

    fn key(&mut self, key: KeyEvent, event: &TerminalEvent) -> Act {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        if let Some(typed) = self.comparison_key(key.code, control) {
            return Act::Compared(typed);
        }
        let page = self.drawn.1.saturating_sub(1).max(1);
        match key.code {
            KeyCode::Char('c') if control => return Act::Leave,
            KeyCode::Char('d') if control && self.input.value().is_empty() => return Act::Leave,
            KeyCode::Char('l') if control => return Act::Redraw,
            KeyCode::Enter if key.modifiers.contains(KeyModifiers::ALT) => self.insert('\n'),
            KeyCode::Enter => {
                let line = self.input.value_and_reset();
                if !line.trim().is_empty() {
                    (self.panel, self.waits, self.scroll, self.unread) = (false, false, 0, 0);
                    return Act::Entered(line);
                }
            }
            KeyCode::Esc if self.model.look().is_some() => self.model.look_away(),
            KeyCode::Esc if self.panel => (self.panel, self.waits) = (false, false),
            KeyCode::Esc => self.scroll_by(0, true),
            KeyCode::PageUp => self.scroll_by(page, false),
            KeyCode::PageDown => self.scroll_by(page, true),
            // A terminal turns its wheel into these two on the alternate screen.
            KeyCode::Up => self.scroll_by(STEP, false),
            KeyCode::Down => self.scroll_by(STEP, true),
            KeyCode::End if control => self.scroll_by(usize::MAX, true),
            KeyCode::Char(c) if !control && !key.modifiers.contains(KeyModifiers::ALT) => self.insert(c),
            _ => {
                self.input.handle_event(event);
            }
        }
        Act::Draw
    }

    /// What a key means while codes are compared. None of them is a letter of its own, so that
    /// nobody who happens to type answers by accident.
    fn comparison_key(&self, code: KeyCode, control: bool) -> Option<Typed> {
        let with = self.model.check()?.with.clone();
        match code {
            KeyCode::Char('y') if control => Some(Typed::Same(with)),
            KeyCode::Char('n') if control => Some(Typed::Differ(with)),
            KeyCode::Esc => Some(Typed::Cancel(with)),
            _ => None,
        }
    }

    fn insert(&mut self, c: char) {
        let units: usize = self.input.value().chars().map(char::len_utf16).sum();
        if units + c.len_utf16() <= MAX_TYPED {
            self.input.handle(InputRequest::InsertChar(c));
        }
    }

    fn scroll_by(&mut self, rows: usize, down: bool) {
        let (columns, height) = self.drawn;
        self.scroll = if down {
            self.scroll.saturating_sub(rows)
        } else {
            self.scroll + rows
        };
        if self.scroll > 0 {
            let all: usize = self
                .model
                .lines()
                .iter()
                .map(|line| super::view::rows(line, columns).1.len())
                .sum();
            self.scroll = self.scroll.min(all.saturating_sub(height));
        }
        if self.scroll == 0 {
            self.unread = 0;
        }
    }
}
