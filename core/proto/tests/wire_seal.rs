//! A sealed description opens with its own key and in no other way, and is as long as it claims.

use dayfly_proto::wire::web::seal::{MAX_SDP_LEN, MAX_SEALED_LEN, SealError, SignalKey};
use proptest::prelude::*;

fn key() -> SignalKey {
    SignalKey::derive("password", "app", "room")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_description_survives(sdp in "\\PC{0,2000}", iv: [u8; 16]) {
        let sealed = key().seal(&sdp, iv);
        let iv_len: usize = iv.iter().map(|byte| byte.to_string().len()).sum::<usize>() + 15;
        prop_assert_eq!(sealed.len(), iv_len + 1 + 4 * (sdp.len() + 16).div_ceil(3));
        prop_assert_eq!(key().open(&sealed), Ok(sdp));
    }

    #[test]
    fn another_key_does_not_open_it(sdp in "\\PC{0,200}", iv: [u8; 16], password in "[a-z]{1,12}") {
        let sealed = SignalKey::derive(&password, "app", "room").seal(&sdp, iv);
        prop_assert_eq!(key().open(&sealed), Err(SealError::WrongKey));
    }

    #[test]
    fn no_flipped_or_cut_text_opens(
        sdp in "\\PC{0,200}", iv: [u8; 16], at in any::<prop::sample::Index>(), bit in 0..7_u8,
    ) {
        let sealed = key().seal(&sdp, iv);
        let at = at.index(sealed.len());
        prop_assert!(key().open(&sealed[..at]).is_err());
        let mut flipped = sealed.into_bytes();
        flipped[at] ^= 1 << bit;
        prop_assert!(key().open(&String::from_utf8(flipped).unwrap()).is_err());
    }
}

#[test]
fn the_wrong_form_is_told_from_the_wrong_key() {
    let ones = ["1"; 16].join(",");
    for text in [
        String::new(),
        "v=0\r\n".into(),
        "1,2,3$AAAA".into(),
        format!("{ones},1$AAAA"),
        format!("{ones}$AA"),
        format!("{ones}$####"),
        format!("+{ones}$AAAA"),
        format!("256,{}$AAAA", ["1"; 15].join(",")),
        format!("{ones}${}", "A".repeat(MAX_SEALED_LEN)),
    ] {
        assert_eq!(key().open(&text), Err(SealError::Malformed), "{text:.40}");
    }
    assert_eq!(key().open(&format!("{ones}$AAAA")), Err(SealError::WrongKey));
}

#[test]
fn the_longest_description_can_be_opened() {
    let sdp = "x".repeat(MAX_SDP_LEN);
    assert_eq!(key().open(&key().seal(&sdp, [255; 16])), Ok(sdp));
}

#[test]
fn debug_shows_no_key() {
    assert_eq!(format!("{:?}", key()), "SignalKey([secret])");
}
