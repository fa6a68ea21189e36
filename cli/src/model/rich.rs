//! Markdown as pieces of text with the style of each, for a view that has styles. What the room
//! made of it is shown and nothing of it is followed: a link is underlined words.

use crate::text;
use dayfly_core::proto::room::markup::{self, Block, BlockKind, Inline};

/// How a piece of text is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Emphasis {
    /// Strong, a heading, or the name of somebody here.
    pub bold: bool,
    /// Stressed.
    pub italic: bool,
    /// Struck out.
    pub strike: bool,
    /// To be read letter by letter.
    pub code: bool,
    /// It leads somewhere.
    pub link: bool,
    /// A sign of ours, not the author's.
    pub sign: bool,
}

/// Words in one style, through [`text::grid`].
pub type Piece = (String, Emphasis);

/// A sign of ours.
const SIGN: Emphasis = Emphasis {
    bold: false,
    italic: false,
    strike: false,
    code: false,
    link: false,
    sign: true,
};

/// Reads a message's text; `names` are those that an `@` can mean.
pub fn read(text: &str, names: &[String]) -> Vec<Piece> {
    let mut pieces = Pieces::default();
    for (at, block) in markup::read(text, names).iter().enumerate() {
        if at > 0 {
            pieces.push("\n", Emphasis::default());
        }
        pieces.block(block);
    }
    pieces.0
}

#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn push(&mut self, words: &str, style: Emphasis) {
        if words.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some((before, last)) if *last == style => before.push_str(words),
            _ => self.0.push((words.into(), style)),
        }
    }

    fn block(&mut self, block: &Block) {
        let around = "> ".repeat(block.quote.into());
        let depth = usize::from(block.indent);
        let (first, others) = match &block.kind {
            BlockKind::Item { number } => {
                let mark = number.map_or_else(|| "\u{2022} ".into(), |number| format!("{number}. "));
                let under = " ".repeat(mark.chars().count());
                let before = "  ".repeat(depth.saturating_sub(1));
                (format!("{before}{mark}"), format!("{before}{under}"))
            }
            BlockKind::Rule => ("\u{2500}".repeat(8), String::new()),
            _ => ("  ".repeat(depth), "  ".repeat(depth)),
        };
        self.push(&around, SIGN);
        self.push(&first, SIGN);
        let mut shown = String::new();
        for (at, inline) in block.content.iter().enumerate() {
            self.inline(inline, &block.kind, &format!("{around}{others}"));
            let Some(link) = &inline.link else { continue };
            shown.push_str(&inline.text);
            let next = block.content.get(at + 1).and_then(|next| next.link.as_ref());
            if next == Some(link) {
                continue;
            }
            // Nothing here follows it, so who wants to must be able to read and copy it.
            if !shown.contains(&link.url) {
                self.push(&format!(" <{}>", text::grid(&link.url)), SIGN);
            }
            shown.clear();
        }
    }

    fn inline(&mut self, inline: &Inline, kind: &BlockKind, margin: &str) {
        let block_of_code = matches!(kind, BlockKind::Code { .. });
        let style = Emphasis {
            bold: inline.bold || inline.mention.is_some() || matches!(kind, BlockKind::Heading { .. }),
            italic: inline.italic,
            strike: inline.strike,
            code: inline.code || block_of_code,
            link: inline.link.is_some(),
            sign: false,
        };
        // Where there are no styles, its marks tell code from words.
        let ticks = if inline.code && !block_of_code { "`" } else { "" };
        self.push(ticks, style);
        let words = text::grid(
            inline
                .text
                .trim_end_matches(if block_of_code { '\n' } else { '\0' }),
        );
        for (at, line) in words.split('\n').enumerate() {
            if at > 0 {
                self.push("\n", style);
                self.push(margin, SIGN);
            }
            self.push(line, style);
        }
        self.push(ticks, style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        read(text, &["Ada".into()])
            .into_iter()
            .map(|(words, _)| words)
            .collect()
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        for text in ["hello", "two\nlines", "a * b and 2 < 3", "שלום", "1st, 2nd"] {
            assert_eq!(words(text), text);
        }
    }

    #[test]
    fn marks_become_styles() {
        let pieces = read("**a** *b* ~~c~~ `d` @Ada", &["Ada".into()]);
        let style = |of: &str| pieces.iter().find(|(words, _)| words.trim() == of).unwrap().1;
        assert!(style("a").bold && style("b").italic && style("c").strike && style("`d`").code);
        assert!(style("@Ada").bold);
        assert_eq!(
            words("> quoted\n> twice\n\n- one\n- two\n\n3. three\n\n# head"),
            "> quoted\n> twice\n\u{2022} one\n\u{2022} two\n3. three\nhead"
        );
        assert_eq!(words("```rust\nfn a() {\n}\n```"), "fn a() {\n}");
    }

    #[test]
    fn a_link_says_where_it_leads_and_nothing_steers_the_terminal() {
        let shown = words("[my bank](https://evil.example/x)");
        assert!(
            shown.starts_with("my bank") && shown.contains("<https://evil.example/x>"),
            "{shown}"
        );
        assert_eq!(
            words("see https://a.example/x there"),
            "see https://a.example/x there"
        );
        let shown = words("**\u{1b}[2J** `\u{9b}31m` <b>\u{202e}</b> [\u{7}](https://a.example)");
        assert!(
            !shown
                .chars()
                .any(|c| c.is_control() || ('\u{202A}'..='\u{202E}').contains(&c)),
            "{shown:?}"
        );
    }
}
