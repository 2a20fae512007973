//! Measurements: an optimised build, then its own figures.

use crate::process::{Failure, command, run as run_command, say};
use crate::project::Project;
use crate::setup::{self, For};

/// Builds the release program and hands `args` to its `dev-bench` command, which knows the measurements.
pub(crate) fn run(project: &Project, args: &[String]) -> Result<(), Failure> {
    setup::run(project, For::Build)?;
    say("building with optimisation; the first time takes an hour of processor time and more");
    run_command(project.cargo().args(["build", "--release", "--workspace", "--locked"]))?;
    run_command(command(project.program("release"), &project.root).arg("dev-bench").args(args))
}
