//! Web rooms: what a page knows of a room, and the URL it would have for it.
//!
//! A private room without its secret is another type, so that nobody can enter it by mistake. The
//! password is treated exactly as the page treats it: hashed with the room's name as it was typed,
//! without Unicode normalisation, and forgotten.

use super::fields::Extra;
use super::record;
use super::text::{check_visible, encode_component};
use super::{InviteError, Island, MAX_ISLANDS, MAX_ROOM, MAX_SECRET, MAX_TRACKER, MAX_TRACKERS};
use crate::secret::SecretString;
use data_encoding::BASE64;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

/// How a web room is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Anybody who knows the room's name is in.
    Public,
    /// Only who has the secret is in.
    Private {
        /// What the page calls the secret: `base64(SHA-256(ROOM + "_" + PASSWORD))`, or any text
        /// that a link carried in its place.
        secret: SecretString,
    },
}

impl Access {
    /// The access that the page derives from a typed password.
    ///
    /// # Errors
    /// [`InviteError::EmptyPassword`] or [`InviteError::TooLong`].
    pub fn private_from_password(room: &str, password: &SecretString) -> Result<Self, InviteError> {
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
        let mut digest = Sha256::new();
        digest.update(room.as_bytes());
        digest.update(b"_");
        digest.update(password.as_bytes());
        let mut digest: [u8; 32] = digest.finalize().into();
        let secret = SecretString::new(BASE64.encode(&digest));
        digest.zeroize();
        Ok(Self::Private { secret })
    }

    /// The access of a secret from a link's `#secret=`.
    ///
    /// # Errors
    /// [`InviteError::EmptyPassword`], [`InviteError::TooLong`] or [`InviteError::Hidden`].
    pub fn private_from_secret(secret: SecretString) -> Result<Self, InviteError> {
        if secret.expose().is_empty() {
            return Err(InviteError::EmptyPassword);
        }
        if secret.expose().len() > MAX_SECRET {
            return Err(InviteError::TooLong {
                what: "secret",
                limit: MAX_SECRET,
            });
        }
        check_visible(secret.expose())?;
        Ok(Self::Private { secret })
    }
}

/// A web room with everything needed to enter it. Make one with [`WebInvite::new`], which checks
/// what it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebInvite {
    /// The room's name: free text, 1 to [`MAX_ROOM`] bytes.
    pub room: String,
    /// How it is entered.
    pub access: Access,
    /// Where it is: 1 to [`MAX_ISLANDS`], each once. One member list spans them all.
    pub islands: Vec<Island>,
    /// Trackers to meet at, beyond the defaults: up to [`MAX_TRACKERS`], `wss:` or `ws:`.
    pub trackers: Vec<String>,
    /// What a later version put into the record that this one does not know.
    pub extra: Extra,
}

impl WebInvite {
    /// A checked invite.
    ///
    /// # Errors
    /// What the parts are refused for: [`InviteError::BadRoom`], [`InviteError::NoIsland`],
    /// [`InviteError::TooMany`], [`InviteError::TooLong`], [`InviteError::Hidden`],
    /// [`InviteError::BadTracker`], [`InviteError::EmptyPassword`].
    pub fn new(
        room: &str,
        access: Access,
        islands: Vec<Island>,
        trackers: Vec<String>,
    ) -> Result<Self, InviteError> {
        let access = match access {
            Access::Public => Access::Public,
            Access::Private { secret } => Access::private_from_secret(secret)?,
        };
        let LockedInvite {
            room,
            islands,
            trackers,
            extra,
        } = LockedInvite::new(room, islands, trackers)?;
        Ok(Self {
            room,
            access,
            islands,
            trackers,
            extra,
        })
    }

    /// Each island's own URL of the room, which any browser opens. A private room's holds the
    /// secret.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        let room = encode_component(&self.room);
        let tail = match &self.access {
            Access::Public => format!("/public/{room}"),
            Access::Private { secret } => {
                format!("/private/{room}#secret={}", encode_component(secret.expose()))
            }
        };
        self.islands
            .iter()
            .map(|island| format!("{}{tail}", island.origin))
            .collect()
    }

    /// What the page gives its signalling library as the password: the secret, or the room's name
    /// in a public room.
    #[must_use]
    pub fn trystero_password(&self) -> SecretString {
        match &self.access {
            Access::Public => SecretString::new(self.room.clone()),
            Access::Private { secret } => secret.clone(),
        }
    }
}

/// A private web room whose password is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedInvite {
    /// The room's name, as in [`WebInvite::room`].
    pub room: String,
    /// As in [`WebInvite::islands`].
    pub islands: Vec<Island>,
    /// As in [`WebInvite::trackers`].
    pub trackers: Vec<String>,
    /// As in [`WebInvite::extra`].
    pub extra: Extra,
}

impl LockedInvite {
    /// A checked invite to a private room, without its secret.
    ///
    /// # Errors
    /// As [`WebInvite::new`].
    pub fn new(room: &str, islands: Vec<Island>, trackers: Vec<String>) -> Result<Self, InviteError> {
        let locked = Self {
            room: room.into(),
            islands,
            trackers,
            extra: Extra::default(),
        };
        locked.check()?;
        Ok(locked)
    }

    /// The room with the password that its members typed into the page. Whether it is the right
    /// one shows only when the others are met.
    ///
    /// # Errors
    /// [`InviteError::EmptyPassword`] or [`InviteError::TooLong`].
    pub fn unlock(self, password: &SecretString) -> Result<WebInvite, InviteError> {
        let access = Access::private_from_password(&self.room, password)?;
        Ok(self.with(access))
    }

    /// Each island's own URL of the room, without a secret: the page will ask for the password.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        let tail = format!("/private/{}", encode_component(&self.room));
        self.islands
            .iter()
            .map(|island| format!("{}{tail}", island.origin))
            .collect()
    }

    pub(super) fn with(self, access: Access) -> WebInvite {
        let Self {
            room,
            islands,
            trackers,
            extra,
        } = self;
        WebInvite {
            room,
            access,
            islands,
            trackers,
            extra,
        }
    }

    /// Every bound and rule of the fields that all web invites have.
    pub(super) fn check(&self) -> Result<(), InviteError> {
        check_room(&self.room)?;
        if self.islands.is_empty() {
            return Err(InviteError::NoIsland);
        }
        if self.islands.len() > MAX_ISLANDS {
            return Err(InviteError::TooMany {
                what: "sites",
                limit: MAX_ISLANDS,
            });
        }
        for (at, island) in self.islands.iter().enumerate() {
            let proper = Island::at(&island.origin)?.named(&island.name)?;
            if proper != *island || self.islands[..at].contains(island) {
                return Err(InviteError::BadSite);
            }
        }
        check_trackers(&self.trackers)?;
        record::check_size(self)
    }
}

/// The bounds and rules of the trackers that any invite names.
pub(super) fn check_trackers(trackers: &[String]) -> Result<(), InviteError> {
    if trackers.len() > MAX_TRACKERS {
        return Err(InviteError::TooMany {
            what: "trackers",
            limit: MAX_TRACKERS,
        });
    }
    trackers.iter().try_for_each(|tracker| check_tracker(tracker))
}

/// A room that every page can be in under exactly this name.
fn check_room(room: &str) -> Result<(), InviteError> {
    if room.len() > MAX_ROOM {
        return Err(InviteError::TooLong {
            what: "room name",
            limit: MAX_ROOM,
        });
    }
    check_visible(room)?;
    // A browser walks up a folder at the dots, and the page's router turns "%2F" into a slash.
    if matches!(room, "" | "." | "..") || room.contains("%2F") {
        return Err(InviteError::BadRoom);
    }
    Ok(())
}

fn check_tracker(tracker: &str) -> Result<(), InviteError> {
    if tracker.len() > MAX_TRACKER {
        return Err(InviteError::TooLong {
            what: "tracker address",
            limit: MAX_TRACKER,
        });
    }
    check_visible(tracker)?;
    let host = tracker
        .strip_prefix("wss://")
        .or_else(|| tracker.strip_prefix("ws://"));
    let is_url = host.is_some_and(|host| {
        host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
            && host.bytes().all(|b| b.is_ascii_graphic())
            && !host.contains(['@', '\\', '"', '<', '>'])
    });
    if is_url {
        Ok(())
    } else {
        Err(InviteError::BadTracker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_the_pages_hash_of_room_and_password() {
        // printf 'r_p' | sha256sum | xxd -r -p | base64
        let access = Access::private_from_password("r", &SecretString::new("p".into())).unwrap();
        let Access::Private { secret } = access else {
            panic!("{access:?}")
        };
        assert_eq!(secret.expose(), "DVpYxDbkcVtD2nA6adr0AZmauUTXLM4ymN+pPX2gsSQ=");
    }

    #[test]
    fn passwords_are_not_normalised() {
        let of = |p: &str| Access::private_from_password("r", &SecretString::new(p.into()));
        assert_ne!(of("\u{e9}").unwrap(), of("e\u{301}").unwrap());
        assert_eq!(of(""), Err(InviteError::EmptyPassword));
    }

    #[test]
    fn secrets_have_bounds() {
        let of = |length: usize| SecretString::new("x".repeat(length));
        for take in [Access::private_from_secret, |s| {
            Access::private_from_password("r", &s)
        }] {
            assert!(take(of(MAX_SECRET)).is_ok());
            assert!(matches!(
                take(of(MAX_SECRET + 1)),
                Err(InviteError::TooLong { .. })
            ));
            assert_eq!(take(of(0)), Err(InviteError::EmptyPassword));
        }
    }

    #[test]
    fn lists_have_bounds() {
        let make = |islands, trackers| LockedInvite::new("r", islands, trackers).map(|_| ());
        let islands = |count: usize| -> Vec<Island> {
            (0..count)
                .map(|n| Island::at(&format!("https://{n}.example")).unwrap())
                .collect()
        };
        let tracker = |length: usize| format!("wss://t{}", "x".repeat(length - 7));
        assert_eq!(
            make(islands(MAX_ISLANDS), vec![tracker(20); MAX_TRACKERS]),
            Ok(())
        );
        assert_eq!(make(vec![], vec![]), Err(InviteError::NoIsland));
        let mut twice = islands(1);
        twice.extend(islands(1));
        assert_eq!(make(twice, vec![]), Err(InviteError::BadSite));
        let many = |result| matches!(result, Err(InviteError::TooMany { .. }));
        assert!(many(make(islands(MAX_ISLANDS + 1), vec![])));
        assert!(many(make(islands(1), vec![tracker(20); MAX_TRACKERS + 1])));
        let long = |result| matches!(result, Err(InviteError::TooLong { .. }));
        assert!(long(make(islands(1), vec![tracker(MAX_TRACKER + 1)])));
        // Each part within its bounds, but not all of them together.
        assert!(long(make(islands(1), vec![tracker(MAX_TRACKER); MAX_TRACKERS])));
        let named = Island::chitchatter().named(&"x".repeat(super::super::MAX_ISLAND_NAME + 1));
        assert!(matches!(named, Err(InviteError::TooLong { .. })));
        let label = "x".repeat(60);
        let origin = format!("https://{label}.{label}.{label}.{label}.xxxxxxxxxxxx");
        assert!(matches!(
            Island::at(&origin),
            Err(InviteError::TooLong { .. } | InviteError::BadSite)
        ));
    }

    #[test]
    fn trackers_are_web_sockets() {
        for good in [
            "wss://t.example",
            "ws://127.0.0.1:8000/announce",
            "wss://[::1]:1/x?y",
        ] {
            assert_eq!(check_tracker(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "https://t.example",
            "wss://",
            "wss://a b",
            "wss://u:p@t.example",
            "wss:///x",
        ] {
            assert_eq!(check_tracker(bad), Err(InviteError::BadTracker), "{bad}");
        }
    }
}
