//! Forty messages a minute for an hour, typed as people type, with bursts of ten: every one is
//! shown, none late by more than a moment, nobody is closed.

use crate::world::{each_seed, ms, secs};
use dayfly_proto::wire::web::chitchatter::Action;

#[test]
fn an_hour_of_lively_talk() {
    each_seed(3, |world| {
        let a = world.enter("Ada");
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, page], secs(4));
        world.run(secs(1));
        let mut said = 0;
        for minute in 0..60 {
            let end = world.mono + secs(60);
            for n in 0..40 {
                if n % 10 == 0 {
                    world.with_page(page, |page, _| page.send_all(&Action::Typing(true)));
                }
                world.with_page(page, |page, now| page.say(now, &format!("{minute}:{n}")));
                said += 1;
                // Ten at a time, quickly; then a pause.
                let pause = if n % 10 == 9 {
                    13_000
                } else {
                    100 + world.random(200)
                };
                world.run(ms(pause));
            }
            let rest = end.saturating_sub(world.mono);
            world.run(rest);
        }
        assert_eq!(said, 2_400);
        let shown = world
            .events(a)
            .iter()
            .filter(|event| matches!(event, dayfly_proto::room::Event::Message { .. }))
            .count();
        assert_eq!(shown, said);
        let stats = world.room(a).stats();
        assert_eq!((stats.dropped, stats.refused), (0, 0));
        let late = world
            .messages(a)
            .iter()
            .map(|message| message.at - message.sent_at)
            .max()
            .unwrap();
        assert!(late < 200, "{late} ms");
        assert_eq!(world.names(a), ["Page"]);
    });
}

#[test]
fn what_one_room_may_say_another_shows_whole() {
    each_seed(3, |world| {
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        world.meet(&[a, b], secs(4));
        let mut said = 0;
        for n in 0..1_000 {
            if world
                .with(a, |room, now| room.say(now, n.to_string(), Default::default()))
                .is_ok()
            {
                said += 1;
            }
        }
        assert_eq!(said, 230, "then it is told to wait");
        world.run(secs(300));
        assert_eq!(world.texts(b).len(), said);
        assert_eq!(world.room(b).stats().dropped, 0);
    });
}
