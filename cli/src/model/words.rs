//! The words for members and places to meet. Only what was checked is called anything better than
//! claimed.

use super::Line;
use crate::text;
use dayfly_core::proto::room::{
    Member, MemberKind, MemberState, RendezvousState, RendezvousStatus, Trust, Via,
};

/// A name fit to be shown. One that holds signs which our own labels are made of is quoted, so
/// that no name can pass for a label.
pub fn name(raw: &str) -> String {
    let shown = text::one_line(raw);
    if shown.trim().is_empty() {
        "(no name)".into()
    } else if shown.contains(['(', ')', ':', ',', '"']) {
        quoted(&shown)
    } else {
        shown
    }
}

/// A name in quotation marks, which it cannot end.
pub fn quoted(raw: &str) -> String {
    format!("\"{}\"", text::one_line(raw).replace('"', "'"))
}

/// Name and short fingerprint. The short one tells two people of one name apart at a glance; it
/// proves nothing, which is what the whole one in `/who` is for.
pub fn label(member: &Member) -> String {
    labelled(&member.name, &member.fingerprint)
}

/// [`label`], where there is no row.
pub fn labelled(raw: &str, fingerprint: &str) -> String {
    match short(fingerprint) {
        "" => format!("{} (no key)", name(raw)),
        short => format!("{} ({short})", name(raw)),
    }
}

/// The first group of a fingerprint.
pub fn short(fingerprint: &str) -> &str {
    fingerprint.split('-').next().unwrap_or_default()
}

/// What was checked about a member, in words.
pub fn trust(member: &Member) -> &'static str {
    match (member.trust, member.kind) {
        (Trust::None, _) => "its signature is wrong",
        (Trust::Claimed, _) => "its key is claimed, not proven",
        (Trust::Unverified, _) => "not verified",
        (Trust::New, _) => "seen for the first time",
        (Trust::Known, _) => "seen before",
        (Trust::Verified, _) => "verified by you",
    }
}

/// How a member is connected, in words.
pub fn way(member: &Member) -> &'static str {
    match (member.state, member.via) {
        (MemberState::Connecting, _) => "connecting",
        (MemberState::Reconnecting, _) => "does not answer at present",
        (MemberState::Here, Some(Via::Direct)) => "direct",
        (MemberState::Here, Some(Via::Relay)) => "relayed",
        (MemberState::Here, None) => "connected",
    }
}

/// How a member speaks, in words.
pub fn kind(member: &Member) -> &'static str {
    match member.kind {
        MemberKind::Web => "web page",
        MemberKind::Native => "Dayfly",
    }
}

/// A place to meet and its state, as a sentence.
pub fn meeting_place(status: &RendezvousStatus) -> String {
    let place = match &status.url {
        Some(url) => format!("{} {}", text::one_line(&status.backend), text::one_line(url)),
        None => text::one_line(&status.backend),
    };
    let state = match status.state {
        RendezvousState::Connecting => "is being reached",
        RendezvousState::Up => "is up",
        RendezvousState::Waiting => "does not answer and will be tried again",
        RendezvousState::Down => "was given up",
    };
    match &status.detail {
        Some(detail) => format!("The {place} {state}: {}", text::one_line(detail)),
        None => format!("The {place} {state}."),
    }
}

const SAME_KEY: &str = "shows the same key as another member: at least one of them is not who it seems.";

/// What is said of a member that came.
pub fn arrival(member: &Member) -> Vec<Line> {
    let who = label(member);
    let mut lines = vec![Line::info(format!(
        "{who} is here: {}, {}, {}.",
        kind(member),
        trust(member),
        way(member)
    ))];
    if member.same_key {
        lines.push(Line::warning(format!("{who} {SAME_KEY}")));
    }
    lines
}

/// What is said of a row that changed.
pub fn changes(old: &Member, new: &Member) -> Vec<Line> {
    if old.state == MemberState::Connecting {
        return if new.state == MemberState::Connecting {
            Vec::new()
        } else {
            arrival(new)
        };
    }
    let mut lines = Vec::new();
    let who = label(new);
    if old.name != new.name {
        lines.push(Line::info(format!(
            "{} is now called {}.",
            label(old),
            name(&new.name)
        )));
    }
    if old.state != new.state {
        lines.push(Line::info(match new.state {
            MemberState::Here => format!("{who} is back."),
            MemberState::Reconnecting | MemberState::Connecting => {
                format!("{who} does not answer at present.")
            }
        }));
    }
    if old.via != new.via && new.state == MemberState::Here {
        match new.via {
            Some(Via::Direct) => lines.push(Line::info(format!("{who} is now connected directly."))),
            Some(Via::Relay) => lines.push(Line::info(format!("{who} is now reached through a relay."))),
            None => {}
        }
    }
    if old.trust != new.trust || old.fingerprint != new.fingerprint {
        lines.push(Line::info(format!("{who}: {}.", trust(new))));
    }
    if new.same_key && !old.same_key {
        lines.push(Line::warning(format!("{who} {SAME_KEY}")));
    }
    lines
}
