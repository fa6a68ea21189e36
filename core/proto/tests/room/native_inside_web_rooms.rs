//! Two Dayflies in a web room speak natively and look like pages to pages; who strips or fakes the
//! field gains nothing that is not shown.

use super::world::{each_seed, secs};
use dayfly_proto::room::{CheckCommand, Event, MemberKind, SayOptions, Trust};

#[test]
fn dayflies_find_each_other_and_a_page_notices_nothing() {
    each_seed(5, |world| {
        let (a, b) = (world.enter("Ada"), world.enter("Bob"));
        let page = world.open_page("zz", "Page", 2);
        world.meet(&[a, b, page], secs(60));
        world.run(secs(3));
        let bob = world.row(a, "Bob");
        assert_eq!((bob.kind, bob.trust), (MemberKind::Native, Trust::Unverified));
        let shown = world.row(a, "Page");
        assert_eq!((shown.kind, shown.trust), (MemberKind::Web, Trust::Claimed));
        let id = world.say(a, "to all");
        world.all_show(&[a, b], "to all", secs(5));
        world.run(secs(2));
        assert_eq!(
            world
                .page(page)
                .texts()
                .iter()
                .filter(|text| text.as_str() == "to all")
                .count(),
            1
        );
        assert_eq!(world.messages(b).last().unwrap().id, id);
        // To one it goes through the session.
        let said = world.with(a, |room, now| {
            room.direct(now, &bob.id.0, "between us".into(), SayOptions::default())
        });
        said.expect("a Dayfly can be spoken to alone");
        world.all_show(&[a, b], "between us", secs(5));
        // And the two can make sure.
        let at_b = world.row(b, "Ada").id.0;
        world.check(
            a,
            CheckCommand::Verify {
                member: bob.id.0.clone(),
            },
        );
        world.run(secs(1));
        world.check(b, CheckCommand::Verify { member: at_b.clone() });
        world.run(secs(1));
        world.check(a, CheckCommand::VerifyConfirm { member: bob.id.0 });
        world.check(b, CheckCommand::VerifyConfirm { member: at_b });
        world.run(secs(1));
        assert_eq!(world.row(a, "Bob").trust, Trust::Verified);
        assert_eq!(world.row(b, "Ada").trust, Trust::Verified);
        let left = |event: &&Event| matches!(event, Event::MemberLeft { .. });
        assert_eq!(world.events(a).iter().filter(left).count(), 0);
    });
}
