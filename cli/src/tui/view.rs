//! Drawing the chat view. It shows what is in [`App`] and changes nothing but the note of how
//! large the transcript was.
//!
//! Colours are the terminal's own sixteen, so that light and dark themes both stay readable, and
//! every meaning is also a word or a sign. Text from others passes [`text::grid`] before it
//! reaches a cell.

use super::input::App;
use crate::model::{self, Line, Pending, Tone};
use crate::text;
use dayfly_core::proto::invite::qr::Matrix;
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
    let [head, body, status, input] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(1),
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
    if app.panel {
        draw_panel(frame, app, main);
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
    let room = text::shorten(&text::grid(&text::one_line(&app.links.room)), 13);
    let words = format!(
        " Dayfly \u{b7} {} \u{b7} {others} \u{b7} {} \u{b7} room {room}",
        text::grid(&name),
        app.model.meeting()
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
        let pending = line.id.as_ref().and_then(|id| app.model.pending(id));
        shown.extend(styled(line, pending, columns, app.colour).into_iter().rev());
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

/// A line as rows of text, the first split into lead and words.
pub fn rows(line: &Line, pending: Option<Pending>, columns: usize) -> Vec<(String, String)> {
    let lead = match (&line.lead, line.tone) {
        (Some(lead), _) => format!(
            "{}: ",
            text::shorten(&text::grid(lead), columns.saturating_sub(2))
        ),
        (None, Tone::Warning) => "! ".into(),
        (None, _) => "\u{b7} ".into(),
    };
    let mut words = text::grid(line.text.trim_end_matches('\n'));
    words.push_str(match pending {
        Some(Pending::Waiting) => " (waits for somebody to come)",
        Some(Pending::Failed) => " (not sent)",
        None => "",
    });
    let indent = if columns >= 20 { 2 } else { 0 };
    let hang = text::width(&lead).saturating_sub(indent);
    let mut wrapped = text::wrap(&words, columns - indent, hang).into_iter();
    let mut rows = vec![(lead, wrapped.next().unwrap_or_default())];
    rows.extend(wrapped.map(|row| (" ".repeat(indent), row)));
    rows
}

fn styled(line: &Line, pending: Option<Pending>, columns: usize, colour: bool) -> Vec<Row<'static>> {
    let (lead, words) = styles(line.tone, colour);
    rows(line, pending, columns)
        .into_iter()
        .map(|(head, text)| Row::from(vec![Span::styled(head, lead), Span::styled(text, words)]))
        .collect()
}

fn styles(tone: Tone, colour: bool) -> (Style, Style) {
    let plain = Style::new();
    let bold = plain.add_modifier(Modifier::BOLD);
    let dim = plain.add_modifier(Modifier::DIM);
    let tint = |style: Style, with| if colour { style.fg(with) } else { style };
    match tone {
        Tone::Said => (tint(bold, Color::Cyan), plain),
        Tone::Mine => (tint(bold, Color::Green), plain),
        Tone::Past => (dim, dim),
        Tone::Info => (dim, dim),
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
    match model::way(member) {
        "does not answer at present" => "does not answer".into(),
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

fn draw_panel(frame: &mut Frame, app: &App, area: Rect) {
    let columns = usize::from(area.width);
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let mut words: Vec<Row> = Vec::new();
    let paragraph = |text: &str, style: Style, words: &mut Vec<Row>, columns: usize| {
        words.extend(
            text::wrap(&text::grid(text), columns, 0)
                .into_iter()
                .map(|row| Row::styled(row, style)),
        );
    };
    let code = app.code.as_ref().and_then(|matrix| Code::fitting(matrix, area));
    let beside = code.as_ref().is_some_and(|code| code.beside);
    let text_columns = match &code {
        Some(code) if beside => columns.saturating_sub(code.width + 2),
        _ => columns,
    };
    for sentence in &app.preface {
        paragraph(sentence, bold, &mut words, text_columns);
    }
    for link in &app.links.all {
        let title = if link.starts_with("http") {
            "Link for any browser:"
        } else {
            "Link for another Dayfly:"
        };
        paragraph(title, bold, &mut words, text_columns);
        paragraph(&text::one_line(link), Style::new(), &mut words, text_columns);
    }
    if code.is_none() {
        paragraph(&no_code(app, area), Style::new(), &mut words, text_columns);
    }
    if let Some(last) = app.model.lines().iter().rev().find(|line| line.lead.is_none()) {
        paragraph(
            &last.plain(),
            Style::new().add_modifier(Modifier::DIM),
            &mut words,
            text_columns,
        );
    }
    match code {
        None => frame.render_widget(Paragraph::new(words), area),
        Some(code) => {
            let size = u16::try_from(code.width).unwrap_or(area.width);
            let rows = u16::try_from(code.rows.len()).unwrap_or(area.height);
            let (picture, rest) = if beside {
                let [picture, _, rest] = Layout::horizontal([
                    Constraint::Length(size),
                    Constraint::Length(2),
                    Constraint::Min(1),
                ])
                .areas(area);
                (
                    Rect {
                        height: rows,
                        ..picture
                    },
                    rest,
                )
            } else {
                let [picture, rest] =
                    Layout::vertical([Constraint::Length(rows), Constraint::Min(0)]).areas(area);
                (
                    Rect {
                        width: size,
                        ..picture
                    },
                    rest,
                )
            };
            // A scanner wants dark on light, whatever the theme.
            let style = if app.colour {
                Style::new().fg(Color::Indexed(16)).bg(Color::Indexed(231))
            } else {
                Style::new()
            };
            let rows: Vec<Row> = code.rows.into_iter().map(Row::raw).collect();
            frame.render_widget(Paragraph::new(rows).style(style), picture);
            frame.render_widget(Paragraph::new(words), rest);
        }
    }
}

fn no_code(app: &App, area: Rect) -> String {
    match &app.code {
        None => "The link is too long for a QR code.".into(),
        Some(matrix) => {
            let side = matrix.size() as usize + 2;
            format!(
                "The QR code needs {side} columns and {} rows here, and this view has {} and {}. \
                 Enlarge the terminal, or save a picture with --qr FILE.png.",
                side.div_ceil(2),
                area.width,
                area.height
            )
        }
    }
}

/// A QR code as rows of half blocks: dark is drawn, light is the ground.
struct Code {
    rows: Vec<String>,
    width: usize,
    beside: bool,
}

impl Code {
    /// With the widest quiet zone that fits: four modules as ISO/IEC 18004 has it, down to one,
    /// which today's scanners take.
    fn fitting(matrix: &Matrix, area: Rect) -> Option<Self> {
        let size = matrix.size() as usize;
        (1..=4).rev().find_map(|quiet| {
            let width = size + 2 * quiet;
            let height = width.div_ceil(2);
            let (columns, rows) = (usize::from(area.width), usize::from(area.height));
            if width > columns || height > rows {
                return None;
            }
            // Below it there must be room for the links, else they stand beside it.
            let below = rows - height >= 6;
            let beside = !below && columns >= width + 26;
            let rows = half_blocks(matrix, quiet);
            Some(Self { rows, width, beside })
        })
    }
}

fn half_blocks(matrix: &Matrix, quiet: usize) -> Vec<String> {
    let size = matrix.size() as usize;
    let side = size + 2 * quiet;
    let dark = move |x: usize, y: usize| {
        let inside = |at: usize| {
            at.checked_sub(quiet)
                .filter(|at| *at < size)
                .and_then(|at| u32::try_from(at).ok())
        };
        matches!((inside(x), inside(y)), (Some(x), Some(y)) if matrix.dark(x, y))
    };
    let row = |y: usize| {
        (0..side).map(move |x| match (dark(x, y), dark(x, y + 1)) {
            (true, true) => '\u{2588}',
            (true, false) => '\u{2580}',
            (false, true) => '\u{2584}',
            (false, false) => ' ',
        })
    };
    (0..side).step_by(2).map(|y| row(y).collect()).collect()
}
