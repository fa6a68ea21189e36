//! The one way into a room that `open` and `join` share: password and consent are settled, the
//! room is entered, and a front end takes over.

use crate::args::RoomArgs;
use crate::code::{self, Shown};
use crate::discovery::Multicast;
use crate::exit::Exit;
use crate::json::{self, Row};
use crate::links::Links;
use crate::relay;
use crate::signals::Signals;
use crate::{consent, join, network, password, plain, tui};
use dayfly_core::engine::{
    Engine, EngineOptions, Error, ErrorKind, NativeOptions, RoomHandle, RoomOptions, Subscription,
};
use dayfly_core::link::IceServer;
use dayfly_core::net;
use dayfly_core::proto::invite::Invite;
use dayfly_core::proto::room::Member;
use dayfly_core::proto::room::code::CodeLanguage;
use dayfly_core::proto::secret::SecretString;
use std::io::IsTerminal;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::time::Instant;

/// Leaving is polite up to here; then the process ends anyhow.
const POLITE: Duration = Duration::from_millis(900);

/// Who is on the other side of this terminal client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrontEnd {
    /// A program.
    Json,
    /// A person who reads lines, or hears them.
    Plain,
    /// A person at a screen.
    Screen,
}

impl FrontEnd {
    /// What was asked for, or what the terminal can do.
    pub fn choose(args: &RoomArgs) -> Self {
        let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        match (args.json, args.plain || !terminal || (dumb && cfg!(unix))) {
            (true, _) => Self::Json,
            (false, true) => Self::Plain,
            (false, false) => Self::Screen,
        }
    }

    /// Somebody is there to answer a question.
    pub fn may_ask(self) -> bool {
        self != Self::Json && std::io::stdin().is_terminal()
    }
}

/// Whose room it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A new one of this person's.
    Opens,
    /// Somebody else's.
    Joins,
}

/// The way into a room.
pub enum Way {
    /// By an invite.
    Enter {
        /// Which.
        invite: Invite,
        /// What a native room asks for besides, if it does.
        password: Option<SecretString>,
    },
    /// By a short code, which gives an invite first.
    Code {
        /// As it was typed.
        text: String,
    },
    /// By a code that a member shows, and one that is shown in return.
    Manual {
        /// The member's.
        text: String,
        /// Gets the room's password, if it turns out to have one.
        password: Box<dyn FnOnce() -> Result<SecretString, Error>>,
    },
    /// A native room of one's own.
    Open {
        /// What is fixed for its life.
        native: NativeOptions,
        /// What it asks for besides the link, if anything.
        password: Option<SecretString>,
    },
}

impl Way {
    /// Whether it leads to a native room.
    fn is_native(&self) -> bool {
        match self {
            Self::Enter { invite, .. } => matches!(invite, Invite::Native(_)),
            _ => true,
        }
    }

    /// The trackers that an invite names.
    fn trackers(&self) -> &[String] {
        match self {
            Self::Enter {
                invite: Invite::Web(web),
                ..
            } => &web.trackers,
            Self::Enter {
                invite: Invite::Native(native),
                ..
            } => &native.trackers,
            Self::Enter {
                invite: Invite::Locked(locked),
                ..
            } => &locked.trackers,
            Self::Code { .. } | Self::Manual { .. } | Self::Open { .. } => &[],
        }
    }
}

/// A room that was entered, with what a front end needs besides.
pub struct Session {
    /// Where it runs.
    pub engine: Engine,
    /// The room.
    pub handle: RoomHandle,
    /// What happens in it; begins with a reset.
    pub events: Subscription,
    /// The links that lead here.
    pub links: Links,
    /// What is said before anything else.
    pub preface: Vec<String>,
    /// What `--for` says.
    pub limit: TimeLimit,
    /// The short code that leads here, if one is shown.
    pub code: Shown,
}

impl Session {
    /// The row that says so.
    pub fn ready(&self, me: Member) -> Row {
        Row::Ready {
            kind: match self.handle.invite() {
                Invite::Native(_) => "native",
                Invite::Web(_) | Invite::Locked(_) => "web",
            },
            link: self.links.primary.clone(),
            links: self.links.all.clone(),
            room: self.links.room.clone(),
            me,
        }
    }

    /// The links that lead here now: removing somebody makes them new.
    pub async fn links_now(&self) -> Links {
        match self.handle.current_invite().await {
            Ok(invite) => Links::of(&invite),
            Err(_) => self.links.clone(),
        }
    }

    /// Leaves politely, but within a second.
    pub async fn leave(&self) {
        let _ = tokio::time::timeout(POLITE, self.handle.leave()).await;
    }

    /// Wipes everything and says goodbye to nobody.
    pub async fn panic(&self) {
        let _ = tokio::time::timeout(POLITE, self.engine.panic()).await;
    }
}

/// When to leave, if `--for` says so.
#[derive(Debug, Clone, Copy)]
pub struct TimeLimit(Option<Instant>);

impl TimeLimit {
    fn from_now(seconds: Option<u64>) -> Self {
        Self(seconds.and_then(|s| Instant::now().checked_add(Duration::from_secs(s))))
    }

    /// There is one.
    pub fn is_set(self) -> bool {
        self.0.is_some()
    }

    /// Resolves when it has run out; never without one.
    pub async fn is_up(self) {
        match self.0 {
            Some(until) => tokio::time::sleep_until(until).await,
            None => std::future::pending().await,
        }
    }
}

/// Why there is no room.
#[derive(Debug)]
pub enum Stop {
    /// Something is wrong.
    Refused(Error),
    /// The person said no.
    Declined,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// What a proxy does not hide.
const BESIDE_THE_PROXY: &str = "Places to meet are reached through the proxy. STUN servers and the members of the room \
                                are reached past it, over UDP, and learn this device's internet address; with \
                                --route relay the members do not.";

/// Runs `open` or `join`. `way` finds the way in once the front end is known; `preface` is what
/// `open` has to say first, `language` that of a short code to show from the start.
pub fn run(
    args: &RoomArgs,
    role: Role,
    mut preface: Vec<String>,
    language: Option<CodeLanguage>,
    way: impl FnOnce(&RoomArgs, FrontEnd) -> Result<Way, Error>,
) -> Exit {
    let front_end = FrontEnd::choose(args);
    if front_end == FrontEnd::Json {
        json::print(&Row::hello());
    }
    if args.proxy.is_some() {
        preface.push(BESIDE_THE_PROXY.into());
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(system("The program could not be set up", &error), front_end),
    };
    let exit = runtime.block_on(async {
        // Begun before the questions, because the engine begins with a long computation.
        let engine = Engine::start_with(EngineOptions {
            discovery: Some(Multicast::shared()),
        })?;
        let way = way(args, front_end)?;
        let mut session = enter(&engine, args, role, preface, way, front_end).await?;
        if let Some(language) = language {
            session.code.begin(&session.handle, language).await?;
        }
        let signals =
            Signals::listen().map_err(|error| system("Signals could not be listened for", &error))?;
        Ok(match front_end {
            FrontEnd::Json => json::run(session, signals).await,
            FrontEnd::Plain => plain::run(session, signals).await,
            FrontEnd::Screen => tui::run(session, signals).await?,
        })
    });
    match exit {
        Ok(exit) => exit,
        Err(Stop::Refused(error)) => refuse(error, front_end),
        Err(Stop::Declined) => {
            eprintln!("Then not. Nobody was contacted.");
            Exit::Left
        }
    }
}

async fn enter(
    engine: &Engine,
    args: &RoomArgs,
    role: Role,
    preface: Vec<String>,
    way: Way,
    front_end: FrontEnd,
) -> Result<Session, Stop> {
    let options = options(args, &OwnTracker::of(args, role), front_end)?;
    consent::settle(
        args,
        &options,
        way.trackers(),
        way.is_native(),
        &preface,
        front_end,
    )?;
    let handle = match way {
        Way::Code { text } => {
            let invite = code::try_it(engine, &text, &options, front_end).await?;
            let (invite, password) = join::admit(invite, args, front_end)?;
            engine.enter(invite, RoomOptions { password, ..options }).await?
        }
        Way::Enter { invite, password } => {
            let options = RoomOptions { password, ..options };
            engine.enter(invite, options).await?
        }
        Way::Manual { text, password } => by_code(engine, &text, options, password, front_end).await?,
        Way::Open { native, password } => {
            let options = RoomOptions { password, ..options };
            engine.open_native(native, options).await?
        }
    };
    let events = handle.subscribe();
    tokio::spawn(network::watch(handle.clone()));
    let links = Links::of(handle.invite());
    if let Some(file) = &args.qr {
        links.save_picture(file)?;
    }
    let limit = TimeLimit::from_now(args.seconds);
    Ok(Session {
        engine: engine.clone(),
        handle,
        events,
        links,
        preface,
        limit,
        code: Shown::default(),
    })
}

/// Shows a code in return for one, and waits until the other device has taken it.
async fn by_code(
    engine: &Engine,
    text: &str,
    options: RoomOptions,
    password: Box<dyn FnOnce() -> Result<SecretString, Error>>,
    front_end: FrontEnd,
) -> Result<RoomHandle, Error> {
    let join = engine.join_manual(text, options).await?;
    let code = join.answer();
    if front_end == FrontEnd::Json {
        json::print(&Row::Manual {
            qr: json::modules(&code.matrix),
            text: code.text.clone(),
        });
    } else {
        println!("Show this code to whoever showed you theirs, or send them the text below it:");
        println!("{}", plain::picture(&code.matrix).unwrap_or_else(|why| why));
        println!("Code: {}", code.text);
        println!("Waiting until it is taken there; Ctrl-C gives up.");
    }
    match join.room(None).await {
        Err(error) if error.kind == ErrorKind::NeedsPassword => join.room(Some(password()?)).await,
        entered => entered,
    }
}

/// Nothing beyond this network is contacted.
pub fn is_local(args: &RoomArgs) -> bool {
    args.local || (args.lan && args.tracker.is_empty())
}

/// A tracker of our own, for whom.
enum OwnTracker {
    /// Nobody: others are named, by the person or by the link.
    No,
    /// For this machine, and its network if others there may find it.
    Machine,
    /// For every device of this network.
    Network,
}

impl OwnTracker {
    fn of(args: &RoomArgs, role: Role) -> Self {
        match (args.lan, args.local && args.tracker.is_empty(), role) {
            (true, _, _) => Self::Network,
            (false, true, Role::Opens) => Self::Machine,
            _ => Self::No,
        }
    }
}

fn options(args: &RoomArgs, tracker: &OwnTracker, front_end: FrontEnd) -> Result<RoomOptions, Error> {
    let bind = match tracker {
        // Bound to that one address: a tracker for this network must not face the internet.
        OwnTracker::Network => Some(net::lan_address().ok_or_else(no_network)?),
        OwnTracker::Machine if args.no_lan => Some(Ipv4Addr::LOCALHOST.into()),
        OwnTracker::Machine => Some(net::lan_address().unwrap_or(Ipv4Addr::LOCALHOST.into())),
        OwnTracker::No => None,
    };
    let proxy = args
        .proxy
        .as_deref()
        .map(|url| password::proxy(url, front_end.may_ask()));
    Ok(RoomOptions {
        name: args.name.clone(),
        trackers: args.tracker.clone(),
        ice_servers: ice_servers(args)?,
        relay_config: relay::list(&args.relay),
        local: is_local(args),
        no_lan: args.no_lan,
        embedded_tracker: bind.map(|address| SocketAddr::new(address, 0)),
        route: Some(args.route.into()),
        proxy: proxy.transpose()?,
        dht: (!args.dht.is_empty()).then(|| named(&args.dht)),
        nostr: (!args.nostr.is_empty()).then(|| named(&args.nostr)),
        relay_for_others: args.relay_for_others,
        ..RoomOptions::default()
    })
}

/// What was named, without the word that nobody is.
fn named(urls: &[String]) -> Vec<String> {
    urls.iter().filter(|url| *url != "none").cloned().collect()
}

/// The STUN servers named, or the usual ones; and the TURN servers named.
fn ice_servers(args: &RoomArgs) -> Result<Option<Vec<IceServer>>, Error> {
    let turn = relay::servers(&args.relay)?;
    if args.stun.is_empty() && turn.is_empty() {
        return Ok(None);
    }
    let mut servers = Vec::new();
    if args.stun.is_empty() && !is_local(args) {
        servers = dayfly_core::defaults::ice_servers();
    }
    for url in named(&args.stun) {
        let url = if url.contains(':') {
            url
        } else {
            format!("stun:{url}")
        };
        servers.push(IceServer::stun(url));
    }
    servers.extend(turn);
    Ok(Some(servers))
}

/// Says why there is no room, to whoever is there.
pub fn refuse(error: Error, front_end: FrontEnd) -> Exit {
    let exit = match error.kind {
        ErrorKind::System
        | ErrorKind::Internal
        | ErrorKind::Busy
        | ErrorKind::Ended
        | ErrorKind::CodeInterference => Exit::Failed,
        ErrorKind::NobodyThere => Exit::Alone,
        ErrorKind::WrongCode => Exit::WrongPassword,
        _ => Exit::Usage,
    };
    if front_end == FrontEnd::Json {
        json::print(&Row::error(None, error));
    } else {
        eprintln!("{}", error.message);
        if let Some(hint) = error.hint {
            eprintln!("{hint}");
        }
    }
    exit
}

fn no_network() -> Error {
    Error {
        kind: ErrorKind::BadOption,
        message: "This device has no address on a local network, so others could not reach a \
                  tracker on it."
            .into(),
        hint: Some("Join a Wi-Fi or wired network, or use --local for this machine alone.".into()),
    }
}

/// The system refused something.
pub fn system(what: &str, error: &std::io::Error) -> Error {
    Error {
        kind: ErrorKind::System,
        message: format!("{what}: {error}."),
        hint: None,
    }
}
