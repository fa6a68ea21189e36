//! Wrappers that keep secrets out of logs and out of memory that was given back.
//!
//! Whatever a log must never hold (keys, room secrets, names, addresses, texts) travels in one of
//! these. `Debug` prints a fixed word, there is no `Display`, and dropping overwrites the bytes.

use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Text that is wiped on drop and redacted in `Debug`: a password, a room secret.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SecretString(String);

impl SecretString {
    /// Takes ownership of `text`, which is wiped when this value is dropped.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself. The caller must not log it or keep a copy.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// `N` bytes that are wiped on drop and redacted in `Debug`: a key.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SecretBytes<const N: usize>([u8; N]);

impl<const N: usize> SecretBytes<N> {
    /// Takes the bytes. The caller wipes its own copy, if it kept one.
    #[must_use]
    pub fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// The bytes themselves. The caller must not log them or keep a copy.
    #[must_use]
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> fmt::Debug for SecretBytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Anything that may be shown to the user but never logged: a name, an address, a message.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Private<T>(pub T);

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[private]")
    }
}

#[cfg(feature = "uniffi")]
uniffi::custom_type!(SecretString, String, {
    try_lift: |text| Ok(SecretString::new(text)),
    lower: |secret| secret.expose().to_owned(),
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_content() {
        let all = format!(
            "{:?} {:?} {:?}",
            SecretString::new("canary".into()),
            SecretBytes::new(*b"canary"),
            Private("canary")
        );
        assert_eq!(all, "[secret] [secret] [private]");
    }
}
