//! Pieces of content, each sealed in a file of its own that is named by a keyed hash of the content.
//!
//! The hash is keyed, so that nobody without the keys can tell from a name what is in a chunk, or whether it is something
//! they know. One file a chunk: removing one never rewrites others, so there is nothing that a crash could leave half moved.

use crate::error::{During, Error, Result};
use crate::repository::{CHUNKS, TMP};
use crate::{files, hex};
use atom_vault::seal::ciphertext_len;
use atom_vault::{Keys, LockedKey, SealRoot};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Name of a chunk: BLAKE3 of its content, keyed by the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ChunkId(#[serde(with = "hex::field")] [u8; 32]);

impl ChunkId {
    /// Path inside the repository, which the chunk is sealed for.
    pub(crate) fn object(self) -> String {
        let name = hex::encode(&self.0);
        let folder = name.get(..2).unwrap_or_default();
        format!("{CHUNKS}/{folder}/{name}")
    }
}

/// A chunk and how long its content is, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChunkRef(pub(crate) ChunkId, pub(crate) u64);

/// The chunks of a repository.
pub(crate) struct Chunks {
    dir: PathBuf,
    names: LockedKey,
    seal: SealRoot,
}

impl Chunks {
    pub(crate) fn new(dir: &Path, keys: &Keys) -> Self {
        let names = (&*keys.derive("backup/chunk-names")).into();
        Self { dir: dir.to_owned(), names, seal: keys.seal_root("backup/chunks") }
    }

    /// What a chunk with this content is called.
    pub(crate) fn reference(&self, content: &[u8]) -> ChunkRef {
        let id = ChunkId(*blake3::keyed_hash(&self.names, content).as_bytes());
        ChunkRef(id, u64::try_from(content.len()).unwrap_or(u64::MAX))
    }

    /// Writes a chunk under its name, in place of what may be there; durable only after [`files::sync_all`].
    pub(crate) fn write(&self, chunk: ChunkRef, content: &[u8]) -> Result<()> {
        let object = chunk.0.object();
        let sealed = self.seal.seal_bytes(&object, content)?;
        let path = self.dir.join(&object);
        if let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) {
            files::make_folder(folder)?;
        }
        let tmp = self.dir.join(TMP).join(hex::encode(&chunk.0.0));
        files::write_new(&tmp, &sealed)?;
        files::rename(&tmp, &path)
    }

    /// Whether a file of the right length has the chunk's name.
    pub(crate) fn is_there(&self, chunk: ChunkRef) -> bool {
        let facts = self.dir.join(chunk.0.object()).symlink_metadata();
        facts.is_ok_and(|facts| facts.is_file() && facts.len() == ciphertext_len(chunk.1))
    }

    /// The content of a chunk, authenticated and compared with its name.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it is missing or not what was written.
    pub(crate) fn read(&self, chunk: ChunkRef) -> Result<Vec<u8>> {
        let object = chunk.0.object();
        let path = self.dir.join(&object);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::damaged(object, "is missing"));
            }
            Err(error) => return Err(Error::io("read", &path, error)),
        };
        // Before anything is read: a file of another length is not it, however long it is.
        let len = file.metadata().during("read", &path)?.len();
        if len != ciphertext_len(chunk.1) {
            return Err(Error::damaged(object, "has another length"));
        }
        let mut sealed = Vec::with_capacity(usize::try_from(len).unwrap_or_default());
        file.read_to_end(&mut sealed).during("read", &path)?;
        let content = match self.seal.open_bytes(&object, &sealed) {
            Ok(content) => content,
            Err(_) => return Err(Error::damaged(object, "does not verify")),
        };
        if self.reference(&content) != chunk {
            return Err(Error::damaged(object, "holds something else"));
        }
        Ok(content)
    }

    /// Reads a chunk from the disk itself, as far as the system can be made to.
    ///
    /// # Errors
    /// As [`Chunks::read`].
    pub(crate) fn verify(&self, chunk: ChunkRef) -> Result<()> {
        if let Ok(file) = File::open(self.dir.join(chunk.0.object())) {
            files::forget_cached(&file);
        }
        self.read(chunk).map(drop)
    }

    /// Removes a chunk; absent is fine.
    pub(crate) fn remove(&self, id: ChunkId) -> Result<()> {
        files::remove(&self.dir.join(id.object()))
    }

    /// Every chunk that has a file, with the file's size in bytes, in no order. Files with other names are left out.
    pub(crate) fn list(&self) -> Result<Vec<(ChunkId, u64)>> {
        let top = self.dir.join(CHUNKS);
        let mut found = Vec::new();
        for folder in top.read_dir().during("read", &top)? {
            let folder = folder.during("read", &top)?.path();
            if !folder.is_dir() {
                continue;
            }
            for entry in folder.read_dir().during("read", &folder)? {
                let entry = entry.during("read", &folder)?;
                let id = entry.file_name().to_str().and_then(hex::decode).map(ChunkId);
                if let Some(id) = id.filter(|id| self.dir.join(id.object()) == entry.path()) {
                    found.push((id, entry.metadata().map_or(0, |facts| facts.len())));
                }
            }
        }
        Ok(found)
    }
}
