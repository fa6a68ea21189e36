//! Messages reach a page no closer together than it can draw them, and a room at once; none is
//! lost, and what waits when this person leaves is said before the goodbye.

use crate::world::{each_seed, ms, secs};
use dayfly_proto::room::limits::PAGE_DRAWS;

#[test]
fn twenty_at_once_come_one_by_one() {
    each_seed(5, |world| {
        world.weather.delay = (ms(5), ms(0));
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, b, page], secs(4));
        for n in 0..20 {
            world.say(a, &n.to_string());
        }
        world.run(ms(100));
        assert_eq!(world.texts(b).len(), 20);
        world.run(secs(6));
        let order: Vec<String> = (0..20).map(|n| n.to_string()).collect();
        assert_eq!(world.page(page).texts(), order);
        let at = world.page(page).heard_at.clone();
        let closest = at.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap();
        assert!(closest >= PAGE_DRAWS, "{closest:?}");
        for n in 0..5 {
            world.say(a, &format!("last {n}"));
        }
        world.with(a, |room, now| room.leave(now));
        world.run(secs(1));
        assert_eq!(world.page(page).texts().len(), 25);
    });
}
