//! Every test suite of the project.

use std::env;
use std::time::Instant;

use crate::process::{Failure, command, run as run_command, say, succeeds};
use crate::project::{Project, files_below};
use crate::setup::{self, For};
use crate::{Options, eval, ui};

type Suite = (&'static str, fn(&Project) -> Result<(), Failure>);

/// In the order in which a failure is cheapest to learn of.
const SUITES: &[Suite] = &[
    ("ui-types", |project| ui::npm(project, &["run", "typecheck"])),
    ("ui-lint", |project| ui::npm(project, &["run", "lint"])),
    ("ui", |project| ui::npm(project, &["test"])),
    ("browser", |project| ui::npm(project, &["run", "test:browser"])),
    ("rust", rust),
    ("doc", documentation),
    ("eval", eval::suite),
    ("app", app),
];

pub(crate) fn run(project: &Project, options: &Options) -> Result<(), Failure> {
    let names: Vec<&str> = SUITES.iter().map(|(name, _)| *name).collect();
    if options.has("--list") {
        println!("{}", names.join("\n"));
        return Ok(());
    }
    options.check_names(&names)?;
    setup::run(project, For::Test)?;
    let wanted = SUITES.iter().filter(|(name, _)| options.wants(name));
    report("suite", wanted.map(|(name, suite)| (*name, move || suite(project))))
}

/// Runs each, goes on after a failure, and ends with one line for each and one for all.
pub(crate) fn report<F>(kind: &str, all: impl Iterator<Item = (&'static str, F)>) -> Result<(), Failure>
where
    F: FnOnce() -> Result<(), Failure>,
{
    let mut lines = Vec::new();
    let mut failures = Vec::new();
    for (name, suite) in all {
        say(format_args!("{kind} {name}"));
        let start = Instant::now();
        let result = suite();
        let seconds = start.elapsed().as_secs_f64();
        match result {
            Ok(()) => lines.push(format!("{kind} {name:<10} passed in {seconds:.1} s")),
            Err(failure) => {
                say(&failure);
                lines.push(format!("{kind} {name:<10} FAILED after {seconds:.1} s: {failure}"));
                failures.push(name);
            }
        }
    }
    println!("\n{}", lines.join("\n"));
    let (passed, total) = (lines.len() - failures.len(), lines.len());
    if failures.is_empty() {
        println!("{passed} of {total} passed");
        Ok(())
    } else {
        Err(Failure::new(format!("{passed} of {total} passed; failed: {}", failures.join(", "))))
    }
}

/// The whole workspace in one build: building a part of it alone would unify other features and build
/// the heavy dependencies once more.
pub(crate) fn rust(project: &Project) -> Result<(), Failure> {
    if has_nextest(project) {
        // A second try is reported as flaky: a loaded machine must not hide what really fails, nor fail what does not.
        let tries = ["--retries", "2"];
        let run = ["nextest", "run", "--workspace", "--locked", "--no-fail-fast"];
        return run_command(project.cargo().args(run).args(tries));
    }
    run_command(project.cargo().args([
        "test",
        "--workspace",
        "--locked",
        "--no-fail-fast",
        "--lib",
        "--bins",
        "--tests",
    ]))
}

fn has_nextest(project: &Project) -> bool {
    succeeds(project.cargo().args(["nextest", "--version"]))
}

/// Examples in documentation comments, if there are any: looking for them costs a build of every crate.
fn documentation(project: &Project) -> Result<(), Failure> {
    let has_example = files_below(&project.root.join("src-tauri"))
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .any(|text| has_example(&text));
    if !has_example {
        say("no examples in documentation comments");
        return Ok(());
    }
    run_command(project.cargo().args(["test", "--workspace", "--locked", "--doc"]))
}

/// Whether a documentation comment begins a block of Rust: one that names no other language.
fn has_example(text: &str) -> bool {
    let fences = text
        .lines()
        .map(str::trim_start)
        .filter_map(|line| line.strip_prefix("/// ```").or_else(|| line.strip_prefix("//! ```")));
    // Every other fence ends a block.
    fences.step_by(2).any(|language| matches!(language, "" | "rust" | "no_run" | "should_panic"))
}

/// The real app on a desktop of its own; the tests start display, window manager and message bus themselves.
fn app(project: &Project) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        say("the real app's tests run on Linux only");
        return Ok(());
    }
    run_command(project.cargo().args(["build", "--workspace", "--locked"]))?;
    let folder = project.root.join("tests/e2e/app");
    let tests: Vec<_> =
        files_below(&folder).into_iter().filter(|path| path.to_string_lossy().ends_with(".test.mjs")).collect();
    if tests.is_empty() {
        return Err(Failure::new(format!("no tests in {}", folder.display())));
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(std::iter::once(project.tools()).chain(env::split_paths(&path)))
        .map_err(|_| Failure::new("the folder of the checkout has a name that cannot be in PATH"))?;
    let drive = || {
        run_command(
            command("node", &project.root)
                .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
                .args(&tests)
                .env("PATH", &path)
                .env("ATOM_BIN", project.program("debug"))
                .env("CARGO_TARGET_DIR", project.target()),
        )
    };
    drive().or_else(|failure| {
        say(format_args!("{failure}; once more, for a real desktop has moods of its own"));
        drive()
    })
}

#[cfg(test)]
mod tests {
    use super::has_example;

    #[test]
    fn only_a_block_of_rust_is_an_example() {
        assert!(has_example("/// ```\n/// let one = 1;\n/// ```\n"));
        assert!(has_example("    //! ```no_run\n    //! ```\n"));
        assert!(!has_example("//! ```text\n//! a picture\n//! ```\n"));
        assert!(!has_example("let fence = \"/// ```\";\n"));
    }
}
