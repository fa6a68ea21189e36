//! The control of `nothing_stays_in_memory`: the same life with the system's allocator leaves
//! things behind, and the search finds them.

#![cfg(target_os = "linux")]

mod residue;

#[test]
fn without_clearing_something_is_found() {
    if residue::be_the_child() {
        return;
    }
    let report = residue::look("without_clearing_something_is_found");
    println!("before: {:?}\nafter: {:?}", report.before, report.after);
    assert!(
        !report.after.is_empty(),
        "the search finds nothing, so it proves nothing"
    );
}
