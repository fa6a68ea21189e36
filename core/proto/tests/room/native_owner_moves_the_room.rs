//! What the owner does holds for everybody who hears of it, and a removed member reads nothing
//! that is said by who has heard.

use super::world::{World, each_seed, secs};
use dayfly_proto::invite::native::RoomOptionsWire;
use dayfly_proto::room::{Command, EndReason, Event, LeaveReason, NoticeCode};

fn remove(world: &mut World, owner: usize, name: &str) {
    let member = world.row(owner, name).id.0;
    world.command(owner, Command::Remove { member });
}

#[test]
fn a_removed_member_is_told_and_reads_nothing_more() {
    each_seed(10, |world| {
        let (invite, seats) = world.native_room(4, RoomOptionsWire::default());
        remove(world, seats[0], "member 3");
        let stay = &seats[..3];
        let took = world.until(secs(2), "everybody to have moved", |world| {
            stay.iter().all(|seat| world.room(*seat).info().generation == 1)
        });
        assert!(took < secs(2));
        world.run(secs(1));
        assert!(world.room(seats[3]).has_ended());
        let told = |event: &&Event| {
            matches!(
                event,
                Event::Removed { .. }
                    | Event::Left {
                        reason: EndReason::Removed
                    }
            )
        };
        assert_eq!(world.events(seats[3]).iter().filter(told).count(), 2);
        for seat in stay {
            let text = format!("after, from {seat}");
            world.say(*seat, &text);
            world.all_show(stay, &text, secs(5));
            let left = |event: &&Event| {
                matches!(
                    event,
                    Event::MemberLeft {
                        reason: LeaveReason::Removed,
                        ..
                    }
                )
            };
            assert_eq!(world.events(*seat).iter().filter(left).count(), 1);
        }
        // The old link leads nowhere any more, whatever key one brings.
        let back = world.enter_native(&invite, "member 3 again", None);
        world.run(secs(60));
        assert!(world.names(back).is_empty());
        assert!(world.texts(back).is_empty());
        assert!(world.notices(back, NoticeCode::Moved) > 0);
        for seat in stay {
            assert_eq!(world.names(*seat).len(), 2);
        }
        // The new one does.
        let invite = world
            .room(seats[1])
            .invite()
            .expect("a native room has an invite");
        let new = world.enter_native(&invite, "new", None);
        world.until(secs(30), "the newcomer to be met", |world| {
            world.names(new).len() == 3
        });
        world.say(new, "hello");
        world.all_show(&[seats[0], seats[1], seats[2], new], "hello", secs(5));
    });
}

#[test]
fn who_was_away_is_met_on_the_old_topic_and_told() {
    each_seed(5, |world| {
        let (_, seats) = world.native_room(4, RoomOptionsWire::default());
        for other in [0, 1, 3] {
            world.part(seats[2], seats[other]);
        }
        world.run(secs(15));
        remove(world, seats[0], "member 3");
        world.run(secs(5));
        world.say(seats[0], "while you were away");
        assert_eq!(world.room(seats[2]).info().generation, 0);
        world.run(secs(20));
        for other in [0, 1] {
            world.heal(seats[2], seats[other]);
        }
        world.all_show(&seats[..3], "while you were away", secs(90));
        assert_eq!(world.room(seats[2]).info().generation, 1);
        world.say(seats[2], "back");
        world.all_show(&seats[..3], "back", secs(10));
    });
}

#[test]
fn only_the_owner_may_and_it_can_pass_that_on() {
    each_seed(3, |world| {
        let (_, seats) = world.native_room(3, RoomOptionsWire::default());
        let lock = Command::Lock { on: true };
        assert!(
            world
                .with(seats[1], |room, now| room.command(now, lock.clone()))
                .is_err()
        );
        assert!(world.row(seats[1], "member 0").owner);
        let member = world.row(seats[0], "member 1").id.0;
        world.command(seats[0], Command::HandOver { member });
        world.run(secs(1));
        assert!(world.row(seats[2], "member 1").owner);
        assert!(!world.row(seats[2], "member 0").owner);
        world.command(seats[1], lock);
        world.run(secs(1));
        for seat in &seats {
            let info = world.room(*seat).info();
            assert!(info.locked && info.owner_here);
        }
        let invite = world.room(seats[0]).invite().unwrap();
        let late = world.enter_native(&invite, "late", None);
        world.run(secs(40));
        assert!(world.names(late).is_empty());
        assert!(world.notices(late, NoticeCode::Locked) > 0);
    });
}

#[test]
fn closing_ends_the_room_for_everybody() {
    each_seed(3, |world| {
        let (_, seats) = world.native_room(3, RoomOptionsWire::default());
        world.say(seats[1], "secret");
        world.run(secs(1));
        world.command(seats[0], Command::Close);
        world.run(secs(2));
        for seat in &seats {
            assert!(world.room(*seat).has_ended());
            assert!(world.messages(*seat).is_empty());
            let closed = |event: &&Event| matches!(event, Event::Closed { .. });
            assert_eq!(world.events(*seat).iter().filter(closed).count(), 1);
        }
    });
}

/// What this device was told of its own being muted.
fn told_muted(world: &World, seat: usize) -> Vec<bool> {
    let told = world.events(seat).iter().filter_map(|event| match event {
        Event::MemberChanged { member } if member.id.0 == "m0" => Some(member.muted),
        _ => None,
    });
    told.collect()
}

#[test]
fn muted_and_blocked_members_are_not_shown() {
    each_seed(3, |world| {
        let (_, seats) = world.native_room(3, RoomOptionsWire::default());
        let member = world.row(seats[0], "member 2").id.0;
        world.command(seats[0], Command::Mute { member, on: true });
        world.run(secs(1));
        world.say(seats[2], "muted");
        let member = world.row(seats[1], "member 0").id.0;
        world.command(seats[1], Command::Block { member, on: true });
        world.say(seats[0], "blocked by one");
        world.say(seats[1], "withheld from one");
        world.run(secs(2));
        assert_eq!(world.texts(seats[0]), ["blocked by one"]);
        assert_eq!(world.texts(seats[1]), ["withheld from one"]);
        assert!(world.row(seats[1], "member 0").blocked);
        assert!(world.row(seats[1], "member 2").muted);
        // Whom it concerns learns it, and its end.
        assert_eq!(told_muted(world, seats[2]), [true]);
        assert!(world.room(seats[2]).snapshot().me.muted);
        let member = world.row(seats[0], "member 2").id.0;
        world.command(seats[0], Command::Mute { member, on: false });
        world.run(secs(1));
        assert_eq!(told_muted(world, seats[2]), [true, false]);
        assert!(told_muted(world, seats[0]).is_empty());
    });
}
