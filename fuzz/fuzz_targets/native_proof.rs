//! See `dayfly_proto::identity::native::fuzz::proof`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dayfly_proto::identity::native::fuzz::proof(data));
