//! In a public room a newcomer is told what was said: by rooms and by pages, once, marked as
//! hearsay. In a private room nobody tells.

use crate::world::{each_seed, secs};

#[test]
fn a_room_is_told_by_rooms_and_pages() {
    each_seed(30, |world| {
        let page = world.open_page("5", "Page", 9);
        let a = world.enter("Ada");
        world.meet(&[a, page], secs(4));
        world.say(a, "from Ada");
        world.run(secs(1));
        world.with_page(page, |page, now| page.say(now, "from the page"));
        world
            .with(a, |room, now| {
                room.direct(now, "Page", "between us".into(), Default::default())
            })
            .unwrap();
        world.run(secs(1));
        let late = world.enter("Late");
        world.until(secs(4), "the newcomer to meet both", |world| {
            world.names(late).len() == 2
        });
        world.run(secs(1));
        let messages = world.messages(late);
        let texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
        assert_eq!(
            texts,
            ["from Ada", "from the page"],
            "each once, in order, nothing direct"
        );
        assert!(
            messages
                .iter()
                .all(|message| message.history && !message.confirmed && !message.mine)
        );
        let members = world.room(late).snapshot().members;
        assert!(
            messages
                .iter()
                .all(|message| members.iter().all(|member| member.id != message.from))
        );
        assert_eq!(messages[0].name, "Ada");
        world.say(a, "now");
        world.run(secs(1));
        let last = world.messages(late).pop().unwrap();
        assert!((last.text.as_str(), last.history, last.confirmed) == ("now", false, true));
    });
}

#[test]
fn a_page_is_told_by_a_room() {
    each_seed(20, |world| {
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        world.meet(&[a, b], secs(4));
        world.say(a, "one");
        world.run(secs(1));
        world.say(b, "two");
        world.run(secs(1));
        let page = world.open_page("9", "Page", 9);
        world.meet(&[a, b, page], secs(4));
        world.run(secs(1));
        assert_eq!(world.page(page).log.len(), 2, "the first transcript, whole");
    });
}

#[test]
fn a_private_room_tells_nothing() {
    each_seed(10, |world| {
        world.password = Some("c2VjcmV0".into());
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        world.meet(&[a, b], secs(4));
        world.say(a, "before");
        world.run(secs(1));
        let late = world.enter("Late");
        let page = world.open_page("9", "Page", 9);
        world.meet(&[a, b, late, page], secs(4));
        world.with_page(page, |page, now| {
            let said = page.text(now, "made up");
            let history = crate::page::entry(&said);
            page.send_all(&dayfly_proto::wire::web::chitchatter::Action::Transcript(vec![
                history,
            ]));
        });
        world.run(secs(1));
        assert!(world.texts(late).is_empty());
        assert!(world.page(page).log.is_empty());
    });
}
