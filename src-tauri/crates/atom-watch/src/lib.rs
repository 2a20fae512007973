//! Folders to change hints, and reconcile scans.
//!
//! The watcher is a hint, the scan is the truth: the kernel drops events under load and never sends those of folders that were
//! filled before a watch was on them. So an event says no more than "look at this folder again".
//! Deliberately absent: any memory of what was there before; the store has that.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod beneath;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod rules;
mod scan;
mod watcher;

pub use beneath::open_beneath;
pub use rules::{Because, Exclusion, Rules, RulesError};
pub use scan::{Problem, Scanned, entry_of, list_folder, scan};
pub use watcher::{Hint, WatchState, Watcher};
