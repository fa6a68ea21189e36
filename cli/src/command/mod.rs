//! What a person types in the chat view or in plain mode: words, or a command behind a slash.

mod native;

use crate::model::{self, Line, Model, With};
use dayfly_core::proto::id::{MemberId, MessageId};
use dayfly_core::proto::room::code::CodeLanguage;
use dayfly_core::proto::room::{Command, Member, MemberKind};

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// Nothing.
    Nothing,
    /// Say this to everybody.
    Say(String),
    /// Say this to one member.
    Direct(MemberId, String),
    /// Take another name.
    Name(String),
    /// List who is here.
    Who,
    /// Show counters.
    Stats,
    /// Show the link and the QR code again.
    Link,
    /// Make a short code and show it.
    Code(CodeLanguage),
    /// End the short code.
    CodeStop,
    /// List the commands.
    Help,
    /// Leave the room.
    Leave,
    /// Say something that can be looked at once.
    Once(String),
    /// Answer a message.
    Reply(MessageId, String),
    /// Compare codes with a member, by its id.
    Verify(String),
    /// Compare one code with everybody.
    Group,
    /// The codes are the same.
    Same(With),
    /// The codes differ.
    Differ(With),
    /// Leave comparing for now.
    Cancel(With),
    /// Something else that only native rooms know.
    Room(Command),
    /// Show a code that asks for one in return.
    Manual,
    /// Take the code shown in return: its text, or a picture's file.
    Answer(String),
    /// Say how the room stands.
    Options,
    /// Wipe everything at once.
    Panic,
    /// It makes no sense; the sentence says why.
    Wrong(String),
}

/// The commands of every room, for `/help`.
const HELP: [&str; 10] = [
    "/help shows this.",
    "/name NAME takes another name.",
    "/dm NAME TEXT says something to one member only; the short fingerprint works as NAME too.",
    "/who lists who is here, with whole fingerprints.",
    "/stats shows counters and the places to meet.",
    "/link shows the link and the QR code again.",
    "/code shows a short code for one person, /code de in German; /code stop ends it.",
    "/leave leaves; so does Ctrl-C.",
    "//TEXT says TEXT with one slash in front.",
    "In the chat view PgUp and PgDn scroll, Alt-Enter begins a new line.",
];

/// Those of native rooms. Messages go by the number before them; without one, the newest is meant.
const NATIVE_HELP: [&str; 13] = [
    "/verify NAME compares codes with a member, /group with everybody; then /same, /differ or /cancel.",
    "/reply #12 TEXT answers message 12; without a number the newest of somebody else.",
    "/react #12 EMOJI reacts to a message, /unreact #12 EMOJI takes that back.",
    "/edit #12 TEXT changes a message of yours, /unsend #12 takes it back.",
    "/once TEXT says something that can be looked at once; /view #12 looks at such a message.",
    "/manual shows a code for one person to come in by without any server; /answer TEXT takes theirs in return.",
    "/block NAME hears nothing of a member on this device, /unblock NAME hears it again.",
    "/receipts on tells others what you have read and shows what they have; /receipts off ends that.",
    "/room says how the room stands and who owns it.",
    "/panic wipes the room from this device at once and says goodbye to nobody.",
    "@NAME in a text marks it for that member.",
    "**bold**, *slanted*, `code` and > quotes are shown as such; links are never opened.",
    "In the chat view a comparison has keys: Ctrl-Y the same, Ctrl-N they differ, Esc not now.",
];

/// Those of a native room's owner.
const OWNERS_HELP: [&str; 5] = [
    "/remove NAME removes a member and gives the room a new secret and a new link.",
    "/mute NAME shows nobody what a member says, /unmute NAME shows it again.",
    "/slow 30 lets each speak every 30 seconds, /expire 5m lets messages vanish after five minutes; off ends it.",
    "/lock lets nobody new in, /unlock does again; /handover NAME makes another the owner.",
    "/close now wipes the room on every device.",
];

/// Reads a line in the light of who is here.
pub fn parse(line: &str, model: &Model) -> Typed {
    let line = line.trim_end_matches(['\r', '\n']);
    if line.trim().is_empty() {
        return Typed::Nothing;
    }
    let Some(command) = line.strip_prefix('/') else {
        return Typed::Say(line.into());
    };
    if command.starts_with('/') {
        return Typed::Say(command.into());
    }
    let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    let rest = rest.trim();
    match word {
        "help" => Typed::Help,
        "name" if rest.is_empty() => Typed::Wrong("/name needs the name to take.".into()),
        "name" => Typed::Name(rest.into()),
        "dm" => direct(rest, model.members()),
        "who" => Typed::Who,
        "stats" => Typed::Stats,
        "link" => Typed::Link,
        "code" if rest.is_empty() => Typed::Code(crate::code::usual_language()),
        "code" if rest == "stop" => Typed::CodeStop,
        "code" => CodeLanguage::of(rest).map_or_else(
            || Typed::Wrong("/code takes en, id, ar, uk, es or de for a language, or stop.".into()),
            Typed::Code,
        ),
        "leave" => Typed::Leave,
        _ => native::parse(word, rest, model).unwrap_or_else(|| {
            Typed::Wrong(format!(
                "There is no command /{}. /help lists them; // says a text that begins with a slash.",
                crate::text::shorten(&crate::text::one_line(word), 30)
            ))
        }),
    }
}

/// What is said when a name is not one member's alone.
const SEVERAL: &str = "Several members bear that name. Use the fingerprint in place of the name; /who lists \
                       them.";

/// The members at the head of `rest`, each with what follows: names may hold spaces, so the
/// longest name that fits wins. More than one means that the name is not one member's alone.
fn longest<'m, 'r>(rest: &'r str, members: &'m [Member]) -> Vec<(&'m Member, &'r str)> {
    let mut best: Vec<(&Member, &str)> = Vec::new();
    for member in members {
        for handle in [
            member.name.as_str(),
            member.fingerprint.as_str(),
            model::short(&member.fingerprint),
        ] {
            let Some(text) = after(rest, handle) else { continue };
            let longest = best.first().map_or(usize::MAX, |(_, text)| text.len());
            if text.len() < longest {
                best.clear();
            }
            if text.len() <= longest && !best.iter().any(|(known, _)| known.id == member.id) {
                best.push((member, text));
            }
        }
    }
    best
}

/// Finds the member at the head of `rest`; a name that two bear is refused.
fn direct(rest: &str, members: &[Member]) -> Typed {
    match longest(rest, members).as_slice() {
        [] if rest.is_empty() => Typed::Wrong("/dm needs a name and a text.".into()),
        [] => Typed::Wrong("Nobody here is called that. /who lists who is here.".into()),
        [(member, text)] => match text.trim() {
            "" => Typed::Wrong(format!("What is to be said to {}?", model::label(member))),
            text => Typed::Direct(member.id.clone(), text.into()),
        },
        _ => Typed::Wrong(SEVERAL.into()),
    }
}

/// What follows `handle` in `rest`, if `rest` begins with it as a word of its own.
fn after<'a>(rest: &'a str, handle: &str) -> Option<&'a str> {
    let text = rest.strip_prefix(handle)?;
    let whole = text.is_empty() || text.starts_with(char::is_whitespace);
    (whole && !handle.is_empty()).then_some(text)
}

/// The answer to `/help`, in the light of what this person may do here.
pub fn help(model: &Model) -> Vec<Line> {
    let mut lines: Vec<Line> = HELP.iter().map(|text| Line::info(*text)).collect();
    if model.room().native {
        lines.extend(NATIVE_HELP.iter().map(|text| Line::info(*text)));
        lines.push(Line::info(match model.not_owner() {
            None => "You own this room, so these are yours:".into(),
            Some(why) => format!("Not yours to do. {why}"),
        }));
        lines.extend(OWNERS_HELP.iter().map(|text| Line::info(*text)));
    }
    lines
}

/// The answer to `/who`.
pub fn who(model: &Model) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(me) = model.me() {
        lines.push(Line::info(format!(
            "You are {}, {}.",
            model::name(&me.name),
            me.fingerprint
        )));
    }
    for member in model.members() {
        let mut words = format!(
            "{}, {}: {}, {}, {}",
            model::name(&member.name),
            member.fingerprint,
            model::kind(member),
            model::trust(member),
            model::way(member)
        );
        if !member.islands.is_empty() {
            let islands: Vec<_> = member.islands.iter().map(|i| crate::text::one_line(i)).collect();
            words.push_str(&format!(", met on {}", islands.join(" and ")));
        }
        for remark in model::remarks(member) {
            words.push_str("; ");
            words.push_str(&remark);
        }
        if member.kind == MemberKind::Native {
            words.push_str(". ");
            words.push_str(model::trust_meaning(member));
        }
        words.push('.');
        lines.push(Line::info(words));
    }
    if model.members().is_empty() {
        lines.push(Line::info("Nobody else is here."));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{member, reset};
    use dayfly_core::proto::room::Event;

    fn room(names: &[(&str, &str)]) -> Model {
        let mut model = Model::default();
        model.apply(&reset(member("me", "Ada")));
        for (id, name) in names {
            model.apply(&Event::MemberJoined {
                member: member(id, name),
            });
        }
        model
    }

    #[test]
    fn lines_without_a_slash_are_words() {
        let model = room(&[]);
        assert_eq!(parse("  \n", &model), Typed::Nothing);
        assert_eq!(
            parse("hello / there\n", &model),
            Typed::Say("hello / there".into())
        );
        assert_eq!(parse("  indented", &model), Typed::Say("  indented".into()));
        assert_eq!(parse("//leave", &model), Typed::Say("/leave".into()));
        assert_eq!(parse("/leave", &model), Typed::Leave);
        assert_eq!(parse("/name  Ada L. ", &model), Typed::Name("Ada L.".into()));
        assert!(matches!(parse("/nonsense", &model), Typed::Wrong(_)));
        assert!(matches!(parse("/name", &model), Typed::Wrong(_)));
    }

    #[test]
    fn a_direct_message_finds_the_longest_name() {
        let model = room(&[("a1", "Bob"), ("b2", "Bob Dylan"), ("c3", "Eve")]);
        let to = |id: &str, text: &str| Typed::Direct(MemberId(id.into()), text.into());
        assert_eq!(parse("/dm Bob hi there", &model), to("a1", "hi there"));
        assert_eq!(parse("/dm Bob Dylan hi", &model), to("b2", "hi"));
        assert_eq!(parse("/dm 00c3 hi", &model), to("c3", "hi"));
        assert_eq!(parse("/dm 00c3-aaaa-bbbb-cccc hi", &model), to("c3", "hi"));
        for wrong in ["/dm", "/dm Bob", "/dm Bobby hi", "/dm Carol hi"] {
            assert!(matches!(parse(wrong, &model), Typed::Wrong(_)), "{wrong}");
        }
    }

    #[test]
    fn a_name_that_two_bear_is_refused() {
        let model = room(&[("a1", "Bob"), ("b2", "Bob")]);
        assert!(matches!(parse("/dm Bob hi", &model), Typed::Wrong(why) if why.contains("fingerprint")));
        assert_eq!(
            parse("/dm 00b2 hi", &model),
            Typed::Direct(MemberId("b2".into()), "hi".into())
        );
    }

    #[test]
    fn a_code_takes_a_language_or_an_end() {
        let model = Model::default();
        assert_eq!(parse("/code de", &model), Typed::Code(CodeLanguage::German));
        assert_eq!(parse("/code UK", &model), Typed::Code(CodeLanguage::Ukrainian));
        assert_eq!(parse("/code stop", &model), Typed::CodeStop);
        assert!(matches!(parse("/code", &model), Typed::Code(_)));
        assert!(matches!(parse("/code fr", &model), Typed::Wrong(_)));
    }

    #[test]
    fn who_lists_whole_fingerprints() {
        let lines = who(&room(&[("b0b1", "Bob")]));
        assert_eq!(lines[0].text, "You are Ada, 00me-aaaa-bbbb-cccc.");
        assert_eq!(
            lines[1].text,
            "Bob, b0b1-aaaa-bbbb-cccc: web page, its key is claimed, not proven, direct, met on \
             https://chitchatter.im."
        );
    }
}
