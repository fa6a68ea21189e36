//! Before anybody outside is contacted, the person hears once what they will learn, and agrees.

use crate::args::RoomArgs;
use crate::session::{FrontEnd, Stop, is_local};
use crate::{stdin, text};
use dayfly_core::defaults;
use dayfly_core::engine::{Error, ErrorKind, RoomOptions};
use dayfly_core::link::Route;
use std::io::Write;

/// Goes on when there is nothing to agree to, when it was agreed to in advance, or when the
/// person agrees now.
///
/// # Errors
/// [`Stop::Refused`] when nobody is there to ask, [`Stop::Declined`] when the answer is no.
pub fn settle(
    args: &RoomArgs,
    options: &RoomOptions,
    trackers: &[String],
    native: bool,
    preface: &[String],
    front_end: FrontEnd,
) -> Result<(), Stop> {
    let relays = native && options.nostr.is_none() && options.trackers.is_empty() && trackers.is_empty();
    // Whoever stays local meets no stranger.
    if args.yes || is_local(args) {
        return Ok(());
    }
    // Whoever names a tracker knows whom to trust there; the rest is said all the same.
    if !args.tracker.is_empty() {
        if front_end.may_ask() {
            sentences(options, trackers, relays)
                .iter()
                .skip(1)
                .for_each(|sentence| eprintln!("{sentence}"));
        }
        return Ok(());
    }
    if !front_end.may_ask() {
        return Err(Stop::Refused(Error {
            kind: ErrorKind::BadOption,
            message: "Public trackers would learn this device's address, and nobody agreed to \
                      that yet."
                .into(),
            hint: Some(
                "Add --yes to agree, --local to stay on this network, or --tracker URL to meet at \
                 a tracker of your own."
                    .into(),
            ),
        }));
    }
    let mut out = std::io::stderr().lock();
    let columns = crossterm::terminal::size().map_or(80, |(columns, _)| usize::from(columns));
    for sentence in preface.iter().chain(&sentences(options, trackers, relays)) {
        for row in text::wrap(sentence, columns.clamp(20, 100), 0) {
            let _ = writeln!(out, "{row}");
        }
        let _ = writeln!(out);
    }
    let _ = write!(out, "Go on? [y/N] ");
    let _ = out.flush();
    drop(out);
    match stdin::ask_line() {
        Ok(answer) if matches!(answer.trim(), "y" | "Y" | "yes" | "Yes") => Ok(()),
        _ => Err(Stop::Declined),
    }
}

/// Who is contacted, and what they learn.
fn sentences(options: &RoomOptions, trackers: &[String], relays: bool) -> Vec<String> {
    let mut said = defaults::before_first_announce();
    if !trackers.is_empty()
        && let Some(first) = said.first_mut()
    {
        let named: Vec<_> = trackers.iter().map(|url| text::one_line(url)).collect();
        *first = format!(
            "To meet the others, this device asks the trackers that the link names: {}. They learn \
             its internet address and how long it is in the room; they cannot read what is said.",
            named.join(", ")
        );
    }
    if options.dht.is_some()
        || options.proxy.is_some()
        || !trackers.is_empty()
        || !options.trackers.is_empty()
        || options.route == Some(Route::RelayOnly)
    {
        // The person chose the nodes, or it is not entered.
        said.retain(|sentence| *sentence != defaults::before_the_dht());
    }
    let relay_only = options.route == Some(Route::RelayOnly);
    if (options.ice_servers.is_some() || relay_only) && said.len() > 1 {
        // The person chose who is asked for the address, or nobody is.
        said.remove(1);
    }
    if relay_only && let Some(last) = said.last_mut() {
        *last = "Members of the room learn the relay's address and not this device's. The relay learns \
                 this device's address, the addresses of what it relays for, when and how much; it \
                 cannot read what is said. Nobody else is contacted."
            .to_owned();
    }
    if !(options.no_lan || options.proxy.is_some() || relay_only) {
        let at = said.len().saturating_sub(1);
        said.insert(at, format!("{} --no-lan leaves that out.", defaults::LAN_LEARNS));
    }
    if relays {
        said.insert(1, defaults::before_first_relay());
    }
    said
}
