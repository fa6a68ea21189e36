//! All places to meet are tried side by side, so that losing any but one costs only time: at most
//! two seconds more, whether the lost ones refuse, never answer, or answer and pass nothing on.
//! With ten places, or more islands and places than offers, each has a turn. A full room announces
//! less than its members would alone.

use crate::world::{World, each_seed, ms, secs};
use dayfly_proto::invite::Island;
use dayfly_proto::invite::native::RoomOptionsWire;
use std::cell::Cell;
use std::time::Duration;

/// What a lost place does.
#[derive(Debug, Clone, Copy)]
enum Lost {
    Refuses,
    NeverAnswers,
    PassesNothingOn,
}

/// Five places, of which these are lost; how long three members take to meet.
fn meet(world: &mut World, lost: &[usize], how: Lost) -> Duration {
    for _ in 1..5 {
        world.add_tracker();
    }
    for place in lost {
        match how {
            Lost::Refuses | Lost::NeverAnswers => world.set_tracker(*place, false),
            Lost::PassesNothingOn => {
                world.mute.insert(*place);
            }
        }
    }
    let invite = world.open_native(RoomOptionsWire::default());
    let mut seats = Vec::new();
    for name in ["Ada", "Bo", "Cy"] {
        seats.push(world.enter_native(&invite, name, None));
        if matches!(how, Lost::Refuses) {
            for place in lost {
                world.set_tracker(*place, false);
            }
        }
        if name != "Cy" {
            let pause = world.random(30_000);
            world.run(ms(pause));
        }
    }
    world.meet(&seats, secs(10))
}

fn worst(lost: &[usize], how: Lost) -> Duration {
    let worst = Cell::new(ms(0));
    each_seed(40, |world| worst.set(worst.get().max(meet(world, lost, how))));
    worst.get()
}

#[test]
fn the_first_dead_and_four_of_five_dead() {
    let all_alive = worst(&[], Lost::Refuses);
    for how in [Lost::Refuses, Lost::NeverAnswers, Lost::PassesNothingOn] {
        for lost in [&[0][..], &[0, 1, 2, 3]] {
            let took = worst(lost, how);
            println!("{how:?} {lost:?}: worst {took:?}, with all alive {all_alive:?}");
            assert!(took <= all_alive + secs(2), "{how:?} {lost:?}: {took:?}");
        }
    }
}

#[test]
fn the_last_of_ten_is_as_good_as_the_first() {
    for honest in [0, 9] {
        each_seed(20, |world| {
            for _ in 1..10 {
                world.add_tracker();
            }
            world.mute = (0..10).filter(|place| *place != honest).collect();
            let (_, seats) = world.native_room(2, RoomOptionsWire::default());
            world.meet(&seats, secs(4));
        });
    }
}

#[test]
fn a_place_that_comes_late_gets_offers() {
    each_seed(20, |world| {
        world.add_tracker();
        world.set_tracker(1, false);
        world.mute.insert(0);
        let (_, seats) = {
            let invite = world.open_native(RoomOptionsWire::default());
            let seats: Vec<usize> = ["Ada", "Bo"]
                .iter()
                .map(|name| world.enter_native(&invite, name, None))
                .collect();
            (invite, seats)
        };
        world.run(secs(30));
        world.set_tracker(1, true);
        world.meet(&seats, secs(4));
    });
}

#[test]
fn more_slots_than_offers_take_turns() {
    each_seed(10, |world| {
        for _ in 1..6 {
            world.add_tracker();
        }
        let island = |n| Island::at(&format!("https://chat{n}.example")).unwrap();
        world.islands = (0..4).map(island).collect();
        world.mute = (0..5).collect();
        let (a, b) = (world.enter("Ada"), world.enter("Bo"));
        world.meet(&[a, b], secs(240));
    });
}

#[test]
fn a_full_room_announces_less() {
    let announces = |members: usize| {
        let count = Cell::new(0);
        each_seed(1, |world| {
            let seats: Vec<usize> = (0..members).map(|n| world.enter(&format!("M{n}"))).collect();
            world.meet(&seats, secs(60));
            world.run(secs(120));
            let before = world.announces(0).0;
            world.run(secs(600));
            count.set((world.announces(0).0 - before) / members);
        });
        count.get()
    };
    let (few, many) = (announces(2), announces(12));
    println!("announces of each in ten minutes: {few} of two, {many} of twelve");
    assert!(many * 3 <= few * 2, "{few} and {many}");
    // A stranger that hears nobody still finds somebody within a minute and a half.
    assert!(many >= 600 / 90, "{many}");
}
