//! See `dayfly_proto::wire::native::fuzz::event`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dayfly_proto::wire::native::fuzz::event(data));
