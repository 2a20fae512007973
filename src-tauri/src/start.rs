//! What this process is: desktop app, command line or worker.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::ExitCode;

/// The argument that makes this process a boxed reader of files. Not for people.
pub(crate) const WORKER: &str = "--extract-worker";
/// The subcommand that writes the typed bindings of the interface. Not for people.
pub(crate) const BINDINGS: &str = "dev-bindings";

/// The role of this process.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// The desktop app.
    Desktop {
        /// Where to keep everything, if not in the usual place.
        data_dir: Option<PathBuf>,
        /// Start into the tray, without a window.
        hidden: bool,
    },
    /// The command line, with its arguments.
    Terminal {
        /// All arguments.
        args: Vec<OsString>,
    },
    /// The boxed worker.
    Worker,
    /// Writer of the bindings.
    Bindings {
        /// The file to write.
        path: PathBuf,
    },
}

/// Reads the arguments just far enough: without a subcommand it is the desktop app.
pub(crate) fn decide(args: Vec<OsString>) -> Start {
    match args.as_slice() {
        [first, ..] if first == WORKER => Start::Worker,
        [first, path] if first == BINDINGS => Start::Bindings { path: path.into() },
        _ => desktop(&args).unwrap_or(Start::Terminal { args }),
    }
}

fn desktop(args: &[OsString]) -> Option<Start> {
    let (mut data_dir, mut hidden) = (None, false);
    let mut args = args.iter().map(OsString::as_os_str);
    while let Some(arg) = args.next() {
        if arg == "--hidden" {
            hidden = true;
        } else if arg == "--data-dir" {
            data_dir = Some(PathBuf::from(args.next()?));
        } else {
            data_dir = Some(PathBuf::from(arg.to_str()?.strip_prefix("--data-dir=")?));
        }
    }
    Some(Start::Desktop { data_dir, hidden })
}

/// Runs the boxed worker.
pub(crate) fn worker() -> ExitCode {
    atom_api::worker_main()
}

/// The variables of which one must be set for a window to open.
pub(crate) fn has_display(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .into_iter()
            .any(|name| variable(name).is_some_and(|value| value.as_os_str() != OsStr::new("")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(args: &[&str], expect: Start) {
        assert_eq!(decide(args.iter().map(Into::into).collect()), expect, "{args:?}");
    }

    #[test]
    fn without_a_subcommand_it_is_the_desktop_app() {
        check(&[], Start::Desktop { data_dir: None, hidden: false });
        check(&["--hidden"], Start::Desktop { data_dir: None, hidden: true });
        check(&["--data-dir", "/d", "--hidden"], Start::Desktop { data_dir: Some("/d".into()), hidden: true });
        check(&["--data-dir=/d"], Start::Desktop { data_dir: Some("/d".into()), hidden: false });
    }

    #[test]
    fn anything_else_is_the_command_line() {
        for args in [&["search", "x"][..], &["--help"], &["--data-dir"], &["--data-dir", "/d", "status"], &["toggle"]] {
            check(args, Start::Terminal { args: args.iter().map(Into::into).collect() });
        }
    }

    #[test]
    fn hidden_roles_are_first_arguments() {
        check(&["--extract-worker", "--x"], Start::Worker);
        check(&["dev-bindings", "a.ts"], Start::Bindings { path: "a.ts".into() });
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn an_empty_display_is_none() {
        assert!(!has_display(|_| None));
        assert!(!has_display(|_| Some("".into())));
        assert!(has_display(|name| (name == "DISPLAY").then(|| ":0".into())));
        assert!(has_display(|name| (name == "WAYLAND_DISPLAY").then(|| "wayland-0".into())));
    }
}
