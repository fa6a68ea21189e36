//! See `dayfly_proto::identity::check::fuzz::runs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dayfly_proto::identity::check::fuzz::runs(data));
