//! Applied in order to an empty room, the events a room tells give exactly its snapshot: a
//! listener that missed none never needs to ask.

use crate::world::{World, each_seed, ms, secs};
use dayfly_proto::room::{Event, Member, Message};
use std::collections::BTreeMap;

fn replay(events: &[Event]) -> (BTreeMap<String, Member>, BTreeMap<String, Message>) {
    let (mut members, mut messages) = (BTreeMap::new(), BTreeMap::new());
    for event in events {
        match event {
            Event::MemberJoined { member } => {
                let old = members.insert(member.id.0.clone(), member.clone());
                assert!(old.is_none(), "joined twice");
            }
            Event::MemberChanged { member } if member.id.0 == "m0" => {}
            Event::MemberChanged { member } => {
                let old = members.insert(member.id.0.clone(), member.clone());
                assert!(old.is_some(), "changed without being here");
            }
            Event::MemberLeft { id, .. } => {
                assert!(members.remove(&id.0).is_some(), "left without being here")
            }
            Event::Message { message } => {
                messages.insert(message.id.0.clone(), message.clone());
            }
            Event::Typing { from, .. } | Event::Folded { from, .. } => {
                assert!(members.contains_key(&from.0), "types without being here");
            }
            _ => {}
        }
    }
    (members, messages)
}

fn check(world: &mut World, seat: usize) {
    let (members, messages) = replay(world.events(seat));
    let snapshot = world.room(seat).snapshot();
    let shown: BTreeMap<String, Member> = snapshot
        .members
        .into_iter()
        .map(|member| (member.id.0.clone(), member))
        .collect();
    assert_eq!(members, shown);
    let shown: BTreeMap<String, Message> = snapshot
        .messages
        .into_iter()
        .map(|message| (message.id.0.clone(), message))
        .collect();
    assert_eq!(messages, shown);
}

#[test]
fn replayed_events_are_the_snapshot() {
    each_seed(40, |world| {
        let mut rooms: Vec<usize> = (0..3).map(|n| world.enter(&format!("R{n}"))).collect();
        let mut pages = vec![world.open_page("5", "P0", 9)];
        for n in 0..30u64 {
            let at = usize::try_from(world.random(rooms.len() as u64)).unwrap();
            match world.random(8) {
                0 if pages.len() < 4 => {
                    let who = 9 + usize::try_from(n % 3).unwrap();
                    pages.push(world.open_page("7", &format!("P{n}"), who));
                }
                1 if rooms.len() < 6 => rooms.push(world.enter(&format!("R{n}"))),
                2 => {
                    let page = pages[usize::try_from(world.random(pages.len() as u64)).unwrap()];
                    world.with_page(page, |page, _| page.leave());
                }
                3 => {
                    let _ = world.with(rooms[at], |room, now| room.rename(now, &format!("N{n}")));
                }
                4 => world.with(rooms[at], |room, now| room.network_changed(now)),
                5 => {
                    let page = pages[usize::try_from(world.random(pages.len() as u64)).unwrap()];
                    world.with_page(page, |page, now| page.say(now, &format!("p{n}")));
                }
                _ => {
                    let _ = world.with(rooms[at], |room, now| {
                        room.say(now, format!("r{n}"), Default::default())
                    });
                }
            }
            let pause = world.random(6_000);
            world.run(ms(pause));
            for room in rooms.clone() {
                check(world, room);
            }
        }
        world.run(secs(30));
        for room in rooms {
            check(world, room);
        }
    });
}
