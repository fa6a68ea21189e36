//! The command line: what can be asked for, and nothing of how it is done.
//!
//! Every option's help is a sentence for people. No option takes a password: argv is visible to
//! every user of the machine.

use clap::{Args, Parser, Subcommand};
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
Exit codes: 0 left, 1 something broke, 2 usage or a bad link, 3 met nobody before --for ran out,
4 wrong password, 5 the room was closed or you were removed.

Passwords never stand on the command line: dayfly asks for them, or takes them from
DAYFLY_PASSWORD or a file.";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open a room and show its link and QR code
    Open(RoomArgs),
    /// Join a room by its link or by a picture of its QR code
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
    /// The link, a PNG picture of the QR code, or `-` to read the link from the standard input,
    /// which keeps it out of the list of processes
    #[arg(value_name = "LINK|QR-IMAGE.png")]
    pub invite: String,
    /// The options that `open` has too.
    #[command(flatten)]
    pub room: RoomArgs,
}

/// Options of `open` and `join`.
#[derive(Debug, Default, Args)]
pub struct RoomArgs {
    /// Let browsers join, through the page at ORIGIN; repeat for several pages at once [default
    /// ORIGIN: https://chitchatter.im]
    #[arg(long, value_name = "ORIGIN", num_args = 0..=1, default_missing_value = "",
          action = clap::ArgAction::Append)]
    pub web: Vec<String>,
    /// Protect the room with a password
    #[arg(long)]
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
    /// Ask this STUN server for your public address instead of the usual ones; `none` asks nobody
    #[arg(long, value_name = "URL|none")]
    pub stun: Vec<String>,
    /// Relay through this TURN server where no direct way is found
    #[arg(
        long,
        value_name = "URL",
        requires = "turn_user",
        requires = "turn_password_file"
    )]
    pub turn: Option<String>,
    /// User name at the TURN server
    #[arg(long, value_name = "USER", requires = "turn")]
    pub turn_user: Option<String>,
    /// File whose first line is the password at the TURN server
    #[arg(long, value_name = "FILE", requires = "turn")]
    pub turn_password_file: Option<PathBuf>,
    /// Contact nothing beyond this machine and its network
    #[arg(long)]
    pub local: bool,
    /// Offer other devices of this network a tracker of our own to meet at
    #[arg(long)]
    pub lan: bool,
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

    fn open(args: &[&str]) -> RoomArgs {
        let argv = ["dayfly", "open"].iter().chain(args);
        match Cli::try_parse_from(argv).unwrap().command {
            Some(Command::Open(room)) => room,
            other => panic!("{other:?}"),
        }
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
