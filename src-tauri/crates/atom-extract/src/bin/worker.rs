//! The worker alone, with ways to misbehave that the tests of the isolation ask for by extension. Never shipped.

use std::process::ExitCode;

fn main() -> ExitCode {
    atom_extract::worker_main_with(|_, _| None)
}
