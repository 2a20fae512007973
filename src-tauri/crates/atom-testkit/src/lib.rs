//! What tests share: chance that repeats itself, damage to files, pictures with words in them, and inputs that nobody would write.
#![allow(clippy::expect_used, clippy::panic, reason = "a failing helper has to fail the test")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]

pub mod cost;
pub mod damage;
pub mod fuzz;
pub mod model;
pub mod noise;
pub mod power;
pub mod scan;
pub mod server;
pub mod tar;
