//! Invites: what one person hands to another so that both are in the same room.

/// A site that runs the web page. Rooms of the same name on two sites never meet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Island {
    /// `https://chitchatter.im`: scheme, host and port if it is not the default.
    pub origin: String,
    /// The application's name in that build. The public build leaves it unset and ships the
    /// literal word `undefined`.
    pub name: String,
}

/// What a link or a QR code holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invite {}
