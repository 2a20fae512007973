#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| atom_backup::fuzz::manifest(data));
