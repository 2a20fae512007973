//! Where things are in a checkout.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Failure, command};

/// A checkout of the repository.
pub(crate) struct Project {
    /// The folder with the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
}

impl Project {
    /// The checkout that this program was built from.
    pub(crate) fn find() -> Result<Self, Failure> {
        let crate_folder =
            env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        crate_folder
            .ancestors()
            .find(|folder| folder.join("tauri.conf.json").is_file())
            .map(|root| Self { root: root.to_path_buf() })
            .ok_or_else(|| Failure::new(format!("{} does not lie in a checkout of Atom", crate_folder.display())))
    }

    /// Files that set-up makes and that are nobody's work: the Python environment, tools, stamps.
    pub(crate) fn private(&self) -> PathBuf {
        self.root.join(".setup")
    }

    pub(crate) fn assets(&self) -> PathBuf {
        self.root.join("assets")
    }

    pub(crate) fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// Scripts and pins of the model set-up.
    pub(crate) fn model_scripts(&self) -> PathBuf {
        self.root.join("src-tauri/crates/xtask/setup")
    }

    /// Cargo's build folder; `CARGO_TARGET_DIR` counts from the checkout if it is relative.
    pub(crate) fn target(&self) -> PathBuf {
        self.root.join(env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from))
    }

    /// The program that a build of `profile` ("debug", "release") leaves behind.
    pub(crate) fn program(&self, profile: &str) -> PathBuf {
        self.target().join(profile).join(format!("atom{}", env::consts::EXE_SUFFIX))
    }

    /// Cargo, as the one that started xtask.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), &self.root);
        // What cargo sets for xtask itself is nothing that a build of Atom should see.
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("CARGO_PKG_")
                || name.starts_with("CARGO_BIN_")
                || name == "CARGO_MANIFEST_DIR"
                || name == "CARGO_MANIFEST_PATH"
            {
                cargo.env_remove(name);
            }
        }
        cargo
    }

    /// Tests find tools in `.setup/bin` before those of the system.
    pub(crate) fn tools(&self) -> PathBuf {
        self.private().join("bin")
    }
}

/// Every file below `folder`, sorted, without `node_modules`.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if entry.file_name() != "node_modules" {
                    open.push(path);
                }
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
