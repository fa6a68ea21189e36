//! Text that came from a stranger: what of it may be shown, and percent escapes both ways.
//!
//! It refuses characters that hide or reorder what the reader sees, whether they came raw or as
//! escapes.

use super::InviteError;

/// Everything that `encodeURIComponent` escapes (ECMA-262, section 19.2.6.5): all of ASCII but
/// letters, digits and `- _ . ! ~ * ' ( )`. Bytes above ASCII are always escaped.
const COMPONENT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Everything that `encodeURI` escapes (ECMA-262, section 19.2.6.4).
const WHOLE_URI: &percent_encoding::AsciiSet = &COMPONENT
    .remove(b';')
    .remove(b',')
    .remove(b'/')
    .remove(b'?')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b'#');

/// JavaScript's `encodeURIComponent`.
pub(super) fn encode_component(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, COMPONENT).to_string()
}

/// JavaScript's `encodeURI`. Brackets are escaped too, so an IPv6 origin changes.
pub(super) fn encode_uri(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, WHOLE_URI).to_string()
}

/// JavaScript's `decodeURIComponent`: every `%` begins an escape of two hex digits, and the
/// result is UTF-8.
pub(super) fn decode_component(text: &str) -> Result<String, InviteError> {
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices('%') {
        let digits = bytes.get(at + 1..at + 3);
        if !digits.is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)) {
            return Err(InviteError::BadEscape);
        }
    }
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| InviteError::BadEscape)
}

/// Refuses text with a character that hides, moves or reorders what a reader sees.
pub(super) fn check_visible(text: &str) -> Result<(), InviteError> {
    match text.chars().find(|c| is_deceptive(*c)) {
        Some(found) => Err(InviteError::Hidden(found as u32)),
        None => Ok(()),
    }
}

/// Control characters, line and paragraph separators, bidirectional controls (UAX #9, section 2)
/// and those without width that no script needs. Joiners stay: names in many scripts need them.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_javascript_escapes() {
        let all: String = (' '..='~').collect();
        assert_eq!(
            encode_component(&all),
            "%20!%22%23%24%25%26'()*%2B%2C-.%2F0123456789%3A%3B%3C%3D%3E%3F%40\
             ABCDEFGHIJKLMNOPQRSTUVWXYZ%5B%5C%5D%5E_%60abcdefghijklmnopqrstuvwxyz%7B%7C%7D~"
        );
        assert_eq!(
            encode_uri(&all),
            "%20!%22#$%25&'()*+,-./0123456789:;%3C=%3E?@\
             ABCDEFGHIJKLMNOPQRSTUVWXYZ%5B%5C%5D%5E_%60abcdefghijklmnopqrstuvwxyz%7B%7C%7D~"
        );
        assert_eq!(encode_component("é😀"), "%C3%A9%F0%9F%98%80");
    }

    #[test]
    fn refuses_escapes_that_javascript_would_throw_at() {
        assert_eq!(decode_component("a%20b%C3%A9+").as_deref(), Ok("a b\u{e9}+"));
        for bad in ["%", "%2", "%zz", "a%g0", "%ff", "%C3", "%ED%A0%80", "%\u{e9}"] {
            assert_eq!(decode_component(bad), Err(InviteError::BadEscape), "{bad}");
        }
    }

    #[test]
    fn deceptive_characters_are_found() {
        for bad in [
            "\0",
            "a\nb",
            "\u{7f}",
            "\u{85}",
            "x\u{202e}y",
            "\u{2066}",
            "\u{200f}",
            "\u{feff}",
        ] {
            assert!(
                matches!(check_visible(bad), Err(InviteError::Hidden(_))),
                "{bad:?}"
            );
        }
        assert_eq!(check_visible("नमस्\u{200d}ते 👩\u{200d}🚀 ascii"), Ok(()));
    }
}
