//! Invites and their QR codes as the shells use them.

use crate::{DayflyError, Live};
use dayfly_core::engine::{Error, ErrorKind, new_web_room};
use dayfly_core::proto::invite::manual::{ManualCode, ManualHalf};
use dayfly_core::proto::invite::qr::{self, Luma, Matrix};
use dayfly_core::proto::invite::{Invite as Record, InviteInfo};
use dayfly_core::proto::secret::SecretString;
use std::sync::Arc;

/// What a link or a QR code holds. It may hold the room's secret; freeing it wipes that.
#[derive(Debug, uniffi::Object)]
pub struct Invite {
    pub(crate) record: Record,
    _live: Live,
}

impl Invite {
    pub(crate) fn new(record: Record) -> Arc<Self> {
        let _live = crate::live();
        Arc::new(Self { record, _live })
    }
}

#[uniffi::export]
impl Invite {
    /// Reads an invite from pasted, typed or scanned text.
    #[uniffi::constructor]
    pub fn parse(text: &str) -> Result<Arc<Self>, DayflyError> {
        Ok(Self::new(Record::parse(text)?))
    }

    /// An invite to a room that browsers can join too, through the pages of these sites. Without
    /// any it is the public Chitchatter; with a password the room is private. Without a name the
    /// room has one that nobody can guess; whoever guesses a name, or has heard it, is in a public
    /// room.
    #[uniffi::constructor(default(origins = [], password = None, name = None))]
    pub fn new_web_room(
        origins: Vec<String>,
        password: Option<String>,
        name: Option<String>,
    ) -> Result<Arc<Self>, DayflyError> {
        let password = password.map(SecretString::new);
        Ok(Self::new(new_web_room(&origins, password.as_ref(), name)?))
    }

    /// The same invite with its password, where `info` says that it needs one.
    pub fn unlock(&self, password: String) -> Result<Arc<Self>, DayflyError> {
        Ok(Self::new(match self.record.clone() {
            Record::Locked(locked) => Record::Web(locked.unlock(&SecretString::new(password))?),
            open @ Record::Web(_) => open,
            Record::Native(_) => {
                return Err(DayflyError::from(Error {
                    kind: ErrorKind::NotAllowed,
                    message: "A native room's password is not part of its invite.".into(),
                    hint: None,
                }));
            }
        }))
    }

    /// The invite as plain data, to show. Its link and URLs may hold the secret.
    pub fn info(&self) -> InviteInfo {
        self.record.info()
    }
}

/// Which half of an exchange by hand a text is, where `Invite` reads no invite in it: an offer is
/// for `Dayfly.join_manual`, an answer for `Room.manual_answer`.
#[uniffi::export]
pub fn manual_half(text: &str) -> Option<ManualHalf> {
    ManualCode::parse(text).ok().map(|code| code.half())
}

/// A text as a QR code, to draw.
#[uniffi::export]
pub fn qr_encode(text: &str) -> Result<Matrix, DayflyError> {
    Ok(qr::encode(text)?)
}

/// The text of the QR code in a camera frame's brightness plane, which is read where it lies, during
/// the call: in Kotlin it is a direct `ByteBuffer`, as a camera gives it, read from its first byte
/// whatever its position is. A frame that must outlive the camera's goes through a `Scanner`.
#[uniffi::export]
pub fn qr_read(luma: &[u8], width: u32, height: u32, stride: u32) -> Result<String, DayflyError> {
    Ok(qr::decode_luma(&Luma {
        data: luma,
        width,
        height,
        stride,
    })?)
}
