//! Writing a snapshot.

use crate::capture::{Capture, CapturedFile};
use crate::chunks::{ChunkId, ChunkRef};
use crate::error::{During, Error, Result};
use crate::files;
use crate::manifest::{Counts, Database, FileEntry, Manifest, SnapshotInfo, TableEntry, VERSION};
use crate::progress::{Meter, Observer, Phase, Progress};
use crate::repository::Repository;
use atom_vault::seal::ciphertext_len;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

/// Files of the indexes are cut into pieces of this size, bytes. They are written once, so any cut would do.
const PIECE: u64 = 4 << 20;

/// How to back up.
#[derive(Debug, Clone)]
pub struct BackupOptions {
    /// Version of this Atom, for the record.
    pub app_version: String,
    /// The time, Unix milliseconds.
    pub now_ms: i64,
    /// Read every chunk that is needed and was there before, and write it again if it is damaged.
    pub verify_all: bool,
}

/// A snapshot that was written.
#[derive(Debug)]
pub struct Written {
    /// The snapshot.
    pub snapshot: SnapshotInfo,
    /// Chunks that were new.
    pub new_chunks: u64,
    /// Chunks that were there.
    pub known_chunks: u64,
    /// Chunks that were there, damaged, and were written again.
    pub mended_chunks: u64,
    /// Older snapshots that do not verify.
    pub damaged: Vec<Error>,
}

/// Writes what `capture` holds as a new snapshot: what is new, then reads that back, then the list of it all.
///
/// # Errors
/// [`Error::OtherVault`], [`Error::Overlapping`], [`Error::DiskFull`], [`Error::Cancelled`], [`Error::Store`] if the database
/// is damaged. Without a snapshot: what was written is removed again, and what could not be goes with the next
/// [`crate::prune`].
pub fn backup(
    repository: &Repository,
    mut capture: Capture,
    options: &BackupOptions,
    mut observer: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Written> {
    refuse_overlap(repository.dir(), &capture.data_dir)?;
    if capture.slots.vault_id() != repository.vault_id() {
        return Err(Error::OtherVault { folder: repository.dir().to_owned() });
    }
    capture.look()?;
    let before = repository.snapshots()?;
    let mut writer = Writer {
        repository,
        sequence: before.next_sequence(),
        known: before.known(),
        verify_all: options.verify_all,
        seen: HashSet::new(),
        new: Vec::new(),
        fresh: Vec::new(),
        known_chunks: 0,
        mended_chunks: 0,
    };
    let written = writer.write_all(&mut capture, options, &mut observer);
    match written {
        Ok(snapshot) => Ok(Written {
            snapshot,
            new_chunks: u64::try_from(writer.new.len()).unwrap_or(u64::MAX),
            known_chunks: writer.known_chunks,
            mended_chunks: writer.mended_chunks,
            damaged: before.damaged,
        }),
        Err(error) => {
            writer.undo();
            Err(error)
        }
    }
}

/// Backups beside the data they are of would be lost with it, and would be copied into themselves.
pub(crate) fn refuse_overlap(folder: &Path, data: &Path) -> Result<()> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (real_folder, real_data) = (real(folder), real(data));
    if real_folder.starts_with(&real_data) || real_data.starts_with(&real_folder) {
        return Err(Error::Overlapping { folder: folder.to_owned(), data: data.to_owned() });
    }
    Ok(())
}

struct Writer<'a> {
    repository: &'a Repository,
    sequence: u64,
    /// Chunks that a whole snapshot lists. Others may be what a power cut left, and are written again.
    known: HashMap<ChunkId, u64>,
    verify_all: bool,
    /// Chunks of this snapshot so far.
    seen: HashSet<ChunkId>,
    /// Of these, the ones that no snapshot had.
    new: Vec<ChunkRef>,
    /// Of these, the ones that had no file.
    fresh: Vec<ChunkId>,
    known_chunks: u64,
    mended_chunks: u64,
}

impl Writer<'_> {
    fn write_all(
        &mut self,
        capture: &mut Capture,
        options: &BackupOptions,
        observer: &mut Observer<'_>,
    ) -> Result<SnapshotInfo> {
        let index_bytes: u64 = capture.files.iter().map(|file| file.bytes).sum();
        let total = capture.outline.bytes.saturating_add(index_bytes);
        let mut meter = Meter::new(observer, Phase::Writing, total)?;
        let tables = self.tables(capture, &mut meter)?;
        meter.set(capture.outline.bytes)?;
        let mut entries = Vec::with_capacity(capture.files.len());
        for file in &capture.files {
            entries.push(self.file(file, &mut meter)?);
        }
        capture.release_files();
        files::sync_all(self.repository.dir())?;

        let added_bytes: u64 = self.new.iter().map(|chunk| ciphertext_len(chunk.1)).sum();
        let mut meter = Meter::new(observer, Phase::Verifying, added_bytes)?;
        for chunk in &self.new {
            self.repository.chunks.verify(*chunk)?;
            meter.add(ciphertext_len(chunk.1))?;
        }
        self.repository.keep_slots(&capture.slots)?;
        let rows = |name: &str| tables.iter().find(|table| table.name == name).map_or(0, |table| table.rows);
        let manifest = Manifest {
            version: VERSION,
            sequence: self.sequence,
            made_ms: options.now_ms,
            app_version: options.app_version.clone(),
            counts: Counts { sources: rows("source"), items: rows("item"), passages: rows("chunk") },
            added_bytes,
            with_indexes: capture.with_indexes,
            database: Database {
                schema_version: capture.outline.schema_version,
                bytes: capture.outline.bytes,
                tables,
                after: capture.outline.after.clone(),
            },
            files: entries,
        };
        let id = self.repository.write_manifest(&manifest)?;
        Ok(SnapshotInfo::of(&id, &manifest))
    }

    fn tables(&mut self, capture: &Capture, meter: &mut Meter<'_, '_>) -> Result<Vec<TableEntry>> {
        let outline = &capture.outline;
        let all_rows: u64 = outline.tables.iter().map(|table| table.rows).sum();
        let (mut done, mut entries) = (0_u64, Vec::with_capacity(outline.tables.len()));
        for table in &outline.tables {
            let mut blocks = Vec::new();
            capture.snapshot.blocks(table, |block| {
                blocks.push(self.put(&block.bytes)?);
                done = done.saturating_add(block.rows);
                let share = u128::from(outline.bytes) * u128::from(done) / u128::from(all_rows.max(1));
                meter.set(u64::try_from(share).unwrap_or(u64::MAX))
            })?;
            entries.push(TableEntry { name: table.name.clone(), sql: table.sql.clone(), rows: table.rows, blocks });
        }
        Ok(entries)
    }

    fn file(&mut self, file: &CapturedFile, meter: &mut Meter<'_, '_>) -> Result<FileEntry> {
        let mut open = File::open(&file.at).during("read", &file.at)?;
        let (mut pieces, mut bytes) = (Vec::new(), 0);
        loop {
            let mut piece = Vec::new();
            (&mut open).take(PIECE).read_to_end(&mut piece).during("read", &file.at)?;
            if piece.is_empty() {
                return Ok(FileEntry { path: file.path.clone(), bytes, pieces });
            }
            let chunk = self.put(&piece)?;
            pieces.push(chunk);
            bytes += chunk.1;
            meter.add(chunk.1)?;
        }
    }

    /// Makes sure that a chunk with this content is there.
    fn put(&mut self, content: &[u8]) -> Result<ChunkRef> {
        let chunks = &self.repository.chunks;
        let chunk = chunks.reference(content);
        if !self.seen.insert(chunk.0) {
            return Ok(chunk);
        }
        if self.known.contains_key(&chunk.0) {
            let sound = chunks.is_there(chunk) && (!self.verify_all || chunks.verify(chunk).is_ok());
            if sound {
                self.known_chunks += 1;
            } else {
                // The same content in the same place: every snapshot that lists it is mended. Not in `new`, because
                // it must stay when this backup fails.
                chunks.write(chunk, content)?;
                self.mended_chunks += 1;
            }
            return Ok(chunk);
        }
        // Before the write: what failed half way is undone too. A whole file that is there already is not ours to remove:
        // a snapshot that cannot be read now may list it.
        if !chunks.is_there(chunk) {
            self.fresh.push(chunk.0);
        }
        self.new.push(chunk);
        chunks.write(chunk, content)?;
        Ok(chunk)
    }

    /// Removes what no snapshot lists, as far as that is possible now.
    fn undo(&self) {
        for id in &self.fresh {
            if let Err(error) = self.repository.chunks.remove(*id) {
                tracing::warn!(%error, "a chunk of a failed backup stays until the next clean-up");
                return;
            }
        }
    }
}
