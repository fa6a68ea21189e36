//! Whatever the order in which things arrive, by whatever way and however often, members end with
//! the same view; what the events tell adds up to it; and memory stays within its bounds.

use crate::said::*;
use dayfly_proto::invite::native::HistoryPolicy;
use dayfly_proto::room::Message;
use dayfly_proto::room::native::ledger::{Given, Ledger};
use dayfly_proto::wire::native::{Content, EventId, HistoryItem, Signed};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What one member does, by number.
#[derive(Debug, Clone)]
enum Deed {
    Text,
    Vanishing,
    React(usize, usize, bool),
    Edit(usize),
    Unsend(usize),
    /// The next thing it says goes out in two versions.
    Fork,
}

fn deed() -> impl Strategy<Value = (u8, Deed)> {
    let deed = prop_oneof![
        4 => Just(Deed::Text),
        1 => Just(Deed::Vanishing),
        3 => (any::<usize>(), 0..3usize, any::<bool>()).prop_map(|(n, emoji, on)| Deed::React(n, emoji, on)),
        2 => any::<usize>().prop_map(Deed::Edit),
        1 => any::<usize>().prop_map(Deed::Unsend),
        1 => Just(Deed::Fork),
    ];
    (1..5u8, deed)
}

/// Everything that was said, in the order it was.
fn history(deeds: &[(u8, Deed)]) -> Vec<Signed> {
    let mut voices: Vec<Voice> = (0..5).map(Voice::new).collect();
    let mut said: Vec<Signed> = Vec::new();
    for (n, (who, deed)) in deeds.iter().enumerate() {
        let voice = &mut voices[usize::from(*who)];
        voice.seconds = n as u64;
        let lines: Vec<&Signed> = said
            .iter()
            .filter(|signed| matches!(signed.event.content, Content::Text { .. }))
            .collect();
        let own: Vec<&&Signed> = lines
            .iter()
            .filter(|signed| signed.event.author == id(*who))
            .collect();
        let pick = |n: usize| lines.get(n % lines.len().max(1)).map(|signed| signed.event.id());
        let pick_own = |n: usize| own.get(n % own.len().max(1)).map(|signed| signed.event.id());
        let words = text(&format!("{who} says {n}"));
        match deed {
            Deed::Text => said.push(voice.says(words)),
            Deed::Vanishing => said.push(voice.says(brief(&format!("{who} whispers {n}"), 500))),
            Deed::Fork => {
                said.push(voice.clone().says(text(&format!("{who} also says {n}"))));
                said.push(voice.says(words));
            }
            Deed::React(at, emoji, on) => {
                let emoji = ["👍", "🎉", "❤️"][*emoji].to_owned();
                if let Some(line) = pick(*at) {
                    said.push(voice.about(line, 0, Content::Reaction { emoji, on: *on }));
                }
            }
            Deed::Edit(at) => {
                let text = dayfly_proto::secret::SecretString::new(format!("{who} rather says {n}"));
                if let Some(line) = pick_own(*at) {
                    said.push(voice.about(line, 0, Content::Edit { text }));
                }
            }
            Deed::Unsend(at) => {
                if let Some(line) = pick_own(*at) {
                    said.push(voice.about(line, 0, Content::Unsend));
                }
            }
        }
    }
    said
}

/// A view without what depends on when things arrived here: the order is the authors'.
fn view(ledger: &Ledger) -> BTreeMap<String, Message> {
    lines(ledger)
        .into_iter()
        .map(|mut line| {
            // Whose reaction came first is each device's own.
            line.reactions.iter_mut().for_each(|reaction| reaction.by.sort());
            line.reactions.sort_by(|a, b| a.emoji.cmp(&b.emoji));
            line.history = false;
            (line.id.0.clone(), line)
        })
        .collect()
}

fn normal(mut told: BTreeMap<String, Message>) -> BTreeMap<String, Message> {
    for line in told.values_mut() {
        line.reactions.iter_mut().for_each(|reaction| reaction.by.sort());
        line.reactions.sort_by(|a, b| a.emoji.cmp(&b.emoji));
        line.history = false;
    }
    told
}

/// The lines of which two views differ.
fn differences(
    left: &BTreeMap<String, Message>,
    right: &BTreeMap<String, Message>,
) -> Vec<(Option<Message>, Option<Message>)> {
    left.keys()
        .chain(right.keys().filter(|id| !left.contains_key(*id)))
        .map(|id| (left.get(id).cloned(), right.get(id).cloned()))
        .filter(|(left, right)| left != right)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn any_interleaving_ends_in_one_view(
        deeds in proptest::collection::vec(deed(), 1..40),
        left in any::<u64>(), right in any::<u64>(),
    ) {
        let said = history(&deeds);
        let run = |seed: u64| {
            let mut ours = ledger();
            let mut told_so_far = BTreeMap::new();
            let mut order: Vec<usize> = (0..said.len()).chain(0..said.len()).collect();
            // A shuffle by the seed: each event comes twice, live or from two tellers.
            let mut state = seed | 1;
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as usize
            };
            for at in (1..order.len()).rev() {
                order.swap(at, next() % (at + 1));
            }
            for (n, index) in order.iter().enumerate() {
                let by = if n % 2 == 0 { 8 } else { 9 };
                let effects = match next() % 3 {
                    0 => live(&mut ours, at(60), &said[*index]),
                    _ => told(&mut ours, at(60), by, &said[*index]),
                };
                apply(&mut told_so_far, &effects.unwrap());
            }
            // Who heard it by one teller twice hears it from the author in the end.
            for signed in &said {
                let author = (0..10).find(|n| id(*n) == signed.event.author).unwrap();
                apply(&mut told_so_far, &told(&mut ours, at(60), author, signed).unwrap());
            }
            (ours, told_so_far)
        };
        let (mut ours, told_ours) = run(left);
        let (mut theirs, _) = run(right);
        // Whether it came live decides the times shown; both are told the same here.
        let same = |ledger: &Ledger| -> BTreeMap<String, Message> {
            view(ledger).into_iter().map(|(id, line)| (id, Message { at: 0, expires_at: None, ..line })).collect()
        };
        prop_assert_eq!(differences(&same(&ours), &same(&theirs)), vec![]);
        let told_ours = differences(&normal(told_ours), &view(&ours));
        prop_assert_eq!(told_ours, vec![], "what was told adds up to what is shown");
        prop_assert!(lines(&ours).iter().all(|line| line.confirmed));
        // Nothing vanishing outlives its time, whatever way it came.
        ours.expire(at(1_000));
        theirs.expire(at(1_000));
        prop_assert!(!texts(&ours).iter().any(|text| text.contains("whispers")));
        prop_assert_eq!(same(&ours), same(&theirs));
        prop_assert_eq!(ours.next_expiry(), None);
    }

    #[test]
    fn frontiers_and_histories_carry_everything_over(deeds in proptest::collection::vec(deed(), 1..40), cut in any::<prop::sample::Index>()) {
        let said: Vec<Signed> = history(&deeds);
        let cut = cut.index(said.len() + 1);
        let (mut giver, mut away) = (seat(0), seat(9));
        for signed in &said[..cut] {
            live(&mut giver, at(60), signed).unwrap();
            live(&mut away, at(60), signed).unwrap();
        }
        for signed in &said[cut..] {
            live(&mut giver, at(61), signed).unwrap();
        }
        let given = giver.missing_for(at(62), &id(9), &away.frontier(&id(0)), HistoryPolicy::Members);
        let mut events = 0;
        for given in given {
            match given {
                Given::Room(HistoryItem::Event(signed)) => {
                    events += 1;
                    told(&mut away, at(62), 0, &signed).unwrap();
                }
                Given::Room(HistoryItem::Tombstone(stone)) => {
                    away.accept_tombstone(at(62), id(0), stone);
                }
                Given::Direct(_) => prop_assert!(false, "nothing direct was said"),
            }
        }
        // What was there before the cut is given again only where a row is in doubt.
        let forked = said.iter().any(|one| said.iter().any(|other| {
            one != other && (one.event.author, one.event.seq) == (other.event.author, other.event.seq)
        }));
        prop_assert!(forked || events <= said.len() - cut);
        let open = |ledger: &Ledger| -> Vec<(String, String)> {
            view(ledger).into_values()
                .filter(|line| line.expires_at.is_none() && !line.unsent)
                .map(|line| (line.id.0, line.text))
                .collect()
        };
        prop_assert_eq!(open(&giver), open(&away));
    }

    #[test]
    fn memory_stays_within_its_bounds(
        lengths in proptest::collection::vec(1..10_000usize, 1..60), repeat in 1..12usize, live_ones in any::<bool>(),
    ) {
        let mut ours = ledger();
        ours.keep_to(200, 1 << 20);
        let mut voices: Vec<Voice> = (1..5).map(Voice::new).collect();
        for (n, len) in lengths.iter().cycle().take(lengths.len() * repeat).enumerate() {
            let voice = &mut voices[n % 4];
            voice.seconds = n as u64;
            let signed = voice.says(text(&"x".repeat(*len)));
            match live_ones || n % 3 == 0 {
                true => live(&mut ours, at(n as u64), &signed).unwrap(),
                false => told(&mut ours, at(n as u64), 7, &signed).unwrap(),
            };
            prop_assert!(ours.len() <= 200 && ours.bytes() <= 1 << 20);
        }
        let shown: usize = texts(&ours).iter().map(String::len).sum();
        prop_assert!(shown <= ours.bytes());
        prop_assert!(!ours.is_empty());
        ours.clear();
        prop_assert_eq!((ours.len(), ours.bytes()), (0, 0));
    }
}

#[test]
fn the_usual_bounds_are_a_thousand_events_and_eight_mebibytes() {
    let mut ours = ledger();
    let mut voice = Voice::new(1);
    for n in 0..1_100 {
        live(&mut ours, at(n), &voice.says(text(&n.to_string()))).unwrap();
    }
    assert_eq!(ours.len(), 1_000);
    assert_eq!(texts(&ours)[0], "100");
    assert!(
        lines(&ours).iter().all(|line| line.missing == 0),
        "what was dropped here is not missing"
    );
    for n in 1_100..1_500 {
        live(&mut ours, at(n), &voice.says(text(&"€".repeat(10_000)))).unwrap();
    }
    assert!(ours.bytes() <= 8 << 20 && ours.len() > 250);
    assert_eq!(
        EventId::parse(&lines(&ours)[0].id).map(|id| id.message_id()),
        Some(lines(&ours)[0].id.clone())
    );
}
