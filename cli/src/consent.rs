//! Before anybody outside is contacted, the person hears once what they will learn, and agrees.

use crate::args::RoomArgs;
use crate::session::{FrontEnd, Stop, is_local};
use crate::{stdin, text};
use dayfly_core::defaults;
use dayfly_core::engine::{Error, ErrorKind, RoomOptions, whom_it_contacts};
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
    // Whoever stays local meets no stranger.
    if args.yes || is_local(args) {
        return Ok(());
    }
    // Whoever names a tracker knows whom to trust there; the rest is said all the same.
    if !args.tracker.is_empty() {
        if front_end.may_ask() {
            sentences(options, trackers, native)
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
    for sentence in preface.iter().chain(&sentences(options, trackers, native)) {
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
fn sentences(options: &RoomOptions, trackers: &[String], native: bool) -> Vec<String> {
    let trackers: Vec<_> = trackers.iter().map(|url| text::one_line(url)).collect();
    let mut said = whom_it_contacts(options, &trackers, native);
    if let Some(lan) = said.iter_mut().find(|sentence| *sentence == defaults::LAN_LEARNS) {
        lan.push_str(" --no-lan leaves that out.");
    }
    said
}
