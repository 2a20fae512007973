//! Both indexes as their callers see them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::print_stdout, reason = "processes that are killed say so how far they are")]

mod keyword;
mod kill;
mod vector;
