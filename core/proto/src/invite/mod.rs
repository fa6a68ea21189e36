//! Invites: what one person hands to another so that both are in the same room.
//!
//! Rooms are of two sorts: web rooms, which browsers can join, and native rooms, which are for
//! Dayflies alone ([`native`]). Three texts lead here: a `dayfly:` link (one checked binary record in Base32), the same record
//! behind `https://LINK_HOST/#`, and the `https:` URL of a web room on any island. All of it may
//! come from a stranger, so everything is bounded before it is looked at and every refusal is a
//! sentence that says what to try. Nothing here is contacted, and nothing is believed to exist.

mod fields;
#[doc(hidden)]
pub mod fuzz;
mod island;
pub mod manual;
pub mod native;
pub mod product;
pub mod qr;
mod record;
mod text;
mod url;
mod web;

pub use fields::Extra;
pub use island::Island;
pub use web::{Access, LockedInvite, WebInvite};

use manual::ManualHalf;
use native::{HistoryPolicy, NativeInvite};
use product::{LINK_HOST, URI_SCHEME};
use zeroize::Zeroizing;

/// The longest text that [`Invite::parse`] looks at, in bytes.
pub const MAX_TEXT: usize = 8192;
/// The longest room name, in bytes of UTF-8.
pub const MAX_ROOM: usize = 512;
/// The longest room secret or password, in bytes of UTF-8.
pub const MAX_SECRET: usize = 256;
/// The most islands one invite names.
pub const MAX_ISLANDS: usize = 8;
/// The longest origin of an island, in bytes.
pub const MAX_ORIGIN: usize = 255;
/// The longest application name of an island, in bytes of UTF-8.
pub const MAX_ISLAND_NAME: usize = 64;
/// The most trackers one invite names.
pub const MAX_TRACKERS: usize = 16;
/// The longest tracker address, in bytes.
pub const MAX_TRACKER: usize = 255;

/// What a link or a QR code holds.
///
/// The codes of an exchange by hand are another kind of the same record ([`manual::ManualCode`]); they
/// lead into a room two together, so neither is an invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invite {
    /// A room that browsers can join too; everything needed to enter is here.
    Web(WebInvite),
    /// A private room whose link holds no secret: ask for the password, then
    /// [`LockedInvite::unlock`]. There is no way into a room from here without it.
    Locked(LockedInvite),
    /// A native room: everything needed to meet is here, and a password may be needed besides.
    Native(NativeInvite),
}

/// Why a text is no invite, in words for the person who pasted or scanned it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// Nothing but white space.
    #[error("There is no invite in this; copy the whole link and try again.")]
    Empty,
    /// Longer than the limit, which is in bytes.
    #[error(
        "The {what} is too long (over {limit} bytes), so this is no invite; copy the link alone and try again."
    )]
    TooLong {
        /// Which part.
        what: &'static str,
        /// The most it may have.
        limit: usize,
    },
    /// Neither of the schemes.
    #[error(
        "This is not an invite: one begins with \"{URI_SCHEME}:\" or \"https://\". Copy the whole link and try again."
    )]
    NotAnInvite,
    /// `http:` to another machine.
    #[error(
        "This link is not secure: web rooms need \"https:\". Plain \"http:\" works only for this machine (localhost). Ask for the https link."
    )]
    Insecure,
    /// A host or port that is none, or one a browser would rewrite.
    #[error(
        "The site's address in this link is wrong. Write it as https://name or https://name:port, and letters beyond a to z in their \"xn--\" form."
    )]
    BadSite,
    /// A character that hides or reorders text; its code point.
    #[error(
        "The link holds a hidden character (U+{0:04X}) that could disguise where it leads. Ask for a clean link."
    )]
    Hidden(u32),
    /// White space within the link.
    #[error("There is a space within the link. Copy the link alone, without the words around it.")]
    Space,
    /// A percent escape that is none, or that is not UTF-8.
    #[error("The link is damaged: a \"%\" in it is not followed by a proper code. Ask for the link again.")]
    BadEscape,
    /// An island's URL that names no room.
    #[error(
        "This address is not a room: a room's link looks like https://SITE/public/ROOM or https://SITE/private/ROOM. Open the room in the browser and copy its address."
    )]
    NoRoom,
    /// The page sits below the site's root.
    #[error(
        "This site keeps its rooms in a folder, which Dayfly does not support yet. Join it in the browser."
    )]
    Folder,
    /// The page uses the hash router.
    #[error(
        "This site puts the room behind \"#/\", which Dayfly does not support yet. Join it in the browser."
    )]
    HashRouter,
    /// A room name that no page can be in.
    #[error(
        "No web page can be in a room of this name. A room needs a name that is not \".\" or \"..\" and has no \"%2F\" in it."
    )]
    BadRoom,
    /// A room secret or password that is empty.
    #[error("The password is empty. Enter the password of the room.")]
    EmptyPassword,
    /// No island at all.
    #[error("The invite names no site to meet at. Ask for a new one.")]
    NoIsland,
    /// More islands or trackers than allowed.
    #[error("The invite names too many {what} (over {limit}). Ask for one with fewer.")]
    TooMany {
        /// Which part.
        what: &'static str,
        /// The most there may be.
        limit: usize,
    },
    /// A tracker address that is no `wss:` or `ws:` URL.
    #[error("A tracker address is wrong: it begins with \"wss://\" (or \"ws://\") and has no spaces.")]
    BadTracker,
    /// An option of a native room out of its range.
    #[error("The {what} must be from {least} to {most}.")]
    BadOption {
        /// Which.
        what: &'static str,
        /// The least it may be.
        least: u32,
        /// The most.
        most: u32,
    },
    /// The end of the record is missing.
    #[error("The link is cut off: its end is missing. Copy all of it, or scan the code again.")]
    Cut,
    /// The record fails its checksum or breaks a rule of its encoding.
    #[error("The link is damaged: a character in it is wrong. Copy it again, or scan the code.")]
    Damaged,
    /// One half of an exchange by hand, which [`manual::ManualCode`] reads: it leads into a room
    /// only together with the other half.
    #[error("{}", manual_sentence(*.0))]
    Manual(ManualHalf),
    /// An invite, or anything else, where a code exchanged by hand is wanted.
    #[error(
        "This is no code of an exchange by hand. Scan the code on the other device, or copy the whole of it."
    )]
    NotManual,
    /// A version, kind or critical field that this program does not know.
    #[error("this invite needs a newer Dayfly")]
    Newer,
}

fn manual_sentence(half: ManualHalf) -> &'static str {
    match half {
        ManualHalf::Offer => {
            "This code asks for one in return: join with it, and show the code that you get to whoever showed you this one."
        }
        ManualHalf::Answer => {
            "This code answers another: it is for the device that showed the first one, which takes it in its room."
        }
    }
}

/// A payload as a link for another Dayfly.
fn as_link(payload: &str, link_host: &str) -> String {
    if link_host.is_empty() {
        format!("{URI_SCHEME}:{payload}")
    } else {
        format!("https://{link_host}/#{payload}")
    }
}

impl Invite {
    /// Reads an invite from pasted, typed or scanned text. White space around it is ignored.
    ///
    /// # Errors
    /// Any [`InviteError`] but [`InviteError::EmptyPassword`].
    pub fn parse(text: &str) -> Result<Self, InviteError> {
        Self::parse_with_host(text, LINK_HOST)
    }

    fn parse_with_host(text: &str, link_host: &str) -> Result<Self, InviteError> {
        if text.len() > MAX_TEXT {
            return Err(InviteError::TooLong {
                what: "text",
                limit: MAX_TEXT,
            });
        }
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        if text.is_empty() {
            return Err(InviteError::Empty);
        }
        text::check_visible(text)?;
        if let Some((scheme, payload)) = text.split_once(':')
            && scheme.eq_ignore_ascii_case(URI_SCHEME)
        {
            return record::from_base32(payload);
        }
        if text.chars().any(char::is_whitespace) {
            let has_scheme = text.split_once("://").is_some();
            return Err(if has_scheme {
                InviteError::Space
            } else {
                InviteError::NotAnInvite
            });
        }
        let (origin, rest) = island::split_origin(text)?;
        if !link_host.is_empty()
            && origin.strip_prefix("https://") == Some(link_host)
            && let Some((_, payload)) = rest.split_once('#')
        {
            return record::from_base32(payload);
        }
        url::parse(origin, rest)
    }

    /// The invite as one link for another Dayfly: `https://LINK_HOST/#BASE32` when this build
    /// names a link host, else `dayfly:BASE32`. It holds the room's secret, if there is one.
    #[must_use]
    pub fn link(&self) -> String {
        self.link_with_host(LINK_HOST)
    }

    fn link_with_host(&self, link_host: &str) -> String {
        as_link(&record::to_base32(self), link_host)
    }

    /// The record that a link spells in letters: version, kind, length, body and check. It holds
    /// the room's secret, if there is one.
    #[must_use]
    pub fn to_record(&self) -> Zeroizing<Vec<u8>> {
        record::encode(self)
    }

    /// Reads a record.
    ///
    /// # Errors
    /// [`InviteError::Damaged`], [`InviteError::Cut`], [`InviteError::TooLong`] and
    /// [`InviteError::Newer`], and what an impossible content gives.
    pub fn from_record(record: &[u8]) -> Result<Self, InviteError> {
        record::decode(record)
    }

    /// Each island's own `https:` URL of the room, which any browser opens.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        match self {
            Self::Web(web) => web.urls(),
            Self::Locked(locked) => locked.urls(),
            Self::Native(_) => Vec::new(),
        }
    }

    /// What a shell shows of an invite before it is used.
    #[must_use]
    pub fn info(&self) -> InviteInfo {
        let (kind, history, has_owner) = match self {
            Self::Web(_) | Self::Locked(_) => (InviteKind::Web, None, false),
            Self::Native(native) => (
                InviteKind::Native,
                Some(native.options.history),
                native.has_owner(),
            ),
        };
        let (room, islands, trackers, access) = match self {
            Self::Web(web) => {
                let access = match web.access {
                    Access::Public => InviteAccess::Public,
                    Access::Private { .. } => InviteAccess::Private,
                };
                (&web.room, web.islands.as_slice(), &web.trackers, access)
            }
            Self::Locked(locked) => (
                &locked.room,
                locked.islands.as_slice(),
                &locked.trackers,
                InviteAccess::NeedsPassword,
            ),
            Self::Native(native) => {
                let access = if native.options.password {
                    InviteAccess::PrivateAndPassword
                } else {
                    InviteAccess::Private
                };
                (&native.name, &[][..], &native.trackers, access)
            }
        };
        InviteInfo {
            kind,
            room: room.clone(),
            access,
            history,
            has_owner,
            islands: islands.to_vec(),
            trackers: trackers.clone(),
            link: self.link(),
            urls: self.urls(),
        }
    }
}

/// How a room is entered, as far as an invite tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum InviteAccess {
    /// By anybody who knows its name.
    Public,
    /// With the secret, which the invite holds.
    Private,
    /// With a password, which the invite does not hold.
    NeedsPassword,
    /// With the secret, which the invite holds, and a password, which it does not.
    PrivateAndPassword,
}

/// Who can be in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum InviteKind {
    /// Web pages and Dayflies.
    Web,
    /// Dayflies alone.
    Native,
}

/// An invite as plain data, for a shell to show. `link` and `urls` may hold the room's secret:
/// never log them, which is why `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct InviteInfo {
    /// Who can be in it.
    pub kind: InviteKind,
    /// The room's name. Free text: show it as text, never as a link. A native room may have none,
    /// and what it has is what whoever passed the invite on wrote there.
    pub room: String,
    /// How it is entered.
    pub access: InviteAccess,
    /// What a native room retells of what was said before. Nobody who passes the invite on can
    /// alter it.
    pub history: Option<HistoryPolicy>,
    /// Whether a native room has an owner, who can remove people and close it.
    pub has_owner: bool,
    /// The sites it is on.
    pub islands: Vec<Island>,
    /// Trackers to meet at beyond the defaults.
    pub trackers: Vec<String>,
    /// [`Invite::link`].
    pub link: String,
    /// [`Invite::urls`].
    pub urls: Vec<String>,
}

impl std::fmt::Debug for InviteInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InviteInfo([private])")
    }
}

#[cfg(test)]
mod tests;
