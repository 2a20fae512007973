//! What the vault promises, seen from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod classes;
#[cfg(target_os = "linux")]
mod locked;
mod seal;
mod slots;
