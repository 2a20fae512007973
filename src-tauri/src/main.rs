//! One binary: the desktop app, the command line, and the boxed worker that reads files.
//!
//! Which of them it is gets decided here, before any GUI library is initialised: the command line and the worker must
//! start fast and without a display.
#![cfg_attr(all(not(debug_assertions), target_os = "windows"), windows_subsystem = "windows")]

use std::process::ExitCode;

/// Choices that libraries read from the environment and from nowhere else.
const CHOICES: [(&str, &str); 2] = [
    // Otherwise ONNX Runtime keeps a device id and a log of its use in the home folder and sends them to its makers; its API
    // switches that off too late, after the first connection.
    ("ORT_DISABLE_TELEMETRY", "1"),
    // Lance reads ahead of who takes what it read: two gigabytes, if nothing else is said.
    ("LANCE_DEFAULT_IO_BUFFER_SIZE", "67108864"),
];

#[allow(unsafe_code, clippy::disallowed_methods, reason = "these choices are read from the environment alone")]
fn main() -> ExitCode {
    for (name, value) in CHOICES {
        // SAFETY: no other thread has been started, so nobody reads the environment meanwhile.
        unsafe { std::env::set_var(name, value) };
    }
    atom_app::memory::spare();
    atom_app::main(std::env::args_os().skip(1).collect())
}
