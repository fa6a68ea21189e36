//! Somebody with another password is never a member and never hears a word, and the person is
//! told in a sentence, once for each peer and not again and again: whether it shows in what the
//! tracker carries or in the handshake.

use crate::world::{each_seed, secs};
use dayfly_proto::room::NoticeCode;

#[test]
fn offers_that_do_not_open() {
    each_seed(10, |world| {
        world.password = Some("cmlnaHQ=".into());
        let a = world.enter("Ada");
        world.password = Some("d3Jvbmc=".into());
        let b = world.enter("Bo");
        let page = world.open_page("5", "Page", 9);
        world.run(secs(20));
        assert!(world.names(a).is_empty());
        world.say(a, "for the right ones");
        world.run(secs(100));
        assert_eq!(world.open_links(a), 0);
        assert!(world.texts(b).is_empty() && world.page(page).texts().is_empty());
        let told = world.notices(a, NoticeCode::WrongPassword);
        assert!((1..=2).contains(&told), "told {told} times");
        assert!(world.notices(b, NoticeCode::WrongPassword) >= 1);
    });
}

#[test]
fn a_handshake_that_fails() {
    each_seed(10, |world| {
        let a = world.enter("Ada");
        let page = world.open_page("5", "Page", 9);
        world.page(page).knows_password = false;
        world.say(a, "for the right ones");
        world.run(secs(60));
        assert!(world.names(a).is_empty());
        assert!(world.page(page).heard.is_empty());
        assert_eq!(world.notices(a, NoticeCode::WrongPassword), 1);
    });
}
