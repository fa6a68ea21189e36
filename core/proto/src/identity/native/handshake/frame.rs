//! Frames of the handshake: one byte that says which, then a Noise message or a refusal.
//!
//! Owns their form and that of the payloads inside. It refuses trailing bytes and impossible
//! values.

use super::HandshakeError;
use crate::crypto::{Malformed, Reader};
use crate::identity::native::kem::{Cpace, Exchange, MlKem768};
use std::fmt;

/// Longest frame of a handshake.
pub const MAX_FRAME_LEN: usize = 2048;

/// Noise message 1.
pub(super) const FIRST: u8 = 1;
/// Noise message 2.
pub(super) const SECOND: u8 = 2;
/// Noise message 3.
pub(super) const THIRD: u8 = 3;
/// R has no version in common with I; its own range follows.
const NO_VERSION: u8 = 4;

/// R could not open message 3. I sees it where R's proof should be.
pub const WRONG_PASSWORD: [u8; 1] = [5];

/// A range of protocol versions, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// The lowest, at least 1.
    pub min: u8,
    /// The highest, at least `min`.
    pub max: u8,
}

impl Versions {
    /// What this code speaks.
    pub const OURS: Self = Self { min: 1, max: 1 };

    /// The highest version that both ranges hold.
    #[must_use]
    pub fn common(self, other: Self) -> Option<u8> {
        let max = self.max.min(other.max);
        (max >= self.min && max >= other.min).then_some(max)
    }

    /// Whether `version` is within.
    #[must_use]
    pub fn holds(self, version: u8) -> bool {
        (self.min..=self.max).contains(&version)
    }

    /// The frame that says that this range does not meet the other's.
    pub(super) fn refusal(self) -> Vec<u8> {
        vec![NO_VERSION, self.min, self.max]
    }

    /// The range in a [`Self::refusal`].
    pub(super) fn refused(frame: &[u8]) -> Option<Self> {
        match *frame {
            [NO_VERSION, min, max] => Self::new(min, max).ok(),
            _ => None,
        }
    }

    fn new(min: u8, max: u8) -> Result<Self, Malformed> {
        if min == 0 || min > max {
            return Err(Malformed);
        }
        Ok(Self { min, max })
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.min == self.max {
            write!(f, "{}", self.min)
        } else {
            write!(f, "{} to {}", self.min, self.max)
        }
    }
}

/// The Noise message in a frame of this kind.
pub(super) fn message(frame: &[u8], kind: u8) -> Result<&[u8], HandshakeError> {
    match frame.split_first() {
        Some((first, message)) if *first == kind && frame.len() <= MAX_FRAME_LEN => Ok(message),
        _ => Err(HandshakeError::Malformed),
    }
}

/// `vmin ‖ vmax ‖ ek ‖ p ‖ Y_I`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct First<'a> {
    pub(super) versions: Versions,
    pub(super) ek: &'a [u8],
    pub(super) share: Option<&'a [u8]>,
}

impl<'a> First<'a> {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = vec![self.versions.min, self.versions.max];
        out.extend(self.ek);
        put_share(&mut out, self.share);
        out
    }

    /// The first two bytes, which mean the same in every version.
    pub(super) fn versions(payload: &[u8]) -> Result<Versions, Malformed> {
        let mut reader = Reader::new(payload);
        Versions::new(reader.u8()?, reader.u8()?)
    }

    pub(super) fn decode(payload: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(payload);
        let versions = Versions::new(reader.u8()?, reader.u8()?)?;
        let ek = reader.bytes(MlKem768::OFFER_LEN)?;
        let share = share(&mut reader, Cpace::OFFER_LEN)?;
        reader.end()?;
        Ok(Self { versions, ek, share })
    }
}

/// `v ‖ ct ‖ p ‖ Y_R`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Second<'a> {
    pub(super) version: u8,
    pub(super) ct: &'a [u8],
    pub(super) share: Option<&'a [u8]>,
}

impl<'a> Second<'a> {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = vec![self.version];
        out.extend(self.ct);
        put_share(&mut out, self.share);
        out
    }

    pub(super) fn decode(payload: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(payload);
        let version = reader.u8()?;
        let ct = reader.bytes(MlKem768::ANSWER_LEN)?;
        let share = share(&mut reader, Cpace::ANSWER_LEN)?;
        reader.end()?;
        Ok(Self { version, ct, share })
    }
}

fn put_share(out: &mut Vec<u8>, share: Option<&[u8]>) {
    out.push(share.is_some().into());
    out.extend(share.unwrap_or_default());
}

fn share<'a>(reader: &mut Reader<'a>, len: usize) -> Result<Option<&'a [u8]>, Malformed> {
    match reader.u8()? {
        0 => Ok(None),
        1 => reader.bytes(len).map(Some),
        _ => Err(Malformed),
    }
}

impl From<Malformed> for HandshakeError {
    fn from(Malformed: Malformed) -> Self {
        Self::Malformed
    }
}

/// Whatever the bytes are as a payload or a frame, they encode to themselves or are refused.
pub(in crate::identity::native) fn fuzz(data: &[u8]) {
    if let Ok(first) = First::decode(data) {
        assert_eq!(first.encode(), data, "payload 1 survives encoding");
        assert_eq!(First::versions(data), Ok(first.versions));
    }
    if let Ok(second) = Second::decode(data) {
        assert_eq!(second.encode(), data, "payload 2 survives encoding");
    }
    if let Some(versions) = Versions::refused(data) {
        assert_eq!(versions.refusal(), data, "a refusal survives encoding");
    }
    for kind in [FIRST, SECOND, THIRD] {
        if let Ok(message) = message(data, kind) {
            assert!(message.len() < MAX_FRAME_LEN, "a frame is within its limit");
        }
    }
}
