//! The folder of the index on disk: finding the table, sweeping leftovers, stepping back from a damaged head.
//!
//! ```text
//! vectors/
//!   t_<random>.lance/        the table; its name says nothing (two of them while the model changes)
//!     _versions/*.manifest   one per version; the newest is the head
//!     _transactions/ data/ _deletions/ _indices/
//!   <manifest>.corrupt       a head that did not verify, kept for a look
//! ```
//! Lance has no way back from a head that it cannot read (after a crash on a disk that lies about flushing, or damage),
//! so the newest version whose manifest verifies becomes the head.
//! Nothing is moved unless there is such a version: with a wrong key nothing verifies and nothing is touched.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use object_store::ObjectStoreExt;

use super::fault::{corrupt, io_error};
use super::store::SealedStore;
use crate::Result;

const OPENING: &str = "opening the vector index";
/// What names of tables begin with; a random id follows.
pub(crate) const TABLE_PREFIX: &str = "t_";
const TABLE_EXTENSION: &str = "lance";
const MANIFEST: &str = "manifest";
const QUARANTINED: &str = "corrupt";

/// Names of new tables.
pub(crate) fn new_table_name() -> String {
    format!("{TABLE_PREFIX}{}", uuid::Uuid::new_v4().simple())
}

/// What was found of the table.
pub(crate) struct Found {
    /// The name to open; `None` if there is no table yet.
    pub(crate) table: Option<String>,
    /// Whether a damaged head was put aside.
    pub(crate) healed: bool,
}

/// Prepares the folder: makes it, sweeps leftovers and heals the head.
pub(crate) async fn prepare(folder: &Path, store: &SealedStore) -> Result<Found> {
    sweep_staged(folder).map_err(|e| io_error(OPENING, e))?;
    let mut tables = Vec::new();
    for table in tables_in(folder).map_err(|e| io_error(OPENING, e))? {
        let manifests = manifests(&table).map_err(|e| io_error(OPENING, e))?;
        if manifests.is_empty() {
            if table.join("data").exists() {
                return Err(corrupt("the table has lost its versions"));
            }
            // The process ended before the first version was there.
            fs::remove_dir_all(&table).map_err(|e| io_error(OPENING, e))?;
        } else {
            tables.push((table, manifests));
        }
    }
    let Some((table, manifests)) = tables.pop() else {
        return Ok(Found { table: None, healed: false });
    };
    if !tables.is_empty() {
        return Err(corrupt("there is more than one table"));
    }
    let healed = heal(folder, manifests, store).await?;
    let name = table.file_stem().and_then(|name| name.to_str());
    Ok(Found { table: name.map(str::to_owned), healed })
}

/// The same for the one table of this name, whatever else is in the folder.
pub(crate) async fn prepare_table(folder: &Path, name: &str, store: &SealedStore) -> Result<Found> {
    let table = table_folder(folder, name);
    if !table.is_dir() {
        return Ok(Found { table: None, healed: false });
    }
    sweep_staged(&table).map_err(|e| io_error(OPENING, e))?;
    if is_empty(&table).map_err(|e| io_error(OPENING, e))? {
        fs::remove_dir_all(&table).map_err(|e| io_error(OPENING, e))?;
        return Ok(Found { table: None, healed: false });
    }
    let manifests = manifests(&table).map_err(|e| io_error(OPENING, e))?;
    if manifests.is_empty() {
        return Err(corrupt("the table has lost its versions"));
    }
    let healed = heal(folder, manifests, store).await?;
    Ok(Found { table: Some(name.to_owned()), healed })
}

/// Whether the process ended before the first version of the table was there.
pub(crate) fn is_empty(table: &Path) -> io::Result<bool> {
    Ok(manifests(table)?.is_empty() && !table.join("data").exists())
}

pub(crate) fn tables_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() && path.extension().is_some_and(|e| e == TABLE_EXTENSION) {
            found.push(path);
        }
    }
    Ok(found)
}

/// The folder of the table with this name.
pub(crate) fn table_folder(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.{TABLE_EXTENSION}"))
}

/// Every file that has to be sealed: all but those that were put aside.
pub(crate) fn sealed_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|e| e != QUARANTINED) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// The manifests of a table, newest first.
fn manifests(table: &Path) -> io::Result<Vec<PathBuf>> {
    Ok(versions(table)?.into_iter().map(|(_, path)| path).collect())
}

/// The versions of a table with their manifests, newest first.
pub(crate) fn versions(table: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let entries = match fs::read_dir(table.join("_versions")) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == MANIFEST)
            && let Some(version) = version(&path)
        {
            found.push((version, path));
        }
    }
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    Ok(found)
}

/// The version in a manifest's name: the number, or its distance from the largest one in names of twenty digits.
fn version(path: &Path) -> Option<u64> {
    let name = path.file_stem()?.to_str()?;
    let number: u64 = name.parse().ok()?;
    Some(if name.len() == 20 { u64::MAX - number } else { number })
}

/// Puts manifests aside that are newer than the newest one that verifies; says whether there were any.
async fn heal(folder: &Path, manifests: Vec<PathBuf>, store: &SealedStore) -> Result<bool> {
    let mut damaged: Vec<PathBuf> = Vec::new();
    for manifest in manifests {
        if verifies(&manifest, store).await? {
            let healed = !damaged.is_empty();
            for path in damaged {
                quarantine(folder, &path).map_err(|e| io_error(OPENING, e))?;
            }
            return Ok(healed);
        }
        damaged.push(manifest);
    }
    Err(corrupt("no version of the table can be read"))
}

async fn verifies(manifest: &Path, store: &SealedStore) -> Result<bool> {
    let location =
        object_store::path::Path::from_absolute_path(manifest).map_err(|_| corrupt("a manifest has a strange name"))?;
    let mark = store.watch().mark();
    let read = async {
        let bytes = store.get(&location).await?.bytes().await?;
        Ok::<_, object_store::Error>(!bytes.is_empty())
    };
    match read.await {
        Ok(verified) => Ok(verified),
        Err(error) => match store.watch().classify(OPENING, mark, &error) {
            crate::Error::Corrupt { .. } => Ok(false),
            other => Err(other),
        },
    }
}

/// Moves a manifest that does not verify out of the table.
pub(crate) fn quarantine(folder: &Path, manifest: &Path) -> io::Result<()> {
    let Some(name) = manifest.file_name() else {
        return Ok(());
    };
    let target = folder.join(name).with_extension(format!("{MANIFEST}.{QUARANTINED}"));
    fs::rename(manifest, target)?;
    tracing::warn!("a damaged version of the vector index was put aside");
    sync_folder(folder)?;
    manifest.parent().map_or(Ok(()), sync_folder)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Removes files that were being written when the process ended: the local store names them `<name>#<number>`.
fn sweep_staged(folder: &Path) -> io::Result<()> {
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if is_staged(&entry.file_name().to_string_lossy()) {
                fs::remove_file(entry.path())?;
            }
        }
    }
    Ok(())
}

fn is_staged(name: &str) -> bool {
    name.split_once('#')
        .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_are_ordered_by_version_in_both_namings() {
        assert_eq!(version(Path::new("7.manifest")), Some(7));
        let name = format!("{:020}.manifest", u64::MAX - 7);
        assert_eq!(version(Path::new(&name)), Some(7));
        assert_eq!(version(Path::new("d12.manifest")), None);
    }

    #[test]
    fn only_numbered_leftovers_are_staged() {
        for (name, staged) in [("x.lance#1", true), ("x.lance#", false), ("x#y.lance", false), ("x.lance", false)] {
            assert_eq!(is_staged(name), staged, "{name}");
        }
    }
}
