//! Pictures of codes as a camera might take them, made from a seed: turned, leaning, blurred,
//! inverted, small, dim and noisy, with a logo upon them. What is in each row of the table is said
//! by [`ROWS`]; the reader is not told.

use dayfly_proto::crypto::PublicKey;
use dayfly_proto::description::{Candidate, CandidateKind, Description, Setup};
use dayfly_proto::invite::Invite;
use dayfly_proto::invite::manual::ManualCode;
use dayfly_proto::invite::native::{NativeInvite, RoomOptionsWire};
use dayfly_proto::invite::qr::{self, Luma, Matrix};
use dayfly_proto::secret::SecretString;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// How a picture was taken. Lengths are in modules of the code unless said otherwise.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Pixels to a module, in the middle of the picture.
    pub pixels: f64,
    /// Turned by so many degrees.
    pub turned: f64,
    /// The screen leans away by so many degrees, seen from three times its side.
    pub leans: f64,
    /// Standard deviation of the blur.
    pub blur: f64,
    /// White on black.
    pub inverted: bool,
    /// A light square in the middle with a dark one in it: its side as a part of the code's.
    pub logo: f64,
    /// Dark and light differ by so many of 255 steps.
    pub contrast: f64,
    /// Standard deviation of the noise, in the same steps.
    pub noise: f64,
}

pub const PLAIN: Look = Look {
    pixels: 4.0,
    turned: 0.0,
    leans: 0.0,
    blur: 0.0,
    inverted: false,
    logo: 0.0,
    contrast: 230.0,
    noise: 0.0,
};

/// Some noise and a little blur are in every picture that a camera takes.
const CAMERA: Look = Look {
    blur: 0.25,
    contrast: 180.0,
    noise: 4.0,
    ..PLAIN
};

/// The rows of the table; what is not said differs from picture to picture a little.
pub const ROWS: [(&str, Look); 22] = [
    ("screenshot, 4 pixels to a module", PLAIN),
    ("camera, straight", CAMERA),
    (
        "turned 15°",
        Look {
            turned: 15.0,
            ..CAMERA
        },
    ),
    (
        "turned 30°",
        Look {
            turned: 30.0,
            ..CAMERA
        },
    ),
    (
        "turned 45°",
        Look {
            turned: 45.0,
            ..CAMERA
        },
    ),
    (
        "leaning 20°",
        Look {
            leans: 20.0,
            ..CAMERA
        },
    ),
    (
        "leaning 35°",
        Look {
            leans: 35.0,
            ..CAMERA
        },
    ),
    (
        "leaning 50°",
        Look {
            leans: 50.0,
            pixels: 5.0,
            ..CAMERA
        },
    ),
    (
        "turned 30° and leaning 35°",
        Look {
            turned: 30.0,
            leans: 35.0,
            ..CAMERA
        },
    ),
    ("blur of 0.4 modules", Look { blur: 0.4, ..CAMERA }),
    ("blur of 0.6 modules", Look { blur: 0.6, ..CAMERA }),
    ("blur of 0.8 modules", Look { blur: 0.8, ..CAMERA }),
    (
        "inverted",
        Look {
            inverted: true,
            ..CAMERA
        },
    ),
    (
        "inverted, turned 30°, leaning 20°",
        Look {
            inverted: true,
            turned: 30.0,
            leans: 20.0,
            ..CAMERA
        },
    ),
    ("logo over 15 % of the side", Look { logo: 0.15, ..CAMERA }),
    ("logo over 20 % of the side", Look { logo: 0.20, ..CAMERA }),
    ("logo over 25 % of the side", Look { logo: 0.25, ..CAMERA }),
    (
        "3 pixels to a module",
        Look {
            pixels: 3.0,
            ..CAMERA
        },
    ),
    (
        "2.5 pixels to a module",
        Look {
            pixels: 2.5,
            ..CAMERA
        },
    ),
    (
        "2 pixels to a module",
        Look {
            pixels: 2.0,
            ..CAMERA
        },
    ),
    (
        "low light",
        Look {
            contrast: 50.0,
            noise: 8.0,
            ..CAMERA
        },
    ),
    (
        "very low light",
        Look {
            contrast: 30.0,
            noise: 10.0,
            ..CAMERA
        },
    ),
];

/// A grey picture.
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub data: Vec<u8>,
}

impl Picture {
    pub fn luma(&self) -> Luma<'_> {
        Luma {
            data: &self.data,
            width: self.width,
            height: self.height,
            stride: self.width,
        }
    }
}

fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    f64::from(rng.next_u32()) / f64::from(u32::MAX)
}

/// Near enough to a normal distribution of deviation 1.
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| uniform(rng)).sum::<f64>() - 6.0
}

/// Takes a picture. Each seed has its own angle within two degrees of the look's, and its own place
/// of the code between the pixels.
pub fn take(matrix: &Matrix, look: Look, seed: u64) -> Picture {
    const QUIET: f64 = 4.0;
    const SAMPLES: u32 = 3;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let size = f64::from(matrix.size());
    let jitter = if look.noise > 0.0 {
        uniform(&mut rng) * 4.0 - 2.0
    } else {
        0.0
    };
    let (sin, cos) = (look.turned + jitter).to_radians().sin_cos();
    let (lean_sin, lean_cos) = look.leans.to_radians().sin_cos();
    let (dx, dy) = (uniform(&mut rng), uniform(&mut rng));
    let reach = (size + 2.0 * QUIET) * (sin.abs() + cos.abs()) * look.pixels;
    let side = (reach * (1.0 + 0.35 * lean_sin)).ceil() as u32 + 8;
    let middle = f64::from(side) / 2.0;
    let distance = 3.0 * size;
    // From a place in the picture to a module: back through the lens, then turned back.
    let ink = |px: f64, py: f64| -> f64 {
        let (x, y) = ((px - middle - dx) / look.pixels, (py - middle - dy) / look.pixels);
        let v = y * distance / (distance * lean_cos - y * lean_sin);
        let u = x * (distance + v * lean_sin) / distance;
        let (mx, my) = (u * cos + v * sin + size / 2.0, v * cos - u * sin + size / 2.0);
        let (cx, cy) = ((mx / size - 0.5).abs() * 2.0, (my / size - 0.5).abs() * 2.0);
        let off = cx.max(cy);
        if off < look.logo * 0.7 {
            return 1.0;
        }
        if off < look.logo || mx < 0.0 || my < 0.0 {
            return 0.0;
        }
        f64::from(u8::from(matrix.dark(mx as u32, my as u32)))
    };
    let mut grey = vec![0.0; (side * side) as usize];
    for y in 0..side {
        for x in 0..side {
            let mut sum = 0.0;
            for sy in 0..SAMPLES {
                for sx in 0..SAMPLES {
                    let at = |p: u32, s: u32| f64::from(p) + (f64::from(s) + 0.5) / f64::from(SAMPLES);
                    sum += ink(at(x, sx), at(y, sy));
                }
            }
            grey[(y * side + x) as usize] = sum / f64::from(SAMPLES * SAMPLES);
        }
    }
    blur(&mut grey, side as usize, look.blur * look.pixels);
    let data = grey
        .into_iter()
        .map(|ink| {
            let ink = if look.inverted { 1.0 - ink } else { ink };
            let level = 127.5 + look.contrast * (0.5 - ink) + look.noise * normal(&mut rng);
            level.round().clamp(0.0, 255.0) as u8
        })
        .collect();
    Picture {
        width: side,
        height: side,
        data,
    }
}

/// A Gaussian blur, one direction after the other.
fn blur(grey: &mut [f64], side: usize, deviation: f64) {
    if deviation <= 0.0 {
        return;
    }
    let reach = (deviation * 3.0).ceil() as isize;
    let weight = |at: isize| (-(at as f64).powi(2) / (2.0 * deviation * deviation)).exp();
    let total: f64 = (-reach..=reach).map(weight).sum();
    for across in [true, false] {
        let before = grey.to_vec();
        for y in 0..side {
            for x in 0..side {
                let mut sum = 0.0;
                for step in -reach..=reach {
                    let moved = |at: usize| at.saturating_add_signed(step).min(side - 1);
                    let (x, y) = if across { (moved(x), y) } else { (x, moved(y)) };
                    sum += before[y * side + x] * weight(step);
                }
                grey[y * side + x] = sum / total;
            }
        }
    }
}

/// The codes that the table is about, with their texts.
pub fn codes() -> [(&'static str, String); 3] {
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
    let (native, _) =
        NativeInvite::create(&mut rng, RoomOptionsWire::default()).expect("the options are fine");
    let mut described = |setup| Description {
        ufrag: SecretString::new("nXgsLJPyMSTMaUZs".into()),
        pwd: SecretString::new("LDCHGuPbDRfGWcNnjAGYrfWsVfgtDRVX".into()),
        fingerprint: {
            let mut fingerprint = [0; 32];
            rng.fill_bytes(&mut fingerprint);
            fingerprint
        },
        setup,
        candidates: (1..=3)
            .map(|n| Candidate {
                kind: CandidateKind::Host,
                ip: [192, 168, 43, n].into(),
                port: 40_000 + u16::from(n),
                priority: 2_130_706_431 - u32::from(n),
            })
            .collect(),
    };
    let offer = ManualCode::offer(PublicKey([0x5a; 32]), [0x3c; 16], described(Setup::ActPass));
    let answer = ManualCode::answer(
        &offer,
        PublicKey([0xc3; 32]),
        [0x99; 16],
        described(Setup::Active),
    );
    [
        ("invite", Invite::Native(native).link()),
        ("offer", offer.text()),
        ("answer", answer.text()),
    ]
}

/// Of `count` pictures of a text with this look, how many are read. What is read is the text.
pub fn read(text: &str, look: Look, count: u64) -> u64 {
    let matrix = qr::encode(text).expect("the text fits a code");
    (0..count)
        .filter(|seed| {
            let picture = take(&matrix, look, *seed);
            match qr::decode_luma(&picture.luma()) {
                Ok(found) => {
                    assert_eq!(found, text, "{look:?} {seed}: misread");
                    true
                }
                Err(_) => false,
            }
        })
        .count() as u64
}
