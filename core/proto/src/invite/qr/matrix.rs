//! From text to the dark and light modules of a code, and those to paper, screen or terminal.

use super::QrError;
use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

/// The light border that readers need, in modules (ISO/IEC 18004, section 5.3.8).
const QUIET_ZONE: u32 = 4;
/// Side of a module in [`Matrix::png`], in pixels.
const PNG_SCALE: u32 = 8;

/// A QR code as a square of modules, without its quiet zone of four light modules all around.
/// Shells draw it themselves from `modules`.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Matrix {
    size: u32,
    /// Row by row, 1 for dark.
    modules: Vec<u8>,
}

impl std::fmt::Debug for Matrix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Matrix({})", self.size)
    }
}

/// Makes the code of `text`, as small as it can be with at least medium error correction (15 %),
/// or low (7 %) when it would not fit otherwise.
///
/// What can be is written in alphanumeric mode (11 bits for two characters), the rest in bytes:
/// an upper-case payload after a lower-case prefix costs a third less.
///
/// # Errors
/// [`QrError::TooLong`].
pub fn encode(text: &str) -> Result<Matrix, QrError> {
    let whole = QrSegment::make_segments(text);
    let tail = text
        .rfind(|c: char| !is_alphanumeric(c))
        .map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    let mixed = [
        QrSegment::make_bytes(&text.as_bytes()[..tail]),
        QrSegment::make_alphanumeric(&text[tail..]),
    ];
    let smallest = |level| {
        let codes = [whole.as_slice(), mixed.as_slice()]
            .into_iter()
            .filter_map(|segments| {
                QrCode::encode_segments_advanced(segments, level, Version::MIN, Version::MAX, None, true).ok()
            });
        codes.min_by_key(QrCode::size)
    };
    let code = smallest(QrCodeEcc::Medium)
        .or_else(|| smallest(QrCodeEcc::Low))
        .ok_or(QrError::TooLong)?;
    let side = code.size();
    let cells = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
    Ok(Matrix {
        size: side.unsigned_abs(),
        modules: cells.map(|(x, y)| u8::from(code.get_module(x, y))).collect(),
    })
}

fn is_alphanumeric(c: char) -> bool {
    matches!(c, '0'..='9' | 'A'..='Z' | ' ' | '$' | '%' | '*' | '+' | '-' | '.' | '/' | ':')
}

impl Matrix {
    /// Modules on a side: 21 to 177.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.size
    }

    /// Whether the module in column `x` of row `y` is dark. Outside the code everything is light.
    #[must_use]
    pub fn dark(&self, x: u32, y: u32) -> bool {
        let row = y as usize * self.size as usize;
        let inside = x < self.size && y < self.size;
        inside
            && self
                .modules
                .get(row + x as usize)
                .is_some_and(|module| *module != 0)
    }

    /// The code in half blocks, two modules to a character, with its quiet zone. Light modules are
    /// drawn, so it is right on a dark terminal; readers take it inverted on a light one too.
    #[must_use]
    pub fn terminal(&self) -> String {
        self.half_blocks(true)
    }

    /// The same for dark ink on a light background: paper, or a light terminal.
    #[must_use]
    pub fn terminal_on_light(&self) -> String {
        self.half_blocks(false)
    }

    fn half_blocks(&self, ink_is_light: bool) -> String {
        let inked = |x, y| y < self.size + 2 * QUIET_ZONE && self.bordered(x, y) != ink_is_light;
        let side = self.size + 2 * QUIET_ZONE;
        let mut text = String::new();
        for y in (0..side).step_by(2) {
            for x in 0..side {
                text.push(match (inked(x, y), inked(x, y + 1)) {
                    (false, false) => ' ',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (true, true) => '█',
                });
            }
            text.push('\n');
        }
        text
    }

    /// The code in plain ASCII, two characters to a module, with its quiet zone: `##` is light, so
    /// it is right on a dark terminal.
    #[must_use]
    pub fn ascii(&self) -> String {
        let side = self.size + 2 * QUIET_ZONE;
        let row = |y| {
            let cells = (0..side).map(move |x| if self.bordered(x, y) { "  " } else { "##" });
            cells.chain(["\n"]).collect::<String>()
        };
        (0..side).map(row).collect()
    }

    /// A black and white PNG picture, eight pixels to a module, with its quiet zone.
    #[must_use]
    pub fn png(&self) -> Vec<u8> {
        let side = (self.size + 2 * QUIET_ZONE) * PNG_SCALE;
        let mut rows = Vec::new();
        for y in 0..side {
            // Eight pixels to a module and one bit to a pixel: a module is a byte.
            let row = (0..side / PNG_SCALE).map(|x| if self.bordered(x, y / PNG_SCALE) { 0 } else { 0xff });
            rows.extend(row);
        }
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, side, side);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&rows))
            .expect("a bitmap of the announced size goes into memory");
        file
    }

    /// [`Matrix::dark`], counted from the corner of the quiet zone.
    fn bordered(&self, x: u32, y: u32) -> bool {
        x >= QUIET_ZONE && y >= QUIET_ZONE && self.dark(x - QUIET_ZONE, y - QUIET_ZONE)
    }
}
