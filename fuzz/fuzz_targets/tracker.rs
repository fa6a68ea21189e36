//! See `dayfly_proto::fuzz::tracker`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dayfly_proto::fuzz::tracker(data));
