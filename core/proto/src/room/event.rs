//! What a room tells the person: plain data, in the words of the terminal's JSON contract.
//!
//! Serialised as it stands, an [`Event`] is a line of `cli/contract.json`; with the feature
//! `uniffi` it is what a listener receives. Nothing here has behaviour.

use crate::id::{MemberId, MessageId};
use serde::Serialize;

/// How a member speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum MemberKind {
    /// A web page: Chitchatter or something that speaks like it.
    Web,
    /// A Dayfly.
    Native,
}

/// What has been checked about a member. Only what was checked here is ever shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Trust {
    /// Not even its own claim holds: the signature it sent is wrong.
    None,
    /// A web member whose signature fits the key it brought. Anyone can bring a key.
    Claimed,
    /// A native member in a web room: this key, on this connection, nothing more.
    Unverified,
    /// A native member that has the invite and owns this key.
    New,
    /// The same key was here earlier in this room's life.
    Known,
    /// Compared by a person on this device.
    Verified,
}

/// Where a member is in its coming and going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum MemberState {
    /// A connection is being made.
    Connecting,
    /// Reachable now.
    Here,
    /// Silent for 10 s; still counted as a member.
    Reconnecting,
}

/// Which way the bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Via {
    /// Straight from one device to the other.
    Direct,
    /// Through a TURN relay, which sees addresses and sizes but no words.
    Relay,
}

/// A member as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Member {
    /// Local, opaque, stable for as long as the row stands.
    pub id: MemberId,
    /// Chosen by the member; cleaned of control and bidi characters, at most 30 UTF-16 units.
    pub name: String,
    /// First 64 bits of SHA-256 over the member's public key, as `xxxx-xxxx-xxxx-xxxx`.
    pub fingerprint: String,
    /// How it speaks.
    pub kind: MemberKind,
    /// What was checked.
    pub trust: Trust,
    /// Coming, here or away.
    pub state: MemberState,
    /// Which way its bytes go, once known.
    pub via: Option<Via>,
    /// Origins of the islands it was met on.
    pub islands: Vec<String>,
    /// Another live member shows the same key: at least one of the two is not who it seems.
    pub same_key: bool,
}

/// Why a member's row went away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum LeaveReason {
    /// It said goodbye.
    Left,
    /// It stopped answering.
    Lost,
    /// The owner removed it.
    Removed,
    /// This person blocked it.
    Blocked,
    /// It broke the rules; the detail says which.
    Misbehaved,
}

/// One line of the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Message {
    /// Opaque and unique in this room.
    pub id: MessageId,
    /// Who said it: the member at the other end of the channel. For history, a local id of the
    /// author that was named by whoever told it, which is hearsay.
    pub from: MemberId,
    /// The author's name when the message arrived.
    pub name: String,
    /// The text, as sent; at most 10,000 UTF-16 units.
    pub text: String,
    /// When it arrived here, milliseconds since the Unix epoch.
    pub at: u64,
    /// When its author says it was sent, clamped to two minutes around its arrival unless it is
    /// history.
    pub sent_at: u64,
    /// Sent to one member only.
    pub direct: bool,
    /// For a direct message, the member at the other end of the thread.
    pub with: Option<MemberId>,
    /// Said by this person.
    pub mine: bool,
    /// Told by somebody else, from before this person came.
    pub history: bool,
    /// False where nothing but one peer's word stands behind it.
    pub confirmed: bool,
    /// For an own message, the `ref` of the command that sent it.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// How far an own message got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum DeliveryState {
    /// Waiting for somebody to send it to.
    Sending,
    /// Handed to the connection of everyone it is for.
    Sent,
    /// The other device has it.
    Delivered,
    /// The other person has seen it.
    Read,
    /// It will not arrive.
    Failed,
}

/// State of one place to meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum RendezvousState {
    /// Being reached for the first time.
    Connecting,
    /// Answering.
    Up,
    /// Failed; another try is due.
    Waiting,
    /// Given up or switched off.
    Down,
}

/// One place to meet, as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RendezvousStatus {
    /// Which kind: `tracker`.
    pub backend: String,
    /// Where, if it has an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How it fares.
    pub state: RendezvousState,
    /// A sentence, when there is something to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Why the room ended for this person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum EndReason {
    /// This person left.
    Left,
    /// The owner removed this person.
    Removed,
    /// The owner closed the room.
    Closed,
    /// Something broke inside; everything was wiped.
    Stopped,
}

/// Everything a listener needs to draw the room from nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Snapshot {
    /// This person.
    pub me: Member,
    /// Everybody else.
    pub members: Vec<Member>,
    /// The conversation, oldest first, direct threads included.
    pub messages: Vec<Message>,
    /// The places to meet.
    pub rendezvous: Vec<RendezvousStatus>,
}

/// A change to the room. A listener's first event is always [`Event::Reset`]; each later one is
/// a difference to what came before, in order. A listener that falls behind gets a new reset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Event {
    /// Forget everything and start from this.
    Reset {
        /// The room as it stands.
        snapshot: Snapshot,
    },
    /// A member came.
    MemberJoined {
        /// Its row.
        member: Member,
    },
    /// A member's row changed; `me` included.
    MemberChanged {
        /// Its row, whole.
        member: Member,
    },
    /// A member went.
    MemberLeft {
        /// Which.
        id: MemberId,
        /// Why.
        reason: LeaveReason,
        /// A sentence, when there is something to say.
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
    },
    /// Something was said. One with an id that was told before replaces that line: what was
    /// hearsay has been heard from its author, or its author's name has become known.
    Message {
        /// What.
        #[serde(flatten)]
        message: Message,
    },
    /// A member says more than is shown: this many of its messages were folded away.
    Folded {
        /// Who.
        from: MemberId,
        /// How many since the last shown one.
        count: u32,
    },
    /// An own message got somewhere.
    Delivery {
        /// Which message.
        id: MessageId,
        /// How far.
        state: DeliveryState,
        /// For whom, where it differs between members.
        #[serde(skip_serializing_if = "Option::is_none")]
        member: Option<MemberId>,
    },
    /// A member began or ceased to type.
    Typing {
        /// Who.
        from: MemberId,
        /// Typing now.
        on: bool,
        /// In the direct thread.
        direct: bool,
    },
    /// A place to meet changed its state.
    Rendezvous {
        /// Its row, whole.
        #[serde(flatten)]
        status: RendezvousStatus,
    },
    /// Something the person should know that fits nowhere else.
    Notice {
        /// Stable word for programs.
        code: NoticeCode,
        /// A sentence for people.
        message: String,
    },
    /// The room is over. Nothing follows.
    Left {
        /// Why.
        reason: EndReason,
    },
}

/// What a [`Event::Notice`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum NoticeCode {
    /// Somebody in the swarm has another password.
    WrongPassword,
    /// No place to meet answers.
    NoRendezvous,
    /// A peer was met but no connection could be made.
    Unreachable,
    /// The room is too full, or a peer was refused for a while.
    Refused,
    /// A page that went came back under a new connection; its direct thread goes on, unproven.
    Returned,
}
