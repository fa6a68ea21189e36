//! Pictures that may show a code: camera frames and PNG files.

use super::QrError;

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
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| luma.data[y * stride + x]);
    let grids = image.detect_grids();
    let found = grids.iter().find_map(|grid| grid.decode().ok());
    found.map(|(_, text)| text).ok_or(QrError::NoCode)
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
    let (color, _) = reader.output_color_type();
    let size = reader.output_buffer_size().ok_or(QrError::TooLarge)?;
    let mut pixels = vec![0; size];
    reader.next_frame(&mut pixels).map_err(|_| QrError::NotAPicture)?;
    let data: Vec<u8> = pixels.chunks_exact(color.samples()).map(|p| to_luma(p)).collect();
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
