//! Commands: what a program writes to the standard input, understood or refused.

use super::row::Row;
use dayfly_core::engine::{Error, ErrorKind};
use dayfly_core::proto::id::MessageId;
use dayfly_core::proto::room::code::CodeLanguage;
use dayfly_core::proto::room::{CheckCommand, Command as RoomCommand};
use serde::Deserialize;
use serde_json::{Map, Value};

/// What a program asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Say something to everybody.
    Say {
        /// The words.
        text: String,
        /// The message they answer.
        reply_to: Option<MessageId>,
        /// To be looked at once.
        view_once: bool,
    },
    /// Say something to one member.
    Dm {
        /// Id, or a name that only one member has.
        to: String,
        /// The words.
        text: String,
        /// The message they answer.
        reply_to: Option<MessageId>,
        /// To be looked at once.
        view_once: bool,
    },
    /// Tell that this person types, or ceased to.
    Typing {
        /// Types now.
        on: bool,
        /// To one member only.
        to: Option<String>,
    },
    /// Take another name.
    Name {
        /// The name.
        name: String,
    },
    /// List who is here.
    Members,
    /// Show counters.
    Stats,
    /// Leave the room.
    Leave,
    /// Wipe everything at once.
    Panic,
    /// The device changed its network.
    NetworkChanged,
    /// The app goes to the background.
    Suspend,
    /// It is in the foreground again.
    Resume,
    /// Make a code for one member to scan.
    InPersonCode,
    /// A code was scanned off a member's screen.
    InPersonScanned {
        /// What it said.
        text: String,
    },
    /// Make a code for somebody to come in by.
    ManualOffer,
    /// Take the code that was shown in return.
    ManualAnswer {
        /// What it said.
        text: String,
    },
    /// Show the invite as it stands.
    Invite,
    /// Make a short code and tell what becomes of it.
    Code {
        /// Of its words; the terminal's, if there is none.
        language: Option<CodeLanguage>,
    },
    /// End the short code.
    CodeStop,
    /// Something said about comparing codes, in the room's own words.
    Check(CheckCommand),
    /// What else only native rooms know, in the room's own words.
    Room(RoomCommand),
}

/// A line of the standard input, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The program's own mark, repeated in the answer.
    pub reference: Option<String>,
    /// What is asked for.
    pub request: Request,
}

/// Why a line is no command, with its `ref` where that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    reference: Option<String>,
    message: String,
}

impl From<Refused> for Row {
    fn from(refused: Refused) -> Self {
        let error = Error {
            kind: ErrorKind::BadRequest,
            message: refused.message,
            hint: Some("cli/contract.json lists the commands.".into()),
        };
        Self::error(refused.reference, error)
    }
}

/// Reads a command.
///
/// # Errors
/// [`Refused`] when the line is no JSON object, no known command, or lacks a field.
pub fn parse(line: &[u8]) -> Result<Command, Refused> {
    let refuse = |reference: &Option<String>, message: &str| Refused {
        reference: reference.clone(),
        message: message.into(),
    };
    let Ok(Value::Object(object)) = serde_json::from_slice::<Value>(line) else {
        return Err(refuse(&None, "The line is not a JSON object."));
    };
    let reference = match object.get("ref") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => return Err(refuse(&None, "The field ref must be a string.")),
    };
    let Some(cmd) = object.get("cmd").and_then(Value::as_str) else {
        return Err(refuse(&reference, "The field cmd must be a string."));
    };
    let request = match own(cmd, &object) {
        Some(request) => request,
        None => {
            let shown: String = cmd.chars().take(40).collect();
            let object = Value::Object(object.clone());
            let read = if cmd.starts_with("verify") || cmd.starts_with("group_check") {
                CheckCommand::deserialize(object).map(Request::Check)
            } else {
                RoomCommand::deserialize(object).map(Request::Room)
            };
            read.map_err(|error| match error.to_string() {
                unknown if unknown.starts_with("unknown variant") => {
                    format!("There is no command {shown:?}.")
                }
                why => format!("The command {shown} is not complete: {why}."),
            })
        }
    };
    let request = request.map_err(|message| refuse(&reference, &message))?;
    Ok(Command { reference, request })
}

/// Reads the commands that every room takes; `None` for those of native rooms.
fn own(cmd: &str, object: &Map<String, Value>) -> Option<Result<Request, String>> {
    let text = |field: &str| match object.get(field) {
        Some(Value::String(text)) => Ok(text.clone()),
        _ => Err(format!("The field {field} must be a string.")),
    };
    let optional = |field: &str| match object.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => text(field).map(Some),
    };
    let truth = |field: &str| match object.get(field) {
        Some(Value::Bool(on)) => Ok(*on),
        _ => Err(format!("The field {field} must be true or false.")),
    };
    let once = || match object.get("view_once") {
        None | Some(Value::Null) => Ok(false),
        Some(_) => truth("view_once"),
    };
    let said = |field: &str| text(field).map(|id| Some(MessageId(id)));
    let read = || {
        Ok(Some(match cmd {
            "say" => Request::Say {
                text: text("text")?,
                reply_to: optional("reply_to")?.map(MessageId),
                view_once: once()?,
            },
            "reply" => Request::Say {
                reply_to: said("id")?,
                text: text("text")?,
                view_once: once()?,
            },
            "dm" => Request::Dm {
                to: text("to")?,
                text: text("text")?,
                reply_to: optional("reply_to")?.map(MessageId),
                view_once: once()?,
            },
            "typing" => Request::Typing {
                on: truth("on")?,
                to: optional("to")?,
            },
            "name" => Request::Name { name: text("name")? },
            "members" => Request::Members,
            "stats" => Request::Stats,
            "leave" => Request::Leave,
            "panic" => Request::Panic,
            "network_changed" => Request::NetworkChanged,
            "suspend" => Request::Suspend,
            "resume" => Request::Resume,
            "manual_offer" => Request::ManualOffer,
            "manual_answer" => Request::ManualAnswer { text: text("text")? },
            "in_person_code" => Request::InPersonCode,
            "in_person_scanned" => Request::InPersonScanned { text: text("text")? },
            "invite" => Request::Invite,
            "code" => {
                let language = optional("language")?;
                let known = language.as_deref().map(CodeLanguage::of);
                if known == Some(None) {
                    return Err("The language is en, id, ar, uk, es or de.".into());
                }
                Request::Code {
                    language: known.flatten(),
                }
            }
            "code_stop" => Request::CodeStop,
            _ => return Ok(None),
        }))
    };
    read().transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &[u8]) -> (Option<String>, String) {
        let refused = parse(line).unwrap_err();
        (refused.reference, refused.message)
    }

    #[test]
    fn commands_are_read_and_unknown_fields_ignored() {
        let command = parse(br#"{"cmd":"say","text":"hi","ref":"7","colour":"blue"}"#).unwrap();
        assert_eq!(command.reference.as_deref(), Some("7"));
        let say = |reply_to: Option<&str>, view_once| Request::Say {
            text: "hi".into(),
            reply_to: reply_to.map(|id| MessageId(id.into())),
            view_once,
        };
        assert_eq!(command.request, say(None, false));
        let read = |line: &str| parse(line.as_bytes()).unwrap().request;
        assert_eq!(
            read(r#"{"cmd":"say","text":"hi","view_once":true}"#),
            say(None, true)
        );
        assert_eq!(
            read(r#"{"cmd":"reply","id":"m","text":"hi"}"#),
            say(Some("m"), false)
        );
        let command = parse(br#"{"cmd":"typing","on":true,"to":null}"#).unwrap();
        assert_eq!(command.request, Request::Typing { on: true, to: None });
        for (cmd, request) in [
            ("leave", Request::Leave),
            ("network_changed", Request::NetworkChanged),
            ("suspend", Request::Suspend),
            ("resume", Request::Resume),
        ] {
            let line = format!(r#"{{"cmd":"{cmd}"}}"#);
            assert_eq!(parse(line.as_bytes()).unwrap().request, request);
        }
    }

    #[test]
    fn the_rooms_own_commands_are_read_by_the_room() {
        let read = |line: &str| parse(line.as_bytes()).map(|command| command.request);
        assert_eq!(
            read(r#"{"cmd":"verify","member":"Bob","ref":"1","colour":1}"#),
            Ok(Request::Check(CheckCommand::Verify { member: "Bob".into() }))
        );
        assert_eq!(
            read(r#"{"cmd":"group_check","ref":"2"}"#),
            Ok(Request::Check(CheckCommand::GroupCheck))
        );
        let half = read(r#"{"cmd":"mute","member":"Bob","ref":"3"}"#).unwrap_err();
        assert_eq!(half.reference.as_deref(), Some("3"));
        assert!(
            half.message.contains("mute") && half.message.contains("`on`"),
            "{half:?}"
        );
        assert!(read(r#"{"cmd":"expire","seconds":-1}"#).is_err());
    }

    #[test]
    fn a_code_is_asked_for_in_a_language_that_has_words() {
        let read = |line: &str| parse(line.as_bytes()).map(|command| command.request);
        let german = Request::Code {
            language: Some(CodeLanguage::German),
        };
        assert_eq!(read(r#"{"cmd":"code","language":"de"}"#), Ok(german));
        assert_eq!(read(r#"{"cmd":"code"}"#), Ok(Request::Code { language: None }));
        assert_eq!(read(r#"{"cmd":"code_stop"}"#), Ok(Request::CodeStop));
        assert!(read(r#"{"cmd":"code","language":"fr"}"#).is_err());
    }

    #[test]
    fn nonsense_is_refused_with_its_ref() {
        assert_eq!(refused(b"").0, None);
        assert_eq!(refused(b"[1]").0, None);
        assert_eq!(refused(b"\xff\xfe").0, None);
        assert_eq!(refused(&b"[".repeat(100_000)).0, None);
        assert_eq!(refused(br#"{"cmd":"fly","ref":"1"}"#).0.as_deref(), Some("1"));
        assert_eq!(refused(br#"{"ref":"1"}"#).0.as_deref(), Some("1"));
        assert_eq!(refused(br#"{"cmd":"say","ref":"1"}"#).0.as_deref(), Some("1"));
        assert_eq!(
            refused(br#"{"cmd":"say","text":1,"ref":"1"}"#).1,
            "The field text must be a string."
        );
        assert_eq!(
            refused(br#"{"cmd":"members","ref":1}"#).1,
            "The field ref must be a string."
        );
    }
}
