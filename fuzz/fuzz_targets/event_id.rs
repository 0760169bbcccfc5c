//! Ids of events: see `sojorn::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sojorn::fuzzing::event_id(bytes));
