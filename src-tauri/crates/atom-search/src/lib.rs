//! Query language, retrieval, fusion, snippets.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod fusion;
pub mod query;
pub mod snippet;
