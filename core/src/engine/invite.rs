//! Invites to new rooms, and what a bad invite means to a shell.

use super::error::sentence;
use super::{Error, ErrorKind, setup};
use dayfly_proto::invite::qr::QrError;
use dayfly_proto::invite::{Access, Invite, InviteError, Island, WebInvite};
use dayfly_proto::secret::SecretString;

/// An invite to a room that browsers can join too, through the pages of these sites. Without any
/// it is the public Chitchatter; with a password the room is private. Without a name the room has
/// one that nobody can guess; whoever guesses a name, or has heard it, is in a public room.
///
/// # Errors
/// [`ErrorKind::BadInvite`] for a site, password or name that cannot be, [`ErrorKind::System`]
/// without entropy.
pub fn new_web_room(
    origins: &[String],
    password: Option<&SecretString>,
    name: Option<String>,
) -> Result<Invite, Error> {
    let room = name.map_or_else(room_name, Ok)?;
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
        match error {
            InviteError::Newer => Self::new(ErrorKind::NewerInvite, sentence(&error))
                .hint("Update this Dayfly, or ask for an invite made by the version you have."),
            _ => Self::new(ErrorKind::BadInvite, error.to_string()),
        }
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
        let plain = new_web_room(&[], None, None).unwrap();
        assert!(
            plain.urls()[0].starts_with("https://chitchatter.im/public/"),
            "{plain:?}"
        );
        let password = SecretString::new("swordfish".into());
        let own = new_web_room(&["https://a.example".into()], Some(&password), None).unwrap();
        assert!(own.urls()[0].starts_with("https://a.example/private/"), "{own:?}");
        assert_eq!(
            new_web_room(&["ftp://a".into()], None, None).unwrap_err().kind,
            ErrorKind::BadInvite
        );
    }

    #[test]
    fn a_name_of_ones_own_is_taken_if_it_can_be_one() {
        let ours = new_web_room(&[], None, Some("tea at five".into())).unwrap();
        assert_eq!(ours.urls()[0], "https://chitchatter.im/public/tea%20at%20five");
        for bad in ["", "a\u{202e}b", &"x".repeat(10_000)] {
            let refused = new_web_room(&[], None, Some(bad.into())).unwrap_err();
            assert_eq!(refused.kind, ErrorKind::BadInvite, "{bad:?}");
        }
    }

    #[test]
    fn room_names_are_fresh_uuids() {
        let (one, two) = (room_name().unwrap(), room_name().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.len(), 36);
        assert_eq!(one.as_bytes()[14], b'4');
    }
}
