//! Commands: what a program writes to the standard input, understood or refused.

use super::row::Row;
use dayfly_core::engine::{Error, ErrorKind};
use serde_json::Value;

/// What a program asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Say something to everybody.
    Say {
        /// The words.
        text: String,
    },
    /// Say something to one member.
    Dm {
        /// Id, or a name that only one member has.
        to: String,
        /// The words.
        text: String,
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
    let text = |field: &str| match object.get(field) {
        Some(Value::String(text)) => Ok(text.clone()),
        _ => Err(refuse(
            &reference,
            &format!("The field {field} must be a string."),
        )),
    };
    let request = match object.get("cmd").and_then(Value::as_str) {
        Some("say") => Request::Say { text: text("text")? },
        Some("dm") => Request::Dm {
            to: text("to")?,
            text: text("text")?,
        },
        Some("typing") => Request::Typing {
            on: match object.get("on") {
                Some(Value::Bool(on)) => *on,
                _ => return Err(refuse(&reference, "The field on must be true or false.")),
            },
            to: match object.get("to") {
                None | Some(Value::Null) => None,
                Some(_) => Some(text("to")?),
            },
        },
        Some("name") => Request::Name { name: text("name")? },
        Some("members") => Request::Members,
        Some("stats") => Request::Stats,
        Some("leave") => Request::Leave,
        Some(other) => {
            let other: String = other.chars().take(40).collect();
            return Err(refuse(&reference, &format!("There is no command {other:?}.")));
        }
        None => return Err(refuse(&reference, "The field cmd must be a string.")),
    };
    Ok(Command { reference, request })
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
        assert_eq!(command.request, Request::Say { text: "hi".into() });
        let command = parse(br#"{"cmd":"typing","on":true,"to":null}"#).unwrap();
        assert_eq!(command.request, Request::Typing { on: true, to: None });
        assert_eq!(parse(br#"{"cmd":"leave"}"#).unwrap().request, Request::Leave);
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
