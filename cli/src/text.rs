//! Foreign text on a terminal: nothing in a name or a message may move the cursor, reorder what
//! stands beside it, hide itself, or be measured differently by us and by the terminal.
//!
//! [`neutral`] makes text safe to print; [`grid`] makes it safe to place in cells; [`wrap`] breaks
//! it into rows.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Stands for a character that must not reach the terminal.
const REPLACEMENT: char = '\u{FFFD}';

/// Marks that may be stacked on one base; living scripts need at most five or so, and more would
/// paint over the rows above and below.
const MAX_MARKS: usize = 8;

/// Spaces that stand for a tab.
const TAB: &str = "    ";

/// `text` without control characters (shown as their pictures), bidi controls (shown as U+FFFD)
/// and invisible format characters (dropped). Line feeds stay; every other line end becomes one.
pub fn neutral(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut marks = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\t' => out.push_str(TAB),
            '\0'..='\u{1f}' => {
                out.push(char::from_u32(0x2400 + u32::from(c)).expect("U+2400 to U+241F are characters"))
            }
            '\u{7f}' => out.push('\u{2421}'),
            '\u{80}'..='\u{9f}' => out.push(REPLACEMENT),
            c if is_bidi_control(c) => out.push(REPLACEMENT),
            c if is_invisible(c) => {}
            c => {
                marks = if c.width() == Some(0) { marks + 1 } else { 0 };
                if marks <= MAX_MARKS {
                    out.push(c);
                }
            }
        }
    }
    out
}

/// [`neutral`] on one line: line ends become a visible sign.
pub fn one_line(text: &str) -> String {
    neutral(text).trim_end_matches('\n').replace('\n', " \u{23CE} ")
}

/// [`neutral`] without the sequences whose width terminals disagree on: emoji joined or modified
/// are taken apart, presentation selectors dropped. What is lost is finesse, never a word.
pub fn grid(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut wide = false;
    for c in neutral(text).chars() {
        match c {
            '\u{FE00}'..='\u{FE0F}' => {}
            '\u{200D}' | '\u{1F3FB}'..='\u{1F3FF}' if wide => {}
            c => {
                wide = c.width() == Some(2);
                out.push(c);
            }
        }
    }
    out
}

/// Cells that `text` takes, counted as they are filled: grapheme by grapheme.
pub fn width(text: &str) -> usize {
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// Breaks `text` (already through [`grid`]) into rows of at most `columns` cells, at spaces where
/// there are any and inside words where there are none. The first row has `indent` cells less.
/// `columns` below 2 counts as 2, so that any character fits.
pub fn wrap(text: &str, columns: usize, indent: usize) -> Vec<String> {
    wrap_pieces(&[(text, ())], columns, indent)
        .into_iter()
        .map(|row| row.into_iter().map(|(words, ())| words).collect())
        .collect()
}

/// [`wrap`] for text in pieces that differ in something, such as how they are drawn. Where pieces
/// meet is no reason to break.
pub fn wrap_pieces<T: Copy + PartialEq>(
    pieces: &[(&str, T)],
    columns: usize,
    indent: usize,
) -> Vec<Vec<(String, T)>> {
    let columns = columns.max(2);
    let mut wrap = Wrap {
        columns,
        room: columns.saturating_sub(indent),
        used: 0,
        row: Vec::new(),
        rows: Vec::new(),
    };
    let mut word: Vec<(&str, T)> = Vec::new();
    let graphemes = pieces
        .iter()
        .flat_map(|(text, mark)| text.graphemes(true).map(move |grapheme| (grapheme, *mark)));
    for (grapheme, mark) in graphemes {
        if grapheme == "\n" {
            wrap.word(&std::mem::take(&mut word));
            wrap.end_row();
            wrap.room = columns;
            continue;
        }
        // A word goes up to the spaces that follow it.
        if grapheme != " " && word.last().is_some_and(|(last, _)| *last == " ") {
            wrap.word(&std::mem::take(&mut word));
        }
        word.push((grapheme, mark));
    }
    wrap.word(&word);
    wrap.end_row();
    wrap.rows
}

struct Wrap<T> {
    columns: usize,
    room: usize,
    used: usize,
    row: Vec<(String, T)>,
    rows: Vec<Vec<(String, T)>>,
}

impl<T: Copy + PartialEq> Wrap<T> {
    fn word(&mut self, word: &[(&str, T)]) {
        let end = word.iter().rposition(|(grapheme, _)| *grapheme != " ");
        let bare: usize = word[..end.map_or(0, |at| at + 1)]
            .iter()
            .map(|(grapheme, _)| grapheme.width())
            .sum();
        // A word that fits no row is cut; one that does goes to the next row whole.
        let fits_a_row = bare <= self.columns;
        if self.used + bare > self.room && fits_a_row && (self.used > 0 || self.room < self.columns) {
            self.end_row();
        }
        for (grapheme, mark) in word {
            let cells = grapheme.width();
            if self.used + cells > self.room {
                if *grapheme == " " {
                    continue;
                }
                self.end_row();
            }
            match self.row.last_mut() {
                Some((words, last)) if last == mark => words.push_str(grapheme),
                _ => self.row.push(((*grapheme).to_owned(), *mark)),
            }
            self.used += cells;
        }
    }

    /// A row without the spaces at its end.
    fn end_row(&mut self) {
        let mut row = std::mem::take(&mut self.row);
        while let Some((words, _)) = row.last_mut() {
            words.truncate(words.trim_end().len());
            if !words.is_empty() {
                break;
            }
            row.pop();
        }
        self.rows.push(row);
        (self.used, self.room) = (0, self.columns);
    }
}

/// The first `columns` cells of `text`, with an ellipsis where something was cut.
pub fn shorten(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += grapheme.width();
        if used + 1 > columns {
            break;
        }
        out.push_str(grapheme);
    }
    if columns > 0 {
        out.push('\u{2026}');
    }
    out
}

/// Unicode's Bidi_Control property.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Format characters that show nothing and join nothing.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{180B}'..='\u{180F}' | '\u{200B}'
        | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        for code in (0..0x20).chain(0x7f..0xa0) {
            let c = char::from_u32(code).unwrap();
            let shown = one_line(&format!("a{c}b"));
            assert!(!shown.chars().any(char::is_control), "U+{code:04X}");
        }
        assert_eq!(neutral("\u{1b}[2J"), "\u{241b}[2J");
        assert_eq!(neutral("safe\u{202E}txt.exe"), "safe\u{FFFD}txt.exe");
        assert_eq!(neutral("a\r\nb\rc\u{2028}d"), "a\nb\nc\nd");
        assert_eq!(neutral("zero\u{200B}\u{FEFF}\u{E0041}width"), "zerowidth");
        assert_eq!(one_line("a\nb\n"), "a \u{23CE} b");
    }

    #[test]
    fn living_scripts_pass_unharmed() {
        for text in [
            "שלום, עולם",
            "مرحبا",
            "हिन्दी",
            "ภาษาไทย",
            "漢字かな",
            "می\u{200C}خواهم",
        ] {
            assert_eq!(neutral(text), text);
            assert_eq!(grid(text), text);
        }
    }

    #[test]
    fn stacked_marks_are_cut() {
        let tower: String = std::iter::once('o')
            .chain(std::iter::repeat_n('\u{301}', 500))
            .collect();
        assert_eq!(neutral(&tower).chars().count(), 1 + MAX_MARKS);
    }

    #[test]
    fn emoji_are_measured_as_every_terminal_does() {
        // Family of three, joined; a heart made an emoji; a waving hand with a skin tone.
        let shown = grid("\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} \u{2764}\u{FE0F} \u{1F44B}\u{1F3FD}");
        assert_eq!(shown, "\u{1F468}\u{1F469}\u{1F467} \u{2764} \u{1F44B}");
        assert_eq!(width(&shown), 11);
    }

    #[test]
    fn rows_never_exceed_their_width_and_lose_no_word() {
        let texts = [
            "",
            "short",
            "a sentence that is a good deal longer than any row here",
            "wordthatdoesnotfitanywhereatallbecauseitistoolong and more",
            "漢字漢字漢字漢字漢字漢字",
            "two\n\nparagraphs of text",
            "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
        ];
        for text in texts {
            for columns in 2..30 {
                for indent in [0, 1, columns / 2, columns, columns + 5] {
                    let rows = wrap(text, columns, indent);
                    assert!(width(&rows[0]) <= columns.saturating_sub(indent) || indent == 0);
                    assert!(rows.iter().all(|row| width(row) <= columns), "{rows:?}");
                    let squeeze = |t: &str| t.split_whitespace().collect::<String>();
                    assert_eq!(squeeze(&rows.concat()), squeeze(text), "{columns} {indent}");
                }
            }
        }
        assert_eq!(wrap("one two three", 7, 0), ["one two", "three"]);
    }

    #[test]
    fn pieces_keep_what_marks_them_and_are_no_reason_to_break() {
        let rows = wrap_pieces(&[("one t", 1), ("wo th", 2), ("ree ", 1)], 7, 0);
        let row = |pieces: &[(&str, i32)]| -> Vec<(String, i32)> {
            pieces
                .iter()
                .map(|(text, mark)| ((*text).to_owned(), *mark))
                .collect()
        };
        assert_eq!(
            rows,
            [row(&[("one t", 1), ("wo", 2)]), row(&[("th", 2), ("ree", 1)])]
        );
    }

    #[test]
    fn shortening_says_so() {
        assert_eq!(shorten("abc", 3), "abc");
        assert_eq!(shorten("abcd", 3), "ab\u{2026}");
        assert_eq!(shorten("漢字漢", 4), "漢\u{2026}");
        assert_eq!(shorten("abc", 0), "");
    }
}
