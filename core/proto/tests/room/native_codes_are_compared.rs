//! Two people, several, or one who scans the other's screen make sure who is there; what they find
//! becomes a label, and codes that differ end the connection.

use super::world::{World, each_seed, secs};
use dayfly_proto::invite::native::RoomOptionsWire;
use dayfly_proto::room::{CheckCommand, Event, Trust, VerificationState};

fn told(world: &World, seat: usize) -> Vec<(VerificationState, Option<String>)> {
    let states = world.events(seat).iter().filter_map(|event| match event {
        Event::Verification { state, digits, .. } => Some((*state, digits.clone())),
        _ => None,
    });
    states.collect()
}

fn compare(world: &mut World, a: usize, b: usize) {
    let (at_a, at_b) = (world.row(a, "member 1").id.0, world.row(b, "member 0").id.0);
    world.check(a, CheckCommand::Verify { member: at_a });
    world.run(secs(1));
    assert_eq!(told(world, b).last().unwrap().0, VerificationState::Asked);
    world.check(b, CheckCommand::Verify { member: at_b });
    world.run(secs(1));
    let (a, b) = (told(world, a), told(world, b));
    assert_eq!(a.last().unwrap().0, VerificationState::Compare);
    assert_eq!(a.last(), b.last());
}

#[test]
fn two_who_see_one_code_are_verified() {
    each_seed(6, |world| {
        let (_, seats) = world.native_room(3, RoomOptionsWire::default());
        let [a, b, c] = seats[..] else { panic!() };
        compare(world, a, b);
        let (at_a, at_b) = (world.row(a, "member 1").id.0, world.row(b, "member 0").id.0);
        world.check(a, CheckCommand::VerifyConfirm { member: at_a });
        world.run(secs(1));
        assert_ne!(world.row(a, "member 1").trust, Trust::Verified);
        world.check(b, CheckCommand::VerifyConfirm { member: at_b });
        world.run(secs(1));
        assert_eq!(world.row(a, "member 1").trust, Trust::Verified);
        assert_eq!(world.row(b, "member 0").trust, Trust::Verified);
        assert_eq!(world.row(c, "member 0").trust, Trust::New);
        // It belongs to the key and outlives the connection.
        world.part(a, b);
        world.run(secs(15));
        world.heal(a, b);
        world.run(secs(60));
        assert_eq!(world.row(a, "member 1").trust, Trust::Verified);
    });
}

#[test]
fn codes_that_differ_end_the_connection_and_mark_the_key() {
    each_seed(4, |world| {
        let (_, seats) = world.native_room(2, RoomOptionsWire::default());
        let [a, b] = seats[..] else { panic!() };
        compare(world, a, b);
        let member = world.row(a, "member 1").id.0;
        world.check(a, CheckCommand::VerifyMismatch { member });
        world.run(secs(1));
        for seat in seats {
            assert_eq!(told(world, seat).last().unwrap().0, VerificationState::Mismatch);
            assert!(world.names(seat).is_empty());
        }
    });
}

#[test]
fn who_does_not_answer_is_given_up() {
    each_seed(2, |world| {
        let (_, seats) = world.native_room(2, RoomOptionsWire::default());
        let member = world.row(seats[0], "member 1").id.0;
        world.check(seats[0], CheckCommand::Verify { member });
        world.run(secs(130));
        assert_eq!(
            told(world, seats[0]).last().unwrap().0,
            VerificationState::TimedOut
        );
        // Whichever of the two was late first says so to the other.
        let other = told(world, seats[1]).last().unwrap().0;
        assert!(matches!(
            other,
            VerificationState::TimedOut | VerificationState::Cancelled
        ));
    });
}

/// `b` scans the screen of `a`, the owner.
fn scans(world: &mut World, a: usize, b: usize) {
    let code = world.with(a, |room, now| room.in_person_code(now)).unwrap();
    let whose = world
        .with(b, |room, now| room.in_person_scanned(now, &code))
        .unwrap();
    assert_eq!(whose, world.row(b, "member 0").id);
    world.run(secs(1));
    // The scanner has seen enough; the other person is asked.
    assert_eq!(world.row(b, "member 0").trust, Trust::Verified);
    assert_eq!(told(world, b).last().unwrap().0, VerificationState::Done);
    assert_eq!(told(world, a).last(), Some(&(VerificationState::Compare, None)));
    assert_eq!(world.row(a, "member 1").trust, Trust::New);
}

#[test]
fn a_scan_counts_once_the_tick_was_seen() {
    each_seed(3, |world| {
        let (_, seats) = world.native_room(3, RoomOptionsWire::default());
        let [a, b, c] = seats[..] else { panic!() };
        let code = world.with(a, |room, now| room.in_person_code(now)).unwrap();
        world
            .with(b, |room, now| room.in_person_scanned(now, &code))
            .unwrap();
        world.run(secs(1));
        assert_eq!(world.row(a, "member 1").trust, Trust::New);
        let member = world.row(a, "member 1").id.0;
        world.check(
            a,
            CheckCommand::VerifyConfirm {
                member: member.clone(),
            },
        );
        assert_eq!(told(world, a).last().unwrap().0, VerificationState::Done);
        assert_eq!(world.row(a, "member 1").trust, Trust::Verified);
        assert_eq!(world.row(b, "member 0").trust, Trust::Verified);
        // It is answered once.
        assert!(
            world
                .with(a, |room, now| room
                    .check(now, CheckCommand::VerifyConfirm { member }))
                .is_err()
        );
        // A code serves once, and never another's key.
        assert!(
            world
                .with(a, |room, now| room.in_person_scanned(now, &code))
                .is_err()
        );
        world
            .with(c, |room, now| room.in_person_scanned(now, &code))
            .unwrap();
        world.run(secs(1));
        assert_eq!(world.row(c, "member 0").trust, Trust::New);
        assert_eq!(world.row(a, "member 2").trust, Trust::New);
        assert_eq!(told(world, a).last().unwrap().0, VerificationState::Done);
    });
}

#[test]
fn without_an_answer_who_scanned_is_who_it_was() {
    each_seed(3, |world| {
        let (_, seats) = world.native_room(2, RoomOptionsWire::default());
        let [a, b] = seats[..] else { panic!() };
        scans(world, a, b);
        world.run(secs(120));
        assert_eq!(told(world, a).last().unwrap().0, VerificationState::TimedOut);
        assert_eq!(world.row(a, "member 1").trust, Trust::New);
        let member = world.row(a, "member 1").id.0;
        let late = CheckCommand::VerifyConfirm {
            member: member.clone(),
        };
        assert!(world.with(a, |room, now| room.check(now, late)).is_err());
        assert_eq!(world.row(a, "member 1").trust, Trust::New);
        scans(world, a, b);
        // One question at a time.
        let codes = CheckCommand::Verify {
            member: member.clone(),
        };
        assert!(world.with(a, |room, now| room.check(now, codes)).is_err());
        world.check(a, CheckCommand::VerifyCancel { member });
        assert_eq!(told(world, a).last().unwrap().0, VerificationState::Cancelled);
        assert_eq!(world.row(a, "member 1").trust, Trust::New);
        // Afterwards codes can be compared again.
        compare(world, a, b);
    });
}

#[test]
fn a_scan_takes_the_place_of_codes_and_ends_with_its_session() {
    each_seed(3, |world| {
        let (_, seats) = world.native_room(2, RoomOptionsWire::default());
        let [a, b] = seats[..] else { panic!() };
        compare(world, a, b);
        scans(world, a, b);
        let states = told(world, a);
        assert_eq!(states[states.len() - 2].0, VerificationState::Cancelled);
        world.part(a, b);
        world.run(secs(60));
        assert_eq!(told(world, a).last().unwrap().0, VerificationState::Cancelled);
        assert_ne!(world.row(a, "member 1").trust, Trust::Verified);
    });
}

#[test]
fn a_scan_that_nobody_answers_ends_with_its_session() {
    each_seed(3, |world| {
        let (_, seats) = world.native_room(2, RoomOptionsWire::default());
        let [a, b] = seats[..] else { panic!() };
        let code = world.with(a, |room, now| room.in_person_code(now)).unwrap();
        world.part(a, b);
        world
            .with(b, |room, now| room.in_person_scanned(now, &code))
            .unwrap();
        assert_eq!(told(world, b).last().unwrap().0, VerificationState::Waiting);
        world.run(secs(180));
        assert_eq!(told(world, b).last().unwrap().0, VerificationState::Cancelled);
    });
}

#[test]
fn a_scan_from_afar_is_thrown_out() {
    each_seed(3, |world| {
        let (_, seats) = world.native_room(2, RoomOptionsWire::default());
        let [a, b] = seats[..] else { panic!() };
        scans(world, a, b);
        let member = world.row(a, "member 1").id.0;
        world.check(a, CheckCommand::VerifyMismatch { member });
        assert_eq!(told(world, a).last().unwrap().0, VerificationState::Mismatch);
        world.run(secs(1));
        assert!(world.names(a).is_empty());
    });
}

#[test]
fn everybody_compares_one_code() {
    each_seed(3, |world| {
        let (_, seats) = world.native_room(4, RoomOptionsWire::default());
        world.check(seats[2], CheckCommand::GroupCheck);
        world.run(secs(2));
        let mut codes = Vec::new();
        for seat in &seats {
            let code = world.events(*seat).iter().rev().find_map(|event| match event {
                Event::GroupCheck {
                    state: VerificationState::Compare,
                    digits,
                    members,
                    ..
                } => Some((digits.clone(), members.len())),
                _ => None,
            });
            codes.push(code.expect("a code is shown"));
        }
        codes.dedup();
        assert_eq!(codes.len(), 1);
        assert_eq!(codes[0].1, 3);
        for seat in &seats {
            world.check(*seat, CheckCommand::GroupCheckConfirm);
        }
        world.run(secs(2));
        for seat in &seats {
            for member in world.room(*seat).snapshot().members {
                assert_eq!(member.trust, Trust::Verified);
            }
        }
    });
}
