//! Sets out of the sources of the crates that Atom is built from: every machine that builds it has them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::sets::{File, Pair};
use super::text::{first_sentence, shuffled};
use crate::process::{Failure, failed};
use crate::project::{Project, files_below};

/// Fewer words of a documentation comment say nothing.
const LEAST_WORDS_OF_DOCS: usize = 25;
/// Longer items are cut.
const LINES_OF_AN_ITEM: usize = 120;
/// Names with fewer words, or shorter ones, are too common.
const WORDS_OF_A_NAME: std::ops::RangeInclusive<usize> = 2..=5;
const LEAST_LETTERS_OF_A_NAME: usize = 9;

/// The description of each crate, and its README.
pub(super) fn descriptions(project: &Project, _wanted: usize) -> Result<Vec<Pair>, Failure> {
    let mut pairs = Vec::new();
    for folder in folders(project)? {
        let Some(manifest) =
            std::fs::read_to_string(folder.join("Cargo.toml")).ok().and_then(|text| text.parse::<toml::Table>().ok())
        else {
            continue;
        };
        let Some(package) = manifest.get("package").and_then(toml::Value::as_table) else { continue };
        let said = |key: &str| package.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
        let readme = ["README.md", "readme.md", "Readme.md"].into_iter().find_map(|name| read(&folder.join(name)));
        let Some(readme) = readme else { continue };
        pairs.push(Pair {
            key: said("name"),
            group: said("repository"),
            said: first_sentence(&said("description")),
            text: without_title(&readme),
            file: File::Extension("md"),
        });
    }
    Ok(pairs)
}

/// The first sentence of each public item's documentation, and the item.
pub(super) fn items(project: &Project, wanted: usize) -> Result<Vec<Pair>, Failure> {
    let mut pairs = Vec::new();
    let mut folders = folders(project)?;
    folders.sort_by_cached_key(|folder| shuffled(&folder.to_string_lossy()));
    for folder in folders {
        // Each crate gives a few at most.
        if pairs.iter().map(|pair: &Pair| &pair.group).collect::<HashSet<_>>().len() > wanted {
            break;
        }
        let group = name_of(&folder);
        for path in files_below(&folder.join("src")).iter().filter(|path| is_rust(path)) {
            let Some(text) = read(path) else { continue };
            for (docs, item) in documented(&text) {
                let key = format!("{group} {} {}", name_of(path), item.lines().next().unwrap_or_default());
                let said = first_sentence(&docs);
                pairs.push(Pair {
                    key: format!("{key} {said}"),
                    group: group.clone(),
                    said,
                    text: item,
                    file: File::Extension("rs"),
                });
            }
        }
    }
    Ok(pairs)
}

/// Files whose names say something: the name as it is typed, and the file under its name.
pub(super) fn files(project: &Project, _wanted: usize) -> Result<Vec<Pair>, Failure> {
    let mut pairs = Vec::new();
    for folder in folders(project)? {
        let group = name_of(&folder);
        for part in ["examples", "benches", "tests"] {
            for path in files_below(&folder.join(part)).iter().filter(|path| is_rust(path)) {
                let (name, file) = (stem_of(path), name_of(path));
                let words: Vec<&str> = name.split(['_', '-']).filter(|word| !word.is_empty()).collect();
                if !WORDS_OF_A_NAME.contains(&words.len()) || name.len() < LEAST_LETTERS_OF_A_NAME {
                    continue;
                }
                let Some(text) = read(path) else { continue };
                // As somebody remembers it, or as it was copied from somewhere.
                let said = if shuffled(&name).is_multiple_of(3) { name.clone() } else { words.join(" ") };
                pairs.push(Pair {
                    key: format!("{group} {file}"),
                    group: group.clone(),
                    said,
                    text,
                    file: File::Name(file),
                });
            }
        }
    }
    Ok(pairs)
}

/// The sources of the locked crates, sorted; of several versions of one only the last.
fn folders(project: &Project) -> Result<Vec<PathBuf>, Failure> {
    let lock = std::fs::read_to_string(project.root.join("Cargo.lock")).map_err(failed("read Cargo.lock"))?;
    let lock: toml::Table = lock.parse().map_err(|error| Failure::new(format!("read Cargo.lock: {error}")))?;
    let registries: Vec<PathBuf> = std::fs::read_dir(cargo_home().join("registry/src"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    let mut found: Vec<PathBuf> = Vec::new();
    let mut last = String::new();
    // The lock file is in order of names.
    for package in lock.get("package").and_then(toml::Value::as_array).into_iter().flatten() {
        let said = |key: &str| package.get(key).and_then(toml::Value::as_str).unwrap_or_default();
        let folder = format!("{}-{}", said("name"), said("version"));
        let Some(folder) = registries.iter().map(|registry| registry.join(&folder)).find(|folder| folder.is_dir())
        else {
            continue;
        };
        if said("name") == last {
            found.pop();
        }
        said("name").clone_into(&mut last);
        found.push(folder);
    }
    Ok(found)
}

fn cargo_home() -> PathBuf {
    std::env::var_os("CARGO_HOME")
        .map_or_else(|| std::env::home_dir().unwrap_or_default().join(".cargo"), PathBuf::from)
}

/// Documentation comments of public items, and each item with its comment.
fn documented(source: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = source.lines().collect();
    let mut found = Vec::new();
    let mut begin = None;
    for (at, line) in lines.iter().enumerate() {
        let line = line.trim_start();
        if line.starts_with("///") {
            begin = begin.or(Some(at));
        } else if line.starts_with("#[") {
            // Attributes stand between a comment and its item.
        } else if let Some(from) = begin.take()
            && line.starts_with("pub ")
        {
            let comment = lines.get(from..at).unwrap_or_default().iter();
            let docs: Vec<&str> = comment.filter_map(|line| line.trim_start().strip_prefix("///")).collect();
            let docs = docs.join("\n");
            if docs.split_whitespace().count() >= LEAST_WORDS_OF_DOCS {
                found.push((docs, item(lines.get(from..).unwrap_or_default(), at - from)));
            }
        }
    }
    found
}

/// The item that begins after `before` lines of comment, as far as its braces go.
fn item(lines: &[&str], before: usize) -> String {
    let indent = lines.first().map_or(0, |line| line.len() - line.trim_start().len());
    let mut taken = Vec::new();
    let mut depth = 0_i64;
    for (at, line) in lines.iter().take(before + LINES_OF_AN_ITEM).enumerate() {
        taken.push(line.get(indent..).unwrap_or_else(|| line.trim_start()));
        if at < before {
            continue;
        }
        depth += line
            .chars()
            .map(|c| match c {
                '{' | '(' | '[' => 1,
                '}' | ')' | ']' => -1,
                _ => 0,
            })
            .sum::<i64>();
        let ends = matches!(line.trim_end().chars().last(), Some(';' | '}' | ',' | ')'));
        if depth <= 0 && ends {
            break;
        }
    }
    taken.join("\n")
}

/// A README without its first heading.
pub(super) fn without_title(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let is_heading = |line: &str| line.starts_with('#') || line.contains("<h1");
    let under = |line: &str| line.len() >= 3 && (line.chars().all(|c| c == '=') || line.chars().all(|c| c == '-'));
    if let Some(at) = lines.iter().position(|line| is_heading(line)) {
        lines.remove(at);
    } else if let Some(at) = lines.iter().position(|line| under(line.trim())).filter(|at| *at > 0) {
        lines.drain(at - 1..=at);
    }
    lines.join("\n")
}

fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|kind| kind == "rs")
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn stem_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::{documented, without_title};

    #[test]
    fn an_item_goes_with_its_comment_as_far_as_its_braces() {
        let more = "word ".repeat(25);
        let source = format!(
            "mod x {{\n    /// Says. {more}\n    #[inline]\n    pub fn say(\n        self,\n    ) {{\n        a();\n    }}\n\n    pub fn other() {{}}\n}}\n"
        );
        let found = documented(&source);
        assert_eq!(found.len(), 1);
        let (docs, item) = found.first().unwrap();
        assert!(docs.starts_with(" Says."));
        assert!(item.starts_with("/// Says.") && item.ends_with("    a();\n}"), "{item}");
    }

    #[test]
    fn a_title_is_a_heading_of_either_kind() {
        assert_eq!(without_title("badge\n# Title\ntext"), "badge\ntext");
        assert_eq!(without_title("Title\n=====\ntext"), "text");
        assert_eq!(without_title("text"), "text");
    }
}
