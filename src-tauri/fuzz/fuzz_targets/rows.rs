#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| atom_store::fuzz::rows(data));
