//! A session opens each frame once, in order, and changes its keys.

use crate::common::{at, sessions};
use dayfly_proto::identity::native::session::{Opened, SessionError};

#[test]
fn a_frame_opens_once_and_in_order() {
    let (mut a, mut b) = sessions(1);
    let first = a.seal(at(0), b"\x01first").unwrap();
    let second = a.seal(at(0), b"\x01second").unwrap();
    assert_eq!(b.open(at(0), &second).unwrap_err(), SessionError::Unopened);
    assert!(matches!(b.open(at(0), &first), Ok(Opened::App(plain)) if *plain == b"\x01first"));
    assert_eq!(b.open(at(0), &first).unwrap_err(), SessionError::Unopened);
    assert!(matches!(b.open(at(0), &second), Ok(Opened::App(plain)) if *plain == b"\x01second"));
}
