//! Padding to classes of size, so that a length says little.
//!
//! `content ‖ 80 ‖ 00…`, 64·2ᵏ bytes in all; the largest class is cut to what fits a frame. It
//! refuses padding that is not exactly what [`pad`] would have written.

use crate::crypto::Malformed;
use zeroize::Zeroizing;

/// The smallest class.
const SMALLEST: usize = 64;

/// How long `len` bytes of content become, if they fit in `max`.
pub(super) fn padded_len(len: usize, max: usize) -> Option<usize> {
    let needed = len.checked_add(1)?;
    if needed > max {
        return None;
    }
    let mut class = SMALLEST;
    while class < needed {
        class *= 2;
    }
    Some(class.min(max))
}

/// The parts, joined and padded; `None` when they do not fit in `max`.
pub(super) fn pad(parts: &[&[u8]], max: usize) -> Option<Zeroizing<Vec<u8>>> {
    let len = parts.iter().map(|part| part.len()).sum();
    let padded = padded_len(len, max)?;
    // Once: growing would leave an unwiped copy behind.
    let mut out = Zeroizing::new(Vec::with_capacity(padded));
    for part in parts {
        out.extend_from_slice(part);
    }
    out.push(0x80);
    out.resize(padded, 0);
    Some(out)
}

/// Takes the padding off.
pub(super) fn unpad(padded: &mut Zeroizing<Vec<u8>>, max: usize) -> Result<(), Malformed> {
    let last = padded.iter().rposition(|byte| *byte != 0).ok_or(Malformed)?;
    if padded[last] != 0x80 || padded_len(last, max) != Some(padded.len()) {
        return Err(Malformed);
    }
    padded.truncate(last);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_comes_back_from_its_class() {
        const MAX: usize = 500;
        for len in 0..MAX {
            let content = vec![0x80; len];
            let mut padded = pad(&[&content], MAX).unwrap();
            assert!([64, 128, 256, MAX].contains(&padded.len()), "{len}");
            unpad(&mut padded, MAX).unwrap();
            assert_eq!(*padded, content);
        }
        assert!(pad(&[&[0; MAX]], MAX).is_none());
    }

    #[test]
    fn other_padding_is_refused() {
        let refuse = |bytes: Vec<u8>| assert!(unpad(&mut Zeroizing::new(bytes), 500).is_err());
        refuse(vec![]);
        refuse(vec![0; 64]);
        let padded = pad(&[b"abc"], 500).unwrap().to_vec();
        refuse([padded.clone(), vec![0; 64]].concat());
        refuse(padded[..63].to_vec());
        let mut altered = padded;
        altered[10] = 1;
        refuse(altered);
    }
}
