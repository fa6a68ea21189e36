//! Pictures that may show a code: camera frames and PNG files.
//!
//! Their numbers are checked against their bytes and against bounds before anything is allocated.
//! Of `rqrr` only the reading of a grid is used: its search panics on some pictures (it asserts on
//! far points and indexes past a cache), and takes time without bound on others.

use super::bitmap::{Bitmap, Grey};
use super::{QrError, finder, sample};
use crate::invite::{Invite, InviteError};

/// The most pixels a picture may have.
pub const MAX_PIXELS: u64 = 1 << 24;
/// The most bytes a PNG file may have.
pub const MAX_PNG_BYTES: usize = 32 << 20;

/// The brightness plane of a camera frame: the Y plane of NV12, NV21 or I420 as it is.
#[derive(Clone, Copy)]
pub struct Luma<'a> {
    /// Rows of `stride` bytes, 0 for black; the last row may end after `width`.
    pub data: &'a [u8],
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bytes from the start of one row to that of the next; at least `width`.
    pub stride: u32,
}

/// The text of the code in a camera frame, in any rotation, mirrored, or white on black.
///
/// # Errors
/// [`QrError::BadFrame`], [`QrError::TooLarge`], [`QrError::NoCode`], [`QrError::NotText`],
/// [`QrError::Several`].
pub fn decode_luma(luma: &Luma<'_>) -> Result<String, QrError> {
    let (width, height) = (luma.width as usize, luma.height as usize);
    if width < 21 || height < 21 {
        return Err(QrError::NoCode);
    }
    if u64::from(luma.width) * u64::from(luma.height) > MAX_PIXELS {
        return Err(QrError::TooLarge);
    }
    let stride = luma.stride as usize;
    let needed = (height - 1)
        .checked_mul(stride)
        .and_then(|bytes| bytes.checked_add(width));
    if stride < width || needed.is_none_or(|needed| luma.data.len() < needed) {
        return Err(QrError::BadFrame);
    }
    choose(search(luma))
}

/// Attempts at reading a code in one picture, over all sizes, thresholds and both colours: what
/// bounds the work on a picture full of false corners.
const ATTEMPTS: u32 = 200;

/// The distinct contents of the codes, from the first way of looking that shows any.
fn search(luma: &Luma<'_>) -> Vec<Vec<u8>> {
    let mut budget = ATTEMPTS;
    let longest = luma.width.max(luma.height) as usize;
    for (size, larger_than) in [(640, 0), (1280, 640), (2560, 1280)] {
        if longest <= larger_than {
            break;
        }
        let mut grey = Grey::shrunk(luma, size);
        for _ in 0..2 {
            for threshold in [Grey::local, Grey::global] {
                let found = codes(&threshold(&grey), &mut budget);
                if !found.is_empty() {
                    return found;
                }
            }
            grey.invert();
        }
    }
    Vec::new()
}

fn codes(bitmap: &Bitmap, budget: &mut u32) -> Vec<Vec<u8>> {
    let patterns = finder::patterns(bitmap);
    let mut is_used = vec![false; patterns.len()];
    let mut found = Vec::new();
    for triple in finder::triples(&patterns) {
        if triple.members.iter().any(|member| is_used[*member]) {
            continue;
        }
        if let Some(bytes) = sample::read(bitmap, &triple, budget) {
            triple.members.iter().for_each(|member| is_used[*member] = true);
            if !found.contains(&bytes) {
                found.push(bytes);
            }
        }
    }
    found
}

/// The one text that is meant: the only one, or the only one that is an invite.
fn choose(found: Vec<Vec<u8>>) -> Result<String, QrError> {
    if found.is_empty() {
        return Err(QrError::NoCode);
    }
    let mut texts: Vec<String> = found
        .into_iter()
        .filter_map(|bytes| String::from_utf8(bytes).ok())
        .collect();
    if texts.iter().any(|text| is_ours(text)) {
        texts.retain(|text| is_ours(text));
        if texts.len() > 1 {
            return Err(QrError::Several);
        }
    }
    texts.into_iter().next().ok_or(QrError::NotText)
}

/// An invite, or a code of an exchange by hand.
fn is_ours(text: &str) -> bool {
    matches!(Invite::parse(text), Ok(_) | Err(InviteError::Manual(_)))
}

/// The text of the code in a PNG picture of any colour type, as [`decode_luma`]. Transparency
/// counts as white; of an animation only the first picture is looked at.
///
/// # Errors
/// [`QrError::NotAPicture`], and as [`decode_luma`].
pub fn decode_png(file: &[u8]) -> Result<String, QrError> {
    if file.len() > MAX_PNG_BYTES {
        return Err(QrError::TooLarge);
    }
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(|_| QrError::NotAPicture)?;
    let (width, height) = header.size();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(QrError::TooLarge);
    }
    let mut reader = decoder.read_info().map_err(|_| QrError::NotAPicture)?;
    let samples = reader.output_color_type().0.samples();
    let mut data: Vec<u8> = Vec::new();
    if reader.info().interlaced {
        let size = reader.output_buffer_size().ok_or(QrError::TooLarge)?;
        let mut pixels = vec![0; size];
        reader.next_frame(&mut pixels).map_err(|_| QrError::NotAPicture)?;
        data.extend(pixels.chunks_exact(samples).map(to_luma));
    } else {
        // Row by row, so that memory follows what the file really holds, not its header.
        while let Some(row) = reader.next_row().map_err(|_| QrError::NotAPicture)? {
            data.extend(row.data().chunks_exact(samples).map(to_luma));
        }
    }
    decode_luma(&Luma {
        data: &data,
        width,
        height,
        stride: width,
    })
}

/// Brightness (ITU-R BT.601) of a pixel of grey, grey and alpha, RGB, or RGBA over white.
fn to_luma(pixel: &[u8]) -> u8 {
    let (grey, alpha) = match *pixel {
        [grey] => return grey,
        [grey, alpha] => (u32::from(grey), alpha),
        [r, g, b] => (weigh(r, g, b), 255),
        [r, g, b, alpha] => (weigh(r, g, b), alpha),
        _ => return 255,
    };
    let alpha = u32::from(alpha);
    ((grey * alpha + 255 * (255 - alpha)) / 255) as u8
}

fn weigh(r: u8, g: u8, b: u8) -> u32 {
    (299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b)) / 1000
}
