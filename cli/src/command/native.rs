//! The commands of native rooms as a person types them. Who may do what is the room's decision;
//! what it would refuse anyhow is refused here with a sentence that names the reason.

use super::{Typed, longest};
use crate::model::{self, Check, Model, With};
use crate::text;
use dayfly_core::proto::id::MessageId;
use dayfly_core::proto::room::{Command, Message};

/// Reads a command of native rooms; `None` when there is none of this name.
pub fn parse(word: &str, rest: &str, model: &Model) -> Option<Typed> {
    let typed = match word {
        "reply" => reply(rest, model),
        "react" | "unreact" => react(rest, word == "react", model),
        "edit" => edit(rest, model),
        "unsend" => on_message(rest, model, |m| m.mine && !m.unsent, "you have said nothing yet")
            .map(|id| Typed::Room(Command::Unsend { id })),
        "view" => on_message(
            rest,
            model,
            |m| m.view_once && !m.mine && !m.unsent,
            "nothing is here to be looked at once",
        )
        .map(|id| Typed::Room(Command::View { id })),
        "once" if rest.is_empty() => Err("/once needs the text that can be looked at once.".into()),
        "once" => Ok(Typed::Once(rest.into())),
        "verify" => member(rest, model).map(Typed::Verify),
        "group" => Ok(Typed::Group),
        "same" => check(rest, model, true).map(Typed::Same),
        "differ" => check(rest, model, true).map(Typed::Differ),
        "cancel" => check(rest, model, false).map(Typed::Cancel),
        "block" | "unblock" => member(rest, model).map(|member| {
            Typed::Room(Command::Block {
                member,
                on: word == "block",
            })
        }),
        "receipts" => switch(rest).map(|on| Typed::Room(Command::Receipts { on })),
        "manual" => Ok(Typed::Manual),
        "answer" if matches!(rest, "" | "-") => {
            Err("/answer needs the text of the code that was shown in return, or a picture's file.".into())
        }
        "answer" => Ok(Typed::Answer(rest.into())),
        "room" => Ok(Typed::Options),
        "panic" => Ok(Typed::Panic),
        _ => return owners(word, rest, model),
    };
    Some(typed.unwrap_or_else(Typed::Wrong))
}

/// What only the owner may do.
fn owners(word: &str, rest: &str, model: &Model) -> Option<Typed> {
    let read = || {
        Ok(Some(match word {
            "remove" => Command::Remove {
                member: member(rest, model)?,
            },
            "mute" | "unmute" => Command::Mute {
                member: member(rest, model)?,
                on: word == "mute",
            },
            "slow" => Command::Slow {
                seconds: seconds(rest)?,
            },
            "expire" => Command::Expire {
                seconds: seconds(rest)?,
            },
            "lock" | "unlock" => Command::Lock { on: word == "lock" },
            "handover" => Command::HandOver {
                member: member(rest, model)?,
            },
            "close" if rest == "now" => Command::Close,
            "close" => {
                return Err("This wipes the room on every device. /close now does it.".into());
            }
            _ => return Ok(None),
        }))
    };
    // Nobody is told how to write what is not theirs to do.
    let typed = match read() {
        Ok(None) => return None,
        Ok(Some(command)) => Ok(command),
        Err(why) => Err(why),
    };
    Some(match (model.not_owner(), typed) {
        (Some(why), _) => Typed::Wrong(why),
        (None, Ok(command)) => Typed::Room(command),
        (None, Err(why)) => Typed::Wrong(why),
    })
}

/// `#12` at the head of `rest`, and what follows it.
fn number(rest: &str) -> Option<(u32, &str)> {
    let after = rest.strip_prefix('#')?;
    let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    let number = after[..end].parse().ok()?;
    let rest = &after[end..];
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| (number, rest.trim()))
}

/// The message named by its number, or the newest that fits; and what follows.
fn message<'a>(
    rest: &'a str,
    model: &Model,
    fits: impl Fn(&Message) -> bool,
    none: &str,
) -> Result<(MessageId, &'a str), String> {
    let (found, text) = match number(rest) {
        Some((number, text)) => (
            model
                .numbered(number)
                .ok_or_else(|| format!("There is no message #{number} here."))?,
            text,
        ),
        None => (
            model
                .newest(fits)
                .ok_or_else(|| format!("That cannot be: {none}."))?,
            rest,
        ),
    };
    Ok((found.id.clone(), text))
}

fn on_message(
    rest: &str,
    model: &Model,
    fits: impl Fn(&Message) -> bool,
    none: &str,
) -> Result<MessageId, String> {
    match message(rest, model, fits, none)? {
        (id, "") => Ok(id),
        _ => Err("A message is named by the number before it, as in #12.".into()),
    }
}

const NOTHING_SAID: &str = "nobody has said anything yet";

fn reply(rest: &str, model: &Model) -> Result<Typed, String> {
    let (id, text) = message(rest, model, |m| !m.mine, NOTHING_SAID)?;
    match text {
        "" => Err("/reply needs the answer; /reply #12 TEXT answers message 12.".into()),
        text => Ok(Typed::Reply(id, text.into())),
    }
}

fn react(rest: &str, on: bool, model: &Model) -> Result<Typed, String> {
    let (id, emoji) = message(rest, model, |m| !m.mine && !m.unsent, NOTHING_SAID)?;
    match emoji {
        "" => Err("/react needs an emoji; /react #12 EMOJI reacts to message 12.".into()),
        emoji => Ok(Typed::Room(Command::React {
            id,
            emoji: emoji.into(),
            on,
        })),
    }
}

fn edit(rest: &str, model: &Model) -> Result<Typed, String> {
    let (id, text) = message(rest, model, |m| m.mine && !m.unsent, "you have said nothing yet")?;
    match text {
        "" => Err("/edit needs the new text; /edit #12 TEXT changes message 12.".into()),
        text => Ok(Typed::Room(Command::Edit {
            id,
            text: text.into(),
        })),
    }
}

/// The member that is all of `rest`.
fn member(rest: &str, model: &Model) -> Result<String, String> {
    match longest(rest, model.members()).as_slice() {
        _ if rest.is_empty() => Err("Which member? /who lists who is here.".into()),
        [] => Err("Nobody here is called that. /who lists who is here.".into()),
        [(member, "")] => Ok(member.id.0.clone()),
        [(member, _)] => Err(format!(
            "Only {} was understood of that; give the name alone.",
            model::label(member)
        )),
        _ => Err(super::SEVERAL.into()),
    }
}

/// The comparison that is meant: with the member named, or the only one there is.
fn check(rest: &str, model: &Model, to_compare: bool) -> Result<With, String> {
    let open: Vec<&Check> = model
        .checks()
        .iter()
        .filter(|check| !to_compare || check.to_compare())
        .collect();
    let with = match (rest, open.as_slice()) {
        (_, []) => return Err("No codes are being compared now. /verify NAME begins.".into()),
        ("", [check]) => return Ok(check.with.clone()),
        ("", _) => return Err("Several comparisons go on: name the member, or say group.".into()),
        ("group", _) => With::Group,
        (name, _) => With::Member(dayfly_core::proto::id::MemberId(member(name, model)?)),
    };
    if open.iter().any(|check| check.with == with) {
        Ok(with)
    } else {
        Err("No codes are being compared with that member now.".into())
    }
}

fn switch(rest: &str) -> Result<bool, String> {
    match rest {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("Say on or off.".into()),
    }
}

/// `off`, `30`, `30s`, `5m`, `2h`, `1d`.
fn seconds(rest: &str) -> Result<u32, String> {
    let wrong = || {
        format!(
            "{:?} is no time: say 30 for seconds, 5m, 2h, 1d, or off.",
            text::shorten(&text::one_line(rest), 20)
        )
    };
    if rest == "off" {
        return Ok(0);
    }
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let count: u32 = rest[..end].parse().map_err(|_| wrong())?;
    let unit = match rest[end..].trim() {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    count.checked_mul(unit).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::super::parse as read;
    use super::*;
    use crate::testing::{member as row, message as said, native};
    use dayfly_core::proto::id::MemberId;
    use dayfly_core::proto::room::{Event, Member, Message as Said, VerificationState};

    fn room(owner: bool) -> Model {
        let mut model = Model::default();
        let me = native(row("me", "Ada"));
        model.apply(&crate::testing::native_reset(me.clone(), owner));
        for (id, name) in [("b0b1", "Bob"), ("e0e0", "Eve")] {
            let member = native(row(id, name));
            model.apply(&Event::MemberJoined { member });
        }
        let say = |model: &mut Model, id: &str, from: &Member, mine| {
            let message = Said {
                mine,
                ..said(id, from, "words")
            };
            model.apply(&Event::Message { message });
        };
        say(&mut model, "m1", &native(row("b0b1", "Bob")), false);
        say(&mut model, "m2", &me, true);
        model
    }

    fn does(line: &str, model: &Model) -> Command {
        match read(line, model) {
            Typed::Room(command) => command,
            other => panic!("{line}: {other:?}"),
        }
    }

    fn refuses(line: &str, model: &Model, word: &str) {
        match read(line, model) {
            Typed::Wrong(why) => assert!(why.contains(word), "{line}: {why}"),
            other => panic!("{line}: {other:?}"),
        }
    }

    fn id(text: &str) -> MessageId {
        MessageId(text.into())
    }

    #[test]
    fn messages_are_named_by_number_or_are_the_newest_that_fits() {
        let model = room(false);
        assert_eq!(
            does("/react 👍", &model),
            Command::React {
                id: id("m1"),
                emoji: "👍".into(),
                on: true
            }
        );
        assert_eq!(
            does("/unreact #2 👍", &model),
            Command::React {
                id: id("m2"),
                emoji: "👍".into(),
                on: false
            }
        );
        assert_eq!(does("/unsend", &model), Command::Unsend { id: id("m2") });
        let new = Command::Edit {
            id: id("m2"),
            text: "new #1 words".into(),
        };
        assert_eq!(does("/edit new #1 words", &model), new);
        assert_eq!(
            read("/reply #1 yes", &model),
            Typed::Reply(id("m1"), "yes".into())
        );
        assert_eq!(
            read("/reply #1st is no number", &model),
            Typed::Reply(id("m1"), "#1st is no number".into())
        );
        refuses("/reply #9 yes", &model, "#9");
        refuses("/reply", &model, "needs the answer");
        refuses("/unsend now", &model, "#12");
        refuses("/view", &model, "nothing is here");
        refuses("/once", &model, "needs the text");
    }

    #[test]
    fn codes_are_shown_and_taken() {
        let model = room(false);
        assert_eq!(read("/manual", &model), Typed::Manual);
        let code = "dayfly:AEBAGBAF".to_owned();
        assert_eq!(read(&format!("/answer {code}"), &model), Typed::Answer(code));
        refuses("/answer", &model, "picture");
        refuses("/answer -", &model, "picture");
    }

    #[test]
    fn what_is_the_owners_says_whose_it_is() {
        let guest = room(false);
        for line in [
            "/remove Bob",
            "/mute Bob",
            "/slow 5",
            "/lock",
            "/expire 5m",
            "/close now",
        ] {
            refuses(line, &guest, "Only the room's owner");
        }
        assert!(matches!(read("/block Bob", &guest), Typed::Room(_)));
        let owner = room(true);
        let member = || "b0b1".to_owned();
        assert_eq!(does("/remove Bob", &owner), Command::Remove { member: member() });
        assert_eq!(
            does("/unmute b0b1", &owner),
            Command::Mute {
                member: member(),
                on: false
            }
        );
        assert_eq!(does("/expire 5m", &owner), Command::Expire { seconds: 300 });
        assert_eq!(does("/expire off", &owner), Command::Expire { seconds: 0 });
        assert_eq!(does("/slow 30", &owner), Command::Slow { seconds: 30 });
        assert_eq!(does("/close now", &owner), Command::Close);
        refuses("/close", &owner, "/close now");
        refuses("/expire soon", &owner, "no time");
        refuses("/expire 4294967295d", &owner, "no time");
        refuses("/remove Carol", &owner, "Nobody here");
        refuses("/remove Bob now", &owner, "give the name alone");
        let mut web = Model::default();
        web.apply(&crate::testing::reset(row("me", "Ada")));
        refuses("/lock", &web, "web room");
    }

    #[test]
    fn a_comparison_is_found_by_its_member_or_by_being_the_only_one() {
        let mut model = room(false);
        refuses("/same", &model, "/verify NAME");
        let compare = |model: &mut Model, id: &str| {
            model.apply(&Event::Verification {
                member: MemberId(id.into()),
                state: VerificationState::Compare,
                emoji: None,
                digits: Some("1234-5678-9012".into()),
            });
        };
        compare(&mut model, "b0b1");
        let bob = With::Member(MemberId("b0b1".into()));
        assert_eq!(read("/same", &model), Typed::Same(bob.clone()));
        compare(&mut model, "e0e0");
        refuses("/same", &model, "Several");
        assert_eq!(read("/differ Bob", &model), Typed::Differ(bob));
        refuses("/cancel group", &model, "No codes");
    }
}
