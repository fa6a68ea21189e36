//! Short codes at the terminal: one is shown while a room is open, another is tried before it is.

use crate::json::{self, Row};
use crate::model::Line;
use crate::session::FrontEnd;
use dayfly_core::engine::{CodeShare, Engine, Error, ErrorKind, RoomHandle, RoomOptions};
use dayfly_core::proto::invite::Invite;
use dayfly_core::proto::room::code::{CodeError, CodeGuestEvent, CodeHostEvent, CodeLanguage};

/// What is said when one is asked for.
pub const ASKED: &str = "The code comes in a few seconds.";

/// The code that is shown, if one is.
#[derive(Debug, Default)]
pub struct Shown(Option<CodeShare>);

impl Shown {
    /// Makes a code; one that was shown before is over.
    ///
    /// # Errors
    /// As [`RoomHandle::share_code`].
    pub async fn begin(&mut self, handle: &RoomHandle, language: CodeLanguage) -> Result<(), Error> {
        self.0 = Some(handle.share_code(language).await?);
        Ok(())
    }

    /// Ends it.
    ///
    /// # Errors
    /// When there is none.
    pub fn stop(&mut self) -> Result<(), Error> {
        let share = self.0.as_ref().ok_or_else(|| Error {
            kind: ErrorKind::BadRequest,
            message: "No code is shown.".into(),
            hint: None,
        })?;
        share.stop();
        Ok(())
    }

    /// What happens to it next; never without one.
    pub async fn next(&mut self) -> CodeHostEvent {
        let Some(share) = &self.0 else {
            return std::future::pending().await;
        };
        let event = share.next().await;
        if matches!(event, None | Some(CodeHostEvent::Ended { .. })) {
            self.0 = None;
        }
        match event {
            Some(event) => event,
            None => std::future::pending().await,
        }
    }
}

/// An event as lines for a person. The code itself stands alone, with air between its parts.
pub fn lines(event: &CodeHostEvent) -> Vec<Line> {
    match event {
        CodeHostEvent::Shown { code } => {
            let large = code.replacen('-', "  -  ", 2).to_uppercase();
            vec![Line::info(event.sentence()), Line::info(format!("      {large}"))]
        }
        CodeHostEvent::WrongGuess { .. } | CodeHostEvent::Interference => {
            vec![Line::warning(event.sentence())]
        }
        _ => vec![Line::info(event.sentence())],
    }
}

/// Tries a code and says meanwhile what happens.
///
/// # Errors
/// As [`Engine::join_code`] and its result.
pub async fn try_it(
    engine: &Engine,
    text: &str,
    options: &RoomOptions,
    front_end: FrontEnd,
) -> Result<Invite, Error> {
    let join = engine.join_code(text, options.clone()).await?;
    while let Some(event) = join.next().await {
        match (&event, front_end) {
            (_, FrontEnd::Json) => json::print(&Row::code_tried(event)),
            // The refusal says it.
            (CodeGuestEvent::Failed { .. }, _) => {}
            _ => eprintln!("{}", event.sentence()),
        }
    }
    join.invite().await
}

/// A slip of the finger.
pub fn bad(error: &CodeError) -> Error {
    Error {
        kind: ErrorKind::BadCode,
        message: error.to_string(),
        hint: None,
    }
}

/// The terminal's language, if there are words in it; else English.
pub fn usual_language() -> CodeLanguage {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(std::env::var_os);
    let mut named = set.filter(|value| !value.is_empty());
    let first = named
        .next()
        .and_then(|value| CodeLanguage::of(&value.to_string_lossy()));
    first.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_stands_alone_and_large() {
        let shown = lines(&CodeHostEvent::Shown {
            code: "4821-tulip-anchor".into(),
        });
        assert_eq!(shown[1].plain().trim(), "4821  -  TULIP  -  ANCHOR");
        assert_eq!(lines(&CodeHostEvent::Trying).len(), 1);
    }
}
