//! What can go wrong for a shell: one short list of kinds, and sentences to act on.

use dayfly_proto::room::{CommandError, DirectError, MemberError, NameError, SayError};

/// Stable word for each way a request can fail, the same in the JSON contract (`code`) and at
/// the FFI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum ErrorKind {
    /// The request itself makes no sense: bad JSON, an unknown command, a missing field.
    BadRequest,
    /// The link or picture is not an invite.
    BadInvite,
    /// The invite was made by a newer Dayfly.
    NewerInvite,
    /// A short code that is none, or has a word that is in no list. Nothing was sent.
    BadCode,
    /// Nobody shows a short code of that number, or no place to meet answers.
    NobodyThere,
    /// Whoever shows the number of a short code shows other words.
    WrongCode,
    /// Somebody else answers for a short code.
    CodeInterference,
    /// The invite is to a private room and holds no secret: a password is needed.
    NeedsPassword,
    /// An option is wrong: an address that is none, a name that is too long.
    BadOption,
    /// The text is empty or too long.
    BadText,
    /// No such member, or several by that name.
    NoSuchMember,
    /// Not this person's to do, or not in this kind of room.
    NotAllowed,
    /// The device's store of keys gave nothing, or nothing usable.
    KeyStore,
    /// The other device did not connect, or the connection broke before anything came of it.
    Unreachable,
    /// Too much at once; try again shortly.
    Busy,
    /// The room has ended.
    Ended,
    /// The operating system refused something the room needs.
    System,
    /// Something broke inside. The room was wiped.
    Internal,
    /// Whoever asked gave up waiting.
    Cancelled,
}

/// A refused request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// For programs.
    pub kind: ErrorKind,
    /// For people.
    pub message: String,
    /// What to try.
    pub hint: Option<String>,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: None,
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn system(what: &str, error: &std::io::Error) -> Self {
        // Only the kind: an error's own text can hold an address.
        Self::new(ErrorKind::System, format!("{what}: {}.", error.kind()))
    }

    pub(super) fn busy() -> Self {
        Self::new(ErrorKind::Busy, "Too much is waiting to be done.").hint("Try again in a moment.")
    }

    /// Whoever asked gave up waiting.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "The wait was given up.")
    }

    pub(super) fn ended() -> Self {
        Self::new(ErrorKind::Ended, "This room is over.").hint("Open or join a room again.")
    }
}

/// A sentence, from the inner error's words.
pub(super) fn sentence(words: &impl ToString) -> String {
    let words = words.to_string();
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), chars.as_str())
    })
}

impl From<SayError> for Error {
    fn from(error: SayError) -> Self {
        let kind = match error {
            SayError::Ended => return Self::ended(),
            SayError::Empty | SayError::TooLong => ErrorKind::BadText,
            SayError::NotReady | SayError::Busy | SayError::Shut => ErrorKind::Busy,
        };
        Self::new(kind, sentence(&error))
    }
}

impl From<MemberError> for Error {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::Ended => Self::ended(),
            MemberError::Nobody | MemberError::Several => {
                Self::new(ErrorKind::NoSuchMember, sentence(&error))
            }
        }
    }
}

impl From<DirectError> for Error {
    fn from(error: DirectError) -> Self {
        match error {
            DirectError::Say(error) => error.into(),
            DirectError::Member(error) => error.into(),
        }
    }
}

impl From<NameError> for Error {
    fn from(error: NameError) -> Self {
        let kind = match error {
            NameError::Ended => return Self::ended(),
            NameError::Empty | NameError::TooLong => ErrorKind::BadOption,
            NameError::Busy => ErrorKind::Busy,
        };
        Self::new(kind, sentence(&error))
    }
}

impl From<CommandError> for Error {
    fn from(error: CommandError) -> Self {
        let kind = match error {
            CommandError::Ended => return Self::ended(),
            CommandError::Member(error) => return error.into(),
            CommandError::NotNative | CommandError::NotOwner | CommandError::Frozen => ErrorKind::NotAllowed,
            CommandError::NoMessage | CommandError::BadValue(_) | CommandError::OutOfTurn(_) => {
                ErrorKind::BadRequest
            }
            CommandError::Busy(_) | CommandError::Away => ErrorKind::Busy,
        };
        Self::new(kind, sentence(&error))
    }
}
