//! Codes exchanged by hand: one encoding, what is refused, and keys that hang on every field.

use super::*;
use crate::description::Candidate;
use crate::invite::{Invite, qr};
use crate::secret::SecretString;
use std::net::IpAddr;

fn candidate(kind: CandidateKind, last: u8, priority: u32) -> Candidate {
    Candidate {
        kind,
        ip: IpAddr::from([192, 0, 2, last]),
        port: 40_000 + u16::from(last),
        priority,
    }
}

fn description(setup: Setup, candidates: usize) -> Description {
    Description {
        ufrag: SecretString::new("nXgsLJPyMSTMaUZs".into()),
        pwd: SecretString::new("LDCHGuPbDRfGWcNnjAGYrfWsVfgtDRVX".into()),
        fingerprint: [7; 32],
        setup,
        candidates: (0..candidates)
            .map(|at| candidate(CandidateKind::Host, at as u8, 2_130_706_431 - at as u32))
            .collect(),
    }
}

fn pair() -> (ManualCode, ManualCode) {
    let offer = ManualCode::offer(PublicKey([1; 32]), [2; 16], description(Setup::ActPass, 2));
    let answer = ManualCode::answer(&offer, PublicKey([3; 32]), [4; 16], description(Setup::Active, 2));
    (offer, answer)
}

#[test]
fn a_code_survives_its_text_however_it_is_written() {
    let (offer, answer) = pair();
    for code in [offer, answer] {
        let text = code.text();
        assert!(text.starts_with("dayfly:"), "{text}");
        let broken = text
            .as_bytes()
            .chunks(20)
            .map(|line| format!("  {}\r\n", String::from_utf8_lossy(line)))
            .collect::<String>();
        for written in [text.clone(), text.to_ascii_lowercase(), broken] {
            assert_eq!(ManualCode::parse(&written).as_ref(), Ok(&code), "{written}");
        }
        // Its name does not hang on letters' case.
        let lower = ManualCode::parse(&text.to_ascii_lowercase()).unwrap();
        assert_eq!(lower.hash(), code.hash());
        // An invite's reader says what it is instead of leading anywhere.
        assert_eq!(Invite::parse(&text), Err(InviteError::Manual(code.half())));
    }
}

#[test]
fn whatever_is_no_code_is_said_to_be_none() {
    let invite = "https://chitchatter.im/public/room";
    for text in [invite, "dayfly", "4821-tulip-anchor"] {
        assert_eq!(ManualCode::parse(text), Err(InviteError::NotManual), "{text}");
    }
    let web = Invite::parse(invite).unwrap().link();
    assert_eq!(ManualCode::parse(&web), Err(InviteError::NotManual));
    assert_eq!(ManualCode::parse(" \n"), Err(InviteError::Empty));
    let text = pair().0.text();
    assert_eq!(ManualCode::parse(&text[..text.len() - 5]), Err(InviteError::Cut));
    assert!(matches!(
        ManualCode::parse(&"x".repeat(crate::invite::MAX_TEXT + 1)),
        Err(InviteError::TooLong { .. })
    ));
}

#[test]
fn a_flipped_bit_is_refused_or_another_code() {
    for code in [pair().0, pair().1] {
        let record = record::manual(&code);
        let body = code.encode_body();
        for at in 0..body.len() * 8 {
            let mut other = body.clone();
            other[at / 8] ^= 1 << (at % 8);
            if let Ok(read) = ManualCode::decode_body(&other) {
                assert_eq!(read.encode_body(), other);
                assert_ne!(read.hash(), code.hash(), "bit {at}");
            }
            // And behind the check it is damage.
            let mut bytes = record.to_vec();
            bytes[4 + at / 8] ^= 1 << (at % 8);
            assert!(record::decode(&bytes) == Err(InviteError::Damaged));
        }
    }
}

#[test]
fn keys_hang_on_every_field_of_both_codes() {
    let (offer, answer) = pair();
    let same = ManualKeys::derive(&offer, &answer);
    let change: [fn(&mut ManualCode); 7] = [
        |code| code.id = PublicKey([9; 32]),
        |code| code.nonce[0] ^= 1,
        |code| code.description.fingerprint[31] ^= 1,
        |code| code.description.ufrag = SecretString::new("other".into()),
        |code| code.description.pwd = SecretString::new("o".repeat(32)),
        |code| code.description.candidates.truncate(1),
        |code| code.answers = code.answers.map(|_| [9; 16]),
    ];
    for (at, change) in change.into_iter().enumerate() {
        for first in [true, false] {
            let (mut one, mut two) = pair();
            change(if first { &mut one } else { &mut two });
            if (&one, &two) == (&offer, &answer) {
                assert!(at == 6 && first, "an offer answers nothing");
                continue;
            }
            let keys = ManualKeys::derive(&one, &two);
            assert_ne!(keys.room_id, same.room_id, "field {at}");
            assert!(keys.psk != same.psk, "field {at}");
        }
    }
    // Whoever swaps the two is in another exchange.
    let swapped = ManualKeys::derive(&answer, &offer);
    assert!(swapped.room_id != same.room_id && swapped.psk != same.psk);
}

#[test]
fn an_offer_leaves_dtls_open_and_an_answer_does_not() {
    for (answers, setup) in [(None, Setup::Active), (Some([0; 16]), Setup::ActPass)] {
        let code = ManualCode {
            answers,
            description: description(setup, 1),
            ..pair().0
        };
        assert_eq!(
            ManualCode::decode_body(&code.encode_body()),
            Err(InviteError::Damaged)
        );
    }
    let mut crowded = pair().0;
    crowded.description = description(Setup::ActPass, MAX_ADDRESSES + 1);
    assert_eq!(
        ManualCode::decode_body(&crowded.encode_body()),
        Err(InviteError::Damaged)
    );
    let mut later = pair().0.encode_body();
    later[0] = 3;
    assert_eq!(ManualCode::decode_body(&later), Err(InviteError::Newer));
}

#[test]
fn of_many_addresses_those_stay_that_are_needed() {
    let mut many = description(Setup::ActPass, 9);
    many.candidates
        .push(candidate(CandidateKind::ServerReflexive, 20, 1_694_498_815));
    many.candidates
        .push(candidate(CandidateKind::ServerReflexive, 21, 1_694_498_814));
    many.candidates
        .push(candidate(CandidateKind::Relayed, 30, 16_777_215));
    let code = ManualCode::offer(PublicKey([1; 32]), [2; 16], many);
    let last: Vec<u8> = code
        .description
        .candidates
        .iter()
        .map(|c| match c.ip {
            IpAddr::V4(ip) => ip.octets()[3],
            IpAddr::V6(_) => unreachable!("all are IPv4"),
        })
        .collect();
    assert_eq!(last, [0, 1, 2, 3, 20, 30]);
}

#[test]
fn codes_are_small_enough_to_scan() {
    // Modules on a side: 57 is version 10, 69 version 13, 81 version 16.
    for (candidates, most) in [(1, 61), (3, 65), (6, 69)] {
        let offer = ManualCode::offer(
            PublicKey([1; 32]),
            [2; 16],
            description(Setup::ActPass, candidates),
        );
        let answer = ManualCode::answer(
            &offer,
            PublicKey([3; 32]),
            [4; 16],
            description(Setup::Active, candidates),
        );
        for code in [offer, answer] {
            let matrix = qr::encode(&code.text()).unwrap();
            println!(
                "{candidates} addresses, {:?}: {} bytes of text, {} modules",
                code.half(),
                code.text().len(),
                matrix.size()
            );
            assert!(matrix.size() <= most, "{candidates}: {}", matrix.size());
            assert_eq!(qr::decode_png(&matrix.png()), Ok(code.text()));
        }
    }
}

#[test]
fn nothing_is_shown_of_it() {
    let shown = format!("{:?} {:?}", pair(), ManualKeys::derive(&pair().0, &pair().1));
    for secret in ["nXgs", "192", "[1, 1"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
