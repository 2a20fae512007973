//! `cargo xtask`: set-up, run, test and check, the same on every machine and in CI.
//!
//! Every command does its own set-up and skips what is there already. Nothing is
//! downloaded but through cargo, npm, pip and the system's package manager.
//! To add a check or a test suite, add an entry to the table in `check.rs` or
//! `suites.rs`; to add a system package, one to the table in `packages.rs`.

#![allow(clippy::print_stdout, reason = "a command line program")]

mod assets;
mod bench;
mod check;
mod eval;
mod faults;
mod launch;
mod packages;
mod process;
mod project;
mod setup;
mod stamp;
mod suites;
mod ui;

use std::process::ExitCode;

use process::Failure;
use project::Project;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  setup [--test]             everything that building (and testing) needs
  run [ARGS…]                set up, build and start Atom; in the terminal where there is no display
  test [--only SUITE]…       set up and run every test suite
  check [--only NAME]… [--fix]   what CI looks at beside the tests: format, lints, documentation, licences
  bench [ARGS…]              build with optimisation, index and search in a throw-away vault, print figures and budgets;
                             --folder DIR, --queries FILE, --json
  faults [--only PART]… [--long]   damage to every file, hostile bytes, kills, power cuts,
                             failing syncs, a full disk, clocks, several processes
  eval [--sets SET,…] [--queries N] [--small] [--json]
                             how well words, meaning and both find what judged sets ask for; --small is the gate,
                             --keep leaves the folder, --again FOLDER asks the same of another build
  bindings                   write the typed bindings of the user interface anew

Suites and checks have the names that `--list` shows.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::from(failure.code())
        }
    }
}

fn dispatch(args: &[String]) -> Result<(), Failure> {
    let Some((command, rest)) = args.split_first() else {
        return Err(Failure::Usage(USAGE.to_owned()));
    };
    let project = Project::find()?;
    match command.as_str() {
        "setup" => setup::run(
            &project,
            if Options::parse(rest, &["--test"])?.has("--test") { setup::For::Test } else { setup::For::Build },
        ),
        "run" => launch::run(&project, rest),
        "test" => suites::run(&project, &Options::parse(rest, &["--list"])?),
        "check" => check::run(&project, &Options::parse(rest, &["--fix", "--list"])?),
        "bench" => bench::run(&project, rest),
        "faults" => faults::run(&project, rest),
        "eval" => eval::run(&project, rest),
        "bindings" => launch::bindings(&project),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => Err(Failure::Usage(format!("there is no command '{other}'\n\n{USAGE}"))),
    }
}

/// `--only NAME` any number of times, and the flags that a command knows.
struct Options {
    only: Vec<String>,
    flags: Vec<String>,
}

impl Options {
    fn parse(args: &[String], flags: &[&str]) -> Result<Self, Failure> {
        let mut options = Self { only: Vec::new(), flags: Vec::new() };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            if arg == "--only" {
                let name = args.next().ok_or_else(|| Failure::Usage("--only needs a name".to_owned()))?;
                options.only.extend(name.split(',').map(str::to_owned));
            } else if flags.contains(&arg.as_str()) {
                options.flags.push(arg.clone());
            } else {
                return Err(Failure::Usage(format!("'{arg}' is not known here\n\n{USAGE}")));
            }
        }
        Ok(options)
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }

    /// Refuses names that are not in `known`: a typing error must not skip everything.
    fn check_names(&self, known: &[&str]) -> Result<(), Failure> {
        match self.only.iter().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Failure::Usage(format!("there is no '{name}'; there are {}", known.join(", ")))),
            None => Ok(()),
        }
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|wanted| wanted == name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn parse(args: &[&str]) -> Result<Options, Failure> {
        Options::parse(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>(), &["--fix"])
    }

    #[test]
    fn only_takes_names_with_commas_and_repeated() {
        let options = parse(&["--only", "fmt,clippy", "--fix", "--only", "doc"]).unwrap();
        assert_eq!(options.only, ["fmt", "clippy", "doc"]);
        assert!(options.has("--fix") && options.wants("doc") && !options.wants("ui"));
    }

    #[test]
    fn unknown_flags_and_names_are_refused() {
        assert!(parse(&["--fixx"]).is_err());
        assert!(parse(&["--only"]).is_err());
        assert!(parse(&["--only", "fmtt"]).unwrap().check_names(&["fmt"]).is_err());
    }
}
