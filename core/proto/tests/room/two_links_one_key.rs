//! Two live connections that show one key are two members, both marked, for as long as both are
//! here; each one's words stay its own.

use crate::world::{each_seed, secs};

#[test]
fn both_are_shown_and_marked() {
    each_seed(20, |world| {
        let a = world.enter("Ada");
        let real = world.open_page("5", "Real", 9);
        world.meet(&[a, real], secs(4));
        let real_id = world.room(a).member("Real").unwrap();
        let copy = world.open_page("6", "Copy", 9);
        world.until(secs(30), "both", |world| world.names(a) == ["Copy", "Real"]);
        let members = world.room(a).snapshot().members;
        assert!(members.iter().all(|member| member.same_key));
        assert_ne!(members[0].id, members[1].id);
        world.with_page(copy, |page, now| page.say(now, "as the copy"));
        world.run(secs(1));
        let message = world.messages(a).pop().unwrap();
        assert_ne!(message.from, real_id);
        // What is for the real one alone goes to the real one alone.
        world
            .with(a, |room, now| {
                room.direct(now, &real_id.0, "secret".into(), Default::default())
            })
            .unwrap();
        world.run(secs(1));
        let direct = |world: &mut crate::world::World, page| {
            let is = |(_, action): &(_, _)| {
                matches!(
                    action,
                    dayfly_proto::wire::web::chitchatter::Action::DirectText(_)
                )
            };
            world.page(page).heard.iter().filter(|heard| is(heard)).count()
        };
        assert_eq!((direct(world, real), direct(world, copy)), (1, 0));
        world.with_page(copy, |page, _| page.leave());
        world.run(secs(1));
        let members = world.room(a).snapshot().members;
        assert_eq!((members.len(), members[0].same_key), (1, false));
        assert_eq!(members[0].id, real_id);
    });
}

#[test]
fn one_user_id_under_two_keys_is_marked_too() {
    each_seed(5, |world| {
        let a = world.enter("Ada");
        let real = world.open_page("5", "Real", 9);
        world.meet(&[a, real], secs(4));
        let copy = world.open_page("6", "Copy", 10);
        world.page(copy).identity.user_id = crate::identity(9).user_id;
        world.until(secs(30), "both", |world| world.names(a) == ["Copy", "Real"]);
        let members = world.room(a).snapshot().members;
        assert!(members.iter().all(|member| member.same_key));
    });
}
