//! One person scans the other's screen, in person: the surest way, because the code is as long as a
//! key and travels by light.
//!
//! ```text
//! shown = 01 ‖ room_id[..8] ‖ id_shower[32] ‖ s[16]        as text: dayfly-check:BASE32
//! tick  = HMAC(s, h ‖ id_scanner ‖ id_shower)
//! ```
//! The scanner knows at once whether the screen belongs to the other end of its session. The tick
//! tells the shower which session that was; its person then looks whether the scanner's screen
//! agrees.

use crate::crypto::{Malformed, PublicKey, Reader, hmac, hmac_fits};
use crate::secret::SecretBytes;
use data_encoding::BASE32_NOPAD;
use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

const VERSION: u8 = 1;
const SCHEME: &str = "dayfly-check:";
/// The longest text looked at, in bytes: room for later versions.
const MAX_TEXT: usize = 512;
/// Version, room, key and secret.
const SHOWN_LEN: usize = 1 + 8 + 32 + 16;

/// The secret behind a code on our screen. New for each time the screen is opened, and gone with
/// it: [`super::SCREEN`] at most.
pub struct ShownCode {
    secret: SecretBytes<16>,
}

impl ShownCode {
    /// A new code. Draws 16 bytes.
    #[must_use]
    pub fn new(rng: &mut impl CryptoRng) -> Self {
        let mut secret = [0; 16];
        rng.fill_bytes(&mut secret);
        let shown = Self {
            secret: SecretBytes::new(secret),
        };
        secret.zeroize();
        shown
    }

    /// The text for the QR code that names us, `ours`, in the room.
    #[must_use]
    pub fn text(&self, room_id: &[u8; 32], ours: &PublicKey) -> String {
        let mut shown = Zeroizing::new(Vec::with_capacity(SHOWN_LEN));
        shown.push(VERSION);
        shown.extend(&room_id[..8]);
        shown.extend(ours.as_bytes());
        shown.extend(self.secret.expose());
        format!("{SCHEME}{}", BASE32_NOPAD.encode(&shown))
    }

    /// Whether `tick` came from who scanned this code, at the other end of the session `h`.
    #[must_use]
    pub fn fits(&self, tick: &[u8; 32], h: &[u8; 32], ours: &PublicKey, scanner: &PublicKey) -> bool {
        hmac_fits(
            self.secret.expose(),
            &[h, scanner.as_bytes(), ours.as_bytes()],
            tick,
        )
    }
}

/// Why a scanned text proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// Another kind of code.
    #[error("this is not the code from a member's screen; scan the one under \"verify in person\"")]
    NotACode,
    /// Of a later version.
    #[error("this code needs a newer Dayfly")]
    Newer,
    /// Of somebody in another room.
    #[error("this code belongs to another room")]
    OtherRoom,
    /// Our own.
    #[error("this is your own code; scan the other person's screen")]
    Own,
    /// Of another key than the session's: an alarm, unless another member's screen was scanned.
    #[error("this screen does not belong to the member you chose: somebody may be in between")]
    OtherKey,
}

impl From<Malformed> for ScanError {
    fn from(_: Malformed) -> Self {
        Self::NotACode
    }
}

/// Reads what was scanned from the screen of `theirs`, the other end of the session `h`, and gives
/// the tick to send there. The text may be in either case.
///
/// # Errors
/// [`ScanError`].
pub fn scan(
    text: &str,
    room_id: &[u8; 32],
    h: &[u8; 32],
    ours: &PublicKey,
    theirs: &PublicKey,
) -> Result<[u8; 32], ScanError> {
    let payload = match text.trim().split_at_checked(SCHEME.len()) {
        Some((scheme, payload)) if scheme.eq_ignore_ascii_case(SCHEME) && payload.len() <= MAX_TEXT => {
            payload
        }
        _ => return Err(ScanError::NotACode),
    };
    let upper = Zeroizing::new(payload.to_ascii_uppercase());
    let shown = BASE32_NOPAD
        .decode(upper.as_bytes())
        .map(Zeroizing::new)
        .map_err(|_| ScanError::NotACode)?;
    let mut shown = Reader::new(&shown);
    if shown.u8()? != VERSION {
        return Err(ScanError::Newer);
    }
    let room = shown.array::<8>()?;
    let id = PublicKey(shown.array()?);
    let secret = SecretBytes::<16>::new(shown.array()?);
    shown.end()?;
    if room != room_id[..8] {
        return Err(ScanError::OtherRoom);
    }
    if id == *ours {
        return Err(ScanError::Own);
    }
    if id != *theirs {
        return Err(ScanError::OtherKey);
    }
    Ok(hmac(secret.expose(), &[h, ours.as_bytes(), theirs.as_bytes()]))
}
