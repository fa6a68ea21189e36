//! The command line: what can be asked for, and nothing of how it is done.
//!
//! Every option's help is a sentence for people. No option takes a password: argv is visible to
//! every user of the machine.

use clap::{Args, Parser, Subcommand};
use dayfly_core::proto::room::HistoryPolicy;
use dayfly_core::proto::room::code::CodeLanguage;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A room that lives as long as the conversation.
#[derive(Debug, Parser)]
#[command(name = "dayfly", version, about, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do; without one, a room is opened.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EXIT_CODES: &str = "\
Exit codes: 0 left, 1 something broke or somebody else answers for a code, 2 usage, a bad link or
code, 3 met nobody before --for ran out or nobody shows the code, 4 wrong password or code, 5 the room was closed or you were removed.

Passwords never stand on the command line: dayfly asks for them, or takes them from
DAYFLY_PASSWORD or a file.";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open a room and show its link and QR code: a native room, or with --web one for browsers
    Open(OpenArgs),
    /// Join a room by its link, by a short code like 4821-tulip-anchor, or by a picture of its QR code
    Join(JoinArgs),
    /// Run a WebTorrent tracker, the place where members of a room find each other
    Tracker(TrackerArgs),
    /// Let three members meet, talk and part on this machine alone, and say how long it took
    Demo(ReportArgs),
    /// Say in words what this network allows
    Doctor(DoctorArgs),
}

/// Options of `join`.
#[derive(Debug, Args)]
pub struct JoinArgs {
    /// The link, a short code, a PNG picture of the QR code, or `-` to read link or code from the
    /// standard input, which keeps it out of the list of processes
    #[arg(value_name = "LINK|CODE|QR-IMAGE.png")]
    pub invite: String,
    /// The options that `open` has too.
    #[command(flatten)]
    pub room: RoomArgs,
}

/// Options of `open`.
#[derive(Debug, Default, Args)]
pub struct OpenArgs {
    /// Open a native room, which only Dayflies can join; the default unless --web is given
    #[arg(long, conflicts_with = "web")]
    pub native: bool,
    /// What is told again, in a native room: nothing, what a member missed while it was away, or
    /// to newcomers too the last so many messages, up to 1000 [default: members]
    #[arg(long, value_name = "off|members|N", conflicts_with = "web", value_parser = history)]
    pub history: Option<HistoryPolicy>,
    /// Let the messages of a native room vanish so long after they were sent, 5 to 86400
    #[arg(long, value_name = "SECONDS", conflicts_with = "web",
          value_parser = clap::value_parser!(u32).range(5..=86_400))]
    pub expire: Option<u32>,
    /// A name for a native room, shown to whoever has the link; anybody who passes it on can
    /// change it
    #[arg(long, value_name = "NAME", conflicts_with = "web")]
    pub title: Option<String>,
    /// Let the members of a native room see what each has read, unless they say no
    #[arg(long, conflicts_with = "web")]
    pub receipts: bool,
    /// Show a short code besides, like 4821-tulip-anchor: for one person and ten minutes. LANG is
    /// en, id, ar, uk, es or de [default: that of the terminal, else en]
    #[arg(long, value_name = "LANG", num_args = 0..=1, value_parser = code_language)]
    pub code: Option<Option<CodeLanguage>>,
    /// The options that `join` has too.
    #[command(flatten)]
    pub room: RoomArgs,
}

/// The language of a code's words.
fn code_language(text: &str) -> Result<CodeLanguage, String> {
    CodeLanguage::of(text).ok_or_else(|| "it is en, id, ar, uk, es or de".into())
}

/// What a native room tells again.
fn history(text: &str) -> Result<HistoryPolicy, String> {
    match (text, text.parse()) {
        ("off", _) => Ok(HistoryPolicy::Off),
        ("members", _) => Ok(HistoryPolicy::Members),
        (_, Ok(count @ 1..=1_000)) => Ok(HistoryPolicy::Items(count)),
        _ => Err("it is off, members, or a number from 1 to 1000".into()),
    }
}

/// Which ways connections may take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum RouteArg {
    /// Directly where that works, else through the TURN server, if there is one
    #[default]
    Auto,
    /// Directly or not at all
    Direct,
    /// Through the TURN server or not at all
    Relay,
}

impl From<RouteArg> for dayfly_core::link::Route {
    fn from(route: RouteArg) -> Self {
        match route {
            RouteArg::Auto => Self::Automatic,
            RouteArg::Direct => Self::DirectOnly,
            RouteArg::Relay => Self::RelayOnly,
        }
    }
}

/// Relays, for whoever connects or looks.
#[derive(Debug, Default, Args)]
pub struct RelayArgs {
    /// Relay through this TURN server where no direct way is found: turn:HOST:PORT,
    /// turn:HOST:PORT?transport=tcp or turns:HOST:PORT; repeat for several ways to it
    #[arg(long, value_name = "URL", requires = "turn_key")]
    pub turn: Vec<String>,
    /// User name at the TURN server
    #[arg(long, value_name = "USER", requires = "turn")]
    pub turn_user: Option<String>,
    /// File whose first line is the password at the TURN server
    #[arg(long, value_name = "FILE", requires = "turn_user", group = "turn_key")]
    pub turn_password_file: Option<PathBuf>,
    /// File whose first line is the secret that the TURN server shares with its users; passwords
    /// that end after a day are made of it
    #[arg(long, value_name = "FILE", requires = "turn", group = "turn_key")]
    pub turn_secret_file: Option<PathBuf>,
    /// SHA-256 of the TURN server's public key, instead of the public authorities, for turns:
    #[arg(long, value_name = "HEX", requires = "turn")]
    pub turn_pin: Option<String>,
    /// Fetch a list of relays from this https address, and again before it runs out
    #[arg(long, value_name = "URL", requires = "relay_pin")]
    pub relay_config: Option<String>,
    /// SHA-256 of the public key of the server of that list
    #[arg(long, value_name = "HEX", requires = "relay_config")]
    pub relay_pin: Option<String>,
}

/// Options of `open` and `join`.
#[derive(Debug, Default, Args)]
pub struct RoomArgs {
    /// Let browsers join, through the page at ORIGIN; repeat for several pages at once [default
    /// ORIGIN: https://chitchatter.im]
    #[arg(long, value_name = "ORIGIN", num_args = 0..=1, default_missing_value = "",
          action = clap::ArgAction::Append)]
    pub web: Vec<String>,
    /// Ask for a password: to protect a room that is opened, or to join one that has one. It is
    /// asked for, or taken from DAYFLY_PASSWORD; it never stands here
    #[arg(long, visible_alias = "password")]
    pub private: bool,
    /// Take the password from the first line of FILE, or of the standard input with `-`
    #[arg(long, value_name = "FILE|-")]
    pub password_file: Option<PathBuf>,
    /// Your name in the room [default: a made-up one]
    #[arg(long, default_value = "", hide_default_value = true)]
    pub name: String,
    /// Meet at this tracker instead of the usual ones; repeat for several
    #[arg(long, value_name = "URL")]
    pub tracker: Vec<String>,
    /// Enter the DHT at this node instead of the usual ones, to meet there too; repeat for several;
    /// `none` leaves the DHT out
    #[arg(long, value_name = "HOST:PORT|none")]
    pub dht: Vec<String>,
    /// Meet at this Nostr relay too, in native rooms, instead of the usual ones; repeat for
    /// several; `none` asks none. With --tracker there are no usual ones
    #[arg(long, value_name = "URL|none", conflicts_with = "web")]
    pub nostr: Vec<String>,
    /// Ask this STUN server for your public address instead of the usual ones; `none` asks nobody
    #[arg(long, value_name = "URL|none")]
    pub stun: Vec<String>,
    /// Relays
    #[command(flatten)]
    pub relay: RelayArgs,
    /// Which ways connections may take: whichever works, never through a relay, or only through
    /// the TURN server, so that the others do not learn your address
    #[arg(long, value_name = "WAYS", default_value = "auto")]
    pub route: RouteArg,
    /// Reach places to meet through this proxy, socks5://HOST:PORT (Tor, say) or http://HOST:PORT;
    /// before the host may stand USER@, whose password is asked for or taken from
    /// DAYFLY_PROXY_PASSWORD
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
    /// Relay datagrams for two members of a native room who cannot reach each other, if this device
    /// has an address on the open internet: at most 256 MB, 256 KB a second. You learn who exchanges
    /// how much with whom, never what
    #[arg(long, conflicts_with = "web")]
    pub relay_for_others: bool,
    /// Contact nothing beyond this machine and its network
    #[arg(long)]
    pub local: bool,
    /// Name a tracker of our own in the link, for other devices of this network: where they cannot
    /// find each other, they find that
    #[arg(long)]
    pub lan: bool,
    /// Do not look for others on this network, and let nobody there find this device
    #[arg(long, conflicts_with = "lan")]
    pub no_lan: bool,
    /// Speak JSON, one object a line, as cli/contract.json says
    #[arg(long, conflicts_with = "plain")]
    pub json: bool,
    /// Print plain lines, one an event, for screen readers and pipes
    #[arg(long)]
    pub plain: bool,
    /// Agree in advance to what the places to meet learn
    #[arg(long)]
    pub yes: bool,
    /// Leave after this many seconds
    #[arg(long = "for", value_name = "SECONDS")]
    pub seconds: Option<u64>,
    /// Save a picture of the QR code here
    #[arg(long, value_name = "FILE.png")]
    pub qr: Option<PathBuf>,
}

/// Options of `tracker`.
#[derive(Debug, Args)]
pub struct TrackerArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
    /// Speak JSON, one object a line, as cli/contract.json says
    #[arg(long)]
    pub json: bool,
}

/// Options of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Look at this tracker instead of the usual ones; repeat for several
    #[arg(long, value_name = "URL")]
    pub tracker: Vec<String>,
    /// Ask this STUN server instead of the usual ones; `none` asks nobody
    #[arg(long, value_name = "URL|none")]
    pub stun: Vec<String>,
    /// Relays
    #[command(flatten)]
    pub relay: RelayArgs,
    /// Contact nobody who is not named
    #[arg(long)]
    pub local: bool,
    /// Speak JSON, one object a line, as cli/contract.json says
    #[arg(long)]
    pub json: bool,
}

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Speak JSON, one object a line, as cli/contract.json says
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn try_open(args: &[&str]) -> Option<OpenArgs> {
        let argv = ["dayfly", "open"].iter().chain(args);
        match Cli::try_parse_from(argv).ok()?.command {
            Some(Command::Open(open)) => Some(open),
            other => panic!("{other:?}"),
        }
    }

    fn open(args: &[&str]) -> RoomArgs {
        try_open(args).unwrap().room
    }

    #[test]
    fn what_only_native_rooms_have_goes_with_no_page() {
        let open = try_open(&[
            "--history",
            "20",
            "--expire",
            "60",
            "--title",
            "Tea",
            "--receipts",
        ])
        .unwrap();
        assert_eq!(open.history, Some(HistoryPolicy::Items(20)));
        assert_eq!(
            (open.expire, open.title.as_deref(), open.receipts),
            (Some(60), Some("Tea"), true)
        );
        for wrong in [
            &["--native", "--web"][..],
            &["--web", "--history", "off"],
            &["--history", "0"],
            &["--history", "1001"],
            &["--history", "some"],
            &["--expire", "4"],
            &["--expire", "86401"],
        ] {
            assert!(try_open(wrong).is_none(), "{wrong:?}");
        }
        assert!(try_open(&["--native", "--history", "off"]).is_some());
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn web_may_stand_alone_and_repeat() {
        assert!(open(&[]).web.is_empty());
        assert_eq!(open(&["--web", "--name", "Ada"]).web, [""]);
        let two = open(&["--web", "https://a.example", "--web", "https://b.example"]);
        assert_eq!(two.web, ["https://a.example", "https://b.example"]);
    }

    #[test]
    fn a_turn_server_needs_its_credentials() {
        let argv = ["dayfly", "open", "--turn", "turn:relay.example"];
        assert!(Cli::try_parse_from(argv).is_err());
    }

    #[test]
    fn no_option_takes_a_password() {
        for command in Cli::command().get_subcommands() {
            for arg in command.get_arguments() {
                let name = arg.get_id().as_str();
                assert!(!name.contains("password") || name.ends_with("_file"), "{name}");
            }
        }
    }
}
