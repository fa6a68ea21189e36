//! What a handle asks of its room's driver. Each request carries the way back for its answer.

use super::{Error, Stats};
use dayfly_proto::id::{MemberId, MessageId};
use dayfly_proto::invite::native::NativeInvite;
use dayfly_proto::room::{Command as Asked, SayOptions, Snapshot};
use tokio::sync::oneshot;

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
