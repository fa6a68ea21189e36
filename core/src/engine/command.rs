//! What a handle asks of its room's driver. Each request carries the way back for its answer.

use super::checks::{Answer, Which};
use super::{Error, Stats, Verification};
use dayfly_proto::id::{MemberId, MessageId};
use dayfly_proto::invite::native::NativeInvite;
use dayfly_proto::room::{CheckCommand, Command as Asked, SayOptions, Snapshot};
use tokio::sync::{mpsc, oneshot};

/// Where an answer goes. A caller that no longer waits has dropped the other end.
pub(super) type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// A request to a running room; the methods of `RoomHandle` of the same names say what each does.
pub(super) enum Command {
    /// A listener was added.
    Listening,
    Say {
        text: String,
        options: SayOptions,
        reply: Reply<MessageId>,
    },
    Direct {
        to: String,
        text: String,
        options: SayOptions,
        reply: Reply<MessageId>,
    },
    Typing {
        on: bool,
        to: Option<String>,
        reply: Reply<()>,
    },
    Rename {
        name: String,
        reply: Reply<()>,
    },
    Asked {
        command: Asked,
        reply: Reply<()>,
    },
    Check {
        command: CheckCommand,
        reply: Reply<()>,
    },
    /// Compare codes with a member, or with everybody.
    Compare {
        with: Option<String>,
        room: mpsc::WeakSender<Command>,
        reply: Reply<Verification>,
    },
    /// Every comparison that is going on.
    Comparisons {
        room: mpsc::WeakSender<Command>,
        reply: Reply<Vec<Verification>>,
    },
    /// What a person says to one comparison.
    Compared {
        which: Which,
        answer: Answer,
        reply: Reply<()>,
    },
    Snapshot {
        reply: Reply<Snapshot>,
    },
    Invite {
        reply: Reply<Option<NativeInvite>>,
    },
    InPersonCode {
        reply: Reply<String>,
    },
    InPersonScanned {
        code: String,
        reply: Reply<MemberId>,
    },
    ManualOffer {
        reply: Reply<String>,
    },
    ManualAnswer {
        text: String,
        reply: Reply<()>,
    },
    Member {
        to: String,
        reply: Reply<MemberId>,
    },
    Stats {
        reply: Reply<Stats>,
    },
    Leave,
    NetworkChanged,
    Suspended,
    Resumed,
}
