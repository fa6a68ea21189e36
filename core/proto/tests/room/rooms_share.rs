//! A room that is one of many keeps fewer offers ready, and still meets.

use crate::world::{each_seed, secs};
use dayfly_proto::room::limits::{MAX_POOLED_PER_SLOT, MIN_POOLED};

#[test]
fn a_smaller_share_takes_offers_back_and_a_greater_one_makes_more() {
    each_seed(5, |world| {
        let a = world.enter("Ada");
        world.run(secs(5));
        assert_eq!(world.room(a).stats().offers as usize, MAX_POOLED_PER_SLOT);
        world.with(a, |room, now| room.share(now, 3, 6));
        // Those that were announced end once nobody can be answering them.
        world.run(secs(10));
        assert_eq!(world.room(a).stats().offers, 3);
        assert_eq!(world.all_links(a), 3);
        world.with(a, |room, now| room.share(now, 0, 0));
        world.run(secs(10));
        assert_eq!(world.all_links(a), MIN_POOLED);
        let b = world.enter("Bo");
        world.meet(&[a, b], secs(8));
        world.with(a, |room, now| room.share(now, 100, 100));
        world.run(secs(30));
        assert_eq!(world.room(a).stats().offers as usize, MAX_POOLED_PER_SLOT);
    });
}

#[test]
fn members_of_the_least_share_all_meet() {
    each_seed(5, |world| {
        let all: Vec<_> = ["Ada", "Bo", "Cy", "Di"].map(|name| world.enter(name)).to_vec();
        for one in &all {
            world.with(*one, |room, now| room.share(now, MIN_POOLED, 4));
        }
        world.meet(&all, secs(40));
    });
}
