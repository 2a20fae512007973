//! Several tables in one folder: while the model changes, the new vectors grow beside the old ones.
//!
//! Files are bound to their path inside the folder, so whoever copies or seals the folder again need not know which table
//! counts. The caller does: it gives tables their names, and remembers them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use atom_vault::SealRoot;

use super::fault::{io_error, refused};
use super::folder::{self, table_folder};
use super::{Opened, VectorIndex, opened};
use crate::Result;

/// A name for a table that is not there yet.
pub fn new_table_name() -> String {
    folder::new_table_name()
}

/// The series that heads of this table have, if this is the name of a table.
pub fn series_of(name: &str) -> Option<[u8; 16]> {
    let id = name.strip_prefix(folder::TABLE_PREFIX)?;
    uuid::Uuid::try_parse(id).ok().map(uuid::Uuid::into_bytes)
}

/// Names of the tables in `dir`, in order; those that were only begun are removed.
///
/// # Errors
/// If the folder cannot be read.
pub fn tables(dir: &Path) -> Result<Vec<String>> {
    const OPERATION: &str = "looking for vector indexes";
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let failed = |error| io_error(OPERATION, error);
    let mut names = Vec::new();
    for table in folder::tables_in(dir).map_err(failed)? {
        if folder::is_empty(&table).map_err(failed)? {
            fs::remove_dir_all(&table).map_err(failed)?;
        } else if let Some(name) = table.file_stem().and_then(|name| name.to_str()) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Removes a table that nobody has open. What is left of it after a crash is a table that is damaged, and removed by the
/// next one that looks for tables it does not know.
///
/// # Errors
/// If it is there and cannot be removed.
pub fn remove_table(dir: &Path, name: &str) -> Result<()> {
    const OPERATION: &str = "removing an old vector index";
    match fs::remove_dir_all(table_folder(dir, name)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io_error(OPERATION, error)),
        _ => Ok(()),
    }
}

impl VectorIndex {
    /// Opens the table `name` in `dir`, or makes it, and touches no other.
    ///
    /// # Errors
    /// As [`VectorIndex::open`]; also for a name that [`new_table_name`] does not give.
    pub async fn open_table(dir: &Path, root: SealRoot, dims: usize, name: &str) -> Result<Opened> {
        if series_of(name).is_none() {
            return Err(refused("opening the vector index", "a table has a foreign name"));
        }
        opened(dir, root, dims, Some(name.to_owned())).await
    }

    /// The name of its table.
    pub fn name(&self) -> &str {
        self.inner.table.name()
    }

    /// Components of its vectors.
    pub fn dims(&self) -> usize {
        self.inner.dims
    }

    /// Closes it and removes its table, if nobody else has it in hands; gives it back if somebody has.
    ///
    /// # Errors
    /// As [`remove_table`].
    pub fn remove_if_last(self) -> Result<Option<Self>> {
        if Arc::strong_count(&self.inner) > 1 {
            return Ok(Some(self));
        }
        let (dir, name) = (self.inner.folder.clone(), self.name().to_owned());
        drop(self);
        remove_table(&dir, &name).map(|()| None)
    }
}
