//! Everything that building and testing needs and that git does not hold.

use crate::process::{Failure, command, failed, is_installed, output, run as run_command, say};
use crate::project::Project;
use crate::{assets, packages, ui};

/// What the set-up is for: tests need more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// Building and running.
    Build,
    /// Running every test suite.
    Test,
}

/// The web driver bridge of the real app's tests.
const TAURI_DRIVER: &str = "2.1.0";
const LEAST_NODE: u32 = 20;

pub(crate) fn run(project: &Project, purpose: For) -> Result<(), Failure> {
    std::fs::create_dir_all(project.private()).map_err(failed("make the folder .setup"))?;
    packages::install(&project.root, purpose)?;
    check_node(project)?;
    assets::install(project)?;
    ui::install(project)?;
    ui::build(project)?;
    if purpose == For::Test {
        install_driver(project)?;
    }
    say("set-up is complete");
    Ok(())
}

fn check_node(project: &Project) -> Result<(), Failure> {
    let version = output(command("node", &project.root).arg("--version"));
    let major: Option<u32> =
        version.as_deref().and_then(|version| version.trim_start_matches('v').split('.').next()?.parse().ok());
    match major {
        Some(major) if major >= LEAST_NODE && is_installed("npm") => Ok(()),
        _ => Err(Failure::new(format!(
            "Node.js {LEAST_NODE} or newer with npm is needed; {}",
            version.map_or_else(|| "none was found".to_owned(), |version| format!("found {version}"))
        ))),
    }
}

fn install_driver(project: &Project) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") || project.tools().join("tauri-driver").is_file() {
        return Ok(());
    }
    say("building tauri-driver, once");
    let root = project.private();
    run_command(
        project
            .cargo()
            .args(["install", "tauri-driver", "--locked", "--quiet", "--version", TAURI_DRIVER, "--root"])
            .arg(root),
    )
}
