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
        (Trust::New, _) => "new here",
        (Trust::Known, _) => "known from earlier",
        (Trust::Verified, _) => "verified by you",
    }
}

/// The same at length, for whoever asks.
pub fn trust_meaning(member: &Member) -> &'static str {
    match member.trust {
        Trust::None => "Not even its own signature fits",
        Trust::Claimed => "It brought a key, which anybody can",
        Trust::Unverified => "It owns this key on this connection; nothing else was checked",
        Trust::New => "It has the link and owns this key; whose it is was not checked",
        Trust::Known => "The same key was here earlier in this room; whose it is was not checked",
        Trust::Verified => "You compared codes with whoever owns this key",
    }
}

/// What else is to be known about a member, each in a few words.
pub fn remarks(member: &Member) -> Vec<String> {
    let mut remarks: Vec<String> = Vec::new();
    let mut add = |holds: bool, words: &str| {
        if holds {
            remarks.push(words.into());
        }
    };
    add(member.owner, "owner");
    add(member.muted, "muted by the owner");
    add(member.blocked, "blocked by you");
    add(member.was_native, "was a Dayfly, speaks as a page now");
    add(member.same_key, "shows the same key as another member");
    add(member.same_name, "another member has a name like this");
    if let Some(did) = &member.kept {
        remarks.push(format!("keeps the identity {}", text::one_line(did)));
    }
    remarks
}

/// How a member is connected, in words.
pub fn way(member: &Member) -> &'static str {
    match (member.state, member.via) {
        (MemberState::Connecting, _) => "connecting",
        (MemberState::Reconnecting, _) => "does not answer at present",
        (MemberState::Background, _) => "in the background",
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

const SAME_NAME: &str =
    "has a name like another member's: tell the two apart by what stands in the brackets.";

const WAS_NATIVE: &str = "was a Dayfly and speaks as a page now: what was checked holds no more, and its direct \
                          thread stays shut.";

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
    if member.same_name {
        lines.push(Line::warning(format!("{who} {SAME_NAME}")));
    }
    if member.was_native {
        lines.push(Line::warning(format!("{who} {WAS_NATIVE}")));
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
            MemberState::Background => {
                format!("{who} has the room in the background; what you say is brought there.")
            }
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
        let words = format!("{who}: {}.", trust(new));
        lines.push(if old.trust == Trust::Verified {
            Line::warning(words)
        } else {
            Line::info(words)
        });
    }
    if new.same_key && !old.same_key {
        lines.push(Line::warning(format!("{who} {SAME_KEY}")));
    }
    if new.same_name && !old.same_name {
        lines.push(Line::warning(format!("{who} {SAME_NAME}")));
    }
    if new.was_native && !old.was_native {
        lines.push(Line::warning(format!("{who} {WAS_NATIVE}")));
    }
    for (was, is, on, off) in [
        (old.muted, new.muted, "was muted by the owner", "is heard again"),
        (
            old.blocked,
            new.blocked,
            "was blocked by you",
            "is no longer blocked",
        ),
    ] {
        if was != is {
            lines.push(Line::info(format!("{who} {}.", if is { on } else { off })));
        }
    }
    lines
}
