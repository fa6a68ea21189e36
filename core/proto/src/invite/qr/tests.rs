use super::*;
use crate::invite::{Access, Invite, Island, WebInvite};
use crate::secret::SecretString;
use proptest::prelude::*;

/// A grey picture to draw codes into.
struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Canvas {
    fn new(width: u32, height: u32, grey: u8) -> Self {
        Self {
            width,
            height,
            pixels: vec![grey; (width * height) as usize],
        }
    }

    /// Draws a code whose middle is at (`cx`, `cy`), `module` pixels a module, turned by `degrees`
    /// and leaning away by `lean` (0 for a flat picture), with samples of 3 by 3 a pixel.
    fn draw(&mut self, matrix: &Matrix, cx: f64, cy: f64, module: f64, degrees: f64, lean: f64) {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let half = f64::from(matrix.size()) / 2.0;
        for y in 0..self.height {
            for x in 0..self.width {
                let mut sum = 0u32;
                for sub in 0..9u32 {
                    let px = f64::from(x) + (f64::from(sub % 3) + 0.5) / 3.0 - cx;
                    let py = f64::from(y) + (f64::from(sub / 3) + 0.5) / 3.0 - cy;
                    let depth = 1.0 + lean * py / f64::from(self.height);
                    let (px, py) = (px / depth / module, py / depth / module);
                    let (u, v) = (px * cos + py * sin + half, py * cos - px * sin + half);
                    let quiet = 4.0;
                    let side = 2.0 * half + quiet;
                    sum += if u < -quiet || v < -quiet || u > side || v > side {
                        u32::from(self.pixels[(y * self.width + x) as usize])
                    } else if u >= 0.0 && v >= 0.0 && matrix.dark(u as u32, v as u32) {
                        20
                    } else {
                        235
                    };
                }
                self.pixels[(y * self.width + x) as usize] = (sum / 9) as u8;
            }
        }
    }

    fn map(mut self, change: impl Fn(u32, u32, u8) -> u8) -> Self {
        for y in 0..self.height {
            for x in 0..self.width {
                let pixel = &mut self.pixels[(y * self.width + x) as usize];
                *pixel = change(x, y, *pixel);
            }
        }
        self
    }

    fn decode(&self) -> Result<String, QrError> {
        let (width, height) = (self.width, self.height);
        decode_luma(&Luma {
            data: &self.pixels,
            width,
            height,
            stride: width,
        })
    }
}

fn invite() -> Invite {
    let access = Access::private_from_password("room", &SecretString::new("word".into()));
    let islands = vec![Island::chitchatter(), Island::at("https://chat.example").unwrap()];
    Invite::Web(WebInvite::new("room", access.unwrap(), islands, vec![]).unwrap())
}

#[test]
fn a_payload_after_a_prefix_is_packed() {
    let link = invite().link();
    let mixed = encode(&link).unwrap();
    // The same text without a run that could be packed.
    let plain = encode(&link.to_lowercase()).unwrap();
    assert!(mixed.size() < plain.size(), "{} {}", mixed.size(), plain.size());
    let hosted = format!("https://go.example/#{}", &link["dayfly:".len()..]);
    assert_eq!(decode_png(&encode(&hosted).unwrap().png()), Ok(hosted));
}

#[test]
fn every_size_and_level_comes_back_from_its_picture() {
    for length in [1, 20, 60, 130, 250, 400, 700, 1100, 1700, 2300, 2900] {
        for fill in ["a", "A"] {
            let text = fill.repeat(length);
            assert_eq!(
                decode_png(&encode(&text).unwrap().png()),
                Ok(text),
                "{length} {fill}"
            );
        }
    }
    assert_eq!(encode(&"a".repeat(2954)), Err(QrError::TooLong));
    assert_eq!(encode(&"A".repeat(1 << 20)), Err(QrError::TooLong));
    assert_eq!(decode_png(&encode("").unwrap().png()), Ok(String::new()));
}

/// All 40 versions in all 4 levels and 8 masks: the tables of the reader are complete.
#[test]
fn every_grid_is_read() {
    use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};
    let levels = [
        QrCodeEcc::Low,
        QrCodeEcc::Medium,
        QrCodeEcc::Quartile,
        QrCodeEcc::High,
    ];
    for version in 1..=40 {
        for level in levels {
            let version = Version::new(version);
            let mask = Mask::new(version.value() % 8);
            let segments = [QrSegment::make_bytes(b"dayfly")];
            let code =
                QrCode::encode_segments_advanced(&segments, level, version, version, Some(mask), false);
            let code = code.unwrap();
            let grid =
                rqrr::SimpleGrid::from_func(code.size() as usize, |x, y| code.get_module(x as i32, y as i32));
            let read = rqrr::Grid::new(grid).decode().map(|(_, text)| text);
            assert_eq!(read.as_deref(), Ok("dayfly"), "{version:?} {level:?}");
        }
    }
}

#[test]
fn it_is_read_in_every_rotation() {
    let link = invite().link();
    let matrix = encode(&link).unwrap();
    for degrees in (0..360).step_by(15) {
        let mut canvas = Canvas::new(400, 380, 128);
        canvas.draw(&matrix, 200.0, 190.0, 4.3, f64::from(degrees), 0.0);
        assert_eq!(canvas.decode(), Ok(link.clone()), "{degrees}");
    }
}

#[test]
fn it_is_read_inverted_mirrored_and_leaning() {
    let link = invite().link();
    let matrix = encode(&link).unwrap();
    for degrees in [0.0, 33.0] {
        let mut canvas = Canvas::new(400, 380, 128);
        canvas.draw(&matrix, 200.0, 190.0, 4.3, degrees, 0.0);
        assert_eq!(
            canvas.map(|_, _, pixel| 255 - pixel).decode(),
            Ok(link.clone()),
            "{degrees}"
        );
    }
    let mut canvas = Canvas::new(400, 380, 128);
    canvas.draw(&matrix, 200.0, 190.0, 4.3, 20.0, 0.0);
    canvas.pixels.chunks_mut(400).for_each(<[u8]>::reverse);
    assert_eq!(canvas.decode(), Ok(link.clone()), "mirrored");
    for lean in [-0.35, 0.2, 0.35] {
        let mut canvas = Canvas::new(400, 380, 128);
        canvas.draw(&matrix, 200.0, 190.0, 4.3, 10.0, lean);
        assert_eq!(canvas.decode(), Ok(link.clone()), "{lean}");
    }
}

#[test]
fn it_is_read_in_shadow_noise_and_at_any_scale() {
    let link = invite().link();
    let matrix = encode(&link).unwrap();
    let mut canvas = Canvas::new(400, 380, 200);
    canvas.draw(&matrix, 200.0, 190.0, 4.3, 7.0, 0.0);
    let noise = |x: u32, y: u32| (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 7 & 31;
    let canvas = canvas.map(|x, y, pixel| {
        // A shadow falls across, down to three tenths of the light.
        let light = 100 - (x * 70 / 400);
        ((u32::from(pixel) * light / 100) + noise(x, y)).min(255) as u8
    });
    assert_eq!(canvas.decode(), Ok(link.clone()), "shadow");
    for (side, module) in [(60, 1.0), (180, 2.0), (300, 3.4), (1300, 19.0), (1700, 4.0)] {
        let mut canvas = Canvas::new(side, side, 255);
        let middle = f64::from(side) / 2.0 + if module == 1.0 { 0.5 } else { 0.0 };
        canvas.draw(&matrix, middle, middle, module, 0.0, 0.0);
        assert_eq!(canvas.decode(), Ok(link.clone()), "{side}");
    }
}

#[test]
fn the_terminals_blocks_are_the_code() {
    let link = invite().link();
    let matrix = encode(&link).unwrap();
    let side = matrix.size() + 8;
    for (text, ink) in [(matrix.terminal(), 255u8), (matrix.terminal_on_light(), 0)] {
        let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
        assert_eq!(lines.len() as u32, side.div_ceil(2));
        let canvas = Canvas::new(side * 4, side * 4, 0).map(|x, y, _| {
            let (x, y) = ((x / 4) as usize, (y / 4) as usize);
            let inked = match lines[y / 2][x] {
                '█' => true,
                '▀' => y.is_multiple_of(2),
                '▄' => !y.is_multiple_of(2),
                _ => false,
            };
            if inked { ink } else { 255 - ink }
        });
        assert_eq!(canvas.decode(), Ok(link.clone()));
    }
    let ascii = matrix.ascii();
    assert!(ascii.is_ascii());
    assert_eq!(ascii.lines().count() as u32, side);
    assert!(ascii.lines().all(|line| line.len() as u32 == 2 * side));
}

#[test]
fn of_several_codes_the_invite_is_taken_and_two_are_refused() {
    let link = invite().link();
    let codes = |texts: &[&str]| {
        let mut canvas = Canvas::new(500, 260, 255);
        for (index, text) in texts.iter().enumerate() {
            let cx = 125.0 + 250.0 * index as f64;
            canvas.draw(&encode(text).unwrap(), cx, 130.0, 3.0, 0.0, 0.0);
        }
        canvas.decode()
    };
    assert_eq!(codes(&["https://example.org/menu", &link]), Ok(link.clone()));
    assert_eq!(codes(&[&link, &link]), Ok(link.clone()));
    let other = "https://chitchatter.im/public/other";
    assert_eq!(codes(&[other, &link]), Err(QrError::Several));
}

#[test]
fn pictures_without_a_code_say_so() {
    for grey in [0, 128, 255] {
        assert_eq!(Canvas::new(200, 150, grey).decode(), Err(QrError::NoCode));
    }
    let noise = Canvas::new(300, 300, 0)
        .map(|x, y, _| (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519) >> 3) as u8);
    assert_eq!(noise.decode(), Err(QrError::NoCode));
    assert_eq!(Canvas::new(3, 3, 0).decode(), Err(QrError::NoCode));
}

/// A wall of finder patterns is the worst picture for a search that tries their combinations.
#[test]
fn a_picture_full_of_corners_ends() {
    let wall = Canvas::new(2560, 2560, 255).map(|x, y, _| {
        let (x, y) = (x % 24 / 2, y % 24 / 2);
        let ring = x.abs_diff(4).max(y.abs_diff(4));
        if matches!(ring, 0 | 1 | 3) { 0 } else { 255 }
    });
    assert_eq!(wall.decode(), Err(QrError::NoCode));
}

#[test]
fn frames_whose_numbers_lie_are_refused() {
    let data = [0; 4096];
    let luma = |width, height, stride| {
        decode_luma(&Luma {
            data: &data,
            width,
            height,
            stride,
        })
    };
    for (width, height, stride, error) in [
        (64, 64, 64, QrError::NoCode),
        (64, 64, 63, QrError::BadFrame),
        (64, 65, 64, QrError::BadFrame),
        (64, 64, 65, QrError::BadFrame),
        (60, 64, 64, QrError::NoCode),
        (0, 64, 64, QrError::NoCode),
        (64, 0, 64, QrError::NoCode),
        (64, 64, u32::MAX, QrError::BadFrame),
        (u32::MAX, u32::MAX, u32::MAX, QrError::TooLarge),
        (u32::MAX, 21, u32::MAX, QrError::TooLarge),
        (21, u32::MAX / 21, u32::MAX, QrError::TooLarge),
        (4096, 4096, 4096, QrError::BadFrame),
        (4096, 4097, 4096, QrError::TooLarge),
    ] {
        assert_eq!(
            luma(width, height, stride),
            Err(error),
            "{width} {height} {stride}"
        );
    }
}

/// A PNG file with any header over the given image data.
fn png_file(width: u32, height: u32, depth_and_color: [u8; 2], chunks: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let [depth, color] = depth_and_color;
    let header = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        &[depth, color, 0, 0, 0],
    ]
    .concat();
    for (name, data) in [(&b"IHDR"[..], &header[..])].iter().chain(chunks) {
        file.extend((data.len() as u32).to_be_bytes());
        let body = [*name, *data].concat();
        file.extend(&body);
        file.extend(crc32(&body).to_be_bytes());
    }
    file
}

fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[test]
fn png_headers_are_believed_only_within_bounds() {
    for (width, height) in [(65_535, 65_535), (u32::MAX >> 1, 1), (4097, 4096), (1 << 24, 2)] {
        let file = png_file(width, height, [16, 6], &[(b"IDAT", b""), (b"IEND", b"")]);
        assert_eq!(decode_png(&file), Err(QrError::TooLarge), "{width} {height}");
    }
    // The largest picture allowed, announced without a byte of it.
    let file = png_file(4096, 4096, [16, 6], &[(b"IDAT", b""), (b"IEND", b"")]);
    assert_eq!(decode_png(&file), Err(QrError::NotAPicture));
    for bad in [&b""[..], b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff\xe0JFIF"] {
        assert_eq!(decode_png(bad), Err(QrError::NotAPicture));
    }
    assert_eq!(decode_png(&vec![0; MAX_PNG_BYTES + 1]), Err(QrError::TooLarge));
}

/// The picture in every colour type and depth that PNG has, interlaced or not.
#[test]
fn every_kind_of_png_is_read() {
    use png::{BitDepth, ColorType};
    let link = invite().link();
    let matrix = encode(&link).unwrap();
    let side = (matrix.size() + 8) * 3;
    let dark = |x: u32, y: u32| {
        let (x, y) = ((x / 3).wrapping_sub(4), (y / 3).wrapping_sub(4));
        matrix.dark(x, y)
    };
    for (color, depth, light, ink) in [
        (ColorType::Grayscale, BitDepth::Eight, &[255u8][..], &[0u8][..]),
        (ColorType::Grayscale, BitDepth::Sixteen, &[255, 0], &[9, 0]),
        (ColorType::GrayscaleAlpha, BitDepth::Eight, &[0, 0], &[0, 255]),
        (ColorType::Rgb, BitDepth::Eight, &[255, 255, 200], &[90, 0, 60]),
        (ColorType::Rgba, BitDepth::Eight, &[9, 9, 9, 0], &[0, 0, 90, 255]),
        (
            ColorType::Rgba,
            BitDepth::Sixteen,
            &[0; 8],
            &[0, 0, 0, 0, 0, 0, 255, 255],
        ),
        (ColorType::Indexed, BitDepth::Eight, &[1], &[0]),
    ] {
        let mut data = Vec::new();
        for y in 0..side {
            (0..side).for_each(|x| data.extend(if dark(x, y) { ink } else { light }));
        }
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, side, side);
        encoder.set_color(color);
        encoder.set_depth(depth);
        encoder.set_palette(vec![20, 0, 0, 255, 255, 255]);
        encoder.write_header().unwrap().write_image_data(&data).unwrap();
        assert_eq!(decode_png(&file), Ok(link.clone()), "{color:?} {depth:?}");
    }
}

/// Of an animation the first picture counts, and however many follow, they cost nothing.
#[test]
fn an_animation_is_its_first_picture() {
    let link = invite().link();
    let matrix = encode(&link).unwrap();
    let side = (matrix.size() + 8) * 2;
    let frame: Vec<u8> = (0..side * side)
        .map(|at| ((at % side / 2).wrapping_sub(4), (at / side / 2).wrapping_sub(4)))
        .map(|(x, y)| if matrix.dark(x, y) { 0 } else { 255 })
        .collect();
    let blank = vec![255; frame.len()];
    for frames in [[&frame, &blank, &blank], [&blank, &frame, &frame]] {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, side, side);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_animated(3, 0).unwrap();
        let mut writer = encoder.write_header().unwrap();
        frames
            .iter()
            .for_each(|data| writer.write_image_data(data).unwrap());
        writer.finish().unwrap();
        let expected = if *frames[0] == frame {
            Ok(link.clone())
        } else {
            Err(QrError::NoCode)
        };
        assert_eq!(decode_png(&file), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_text_comes_back_from_its_picture(text in "\\PC{0,300}") {
        prop_assert_eq!(decode_png(&encode(&text).unwrap().png()), Ok(text));
    }

    #[test]
    fn no_frame_panics(data in proptest::collection::vec(any::<u8>(), 0..4000)) {
        crate::invite::fuzz::luma(&data);
    }

    #[test]
    fn no_damaged_png_panics(at in any::<proptest::sample::Index>(), byte: u8, cut: bool) {
        let mut file = encode("dayfly:AAAA").unwrap().png();
        let at = at.index(file.len());
        if cut {
            file.truncate(at);
        } else {
            file[at] = byte;
        }
        crate::invite::fuzz::png(&file);
    }
}
