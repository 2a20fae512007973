//! What still has to reach the two indexes.
//!
//! A task carries the item's revision; confirming it with an older revision than the item now has confirms nothing, so that a change
//! that comes in while an item is being indexed is not lost.

use crate::anchor::IndexName;
use crate::chain::forget_head;
use crate::connection::Store;
use crate::error::{During, Result};
use crate::items::path_from;
use crate::model_change;
use atom_core::{ChunkId, ItemId, ItemState, Kind, SourceId};
use rusqlite::{Transaction, params};
use std::collections::HashMap;
use std::path::PathBuf;

/// An item that the keyword index lacks in its present form.
#[derive(Debug, Clone)]
pub struct WordsTask {
    /// The item.
    pub item: ItemId,
    /// Its source.
    pub source: SourceId,
    /// Revision that this task is about.
    pub revision: i64,
    /// Absolute path.
    pub path: PathBuf,
    /// Title in the document.
    pub title: Option<String>,
    /// Author in the document.
    pub author: Option<String>,
    /// Others that the document names, each in a line of its own.
    pub people: Option<String>,
    /// Language of the text, as a code.
    pub language: Option<String>,
    /// Labels, tags, keywords, each in a line of its own.
    pub labels: Option<String>,
    /// Outcome of reading it.
    pub state: ItemState,
    /// Whether it lies in an archive.
    pub in_archive: bool,
    /// Whether it is or has a picture that may hold text.
    pub shows_text: bool,
    /// Kind.
    pub kind: Kind,
    /// Media type; empty when unknown.
    pub mime: String,
    /// Bytes.
    pub size: u64,
    /// Last change, Unix milliseconds.
    pub modified_ms: i64,
    /// Whole text; empty where there is none (yet).
    pub body: String,
}

/// An item whose passages the vector index lacks.
#[derive(Debug, Clone)]
pub struct MeaningTask {
    /// The item.
    pub item: ItemId,
    /// Its source.
    pub source: SourceId,
    /// Revision that this task is about.
    pub revision: i64,
    /// Title in the document, or the file's name.
    pub title: String,
    /// Passages in order: id, heading, text. Empty when the item lost its text.
    pub chunks: Vec<(ChunkId, Option<String>, String)>,
}

/// A deleted item that an index still has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tombstone {
    /// The item that was.
    pub item: ItemId,
    /// The keyword index still has it.
    pub words_pending: bool,
    /// The vector index still has it.
    pub meaning_pending: bool,
}

impl Store {
    /// Items for the keyword index with their text; stops at `limit` items or about `max_bytes` of text.
    ///
    /// # Errors
    /// As every read.
    pub fn words_tasks(&self, limit: usize, max_bytes: usize) -> Result<Vec<WordsTask>> {
        const OPERATION: &str = "listing items for the keyword index";
        self.read(OPERATION, |tx| {
            let mut statement = tx
                .prepare_cached(
                    "SELECT id, source_id, revision, path, title, kind, mime, size, modified_ns, author, people, language,
                            labels, state, container IS NOT NULL, ocr IS NOT NULL
                     FROM item WHERE words_pending = 1 ORDER BY id LIMIT ?1",
                )
                .during(OPERATION)?;
            let mut rows = statement.query([i64::try_from(limit).unwrap_or(i64::MAX)]).during(OPERATION)?;
            let (mut tasks, mut bytes) = (Vec::new(), 0);
            while let Some(row) = rows.next().during(OPERATION)? {
                let mut task = (|| {
                    Ok::<_, rusqlite::Error>(WordsTask {
                        item: ItemId::new(row.get(0)?),
                        source: SourceId::new(row.get(1)?),
                        revision: row.get(2)?,
                        path: path_from(row.get(3)?),
                        title: row.get(4)?,
                        kind: Kind::parse(&row.get::<_, String>(5)?).unwrap_or(Kind::Other),
                        mime: row.get(6)?,
                        size: row.get::<_, i64>(7)?.cast_unsigned(),
                        modified_ms: row.get::<_, i64>(8)? / 1_000_000,
                        author: row.get(9)?,
                        people: row.get(10)?,
                        language: row.get(11)?,
                        labels: row.get(12)?,
                        state: ItemState::parse(&row.get::<_, String>(13)?).unwrap_or(ItemState::Pending),
                        in_archive: row.get(14)?,
                        shows_text: row.get(15)?,
                        body: String::new(),
                    })
                })()
                .during(OPERATION)?;
                task.body = body(tx, task.item)?;
                bytes += task.body.len();
                tasks.push(task);
                if bytes >= max_bytes {
                    break;
                }
            }
            Ok(tasks)
        })
    }

    /// Notes that the keyword index durably has these revisions.
    ///
    /// # Errors
    /// As every write.
    pub fn confirm_words(&self, done: &[(ItemId, i64)]) -> Result<()> {
        self.confirm(done, "UPDATE item SET words_pending = 0 WHERE id = ?1 AND revision = ?2")
    }

    /// Items for the vector index, last changed first; stops at `limit` items or about `max_chunks` passages.
    ///
    /// # Errors
    /// As every read.
    pub fn meaning_tasks(&self, limit: usize, max_chunks: usize) -> Result<Vec<MeaningTask>> {
        self.meaning_tasks_of(None, limit, max_chunks)
    }

    /// As [`Self::meaning_tasks`], only of this source if one is named.
    ///
    /// # Errors
    /// As every read.
    pub fn meaning_tasks_of(
        &self,
        source: Option<SourceId>,
        limit: usize,
        max_chunks: usize,
    ) -> Result<Vec<MeaningTask>> {
        const SQL: &str = "SELECT id, source_id, revision, title, path FROM item
                           WHERE meaning_pending = 1 AND (?2 IS NULL OR source_id = ?2)
                           ORDER BY modified_ns DESC, id LIMIT ?1";
        self.read("listing items for the vector index", |tx| {
            tasks_of(tx, SQL, params![most(limit), source.map(SourceId::get)], max_chunks)
        })
    }

    /// Whether the vector index lacks anything.
    ///
    /// # Errors
    /// As every read.
    pub fn waits_for_meaning(&self) -> Result<bool> {
        const OPERATION: &str = "looking for items for the vector index";
        self.read(OPERATION, |tx| {
            tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM item WHERE meaning_pending = 1)")
                .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
                .during(OPERATION)
        })
    }

    /// Whether a source is to be compared with the disk, or anything in it still has to be read or to reach an index.
    ///
    /// # Errors
    /// As every read.
    pub fn has_work(&self, source: SourceId) -> Result<bool> {
        const OPERATION: &str = "looking for work in a folder";
        self.read(OPERATION, |tx| {
            tx.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM job WHERE state IN ('queued', 'running') AND source_id = ?1)
                     OR EXISTS (SELECT 1 FROM item WHERE unread = 1 AND source_id = ?1)
                     OR EXISTS (SELECT 1 FROM item WHERE words_pending = 1 AND source_id = ?1)
                     OR EXISTS (SELECT 1 FROM item WHERE meaning_pending = 1 AND source_id = ?1)",
            )
            .and_then(|mut statement| statement.query_row([source.get()], |row| row.get(0)))
            .during(OPERATION)
        })
    }

    /// Notes that the vector index durably has these revisions; while the model changes, the new vectors are to have them too.
    ///
    /// # Errors
    /// As every write.
    pub fn confirm_meaning(&self, done: &[(ItemId, i64)]) -> Result<()> {
        const OPERATION: &str = "confirming indexed items";
        self.write(OPERATION, |tx| {
            for (item, revision) in done {
                let confirmed = tx
                    .prepare_cached("UPDATE item SET meaning_pending = 0 WHERE id = ?1 AND revision = ?2")
                    .during(OPERATION)?
                    .execute([item.get(), *revision])
                    .during(OPERATION)?;
                if confirmed > 0 {
                    model_change::queue(tx, item.get())?;
                }
            }
            Ok(())
        })
    }

    fn confirm(&self, done: &[(ItemId, i64)], sql: &str) -> Result<()> {
        const OPERATION: &str = "confirming indexed items";
        self.write(OPERATION, |tx| {
            let mut statement = tx.prepare_cached(sql).during(OPERATION)?;
            for (item, revision) in done {
                statement.execute([item.get(), *revision]).during(OPERATION)?;
            }
            Ok(())
        })
    }

    /// Deleted items that an index still has.
    ///
    /// # Errors
    /// As every read.
    pub fn tombstones(&self, limit: usize) -> Result<Vec<Tombstone>> {
        const OPERATION: &str = "listing deleted items";
        self.read(OPERATION, |tx| {
            let mut statement = tx
                .prepare_cached("SELECT item_id, words_pending, meaning_pending FROM tombstone LIMIT ?1")
                .during(OPERATION)?;
            let rows = statement
                .query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
                    Ok(Tombstone {
                        item: ItemId::new(row.get(0)?),
                        words_pending: row.get(1)?,
                        meaning_pending: row.get(2)?,
                    })
                })
                .during(OPERATION)?;
            rows.collect::<rusqlite::Result<_>>().during(OPERATION)
        })
    }

    /// Notes which index no longer has these deleted items; forgets those that neither has.
    ///
    /// # Errors
    /// As every write.
    pub fn confirm_deleted(&self, items: &[ItemId], words: bool, meaning: bool) -> Result<()> {
        const OPERATION: &str = "confirming deleted items";
        self.write(OPERATION, |tx| {
            for item in items {
                tx.prepare_cached(
                    "UPDATE tombstone SET words_pending = words_pending AND NOT ?2,
                            meaning_pending = meaning_pending AND NOT ?3 WHERE item_id = ?1",
                )
                .during(OPERATION)?
                .execute(params![item.get(), words, meaning])
                .during(OPERATION)?;
            }
            tx.execute("DELETE FROM tombstone WHERE words_pending = 0 AND meaning_pending = 0", [])
                .during(OPERATION)?;
            Ok(())
        })
    }

    /// Marks every item for the keyword index again: it was thrown away.
    ///
    /// # Errors
    /// As every write.
    pub fn restart_words(&self) -> Result<()> {
        const OPERATION: &str = "restarting the keyword index";
        self.write(OPERATION, |tx| {
            tx.execute("UPDATE item SET words_pending = 1", []).during(OPERATION)?;
            tx.execute("UPDATE tombstone SET words_pending = 0", []).during(OPERATION)?;
            forget_head(tx, IndexName::Words)?;
            Ok(())
        })
    }

    /// Compares the passages that the vector index has with those that it should have, and marks every item that differs; returns
    /// how many differ. Items that the index still has and the store does not get a tombstone.
    ///
    /// # Errors
    /// As every write.
    pub fn reconcile_meaning(&self, indexed: &[(ItemId, ChunkId)]) -> Result<usize> {
        const OPERATION: &str = "comparing passages with the vector index";
        let mut found: HashMap<i64, Vec<i64>> = HashMap::new();
        for (item, chunk) in indexed {
            found.entry(item.get()).or_default().push(chunk.get());
        }
        for chunks in found.values_mut() {
            chunks.sort_unstable();
        }
        self.write(OPERATION, |tx| {
            let mut expected: HashMap<i64, Vec<i64>> = HashMap::new();
            {
                let mut statement = tx
                    .prepare(
                        "SELECT item_id, chunk.id FROM chunk JOIN item ON item.id = item_id
                         WHERE meaning_pending = 0 ORDER BY chunk.id",
                    )
                    .during(OPERATION)?;
                let mut rows = statement.query([]).during(OPERATION)?;
                while let Some(row) = rows.next().during(OPERATION)? {
                    let item: i64 = row.get(0).during(OPERATION)?;
                    expected.entry(item).or_default().push(row.get(1).during(OPERATION)?);
                }
            }
            let mut differ = 0;
            for (item, chunks) in &expected {
                if found.get(item) != Some(chunks) {
                    tx.prepare_cached("UPDATE item SET meaning_pending = 1 WHERE id = ?1")
                        .during(OPERATION)?
                        .execute([item])
                        .during(OPERATION)?;
                    differ += 1;
                }
            }
            for item in found.keys().filter(|item| !expected.contains_key(item)) {
                // Pending items are replaced anyway; the rest is not in the store any more, or lost its text.
                differ += tx
                    .prepare_cached(
                        "INSERT OR IGNORE INTO tombstone (item_id, words_pending)
                         SELECT ?1, 0 WHERE NOT EXISTS (SELECT 1 FROM item WHERE id = ?1)",
                    )
                    .during(OPERATION)?
                    .execute([item])
                    .during(OPERATION)?;
                differ += tx
                    .prepare_cached("UPDATE item SET meaning_pending = 1 WHERE id = ?1 AND meaning_pending = 0")
                    .during(OPERATION)?
                    .execute([item])
                    .during(OPERATION)?;
            }
            Ok(differ)
        })
    }

    /// Marks every item with text for the vector index again: it was thrown away.
    ///
    /// # Errors
    /// As every write.
    pub fn restart_meaning(&self) -> Result<()> {
        const OPERATION: &str = "restarting the vector index";
        self.write(OPERATION, |tx| {
            tx.execute("UPDATE item SET meaning_pending = 1 WHERE chunk_count > 0", []).during(OPERATION)?;
            tx.execute("UPDATE tombstone SET meaning_pending = 0", []).during(OPERATION)?;
            forget_head(tx, IndexName::Meaning)?;
            Ok(())
        })
    }
}

/// A limit as SQLite takes it.
pub(crate) fn most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The items that `sql` names (id, source, revision, title, path) with their passages.
pub(crate) fn tasks_of(
    tx: &Transaction<'_>,
    sql: &str,
    values: &[&dyn rusqlite::ToSql],
    max_chunks: usize,
) -> Result<Vec<MeaningTask>> {
    const OPERATION: &str = "listing items for the vector index";
    let mut statement = tx.prepare_cached(sql).during(OPERATION)?;
    let mut rows = statement.query(values).during(OPERATION)?;
    let (mut tasks, mut chunks) = (Vec::new(), 0);
    while let Some(row) = rows.next().during(OPERATION)? {
        let mut task = (|| {
            let title: Option<String> = row.get(3)?;
            let name = || {
                let path = path_from(row.get(4)?);
                Ok::<_, rusqlite::Error>(
                    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
                )
            };
            Ok::<_, rusqlite::Error>(MeaningTask {
                item: ItemId::new(row.get(0)?),
                source: SourceId::new(row.get(1)?),
                revision: row.get(2)?,
                title: title.map_or_else(name, Ok)?,
                chunks: Vec::new(),
            })
        })()
        .during(OPERATION)?;
        task.chunks = chunks_of(tx, task.item)?;
        chunks += task.chunks.len();
        tasks.push(task);
        if chunks >= max_chunks {
            break;
        }
    }
    Ok(tasks)
}

fn body(tx: &Transaction<'_>, item: ItemId) -> Result<String> {
    const OPERATION: &str = "reading a text";
    let mut statement =
        tx.prepare_cached("SELECT text FROM chunk WHERE item_id = ?1 ORDER BY ordinal").during(OPERATION)?;
    let mut rows = statement.query([item.get()]).during(OPERATION)?;
    let mut body = String::new();
    while let Some(row) = rows.next().during(OPERATION)? {
        let text = row.get_ref(0).during(OPERATION)?;
        body.push_str(text.as_str().unwrap_or_default());
    }
    Ok(body)
}

fn chunks_of(tx: &Transaction<'_>, item: ItemId) -> Result<Vec<(ChunkId, Option<String>, String)>> {
    const OPERATION: &str = "reading passages";
    let mut statement = tx
        .prepare_cached("SELECT id, heading, text FROM chunk WHERE item_id = ?1 ORDER BY ordinal")
        .during(OPERATION)?;
    let rows = statement
        .query_map([item.get()], |row| Ok((ChunkId::new(row.get(0)?), row.get(1)?, row.get(2)?)))
        .during(OPERATION)?;
    rows.collect::<rusqlite::Result<_>>().during(OPERATION)
}
