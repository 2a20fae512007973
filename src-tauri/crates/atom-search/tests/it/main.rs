//! The engine over real indexes, with a library in memory and an embedder that knows a few subjects.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod desk;
mod engine;
mod hostile;
mod languages;
