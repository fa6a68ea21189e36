//! `dayfly join`: a room that somebody else opened, by its link, by a short code or by a picture of
//! its QR code.

use crate::args::{JoinArgs, RoomArgs};
use crate::code;
use crate::exit::Exit;
use crate::open::{bad_option, islands};
use crate::password::Wanted;
use crate::session::{self, FrontEnd, Role, Way};
use crate::stdin;
use dayfly_core::engine::{Error, ErrorKind};
use dayfly_core::proto::invite::manual::ManualHalf;
use dayfly_core::proto::invite::native::NativeInvite;
use dayfly_core::proto::invite::{Access, Invite, InviteError, WebInvite, qr};
use dayfly_core::proto::room::code::ShortCode;
use dayfly_core::proto::secret::SecretString;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

/// The largest picture looked at, in bytes of its file.
const MAX_PICTURE: u64 = 32 << 20;

/// Joins a room and stays in it.
pub fn run(args: &JoinArgs) -> Exit {
    session::run(&args.room, Role::Joins, Vec::new(), None, |room, front_end| {
        let text = read(&args.invite, front_end)?;
        if ShortCode::is_meant_by(&text) {
            // A slip of the finger is said before anybody is asked or contacted.
            ShortCode::parse(&text).map_err(|error| code::bad(&error))?;
            return Ok(Way::Code { text });
        }
        if let Err(InviteError::Manual(ManualHalf::Offer)) = Invite::parse(&text) {
            return Ok(manual(text, room, front_end));
        }
        let (invite, password) = admit(parse(&text)?, room, front_end)?;
        Ok(Way::Enter { invite, password })
    })
}

/// What an invite needs besides is asked for or taken from the options; `Locked` is unlocked.
pub fn admit(
    invite: Invite,
    room: &RoomArgs,
    front_end: FrontEnd,
) -> Result<(Invite, Option<SecretString>), Error> {
    let password = || {
        Wanted {
            file: room.password_file.as_deref(),
            ask: front_end.may_ask(),
            new: false,
        }
        .get()
    };
    let mut web = match invite {
        Invite::Native(native) => return self::native(native, room, password),
        Invite::Locked(locked) => locked.unlock(&password()?).map_err(|e| bad_option(&e))?,
        Invite::Web(mut web) => {
            // An explicit password outranks what the link says.
            if room.private || room.password_file.is_some() {
                web.access =
                    Access::private_from_password(&web.room, &password()?).map_err(|e| bad_option(&e))?;
            }
            web
        }
    };
    for island in islands(&room.web)? {
        if !web.islands.contains(&island) {
            web.islands.push(island);
        }
    }
    let invite =
        WebInvite::new(&web.room, web.access, web.islands, web.trackers).map_err(|e| bad_option(&e))?;
    Ok((Invite::Web(invite), None))
}

/// A code that a member shows, which asks for one in return. Whether the room has a password shows
/// once it was taken.
fn manual(text: String, room: &RoomArgs, front_end: FrontEnd) -> Way {
    let (file, ask) = (room.password_file.clone(), front_end.may_ask());
    let password = move || {
        Wanted {
            file: file.as_deref(),
            ask,
            new: false,
        }
        .get()
    };
    Way::Manual {
        text,
        password: Box::new(password),
    }
}

fn native(
    invite: NativeInvite,
    room: &RoomArgs,
    password: impl FnOnce() -> Result<SecretString, Error>,
) -> Result<(Invite, Option<SecretString>), Error> {
    let refused = |message: &str| Error {
        kind: ErrorKind::BadOption,
        message: message.into(),
        hint: None,
    };
    if !room.web.is_empty() {
        return Err(refused("This is a native room: no page can join it."));
    }
    let asked = room.private || room.password_file.is_some();
    if asked && !invite.options.password {
        return Err(refused("This room has no password."));
    }
    let password = invite.options.password.then(password).transpose()?;
    Ok((Invite::Native(invite), password))
}

/// The link's text, wherever it is: on the standard input, in a picture, or as it stands.
pub fn read(argument: &str, front_end: FrontEnd) -> Result<String, Error> {
    if argument == "-" {
        if front_end.may_ask() {
            eprint!("Link: ");
            let _ = std::io::stderr().flush();
        }
        return stdin::ask_line().map_err(|error| Error {
            kind: ErrorKind::BadInvite,
            message: format!("No link came in: {error}."),
            hint: None,
        });
    }
    let path = Path::new(argument);
    let is_link = argument.contains(':') && !path.is_file();
    let named_like_picture = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png"));
    if !is_link && (named_like_picture || path.is_file()) {
        return from_picture(path);
    }
    Ok(argument.to_owned())
}

fn from_picture(path: &Path) -> Result<String, Error> {
    let unreadable = |error: std::io::Error| Error {
        kind: ErrorKind::BadInvite,
        message: format!("The picture {} cannot be read: {error}.", path.display()),
        hint: None,
    };
    let mut bytes = Vec::new();
    File::open(path)
        .map_err(unreadable)?
        .take(MAX_PICTURE + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_PICTURE {
        return Err(Error {
            kind: ErrorKind::BadInvite,
            message: "The picture is larger than 32 MiB.".into(),
            hint: Some("Cut out the QR code.".into()),
        });
    }
    qr::decode_png(&bytes).map_err(|error| Error {
        kind: ErrorKind::BadInvite,
        message: error.to_string(),
        hint: None,
    })
}

fn parse(text: &str) -> Result<Invite, Error> {
    Invite::parse(text).map_err(|error| Error {
        kind: match error {
            InviteError::Newer => ErrorKind::NewerInvite,
            _ => ErrorKind::BadInvite,
        },
        message: error.to_string(),
        hint: None,
    })
}
