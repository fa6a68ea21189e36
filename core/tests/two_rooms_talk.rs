//! Two engines on one machine meet over an embedded tracker, talk, and part.

mod common;

use common::{Person, local, web};
use dayfly_core::engine::Engine;
use dayfly_core::proto::room::{Event, LeaveReason, SayOptions, Via};

#[tokio::test]
async fn two_engines_meet_talk_and_part() {
    let engine = Engine::start().expect("a thread");
    let other = Engine::start().expect("a thread");
    let mut ada = Person::enter(&engine, &web("two engines"), local("Ada", true)).await;
    let invite = ada.room.invite().clone();
    let mut bob = Person::enter(&other, &invite, local("Bob", false)).await;

    let seen_by_ada = ada.joined("Bob").await;
    let seen_by_bob = bob.joined("Ada").await;
    // What is said to one Dayfly alone waits for the session.
    bob.speaks_natively("Ada").await;
    assert_eq!(seen_by_ada.via, Some(Via::Direct));
    assert_ne!(seen_by_ada.fingerprint, seen_by_bob.fingerprint);

    let id = ada
        .room
        .say("hello".into(), SayOptions::with_reference(Some("1".into())))
        .await
        .expect("said");
    let own = ada.hears("hello").await;
    assert!(own.mine && own.id == id && own.reference.as_deref() == Some("1"));
    let heard = bob.hears("hello").await;
    assert_eq!(
        (heard.from, heard.mine, heard.direct, heard.confirmed),
        (seen_by_bob.id.clone(), false, false, true)
    );

    bob.room.typing(true, None).await.expect("told");
    let typist = ada
        .wait("typing", |event| match event {
            Event::Typing {
                from,
                on: true,
                direct: false,
            } => Some(from.clone()),
            _ => None,
        })
        .await;
    assert_eq!(typist, seen_by_ada.id);

    bob.room
        .direct("Ada".into(), "psst".into(), Default::default())
        .await
        .expect("sent");
    let direct = ada.hears("psst").await;
    assert!(direct.direct && direct.from == seen_by_ada.id);

    bob.room.rename("Robert".into()).await.expect("renamed");
    ada.wait("the new name", |event| match event {
        Event::MemberChanged { member } if member.name == "Robert" => Some(()),
        _ => None,
    })
    .await;

    bob.room.leave().await;
    let reason = ada
        .wait("Bob to leave", |event| match event {
            Event::MemberLeft { id, reason, .. } if *id == seen_by_ada.id => Some(*reason),
            _ => None,
        })
        .await;
    assert_eq!(reason, LeaveReason::Left, "leaving is said, not noticed");
    assert!(bob.room.say("late".into(), Default::default()).await.is_err());
}
