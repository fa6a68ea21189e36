//! What is said while nobody is here, or while this person's key is still being made, waits and
//! is said to the first who come, once.

use crate::world::{each_seed, secs};
use dayfly_proto::room::{DeliveryState, Event};

#[test]
fn the_first_to_come_hears_it() {
    each_seed(10, |world| {
        for private in [false, true] {
            world.password = private.then(|| "c2VjcmV0".into());
            let a = world.enter("Ada");
            let id = world.say(a, "hello?");
            let state = |world: &crate::world::World| {
                world.events(a).iter().rev().find_map(|event| match event {
                    Event::Delivery { id: of, state, .. } if *of == id => Some(*state),
                    _ => None,
                })
            };
            assert_eq!(state(world), Some(DeliveryState::Sending));
            world.run(secs(3));
            let b = world.enter("Bo");
            world.until(secs(4), "Bo to hear", |world| !world.texts(b).is_empty());
            world.run(secs(1));
            assert_eq!(state(world), Some(DeliveryState::Sent));
            assert_eq!(world.messages(b).len(), 1);
            assert!(!world.messages(b)[0].history, "its author said it");
            world.with(a, |room, now| room.leave(now));
            world.with(b, |room, now| room.leave(now));
        }
    });
}

#[test]
fn a_key_that_comes_late_holds_nobody_up() {
    each_seed(10, |world| {
        let b = world.enter("Bo");
        let page = world.open_page("5", "Page", 9);
        world.meet(&[b, page], secs(4));
        let a = world.enter_unknown("Ada");
        world.until(secs(4), "Ada to see them", |world| world.names(a).len() == 2);
        assert_eq!(world.names(b), ["Page"], "nobody is shown without a key");
        world.say(a, "early");
        let direct = world.with(a, |room, now| {
            room.direct(now, "Bo", "early".into(), Default::default())
        });
        assert!(direct.is_err());
        world.run(secs(2));
        assert!(world.texts(b).is_empty());
        world.with(a, |room, now| room.handle_identity(now, crate::identity(a)));
        world.run(secs(1));
        assert_eq!(world.names(b), ["Ada", "Page"]);
        assert_eq!(world.texts(b), ["early"]);
        assert_eq!(world.page(page).texts(), ["early"]);
    });
}

#[test]
fn a_page_is_told_once() {
    each_seed(10, |world| {
        let a = world.enter("Ada");
        world.say(a, "hello?");
        world.run(secs(3));
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, page], secs(4));
        world.run(secs(1));
        assert_eq!(world.page(page).texts(), ["hello?"]);
        assert_eq!(world.page(page).log.len(), 1, "not as history beside it");
    });
}
