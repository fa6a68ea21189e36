//! See `dayfly_proto::fuzz::key`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dayfly_proto::fuzz::key(data));
