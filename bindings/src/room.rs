//! The engine and its rooms as objects. Each call is the engine's own; see there for its errors.

use crate::discovery::Foreign;
use crate::error::wait;
use crate::{
    Cancel, CodeShare, DayflyError, Invite, JoinCode, KeptIdentity, Listener, Live, LocalDiscovery,
    Subscription, Verification,
};
use dayfly_core::doctor::Finding;
use dayfly_core::engine;
use dayfly_core::engine::DoctorOptions;
use dayfly_core::engine::{
    Engine, EngineOptions, ManualCode, ManualJoin as Join, NativeOptions, RoomHandle, RoomOptions, Stats,
};
use dayfly_core::proto::id::{MemberId, MessageId};
use dayfly_core::proto::room::code::CodeLanguage;
use dayfly_core::proto::room::{Command, SayOptions, Snapshot};
use dayfly_core::proto::secret::SecretString;
use std::sync::Arc;

/// Where an app begins: the engine, one network thread for every room. It lives as long as this or
/// a room of it.
#[derive(Debug, uniffi::Object)]
pub struct Dayfly {
    engine: Engine,
    _live: Live,
}

#[uniffi::export]
impl Dayfly {
    /// Starts the network thread. Others on the local network are not found: see `start_with`.
    #[uniffi::constructor]
    pub fn start() -> Result<Arc<Self>, DayflyError> {
        Self::start_with(None)
    }

    /// Starts the network thread, with a way to find others on the local network.
    #[uniffi::constructor]
    pub fn start_with(discovery: Option<Box<dyn LocalDiscovery>>) -> Result<Arc<Self>, DayflyError> {
        let options = EngineOptions {
            discovery: discovery.map(|discovery| Arc::new(Foreign(discovery)) as _),
        };
        let (engine, _live) = (Engine::start_with(options)?, crate::live());
        Ok(Arc::new(Self { engine, _live }))
    }

    /// Opens a new native room, of which this device is the owner. With a password in `options`
    /// nobody gets in without it. Each member is shown `kept` in private.
    #[uniffi::method(default(kept = None, cancel = None))]
    pub async fn open_native(
        &self,
        native: NativeOptions,
        options: RoomOptions,
        kept: Option<Arc<KeptIdentity>>,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Arc<Room>, DayflyError> {
        let kept = kept.map(|kept| kept.identity.clone());
        let opening = self.engine.open_native_as(native, options, kept);
        Ok(Room::new(wait(cancel, opening).await?))
    }

    /// Enters the room of an invite; who comes first to a web room opens it. Returns once the
    /// room runs, which is before anybody is met. Each native member is shown `kept` in private.
    #[uniffi::method(default(kept = None, cancel = None))]
    pub async fn enter(
        &self,
        invite: Arc<Invite>,
        options: RoomOptions,
        kept: Option<Arc<KeptIdentity>>,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Arc<Room>, DayflyError> {
        let kept = kept.map(|kept| kept.identity.clone());
        let entering = self.engine.enter_as(invite.record.clone(), options, kept);
        Ok(Room::new(wait(cancel, entering).await?))
    }

    /// Tries a short code, which must be written as people do: `4821-tulip-anchor`. A slip of the
    /// finger is refused with the word that was meant, before anything is sent.
    #[uniffi::method(default(cancel = None))]
    pub async fn join_code(
        &self,
        code: String,
        options: RoomOptions,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Arc<JoinCode>, DayflyError> {
        let joining = self.engine.join_code(&code, options);
        Ok(JoinCode::new(wait(cancel, joining).await?))
    }

    /// Says what this network allows, with what to try where it does not: takes some seconds, and
    /// contacts whom the options name and nobody else.
    #[uniffi::method(default(cancel = None))]
    pub async fn doctor(
        &self,
        options: DoctorOptions,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Vec<Finding>, DayflyError> {
        wait(cancel, self.engine.doctor(options)).await
    }

    /// Takes the code that a room's member shows, its text or what was scanned, and makes the one to
    /// show in return. Freeing the answer gives up. Each member is shown `kept` in private.
    #[uniffi::method(default(kept = None, cancel = None))]
    pub async fn join_manual(
        &self,
        text: String,
        options: RoomOptions,
        kept: Option<Arc<KeptIdentity>>,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Arc<ManualJoin>, DayflyError> {
        let kept = kept.map(|kept| kept.identity.clone());
        let joining = self.engine.join_manual_as(&text, options, kept);
        let (join, _live) = (wait(cancel, joining).await?, crate::live());
        Ok(Arc::new(ManualJoin { join, _live }))
    }

    /// Wipes every room at once, without a goodbye; done within a tenth of a second. This
    /// can be used again.
    pub async fn panic(&self) {
        self.engine.panic().await;
    }
}

/// Whom a room of these options would contact, and what they learn: paragraphs to read before
/// anything is contacted. `trackers` are those its invite names; `native` says that it is a native
/// room.
#[uniffi::export]
pub fn whom_it_contacts(options: RoomOptions, trackers: Vec<String>, native: bool) -> Vec<String> {
    engine::whom_it_contacts(&options, &trackers, native)
}

/// Somebody who was shown a code and shows another in return. Freeing it gives up, unless the room
/// is there.
#[derive(Debug, uniffi::Object)]
pub struct ManualJoin {
    join: Join,
    _live: Live,
}

#[uniffi::export]
impl ManualJoin {
    /// What to show in return.
    pub fn answer(&self) -> ManualCode {
        self.join.answer().clone()
    }

    /// Waits until the other device has taken the answer: ten minutes at most. Where the room has a
    /// password and none is given, ask for it and call again within three minutes.
    #[uniffi::method(default(password = None, cancel = None))]
    pub async fn room(
        &self,
        password: Option<SecretString>,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Arc<Room>, DayflyError> {
        Ok(Room::new(wait(cancel, self.join.room(password)).await?))
    }
}

/// A room this device is in. Freeing it without `leave` leaves all the same.
#[derive(Debug, uniffi::Object)]
pub struct Room {
    handle: RoomHandle,
    _live: Live,
}

#[uniffi::export]
impl Room {
    /// The invite of this room, with what a guest needs.
    pub fn invite(&self) -> Arc<Invite> {
        Invite::new(self.handle.invite().clone())
    }

    /// Begins to call `listener`, until the room is over or the subscription is ended or freed.
    pub fn subscribe(&self, listener: Box<dyn Listener>) -> Result<Arc<Subscription>, DayflyError> {
        Subscription::start(self.handle.subscribe(), listener)
    }

    /// Says something to everybody.
    #[uniffi::method(default(options))]
    pub async fn say(&self, text: String, options: SayOptions) -> Result<MessageId, DayflyError> {
        Ok(self.handle.say(text, options).await?)
    }

    /// Says something to one member, named by id or by a name that only one member has.
    #[uniffi::method(default(options))]
    pub async fn direct(
        &self,
        to: String,
        text: String,
        options: SayOptions,
    ) -> Result<MessageId, DayflyError> {
        Ok(self.handle.direct(to, text, options).await?)
    }

    /// Does what a person asks for beyond talking; what comes of it is told by events.
    pub async fn command(&self, command: Command) -> Result<(), DayflyError> {
        Ok(self.handle.command(command).await?)
    }

    /// Tells the others, or one member, that this person types or ceased to.
    #[uniffi::method(default(to = None))]
    pub async fn typing(&self, on: bool, to: Option<String>) -> Result<(), DayflyError> {
        Ok(self.handle.typing(on, to).await?)
    }

    /// Takes another name.
    pub async fn rename(&self, name: String) -> Result<(), DayflyError> {
        Ok(self.handle.rename(name).await?)
    }

    /// The room as it stands.
    pub async fn snapshot(&self) -> Result<Snapshot, DayflyError> {
        Ok(self.handle.snapshot().await?)
    }

    /// Compares codes with a member, named by id or by a name that only one member has: begins, agrees
    /// to what that person has begun, or goes along with what is going on.
    pub async fn verify(&self, member: String) -> Result<Arc<Verification>, DayflyError> {
        Ok(Verification::new(self.handle.verify(member).await?))
    }

    /// Compares one code among everybody here (2–16 people): begins, or goes along with what is
    /// going on.
    pub async fn group_check(&self) -> Result<Arc<Verification>, DayflyError> {
        Ok(Verification::new(self.handle.group_check().await?))
    }

    /// Every comparison that is going on, those included that this person was asked for and has not
    /// agreed to: what to look at when a listener that fell behind begins again with a reset.
    pub async fn verifications(&self) -> Result<Vec<Arc<Verification>>, DayflyError> {
        let all = self.handle.verifications().await?;
        Ok(all.into_iter().map(Verification::new).collect())
    }

    /// What another member scans from this screen to be sure of whom it talks to, standing
    /// beside.
    pub async fn in_person_code(&self) -> Result<String, DayflyError> {
        Ok(self.handle.in_person_code().await?)
    }

    /// Takes what was scanned from another member's screen; returns whose it was.
    pub async fn in_person_scanned(&self, code: String) -> Result<MemberId, DayflyError> {
        Ok(self.handle.in_person_scanned(code).await?)
    }

    /// Makes a short code that leads into this room: for one person and ten minutes.
    #[uniffi::method(default(cancel = None))]
    pub async fn share_code(
        &self,
        language: CodeLanguage,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Arc<CodeShare>, DayflyError> {
        let sharing = self.handle.share_code(language);
        Ok(CodeShare::new(wait(cancel, sharing).await?))
    }

    /// Makes a code that one person can come in by, without any server. Good for ten minutes.
    #[uniffi::method(default(cancel = None))]
    pub async fn manual_offer(&self, cancel: Option<Arc<Cancel>>) -> Result<ManualCode, DayflyError> {
        wait(cancel, self.handle.manual_offer()).await
    }

    /// Takes what was shown in return for such a code. That the person came in is told by events.
    pub async fn manual_answer(&self, text: String) -> Result<(), DayflyError> {
        Ok(self.handle.manual_answer(text).await?)
    }

    /// The member's id behind `to`: an id, or a name that only one member has.
    pub async fn member(&self, to: String) -> Result<MemberId, DayflyError> {
        Ok(self.handle.member(to).await?)
    }

    /// Counters.
    pub async fn stats(&self) -> Result<Stats, DayflyError> {
        Ok(self.handle.stats().await?)
    }

    /// Leaves politely: wipes at once, says goodbye, closes. Idempotent; done within a second.
    #[uniffi::method(default(cancel = None))]
    pub async fn leave(&self, cancel: Option<Arc<Cancel>>) -> Result<(), DayflyError> {
        let leave = async {
            self.handle.leave().await;
            Ok(())
        };
        wait(cancel, leave).await
    }

    /// Waits until the room is over, for whatever reason, and everything of it is gone.
    #[uniffi::method(default(cancel = None))]
    pub async fn over(&self, cancel: Option<Arc<Cancel>>) -> Result<(), DayflyError> {
        let over = async {
            self.handle.over().await;
            Ok(())
        };
        wait(cancel, over).await
    }

    /// The device changed its network: connections are looked after at once.
    pub fn network_changed(&self) {
        self.handle.network_changed();
    }

    /// The app goes to the background. A native room closes its connections and all places to meet
    /// but one, where members wake it that have something for it; a web room keeps its connections.
    pub fn suspended(&self) {
        self.handle.suspended();
    }

    /// The app runs again.
    pub fn resumed(&self) {
        self.handle.resumed();
    }
}

impl Room {
    pub(crate) fn new(handle: RoomHandle) -> Arc<Self> {
        let _live = crate::live();
        Arc::new(Self { handle, _live })
    }

    /// Makes the task of that name panic, for tests. Not exported.
    #[doc(hidden)]
    pub fn inject_panic(&self, task: &'static str) {
        self.handle.inject_panic(task);
    }
}
