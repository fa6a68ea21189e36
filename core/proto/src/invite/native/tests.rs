use super::super::record;
use super::*;
use crate::invite::{Invite, InviteAccess, InviteKind, MAX_TRACKER, MAX_TRACKERS};
use crate::secret::SecretString;
use crate::timer::Now;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::collections::HashSet;
use std::time::Duration;

fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

fn full() -> NativeInvite {
    let options = RoomOptionsWire {
        history: HistoryPolicy::Items(20),
        password: true,
        expire_seconds: 300,
        receipts: true,
        unknown: UnknownOptions::default(),
    };
    let (invite, _) = NativeInvite::create(&mut rng(1), options).unwrap();
    invite
        .with_hints("kitchen", vec!["wss://t.example".into()])
        .unwrap()
}

fn plain() -> NativeInvite {
    NativeInvite::create(&mut rng(2), RoomOptionsWire::default())
        .unwrap()
        .0
}

fn at(unix_ms: u64) -> Now {
    Now {
        mono: Duration::from_millis(unix_ms),
        unix_ms,
    }
}

fn keys_of(invite: &NativeInvite) -> [[u8; 32]; 6] {
    let keys = invite.keys();
    [
        &keys.topic,
        &keys.signal,
        &keys.psk,
        &keys.skdm,
        &keys.ack,
        &keys.phase,
    ]
    .map(|key| *key.expose())
}

#[test]
fn a_link_leads_back_to_its_invite() {
    for invite in [full(), plain()] {
        let invite = Invite::Native(invite);
        assert_eq!(Invite::parse(&invite.link()), Ok(invite.clone()));
        assert_eq!(Invite::parse(&invite.link().to_lowercase()), Ok(invite.clone()));
        let hosted = invite.link_with_host("join.example");
        assert!(hosted.starts_with("https://join.example/#AEB"), "{hosted}");
        assert_eq!(
            Invite::parse_with_host(&hosted, "join.example"),
            Ok(invite.clone())
        );
        assert!(invite.urls().is_empty());
    }
}

#[test]
fn what_a_shell_shows_is_what_the_invite_says() {
    let info = Invite::Native(full()).info();
    assert_eq!(info.kind, InviteKind::Native);
    assert_eq!(info.room, "kitchen");
    assert_eq!(info.access, InviteAccess::PrivateAndPassword);
    assert_eq!(info.history, Some(HistoryPolicy::Items(20)));
    assert!(info.has_owner);
    assert_eq!(info.trackers, ["wss://t.example"]);
    let mut nobodys = plain();
    nobodys.owner = PublicKey::NOBODY;
    let info = Invite::Native(nobodys).info();
    assert_eq!((info.access, info.has_owner), (InviteAccess::Private, false));
}

#[test]
fn nothing_of_an_invite_reaches_a_log() {
    let invite = full();
    let all = format!(
        "{invite:?} {:?} {:?} {:?}",
        Invite::Native(invite.clone()),
        invite.keys(),
        invite.keys().topic("tracker", 1)
    );
    assert_eq!(
        all,
        "NativeInvite([private]) Native(NativeInvite([private])) RoomKeys([secret]) [topic]"
    );
}

#[test]
fn every_flipped_bit_is_refused_or_leads_to_another_room() {
    for invite in [full(), plain()] {
        let body = invite.encode_body();
        let hints = body.len() - hints_len(&invite);
        let (id, keys) = (invite.room_id(), keys_of(&invite));
        for bit in 0..8 * body.len() {
            let mut altered = body.to_vec();
            altered[bit / 8] ^= 1 << (bit % 8);
            let Ok(other) = NativeInvite::decode_body(&altered) else {
                continue;
            };
            assert_ne!(other, invite, "{bit}");
            assert_eq!(*other.encode_body(), altered, "{bit}");
            if bit / 8 >= hints {
                assert_eq!(other.room_id(), id, "a hint binds nothing");
                continue;
            }
            // Flags and rid, generation and secret, owner and options.
            let is_secret = (18..54).contains(&(bit / 8));
            assert_eq!(other.room_id() == id, is_secret, "{bit}");
            for (ours, theirs) in keys.iter().zip(keys_of(&other)) {
                assert_ne!(*ours, theirs, "{bit}");
            }
        }
    }
}

/// Bytes of the hints with their length.
fn hints_len(invite: &NativeInvite) -> usize {
    let mut bare = invite.clone();
    bare.name.clear();
    bare.trackers.clear();
    invite.encode_body().len() - bare.encode_body().len() + 2
}

#[test]
fn whoever_alters_owner_or_options_on_the_way_meets_nobody() {
    let honest = full();
    let mut claims = honest.clone();
    claims.owner = SigningKey::from_seed(&[9; 32]).public();
    let mut tells_more = honest.clone();
    tells_more.options.history = HistoryPolicy::Items(1000);
    let mut asks_nothing = honest.clone();
    asks_nothing.options.password = false;
    let mut stays = honest.clone();
    stays.options.expire_seconds = 0;
    for forged in [claims, tells_more, asks_nothing, stays] {
        let arrived = Invite::parse(&Invite::Native(forged).link()).unwrap();
        let Invite::Native(arrived) = arrived else {
            panic!()
        };
        let (ours, theirs) = (honest.keys(), arrived.keys());
        assert_ne!(
            ours.topic("tracker", 7).as_str(),
            theirs.topic("tracker", 7).as_str()
        );
        // Even if the two were brought together.
        let topic = ours.topic("tracker", 7);
        let sealed = seal(&ours, &topic, &offer(0), &mut rng(3)).unwrap();
        let opened = open(&theirs, &topic, &sealed, at(0), &mut SeenOffers::default());
        assert_eq!(opened, Err(SealedError::Unopened));
        assert_ne!(ours.psk, theirs.psk);
    }
}

#[test]
fn a_room_that_moved_has_other_keys_and_the_same_id() {
    let old = full();
    let new = old.moved(1, SecretBytes::new([7; 32]));
    assert_eq!(new.room_id(), old.room_id());
    // The generation counts by itself too.
    for moved in [new, old.moved(1, old.secret.clone())] {
        for (ours, theirs) in keys_of(&old).iter().zip(keys_of(&moved)) {
            assert_ne!(*ours, theirs);
        }
    }
}

#[test]
fn options_of_a_later_version_are_kept_or_refused() {
    let body = |flags: u16, options: &[u8]| {
        let mut body = flags.to_be_bytes().to_vec();
        body.extend([5; 16 + 4 + 32 + 32]);
        put_lp(&mut body, options);
        put_lp(&mut body, b"");
        body
    };
    let kept = body(0x0043, b"\x07\x05later");
    let invite = NativeInvite::decode_body(&kept).unwrap();
    assert!(invite.options.receipts && !invite.options.password);
    assert_eq!(*invite.encode_body(), kept);
    let mut without = invite.clone();
    without.options.unknown = UnknownOptions::default();
    assert_ne!(
        without.room_id(),
        invite.room_id(),
        "what is unknown is bound too"
    );
    for flag in [0x0200, 0x0400, 0x0800, 0x1000, 0x2000, 0x4000, 0x8000] {
        let newer = NativeInvite::decode_body(&body(flag, b""));
        assert_eq!(newer, Err(InviteError::Newer), "{flag:x}");
    }
    let newer = NativeInvite::decode_body(&body(0, b"\x87\x05later"));
    assert_eq!(newer, Err(InviteError::Newer));
    assert_eq!(InviteError::Newer.to_string(), "this invite needs a newer Dayfly");
}

#[test]
fn each_invite_has_one_encoding() {
    let good = full().encode_body().to_vec();
    let with = |options: &[u8], hints: &[u8]| {
        let mut body = good[..86].to_vec();
        put_lp(&mut body, options);
        put_lp(&mut body, hints);
        NativeInvite::decode_body(&body)
    };
    assert!(with(b"", b"").is_ok());
    for (options, why) in [
        (&b"\x81\x01\x14"[..], "a short history"),
        (b"\x81\x02\x00\x14\x81\x02\x00\x14", "two histories"),
        (b"\x82\x04\x00\x00\x00\x00", "an expiry of nothing"),
        (b"\x82\x04\x00\x00\x01\x2c\x81\x02\x00\x14", "out of order"),
        (b"\x81\x81\x00", "a long length"),
        (b"\x81\x02\x00", "past its end"),
    ] {
        assert_eq!(with(options, b""), Err(InviteError::Damaged), "{why}");
    }
    for (options, what) in [
        (&b"\x81\x02\x03\xe9"[..], "1,001 messages"),
        (b"\x82\x04\x00\x00\x00\x04", "4 seconds"),
        (b"\x82\x04\x00\x01\x51\x81", "a day and a second"),
    ] {
        let refused = with(options, b"");
        assert!(
            matches!(refused, Err(InviteError::BadOption { .. })),
            "{what}: {refused:?}"
        );
    }
    for (hints, error) in [
        (&b"\x01\x00"[..], InviteError::Damaged),
        (b"\x01\x01a\x01\x01b", InviteError::Damaged),
        (b"\x01\x01\xff", InviteError::Damaged),
        (b"\x02\x01x", InviteError::BadTracker),
        (b"\x01\x03\xe2\x80\xae", InviteError::Hidden(0x202e)),
        (b"\x81\x01a", InviteError::Newer),
    ] {
        assert_eq!(with(b"", hints), Err(error), "{hints:?}");
    }
    let mut longer = good.clone();
    longer.push(0);
    assert_eq!(NativeInvite::decode_body(&longer), Err(InviteError::Damaged));
    for end in 0..good.len() {
        assert_eq!(NativeInvite::decode_body(&good[..end]), Err(InviteError::Damaged));
    }
}

#[test]
fn hints_and_options_have_bounds() {
    let long = |result| matches!(result, Err(InviteError::TooLong { .. }));
    let tracker = |length: usize| format!("wss://t.example/{}", "x".repeat(length - 16));
    assert!(plain().with_hints(&"x".repeat(MAX_ROOM), vec![]).is_ok());
    assert!(long(plain().with_hints(&"x".repeat(MAX_ROOM + 1), vec![])));
    assert!(long(plain().with_hints("", vec![tracker(MAX_TRACKER + 1)])));
    assert!(long(
        plain().with_hints("x", vec![tracker(MAX_TRACKER); MAX_TRACKERS])
    ));
    assert!(matches!(
        plain().with_hints("", vec![tracker(20); MAX_TRACKERS + 1]),
        Err(InviteError::TooMany { .. })
    ));
    for (history, expire_seconds) in [
        (HistoryPolicy::Items(0), 0),
        (HistoryPolicy::Items(MAX_HISTORY + 1), 0),
        (HistoryPolicy::Off, MIN_EXPIRY - 1),
        (HistoryPolicy::Off, MAX_EXPIRY + 1),
    ] {
        let options = RoomOptionsWire {
            history,
            expire_seconds,
            ..RoomOptionsWire::default()
        };
        let made = NativeInvite::create(&mut rng(1), options);
        assert!(matches!(made, Err(InviteError::BadOption { .. })));
    }
    // The bounds of the record hold as well.
    let many = record::framed(&[0; MAX_BODY + 1]);
    assert!(long(record::decode(&many[1]).map(|_| plain())));
}

#[test]
fn clocks_ten_minutes_apart_always_meet() {
    for invite in [full(), plain()] {
        let keys = invite.keys();
        for minute in 0..180 {
            for second in [0, 1, 59] {
                let time = 1_790_000_000_000 + (minute * 60 + second) * 1000;
                let ours: Vec<_> = keys.slots(time).all().collect();
                for apart in [-600_000_i64, -300_000, -1000, 0, 1000, 300_000, 600_000] {
                    let theirs = keys.slots(time.saturating_add_signed(apart));
                    assert!(theirs.all().any(|slot| ours.contains(&slot)), "{time} {apart}");
                }
            }
        }
    }
}

#[test]
fn slots_say_when_they_change() {
    let keys = full().keys();
    let mut time = 1_790_000_000_123;
    let mut changes = 0;
    while time < 1_790_000_000_123 + 3 * 3_600_000 {
        let here = keys.slots(time);
        assert!(here.changes_in_ms > 0);
        let before = keys.slots(time + here.changes_in_ms - 1);
        let after = keys.slots(time + here.changes_in_ms);
        assert_eq!((before.now, before.neighbour), (here.now, here.neighbour));
        assert_ne!((after.now, after.neighbour), (here.now, here.neighbour));
        time += here.changes_in_ms;
        changes += 1;
    }
    // Each hour: the next slot comes up, becomes the current one, the one before goes.
    assert!((9..=10).contains(&changes), "{changes}");
    // At the beginning of time there is no slot before.
    assert_eq!(keys.slots(0).now, 0);
    assert_eq!(keys.slots(0).neighbour, None);
}

/// What a meeting point sees of forty rooms in three hours, on two back ends, without addresses: which
/// topics belong to one room must be a guess.
#[test]
fn topics_of_one_room_have_nothing_in_common() {
    let mut rng = rng(4);
    let rooms: Vec<_> = (0..40)
        .map(|_| {
            let (invite, _) = NativeInvite::create(&mut rng, RoomOptionsWire::default()).unwrap();
            invite.keys()
        })
        .collect();
    let slots = 0..3;
    let announces: Vec<(usize, Topic)> = rooms
        .iter()
        .enumerate()
        .flat_map(|(room, keys)| {
            slots.clone().flat_map(move |slot| {
                ["tracker", "dht"].map(|backend| (room, keys.topic(backend, 497_221 + slot)))
            })
        })
        .collect();
    let distinct: HashSet<_> = announces.iter().map(|(_, topic)| topic).collect();
    assert_eq!(distinct.len(), announces.len());

    // Each feature by which one might link two topics, within rooms and between them.
    type Feature = fn(&str, &str) -> f64;
    let features: [(&str, Feature); 4] = [
        ("equal characters", |a, b| {
            a.bytes().zip(b.bytes()).filter(|(a, b)| a == b).count() as f64
        }),
        ("longest common run", |a, b| {
            (1..=a.len())
                .take_while(|length| (0..=a.len() - length).any(|at| b.contains(&a[at..at + length])))
                .count() as f64
        }),
        ("shared characters", |a, b| {
            let a: HashSet<_> = a.bytes().collect();
            b.bytes().collect::<HashSet<_>>().intersection(&a).count() as f64
        }),
        ("order", |a, b| f64::from(u8::from(a < b))),
    ];
    for (name, feature) in features {
        let (mut within, mut between) = (Vec::new(), Vec::new());
        for (at, (room, topic)) in announces.iter().enumerate() {
            for (other_room, other) in &announces[at + 1..] {
                let value = feature(topic.as_str(), other.as_str());
                if room == other_room {
                    &mut within
                } else {
                    &mut between
                }
                .push(value);
            }
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let spread = {
            let mean = mean(&between);
            (between.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / between.len() as f64).sqrt()
        };
        // Pairs share topics, so they are not independent: a room's own 15 count as 6.
        let deviation =
            (mean(&within) - mean(&between)).abs() / (spread / (within.len() as f64 / 2.5).sqrt());
        assert!(deviation < 4.0, "{name}: {deviation:.1} deviations");
    }
    // The same measure finds topics that are linked: a running number under a fixed name.
    let linked: Vec<_> = (0..3).map(|slot| format!("{:019}{slot}", 7)).collect();
    assert!(features[0].1(&linked[0], &linked[1]) > 18.0);

    // The minute at which rooms change says nothing either: they are spread over the hour.
    let phases: HashSet<_> = rooms.iter().map(|keys| keys.phase_seconds() / 300).collect();
    assert!(phases.len() > 8, "{phases:?}");
}

fn offer(time: u64) -> Signal {
    Signal {
        from: [1; 16],
        to: [0; 16],
        kind: SignalKind::Offer,
        time,
        body: b"v=0 and so on".to_vec(),
    }
}

#[test]
fn a_sealed_offer_opens_once_and_while_it_is_fresh() {
    let keys = full().keys();
    let topic = keys.topic("tracker", 7);
    let time = 1_790_000_000_000;
    let sealed = seal(&keys, &topic, &offer(time), &mut rng(5)).unwrap();
    let taken = |now| open(&keys, &topic, &sealed, at(now), &mut SeenOffers::default());
    for now in [time - FRESH_MS, time, time + 600_000, time + FRESH_MS] {
        assert_eq!(taken(now), Ok(offer(time)));
    }
    for now in [0, time - FRESH_MS - 1, time + FRESH_MS + 1, u64::MAX] {
        assert_eq!(taken(now), Err(SealedError::Stale));
    }
    let mut seen = SeenOffers::default();
    let mut take = |now| open(&keys, &topic, &sealed, now, &mut seen);
    assert_eq!(take(at(time - FRESH_MS)), Ok(offer(time)));
    assert_eq!(take(at(time + FRESH_MS)), Err(SealedError::Seen));
    // A clock set back an hour later does not make it new: it is forgotten, and stale.
    let later = Now {
        mono: at(time + 2 * FRESH_MS).mono,
        unix_ms: time + FRESH_MS + 1,
    };
    assert_eq!(take(later), Err(SealedError::Stale));
}

#[test]
fn an_altered_or_foreign_box_does_not_open() {
    let keys = full().keys();
    let topic = keys.topic("tracker", 7);
    let sealed = seal(&keys, &topic, &offer(0), &mut rng(5)).unwrap();
    let fails = |keys: &RoomKeys, topic: &Topic, sealed: &str| {
        let mut seen = SeenOffers::default();
        let error = open(keys, topic, sealed, at(0), &mut seen).expect_err("it must not open");
        assert!(seen.is_empty(), "nothing is remembered of what does not open");
        error
    };
    assert_eq!(fails(&plain().keys(), &topic, &sealed), SealedError::Unopened);
    for other in [keys.topic("tracker", 8), keys.topic("dht", 7)] {
        assert_eq!(fails(&keys, &other, &sealed), SealedError::Unopened);
    }
    let bytes = data_encoding::BASE64.decode(sealed.as_bytes()).unwrap();
    for bit in 0..8 * bytes.len() {
        let mut altered = bytes.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        let altered = data_encoding::BASE64.encode(&altered);
        assert_eq!(fails(&keys, &topic, &altered), SealedError::Unopened);
    }
    for wrong in [
        "",
        "AAAA",
        &sealed[1..],
        &"!".repeat(sealed.len()),
        &format!("{sealed}AAAA"),
    ] {
        assert_eq!(fails(&keys, &topic, wrong), SealedError::Form);
    }
}

#[test]
fn a_box_shows_by_its_length_only_which_of_four_it_is() {
    let keys = full().keys();
    let topic = keys.topic("tracker", 7);
    let mut lengths = HashSet::new();
    for length in [0, 1, 800, 823, 824, 1900, 1923, 1924, 3923, 3924, MAX_SIGNAL] {
        let signal = Signal {
            body: vec![b'a'; length],
            ..offer(0)
        };
        let sealed = seal(&keys, &topic, &signal, &mut rng(6)).unwrap();
        lengths.insert(data_encoding::BASE64.decode(sealed.as_bytes()).unwrap().len());
        assert_eq!(
            open(&keys, &topic, &sealed, at(0), &mut SeenOffers::default()),
            Ok(signal)
        );
    }
    assert_eq!(lengths, HashSet::from([900, 2000, 4000, 8000]));
    let signal = Signal {
        body: vec![0; MAX_SIGNAL + 1],
        ..offer(0)
    };
    assert_eq!(seal(&keys, &topic, &signal, &mut rng(6)), Err(SignalTooLong));
    // Two boxes of one offer have nothing in common.
    let [a, b] = [7, 8].map(|seed| seal(&keys, &topic, &offer(0), &mut rng(seed)).unwrap());
    let same = a.bytes().zip(b.bytes()).filter(|(a, b)| a == b).count();
    assert!(same < 60, "{same} of {}", a.len());
}

#[test]
fn what_was_seen_is_bounded_and_the_oldest_goes_first() {
    let keys = full().keys();
    let topic = keys.topic("tracker", 7);
    let mut seen = SeenOffers::default();
    let mut dice = rng(9);
    let sealed: Vec<_> = (0..MAX_SEEN + 2)
        .map(|_| seal(&keys, &topic, &offer(0), &mut dice).unwrap())
        .collect();
    for (second, sealed) in (0..).zip(&sealed) {
        let now = Now {
            mono: Duration::from_millis(second),
            unix_ms: 0,
        };
        assert_eq!(open(&keys, &topic, sealed, now, &mut seen), Ok(offer(0)));
        assert!(seen.len() <= MAX_SEEN);
    }
    assert_eq!(seen.len(), MAX_SEEN);
    let last = sealed.last().unwrap();
    assert_eq!(
        open(&keys, &topic, last, at(0), &mut seen),
        Err(SealedError::Seen)
    );
    // Half an hour later all are forgotten.
    let later = Now {
        mono: Duration::from_secs(3600),
        unix_ms: 0,
    };
    let fresh = seal(&keys, &topic, &offer(0), &mut dice).unwrap();
    assert_eq!(open(&keys, &topic, &fresh, later, &mut seen), Ok(offer(0)));
    assert_eq!(seen.len(), 1);
}

/// A dictionary with the right password, held against the link and everything that was recorded,
/// finds nothing to check a guess by: all of it is made without the password.
#[test]
fn link_and_recording_hold_no_verifier_of_the_password() {
    let everything = |password: &str| {
        let invite = full();
        // Whoever enters stretches the password, as here, and puts it into the handshake's
        // exchange alone.
        let word = password_word(&SecretString::new(password.into()), &invite.room_id()).unwrap();
        let keys = invite.keys();
        let mut seen = vec![Invite::Native(invite.clone()).link().into_bytes()];
        seen.extend(keys_of(&invite).map(|key| key.to_vec()));
        for slot in 0..3 {
            let topic = keys.topic("tracker", slot);
            seen.push(topic.as_bytes().to_vec());
            let sealed = seal(&keys, &topic, &offer(0), &mut rng(slot as u8)).unwrap();
            seen.push(sealed.into_bytes());
        }
        (word, seen)
    };
    let (right, recorded) = everything("correct horse");
    let (wrong, guessed) = everything("battery staple");
    assert_ne!(right, wrong);
    assert_eq!(recorded, guessed, "no byte depends on the password");
}

#[test]
fn a_password_is_the_same_however_it_was_typed() {
    let word = |text: &str, room: u8| password_word(&SecretString::new(text.into()), &[room; 32]);
    let composed = word("caf\u{e9} \u{ac00}", 1).unwrap();
    assert_eq!(word("cafe\u{301} \u{1100}\u{1161}", 1).unwrap(), composed);
    assert_ne!(word("caf\u{e9} \u{ac00}", 2).unwrap(), composed);
    assert_ne!(word("cafe \u{ac00}", 1).unwrap(), composed);
    assert_eq!(word("", 1), Err(InviteError::EmptyPassword));
    let long = "x".repeat(super::super::MAX_SECRET + 1);
    assert!(matches!(word(&long, 1), Err(InviteError::TooLong { .. })));
}
