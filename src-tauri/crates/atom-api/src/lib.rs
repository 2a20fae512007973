//! Use cases, DTOs and error codes: everything that a shell (desktop, terminal, socket) may ask of Atom.
//!
//! Knows no Tauri and no terminal. Serialization lives here and nowhere below: DTOs are separate types, converted by hand.
//! To add a use case: a request and a response in [`dto`], a method on [`App`], a variant of [`Call`] if the command line or the
//! socket needs it, and an adapter in the shell.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod app;
mod call;
mod caller;
pub mod dto;
mod error;
mod event;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
pub mod rpc;
pub mod socket;

pub use app::{App, AppConfig, BackupFolder, Indexing, ItemFile};
pub use atom_extract::worker_main;
pub use atom_vault::memory::{harden, no_core_dumps};

pub use call::Call;
pub use caller::Caller;
pub use error::{ApiError, ApiResult, ErrorCode};
pub use event::Event;
