use super::super::fields::{MAX_EXTRA, put_length};
use super::*;

fn web() -> WebInvite {
    WebInvite::new("room", Access::Public, vec![Island::chitchatter()], Vec::new()).unwrap()
}

/// A body around raw fields, framed and checked.
fn framed(version: u8, kind: u8, fields: &[(u8, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (tag, value) in fields {
        body.push(*tag);
        put_length(&mut body, value.len());
        body.extend(*value);
    }
    wrap(version, kind, &body).to_vec()
}

const PLAIN: [(u8, &[u8]); 3] = [(ROOM, b"room"), (ACCESS, &[0]), (ISLAND, &[0])];

fn with(extra: &[(u8, &'static [u8])]) -> Vec<u8> {
    let mut fields = PLAIN.to_vec();
    fields.extend(extra);
    framed(VERSION, KIND_WEB, &fields)
}

#[test]
fn the_bytes_are_these() {
    let record = encode(&Invite::Web(web()));
    assert_eq!(
        record[..HEAD + 12],
        [
            1, 1, 0, 12, 0x81, 4, b'r', b'o', b'o', b'm', 0x82, 1, 0, 0x83, 1, 0
        ]
    );
    assert_eq!(*record, framed(1, 1, &PLAIN));
    assert_eq!(decode(&record), Ok(Invite::Web(web())));
}

#[test]
fn unknown_optional_fields_survive_unknown_critical_ones_do_not() {
    let record = with(&[
        (4, b"wss://t.example"),
        (0x05, b"later"),
        (0x05, b"twice"),
        (0x7f, b""),
    ]);
    let invite = decode(&record).unwrap();
    assert_eq!(*encode(&invite), record);
    let Invite::Web(web) = &invite else { panic!() };
    assert_eq!(web.extra.0.len(), 3);
    assert_eq!(format!("{:?}", web.extra), "Extra(3 fields)");
    assert_eq!(decode(&with(&[(0x85, b"later")])), Err(InviteError::Newer));
}

#[test]
fn newer_is_told_from_damaged() {
    assert_eq!(decode(&framed(2, 1, &PLAIN)), Err(InviteError::Newer));
    assert_eq!(decode(&framed(255, 9, &[])), Err(InviteError::Newer));
    for kind in [3, 5, 77] {
        assert_eq!(decode(&framed(1, kind, &PLAIN)), Err(InviteError::Newer));
    }
    assert_eq!(decode(&framed(0, 1, &PLAIN)), Err(InviteError::Damaged));
    let mut damaged = framed(1, 1, &PLAIN);
    damaged[0] = 2;
    assert_eq!(decode(&damaged), Err(InviteError::Damaged));
}

#[test]
fn a_cut_record_is_told_from_a_wrong_one() {
    let record = framed(1, 1, &PLAIN);
    for end in 0..record.len() {
        assert_eq!(decode(&record[..end]), Err(InviteError::Cut), "{end}");
    }
    for at in 0..record.len() {
        for bit in 0..8 {
            let mut wrong = record.clone();
            wrong[at] ^= 1 << bit;
            assert_eq!(decode(&wrong), Err(InviteError::Damaged), "{at} {bit}");
        }
    }
    let mut longer = record;
    longer.push(0);
    assert_eq!(decode(&longer), Err(InviteError::Damaged));
}

#[test]
fn the_same_holds_for_its_characters() {
    let text = to_base32(&Invite::Web(web()));
    for end in 0..text.len() {
        assert_eq!(from_base32(&text[..end]), Err(InviteError::Cut), "{end}");
    }
    for at in 0..text.len() {
        for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".chars() {
            let mut wrong = text.clone();
            wrong.replace_range(at..=at, &other.to_string());
            let error = from_base32(&wrong).err();
            // Two characters hold bits of the length and of its neighbours: with both wrong, the
            // record looks cut.
            let looks_cut = matches!(at, 3 | 6) && error == Some(InviteError::Cut);
            if wrong != text && !looks_cut {
                assert_eq!(error, Some(InviteError::Damaged), "{at} {other}");
            }
        }
    }
    assert_eq!(from_base32(&format!("{text}A")), Err(InviteError::Damaged));
    assert_eq!(from_base32(&format!("{text}AA")), Err(InviteError::Damaged));
    assert_eq!(from_base32(&text.to_lowercase()), Ok(Invite::Web(web())));
    assert_eq!(from_base32("AE1!"), Err(InviteError::Damaged));
}

#[test]
fn there_is_one_encoding_only() {
    let island = |value: &'static [u8]| framed(1, 1, &[PLAIN[0], PLAIN[1], (ISLAND, value)]);
    let access = |value: &'static [u8]| framed(1, 1, &[PLAIN[0], (ACCESS, value), PLAIN[2]]);
    for (bad, why) in [
        (framed(1, 1, &[PLAIN[1], PLAIN[0], PLAIN[2]]), "order"),
        (
            framed(1, 1, &[PLAIN[0], PLAIN[0], PLAIN[1], PLAIN[2]]),
            "two rooms",
        ),
        (
            framed(1, 1, &[PLAIN[0], PLAIN[1], PLAIN[1], PLAIN[2]]),
            "two accesses",
        ),
        (framed(1, 1, &[PLAIN[0], PLAIN[2]]), "no access"),
        (framed(1, 1, &[PLAIN[1], PLAIN[2]]), "no room"),
        (framed(1, 1, &[(ROOM, b"\xff"), PLAIN[1], PLAIN[2]]), "not UTF-8"),
        (
            framed(1, 1, &[(0, b""), PLAIN[0], PLAIN[1], PLAIN[2]]),
            "number 0",
        ),
        (island(b""), "empty island"),
        (island(b"\0x"), "Chitchatter and more"),
        (island(b"\x01chitchatter.im"), "Chitchatter at length"),
        (island(b"\x01A.example"), "upper case"),
        (island(b"\x01a.example/"), "a slash"),
        (island(b"\x01 a.example"), "a space"),
        (island(b"\x02\x11https://a.exampleundefined"), "the longer form"),
        (island(b"\x02\xffhttps://a.example"), "past its end"),
        (access(b""), "empty access"),
        (access(b"\0x"), "public and more"),
        (access(b"\x02short"), "a short hash"),
        (
            access(b"\x03AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            "a hash as text",
        ),
        (
            wrap(1, 1, &[ROOM, 0x84, 0, b'r', b'o', b'o', b'm']).to_vec(),
            "a long length",
        ),
        (wrap(1, 1, &[ROOM, 0x80, 0x80, 0]).to_vec(), "a longer length"),
        (wrap(1, 1, &[ROOM]).to_vec(), "no length"),
        (wrap(1, 1, &[ROOM, 5, b'r']).to_vec(), "past its end"),
    ] {
        assert!(
            matches!(decode(&bad), Err(InviteError::Damaged | InviteError::BadSite)),
            "{why}"
        );
    }
    assert_eq!(decode(&access(b"\x04")), Err(InviteError::Newer));
    assert_eq!(decode(&island(b"\x03")), Err(InviteError::Newer));
}

#[test]
fn every_form_of_island_and_access_comes_back() {
    let secrets = [
        "x",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "with spaces + more",
    ];
    let islands = vec![
        Island::chitchatter(),
        Island::at("https://a.example:8443").unwrap(),
        Island::at("http://[::1]:3000").unwrap(),
        Island::at("https://a.example").unwrap().named("other").unwrap(),
        Island::at("https://a.example").unwrap().named("").unwrap(),
    ];
    let trackers = vec!["wss://t.example/announce".to_string(), "ws://127.0.0.1:1".into()];
    for secret in secrets {
        let access = Access::private_from_secret(SecretString::new(secret.into())).unwrap();
        let web = WebInvite::new("r", access, islands.clone(), trackers.clone()).unwrap();
        let invite = Invite::Web(web);
        assert_eq!(decode(&encode(&invite)), Ok(invite));
    }
    let locked = Invite::Locked(LockedInvite::new("r", islands, trackers).unwrap());
    assert_eq!(decode(&encode(&locked)), Ok(locked));
}

#[test]
fn bounds_hold_in_records_too() {
    let long = vec![b'a'; crate::invite::MAX_ROOM + 1];
    let record = framed(1, 1, &[(ROOM, &long), PLAIN[1], PLAIN[2]]);
    assert!(matches!(decode(&record), Err(InviteError::TooLong { .. })));
    let bidi = framed(1, 1, &[(ROOM, "a\u{202e}".as_bytes()), PLAIN[1], PLAIN[2]]);
    assert_eq!(decode(&bidi), Err(InviteError::Hidden(0x202e)));
    assert_eq!(
        decode(&with(&[(TRACKER, b"javascript:1")])),
        Err(InviteError::BadTracker)
    );
    assert!(matches!(
        decode(&with(&[(5, b"x".as_slice()); MAX_EXTRA + 1])),
        Err(InviteError::TooMany { .. })
    ));
    assert!(matches!(
        decode(&with(&[(5, &[0; MAX_BODY])])),
        Err(InviteError::TooLong { .. })
    ));
    let none = framed(1, 1, &PLAIN[..2]);
    assert_eq!(decode(&none), Err(InviteError::NoIsland));
    let twice = framed(1, 1, &[PLAIN[0], PLAIN[1], PLAIN[2], PLAIN[2]]);
    assert_eq!(decode(&twice), Err(InviteError::BadSite));
}
