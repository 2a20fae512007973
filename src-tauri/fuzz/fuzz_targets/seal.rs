#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| atom_vault::fuzz::seal(data));
