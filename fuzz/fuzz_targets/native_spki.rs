//! See `dayfly_proto::identity::native::fuzz::spki`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dayfly_proto::identity::native::fuzz::spki(data));
