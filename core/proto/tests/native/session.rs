//! A session opens each frame once, in order, and changes its keys before they are worn.

use crate::common::{at, rng, secrets, sessions};
use dayfly_proto::identity::native::session::{
    ANSWER_WITHIN, MAX_EPOCH, MAX_FRAME_LEN, MAX_MESSAGES, MAX_PLAIN_LEN, Opened, REKEY_AFTER,
    REKEY_MESSAGES, RESERVED, Session, SessionError,
};
use dayfly_proto::secret::SecretBytes;
use dayfly_proto::timer::Now;
use std::time::Duration;

fn opens(session: &mut Session, now: Now, frame: &[u8]) -> Vec<u8> {
    match session.open(now, frame) {
        Ok(Opened::App(plain)) => plain.to_vec(),
        other => panic!("{other:?}"),
    }
}

fn control(session: &mut Session, now: Now, frame: &[u8]) {
    assert!(matches!(session.open(now, frame), Ok(Opened::Control)));
}

fn own_frame(session: &mut Session, now: Now) -> Option<Vec<u8>> {
    session.poll_frame(now, &mut rng(now.mono.as_secs())).unwrap()
}

fn say(from: &mut Session, to: &mut Session, now: Now) {
    let frame = from.seal(now, b"\x01text").unwrap();
    assert_eq!(opens(to, now, &frame), b"\x01text");
}

/// Carries the session's own frames across until there are none; how many there were.
fn settle(a: &mut Session, b: &mut Session, now: Now) -> usize {
    let mut frames = 0;
    loop {
        let before = frames;
        while let Some(frame) = own_frame(a, now) {
            control(b, now, &frame);
            frames += 1;
        }
        while let Some(frame) = own_frame(b, now) {
            control(a, now, &frame);
            frames += 1;
        }
        if frames == before {
            return frames;
        }
    }
}

#[test]
fn a_frame_opens_once_and_in_order() {
    let (mut a, mut b) = sessions(1);
    let first = a.seal(at(0), b"\x01first").unwrap();
    let second = a.seal(at(0), b"\x01second").unwrap();
    assert_eq!(b.open(at(0), &second).unwrap_err(), SessionError::Unopened);
    assert_eq!(opens(&mut b, at(0), &first), b"\x01first");
    assert_eq!(b.open(at(0), &first).unwrap_err(), SessionError::Unopened);
    assert_eq!(opens(&mut b, at(0), &second), b"\x01second");
    assert_eq!(b.open(at(0), &first).unwrap_err(), SessionError::Unopened);
}

/// What a session without a check of its own would do: any frame that opens is taken.
#[test]
fn a_session_without_a_count_takes_replays() {
    struct Weak(SecretBytes<32>);
    impl Weak {
        fn seal(&self, n: u32, plain: &[u8]) -> (u32, Vec<u8>) {
            let key = dayfly_proto::crypto::kdf(self.0.expose(), &n.to_be_bytes(), "msg", b"");
            (n, dayfly_proto::crypto::seal_once(key, b"", plain))
        }
        fn open(&self, frame: &(u32, Vec<u8>)) -> bool {
            let key = dayfly_proto::crypto::kdf(self.0.expose(), &frame.0.to_be_bytes(), "msg", b"");
            dayfly_proto::crypto::open_once(&key, b"", &frame.1).is_ok()
        }
    }
    let weak = Weak(SecretBytes::new([1; 32]));
    let frame = weak.seal(0, b"pay");
    assert!(weak.open(&frame) && weak.open(&frame), "the model takes it twice");
    // And it seals twice under one key when a number comes again, which shows.
    assert_eq!(weak.seal(5, &[0; 64]).1[..64], weak.seal(5, &[0; 64]).1[..64]);
}

#[test]
fn every_byte_of_a_frame_counts_and_what_failed_changed_nothing() {
    let (mut a, mut b) = sessions(1);
    let frame = a.seal(at(0), b"\x01text").unwrap();
    for at_byte in 0..frame.len() {
        let mut altered = frame.clone();
        altered[at_byte] ^= 1;
        assert_eq!(b.open(at(0), &altered).unwrap_err(), SessionError::Unopened);
        assert_eq!(
            b.open(at(0), &frame[..at_byte]).unwrap_err(),
            SessionError::Unopened
        );
    }
    assert_eq!(
        b.open(at(0), &[&frame[..], &[0]].concat()).unwrap_err(),
        SessionError::Unopened
    );
    assert_eq!(
        b.open(at(0), &vec![0; 1 << 20]).unwrap_err(),
        SessionError::Unopened
    );
    assert_eq!(opens(&mut b, at(0), &frame), b"\x01text");
}

#[test]
fn frames_of_another_session_or_of_ones_own_do_not_open() {
    let (mut a, mut b) = sessions(1);
    let (mut other, _) = sessions(2);
    let foreign = other.seal(at(0), b"\x01text").unwrap();
    assert_eq!(b.open(at(0), &foreign).unwrap_err(), SessionError::Unopened);
    let own = a.seal(at(0), b"\x01text").unwrap();
    assert_eq!(a.open(at(0), &own).unwrap_err(), SessionError::Unopened);
}

#[test]
fn application_bytes_before_the_proof_are_refused() {
    use crate::common::{ROOM, key};
    use dayfly_proto::identity::native::proof::{Caps, ProofError};
    // An end that is ahead of the other cannot have: its proof was made with its session. What it
    // can do is to leave the proof out.
    let (a, b) = secrets(1);
    let (a, _withheld) = a.prove(&key(1), &ROOM, Caps::NONE, None);
    let (b, proof_b) = b.prove(&key(2), &ROOM, Caps::NONE, None);
    let (mut a, _) = a.check(&proof_b).unwrap();
    let early = a.seal(at(0), b"\x01early").unwrap();
    assert_eq!(b.check(&early).unwrap_err(), ProofError::Malformed);
}

#[test]
fn lengths_and_types_are_the_callers_to_keep() {
    let (mut a, mut b) = sessions(1);
    assert_eq!(a.seal(at(0), b""), Err(SessionError::Length));
    assert_eq!(
        a.seal(at(0), &vec![1; MAX_PLAIN_LEN + 1]),
        Err(SessionError::Length)
    );
    for kind in RESERVED {
        assert_eq!(a.seal(at(0), &[kind]), Err(SessionError::Reserved));
    }
    let longest = a.seal(at(0), &vec![1; MAX_PLAIN_LEN]).unwrap();
    assert_eq!(longest.len(), MAX_FRAME_LEN);
    assert_eq!(opens(&mut b, at(0), &longest).len(), MAX_PLAIN_LEN);
    let mut len = |content: usize| a.seal(at(0), &vec![1; content]).unwrap().len() - 24;
    assert_eq!(
        [len(1), len(63), len(64), len(127), len(128), len(32_768)],
        [64, 64, 128, 128, 256, 65_512]
    );
}

#[test]
fn keys_change_after_a_hundred_messages() {
    let (mut a, mut b) = sessions(1);
    for n in 0..REKEY_MESSAGES {
        assert_eq!(settle(&mut a, &mut b, at(0)), 0, "{n}");
        if n % 2 == 0 {
            say(&mut a, &mut b, at(0))
        } else {
            say(&mut b, &mut a, at(0))
        }
    }
    assert_eq!(settle(&mut a, &mut b, at(0)), 2);
    assert_eq!((a.epoch(), b.epoch()), (Some(1), Some(1)));
    say(&mut b, &mut a, at(0));
    say(&mut a, &mut b, at(0));
}

#[test]
fn keys_change_two_minutes_after_first_use_and_never_before() {
    let (mut a, mut b) = sessions(1);
    assert_eq!(a.poll_timeout(), None, "an idle session needs nothing");
    assert_eq!(settle(&mut a, &mut b, at(5_000)), 0);
    say(&mut a, &mut b, at(5_000));
    let due = Duration::from_secs(5_000) + REKEY_AFTER;
    assert_eq!(a.poll_timeout(), Some(due));
    a.handle_timeout(at(5_119)).unwrap();
    assert_eq!(own_frame(&mut a, at(5_119)), None);
    a.handle_timeout(at(5_120)).unwrap();
    assert_eq!(settle(&mut a, &mut b, at(5_120)), 2);
    assert_eq!(a.epoch(), Some(1));
    assert_eq!(a.poll_timeout(), None);
}

#[test]
fn either_end_may_ask_and_both_at_once() {
    for (by_a, by_b, frames) in [(true, false, 2), (false, true, 3), (true, true, 3)] {
        let (mut a, mut b) = sessions(1);
        if by_a {
            a.rekey_now();
        }
        if by_b {
            b.rekey_now();
        }
        // Both wish before either hears the other.
        let (from_a, from_b) = (own_frame(&mut a, at(0)), own_frame(&mut b, at(0)));
        let crossed = [&from_a, &from_b].into_iter().flatten().count();
        if let Some(frame) = &from_b {
            control(&mut a, at(0), frame);
        }
        if let Some(frame) = &from_a {
            control(&mut b, at(0), frame);
        }
        assert_eq!(crossed + settle(&mut a, &mut b, at(0)), frames);
        assert_eq!((a.epoch(), b.epoch()), (Some(1), Some(1)), "one change, not two");
        say(&mut a, &mut b, at(0));
        say(&mut b, &mut a, at(0));
        assert_eq!(settle(&mut a, &mut b, at(0)), 0);
    }
}

#[test]
fn messages_cross_a_key_change() {
    let (mut a, mut b) = sessions(1);
    a.rekey_now();
    let rekey1 = own_frame(&mut a, at(0)).unwrap();
    let late_a = a.seal(at(0), b"\x01after rekey1").unwrap();
    let early_b = b.seal(at(0), b"\x01before rekey2").unwrap();
    control(&mut b, at(0), &rekey1);
    let still_b = b.seal(at(0), b"\x01still old").unwrap();
    let rekey2 = own_frame(&mut b, at(0)).unwrap();
    let new_b = b.seal(at(0), b"\x01new").unwrap();
    assert_eq!(opens(&mut b, at(0), &late_a), b"\x01after rekey1");
    for (frame, text) in [
        (&early_b, &b"\x01before rekey2"[..]),
        (&still_b, b"\x01still old"),
    ] {
        assert_eq!(opens(&mut a, at(0), frame), text);
    }
    let old_a = a.seal(at(0), b"\x01old").unwrap();
    control(&mut a, at(0), &rekey2);
    let new_a = a.seal(at(0), b"\x01new").unwrap();
    assert_eq!(opens(&mut a, at(0), &new_b), b"\x01new");
    assert_eq!(opens(&mut b, at(0), &old_a), b"\x01old");
    assert_eq!(opens(&mut b, at(0), &new_a), b"\x01new");
    // The old chain died with the first frame of the new one, and each key change is one.
    for frame in [&rekey1, &late_a, &old_a, &new_a] {
        assert_eq!(b.open(at(0), frame).unwrap_err(), SessionError::Unopened);
    }
    for frame in [&rekey2, &still_b, &new_b] {
        assert_eq!(a.open(at(0), frame).unwrap_err(), SessionError::Unopened);
    }
}

#[test]
fn r_may_ask_again_before_i_has_spoken_in_the_new_epoch() {
    let (mut a, mut b) = sessions(1);
    b.rekey_now();
    assert_eq!(settle(&mut a, &mut b, at(0)), 3);
    b.rekey_now();
    assert_eq!(settle(&mut a, &mut b, at(0)), 3);
    assert_eq!((a.epoch(), b.epoch()), (Some(2), Some(2)));
    say(&mut a, &mut b, at(0));
}

#[test]
fn a_lost_rekey_ends_the_session_after_thirty_seconds() {
    for answered in [false, true] {
        let (mut a, mut b) = sessions(1);
        a.rekey_now();
        let rekey1 = own_frame(&mut a, at(10)).unwrap();
        if answered {
            control(&mut b, at(10), &rekey1);
            own_frame(&mut b, at(10)).expect("REKEY2, which is lost");
        }
        assert_eq!(a.poll_timeout(), Some(Duration::from_secs(10) + ANSWER_WITHIN));
        assert!(a.seal(at(39), b"\x01x").is_ok());
        assert_eq!(a.handle_timeout(at(40)), Err(SessionError::Expired));
        assert_eq!(a.seal(at(40), b"\x01x"), Err(SessionError::Expired));
        assert_eq!((a.epoch(), a.budget(), a.poll_timeout()), (None, 0, None));
    }
    // R's question that nobody answers.
    let (_, mut b) = sessions(1);
    b.rekey_now();
    own_frame(&mut b, at(10)).unwrap();
    assert_eq!(b.poll_timeout(), Some(Duration::from_secs(40)));
    assert_eq!(b.open(at(40), b"").unwrap_err(), SessionError::Expired);
}

#[test]
fn an_epoch_ends_at_a_thousand_messages_or_ten_minutes() {
    let (mut a, mut b) = sessions(1);
    // The proof was the first of its epoch.
    assert_eq!(b.budget(), MAX_MESSAGES - 1);
    while b.budget() > 0 {
        say(&mut b, &mut a, at(0));
    }
    assert_eq!(b.seal(at(0), b"\x01x"), Err(SessionError::Expired));
    assert_eq!(b.epoch(), None);

    let (mut a, mut b) = sessions(1);
    while b.budget() > 0 {
        say(&mut b, &mut a, at(0));
    }
    // Keys that change in time give a new budget: control frames still fit.
    assert_eq!(settle(&mut a, &mut b, at(0)), 2);
    assert_eq!(b.budget(), MAX_MESSAGES);
    say(&mut b, &mut a, at(0));

    let (mut a, mut b) = sessions(1);
    say(&mut a, &mut b, at(0));
    assert_eq!(b.poll_timeout(), Some(MAX_EPOCH));
    assert!(b.seal(at(599), b"\x01x").is_ok());
    assert_eq!(b.seal(at(600), b"\x01x"), Err(SessionError::Expired));
}
