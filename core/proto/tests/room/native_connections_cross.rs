//! Native connections that cross, or that are made twice to be sure, leave one row, one session
//! that both sides agree on, and every message once, whichever session it was said in.

use super::world::{World, each_seed, ms, secs};
use dayfly_proto::id::MessageId;
use dayfly_proto::invite::native::RoomOptionsWire;
use std::cell::Cell;
use std::collections::BTreeSet;

/// Two enter at one moment, through `trackers`, and talk from the first moment on; how many
/// connections were open between them at once, at most.
fn cross(world: &mut World, trackers: usize) -> usize {
    for _ in 1..trackers {
        world.add_tracker();
    }
    let invite = world.open_native(RoomOptionsWire::default());
    let a = world.enter_native(&invite, "Ada", None);
    let b = world.enter_native(&invite, "Bob", None);
    world.meet(&[a, b], secs(30));
    let mut most = world.open_between(a, b);
    for n in 0..20 {
        world.say(a, &format!("a{n}"));
        world.say(b, &format!("b{n}"));
        for _ in 0..15 {
            world.run(ms(10));
            most = most.max(world.open_between(a, b));
        }
    }
    world.run(secs(10));
    // The session that stays is the same one on both sides.
    assert_eq!((world.open_links(a), world.open_links(b)), (1, 1));
    assert_eq!(world.open_between(a, b), 1);
    for seat in [a, b] {
        assert_eq!(crate::comings(world.events(seat)), (1, 0), "nobody flickers");
        let messages = world.messages(seat);
        let ids: BTreeSet<&MessageId> = messages.iter().map(|message| &message.id).collect();
        assert_eq!((messages.len(), ids.len()), (40, 40));
        assert_eq!(world.heard(seat).len(), 40);
    }
    most
}

#[test]
fn crossing_connections_leave_one_session_and_each_message_once() {
    for trackers in [1, 3] {
        let crossed = Cell::new(0);
        each_seed(40, |world| {
            crossed.set(crossed.get() + usize::from(cross(world, trackers) > 1));
        });
        eprintln!(
            "{trackers} tracker(s): {} of 40 had two sessions at once",
            crossed.get()
        );
        let all = std::env::var("DAYFLY_SEED").is_err();
        assert!(
            !all || crossed.get() > 0,
            "no connections crossed: this shows nothing"
        );
    }
}
