//! A panic in any task of a room ends that room with a last event that says so; another room on
//! the same engine goes on.

mod common;

use common::{PATIENCE, Person, local, web};
use dayfly_core::engine::{Engine, ErrorKind};
use dayfly_core::proto::room::{EndReason, Event};

/// Every name under which a room computes or spawns. Naming one that does not exist fails the
/// test, since nothing would then stop. Links have tasks of their own, whose panics cost the link
/// alone: `link_panic.rs`.
const TASKS: [&str; 3] = ["identity", "room", "tracker client"];

#[tokio::test]
async fn each_task() {
    let engine = Engine::start().expect("a thread");
    let mut steady = Person::enter(&engine, &web("steady"), local("Steady", true)).await;
    for task in TASKS {
        let mut weak = Person::enter(&engine, &web("weak"), local("Weak", true)).await;
        if task == "identity" {
            // It is done with its work once a guest has come.
            weak.room.inject_panic(task);
        }
        let invite = weak.room.invite().clone();
        let mut guest = Person::enter(&engine, &invite, local("Guest", false)).await;
        if task != "identity" {
            weak.joined("Guest").await;
            guest.joined("Weak").await;
        }
        weak.room.inject_panic(task);
        let reason = weak
            .wait(&format!("the room to stop after {task}"), |event| match event {
                Event::Left { reason } => Some(*reason),
                _ => None,
            })
            .await;
        assert_eq!(reason, EndReason::Stopped, "{task}");
        tokio::time::timeout(PATIENCE, weak.room.over())
            .await
            .expect("everything of it goes");
        let refused = weak
            .room
            .say("anyone?".into(), Default::default())
            .await
            .expect_err("the room is over");
        assert_eq!(refused.kind, ErrorKind::Ended);
        guest.room.leave().await;
    }
    steady
        .room
        .say("still here".into(), Default::default())
        .await
        .expect("the other room goes on");
    steady.hears("still here").await;
}
