#![no_main]

#[allow(dead_code)]
#[path = "../../tests/fuzzed/bodies/mod.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::snapshot::body(data));
