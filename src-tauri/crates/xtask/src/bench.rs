//! Measurements: an optimised build, then the figures that its hidden `dev-bench` command takes in a throw-away vault.

use crate::process::{Failure, command, run as run_command, say};
use crate::project::Project;
use crate::setup::{self, For};

/// Builds the release program and hands `args` to its `dev-bench` command, which knows measurements and budgets.
pub(crate) fn run(project: &Project, args: &[String]) -> Result<(), Failure> {
    setup::run(project, For::Build)?;
    say("building with optimisation; the first time takes an hour of processor time and more");
    run_command(project.cargo().args(["build", "--release", "--workspace", "--locked"]))?;
    run_command(command(project.program("release"), &project.root).arg("dev-bench").args(args))
}
