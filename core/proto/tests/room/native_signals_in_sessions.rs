//! A connection that dies is replaced without any place to meet: through a member that both
//! reach, or within a session that still carries. Nobody comes twice, nothing is lost or doubled.

use super::world::{World, each_seed, secs};
use dayfly_proto::id::MessageId;
use dayfly_proto::invite::native::RoomOptionsWire;
use dayfly_proto::room::{Command, MemberState};
use std::collections::BTreeSet;

/// A room of three that has no place to meet any more.
fn three(world: &mut World) -> [usize; 3] {
    let (_, seats) = world.native_room(3, RoomOptionsWire::default());
    world.run(secs(10));
    world.set_tracker(0, false);
    world.run(secs(1));
    [seats[0], seats[1], seats[2]]
}

fn here(world: &mut World, seat: usize, other: &str) -> bool {
    world.row(seat, other).state == MemberState::Here
}

fn all_once(world: &mut World, seats: &[usize], count: usize) {
    for seat in seats {
        let messages = world.messages(*seat);
        let ids: BTreeSet<&MessageId> = messages.iter().map(|message| &message.id).collect();
        assert_eq!((messages.len(), ids.len()), (count, count));
        assert_eq!(crate::comings(world.events(*seat)), (2, 0), "nobody comes twice");
    }
}

#[test]
fn a_dead_connection_is_replaced_through_a_common_member() {
    each_seed(20, |world| {
        let seats = three(world);
        let [a, b, _] = seats;
        world.dies(a, b);
        for n in 0..5 {
            world.say(a, &format!("a{n}"));
            world.say(b, &format!("b{n}"));
            world.run(secs(1));
        }
        let took = world.until(secs(20), "the two to have each other again", |world| {
            here(world, a, "member 1") && here(world, b, "member 0") && world.messages(b).len() == 10
        });
        assert!(took <= secs(10), "{took:?} after the fifth second");
        world.run(secs(30));
        assert_eq!(world.open_between(a, b), 1);
        all_once(world, &seats, 10);
        // Said in order, heard in order.
        for (seat, who) in [(a, "b"), (b, "a")] {
            let heard: Vec<String> = world
                .heard(seat)
                .into_iter()
                .filter(|text| text.starts_with(who))
                .collect();
            assert_eq!(heard, (0..5).map(|n| format!("{who}{n}")).collect::<Vec<_>>());
        }
    });
}

#[test]
fn a_change_of_network_gives_doubtful_connections_company() {
    each_seed(20, |world| {
        let seats = three(world);
        let [a, b, c] = seats;
        // The connection to b does not survive the change, the one to c does.
        world.dies(a, b);
        world.dies(b, a);
        world.say(c, "still here");
        world.with(a, |room, now| room.network_changed(now));
        world.say(c, "heard since");
        world.say(a, "from elsewhere");
        let took = world.until(secs(10), "b to hear", |world| {
            world.texts(b).contains(&"from elsewhere".to_owned())
        });
        assert!(
            took <= secs(4),
            "{took:?}, well before anybody notices the silence"
        );
        world.run(secs(30));
        all_once(world, &seats, 3);
        assert_eq!((world.open_between(a, b), world.open_between(a, c)), (1, 1));
    });
}

#[test]
fn who_is_blocked_is_not_served() {
    each_seed(5, |world| {
        let seats = three(world);
        let [a, b, c] = seats;
        let blocked = world.row(c, "member 0").id;
        world.command(
            c,
            Command::Block {
                member: blocked.0,
                on: true,
            },
        );
        world.run(secs(1));
        world.dies(a, b);
        world.run(secs(60));
        assert!(!here(world, b, "member 0"), "c carries nothing for a");
    });
}

#[test]
fn whoever_passes_on_is_bounded() {
    each_seed(3, |world| {
        let seats = three(world);
        let [a, b, _] = seats;
        let links: Vec<usize> = (0..120)
            .map(|_| {
                world.dies(a, b);
                world.with(a, |room, now| room.network_changed(now));
                world.run(secs(1));
                world.all_links(b)
            })
            .collect();
        let most = links.iter().max();
        assert!(most <= Some(&12), "{most:?} connections of b's at once");
        world.run(secs(60));
        assert_eq!(
            world.open_between(a, b),
            1,
            "and the two have each other in the end"
        );
    });
}
