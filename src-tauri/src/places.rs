//! Where Atom keeps its data and finds its model and libraries: the same for the desktop app and the command line.

use atom_api::{AppConfig, Indexing};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Sets the data folder, as `--data-dir` does.
pub const DATA_DIR: &str = "ATOM_DATA_DIR";
/// Sets the folder with `models` and `runtime`.
pub const ASSETS: &str = "ATOM_ASSETS";

/// Everything that the core needs to know about this machine; `data_dir` as given on the command line.
///
/// # Errors
/// When the system names no home folder and none was given, or this program cannot find itself.
pub fn config(data_dir: Option<PathBuf>) -> std::io::Result<AppConfig> {
    let program = std::env::current_exe()?;
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let data_dir = data_dir
        .or_else(|| variable(DATA_DIR).map(PathBuf::from))
        .or_else(|| default_data_dir(variable))
        .ok_or_else(|| {
            std::io::Error::new(
                std::io::ErrorKind::NotFound,
                "no home folder is known: say where to keep the data with --data-dir",
            )
        })?;
    Ok(AppConfig {
        data_dir: std::path::absolute(data_dir)?,
        assets_dir: assets_dir(&program, variable(ASSETS).map(PathBuf::from)),
        worker_program: program,
        worker_args: vec![crate::start::WORKER.into()],
        indexing: Indexing::AsSet,
        at_rest: crate::memory::give_back,
    })
}

fn default_data_dir(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let under = |name: &str, rest: &str| variable(name).map(|base| Path::new(&base).join(rest));
    if cfg!(target_os = "windows") {
        under("LOCALAPPDATA", "Atom")
    } else if cfg!(target_os = "macos") {
        under("HOME", "Library/Application Support/Atom")
    } else {
        under("XDG_DATA_HOME", "atom").filter(|path| path.is_absolute()).or_else(|| under("HOME", ".local/share/atom"))
    }
}

/// Beside the program in a bundle, at the root of the repository in a checkout.
fn assets_dir(program: &Path, given: Option<PathBuf>) -> PathBuf {
    let folder = program.parent().unwrap_or(Path::new("."));
    let bundled = [folder.join("assets"), folder.join("../lib/Atom/assets"), folder.join("../Resources/assets")];
    given
        .or_else(|| bundled.into_iter().find(|path| path.is_dir()))
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("assets"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_that_were_named_win() {
        assert_eq!(assets_dir(Path::new("/x/atom"), Some("/named".into())), Path::new("/named"));
    }

    #[test]
    fn assets_beside_the_program_come_before_those_of_the_checkout() {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("atom");
        assert_eq!(assets_dir(&program, None), Path::new(env!("CARGO_MANIFEST_DIR")).join("assets"));
        std::fs::create_dir(dir.path().join("assets")).unwrap();
        assert_eq!(assets_dir(&program, None), dir.path().join("assets"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn relative_xdg_data_home_is_ignored() {
        let home = |name: &str| (name == "HOME").then(|| "/home/a".into());
        assert_eq!(default_data_dir(home).unwrap(), Path::new("/home/a/.local/share/atom"));
        let both = |name: &str| match name {
            "HOME" => Some("/home/a".into()),
            "XDG_DATA_HOME" => Some("relative".into()),
            _ => None,
        };
        assert_eq!(default_data_dir(both).unwrap(), Path::new("/home/a/.local/share/atom"));
        assert_eq!(default_data_dir(|_| None), None);
    }
}
