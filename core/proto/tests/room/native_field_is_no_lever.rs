//! The field by which Dayflies among pages know each other gives nothing to whoever strips or
//! fakes it: two stay pages to each other, and are shown as less than they were; a page that fakes
//! it is a page ten seconds later; and what is said to a Dayfly alone never goes the pages' way.

use super::identity;
use super::page::Page;
use super::world::{World, each_seed, secs};
use dayfly_proto::room::{CheckCommand, DirectError, MemberKind, NoticeCode, SayError, SayOptions, Trust};
use dayfly_proto::wire::web::chitchatter::Action;
use dayfly_proto::wire::web::frame::{Frame, Reassembler};

fn whisper(world: &mut World, seat: usize, name: &str, text: &str) -> Result<(), DirectError> {
    let to = world.row(seat, name).id.0;
    world
        .with(seat, |room, now| {
            room.direct(now, &to, text.into(), SayOptions::default())
        })
        .map(|_| ())
}

fn types(world: &mut World, seat: usize, name: &str) {
    let to = world.row(seat, name).id.0;
    world
        .with(seat, |room, now| room.typing(now, true, Some(&to)))
        .expect("it is here");
}

/// Whether an action tells something of one's thread with another. That nobody types in it is said
/// to everybody as a greeting.
fn is_direct(action: &Action) -> bool {
    matches!(action, Action::DirectText(_) | Action::DirectTyping(true))
}

/// The actions between two seats that belong to one's thread with the other, as a spy reads them
/// on the pages' channel.
fn direct_actions(world: &World, a: usize, b: usize) -> usize {
    let mut count = 0;
    for (from, to) in [(a, b), (b, a)] {
        let mut reassembler = Reassembler::new();
        for (_, _, frame) in world
            .spy
            .iter()
            .flatten()
            .filter(|(f, t, _)| (*f, *t) == (from, to))
        {
            let Ok(Frame::Room { inner, .. }) = Frame::parse(frame) else {
                continue;
            };
            let Some(message) = reassembler
                .push(inner)
                .expect("rooms and pages send proper chunks")
            else {
                continue;
            };
            let action = Action::decode(&message).expect("rooms and pages send what is known");
            count += usize::from(is_direct(&action));
        }
    }
    count
}

fn heard_alone(page: &Page) -> usize {
    page.heard.iter().filter(|(_, action)| is_direct(action)).count()
}

#[test]
fn a_stripped_field_leaves_two_pages_and_a_spy_sees_that_it_can_read_them() {
    each_seed(10, |world| {
        world.strips_native = true;
        world.spy = Some(Vec::new());
        let (a, b) = (world.enter("Ada"), world.enter("Bob"));
        world.meet(&[a, b], secs(30));
        world.run(secs(20));
        for (seat, name) in [(a, "Bob"), (b, "Ada")] {
            let row = world.row(seat, name);
            assert_eq!((row.kind, row.trust), (MemberKind::Web, Trust::Claimed));
            // Nobody was more before, so there is nothing to warn of.
            assert!(!row.was_native);
            assert_eq!(world.notices(seat, NoticeCode::WasNative), 0);
        }
        world.say(a, "to all");
        world.all_show(&[a, b], "to all", secs(5));
        // The weak variant of the tests below: a page is spoken to in the pages' way.
        types(world, a, "Bob");
        whisper(world, a, "Bob", "as pages do").expect("a page can be spoken to alone");
        world.all_show(&[a, b], "as pages do", secs(5));
        assert_eq!(direct_actions(world, a, b), 2);
        // And nobody compares codes with a page.
        let member = world.row(a, "Bob").id.0;
        let verify = CheckCommand::Verify { member };
        assert!(world.with(a, |room, now| room.check(now, verify)).is_err());
    });
}

#[test]
fn who_was_a_dayfly_and_comes_as_a_page_is_shown_so_and_not_whispered_to() {
    each_seed(10, |world| {
        world.spy = Some(Vec::new());
        let (a, b) = (world.enter("Ada"), world.enter("Bob"));
        world.meet(&[a, b], secs(30));
        world.until(secs(10), "a session", |world| {
            world.row(a, "Bob").kind == MemberKind::Native
        });
        whisper(world, a, "Bob", "in the session").expect("a Dayfly can be spoken to alone");
        world.all_show(&[a, b], "in the session", secs(5));
        world.with(b, |room, now| room.leave(now));
        world.run(secs(5));
        world.strips_native = true;
        let again = world.enter_unknown("Bob");
        world.with(again, |room, now| room.handle_identity(now, identity(b)));
        world.until(secs(60), "Bob's return", |world| {
            world.names(a) == ["Bob"] && world.names(again) == ["Ada"]
        });
        world.run(secs(15));
        let row = world.row(a, "Bob");
        assert_eq!(row.kind, MemberKind::Web);
        assert!(row.was_native);
        assert_eq!(world.notices(a, NoticeCode::WasNative), 1);
        let shut = whisper(world, a, "Bob", "not like this");
        assert!(matches!(shut, Err(DirectError::Say(SayError::Shut))), "{shut:?}");
        types(world, a, "Bob");
        // What the other says to this one alone as pages do is not believed either.
        whisper(world, again, "Ada", "it is me").expect("to the newcomer she is a page");
        world.run(secs(5));
        assert!(!world.texts(a).contains(&"it is me".to_owned()));
        assert_eq!(direct_actions(world, a, b), 0);
        let from_a = direct_actions(world, a, again);
        assert_eq!(from_a, 1, "only the newcomer's own is there");
        // The room goes on as pages' rooms do.
        world.say(a, "who are you?");
        world.all_show(&[a, again], "who are you?", secs(5));
    });
}

#[test]
fn a_page_that_fakes_the_field_is_a_page_after_ten_seconds() {
    each_seed(10, |world| {
        let a = world.enter("Ada");
        let page = world.open_page("zz", "Page", 1);
        world.page(page).claims_native = 1;
        world.meet(&[a, page], secs(30));
        // Nothing is said to it alone while it may still turn out to be a Dayfly.
        let early = whisper(world, a, "Page", "too early");
        assert!(
            matches!(early, Err(DirectError::Say(SayError::Shut))),
            "{early:?}"
        );
        // Its chat goes on meanwhile.
        world.say(a, "to the page");
        world.with_page(page, |page, now| page.say(now, "from the page"));
        world.until(secs(3), "the chat", |world| {
            let heard = world.page(page).texts().contains(&"to the page".to_owned());
            heard && world.texts(a).contains(&"from the page".to_owned())
        });
        world.run(secs(11));
        let row = world.row(a, "Page");
        assert_eq!((row.kind, row.trust), (MemberKind::Web, Trust::Claimed));
        assert!(!row.was_native);
        assert_eq!(world.notices(a, NoticeCode::WasNative), 0);
        assert_eq!(heard_alone(world.page(page)), 0);
        whisper(world, a, "Page", "now").expect("it is a page");
        world.run(secs(3));
        assert_eq!(heard_alone(world.page(page)), 1);
        assert_eq!(crate::comings(world.events(a)), (1, 0));
    });
}

#[test]
fn what_is_said_to_a_dayfly_alone_never_goes_the_pages_way() {
    each_seed(5, |world| {
        world.spy = Some(Vec::new());
        let (a, b) = (world.enter("Ada"), world.enter("Bob"));
        let page = world.open_page("zz", "Page", 2);
        world.meet(&[a, b, page], secs(60));
        world.until(secs(10), "a session", |world| {
            world.row(a, "Bob").kind == MemberKind::Native && world.row(b, "Ada").kind == MemberKind::Native
        });
        for n in 0..5 {
            types(world, a, "Bob");
            whisper(world, a, "Bob", &format!("a {n}")).expect("a Dayfly can be spoken to alone");
            whisper(world, b, "Ada", &format!("b {n}")).expect("a Dayfly can be spoken to alone");
            world.run(secs(1));
        }
        world.all_show(&[a, b], "a 4", secs(5));
        // Lost sight of each other, the two wait, or say that it cannot be said.
        world.part(a, b);
        world.run(secs(8));
        let _either = whisper(world, a, "Bob", "while apart");
        world.run(secs(30));
        world.heal(a, b);
        world.run(secs(60));
        assert_eq!(direct_actions(world, a, b), 0);
        assert_eq!(heard_alone(world.page(page)), 0);
        let at_page = world.page(page).texts();
        assert!(
            !at_page
                .iter()
                .any(|text| text.starts_with("a ") || text.starts_with("b "))
        );
    });
}
