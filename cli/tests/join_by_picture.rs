//! A room is joined by the picture of its QR code alone.

mod common;

use common::Dayfly;

#[test]
fn a_picture_leads_into_the_room() {
    let dir = tempfile::tempdir().unwrap();
    let picture = dir.path().join("room.png");
    let picture = picture.to_str().unwrap();
    let (mut ada, _) = Dayfly::open(&["--name", "Ada", "--qr", picture]);
    let mut bob = Dayfly::join(picture, &["--name", "Bob"]);
    ada.meets("Bob");
    bob.meets("Ada");
    assert_eq!(bob.leave(), 0);
    assert_eq!(ada.leave(), 0);
}
