//! Once a native room is left nothing of it is in the process's memory: no key, no link, no text,
//! neither on the heap nor on a stack. While it lasts the same search finds them.

#![cfg(target_os = "linux")]

mod residue;

#[global_allocator]
static MEMORY: dayfly_wipe::ClearOnFree = dayfly_wipe::ClearOnFree(std::alloc::System);

#[test]
fn nothing_of_a_room_that_was_left() {
    if residue::be_the_child() {
        return;
    }
    let report = residue::look("nothing_of_a_room_that_was_left");
    println!("before: {:?}\nafter: {:?}", report.before, report.after);
    for kept in ["secret of the invite", "topic key", "text to all", "text to one"] {
        assert!(
            report.before.contains_key(kept),
            "the search finds the {kept} while it is kept"
        );
    }
    assert!(report.after.is_empty(), "left behind: {:?}", report.after);
}
