//! Any message survives being cut into frames and put together again, whatever came between, and
//! no bytes make the decoder panic.

use dayfly_proto::wire::web::frame::{
    Assembled, Body, CHUNK_HEADER_LEN, Frame, FrameError, MAX_FRAME_LEN, MAX_PAYLOAD_LEN, ROOM_HEADER_LEN,
    Reassembler, encode, encode_presence,
};
use dayfly_proto::wire::web::topic::{RoomToken, room_token};
use proptest::prelude::*;

fn token() -> RoomToken {
    room_token("https://example.org_undefined", "room")
}

fn inner(frame: &[u8]) -> &[u8] {
    match Frame::parse(frame) {
        Ok(Frame::Room { token: theirs, inner }) if theirs == token() => inner,
        other => panic!("{other:?}"),
    }
}

fn body() -> impl Strategy<Value = Body> {
    // A leading byte order mark is taken off, as in a page.
    let text = "[^\u{feff}][\\PC\\n\\u{0}😀]{0,300}"
        .prop_flat_map(|text| (1_usize..200).prop_map(move |times| text.repeat(times)));
    prop_oneof![
        Just(Body::Text(String::new())),
        text.clone().prop_map(Body::Text),
        text.prop_map(Body::Json),
        prop::collection::vec(any::<u8>(), 0..50_000).prop_map(Body::Binary),
    ]
}

/// Actions whose limit admits what `body` makes.
fn action() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["g.2", "@_signal"])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_message_survives_and_its_frames_are_as_long_as_they_claim(
        action in action(), nonce: u16, body in body(),
    ) {
        let frames = encode(&token(), action, nonce, &body);
        let len = body.as_bytes().len();
        prop_assert_eq!(frames.len(), len.div_ceil(MAX_PAYLOAD_LEN).max(1));
        let total: usize = frames.iter().map(Vec::len).sum();
        prop_assert_eq!(total, len + frames.len() * (ROOM_HEADER_LEN + CHUNK_HEADER_LEN));
        prop_assert!(frames.iter().all(|frame| frame.len() <= MAX_FRAME_LEN));

        let mut link = Reassembler::new();
        let (last, before) = frames.split_last().unwrap();
        for frame in before {
            prop_assert_eq!(link.push(inner(frame)), Ok(None));
        }
        let expected = Assembled { action: action.to_owned(), body };
        prop_assert_eq!(link.push(inner(last)), Ok(Some(expected)));
        prop_assert_eq!(link.pending(), 0);
    }

    #[test]
    fn messages_may_be_interleaved(bodies in prop::collection::vec(body(), 1..5), seed: u64) {
        let token = token();
        let mut rows: Vec<Vec<Vec<u8>>> = bodies
            .iter()
            .enumerate()
            .map(|(index, body)| {
                // Two actions may have the same nonce; and one action any two.
                let action = ["g.2", "@_signal"][index % 2];
                let mut frames = encode(&token, action, u16::try_from(index / 2).unwrap(), body);
                frames.reverse();
                frames
            })
            .collect();
        let (mut link, mut done, mut state) = (Reassembler::new(), Vec::new(), seed);
        while rows.iter().any(|row| !row.is_empty()) {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let pick = usize::try_from(state >> 33).unwrap() % rows.len();
            if let Some(frame) = rows[pick].pop()
                && let Some(message) = link.push(inner(&frame)).unwrap()
            {
                done.push((pick, message.body));
            }
        }
        done.sort_by_key(|(pick, _)| *pick);
        let done: Vec<Body> = done.into_iter().map(|(_, body)| body).collect();
        prop_assert_eq!(done, bodies);
    }

    #[test]
    fn flipped_and_cut_frames_are_errors_or_other_frames_but_no_panic(
        body in body(), flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 0..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut link = Reassembler::new();
        for mut frame in encode(&token(), "g.2", 1, &body) {
            for (at, bit) in &flips {
                let at = at.index(frame.len().min(200));
                frame[at] ^= 1 << bit;
            }
            frame.truncate(cut.index(frame.len()) + 1);
            if let Ok(Frame::Room { inner, .. }) = Frame::parse(&frame) {
                let _ = link.push(inner);
            }
        }
    }
}

#[test]
fn presence_survives_and_is_68_bytes() {
    for present in [true, false] {
        let bytes = encode_presence(&token(), present);
        assert_eq!(bytes.len(), 68);
        assert_eq!(
            Frame::parse(&bytes),
            Ok(Frame::Presence {
                token: token(),
                present
            })
        );
        for len in 0..bytes.len() {
            assert!(Frame::parse(&bytes[..len]).is_err(), "{len}");
        }
    }
}

#[test]
fn progress_is_what_a_page_computes() {
    let progress = |len: usize| -> Vec<u8> {
        let body = Body::Binary(vec![0; len]);
        encode(&token(), "g.2", 0, &body)
            .iter()
            .map(|frame| inner(frame)[35])
            .collect()
    };
    assert_eq!(progress(0), [255]);
    assert_eq!(progress(MAX_PAYLOAD_LEN), [255]);
    // Math.round(127.5) is 128, Math.round(63.75) is 64.
    assert_eq!(progress(MAX_PAYLOAD_LEN + 1), [128, 255]);
    assert_eq!(progress(2 * MAX_PAYLOAD_LEN + 1), [85, 170, 255]);
    assert_eq!(progress(4 * MAX_PAYLOAD_LEN), [64, 128, 191, 255]);
}

#[test]
fn what_no_page_sends_has_a_reason() {
    let mut long = encode(&token(), "g.0", 0, &Body::Binary(vec![0; MAX_PAYLOAD_LEN])).remove(0);
    long.push(0);
    assert_eq!(Frame::parse(&long), Err(FrameError::Long));
    assert_eq!(Frame::parse(&[3, 0, 0]), Err(FrameError::Kind(3)));
    assert_eq!(Frame::parse(b"\x01\x00\x02ab"), Err(FrameError::Token));
    assert_eq!(Frame::parse(b"\x01\x00\x40ab"), Err(FrameError::Short));
    let named = |name: &[u8]| {
        let mut chunk = name.to_vec();
        chunk.resize(CHUNK_HEADER_LEN, 0);
        Reassembler::new().push(&chunk)
    };
    assert_eq!(named(b""), Err(FrameError::Action));
    assert_eq!(named(b"g\0.0"), Err(FrameError::Action));
    assert_eq!(named(b"g.0\n"), Err(FrameError::Action));
    assert_eq!(named("gé".as_bytes()), Err(FrameError::Action));
    assert_eq!(Reassembler::new().push(&[b'g'; 35]), Err(FrameError::Short));
}

#[test]
fn text_is_decoded_as_a_page_does_it() {
    let text = |bytes: &[u8]| {
        let frames = encode(&token(), "g.5", 0, &Body::Binary(bytes.to_vec()));
        let mut chunk = inner(&frames[0]).to_vec();
        chunk[34] = 1;
        Reassembler::new().push(&chunk).unwrap().unwrap().body
    };
    assert_eq!(text(b"\xef\xbb\xbfPLAYING"), Body::Text("PLAYING".into()));
    assert_eq!(text(b"a\xffb"), Body::Text("a\u{fffd}b".into()));
}
