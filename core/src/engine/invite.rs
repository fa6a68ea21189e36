//! Invites to new rooms, and what a bad invite means to a shell.

use super::{Error, ErrorKind, setup};
use dayfly_proto::invite::qr::QrError;
use dayfly_proto::invite::{Access, Invite, InviteError, Island, WebInvite};
use dayfly_proto::secret::SecretString;

/// An invite to a new room that browsers can join too, through the pages of these sites. Without
/// any it is the public Chitchatter; with a password the room is private.
///
/// # Errors
/// [`ErrorKind::BadInvite`] for a site or password that cannot be, [`ErrorKind::System`] without
/// entropy.
pub fn new_web_room(origins: &[String], password: Option<&SecretString>) -> Result<Invite, Error> {
    let room = room_name()?;
    let mut islands = origins
        .iter()
        .map(|origin| Island::at(origin))
        .collect::<Result<Vec<_>, _>>()?;
    if islands.is_empty() {
        islands.push(Island::chitchatter());
    }
    let access = match password {
        Some(password) => Access::private_from_password(&room, password)?,
        None => Access::Public,
    };
    Ok(Invite::Web(WebInvite::new(&room, access, islands, Vec::new())?))
}

/// A new name that nobody can guess, in the form the page makes its own: a version 4 UUID
/// (RFC 9562, section 5.4).
///
/// # Errors
/// [`ErrorKind::System`] without entropy.
pub fn room_name() -> Result<String, Error> {
    let seed = setup::entropy()?;
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&seed[..16]);
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string())
}

impl From<InviteError> for Error {
    fn from(error: InviteError) -> Self {
        let kind = match error {
            InviteError::Newer => ErrorKind::NewerInvite,
            _ => ErrorKind::BadInvite,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<QrError> for Error {
    fn from(error: QrError) -> Self {
        Self::new(ErrorKind::BadInvite, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_room_is_public_on_chitchatter_unless_told_otherwise() {
        let plain = new_web_room(&[], None).unwrap();
        assert!(
            plain.urls()[0].starts_with("https://chitchatter.im/public/"),
            "{plain:?}"
        );
        let password = SecretString::new("swordfish".into());
        let own = new_web_room(&["https://a.example".into()], Some(&password)).unwrap();
        assert!(own.urls()[0].starts_with("https://a.example/private/"), "{own:?}");
        assert_eq!(
            new_web_room(&["ftp://a".into()], None).unwrap_err().kind,
            ErrorKind::BadInvite
        );
    }

    #[test]
    fn room_names_are_fresh_uuids() {
        let (one, two) = (room_name().unwrap(), room_name().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.len(), 36);
        assert_eq!(one.as_bytes()[14], b'4');
    }
}
