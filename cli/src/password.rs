//! Where a password comes from: a file, the environment, or the person. Never from argv, which
//! every user of the machine can read.

use crate::stdin;
use dayfly_core::engine::{Error, ErrorKind};
use dayfly_core::net::Proxy;
use dayfly_core::proto::secret::SecretString;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// The variable that may hold the room's password.
pub const VARIABLE: &str = "DAYFLY_PASSWORD";

/// How the room's password is to be had.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// A file whose first line it is; `-` is the standard input.
    pub file: Option<&'a Path>,
    /// Somebody is there to be asked.
    pub ask: bool,
    /// It is a new one: asked twice, since nobody could tell a slip.
    pub new: bool,
}

impl Wanted<'_> {
    /// Gets it: from the file if one is named, else from [`VARIABLE`], else by asking.
    ///
    /// # Errors
    /// [`ErrorKind::BadOption`] with a sentence when there is none to be had.
    pub fn get(self) -> Result<SecretString, Error> {
        if let Some(file) = self.file {
            return from_file(file);
        }
        match std::env::var(VARIABLE) {
            Ok(password) => return checked(password),
            Err(std::env::VarError::NotUnicode(_)) => {
                return Err(refused(format!("{VARIABLE} is not UTF-8 text."), None));
            }
            Err(std::env::VarError::NotPresent) => {}
        }
        if !self.ask {
            let hint = format!("Set {VARIABLE}, or name a file with --password-file.");
            return Err(refused("This room needs a password.", Some(hint)));
        }
        let password = prompt("Password of the room (not shown): ")?;
        if self.new && prompt("The same again: ")?.expose() != password.expose() {
            return Err(refused("The two passwords differ.", Some("Try again.".into())));
        }
        Ok(password)
    }
}

/// The variable that may hold the proxy's password.
pub const PROXY_VARIABLE: &str = "DAYFLY_PROXY_PASSWORD";

/// The proxy of `--proxy`, with its password if it names a user: from [`PROXY_VARIABLE`], else by
/// asking where somebody is there to `ask`.
///
/// # Errors
/// [`ErrorKind::BadOption`] with a sentence when it is none, when it holds a password, or when
/// there is none to be had.
pub fn proxy(text: &str, ask: bool) -> Result<SecretString, Error> {
    let proxy = Proxy::parse(text).map_err(|error| refused(format!("This cannot be: {error}."), None))?;
    if proxy.has_password() {
        let hint = format!("Leave it out: it is asked for, or taken from {PROXY_VARIABLE}.");
        return Err(refused(
            "A password on the command line can be read by every user of this machine.",
            Some(hint),
        ));
    }
    if !proxy.lacks_password() {
        return Ok(proxy.address());
    }
    let password = match std::env::var(PROXY_VARIABLE) {
        Ok(password) => checked(password)?,
        Err(_) if ask => prompt("Password at the proxy (not shown): ")?,
        Err(_) => {
            let hint = format!("Set {PROXY_VARIABLE}.");
            return Err(refused("The proxy needs a password for this user.", Some(hint)));
        }
    };
    let proxy = proxy
        .with_password(password)
        .map_err(|error| refused(format!("This cannot be: {error}."), None))?;
    Ok(proxy.address())
}

/// The first line of `file`, or of the standard input for `-`.
///
/// # Errors
/// [`ErrorKind::BadOption`] when it cannot be read or holds no password.
pub fn from_file(file: &Path) -> Result<SecretString, Error> {
    let unreadable = |error: std::io::Error| {
        refused(
            format!("The password file {} cannot be read: {error}.", file.display()),
            None,
        )
    };
    if file == Path::new("-") {
        return checked(stdin::ask_line().map_err(unreadable)?);
    }
    let file = File::open(file).map_err(unreadable)?;
    let mut reader = BufReader::new(file.take(stdin::MAX_LINE as u64));
    match stdin::read_line(&mut reader).map_err(unreadable)? {
        stdin::Input::Line(bytes) => match String::from_utf8(bytes) {
            Ok(password) => checked(password),
            Err(_) => Err(refused("The password file is not UTF-8 text.", None)),
        },
        stdin::Input::TooLong | stdin::Input::End => Err(refused("The password file is empty.", None)),
    }
}

fn prompt(words: &str) -> Result<SecretString, Error> {
    let password = rpassword::prompt_password(words)
        .map_err(|error| refused(format!("The password cannot be asked for: {error}."), None))?;
    checked(password)
}

fn checked(password: String) -> Result<SecretString, Error> {
    if password.is_empty() {
        return Err(refused("The password is empty.", None));
    }
    Ok(SecretString::new(password))
}

fn refused(message: impl Into<String>, hint: Option<String>) -> Error {
    Error {
        kind: ErrorKind::BadOption,
        message: message.into(),
        hint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn file(content: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        file
    }

    #[test]
    fn the_first_line_is_the_password_spaces_and_all() {
        let password = from_file(file(b" open sesame \r\nrest\n").path()).unwrap();
        assert_eq!(password.expose(), " open sesame ");
    }

    #[test]
    fn a_proxys_password_stands_in_no_argument() {
        let refused = |text| proxy(text, false).unwrap_err();
        assert!(
            refused("socks5://ada:x@127.0.0.1:1080")
                .message
                .contains("command line")
        );
        assert!(refused("socks4://127.0.0.1:1080").message.contains("socks5://"));
        let plain = proxy("socks5h://127.0.0.1:9050", false).unwrap();
        assert_eq!(plain.expose(), "socks5://127.0.0.1:9050");
    }

    #[test]
    fn nothing_is_no_password() {
        for content in [&b""[..], b"\n", b"\xff\n"] {
            assert_eq!(
                from_file(file(content).path()).unwrap_err().kind,
                ErrorKind::BadOption
            );
        }
        assert!(from_file(Path::new("/nonexistent/file")).is_err());
    }
}
