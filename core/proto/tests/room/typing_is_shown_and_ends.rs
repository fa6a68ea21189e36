//! Who types is shown, in the room and in a direct thread apart; a message, a minute or a
//! departure ends it. A newcomer is told of typing that goes on.

use crate::world::{each_seed, secs};
use dayfly_proto::room::Event;
use dayfly_proto::wire::web::chitchatter::Action;

#[test]
fn typing_comes_and_goes() {
    each_seed(5, |world| {
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        world.meet(&[a, b], secs(4));
        let ada = world.room(b).member("Ada").unwrap();
        world.run(secs(1));
        world.forget_events(b);
        let typing = |world: &crate::world::World, from: &dayfly_proto::id::MemberId| -> Vec<(bool, bool)> {
            let seen = world.events(b).iter().filter_map(|event| match event {
                Event::Typing {
                    from: who,
                    on,
                    direct,
                } if who == from => Some((*on, *direct)),
                _ => None,
            });
            seen.collect()
        };
        for _ in 0..3 {
            world.with(a, |room, now| room.typing(now, true, None)).unwrap();
        }
        world
            .with(a, |room, now| room.typing(now, true, Some("Bo")))
            .unwrap();
        world.run(secs(1));
        assert_eq!(
            typing(world, &ada),
            [(true, false), (true, true)],
            "said once each"
        );
        world.say(a, "done");
        world.run(secs(1));
        assert_eq!(typing(world, &ada)[2..], [(false, false)]);
        world
            .with(a, |room, now| {
                room.direct(now, "Bo", "done".into(), Default::default())
            })
            .unwrap();
        world.run(secs(1));
        assert_eq!(typing(world, &ada)[3..], [(false, true)]);
        world.with(a, |room, now| room.typing(now, true, None)).unwrap();
        world.run(secs(61));
        assert_eq!(typing(world, &ada)[4..], [(true, false), (false, false)]);
    });
}

#[test]
fn a_newcomer_is_told_who_types() {
    each_seed(5, |world| {
        let a = world.enter("Ada");
        world.run(secs(2));
        world.with(a, |room, now| room.typing(now, true, None)).unwrap();
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, page], secs(4));
        world.run(secs(1));
        let heard: Vec<&Action> = world.page(page).heard.iter().map(|(_, action)| action).collect();
        let kinds: Vec<String> = heard.iter().map(|action| format!("{action:?}")).collect();
        assert_eq!(
            kinds,
            ["Metadata", "Transcript", "Typing", "DirectTyping"],
            "as pages greet"
        );
        assert!(matches!(heard[2], Action::Typing(true)));
        assert!(matches!(heard[3], Action::DirectTyping(false)));
    });
}
