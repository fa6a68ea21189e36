//! One scans the other's screen: it must be the screen of the session's other end.

use crate::common::{ROOM, key, rng, sessions};
use dayfly_proto::identity::check::{ScanError, ShownCode, scan};

#[test]
fn a_scan_proves_the_screen_to_the_scanner_and_the_scanner_to_the_screen() {
    let (a, b) = sessions(1);
    let (shower, scanner) = (key(1).public(), key(2).public());
    let shown = ShownCode::new(&mut rng(1));
    let text = shown.text(&ROOM, &shower);
    let read = |text: &str| scan(text, &ROOM, b.h(), &scanner, &b.peer());
    let tick = read(&text).unwrap();
    assert_eq!(read(&format!(" {}\n", text.to_lowercase())), Ok(tick));
    assert!(shown.fits(&tick, a.h(), &shower, &a.peer()));

    // Each part of what the tick says.
    let other = key(3).public();
    assert!(!shown.fits(&tick, &[0; 32], &shower, &scanner));
    assert!(!shown.fits(&tick, a.h(), &other, &scanner));
    assert!(!shown.fits(&tick, a.h(), &shower, &other));
    assert!(!shown.fits(&tick, a.h(), &scanner, &shower), "thrown back");
    assert!(!ShownCode::new(&mut rng(2)).fits(&tick, a.h(), &shower, &scanner));
}

/// M has a session with each of two people who stand side by side.
#[test]
fn a_member_in_the_middle_is_seen_at_once() {
    let (_, b_to_m) = sessions(2);
    let (shower, scanner, m) = (key(1).public(), key(2).public(), key(3).public());
    let text = ShownCode::new(&mut rng(3)).text(&ROOM, &shower);
    assert_eq!(
        scan(&text, &ROOM, b_to_m.h(), &scanner, &m),
        Err(ScanError::OtherKey)
    );
}

#[test]
fn what_is_no_such_code_is_refused_with_a_sentence() {
    let (ours, theirs) = (key(1).public(), key(2).public());
    let shown = ShownCode::new(&mut rng(4));
    let text = shown.text(&ROOM, &theirs);
    let read = |text: &str| scan(text, &ROOM, &[0; 32], &ours, &theirs);
    assert!(read(&text).is_ok());
    assert_eq!(read(&shown.text(&[9; 32], &theirs)), Err(ScanError::OtherRoom));
    assert_eq!(read(&shown.text(&ROOM, &ours)), Err(ScanError::Own));
    for wrong in [
        "",
        "dayfly:AEBA",
        "dayfly-check:",
        "dayfly-check:!",
        "é",
        &text[..text.len() - 8],
        &format!("{text}AA"),
        &format!("dayfly-check:{}", "A".repeat(10_000)),
    ] {
        let refused = read(wrong);
        assert!(
            matches!(refused, Err(ScanError::NotACode | ScanError::Newer)),
            "{wrong}: {refused:?}"
        );
    }
    // A later version may be longer.
    let later = format!("dayfly-check:{}", data_encoding::BASE32_NOPAD.encode(&[2; 100]));
    assert_eq!(read(&later), Err(ScanError::Newer));
    // Every bit but those of the secret is checked, and those are the tick's.
    let bytes = data_encoding::BASE32_NOPAD
        .decode(text.split_once(':').unwrap().1.as_bytes())
        .unwrap();
    let tick = read(&text).unwrap();
    for bit in 0..8 * bytes.len() {
        let mut altered = bytes.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        let altered = format!("dayfly-check:{}", data_encoding::BASE32_NOPAD.encode(&altered));
        assert_ne!(read(&altered), Ok(tick), "{bit}");
        assert_eq!(read(&altered).is_ok(), bit / 8 >= 41, "{bit}");
    }
}
