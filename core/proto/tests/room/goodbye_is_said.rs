//! Leaving says goodbye to everybody, closes everything, leaves the swarm, forgets what was said,
//! and takes nothing in any more. A page's goodbye is heard, and its name is remembered for the
//! farewell.

use crate::world::{each_seed, secs};
use dayfly_proto::room::{EndReason, Event, LeaveReason, SayError};

#[test]
fn a_room_leaves() {
    each_seed(10, |world| {
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, b, page], secs(4));
        world.say(a, "canary");
        world.run(secs(1));
        world.with(a, |room, now| room.leave(now));
        world.with(a, |room, now| room.leave(now));
        assert_eq!(
            world.events(a).last(),
            Some(&Event::Left {
                reason: EndReason::Left
            })
        );
        assert_eq!(world.all_links(a), 0);
        let snapshot = world.room(a).snapshot();
        assert!(snapshot.messages.is_empty() && snapshot.members.is_empty());
        let said = world.with(a, |room, now| room.say(now, "more".into(), Default::default()));
        assert_eq!(said, Err(SayError::Ended));
        assert_eq!(world.room(a).poll_timeout(), None);
        assert!(world.room(a).has_ended());
        world.run(secs(1));
        assert_eq!(world.names(b), ["Page"]);
        let left = |event: &Event| {
            matches!(
                event,
                Event::MemberLeft {
                    reason: LeaveReason::Left,
                    ..
                }
            )
        };
        assert!(world.events(b).iter().any(left), "it said goodbye");
        assert_eq!(world.page(page).shown().len(), 1);
        world.run(secs(60));
        assert_eq!(world.names(b), ["Page"]);
    });
}

#[test]
fn a_page_leaves() {
    each_seed(10, |world| {
        let a = world.enter("Ada");
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, page], secs(4));
        world.with_page(page, |page, _| page.leave());
        world.run(secs(1));
        assert!(world.names(a).is_empty());
        let left = |event: &Event| {
            matches!(
                event,
                Event::MemberLeft {
                    reason: LeaveReason::Left,
                    ..
                }
            )
        };
        assert!(world.events(a).iter().any(left));
    });
}
