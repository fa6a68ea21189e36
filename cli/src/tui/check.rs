//! What covers the transcript for a while: the codes of a comparison, or a message that is looked
//! at once.

use super::input::App;
use super::view::emphasis;
use crate::model::{Check, Line, With};
use crate::text;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line as Row, Span};
use ratatui::widgets::Paragraph;

/// The keys of a comparison, as many words as fit.
pub fn keys(columns: u16) -> &'static str {
    match columns {
        0..50 => "^Y same ^N differ Esc no",
        _ => "Ctrl-Y the same \u{b7} Ctrl-N they differ \u{b7} Esc not now",
    }
}

/// Columns of one emoji with its name.
const CELL: usize = 16;

/// Draws it, if there is any; says whether there was.
pub fn draw(frame: &mut Frame, app: &App, area: Rect) -> bool {
    let rows = match (app.model.check(), app.model.look()) {
        (Some(check), _) => {
            let columns = usize::from(area.width);
            let rows = codes(app, check, columns);
            if rows.len() <= usize::from(area.height) {
                rows
            } else {
                few(check, columns)
            }
        }
        (None, Some(line)) => look(line, usize::from(area.width)),
        (None, None) => return false,
    };
    frame.render_widget(Paragraph::new(rows), area);
    true
}

fn codes(app: &App, check: &Check, columns: usize) -> Vec<Row<'static>> {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let colour = |with| if app.colour { bold.fg(with) } else { bold };
    let mut rows = Vec::new();
    let mut say = |words: &str, style: Style| {
        let wrapped = text::wrap(&text::grid(words), columns, 0);
        rows.extend(wrapped.into_iter().map(|row| Row::styled(row, style)));
    };
    if check.scanned {
        say(&app.model.asks_for_tick(&check.with), bold);
        say("", bold);
        say(
            "Look at the screen before you: the same name, and a tick. If it shows none, somebody else \
             scanned the code: say that it differs, and the connection is closed.",
            Style::new(),
        );
        return rows;
    }
    say(&format!("{}:", app.model.compare_with(&check.with)), bold);
    if check.with == With::Group {
        say(
            &format!("You and {}.", app.model.list(&check.members)),
            Style::new(),
        );
    }
    say("", bold);
    // As many beside each other as fit; the order is that of reading.
    let across = (columns / CELL).clamp(1, check.emoji.len().max(1));
    for some in check.emoji.chunks(across) {
        let cells: Vec<_> = some
            .iter()
            .map(|(symbol, name)| pad(&format!("{symbol} {name}"), CELL))
            .collect();
        say(cells.concat().trim_end(), colour(Color::Cyan));
    }
    say("", bold);
    say(&format!("As digits: {}", check.digits), colour(Color::Cyan));
    say("", bold);
    say(
        if check.confirmed {
            "You said that it is the same. Waiting for the other side."
        } else {
            "If all of it is the same on both sides, nobody stands between you. If anything differs, say so: \
             the connection is closed."
        },
        Style::new(),
    );
    rows
}

/// The same where there is little room: the code itself and nothing else.
fn few(check: &Check, columns: usize) -> Vec<Row<'static>> {
    let mut rows = Vec::new();
    let says = if check.scanned {
        "Does the screen before you show a tick?"
    } else if check.confirmed {
        "Waiting for the other side."
    } else {
        "Is this the same there?"
    };
    for words in [check.digits.clone(), check.names(), says.into()] {
        let wrapped = text::wrap(&text::grid(&words), columns, 0);
        rows.extend(wrapped.into_iter().map(Row::raw));
    }
    rows
}

fn look(line: &Line, columns: usize) -> Vec<Row<'static>> {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let lead = format!("{}:", line.lead.as_deref().unwrap_or_default());
    let head = text::wrap(&text::grid(&lead), columns, 0);
    let mut rows: Vec<Row> = head.into_iter().map(|row| Row::styled(row, bold)).collect();
    rows.push(Row::default());
    let pieces: Vec<_> = line
        .rich
        .iter()
        .map(|(words, style)| (words.as_str(), *style))
        .collect();
    for row in text::wrap_pieces(&pieces, columns, 0) {
        let spans = row
            .into_iter()
            .map(|(words, how)| Span::styled(words, emphasis(Style::new(), how)));
        rows.push(Row::from(spans.collect::<Vec<_>>()));
    }
    rows
}

/// `text` and spaces up to `columns` cells; at least one.
fn pad(text: &str, columns: usize) -> String {
    let shown = text::shorten(text, columns - 1);
    let used = text::width(&shown);
    shown + &" ".repeat(columns.saturating_sub(used))
}
