//! Fuzz bodies: each takes arbitrary bytes and panics only if a promise of this module is broken.

use super::manual::ManualCode;
use super::{Invite, MAX_TEXT, native, qr, record};

/// The record codec: what is accepted encodes to the very bytes it came from.
///
/// # Panics
/// If that does not hold.
pub fn record(data: &[u8]) {
    if let Ok(invite) = record::decode(data) {
        assert_eq!(
            *record::encode(&invite),
            data,
            "an accepted record has one encoding"
        );
    }
    // The same without luck: the frame is made right around the bytes.
    for framed in record::framed(data) {
        if let Ok(invite) = record::decode(&framed) {
            assert_eq!(*record::encode(&invite), *framed);
        }
    }
    if let Ok(code) = ManualCode::decode_body(data) {
        assert_eq!(code.encode_body(), data, "a code has one encoding");
        assert_eq!(ManualCode::parse(&code.text()), Ok(code));
    }
}

/// Any text: what is accepted survives its own link, and its URLs lead to the same room.
///
/// # Panics
/// If that does not hold.
pub fn link(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for text in [
        text.clone().into_owned(),
        format!("https://chitchatter.im/{text}"),
    ] {
        let Ok(invite) = Invite::parse(&text) else {
            continue;
        };
        assert!(text.len() <= MAX_TEXT);
        assert_eq!(Invite::parse(&invite.link()), Ok(invite.clone()));
        for url in invite.urls() {
            let back = Invite::parse(&url).map(|back| back.info().room);
            assert_eq!(back, Ok(invite.info().room));
        }
    }
}

/// A sealed offer: bytes as a box, and as what is in one.
///
/// # Panics
/// If what opens does not seal again, or is longer than it may be.
pub fn sealed(data: &[u8]) {
    native::sealed::fuzz(data);
}

/// The reader of PNG pictures.
pub fn png(data: &[u8]) {
    let _ = qr::decode_png(data);
}

/// The reader of camera frames. The first bytes choose width and stride.
pub fn luma(data: &[u8]) {
    let [width, padding, data @ ..] = data else {
        return;
    };
    let (width, stride) = (u32::from(*width), u32::from(*width) + u32::from(*padding % 8));
    let height = (data.len() as u32).checked_div(stride).unwrap_or(3);
    let _ = qr::decode_luma(&qr::Luma {
        data,
        width,
        height,
        stride,
    });
}

/// What [`qr::encode`] takes is read back from the picture it makes.
///
/// # Panics
/// If it is not.
pub fn code(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(matrix) = qr::encode(&text) {
        assert_eq!(qr::decode_png(&matrix.png()).as_deref(), Ok(&*text));
    }
}
