//! Members stay when every tracker dies, the person is told once, and newcomers are met again
//! when one comes back.

use crate::world::{each_seed, secs};
use dayfly_proto::room::{NoticeCode, RendezvousState};

#[test]
fn all_trackers_die_and_one_returns() {
    each_seed(10, |world| {
        world.add_tracker();
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        world.meet(&[a, b], secs(4));
        world.set_tracker(0, false);
        world.run(secs(5));
        assert_eq!(world.notices(a, NoticeCode::NoRendezvous), 0, "one is left");
        world.set_tracker(1, false);
        for _ in 0..10 {
            // Each try that fails is reported.
            world.set_tracker(1, false);
            world.run(secs(60));
        }
        assert_eq!(world.notices(a, NoticeCode::NoRendezvous), 1);
        assert!(
            world
                .room(a)
                .snapshot()
                .rendezvous
                .iter()
                .all(|place| place.state == RendezvousState::Waiting)
        );
        world.say(a, "still here");
        world.run(secs(1));
        assert_eq!(world.texts(b), ["still here"]);
        world.set_tracker(0, true);
        world.run(secs(1));
        let c = world.enter("Cy");
        world.meet(&[a, b, c], secs(4));
        world.set_tracker(0, false);
        world.run(secs(5));
        assert_eq!(world.notices(a, NoticeCode::NoRendezvous), 2, "it is news again");
    });
}
