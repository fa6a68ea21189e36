//! Reading JSON as a page's `JSON.parse` would, with serde_json.
//!
//! Owns the two differences that a peer can reach: an escape such as `\ud800` without its other
//! half, and a number beyond the range of a double. A page takes both; serde_json refuses the
//! whole text. Here the first becomes U+FFFD and the second the largest finite double. Writing
//! needs nothing: for a Rust string, serde_json escapes exactly what `JSON.stringify` does.

use std::borrow::Cow;

/// `text` with lone surrogate escapes and overflowing numbers replaced, everything else as it
/// was. Valid JSON stays valid, invalid JSON stays invalid.
pub(super) fn lenient(text: &str) -> Cow<'_, str> {
    let mut edit = Edit {
        text,
        copied: 0,
        out: String::new(),
    };
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        at = match bytes[at] {
            b'"' => string(&mut edit, at + 1),
            b'-' | b'0'..=b'9' => number(&mut edit, at),
            _ => at + 1,
        };
    }
    edit.finish()
}

/// Whether the JSON is an array, if it is JSON at all.
pub(super) fn is_list(text: &str) -> bool {
    text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with('[')
}

struct Edit<'a> {
    text: &'a str,
    copied: usize,
    out: String,
}

impl<'a> Edit<'a> {
    /// Puts `with` in place of the ASCII bytes `from..to`.
    fn replace(&mut self, from: usize, to: usize, with: &str) {
        self.out.push_str(&self.text[self.copied..from]);
        self.out.push_str(with);
        self.copied = to;
    }

    fn finish(mut self) -> Cow<'a, str> {
        if self.copied == 0 {
            return Cow::Borrowed(self.text);
        }
        self.out.push_str(&self.text[self.copied..]);
        Cow::Owned(self.out)
    }
}

/// Walks a string whose content begins at `at`; returns where to go on after its closing quote.
fn string(edit: &mut Edit<'_>, mut at: usize) -> usize {
    let bytes = edit.text.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => match escaped_unit(bytes, at) {
                Some(0xd800..=0xdbff) => {
                    if let Some(0xdc00..=0xdfff) = escaped_unit(bytes, at + 6) {
                        at += 12;
                    } else {
                        edit.replace(at + 2, at + 6, "fffd");
                        at += 6;
                    }
                }
                Some(0xdc00..=0xdfff) => {
                    edit.replace(at + 2, at + 6, "fffd");
                    at += 6;
                }
                Some(_) => at += 6,
                None => at += 2,
            },
            _ => at += 1,
        }
    }
    at
}

/// The value of an escape `\uXXXX` at `at`, if there is a whole one.
fn escaped_unit(bytes: &[u8], at: usize) -> Option<u16> {
    let escape = bytes.get(at..at + 6)?;
    let digits = escape.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0_u16, |unit, digit| {
        let value = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(value).ok()?)
    })
}

/// Walks a number that begins at `at`; returns where it ends.
fn number(edit: &mut Edit<'_>, at: usize) -> usize {
    let rest = &edit.text[at..];
    let is_number = |c: char| matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E');
    let end = at + rest.find(|c| !is_number(c)).unwrap_or(rest.len());
    let token = &edit.text[at..end];
    match token.parse::<f64>() {
        Ok(value) if value == f64::INFINITY => edit.replace(at, end, "1.7976931348623157e308"),
        Ok(value) if value == f64::NEG_INFINITY => edit.replace(at, end, "-1.7976931348623157e308"),
        _ => {}
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        serde_json::from_str(&lenient(text)).ok()
    }

    #[test]
    fn a_lone_surrogate_becomes_the_replacement_character() {
        assert_eq!(read(r#""a\ud800b""#).as_deref(), Some("a\u{fffd}b"));
        assert_eq!(read(r#""a\uDC00b""#).as_deref(), Some("a\u{fffd}b"));
        assert_eq!(
            read(r#""\ud800\ud800\udc00""#).as_deref(),
            Some("\u{fffd}\u{10000}")
        );
        assert_eq!(read(r#""\ud83d\ude00""#).as_deref(), Some("😀"));
        assert_eq!(read(r#""\ud800\n""#).as_deref(), Some("\u{fffd}\n"));
    }

    #[test]
    fn what_looks_like_an_escape_but_is_none_stays() {
        assert_eq!(read(r#""\\ud800""#).as_deref(), Some("\\ud800"));
        assert_eq!(
            read(r#""\\\\ud800 \"\\ud800""#).as_deref(),
            Some("\\\\ud800 \"\\ud800")
        );
        assert_eq!(read(r#""\ud80""#), None);
        assert!(matches!(lenient(r#"{"a":"\\ud800 1e999"}"#), Cow::Borrowed(_)));
    }

    #[test]
    fn a_number_beyond_range_becomes_the_largest() {
        let read = |text: &str| serde_json::from_str::<f64>(&lenient(text)).ok();
        assert_eq!(read("1e400"), Some(f64::MAX));
        assert_eq!(read("-1e400"), Some(f64::MIN));
        assert_eq!(read(&"9".repeat(400)), Some(f64::MAX));
        assert_eq!(read("1e-400"), Some(0.0));
        assert_eq!(read("12.5"), Some(12.5));
        assert_eq!(read("1e400e"), None);
        assert_eq!(read("1-1"), None);
    }
}
