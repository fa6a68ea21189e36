//! See `dayfly_proto::room::fuzz::markup`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dayfly_proto::room::fuzz::markup(data));
