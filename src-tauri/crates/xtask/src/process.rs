//! Starting other programs, and saying so.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Why a command of xtask stops.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was asked for something that it does not know.
    Usage(String),
    /// Something went wrong, in words for a person.
    Message(String),
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Message(message.into())
    }

    pub(crate) const fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Message(_) => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::Message(message) => f.write_str(message),
        }
    }
}

/// For `map_err`: what was being done when the system refused.
pub(crate) fn failed(doing: impl fmt::Display) -> impl FnOnce(io::Error) -> Failure {
    move |error| Failure::new(format!("{doing}: {error}"))
}

/// Announces a step.
pub(crate) fn say(what: impl fmt::Display) {
    eprintln!("xtask: {what}");
}

/// A command in `folder`, without input: nothing that xtask starts may wait for an answer.
pub(crate) fn command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// Prints the command, runs it with its output shown, and fails if it does.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let line = describe(command);
    say(format_args!("{line}"));
    let status = command.status().map_err(failed(format_args!("start `{line}`")))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{line}` failed with {status}"))) }
}

/// Whether the command starts and succeeds; its output is not shown.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// The command's standard output without surrounding space, if it starts and succeeds.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Whether a program of this name is in the search path.
pub(crate) fn is_installed(program: &str) -> bool {
    let Some(path) = std::env::var_os("PATH") else { return false };
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).any(|folder| folder.join(&name).is_file())
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
