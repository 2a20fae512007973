#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| atom_extract::fuzz::messages(data));
