//! See `dayfly_proto::description::fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dayfly_proto::description::fuzz(data));
