//! A native room in the background costs next to nothing, and what is said to it arrives.

use super::world::{Spent, World, each_seed, secs};
use dayfly_proto::invite::native::RoomOptionsWire;
use dayfly_proto::room::{Command, Event, MemberState};

fn three(world: &mut World) -> [usize; 3] {
    let (_, seats) = world.native_room(3, RoomOptionsWire::default());
    world.run(secs(20));
    [seats[0], seats[1], seats[2]]
}

fn parks(world: &mut World, seat: usize) {
    world.with(seat, |room, now| room.suspended(now));
    world.run(secs(2));
    world.spent(seat);
}

fn state(world: &mut World, seat: usize, other: &str) -> MemberState {
    world.row(seat, other).state
}

fn heard(world: &mut World, seat: usize, texts: &[&str], limit: u64) {
    let what = format!("{seat} to hear {texts:?}");
    world.until(secs(limit), &what, |world| world.heard(seat) == texts);
}

fn hour(world: &mut World, seat: usize) -> Spent {
    world.spent(seat);
    world.run(secs(3_600));
    world.spent(seat)
}

#[test]
fn an_hour_in_the_background() {
    each_seed(5, |world| {
        world.add_tracker();
        let [a, b, c] = three(world);
        parks(world, a);
        let spent = hour(world, a);
        assert!(spent.wakes <= 60, "{spent:?}");
        // And a ping a minute on the one socket.
        assert!(spent.bytes + 60 * 80 <= 100_000, "{spent:?}");
        assert_eq!(spent.links, 0);
        for other in [b, c] {
            assert_eq!(state(world, other, "member 0"), MemberState::Background);
            assert_eq!(crate::comings(world.events(other)), (2, 0));
        }
        println!("background: {spent:?}");
    });
}

#[test]
fn an_hour_in_front() {
    each_seed(2, |world| {
        world.add_tracker();
        let [a, b, _] = three(world);
        let idle = hour(world, a);
        world.spent(a);
        for n in 0..360 {
            world.say(if n % 2 == 0 { a } else { b }, &format!("line {n}"));
            world.run(secs(10));
        }
        let active = world.spent(a);
        println!("idle: {idle:?}, active: {active:?}");
        assert!(idle.wakes <= 3_000 && idle.bytes <= 4_500_000, "{idle:?}");
        assert!(active.wakes <= 4_500 && active.bytes <= 5_000_000, "{active:?}");
    });
}

#[test]
fn what_is_said_to_a_parked_member_arrives() {
    each_seed(20, |world| {
        let [a, b, c] = three(world);
        parks(world, a);
        world.run(secs(300));
        for n in 0..3 {
            world.say(b, &format!("b{n}"));
        }
        heard(world, a, &["b0", "b1", "b2"], 10);
        assert_eq!(state(world, b, "member 0"), MemberState::Background);
        world.run(secs(30));
        assert_eq!(world.open_links(a), 0, "it parks again");
        let to = world.row(c, "member 0").id;
        world
            .with(c, |room, now| {
                room.direct(now, &to.0, "to you".into(), Default::default())
            })
            .expect("it can be said");
        heard(world, a, &["b0", "b1", "b2", "to you"], 40);
        world.run(secs(600));
        assert_eq!(world.heard(a).len(), 4);
        assert_eq!(world.open_links(a), 0);
        world.with(a, |room, now| room.resumed(now));
        world.until(secs(20), "everybody to have it back", |world| {
            state(world, b, "member 0") == MemberState::Here
                && state(world, c, "member 0") == MemberState::Here
        });
        assert_eq!(crate::comings(world.events(b)), (2, 0), "nobody came or went");
        world.say(a, "back");
        heard(world, c, &["b0", "b1", "b2", "to you", "back"], 10);
    });
}

#[test]
fn two_parked_members_let_each_other_sleep() {
    each_seed(5, |world| {
        let [a, b, c] = three(world);
        parks(world, a);
        parks(world, b);
        world.say(a, "from the background");
        let spent = [hour(world, a), hour(world, b)];
        for spent in spent {
            assert!(spent.wakes <= 60 && spent.links == 0, "{spent:?}");
        }
        world.say(c, "both");
        for seat in [a, b] {
            world.until(secs(60), "both to hear", |world| {
                world.heard(seat).contains(&"both".to_owned())
            });
        }
        world.with(b, |room, now| room.resumed(now));
        world.with(a, |room, now| room.resumed(now));
        world.all_show(&[a, b, c], "from the background", secs(60));
    });
}

#[test]
fn another_place_is_found_when_the_one_is_lost() {
    each_seed(10, |world| {
        world.add_tracker();
        let [a, b, _] = three(world);
        parks(world, a);
        let before = world.announces(1).0;
        world.run(secs(300));
        world.set_tracker(0, false);
        world.run(secs(300));
        assert!(world.announces(1).0 > before);
        world.say(b, "over there");
        heard(world, a, &["over there"], 40);
    });
}

#[test]
fn who_said_it_may_be_gone() {
    each_seed(10, |world| {
        let [a, b, _] = three(world);
        parks(world, a);
        world.part(a, b);
        world.say(b, "before I go");
        world.run(secs(2));
        world.with(b, |room, now| room.leave(now));
        heard(world, a, &["before I go"], 60);
    });
}

#[test]
fn removed_while_parked() {
    each_seed(10, |world| {
        let [owner, b, c] = three(world);
        parks(world, b);
        let id = world.row(owner, "member 1").id;
        world.command(owner, Command::Remove { member: id.0 });
        world.say(owner, "not for it");
        world.run(secs(120));
        assert!(world.heard(b).is_empty());
        assert_eq!(world.open_links(b), 0);
        world.with(b, |room, now| room.resumed(now));
        world.until(secs(60), "it to learn of it", |world| {
            world
                .events(b)
                .iter()
                .any(|event| matches!(event, Event::Removed { .. }))
        });
        assert_eq!(world.heard(c), ["not for it"]);
    });
}
