//! Markdown in messages, read into rows that can only be shown.
//!
//! The result is flat: a list of [`Block`]s, each with a row of [`Inline`]s, so that there is no depth
//! to run out of, here or behind the FFI. There is no HTML in it (what looks like it is text), and
//! nothing that could be fetched: a picture is its description and its address, in words. A link is
//! data for the shell to offer, only to `https:`, `http:` and `mailto:`, and where its words do not
//! say where it leads, that stands behind them. Whatever is refused stays readable.

use crate::wire::web::utf16_len;
use pulldown_cmark::{CodeBlockKind, Event as Part, LinkType, Options, Parser, Tag, TagEnd};
use serde::Serialize;

/// The longest text that is read as Markdown, in UTF-16 units; a longer one is shown as it is.
pub const MAX_UNITS: usize = 10_000;
/// The most blocks and inlines together. What follows them is shown as it is, in one last block.
pub const MAX_PARTS: usize = 1_000;
/// The deepest quote or list shown as such; what is deeper is shown at this depth.
pub const MAX_DEPTH: u8 = 8;
/// The longest address of a link, in bytes.
pub const MAX_URL: usize = 2_048;
/// So many `@` in a text are looked at.
const MAX_MENTIONS: usize = 64;

/// A paragraph, or what takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// In how many quotes, up to [`MAX_DEPTH`].
    pub quote: u8,
    /// In how many lists, up to [`MAX_DEPTH`].
    pub indent: u8,
    /// What it says, in order.
    pub content: Vec<Inline>,
}

/// What a [`Block`] is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum BlockKind {
    /// Words.
    Paragraph,
    /// A heading, 1 (large) to 6.
    Heading {
        /// How large.
        level: u8,
    },
    /// The first paragraph of a list's item; further ones are paragraphs of the same indent.
    Item {
        /// Its number, where the list has numbers.
        number: Option<u64>,
    },
    /// Lines to be shown as they stand, in a type of fixed width.
    Code {
        /// The language its writer named, if any: up to 32 letters.
        language: String,
    },
    /// A line across; it has no content.
    Rule,
}

/// Words in one style.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Inline {
    /// The words. Line breaks are as written; there are no control and no bidirectional
    /// characters.
    pub text: String,
    /// Strong.
    pub bold: bool,
    /// Stressed.
    pub italic: bool,
    /// Struck out.
    pub strike: bool,
    /// In a type of fixed width.
    pub code: bool,
    /// Where it leads, if somewhere. Several in a row may lead to the same place.
    pub link: Option<LinkTarget>,
    /// The name of the member it mentions, as the caller gave it.
    pub mention: Option<String>,
}

/// Where words lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct LinkTarget {
    /// The address: printable ASCII with `https:`, `http:` or `mailto:`.
    pub url: String,
    /// The host in it, in lower case.
    pub host: String,
}

/// Reads `text`. `names` are the members that an `@` can mean.
#[must_use]
pub fn read(text: &str, names: &[String]) -> Vec<Block> {
    let mut out = Writer::default();
    if utf16_len(text) > MAX_UNITS {
        out.push(text);
        out.close();
        return out.blocks;
    }
    let mut taken = 0;
    for (part, range) in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH).into_offset_iter() {
        if out.parts >= MAX_PARTS {
            out = out.cut();
            out.push(text.get(taken..).unwrap_or_default());
            break;
        }
        if !matches!(part, Part::Start(_)) {
            taken = taken.max(range.end);
        }
        out.take(part);
    }
    out.close();
    let mut blocks = out.blocks;
    for block in &mut blocks {
        if !matches!(block.kind, BlockKind::Code { .. }) {
            link_addresses(&mut block.content);
            mark_mentions(&mut block.content, names);
        }
    }
    blocks
}

/// Whether `text` mentions `name`.
#[must_use]
pub fn mentions(text: &str, name: &str) -> bool {
    read(text, &[name.to_owned()])
        .iter()
        .flat_map(|block| &block.content)
        .any(|inline| inline.mention.is_some())
}

/// Takes the parser's events in, gives blocks out.
#[derive(Default)]
struct Writer {
    blocks: Vec<Block>,
    parts: usize,
    content: Vec<Inline>,
    kind: Option<BlockKind>,
    quote: usize,
    /// The next number of each list around, from the outside in.
    lists: Vec<Option<u64>>,
    bold: usize,
    italic: usize,
    strike: usize,
    /// Links and pictures around.
    targets: Vec<Target>,
}

/// A link or a picture that is open.
struct Target {
    url: String,
    /// Where its words begin in the content.
    from: usize,
    link: Option<LinkTarget>,
}

impl Writer {
    fn take(&mut self, part: Part<'_>) {
        match part {
            Part::Start(tag) => self.start(tag),
            Part::End(tag) => self.end(tag),
            // Nothing is ever rendered as HTML, so it is words like any other.
            Part::Text(text) | Part::Html(text) | Part::InlineHtml(text) => self.push(&text),
            Part::Code(text) | Part::InlineMath(text) | Part::DisplayMath(text) => {
                self.push_styled(&text, true);
            }
            Part::SoftBreak | Part::HardBreak => self.push("\n"),
            Part::Rule => {
                self.close();
                self.kind = Some(BlockKind::Rule);
                self.close();
            }
            Part::FootnoteReference(text) => self.push(&text),
            Part::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => self.open(BlockKind::Heading { level: level as u8 }),
            Tag::BlockQuote(_) => {
                self.close();
                self.quote += 1;
            }
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info
                        .chars()
                        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '#'))
                        .take(32)
                        .collect(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.open(BlockKind::Code { language });
            }
            Tag::List(first) => {
                self.close();
                self.lists.push(first);
            }
            Tag::Item => {
                let number = self.lists.last_mut().and_then(|next| {
                    let number = *next;
                    *next = number.map(|number| number.saturating_add(1));
                    number
                });
                self.open(BlockKind::Item { number });
            }
            Tag::Emphasis => self.italic += 1,
            Tag::Strong => self.bold += 1,
            Tag::Strikethrough => self.strike += 1,
            Tag::Link {
                link_type, dest_url, ..
            } => {
                let scheme = if link_type == LinkType::Email {
                    "mailto:"
                } else {
                    ""
                };
                let url = format!("{scheme}{dest_url}");
                let link = check(&url);
                self.target(&url, link);
            }
            Tag::Image { dest_url, .. } => self.target(&dest_url, None),
            // The first paragraph of an item is the item.
            Tag::Paragraph if self.kind.is_some() && self.content.is_empty() => {}
            _ => self.open(BlockKind::Paragraph),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Emphasis => self.italic = self.italic.saturating_sub(1),
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Strikethrough => self.strike = self.strike.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => self.leave_target(),
            TagEnd::BlockQuote(_) => {
                self.close();
                self.quote = self.quote.saturating_sub(1);
            }
            TagEnd::List(_) => {
                self.close();
                self.lists.pop();
            }
            _ => self.close(),
        }
    }

    fn target(&mut self, url: &str, link: Option<LinkTarget>) {
        self.targets.push(Target {
            url: url.to_owned(),
            from: self.content.len(),
            link,
        });
    }

    /// Says where the words lead, unless they say it themselves.
    fn leave_target(&mut self) {
        let Some(target) = self.targets.pop() else { return };
        let words: String = self
            .content
            .get(target.from..)
            .unwrap_or_default()
            .iter()
            .map(|inline| inline.text.as_str())
            .collect();
        let words = words.trim();
        let says_it = |place: &str| words.eq_ignore_ascii_case(place);
        match &target.link {
            Some(link) => {
                let bare = link.url.split_once(':').map_or("", |(_, rest)| rest);
                let bare = bare.trim_start_matches('/');
                if ![&link.url, bare, bare.trim_end_matches('/')]
                    .into_iter()
                    .any(says_it)
                {
                    // Outside the link, so that no words within can pose as this.
                    self.push_linked(&format!(" ({})", link.host), false, None);
                }
            }
            None if target.url.is_empty() || says_it(&target.url) => {}
            None => self.push_linked(&format!(" ({})", target.url), false, None),
        }
    }

    fn push(&mut self, text: &str) {
        self.push_styled(text, false);
    }

    fn push_styled(&mut self, text: &str, code: bool) {
        let link = self.targets.iter().rev().find_map(|target| target.link.clone());
        self.push_linked(text, code, link);
    }

    fn push_linked(&mut self, text: &str, code: bool, link: Option<LinkTarget>) {
        let text: String = text.chars().filter(|c| is_shown(*c)).collect();
        if text.is_empty() {
            return;
        }
        let inline = Inline {
            text,
            bold: self.bold > 0,
            italic: self.italic > 0,
            strike: self.strike > 0,
            code,
            link,
            mention: None,
        };
        // The words of a link or picture begin where it begins.
        let begins = self
            .targets
            .last()
            .is_some_and(|target| target.from == self.content.len());
        match self.content.last_mut() {
            Some(last) if !begins && same_style(last, &inline) => last.text.push_str(&inline.text),
            _ => {
                self.content.push(inline);
                self.parts += 1;
            }
        }
    }

    fn open(&mut self, kind: BlockKind) {
        self.close();
        self.kind = Some(kind);
    }

    /// Ends the block that is open, if it says anything.
    fn close(&mut self) {
        let content = std::mem::take(&mut self.content);
        let kind = self.kind.take();
        let says = !content.is_empty() || matches!(kind, Some(BlockKind::Rule | BlockKind::Item { .. }));
        if says {
            self.blocks.push(Block {
                kind: kind.unwrap_or(BlockKind::Paragraph),
                quote: depth(self.quote),
                indent: depth(self.lists.len()),
                content,
            });
            self.parts += 1;
        }
        for target in &mut self.targets {
            target.from = 0;
        }
    }

    /// What there is so far, with nothing open.
    fn cut(mut self) -> Self {
        self.close();
        Self {
            blocks: self.blocks,
            parts: self.parts,
            ..Self::default()
        }
    }
}

fn depth(depth: usize) -> u8 {
    u8::try_from(depth).map_or(MAX_DEPTH, |depth| depth.min(MAX_DEPTH))
}

fn same_style(a: &Inline, b: &Inline) -> bool {
    (a.bold, a.italic, a.strike, a.code) == (b.bold, b.italic, b.strike, b.code)
        && a.link == b.link
        && a.mention == b.mention
}

/// Line breaks and tabs are shown; other control characters, separators and what reorders a line
/// (UAX #9, section 2) are not. An escape such as `&#8238;` comes here as the character it means.
fn is_shown(c: char) -> bool {
    match c {
        '\n' | '\t' => true,
        '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => false,
        c => !c.is_control(),
    }
}

/// An address that may be offered: one of three schemes, a plain host, no user name before it, and
/// nothing that a browser would read in another way than a person does.
fn check(url: &str) -> Option<LinkTarget> {
    if url.len() > MAX_URL
        || !url.bytes().all(|b| b.is_ascii_graphic())
        || url.contains(['\\', '<', '>', '"'])
    {
        return None;
    }
    let (scheme, rest) = url.split_once(':')?;
    let host = match scheme.to_ascii_lowercase().as_str() {
        "https" | "http" => {
            let rest = rest.strip_prefix("//")?;
            let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
            match authority.rsplit_once(':') {
                Some((host, port)) if !authority.ends_with(']') => {
                    port.parse::<u16>().ok()?;
                    host
                }
                _ => authority,
            }
        }
        // Without headers: they would write a letter in the person's name.
        "mailto" if !rest.contains(['?', '%', ',']) => match rest.split_once('@')? {
            ("", _) => return None,
            (_, host) => host,
        },
        _ => return None,
    };
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = match bracketed {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            host.len() <= 253
                && host.split('.').all(|label| {
                    !label.is_empty()
                        && label.len() <= 63
                        && label
                            .bytes()
                            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
                })
        }
    };
    is_host.then(|| LinkTarget {
        url: url.to_owned(),
        host: host.to_ascii_lowercase(),
    })
}

/// Makes links of addresses that stand in the text as they are.
fn link_addresses(content: &mut Vec<Inline>) {
    for inline in std::mem::take(content) {
        if inline.code || inline.link.is_some() {
            content.push(inline);
            continue;
        }
        let mut rest = inline.text.as_str();
        let mut plain = String::new();
        while let Some(at) = rest.find("http") {
            let (before, after) = rest.split_at(at);
            plain.push_str(before);
            let starts_word = !plain.ends_with(|c: char| c.is_alphanumeric());
            let word = &after[..after
                .find(|c: char| c.is_whitespace() || !c.is_ascii_graphic() || matches!(c, '<' | '>' | '"'))
                .unwrap_or(after.len())];
            let word = trimmed(word);
            match check(word).filter(|_| starts_word && word.contains("://")) {
                Some(link) => {
                    push_like(content, &inline, std::mem::take(&mut plain));
                    content.push(Inline {
                        text: word.to_owned(),
                        link: Some(link),
                        ..inline.clone()
                    });
                    rest = &after[word.len()..];
                }
                None => {
                    let (skipped, after) = after.split_at(4);
                    plain.push_str(skipped);
                    rest = after;
                }
            }
        }
        plain.push_str(rest);
        push_like(content, &inline, plain);
    }
}

/// An address without what a sentence puts behind it. A bracket stays where it has a partner.
fn trimmed(word: &str) -> &str {
    let mut word = word;
    loop {
        let shorter = word.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '~']);
        let shorter = match shorter.strip_suffix(')') {
            Some(open) if open.matches('(').count() <= open.matches(')').count() => open,
            _ => shorter,
        };
        if shorter.len() == word.len() {
            return word;
        }
        word = shorter;
    }
}

/// Marks each `@` before a member's name. The longest name that fits is meant.
fn mark_mentions(content: &mut Vec<Inline>, names: &[String]) {
    let mut names: Vec<_> = names.iter().filter(|name| !name.is_empty()).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let mut looked_at = 0;
    let mut before = ' ';
    for inline in std::mem::take(content) {
        let last = inline.text.chars().last();
        if inline.code || inline.link.is_some() || names.is_empty() {
            before = last.unwrap_or(before);
            content.push(inline);
            continue;
        }
        let mut rest = inline.text.as_str();
        let mut plain = String::new();
        while let Some(at) = rest.find('@') {
            let (head, after) = rest.split_at(at);
            plain.push_str(head);
            let starts_word = !plain.chars().last().unwrap_or(before).is_alphanumeric();
            looked_at += 1;
            let name = names
                .iter()
                .filter(|_| starts_word && looked_at <= MAX_MENTIONS)
                .find(|name| named(&after[1..], name));
            match name {
                Some(name) => {
                    push_like(content, &inline, std::mem::take(&mut plain));
                    let (word, after) = after.split_at(1 + name.len());
                    content.push(Inline {
                        text: word.to_owned(),
                        mention: Some((*name).clone()),
                        ..inline.clone()
                    });
                    before = 'x';
                    rest = after;
                }
                None => {
                    plain.push('@');
                    rest = &after[1..];
                }
            }
        }
        plain.push_str(rest);
        push_like(content, &inline, plain);
        before = last.unwrap_or(before);
    }
}

/// Whether `text` begins with `name`, as a word of its own; letters of ASCII in either case.
fn named(text: &str, name: &str) -> bool {
    text.get(..name.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(name))
        && !text[name.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

fn push_like(content: &mut Vec<Inline>, style: &Inline, text: String) {
    if !text.is_empty() {
        content.push(Inline {
            text,
            ..style.clone()
        });
    }
}

#[cfg(test)]
mod tests;
