//! See `dayfly_proto::invite::fuzz::sealed`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dayfly_proto::invite::fuzz::sealed(data));
