//! Every action survives its JSON, which is what a page writes; what a page could write and we
//! cannot represent is bent, not lost; what it could not write is refused.

use dayfly_proto::wire::web::SdpKind;
use dayfly_proto::wire::web::chitchatter::{
    Action, ActionError, AudioState, ChatText, FileOffer, InlineMedia, MAX_TEXT_UNITS, MAX_TIME_MS, Metadata,
    StreamMeta, TranscriptContent, TranscriptItem, message_limit,
};
use dayfly_proto::wire::web::frame::{Assembled, Body};
use proptest::prelude::*;

fn decode(action: &str, json: &str) -> Result<Action, ActionError> {
    Action::decode(&Assembled {
        action: action.into(),
        body: Body::Json(json.into()),
    })
}

fn any_text(max: usize) -> impl Strategy<Value = String> {
    // Plain, control, wide, outside the basic plane, and what JavaScript once could not hold.
    let char = prop_oneof![
        4 => proptest::char::range(' ', '~'),
        1 => proptest::char::range('\0', '\u{1f}'),
        1 => any::<char>(),
        1 => prop::sample::select(vec!['"', '\\', '/', '\u{7f}', '\u{2028}', '\u{2029}', '\u{feff}', '😀']),
    ];
    prop::collection::vec(char, 0..max).prop_map(|chars| chars.into_iter().collect())
}

fn id() -> impl Strategy<Value = String> {
    any_text(17).prop_filter("ids are bounded in bytes", |id| id.len() <= 64)
}

fn time() -> impl Strategy<Value = u64> {
    0..=MAX_TIME_MS
}

prop_compose! {
    fn chat_text()(author_id in id(), text in any_text(3000), time_sent in time(), id in id()) -> ChatText {
        ChatText { author_id, text, time_sent, id }
    }
}

prop_compose! {
    fn item()(
        author_id in id(), text in any_text(500), media: bool, time_sent in time(), id in id(),
        time_received in prop::option::of(time()),
    ) -> TranscriptItem {
        let content = if media { TranscriptContent::Media(text) } else { TranscriptContent::Text(text) };
        TranscriptItem { author_id, content, time_sent, id, time_received }
    }
}

prop_compose! {
    fn metadata()(
        user_id in id(), name in any_text(60), public_key in any_text(400), signature in any_text(400),
        renamed: bool, native: u8,
    ) -> Metadata {
        Metadata { user_id, name, public_key, signature, renamed, native }
    }
}

fn any_action() -> impl Strategy<Value = Action> {
    prop_oneof![
        id().prop_map(|c| Action::Challenge { c }),
        id().prop_map(|h| Action::Response { h }),
        Just(Action::Ready),
        Just(Action::Leave),
        metadata().prop_map(Action::Metadata),
        prop::collection::vec(item(), 0..20).prop_map(Action::Transcript),
        chat_text().prop_map(Action::Text),
        chat_text().prop_map(Action::DirectText),
        any::<bool>().prop_map(Action::Typing),
        any::<bool>().prop_map(Action::DirectTyping),
        (id(), any_text(200), time(), id()).prop_map(|(author_id, magnet_uri, time_sent, id)| {
            Action::Media(InlineMedia {
                author_id,
                magnet_uri,
                time_sent,
                id,
            })
        }),
        any::<(Option<bool>, Option<bool>)>().prop_map(|(microphone, screen_share)| {
            Action::AudioState(AudioState {
                microphone,
                screen_share,
            })
        }),
        any::<bool>().prop_map(Action::VideoState),
        any::<bool>().prop_map(Action::ScreenState),
        prop::option::of((any_text(200), any::<bool>())).prop_map(|offer| {
            Action::FileOffer(offer.map(|(magnet_uri, is_all_inline_media)| FileOffer {
                magnet_uri,
                is_all_inline_media,
            }))
        }),
        (any::<bool>(), any_text(2000)).prop_map(|(offer, sdp)| {
            Action::Signal {
                kind: if offer { SdpKind::Offer } else { SdpKind::Answer },
                sdp,
            }
        }),
        (id(), id(), id()).prop_map(|(key, stream, source)| Action::StreamMeta(StreamMeta {
            key,
            stream,
            source
        })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn an_action_survives_within_its_limit(action in any_action()) {
        let (name, body) = action.encode().unwrap();
        prop_assert!(body.as_bytes().len() <= message_limit(name).unwrap());
        let again = Action::decode(&Assembled { action: name.into(), body });
        prop_assert!(again == Ok(action));
    }

    #[test]
    fn flipped_and_cut_bodies_are_errors_or_other_actions_but_no_panic(
        action in any_action(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let (name, body) = action.encode().unwrap();
        let mut bytes = body.as_bytes().to_vec();
        for (at, bit) in flips {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
        }
        bytes.truncate(cut.index(bytes.len() + 1));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for body in [Body::Json(text.clone()), Body::Text(text), Body::Binary(bytes)] {
            let _ = Action::decode(&Assembled { action: name.into(), body });
        }
    }
}

#[test]
fn strings_are_escaped_as_json_stringify_does() {
    // Left: the text. Right: what JSON.stringify("…") prints, quotes off.
    for (text, printed) in [
        ("\u{8}\t\n\u{c}\r", r"\b\t\n\f\r"),
        ("\0\u{1}\u{b}\u{1f}", r"\u0000\u0001\u000b\u001f"),
        (r#""\/"#, r#"\"\\/"#),
        (
            "\u{7f}\u{80}\u{2028}\u{2029}\u{feff}é😀<>&'",
            "\u{7f}\u{80}\u{2028}\u{2029}\u{feff}é😀<>&'",
        ),
    ] {
        let message = ChatText {
            author_id: "a".into(),
            text: text.into(),
            time_sent: 1_795_254_276_867,
            id: "i".into(),
        };
        let (_, body) = Action::Text(message).encode().unwrap();
        let expected = format!(r#"{{"authorId":"a","text":"{printed}","timeSent":1795254276867,"id":"i"}}"#);
        assert_eq!(body.as_bytes(), expected.as_bytes());
    }
}

#[test]
fn keys_stand_in_the_order_of_a_page() {
    let metadata = |renamed| {
        let text = |text: &str| text.to_owned();
        let (user_id, name, public_key, signature) = (text("u"), text("n"), text("k"), text("s"));
        let action = Action::Metadata(Metadata {
            user_id,
            name,
            public_key,
            signature,
            renamed,
            native: 0,
        });
        String::from_utf8(action.encode().unwrap().1.as_bytes().to_vec()).unwrap()
    };
    let rest = r#""publicKeyString":"k","identitySignatureBase64":"s"}"#;
    assert_eq!(
        metadata(false),
        format!(r#"{{"userId":"u","customUsername":"n",{rest}"#)
    );
    assert_eq!(
        metadata(true),
        format!(r#"{{"customUsername":"n","userId":"u",{rest}"#)
    );

    let json = r#"[{"authorId":"a","text":"t","timeSent":1,"id":"i","timeReceived":2},{"authorId":"a","magnetURI":"m","timeSent":3,"id":"j","timeReceived":4},{"authorId":"a","text":"","timeSent":5,"id":"k"}]"#;
    let (_, body) = decode("g.2", json).unwrap().encode().unwrap();
    assert_eq!(body.as_bytes(), json.as_bytes());
    for (name, json) in [
        (
            "g.1",
            r#"{"authorId":"a","magnetURI":"magnet:?","timeSent":1,"id":"i"}"#,
        ),
        ("g.4", r#"{"microphone":"PLAYING"}"#),
        ("g.4", r#"{"microphone":"STOPPED","screen-share":"PLAYING"}"#),
        ("g.7", "null"),
    ] {
        let (again, body) = decode(name, json).unwrap().encode().unwrap();
        assert_eq!((again, body.as_bytes()), (name, json.as_bytes()));
    }
}

#[test]
fn a_number_that_is_no_time_does_not_lose_the_message() {
    for (number, time) in [
        ("1e400", MAX_TIME_MS),
        ("-1e400", 0),
        ("-5", 0),
        ("1795254276867.75", 1_795_254_276_867),
        ("1.795254276867e12", 1_795_254_276_867),
        ("18446744073709551616", MAX_TIME_MS),
        ("null", 0),
    ] {
        let json = format!(r#"{{"authorId":"a","text":"t","timeSent":{number},"id":"i"}}"#);
        let Ok(Action::Text(text)) = decode("g.0", &json) else {
            panic!("{number}")
        };
        assert_eq!(text.time_sent, time, "{number}");
    }
}

#[test]
fn fields_nobody_asked_for_are_passed_over() {
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let json = format!(
        r#"{{"new":{deep},"big":1e999,"odd":"\ud800","authorId":"a","text":"t","timeSent":1,"id":"i"}}"#
    );
    assert!(matches!(decode("g.0", &json), Ok(Action::Text(_))));
    assert!(matches!(
        decode("g.8", r#"{"isTyping":true,"x":{}}"#),
        Ok(Action::Typing(true))
    ));
    // Where it must be looked at, depth is an error and no overflow.
    assert!(decode("g.2", &deep).is_err());
    assert!(decode("g.0", &deep).is_err());
}

#[test]
fn an_entry_that_makes_no_sense_does_not_lose_the_history() {
    let long = "x".repeat(MAX_TEXT_UNITS + 1);
    let json = format!(
        r#"[null,7,"x",[],{{}},{{"authorId":"a","text":"{long}","timeSent":1,"id":"i"}},{{"authorId":"a","text":"kept","timeSent":1,"id":"i"}}]"#
    );
    let Ok(Action::Transcript(items)) = decode("g.2", &json) else {
        panic!()
    };
    assert_eq!(items.len(), 1);
    assert!(items[0].content == TranscriptContent::Text("kept".into()));
}

#[test]
fn of_a_long_history_the_last_150_are_kept() {
    let items: Vec<String> = (0..400)
        .map(|n| format!(r#"{{"authorId":"a","text":"t","timeSent":{n},"id":"i"}}"#))
        .collect();
    let Ok(Action::Transcript(items)) = decode("g.2", &format!("[{}]", items.join(","))) else {
        panic!()
    };
    let times: Vec<u64> = items.iter().map(|item| item.time_sent).collect();
    assert_eq!(times, (250..400).collect::<Vec<u64>>());
}

#[test]
fn limits_are_in_utf16_units() {
    let text = |text: &str| {
        decode(
            "dm.0",
            &format!(r#"{{"authorId":"a","text":"{text}","timeSent":1,"id":"i"}}"#),
        )
    };
    assert!(text(&"é".repeat(10_000)).is_ok());
    assert!(text(&"😀".repeat(5_000)).is_ok());
    assert_eq!(text(&"a".repeat(10_001)), Err(ActionError::TooLong("message")));
    assert_eq!(text(&"😀".repeat(5_001)), Err(ActionError::TooLong("message")));
}

#[test]
fn what_no_page_writes_is_refused_with_a_sentence() {
    for (name, json) in [
        ("g.0", r#"{"authorId":"a","timeSent":1,"id":"i"}"#),
        ("g.0", r#"{"authorId":"a","text":5,"timeSent":1,"id":"i"}"#),
        ("g.0", "[]"),
        ("g.2", "{}"),
        ("g.3", r#"{"userId":"u","customUsername":"n"}"#),
        ("g.5", r#""PLAYING""#),
        ("g.8", r#"{"isTyping":"yes"}"#),
        ("@_hsdata", r#"{"__trystero_pw":"other"}"#),
        ("@_signal", r#"{"type":"rollback","sdp":""}"#),
    ] {
        let error = decode(name, json).unwrap_err();
        assert!(error.to_string().starts_with("the peer sent a"), "{name}");
    }
    let loud = Assembled {
        action: "g.5".into(),
        body: Body::Text("LOUD".into()),
    };
    assert!(Action::decode(&loud).is_err());
}

#[test]
fn debug_shows_no_content() {
    let json = r#"{"authorId":"canary","text":"canary","timeSent":1,"id":"canary"}"#;
    let message = Assembled {
        action: "g.0".into(),
        body: Body::Json(json.into()),
    };
    let action = Action::decode(&message).unwrap();
    let Action::Text(text) = &action else { panic!() };
    let all = format!("{message:?} {action:?} {text:?} {:?}", decode("canary", ""));
    assert!(!all.contains("canary"), "{all}");
}
