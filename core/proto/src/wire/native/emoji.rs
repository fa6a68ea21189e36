//! What passes for one emoji: a reaction must not smuggle words.
//!
//! Unicode TS #51's grammar of an emoji sequence, over ranges instead of its tables: a newer
//! emoji passes without an update here, a letter never does.

use super::MAX_EMOJI_BYTES;
use std::iter::Peekable;
use std::str::Chars;

/// Whether `text` is one emoji: a pictograph with its modifiers, several joined into one, a
/// keycap, or a flag; at most [`MAX_EMOJI_BYTES`].
#[must_use]
pub fn is_emoji(text: &str) -> bool {
    if text.len() > MAX_EMOJI_BYTES {
        return false;
    }
    let mut chars = text.chars().peekable();
    if !element(&mut chars) {
        return false;
    }
    while chars.next_if_eq(&'\u{200d}').is_some() {
        if !element(&mut chars) {
            return false;
        }
    }
    chars.next().is_none()
}

fn element(chars: &mut Peekable<Chars<'_>>) -> bool {
    let Some(first) = chars.next() else { return false };
    match first {
        '0'..='9' | '#' | '*' => {
            let _ = chars.next_if_eq(&'\u{fe0f}');
            chars.next() == Some('\u{20e3}')
        }
        '\u{1f1e6}'..='\u{1f1ff}' => chars
            .next()
            .is_some_and(|c| matches!(c, '\u{1f1e6}'..='\u{1f1ff}')),
        c if pictograph(c) => {
            let _ = chars.next_if_eq(&'\u{fe0f}');
            let _ = chars.next_if(|c| matches!(c, '\u{1f3fb}'..='\u{1f3ff}'));
            let mut tagged = false;
            while chars
                .next_if(|c| matches!(c, '\u{e0020}'..='\u{e007e}'))
                .is_some()
            {
                tagged = true;
            }
            !tagged || chars.next() == Some('\u{e007f}')
        }
        _ => false,
    }
}

fn pictograph(c: char) -> bool {
    matches!(
        c,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
            | '\u{2190}'..='\u{21ff}'
            | '\u{2300}'..='\u{23ff}'
            | '\u{24c2}'
            | '\u{25a0}'..='\u{27bf}'
            | '\u{2934}'..='\u{2935}'
            | '\u{2b00}'..='\u{2bff}'
            | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}'
            | '\u{1f000}'..='\u{1f1e5}'
            | '\u{1f200}'..='\u{1faff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_emoji_passes_and_words_do_not() {
        for good in ["👍", "👍🏽", "❤️", "❤", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇵🇱", "1️⃣", "#⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "©️"]
        {
            assert!(is_emoji(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "1",
            "👍👍",
            "👍 ",
            " 👍",
            "👍a",
            "🇵",
            "❤️‍",
            "‍❤️",
            "\u{fe0f}",
            "\u{202e}",
            "🏴󠁧󠁢",
            "yes",
            "👩‍👩‍👧‍👦‍👩‍👩‍👧‍👦",
        ] {
            assert!(!is_emoji(bad), "{bad:?}");
        }
    }
}
