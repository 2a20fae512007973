//! The desktop shell and the command line of Atom: the only package that knows Tauri.
//!
//! This file is the composition root and nothing else. What Atom can do is in `atom-api`; here is what a person meets:
//! windows, tray, hotkey (`shell`), the list of commands that the windows may call (`ipc`), and the terminal (`cli`).
//! To add a command: an adapter in `commands/<area>.rs`, a line in [`ipc`], a line in one file of
//! `src-tauri/permissions`, then `cargo xtask bindings`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod cli;
pub mod commands;
pub mod desktop;
pub mod ipc;
mod logging;
pub mod memory;
pub mod places;
mod shell;
mod start;

pub use shell::context;

use start::Start;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs Atom with these arguments (without the program's name).
pub fn main(args: Vec<OsString>) -> ExitCode {
    match start::decide(args) {
        Start::Worker => start::worker(),
        Start::Bindings { path } => ipc::export(&path),
        Start::Desktop { data_dir, hidden } => shell::run(data_dir, hidden),
        Start::Terminal { args } => cli::run(args),
    }
}
