//! What one peer can make a link hold is bounded, and the longest thing a page can say fits.

use dayfly_proto::wire::web::chitchatter::{
    Action, MAX_MESSAGE_LEN, MAX_TEXT_UNITS, MAX_TRANSCRIPT_ITEMS, MAX_TRANSCRIPT_LEN, TranscriptContent,
    TranscriptItem, message_limit,
};
use dayfly_proto::wire::web::frame::{
    Assembled, Body, FrameError, MAX_PARTIAL, MAX_PAYLOAD_LEN, MAX_PENDING_LEN, Reassembler,
};

const MORE: u8 = 8;
const LAST: u8 = 9;

fn chunk(action: &str, nonce: u16, tag: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = action.as_bytes().to_vec();
    out.resize(32, 0);
    out.extend_from_slice(&nonce.to_be_bytes());
    out.extend_from_slice(&[tag, 0]);
    out.extend_from_slice(payload);
    out
}

#[test]
fn a_seventeenth_unfinished_message_is_refused() {
    let mut link = Reassembler::new();
    for nonce in 0..16 {
        assert_eq!(link.push(&chunk("g.8", nonce, MORE, b"{")), Ok(None));
    }
    assert_eq!(MAX_PARTIAL, 16);
    // Those under way go on, and whole messages pass between them.
    assert_eq!(link.push(&chunk("g.8", 3, MORE, b" ")), Ok(None));
    assert!(link.push(&chunk("g.0", 0, LAST, b"{}")).unwrap().is_some());
    assert_eq!(
        link.push(&chunk("g.8", 16, MORE, b"{")),
        Err(FrameError::TooManyPartial)
    );
    // One done makes room for one.
    assert!(link.push(&chunk("g.8", 0, LAST, b"}")).unwrap().is_some());
    assert_eq!(link.push(&chunk("g.8", 16, MORE, b"{")), Ok(None));
}

#[test]
fn a_message_beyond_its_actions_limit_is_refused() {
    let payload = vec![b' '; MAX_PAYLOAD_LEN];
    for action in ["g.0", "dm.0", "g.3", "g.8", "@_signal", "g.2"] {
        let limit = message_limit(action).unwrap();
        let mut link = Reassembler::new();
        let mut sent = 0;
        while sent + payload.len() <= limit {
            assert_eq!(link.push(&chunk(action, 0, MORE, &payload)), Ok(None), "{action}");
            sent += payload.len();
        }
        let rest = &payload[..limit - sent];
        assert_eq!(link.push(&chunk(action, 0, MORE, rest)), Ok(None), "{action}");
        assert_eq!(link.pending(), limit);
        assert_eq!(
            link.push(&chunk(action, 0, LAST, b" ")),
            Err(FrameError::TooLong { limit })
        );
    }
}

#[test]
fn all_unfinished_messages_together_are_bounded() {
    let payload = vec![b' '; MAX_PAYLOAD_LEN];
    let mut link = Reassembler::new();
    let refused = 'filled: loop {
        for nonce in 0..4 {
            if let Err(error) = link.push(&chunk("g.2", nonce, MORE, &payload)) {
                break 'filled error;
            }
            assert!(link.pending() <= MAX_PENDING_LEN);
        }
    };
    assert_eq!(refused, FrameError::TooMuchPending);
}

#[test]
fn nothing_is_kept_of_what_nobody_knows() {
    let payload = vec![b' '; MAX_PAYLOAD_LEN];
    let mut link = Reassembler::new();
    for nonce in 0..1000 {
        assert_eq!(link.push(&chunk("g.99", nonce, MORE, &payload)), Ok(None));
    }
    assert_eq!(link.pending(), 0);
    let done = link.push(&chunk("g.99", 5, LAST, &payload)).unwrap().unwrap();
    assert_eq!(
        done,
        Assembled {
            action: "g.99".into(),
            body: Body::Binary(Vec::new())
        }
    );
    assert_eq!(Action::decode(&done), Ok(Action::Unknown("g.99".into())));
}

#[test]
fn a_transcript_nobody_wants_takes_no_memory() {
    let payload = vec![b' '; MAX_PAYLOAD_LEN];
    let mut link = Reassembler::new();
    assert_eq!(link.push(&chunk("g.2", 0, MORE, &payload)), Ok(None));
    link.refuse_transcripts();
    assert_eq!(link.pending(), 0);
    for _ in 0..1000 {
        assert_eq!(link.push(&chunk("g.2", 0, MORE, &payload)), Ok(None));
    }
    assert_eq!(link.pending(), 0);
    let done = link.push(&chunk("g.2", 0, LAST, &payload)).unwrap().unwrap();
    assert_eq!(Action::decode(&done), Ok(Action::Ignored("g.2")));
}

#[test]
fn the_nonce_wraps() {
    let mut link = Reassembler::new();
    for nonce in [u16::MAX, 0] {
        assert_eq!(link.push(&chunk("g.8", nonce, MORE, b"{\"isTyping\":")), Ok(None));
    }
    for nonce in [u16::MAX, 0] {
        let done = link.push(&chunk("g.8", nonce, LAST, b"true}")).unwrap().unwrap();
        assert_eq!(Action::decode(&done), Ok(Action::Typing(true)));
    }
}

/// The longest history a page can send: every text at its limit, in the widest escape there is.
#[test]
fn the_longest_transcript_fits_its_bound() {
    let uuid = "e9b7722a-4442-4c56-acfb-456eecff37f2";
    for (unit, written) in [("\u{1}", 6), ("\u{2028}", 3), ("a", 1)] {
        let item = TranscriptItem {
            author_id: uuid.into(),
            content: TranscriptContent::Text(unit.repeat(MAX_TEXT_UNITS)),
            time_sent: 8_640_000_000_000_000,
            id: uuid.into(),
            time_received: Some(8_640_000_000_000_000),
        };
        let sent = Action::Transcript(vec![item; MAX_TRANSCRIPT_ITEMS]);
        let (name, body) = sent.encode().unwrap();
        let len = body.as_bytes().len();
        assert!(len > written * MAX_TEXT_UNITS * MAX_TRANSCRIPT_ITEMS && len <= MAX_TRANSCRIPT_LEN);

        let mut link = Reassembler::new();
        let mut chunks = body.as_bytes().chunks(MAX_PAYLOAD_LEN).peekable();
        let mut done = None;
        while let Some(payload) = chunks.next() {
            let tag = if chunks.peek().is_none() { LAST } else { MORE };
            done = link.push(&chunk(name, 0, tag, payload)).unwrap();
        }
        assert!(Action::decode(&done.unwrap()) == Ok(sent));
    }
}

#[test]
fn a_text_of_lone_surrogates_at_the_limit_fits_and_arrives() {
    let text = "\\ud800".repeat(MAX_TEXT_UNITS);
    let id = "\\u0001".repeat(64);
    let json = format!(r#"{{"authorId":"{id}","text":"{text}","timeSent":8640000000000000,"id":"{id}"}}"#);
    assert!(json.len() <= MAX_MESSAGE_LEN);
    let message = Assembled {
        action: "g.0".into(),
        body: Body::Json(json),
    };
    let Ok(Action::Text(message)) = Action::decode(&message) else {
        panic!()
    };
    assert_eq!(message.text, "\u{fffd}".repeat(MAX_TEXT_UNITS));
}
