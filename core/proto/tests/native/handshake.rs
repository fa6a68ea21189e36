//! The handshake ends at the stated step whatever is altered, and says the stated thing.

use crate::common::{View, handshake};

#[test]
fn both_ends_have_the_same_hash_and_name() {
    for view in [View::new(), View::with_password(1)] {
        let (a, b) = handshake(&view, &view, 1).unwrap();
        assert_eq!(a.h(), b.h());
        assert_eq!(a.sid(), b.sid());
        assert_ne!(a.role(), b.role());
        let (other, _) = handshake(&view, &view, 2).unwrap();
        assert_ne!(a.h(), other.h());
    }
}
