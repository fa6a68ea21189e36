//! Whoever tells history first does not decide it: later tellers are heard too, nothing that was
//! heard from its author changes, nobody puts words into this person's mouth, and a liar's flood
//! leaves room for the others.
//!
//! A page takes the first transcript it gets and no other.

use crate::page::entry;
use crate::world::{World, each_seed, secs};
use dayfly_proto::wire::web::chitchatter::{Action, TranscriptContent, TranscriptItem};

fn lies(world: &mut World, liar: usize, items: Vec<TranscriptItem>) {
    world.with_page(liar, |page, _| {
        let metadata = Action::Metadata(page.metadata());
        page.send_all(&metadata);
        page.send_all(&Action::Transcript(items));
    });
}

fn item(author: &str, text: &str, id: &str, at: u64) -> TranscriptItem {
    TranscriptItem {
        author_id: author.into(),
        content: TranscriptContent::Text(text.into()),
        time_sent: at,
        id: id.into(),
        time_received: Some(at),
    }
}

#[test]
fn the_second_teller_is_heard() {
    each_seed(20, |world| {
        let honest = world.open_page("5", "Honest", 9);
        let liar = world.open_page("6", "Liar", 10);
        world.page(liar).silent = true;
        let (id, said) = world.with_page(honest, |page, now| {
            let said = page.text(now, "what was said");
            page.log.push(entry(&said));
            (said.id.clone(), said)
        });
        let a = world.enter("Ada");
        world.until(secs(4), "links to both", |world| {
            world.open_links(a) == 2 && world.page(liar).first_peer().is_some()
        });
        // The lie comes under the true one's id, and in its author's name.
        let mut many: Vec<TranscriptItem> = (0..149)
            .map(|n| item("nobody", &format!("flood {n}"), &format!("f{n}"), 5))
            .collect();
        many.push(item(&said.author_id, "what was never said", &id, said.time_sent));
        lies(world, liar, many);
        world.run(secs(2));
        let texts = world.texts(a);
        assert!(texts.contains(&"what was said".to_owned()));
        let messages = world.messages(a);
        assert!(
            messages
                .iter()
                .all(|message| message.history && !message.confirmed)
        );
    });
}

#[test]
fn nothing_heard_is_rewritten_and_nobody_speaks_for_me() {
    each_seed(20, |world| {
        let a = world.enter("Ada");
        let b = world.enter("Bo");
        world.meet(&[a, b], secs(4));
        let mine = world.say(a, "mine");
        let theirs = world.say(b, "theirs");
        world.run(secs(1));
        let liar = world.open_page("6", "Liar", 10);
        world.page(liar).silent = true;
        world.until(secs(4), "a link", |world| world.page(liar).first_peer().is_some());
        world.run(secs(1));
        let me = crate::identity(a).user_id;
        let bo = crate::identity(b).user_id;
        let now = world.now().unix_ms;
        lies(
            world,
            liar,
            vec![
                item(&me, "not mine", &mine.0, now),
                item(&me, "never said", "new-id", now),
                item(&bo, "not theirs", &theirs.0, now),
            ],
        );
        world.run(secs(1));
        let mut texts = world.texts(a);
        texts.sort();
        assert_eq!(texts, ["mine", "theirs"]);
        assert!(world.messages(a).iter().all(|message| !message.history));
        assert!(world.room(a).stats().refused >= 2);
    });
}

#[test]
fn the_second_transcript_of_one_peer_is_not_taken() {
    each_seed(5, |world| {
        let a = world.enter("Ada");
        let liar = world.open_page("6", "Liar", 10);
        world.meet(&[a, liar], secs(4));
        world.run(secs(1));
        let more = vec![item("nobody", "second helping", "s", 5)];
        world.with_page(liar, |page, _| page.send_all(&Action::Transcript(more)));
        world.run(secs(1));
        assert!(world.texts(a).is_empty());
    });
}

#[test]
fn hearsay_is_not_repeated() {
    each_seed(5, |world| {
        let liar = world.open_page("6", "Liar", 10);
        world.page(liar).log.push(item("nobody", "hearsay", "h", 5));
        let a = world.enter("Ada");
        world.meet(&[a, liar], secs(4));
        world.run(secs(1));
        assert_eq!(world.texts(a), ["hearsay"]);
        world.kill(liar);
        world.run(secs(15));
        let page = world.open_page("5", "Page", 9);
        world.meet(&[a, page], secs(4));
        world.run(secs(1));
        assert!(world.page(page).log.is_empty());
    });
}
