//! The user interface: its packages and its build.

use std::path::PathBuf;

use crate::process::{Failure, command, run, say};
use crate::project::{Project, files_below};
use crate::stamp::Stamp;

/// `npm ci`, when the lock file has changed since.
pub(crate) fn install(project: &Project) -> Result<(), Failure> {
    let lock = project.ui().join("package-lock.json");
    let stamp = Stamp::new(&project.private(), "npm").files(&[lock])?;
    if stamp.is_current() && project.ui().join("node_modules").is_dir() {
        return Ok(());
    }
    say("installing the user interface's packages");
    npm(project, &["ci", "--no-audit", "--no-fund", "--loglevel", "error"])?;
    stamp.save()
}

/// The production build in `ui/dist`, which the desktop app carries, when a source has changed since.
pub(crate) fn build(project: &Project) -> Result<(), Failure> {
    let stamp = Stamp::new(&project.private(), "ui").files(&sources(project))?;
    if stamp.is_current() && project.ui().join("dist/index.html").is_file() {
        return Ok(());
    }
    say("building the user interface");
    npm(project, &["run", "build"])?;
    stamp.save()
}

pub(crate) fn npm(project: &Project, args: &[&str]) -> Result<(), Failure> {
    run(command(if cfg!(windows) { "npm.cmd" } else { "npm" }, &project.ui()).args(args))
}

fn sources(project: &Project) -> Vec<PathBuf> {
    let ui = project.ui();
    let is_output = |path: &PathBuf| {
        path.strip_prefix(&ui).is_ok_and(|path| path.starts_with("dist") || path.starts_with("dist-fake"))
    };
    files_below(&ui).into_iter().filter(|path| !is_output(path)).collect()
}
