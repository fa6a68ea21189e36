//! `dayfly open`: a new room.

use crate::args::RoomArgs;
use crate::exit::Exit;
use crate::password::Wanted;
use crate::session::{self, FrontEnd, Role};
use dayfly_core::engine::{Error, ErrorKind, room_name};
use dayfly_core::proto::invite::{Access, InviteError, Island, WebInvite};

/// What a bare `open` says first.
const OPEN_TO_BROWSERS: &str = "This room is open to any browser that has the link";

/// Opens a room and stays in it.
pub fn run(args: &RoomArgs) -> Exit {
    let preface = if args.web.is_empty() {
        vec![OPEN_TO_BROWSERS.into()]
    } else {
        Vec::new()
    };
    session::run(args, Role::Opens, preface, invite)
}

fn invite(args: &RoomArgs, front_end: FrontEnd) -> Result<WebInvite, Error> {
    let mut islands = islands(&args.web)?;
    if islands.is_empty() {
        islands.push(Island::chitchatter());
    }
    let room = room_name()?;
    let access = if args.private || args.password_file.is_some() {
        let wanted = Wanted {
            file: args.password_file.as_deref(),
            ask: front_end.may_ask(),
            new: true,
        };
        Access::private_from_password(&room, &wanted.get()?).map_err(|e| bad_option(&e))?
    } else {
        Access::Public
    };
    WebInvite::new(&room, access, islands, Vec::new()).map_err(|e| bad_option(&e))
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
