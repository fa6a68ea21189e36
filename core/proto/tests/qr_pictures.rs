//! Codes are read from pictures as cameras take them: a few of each kind, with the least that must
//! be read. The whole table is `cargo bench -p dayfly-proto --bench qr`.

#[path = "qr/pictures.rs"]
mod pictures;

use pictures::{ROWS, codes, read};

const EACH: u64 = 3;

/// Kinds in which not every picture is read, and how many of nine must be at least.
const HARD: [(&str, u64); 0] = [];

#[test]
fn pictures_are_read() {
    let codes = codes();
    let mut fewer = Vec::new();
    for (name, look) in ROWS {
        let found: u64 = codes.iter().map(|(_, text)| read(text, look, EACH)).sum();
        let hard = HARD.iter().find(|(hard, _)| *hard == name);
        let least = hard.map_or(EACH * codes.len() as u64, |(_, least)| *least);
        println!("{name}: {found} of {}", EACH * codes.len() as u64);
        if found < least {
            fewer.push(format!("{name}: {found}, and {least} were read before"));
        }
    }
    assert_eq!(fewer, Vec::<String>::new());
}
