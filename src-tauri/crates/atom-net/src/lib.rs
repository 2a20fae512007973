//! The one way out of the machine.
//!
//! Atom connects to nothing on its own; a person can have it fetch a model. Whatever connects asks a [`Gate`] for a [`Permit`], which names the
//! host and the reason, and opens sockets through it and in no other way: `tests/it/dependencies.rs` refuses network crates and
//! sockets of the standard library everywhere else.
//! Each permit is recorded in a [`Ledger`] before anything is sent; a connection that cannot be recorded is not made.
//! Behind the air gap nothing may connect, and what is connected when it closes is cut.
//!
//! [`is_metered_blocking`] says whether a person should be asked before much is fetched.
//! [`Https`] fetches files that way. Left out on purpose: everything else that an HTTP client can do.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod connection;
mod error;
mod gate;
mod https;
mod metered;

pub use connection::Connection;
pub use error::{Error, Result};
pub use gate::{Gate, Ledger, Permit};
pub use https::{Body, Https};
pub use metered::is_metered_blocking;
