//! Codes are read from pictures as cameras take them: a few of each kind, with the least that must
//! be read. The whole table is `cargo bench -p dayfly-proto --bench qr`.

#[path = "qr/pictures.rs"]
mod pictures;

use pictures::{ROWS, codes, read};

const EACH: u64 = 3;

/// Of nine pictures of each kind, how many must be read at least.
const LEAST: [(&str, u64); 7] = [
    ("screenshot, 4 pixels to a module", 9),
    ("camera, straight", 9),
    ("turned 15°", 9),
    ("turned 30°", 9),
    ("turned 45°", 9),
    ("leaning 20°", 9),
    ("leaning 35°", 8),
];

#[test]
fn pictures_are_read() {
    let codes = codes();
    for (name, least) in LEAST {
        let (_, look) = ROWS
            .into_iter()
            .find(|(row, _)| *row == name)
            .expect("the table has it");
        let found: u64 = codes.iter().map(|(_, text)| read(text, look, EACH)).sum();
        println!("{name}: {found} of {}", EACH * codes.len() as u64);
        assert!(found >= least, "{name}: {found}, and {least} were read before");
    }
}
