//! Backup repositories: encrypted, deduplicated, verified snapshots of a vault, and restoring them.
//!
//! ```text
//! atom-backup.json    public: ids of repository and vault, the repository's key wrapped with the vault's
//! keyslots.v1         copy of the vault's key slots: what a new machine needs besides a passphrase or recovery code
//! chunks/ab/ab12…     sealed pieces of content, each named by a keyed hash of it, written once
//! snapshots/…         sealed lists of the chunks that make up one moment, written last
//! tmp/, lock          files on their way; who works here
//! ```
//!
//! - `repository`: making, opening and locking the folder
//! - `chunks`: writing and reading chunks; only what is new is written
//! - `manifest`: what a snapshot lists
//! - `capture`: a consistent view of a vault that is in use
//! - `write`, `check`, `retention`, `restore`: what can be done
//! - `rotation`: a whole vault written again under another master key, beside itself
//!
//! What makes it safe: a file appears under its name only when it is whole and on the disk; a snapshot appears only after
//! every chunk it lists was read back; a chunk goes only when no snapshot lists it.
//! Whatever is read is authenticated, under the name it was written for, before it is used.
//!
//! Deliberately absent: knowledge of the formats of the indexes (their files are opaque here), compression, and networks.
//! All calls block. Why it is so: `src-tauri/docs/adr/0011-backup-repository.md`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod capture;
mod check;
mod chunks;
mod error;
mod files;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod hex;
mod manifest;
mod progress;
mod repository;
mod restore;
mod retention;
pub mod rotation;
#[cfg(test)]
mod tests;
mod write;

pub use capture::Capture;
pub use check::{Checked, check};
pub use error::{Error, Result};
pub use manifest::{Counts, SnapshotInfo};
pub use progress::{Phase, Progress};
pub use repository::{Access, Repository};
pub use restore::{Restored, restore, restore_held};
pub use retention::{Keep, Pruned, prune};
pub use write::{BackupOptions, Written, backup};
