//! The doors of rooms: what it takes to pass each, and what a new native room is made with.

use super::{Error, ErrorKind, KeptIdentity, RoomOptions, setup};
use crate::task::Tasks;
use dayfly_proto::crypto::SigningKey;
use dayfly_proto::identity::native::kept::KeptKey;
use dayfly_proto::invite::native::{
    HistoryPolicy, NativeInvite, RoomOptionsWire, UnknownOptions, password_word,
};
use dayfly_proto::invite::{Invite, WebInvite};
use dayfly_proto::room::{Adopted, NativeConfig};
use dayfly_proto::secret::SecretString;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

/// What is fixed when a native room is opened.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct NativeOptions {
    /// What newcomers, and members who were away, are told of what was said.
    pub history: HistoryPolicy,
    /// The room's name, shown to whoever has the link. Anybody who passes the link on can alter
    /// it.
    #[cfg_attr(feature = "uniffi", uniffi(default = ""))]
    pub title: String,
    /// Messages vanish so many seconds after they were sent (5–86,400); 0 is never.
    #[cfg_attr(feature = "uniffi", uniffi(default = 0))]
    pub expire_seconds: u32,
    /// Members tell each other what they have seen, unless they switch it off.
    #[cfg_attr(feature = "uniffi", uniffi(default = false))]
    pub receipts: bool,
}

/// A room that can be entered: everything about it is known but how to meet.
pub(super) enum Door {
    Web(WebInvite),
    Native(Box<Entrance>),
}

/// What a native room is entered with.
pub(super) struct Entrance {
    invite: NativeInvite,
    owner_key: Option<SigningKey>,
    kept: Option<KeptKey>,
    password: Option<SecretString>,
    /// The connection over which the invite came, if it came by codes.
    adopted: Option<Adopted>,
}

impl Door {
    /// The door of a new native room, which this device owns.
    pub fn open(
        native: NativeOptions,
        options: &RoomOptions,
        kept: Option<KeptIdentity>,
    ) -> Result<Self, Error> {
        let mut rng = ChaCha20Rng::from_seed(setup::entropy()?);
        let fixed = RoomOptionsWire {
            history: native.history,
            password: options.password.is_some(),
            expire_seconds: native.expire_seconds,
            receipts: native.receipts,
            unknown: UnknownOptions::default(),
        };
        let wrong =
            |error: dayfly_proto::invite::InviteError| Error::new(ErrorKind::BadOption, error.to_string());
        let (invite, owner) = NativeInvite::create(&mut rng, fixed).map_err(wrong)?;
        let invite = invite.with_hints(&native.title, Vec::new()).map_err(wrong)?;
        Ok(Self::Native(Box::new(Entrance {
            invite,
            owner_key: Some(owner),
            kept: kept.map(KeptIdentity::into_key),
            password: options.password.clone(),
            adopted: None,
        })))
    }

    /// The door an invite leads to.
    pub fn of(invite: Invite, options: &RoomOptions, kept: Option<KeptIdentity>) -> Result<Self, Error> {
        let password = options.password.clone();
        let asked = match &invite {
            Invite::Web(_) => false,
            Invite::Locked(_) => true,
            Invite::Native(native) => native.options.password,
        };
        if !asked && password.is_some() {
            return Err(Error::new(ErrorKind::BadOption, "This room has no password.").hint("Leave it out."));
        }
        match (invite, password) {
            (Invite::Web(web), _) => Ok(Self::Web(web)),
            (Invite::Locked(locked), Some(password)) => Ok(Self::Web(locked.unlock(&password)?)),
            (Invite::Native(invite), password) if !asked || password.is_some() => {
                Ok(Self::Native(Box::new(Entrance {
                    invite,
                    owner_key: None,
                    kept: kept.map(KeptIdentity::into_key),
                    password,
                    adopted: None,
                })))
            }
            (Invite::Locked(_) | Invite::Native(_), _) => Err(Error::new(
                ErrorKind::NeedsPassword,
                "This room has a password, which the link does not hold.",
            )
            .hint("Ask whoever sent the link for the password.")),
        }
    }

    /// The room goes on with the connection over which its invite came.
    pub fn adopt(&mut self, adopted: Adopted) {
        if let Self::Native(entrance) = self {
            entrance.adopted = Some(adopted);
        }
    }

    /// The trackers its invite names.
    pub fn trackers(&mut self) -> &mut Vec<String> {
        match self {
            Self::Web(web) => &mut web.trackers,
            Self::Native(native) => &mut native.invite.trackers,
        }
    }

    /// The invite to hand out.
    pub fn invite(&self) -> Invite {
        match self {
            Self::Web(web) => Invite::Web(web.clone()),
            Self::Native(native) => Invite::Native(native.invite.clone()),
        }
    }
}

/// Makes of a password what the handshake takes, on a thread of its own.
pub(super) async fn config(tasks: &Tasks, entrance: Entrance) -> Result<NativeConfig, Error> {
    let Entrance {
        invite,
        owner_key,
        kept,
        password,
        adopted,
    } = entrance;
    let password = match password {
        None => None,
        Some(password) => {
            let room_id = invite.room_id();
            let word = tasks
                .compute("password", move || password_word(&password, &room_id))
                .await
                .ok_or_else(|| {
                    Error::new(
                        ErrorKind::System,
                        "The password could not be worked on: there is too little memory.",
                    )
                })?;
            Some(word.map_err(|error| Error::new(ErrorKind::BadOption, error.to_string()))?)
        }
    };
    Ok(NativeConfig {
        invite,
        owner_key,
        password,
        kept,
        adopted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfly_proto::invite::InviteAccess;

    fn with(password: Option<&str>) -> RoomOptions {
        RoomOptions {
            password: password.map(|text| SecretString::new(text.into())),
            ..RoomOptions::default()
        }
    }

    fn refusal(door: Result<Door, Error>) -> ErrorKind {
        match door {
            Ok(_) => panic!("it was let in"),
            Err(error) => error.kind,
        }
    }

    #[test]
    fn an_invite_says_whether_a_password_is_needed_and_holds_none() {
        for password in [None, Some("swordfish")] {
            let door = Door::open(NativeOptions::default(), &with(password), None).unwrap();
            let invite = door.invite();
            let access = match password {
                None => InviteAccess::Private,
                Some(_) => InviteAccess::PrivateAndPassword,
            };
            assert_eq!(invite.info().access, access);
            let right = Door::of(invite.clone(), &with(password), None);
            assert!(right.is_ok());
            let (other, kind) = match password {
                None => (Some("swordfish"), ErrorKind::BadOption),
                Some(_) => (None, ErrorKind::NeedsPassword),
            };
            assert_eq!(refusal(Door::of(invite, &with(other), None)), kind);
        }
    }

    #[test]
    fn only_who_opened_it_has_the_owner_s_key() {
        let door = Door::open(NativeOptions::default(), &with(None), None).unwrap();
        let Door::Native(native) = &door else {
            panic!("a native room")
        };
        let owner_key = native.owner_key.as_ref();
        assert_eq!(owner_key.map(SigningKey::public), Some(native.invite.owner));
        let Ok(Door::Native(native)) = Door::of(door.invite(), &with(None), None) else {
            panic!("a native room")
        };
        assert!(native.owner_key.is_none(), "its link makes nobody the owner");
    }

    #[test]
    fn options_out_of_their_range_are_refused() {
        for native in [
            NativeOptions {
                expire_seconds: 4,
                ..NativeOptions::default()
            },
            NativeOptions {
                history: HistoryPolicy::Items(1001),
                ..NativeOptions::default()
            },
            NativeOptions {
                title: "a\u{202e}b".into(),
                ..NativeOptions::default()
            },
        ] {
            assert_eq!(
                refusal(Door::open(native, &with(None), None)),
                ErrorKind::BadOption
            );
        }
    }
}
