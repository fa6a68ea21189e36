//! See `dayfly_proto::invite::fuzz::luma`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dayfly_proto::invite::fuzz::luma(data));
