//! Keyword index (tantivy) and vector index (LanceDB): both sealed at rest, both derived from the store and rebuildable.
//!
//! Neither holds anything that `vault.db` does not; whoever finds one damaged deletes the folder and indexes again.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod error;
pub mod keyword;
pub mod vector;

pub use error::{Error, Result};
