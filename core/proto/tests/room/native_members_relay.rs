//! A member that relays brings two together who cannot reach each other: only those two, only while
//! it is wanted, and only as long as it may.

use crate::world::{World, each_seed, ms, secs};
use dayfly_proto::invite::native::RoomOptionsWire;
use dayfly_proto::room::{Command, Event, MemberState, NoticeCode};
use std::net::SocketAddr;

fn address() -> Vec<SocketAddr> {
    vec!["203.0.113.9:40000".parse().unwrap()]
}

/// Ada and Bo cannot reach each other; Cy reaches both.
fn three(world: &mut World, relays: bool) -> [usize; 3] {
    let invite = world.open_native(RoomOptionsWire::default());
    let cy = world.enter_native(&invite, "Cy", None);
    if relays {
        world.with(cy, |room, now| room.relays_at(now, address()));
    }
    let ada = world.enter_native(&invite, "Ada", None);
    // The seat that Bo will take.
    world.meet(&[cy, ada], secs(30));
    let bo = ada + 1;
    world.part(ada, bo);
    assert_eq!(world.enter_native(&invite, "Bo", None), bo);
    world.until(secs(30), "Bo and Cy", |world| world.names(cy).len() == 2);
    [ada, bo, cy]
}

#[test]
fn two_who_cannot_reach_each_other_meet_through_a_third() {
    each_seed(20, |world| {
        let [ada, bo, cy] = three(world, true);
        world.until(secs(120), "Ada and Bo", |world| world.all_met(&[ada, bo, cy]));
        assert!(!world.relayed.is_empty());
        world.say(ada, "past both");
        world.all_show(&[ada, bo, cy], "past both", secs(5));
        assert_eq!(world.notices(cy, NoticeCode::RelaySpent), 0);
    });
}

#[test]
fn without_one_they_do_not() {
    each_seed(5, |world| {
        let [ada, bo, _] = three(world, false);
        world.run(secs(120));
        assert_eq!(world.open_between(ada, bo), 0);
        assert!(world.relayed.is_empty() && world.credentials.is_empty());
    });
}

#[test]
fn nobody_is_relayed_who_is_reached() {
    each_seed(10, |world| {
        let invite = world.open_native(RoomOptionsWire::default());
        let seats: Vec<usize> = ["Ada", "Bo", "Cy"]
            .iter()
            .map(|name| world.enter_native(&invite, name, None))
            .collect();
        world.with(seats[2], |room, now| room.relays_at(now, address()));
        world.meet(&seats, secs(30));
        world.run(secs(60));
        assert!(world.relayed.is_empty());
        assert_eq!(world.credentials.len(), 2, "one for each other member");
    });
}

#[test]
fn who_is_blocked_is_relayed_no_more() {
    each_seed(5, |world| {
        let [ada, bo, cy] = three(world, true);
        world.until(secs(120), "Ada and Bo", |world| world.all_met(&[ada, bo, cy]));
        assert_eq!(world.credentials.len(), 2);
        for name in ["Ada", "Bo"] {
            let member = world.row(cy, name).id.to_string();
            world.command(cy, Command::Block { member, on: true });
        }
        world.run(ms(100));
        assert!(world.credentials.is_empty());
    });
}

#[test]
fn what_was_agreed_to_is_the_end_of_it() {
    each_seed(5, |world| {
        let [ada, bo, cy] = three(world, true);
        world.until(secs(120), "Ada and Bo", |world| world.all_met(&[ada, bo, cy]));
        world.with(cy, |room, now| room.relay_spent(now));
        world.run(secs(2));
        assert!(world.credentials.is_empty());
        assert_eq!(world.notices(cy, NoticeCode::RelaySpent), 1);
        let told = world.notices(ada, NoticeCode::RelaySpent) + world.notices(bo, NoticeCode::RelaySpent);
        assert!((1..=2).contains(&told), "whoever used it is told");
        world.part(ada, bo);
        world.run(secs(90));
        let gone = |event: &Event| matches!(event, Event::MemberChanged { member } if member.state == MemberState::Reconnecting);
        assert!(world.events(ada).iter().any(gone));
        assert_eq!(world.open_between(ada, bo), 0);
    });
}

#[test]
fn credentials_outlive_an_hour_while_they_are_wanted() {
    each_seed(2, |world| {
        let [ada, bo, cy] = three(world, true);
        world.until(secs(120), "Ada and Bo", |world| world.all_met(&[ada, bo, cy]));
        world.run(secs(3 * 3_600));
        assert_eq!(world.credentials.len(), 2);
        assert!(world.all_met(&[ada, bo, cy]));
    });
}
