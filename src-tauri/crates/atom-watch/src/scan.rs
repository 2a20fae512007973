//! The reconcile scan: everything that is in a folder now.

use crate::beneath::open_folder_beneath;
use crate::rules::{Rules, walk_builder};
use atom_core::Entry;
use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, Dir, FileType, Stat};
use std::ffi::{CStr, OsStr};
use std::fs::Metadata;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

/// What `facts` say of the file or folder at `path`; none for links and special files.
pub fn entry_of(path: PathBuf, facts: &Metadata) -> Option<Entry> {
    let is_folder = facts.is_dir();
    (is_folder || facts.is_file()).then(|| Entry {
        path,
        is_folder,
        size: if is_folder { 0 } else { facts.len() },
        modified_ns: nanoseconds(facts.mtime(), facts.mtime_nsec()),
        changed_ns: nanoseconds(facts.ctime(), facts.ctime_nsec()),
        device: facts.dev(),
        inode: facts.ino(),
        links: facts.nlink(),
    })
}

fn entry_of_stat(path: PathBuf, facts: &Stat) -> Option<Entry> {
    let kind = FileType::from_raw_mode(facts.st_mode);
    (kind.is_dir() || kind.is_file()).then(|| Entry {
        path,
        is_folder: kind.is_dir(),
        size: if kind.is_dir() { 0 } else { u64::try_from(facts.st_size).unwrap_or_default() },
        modified_ns: nanoseconds(facts.st_mtime, facts.st_mtime_nsec),
        changed_ns: nanoseconds(facts.st_ctime, facts.st_ctime_nsec),
        device: facts.st_dev,
        inode: facts.st_ino,
        links: facts.st_nlink,
    })
}

fn nanoseconds(seconds: i64, rest: impl TryInto<i64>) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(rest.try_into().unwrap_or_default())
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
    for entry in walk(rules) {
        if cancel.load(Ordering::Relaxed) {
            scanned.complete = false;
            break;
        }
        match entry {
            Ok(entry) if entry.depth() == 0 => {}
            Ok(entry) => match entry.metadata() {
                Ok(facts) => {
                    if let Some(entry) = entry_of(entry.into_path(), &facts) {
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
/// Nothing is listed through a link, even if one has taken the folder's place.
///
/// # Errors
/// When the folder cannot be read; [`io::ErrorKind::NotFound`] when it is no folder of this source any more.
pub fn list_folder(rules: &Rules, folder: &Path) -> io::Result<Vec<Entry>> {
    let mut matcher = rules.matcher();
    let mut entries = Vec::new();
    let (opened, mut names) = open_folder(rules, folder)?;
    while let Some(name) = names.read() {
        let name = name?;
        let Some(path) = child_path(folder, name.file_name()) else {
            continue;
        };
        let facts = rustix::fs::statat(&opened, name.file_name(), AtFlags::SYMLINK_NOFOLLOW);
        // Gone between listing and looking.
        let Ok(facts) = facts else { continue };
        if let Some(entry) = entry_of_stat(path, &facts)
            && !matcher.ignores(&entry.path, entry.is_folder)
        {
            entries.push(entry);
        }
    }
    Ok(entries)
}

/// The folders directly inside of `folder`, whatever the rules say of them, and when something in it last changed.
///
/// # Errors
/// As [`list_folder`]; also when the folder is on another file system than `device`, if that is given.
pub(crate) fn subfolders(rules: &Rules, folder: &Path, device: Option<u64>) -> io::Result<Subfolders> {
    let (opened, mut names) = open_folder(rules, folder)?;
    let facts = rustix::fs::fstat(&opened)?;
    if device.is_some_and(|device| device != facts.st_dev) {
        return Err(io::ErrorKind::CrossesDevices.into());
    }
    let mut paths = Vec::new();
    while let Some(name) = names.read() {
        let name = name?;
        let is_folder = match name.file_type() {
            FileType::Unknown => rustix::fs::statat(&opened, name.file_name(), AtFlags::SYMLINK_NOFOLLOW)
                .is_ok_and(|facts| FileType::from_raw_mode(facts.st_mode).is_dir()),
            kind => kind.is_dir(),
        };
        if is_folder {
            paths.extend(child_path(folder, name.file_name()));
        }
    }
    let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(facts.st_mtime).unwrap_or_default());
    Ok(Subfolders { paths, device: facts.st_dev, changed })
}

/// What [`subfolders`] found.
pub(crate) struct Subfolders {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) device: u64,
    /// When an entry was last made, removed or renamed here, to the second.
    pub(crate) changed: SystemTime,
}

fn open_folder(rules: &Rules, folder: &Path) -> io::Result<(OwnedFd, Dir)> {
    let relative = folder.strip_prefix(rules.root()).map_err(|_| io::ErrorKind::NotFound)?;
    let opened = open_folder_beneath(rules.root(), relative)?;
    let names = Dir::read_from(&opened)?;
    Ok((opened, names))
}

/// The path of an entry; none for the folder itself and its parent.
fn child_path(folder: &Path, name: &CStr) -> Option<PathBuf> {
    let name = name.to_bytes();
    (name != b"." && name != b"..").then(|| folder.join(OsStr::from_bytes(name)))
}

fn walk(rules: &Rules) -> ignore::Walk {
    let mut builder = walk_builder(rules.root());
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
