//! `dayfly doctor`: what this network allows, in words. The looking is the core's.

use crate::args::DoctorArgs;
use crate::exit::Exit;
use crate::json::Row;
use crate::relay;
use crate::report::Report;
use dayfly_core::doctor::{self, Targets, What};
use dayfly_core::engine::Error;

/// Looks, and says what was found.
pub fn run(args: &DoctorArgs) -> Exit {
    let mut targets = if args.local {
        Targets::nobody()
    } else {
        Targets::public()
    };
    if !args.tracker.is_empty() {
        targets.trackers.clone_from(&args.tracker);
    }
    if !args.stun.is_empty() {
        targets.stun = args.stun.iter().filter(|url| *url != "none").cloned().collect();
    }
    Report::run(args.json, |report| async move {
        targets.turn = relay::servers(&args.relay)?;
        report.remark(&asked(&targets));
        let findings = doctor::examine(&targets, crate::open::seed()?).await;
        for finding in &findings {
            let mark = if finding.ok { "yes" } else { " no" };
            let row = Row::Finding {
                finding: finding.clone(),
            };
            report.tell(&row, &format!("{mark}  {}", finding.sentence));
        }
        let any = |what| findings.iter().any(|finding| finding.what == what && finding.ok);
        let all = |what| findings.iter().all(|finding| finding.what != what || finding.ok);
        let meets = targets.trackers.is_empty() || any(What::Tracker);
        let relayed = any(What::Turn);
        let reaches = targets.stun.is_empty() || all(What::Udp) || relayed;
        let verdict = match (meets, reaches) {
            (true, true) => "A room can work from here.",
            (false, _) => "No tracker answers, so nobody can be met from here. On one network, try --lan.",
            (true, false) => {
                "UDP does not get through, so a direct way to others is unlikely. A TURN server can \
                 help: --turn."
            }
        };
        Ok::<_, Error>(report.verdict(meets && reaches, verdict.into()))
    })
}

/// Who is about to be contacted.
fn asked(targets: &Targets) -> String {
    let all: Vec<_> = targets
        .trackers
        .iter()
        .chain(&targets.stun)
        .map(String::as_str)
        .chain(targets.turn.iter().map(|server| server.url.as_str()))
        .collect();
    if all.is_empty() {
        "Looking at this device alone; nobody is contacted.".into()
    } else {
        format!("Asking {}.", all.join(", "))
    }
}
