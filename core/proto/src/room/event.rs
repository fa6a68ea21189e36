//! What a room tells the person: plain data, in the words of the terminal's JSON contract.
//!
//! Serialised as it stands, an [`Event`] is a line of `cli/contract.json`; with the feature
//! `uniffi` it is what a listener receives. Nothing here has behaviour.

use crate::id::{MemberId, MessageId};
pub use crate::invite::native::HistoryPolicy;
use serde::Serialize;

/// How a member speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum MemberKind {
    /// A web page: Chitchatter or something that speaks like it.
    #[default]
    Web,
    /// A Dayfly.
    Native,
}

/// What has been checked about a member. Only what was checked here is ever shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Trust {
    /// Not even its own claim holds: the signature it sent is wrong.
    #[default]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum MemberState {
    /// A connection is being made.
    #[default]
    Connecting,
    /// Reachable now.
    Here,
    /// Silent for 10 s; still counted as a member.
    Reconnecting,
    /// It said that its app is in the background: it keeps no connection open and is woken when
    /// there is something for it. Counted as a member for a day. Native rooms only.
    Background,
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
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
    /// Another member here has the same name once case and look-alikes are taken away: tell the
    /// two apart by fingerprint.
    #[serde(skip_serializing_if = "is_default")]
    pub same_name: bool,
    /// The room's owner.
    #[serde(skip_serializing_if = "is_default")]
    pub owner: bool,
    /// The owner muted it: what it says is not shown.
    #[serde(skip_serializing_if = "is_default")]
    pub muted: bool,
    /// This person blocked it.
    #[serde(skip_serializing_if = "is_default")]
    pub blocked: bool,
    /// It was a Dayfly earlier and speaks as a page now: its direct thread stays shut.
    #[serde(skip_serializing_if = "is_default")]
    pub was_native: bool,
    /// The did:key of the identity it keeps across rooms, if it showed one to this person.
    #[serde(skip_serializing_if = "is_default")]
    pub kept: Option<String>,
}

/// One emoji of a short authentication string, or of a reaction's picker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Emoji {
    /// The character, with its variation selector.
    pub symbol: String,
    /// Its English name; shells translate by `symbol`.
    pub name: String,
}

/// Where a comparison of codes stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum VerificationState {
    /// The other person wants to compare; this one has not agreed yet.
    Asked,
    /// The other side is asked, or the codes are being made, or this person has confirmed and the
    /// other has not yet.
    Waiting,
    /// Both codes are there: compare them. Without a code: the member scanned the code on this
    /// screen, and this person is asked whether the member's screen shows a tick.
    Compare,
    /// Both people confirmed.
    Done,
    /// One of the two gave up.
    Cancelled,
    /// One of the two said that the codes differ, or a step did not fit: somebody is in between.
    Mismatch,
    /// Nothing came in time.
    TimedOut,
}

/// How far one comparison of codes is, as told last.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct VerificationStep {
    /// How far.
    pub state: VerificationState,
    /// Seven emoji, while they are to be compared.
    pub emoji: Option<Vec<Emoji>>,
    /// The same as digits, `1234-5678-9012`.
    pub digits: Option<String>,
    /// Who takes part, this person aside.
    pub members: Vec<MemberId>,
}

impl VerificationState {
    /// Nothing follows.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(
            self,
            Self::Done | Self::Cancelled | Self::Mismatch | Self::TimedOut
        )
    }
}

/// How the members of a room are told apart from strangers and what they may do: the room's
/// options as they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RoomInfo {
    /// A native room: everything below holds. In a web room none of it does.
    pub native: bool,
    /// How often somebody was removed; each time the room took a new secret.
    pub generation: u32,
    /// The owner's member id, if the room has an owner this device has met.
    pub owner: Option<MemberId>,
    /// The owner can be reached now. Without it there is no moderation but blocking.
    pub owner_here: bool,
    /// Nobody new is let in.
    pub locked: bool,
    /// Least seconds between two messages of one member but the owner; 0 is none.
    pub slow_seconds: u32,
    /// Messages vanish so many seconds after they were sent (5–86,400); 0 is never.
    pub expire_seconds: u32,
    /// What newcomers are told of what was said before.
    pub history: HistoryPolicy,
    /// A password is asked for besides the link.
    pub password: bool,
    /// Two operations of the owner contradict each other: no further one is believed.
    pub frozen: bool,
    /// Members tell each other what they have seen, this one too.
    pub receipts: bool,
}

/// What the owner did, or what became of the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum RoomOp {
    /// A member was removed and the room took a new secret.
    Remove,
    /// A member was muted, or heard again.
    Mute,
    /// Slow mode was set.
    Slow,
    /// The life of messages was set.
    Expire,
    /// The room was locked or unlocked.
    Lock,
    /// Another member owns the room now.
    HandOver,
    /// The room was closed for all.
    Close,
    /// The owner came or went.
    Owner,
    /// Two operations with one number were seen.
    Freeze,
    /// This person switched receipts.
    Receipts,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Who answered a message with one emoji.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Reaction {
    /// The emoji.
    pub emoji: String,
    /// Who, in the order they came.
    pub by: Vec<MemberId>,
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
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
    /// The message it answers, whether that is still here or not.
    #[serde(skip_serializing_if = "is_default")]
    pub reply_to: Option<MessageId>,
    /// Its author changed it.
    #[serde(skip_serializing_if = "is_default")]
    pub edited: bool,
    /// Its author took it back; the text is gone.
    #[serde(skip_serializing_if = "is_default")]
    pub unsent: bool,
    /// Who reacted how.
    #[serde(skip_serializing_if = "is_default")]
    pub reactions: Vec<Reaction>,
    /// When it vanishes, milliseconds since the Unix epoch.
    #[serde(skip_serializing_if = "is_default")]
    pub expires_at: Option<u64>,
    /// To be looked at once: the text is empty until `view`, and gone after it.
    #[serde(skip_serializing_if = "is_default")]
    pub view_once: bool,
    /// It names this person with an `@`.
    #[serde(skip_serializing_if = "is_default")]
    pub mentions_me: bool,
    /// So many messages of its author right before it are missing here.
    #[serde(skip_serializing_if = "is_default")]
    pub missing: u32,
    /// Its author said something else to others under the same number.
    #[serde(skip_serializing_if = "is_default")]
    pub disputed: bool,
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
    /// Nobody else was here for a day: the room wiped itself.
    Empty,
    /// Something broke inside; everything was wiped.
    Stopped,
}

/// Everything a listener needs to draw the room from nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
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
    /// The room's options.
    pub room: RoomInfo,
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
    /// A message changed. What is not named stays as it was.
    MessageChanged {
        /// Which.
        id: MessageId,
        /// The text now, after an edit or a first look.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// It was taken back, has expired or was looked at: forget its text.
        #[serde(skip_serializing_if = "Option::is_none")]
        unsent: Option<bool>,
        /// Every reaction to it.
        #[serde(skip_serializing_if = "Option::is_none")]
        reactions: Option<Vec<Reaction>>,
        /// When it vanishes, milliseconds since the Unix epoch.
        #[serde(skip_serializing_if = "Option::is_none")]
        expires_at: Option<u64>,
        /// It is hearsay no more, or its author said something else to others.
        #[serde(skip_serializing_if = "Option::is_none")]
        confirmed: Option<bool>,
    },
    /// Two people compare codes, or one scanned the other's screen.
    Verification {
        /// The other.
        member: MemberId,
        /// How far.
        state: VerificationState,
        /// Seven emoji, while they are to be compared.
        #[serde(skip_serializing_if = "Option::is_none")]
        emoji: Option<Vec<Emoji>>,
        /// The same as digits, `1234-5678-9012`.
        #[serde(skip_serializing_if = "Option::is_none")]
        digits: Option<String>,
    },
    /// Several people compare one code.
    GroupCheck {
        /// How far.
        state: VerificationState,
        /// Seven emoji, while they are to be compared.
        #[serde(skip_serializing_if = "Option::is_none")]
        emoji: Option<Vec<Emoji>>,
        /// The same as digits.
        #[serde(skip_serializing_if = "Option::is_none")]
        digits: Option<String>,
        /// Who takes part, this person aside.
        members: Vec<MemberId>,
    },
    /// The room's options changed.
    RoomChanged {
        /// As they stand now.
        options: RoomInfo,
        /// Who changed them, if that was a member.
        by: Option<MemberId>,
        /// What was done.
        op: RoomOp,
    },
    /// The owner removed this person; `Left` follows.
    Removed {
        /// The owner.
        by: MemberId,
    },
    /// The owner closed the room for all; `Left` follows.
    Closed {
        /// The owner.
        by: MemberId,
    },
    /// Something this person wanted must wait.
    Limited {
        /// What: `say`, `verify`, `password`.
        what: String,
        /// For how many seconds.
        seconds: u32,
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
    /// A member's Dayfly and this one speak different versions: one of the two must be updated.
    Version,
    /// A member said different things to different people under one number.
    Equivocation,
    /// Whoever told what was said kept back messages that their author says it has said.
    HeldBack,
    /// The room has moved on with another secret: ask for a new invite.
    Moved,
    /// Nobody new is let in.
    Locked,
    /// A member that was a Dayfly speaks as a page now.
    WasNative,
    /// A relay refuses or does not answer.
    Relay,
    /// This device cannot relay for others: nobody outside its network reaches it.
    NoRelay,
    /// A member, or this device, has relayed as much for others as one room may.
    RelaySpent,
}
