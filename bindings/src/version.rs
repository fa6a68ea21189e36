//! Which library this is: for whoever loads it, before it is used, and for people.

use dayfly_core::proto::identity::native::handshake::Versions;

/// The surface, as `tests/api.rs` holds it to the truth.
const SURFACE: &[u8] = include_bytes!("../api.txt");

const NUMBER: u32 = cksum(SURFACE);

/// The number of the surface: the checksum that POSIX `cksum` gives `api.txt`.
///
/// Foreign code calls a library by names and layouts that were fixed when it was generated. uniffi
/// compares a checksum of each function when its first class is loaded: another library then shows as
/// a missing symbol or a failed class, and a record whose fields differ does not show at all. A shell
/// therefore calls this first, as a plain C function (`uint32_t dayfly_surface(void)`), and says in
/// one sentence that library and code are of different versions when the function is missing or gives
/// another number than the one generated (`app.dayfly.core.DAYFLY_SURFACE` in Kotlin).
// SAFETY: nothing else in the library or in what it links has this name.
#[allow(
    unsafe_code,
    reason = "a plain name, which foreign code can look up before uniffi runs"
)]
#[unsafe(no_mangle)]
pub extern "C" fn dayfly_surface() -> u32 {
    NUMBER
}

/// The same to read from the file of a library, of whatever processor: `scripts/bindgen` writes it
/// beside the code it generates from that file.
// SAFETY: as above.
#[allow(
    unsafe_code,
    reason = "a plain name keeps it in the library, where nothing in Rust reads it"
)]
#[unsafe(no_mangle)]
pub static DAYFLY_SURFACE_MARK: [u8; 26] = marked(NUMBER);

const fn marked(number: u32) -> [u8; 26] {
    let mut mark = *b"dayfly-surface:0000000000\n";
    let (mut rest, mut at) = (number, 24);
    while rest > 0 {
        mark[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        at -= 1;
    }
    mark
}

/// The CRC of POSIX `cksum`: the bytes, then their number.
const fn cksum(bytes: &[u8]) -> u32 {
    let (mut crc, mut at) = (0, 0);
    while at < bytes.len() {
        crc = stirred(crc, bytes[at]);
        at += 1;
    }
    let mut length = bytes.len();
    while length > 0 {
        crc = stirred(crc, (length & 0xff) as u8);
        length >>= 8;
    }
    !crc
}

const fn stirred(crc: u32, byte: u8) -> u32 {
    let mut crc = crc ^ ((byte as u32) << 24);
    let mut bit = 0;
    while bit < 8 {
        crc = if crc & 0x8000_0000 == 0 {
            crc << 1
        } else {
            (crc << 1) ^ 0x04c1_1db7
        };
        bit += 1;
    }
    crc
}

/// What is running, for whoever reports that something is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct BuildInfo {
    /// The version of the library.
    pub version: String,
    /// The commit it was built from, where whoever built it said so (`DAYFLY_COMMIT`). Without, it is
    /// not known, and an app says so.
    pub commit: Option<String>,
    /// The version of the protocol between native members that it speaks.
    pub protocol: u8,
}

/// What is running.
#[uniffi::export]
pub fn build_info() -> BuildInfo {
    let commit = option_env!("DAYFLY_COMMIT").filter(|commit| !commit.is_empty());
    BuildInfo {
        version: env!("CARGO_PKG_VERSION").into(),
        commit: commit.map(Into::into),
        protocol: Versions::OURS.max,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_the_one_that_cksum_gives() {
        // Of Debian's coreutils 9.1, for these bytes.
        assert_eq!(cksum(b""), 4_294_967_295);
        assert_eq!(cksum(b"x"), 12_738_659);
        assert_ne!(cksum(b"x\n"), cksum(b"x"));
        assert_eq!(&marked(12_738_659), b"dayfly-surface:0012738659\n");
        assert_eq!(&marked(u32::MAX), b"dayfly-surface:4294967295\n");
        assert_eq!(DAYFLY_SURFACE_MARK, marked(dayfly_surface()));
    }
}
