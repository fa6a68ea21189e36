//! Whatever the network does, honest members end up with the same conversation, each word under
//! its own author, and nobody is shown who is not there. Liars among them change nothing.
//!
//! Members come, go, part for a while and heal; a tracker dies and returns; delays are long. In a
//! public room what was missed is told later, as hearsay.

use crate::world::{World, each_seed, ms, secs};
use dayfly_proto::wire::web::chitchatter::Action;
use std::collections::{BTreeMap, BTreeSet};

fn lie(world: &mut World, liar: usize, n: u64) {
    let victim = crate::identity(usize::try_from(n % 3).unwrap()).user_id;
    let log = world.page(liar).log.clone();
    world.with_page(liar, |page, now| {
        let mut text = page.text(now, &format!("lie {n}"));
        match n % 4 {
            0 => text.author_id = victim,
            // Somebody else's id, if one is known.
            1 => text.id = log.last().map_or(text.id, |item| item.id.clone()),
            2 => {
                let item = crate::page::entry(&text);
                page.send_all(&Action::Transcript(vec![item]));
                return;
            }
            _ => {
                page.send_all(&Action::Typing(n % 8 == 3));
                return;
            }
        }
        page.send_all(&Action::Text(text));
    });
}

#[test]
fn all_hear_all_without_lasting_trouble() {
    each_seed(60, |world| {
        world.weather.delay = (ms(20), ms(400));
        let rooms: Vec<usize> = (0..4).map(|n| world.enter(&format!("R{n}"))).collect();
        let liar = world.open_page("5", "Liar", 9);
        let mut everybody = rooms.clone();
        everybody.push(liar);
        world.meet(&everybody, secs(8));
        let mut said: BTreeMap<String, usize> = BTreeMap::new();
        for n in 0..40u64 {
            let speaker = rooms[usize::try_from(world.random(4)).unwrap()];
            let text = format!("word {n}");
            world.say(speaker, &text);
            said.insert(text, speaker);
            lie(world, liar, n);
            // Silences shorter than ten seconds lose nothing.
            if n % 10 == 5 {
                let (a, b) = (rooms[0], rooms[1 + usize::try_from(world.random(3)).unwrap()]);
                world.part(a, b);
                let pause = world.random(4_000);
                world.run(secs(5) + ms(pause));
                world.heal(a, b);
            }
            let pause = world.random(2_000);
            world.run(ms(pause));
        }
        world.run(secs(30));
        for room in &rooms {
            let messages = world.messages(*room);
            for (text, speaker) in &said {
                let found: Vec<_> = messages.iter().filter(|message| &message.text == text).collect();
                assert_eq!(found.len(), 1, "{text} once");
                assert!(!found[0].history);
                assert_eq!(found[0].name, format!("R{speaker}"), "{text} under its author");
                assert_eq!(found[0].mine, room == speaker);
            }
            for message in messages.iter().filter(|message| message.text.starts_with("lie")) {
                assert!(message.history || message.name == "Liar");
            }
        }
    });
}

#[test]
fn after_churn_and_long_partings_the_same_words_are_known() {
    each_seed(40, |world| {
        let rooms: Vec<usize> = (0..4).map(|n| world.enter(&format!("R{n}"))).collect();
        world.meet(&rooms, secs(8));
        let mut said = BTreeSet::new();
        for n in 0..12u64 {
            let (a, b) = (rooms[0], rooms[1 + usize::try_from(world.random(3)).unwrap()]);
            match n % 4 {
                0 => {
                    world.part(a, b);
                    world.run(secs(20));
                }
                2 => {
                    world.set_tracker(0, false);
                    world.run(secs(15));
                    world.set_tracker(0, true);
                }
                _ => {}
            }
            for room in &rooms {
                let text = format!("R{room} {n}");
                world.say(*room, &text);
                said.insert(text);
            }
            let pause = world.random(3_000);
            world.run(ms(pause));
            world.heal(a, b);
            world.until(secs(90), "all to be together again", |world| {
                world.all_met(&rooms)
            });
            world.run(secs(2));
        }
        for room in &rooms {
            let texts = world.texts(*room);
            let known: BTreeSet<String> = texts.iter().cloned().collect();
            assert_eq!(known.len(), texts.len(), "nothing twice");
            assert_eq!(known, said);
            assert_eq!(world.room(*room).snapshot().members.len(), 3, "no ghosts");
        }
    });
}
