//! Outages of a second to three minutes: what all sides say meanwhile arrives once and in order,
//! nobody comes twice, and whoever was away is shown as reconnecting and then as here.

use super::world::{World, each_seed, secs};
use dayfly_proto::invite::native::RoomOptionsWire;
use dayfly_proto::room::{Event, LeaveReason, MemberState};
use std::time::Duration;

/// What each says during an outage.
const SAID: u32 = 5;

/// Who loses whom.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Loses {
    /// The first its network, and with it everybody and every place to meet.
    Everything,
    /// The first and the second each other alone.
    EachOther,
}

/// What a room told of a member since: its states in turn, how often it came, and why it went.
fn told(world: &World, seat: usize, name: &str) -> (Vec<MemberState>, usize, Vec<LeaveReason>) {
    let (mut states, mut came, mut went) = (Vec::new(), 0, Vec::new());
    for event in world.events(seat) {
        match event {
            Event::MemberChanged { member } if member.name == name => states.push(member.state),
            Event::MemberJoined { member } if member.name == name => {
                came += 1;
                states.push(member.state);
            }
            Event::MemberLeft { reason, .. } => went.push(*reason),
            _ => {}
        }
    }
    states.dedup();
    (states, came, went)
}

/// What a seat heard from whoever said it, and not from others' histories; each text as often as it
/// was told.
fn from_themselves(world: &World, seat: usize) -> Vec<String> {
    let told = world.events(seat).iter().filter_map(|event| match event {
        Event::Message { message } if !message.history => Some(message.text.clone()),
        _ => None,
    });
    told.collect()
}

/// Those of an author's.
fn by(author: usize, texts: &[String]) -> Vec<String> {
    let own = |text: &&String| text.starts_with(&format!("{author} "));
    texts.iter().filter(own).cloned().collect()
}

/// An outage; returns how long after its end everybody had heard everything.
fn outage(world: &mut World, loses: Loses, lasts: Duration) -> Duration {
    let (_, seats) = world.native_room(3, RoomOptionsWire::default());
    let [a, b, c] = seats[..] else { panic!("three") };
    world.run(secs(30));
    let cut: &[usize] = match loses {
        Loses::Everything => &[b, c],
        Loses::EachOther => &[b],
    };
    let away: Vec<(usize, &str)> = match loses {
        Loses::Everything => vec![(a, "member 1"), (a, "member 2"), (b, "member 0"), (c, "member 0")],
        Loses::EachOther => vec![(a, "member 1"), (b, "member 0")],
    };
    for seat in &seats {
        world.forget_events(*seat);
    }
    for other in cut {
        world.part(a, *other);
    }
    if loses == Loses::Everything {
        world.set_tracker(0, false);
    }
    for n in 0..SAID {
        world.run(lasts / (SAID + 1));
        for seat in &seats {
            world.say(*seat, &format!("{seat} {n}"));
        }
    }
    world.run(lasts / (SAID + 1));
    for other in cut {
        world.heal(a, *other);
    }
    if loses == Loses::Everything {
        world.set_tracker(0, true);
    }
    let all = SAID as usize * seats.len();
    let took = world.until(secs(60), "everybody to hear everything", |world| {
        seats.iter().all(|seat| world.texts(*seat).len() >= all)
            && away
                .iter()
                .all(|(seat, name)| world.names(*seat).contains(&(*name).to_owned()))
    });
    // What would come twice had the time to.
    world.run(secs(60));
    for seat in &seats {
        let shown = world.texts(*seat);
        assert_eq!(shown.len(), all, "once each: {shown:?}");
        let heard = from_themselves(world, *seat);
        for author in &seats {
            let said: Vec<String> = (0..SAID).map(|n| format!("{author} {n}")).collect();
            assert_eq!(by(*author, &shown), said, "in order");
            // Hearsay may come first, and a line may never be more than that.
            let heard = by(*author, &heard);
            assert!(
                said.iter().filter(|text| heard.contains(text)).eq(&heard),
                "{heard:?}"
            );
        }
        assert_eq!(world.names(*seat).len(), 2, "each of the others has one row");
        assert_eq!(world.open_links(*seat), 2, "and one connection");
    }
    let lost = lasts > secs(130);
    for (seat, name) in away {
        let (states, came, went) = told(world, seat, name);
        if lasts > secs(6) {
            assert_eq!(
                states,
                [MemberState::Reconnecting, MemberState::Here],
                "{seat} of {name}"
            );
        } else {
            assert_eq!(states, [], "{seat} of {name}: nobody notices a second");
        }
        assert_eq!(came, usize::from(lost), "{seat} of {name}");
        assert_eq!(went.contains(&LeaveReason::Lost), lost, "{seat} of {name}");
        assert_eq!(world.row(seat, name).state, MemberState::Here);
    }
    took
}

/// Outages over a few seeds; the longest time until everybody had heard everything is at most
/// `within`.
fn survived(lasts: u64, within: Duration) {
    for loses in [Loses::Everything, Loses::EachOther] {
        let longest = std::cell::Cell::new(Duration::ZERO);
        each_seed(10, |world| {
            let took = outage(world, loses, secs(lasts));
            longest.set(longest.get().max(took));
        });
        println!(
            "{lasts} s, {loses:?}: all heard after {:?} at most",
            longest.get()
        );
        assert!(longest.get() <= within, "{loses:?}: {:?}", longest.get());
    }
}

#[test]
fn of_a_second() {
    survived(1, secs(1));
}

#[test]
fn of_ten_seconds() {
    survived(10, secs(20));
}

#[test]
fn of_forty_seconds() {
    survived(40, secs(20));
}

#[test]
fn of_two_minutes() {
    survived(120, secs(20));
}

#[test]
fn of_three_minutes_after_which_it_is_said_that_they_went() {
    survived(180, secs(20));
}
