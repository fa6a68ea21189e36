//! The panel that covers the transcript until somebody comes: the links, and the QR code of the
//! first one where it fits.

use super::input::App;
use crate::{plain, text};
use dayfly_core::proto::invite::qr::Matrix;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line as Row;
use ratatui::widgets::Paragraph;

/// Rows above and below the body, without the input: one each, unless the code fits only without.
pub fn margins(app: &App, area: Rect) -> (u16, u16) {
    let fits = |(top, bottom): &(u16, u16)| {
        let height = area.height.saturating_sub(1 + top + bottom);
        let body = Rect { height, ..area };
        app.code
            .as_ref()
            .is_some_and(|matrix| Code::fitting(matrix, body, app.colour).is_some())
    };
    [(1, 1), (1, 0), (0, 0)].into_iter().find(fits).unwrap_or((1, 1))
}

/// Draws it.
pub fn draw(frame: &mut Frame, app: &App, area: Rect) {
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
    let code = app
        .code
        .as_ref()
        .and_then(|matrix| Code::fitting(matrix, area, app.colour));
    let beside = code.as_ref().is_some_and(|code| code.beside);
    let text_columns = match &code {
        Some(code) if beside => columns.saturating_sub(code.width + 2),
        _ => columns,
    };
    if let Some(text) = &app.asks {
        paragraph(plain::HOW_TO_ANSWER, bold, &mut words, text_columns);
        paragraph(&text::one_line(text), Style::new(), &mut words, text_columns);
    }
    let links = app.asks.is_none();
    for sentence in app.preface.iter().filter(|_| links) {
        paragraph(sentence, bold, &mut words, text_columns);
    }
    for link in app.links.all.iter().filter(|_| links) {
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

/// A QR code as rows of half blocks.
pub struct Code {
    /// The rows, from the top.
    pub rows: Vec<String>,
    width: usize,
    beside: bool,
}

impl Code {
    /// With the widest quiet zone that fits: four modules as ISO/IEC 18004 has it, down to one,
    /// which today's scanners take. With colours dark modules are drawn, on a ground that is made
    /// light; without them the light ones are, which is right on a dark terminal and which
    /// scanners take inverted on a light one.
    pub fn fitting(matrix: &Matrix, area: Rect, colour: bool) -> Option<Self> {
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
            let rows = half_blocks(matrix, quiet, !colour);
            Some(Self { rows, width, beside })
        })
    }
}

/// Two modules to a character; outside the quiet zone nothing is drawn.
fn half_blocks(matrix: &Matrix, quiet: usize, light_is_ink: bool) -> Vec<String> {
    let size = matrix.size() as usize;
    let side = size + 2 * quiet;
    let module = |at: usize| {
        let within = at.checked_sub(quiet).filter(|at| *at < size);
        within.and_then(|at| u32::try_from(at).ok())
    };
    let ink = |x: usize, y: usize| {
        let dark = match (module(x), module(y)) {
            (Some(x), Some(y)) => matrix.dark(x, y),
            _ => false,
        };
        y < side && dark != light_is_ink
    };
    let cell = |x: usize, y: usize| match (ink(x, y), ink(x, y + 1)) {
        (true, true) => '\u{2588}',
        (true, false) => '\u{2580}',
        (false, true) => '\u{2584}',
        (false, false) => ' ',
    };
    (0..side)
        .step_by(2)
        .map(|y| (0..side).map(|x| cell(x, y)).collect())
        .collect()
}
