//! The short code that people compare: seven emoji, or twelve digits.
//!
//! The table is the one of the Matrix specification (client-server API, "SAS method: emoji"),
//! so that translations of the names exist in many languages.

use crate::secret::SecretBytes;
use std::fmt;

/// How many emoji a code has: 42 bits.
pub const CODE_LEN: usize = 7;

/// Symbol and English name of every emoji, by its number.
pub const EMOJI: [(&str, &str); 64] = [
    ("\u{1f436}", "Dog"),
    ("\u{1f431}", "Cat"),
    ("\u{1f981}", "Lion"),
    ("\u{1f40e}", "Horse"),
    ("\u{1f984}", "Unicorn"),
    ("\u{1f437}", "Pig"),
    ("\u{1f418}", "Elephant"),
    ("\u{1f430}", "Rabbit"),
    ("\u{1f43c}", "Panda"),
    ("\u{1f413}", "Rooster"),
    ("\u{1f427}", "Penguin"),
    ("\u{1f422}", "Turtle"),
    ("\u{1f41f}", "Fish"),
    ("\u{1f419}", "Octopus"),
    ("\u{1f98b}", "Butterfly"),
    ("\u{1f337}", "Flower"),
    ("\u{1f333}", "Tree"),
    ("\u{1f335}", "Cactus"),
    ("\u{1f344}", "Mushroom"),
    ("\u{1f30f}", "Globe"),
    ("\u{1f319}", "Moon"),
    ("\u{2601}\u{fe0f}", "Cloud"),
    ("\u{1f525}", "Fire"),
    ("\u{1f34c}", "Banana"),
    ("\u{1f34e}", "Apple"),
    ("\u{1f353}", "Strawberry"),
    ("\u{1f33d}", "Corn"),
    ("\u{1f355}", "Pizza"),
    ("\u{1f382}", "Cake"),
    ("\u{2764}\u{fe0f}", "Heart"),
    ("\u{1f600}", "Smiley"),
    ("\u{1f916}", "Robot"),
    ("\u{1f3a9}", "Hat"),
    ("\u{1f453}", "Glasses"),
    ("\u{1f527}", "Spanner"),
    ("\u{1f385}", "Santa"),
    ("\u{1f44d}", "Thumbs Up"),
    ("\u{2602}\u{fe0f}", "Umbrella"),
    ("\u{231b}", "Hourglass"),
    ("\u{23f0}", "Clock"),
    ("\u{1f381}", "Gift"),
    ("\u{1f4a1}", "Light Bulb"),
    ("\u{1f4d5}", "Book"),
    ("\u{270f}\u{fe0f}", "Pencil"),
    ("\u{1f4ce}", "Paperclip"),
    ("\u{2702}\u{fe0f}", "Scissors"),
    ("\u{1f512}", "Lock"),
    ("\u{1f511}", "Key"),
    ("\u{1f528}", "Hammer"),
    ("\u{260e}\u{fe0f}", "Telephone"),
    ("\u{1f3c1}", "Flag"),
    ("\u{1f682}", "Train"),
    ("\u{1f6b2}", "Bicycle"),
    ("\u{2708}\u{fe0f}", "Aeroplane"),
    ("\u{1f680}", "Rocket"),
    ("\u{1f3c6}", "Trophy"),
    ("\u{26bd}", "Ball"),
    ("\u{1f3b8}", "Guitar"),
    ("\u{1f3ba}", "Trumpet"),
    ("\u{1f514}", "Bell"),
    ("\u{2693}", "Anchor"),
    ("\u{1f3a7}", "Headphones"),
    ("\u{1f4c1}", "Folder"),
    ("\u{1f4cc}", "Pin"),
];

/// A code to be compared, made of what both ends derived. Equal on both screens unless somebody
/// is in between, but for one chance in 2⁴² (10¹² for the digits).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Seven numbers below 64, into [`EMOJI`].
    pub emoji: [u8; CODE_LEN],
    /// A number below 10¹².
    pub digits: u64,
}

impl Code {
    /// The code in derived bytes: their first 42 bits, and the eight bytes from the eighth on.
    pub(super) fn of(derived: &SecretBytes<32>) -> Self {
        let [head @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = *derived.expose();
        let [a, b, c, d, e, f, g, h, tail @ ..] = head;
        let first = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        Self {
            emoji: std::array::from_fn(|at| (first >> (58 - 6 * at)) as u8 & 63),
            digits: u64::from_be_bytes(tail) % 1_000_000_000_000,
        }
    }

    /// The emoji as symbol and English name.
    #[must_use]
    pub fn symbols(&self) -> [(&'static str, &'static str); CODE_LEN] {
        self.emoji.map(|number| EMOJI[usize::from(number)])
    }

    /// The digits in three groups: `1234-5678-9012`.
    #[must_use]
    pub fn digits_text(&self) -> String {
        let digits = self.digits;
        format!(
            "{:04}-{:04}-{:04}",
            digits / 100_000_000,
            digits / 10_000 % 10_000,
            digits % 10_000
        )
    }
}

/// What two people compare is theirs alone.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[code]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_emoji_look_or_read_the_same() {
        let symbols: HashSet<_> = EMOJI.iter().map(|(symbol, _)| symbol).collect();
        let names: HashSet<_> = EMOJI.iter().map(|(_, name)| name).collect();
        assert_eq!((symbols.len(), names.len()), (64, 64));
    }

    #[test]
    fn bits_become_emoji_and_digits_as_the_protocol_says() {
        let mut derived = [0; 32];
        // 000001 000010 000011 000100 000101 000110 000111, then bits that no emoji shows.
        derived[..8].copy_from_slice(&[0x04, 0x20, 0xc4, 0x14, 0x61, 0xff, 0xff, 0xff]);
        derived[8..16].copy_from_slice(&1_000_000_000_042_u64.to_be_bytes());
        let code = Code::of(&SecretBytes::new(derived));
        assert_eq!(code.emoji, [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(code.symbols()[0].1, "Cat");
        assert_eq!(code.digits_text(), "0000-0000-0042");
        derived[5] = 0x3f;
        assert_eq!(Code::of(&SecretBytes::new(derived)).emoji[6], 4);
    }
}
