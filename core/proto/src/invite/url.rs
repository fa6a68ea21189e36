//! URLs of web rooms, read as a browser and the page in it would read them.
//!
//! The query is ignored, as by the page. What the page would need to be asked about (a folder
//! before the route, a hash router) is refused with a sentence.

use super::text::{check_visible, decode_component};
use super::web::{Access, LockedInvite};
use super::{Invite, InviteError, Island};
use crate::secret::SecretString;
use data_encoding::BASE64;
use zeroize::Zeroize;

/// Reads what follows `origin` in the URL of a room.
pub(super) fn parse(origin: String, rest: &str) -> Result<Invite, InviteError> {
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let path = rest.split_once('?').map_or(rest, |(path, _)| path);
    let segments: Vec<&str> = path.split('/').collect();
    let (route, room) = match segments.as_slice() {
        // The router takes any number of slashes at the end, and its routes in either case.
        ["", route, room, tail @ ..] if !room.is_empty() && tail.iter().all(|segment| segment.is_empty()) => {
            (route.to_ascii_lowercase(), *room)
        }
        _ => return Err(not_a_room(&segments, fragment)),
    };
    let is_public = match route.as_str() {
        "public" => true,
        "private" => false,
        _ => return Err(not_a_room(&segments, fragment)),
    };
    // The router decodes once, and afterwards reads an encoded slash that is left as a slash.
    let room = decode_component(room)?.replace("%2F", "/");
    let locked = LockedInvite::new(&room, vec![Island::at(&origin)?], Vec::new())?;
    if is_public {
        return Ok(Invite::Web(locked.with(Access::Public)));
    }
    match access_of(fragment, &room)? {
        Some(access) => Ok(Invite::Web(locked.with(access))),
        None => Ok(Invite::Locked(locked)),
    }
}

fn not_a_room(segments: &[&str], fragment: &str) -> InviteError {
    let is_route = |text: &str| text.eq_ignore_ascii_case("public") || text.eq_ignore_ascii_case("private");
    if fragment.starts_with('/') {
        return InviteError::HashRouter;
    }
    // `/folder/public/ROOM`, but neither `/public/public` nor `//public/ROOM`.
    let deeper = segments.get(1).is_some_and(|first| !first.is_empty())
        && segments
            .iter()
            .skip(2)
            .rev()
            .skip(1)
            .any(|segment| is_route(segment));
    if deeper {
        InviteError::Folder
    } else {
        InviteError::NoRoom
    }
}

/// The secret that the page would take from the fragment: the first `secret`, or the hash of the
/// first `pwd` if there is no `secret` at all. An empty one is none.
fn access_of(fragment: &str, room: &str) -> Result<Option<Access>, InviteError> {
    let pairs = || {
        fragment
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
    };
    let first = |name: &str| pairs().find(|(key, _)| *key == name).map(|(_, value)| value);
    if let Some(value) = first("secret") {
        let mut secret = form_decode(value)?;
        repair_plus(&mut secret);
        if secret.is_empty() {
            return Ok(None);
        }
        return Access::private_from_secret(SecretString::new(secret)).map(Some);
    }
    let Some(value) = first("pwd") else {
        return Ok(None);
    };
    let password = SecretString::new(form_decode(value)?);
    if password.expose().is_empty() {
        return Ok(None);
    }
    check_visible(password.expose())?;
    Access::private_from_password(room, &password).map(Some)
}

/// `application/x-www-form-urlencoded` as `URLSearchParams` decodes it, but strict with escapes.
fn form_decode(value: &str) -> Result<String, InviteError> {
    let mut spaced = value.replace('+', " ");
    let decoded = decode_component(&spaced);
    spaced.zeroize();
    decoded
}

/// A `+` that somebody left unescaped arrives as a space. Base64 has no spaces, so if the text
/// with the plus signs is a hash, that is what the room's members have.
fn repair_plus(secret: &mut String) {
    if !secret.contains(' ') {
        return;
    }
    let mut repaired = secret.replace(' ', "+");
    match BASE64.decode(repaired.as_bytes()) {
        Ok(mut hash) if hash.len() == 32 => {
            hash.zeroize();
            std::mem::swap(secret, &mut repaired);
        }
        _ => {}
    }
    repaired.zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "+/+/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    fn secret_of(url: &str) -> Option<String> {
        match Invite::parse(url).unwrap() {
            Invite::Web(web) => match web.access {
                Access::Private { secret } => Some(secret.expose().into()),
                Access::Public => None,
            },
            Invite::Locked(_) | Invite::Native(_) => None,
        }
    }

    #[test]
    fn the_room_is_what_the_page_would_be_in() {
        for (path, room) in [
            ("/public/abc", "abc"),
            ("/public/abc/", "abc"),
            ("/PUBLIC/abc//?embed=1", "abc"),
            ("/public/a%20b+c%C3%A9", "a b+c\u{e9}"),
            ("/public/caf\u{e9}", "caf\u{e9}"),
            ("/public/a%2Fb", "a/b"),
            ("/public/a%2fb", "a/b"),
            ("/public/a%252Fb", "a/b"),
            ("/public/a%25b", "a%b"),
            ("/public/public", "public"),
            ("/public/abc#secret=ignored", "abc"),
        ] {
            let invite = Invite::parse(&format!("https://chitchatter.im{path}"));
            let Ok(Invite::Web(web)) = invite else {
                panic!("{path}: {invite:?}")
            };
            assert_eq!(web.room, room, "{path}");
            assert_eq!(web.access, Access::Public, "{path}");
            assert_eq!(web.islands, [Island::chitchatter()], "{path}");
        }
    }

    #[test]
    fn the_secret_is_what_the_page_would_use() {
        let base = "https://chitchatter.im/private/r";
        let escaped = HASH.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        for (fragment, secret) in [
            (format!("#secret={escaped}"), Some(HASH)),
            (format!("#secret={HASH}"), Some(HASH)),
            (format!("#x=1&secret={escaped}&secret=two"), Some(HASH)),
            (format!("#pwd=p&secret={escaped}"), Some(HASH)),
            ("#secret=free+text".into(), Some("free text")),
            ("#secret=&pwd=p".into(), None),
            ("#pwd=".into(), None),
            ("#".into(), None),
            (String::new(), None),
        ] {
            assert_eq!(
                secret_of(&format!("{base}{fragment}")).as_deref(),
                secret,
                "{fragment}"
            );
        }
        let typed = Access::private_from_password("r", &SecretString::new("a b".into())).unwrap();
        let Access::Private { secret } = typed else {
            panic!()
        };
        for pwd in ["#pwd=a+b", "#pwd=a%20b"] {
            assert_eq!(
                secret_of(&format!("{base}{pwd}")).as_deref(),
                Some(secret.expose())
            );
        }
    }

    #[test]
    fn what_is_no_room_is_refused_with_the_right_words() {
        use InviteError::{BadEscape, BadRoom, Folder, HashRouter, Hidden, NoRoom};
        for (tail, error) in [
            ("", NoRoom),
            ("/", NoRoom),
            ("/about", NoRoom),
            ("/public", NoRoom),
            ("/public/", NoRoom),
            ("/public/a/b", NoRoom),
            ("/rooms/a", NoRoom),
            ("//public/a", NoRoom),
            ("/chat/public/a", Folder),
            ("/a/b/private/c#secret=x", Folder),
            ("/#/public/a", HashRouter),
            ("/public/%2e%2E", BadRoom),
            ("/public/%", BadEscape),
            ("/public/a%0ab", Hidden(10)),
            ("/public/a%E2%80%AEb", Hidden(0x202e)),
            ("/private/a#secret=%zz", BadEscape),
            ("/private/a#secret=%00", Hidden(0)),
            ("/private/a#pwd=%07", Hidden(7)),
        ] {
            let error = Err(error);
            assert_eq!(
                Invite::parse(&format!("https://chitchatter.im{tail}")),
                error,
                "{tail}"
            );
        }
    }
}
