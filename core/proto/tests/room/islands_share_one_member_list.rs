//! A room on two islands shows the pages of both in one list; a room that is on both too is one
//! member and hears each word once.

use crate::world::{each_seed, secs};
use dayfly_proto::invite::Island;

#[test]
fn two_islands_one_list() {
    each_seed(30, |world| {
        world.add_tracker();
        let islands = vec![Island::chitchatter(), Island::at("https://chat.example").unwrap()];
        world.islands = vec![islands[0].clone()];
        let here = world.open_page("5", "Here", 9);
        world.islands = vec![islands[1].clone()];
        let there = world.open_page("6", "There", 10);
        world.islands = islands.clone();
        let a = world.enter("Ada");
        world.run(secs(1));
        let b = world.enter("Bo");
        world.until(secs(4), "everybody", |world| {
            world.names(a) == ["Bo", "Here", "There"] && world.names(b) == ["Ada", "Here", "There"]
        });
        world.run(secs(30));
        world.say(a, "to both islands");
        world.run(secs(1));
        assert_eq!(world.page(here).texts(), ["to both islands"]);
        assert_eq!(world.page(there).texts(), ["to both islands"]);
        assert_eq!(world.texts(b), ["to both islands"]);
        assert_eq!(world.names(b), ["Ada", "Here", "There"]);
        assert_eq!(world.open_links(a), 3);
        let members = world.room(a).snapshot().members;
        assert!(members.iter().all(|member| !member.same_key));
        let of = |name| {
            members
                .iter()
                .find(|member| member.name == name)
                .unwrap()
                .islands
                .clone()
        };
        assert_eq!(of("Here"), [islands[0].origin.clone()]);
        assert_eq!(of("There"), [islands[1].origin.clone()]);
    });
}
