//! Key hierarchy, key slots, lock and unlock, sealed files.
