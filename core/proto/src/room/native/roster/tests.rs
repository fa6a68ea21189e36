use super::*;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

const ROOM: [u8; 32] = [7; 32];
const NONE: Mark = Mark {
    seq: 0,
    hash: [0; 32],
};

fn key(n: u8) -> SigningKey {
    SigningKey::from_seed(&[n; 32])
}

fn id(n: u8) -> PublicKey {
    key(n).public()
}

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([3; 32])
}

/// A room owned by key 1.
fn roster() -> Roster {
    Roster::new(ROOM, id(1), 0, SecretBytes::new([9; 32]), 0)
}

fn give(to: &mut Roster, op: &SignedOp) -> Result<Vec<Change>, OpError> {
    to.apply(&op.bytes, &op.signature, op.secret.as_ref())
}

fn remove(n: u8) -> Act {
    Act::Remove {
        id: id(n),
        last: NONE,
    }
}

#[test]
fn operations_carry_over_in_order_and_once() {
    let (mut owner, mut other) = (roster(), roster());
    let acts = [
        Act::Mute { id: id(3), on: true },
        Act::Slow(30),
        Act::Expire(60),
        Act::Lock(true),
        remove(4),
        Act::HandOver(id(2)),
    ];
    let ops: Vec<SignedOp> = acts
        .iter()
        .map(|act| owner.issue(*act, &key(1), &mut rng()).unwrap().0)
        .collect();
    assert_eq!(give(&mut other, &ops[1]), Err(OpError::Gap));
    for op in &ops {
        assert_eq!(give(&mut other, op).unwrap().len(), 1);
        assert_eq!(
            give(&mut other, op),
            Ok(Vec::new()),
            "a second time it changes nothing"
        );
    }
    assert_eq!(owner.head(), other.head());
    assert!(other.is_muted(&id(3)));
    assert_eq!(other.slow_seconds(&id(3)), 30);
    assert_eq!(other.slow_seconds(&id(2)), 0, "the owner is free");
    assert_eq!(other.expire_seconds(), 60);
    assert_eq!((other.generation(), other.owner()), (1, id(2)));
    assert_eq!(other.secret(), owner.secret());
    let mut info = RoomInfo::default();
    other.show(&mut info);
    assert!(info.locked && !info.frozen);
    // The first owner is one no more, the next is.
    let refused = owner.issue(Act::Slow(1), &key(1), &mut rng());
    assert_eq!(refused.err(), Some(OpError::NotOwner));
    assert!(other.issue(Act::Close, &key(2), &mut rng()).is_ok());
    assert!(other.is_closed());
    let late = other.issue(Act::Lock(false), &key(2), &mut rng());
    assert_eq!(late.err(), Some(OpError::Closed));
}

#[test]
fn operations_of_elsewhere_are_refused() {
    let mut other_room = Roster::new([8; 32], id(1), 0, SecretBytes::new([9; 32]), 0);
    let (op, _) = other_room.issue(Act::Close, &key(1), &mut rng()).unwrap();
    assert_eq!(give(&mut roster(), &op), Err(OpError::Elsewhere));
    // An operation signed for a generation the log is not in.
    let op = Op {
        room_id: ROOM,
        generation: 5,
        seq: 1,
        prev: [0; 32],
        kind: OpKind::Close,
    };
    let mut room = roster();
    assert_eq!(
        room.apply(&op.encode(), &op.sign(&key(1)), None),
        Err(OpError::Elsewhere)
    );
    assert_eq!(
        room.apply(&op.encode(), &op.sign(&key(2)), None),
        Err(OpError::NotOwner)
    );
    assert!(!room.is_closed());
    let mut nobodys = Roster::new(ROOM, PublicKey::NOBODY, 0, SecretBytes::new([9; 32]), 0);
    assert_eq!(
        nobodys.apply(&op.encode(), &op.sign(&key(1)), None),
        Err(OpError::NotOwner)
    );
    assert_eq!(
        nobodys.issue(Act::Close, &key(1), &mut rng()).err(),
        Some(OpError::NotOwner)
    );
}

#[test]
fn every_flipped_byte_of_an_operation_is_refused() {
    let (op, _) = roster().issue(remove(4), &key(1), &mut rng()).unwrap();
    for at in 0..op.bytes.len() {
        let mut altered = op.clone();
        altered.bytes[at] ^= 1;
        let mut room = roster();
        assert!(give(&mut room, &altered).is_err(), "byte {at}");
        assert_eq!(room.head(), NONE);
        assert!(
            !room.is_frozen(),
            "byte {at}: nobody but the owner can freeze a log"
        );
    }
    for at in 0..64 {
        let mut altered = op.clone();
        altered.signature[at] ^= 1;
        assert_eq!(give(&mut roster(), &altered), Err(OpError::NotOwner));
    }
    let mut other = op.clone();
    other.secret = Some(SecretBytes::new([1; 32]));
    assert_eq!(give(&mut roster(), &other), Err(OpError::WrongSecret));
    other.secret = None;
    assert_eq!(
        give(&mut roster(), &other),
        Err(OpError::NoSecret { removed: id(4) })
    );
}

#[test]
fn two_operations_with_one_number_freeze_whoever_meets_them() {
    let (mut left, mut right) = (roster(), roster());
    let (to_left, _) = left
        .issue(Act::Mute { id: id(3), on: true }, &key(1), &mut rng())
        .unwrap();
    right.issue(Act::Slow(5), &key(1), &mut rng()).unwrap();
    left.issue(Act::Slow(7), &key(1), &mut rng()).unwrap();
    // The longer log gives all of itself to one that contradicts it.
    let ops = left.ops_for(&id(9), right.head());
    assert_eq!(ops[0], to_left);
    assert_eq!(give(&mut right, &ops[0]), Ok(vec![Change::Frozen]));
    assert!(right.is_frozen() && !left.is_frozen());
    assert_eq!(right.slow_seconds(&id(3)), 5, "what was done before stays");
    // The other side learns of it from the frozen one.
    let mut frozen = false;
    for op in right.ops_for(&id(9), left.head()) {
        frozen |= give(&mut left, &op) == Ok(vec![Change::Frozen]);
    }
    assert!(frozen && left.is_frozen());
    // A third who comes to either is shown both.
    for one in [&left, &right] {
        let mut third = roster();
        for op in one.ops_for(&id(8), NONE) {
            let _ = give(&mut third, &op);
        }
        assert!(third.is_frozen());
    }
    assert_eq!(
        left.issue(Act::Lock(true), &key(1), &mut rng()).err(),
        Some(OpError::Frozen)
    );
}

#[test]
fn a_next_operation_that_continues_another_log_freezes_too() {
    let (mut left, mut right) = (roster(), roster());
    left.issue(Act::Slow(5), &key(1), &mut rng()).unwrap();
    right.issue(Act::Slow(6), &key(1), &mut rng()).unwrap();
    let (second, _) = right.issue(Act::Lock(true), &key(1), &mut rng()).unwrap();
    assert_eq!(give(&mut left, &second), Ok(vec![Change::Frozen]));
    assert!(!left.locked);
}

#[test]
fn a_removal_moves_the_room_and_the_removed_cannot_follow() {
    let (mut owner, mut member, mut gone) = (roster(), roster(), roster());
    for room in [&mut owner, &mut member] {
        assert!(room.admit(id(4)) && room.admit(id(5)));
    }
    let last = Mark {
        seq: 3,
        hash: [1; 32],
    };
    let (op, changes) = owner
        .issue(Act::Remove { id: id(4), last }, &key(1), &mut rng())
        .unwrap();
    assert_eq!(
        changes,
        [Change::Removed {
            id: id(4),
            last,
            generation: 1
        }]
    );
    give(&mut member, &op).unwrap();
    // The removed is given the operation, never the secret.
    let told = owner.ops_for(&id(4), NONE);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].secret, None);
    assert_eq!(
        give(&mut gone, &told[0]),
        Err(OpError::NoSecret { removed: id(4) })
    );
    assert_eq!(gone.generation(), 0);
    // By its key, by a fresh key with the old secret, by a fresh key on the present topic.
    assert_eq!(member.entry(&id(4), 0), Entry::Removed);
    assert_eq!(member.entry(&id(4), 1), Entry::Removed);
    assert_eq!(member.entry(&id(44), 0), Entry::Moved);
    // A member that was away is met on the old topic and told.
    assert_eq!(member.entry(&id(5), 0), Entry::Behind);
    assert_eq!(
        member.entry(&id(6), 1),
        Entry::Welcome,
        "a newcomer by a new invite"
    );
    assert!(!member.admit(id(4)));
    assert_eq!(member.removed(&id(4)), Some(last));
}

#[test]
fn only_who_proves_the_secret_in_this_session_gets_frames_of_its_generation() {
    let (mut owner, mut member, gone) = (roster(), roster(), roster());
    owner.session_opened(&id(4), 0);
    owner.session_opened(&id(5), 0);
    assert!(owner.acked(&id(4), 0));
    let (op, _) = owner.issue(remove(4), &key(1), &mut rng()).unwrap();
    assert!(!owner.acked(&id(4), 0) && !owner.acked(&id(4), 1));
    assert!(owner.acked(&id(5), 0) && !owner.acked(&id(5), 1));
    assert_eq!(gone.ack(1, &[2; 32], Side::Initiator), None);
    give(&mut member, &op).unwrap();
    let (h, theirs) = ([2; 32], Side::Initiator);
    let tag = member.ack(1, &h, theirs).unwrap();
    // Not another session's, nor this device's own proof sent back.
    assert!(!owner.check_ack(&id(5), 1, &[3; 32], theirs, &tag));
    let own = owner.ack(1, &h, theirs.other()).unwrap();
    assert!(
        !owner.check_ack(&id(5), 1, &h, theirs, &own),
        "an echo is no proof"
    );
    assert!(!owner.check_ack(&id(5), 0, &h, theirs, &tag));
    assert!(owner.check_ack(&id(5), 1, &h, theirs, &tag));
    assert!(!owner.check_ack(&id(5), 1, &h, theirs, &tag), "no news");
    assert!(owner.acked(&id(5), 1) && owner.acked(&id(5), 0));
    assert!(
        !owner.check_ack(&id(4), 1, &h, theirs, &tag),
        "the removed proves nothing"
    );
    owner.session_closed(&id(5));
    assert!(!owner.acked(&id(5), 0));
}

#[test]
fn a_lock_keeps_strangers_out_and_lets_members_return() {
    let mut room = roster();
    room.admit(id(5));
    room.issue(Act::Lock(true), &key(1), &mut rng()).unwrap();
    assert_eq!(room.entry(&id(5), 0), Entry::Welcome);
    assert_eq!(
        room.entry(&id(1), 0),
        Entry::Welcome,
        "the owner is known by the invite"
    );
    assert_eq!(room.entry(&id(6), 0), Entry::Locked);
    room.issue(Act::Lock(false), &key(1), &mut rng()).unwrap();
    assert_eq!(room.entry(&id(6), 0), Entry::Welcome);
    room.issue(Act::Close, &key(1), &mut rng()).unwrap();
    assert_eq!(room.entry(&id(5), 0), Entry::Closed);
}

#[test]
fn a_newcomer_of_a_later_generation_checks_the_log_without_the_old_secrets() {
    let mut owner = roster();
    for n in 10..17 {
        owner.issue(remove(n), &key(1), &mut rng()).unwrap();
    }
    assert_eq!(owner.generation(), 7);
    assert_eq!(owner.generations().collect::<Vec<_>>(), [4, 5, 6, 7]);
    assert!(owner.keys(3).is_none() && owner.keys(4).is_some());
    let mut newcomer = Roster::new(ROOM, id(1), 7, owner.secret().clone(), 0);
    for op in owner.ops_for(&id(20), newcomer.head()) {
        give(&mut newcomer, &op).unwrap();
    }
    assert_eq!(newcomer.head(), owner.head());
    assert_eq!(newcomer.generation(), 7);
    assert_eq!(newcomer.entry(&id(12), 7), Entry::Removed);
    // An invite whose secret the owner did not sign is found out.
    let mut forged = Roster::new(ROOM, id(1), 7, SecretBytes::new([1; 32]), 0);
    let results: Vec<_> = owner
        .ops_for(&id(20), forged.head())
        .iter()
        .map(|op| give(&mut forged, op))
        .collect();
    assert_eq!(results.last(), Some(&Err(OpError::WrongSecret)));
}

#[test]
fn what_makes_no_sense_is_refused_and_the_log_has_an_end() {
    let mut room = roster();
    assert_eq!(
        room.issue(remove(1), &key(1), &mut rng()).err(),
        Some(OpError::Senseless)
    );
    room.issue(remove(4), &key(1), &mut rng()).unwrap();
    assert_eq!(
        room.issue(Act::HandOver(id(4)), &key(1), &mut rng()).err(),
        Some(OpError::Senseless)
    );
    assert_eq!(
        room.issue(Act::Slow(3_601), &key(1), &mut rng()).err(),
        Some(OpError::Malformed)
    );
    while room.log.len() < MAX_OPS {
        room.issue(Act::Slow(1), &key(1), &mut rng()).unwrap();
    }
    assert_eq!(
        room.issue(Act::Slow(2), &key(1), &mut rng()).err(),
        Some(OpError::Full)
    );
}

#[test]
fn those_remembered_are_bounded() {
    let mut room = roster();
    let filled = (0..2_000_u32)
        .filter(|n| {
            let mut id = [1; 32];
            id[..4].copy_from_slice(&n.to_be_bytes());
            room.admit(PublicKey(id))
        })
        .count();
    assert_eq!(filled, MAX_KNOWN);
}
