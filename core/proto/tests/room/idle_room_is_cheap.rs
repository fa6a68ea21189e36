//! A room that nobody comes to keeps a dozen connections at most, renews them before two minutes
//! are over, and announces every 20 s; so does one with members.

use crate::world::{each_seed, ms, secs};
use dayfly_proto::room::limits::{MAX_POOLED, MAX_POOLED_PER_SLOT};

#[test]
fn an_hour_alone() {
    each_seed(3, |world| {
        let a = world.enter("Ada");
        world.run(secs(60));
        let before = world.announces(0).0;
        for _ in 0..60 {
            world.run(secs(60));
            assert!(world.all_links(a) <= MAX_POOLED_PER_SLOT);
        }
        let announces = world.announces(0).0 - before;
        // Renewed offers are announced when they are ready.
        assert!(
            (180..=500).contains(&announces),
            "{announces} announces in an hour"
        );
        assert!(world.room(a).stats().offers >= 3);
        assert!(world.oldest_offer(0) <= secs(108), "{:?}", world.oldest_offer(0));
    });
}

#[test]
fn many_trackers_and_islands_share_one_dozen() {
    each_seed(3, |world| {
        for _ in 0..3 {
            world.add_tracker();
        }
        let island = |n| dayfly_proto::invite::Island::at(&format!("https://chat{n}.example")).unwrap();
        world.islands = (0..4).map(island).collect();
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        world.meet(&[a, b], secs(8));
        for _ in 0..60 {
            world.run(secs(5));
            assert!(world.all_links(a) <= MAX_POOLED + 4, "{}", world.all_links(a));
        }
        assert_eq!(world.open_links(a), 1);
    });
}

#[test]
fn a_suspended_room_offers_nothing_and_comes_back() {
    each_seed(5, |world| {
        let a = world.enter("Ada");
        world.run(secs(5));
        world.with(a, |room, now| room.suspended(now));
        let before = world.announces(0).0;
        assert_eq!(world.all_links(a), 0);
        world.run(secs(100));
        assert_eq!(world.announces(0).0, before);
        let b = world.enter("Bo");
        world.run(secs(5));
        world.with(a, |room, now| room.resumed(now));
        world.meet(&[a, b], secs(4));
        world.with(a, |room, now| room.network_changed(now));
        world.run(secs(5));
        assert_eq!(world.names(a), ["Bo"]);
    });
}

#[test]
fn a_taken_offer_is_replaced_at_once() {
    each_seed(10, |world| {
        let page = world.open_page("5", "Page", 9);
        world.run(secs(12));
        // Between two announces of the page, so it is our offer that is taken.
        let a = world.enter("Ada");
        world.meet(&[a, page], secs(2));
        world.run(ms(300));
        assert_eq!(world.room(a).stats().offers as usize, MAX_POOLED_PER_SLOT);
    });
}
