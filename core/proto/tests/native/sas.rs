//! Two members compare a code: nobody in between can make the two codes equal, and every step
//! refuses what is not its own.

use crate::common::{ROOM, View, at, handshake, key, rng, sessions};
use dayfly_proto::crypto::{PublicKey, hash, kdf};
use dayfly_proto::identity::check::{
    Code, MAX_SPENT, Pair, SCREEN, STEP, SasEnd, SasError, SasMessage, SasRun, SasState,
};
use dayfly_proto::identity::native::Role;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

fn pair(h: [u8; 32], ours: PublicKey, theirs: PublicKey, role: Role) -> Pair {
    Pair {
        h,
        room_id: ROOM,
        ours,
        theirs,
        role,
    }
}

/// The two ends of one session, I first, each with its run.
fn runs(seed: u64) -> (SasRun, SasRun) {
    let (a, b) = sessions(seed);
    let mut rng = rng(seed + 1000);
    let i = pair(*a.h(), key(1).public(), a.peer(), a.role());
    let r = pair(*b.h(), key(2).public(), b.peer(), b.role());
    (SasRun::new(i, &mut rng), SasRun::new(r, &mut rng))
}

/// Carries messages until nobody has any; the first refusal ends it.
fn carry(a: &mut SasRun, b: &mut SasRun) -> Result<(), SasError> {
    loop {
        if let Some(message) = a.poll_message() {
            b.handle(&message, at(0))?;
        } else if let Some(message) = b.poll_message() {
            a.handle(&message, at(0))?;
        } else {
            return Ok(());
        }
    }
}

fn code(run: &SasRun) -> Code {
    match run.state() {
        SasState::Compare(code) | SasState::Confirmed(code) => code,
        other => panic!("no code is shown: {other:?}"),
    }
}

/// Both at the screen with the code.
fn shown(seed: u64) -> (SasRun, SasRun) {
    let (mut i, mut r) = runs(seed);
    i.tap(at(0)).unwrap();
    r.tap(at(0)).unwrap();
    carry(&mut i, &mut r).unwrap();
    (i, r)
}

#[test]
fn whoever_taps_first_the_codes_are_equal() {
    for (first, both_at_once) in [(0, false), (1, false), (0, true), (1, true)] {
        let (mut i, mut r) = runs(1);
        let (one, other) = if first == 0 {
            (&mut i, &mut r)
        } else {
            (&mut r, &mut i)
        };
        one.tap(at(0)).unwrap();
        assert_eq!(one.state(), SasState::Waiting);
        assert_eq!(one.tap(at(0)), Err(SasError::NotNow));
        if !both_at_once {
            carry(one, other).unwrap();
            assert_eq!(other.state(), SasState::Asked);
        }
        other.tap(at(0)).unwrap();
        carry(one, other).unwrap();
        assert_eq!(code(&i), code(&r));

        i.confirm().unwrap();
        assert!(matches!(i.state(), SasState::Confirmed(_)));
        assert_eq!(i.confirm(), Err(SasError::NotNow));
        carry(&mut i, &mut r).unwrap();
        assert!(
            matches!(r.state(), SasState::Compare(_)),
            "the other's word is not ours"
        );
        r.confirm().unwrap();
        carry(&mut i, &mut r).unwrap();
        for run in [&i, &r] {
            assert_eq!(run.state(), SasState::Ended(SasEnd::Same));
            assert_eq!(run.poll_timeout(), None);
        }
    }
}

#[test]
fn nothing_is_shown_or_said_without_two_taps() {
    let (mut i, mut r) = runs(2);
    assert_eq!(i.state(), SasState::Idle);
    assert_eq!(
        (i.confirm(), i.deny()),
        (Err(SasError::NotNow), Err(SasError::NotNow))
    );
    i.tap(at(0)).unwrap();
    carry(&mut i, &mut r).unwrap();
    assert_eq!(r.poll_message(), None, "the other person has not agreed");
    assert_eq!((i.state(), r.state()), (SasState::Waiting, SasState::Asked));
    assert!(!i.is_spent() && !r.is_spent());
}

/// M has the invite and sits between A and B: a session with each, both proven. It plays by the
/// rules on both sides, which is the best it can do.
#[test]
fn a_member_in_the_middle_shows_each_side_another_code() {
    let mut met = 0;
    for seed in 0..300 {
        let leg = |seed| handshake(&View::new(), &View::new(), seed).unwrap();
        let (a_to_m, _) = leg(2 * seed);
        let (m_to_b, _) = leg(2 * seed + 1);
        let [a, m, b] = [1, 3, 2].map(|seed| key(seed).public());
        let mut rng = rng(seed);
        let mut run = |h, ours, theirs, role| SasRun::new(pair(h, ours, theirs, role), &mut rng);
        let mut left = [
            run(*a_to_m.h(), a, m, Role::Initiator),
            run(*a_to_m.h(), m, a, Role::Responder),
        ];
        let mut right = [
            run(*m_to_b.h(), m, b, Role::Initiator),
            run(*m_to_b.h(), b, m, Role::Responder),
        ];
        for [one, other] in [&mut left, &mut right] {
            one.tap(at(0)).unwrap();
            other.tap(at(0)).unwrap();
            carry(one, other).unwrap();
        }
        let (shown_to_a, shown_to_b) = (code(&left[0]), code(&right[1]));
        met += u32::from(shown_to_a.emoji == shown_to_b.emoji || shown_to_a.digits == shown_to_b.digits);
    }
    assert_eq!(met, 0);
}

/// The first 16 bits of a code, where a grinder has a chance at all.
fn short(code: &Code) -> u16 {
    let [a, b, c, ..] = code.emoji.map(u16::from);
    a << 10 | b << 4 | c >> 2
}

fn short_of(h: &[u8; 32], r_i: &[u8; 32], r_r: &[u8; 32], i: &PublicKey, r: &PublicKey) -> u16 {
    let sas = kdf(h, &[*r_i, *r_r].concat(), "sas", &[ROOM, i.0, r.0].concat());
    u16::from_be_bytes([sas.expose()[0], sas.expose()[1]])
}

fn draw(rng: &mut ChaCha20Rng) -> [u8; 32] {
    let mut out = [0; 32];
    rng.fill_bytes(&mut out);
    out
}

/// M knows the code that B will see and tries numbers until A's is the same. Without a commitment
/// A's number is on the table by then.
#[test]
fn a_grinder_wins_where_nothing_is_committed_to_and_has_no_more_than_luck_here() {
    const RUNS: u64 = 5;
    const TRIES: u32 = 200_000;
    let [a, m, b] = [1, 3, 2].map(|seed| key(seed).public());
    let (mut won_uncommitted, mut won) = (0, 0);
    for seed in 0..RUNS {
        let mut dice = rng(100 + seed);
        let (h_left, h_right) = (draw(&mut dice), draw(&mut dice));

        // B's side: M commits to a number first, so what B will see is settled with B's answer.
        let mut b_run = SasRun::new(pair(h_right, b, m, Role::Responder), &mut dice);
        let m_right = draw(&mut dice);
        let commit = hash(&[b"dayfly/1 sas commit\0", &h_right, &m.0, &b.0, &m_right]);
        b_run.tap(at(0)).unwrap();
        assert_eq!(b_run.poll_message(), Some(SasMessage::Ask));
        b_run
            .handle(&SasMessage::Commit { suite: 1, commit }, at(0))
            .unwrap();
        let Some(SasMessage::Answer(b_number)) = b_run.poll_message() else {
            panic!("B answers")
        };
        b_run.handle(&SasMessage::Reveal(m_right), at(0)).unwrap();
        let wanted = short(&code(&b_run));
        assert_eq!(wanted, short_of(&h_right, &m_right, &b_number, &m, &b));

        // A's side, in a protocol where A shows its number at once.
        let a_number = draw(&mut dice);
        let mut guess = draw(&mut dice);
        let mut grind = |a_number: &[u8; 32], tries: u32| {
            (0..tries).find_map(|count| {
                guess[..4].copy_from_slice(&count.to_be_bytes());
                (short_of(&h_left, a_number, &guess, &a, &m) == wanted).then_some(guess)
            })
        };
        won_uncommitted += u32::from(grind(&a_number, 1_000_000).is_some());

        // In ours, A shows its number after M's is fixed: M can grind against a guess of it only.
        let mut a_run = SasRun::new(pair(h_left, a, m, Role::Initiator), &mut dice);
        a_run.tap(at(0)).unwrap();
        let Some(SasMessage::Commit { .. }) = a_run.poll_message() else {
            panic!("A commits")
        };
        let answer = grind(&draw(&mut dice), TRIES).unwrap_or_default();
        a_run.handle(&SasMessage::Answer(answer), at(0)).unwrap();
        won += u32::from(short(&code(&a_run)) == wanted);
    }
    assert_eq!(u64::from(won_uncommitted), RUNS);
    assert_eq!(won, 0, "a chance of {RUNS} in 65,536, and the seeds are fixed");
}

#[test]
fn an_altered_step_is_refused_where_the_protocol_says() {
    // What is altered on its way, and how the run ends at its receiver and for both.
    type Alter = fn(&mut SasMessage) -> bool;
    let cases: [(&str, Alter, SasError); 4] = [
        (
            "suite",
            |message| match message {
                SasMessage::Commit { suite, .. } => {
                    *suite ^= 3;
                    true
                }
                _ => false,
            },
            SasError::UnknownSuite,
        ),
        (
            "commitment",
            |message| match message {
                SasMessage::Commit { commit, .. } => {
                    commit[31] ^= 1;
                    true
                }
                _ => false,
            },
            SasError::BadReveal,
        ),
        (
            "reveal",
            |message| match message {
                SasMessage::Reveal(number) => {
                    number[0] ^= 0x80;
                    true
                }
                _ => false,
            },
            SasError::BadReveal,
        ),
        (
            "confirmation",
            |message| match message {
                SasMessage::Same(tag) => {
                    tag[7] ^= 4;
                    true
                }
                _ => false,
            },
            SasError::BadConfirmation,
        ),
    ];
    for (what, alter, expected) in cases {
        let (mut i, mut r) = runs(3);
        i.tap(at(0)).unwrap();
        r.tap(at(0)).unwrap();
        let mut refused = None;
        let mut altered = false;
        'run: for round in 0..2 {
            loop {
                let (message, from_i) = match (i.poll_message(), round) {
                    (Some(message), _) => (message, true),
                    (None, _) => match r.poll_message() {
                        Some(message) => (message, false),
                        None => break,
                    },
                };
                let mut message = message;
                altered |= alter(&mut message);
                let to = if from_i { &mut r } else { &mut i };
                if let Err(error) = to.handle(&message, at(0)) {
                    refused = Some(error);
                    let expected_end = match error {
                        SasError::UnknownSuite => SasEnd::OutOfTurn,
                        _ => SasEnd::Forged,
                    };
                    assert_eq!(to.state(), SasState::Ended(expected_end), "{what}");
                    assert_eq!(expected_end.is_alarm(), error != SasError::UnknownSuite);
                    break 'run;
                }
            }
            if round == 0 {
                i.confirm().unwrap();
                r.confirm().unwrap();
            }
        }
        assert!(altered, "{what}");
        assert_eq!(refused, Some(expected), "{what}");
        carry(&mut i, &mut r).unwrap();
        for run in [&i, &r] {
            assert!(
                matches!(run.state(), SasState::Ended(_)),
                "{what}: the other side was told"
            );
        }
    }

    // R's number is not committed to: altered, it makes two codes, and a confirmation of one does
    // not fit the other.
    let (mut i, mut r) = runs(3);
    i.tap(at(0)).unwrap();
    r.tap(at(0)).unwrap();
    while let Some(message) = r.poll_message() {
        i.handle(&message, at(0)).unwrap();
    }
    r.handle(&i.poll_message().unwrap(), at(0)).unwrap();
    let Some(SasMessage::Answer(mut number)) = r.poll_message() else {
        panic!("R answers")
    };
    number[9] ^= 1;
    i.handle(&SasMessage::Answer(number), at(0)).unwrap();
    carry(&mut i, &mut r).unwrap();
    assert_ne!(code(&i), code(&r));
    i.confirm().unwrap();
    assert_eq!(carry(&mut i, &mut r), Err(SasError::BadConfirmation));
}

#[test]
fn two_that_see_another_session_room_or_key_do_not_agree() {
    let base = |role: Role| {
        let (ours, theirs) = match role {
            Role::Initiator => (key(1), key(2)),
            Role::Responder => (key(2), key(1)),
        };
        pair([7; 32], ours.public(), theirs.public(), role)
    };
    type Alter = fn(&mut Pair);
    let alter: [(&str, Alter); 4] = [
        ("session", |pair| pair.h[0] ^= 1),
        ("room", |pair| pair.room_id[0] ^= 1),
        ("own key", |pair| pair.ours = key(4).public()),
        ("other's key", |pair| pair.theirs = key(4).public()),
    ];
    for (what, alter) in alter {
        for role in [Role::Initiator, Role::Responder] {
            let mut rng = rng(4);
            let mut views = [base(Role::Initiator), base(Role::Responder)];
            alter(&mut views[usize::from(role == Role::Responder)]);
            let [mut i, mut r] = views.map(|view| SasRun::new(view, &mut rng));
            i.tap(at(0)).unwrap();
            r.tap(at(0)).unwrap();
            match carry(&mut i, &mut r) {
                Err(error) => assert_eq!(error, SasError::BadReveal, "{what}"),
                Ok(()) => {
                    // The commitment does not name the room; the code does.
                    assert_eq!(what, "room");
                    assert_ne!(code(&i), code(&r));
                    r.confirm().unwrap();
                    assert_eq!(carry(&mut i, &mut r), Err(SasError::BadConfirmation));
                }
            }
        }
    }
}

#[test]
fn steps_said_again_or_thrown_back_are_refused() {
    // Everything that two honest ends say.
    let (mut i, mut r) = runs(5);
    let mut said = Vec::new();
    r.tap(at(0)).unwrap();
    i.tap(at(0)).unwrap();
    for round in 0..2 {
        loop {
            if let Some(message) = i.poll_message() {
                r.handle(&message, at(0)).unwrap();
                said.push((Role::Initiator, message));
            } else if let Some(message) = r.poll_message() {
                i.handle(&message, at(0)).unwrap();
                said.push((Role::Responder, message));
            } else {
                break;
            }
        }
        if round == 0 {
            i.confirm().unwrap();
            r.confirm().unwrap();
        }
    }
    assert_eq!(
        said.len(),
        6,
        "ask, commit, answer, reveal, and two confirmations"
    );

    for (_, message) in &said {
        // In a later run of the same two, on the same session.
        for tapped in [false, true] {
            let (mut i, mut r) = runs(5);
            if tapped {
                i.tap(at(0)).unwrap();
                r.tap(at(0)).unwrap();
            }
            for run in [&mut i, &mut r] {
                while run.poll_message().is_some() {}
                let _ = run.handle(message, at(0));
                assert!(
                    !matches!(run.state(), SasState::Ended(SasEnd::Same)),
                    "{message:?}"
                );
            }
        }
        // At a screen with a code, each end gets it, be it its own or the other's.
        let (mut i, mut r) = shown(6);
        for run in [&mut i, &mut r] {
            let refused = run.handle(message, at(0)).expect_err("it is not of this run");
            assert!(
                matches!(refused, SasError::OutOfTurn | SasError::BadConfirmation),
                "{message:?}"
            );
        }
    }

    // A confirmation thrown back is not the other's.
    let (mut i, mut r) = shown(7);
    for run in [&mut i, &mut r] {
        run.confirm().unwrap();
        let own = run.poll_message().unwrap();
        assert_eq!(run.handle(&own, at(0)), Err(SasError::BadConfirmation));
        assert_eq!(run.state(), SasState::Ended(SasEnd::Forged));
    }
    // Twice the same word is one too many.
    let (mut i, mut r) = shown(8);
    i.confirm().unwrap();
    let same = i.poll_message().unwrap();
    assert_eq!(r.handle(&same, at(0)), Ok(()));
    assert_eq!(r.handle(&same, at(0)), Err(SasError::OutOfTurn));
}

#[test]
fn different_codes_and_second_thoughts_end_it_for_both() {
    let (mut i, mut r) = shown(9);
    i.confirm().unwrap();
    r.deny().unwrap();
    carry(&mut i, &mut r).unwrap();
    for run in [&i, &r] {
        assert_eq!(run.state(), SasState::Ended(SasEnd::Different));
        assert!(run.is_spent());
    }
    let (mut i, mut r) = shown(10);
    i.cancel();
    carry(&mut i, &mut r).unwrap();
    for run in [&mut i, &mut r] {
        assert_eq!(run.state(), SasState::Ended(SasEnd::Cancelled));
        run.cancel();
        assert_eq!(run.poll_message(), None);
        assert_eq!(run.tap(at(0)), Err(SasError::NotNow));
    }
    // What comes late for a run that ended changes nothing.
    assert_eq!(r.handle(&SasMessage::No, at(0)), Ok(()));
    assert_eq!(r.state(), SasState::Ended(SasEnd::Cancelled));
}

#[test]
fn a_run_counts_as_a_try_once_the_other_side_could_know_the_code() {
    // A responder that goes silent after the reveal, and an initiator after the answer.
    let (mut i, mut r) = runs(11);
    i.tap(at(0)).unwrap();
    r.tap(at(0)).unwrap();
    assert!(!i.is_spent() && !r.is_spent());
    while let Some(message) = i.poll_message() {
        r.handle(&message, at(0)).unwrap();
    }
    assert!(r.is_spent() && !i.is_spent());
    while let Some(message) = r.poll_message() {
        i.handle(&message, at(0)).unwrap();
    }
    assert!(i.is_spent());
    assert_eq!(MAX_SPENT, 3);
}

#[test]
fn every_wait_ends() {
    let seconds = |time: std::time::Duration| time.as_secs();
    let expires = |run: &mut SasRun, after: u64| {
        assert_eq!(run.poll_timeout(), Some(std::time::Duration::from_secs(after)));
        run.handle_timeout(at(after - 1));
        assert!(!matches!(run.state(), SasState::Ended(_)));
        run.handle_timeout(at(after));
        assert_eq!(run.state(), SasState::Ended(SasEnd::TimedOut));
        let mut last = None;
        while let Some(message) = run.poll_message() {
            last = Some(message);
        }
        assert_eq!(last, Some(SasMessage::Cancel), "the other side is told");
    };
    // A person is waited for, on either side.
    let (mut i, mut r) = runs(12);
    i.tap(at(0)).unwrap();
    carry(&mut i, &mut r).unwrap();
    expires(&mut i, seconds(SCREEN));
    expires(&mut r, seconds(SCREEN));
    let (mut i, mut r) = runs(12);
    r.tap(at(0)).unwrap();
    carry(&mut i, &mut r).unwrap();
    expires(&mut i, seconds(SCREEN));
    expires(&mut r, seconds(SCREEN));
    // A device is not.
    let (mut i, mut r) = runs(12);
    r.tap(at(0)).unwrap();
    carry(&mut i, &mut r).unwrap();
    i.tap(at(0)).unwrap();
    expires(&mut i, seconds(STEP));
    let (mut i, mut r) = runs(12);
    i.tap(at(0)).unwrap();
    carry(&mut i, &mut r).unwrap();
    r.tap(at(0)).unwrap();
    expires(&mut r, seconds(STEP));
    // Asking again does not buy time.
    let (mut i, _) = runs(12);
    i.tap(at(0)).unwrap();
    i.handle(&SasMessage::Ask, at(1)).unwrap();
    i.handle(&SasMessage::Ask, at(9)).unwrap();
    expires(&mut i, 1 + seconds(STEP));
    // The screen.
    let (mut i, mut r) = shown(12);
    i.confirm().unwrap();
    expires(&mut i, seconds(SCREEN));
    expires(&mut r, seconds(SCREEN));
}
