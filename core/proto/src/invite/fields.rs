//! Typed fields: what grows from version to version of the record without a new frame.
//!
//! ```text
//! field  = tag u8 ‖ length (LEB128, shortest form, at most two bytes) ‖ value
//! tag    = number (1..=127) + 128 if critical
//! ```
//! Fields stand in ascending order of number. A reader keeps unknown optional ones and writes them
//! again, and refuses unknown critical ones. What a known field means is its owner's.

use super::InviteError;
use crate::crypto::{Malformed, Reader};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The bit of a tag that says: who does not know this field cannot use the rest.
pub(super) const CRITICAL: u8 = 0x80;
/// The most unknown fields that are kept.
pub(super) const MAX_EXTRA: usize = 32;

/// Fields of a record that a later version wrote and this one does not know. They are carried
/// along, so that passing an invite on loses nothing. Opaque, and never shown.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Extra(pub(super) Vec<RawField>);

impl Extra {
    /// Keeps an unknown field, if it may be ignored.
    pub(super) fn keep(&mut self, tag: u8, value: &[u8]) -> Result<(), InviteError> {
        if tag & CRITICAL != 0 {
            return Err(InviteError::Newer);
        }
        if self.0.len() == MAX_EXTRA {
            return Err(InviteError::TooMany {
                what: "fields",
                limit: MAX_EXTRA,
            });
        }
        self.0.push(RawField::new(tag, value));
        Ok(())
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Extra({} fields)", self.0.len())
    }
}

/// One field as it is written.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub(super) struct RawField {
    pub(super) tag: u8,
    pub(super) value: Vec<u8>,
}

impl RawField {
    pub(super) fn new(tag: u8, value: impl Into<Vec<u8>>) -> Self {
        Self {
            tag,
            value: value.into(),
        }
    }

    /// Fields are sorted by number; of one number, the optional form is first.
    fn rank(tag: u8) -> u8 {
        tag.rotate_left(1)
    }
}

/// The bytes of `fields` and `extra` together, in order.
pub(super) fn write_fields(mut fields: Vec<RawField>, extra: &Extra) -> Zeroizing<Vec<u8>> {
    fields.extend(extra.0.iter().cloned());
    fields.sort_by_key(|field| RawField::rank(field.tag));
    let mut out = Zeroizing::new(Vec::new());
    for field in &fields {
        out.push(field.tag);
        put_length(&mut out, field.value.len());
        out.extend(&field.value);
    }
    out
}

/// Takes fields off the front, each within its bytes and none out of order.
pub(super) struct FieldReader<'a> {
    rest: Reader<'a>,
    last: u8,
}

impl<'a> FieldReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: Reader::new(bytes),
            last: 0,
        }
    }

    /// The next field's tag and value; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(u8, &'a [u8])>, InviteError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let tag = self.rest.u8()?;
        let length = take_length(&mut self.rest)?;
        let value = self.rest.bytes(length)?;
        if RawField::rank(tag) < self.last || tag & !CRITICAL == 0 {
            return Err(InviteError::Damaged);
        }
        self.last = RawField::rank(tag);
        Ok(Some((tag, value)))
    }
}

/// Within a record whose check holds, bytes out of form are damage.
impl From<Malformed> for InviteError {
    fn from(_: Malformed) -> Self {
        Self::Damaged
    }
}

/// LEB128: seven bits a byte, low ones first, the top bit set on all but the last.
pub(super) fn put_length(out: &mut Vec<u8>, mut length: usize) {
    while length > 0x7f {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

/// A length of at most two bytes (16,383), in its shortest form.
fn take_length(bytes: &mut Reader<'_>) -> Result<usize, InviteError> {
    let low = bytes.u8()?;
    if low < 0x80 {
        return Ok(low.into());
    }
    match bytes.u8()? {
        high @ 1..0x80 => Ok(usize::from(low & 0x7f) | usize::from(high) << 7),
        _ => Err(InviteError::Damaged),
    }
}
