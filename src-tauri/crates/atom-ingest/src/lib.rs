//! From a changed file to item, passages, words and vectors.
//!
//! Five kinds of workers, each a thread that looks for work in the store, does a batch, and notes it as done:
//! *jobs* scans folders, follows hints of the watcher and removes sources; *readers* have files read in the extraction box;
//! *words* feeds the keyword index; *meaning* embeds passages and feeds the vector index; *ocr*, when all of that is done,
//! has text recognised in pictures and scans, which then goes the way of every text.
//!
//! What is left to do is a state of each item in the store, so nothing is lost by a crash and every step may run twice:
//! an index is always told to replace an item as a whole, and only what it made durable is confirmed.
//! [`Pace`] says how fast that goes: it follows the budget, the machine and what a person wants.
//! Deliberately absent: queries, and any state that would have to be rebuilt after a crash.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod chunk;
mod error;
mod folders;
mod gone;
mod governor;
mod machine;
mod meaning;
mod members;
mod models;
mod ocr;
mod pace;
mod pipeline;
mod read;
mod sets;
mod traits;
mod words;

pub use error::{Error, Result};
pub use governor::SearchFirst;
pub use machine::{Battery, Facts, Heat, Idle, Machine, Memory};
pub use models::Models;
pub use ocr::{OcrChoice, OcrFacts};
pub use pace::{Brake, Manners, OWN_MEMORY, Pace, Reason};
pub use pipeline::{Budget, Hold, Ingest, Notice, Parts, ROOM_LEFT, Rates, Trouble};
pub use sets::{Set, Sets};
