//! Comparing codes by programs on both sides: equal codes make both verified, a difference closes
//! the connection on both sides, a group reads one code.

mod common;

use common::Dayfly;
use serde_json::json;

#[test]
fn two_members_verify_each_other_by_equal_codes() {
    let (mut all, _) = Dayfly::native_room(&["Bob"]);
    let [ada, bob] = &mut all[..] else { panic!("two") };
    // Who asks is decided by nobody's role: here it is the guest.
    bob.does(json!({"cmd": "verify", "member": "Ada"}));
    ada.verification("asked");
    ada.does(json!({"cmd": "verify", "member": "Bob"}));
    let (at_ada, at_bob) = (ada.verification("compare"), bob.verification("compare"));
    assert_eq!(at_ada["emoji"], at_bob["emoji"]);
    assert_eq!(at_ada["digits"], at_bob["digits"]);
    assert_eq!(at_ada["emoji"].as_array().map(Vec::len), Some(7));
    assert_eq!(
        ada.meets("Bob")["trust"],
        "new",
        "nothing is verified by showing a code"
    );

    ada.does(json!({"cmd": "verify_confirm", "member": "Bob"}));
    bob.does(json!({"cmd": "verify_confirm", "member": "Ada"}));
    for (one, name) in [(&mut *ada, "Bob"), (&mut *bob, "Ada")] {
        let mut done = false;
        let mut verified = false;
        while !(done && verified) {
            let row = one.row().expect("the room goes on");
            done |= row["event"] == "verification" && row["state"] == "done";
            verified |= row["member"]["name"] == name && row["member"]["trust"] == "verified";
        }
    }
}

#[test]
fn a_difference_closes_on_both_sides() {
    let (mut all, _) = Dayfly::native_room(&["Bob"]);
    let [ada, bob] = &mut all[..] else { panic!("two") };
    ada.does(json!({"cmd": "verify", "member": "Bob"}));
    bob.verification("asked");
    bob.does(json!({"cmd": "verify", "member": "Ada"}));
    ada.verification("compare");
    bob.verification("compare");
    bob.does(json!({"cmd": "verify_mismatch", "member": "Ada"}));
    ada.verification("mismatch");
    bob.verification("mismatch");
    let verified = |one: &Dayfly| one.seen.iter().any(|row| row["member"]["trust"] == "verified");
    assert!(!verified(ada) && !verified(bob));
    let out_of_turn = ada.ask(json!({"cmd": "verify_confirm", "member": "Bob"}));
    assert_eq!(out_of_turn["event"], "error", "{out_of_turn}");
}

#[test]
fn giving_up_is_no_accusation() {
    let (mut all, _) = Dayfly::native_room(&["Bob"]);
    let [ada, bob] = &mut all[..] else { panic!("two") };
    ada.does(json!({"cmd": "verify", "member": "Bob"}));
    bob.verification("asked");
    bob.does(json!({"cmd": "verify_cancel", "member": "Ada"}));
    ada.verification("cancelled");
    ada.says(json!({"cmd": "say", "text": "another time"}));
    bob.hears("another time");
}

#[test]
fn three_members_read_one_code() {
    let (mut all, _) = Dayfly::native_room(&["Bob", "Eve"]);
    all[0].does(json!({"cmd": "group_check"}));
    let group = |one: &mut Dayfly, state: &str| {
        one.until(state, |row| {
            row["event"] == "group_check" && row["state"] == json!(state)
        })
    };
    let codes: Vec<_> = all.iter_mut().map(|one| group(one, "compare")).collect();
    for code in &codes {
        assert_eq!(code["digits"], codes[0]["digits"]);
        assert_eq!(code["emoji"], codes[0]["emoji"]);
        assert_eq!(code["members"].as_array().map(Vec::len), Some(2));
    }
    for one in &mut all {
        one.does(json!({"cmd": "group_check_confirm"}));
    }
    for one in &mut all {
        group(one, "done");
        let members = one.does(json!({"cmd": "members"}));
        for member in members["members"].as_array().unwrap() {
            assert_eq!(member["trust"], "verified", "{member}");
        }
    }
}
