//! Members of a native room meet, are shown by their keys, hear each other, and leave.

use super::world::{each_seed, secs};
use dayfly_proto::invite::native::RoomOptionsWire;
use dayfly_proto::room::{Event, LeaveReason, MemberKind, Trust};

#[test]
fn two_five_and_ten_meet_and_hear_each_other() {
    for count in [2, 5, 10] {
        each_seed(3, |world| {
            let (_, seats) = world.native_room(count, RoomOptionsWire::default());
            for seat in &seats {
                let text = format!("from {seat}");
                world.say(*seat, &text);
                world.all_show(&seats, &text, secs(5));
            }
            // Every message once, and nothing of it is of another author.
            for seat in &seats {
                assert_eq!(world.texts(*seat).len(), count);
            }
            for seat in &seats {
                for member in world.room(*seat).snapshot().members {
                    assert_eq!(member.kind, MemberKind::Native);
                    assert_eq!(member.trust, Trust::New);
                }
            }
        });
    }
}

#[test]
fn who_leaves_is_gone_at_once() {
    each_seed(5, |world| {
        let (_, seats) = world.native_room(3, RoomOptionsWire::default());
        world.with(seats[0], |room, now| room.leave(now));
        world.run(secs(1));
        for seat in &seats[1..] {
            let left = |event: &&Event| {
                matches!(
                    event,
                    Event::MemberLeft {
                        reason: LeaveReason::Left,
                        ..
                    }
                )
            };
            assert_eq!(world.events(*seat).iter().filter(left).count(), 1);
            assert_eq!(world.names(*seat).len(), 1);
        }
        assert_eq!(world.all_links(seats[0]), 0);
    });
}
