//! Whatever a room is fed, in whatever order, it neither panics, nor grows past its bounds, nor
//! keeps its driver spinning, nor tells events that do not add up.
//!
//! The body and its checks are `dayfly_proto::room::fuzz`; here it gets random lists of
//! operations after a start that makes members. `scripts/fuzz room` runs it for longer.

use dayfly_proto::room::fuzz;
use proptest::prelude::*;

/// A place answers, `n` pages offer, every link opens and its password is checked, each page says
/// who it is.
fn members(flags: u8, n: u8) -> Vec<u8> {
    let mut script = vec![flags, 0, 0, 0];
    for page in 0..n {
        script.extend([1, page, 2 + page]);
    }
    script.extend([13, 13]);
    for page in 0..n {
        script.extend([6, 5 + page, 1]);
    }
    for page in 0..n {
        script.extend([7, 5 + page, 0, page % 4, 2, b'P', b'0' + page, page % 3]);
    }
    script
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_list_of_operations(flags in 0..4u8, n in 0..9u8, ops in prop::collection::vec(any::<u8>(), 0..3_000)) {
        let mut script = members(flags, n);
        script.extend(ops);
        fuzz::room(&script);
    }
}
