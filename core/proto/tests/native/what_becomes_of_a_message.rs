//! Edits, taking back, reactions, looking once, vanishing, direct threads: who may, and what is
//! left of the text afterwards.

use crate::common::{ROOM, key};
use crate::said::*;
use dayfly_proto::id::{MemberId, MessageId};
use dayfly_proto::invite::native::HistoryPolicy;
use dayfly_proto::room::Event as Told;
use dayfly_proto::room::native::ledger::{Draft, Effect, Given, Ledger, NotSaid, Refusal, Said};
use dayfly_proto::secret::SecretString;
use dayfly_proto::wire::native::{Content, Event, EventId, flags};

fn edit(to: &str) -> Content {
    Content::Edit {
        text: SecretString::new(to.into()),
    }
}

fn reaction(emoji: &str, on: bool) -> Content {
    Content::Reaction {
        emoji: emoji.into(),
        on,
    }
}

fn draft(content: Content, reference: EventId) -> Draft {
    Draft {
        to: None,
        generation: 0,
        flags: 0,
        reference,
        content,
        command: None,
        waits: false,
    }
}

#[test]
fn only_its_author_edits_and_takes_back() {
    let (mut ada, mut bob) = (Voice::new(1), Voice::new(2));
    let mut ours = ledger();
    let said = ada.says(text("helo"));
    let target = said.event.id();
    live(&mut ours, at(1), &said).unwrap();
    live(&mut ours, at(2), &bob.about(target, 0, edit("I am a fool"))).unwrap();
    live(&mut ours, at(2), &bob.about(target, 0, Content::Unsend)).unwrap();
    assert_eq!(texts(&ours), ["helo"]);
    assert!(!lines(&ours)[0].edited);
    let effects = live(&mut ours, at(3), &ada.about(target, 0, edit("hello"))).unwrap();
    assert!(matches!(&effects[..], [Effect::Tell(_)]));
    assert!(lines(&ours)[0].edited);
    assert_eq!(texts(&ours), ["hello"]);
    let effects = live(&mut ours, at(4), &ada.about(target, 0, Content::Unsend)).unwrap();
    assert!(matches!(&effects[..], [Effect::Tell(told)]
        if matches!(&**told, Told::MessageChanged { unsent: Some(true), .. })));
    assert_eq!(texts(&ours), [""]);
    // No edit brings it back, one that was under way included.
    live(&mut ours, at(5), &ada.about(target, 0, edit("hello again"))).unwrap();
    assert!(lines(&ours)[0].unsent && texts(&ours) == [""]);
    // Nothing of it is told on, by anybody.
    let mut words = Vec::new();
    for given in ours.missing_for(at(6), &id(9), &Default::default(), HistoryPolicy::Items(9)) {
        if let Given::Room(dayfly_proto::wire::native::HistoryItem::Event(signed)) = given {
            words.push(signed.event.content);
        }
    }
    let written = |content: &Content| matches!(content, Content::Text { .. } | Content::Edit { .. });
    assert!(!words.iter().any(written));
}

#[test]
fn own_commands_are_for_own_messages_that_stand() {
    let mut ours = ledger();
    let theirs = Voice::new(1).says(text("theirs"));
    live(&mut ours, at(1), &theirs).unwrap();
    let mine = say(&mut ours, 0, at(2), text("mine"), 0, EventId::NONE);
    let mut try_to = |content: Content, about: EventId| ours.say(at(3), &key(0), draft(content, about)).err();
    assert_eq!(try_to(edit("x"), theirs.event.id()), Some(NotSaid::NoMessage));
    assert_eq!(
        try_to(Content::Unsend, theirs.event.id()),
        Some(NotSaid::NoMessage)
    );
    assert_eq!(try_to(edit("x"), EventId([1; 16])), Some(NotSaid::NoMessage));
    assert_eq!(
        try_to(reaction("👍", true), EventId([1; 16])),
        Some(NotSaid::NoMessage)
    );
    assert_eq!(
        try_to(reaction("words", true), theirs.event.id()),
        Some(NotSaid::BadValue)
    );
    assert_eq!(try_to(text(""), EventId::NONE), Some(NotSaid::BadValue));
    assert_eq!(try_to(brief("x", 3), EventId::NONE), Some(NotSaid::BadValue));
    assert_eq!(try_to(reaction("👍", true), theirs.event.id()), None);
    assert_eq!(try_to(edit("mine, better"), mine.event.id()), None);
    assert_eq!(try_to(Content::Unsend, mine.event.id()), None);
    assert_eq!(try_to(edit("back"), mine.event.id()), Some(NotSaid::NoMessage));
    assert_eq!(texts(&ours), ["theirs", ""]);
    assert_eq!(ours.own_lines(None, 0, 9), [mine.event.id().message_id()]);
    assert_eq!(ours.got(&id(1)), (1, 0));
}

#[test]
fn one_reaction_for_each_author_and_emoji_and_a_bound_on_kinds() {
    let mut ours = ledger();
    let said = Voice::new(1).says(text("party"));
    let target = said.event.id();
    live(&mut ours, at(1), &said).unwrap();
    let (mut bob, mut eve) = (Voice::new(2), Voice::new(3));
    for voice in [&mut bob, &mut eve] {
        live(&mut ours, at(2), &voice.about(target, 0, reaction("🎉", true))).unwrap();
        live(&mut ours, at(2), &voice.about(target, 0, reaction("🎉", true))).unwrap();
    }
    let shown = lines(&ours)[0].reactions.clone();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].by, [MemberId("m2".into()), MemberId("m3".into())]);
    live(&mut ours, at(3), &bob.about(target, 0, reaction("🎉", false))).unwrap();
    assert_eq!(lines(&ours)[0].reactions[0].by, [MemberId("m3".into())]);
    for n in 0..100_u32 {
        let emoji = char::from_u32(0x1f400 + n).unwrap().to_string();
        live(&mut ours, at(4), &eve.about(target, 0, reaction(&emoji, true))).unwrap();
    }
    assert_eq!(lines(&ours)[0].reactions.len(), 64);
}

#[test]
fn what_is_to_be_looked_at_once_is_shown_once_and_wiped() {
    let mut ours = ledger();
    let said = Voice::new(1).about(EventId::NONE, flags::VIEW_ONCE, text("the canary's code"));
    let line = said.event.id().message_id();
    live(&mut ours, at(1), &said).unwrap();
    assert!(lines(&ours)[0].view_once && texts(&ours) == [""]);
    let before = ours.bytes();
    let effects = ours.view(at(2), &line).unwrap();
    assert!(matches!(&effects[..], [Effect::Tell(told)]
        if matches!(&**told, Told::MessageChanged { text: Some(text), .. } if text == "the canary's code")));
    assert_eq!(ours.view(at(3), &line), None, "once");
    assert!(ours.bytes() < before);
    assert!(!format!("{ours:?}").contains("canary"));
    assert_eq!(ours.view(at(3), &MessageId("nonsense".into())), None);
    // Its author is not shown it again either, nor can it change it.
    let mine = say(&mut ours, 0, at(4), text("mine"), flags::VIEW_ONCE, EventId::NONE);
    assert_eq!(ours.view(at(5), &mine.event.id().message_id()), None);
    assert!(
        ours.say(at(5), &key(0), draft(edit("x"), mine.event.id()))
            .is_err()
    );
}

#[test]
fn what_vanishes_counts_suspension_and_goes_before_anything_is_shown() {
    let mut ours = ledger();
    let mut voice = Voice::new(1);
    // Its clock is an hour slow: live, that plays no part.
    let said = voice.says(brief("brief", 60));
    live(&mut ours, at(3_600), &said).unwrap();
    assert_eq!(ours.next_expiry(), Some(at(3_660).mono));
    assert_eq!(lines(&ours)[0].expires_at, Some(at(3_660).unix_ms));
    let mut second = Voice::new(2);
    second.seconds = 3_600;
    live(
        &mut ours,
        at(3_600),
        &second.about(said.event.id(), 0, reaction("👍", true)),
    )
    .unwrap();
    // The device slept for a day. Whatever it hears first, what has expired is told before.
    let day = 3_600 + 86_400;
    second.seconds = day;
    let effects = live(&mut ours, at(day), &second.says(text("good morning"))).unwrap();
    assert!(matches!(&effects[..], [Effect::Tell(first), Effect::Tell(_)]
        if matches!(&**first, Told::MessageChanged { unsent: Some(true), .. })));
    assert_eq!(texts(&ours), ["", "good morning"]);
    assert!(lines(&ours)[0].reactions.is_empty());
    assert_eq!(ours.next_expiry(), None);
}

#[test]
fn times_shown_are_near_their_arrival() {
    let mut ours = ledger();
    let (mut slow, mut fast) = (Voice::new(1), Voice::new(2));
    slow.seconds = 0;
    fast.seconds = 9_000;
    live(&mut ours, at(1_000), &slow.says(text("slow"))).unwrap();
    live(&mut ours, at(1_000), &fast.says(text("fast"))).unwrap();
    let sent: Vec<u64> = lines(&ours).iter().map(|line| line.sent_at).collect();
    let (low, high) = (at(880).unix_ms, at(1_120).unix_ms);
    assert!(sent.contains(&low) && sent.contains(&high), "{sent:?}");
    // Nobody is told of the future.
    told(&mut ours, at(1_000), 5, &fast.says(text("later"))).unwrap();
    assert!(lines(&ours).iter().all(|line| line.sent_at <= high));
}

#[test]
fn who_is_muted_or_blocked_is_not_shown_and_its_row_holds() {
    let mut ours = ledger();
    let mut voice = Voice::new(1);
    live(&mut ours, at(1), &voice.says(text("before"))).unwrap();
    ours.hide(id(1), true);
    assert_eq!(
        live(&mut ours, at(2), &voice.says(text("hidden"))),
        Ok(Vec::new())
    );
    assert!(!format!("{ours:?}").contains("hidden words"));
    ours.hide(id(1), false);
    live(&mut ours, at(3), &voice.says(text("after"))).unwrap();
    assert_eq!(texts(&ours), ["before", "after"]);
    assert!(lines(&ours).iter().all(|line| line.missing == 0));
    // It can still take back what it said before.
    ours.hide(id(1), true);
    let target = EventId::parse(&lines(&ours)[0].id).unwrap();
    live(&mut ours, at(4), &voice.about(target, 0, Content::Unsend)).unwrap();
    assert_eq!(texts(&ours), ["", "after"]);
}

#[test]
fn a_mention_names_this_person_whole() {
    let mut ours = ledger();
    let mut voice = Voice::new(1);
    for (words, mentioned) in [
        ("hi @Name0!", true),
        ("hi @name0", true),
        ("hi Name0", false),
        ("@Name01", false),
        ("@Name1", false),
    ] {
        let effects = live(&mut ours, at(1), &voice.says(text(words))).unwrap();
        let told = effects.iter().any(|effect| {
            matches!(effect, Effect::Tell(told) if matches!(&**told, Told::Message { message } if message.mentions_me))
        });
        assert_eq!(told, mentioned, "{words}");
    }
}

#[test]
fn hearsay_is_named_once_its_author_is_met() {
    let mut ours = Ledger::new(ROOM, id(0), 0);
    let said = Voice::new(1).says(text("hi"));
    told(&mut ours, at(1), 2, &said).unwrap();
    let before = lines(&ours)[0].clone();
    assert!(before.name.starts_with("Guest ") && before.from.0.starts_with('h'));
    let effects = ours.introduce(id(1), MemberId("m1".into()), "Ada".into());
    assert_eq!(effects.len(), 1);
    let after = lines(&ours)[0].clone();
    assert_eq!((after.name.as_str(), after.from.0.as_str()), ("Ada", "m1"));
    assert_eq!(ours.introduce(id(1), MemberId("m1".into()), "Adele".into()), []);
    assert_eq!(lines(&ours)[0].name, "Ada", "a line keeps the name of its time");
}

/// Two ends of a direct thread.
fn direct(ledger: &mut Ledger, n: u8, to: u8, seconds: u64, content: Content, about: EventId) -> Event {
    let draft = Draft {
        to: Some(id(to)),
        ..draft(content, about)
    };
    match ledger.say(at(seconds), &key(n), draft).unwrap().0 {
        Said::Direct(event) => event,
        Said::Room(_) => unreachable!("the draft is for one member"),
    }
}

#[test]
fn direct_threads_have_it_all_and_stay_between_two() {
    let (mut ada, mut bob) = (seat(1), seat(2));
    let hi = direct(&mut ada, 1, 2, 1, text("hi"), EventId::NONE);
    assert!(hi.has(flags::DIRECT));
    bob.accept_direct(at(1), id(1), hi.clone()).unwrap();
    assert_eq!(
        bob.accept_direct(at(1), id(1), hi.clone()),
        Ok(Vec::new()),
        "delivered once"
    );
    assert_eq!(
        bob.accept_direct(at(1), id(3), hi.clone()),
        Err(Refusal::Unsigned)
    );
    let liked = direct(&mut bob, 2, 1, 2, reaction("👍", true), hi.id());
    ada.accept_direct(at(2), id(2), liked).unwrap();
    assert_eq!(lines(&ada)[0].reactions.len(), 1);
    let edited = direct(&mut ada, 1, 2, 3, edit("hello"), hi.id());
    bob.accept_direct(at(3), id(1), edited).unwrap();
    assert_eq!(texts(&bob), ["hello"]);
    assert_eq!(lines(&bob)[0].with, Some(MemberId("m1".into())));
    assert_eq!(lines(&ada)[0].with, Some(MemberId("m2".into())));
    assert!(lines(&ada)[0].mine && lines(&ada)[0].direct);
    let mut other = hi.clone();
    other.content = text("something else");
    assert_eq!(bob.accept_direct(at(4), id(1), other), Err(Refusal::Twice));
    // A third can neither read nor change it: references do not leave their thread.
    let in_room = Voice::new(1).about(hi.id(), 0, edit("said in the room"));
    live(&mut bob, at(5), &in_room).unwrap();
    assert_eq!(texts(&bob), ["hello"]);
    for policy in [HistoryPolicy::Members, HistoryPolicy::Items(1_000)] {
        let given = bob.missing_for(at(6), &id(3), &Default::default(), policy);
        assert!(!given.iter().any(|given| matches!(given, Given::Direct(_))));
        assert!(!format!("{given:?}").contains("hello"));
    }
}

#[test]
fn what_waited_in_the_outbox_is_given_on_return_each_once() {
    let (mut ada, mut bob) = (seat(1), seat(2));
    let first = direct(&mut ada, 1, 2, 1, text("one"), EventId::NONE);
    bob.accept_direct(at(1), id(1), first).unwrap();
    direct(&mut ada, 1, 2, 2, text("two, while away"), EventId::NONE);
    let gone = direct(&mut ada, 1, 2, 3, brief("three, expires", 10), EventId::NONE);
    let said = say(
        &mut ada,
        1,
        at(4),
        text("to the room, while away"),
        0,
        EventId::NONE,
    );
    let wanted = bob.frontier(&id(1));
    assert_eq!(wanted.direct, 1);
    let given = ada.missing_for(at(1_000), &id(2), &wanted, HistoryPolicy::Off);
    assert_eq!(given.len(), 2);
    for given in given {
        match given {
            Given::Direct(event) => {
                assert_ne!(event, gone);
                bob.accept_direct(at(1_000), id(1), event).unwrap();
            }
            Given::Room(dayfly_proto::wire::native::HistoryItem::Event(signed)) => {
                assert_eq!(signed, said);
                told(&mut bob, at(1_000), 1, &signed).unwrap();
            }
            Given::Room(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(texts(&bob), ["one", "two, while away", "to the room, while away"]);
    assert!(lines(&bob).iter().all(|line| line.confirmed && !line.history));
    assert_eq!(bob.got(&id(1)), (1, 2));
    let again = ada.missing_for(at(1_001), &id(2), &bob.frontier(&id(1)), HistoryPolicy::Off);
    assert_eq!(again, [], "nothing twice");
}

#[test]
fn history_goes_as_far_as_the_room_says() {
    let mut ours = ledger();
    let mut voice = Voice::new(1);
    let heard = |ledger: &mut Ledger, voice: &mut Voice, n: u64| {
        voice.seconds = n;
        live(ledger, at(n), &voice.says(text(&n.to_string()))).unwrap();
    };
    (1..=5).for_each(|n| heard(&mut ours, &mut voice, n));
    say(&mut ours, 0, at(6), text("mine"), 0, EventId::NONE);
    // Member 50 comes now, goes, and misses two.
    ours.met(id(50));
    (7..=8).for_each(|n| heard(&mut ours, &mut voice, n));
    say(&mut ours, 0, at(9), text("mine too"), 0, EventId::NONE);
    let mut given = |peer: u8, policy: HistoryPolicy| -> usize {
        ours.missing_for(at(10), &id(peer), &Default::default(), policy)
            .len()
    };
    assert_eq!(given(50, HistoryPolicy::Off), 1, "own words, to one who was here");
    assert_eq!(given(50, HistoryPolicy::Members), 3);
    assert_eq!(given(60, HistoryPolicy::Off), 0);
    assert_eq!(given(60, HistoryPolicy::Members), 0, "a newcomer");
    assert_eq!(given(60, HistoryPolicy::Items(4)), 4);
    assert_eq!(given(60, HistoryPolicy::Items(1_000)), 9);
}

#[test]
fn what_was_said_to_nobody_is_for_whoever_comes_first() {
    let mut ours = Ledger::new(ROOM, id(0), 0);
    let waiting = Draft {
        waits: true,
        ..draft(text("is anybody there?"), EventId::NONE)
    };
    ours.say(at(1), &key(0), waiting).unwrap();
    ours.met(id(1));
    let given = |ledger: &mut Ledger, peer: u8| {
        ledger
            .missing_for(at(2), &id(peer), &Default::default(), HistoryPolicy::Off)
            .len()
    };
    assert_eq!(given(&mut ours, 1), 1);
    ours.met(id(2));
    assert_eq!(given(&mut ours, 2), 0);
}
