//! The root package's one integration binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod bindings;
mod dependencies;
mod ipc;
mod journeys;
