//! Subcommands that report and end: one runtime, one way to print, in words or as rows.

use crate::exit::Exit;
use crate::json::{self, Row};
use crate::session::{self, FrontEnd};
use dayfly_core::engine::Error;
use std::future::Future;

/// Prints what a subcommand finds.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    json: bool,
}

impl Report {
    /// Runs `work` on a runtime of its own, `hello` first where rows are asked for. The error, if
    /// any, is told to whoever is there.
    pub fn run<F>(json: bool, work: impl FnOnce(Self) -> F) -> Exit
    where
        F: Future<Output = Result<Exit, Error>>,
    {
        let front_end = if json { FrontEnd::Json } else { FrontEnd::Plain };
        if json {
            json::print(&Row::hello());
        }
        let result = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| session::system("The program could not be set up", &error))
            .and_then(|runtime| runtime.block_on(work(Self { json })));
        result.unwrap_or_else(|error| session::refuse(error, front_end))
    }

    /// Says something: the row to a program, the words to a person.
    pub fn tell(self, row: &Row, words: &str) {
        if self.json {
            json::print(row);
        } else {
            println!("{words}");
        }
    }

    /// Says something that only a person needs.
    pub fn remark(self, words: &str) {
        if !self.json {
            println!("{words}");
        }
    }

    /// The last word, and the exit code that goes with it.
    pub fn verdict(self, ok: bool, text: String) -> Exit {
        self.tell(
            &Row::Verdict {
                ok,
                text: text.clone(),
            },
            &text,
        );
        if ok { Exit::Left } else { Exit::Failed }
    }
}
