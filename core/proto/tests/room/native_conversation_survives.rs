//! What is said natively arrives once, whatever becomes of the connections: it waits for who is
//! away, comes back from nowhere twice, and its author is told how far it got.

use super::world::{World, each_seed, secs};
use dayfly_proto::id::MessageId;
use dayfly_proto::invite::native::RoomOptionsWire;
use dayfly_proto::room::{Command, DeliveryState, Event, MemberState, SayOptions, Trust};
use std::collections::BTreeSet;

fn deliveries(world: &World, seat: usize, id: &MessageId, wanted: DeliveryState) -> usize {
    let is = |event: &&Event| matches!(event, Event::Delivery { id: other, state, .. } if other == id && *state == wanted);
    world.events(seat).iter().filter(is).count()
}

#[test]
fn what_is_said_while_two_are_parted_arrives_once_when_they_meet_again() {
    each_seed(10, |world| {
        let (_, seats) = world.native_room(3, RoomOptionsWire::default());
        let [a, b, c] = seats[..] else { panic!() };
        world.say(a, "before");
        world.all_show(&seats, "before", secs(5));
        world.part(a, b);
        world.run(secs(20));
        assert_eq!(world.row(a, "member 1").state, MemberState::Reconnecting);
        let row = world.row(a, "member 1").id;
        world.say(a, "from a");
        world.say(b, "from b");
        let to_b = world.with(a, |room, now| {
            room.direct(now, &row.0, "to b alone".into(), SayOptions::default())
        });
        let to_b = to_b.expect("a thread outlives a connection");
        world.all_show(&[a, c], "from a", secs(5));
        world.run(secs(10));
        world.heal(a, b);
        world.all_show(&seats, "from a", secs(60));
        world.all_show(&seats, "from b", secs(60));
        world.all_show(&[a, b], "to b alone", secs(60));
        world.run(secs(5));
        assert!(!world.texts(c).contains(&"to b alone".to_owned()));
        assert_eq!(deliveries(world, a, &to_b, DeliveryState::Delivered), 1);
        let back = world.row(a, "member 1");
        assert_eq!(
            (back.id, back.trust, back.state),
            (row, Trust::Known, MemberState::Here)
        );
        for seat in &seats {
            let messages = world.messages(*seat);
            let ids: BTreeSet<&MessageId> = messages.iter().map(|message| &message.id).collect();
            assert_eq!(ids.len(), messages.len());
        }
    });
}

#[test]
fn what_is_said_to_nobody_waits_for_the_first_to_come() {
    each_seed(5, |world| {
        let invite = world.open_native(RoomOptionsWire::default());
        let a = world.enter_native(&invite, "a", None);
        world.run(secs(5));
        let id = world.say(a, "anybody?");
        assert_eq!(deliveries(world, a, &id, DeliveryState::Sending), 1);
        let b = world.enter_native(&invite, "b", None);
        world.all_show(&[a, b], "anybody?", secs(30));
        world.run(secs(1));
        assert_eq!(deliveries(world, a, &id, DeliveryState::Sent), 1);
        assert_eq!(deliveries(world, a, &id, DeliveryState::Delivered), 1);
    });
}

#[test]
fn reactions_edits_and_ends_reach_everybody() {
    each_seed(3, |world| {
        let (_, seats) = world.native_room(3, RoomOptionsWire::default());
        let id = world.say(seats[0], "tpyo");
        world.all_show(&seats, "tpyo", secs(5));
        let edit = Command::Edit {
            id: id.clone(),
            text: "typo".into(),
        };
        world.command(seats[0], edit);
        let react = Command::React {
            id: id.clone(),
            emoji: "👍".into(),
            on: true,
        };
        world.command(seats[1], react);
        world.all_show(&seats, "typo", secs(5));
        world.run(secs(1));
        for seat in &seats {
            let messages = world.messages(*seat);
            assert!(messages[0].edited);
            assert_eq!(messages[0].reactions.len(), 1, "{seat}");
        }
        // Only its author may.
        let unsend = Command::Unsend { id };
        assert!(
            world
                .with(seats[1], |room, now| room.command(now, unsend.clone()))
                .is_err()
        );
        world.command(seats[0], unsend);
        world.run(secs(1));
        for seat in &seats {
            assert!(world.messages(*seat)[0].unsent);
            assert_eq!(world.texts(*seat), [""]);
        }
    });
}

#[test]
fn receipts_are_told_where_both_tell_them() {
    each_seed(3, |world| {
        let options = RoomOptionsWire {
            receipts: true,
            ..RoomOptionsWire::default()
        };
        let (_, seats) = world.native_room(2, options);
        let first = world.say(seats[0], "one");
        world.all_show(&seats, "one", secs(5));
        world.command(seats[1], Command::Read { id: first.clone() });
        world.run(secs(1));
        assert_eq!(deliveries(world, seats[0], &first, DeliveryState::Read), 1);
        world.command(seats[1], Command::Receipts { on: false });
        let second = world.say(seats[0], "two");
        world.all_show(&seats, "two", secs(5));
        world.command(seats[1], Command::Read { id: second.clone() });
        world.run(secs(1));
        assert_eq!(deliveries(world, seats[0], &second, DeliveryState::Delivered), 1);
        assert_eq!(deliveries(world, seats[0], &second, DeliveryState::Read), 0);
    });
}

#[test]
fn a_lively_hour_loses_nothing() {
    each_seed(1, |world| {
        let (_, seats) = world.native_room(3, RoomOptionsWire::default());
        for n in 0..2_400 {
            world.say(seats[n % 3], &n.to_string());
            world.run(std::time::Duration::from_millis(1_500));
            for seat in &seats {
                if n % 300 == 299 {
                    assert_eq!(world.texts(*seat).len(), (n + 1).min(1_000));
                }
            }
        }
        world.run(secs(2));
        let dropped = |event: &&Event| matches!(event, Event::Folded { .. } | Event::MemberLeft { .. });
        for seat in &seats {
            assert_eq!(world.events(*seat).iter().filter(dropped).count(), 0);
            let shown = |event: &&Event| matches!(event, Event::Message { .. });
            assert_eq!(world.events(*seat).iter().filter(shown).count(), 2_400);
        }
    });
}

#[test]
fn a_room_that_is_empty_for_a_day_wipes_itself() {
    each_seed(1, |world| {
        let (_, seats) = world.native_room(2, RoomOptionsWire::default());
        world.with(seats[1], |room, now| room.leave(now));
        world.run(secs(23 * 3600));
        assert!(!world.room(seats[0]).has_ended());
        world.run(secs(2 * 3600));
        assert!(world.room(seats[0]).has_ended());
        assert!(world.messages(seats[0]).is_empty());
    });
}
