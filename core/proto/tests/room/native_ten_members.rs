//! Ten members: what each says reaches each once, and when the room moves to its next generation
//! all of them talk in it within two seconds.

use super::world::{each_seed, ms, secs};
use dayfly_proto::id::MessageId;
use dayfly_proto::invite::native::RoomOptionsWire;
use dayfly_proto::room::{Command, Event};
use std::collections::BTreeSet;

#[test]
fn ten_members_talk_in_the_next_generation_within_two_seconds() {
    each_seed(5, |world| {
        let (_, seats) = world.native_room(11, RoomOptionsWire::default());
        world.run(secs(5));
        let (gone, stay) = (seats[10], &seats[..10]);
        let member = world.row(seats[0], "member 10").id.0;
        let start = world.mono;
        world.command(seats[0], Command::Remove { member });
        let moved = world.until(secs(2), "everybody to have moved", |world| {
            stay.iter().all(|seat| world.room(*seat).info().generation == 1)
        });
        for seat in stay {
            world.say(*seat, &format!("in the next, from {seat}"));
        }
        world.until(secs(2), "everybody to have heard everybody", |world| {
            stay.iter().all(|seat| world.texts(*seat).len() == 10)
        });
        let talked = world.mono - start;
        eprintln!("ten members: all moved after {moved:?}, all heard each other after {talked:?}");
        assert!(talked <= secs(2), "{talked:?}");
        world.run(secs(30));
        assert!(world.texts(gone).is_empty());
        for seat in stay {
            assert_eq!(world.names(*seat).len(), 9);
            assert_eq!(world.open_links(*seat), 9);
        }
    });
}

#[test]
fn a_thousand_messages_through_a_room_of_ten_arrive_once() {
    each_seed(1, |world| {
        let (_, seats) = world.native_room(10, RoomOptionsWire::default());
        for n in 0..1_000 {
            world.say(seats[n % 10], &n.to_string());
            world.run(ms(110));
        }
        world.run(secs(5));
        for seat in &seats {
            let messages = world.messages(*seat);
            let ids: BTreeSet<&MessageId> = messages.iter().map(|message| &message.id).collect();
            assert_eq!((messages.len(), ids.len()), (1_000, 1_000));
            let shown: BTreeSet<String> = world.heard(*seat).into_iter().collect();
            assert_eq!((world.heard(*seat).len(), shown.len()), (1_000, 1_000));
            let lost = |event: &&Event| matches!(event, Event::Folded { .. } | Event::MemberLeft { .. });
            assert_eq!(world.events(*seat).iter().filter(lost).count(), 0);
        }
    });
}
