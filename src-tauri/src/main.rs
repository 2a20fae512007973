//! One binary: the desktop app, the command line, and the boxed worker that reads files.
//!
//! Which of them it is gets decided here, before any GUI library is initialised: the command line and the worker must
//! start fast and without a display.
#![cfg_attr(all(not(debug_assertions), target_os = "windows"), windows_subsystem = "windows")]

use std::process::ExitCode;

/// Without it ONNX Runtime keeps a device id and a log of its use in the home folder and sends them to its makers;
/// its API switches that off too late, after the first connection.
const NO_TELEMETRY: &str = "ORT_DISABLE_TELEMETRY";

#[allow(
    unsafe_code,
    clippy::disallowed_methods,
    reason = "the runtime reads this choice from the environment and from nowhere else"
)]
fn main() -> ExitCode {
    // SAFETY: no other thread has been started, so nobody reads the environment meanwhile.
    unsafe { std::env::set_var(NO_TELEMETRY, "1") };
    atom_app::memory::spare();
    atom_app::main(std::env::args_os().skip(1).collect())
}
