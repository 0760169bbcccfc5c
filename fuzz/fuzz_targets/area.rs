//! Areas and places: see `sojorn::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sojorn::fuzzing::area(bytes));
