//! Query language, retrieval, fusion, snippets.
//!
//! - [`query`]: text to plan, pure and total
//! - [`fusion`]: two rankings to one, pure
//! - [`snippet`]: the passage that answers, pure
//! - [`Searcher`]: all of it over the real indexes
//!
//! Deliberately absent: any knowledge of how texts come into the indexes, and of who asks.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod complete;
mod embedding;
mod engine;
mod error;
pub mod fusion;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod library;
pub mod query;
pub mod snippet;

pub use atom_index::keyword::{Facets, Sort};
pub use complete::{Completion, Suggestion, Vocabulary, complete};
pub use embedding::QueryEmbedder;
pub use engine::{Answer, Explanation, Hit, Like, Meaning, Mode, Passage, Request, SPANS_DAYS, Searcher};
pub use error::{Error, Result};
pub use library::Library;
