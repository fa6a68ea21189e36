//! The words of short codes: 2,048 in each language, told apart by ear, eye and keyboard as far as
//! rules can see to it. `words/README.md` says where they come from and by which rules.

use super::text::fold;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Words in a list.
pub(super) const COUNT: usize = 2048;

/// The language of a code's words.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum CodeLanguage {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Indonesian.
    #[serde(rename = "id")]
    Indonesian,
    /// Arabic.
    #[serde(rename = "ar")]
    Arabic,
    /// Ukrainian.
    #[serde(rename = "uk")]
    Ukrainian,
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
    /// German.
    #[serde(rename = "de")]
    German,
}

impl CodeLanguage {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::English,
        Self::Indonesian,
        Self::Arabic,
        Self::Ukrainian,
        Self::Spanish,
        Self::German,
    ];

    /// The two letters of ISO 639-1.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Indonesian => "id",
            Self::Arabic => "ar",
            Self::Ukrainian => "uk",
            Self::Spanish => "es",
            Self::German => "de",
        }
    }

    /// The language of a tag such as `de`, `de-AT` or `de_AT.UTF-8`, if there are words in it.
    #[must_use]
    pub fn of(tag: &str) -> Option<Self> {
        let tag = tag.split(['-', '_', '.', '@']).next()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    fn text(self) -> &'static str {
        match self {
            Self::English => include_str!("words/en.txt"),
            Self::Indonesian => include_str!("words/id.txt"),
            Self::Arabic => include_str!("words/ar.txt"),
            Self::Ukrainian => include_str!("words/uk.txt"),
            Self::Spanish => include_str!("words/es.txt"),
            Self::German => include_str!("words/de.txt"),
        }
    }

    /// The word of that number, below [`COUNT`].
    pub(super) fn word(self, number: u16) -> &'static str {
        LISTS[&self][usize::from(number) % COUNT]
    }

    pub(super) fn words(self) -> &'static [&'static str] {
        &LISTS[&self]
    }
}

static LISTS: LazyLock<HashMap<CodeLanguage, Vec<&'static str>>> = LazyLock::new(|| {
    let all = CodeLanguage::ALL.into_iter();
    all.map(|language| (language, language.text().lines().collect()))
        .collect()
});

/// By folded form: no two lists share one.
static FOLDED: LazyLock<HashMap<String, (CodeLanguage, u16)>> = LazyLock::new(|| {
    let all = CodeLanguage::ALL.into_iter().flat_map(|language| {
        let words = language.words().iter().zip(0..);
        words.map(move |(word, number)| (fold(word), (language, number)))
    });
    all.collect()
});

/// The word of that folded form.
pub(super) fn find(folded: &str) -> Option<(CodeLanguage, u16)> {
    FOLDED.get(folded).copied()
}

/// The nearest word within two slips, if one is nearer than all others; of `language`, if known.
pub(super) fn nearest(folded: &str, language: Option<CodeLanguage>) -> Option<&'static str> {
    let typed: Vec<char> = folded.chars().collect();
    if !(2..=12).contains(&typed.len()) {
        return None;
    }
    let mut best: Option<(usize, &'static str)> = None;
    let mut alone = true;
    for candidate in CodeLanguage::ALL {
        if language.is_some_and(|language| language != candidate) {
            continue;
        }
        for word in candidate.words() {
            let found = slips(&typed, &fold(word).chars().collect::<Vec<_>>());
            match best {
                Some((least, _)) if found > least => {}
                Some((least, _)) if found == least => alone = false,
                _ => (best, alone) = (Some((found, *word)), true),
            }
        }
    }
    best.filter(|(slips, _)| alone && *slips <= 2)
        .map(|(_, word)| word)
}

/// Letters inserted, left out, changed, or swapped with the next one (optimal string alignment).
pub(super) fn slips(a: &[char], b: &[char]) -> usize {
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (rows[i][j] + usize::from(x != y))
                .min(rows[i][j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeSet, HashSet};
    use unicode_normalization::UnicodeNormalization;

    #[test]
    fn lists_have_their_number_of_words_in_order() {
        for language in CodeLanguage::ALL {
            let words = language.words();
            assert_eq!(words.len(), COUNT, "{language:?}");
            assert!(words.is_sorted(), "{language:?}");
            for word in words {
                let letters = word.chars().count();
                assert!((3..=8).contains(&letters), "{word}");
                assert!(word.chars().all(char::is_alphabetic), "{word}");
                assert_eq!(word.nfc().collect::<String>(), **word, "{word}");
                assert_eq!(word.to_lowercase(), **word, "{word}");
                // What a plain keyboard has; Arabic is compared without the seats of hamza.
                assert!(language == CodeLanguage::Arabic || fold(word) == **word, "{word}");
            }
        }
    }

    #[test]
    fn no_word_is_in_two_lists() {
        let all: HashSet<_> = CodeLanguage::ALL
            .into_iter()
            .flat_map(|language| language.words().iter().map(|word| fold(word)))
            .collect();
        assert_eq!(all.len(), CodeLanguage::ALL.len() * COUNT);
    }

    const ROWS: [(CodeLanguage, [&str; 3]); 6] = [
        (CodeLanguage::English, ["qwertyuiop", "asdfghjkl", "zxcvbnm"]),
        (CodeLanguage::Indonesian, ["qwertyuiop", "asdfghjkl", "zxcvbnm"]),
        (CodeLanguage::Spanish, ["qwertyuiop", "asdfghjkl", "zxcvbnm"]),
        (CodeLanguage::German, ["qwertzuiop", "asdfghjkl", "yxcvbnm"]),
        (
            CodeLanguage::Ukrainian,
            ["йцукенгшщзхї", "фівапролджє", "ячсмитьбю"],
        ),
        (CodeLanguage::Arabic, ["ضصثقفغعهخحجد", "شسيبلاتنمكط", "  ر   وزظ"]),
    ];

    /// The key beside, or the nearest two in the row above or below.
    fn near(rows: &[&str; 3], a: char, b: char) -> bool {
        let place = |key| {
            let at = |row: &&str| row.chars().position(|c| c == key);
            rows.iter().enumerate().find_map(|(y, row)| Some((y, at(row)?)))
        };
        let (Some(mut a), Some(mut b)) = (place(a), place(b)) else {
            return false;
        };
        if a.0 > b.0 {
            (a, b) = (b, a);
        }
        match b.0 - a.0 {
            0 => a.1.abs_diff(b.1) == 1,
            1 => a.1 == b.1 || a.1 == b.1 + 1,
            _ => false,
        }
    }

    /// Two words that one slip confuses share what is left when a letter of each is left out; with
    /// that, 2,048 words are compared with few others.
    #[test]
    fn one_slip_makes_no_word_another_nor_do_two_neighbouring_keys() {
        for (language, rows) in ROWS {
            let words: Vec<Vec<char>> = language
                .words()
                .iter()
                .map(|word| fold(word).chars().collect())
                .collect();
            let mut left: HashMap<Vec<char>, Vec<usize>> = HashMap::new();
            for (number, word) in words.iter().enumerate() {
                left.entry(word.clone()).or_default().push(number);
                let shorter: BTreeSet<Vec<char>> = (0..word.len())
                    .map(|at| [&word[..at], &word[at + 1..]].concat())
                    .collect();
                for word in shorter {
                    left.entry(word).or_default().push(number);
                }
            }
            for same in left.values() {
                for (n, a) in same.iter().enumerate() {
                    for b in &same[n + 1..] {
                        let found = slips(&words[*a], &words[*b]);
                        assert!(found >= 2, "{language:?}: {:?} {:?}", words[*a], words[*b]);
                    }
                }
            }
            // Two changed letters: the same length, and equal elsewhere.
            for (n, a) in words.iter().enumerate() {
                for b in words[n + 1..].iter().filter(|b| b.len() == a.len()) {
                    let wrong: Vec<_> = a.iter().zip(b).filter(|(x, y)| x != y).take(3).collect();
                    let slip = wrong.len() == 2 && wrong.iter().all(|(x, y)| near(&rows, **x, **y));
                    assert!(!slip, "{language:?}: {a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn slips_are_counted_as_people_make_them() {
        let count = |a: &str, b: &str| slips(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        for (a, b, slips) in [
            ("tulip", "tulip", 0),
            ("tulip", "tulp", 1),
            ("tulip", "tuilp", 1),
            ("tulip", "tulips", 1),
            ("tulip", "julep", 2),
            ("", "abc", 3),
        ] {
            assert_eq!((count(a, b), count(b, a)), (slips, slips), "{a} {b}");
        }
    }

    #[test]
    fn a_locale_names_its_language() {
        assert_eq!(CodeLanguage::of("de_AT.UTF-8"), Some(CodeLanguage::German));
        assert_eq!(CodeLanguage::of("UK"), Some(CodeLanguage::Ukrainian));
        assert_eq!(CodeLanguage::of("fr-FR"), None);
        assert_eq!(CodeLanguage::of(""), None);
    }
}
