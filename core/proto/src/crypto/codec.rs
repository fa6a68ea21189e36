//! Fixed-field binary encoding: integers big-endian, byte strings behind their length.
//!
//! A [`Reader`] takes fields off the front and ends with [`Reader::end`], which refuses anything
//! left over. It allocates nothing.

/// The bytes are not of the form they should have: cut short, over-long, or an impossible value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are not of the form they should have")]
pub struct Malformed;

/// Takes fields off the front of received bytes.
#[derive(Debug, Clone)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next `len` bytes.
    ///
    /// # Errors
    /// [`Malformed`] when there are fewer.
    pub fn bytes(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next `N` bytes.
    ///
    /// # Errors
    /// [`Malformed`] when there are fewer.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.bytes(N)?.try_into().map_err(|_| Malformed)
    }

    /// One byte.
    ///
    /// # Errors
    /// [`Malformed`] at the end.
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    /// A `u16`.
    ///
    /// # Errors
    /// [`Malformed`] when bytes are missing.
    pub fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_be_bytes)
    }

    /// A `u32`.
    ///
    /// # Errors
    /// [`Malformed`] when bytes are missing.
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_be_bytes)
    }

    /// A `u64`.
    ///
    /// # Errors
    /// [`Malformed`] when bytes are missing.
    pub fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_be_bytes)
    }

    /// `lp(x)`: a `u16` length and that many bytes.
    ///
    /// # Errors
    /// [`Malformed`] when bytes are missing.
    pub fn lp(&mut self) -> Result<&'a [u8], Malformed> {
        let len = self.u16()?;
        self.bytes(len.into())
    }

    /// `lp32(x)`: a `u32` length and that many bytes.
    ///
    /// # Errors
    /// [`Malformed`] when bytes are missing.
    pub fn lp32(&mut self) -> Result<&'a [u8], Malformed> {
        let len = self.u32()?;
        self.bytes(usize::try_from(len).map_err(|_| Malformed)?)
    }

    /// Everything that is left.
    #[must_use]
    pub fn rest(self) -> &'a [u8] {
        self.0
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`Malformed`] when something is left.
    pub fn end(self) -> Result<(), Malformed> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed) }
    }
}

/// Appends `lp(bytes)`.
///
/// # Panics
/// When `bytes` is longer than 65,535: whoever writes knows what it writes.
pub fn put_lp(out: &mut Vec<u8>, bytes: &[u8]) {
    let len = u16::try_from(bytes.len()).expect("fields written as lp are shorter than 64 KiB");
    out.extend(len.to_be_bytes());
    out.extend(bytes);
}

/// Appends `lp32(bytes)`.
///
/// # Panics
/// When `bytes` is longer than a `u32` counts.
pub fn put_lp32(out: &mut Vec<u8>, bytes: &[u8]) {
    let len = u32::try_from(bytes.len()).expect("fields written as lp32 are shorter than 4 GiB");
    out.extend(len.to_be_bytes());
    out.extend(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_back_and_nothing_may_be_left() {
        let mut out = vec![7];
        out.extend(0x0102_u16.to_be_bytes());
        put_lp(&mut out, b"ab");
        put_lp32(&mut out, b"cde");
        let mut reader = Reader::new(&out);
        assert_eq!(reader.u8(), Ok(7));
        assert_eq!(reader.u16(), Ok(0x0102));
        assert_eq!(reader.lp(), Ok(&b"ab"[..]));
        assert_eq!(reader.clone().end(), Err(Malformed));
        assert_eq!(reader.lp32(), Ok(&b"cde"[..]));
        assert_eq!(reader.u8(), Err(Malformed));
        assert_eq!(reader.end(), Ok(()));
        assert_eq!(Reader::new(&[0xff, 0xff, 1]).lp(), Err(Malformed));
        assert_eq!(Reader::new(&[0xff; 5]).lp32(), Err(Malformed));
    }
}
