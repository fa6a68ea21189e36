//! Short codes: the little drivers around a host and a guest, over the places to meet of a room.
//!
//! Each decides nothing: inputs in, timers run, outputs carried out. A code holds no room: when the
//! room goes, so does its code, and the invite is asked of the room in the moment somebody has
//! shown that it has the code.

use super::command::Command;
use super::places::Places;
use super::setup::{dialer, entropy};
use super::shared::Shared;
use super::{Engine, Error, ErrorKind, Request, RoomHandle, RoomOptions, Supervision, clock};
use crate::rendezvous::Rendezvous;
use crate::task::Tasks;
use dayfly_proto::id::BackendId;
use dayfly_proto::invite::Invite;
use dayfly_proto::room::MeetEvent;
use dayfly_proto::room::code::{
    CodeFailure, CodeGuest, CodeGuestEvent, CodeHost, CodeHostEvent, CodeLanguage, CodeOutput, CodePlace,
    ShortCode,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, oneshot, watch};

/// Events that may wait to be taken. A code has a dozen in its life; further ones are dropped.
const EVENTS: usize = 64;

/// Reports of places to meet that may wait. A place whose report finds no room waits.
const MEET_EVENTS: usize = 128;

/// How long goodbyes may take to reach the network.
const FLUSH: Duration = Duration::from_secs(1);

/// A code that leads to a room. Dropping it ends the code.
#[derive(Debug)]
pub struct CodeShare {
    events: Mutex<mpsc::Receiver<CodeHostEvent>>,
    stop: watch::Sender<()>,
}

/// A code that is being tried. Dropping it gives that up.
#[derive(Debug)]
pub struct JoinCode {
    events: Mutex<mpsc::Receiver<CodeGuestEvent>>,
    result: watch::Receiver<Option<Result<Invite, Error>>>,
    stop: watch::Sender<()>,
    engine: Engine,
    options: RoomOptions,
}

/// What is started on the network thread.
pub(super) type Start = Box<dyn FnOnce(Arc<Shared>, watch::Receiver<()>) -> Supervision + Send>;

/// Where codes of a room meet: what its person named, or the defaults; on a local network what the
/// room itself uses. Passwords and names are none of a code's business.
pub(super) fn places_of(options: &RoomOptions, invite: &Invite) -> RoomOptions {
    let mut places = RoomOptions {
        password: None,
        name: String::new(),
        embedded_tracker: None,
        ..options.clone()
    };
    if options.local || options.embedded_tracker.is_some() {
        places.trackers = invite.info().trackers;
    }
    places
}

impl CodeShare {
    /// What happens next; `None` once the code is over.
    pub async fn next(&self) -> Option<CodeHostEvent> {
        self.events.lock().await.recv().await
    }

    /// Ends the code; its last event says so.
    pub fn stop(&self) {
        self.stop.send_replace(());
    }
}

impl JoinCode {
    /// What happens next; `None` once it succeeded or failed.
    pub async fn next(&self) -> Option<CodeGuestEvent> {
        self.events.lock().await.recv().await
    }

    /// Waits for the invite, within about a minute.
    ///
    /// # Errors
    /// [`ErrorKind::NobodyThere`], [`ErrorKind::WrongCode`], [`ErrorKind::CodeInterference`],
    /// [`ErrorKind::NewerInvite`], [`ErrorKind::Ended`] when it was given up.
    pub async fn invite(&self) -> Result<Invite, Error> {
        let mut result = self.result.clone();
        let result = result
            .wait_for(Option::is_some)
            .await
            .map_err(|_| Error::ended())?;
        result.clone().unwrap_or_else(|| Err(Error::ended()))
    }

    /// Waits for the invite and enters its room.
    ///
    /// # Errors
    /// As [`JoinCode::invite`] and [`Engine::enter`].
    pub async fn room(&self) -> Result<RoomHandle, Error> {
        let invite = self.invite().await?;
        self.engine.enter(invite, self.options.clone()).await
    }

    /// Gives it up.
    pub fn stop(&self) {
        self.stop.send_replace(());
    }
}

impl RoomHandle {
    /// Makes a short code that leads into this room: four digits and two words, good for one
    /// person and ten minutes. What becomes of it is told by [`CodeShare::next`].
    ///
    /// # Errors
    /// [`ErrorKind::BadOption`] where the room's places to meet cannot carry codes,
    /// [`ErrorKind::Busy`], [`ErrorKind::Ended`], [`ErrorKind::System`].
    pub async fn share_code(&self, language: CodeLanguage) -> Result<CodeShare, Error> {
        let (events_in, events) = mpsc::channel(EVENTS);
        let (stop, stopped) = watch::channel(());
        let (started, start) = oneshot::channel();
        let host = Host {
            language,
            places: self.code_places.clone(),
            invite: Arc::clone(&self.invite),
            // Nothing here keeps the room alive.
            room: self.commands.downgrade(),
            over: self.over.clone(),
            stopped,
            events: Some(events_in),
        };
        self.engine.begin(Box::new(move |shared, alarm| {
            Box::pin(host.run(shared, alarm, started))
        }))?;
        start.await.map_err(|_| Error::ended())??;
        Ok(CodeShare {
            events: Mutex::new(events),
            stop,
        })
    }
}

impl Engine {
    /// Tries a short code. A slip of the finger is refused before anything is sent.
    ///
    /// # Errors
    /// [`ErrorKind::BadCode`], [`ErrorKind::BadOption`], [`ErrorKind::Busy`],
    /// [`ErrorKind::System`].
    pub async fn join_code(&self, text: &str, options: RoomOptions) -> Result<JoinCode, Error> {
        let code =
            ShortCode::parse(text).map_err(|error| Error::new(ErrorKind::BadCode, error.to_string()))?;
        let (events_in, events) = mpsc::channel(EVENTS);
        let (stop, stopped) = watch::channel(());
        let (started, start) = oneshot::channel();
        let (result_in, result) = watch::channel(None);
        let guest = Guest {
            code,
            places: RoomOptions {
                password: None,
                embedded_tracker: None,
                ..options.clone()
            },
            stopped,
            events: Some(events_in),
            result: result_in,
        };
        self.begin(Box::new(move |shared, alarm| {
            Box::pin(guest.run(shared, alarm, started))
        }))?;
        start.await.map_err(|_| Error::ended())??;
        Ok(JoinCode {
            events: Mutex::new(events),
            result,
            stop,
            engine: self.clone(),
            options,
        })
    }

    fn begin(&self, start: Start) -> Result<(), Error> {
        self.requests
            .try_send(Request::Begin { start })
            .map_err(|_| Error::busy())
    }
}

/// The places to meet of one code.
struct Meeting {
    tasks: Tasks,
    backends: BTreeMap<BackendId, Box<dyn Rendezvous>>,
    listed: Vec<CodePlace>,
    meets: mpsc::Receiver<(BackendId, MeetEvent)>,
}

impl Meeting {
    fn start(shared: &Arc<Shared>, options: &RoomOptions) -> Result<Self, Error> {
        let tasks = Tasks::new();
        let (sink, meets) = mpsc::channel(MEET_EVENTS);
        let places = Places::start_for_code(&tasks, shared, options, &dialer(options)?, sink)?;
        let listed = places.listed.into_iter().map(|place| CodePlace {
            backend: place.id,
            kind: place.kind,
        });
        Ok(Self {
            tasks,
            backends: places.backends,
            listed: listed.collect(),
            meets,
        })
    }

    /// Carries out what is for a place to meet; gives back what is for the person.
    fn carry<E>(&mut self, output: CodeOutput<E>) -> Option<E> {
        match output {
            CodeOutput::Announce {
                backend,
                topic,
                peer,
                offers,
            } => {
                if let Some(backend) = self.backends.get_mut(&backend) {
                    backend.announce(topic, peer, offers);
                }
            }
            CodeOutput::Reply {
                backend,
                topic,
                peer,
                to,
                offer_id,
                sealed,
            } => {
                if let Some(backend) = self.backends.get_mut(&backend) {
                    backend.reply(topic, peer, to, offer_id, sealed);
                }
            }
            CodeOutput::Withdraw { backend, topic, peer } => {
                if let Some(backend) = self.backends.get_mut(&backend) {
                    backend.withdraw(topic, peer);
                }
            }
            CodeOutput::Event(event) => return Some(event),
        }
        None
    }

    /// Waits until every place has sent what was queued and gone.
    async fn flush(self) {
        let Self {
            tasks,
            backends,
            mut meets,
            ..
        } = self;
        drop(backends);
        let gone = async { while meets.recv().await.is_some() {} };
        tokio::select! {
            () = gone => {}
            () = super::sleep(FLUSH) => {}
        }
        drop(tasks);
    }
}

async fn wake(at: Option<Duration>) {
    match at {
        Some(at) => super::sleep(at.saturating_sub(clock::now().mono)).await,
        None => std::future::pending().await,
    }
}

struct Host {
    language: CodeLanguage,
    places: RoomOptions,
    invite: Arc<Invite>,
    room: mpsc::WeakSender<Command>,
    over: watch::Receiver<()>,
    stopped: watch::Receiver<()>,
    events: Option<mpsc::Sender<CodeHostEvent>>,
}

impl Host {
    async fn run(
        mut self,
        shared: Arc<Shared>,
        mut alarm: watch::Receiver<()>,
        started: oneshot::Sender<Result<(), Error>>,
    ) {
        let begun = Meeting::start(&shared, &self.places).and_then(|meeting| Ok((meeting, entropy()?)));
        // Nothing here keeps what the rooms share alive.
        drop(shared);
        let (mut meeting, seed) = match begun {
            Ok(begun) => begun,
            Err(error) => {
                let _ = started.send(Err(error));
                return;
            }
        };
        let mut host = CodeHost::new(self.language, meeting.listed.clone(), clock::now(), seed);
        if started.send(Ok(())).is_err() {
            return;
        }
        let mut asked_to_stop = false;
        loop {
            while let Some(output) = host.poll() {
                if let Some(event) = meeting.carry(output) {
                    self.tell(event);
                }
            }
            if host.is_over() {
                break;
            }
            if host.wants_invite() {
                match self.current_invite().await {
                    Some(invite) => host.give(clock::now(), &invite.to_record()),
                    None => host.stop(clock::now()),
                }
                continue;
            }
            tokio::select! {
                Some((backend, event)) = meeting.meets.recv() => host.handle_meet(clock::now(), backend, event),
                () = wake(host.poll_timeout()) => host.handle_timeout(clock::now()),
                _ = self.stopped.changed(), if !asked_to_stop => {
                    asked_to_stop = true;
                    host.stop(clock::now());
                }
                _ = self.over.changed(), if !asked_to_stop => {
                    asked_to_stop = true;
                    host.stop(clock::now());
                }
                // Wiped at once: no goodbye.
                _ = alarm.changed() => return,
            }
        }
        drop(host);
        tokio::select! {
            () = meeting.flush() => {}
            _ = alarm.changed() => {}
        }
    }

    fn tell(&mut self, event: CodeHostEvent) {
        let over = matches!(event, CodeHostEvent::Ended { .. });
        if let Some(events) = &self.events
            && events.try_send(event).is_err()
        {
            log::debug!("nobody takes the events of a code");
        }
        // Whoever listens need not wait until the last answer was repeated often enough.
        if over {
            self.events = None;
        }
    }

    /// The invite as it stands; `None` once the room is over.
    async fn current_invite(&self) -> Option<Invite> {
        let (reply, answer) = oneshot::channel();
        let asked = self.room.upgrade()?.send(Command::Invite { reply }).await;
        asked.ok()?;
        let native = answer.await.ok()?.ok()?;
        Some(native.map_or_else(|| (*self.invite).clone(), Invite::Native))
    }
}

struct Guest {
    code: ShortCode,
    places: RoomOptions,
    stopped: watch::Receiver<()>,
    events: Option<mpsc::Sender<CodeGuestEvent>>,
    result: watch::Sender<Option<Result<Invite, Error>>>,
}

impl Guest {
    async fn run(
        mut self,
        shared: Arc<Shared>,
        mut alarm: watch::Receiver<()>,
        started: oneshot::Sender<Result<(), Error>>,
    ) {
        let begun = Meeting::start(&shared, &self.places).and_then(|meeting| Ok((meeting, entropy()?)));
        // Nothing here keeps what the rooms share alive.
        drop(shared);
        let (mut meeting, seed) = match begun {
            Ok(begun) => begun,
            Err(error) => {
                let _ = started.send(Err(error));
                return;
            }
        };
        let mut guest = CodeGuest::new(self.code, meeting.listed.clone(), clock::now(), seed);
        if started.send(Ok(())).is_err() {
            return;
        }
        loop {
            while let Some(output) = guest.poll() {
                if let Some(event) = meeting.carry(output) {
                    self.tell(event, guest.invite());
                }
            }
            if guest.is_over() {
                break;
            }
            tokio::select! {
                Some((backend, event)) = meeting.meets.recv() => guest.handle_meet(clock::now(), backend, event),
                () = wake(guest.poll_timeout()) => guest.handle_timeout(clock::now()),
                _ = self.stopped.changed() => {
                    guest.stop();
                    self.result.send_replace(Some(Err(Error::cancelled())));
                }
                _ = alarm.changed() => return,
            }
        }
        drop(guest);
        tokio::select! {
            () = meeting.flush() => {}
            _ = alarm.changed() => {}
        }
    }

    fn tell(&mut self, event: CodeGuestEvent, invite: Option<&Invite>) {
        match (&event, invite) {
            (CodeGuestEvent::Done, Some(invite)) => {
                self.result.send_replace(Some(Ok(invite.clone())));
            }
            (CodeGuestEvent::Failed { reason }, _) => {
                self.result.send_replace(Some(Err(failed(*reason))));
            }
            _ => {}
        }
        let over = matches!(event, CodeGuestEvent::Done | CodeGuestEvent::Failed { .. });
        if let Some(events) = &self.events
            && events.try_send(event).is_err()
        {
            log::debug!("nobody takes the events of a code");
        }
        if over {
            self.events = None;
        }
    }
}

fn failed(reason: CodeFailure) -> Error {
    let kind = match reason {
        CodeFailure::Unreached | CodeFailure::NobodyThere => ErrorKind::NobodyThere,
        CodeFailure::WrongWords => ErrorKind::WrongCode,
        CodeFailure::Interference | CodeFailure::Silent => ErrorKind::CodeInterference,
        CodeFailure::BadInvite => ErrorKind::NewerInvite,
    };
    Error::new(kind, reason.sentence()).hint(reason.hint())
}
