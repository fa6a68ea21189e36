//! See `dayfly_proto::identity::native::fuzz::session`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dayfly_proto::identity::native::fuzz::session(data));
