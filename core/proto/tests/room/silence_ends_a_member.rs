//! A member that vanishes is shown as reconnecting after five seconds and lost after ten; one
//! that comes back in time loses nothing. What was said into the silence is said to have failed.

use crate::world::{each_seed, secs};
use dayfly_proto::room::{DeliveryState, Event, LeaveReason, MemberState};

#[test]
fn a_killed_page_is_lost_after_ten_seconds() {
    each_seed(10, |world| {
        let a = world.enter("Ada");
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, page], secs(4));
        world.run(secs(2));
        world.kill(page);
        world.run(secs(6));
        assert_eq!(
            world.room(a).snapshot().members[0].state,
            MemberState::Reconnecting
        );
        let id = world.say(a, "are you there?");
        world.run(secs(5));
        assert!(world.names(a).is_empty());
        let lost = |event: &Event| {
            matches!(
                event,
                Event::MemberLeft {
                    reason: LeaveReason::Lost,
                    ..
                }
            )
        };
        assert!(world.events(a).iter().any(lost));
        let failed = |event: &Event| matches!(event, Event::Delivery { id: of, state: DeliveryState::Failed, .. } if *of == id);
        assert!(world.events(a).iter().any(failed));
    });
}

#[test]
fn a_short_silence_costs_nothing() {
    each_seed(10, |world| {
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        world.meet(&[a, b], secs(4));
        world.run(secs(2));
        world.part(a, b);
        world.run(secs(7));
        world.say(a, "into the silence");
        world.heal(a, b);
        world.run(secs(2));
        assert_eq!(world.texts(b), ["into the silence"]);
        assert_eq!(world.room(b).snapshot().members[0].state, MemberState::Here);
        assert_eq!(crate::comings(world.events(b)), (1, 0));
    });
}

#[test]
fn after_a_long_silence_they_find_each_other_again() {
    each_seed(20, |world| {
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        world.meet(&[a, b], secs(4));
        world.part(a, b);
        world.run(secs(60));
        assert!(world.names(a).is_empty() && world.names(b).is_empty());
        world.heal(a, b);
        world.meet(&[a, b], secs(45));
    });
}
