//! Sources: the folders that a person added.

use crate::connection::Store;
use crate::error::{During, Result};
use atom_core::SourceId;
use rusqlite::{OptionalExtension, Row, params};
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// So long what is indexed of files that are gone in great number is kept, milliseconds: a day.
pub const VANISHED_KEPT_MS: i64 = 24 * 3_600 * 1_000;

/// Whether a source is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceStatus {
    /// In use.
    Active,
    /// Its folder was not there at the last look; everything indexed of it is kept.
    Missing,
    /// Being removed.
    Removing,
}

impl SourceStatus {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Missing => "missing",
            Self::Removing => "removing",
        }
    }

    fn parse(name: &str) -> Self {
        match name {
            "missing" => Self::Missing,
            "removing" => Self::Removing,
            _ => Self::Active,
        }
    }
}

/// A folder as stored.
#[derive(Debug, Clone)]
pub struct SourceRow {
    /// Its id.
    pub id: SourceId,
    /// Its absolute path.
    pub path: PathBuf,
    /// Whether it is in use.
    pub status: SourceStatus,
    /// When it was added, Unix milliseconds.
    pub added_ms: i64,
    /// When a full scan last ended, Unix milliseconds.
    pub last_scan_ms: Option<i64>,
    /// When every file of it was first findable by its words, Unix milliseconds.
    pub first_ready_ms: Option<i64>,
    /// Inode of the root at the last scan: another one means another disk is mounted there.
    pub root_inode: Option<u64>,
    /// What a person should know about it.
    pub message: Option<String>,
    /// Items whose files are gone, and that are kept for now.
    pub vanished: u64,
    /// Since when, Unix milliseconds; 0 when they may go.
    pub vanished_ms: Option<i64>,
}

const COLUMNS: &str =
    "id, path, status, added_ms, last_scan_ms, first_ready_ms, root_inode, message, vanished, vanished_ms";

fn from_row(row: &Row<'_>) -> rusqlite::Result<SourceRow> {
    Ok(SourceRow {
        id: SourceId::new(row.get(0)?),
        path: PathBuf::from(OsString::from_vec(row.get(1)?)),
        status: SourceStatus::parse(&row.get::<_, String>(2)?),
        added_ms: row.get(3)?,
        last_scan_ms: row.get(4)?,
        first_ready_ms: row.get(5)?,
        root_inode: row.get::<_, Option<i64>>(6)?.map(i64::cast_unsigned),
        message: row.get(7)?,
        vanished: row.get::<_, i64>(8)?.cast_unsigned(),
        vanished_ms: row.get(9)?,
    })
}

impl Store {
    /// Every source, oldest first.
    ///
    /// # Errors
    /// As every read.
    pub fn sources(&self) -> Result<Vec<SourceRow>> {
        const OPERATION: &str = "listing sources";
        self.read(OPERATION, |tx| {
            let mut statement =
                tx.prepare_cached(&format!("SELECT {COLUMNS} FROM source ORDER BY id")).during(OPERATION)?;
            let rows = statement.query_map([], from_row).during(OPERATION)?;
            rows.collect::<rusqlite::Result<_>>().during(OPERATION)
        })
    }

    /// One source.
    ///
    /// # Errors
    /// As every read.
    pub fn source(&self, id: SourceId) -> Result<Option<SourceRow>> {
        self.read("reading a source", |tx| {
            tx.query_row(&format!("SELECT {COLUMNS} FROM source WHERE id = ?1"), [id.get()], from_row)
                .optional()
                .during("reading a source")
        })
    }

    /// Adds the folder at `path`; the source that is already there when it was added before.
    ///
    /// Sources inside of it are merged into it: their items keep their ids and their text.
    ///
    /// # Errors
    /// As every write.
    pub fn add_source(&self, path: &Path, now_ms: i64) -> Result<SourceId> {
        const OPERATION: &str = "adding a source";
        self.write(OPERATION, |tx| {
            let bytes = path.as_os_str().as_bytes();
            tx.execute(
                "INSERT INTO source (path, added_ms) VALUES (?1, ?2) ON CONFLICT (path) DO UPDATE SET status = 'active'",
                params![bytes, now_ms],
            )
            .during(OPERATION)?;
            let id: i64 = tx
                .query_row("SELECT id FROM source WHERE path = ?1", [bytes], |row| row.get(0))
                .during(OPERATION)?;
            let inner: Vec<i64> = {
                let mut statement = tx.prepare("SELECT id, path FROM source WHERE id <> ?1").during(OPERATION)?;
                let rows = statement
                    .query_map([id], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))
                    .during(OPERATION)?;
                rows.filter_map(|row| match row {
                    Ok((inner, inner_path)) => {
                        let inside = PathBuf::from(OsString::from_vec(inner_path)).starts_with(path);
                        inside.then_some(Ok(inner))
                    }
                    Err(error) => Some(Err(error)),
                })
                .collect::<rusqlite::Result<_>>()
                .during(OPERATION)?
            };
            for inner in inner {
                // The keyword index files documents by source: they have to be written again.
                tx.execute("UPDATE item SET source_id = ?1, words_pending = 1 WHERE source_id = ?2", [id, inner])
                    .during(OPERATION)?;
                tx.execute("DELETE FROM source WHERE id = ?1", [inner]).during(OPERATION)?;
            }
            Ok(SourceId::new(id))
        })
    }

    /// Sets whether a source is in use, and what to say about it.
    ///
    /// # Errors
    /// As every write.
    pub fn set_source_status(&self, id: SourceId, status: SourceStatus, message: Option<&str>) -> Result<()> {
        const OPERATION: &str = "updating a source";
        self.write(OPERATION, |tx| {
            tx.execute(
                "UPDATE source SET status = ?2, message = ?3 WHERE id = ?1",
                params![id.get(), status.as_str(), message],
            )
            .during(OPERATION)?;
            Ok(())
        })
    }

    /// Notes that a full scan ended.
    ///
    /// # Errors
    /// As every write.
    pub fn finish_scan(&self, id: SourceId, root_inode: u64, message: Option<&str>, now_ms: i64) -> Result<()> {
        const OPERATION: &str = "finishing a scan";
        self.write(OPERATION, |tx| {
            tx.execute(
                "UPDATE source SET last_scan_ms = ?2, root_inode = ?3, message = ?4,
                        status = CASE status WHEN 'missing' THEN 'active' ELSE status END WHERE id = ?1",
                params![id.get(), now_ms, root_inode.cast_signed(), message],
            )
            .during(OPERATION)?;
            Ok(())
        })
    }

    /// Notes that so many items of a source have lost their files and are kept for now, since the first such note.
    ///
    /// # Errors
    /// As every write.
    pub fn note_vanished(&self, id: SourceId, count: u64, now_ms: i64) -> Result<()> {
        self.set_vanished(
            "UPDATE source SET vanished = ?2, vanished_ms = coalesce(vanished_ms, ?3) WHERE id = ?1",
            params![id.get(), count.cast_signed(), now_ms],
        )
    }

    /// Notes that nothing of a source is missing any more.
    ///
    /// # Errors
    /// As every write.
    pub fn clear_vanished(&self, id: SourceId) -> Result<()> {
        self.set_vanished("UPDATE source SET vanished = 0, vanished_ms = NULL WHERE id = ?1", params![id.get()])
    }

    /// Lets the next scan forget what it does not see, however much that is.
    ///
    /// # Errors
    /// As every write.
    pub fn release_vanished(&self, id: SourceId) -> Result<()> {
        self.set_vanished("UPDATE source SET vanished_ms = 0 WHERE id = ?1", params![id.get()])
    }

    fn set_vanished(&self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<()> {
        const OPERATION: &str = "updating a source";
        self.write(OPERATION, |tx| {
            tx.execute(sql, values).during(OPERATION)?;
            Ok(())
        })
    }

    /// Notes that every file of a source is findable by its words; true the first time.
    ///
    /// # Errors
    /// As every write.
    pub fn mark_source_ready(&self, id: SourceId, now_ms: i64) -> Result<bool> {
        const OPERATION: &str = "updating a source";
        self.write(OPERATION, |tx| {
            let changed = tx
                .execute(
                    "UPDATE source SET first_ready_ms = ?2 WHERE id = ?1 AND first_ready_ms IS NULL",
                    params![id.get(), now_ms],
                )
                .during(OPERATION)?;
            Ok(changed == 1)
        })
    }

    /// Removes up to `limit` items of a source that is being removed, then the source itself.
    ///
    /// Returns how many items went; 0 when the source is gone too.
    ///
    /// # Errors
    /// As every write.
    pub fn remove_source_items(&self, id: SourceId, limit: usize) -> Result<usize> {
        const OPERATION: &str = "removing a source";
        self.write(OPERATION, |tx| {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            tx.execute(
                "INSERT OR REPLACE INTO tombstone (item_id) SELECT id FROM item WHERE source_id = ?1 LIMIT ?2",
                [id.get(), limit],
            )
            .during(OPERATION)?;
            let removed = tx
                .execute(
                    "DELETE FROM item WHERE id IN (SELECT id FROM item WHERE source_id = ?1 LIMIT ?2)",
                    [id.get(), limit],
                )
                .during(OPERATION)?;
            if removed == 0 {
                tx.execute("DELETE FROM source WHERE id = ?1", [id.get()]).during(OPERATION)?;
            }
            Ok(removed)
        })
    }
}
