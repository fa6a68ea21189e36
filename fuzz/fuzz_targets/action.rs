//! See `dayfly_proto::fuzz::action`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dayfly_proto::fuzz::action(data));
