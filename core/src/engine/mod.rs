//! The engine: what a shell holds.
//!
//! Rooms run on one thread of their own, on a single-threaded runtime (measured: half the round
//! trip and two thirds of the processor time of a pool). Every call here is a message to that
//! thread, answered without waiting for the network. This module owns the thread, the clocks and
//! the entropy; it decides nothing about rooms.

mod checks;
mod checkup;
pub(crate) mod clock;
mod code;
mod command;
mod contacts;
mod driver;
mod error;
mod hub;
mod invite;
mod kept;
mod listen;
mod manual;
mod meter;
mod native;
mod places;
mod relaying;
#[allow(clippy::disallowed_methods, reason = "the rim: asks a server, with deadlines")]
mod relays;
mod setup;
mod shared;

pub use checks::Verification;
pub use checkup::DoctorOptions;
pub use code::{CodeShare, JoinCode};
pub use contacts::whom_it_contacts;
pub use error::{Error, ErrorKind};
pub use hub::{CAPACITY as LISTENER_CAPACITY, Subscription, Unsubscriber};
pub use invite::{new_web_room, room_name};
pub use kept::{KeptIdentity, KeyStore, KeyStoreError};
pub use manual::{ManualCode, ManualJoin};
pub use native::NativeOptions;
pub use relays::{RelayConfig, RelayConfigError};
pub use shared::EngineOptions;

use crate::doctor::{self, Finding, Targets};
use crate::link::{IceServer, Route};
use command::{Command, Reply};
use dayfly_proto::id::{MemberId, MessageId};
use dayfly_proto::invite::Invite;
use dayfly_proto::room::{CheckCommand, Command as Asked, SayOptions, Snapshot};
use dayfly_proto::secret::SecretString;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use hub::{Queue, SharedHub};
use native::Door;
use setup::Supervision;
use shared::Shared;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use zeroize::Zeroize;

/// Requests that may wait for one room, or for the engine. When they are that many the next one
/// is refused with [`ErrorKind::Busy`].
const REQUESTS: usize = 256;

/// How a room is entered.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RoomOptions {
    /// Shown to the others; empty means a made-up one.
    #[cfg_attr(feature = "uniffi", uniffi(default = ""))]
    pub name: String,
    /// Trackers to meet at, instead of the defaults and of those in the invite.
    #[cfg_attr(feature = "uniffi", uniffi(default = []))]
    pub trackers: Vec<String>,
    /// Nostr relays to meet at besides. `None` means the defaults in a native room that meets at
    /// the default trackers, and none elsewhere; web rooms meet at none.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub nostr: Option<Vec<String>>,
    /// STUN and TURN servers; `None` means the defaults.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub ice_servers: Option<Vec<IceServer>>,
    /// Contact nothing beyond this machine and its network: embedded tracker, no STUN.
    #[cfg_attr(feature = "uniffi", uniffi(default = false))]
    pub local: bool,
    /// Do not meet others on the local network, as is done otherwise where the engine can find
    /// them. Everybody there learns that a Dayfly is here, and whoever has the room's invite that
    /// it is in the room. A room that goes through a proxy or through relays only does not either.
    #[cfg_attr(feature = "uniffi", uniffi(default = false))]
    pub no_lan: bool,
    /// Where to bind an embedded tracker, if one is wanted.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub embedded_tracker: Option<SocketAddr>,
    /// A list of relays that a server hands out, used besides those in `ice_servers`.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub relay_config: Option<RelayConfig>,
    /// Nodes at which to enter the Mainline DHT, each `HOST:PORT`, to meet there as well: native
    /// rooms only. An empty list is none. `None` means the defaults, unless the room is local, meets
    /// at trackers of its own, or goes through a proxy or a relay only: the DHT is UDP, which goes
    /// through neither.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub dht: Option<Vec<String>>,
    /// Which ways connections may take; `None` is [`Route::Automatic`].
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub route: Option<Route>,
    /// Relay datagrams for two members of a native room who cannot reach each other, if this device
    /// has an address on the open internet: at most 256 MB a room, 256 KB a second. It learns who
    /// exchanges how much with whom, and when; never what.
    #[cfg_attr(feature = "uniffi", uniffi(default = false))]
    pub relay_for_others: bool,
    /// The room's password, where the invite asks for one.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub password: Option<SecretString>,
    /// A proxy for everything that goes over TCP: `socks5://[USER:PASSWORD@]HOST:PORT` or
    /// `http://…`. Connections between members use UDP, which goes through none.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub proxy: Option<SecretString>,
}

#[cfg(feature = "uniffi")]
uniffi::custom_type!(SocketAddr, String, {
    remote,
    try_lift: |text| Ok(text.parse()?),
    lower: |address| address.to_string(),
});

/// Counters of a running room.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Stats {
    /// Connections open now.
    pub links: u32,
    /// Connections being made now.
    pub connecting: u32,
    /// Offers ready to be taken now.
    pub offers: u32,
    /// Bytes sent on data channels.
    pub bytes_sent: u64,
    /// Bytes received on data channels.
    pub bytes_received: u64,
    /// Bytes sent to trackers.
    pub tracker_bytes_sent: u64,
    /// Frames refused because they were malformed, over-long or against the rules.
    pub refused: u64,
    /// Messages dropped because their sender was too fast.
    pub dropped: u64,
    /// Messages whose author's name on the wire was not the one of the channel.
    pub mismatched: u64,
    /// How often the room's loop was woken. Timers within connections are not counted.
    pub wake_ups: u64,
    /// The same, a minute, over the last one.
    pub wake_ups_per_minute: u64,
    /// Bytes sent on data channels, a minute, over the last one.
    pub bytes_sent_per_minute: u64,
    /// Bytes received on data channels, likewise.
    pub bytes_received_per_minute: u64,
    /// Bytes sent to trackers, likewise.
    pub tracker_bytes_per_minute: u64,
    /// Bytes relayed for other members, both ways together.
    pub relayed_bytes: u64,
    /// Members for whom something may be relayed just now.
    pub relaying_for: u32,
}

impl From<dayfly_proto::room::Stats> for Stats {
    fn from(room: dayfly_proto::room::Stats) -> Self {
        Self {
            links: room.links,
            connecting: room.connecting,
            offers: room.offers,
            bytes_sent: room.bytes_sent,
            bytes_received: room.bytes_received,
            tracker_bytes_sent: 0,
            refused: room.refused,
            dropped: room.dropped,
            mismatched: room.mismatched,
            ..Self::default()
        }
    }
}

/// The engine. Cheap to clone. When the last clone and the last room handle are gone its thread
/// ends.
#[derive(Debug, Clone)]
pub struct Engine {
    requests: mpsc::Sender<Request>,
}

/// A room this device is in. Cheap to clone; dropping every handle leaves the room.
#[derive(Debug, Clone)]
pub struct RoomHandle {
    commands: mpsc::Sender<Command>,
    invite: Arc<Invite>,
    /// Closed once the room is over and everything of it is gone.
    over: watch::Receiver<()>,
    tasks: crate::task::WeakTasks,
    hub: SharedHub,
    /// Where short codes of this room meet.
    code_places: RoomOptions,
    /// Keeps the engine's thread alive while the room is.
    engine: Engine,
}

/// What is asked of the network thread.
enum Request {
    Enter(Box<Enter>),
    /// Runs beside the rooms until it ends by itself or the alarm sounds.
    Begin {
        start: code::Start,
    },
    /// Looks at the network, beside the rooms.
    Doctor {
        targets: Box<Targets>,
        seed: [u8; 32],
        reply: oneshot::Sender<Vec<Finding>>,
    },
    /// Somebody was shown a code.
    Manual(Box<manual::Ask>),
    /// Answered once nothing of any room is left.
    Panic {
        reply: oneshot::Sender<()>,
    },
}

/// A request to enter a room.
struct Enter {
    door: Door,
    options: RoomOptions,
    /// The connection that it goes on with, if its invite came over one.
    live: Option<manual::Live>,
    reply: oneshot::Sender<Result<setup::Entered, Error>>,
}

impl Engine {
    /// Starts the network thread with the defaults: others on the local network are not found.
    ///
    /// # Errors
    /// As [`Engine::start_with`].
    pub fn start() -> Result<Self, Error> {
        Self::start_with(EngineOptions::default())
    }

    /// Starts the network thread.
    ///
    /// # Errors
    /// [`ErrorKind::System`] when the operating system gives no thread or no sockets.
    pub fn start_with(options: EngineOptions) -> Result<Self, Error> {
        let (requests, inbox) = mpsc::channel(REQUESTS);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::system("The network thread could not be set up", &error))?;
        #[allow(clippy::disallowed_methods, reason = "the one network thread")]
        std::thread::Builder::new()
            .name("dayfly".into())
            .spawn(move || {
                runtime.block_on(serve(options, inbox));
                // A key still being computed is of no use to anybody.
                runtime.shutdown_background();
            })
            .map_err(|error| Error::system("The network thread could not be started", &error))?;
        Ok(Self { requests })
    }

    /// Opens a new native room, of which this device is the owner. With a password in `options`
    /// nobody gets in without it.
    ///
    /// # Errors
    /// [`ErrorKind::BadOption`] for an option that cannot be, [`ErrorKind::System`] when no
    /// socket or no entropy can be had.
    pub async fn open_native(
        &self,
        native: NativeOptions,
        options: RoomOptions,
    ) -> Result<RoomHandle, Error> {
        self.open_native_as(native, options, None).await
    }

    /// The same, and shows each member in private who this person is in every room.
    ///
    /// # Errors
    /// As [`Engine::open_native`].
    pub async fn open_native_as(
        &self,
        native: NativeOptions,
        options: RoomOptions,
        kept: Option<KeptIdentity>,
    ) -> Result<RoomHandle, Error> {
        let door = Door::open(native, &options, kept)?;
        self.pass(door, options).await
    }

    /// Enters the room of an invite; who comes first to a web room opens it. Returns once the
    /// room runs, which is before anybody is met.
    ///
    /// # Errors
    /// [`ErrorKind::BadOption`] for an option that cannot be, [`ErrorKind::NeedsPassword`] where
    /// the invite asks for one, [`ErrorKind::System`] when no socket can be had.
    pub async fn enter(&self, invite: Invite, options: RoomOptions) -> Result<RoomHandle, Error> {
        self.enter_as(invite, options, None).await
    }

    /// The same, and shows each native member in private who this person is in every room. Of no
    /// use in a web room.
    ///
    /// # Errors
    /// As [`Engine::enter`].
    pub async fn enter_as(
        &self,
        invite: Invite,
        options: RoomOptions,
        kept: Option<KeptIdentity>,
    ) -> Result<RoomHandle, Error> {
        let door = Door::of(invite, &options, kept)?;
        self.pass(door, options).await
    }

    async fn pass(&self, door: Door, options: RoomOptions) -> Result<RoomHandle, Error> {
        let (reply, answer) = oneshot::channel();
        let asked = options.clone();
        self.requests
            .try_send(Request::Enter(Box::new(Enter {
                door,
                options,
                live: None,
                reply,
            })))
            .map_err(|_| Error::busy())?;
        let entered = answer.await.map_err(|_| Error::ended())??;
        Ok(self.handle(entered, &asked))
    }

    fn handle(&self, entered: setup::Entered, asked: &RoomOptions) -> RoomHandle {
        RoomHandle {
            code_places: code::places_of(asked, &entered.invite),
            commands: entered.commands,
            invite: Arc::new(entered.invite),
            over: entered.over,
            tasks: entered.tasks,
            hub: entered.hub,
            engine: self.clone(),
        }
    }

    /// Wipes every room at once, without a goodbye; the others see this person vanish. Done
    /// within a tenth of a second. The engine can be used again.
    pub async fn panic(&self) {
        let (reply, done) = oneshot::channel();
        // A full queue is waited for: this is never refused.
        if self.requests.send(Request::Panic { reply }).await.is_ok() {
            let _ = done.await;
        }
    }
}

/// Takes somebody through a door.
async fn pass(
    enter: Enter,
    shared: Arc<Shared>,
    alarm: watch::Receiver<()>,
) -> (
    Result<(setup::Entered, Supervision), Error>,
    oneshot::Sender<Result<setup::Entered, Error>>,
) {
    let Enter {
        door,
        options,
        live,
        reply,
    } = enter;
    (setup::enter(door, options, live, shared, alarm).await, reply)
}

/// The network thread: enters rooms and watches over them until nobody can ask for more.
async fn serve(options: EngineOptions, mut inbox: mpsc::Receiver<Request>) {
    let shared = Arc::new(Shared::new(options));
    let mut entering = FuturesUnordered::new();
    let mut guests = FuturesUnordered::new();
    let mut rooms = FuturesUnordered::new();
    let mut doctors = FuturesUnordered::new();
    let mut alarm = watch::Sender::new(());
    let mut open = true;
    while open || !rooms.is_empty() || !entering.is_empty() || !doctors.is_empty() || !guests.is_empty() {
        tokio::select! {
            request = inbox.recv(), if open => match request {
                Some(Request::Enter(enter)) => {
                    entering.push(pass(*enter, Arc::clone(&shared), alarm.subscribe()));
                }
                Some(Request::Begin { start }) => rooms.push(start(Arc::clone(&shared), alarm.subscribe())),
                Some(Request::Doctor { targets, seed, reply }) => {
                    doctors.push(async move {
                        // Whoever asked may no longer want to know.
                        let _ = reply.send(doctor::examine(&targets, seed).await);
                    });
                }
                Some(Request::Manual(ask)) => guests.push(manual::attend(*ask)),
                Some(Request::Panic { reply }) => {
                    // Whoever is at a door does not get in, and whoever is in hears the alarm.
                    entering.clear();
                    guests.clear();
                    drop(std::mem::replace(&mut alarm, watch::Sender::new(())));
                    while rooms.next().await.is_some() {}
                    scrub_stack();
                    let _ = reply.send(());
                }
                None => open = false,
            },
            Some(way) = guests.next(), if !guests.is_empty() => {
                if let Some(enter) = way {
                    entering.push(pass(enter, Arc::clone(&shared), alarm.subscribe()));
                }
            },
            Some((entered, reply)) = entering.next(), if !entering.is_empty() => match entered {
                Ok((entered, supervision)) => {
                    rooms.push(supervision);
                    let _ = reply.send(Ok(entered));
                }
                Err(error) => {
                    let _ = reply.send(Err(error));
                }
            },
            _ = rooms.next(), if !rooms.is_empty() => scrub_stack(),
            _ = doctors.next(), if !doctors.is_empty() => {}
        }
    }
}

/// Overwrites the stack of the network thread below the caller, where what moved through calls
/// left copies: the invite's secret, keys. A quarter of that thread's stack.
#[inline(never)]
fn scrub_stack() {
    let mut stack = [0xa5_u8; 512 * 1024];
    std::hint::black_box(&mut stack);
    stack.zeroize();
    std::hint::black_box(&mut stack);
}

async fn sleep(duration: Duration) {
    #[allow(clippy::disallowed_methods, reason = "the engine is where rooms' time passes")]
    tokio::time::sleep(duration).await;
}

impl RoomHandle {
    /// The invite of this room, with what a guest needs (an embedded tracker's address, say).
    #[must_use]
    pub fn invite(&self) -> &Invite {
        &self.invite
    }

    /// The invite as it stands: a native room takes a new secret whenever somebody is removed,
    /// and the link that was handed out before leads nowhere.
    ///
    /// # Errors
    /// [`ErrorKind::Ended`].
    pub async fn current_invite(&self) -> Result<Invite, Error> {
        let native = self.ask(|reply| Command::Invite { reply }).await?;
        Ok(native.map_or_else(|| self.invite().clone(), Invite::Native))
    }

    /// Begins to listen.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        let queue = Arc::<Queue>::default();
        self.hub.lock().add(&queue);
        self.tell(Command::Listening);
        Subscription::new(queue)
    }

    /// Says something to everybody.
    ///
    /// # Errors
    /// [`ErrorKind::BadText`], [`ErrorKind::Busy`], [`ErrorKind::Ended`].
    pub async fn say(&self, text: String, options: SayOptions) -> Result<MessageId, Error> {
        self.ask(|reply| Command::Say { text, options, reply }).await
    }

    /// Says something to one member, named by id or by a name that only one member has.
    ///
    /// # Errors
    /// As [`RoomHandle::say`], and [`ErrorKind::NoSuchMember`].
    pub async fn direct(&self, to: String, text: String, options: SayOptions) -> Result<MessageId, Error> {
        self.ask(|reply| Command::Direct {
            to,
            text,
            options,
            reply,
        })
        .await
    }

    /// Tells the others, or one member, that this person types or ceased to.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchMember`], [`ErrorKind::Ended`].
    pub async fn typing(&self, on: bool, to: Option<String>) -> Result<(), Error> {
        self.ask(|reply| Command::Typing { on, to, reply }).await
    }

    /// Takes another name.
    ///
    /// # Errors
    /// [`ErrorKind::BadOption`] for an empty or over-long name, [`ErrorKind::Ended`].
    pub async fn rename(&self, name: String) -> Result<(), Error> {
        self.ask(|reply| Command::Rename { name, reply }).await
    }

    /// Does what a person asks for beyond talking; what comes of it is told by events.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchMember`], [`ErrorKind::BadRequest`], [`ErrorKind::NotAllowed`],
    /// [`ErrorKind::Busy`], [`ErrorKind::Ended`].
    pub async fn command(&self, command: Asked) -> Result<(), Error> {
        self.ask(|reply| Command::Asked { command, reply }).await
    }

    /// Does what a person says about comparing codes, with whom named: for shells that take lines.
    /// [`RoomHandle::verify`] and [`RoomHandle::group_check`] give a [`Verification`] to hold.
    ///
    /// # Errors
    /// As [`RoomHandle::command`].
    pub async fn check(&self, command: CheckCommand) -> Result<(), Error> {
        self.ask(|reply| Command::Check { command, reply }).await
    }

    /// The room as it stands.
    ///
    /// # Errors
    /// [`ErrorKind::Ended`].
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        self.ask(|reply| Command::Snapshot { reply }).await
    }

    /// What another member scans from this screen to be sure of whom it talks to, standing
    /// beside. It proves one meeting and is of no use to anybody later.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`] outside native rooms, [`ErrorKind::Ended`].
    pub async fn in_person_code(&self) -> Result<String, Error> {
        self.ask(|reply| Command::InPersonCode { reply }).await
    }

    /// Takes what was scanned from another member's screen; returns whose it was. What comes of
    /// it is told by events.
    ///
    /// # Errors
    /// [`ErrorKind::BadRequest`] for another code, [`ErrorKind::NotAllowed`],
    /// [`ErrorKind::NoSuchMember`], [`ErrorKind::Ended`].
    pub async fn in_person_scanned(&self, code: String) -> Result<MemberId, Error> {
        self.ask(|reply| Command::InPersonScanned { code, reply }).await
    }

    /// The member's id behind `to`: an id, or a name that only one member has.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchMember`], [`ErrorKind::Ended`].
    pub async fn member(&self, to: String) -> Result<MemberId, Error> {
        self.ask(|reply| Command::Member { to, reply }).await
    }

    /// Counters.
    ///
    /// # Errors
    /// [`ErrorKind::Ended`].
    pub async fn stats(&self) -> Result<Stats, Error> {
        self.ask(|reply| Command::Stats { reply }).await
    }

    /// Leaves politely: wipes at once, says goodbye, closes. Idempotent; done within a second.
    pub async fn leave(&self) {
        // A full queue is waited for: leaving is never refused.
        let _ = self.commands.send(Command::Leave).await;
        self.over().await;
    }

    /// Waits until the room is over, for whatever reason, and everything of it is gone.
    pub async fn over(&self) {
        let mut over = self.over.clone();
        while over.changed().await.is_ok() {}
    }

    /// The device changed its network: connections are looked after at once.
    pub fn network_changed(&self) {
        self.tell(Command::NetworkChanged);
    }

    /// The app goes to the background. A native room closes its connections and all places to meet
    /// but one, where members wake it that have something for it; a web room keeps its connections.
    pub fn suspended(&self) {
        self.tell(Command::Suspended);
    }

    /// The app runs again.
    pub fn resumed(&self) {
        self.tell(Command::Resumed);
    }

    /// Makes the task of that name panic, for tests.
    #[doc(hidden)]
    pub fn inject_panic(&self, task: &'static str) {
        self.tasks.inject_panic(task);
    }

    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.commands
            .try_send(command(reply))
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => Error::busy(),
                mpsc::error::TrySendError::Closed(_) => Error::ended(),
            })?;
        answer.await.map_err(|_| Error::ended())?
    }

    fn tell(&self, command: Command) {
        // A room too busy to take it looks after its connections anyway; one that is over has none.
        let _ = self.commands.try_send(command);
    }
}
