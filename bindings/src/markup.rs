//! Markdown of a message as rows that can only be shown.

use dayfly_core::proto::room::markup::{self, Block};

/// A message's text, read as Markdown: rows to draw, without HTML and without anything to fetch.
/// `names` are those of the members, for mentions.
#[uniffi::export]
pub fn read_markup(text: &str, names: Vec<String>) -> Vec<Block> {
    markup::read(text, &names)
}
