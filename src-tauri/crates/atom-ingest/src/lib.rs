//! From a changed file to item, passages, words and vectors.
//!
//! Four kinds of workers, each a thread that looks for work in the store, does a batch, and notes it as done:
//! *jobs* scans folders, follows hints of the watcher and removes sources; *readers* have files read in the extraction box;
//! *words* feeds the keyword index; *meaning* embeds passages and feeds the vector index.
//!
//! What is left to do is a state of each item in the store, so nothing is lost by a crash and every step may run twice:
//! an index is always told to replace an item as a whole, and only what it made durable is confirmed.
//! Deliberately absent: queries, and any state that would have to be rebuilt after a crash.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod chunk;
mod error;
mod folders;
mod meaning;
mod models;
mod pipeline;
mod read;
mod sets;
mod words;

pub use error::{Error, Result};
pub use models::Models;
pub use pipeline::{Budget, Hold, Ingest, Notice, Parts, ROOM_LEFT, Rates, Trouble};
pub use sets::{Set, Sets};
