//! A set out of the packages of the user interface: each description, and the README.

use std::path::{Path, PathBuf};

use super::crates::without_title;
use super::sets::{File, Pair};
use super::text::first_sentence;
use crate::process::Failure;
use crate::project::Project;

pub(super) fn descriptions(project: &Project, _wanted: usize) -> Result<Vec<Pair>, Failure> {
    Ok(packages(&project.ui().join("node_modules")).iter().filter_map(|folder| pair(folder)).collect())
}

fn pair(folder: &Path) -> Option<Pair> {
    let manifest = std::fs::read_to_string(folder.join("package.json")).ok()?;
    let manifest: serde_json::Value = serde_json::from_str(&manifest).ok()?;
    let said = |key: &str| manifest.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let readme = ["README.md", "readme.md", "Readme.md"]
        .into_iter()
        .find_map(|name| std::fs::read_to_string(folder.join(name)).ok())?;
    Some(Pair {
        key: said("name"),
        group: said("name"),
        said: first_sentence(&said("description")),
        text: without_title(&readme),
        file: File::Extension("md"),
    })
}

/// Folders of packages, and of those in a scope.
fn packages(modules: &Path) -> Vec<PathBuf> {
    let below = |folder: &Path| {
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let is_scope = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('@'));
    let (scopes, mut packages): (Vec<_>, Vec<_>) = below(modules).into_iter().partition(is_scope);
    packages.extend(scopes.iter().flat_map(|scope| below(scope)));
    packages.sort();
    packages
}
