//! Once a member has applied a removal, the removed has no way back: not by its key, its invite, a
//! fresh key, the old secret, a friend's help or a backdated event. Beside it a model that only
//! strikes the name off the list, which has all of these holes.

use crate::common::ROOM;
use crate::said::*;
use dayfly_proto::crypto::PublicKey;
use dayfly_proto::room::native::ledger::Refusal;
use dayfly_proto::room::native::roster::{Act, Change, Entry, OpError, Roster, Side};
use dayfly_proto::secret::SecretBytes;
use dayfly_proto::wire::native::{Mark, SENDER_KEY_LEN, Signed, Skdm};
use std::collections::BTreeSet;

/// Removal as a list of keys that are not wanted: the secret stays, and so does the past.
#[derive(Default)]
struct StruckOff {
    removed: BTreeSet<PublicKey>,
    heard: Vec<Signed>,
}

impl StruckOff {
    /// Whoever has the link and is not on the list comes in.
    fn admits(&self, id: &PublicKey) -> bool {
        !self.removed.contains(id)
    }

    /// What a friend passes on is checked for its signature, nothing else.
    fn told(&mut self, signed: &Signed) -> bool {
        let good = signed.event.verify(&signed.signature);
        if good {
            self.heard.push(signed.clone());
        }
        good
    }
}

fn roster() -> Roster {
    let mut roster = Roster::new(ROOM, id(1), 0, SecretBytes::new([9; 32]), 0);
    for n in 1..6 {
        assert!(roster.admit(id(n)));
        roster.session_opened(&id(n), 0);
    }
    roster
}

fn owner() -> dayfly_proto::crypto::SigningKey {
    crate::common::key(1)
}

#[test]
fn the_removed_has_no_way_back() {
    let (mut member, mut removed) = (roster(), roster());
    let mut model = StruckOff::default();
    let (op, changes) = roster()
        .issue(
            Act::Remove {
                id: id(4),
                last: Mark {
                    seq: 0,
                    hash: [0; 32],
                },
            },
            &owner(),
            &mut crate::common::rng(1),
        )
        .unwrap();
    assert!(matches!(changes[..], [Change::Removed { generation: 1, .. }]));
    member
        .apply(&op.bytes, &op.signature, op.secret.as_ref())
        .unwrap();
    model.removed.insert(id(4));

    let fresh = id(44);
    assert!(
        model.admits(&fresh),
        "the model lets the removed in by a fresh key"
    );
    assert_eq!(member.entry(&id(4), 0), Entry::Removed);
    assert_eq!(member.entry(&fresh, 0), Entry::Moved, "fresh key, old secret");
    // It never learns the secret: not from the operation, nor by guessing at it.
    for op in member.ops_for(&id(4), removed.head()) {
        assert_eq!(op.secret, None);
        let refused = removed.apply(&op.bytes, &op.signature, None);
        assert_eq!(refused, Err(OpError::NoSecret { removed: id(4) }));
        let guessed = removed.apply(&op.bytes, &op.signature, Some(&SecretBytes::new([9; 32])));
        assert_eq!(guessed, Err(OpError::WrongSecret));
    }
    assert_eq!(removed.generation(), 0);
    assert!(!member.acked(&id(4), 0) && !member.acked(&id(4), 1));
}

#[test]
fn nothing_sealed_after_the_removal_opens_for_the_removed() {
    let (mut sender, mut lagging) = (roster(), roster());
    let removed = roster();
    let key = crate::common::key(2);
    let seal = |roster: &Roster, generation: u32| {
        let skdm = &roster.keys(generation).unwrap().skdm;
        Skdm::seal(&ROOM, generation, skdm, &key, [1; 16], &[7; SENDER_KEY_LEN])
    };
    let before = seal(&sender, 0);
    assert!(
        before.open(&ROOM, &removed.keys(0).unwrap().skdm).is_ok(),
        "it was a member then"
    );
    let last = Mark {
        seq: 0,
        hash: [0; 32],
    };
    let act = Act::Remove { id: id(4), last };
    let (op, _) = roster().issue(act, &owner(), &mut crate::common::rng(2)).unwrap();
    sender
        .apply(&op.bytes, &op.signature, op.secret.as_ref())
        .unwrap();
    let after = seal(&sender, 1);
    assert!(removed.keys(1).is_none());
    assert!(after.open(&ROOM, &removed.keys(0).unwrap().skdm).is_err());
    // A member that has not heard of it would pass things on: it is given nothing of generation 1
    // before it proves that it has the secret, which comes with the operation.
    assert!(sender.acked(&id(5), 0) && !sender.acked(&id(5), 1));
    let (h, theirs) = ([3; 32], Side::Responder);
    let guess = lagging.ack(0, &h, theirs).unwrap();
    assert!(!sender.check_ack(&id(5), 1, &h, theirs, &guess));
    lagging
        .apply(&op.bytes, &op.signature, op.secret.as_ref())
        .unwrap();
    let proof = lagging.ack(1, &h, theirs).unwrap();
    assert!(sender.check_ack(&id(5), 1, &h, theirs, &proof));
    assert!(sender.acked(&id(5), 1));
    assert!(
        !lagging.acked(&id(4), 0),
        "now it sends the removed nothing either"
    );
}

#[test]
fn a_member_that_was_away_is_met_on_the_old_topic_and_told() {
    let (mut here, mut away) = (roster(), roster());
    for n in 10..12 {
        let last = Mark {
            seq: 0,
            hash: [0; 32],
        };
        let act = Act::Remove { id: id(n), last };
        here.issue(act, &owner(), &mut crate::common::rng(u64::from(n)))
            .unwrap();
    }
    assert_eq!(here.entry(&id(5), away.generation()), Entry::Behind);
    let ops = here.ops_for(&id(5), away.head());
    assert_eq!(ops.len(), 2);
    for op in ops {
        away.apply(&op.bytes, &op.signature, op.secret.as_ref()).unwrap();
    }
    assert_eq!((away.generation(), away.secret()), (2, here.secret()));
}

#[test]
fn nothing_of_the_removed_counts_past_the_operation_whoever_brings_it() {
    let mut voice = Voice::new(4);
    let before = [voice.says(text("one")), voice.says(text("two"))];
    let last = voice.last;
    // Backdated: its own clock says that it was long before.
    let backdated = voice.says(text("three, long ago"));
    let mut model = StruckOff::default();
    model.removed.insert(id(4));
    assert!(
        model.told(&backdated),
        "the model takes it: the signature is good"
    );

    let mut ours = ledger();
    live(&mut ours, at(1), &before[0]).unwrap();
    ours.moved(1);
    ours.remove(at(2), id(4), last);
    for by in 2..6 {
        assert_eq!(told(&mut ours, at(3), by, &backdated), Err(Refusal::Removed));
    }
    assert_eq!(live(&mut ours, at(3), &backdated), Err(Refusal::Removed));
    // What it said before, and did not reach this device, still counts.
    told(&mut ours, at(4), 2, &before[1]).unwrap();
    assert_eq!(texts(&ours), ["one", "two"]);
}

#[test]
fn the_removed_cannot_rewrite_its_past_either() {
    let mut voice = Voice::new(4);
    let one = voice.says(text("one"));
    let fork = voice.clone();
    let (two, three) = (voice.says(text("two")), voice.says(text("three")));
    let last = voice.last;
    let mut forger = fork.clone();
    let (other_two, other_three) = (
        forger.says(text("two, rewritten")),
        forger.says(text("three, rewritten")),
    );
    let mut anew = Voice::new(4);
    let other_one = anew.says(text("one, rewritten"));
    let mut ours = ledger();
    live(&mut ours, at(1), &one).unwrap();
    live(&mut ours, at(1), &three).unwrap();
    ours.remove(at(2), id(4), last);
    for forged in [&other_one, &other_two, &other_three] {
        for by in [2, 3] {
            assert_eq!(told(&mut ours, at(3), by, forged), Err(Refusal::Removed));
        }
    }
    told(&mut ours, at(4), 2, &two).unwrap();
    assert_eq!(texts(&ours), ["one", "two", "three"]);
    assert!(
        lines(&ours)
            .iter()
            .all(|line| !line.disputed && line.missing == 0)
    );
    // The same while it is a member is shown as what it is.
    let mut before = ledger();
    for said in [&one, &two, &other_two] {
        live(&mut before, at(1), said).unwrap();
    }
    assert!(lines(&before).iter().any(|line| line.disputed));
}

#[test]
fn what_came_before_the_operation_did_goes() {
    let mut voice = Voice::new(4);
    let kept = voice.says(text("kept"));
    let last = voice.last;
    let after = voice.says(text("said while the owner signed"));
    let mut other = Voice::new(2);
    let others = other.says(text("another's"));
    let liked = voice.about(
        others.event.id(),
        0,
        dayfly_proto::wire::native::Content::Reaction {
            emoji: "👍".into(),
            on: true,
        },
    );
    let mut ours = ledger();
    let mut view = std::collections::BTreeMap::new();
    for said in [&kept, &after, &others, &liked] {
        let effects = live(&mut ours, at(1), said).unwrap();
        apply(&mut view, &effects);
    }
    let effects = ours.remove(at(2), id(4), last);
    apply(&mut view, &effects);
    assert_eq!(texts(&ours), ["another's", "kept"]);
    assert!(lines(&ours).iter().all(|line| line.reactions.is_empty()));
    let gone = &view[&after.event.id().message_id().0];
    assert!(
        gone.unsent && gone.text.is_empty(),
        "the person's list forgets it too"
    );
    // Members that heard it and members that did not agree.
    let mut never = ledger();
    never.remove(at(1), id(4), last);
    for said in [&kept, &others] {
        live(&mut never, at(1), said).unwrap();
    }
    assert_eq!(live(&mut never, at(1), &after), Err(Refusal::Removed));
    assert_eq!(lines(&never), lines(&ours));
}

#[test]
fn an_owner_that_tells_different_things_is_believed_no_more() {
    /// Who takes whatever the owner signed last.
    struct LastWord(u32);
    let mut model = (LastWord(0), LastWord(0));
    let (mut left, mut right, mut fork) = (roster(), roster(), roster());
    let (to_left, _) = left
        .issue(Act::Slow(5), &owner(), &mut crate::common::rng(1))
        .unwrap();
    let (to_right, _) = fork
        .issue(Act::Slow(60), &owner(), &mut crate::common::rng(1))
        .unwrap();
    (model.0.0, model.1.0) = (5, 60);
    assert_ne!(model.0.0, model.1.0, "the model's members differ and do not know");

    right.apply(&to_right.bytes, &to_right.signature, None).unwrap();
    let frozen = right.apply(&to_left.bytes, &to_left.signature, None);
    assert_eq!(frozen, Ok(vec![Change::Frozen]));
    for op in right.ops_for(&id(2), left.head()) {
        let _ = left.apply(&op.bytes, &op.signature, op.secret.as_ref());
    }
    assert!(left.is_frozen() && right.is_frozen());
    let next = left.issue(Act::Lock(true), &owner(), &mut crate::common::rng(3));
    assert_eq!(next.err(), Some(OpError::Frozen));
}
