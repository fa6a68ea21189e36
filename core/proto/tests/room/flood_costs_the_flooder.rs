//! A member that says too much is first shown late, then folded, then closed and refused for a
//! minute; everybody else's words arrive as if nothing had happened.

use crate::world::{each_seed, ms, secs};
use dayfly_proto::room::{Event, LeaveReason};
use dayfly_proto::wire::web::chitchatter::Action;

#[test]
fn above_the_pace_messages_come_late_then_folded() {
    each_seed(5, |world| {
        let a = world.enter("Ada");
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, page], secs(4));
        world.run(secs(1));
        for n in 0..300 {
            world.with_page(page, |page, now| page.say(now, &format!("{n}")));
        }
        world.run(secs(2));
        let shown = world.texts(a).len();
        assert!((30..=33).contains(&shown), "{shown} at once");
        world.run(secs(240));
        assert_eq!(world.texts(a).len(), 230, "the rest comes, one a second");
        let folded: u32 = world
            .events(a)
            .iter()
            .filter_map(|event| match event {
                Event::Folded { count, .. } => Some(*count),
                _ => None,
            })
            .sum();
        assert_eq!(folded, 70);
        assert_eq!(world.room(a).stats().dropped, 70);
        assert_eq!(world.names(a), ["Page"]);
    });
}

#[test]
fn ten_times_the_pace_ends_the_link_and_nobody_elses_words_wait() {
    each_seed(5, |world| {
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, b, page], secs(4));
        world.run(secs(1));
        for n in 0..600 {
            world.with_page(page, |page, now| page.say(now, &format!("{n}")));
            if n % 100 == 0 {
                world.say(b, &format!("bo {n}"));
            }
            world.run(ms(5));
        }
        world.run(secs(1));
        assert_eq!(world.names(a), ["Bo"]);
        let left = world.events(a).iter().find_map(|event| match event {
            Event::MemberLeft { reason, detail, .. } => Some((*reason, detail.clone())),
            _ => None,
        });
        let (reason, detail) = left.unwrap();
        assert_eq!(reason, LeaveReason::Misbehaved);
        assert!(detail.unwrap().ends_with('.'));
        for message in world.messages(a).iter().filter(|message| message.name == "Bo") {
            assert!(message.at - message.sent_at < 200, "Bo waits for nobody");
        }
        assert_eq!(
            world
                .messages(a)
                .iter()
                .filter(|message| message.name == "Bo")
                .count(),
            6
        );
        // Nor does it come back at once, not even with a new id.
        let again = world.open_page("x", "Page", 9);
        world.run(secs(40));
        assert_eq!(world.names(a), ["Bo"]);
        world.until(secs(60), "a second chance", |world| world.names(a).len() == 2);
        let _ = again;
    });
}

#[test]
fn typing_names_and_renegotiations_have_their_own_pace() {
    let metadata = |world: &mut crate::world::World, page, n: u32| {
        world.page(page).name = format!("Page {n}");
        Action::Metadata(world.page(page).metadata())
    };
    let signal = || Action::Signal {
        kind: dayfly_proto::wire::web::SdpKind::Offer,
        sdp: "v=0".into(),
    };
    for kind in 0..3 {
        let mut world = crate::world::World::new(kind);
        let a = world.enter("Ada");
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, page], secs(4));
        world.run(secs(1));
        world.forget_events(a);
        for n in 0..2_000u32 {
            let action = match kind {
                0 => Action::Typing(n % 2 == 0),
                1 => metadata(&mut world, page, n),
                _ => signal(),
            };
            if world.page(page).first_peer().is_none() {
                break;
            }
            world.with_page(page, |page, _| page.send_all(&action));
            if n % 10 == 0 {
                world.run(ms(5));
            }
        }
        world.run(secs(1));
        assert!(
            world.events(a).len() < 60,
            "{} events of kind {kind}",
            world.events(a).len()
        );
        assert!(world.names(a).is_empty(), "kind {kind}");
    }
}

#[test]
fn coming_and_going_is_no_way_round_the_pace() {
    each_seed(5, |world| {
        let a = world.enter("Ada");
        let start = world.mono;
        for round in 0..8 {
            let page = world.open_page("5", "Page", 9);
            world.meet(&[a, page], secs(25));
            for n in 0..40 {
                world.with_page(page, |page, now| page.say(now, &format!("{round}:{n}")));
            }
            world.run(secs(1));
            world.with_page(page, |page, _| page.leave());
            world.run(secs(1));
        }
        let seconds = usize::try_from((world.mono - start).as_secs()).unwrap();
        let shown = world.texts(a).len();
        assert!(shown >= 30 && shown <= 60 + seconds, "{shown} in {seconds} s");
        assert_eq!(shown as u64 + world.room(a).stats().dropped, 8 * 40);
    });
}

#[test]
fn a_short_burst_before_leaving_is_shown_whole() {
    each_seed(5, |world| {
        let a = world.enter("Ada");
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, page], secs(4));
        for n in 0..50 {
            world.with_page(page, |page, now| page.say(now, &format!("{n}")));
        }
        world.with_page(page, |page, _| page.leave());
        world.run(secs(2));
        assert_eq!(world.texts(a).len(), 50);
        assert!(world.names(a).is_empty());
    });
}
