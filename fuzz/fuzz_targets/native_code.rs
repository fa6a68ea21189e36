//! See `dayfly_proto::identity::code::fuzz::message`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dayfly_proto::identity::code::fuzz::message(data));
