//! Two rooms whose offers cross see each other once, keep one connection, and lose no message.
//!
//! Both announce at the same moment, so each answers the other's offer and two connections open.
//! Breaking the rule that the greater id decides leaves none, or two.

use crate::world::{each_seed, secs};

#[test]
fn crossing_offers_leave_one_connection() {
    each_seed(200, |world| {
        let (a, b) = (world.enter("Ada"), world.enter("Bo"));
        world.meet(&[a, b], secs(4));
        for n in 0..5 {
            world.say(a, &format!("a{n}"));
            world.say(b, &format!("b{n}"));
        }
        world.run(secs(30));
        assert_eq!((world.open_links(a), world.open_links(b)), (1, 1));
        for seat in [a, b] {
            let mut texts = world.texts(seat);
            texts.sort();
            assert_eq!(
                texts,
                ["a0", "a1", "a2", "a3", "a4", "b0", "b1", "b2", "b3", "b4"]
            );
            let (joined, left) = crate::comings(world.events(seat));
            assert_eq!((joined, left), (1, 0), "nobody flickers");
        }
    });
}

#[test]
fn a_page_whose_offers_cross_ours_is_here_once() {
    each_seed(200, |world| {
        let page = world.open_page("7", "Page", 9);
        let a = world.enter("Ada");
        world.meet(&[a, page], secs(4));
        world.run(secs(30));
        assert_eq!(world.open_links(a), 1);
        assert_eq!(crate::comings(world.events(a)), (1, 0));
    });
}
