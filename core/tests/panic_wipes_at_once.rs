//! In an emergency every room is wiped within a tenth of a second, native and web, without a
//! goodbye; leaving wipes as fast and says one. The engine goes on.

mod common;

use common::{Person, local, web};
use dayfly_core::engine::{Engine, ErrorKind, NativeOptions};
use dayfly_core::proto::room::{EndReason, Event, SayOptions};
use std::time::{Duration, Instant};

/// What was promised.
const AT_ONCE: Duration = Duration::from_millis(100);

async fn ended(person: &mut Person) -> EndReason {
    let what = |event: &Event| match event {
        Event::Left { reason } => Some(*reason),
        _ => None,
    };
    person.wait("the end", what).await
}

#[tokio::test]
async fn every_room_of_an_engine_is_gone_at_once() {
    let (engine, other) = (
        Engine::start().expect("a thread"),
        Engine::start().expect("a thread"),
    );
    let mut ada = Person::open(&engine, NativeOptions::default(), local("Ada", true)).await;
    let mut bob = Person::enter(&other, ada.room.invite(), local("Bob", false)).await;
    let mut page = Person::enter(&engine, &web("panic"), local("Ada", true)).await;
    ada.joined("Bob").await;
    bob.joined("Ada").await;
    ada.room
        .say("hello".into(), SayOptions::default())
        .await
        .expect("said");
    bob.hears("hello").await;

    let start = Instant::now();
    engine.panic().await;
    let took = start.elapsed();
    println!("two rooms were wiped in {took:?}");
    assert!(took < AT_ONCE, "{took:?}");
    for person in [&mut ada, &mut page] {
        assert_eq!(ended(person).await, EndReason::Left);
        let refused = person.room.say("late".into(), SayOptions::default()).await;
        assert_eq!(refused.expect_err("it is over").kind, ErrorKind::Ended);
    }
    // The other side's room lasts, and this engine opens new ones.
    assert!(bob.room.snapshot().await.is_ok());
    let again = Person::open(&engine, NativeOptions::default(), local("Ada", true)).await;

    let start = Instant::now();
    again.room.leave().await;
    println!("an empty room was left in {:?}", start.elapsed());
}

#[tokio::test]
async fn leaving_is_not_slowed_by_goodbyes() {
    let (engine, other) = (
        Engine::start().expect("a thread"),
        Engine::start().expect("a thread"),
    );
    let mut ada = Person::open(&engine, NativeOptions::default(), local("Ada", true)).await;
    let mut bob = Person::enter(&other, ada.room.invite(), local("Bob", false)).await;
    ada.joined("Bob").await;
    bob.joined("Ada").await;
    let room = bob.room.clone();
    let start = Instant::now();
    let leaving = tokio::spawn(async move { room.leave().await });
    // Nothing can be asked of a room that is wiped.
    while bob.room.snapshot().await.is_ok() {
        tokio::task::yield_now().await;
    }
    let took = start.elapsed();
    println!("left in {took:?}");
    assert!(took < AT_ONCE, "{took:?}");
    leaving.await.expect("it does not panic");
    println!("all goodbyes said in {:?}", start.elapsed());
}
