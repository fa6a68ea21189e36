//! How many pictures of a code are read, by what is wrong with them.
//!
//! `cargo bench -p dayfly-proto --bench qr` prints a table: an invite to a native room, and offer and
//! answer of an exchange by hand with three addresses each. The pictures are made from seeds
//! (`tests/qr/pictures.rs`). With a folder as argument it reads every PNG in it and prints how many
//! hold a code that is read, and what took longest: for published sets of test pictures.

#[path = "../tests/qr/pictures.rs"]
mod pictures;

use dayfly_proto::invite::qr;
use pictures::{ROWS, codes, read};
use std::path::Path;
use std::time::Instant;

const EACH: u64 = 40;

fn main() {
    // Cargo says so when it measures. A test runner that asks for a list of tests gets none.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    match folder {
        Some(folder) => published(Path::new(&folder)),
        None => generated(),
    }
}

fn generated() {
    let codes = codes();
    let modules = codes.each_ref().map(|(name, text)| {
        let matrix = qr::encode(text).expect("the text fits a code");
        format!("{name}, {} modules", matrix.size())
    });
    println!("| of {EACH} pictures are read | {} |", modules.join(" | "));
    println!("|---|---|---|---|");
    for (name, look) in ROWS {
        let found = codes
            .each_ref()
            .map(|(_, text)| read(text, look, EACH).to_string());
        println!("| {name} | {} |", found.join(" | "));
    }
}

fn published(folder: &Path) {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder can be read")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|kind| kind.eq_ignore_ascii_case("png"))
        })
        .collect();
    files.sort();
    let (mut found, mut slowest) = (0, (0, String::new()));
    for file in &files {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let bytes = std::fs::read(file).expect("the picture can be read");
        let begun = Instant::now();
        let read = qr::decode_png(&bytes);
        let took = begun.elapsed().as_millis();
        // A code without text was found all the same.
        let is_found = matches!(read, Ok(_) | Err(qr::QrError::NotText | qr::QrError::Several));
        found += u32::from(is_found);
        if took > slowest.0 {
            slowest = (took, name.clone());
        }
        if !is_found {
            println!("not read: {name}");
        }
    }
    println!(
        "{found} of {} read; the slowest, {}, took {} ms",
        files.len(),
        slowest.1,
        slowest.0
    );
}
