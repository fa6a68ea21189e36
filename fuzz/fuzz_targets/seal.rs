//! See `dayfly_proto::fuzz::seal`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dayfly_proto::fuzz::seal(data));
