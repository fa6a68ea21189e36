//! What a person can ask of a native room beyond talking, as plain data.
//!
//! Deserialised as it stands, a [`Command`] is a line of `cli/contract.json`; with the feature
//! `uniffi` it is what a shell sends. Members are named as for [`super::Room::member`].

use super::MemberError;
use crate::id::MessageId;
use serde::Deserialize;

/// Something to be done. The answer says whether it was begun; what comes of it is told by events.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "cmd", rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Command {
    /// React to a message, or take the reaction back.
    React {
        /// Which message.
        id: MessageId,
        /// One emoji.
        emoji: String,
        /// Add it, or take it back.
        on: bool,
    },
    /// Change an own message.
    Edit {
        /// Which message.
        id: MessageId,
        /// The new text.
        text: String,
    },
    /// Take an own message back.
    Unsend {
        /// Which message.
        id: MessageId,
    },
    /// Look at a message that can be looked at once; its text comes in one event and is wiped.
    View {
        /// Which message.
        id: MessageId,
    },
    /// This person has seen everything up to this message.
    Read {
        /// Which message.
        id: MessageId,
    },
    /// Tell others what this person has seen, and be told by those who do the same.
    Receipts {
        /// Tell, or cease to.
        on: bool,
    },
    /// Messages vanish so long after they were sent: 5–86,400 seconds, or 0 for never. The owner's.
    Expire {
        /// Seconds.
        seconds: u32,
    },
    /// Remove a member and give the room a new secret. The owner's.
    Remove {
        /// Whom.
        member: String,
    },
    /// Do not show what a member says, to anybody. The owner's.
    Mute {
        /// Whom.
        member: String,
        /// Mute, or hear again.
        on: bool,
    },
    /// Do not hear a member on this device, nor speak to it.
    Block {
        /// Whom.
        member: String,
        /// Block, or hear again.
        on: bool,
    },
    /// Least seconds between two messages of a member: up to 3,600, or 0 for none. The owner's.
    Slow {
        /// Seconds.
        seconds: u32,
    },
    /// Let nobody new in, or somebody again. The owner's.
    Lock {
        /// Lock, or unlock.
        on: bool,
    },
    /// Make another member the owner. The owner's; there is no way back but that member's.
    HandOver {
        /// To whom.
        member: String,
    },
    /// Close the room for everybody: every device wipes it. The owner's.
    Close,
}

/// What a person says about comparing codes, with whom named. A shell that takes lines has these; for
/// an app there is an object that stands for one comparison (`engine::Verification`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "cmd", rename_all = "snake_case")]
pub enum CheckCommand {
    /// Compare codes with a member; the first of the two to ask begins, the other accepts by the
    /// same command.
    Verify {
        /// With whom.
        member: String,
    },
    /// The codes are the same.
    VerifyConfirm {
        /// With whom.
        member: String,
    },
    /// Not now.
    VerifyCancel {
        /// With whom.
        member: String,
    },
    /// The codes differ: the connection is closed on both sides and the key marked.
    VerifyMismatch {
        /// With whom.
        member: String,
    },
    /// Compare one code among everybody here (2–16 people).
    GroupCheck,
    /// Everybody read the same code.
    GroupCheckConfirm,
    /// Not now.
    GroupCheckCancel,
    /// Somebody reads another code.
    GroupCheckMismatch,
}

/// How something is said beyond its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct SayOptions {
    /// Comes back in the message's event.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub reference: Option<String>,
    /// The message this one answers. Web members see the words alone.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub reply_to: Option<MessageId>,
    /// To be looked at once. Refused where a web member would get it.
    #[cfg_attr(feature = "uniffi", uniffi(default = false))]
    pub view_once: bool,
}

impl SayOptions {
    /// Only a reference.
    #[must_use]
    pub fn with_reference(reference: Option<String>) -> Self {
        Self {
            reference,
            ..Self::default()
        }
    }
}

/// Why a [`Command`] or [`CheckCommand`] is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The room has ended.
    #[error("this room is over")]
    Ended,
    /// Nobody here it could be done with.
    #[error(transparent)]
    Member(#[from] MemberError),
    /// Web rooms and web members have no such thing.
    #[error("this works among Dayflies in a native room only")]
    NotNative,
    /// The owner's to do.
    #[error("only the room's owner can do this")]
    NotOwner,
    /// Two contradicting operations were seen, so no further one would be believed.
    #[error("the room's record is contradictory, so nothing in it can be changed any more; open a new room")]
    Frozen,
    /// No such message, or none this person may change.
    #[error("there is no message of yours with this id any more")]
    NoMessage,
    /// A number, emoji or text that cannot be.
    #[error("{0}")]
    BadValue(&'static str),
    /// There is no comparison to confirm, or one is going on already.
    #[error("{0}")]
    OutOfTurn(&'static str),
    /// Too often.
    #[error("too much was asked at once: wait {0} seconds")]
    Busy(u32),
    /// The member is not connected now.
    #[error("that member cannot be reached now")]
    Away,
}
