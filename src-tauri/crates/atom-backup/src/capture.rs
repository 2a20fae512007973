//! A consistent view of a vault that is in use.

use crate::error::{During, Error, Result};
use atom_store::{Outline, Snapshot, Store};
use atom_vault::{Keys, SlotCopy};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The database in the data folder.
pub(crate) const DATABASE: &str = "vault.db";
/// Folders of sealed, write-once files that derive from the database.
pub(crate) const INDEXES: [&str; 2] = ["keyword", "vectors"];
/// Second names for the files of the indexes, inside the data folder because names must be on the same disk.
pub(crate) const STAGING: &str = "backup.tmp";

/// Database, indexes and key slots as they were at one moment.
///
/// Taking it is quick: the database keeps an old state for its readers, and files of the indexes, which never change
/// once written, get a second name. Whoever calls keeps writers of the indexes still meanwhile and lets them go on after.
pub struct Capture {
    pub(crate) snapshot: Snapshot,
    pub(crate) outline: Outline,
    pub(crate) files: Vec<CapturedFile>,
    pub(crate) slots: SlotCopy,
    pub(crate) data_dir: PathBuf,
    pub(crate) with_indexes: bool,
    staging: Option<Staging>,
}

/// A file of an index.
pub(crate) struct CapturedFile {
    /// Relative to the data folder, with `/`.
    pub(crate) path: String,
    pub(crate) at: PathBuf,
    pub(crate) bytes: u64,
}

/// Removes the second names when it goes.
struct Staging(PathBuf);

impl Drop for Staging {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "what a backup left in the data folder is removed by the next one");
        }
    }
}

impl Capture {
    /// Takes the vault in `data_dir`; `keys` are its keys and `store` its open database.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Vault`] if the key slots are damaged, [`Error::DiskFull`], [`Error::Io`].
    pub fn take(store: &Store, keys: &Keys, data_dir: &Path, with_indexes: bool) -> Result<Self> {
        let slots = SlotCopy::of_vault(data_dir)?;
        slots.verify(keys)?;
        let snapshot = store.snapshot()?;
        let (mut files, mut staging) = (Vec::new(), None);
        let folder = data_dir.join(STAGING);
        remove_leftover(&folder)?;
        if with_indexes {
            fs::create_dir(&folder).during("make", &folder)?;
            staging = Some(Staging(folder.clone()));
            for name in INDEXES {
                let from = data_dir.join(name);
                if from.is_dir() {
                    second_names(&from, &folder.join(name), name, &mut files)?;
                }
            }
        }
        // Not before: counting takes its time, and the caller holds up the indexes.
        let outline = Outline { schema_version: 0, bytes: 0, tables: Vec::new(), after: Vec::new() };
        Ok(Self { snapshot, outline, files, slots, data_dir: data_dir.to_owned(), with_indexes, staging })
    }

    /// Counts what is in the database.
    pub(crate) fn look(&mut self) -> Result<()> {
        self.outline = self.snapshot.outline()?;
        Ok(())
    }

    /// Lets go of the second names, once the files are read.
    pub(crate) fn release_files(&mut self) {
        self.staging = None;
    }
}

fn remove_leftover(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done.during("remove", folder),
    }
}

fn second_names(from: &Path, to: &Path, relative: &str, files: &mut Vec<CapturedFile>) -> Result<()> {
    fs::create_dir(to).during("make", to)?;
    for entry in from.read_dir().during("read", from)? {
        let entry = entry.during("read", from)?;
        let (path, name) = (entry.path(), entry.file_name());
        // Every name that the indexes give is plain; another one is not theirs.
        let Some(name) = name.to_str() else { continue };
        let (target, relative) = (to.join(name), format!("{relative}/{name}"));
        let kind = entry.file_type().during("read", &path)?;
        if kind.is_dir() {
            second_names(&path, &target, &relative, files)?;
        } else if kind.is_file() {
            match link_or_copy(&path, &target) {
                Ok(()) => {
                    let bytes = target.metadata().during("read", &target)?.len();
                    files.push(CapturedFile { path: relative, at: target, bytes });
                }
                // Files of old versions are removed at any time; nothing needs them.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(Error::io("copy", &path, error)),
            }
        }
    }
    Ok(())
}

/// A second name costs nothing; where the file system has none, a copy.
fn link_or_copy(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => fs::copy(from, to).map(drop),
        done => done,
    }
}
