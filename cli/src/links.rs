//! The links that lead into a room, and their picture.

use crate::session;
use dayfly_core::engine::Error;
use dayfly_core::proto::invite::Invite;
use dayfly_core::proto::invite::qr::{self, Matrix};
use std::path::Path;

/// What to hand to the others.
#[derive(Clone)]
pub struct Links {
    /// The room's name.
    pub room: String,
    /// The one to show as a QR code: a browser's link, unless the room meets at trackers of its
    /// own, which only the `dayfly:` form can name.
    pub primary: String,
    /// All of them, the primary one first.
    pub all: Vec<String>,
}

impl Links {
    /// Those of an entered room.
    pub fn of(invite: &Invite) -> Self {
        let info = invite.info();
        let mut all = info.urls;
        if info.trackers.is_empty() {
            all.push(info.link);
        } else {
            all.insert(0, info.link);
        }
        Self {
            room: info.room,
            primary: all[0].clone(),
            all,
        }
    }

    /// The QR code of the primary link; `None` when the link is too long for one.
    pub fn code(&self) -> Option<Matrix> {
        qr::encode(&self.primary).ok()
    }

    /// Writes the QR code as a PNG picture.
    ///
    /// # Errors
    /// A sentence when the link is too long or the file cannot be written.
    pub fn save_picture(&self, file: &Path) -> Result<(), Error> {
        let matrix = qr::encode(&self.primary).map_err(|error| Error {
            kind: dayfly_core::engine::ErrorKind::BadOption,
            message: error.to_string(),
            hint: None,
        })?;
        std::fs::write(file, matrix.png()).map_err(|error| {
            session::system(
                &format!("The picture {} could not be written", file.display()),
                &error,
            )
        })
    }
}
