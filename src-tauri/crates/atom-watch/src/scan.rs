//! The reconcile scan: everything that is in a folder now.

use crate::rules::{IGNORE_FILES, Rules};
use ignore::WalkBuilder;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// A file or folder on disk. Links and special files are never among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Absolute path.
    pub path: PathBuf,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Bytes; 0 for folders.
    pub size: u64,
    /// Last change of the content, Unix nanoseconds.
    pub modified_ns: i64,
    /// Last change of content or facts, Unix nanoseconds.
    pub changed_ns: i64,
    /// Device number.
    pub device: u64,
    /// Inode number.
    pub inode: u64,
    /// Number of hard links.
    pub links: u64,
}

impl Entry {
    fn of(path: PathBuf, facts: &Metadata) -> Option<Self> {
        let is_folder = facts.is_dir();
        (is_folder || facts.is_file()).then(|| Self {
            path,
            is_folder,
            size: if is_folder { 0 } else { facts.len() },
            modified_ns: facts.mtime().saturating_mul(1_000_000_000).saturating_add(facts.mtime_nsec()),
            changed_ns: facts.ctime().saturating_mul(1_000_000_000).saturating_add(facts.ctime_nsec()),
            device: facts.dev(),
            inode: facts.ino(),
            links: facts.nlink(),
        })
    }
}

/// A place that could not be looked at: what is known of it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub path: PathBuf,
    /// Why, in plain words.
    pub reason: String,
}

/// How a scan ended.
#[derive(Debug, Clone, Default)]
pub struct Scanned {
    /// Files and folders seen.
    pub entries: u64,
    /// Places that could not be looked at.
    pub problems: Vec<Problem>,
    /// Whether it went to the end.
    pub complete: bool,
}

/// Walks the source of `rules` and calls `found` for each entry, parents before what is in them.
///
/// Does not follow links and does not leave the file system of the root.
///
/// # Errors
/// When the root itself cannot be read.
pub fn scan(rules: &Rules, cancel: &AtomicBool, mut found: impl FnMut(Entry)) -> io::Result<Scanned> {
    let root = rules.root();
    std::fs::read_dir(root)?;
    let mut scanned = Scanned { complete: true, ..Scanned::default() };
    for entry in walk(rules, None) {
        if cancel.load(Ordering::Relaxed) {
            scanned.complete = false;
            break;
        }
        match entry {
            Ok(entry) if entry.depth() == 0 => {}
            Ok(entry) => match entry.metadata() {
                Ok(facts) => {
                    if let Some(entry) = Entry::of(entry.into_path(), &facts) {
                        scanned.entries += 1;
                        found(entry);
                    }
                }
                // Gone between listing and looking.
                Err(error) if is_gone(&error) => {}
                Err(error) => scanned.problems.extend(problem(&error, Some(entry.path()))),
            },
            Err(error) if is_gone(&error) => {}
            Err(error) => scanned.problems.extend(problem(&error, None)),
        }
    }
    Ok(scanned)
}

/// What is directly inside `folder`, without what the rules leave out.
///
/// # Errors
/// When the folder cannot be read.
pub fn list_folder(rules: &Rules, folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(facts) = entry.metadata() else { continue };
        if let Some(entry) = Entry::of(entry.path(), &facts)
            && !rules.ignores(&entry.path, entry.is_folder)
        {
            entries.push(entry);
        }
    }
    Ok(entries)
}

/// The folders of a source that are worth watching, the root first.
pub(crate) fn folders(rules: &Rules, below: Option<&Path>) -> impl Iterator<Item = PathBuf> {
    walk(rules, below)
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_dir()))
        .map(ignore::DirEntry::into_path)
}

fn walk(rules: &Rules, below: Option<&Path>) -> ignore::Walk {
    let mut builder = WalkBuilder::new(below.unwrap_or_else(|| rules.root()));
    builder
        .standard_filters(false)
        .git_ignore(true)
        .require_git(false)
        .hidden(false)
        .follow_links(false)
        .same_file_system(true);
    for name in IGNORE_FILES {
        builder.add_custom_ignore_filename(name);
    }
    let rules = rules.clone();
    builder.filter_entry(move |entry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        !rules.leaves_out(entry.path(), is_folder)
    });
    builder.build()
}

fn is_gone(error: &ignore::Error) -> bool {
    error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

fn problem(error: &ignore::Error, at: Option<&Path>) -> Option<Problem> {
    // Partial errors are about lines of ignore files: nothing is lost by them.
    if error.is_partial() {
        return None;
    }
    let path = at.map(Path::to_owned).or_else(|| path_of(error)).unwrap_or_default();
    let reason = match error.io_error().map(io::Error::kind) {
        Some(io::ErrorKind::PermissionDenied) => "no permission to look into it".to_owned(),
        Some(kind) => kind.to_string(),
        None => "it cannot be read".to_owned(),
    };
    Some(Problem { path, reason })
}

fn path_of(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{list_folder, scan};
    use crate::rules::Rules;
    use std::path::Path;
    use std::sync::atomic::AtomicBool;

    fn names(root: &Path, user: &str) -> Vec<String> {
        let rules = Rules::new(root, user, &[]).unwrap();
        let mut names = Vec::new();
        let scanned = scan(&rules, &AtomicBool::new(false), |entry| {
            names.push(entry.path.strip_prefix(root).unwrap().to_string_lossy().into_owned());
        })
        .unwrap();
        assert!(scanned.complete && scanned.problems.is_empty());
        names.sort();
        names
    }

    #[test]
    fn a_scan_sees_files_and_folders_but_no_links_and_nothing_ignored() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for path in ["a/b/c.txt", "a/.gitignore", "a/skip.log", ".hidden/x", "node_modules/y", "target/z", "top.md"] {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        std::fs::write(root.join("a/.gitignore"), "*.log\n").unwrap();
        std::fs::write(root.join("target/CACHEDIR.TAG"), "x").unwrap();
        std::os::unix::fs::symlink("/etc", root.join("etc")).unwrap();
        assert_eq!(names(root, ""), ["a", "a/.gitignore", "a/b", "a/b/c.txt", "top.md"]);
        assert_eq!(names(root, "*.md\n"), ["a", "a/.gitignore", "a/b", "a/b/c.txt"]);
    }

    #[test]
    fn listing_one_folder_agrees_with_the_scan() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("sub")).unwrap();
        for name in ["sub/a.txt", "sub/b.tmp", "sub/.gitignore"] {
            std::fs::write(dir.path().join(name), "a.*\n").unwrap();
        }
        let rules = Rules::new(dir.path(), "", &[]).unwrap();
        let listed = list_folder(&rules, &dir.path().join("sub")).unwrap();
        assert_eq!(listed.len(), 1, "{listed:?}");
    }

    #[test]
    fn a_missing_root_is_an_error_and_not_an_empty_folder() {
        let rules = Rules::new(Path::new("/does/not/exist"), "", &[]).unwrap();
        assert!(scan(&rules, &AtomicBool::new(false), |_| {}).is_err());
    }
}
