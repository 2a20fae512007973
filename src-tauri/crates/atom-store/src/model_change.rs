//! Changing the embedding model: what the new vectors still lack, while the old ones answer.
//!
//! Two queues, so that neither model waits for the other. `item.meaning_pending` is about the vectors that answer, as ever.
//! `meaning_next` lists what the new ones lack: every item with text when the change begins, and from then on every item
//! whose old vectors were made anew. So the new vectors are complete when that list is empty; what is still pending then is
//! pending for them as well.
//!
//! The change ends in one transaction, which names the other model and the other table: before it the old ones count, after
//! it the new ones, whatever happens to the process.

use crate::anchor::IndexName;
use crate::chain::{forget_head, record_head};
use crate::connection::Store;
use crate::error::{During, Result};
use crate::queues::{MeaningTask, most, tasks_of};
use atom_core::{ChunkId, IndexHead, ItemId};
use rusqlite::{OptionalExtension, Transaction, params};
use std::collections::{HashMap, HashSet};

/// Settings that say which vectors answer.
const CHOICE: &str = "model_choice";
const MODEL: &str = "model";
const DIMS: &str = "model_dims";
const TABLE: &str = "vectors_table";

/// A model and the table of its vectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSet {
    /// The name that a person chose it by.
    pub choice: String,
    /// Its id: vectors of different ids do not compare.
    pub model: String,
    /// Values in its vectors.
    pub dims: usize,
    /// The table of its vectors.
    pub table: String,
}

/// What is recorded of the vectors that answer; nothing of a vault that never changed its model but the id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelInUse {
    /// The name that a person chose the model by; none for the built-in one.
    pub choice: Option<String>,
    /// Its id; none before there was a model.
    pub model: Option<String>,
    /// Values in the vectors; none where they are the built-in model's.
    pub dims: Option<usize>,
    /// The table; none where it is the only one.
    pub table: Option<String>,
}

/// A change that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelChange {
    /// What comes.
    pub set: ModelSet,
    /// When it was begun, Unix milliseconds.
    pub begun_ms: i64,
    /// Passages that the new vectors lacked at the beginning.
    pub total: u64,
    /// Passages that they lack now.
    pub left: u64,
    /// Items that they lack now.
    pub items_left: u64,
}

impl Store {
    /// What is recorded of the vectors that answer.
    ///
    /// # Errors
    /// As every read.
    pub fn model_in_use(&self) -> Result<ModelInUse> {
        Ok(ModelInUse {
            choice: self.setting(CHOICE)?,
            model: self.setting(MODEL)?,
            dims: self.setting(DIMS)?.and_then(|dims| dims.parse().ok()),
            table: self.setting(TABLE)?,
        })
    }

    /// Records the id of the model that the vectors are of.
    ///
    /// # Errors
    /// As every write.
    pub fn set_model(&self, id: &str) -> Result<()> {
        self.set_setting(MODEL, id)
    }

    /// Begins a change, in place of another one that may be under way; `current` is the table that answers until its end.
    ///
    /// # Errors
    /// As every write.
    pub fn begin_model_change(&self, set: &ModelSet, current: &str, now_ms: i64) -> Result<()> {
        const OPERATION: &str = "beginning to change the model";
        self.write(OPERATION, |tx| {
            clear(tx)?;
            put(tx, TABLE, current)?;
            tx.execute(
                "INSERT INTO meaning_next (item_id, chunks)
                 SELECT id, chunk_count FROM item WHERE chunk_count > 0 ORDER BY modified_ns DESC, id",
                [],
            )
            .during(OPERATION)?;
            tx.execute(
                "INSERT INTO model_change (id, choice, model, dims, tbl, total, begun_ms)
                 SELECT 1, ?1, ?2, ?3, ?4, coalesce(sum(chunks), 0), ?5 FROM meaning_next",
                params![set.choice, set.model, number(set.dims), set.table, now_ms],
            )
            .during(OPERATION)?;
            Ok(())
        })
    }

    /// The change that is under way.
    ///
    /// # Errors
    /// As every read.
    pub fn model_change(&self) -> Result<Option<ModelChange>> {
        const OPERATION: &str = "reading the change of the model";
        self.read(OPERATION, |tx| {
            tx.query_row(
                "SELECT choice, model, dims, tbl, begun_ms, total,
                        (SELECT coalesce(sum(chunks), 0) FROM meaning_next), (SELECT count(*) FROM meaning_next)
                 FROM model_change",
                [],
                |row| {
                    let count = |index| Ok::<_, rusqlite::Error>(row.get::<_, i64>(index)?.cast_unsigned());
                    Ok(ModelChange {
                        set: ModelSet {
                            choice: row.get(0)?,
                            model: row.get(1)?,
                            dims: usize::try_from(row.get::<_, i64>(2)?).unwrap_or_default(),
                            table: row.get(3)?,
                        },
                        begun_ms: row.get(4)?,
                        total: count(5)?.max(count(6)?),
                        left: count(6)?,
                        items_left: count(7)?,
                    })
                },
            )
            .optional()
            .during(OPERATION)
        })
    }

    /// Items for the new vectors; stops at `limit` items or about `max_chunks` passages.
    ///
    /// # Errors
    /// As every read.
    pub fn next_meaning_tasks(&self, limit: usize, max_chunks: usize) -> Result<Vec<MeaningTask>> {
        const SQL: &str = "SELECT id, source_id, revision, title, path FROM meaning_next
                           JOIN item ON item.id = item_id ORDER BY position LIMIT ?1";
        self.read("listing items for the new vectors", |tx| tasks_of(tx, SQL, params![most(limit)], max_chunks))
    }

    /// Notes that the new vectors durably have these revisions.
    ///
    /// # Errors
    /// As every write.
    pub fn confirm_next_meaning(&self, done: &[(ItemId, i64)]) -> Result<()> {
        const OPERATION: &str = "confirming new vectors";
        self.write(OPERATION, |tx| {
            let mut statement = tx
                .prepare_cached(
                    "DELETE FROM meaning_next
                     WHERE item_id = ?1 AND EXISTS (SELECT 1 FROM item WHERE id = ?1 AND revision = ?2)",
                )
                .during(OPERATION)?;
            for (item, revision) in done {
                statement.execute(params![item.get(), revision]).during(OPERATION)?;
            }
            Ok(())
        })
    }

    /// Compares the passages that the new vectors have with those that they should have, queues every item that differs, and
    /// returns items that they have and should not.
    ///
    /// # Errors
    /// As every write.
    pub fn reconcile_next_meaning(&self, indexed: &[(ItemId, ChunkId)]) -> Result<Vec<ItemId>> {
        const OPERATION: &str = "comparing passages with the new vectors";
        let mut found: HashMap<i64, Vec<i64>> = HashMap::new();
        for (item, chunk) in indexed {
            found.entry(item.get()).or_default().push(chunk.get());
        }
        found.values_mut().for_each(|chunks| chunks.sort_unstable());
        self.write(OPERATION, |tx| {
            let waiting: HashSet<i64> = column(tx, "SELECT item_id FROM meaning_next")?.into_iter().collect();
            let mut expected: HashMap<i64, Vec<i64>> = HashMap::new();
            {
                let sql = "SELECT item_id, chunk.id FROM chunk JOIN item ON item.id = item_id
                           WHERE meaning_pending = 0 ORDER BY chunk.id";
                let mut statement = tx.prepare(sql).during(OPERATION)?;
                let mut rows = statement.query([]).during(OPERATION)?;
                while let Some(row) = rows.next().during(OPERATION)? {
                    let item: i64 = row.get(0).during(OPERATION)?;
                    expected.entry(item).or_default().push(row.get(1).during(OPERATION)?);
                }
            }
            let pending: HashSet<i64> =
                column(tx, "SELECT id FROM item WHERE meaning_pending = 1")?.into_iter().collect();
            for (item, chunks) in &expected {
                if !waiting.contains(item) && found.get(item) != Some(chunks) {
                    queue(tx, *item)?;
                }
            }
            let surplus = found
                .keys()
                .filter(|item| !expected.contains_key(item) && !waiting.contains(item) && !pending.contains(item));
            Ok(surplus.map(|item| ItemId::new(*item)).collect())
        })
    }

    /// Lets the new vectors answer from now on, if they lack nothing; whether they do. `head` is where they durably stand.
    ///
    /// # Errors
    /// As every write.
    pub fn finish_model_change(&self, table: &str, head: &IndexHead) -> Result<bool> {
        const OPERATION: &str = "changing the model";
        self.write(OPERATION, |tx| {
            let set = tx
                .query_row(
                    "SELECT choice, model, dims, tbl FROM model_change
                     WHERE tbl = ?1 AND NOT EXISTS (SELECT 1 FROM meaning_next)",
                    [table],
                    |row| {
                        Ok(ModelSet {
                            choice: row.get(0)?,
                            model: row.get(1)?,
                            dims: usize::try_from(row.get::<_, i64>(2)?).unwrap_or_default(),
                            table: row.get(3)?,
                        })
                    },
                )
                .optional()
                .during(OPERATION)?;
            let Some(set) = set else { return Ok(false) };
            clear(tx)?;
            put_in_use(tx, &set)?;
            record_head(tx, IndexName::Meaning, head)?;
            Ok(true)
        })
    }

    /// Gives the change up; the vectors that answer go on.
    ///
    /// # Errors
    /// As every write.
    pub fn abandon_model_change(&self) -> Result<()> {
        self.write("giving up the change of the model", clear)
    }

    /// Takes another model into use at once, with no vectors yet: what the old one made cannot answer any more.
    ///
    /// # Errors
    /// As every write.
    pub fn start_over_with_model(&self, set: &ModelSet) -> Result<()> {
        const OPERATION: &str = "starting over with another model";
        self.write(OPERATION, |tx| {
            clear(tx)?;
            put_in_use(tx, set)?;
            tx.execute("UPDATE item SET meaning_pending = 1 WHERE chunk_count > 0", []).during(OPERATION)?;
            tx.execute("UPDATE tombstone SET meaning_pending = 0", []).during(OPERATION)?;
            forget_head(tx, IndexName::Meaning)
        })
    }
}

/// Queues an item for the new vectors, if the model is changing.
pub(crate) fn queue(tx: &Transaction<'_>, item: i64) -> Result<()> {
    const OPERATION: &str = "queueing an item for the new vectors";
    tx.prepare_cached(
        "INSERT OR REPLACE INTO meaning_next (item_id, chunks)
         SELECT id, chunk_count FROM item WHERE id = ?1 AND EXISTS (SELECT 1 FROM model_change)",
    )
    .during(OPERATION)?
    .execute([item])
    .during(OPERATION)?;
    Ok(())
}

fn clear(tx: &Transaction<'_>) -> Result<()> {
    const OPERATION: &str = "ending the change of the model";
    tx.execute("DELETE FROM meaning_next", []).during(OPERATION)?;
    tx.execute("DELETE FROM model_change", []).during(OPERATION)?;
    Ok(())
}

fn put_in_use(tx: &Transaction<'_>, set: &ModelSet) -> Result<()> {
    put(tx, CHOICE, &set.choice)?;
    put(tx, MODEL, &set.model)?;
    put(tx, DIMS, &set.dims.to_string())?;
    put(tx, TABLE, &set.table)
}

fn put(tx: &Transaction<'_>, key: &str, value: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )
    .during("recording the model in use")?;
    Ok(())
}

fn column(tx: &Transaction<'_>, sql: &str) -> Result<Vec<i64>> {
    const OPERATION: &str = "listing items";
    let mut statement = tx.prepare(sql).during(OPERATION)?;
    let rows = statement.query_map([], |row| row.get(0)).during(OPERATION)?;
    rows.collect::<rusqlite::Result<_>>().during(OPERATION)
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
