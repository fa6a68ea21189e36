//! Where half of all connections never open and the tracker loses messages, members still meet:
//! an attempt that hangs does not stand in the way of the next. One that cannot be reached at all
//! is spoken of once.

use crate::world::{each_seed, secs};
use dayfly_proto::room::NoticeCode;

#[test]
fn half_of_all_attempts_fail() {
    each_seed(40, |world| {
        world.weather.never_opens = 500;
        world.weather.tracker_loss = 100;
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        let page = world.open_page("5", "Page", 9);
        let seats = [a, b, page];
        world.until(secs(400), "all three", |world| world.all_met(&seats));
        world.run(secs(30));
        assert_eq!(world.open_links(a), 2);
    });
}

#[test]
fn nobody_reachable_is_said_once() {
    each_seed(5, |world| {
        world.weather.never_opens = 1_000;
        let a = world.enter("Ada");
        world.enter("Bo");
        world.run(secs(600));
        assert_eq!(world.notices(a, NoticeCode::Unreachable), 1);
        assert!(world.room(a).stats().connecting <= 3);
    });
}
