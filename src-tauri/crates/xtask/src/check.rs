//! What CI looks at beside the tests.

use crate::process::{Failure, is_installed, run as run_command, say};
use crate::project::Project;
use crate::setup::{self, For};
use crate::suites::{self, report};
use crate::{Options, ui};

type Check = (&'static str, fn(&Project, fix: bool) -> Result<(), Failure>);

const CHECKS: &[Check] = &[
    ("fmt", fmt),
    ("ui-types", |project, _| ui::npm(project, &["run", "typecheck"])),
    ("ui-lint", ui_lint),
    ("ui", |project, _| ui::npm(project, &["test"])),
    ("clippy", clippy),
    ("rust", |project, _| suites::rust(project)),
    ("doc", doc),
    ("deny", deny),
    ("machete", machete),
];

pub(crate) fn run(project: &Project, options: &Options) -> Result<(), Failure> {
    let names: Vec<&str> = CHECKS.iter().map(|(name, _)| *name).collect();
    if options.has("--list") {
        println!("{}", names.join("\n"));
        return Ok(());
    }
    options.check_names(&names)?;
    // The format is looked at without anything else.
    if options.only.iter().any(|name| name != "fmt") || options.only.is_empty() {
        setup::run(project, For::Build)?;
    }
    let fix = options.has("--fix");
    let wanted = CHECKS.iter().filter(|(name, _)| options.wants(name));
    report("check", wanted.map(|(name, check)| (*name, move || check(project, fix))))
}

fn fmt(project: &Project, fix: bool) -> Result<(), Failure> {
    let mut cargo = project.cargo();
    cargo.args(["fmt", "--all"]);
    if !fix {
        cargo.arg("--check");
    }
    run_command(&mut cargo)
}

fn clippy(project: &Project, fix: bool) -> Result<(), Failure> {
    let mut cargo = project.cargo();
    cargo.args(["clippy", "--workspace", "--all-targets", "--locked"]);
    if fix {
        cargo.args(["--fix", "--allow-dirty", "--allow-staged"]);
    }
    run_command(cargo.args(["--", "-D", "warnings"]))
}

fn doc(project: &Project, _fix: bool) -> Result<(), Failure> {
    run_command(
        project
            .cargo()
            .args(["doc", "--workspace", "--no-deps", "--locked", "--quiet"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

fn ui_lint(project: &Project, fix: bool) -> Result<(), Failure> {
    if fix { ui::npm(project, &["run", "lint", "--", "--fix"]) } else { ui::npm(project, &["run", "lint"]) }
}

/// Licences, sources and banned crates. Advisories need a database from the network and are not in here.
fn deny(project: &Project, _fix: bool) -> Result<(), Failure> {
    if !is_installed("cargo-deny") {
        say("cargo-deny is not installed; skipped (`cargo install cargo-deny`)");
        return Ok(());
    }
    run_command(project.cargo().args(["deny", "--workspace", "check", "licenses", "bans", "sources"]))
}

fn machete(project: &Project, fix: bool) -> Result<(), Failure> {
    if !is_installed("cargo-machete") {
        say("cargo-machete is not installed; skipped (`cargo install cargo-machete`)");
        return Ok(());
    }
    let mut cargo = project.cargo();
    cargo.arg("machete");
    if fix {
        cargo.arg("--fix");
    }
    run_command(&mut cargo)
}
