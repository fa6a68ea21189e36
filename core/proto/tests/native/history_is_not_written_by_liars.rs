//! What members tell of what was said: each way to lie about it, tried on the ledger and on a
//! model that lacks the one rule against it. The model must fall for it, the ledger must not.

use crate::said::*;
use dayfly_proto::crypto::PublicKey;
use dayfly_proto::invite::native::HistoryPolicy;
use dayfly_proto::room::native::ledger::{Effect, Given, How, Refusal};
use dayfly_proto::wire::native::{EventId, Frontier, HistoryItem, Signed, flags};

/// A page's rule: the first who tells is believed, in the order it tells.
#[derive(Default)]
struct FirstTeller {
    lines: Vec<(PublicKey, u64, String)>,
}

impl FirstTeller {
    fn told(&mut self, signed: &Signed) {
        let event = &signed.event;
        if self
            .lines
            .iter()
            .all(|(author, seq, _)| (*author, *seq) != (event.author, event.seq))
        {
            self.lines.push((event.author, event.seq, words(signed)));
        }
    }

    fn believed(&self) -> Vec<&str> {
        self.lines.iter().map(|(_, _, text)| text.as_str()).collect()
    }
}

fn words(signed: &Signed) -> String {
    match &signed.event.content {
        dayfly_proto::wire::native::Content::Text { text, .. } => text.expose().to_owned(),
        other => format!("{other:?}"),
    }
}

fn altered(signed: &Signed, to: &str) -> Signed {
    let mut altered = signed.clone();
    altered.event.content = text(to);
    altered
}

#[test]
fn the_first_liar_writes_no_history() {
    let (mut ours, mut model) = (ledger(), FirstTeller::default());
    let honest = Voice::new(1).says(text("true"));
    let lie = altered(&honest, "lie");
    model.told(&lie);
    model.told(&honest);
    assert_eq!(model.believed(), ["lie"], "the model falls for it");

    assert_eq!(told(&mut ours, at(1), 2, &lie), Err(Refusal::Unsigned));
    told(&mut ours, at(2), 3, &honest).unwrap();
    assert_eq!(texts(&ours), ["true"]);
    // The same in the author's name, signed by the liar's own key.
    let mut forged = lie.clone();
    forged.signature = forged.event.sign(&crate::common::key(2));
    assert_eq!(told(&mut ours, at(3), 2, &forged), Err(Refusal::Unsigned));
    assert_eq!(texts(&ours), ["true"]);
}

#[test]
fn an_invented_author_is_one_members_word() {
    let (mut ours, mut model) = (ledger(), FirstTeller::default());
    let invented = Voice::new(77).says(text("I never existed"));
    model.told(&invented);
    assert_eq!(model.believed(), ["I never existed"], "the model falls for it");

    told(&mut ours, at(1), 2, &invented).unwrap();
    told(&mut ours, at(2), 2, &invented).unwrap();
    assert!(!lines(&ours)[0].confirmed, "one member's word, however often");
    assert!(lines(&ours)[0].history);
    // One liar's word does not become two by way of those who believed it.
    let passed_on = ours.missing_for(at(3), &id(3), &Frontier::default(), HistoryPolicy::Items(100));
    assert_eq!(passed_on, []);
}

#[test]
fn what_two_others_tell_alike_and_what_its_author_stands_by_is_confirmed() {
    let mut voice = Voice::new(1);
    let said = [voice.says(text("one")), voice.says(text("two"))];
    let mut by_two = ledger();
    told(&mut by_two, at(1), 2, &said[0]).unwrap();
    assert!(!lines(&by_two)[0].confirmed);
    let effects = told(&mut by_two, at(2), 3, &said[0]).unwrap();
    assert!(lines(&by_two)[0].confirmed && !effects.is_empty());

    let mut by_author = ledger();
    told(&mut by_author, at(1), 2, &said[0]).unwrap();
    told(&mut by_author, at(1), 2, &said[1]).unwrap();
    by_author.stands_by(at(2), id(1), &stands_by(&voice));
    assert!(lines(&by_author).iter().all(|line| line.confirmed));
    // The other order: the author is here, then others tell.
    let mut later = ledger();
    later.stands_by(at(1), id(1), &stands_by(&voice));
    told(&mut later, at(2), 2, &said[0]).unwrap();
    assert!(lines(&later)[0].confirmed);
    // Its word is fresh as long as it is here.
    let mut gone = ledger();
    gone.stands_by(at(1), id(1), &stands_by(&voice));
    gone.parted(&id(1));
    told(&mut gone, at(2), 2, &said[0]).unwrap();
    assert!(!lines(&gone)[0].confirmed);
    // Another's frontier confirms nothing.
    let mut hearsay = ledger();
    hearsay.stands_by(at(1), id(5), &stands_by(&voice));
    told(&mut hearsay, at(2), 2, &said[0]).unwrap();
    assert!(!lines(&hearsay)[0].confirmed);
}

#[test]
fn what_is_left_out_shows_and_can_be_made_up_for() {
    let mut voice = Voice::new(1);
    let said: Vec<Signed> = ["one", "two", "three", "four"]
        .map(|words| voice.says(text(words)))
        .into();
    let (mut ours, mut model) = (ledger(), FirstTeller::default());
    for n in [0, 3] {
        model.told(&said[n]);
        told(&mut ours, at(1), 2, &said[n]).unwrap();
    }
    assert_eq!(model.believed(), ["one", "four"], "the model shows no gap");
    assert_eq!(lines(&ours)[1].missing, 2);
    let effects = told(&mut ours, at(2), 3, &said[2]).unwrap();
    assert_eq!(
        lines(&ours).iter().map(|line| line.missing).collect::<Vec<_>>(),
        [0, 1, 0]
    );
    assert_eq!(effects.len(), 2, "the new line, and the one whose gap shrank");
    told(&mut ours, at(3), 3, &said[1]).unwrap();
    assert!(lines(&ours).iter().all(|line| line.missing == 0));
}

#[test]
fn a_false_tombstone_hides_no_gap_and_gives_way_to_the_event() {
    let mut voice = Voice::new(1);
    let said: Vec<Signed> = ["one", "two", "three"]
        .map(|words| voice.says(text(words)))
        .into();
    let mut ours = ledger();
    told(&mut ours, at(1), 2, &said[0]).unwrap();
    told(&mut ours, at(1), 2, &said[2]).unwrap();
    let stone = dayfly_proto::wire::native::Tombstone {
        author: id(1),
        seq: 2,
        hash: said[1].event.hash(),
        prev: said[1].event.prev,
    };
    ours.accept_tombstone(at(2), id(2), stone);
    assert_eq!(lines(&ours)[1].missing, 1, "one member's word is no reason");
    let mut twice = ours.len();
    ours.accept_tombstone(at(2), id(2), stone);
    assert_eq!(ours.len(), twice);
    ours.accept_tombstone(at(2), id(3), stone);
    assert_eq!(
        lines(&ours)[1].missing,
        0,
        "two members agree that it may not be told"
    );
    told(&mut ours, at(3), 4, &said[1]).unwrap();
    twice = ours.len();
    assert_eq!(
        (texts(&ours), twice),
        (vec!["one".into(), "two".into(), "three".into()], 3)
    );
    // Beyond what is known of an author, or of somebody unknown, it is not even kept.
    for (author, seq) in [(id(1), 9), (id(1), u64::MAX), (id(88), 1)] {
        let stone = dayfly_proto::wire::native::Tombstone { author, seq, ..stone };
        ours.accept_tombstone(at(4), id(2), stone);
        assert_eq!(ours.len(), 3);
    }
}

#[test]
fn order_is_its_authors_not_the_tellers() {
    let mut voice = Voice::new(1);
    let said: Vec<Signed> = (1..4)
        .map(|n| {
            voice.seconds = n;
            voice.says(text(&n.to_string()))
        })
        .collect();
    let (mut ours, mut model) = (ledger(), FirstTeller::default());
    for n in [2, 0, 1] {
        model.told(&said[n]);
        told(&mut ours, at(100), 2, &said[n]).unwrap();
    }
    assert_eq!(
        model.believed(),
        ["3", "1", "2"],
        "the model believes the order of telling"
    );
    assert_eq!(texts(&ours), ["1", "2", "3"]);
}

#[test]
fn who_says_two_things_under_one_number_is_shown_to() {
    let mut voice = Voice::new(1);
    let first = voice.says(text("first"));
    let mut fork = voice.clone();
    let (to_us, to_others) = (voice.says(text("yes")), fork.says(text("no")));
    let (mut ours, mut model) = (ledger(), FirstTeller::default());
    for said in [&first, &to_us, &to_others] {
        model.told(said);
    }
    assert_eq!(model.believed(), ["first", "yes"], "the model sees nothing");

    live(&mut ours, at(1), &first).unwrap();
    live(&mut ours, at(2), &to_us).unwrap();
    let effects = told(&mut ours, at(3), 2, &to_others).unwrap();
    assert!(effects.contains(&Effect::Equivocation(id(1))));
    let shown = lines(&ours);
    assert_eq!(
        shown.iter().map(|line| line.disputed).collect::<Vec<_>>(),
        [false, true, true]
    );

    // The other half need not even come: what follows it names it.
    let mut ours = ledger();
    live(&mut ours, at(1), &first).unwrap();
    live(&mut ours, at(2), &to_us).unwrap();
    let effects = told(&mut ours, at(3), 2, &fork.says(text("and so"))).unwrap();
    assert!(effects.contains(&Effect::Equivocation(id(1))));
    assert!(lines(&ours)[1].disputed);

    // Nor anything of it, if the author tells us another hash than we heard.
    let mut ours = ledger();
    live(&mut ours, at(1), &first).unwrap();
    live(&mut ours, at(2), &to_us).unwrap();
    let mut other = Voice::new(1);
    other.last = dayfly_proto::wire::native::Mark {
        seq: 2,
        hash: [9; 32],
    };
    let effects = ours.stands_by(at(3), id(1), &stands_by(&other));
    assert!(effects.contains(&Effect::Equivocation(id(1))));
}

#[test]
fn variants_are_kept_as_proof_up_to_a_few() {
    let voice = Voice::new(1);
    let mut ours = ledger();
    let results: Vec<bool> = (0..6)
        .map(|n| live(&mut ours, at(n), &voice.clone().says(text(&n.to_string()))).is_ok())
        .collect();
    assert_eq!(results, [true, true, true, true, false, false]);
    assert_eq!(ours.len(), 4);
}

#[test]
fn the_end_of_a_row_that_is_held_back_is_noticed_when_its_author_is_here() {
    let mut voice = Voice::new(1);
    let said: Vec<Signed> = ["one", "two", "three"]
        .map(|words| voice.says(text(words)))
        .into();
    let (mut ours, mut model) = (ledger(), FirstTeller::default());
    model.told(&said[0]);
    assert_eq!(model.believed(), ["one"], "the model cannot know");
    told(&mut ours, at(1), 2, &said[0]).unwrap();
    ours.stands_by(at(2), id(1), &stands_by(&voice));
    assert_eq!(ours.told_all(id(2)), [], "others cannot say that");
    assert_eq!(
        ours.told_all(id(1)),
        [Effect::Behind {
            author: id(1),
            missing: 2
        }]
    );
    told(&mut ours, at(3), 3, &said[1]).unwrap();
    told(&mut ours, at(3), 3, &said[2]).unwrap();
    assert_eq!(ours.told_all(id(1)), []);
}

#[test]
fn what_has_expired_is_not_shown_by_telling_it_again() {
    let mut voice = Voice::new(1);
    let said = voice.says(brief("for a minute", 60));
    let (mut ours, mut model) = (ledger(), FirstTeller::default());
    model.told(&said);
    assert_eq!(model.believed(), ["for a minute"], "the model shows it for ever");
    told(&mut ours, at(61), 2, &said).unwrap();
    ours.expire(at(61));
    assert_eq!(texts(&ours), [""]);
    // Told in time it stays no longer than its author said.
    let mut ours = ledger();
    told(&mut ours, at(40), 2, &said).unwrap();
    assert_eq!(texts(&ours), ["for a minute"]);
    assert_eq!(ours.next_expiry(), Some(at(60).mono));
    ours.expire(at(60));
    assert_eq!(texts(&ours), [""]);
}

#[test]
fn what_is_not_to_be_told_on_is_not() {
    let mut author = seat(1);
    let (mut ours, mut newcomer) = (ledger(), seat(9));
    let said = [
        say(&mut author, 1, at(1), text("open"), 0, EventId::NONE),
        say(
            &mut author,
            1,
            at(2),
            text("look once"),
            flags::VIEW_ONCE,
            EventId::NONE,
        ),
        say(
            &mut author,
            1,
            at(3),
            text("between us"),
            flags::NO_HISTORY,
            EventId::NONE,
        ),
        say(
            &mut author,
            1,
            at(4),
            brief("for an hour", 3_600),
            0,
            EventId::NONE,
        ),
        say(&mut author, 1, at(5), text("regretted"), 0, EventId::NONE),
        say(&mut author, 1, at(6), text("last"), 0, EventId::NONE),
    ];
    for said in &said {
        live(&mut ours, at(6), said).unwrap();
    }
    let unsend = say(
        &mut author,
        1,
        at(7),
        dayfly_proto::wire::native::Content::Unsend,
        0,
        said[4].event.id(),
    );
    live(&mut ours, at(7), &unsend).unwrap();
    // Nothing that was not to be told is among what is given.
    let given = ours.missing_for(at(8), &id(9), &Frontier::default(), HistoryPolicy::Items(100));
    let (mut events, mut stones) = (Vec::new(), 0);
    for given in given {
        match given {
            Given::Room(HistoryItem::Event(signed)) => {
                events.push(signed.event.seq);
                told(&mut newcomer, at(8), 0, &signed).unwrap();
            }
            Given::Room(HistoryItem::Tombstone(stone)) => {
                stones += 1;
                newcomer.accept_tombstone(at(8), id(0), stone);
            }
            Given::Direct(_) => panic!("nothing direct was said"),
        }
    }
    assert_eq!((events, stones), (vec![1, 6, 7], 4));
    assert_eq!(texts(&newcomer), ["open", "last"]);
    // The taken back one is accounted for by its author's word; for the rest one giver stands.
    assert_eq!(lines(&newcomer)[1].missing, 3);
    // Their author gives them to a member that was here, and never the taken back one.
    let own: Vec<u64> = author
        .missing_for(at(8), &id(0), &Frontier::default(), HistoryPolicy::Off)
        .iter()
        .filter_map(|given| match given {
            Given::Room(HistoryItem::Event(signed)) => Some(signed.event.seq),
            _ => None,
        })
        .collect();
    assert_eq!(own, [1, 2, 3, 4, 6, 7]);
}

#[test]
fn three_liars_of_five_alter_and_hide_nothing() {
    let mut voice = Voice::new(1);
    let said: Vec<Signed> = ["one", "two", "three"]
        .map(|words| voice.says(text(words)))
        .into();
    // A model that goes by majority.
    let majority = |votes: &[&Signed]| {
        let lies = votes.iter().filter(|signed| words(signed) == "lie").count();
        lies * 2 > votes.len()
    };
    let lie = altered(&said[1], "lie");
    assert!(
        majority(&[&lie, &lie, &lie, &said[1], &said[1]]),
        "the model falls for it"
    );

    let mut ours = ledger();
    for liar in 2..5 {
        told(&mut ours, at(1), liar, &said[0]).unwrap();
        assert_eq!(told(&mut ours, at(1), liar, &lie), Err(Refusal::Unsigned));
        // They leave the second out and say that nothing may be told of it.
        told(&mut ours, at(1), liar, &said[2]).unwrap();
        ours.accept_tombstone(
            at(1),
            id(liar),
            dayfly_proto::wire::native::Tombstone {
                author: id(1),
                seq: 2,
                hash: said[1].event.hash(),
                prev: said[1].event.prev,
            },
        );
    }
    for honest in 5..7 {
        for said in &said {
            told(&mut ours, at(2), honest, said).unwrap();
        }
    }
    assert_eq!(texts(&ours), ["one", "two", "three"]);
    assert!(
        lines(&ours)
            .iter()
            .all(|line| line.confirmed && line.missing == 0 && !line.disputed)
    );
    // What they can do, and SECURITY.md says so: two of them make somebody up who never was here.
    let invented = Voice::new(77).says(text("made up"));
    told(&mut ours, at(3), 2, &invented).unwrap();
    assert!(
        !lines(&ours)
            .iter()
            .any(|line| line.text == "made up" && line.confirmed)
    );
    told(&mut ours, at(3), 3, &invented).unwrap();
    assert!(
        lines(&ours)
            .iter()
            .any(|line| line.text == "made up" && line.confirmed)
    );
}

#[test]
fn a_liar_pushes_nothing_out_that_was_heard() {
    let mut ours = ledger();
    let mut voice = Voice::new(1);
    for n in 0..500 {
        live(&mut ours, at(n), &voice.says(text(&format!("heard {n}")))).unwrap();
    }
    let mut invented = Voice::new(77);
    invented.seconds = 10_000;
    for n in 0..800 {
        let _ = told(
            &mut ours,
            at(20_000),
            2,
            &invented.says(text(&format!("made up {n}"))),
        );
    }
    assert_eq!(ours.len(), 1_000);
    assert_eq!(
        texts(&ours)
            .iter()
            .filter(|text| text.starts_with("heard"))
            .count(),
        500
    );
    // Nor by making many up: authors have a bound, and whoever speaks comes first.
    for n in 0..600_u32 {
        let mut seed = [200; 32];
        seed[..4].copy_from_slice(&n.to_be_bytes());
        let mut voice = Voice::new(0);
        voice.key = dayfly_proto::crypto::SigningKey::from_seed(&seed);
        let _ = told(&mut ours, at(20_001), 2, &voice.says(text("x")));
    }
    let newcomer = Voice::new(150).says(text("I speak"));
    assert!(live(&mut ours, at(20_002), &newcomer).is_ok());
    assert!(texts(&ours).contains(&"I speak".to_owned()));
}

#[test]
fn a_room_that_saw_many_come_and_go_hears_the_next() {
    let mut ours = ledger();
    let newcomer = |n: u32| {
        let mut voice = Voice::new(0);
        let mut seed = [100; 32];
        seed[..4].copy_from_slice(&n.to_be_bytes());
        voice.key = dayfly_proto::crypto::SigningKey::from_seed(&seed);
        voice
    };
    for n in 0..400_u32 {
        let mut voice = newcomer(n);
        ours.met(voice.key.public());
        live(&mut ours, at(u64::from(n)), &voice.says(text(&n.to_string()))).unwrap();
        assert!(ours.frontier(&id(9)).authors.len() <= 256);
    }
    assert_eq!(texts(&ours).last().map(String::as_str), Some("399"));
}

#[test]
fn nothing_of_this_persons_is_believed_from_others() {
    let mut ours = ledger();
    let forged = Voice::new(0).says(text("I said that"));
    assert_eq!(told(&mut ours, at(1), 2, &forged), Err(Refusal::NotMine));
    let own = say(&mut ours, 0, at(2), text("mine"), 0, EventId::NONE);
    assert_eq!(told(&mut ours, at(3), 2, &own), Ok(Vec::new()));
    assert_eq!(texts(&ours), ["mine"]);
}

#[test]
fn events_of_other_rooms_and_times_are_refused() {
    let mut voice = Voice::new(1);
    let mut elsewhere = voice.says(text("x"));
    elsewhere.event.room_id = [1; 32];
    elsewhere.signature = elsewhere.event.sign(&voice.key);
    assert_eq!(live(&mut ledger(), at(1), &elsewhere), Err(Refusal::Elsewhere));
    let mut ahead = Voice::new(1);
    ahead.generation = 1;
    let ahead = ahead.says(text("x"));
    let mut ours = ledger();
    assert_eq!(told(&mut ours, at(1), 2, &ahead), Err(Refusal::Elsewhere));
    ours.moved(1);
    let old_key = How::Live { generation: 0 };
    assert_eq!(
        ours.accept(at(1), ahead.event.clone(), &ahead.signature, old_key),
        Err(Refusal::Elsewhere),
        "an event is no younger than the key it came under"
    );
    assert!(live(&mut ours, at(1), &ahead).is_ok());
    let direct = Voice::new(1).about(EventId::NONE, flags::DIRECT, text("x"));
    assert_eq!(live(&mut ledger(), at(1), &direct), Err(Refusal::Elsewhere));
}
