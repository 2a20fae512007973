//! Starting Atom from a checkout.

use std::env;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::process::{Failure, failed, run as run_command, say};
use crate::project::Project;
use crate::setup::{self, For};

/// Where the user interface's typed bindings are.
const BINDINGS: &str = "ui/src/platform/bindings.gen.ts";

/// First words that are the command line's own; a prompt takes everything else as a search.
const COMMANDS: &[&str] = &["init", "index", "search", "status", "files", "watch", "doctor", "help"];

const HINTS: &str = "\
There is no display here (DISPLAY and WAYLAND_DISPLAY are empty), so this is the same Atom in the terminal.

  init            make an encrypted vault; prints the recovery code once
  index PATH…     add folders and bring them in
  status          what is indexed, and how far
  help            everything else

Anything else you type is searched for. An empty line ends.
";

pub(crate) fn run(project: &Project, args: &[String]) -> Result<(), Failure> {
    setup::run(project, For::Build)?;
    build(project)?;
    let program = project.program("debug");
    if !args.is_empty() || has_display() {
        say(if args.is_empty() { "starting Atom" } else { "running Atom's command line" });
        return start(&program, project, args);
    }
    println!("{HINTS}");
    if !io::stdin().is_terminal() {
        println!("The program is {}", program.display());
        return start(&program, project, &["--help".to_owned()]);
    }
    prompt(&program, project)
}

/// Writes the bindings of the user interface from the commands as they are.
pub(crate) fn bindings(project: &Project) -> Result<(), Failure> {
    setup::run(project, For::Build)?;
    build(project)?;
    let path = project.root.join(BINDINGS);
    run_command(Command::new(project.program("debug")).arg("dev-bindings").arg(&path).current_dir(&project.root))?;
    say(format_args!("wrote {BINDINGS}"));
    Ok(())
}

fn build(project: &Project) -> Result<(), Failure> {
    say("building Atom; the first time takes several minutes");
    run_command(project.cargo().args(["build", "--workspace", "--locked"]))
}

fn has_display() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// Runs the program with this terminal as its own.
fn start(program: &Path, project: &Project, args: &[String]) -> Result<(), Failure> {
    let status = Command::new(program)
        .args(args)
        .env("ATOM_ASSETS", env::var_os("ATOM_ASSETS").unwrap_or_else(|| project.assets().into_os_string()))
        .stdin(Stdio::inherit())
        .status()
        .map_err(failed(format_args!("start {}", program.display())))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("atom ended with {status}"))) }
}

fn prompt(program: &Path, project: &Project) -> Result<(), Failure> {
    let mut line = String::new();
    loop {
        print!("atom> ");
        io::stdout().flush().map_err(failed("write to the terminal"))?;
        line.clear();
        io::stdin().lock().read_line(&mut line).map_err(failed("read from the terminal"))?;
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let args = match words.first() {
            None => return Ok(()),
            Some(first) if COMMANDS.contains(&first.as_str()) => words,
            Some(_) => vec!["search".to_owned(), "--".to_owned(), line.trim().to_owned()],
        };
        if let Err(failure) = start(program, project, &args) {
            say(failure);
        }
    }
}
