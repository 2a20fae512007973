//! Background work as handles that someone owns: drop stops it, a panic is a failure and not the end of the app.
//!
//! [`Worker`] is a thread with a [`Stop`]; [`Bell`] wakes it; [`Meter`] says how fast it goes and how long it still takes;
//! [`run_queued`] takes durable jobs from the store, at least once each, so that handlers have to be idempotent.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod meter;
mod queue;
mod worker;

pub use meter::Meter;
pub use queue::{JobContext, JobError, run_queued};
pub use worker::{Bell, Stop, Worker};
