#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| atom_watch::fuzz::rules(data));
