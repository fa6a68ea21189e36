//! See `dayfly_proto::wire::native::fuzz::frame`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dayfly_proto::wire::native::fuzz::frame(data));
