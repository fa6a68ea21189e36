//! A page that left and comes back with its key gets its old row and direct thread, and the
//! person is told on how little that rests. While the old connection lives, it does not; nor does
//! anybody whose signature does not fit, or after ten minutes.

use crate::world::{each_seed, secs};
use dayfly_proto::room::NoticeCode;

#[test]
fn a_reloaded_page_goes_on() {
    each_seed(20, |world| {
        let a = world.enter("Ada");
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, page], secs(4));
        let id = world.room(a).member("Page").unwrap();
        world
            .with(a, |room, now| {
                room.direct(now, "Page", "between us".into(), Default::default())
            })
            .unwrap();
        world.with_page(page, |page, _| page.leave());
        world.run(secs(2));
        assert!(world.names(a).is_empty());
        let again = world.open_page("x", "Page", 9);
        world.meet(&[a, again], secs(4));
        assert_eq!(world.room(a).member("Page"), Ok(id.clone()));
        assert_eq!(world.notices(a, NoticeCode::Returned), 1);
        let thread = world.messages(a);
        assert_eq!(thread[0].with, Some(id));
    });
}

#[test]
fn a_copy_gets_no_row_while_the_real_one_is_here() {
    each_seed(10, |world| {
        let a = world.enter("Ada");
        let real = world.open_page("5", "Page", 9);
        world.meet(&[a, real], secs(4));
        let id = world.room(a).member("Page").unwrap();
        let copy = world.open_page("6", "Copy", 9);
        world.until(secs(30), "both", |world| world.names(a).len() == 2);
        // The real one is reloaded: the copy has the key too, so nobody can tell which is which.
        world.with_page(real, |page, _| page.leave());
        world.run(secs(1));
        let again = world.open_page("x", "Page", 9);
        world.until(secs(30), "both again", |world| world.names(a).len() == 2);
        let members = world.room(a).snapshot().members;
        assert!(members.iter().all(|member| member.same_key && member.id != id));
        assert_eq!(world.notices(a, NoticeCode::Returned), 0);
        let _ = (copy, again);
    });
}

#[test]
fn neither_a_bad_signature_nor_a_late_one_gets_the_row() {
    each_seed(5, |world| {
        let a = world.enter("Ada");
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, page], secs(4));
        let id = world.room(a).member("Page").unwrap();
        world.with_page(page, |page, _| page.leave());
        world.run(secs(2));
        let forger = world.open_page("x", "Page", 9);
        world.page(forger).identity.signature = crate::identity(10).signature;
        world.meet(&[a, forger], secs(4));
        assert_ne!(world.room(a).member("Page"), Ok(id.clone()));
        world.with_page(forger, |page, _| page.leave());
        world.run(secs(700));
        let late = world.open_page("y", "Page", 9);
        world.meet(&[a, late], secs(4));
        assert_ne!(world.room(a).member("Page"), Ok(id));
        assert_eq!(world.notices(a, NoticeCode::Returned), 0);
    });
}
