//! Both indexes as their callers see them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod keyword;
mod kill;
mod vector;
