//! What somebody learns who records the connection of two native members and opens nothing: whole
//! rooms talk, and a classifier that was shown labelled recordings names others.
//!
//! A measurement, with the weak parts left in: `SECURITY.md` quotes the figures. People type at
//! about 220 ms a key; that is a model, everything else is the room itself.

use super::world::{World, ms, secs};
use dayfly_proto::invite::native::RoomOptionsWire;
use std::collections::BTreeMap;

/// What is said in one moment of talk; nothing for a person who types and thinks better of it.
type Saying = &'static str;

/// When after the first frame, in steps of 60 ms, from which seat, how many bytes.
type Recording = Vec<(u128, usize, usize)>;

/// One moment: typed, said, and left to settle.
fn record(world: &mut World, speaker: usize, saying: Saying, typing_shown: bool) -> Recording {
    let keys = if saying.is_empty() { 3 } else { saying.len() };
    world.wire.clear();
    if typing_shown {
        world
            .with(speaker, |room, now| room.typing(now, true, None))
            .unwrap();
    }
    for _ in 0..keys {
        // The sum of four is close enough to how people differ: 220 ms, give or take 90.
        let pause: u64 = (0..4).map(|_| world.random(156)).sum();
        world.run(ms((pause + 220).saturating_sub(311).max(40)));
    }
    if saying.is_empty() {
        if typing_shown {
            world
                .with(speaker, |room, now| room.typing(now, false, None))
                .unwrap();
        }
    } else {
        world.say(speaker, saying);
    }
    world.run(secs(3));
    let start = world.wire.first().map_or(world.mono, |(at, ..)| *at);
    let steps = |(at, seat, len): &(_, _, _)| ((*at - start) as std::time::Duration, *seat, *len);
    world
        .wire
        .iter()
        .map(steps)
        .map(|(after, seat, len)| (after.as_millis() / 60, seat, len))
        .collect()
}

/// The share of recordings that the classifier names rightly, having learned from as many others.
fn accuracy(seed: u64, sayings: &[Saying], typing_shown: bool) -> f64 {
    const EACH: usize = 400;
    let mut world = World::new(seed);
    let invite = world.open_native(RoomOptionsWire::default());
    let seats = ["a", "b"].map(|name| world.enter_native(&invite, name, None));
    world.meet(&seats, secs(30));
    world.run(secs(60));
    let mut learned: BTreeMap<Recording, BTreeMap<usize, u32>> = BTreeMap::new();
    let mut right = 0;
    for at in 0..2 * EACH {
        let which = usize::try_from(world.random(sayings.len() as u64)).unwrap();
        let recording = record(&mut world, seats[0], sayings[which], typing_shown);
        let seen = learned.entry(recording).or_default();
        if at < EACH {
            *seen.entry(which).or_default() += 1;
            continue;
        }
        let best = seen
            .iter()
            .max_by_key(|(_, count)| **count)
            .map(|(which, _)| *which);
        // Never seen the like: a throw.
        let named = match best {
            Some(best) => best,
            None => usize::try_from(world.random(sayings.len() as u64)).unwrap(),
        };
        right += u32::from(named == which);
    }
    f64::from(right) / EACH as f64
}

#[test]
fn two_short_answers_look_alike_unless_typing_is_shown() {
    let hidden = accuracy(1, &["yes", "no"], false);
    let shown = accuracy(2, &["yes", "no"], true);
    println!("\"yes\" from \"no\": {hidden:.2} with typing hidden, {shown:.2} with typing shown");
    assert!((0.42..=0.58).contains(&hidden), "{hidden}");
    // The notice says when the first key was struck, and "yes" takes a key more.
    assert!((0.55..=0.95).contains(&shown), "{shown}");
}

#[test]
fn that_somebody_speaks_or_only_types_is_seen() {
    let seen = accuracy(3, &["yes", ""], true);
    println!("said from only typed: {seen:.2}");
    assert!(seen > 0.9, "{seen}");
}
