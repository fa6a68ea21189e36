//! A direct message goes over one connection and to nobody else, and is nobody's history.

use crate::world::{each_seed, secs};
use dayfly_proto::room::Event;

#[test]
fn one_hears_it() {
    each_seed(10, |world| {
        let seats = [
            world.enter("Ada"),
            world.enter("Bo"),
            world.enter("Cy"),
            world.open_page("5", "Page", 9),
        ];
        let [a, b, c, page] = seats;
        world.meet(&seats, secs(5));
        // To a Dayfly it goes through the session, which begins once the two know each other.
        world.run(secs(1));
        let id = world
            .with(a, |room, now| {
                room.direct(
                    now,
                    "Bo",
                    "psst".into(),
                    dayfly_proto::room::SayOptions::with_reference(Some("r1".into())),
                )
            })
            .unwrap();
        world.run(secs(1));
        world
            .with(b, |room, now| {
                room.direct(now, "Page", "you too".into(), Default::default())
            })
            .unwrap();
        world.run(secs(1));
        assert_eq!(world.texts(a), ["psst"]);
        assert_eq!(world.texts(b), ["psst", "you too"]);
        assert!(world.texts(c).is_empty());
        assert_eq!(world.page(page).texts().len(), 0);
        let own = world.messages(a).remove(0);
        let bo = world.room(a).member("Bo").unwrap();
        assert_eq!(
            (own.id.clone(), own.with, own.direct, own.mine),
            (id, Some(bo), true, true)
        );
        let told = world.events(a).iter().filter_map(|event| match event {
            Event::Message { message } => message.reference.clone(),
            _ => None,
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            ["r1"],
            "once, with what the command called it"
        );
        let got = world.messages(b).remove(0);
        let ada = world.room(b).member("Ada").unwrap();
        assert_eq!((got.from, got.with, got.direct), (ada.clone(), Some(ada), true));
        let late = world.enter("Late");
        world.until(secs(5), "the newcomer", |world| world.names(late).len() == 4);
        world.run(secs(1));
        assert!(world.texts(late).is_empty());
    });
}
