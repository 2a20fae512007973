//! The rules of who may depend on what, as `src-tauri/docs/architecture.md` draws them.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Layers from the bottom up. A crate may use crates of lower layers, and of its own only where
/// [`WITHIN_LAYER`] says so.
const LAYERS: &[&[&str]] = &[
    &["atom-core", "atom-vault"],
    &["atom-store", "atom-index", "atom-embed", "atom-extract", "atom-watch"],
    &["atom-jobs", "atom-backup"],
    &["atom-ingest", "atom-search", "atom-connect"],
    &["atom-api"],
    &["atom"],
];

const WITHIN_LAYER: &[(&str, &str)] = &[("atom-vault", "atom-core")];

/// Crates for development only: nothing that ships may use them.
const DEVELOPMENT: &[&str] = &["atom-testkit", "xtask"];

/// External crates that only some crates may use; a name that ends in `*` stands for all that begin so.
const OWNERS: &[(&str, &[&str])] = &[
    ("tauri*", &["atom"]),
    ("gtk", &["atom"]),
    ("clap", &["atom"]),
    ("specta*", &["atom-api", "atom"]),
    ("rusqlite", &["atom-store"]),
    ("tantivy*", &["atom-index"]),
    ("lance*", &["atom-index"]),
    ("arrow*", &["atom-index"]),
    ("object_store", &["atom-index"]),
    ("fastembed", &["atom-embed"]),
    ("ort", &["atom-embed"]),
    ("tokenizers", &["atom-embed"]),
    ("pdfium-render", &["atom-extract"]),
    ("calamine", &["atom-extract"]),
    ("mail-parser", &["atom-extract"]),
    ("html5ever", &["atom-extract"]),
    ("quick-xml", &["atom-extract"]),
    ("zip", &["atom-extract"]),
    ("landlock", &["atom-extract"]),
    ("seccompiler", &["atom-extract"]),
    ("notify", &["atom-watch"]),
    ("ignore", &["atom-watch"]),
    ("aes-gcm", &["atom-vault"]),
    ("argon2", &["atom-vault"]),
    ("hkdf", &["atom-vault"]),
    ("keyring*", &["atom-vault"]),
    // Nothing talks to the network but connectors.
    ("reqwest", &["atom-connect"]),
    ("ureq", &["atom-connect"]),
    ("hyper", &["atom-connect"]),
];

/// One line of a `Cargo.toml`: `user` needs `used`, for its tests only if `is_dev`.
struct Edge {
    user: String,
    used: String,
    is_dev: bool,
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&name))
}

/// What is wrong with `edges`, one sentence each.
fn violations(edges: &[Edge]) -> Vec<String> {
    edges.iter().filter_map(|edge| internal(edge).or_else(|| external(edge))).collect()
}

fn internal(edge: &Edge) -> Option<String> {
    let Edge { user, used, is_dev } = edge;
    if DEVELOPMENT.contains(&used.as_str()) {
        return (!is_dev && !DEVELOPMENT.contains(&user.as_str())).then(|| format!("{user} ships, {used} does not"));
    }
    if DEVELOPMENT.contains(&user.as_str()) {
        return None;
    }
    let used_layer = layer(used)?;
    let Some(user_layer) = layer(user) else {
        return Some(format!("{user} is in no layer"));
    };
    let is_down = used_layer < user_layer || WITHIN_LAYER.contains(&(user.as_str(), used.as_str()));
    (!is_down).then(|| format!("{user} may not use {used}: it is not below"))
}

fn external(edge: &Edge) -> Option<String> {
    let matches = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => edge.used.starts_with(start),
        None => edge.used == pattern,
    };
    let (_, owners) = OWNERS.iter().find(|(pattern, _)| matches(pattern))?;
    (!owners.contains(&edge.user.as_str()))
        .then(|| format!("{} may not use {}: only {} may", edge.user, edge.used, owners.join(" and ")))
}

/// Members and dependencies of this workspace.
fn workspace() -> (Vec<String>, Vec<Edge>) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let edges = packages.iter().flat_map(|package| {
        package["dependencies"].as_array().unwrap().iter().map(|dependency| Edge {
            user: text(&package["name"]),
            used: text(&dependency["name"]),
            is_dev: dependency["kind"] == "dev",
        })
    });
    (packages.iter().map(|package| text(&package["name"])).collect(), edges.collect())
}

#[test]
fn dependencies_point_down() {
    let (_, edges) = workspace();
    assert!(edges.len() > 50, "metadata lists {} dependencies only", edges.len());
    let found = violations(&edges);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_crate_has_a_layer() {
    let (members, _) = workspace();
    for name in &members {
        assert!(layer(name).is_some() || DEVELOPMENT.contains(&name.as_str()), "{name} is in no layer");
    }
}

#[test]
fn wrong_edges_are_found() {
    let check = |user: &str, used: &str, is_dev: bool| {
        violations(&[Edge { user: user.to_owned(), used: used.to_owned(), is_dev }]).len()
    };
    assert_eq!(check("atom-search", "atom-store", false), 0);
    assert_eq!(check("atom-store", "atom-search", false), 1, "upwards");
    assert_eq!(check("atom-search", "atom-ingest", false), 1, "sideways");
    assert_eq!(check("atom-core", "atom-vault", false), 1, "the core uses nothing");
    assert_eq!(check("atom-store", "rusqlite", false), 0);
    assert_eq!(check("atom-jobs", "rusqlite", false), 1, "not its library");
    assert_eq!(check("atom-api", "tauri-plugin-dialog", false), 1, "knows no Tauri");
    assert_eq!(check("atom-api", "atom-testkit", true), 0);
    assert_eq!(check("atom-api", "atom-testkit", false), 1, "does not ship");
}
