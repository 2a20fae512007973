//! What a snapshot lists.

use crate::chunks::{ChunkId, ChunkRef};
use crate::error::{During, Error, Result};
use crate::files;
use crate::repository::{Repository, SNAPSHOTS};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io;
use std::path::Path;

/// Version of the manifest; the first had no sequence.
pub(crate) const VERSION: u32 = 2;
/// A manifest of 4 TB of content is shorter.
const MAX_LEN: u64 = 1 << 30;

/// How much a snapshot holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Folders and accounts.
    pub sources: u64,
    /// Files and folders.
    pub items: u64,
    /// Passages of text.
    pub passages: u64,
}

/// One moment of a vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) version: u32,
    /// Counts the snapshots of a repository: which of two is the newer one does not depend on a clock that can be set.
    #[serde(default)]
    pub(crate) sequence: u64,
    /// When it was taken, Unix milliseconds.
    pub(crate) made_ms: i64,
    /// Version of the Atom that took it.
    pub(crate) app_version: String,
    pub(crate) counts: Counts,
    /// Bytes that it added to the repository, its own manifest left out.
    pub(crate) added_bytes: u64,
    /// Whether the indexes are in it.
    pub(crate) with_indexes: bool,
    pub(crate) database: Database,
    /// Files of the indexes.
    pub(crate) files: Vec<FileEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Database {
    pub(crate) schema_version: u32,
    /// Bytes of the database file, about.
    pub(crate) bytes: u64,
    pub(crate) tables: Vec<TableEntry>,
    /// Statements that make indexes, triggers and views.
    pub(crate) after: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TableEntry {
    pub(crate) name: String,
    pub(crate) sql: String,
    pub(crate) rows: u64,
    /// Blocks of rows, in order.
    pub(crate) blocks: Vec<ChunkRef>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FileEntry {
    /// Relative to the data folder, with `/`.
    pub(crate) path: String,
    pub(crate) bytes: u64,
    pub(crate) pieces: Vec<ChunkRef>,
}

impl Manifest {
    /// Reads the manifest of `object` in the repository at `dir`.
    pub(crate) fn parse(json: &[u8], object: &str, dir: &Path) -> Result<Self> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let odd = |_| Error::damaged(object, "cannot be understood");
        let Versioned { version } = serde_json::from_slice(json).map_err(odd)?;
        if version > VERSION {
            return Err(Error::NewerFormat { folder: dir.to_owned(), found: version, known: VERSION });
        }
        serde_json::from_slice(json).map_err(odd)
    }

    /// Every chunk that it lists, in the order in which restoring reads them; one that is used twice comes twice.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = ChunkRef> + '_ {
        let rows = self.database.tables.iter().flat_map(|table| &table.blocks);
        rows.chain(self.files.iter().flat_map(|file| &file.pieces)).copied()
    }

    /// Bytes of content.
    pub(crate) fn content_bytes(&self) -> u64 {
        self.chunks().fold(0, |sum, chunk| sum.saturating_add(chunk.1))
    }
}

/// A snapshot as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotInfo {
    /// Its name.
    pub id: String,
    /// When it was taken, Unix milliseconds.
    pub made_ms: i64,
    /// Version of the Atom that took it.
    pub app_version: String,
    /// How much it holds.
    pub counts: Counts,
    /// Bytes of content.
    pub content_bytes: u64,
    /// Bytes that it added to the repository.
    pub added_bytes: u64,
    /// Whether the indexes are in it.
    pub with_indexes: bool,
}

impl SnapshotInfo {
    pub(crate) fn of(id: &str, manifest: &Manifest) -> Self {
        Self {
            id: id.to_owned(),
            made_ms: manifest.made_ms,
            app_version: manifest.app_version.clone(),
            counts: manifest.counts,
            content_bytes: manifest.content_bytes(),
            added_bytes: manifest.added_bytes,
            with_indexes: manifest.with_indexes,
        }
    }
}

/// Every snapshot of a repository: those that verify, oldest first, and what is wrong with the others.
pub(crate) struct Snapshots {
    pub(crate) whole: Vec<(String, Manifest)>,
    pub(crate) damaged: Vec<Error>,
}

impl Snapshots {
    /// The sequence number of the next one.
    pub(crate) fn next_sequence(&self) -> u64 {
        self.whole.last().map_or(0, |(_, manifest)| manifest.sequence).saturating_add(1)
    }

    /// Every chunk that any whole snapshot lists.
    pub(crate) fn known(&self) -> HashMap<ChunkId, u64> {
        self.whole.iter().flat_map(|(_, manifest)| manifest.chunks()).map(|ChunkRef(id, len)| (id, len)).collect()
    }
}

impl Repository {
    /// Snapshots that verify, newest first, and what is wrong with the others.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder cannot be read.
    pub fn list(&self) -> Result<(Vec<SnapshotInfo>, Vec<Error>)> {
        let Snapshots { whole, damaged } = self.snapshots()?;
        Ok((whole.iter().rev().map(|(id, manifest)| SnapshotInfo::of(id, manifest)).collect(), damaged))
    }

    pub(crate) fn snapshots(&self) -> Result<Snapshots> {
        let folder = self.dir().join(SNAPSHOTS);
        let (mut whole, mut damaged) = (Vec::new(), Vec::new());
        for entry in folder.read_dir().during("read", &folder)? {
            let name = entry.during("read", &folder)?.file_name();
            let Some(id) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
            match self.manifest(id) {
                Ok(manifest) => whole.push((id.to_owned(), manifest)),
                Err(error @ Error::Io { .. }) => return Err(error),
                Err(error) => damaged.push(error),
            }
        }
        whole.sort_by(|(a_id, a), (b_id, b)| (a.sequence, a.made_ms, a_id).cmp(&(b.sequence, b.made_ms, b_id)));
        Ok(Snapshots { whole, damaged })
    }

    /// Reads and verifies the manifest of a snapshot.
    pub(crate) fn manifest(&self, id: &str) -> Result<Manifest> {
        let object = object(id);
        let path = self.dir().join(&object);
        let sealed = match read_limited(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::NoSnapshot { folder: self.dir().to_owned(), id: id.to_owned() });
            }
            read => read.during("read", &path)?,
        };
        let Ok(json) = self.keys.seal_root("backup/snapshots").open_bytes(&object, &sealed) else {
            return Err(Error::damaged(object, "does not verify"));
        };
        Manifest::parse(&json, &object, self.dir())
    }

    /// Writes a manifest: with this the snapshot exists. Durable, and read back.
    pub(crate) fn write_manifest(&self, manifest: &Manifest) -> Result<String> {
        let id = new_id(manifest.made_ms)?;
        let object = object(&id);
        let json = serde_json::to_vec(manifest)
            .map_err(|error| Error::damaged(&object, format!("cannot be written: {error}")))?;
        let sealed = self.keys.seal_root("backup/snapshots").seal_bytes(&object, &json)?;
        files::replace(&self.tmp(&id), &self.dir().join(&object), &sealed)?;
        if self.manifest(&id)? != *manifest {
            return Err(Error::damaged(object, "is not what was written"));
        }
        Ok(id)
    }
}

/// Path inside the repository, which the manifest is sealed for.
pub(crate) fn object(id: &str) -> String {
    format!("{SNAPSHOTS}/{id}")
}

fn read_limited(path: &Path) -> io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MAX_LEN).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A name that sorts by time: `20261121-091110-1a2b3c4d`, in UTC.
fn new_id(made_ms: i64) -> Result<String> {
    let mut random = [0; 4];
    getrandom::fill(&mut random)
        .map_err(|error| Error::Vault(atom_vault::Error::Random { reason: error.to_string() }))?;
    let seconds = made_ms.div_euclid(1_000);
    let (year, month, day) = atom_core::date_of_days(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    Ok(format!("{year:04}{month:02}{day:02}-{hour:02}{minute:02}{second:02}-{}", crate::hex::encode(&random)))
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn names_say_when() {
        let check = |ms: i64, begin: &str| assert!(new_id(ms).unwrap().starts_with(begin), "{}", new_id(ms).unwrap());
        check(0, "19700101-000000-");
        check(951_782_400_000, "20000229-000000-");
        check(1_795_252_270_000, "20261121-091110-");
        check(-1, "19691231-235959-");
        assert_ne!(new_id(0).unwrap(), new_id(0).unwrap());
    }
}
