//! Files of an index, sealed again for another key.
//!
//! They are opaque here: the same bytes under the same name. A file that does not verify is left out: it was of no use before
//! either, and an index that lacks something is built again from the database when it is opened.

use crate::capture::INDEXES;
use crate::error::{During, Error, Result};
use crate::files;
use atom_vault::{Error as VaultError, Keys, SealReader, SealRoot};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Labels of the roots of both indexes, in the order of [`INDEXES`].
const ROOTS: [&str; 2] = ["tantivy/root", "lance/root"];
/// Files that are never sealed, or were never finished: locks, what is being written, what was put aside as damaged.
const UNSEALED: [&str; 3] = [".lock", ".new", ".corrupt"];

/// A file of an index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IndexFile {
    /// Which index.
    index: usize,
    /// The path that it is sealed for: inside the index, with `/`.
    object: String,
}

/// Both indexes of one vault with their keys.
pub(crate) struct Indexes {
    folder: PathBuf,
    roots: [SealRoot; 2],
}

impl Indexes {
    pub(crate) fn new(folder: &Path, keys: &Keys) -> Self {
        Self { folder: folder.to_owned(), roots: ROOTS.map(|label| keys.seal_root(label)) }
    }

    /// Every sealed file with its size in bytes.
    pub(super) fn list(&self) -> Result<BTreeMap<IndexFile, u64>> {
        let mut found = BTreeMap::new();
        for (index, name) in INDEXES.into_iter().enumerate() {
            let folder = self.folder.join(name);
            if folder.is_dir() {
                walk(&folder, index, "", &mut found)?;
            }
        }
        Ok(found)
    }

    pub(super) fn path(&self, file: &IndexFile) -> PathBuf {
        let name = INDEXES.get(file.index).copied().unwrap_or_default();
        self.folder.join(name).join(&file.object)
    }

    fn root(&self, file: &IndexFile) -> Result<&SealRoot> {
        self.roots.get(file.index).ok_or_else(|| Error::rotation(&*file.object, "belongs to no index"))
    }

    /// Opens a file; none where it is not there, or does not verify.
    fn open(&self, file: &IndexFile) -> Result<Option<SealReader>> {
        let path = self.path(file);
        let source = match File::open(&path) {
            Ok(source) => source,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("read", &path, error)),
        };
        files::forget_cached(&source);
        let len = source.metadata().during("read", &path)?.len();
        usable(self.root(file)?.open(source, len, &file.object))
    }

    /// Whether the file here has the same content as the one there, every block authenticated.
    pub(super) fn same(&self, there: &Self, file: &IndexFile) -> Result<bool> {
        let (Some(one), Some(other)) = (self.open(file)?, there.open(file)?) else { return Ok(false) };
        if (one.len(), one.block_size()) != (other.len(), other.block_size()) {
            return Ok(false);
        }
        for block in 0..one.block_count() {
            match (usable(one.read_block(block))?, usable(other.read_block(block))?) {
                (Some(one), Some(other)) if one == other => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Writes the file of `from` here, in place of what may be there; false, with nothing left, where it does not verify.
    pub(super) fn seal_again(&self, from: &Self, file: &IndexFile) -> Result<bool> {
        let path = self.path(file);
        files::remove(&path)?;
        let Some(reader) = from.open(file)? else { return Ok(false) };
        self.make_folders(file)?;
        let is_whole = self.copy_sealed(&reader, &path, file)?;
        if !is_whole {
            files::remove(&path)?;
        }
        Ok(is_whole)
    }

    /// Writes what `reader` reads to `path`, sealed as `file`; false where a block does not verify.
    fn copy_sealed(&self, reader: &SealReader, path: &Path, file: &IndexFile) -> Result<bool> {
        let target = files::Growing::new(path)?;
        let block_log2 = u8::try_from(reader.block_size().trailing_zeros()).unwrap_or(u8::MAX);
        let failed = |error| match error {
            VaultError::DiskFull { .. } => Error::DiskFull { place: path.to_owned(), bytes: None },
            error => error.into(),
        };
        let mut writer = self.root(file)?.writer(target, &file.object, block_log2).map_err(failed)?;
        for block in 0..reader.block_count() {
            let Some(plain) = usable(reader.read_block(block))? else { return Ok(false) };
            writer.write_all(&plain).during("write", path)?;
        }
        writer.finish().map_err(failed)?;
        Ok(true)
    }

    /// Seals the files here that `from` opens and these keys do not, each in its place.
    pub(crate) fn adopt(&self, from: &Self) -> Result<()> {
        for file in self.list()?.keys() {
            if self.open(file)?.is_some() {
                continue;
            }
            let Some(reader) = from.open(file)? else { continue };
            let (path, beside) = (self.path(file), self.path(file).with_added_extension("new"));
            if self.copy_sealed(&reader, &beside, file)? {
                files::rename(&beside, &path)?;
            } else {
                files::remove(&beside)?;
            }
        }
        Ok(())
    }

    /// Folders of the indexes, whether or not they have files, so that what is staged says that nothing is missing.
    pub(super) fn make_tops(&self) -> Result<()> {
        INDEXES.iter().try_for_each(|name| files::make_folder(&self.folder.join(name)))
    }

    fn make_folders(&self, file: &IndexFile) -> Result<()> {
        let mut folder = self.folder.join(INDEXES.get(file.index).copied().unwrap_or_default());
        for part in Path::new(&file.object).parent().into_iter().flat_map(Path::components) {
            folder.push(part);
            files::make_folder(&folder)?;
        }
        Ok(())
    }
}

/// What could be opened or read; none where it does not verify.
fn usable<T>(result: std::result::Result<T, VaultError>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(VaultError::NotSealed { .. } | VaultError::Tampered { .. } | VaultError::UnsupportedSeal { .. }) => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn walk(folder: &Path, index: usize, above: &str, found: &mut BTreeMap<IndexFile, u64>) -> Result<()> {
    for entry in folder.read_dir().during("read", folder)? {
        let entry = entry.during("read", folder)?;
        // Every name that the indexes give is plain; another one is not theirs.
        let Ok(name) = entry.file_name().into_string() else { continue };
        let object = if above.is_empty() { name.clone() } else { format!("{above}/{name}") };
        let kind = entry.file_type().during("read", &entry.path())?;
        if kind.is_dir() {
            walk(&entry.path(), index, &object, found)?;
        } else if kind.is_file() && !UNSEALED.iter().any(|end| name.ends_with(end)) && !name.contains('#') {
            let bytes = match fs::symlink_metadata(entry.path()) {
                Ok(facts) => facts.len(),
                // Files of old versions are removed at any time; nothing needs them.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::io("read", &entry.path(), error)),
            };
            found.insert(IndexFile { index, object }, bytes);
        }
    }
    Ok(())
}
