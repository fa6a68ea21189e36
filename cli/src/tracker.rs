//! `dayfly tracker`: the embedded WebTorrent tracker by itself, until Ctrl-C.

use crate::args::TrackerArgs;
use crate::exit::Exit;
use crate::json::Row;
use crate::report::Report;
use crate::session::system;
use crate::signals::Signals;
use dayfly_core::rendezvous::tracker::Tracker;

/// Runs it.
pub fn run(args: &TrackerArgs) -> Exit {
    let listen = args.listen;
    Report::run(args.json, |report| async move {
        let mut signals =
            Signals::listen().map_err(|error| system("Signals could not be listened for", &error))?;
        let tracker = Tracker::bind(listen, crate::open::seed()?)
            .await
            .map_err(|error| system(&format!("The tracker cannot listen on {listen}"), &error))?;
        let url = tracker.url();
        let words =
            format!("The tracker listens on {url}\nMembers join with --tracker {url}; Ctrl-C ends it.");
        report.tell(&Row::Tracker { url }, &words);
        signals.leave().await;
        drop(tracker);
        report.remark("The tracker has ended. It kept nothing.");
        Ok(Exit::Left)
    })
}
