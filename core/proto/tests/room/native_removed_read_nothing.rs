//! The property of removal, under churn, partitions and removals: once a member has applied an
//! operation, nothing it says afterwards is read by anybody removed at or before it; and members
//! that can exchange frames reach the same state.

use super::world::{World, each_seed, secs};
use dayfly_proto::invite::native::RoomOptionsWire;
use dayfly_proto::room::{Command, NoticeCode};
use std::collections::BTreeSet;

/// Which seats each text must never reach: those its author knew to be removed when it said it.
struct Said {
    text: String,
    hidden_from: BTreeSet<usize>,
}

fn removed_as_seen_by(world: &mut World, seat: usize, removals: &[usize]) -> BTreeSet<usize> {
    let generation = usize::try_from(world.room(seat).info().generation).unwrap();
    removals[..generation].iter().copied().collect()
}

#[test]
fn whoever_was_removed_reads_nothing_of_who_knows() {
    each_seed(6, |world| {
        let count = 6;
        let (_, seats) = world.native_room(count, RoomOptionsWire::default());
        let (mut removals, mut said) = (Vec::new(), Vec::new());
        for round in 0..40 {
            match world.random(6) {
                0 => {
                    let (a, b) = (world.random(6), world.random(6));
                    world.part(seats[a as usize], seats[b as usize]);
                }
                1 | 2 => {
                    let (a, b) = (world.random(6), world.random(6));
                    world.heal(seats[a as usize], seats[b as usize]);
                }
                3 if removals.len() < 3 => {
                    let name = format!("member {}", 3 + removals.len());
                    if world.names(seats[0]).contains(&name) {
                        let member = world.row(seats[0], &name).id.0;
                        world.command(seats[0], Command::Remove { member });
                        removals.push(seats[3 + removals.len()]);
                    }
                }
                _ => {}
            }
            for seat in &seats {
                if world.room(*seat).has_ended() {
                    continue;
                }
                let hidden_from = removed_as_seen_by(world, *seat, &removals);
                let text = format!("{round} from {seat}");
                world.say(*seat, &text);
                said.push(Said { text, hidden_from });
            }
            let pause = world.random(8);
            world.run(secs(1 + pause));
        }
        for a in 0..count {
            for b in 0..a {
                world.heal(seats[a], seats[b]);
            }
        }
        world.run(secs(120));
        for one in &said {
            for seat in &one.hidden_from {
                let shown = world.heard(*seat).contains(&one.text);
                assert!(!shown, "{} was read by {seat}", one.text);
            }
        }
        let stay: Vec<usize> = seats
            .iter()
            .copied()
            .filter(|seat| !removals.contains(seat))
            .collect();
        for seat in &stay {
            let generation = world.room(*seat).info().generation;
            assert_eq!(usize::try_from(generation).unwrap(), removals.len());
        }
        world.say(stay[1], "the end");
        world.all_show(&stay, "the end", secs(30));
    });
}

#[test]
fn a_wrong_password_is_said_counted_and_lets_nobody_in() {
    each_seed(3, |world| {
        let options = RoomOptionsWire {
            password: true,
            ..RoomOptionsWire::default()
        };
        let invite = world.open_native(options);
        let a = world.enter_native(&invite, "a", Some([1; 32]));
        let b = world.enter_native(&invite, "b", Some([1; 32]));
        world.meet(&[a, b], secs(30));
        let stranger = world.enter_native(&invite, "stranger", Some([2; 32]));
        world.run(secs(120));
        assert!(world.names(stranger).is_empty());
        assert_eq!(world.names(a), ["b"]);
        assert!(world.notices(stranger, NoticeCode::WrongPassword) > 0);
    });
}
