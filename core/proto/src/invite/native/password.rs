//! The password of a native room, stretched.
//!
//! The word goes into the password exchange within the handshake and nowhere else: nothing that
//! is sent, sealed or announced can be used to try passwords.

use super::super::{InviteError, MAX_SECRET};
use crate::crypto::hash;
use crate::secret::{SecretBytes, SecretString};
use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, Zeroizing};

/// Memory that one try costs, in KiB.
const MEMORY_KIB: u32 = 64 * 1024;
/// Passes over that memory.
const PASSES: u32 = 3;
/// Lanes.
const LANES: u32 = 1;

/// `w`: Argon2id (RFC 9106) of the password in NFC, salted with the room. Takes 64 MiB and about
/// a fifth of a second to two seconds: never on a thread that draws or serves a connection.
///
/// # Errors
/// [`InviteError::EmptyPassword`] or [`InviteError::TooLong`].
pub fn password_word(password: &SecretString, room_id: &[u8; 32]) -> Result<SecretBytes<32>, InviteError> {
    let salt = hash(&[b"dayfly/1 pw\0", room_id]);
    stretch(
        password,
        salt[..16].try_into().expect("a hash has more than 16 bytes"),
    )
}

/// The same with a salt as it stands, for what is not a room: an exported identity.
///
/// # Errors
/// As [`password_word`].
pub fn stretch(password: &SecretString, salt: &[u8; 16]) -> Result<SecretBytes<32>, InviteError> {
    let password = password.expose();
    if password.is_empty() {
        return Err(InviteError::EmptyPassword);
    }
    if password.len() > MAX_SECRET {
        return Err(InviteError::TooLong {
            what: "password",
            limit: MAX_SECRET,
        });
    }
    // Room for the longest result at once (a character grows threefold at most), so that no copy
    // stays behind where a string grew.
    let mut composed = Zeroizing::new(String::with_capacity(3 * password.len()));
    composed.extend(password.nfc());
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, Some(32)).expect("the parameters are within Argon2's");
    let mut out = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(composed.as_bytes(), salt, &mut out)
        .expect("lengths of password, salt and output are within Argon2's");
    let word = SecretBytes::new(out);
    out.zeroize();
    Ok(word)
}
