//! The pool and its workers from outside, and the formats through them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod catalogue;
mod fixtures;
mod formats;
mod fuzz;
mod isolation;
mod page;
mod recognise;
mod samples;
mod support;
