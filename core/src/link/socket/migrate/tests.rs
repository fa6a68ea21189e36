use super::super::probe::tests::{pair, side};
use super::*;

const OLD: &str = "192.0.2.1:1000";
const NEW: &str = "198.51.100.1:2000";
const PEER: &str = "203.0.113.1:3000";
const EVIL: &str = "203.0.113.66:6666";

fn at(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

fn open(codec: Codec, ip: &str, way: &str) -> Moving {
    let mut moving = Moving {
        codec: Some(codec),
        open: true,
        ..Moving::default()
    };
    let port = moving.add(at(ip).ip(), false);
    moving.sent((port, at(way)), &[23; 40], true, Instant::now());
    moving
}

/// One who moves and one who stays, connected.
fn both() -> (Moving, Moving) {
    let (a, b) = pair();
    let mut a = open(a, OLD, PEER);
    a.controlling = true;
    (a, open(b, PEER, OLD))
}

/// The mover gets a new address in place of its old one.
fn moves(a: &mut Moving, now: Instant) -> Port {
    let wanted = a.addresses(&[at(NEW).ip()]);
    assert_eq!(wanted, [at(NEW).ip()]);
    let port = a.add(wanted[0], true);
    a.seek(now);
    port
}

/// What `moving` sends to an address.
fn to(moving: &mut Moving, address: &str) -> Vec<Vec<u8>> {
    let sent = moving.outbox().into_iter();
    sent.filter(|((_, to), _)| *to == at(address))
        .map(|(_, bytes)| bytes)
        .collect()
}

/// Carries everything to and fro until nothing is under way.
fn carry(a: &mut Moving, b: &mut Moving, port: Port, now: Instant) {
    for _ in 0..10 {
        for bytes in to(a, PEER) {
            b.received(0, at(NEW), &bytes, now);
        }
        for bytes in to(b, NEW) {
            a.received(port, at(PEER), &bytes, now);
        }
    }
}

#[test]
fn both_take_the_new_way_and_believe_in_the_old_one() {
    let ((mut a, mut b), now) = (both(), Instant::now());
    let port = moves(&mut a, now);
    carry(&mut a, &mut b, port, now);
    assert_eq!(a.way(0, at(PEER)), Some((port, at(PEER))));
    assert_eq!(b.way(0, at(OLD)), Some((0, at(NEW))));
    assert!(a.seek.is_none(), "it knows that it was understood");
    // Data, and the crate's own checks, seem to come the old way.
    for datagram in [[23; 40], [0; 40]] {
        assert_eq!(b.received(0, at(NEW), &datagram, now), Taken::As((0, at(OLD))));
        assert_eq!(
            a.received(port, at(PEER), &datagram, now),
            Taken::As((0, at(PEER)))
        );
    }
    // And back again.
    let wanted = a.addresses(&[at(OLD).ip()]);
    assert!(wanted.is_empty(), "the old socket is still there");
    a.seek(now);
    for bytes in to(&mut a, PEER) {
        b.received(0, at(OLD), &bytes, now);
    }
    for _ in 0..5 {
        for bytes in to(&mut b, OLD) {
            a.received(0, at(PEER), &bytes, now);
        }
        for bytes in to(&mut a, PEER) {
            b.received(0, at(OLD), &bytes, now);
        }
    }
    assert_eq!((a.way, b.way), (None, None));
}

#[test]
fn what_was_said_just_before_is_sent_again_and_not_for_ever() {
    let ((mut a, mut b), now) = (both(), Instant::now());
    for number in 0..100 {
        b.sent((0, at(OLD)), &[23, number], true, now);
    }
    let port = moves(&mut a, now);
    let mut again = Vec::new();
    for _ in 0..5 {
        for bytes in to(&mut a, PEER) {
            b.received(0, at(NEW), &bytes, now);
        }
        for bytes in to(&mut b, NEW) {
            if bytes[0] == 23 {
                again.push(bytes[1]);
            }
            a.received(port, at(PEER), &bytes, now);
        }
    }
    assert_eq!(again, (68..100).collect::<Vec<u8>>(), "the last ones, in order");
}

#[test]
fn a_request_repeated_from_elsewhere_moves_nothing() {
    let ((mut a, mut b), now) = (both(), Instant::now());
    let port = moves(&mut a, now);
    // The attacker sees every request of the mover's, and is faster than it is.
    for round in 0..40 {
        let now = now + PACE * round;
        a.fire(now);
        for ((_, to), bytes) in a.outbox() {
            // What the mover says to the attacker is passed on, as if it were the attacker's.
            b.received(0, at(EVIL), &bytes, now);
            if to == at(PEER) {
                b.received(0, at(NEW), &bytes, now);
            }
        }
        b.fire(now);
        for (way, bytes) in b.outbox() {
            // It cannot answer what it is asked back, and passes it on to both.
            if way.1 == at(EVIL) {
                b.received(0, at(EVIL), &bytes, now);
                a.received(port, at(EVIL), &bytes, now);
            } else {
                a.received(port, at(PEER), &bytes, now);
            }
        }
        assert_ne!(b.way, Some((0, at(EVIL))));
    }
    assert_eq!(b.way, Some((0, at(NEW))), "the one that answered");
    // Replays later, of an earlier move: nothing at all follows.
    let (mut a, mut b) = both();
    let port = moves(&mut a, now);
    let mut taped = Vec::new();
    for _ in 0..10 {
        for bytes in to(&mut a, PEER) {
            taped.push(bytes.clone());
            b.received(0, at(NEW), &bytes, now);
        }
        for bytes in to(&mut b, NEW) {
            a.received(port, at(PEER), &bytes, now);
        }
    }
    assert_eq!(b.way, Some((0, at(NEW))));
    b.outbox();
    for bytes in &taped {
        b.received(0, at(EVIL), bytes, now);
    }
    assert!(b.outbox().is_empty(), "a repetition is not even answered");
}

#[test]
fn without_the_password_nothing_is_answered_or_believed() {
    let ((_, mut b), now) = (both(), Instant::now());
    let stranger = Codec::new(side("a"), side("x"), true).expect("cryptography");
    let (_, forged) = stranger.request(9, Wish::Use).expect("a request");
    let (_, mut spoiled) = pair().0.request(9, Wish::Use).expect("a request");
    let last = spoiled.len() - 9;
    spoiled[last] ^= 1;
    for bytes in [forged, spoiled] {
        assert_eq!(b.received(0, at(EVIL), &bytes, now), Taken::Ours);
    }
    assert!(b.outbox().is_empty() && b.heard.is_empty() && b.checked.is_empty());
    // What an attacker sends otherwise is the crate's to judge, as before.
    assert_eq!(b.received(0, at(EVIL), &[23; 40], now), Taken::Pass);
}

#[test]
fn a_flood_is_bounded() {
    let ((a, mut b), now) = (both(), Instant::now());
    let codec = a.codec.clone().expect("credentials");
    let mut answers = 0;
    for number in 0..2000u16 {
        // Even one that has the password.
        let (_, request) = codec.request(5, Wish::Use).expect("a request");
        b.received(
            0,
            SocketAddr::from(([203, 0, 113, 66], number + 1)),
            &request,
            now,
        );
        answers += b.outbox().len();
    }
    assert!(answers <= 2 * MAX_OPENED as usize, "{answers}");
    assert!(b.heard.len() <= MAX_HEARD && b.checked.len() <= MAX_CHECKED && b.seen.len() <= MAX_SEEN);
}

#[test]
fn a_way_that_still_answers_is_kept() {
    let ((mut a, mut b), now) = (both(), Instant::now());
    let wanted = a.addresses(&[at(OLD).ip(), at(NEW).ip()]);
    let port = a.add(wanted[0], true);
    a.seek(now);
    // The new one answers first, the old one a little later.
    let mut late = Vec::new();
    for ((from, _), bytes) in a.outbox() {
        if from == port {
            b.received(0, at(NEW), &bytes, now);
        } else {
            late.push(bytes);
        }
    }
    for bytes in to(&mut b, NEW) {
        a.received(port, at(PEER), &bytes, now);
    }
    assert_eq!(a.way, None);
    for bytes in late {
        b.received(0, at(OLD), &bytes, now);
    }
    for bytes in to(&mut b, OLD) {
        a.received(0, at(PEER), &bytes, now);
    }
    a.fire(now + PATIENCE * 2);
    assert_eq!(a.way, None, "it was not left");
}

#[test]
fn within_a_relay_s_framing_nothing_moves() {
    let ((mut a, _), now) = (both(), Instant::now());
    a.sent((0, at(PEER)), &[0x40, 0, 0, 4, 23, 0, 0, 0], true, now);
    a.addresses(&[at(NEW).ip()]);
    a.seek(now);
    assert!(a.outbox().is_empty());
}

#[test]
fn descriptions_are_read_for_what_is_needed() {
    let mut moving = Moving::default();
    let many: String = (1..40)
        .map(|n| format!("a=candidate:1 1 udp 1 192.0.2.{n} 9 typ host\r\n"))
        .collect();
    moving.ours(
        "v=0\r\na=ice-ufrag:uuuu\r\na=ice-pwd:pppppppppppppppppppppp\r\n",
        true,
    );
    assert!(moving.codec.is_none());
    moving.theirs(&format!(
        "v=0\r\na=ice-ufrag:tttt\r\na=ice-pwd:qqqqqqqqqqqqqqqqqqqqqq\r\n{many}a=candidate:x\r\n"
    ));
    assert!(moving.codec.is_some());
    assert_eq!(moving.candidates.len(), MAX_CANDIDATES);
}
