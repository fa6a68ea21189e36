//! A code as a person sees and types it.
//!
//! Case, accents, the way Arabic letters are written, the digits of other scripts, and what stands
//! between the words make no difference. A word that is in no list is a slip of the finger: it is
//! said, with the word that was meant where that is plain, and nothing is sent.

use super::words::{self, COUNT, CodeLanguage};
use crate::identity::code::Nameplate;
use crate::secret::SecretString;
use rand_core::CryptoRng;
use std::fmt;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest text that is looked at, in bytes.
const MAX_TEXT: usize = 256;
/// The most of a stranger's word that is said back, in characters.
const MAX_ECHO: usize = 24;

/// A number and two words of one language.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ShortCode {
    nameplate: Nameplate,
    language: CodeLanguage,
    words: [u16; 2],
}

/// Why a text is no code, in words for the person who typed it. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not four digits and two words.
    #[error("This is no code: one is four digits and two words, like 4821-tulip-anchor.")]
    Form,
    /// A word in no list.
    #[error("There is no word {:?} in codes{}", .word, meant(.suggestion.as_deref()))]
    UnknownWord {
        /// The word, at most 24 characters of it.
        word: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// The two words are of different languages.
    #[error(
        "The two words of a code are of one language: {first:?} and {second:?} are not. Ask for the code again."
    )]
    Mixed {
        /// The first word.
        first: String,
        /// The second word.
        second: String,
    },
}

fn meant(suggestion: Option<&str>) -> String {
    match suggestion {
        Some(word) => format!("; did you mean {word:?}?"),
        None => ". Look at it again, or ask for the code again.".into(),
    }
}

impl ShortCode {
    /// Draws a code: one of 10,000 numbers and 4,194,304 pairs of words.
    #[must_use]
    pub fn draw(language: CodeLanguage, rng: &mut impl CryptoRng) -> Self {
        // 60,000 of 65,536 values are used; the rest is drawn again.
        let number = loop {
            let drawn = u16::try_from(rng.next_u32() >> 16).unwrap_or(u16::MAX);
            if drawn < 6 * Nameplate::COUNT {
                break drawn % Nameplate::COUNT;
            }
        };
        let mut word = || u16::try_from(rng.next_u32() as usize % COUNT).unwrap_or(0);
        Self {
            nameplate: Nameplate::new(number).expect("it was drawn below the count"),
            language,
            words: [word(), word()],
        }
    }

    /// Reads what a person typed or pasted.
    ///
    /// # Errors
    /// [`CodeError`].
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let parts = parts(text).ok_or(CodeError::Form)?;
        let [number, typed @ ..] = &parts[..] else {
            return Err(CodeError::Form);
        };
        let [first, second] = typed else {
            return Err(CodeError::Form);
        };
        let nameplate = number_of(number).ok_or(CodeError::Form)?;
        let found = [first, second].map(|word| words::find(&fold(word)));
        for (word, other) in [(first, found[1]), (second, found[0])] {
            if words::find(&fold(word)).is_none() {
                let language = other.map(|(language, _)| language);
                return Err(CodeError::UnknownWord {
                    word: word.chars().take(MAX_ECHO).collect(),
                    suggestion: words::nearest(&fold(word), language).map(str::to_owned),
                });
            }
        }
        match found {
            [Some((language, one)), Some((other, two))] if language == other => Ok(Self {
                nameplate,
                language,
                words: [one, two],
            }),
            _ => Err(CodeError::Mixed {
                first: first.chars().take(MAX_ECHO).collect(),
                second: second.chars().take(MAX_ECHO).collect(),
            }),
        }
    }

    /// Whether a text is meant as a code and not as a link: it begins with a number of four digits
    /// and something follows.
    #[must_use]
    pub fn is_meant_by(text: &str) -> bool {
        parts(text).is_some_and(|parts| parts.len() > 1 && number_of(&parts[0]).is_some())
    }

    /// The number, which is no secret.
    #[must_use]
    pub fn nameplate(&self) -> Nameplate {
        self.nameplate
    }

    /// The language of its words.
    #[must_use]
    pub fn language(&self) -> CodeLanguage {
        self.language
    }

    /// The code as it is shown and as both sides take it into the exchange.
    #[must_use]
    pub fn text(&self) -> SecretString {
        let [one, two] = self.words.map(|number| self.language.word(number));
        SecretString::new(format!("{}-{one}-{two}", self.nameplate))
    }
}

/// The words are a secret, if a small one.
impl fmt::Debug for ShortCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShortCode([secret])")
    }
}

/// The parts between dashes, spaces and the like, composed; `None` when it is longer than codes are
/// or holds what none does.
fn parts(text: &str) -> Option<Vec<String>> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let separates = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '-' | '_' | '.' | ',' | '+' | '/' | '\u{2010}'
                    ..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' | '\u{60c}'
            )
    };
    // Marks of direction come along when Arabic is copied.
    let shown = |c: &char| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' | '\u{feff}');
    let text: String = text.chars().filter(shown).nfc().collect();
    let mut parts: Vec<String> = text
        .split(separates)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    // Four digits and a word written together: `4821tulip anchor`.
    if let Some(first) = parts.first().cloned()
        && let Some((at, _)) = first.char_indices().nth(4)
        && number_of(&first[..at]).is_some()
        && first[at..].chars().all(char::is_alphabetic)
    {
        parts.splice(0..1, [first[..at].to_owned(), first[at..].to_owned()]);
    }
    let fits = |part: &String| {
        part.chars()
            .all(|c| c.is_alphanumeric() || is_combining_mark(c) || "'’ʼ".contains(c))
    };
    parts.iter().all(fits).then_some(parts)
}

/// Four digits of any one of the scripts in use.
fn number_of(text: &str) -> Option<Nameplate> {
    const ZEROS: [char; 14] = [
        '0', '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}',
        '\u{be6}', '\u{c66}', '\u{ce6}', '\u{e50}', '\u{ff10}',
    ];
    let mut number = 0;
    for c in text.chars() {
        let zero = ZEROS
            .into_iter()
            .find(|zero| (*zero..).take(10).any(|digit| digit == c))?;
        let digit = u16::try_from(u32::from(c) - u32::from(zero)).ok()?;
        number = number * 10 + digit;
        if number >= Nameplate::COUNT {
            return None;
        }
    }
    (text.chars().count() == 4).then_some(())?;
    Nameplate::new(number)
}

/// What a word is compared by: small letters without accents. In Cyrillic й and ї stay letters of
/// their own; in Arabic the seats of hamza, final ya and ta marbuta are written as people type them.
pub(super) fn fold(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.nfc().flat_map(char::to_lowercase) {
        match c {
            'ґ' => out.push('г'),
            '\'' | '’' | 'ʼ' | 'ـ' | 'ء' => {}
            'ß' => out.push_str("ss"),
            '\u{400}'..='\u{4ff}' => out.push(c),
            _ => out.extend(
                c.nfkd()
                    .filter(|c| !is_combining_mark(*c))
                    .filter_map(|c| match c {
                        'ى' | 'ی' => Some('ي'),
                        'ک' => Some('ك'),
                        'ة' => Some('ه'),
                        'ٱ' => Some('ا'),
                        'ء' | 'ـ' => None,
                        c => Some(c),
                    }),
            ),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn code(language: CodeLanguage, seed: u64) -> ShortCode {
        ShortCode::draw(language, &mut ChaCha20Rng::seed_from_u64(seed))
    }

    #[test]
    fn what_is_shown_reads_as_itself() {
        for language in CodeLanguage::ALL {
            for seed in 0..200 {
                let drawn = code(language, seed);
                assert_eq!(
                    ShortCode::parse(drawn.text().expose()),
                    Ok(drawn),
                    "{language:?} {seed}"
                );
                assert!(ShortCode::is_meant_by(drawn.text().expose()));
            }
        }
    }

    #[test]
    fn writing_makes_no_difference() {
        let [one, two] = [code(CodeLanguage::English, 1), code(CodeLanguage::Arabic, 2)];
        let text = one.text().expose().to_owned();
        let words: Vec<&str> = text.split('-').collect();
        let [number, first, second] = words[..] else {
            panic!("{text}")
        };
        let accented: String = first.chars().flat_map(|c| [c, '\u{301}']).collect();
        for written in [
            text.to_uppercase(),
            text.replace('-', " "),
            text.replace('-', "_"),
            text.replace('-', " – "),
            format!("  {number}. {first}, {second}\n"),
            format!("{number}{first} {second}"),
            format!("{number}-{accented}-{second}"),
            format!("\u{2067}{text}\u{2069}\u{200f}"),
        ] {
            assert_eq!(ShortCode::parse(&written), Ok(one), "{written:?}");
        }
        let zero = u32::from('\u{660}');
        let text = two.text().expose().to_owned();
        let arabic: String = text
            .chars()
            .map(|c| c.to_digit(10).and_then(|d| char::from_u32(zero + d)).unwrap_or(c))
            .map(|c| match c {
                'أ' | 'إ' | 'آ' => 'ا',
                'ة' => 'ه',
                'ى' => 'ي',
                c => c,
            })
            .collect();
        assert_ne!(arabic, text);
        assert_eq!(ShortCode::parse(&arabic), Ok(two));
    }

    #[test]
    fn a_slip_is_answered_with_the_word_that_was_meant() {
        let drawn = code(CodeLanguage::English, 3).text().expose().to_owned();
        let (rest, last) = drawn.rsplit_once('-').unwrap();
        let wrong = format!("{rest}-{last}q");
        let Err(CodeError::UnknownWord { word, suggestion }) = ShortCode::parse(&wrong) else {
            panic!("{wrong}")
        };
        assert_eq!((word, suggestion.as_deref()), (format!("{last}q"), Some(last)));
        let said = ShortCode::parse(&wrong).unwrap_err().to_string();
        assert_eq!(
            said,
            format!("There is no word \"{last}q\" in codes; did you mean \"{last}\"?")
        );
        let Err(CodeError::UnknownWord { suggestion, .. }) = ShortCode::parse("4821-xqzkvwpf-xqzkvwpf")
        else {
            panic!()
        };
        assert_eq!(suggestion, None);
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for wrong in [
            "",
            "4821",
            "4821-tulip",
            "4821-tulip-anchor-anchor",
            "482-tulip-anchor",
            "48211-tulip-anchor",
            "tulip-anchor-4821",
            "4821-tulip-anchor!",
            "dayfly:ABCD",
            "https://chitchatter.im/public/4821",
            &"4821 ".repeat(100),
        ] {
            assert_eq!(ShortCode::parse(wrong), Err(CodeError::Form), "{wrong}");
        }
        assert!(!ShortCode::is_meant_by("https://chitchatter.im/public/4821-a-b"));
        assert!(!ShortCode::is_meant_by("dayfly:ABCD"));
        assert!(!ShortCode::is_meant_by("room.png"));
        let [one, two] = [CodeLanguage::English, CodeLanguage::German].map(|language| language.word(7));
        assert!(matches!(
            ShortCode::parse(&format!("4821-{one}-{two}")),
            Err(CodeError::Mixed { .. })
        ));
    }

    #[test]
    fn all_numbers_and_words_are_drawn() {
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        let mut numbers = std::collections::BTreeSet::new();
        let mut drawn = std::collections::BTreeSet::new();
        for _ in 0..20_000 {
            let code = ShortCode::draw(CodeLanguage::English, &mut rng);
            numbers.insert(code.nameplate);
            drawn.extend(code.words);
        }
        assert_eq!(drawn.len(), COUNT);
        assert!(numbers.len() > 8_000, "{}", numbers.len());
    }
}
