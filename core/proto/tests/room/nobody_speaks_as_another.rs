//! An author is the peer at the other end of the connection: neither the author's id in a
//! message, nor somebody's key, name, message id or peer id, makes a word another's.

use crate::world::{each_seed, secs};
use dayfly_proto::room::{Event, Trust};
use dayfly_proto::wire::web::chitchatter::{Action, ChatText};

#[test]
fn the_author_on_the_wire_is_not_believed() {
    each_seed(20, |world| {
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        let liar = world.open_page("6", "Liar", 10);
        world.meet(&[a, b, liar], secs(4));
        let victim = crate::identity(b).user_id;
        world.with_page(liar, |page, now| {
            let mut text = page.text(now, "I am Bo");
            text.author_id = victim.clone();
            page.send_all(&Action::Text(text.clone()));
            text.id = "direct-one".into();
            page.send_all(&Action::DirectText(text));
        });
        world.run(secs(1));
        let liar_id = world.room(a).member("Liar").unwrap();
        let messages = world.messages(a);
        assert_eq!(messages.len(), 2);
        assert!(
            messages
                .iter()
                .all(|message| message.from == liar_id && message.name == "Liar")
        );
        assert_eq!(messages[1].with, Some(liar_id));
        assert_eq!(world.room(a).stats().mismatched, 2);
    });
}

#[test]
fn a_message_id_that_was_used_stays_its_first_authors() {
    each_seed(20, |world| {
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        let liar = world.open_page("6", "Liar", 10);
        world.meet(&[a, b, liar], secs(4));
        let id = world.say(b, "true");
        let mine = world.say(a, "mine");
        world.run(secs(1));
        world.with_page(liar, |page, now| {
            for taken in [&id, &mine] {
                let mut text = page.text(now, "false");
                text.id = taken.0.clone();
                page.send_all(&Action::Text(text.clone()));
                text.text = "false again".into();
                page.send_all(&Action::Text(text));
            }
        });
        world.run(secs(1));
        let messages = world.messages(a);
        let of = |wanted| {
            messages
                .iter()
                .find(|message| message.id == wanted)
                .unwrap()
                .text
                .clone()
        };
        assert_eq!((of(id), of(mine)), ("true".into(), "mine".into()));
        let mut texts = world.texts(a);
        texts.sort();
        assert_eq!(texts, ["false", "false", "mine", "true"], "shown apart, and once");
    });
}

#[test]
fn one_name_is_two_people_with_two_fingerprints() {
    each_seed(10, |world| {
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        let liar = world.open_page("6", "Bo\u{200b}\u{202e}", 10);
        world.meet(&[a, b, liar], secs(4));
        let members = world.room(a).snapshot().members;
        assert_eq!(world.names(a), ["Bo", "Bo"]);
        assert_ne!(members[0].fingerprint, members[1].fingerprint);
        let error = world.room(a).member("Bo").unwrap_err();
        assert_eq!(error, dayfly_proto::room::MemberError::Several);
        let said = world.with(a, |room, now| {
            room.direct(now, "Bo", "who gets this?".into(), Default::default())
        });
        assert!(said.is_err());
    });
}

#[test]
fn a_signature_that_does_not_fit_is_shown_as_nothing() {
    each_seed(5, |world| {
        let a = world.enter("Ada");
        let liar = world.open_page("6", "Liar", 10);
        world.page(liar).identity.signature = crate::identity(11).signature;
        world.meet(&[a, liar], secs(4));
        let members = world.room(a).snapshot().members;
        assert_eq!(members[0].trust, Trust::None);
        world.open_page("7", "Honest", 12);
        world.until(secs(4), "the honest one", |world| world.names(a).len() == 2);
        let honest = world.room(a).member("Honest").unwrap();
        let members = world.room(a).snapshot().members;
        assert_eq!(
            members.iter().find(|member| member.id == honest).unwrap().trust,
            Trust::Claimed
        );
    });
}

#[test]
fn a_key_that_changes_costs_the_link() {
    each_seed(5, |world| {
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        let liar = world.open_page("6", "Liar", 10);
        world.meet(&[a, b, liar], secs(4));
        world.with_page(liar, |page, _| {
            page.identity = crate::identity(b);
            page.name = "Bo".into();
            let metadata = Action::Metadata(page.metadata());
            page.send_all(&metadata);
        });
        world.run(secs(1));
        assert_eq!(world.names(a), ["Bo"]);
        let last = world
            .events(a)
            .iter()
            .rev()
            .find(|event| matches!(event, Event::MemberLeft { .. }));
        assert!(last.is_some());
    });
}

#[test]
fn who_has_not_said_who_it_is_says_nothing() {
    each_seed(5, |world| {
        let a = world.enter("Ada");
        let liar = world.open_page("6", "Liar", 10);
        world.page(liar).silent = true;
        world.until(secs(4), "a link", |world| world.page(liar).first_peer().is_some());
        world.run(secs(1));
        let text = ChatText {
            author_id: "x".into(),
            text: "boo".into(),
            time_sent: 1,
            id: "i".into(),
        };
        world.with_page(liar, |page, _| page.send_all(&Action::Text(text)));
        world.run(secs(1));
        assert!(world.texts(a).is_empty());
        assert!(world.room(a).stats().dropped >= 1);
        // And is not kept for ever.
        world.until(secs(40), "the end of patience", |world| world.open_links(a) == 0);
    });
}

#[test]
fn a_time_far_off_is_brought_near() {
    each_seed(3, |world| {
        let a = world.enter("Ada");
        let liar = world.open_page("6", "Liar", 10);
        world.meet(&[a, liar], secs(4));
        for time_sent in [0, u64::from(u32::MAX), 8_640_000_000_000_000] {
            world.with_page(liar, |page, now| {
                let mut text = page.text(now, "when?");
                text.time_sent = time_sent;
                page.send_all(&Action::Text(text));
            });
        }
        world.run(secs(1));
        let messages = world.messages(a);
        assert_eq!(messages.len(), 3);
        assert!(
            messages
                .iter()
                .all(|message| message.sent_at.abs_diff(message.at) <= 120_000)
        );
    });
}
