//! A frame no page would send costs its sender the link and a minute outside, and nobody else
//! anything; what a newer or busier page may send is passed over.

use crate::world::{World, each_seed, secs};
use dayfly_proto::room::{Event, LeaveReason};
use dayfly_proto::wire::web::chitchatter::{Action, ChatText};
use dayfly_proto::wire::web::frame::{Body, encode};

fn frames(world: &mut World, page: usize, action: &str, body: &Body) -> Vec<Vec<u8>> {
    encode(&world.page(page).token(), action, 7, body)
}

#[test]
fn each_bad_frame_ends_one_link() {
    let long = ChatText {
        author_id: "u".into(),
        text: "x".repeat(10_001),
        time_sent: 1,
        id: "i".into(),
    };
    let (name, long) = Action::Text(long).encode().unwrap();
    let bad: Vec<(&str, Body)> = vec![
        ("g.0", Body::Json("{".into())),
        ("g.0", Body::Json("{\"text\":1}".into())),
        ("g.0", Body::Binary(vec![0; 9])),
        ("g.3", Body::Json("{}".into())),
        ("g.3", Body::Json("x".repeat(40_000))),
        ("g.8", Body::Json("[]".into())),
        ("@_hsdata", Body::Json("7".into())),
        (name, long),
    ];
    for (at, (action, body)) in bad.iter().enumerate() {
        let mut world = World::new(at as u64);
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, b, page], secs(4));
        world.run(secs(1));
        for frame in frames(&mut world, page, action, body) {
            world.with_page(page, |page, _| page.send_raw(&frame));
        }
        world.say(b, "still here");
        world.run(secs(1));
        assert_eq!(world.names(a), ["Bo"], "{action} {at}");
        assert_eq!(world.texts(a), ["still here"]);
        let why = |event: &Event| {
            matches!(
                event,
                Event::MemberLeft {
                    reason: LeaveReason::Misbehaved,
                    ..
                }
            )
        };
        assert!(world.events(a).iter().any(why), "{action} {at}");
        world.run(secs(40));
        assert_eq!(world.names(a), ["Bo"], "refused for a minute");
    }
}

#[test]
fn raw_rubbish_ends_one_link() {
    for (at, raw) in [&[][..], &[1], &[2, 1, 0], &[9; 200], &[1, 0, 64, 0], &[0; 20_000]]
        .iter()
        .enumerate()
    {
        let mut world = World::new(at as u64);
        let a = world.enter("Ada");
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, page], secs(4));
        world.with_page(page, |page, _| page.send_raw(raw));
        world.run(secs(1));
        assert!(world.names(a).is_empty(), "{at}");
    }
}

#[test]
fn what_is_not_for_us_is_passed_over() {
    each_seed(3, |world| {
        let a = world.enter("Ada");
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, page], secs(4));
        world.run(secs(1));
        world.forget_events(a);
        for (action, body) in [
            (
                "g.1",
                Body::Json(
                    "{\"authorId\":\"u\",\"magnetURI\":\"magnet:?x\",\"timeSent\":1,\"id\":\"i\"}".into(),
                ),
            ),
            ("g.4", Body::Json("{\"microphone\":\"PLAYING\"}".into())),
            ("g.5", Body::Text("PLAYING".into())),
            ("g.6", Body::Text("SHARING".into())),
            ("g.7", Body::Json("null".into())),
            ("@_ping", Body::Text(String::new())),
            ("g.99", Body::Json("{\"new\":true}".into())),
            ("zz", Body::Binary(vec![1; 50_000])),
        ] {
            for frame in frames(world, page, action, &body) {
                world.with_page(page, |page, _| page.send_raw(&frame));
            }
        }
        // Another room over the same connection.
        let mut other = frames(world, page, "g.0", &Body::Json("{".into())).remove(0);
        other[3] = if other[3] == b'0' { b'1' } else { b'0' };
        world.with_page(page, |page, _| page.send_raw(&other));
        world.run(secs(1));
        assert!(world.events(a).is_empty());
        assert_eq!(world.names(a), ["Page"]);
    });
}

#[test]
fn a_call_is_answered_politely() {
    each_seed(3, |world| {
        let a = world.enter("Ada");
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, page], secs(4));
        let kind = dayfly_proto::wire::web::SdpKind::Offer;
        let offer = Action::Signal {
            kind,
            sdp: "video".into(),
        };
        world.with_page(page, |page, _| page.send_all(&offer));
        world.run(secs(1));
        let answered = world.page(page).heard.iter().any(|(_, action)| {
            matches!(action, Action::Signal { kind: dayfly_proto::wire::web::SdpKind::Answer, sdp } if sdp == "answer to video")
        });
        assert!(answered);
    });
}
