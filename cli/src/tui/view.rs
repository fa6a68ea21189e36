//! Drawing the chat view. It shows what is in [`App`] and changes nothing but the note of how
//! large the transcript was.
//!
//! Colours are the terminal's own sixteen, so that light and dark themes both stay readable, and
//! every meaning is also a word or a sign. Text from others passes [`text::grid`] before it
//! reaches a cell.

use super::input::App;
use super::{check, panel};
use crate::model::{self, Emphasis, Line, Piece, Tone};
use crate::text;
use dayfly_core::proto::room::{Member, RendezvousState, RendezvousStatus};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line as Row, Span};
use ratatui::widgets::Paragraph;

/// From this width on, who is here stands beside the transcript.
const WIDE: u16 = 72;
/// Columns of that list.
const SIDE: u16 = 27;

/// Draws everything.
pub fn draw(frame: &mut Frame, app: &mut App) {
    // The panel may take a row or two from the others when the code fits no other way.
    let (top, bottom) = if app.panel {
        panel::margins(app, frame.area())
    } else {
        (1, 1)
    };
    let [head, body, status, input] = Layout::vertical([
        Constraint::Length(top),
        Constraint::Min(1),
        Constraint::Length(bottom),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    let (main, side) = if frame.area().width >= WIDE && !app.panel {
        let [main, side] = Layout::horizontal([Constraint::Min(1), Constraint::Length(SIDE)]).areas(body);
        (main, Some(side))
    } else {
        (body, None)
    };
    draw_head(frame, app, head);
    if check::draw(frame, app, main) {
        // It covers whatever else there is.
    } else if app.panel {
        panel::draw(frame, app, main);
    } else {
        draw_transcript(frame, app, main);
    }
    if let Some(side) = side {
        draw_side(frame, app, side);
    }
    draw_status(frame, app, status);
    draw_input(frame, app, input);
}

fn draw_head(frame: &mut Frame, app: &App, area: Rect) {
    let others = match app.model.present() {
        0 => "nobody else here".into(),
        1 => "1 other here".into(),
        n => format!("{n} others here"),
    };
    let name = app
        .model
        .me()
        .map_or_else(|| "…".into(), |me| model::name(&me.name));
    let room = match app.model.room_words() {
        words if words.is_empty() => format!(
            "room {}",
            text::shorten(&text::grid(&text::one_line(&app.links.room)), 13)
        ),
        words if app.links.room.is_empty() => words,
        words => format!("{} \u{b7} {words}", model::quoted(&app.links.room)),
    };
    let meeting = app.model.meeting();
    // What is said of the room matters more than where it meets.
    let (first, second) = if app.model.room().native {
        (text::grid(&room), meeting)
    } else {
        (meeting, room)
    };
    let words = format!(
        " Dayfly \u{b7} {} \u{b7} {others} \u{b7} {first} \u{b7} {second}",
        text::grid(&name)
    );
    let words = text::shorten(&words, usize::from(area.width));
    let style = Style::new().add_modifier(Modifier::REVERSED);
    frame.render_widget(Paragraph::new(Span::raw(words)).style(style), area);
}

fn draw_transcript(frame: &mut Frame, app: &mut App, area: Rect) {
    let (columns, height) = (usize::from(area.width), usize::from(area.height));
    app.drawn = (columns, height);
    // Laid out from the end, and no further than what is shown.
    let mut shown: Vec<Row> = Vec::with_capacity(height + app.scroll);
    for line in app.model.lines().iter().rev() {
        shown.extend(styled(line, columns, app.colour).into_iter().rev());
        if shown.len() >= height + app.scroll {
            break;
        }
    }
    let from = app.scroll.min(shown.len().saturating_sub(height));
    let mut rows: Vec<Row> = shown.into_iter().skip(from).take(height).collect();
    rows.reverse();
    let top = area.y
        + area
            .height
            .saturating_sub(u16::try_from(rows.len()).unwrap_or(area.height));
    let area = Rect {
        y: top,
        height: area.y + area.height - top,
        ..area
    };
    frame.render_widget(Paragraph::new(rows), area);
}

/// A line as rows of pieces; the first begins with its lead, which is no piece of it.
pub fn rows(line: &Line, columns: usize) -> (String, Vec<Vec<Piece>>) {
    let lead = match (&line.lead, line.tone) {
        (Some(lead), _) => format!(
            "{}: ",
            text::shorten(&text::grid(lead), columns.saturating_sub(2))
        ),
        (None, Tone::Warning) => "! ".into(),
        (None, _) => "\u{b7} ".into(),
    };
    let plain = text::grid(line.text.trim_end_matches('\n'));
    let marks = text::grid(&line.marks);
    let mut pieces: Vec<(&str, Emphasis)> = match line.rich.as_slice() {
        [] => vec![(&plain, Emphasis::default())],
        rich => rich
            .iter()
            .map(|(words, style)| (words.as_str(), *style))
            .collect(),
    };
    let sign = Emphasis {
        sign: true,
        ..Emphasis::default()
    };
    pieces.push((&marks, sign));
    let indent = if columns >= 20 { 2 } else { 0 };
    let hang = text::width(&lead).saturating_sub(indent);
    (lead, text::wrap_pieces(&pieces, columns - indent, hang))
}

fn styled(line: &Line, columns: usize, colour: bool) -> Vec<Row<'static>> {
    let (of_lead, of_words) = styles(line.tone, colour);
    let (lead, rows) = rows(line, columns);
    let mut first = Some(lead);
    let margin = " ".repeat(if columns >= 20 { 2 } else { 0 });
    rows.into_iter()
        .map(|pieces| {
            let head = first
                .take()
                .map_or_else(|| Span::raw(margin.clone()), |lead| Span::styled(lead, of_lead));
            let words = pieces
                .into_iter()
                .map(|(words, how)| Span::styled(words, emphasis(of_words, how)));
            Row::from(std::iter::once(head).chain(words).collect::<Vec<_>>())
        })
        .collect()
}

/// A style with an emphasis upon it. Links are underlined and lead nowhere from here.
pub fn emphasis(style: Style, how: Emphasis) -> Style {
    let add = |style: Style, holds: bool, modifier| {
        if holds {
            style.add_modifier(modifier)
        } else {
            style
        }
    };
    let style = add(style, how.bold, Modifier::BOLD);
    let style = add(style, how.italic, Modifier::ITALIC);
    let style = add(style, how.strike, Modifier::CROSSED_OUT);
    let style = add(style, how.link, Modifier::UNDERLINED);
    add(style, how.sign, Modifier::DIM)
}

fn styles(tone: Tone, colour: bool) -> (Style, Style) {
    let plain = Style::new();
    let bold = plain.add_modifier(Modifier::BOLD);
    let dim = plain.add_modifier(Modifier::DIM);
    let tint = |style: Style, with| if colour { style.fg(with) } else { style };
    match tone {
        Tone::Said => (tint(bold, Color::Cyan), plain),
        // The sign of it is in the words as well.
        Tone::Mention => (tint(bold.add_modifier(Modifier::REVERSED), Color::Cyan), bold),
        Tone::Mine => (tint(bold, Color::Green), plain),
        Tone::Past => (dim, dim),
        Tone::Info | Tone::Change => (dim, dim),
        Tone::Warning => (tint(bold, Color::Yellow), tint(plain, Color::Yellow)),
    }
}

fn draw_side(frame: &mut Frame, app: &App, area: Rect) {
    let columns = usize::from(area.width).saturating_sub(2);
    let height = usize::from(area.height);
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let dim = Style::new().add_modifier(Modifier::DIM);
    let cell = |words: String, style| Span::styled(text::shorten(&text::grid(&words), columns), style);

    let meeting: Vec<_> = app
        .model
        .rendezvous()
        .iter()
        .flat_map(|r| tracker_rows(r, columns))
        .collect();
    let mut rows = Vec::new();
    if let Some(me) = app.model.me() {
        rows.push(cell(format!("{}, you", model::label(me)), bold));
    }
    let room = height.saturating_sub(meeting.len() + 2);
    let members = app.model.members();
    for (at, member) in members.iter().enumerate() {
        if rows.len() + 3 > room && at + 1 < members.len() {
            rows.push(cell(format!("and {} more: /who", members.len() - at), dim));
            break;
        }
        rows.push(cell(model::label(member), bold));
        rows.push(cell(format!("  {}", describe(member)), dim));
    }
    rows.push(Span::raw(""));
    rows.extend(meeting.into_iter().map(|words| cell(words, dim)));
    let rows = (0..height).map(|at| {
        let content = rows.get(at).cloned().unwrap_or_default();
        Row::from(vec![Span::styled("\u{2502} ", dim), content])
    });
    frame.render_widget(Paragraph::new(rows.collect::<Vec<_>>()), area);
}

/// What the list says of a member: the way, and what to be wary of.
fn describe(member: &Member) -> String {
    use dayfly_core::proto::room::Trust;
    let trust = match member.trust {
        Trust::None => "wrong signature",
        Trust::Claimed => "claimed",
        Trust::Unverified => "unverified",
        Trust::New => "new",
        Trust::Known => "known",
        Trust::Verified => "verified",
    };
    if member.same_key {
        return "same key as another!".into();
    }
    if member.was_native {
        return "page now, was a Dayfly!".into();
    }
    match model::way(member) {
        "does not answer at present" => "does not answer".into(),
        way if member.muted => format!("{way}, {trust}, muted"),
        way if member.blocked => format!("{way}, {trust}, blocked"),
        way if member.owner => format!("{way}, {trust}, owner"),
        way => format!("{way}, {trust}"),
    }
}

fn tracker_rows(status: &RendezvousStatus, columns: usize) -> Vec<String> {
    let url = status.url.as_deref().unwrap_or(&status.backend);
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let state = match status.state {
        RendezvousState::Connecting => "reaching",
        RendezvousState::Up => "up",
        RendezvousState::Waiting => "no answer",
        RendezvousState::Down => "given up",
    };
    let host = text::shorten(
        &text::grid(&text::one_line(host)),
        columns.saturating_sub(state.len() + 2),
    );
    vec![format!("{host}: {state}")]
}

fn draw_status(frame: &mut Frame, app: &App, area: Rect) {
    let typing = app.model.typing();
    let words = if app.leaving {
        "Leaving…".into()
    } else if app.scroll > 0 {
        match app.unread {
            0 => "Scrolled back; PgDn or Ctrl-End goes on".into(),
            1 => "1 new line below; PgDn or Ctrl-End goes there".into(),
            n => format!("{n} new lines below; PgDn or Ctrl-End goes there"),
        }
    } else if app.model.check().is_some() {
        check::keys(area.width).into()
    } else if app.model.look().is_some() {
        "Esc forgets this".into()
    } else if !typing.is_empty() {
        format!("{typing}…")
    } else if app.panel {
        "Esc shows the conversation; /link shows this again".into()
    } else if app.input.value().is_empty() {
        "/help lists the commands".into()
    } else {
        String::new()
    };
    let words = text::shorten(&text::grid(&words), usize::from(area.width));
    let style = Style::new().add_modifier(Modifier::DIM);
    frame.render_widget(Paragraph::new(Span::styled(words, style)), area);
}

fn draw_input(frame: &mut Frame, app: &App, area: Rect) {
    const PROMPT: &str = "> ";
    let shown = |part: &str| text::grid(part).replace('\n', "\u{23CE}");
    let value = app.input.value();
    let split = value
        .char_indices()
        .nth(app.input.cursor())
        .map_or(value.len(), |(at, _)| at);
    let (before, after) = (shown(&value[..split]), shown(&value[split..]));
    let columns = usize::from(area.width).saturating_sub(PROMPT.len() + 1);
    // The cursor stays in view: what does not fit before it is cut at the left.
    let before = last_cells(&before, columns);
    let at = PROMPT.len() + text::width(&before);
    let row = Row::from(vec![
        Span::styled(PROMPT, Style::new().add_modifier(Modifier::BOLD)),
        Span::raw(before),
        Span::raw(after),
    ]);
    frame.render_widget(Paragraph::new(row), area);
    let x = area.x
        + u16::try_from(at)
            .unwrap_or(u16::MAX)
            .min(area.width.saturating_sub(1));
    frame.set_cursor_position(Position { x, y: area.y });
}

/// The end of `text` that fits into `columns` cells.
fn last_cells(text: &str, columns: usize) -> String {
    use unicode_segmentation::UnicodeSegmentation;
    let mut used = 0;
    let mut from = text.len();
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += text::width(grapheme);
        if used > columns {
            break;
        }
        from = at;
    }
    text[from..].to_owned()
}
