//! Names as people see them: cleaned of what deceives the eye, and cut.

use super::limits::MAX_NAME_UNITS;
use unicode_normalization::UnicodeNormalization;

/// `name` without control, bidi, zero-width and other invisible characters, with single inner
/// spaces, at most [`MAX_NAME_UNITS`] UTF-16 units. Empty if nothing is left.
pub(super) fn clean(name: &str) -> String {
    let mut out = String::new();
    let mut units = 0;
    let mut space = false;
    for c in name.chars() {
        // A line break or tab separates words as a space does.
        if c.is_whitespace() {
            space = true;
            continue;
        }
        if c.is_control() || invisible(c) {
            continue;
        }
        let gap = usize::from(space && !out.is_empty());
        if units + gap + c.len_utf16() > MAX_NAME_UNITS {
            break;
        }
        if gap == 1 {
            out.push(' ');
        }
        out.push(c);
        units += gap + c.len_utf16();
        space = false;
    }
    out
}

/// What two names have in common that a glance takes for one: compatibility forms, case, spaces,
/// and letters of Greek and Cyrillic that look like Latin ones are taken away. Not all that look
/// alike are known here.
pub(super) fn skeleton(name: &str) -> String {
    name.nfkd()
        .filter(|c| c.is_alphanumeric() || !c.is_ascii())
        .filter(|c| !matches!(c, '\u{300}'..='\u{36f}'))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'а' | 'α' => 'a',
            'в' | 'β' | 'ß' => 'b',
            'с' | 'ϲ' => 'c',
            'ԁ' => 'd',
            'е' | 'ε' | 'є' => 'e',
            'һ' | 'н' | 'η' => 'h',
            'і' | 'ι' | 'ӏ' | 'l' | '1' | '|' | 'ı' => 'i',
            'ј' => 'j',
            'к' | 'κ' => 'k',
            'м' | 'μ' => 'm',
            'п' => 'n',
            'о' | 'ο' | '0' => 'o',
            'р' | 'ρ' => 'p',
            'ѕ' | '5' => 's',
            'т' | 'τ' => 't',
            'υ' | 'ν' | 'ѵ' => 'v',
            'х' | 'χ' => 'x',
            'у' | 'γ' => 'y',
            c => c,
        })
        .collect()
}

/// Characters that show nothing or reorder their neighbours: Unicode's Cf, line and paragraph
/// separators, variation selectors, Hangul fillers, blank Braille, tags.
fn invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1345f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::web::utf16_len;

    #[test]
    fn deceiving_characters_go() {
        for (name, shown) in [
            ("Ada", "Ada"),
            ("  Ada \t\n Lovelace ", "Ada Lovelace"),
            ("A\u{202e}dA", "AdA"),
            ("A\u{200b}d\u{2066}a\u{feff}", "Ada"),
            ("\u{0}\u{7f}\u{200d}", ""),
            ("Ада Ловлейс", "Ада Ловлейс"),
        ] {
            assert_eq!(clean(name), shown, "{name:?}");
        }
    }

    #[test]
    fn a_name_is_cut_between_characters() {
        assert_eq!(clean(&"x".repeat(31)), "x".repeat(30));
        // Each of these takes two units.
        assert_eq!(clean(&"🙂".repeat(16)), "🙂".repeat(15));
        assert_eq!(clean(&format!("{} b", "a".repeat(29))), "a".repeat(29));
    }

    #[test]
    fn names_that_look_alike_share_a_skeleton() {
        for (one, other) in [
            ("Ada", "АdА"),
            ("Ada", "ada"),
            ("Bill", "BiII"),
            ("Bob", "B0b"),
            ("Zoë", "Zoe"),
            ("Ｅｖｅ", "Eve"),
            ("a b", "ab"),
        ] {
            assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
        }
        assert_ne!(skeleton("Ada"), skeleton("Ida"));
        assert_ne!(skeleton("小明"), skeleton("小红"));
    }

    #[test]
    fn cleaning_twice_changes_nothing() {
        for name in ["Ada", " a\u{202e} b ", "\u{3164}", &"🙂 ".repeat(20)] {
            let once = clean(name);
            assert_eq!(clean(&once), once);
            assert!(utf16_len(&once) <= MAX_NAME_UNITS);
        }
    }
}
