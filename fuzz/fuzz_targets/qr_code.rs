//! See `dayfly_proto::invite::fuzz::code`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dayfly_proto::invite::fuzz::code(data));
