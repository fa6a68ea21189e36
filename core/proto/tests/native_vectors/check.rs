//! Codes that people compare: of two, of a group, from a screen.

use crate::{Scripted, array, bytes, text, vectors};
use dayfly_proto::crypto::{PublicKey, SigningKey};
use dayfly_proto::identity::check::{
    Code, EMOJI, GroupCheck, GroupMessage, GroupState, Pair, SasMessage, SasRun, SasState, ShownCode, scan,
};
use dayfly_proto::identity::native::Role;
use dayfly_proto::timer::Now;
use serde_json::Value;
use std::collections::VecDeque;
use std::time::Duration;

const NOW: Now = Now {
    mono: Duration::ZERO,
    unix_ms: 0,
};

fn assert_code(code: Code, case: &Value) {
    let emoji: Vec<u64> = case["emoji"]
        .as_array()
        .unwrap()
        .iter()
        .map(|number| number.as_u64().unwrap())
        .collect();
    assert_eq!(code.emoji.map(u64::from).to_vec(), emoji);
    assert_eq!(code.digits_text(), text(&case["digits"]));
}

#[test]
fn the_table_is_the_same() {
    let all = vectors("check");
    let names: Vec<_> = all["emoji"].as_array().unwrap().iter().map(text).collect();
    assert_eq!(EMOJI.map(|(_, name)| name).to_vec(), names);
}

#[test]
fn two_see_the_same_code() {
    let case = &vectors("check")["pair"];
    let [id_i, id_r] = ["id_i", "id_r"].map(|name| PublicKey(array(&case[name])));
    let pair = |ours, theirs, role| Pair {
        h: array(&case["h"]),
        room_id: array(&case["room_id"]),
        ours,
        theirs,
        role,
    };
    let mut i = SasRun::new(
        pair(id_i, id_r, Role::Initiator),
        &mut Scripted::new(bytes(&case["r_i"])),
    );
    let mut r = SasRun::new(
        pair(id_r, id_i, Role::Responder),
        &mut Scripted::new(bytes(&case["r_r"])),
    );

    r.tap(NOW).unwrap();
    let ask = r.poll_message().unwrap();
    assert_eq!(ask, SasMessage::Ask);
    i.handle(&ask, NOW).unwrap();
    i.tap(NOW).unwrap();
    let commit = i.poll_message().unwrap();
    assert_eq!(
        commit,
        SasMessage::Commit {
            suite: 1,
            commit: array(&case["commitment"]),
        }
    );
    r.handle(&commit, NOW).unwrap();
    let answer = r.poll_message().unwrap();
    assert_eq!(answer, SasMessage::Answer(array(&case["r_r"])));
    i.handle(&answer, NOW).unwrap();
    let reveal = i.poll_message().unwrap();
    assert_eq!(reveal, SasMessage::Reveal(array(&case["r_i"])));
    r.handle(&reveal, NOW).unwrap();
    for run in [&i, &r] {
        let SasState::Compare(code) = run.state() else {
            panic!("the code is shown");
        };
        assert_code(code, case);
    }
    for (run, role) in [(&mut i, 0), (&mut r, 1)] {
        run.confirm().unwrap();
        let same = SasMessage::Same(array(&case["confirmations"][role]));
        assert_eq!(run.poll_message(), Some(same));
    }
}

#[test]
fn four_see_the_same_code() {
    let case = &vectors("check")["group"];
    let list = |name: &str| case[name].as_array().unwrap().clone();
    let ids: Vec<_> = list("ids").iter().map(|id| PublicKey(array(id))).collect();
    let generation = case["generation"].as_u64().unwrap().try_into().unwrap();
    let mut checks: Vec<_> = ids
        .iter()
        .map(|id| GroupCheck::new(array(&case["room_id"]), *id))
        .collect();
    let mut randoms: Vec<_> = list("reveals")
        .iter()
        .map(|number| Scripted::new(bytes(number)))
        .collect();
    // Who begins draws the number of the check first.
    randoms[0] = Scripted::new([bytes(&case["gcid"]), bytes(&case["reveals"][0])].concat());
    let here = |at: usize| -> Vec<_> { ids.iter().copied().filter(|id| *id != ids[at]).collect() };

    let key = SigningKey::from_seed(&array(&case["seeds"][0]));
    checks[0]
        .begin(&key, generation, &here(0), NOW, &mut randoms[0])
        .unwrap();
    let mut under_way = VecDeque::new();
    loop {
        for (from, check) in checks.iter_mut().enumerate() {
            while let Some((to, message)) = check.poll_message() {
                match &message {
                    GroupMessage::Propose(proposal) => {
                        assert_eq!(proposal.signature, array(&case["signature"]));
                    }
                    GroupMessage::Commit { commit, .. } => {
                        assert_eq!(*commit, array(&case["commitments"][from]));
                    }
                    GroupMessage::Reveal { random, .. } => {
                        assert_eq!(*random, array(&case["reveals"][from]));
                    }
                    other => panic!("{other:?} while the code is made"),
                }
                under_way.extend(to.into_iter().map(|to| (from, to, message.clone())));
            }
        }
        let Some((from, to, message)) = under_way.pop_front() else {
            break;
        };
        let at = ids.iter().position(|id| *id == to).unwrap();
        checks[at]
            .handle(&ids[from], &message, generation, &here(at), NOW, &mut randoms[at])
            .unwrap();
    }
    for check in &checks {
        let GroupState::Compare(code) = check.state() else {
            panic!("the code is shown");
        };
        assert_code(code, case);
    }
}

#[test]
fn a_screen_shows_and_a_scan_answers_the_same() {
    let case = &vectors("check")["scan"];
    let [h, room_id] = ["h", "room_id"].map(|name| array(&case[name]));
    let [shower, scanner] = ["shower", "scanner"].map(|name| PublicKey(array(&case[name])));
    let shown = ShownCode::new(&mut Scripted::new(bytes(&case["s"])));
    assert_eq!(shown.text(&room_id, &shower), text(&case["text"]));
    let tick = scan(text(&case["text"]), &room_id, &h, &scanner, &shower).unwrap();
    assert_eq!(tick, array(&case["tick"]));
    assert!(shown.fits(&tick, &h, &shower, &scanner));
}
