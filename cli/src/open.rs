//! `dayfly open`: a new room, native unless a page is named.

use crate::args::{OpenArgs, RoomArgs};
use crate::code;
use crate::exit::Exit;
use crate::password::Wanted;
use crate::session::{self, FrontEnd, Role, Way};
use dayfly_core::engine::{Error, ErrorKind, NativeOptions, room_name};
use dayfly_core::proto::invite::{Access, Invite, InviteError, Island, WebInvite};
use dayfly_core::proto::secret::SecretString;

/// What a native room says first.
const OPEN_TO_DAYFLIES: &str = "Whoever has the link can join with a Dayfly; nobody else can read what is said. \
                                For somebody with only a browser, open a room with --web.";

/// The same for one with a password.
const OPEN_WITH_PASSWORD: &str = "Whoever has the link and knows the password can join with a Dayfly; nobody else \
                                  can read what is said.";

/// Opens a room and stays in it.
pub fn run(args: &OpenArgs) -> Exit {
    let private = args.room.private || args.room.password_file.is_some();
    let preface = match (args.room.web.is_empty(), private) {
        (false, _) => Vec::new(),
        (true, false) => vec![OPEN_TO_DAYFLIES.into()],
        (true, true) => vec![OPEN_WITH_PASSWORD.into()],
    };
    let language = args
        .code
        .map(|language| language.unwrap_or_else(code::usual_language));
    session::run(&args.room, Role::Opens, preface, language, |room, front_end| {
        let password = private.then(|| password(room, front_end)).transpose()?;
        if args.room.web.is_empty() {
            Ok(native(args, password))
        } else {
            web(&args.room, password.as_ref())
        }
    })
}

fn native(args: &OpenArgs, password: Option<SecretString>) -> Way {
    let native = NativeOptions {
        history: args.history.unwrap_or_default(),
        title: args.title.clone().unwrap_or_default(),
        expire_seconds: args.expire.unwrap_or_default(),
        receipts: args.receipts,
    };
    Way::Open { native, password }
}

fn web(args: &RoomArgs, password: Option<&SecretString>) -> Result<Way, Error> {
    let room = room_name()?;
    let access = match password {
        Some(password) => Access::private_from_password(&room, password).map_err(|e| bad_option(&e))?,
        None => Access::Public,
    };
    let invite =
        WebInvite::new(&room, access, islands(&args.web)?, Vec::new()).map_err(|e| bad_option(&e))?;
    Ok(Way::Enter {
        invite: Invite::Web(invite),
        password: None,
    })
}

fn password(args: &RoomArgs, front_end: FrontEnd) -> Result<SecretString, Error> {
    Wanted {
        file: args.password_file.as_deref(),
        ask: front_end.may_ask(),
        new: true,
    }
    .get()
}

/// The islands named on the command line, each once. An empty ORIGIN is the public one.
pub fn islands(origins: &[String]) -> Result<Vec<Island>, Error> {
    let mut islands = Vec::new();
    for origin in origins {
        let island = match origin.as_str() {
            "" => Island::chitchatter(),
            origin => Island::at(origin).map_err(|e| bad_option(&e))?,
        };
        if !islands.contains(&island) {
            islands.push(island);
        }
    }
    Ok(islands)
}
/// Chance from the operating system.
pub fn seed<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Error {
        kind: ErrorKind::System,
        message: "The operating system gave no random numbers, without which nothing is safe.".into(),
        hint: None,
    })?;
    Ok(bytes)
}

/// An option that cannot be, in the invite's own words.
pub fn bad_option(error: &InviteError) -> Error {
    Error {
        kind: ErrorKind::BadOption,
        message: error.to_string(),
        hint: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn islands_are_taken_once() {
        let found = islands(&[
            "".into(),
            "https://chitchatter.im".into(),
            "https://a.example/".into(),
        ]);
        let origins: Vec<_> = found.unwrap().into_iter().map(|i| i.origin).collect();
        assert_eq!(origins, ["https://chitchatter.im", "https://a.example"]);
        assert_eq!(
            islands(&["ftp://a".into()]).unwrap_err().kind,
            ErrorKind::BadOption
        );
    }
}
