//! One binary: the desktop app, the command line, and the boxed worker that reads files.
//!
//! Which of them it is gets decided here, before any GUI library is initialised: the command line and the worker must
//! start fast and without a display.
#![cfg_attr(
    all(not(debug_assertions), target_os = "windows"),
    windows_subsystem = "windows"
)]

use std::process::ExitCode;

fn main() -> ExitCode {
    atom_app::main(std::env::args_os().skip(1).collect())
}
