//! Text in pictures: which items wait for it, what was recognised in them, and in every content before.
//!
//! What was recognised is kept by content and by the engine that did it, so that a copy, a moved file or a folder that is added
//! again costs nothing. It is kept bounded: what was used longest ago goes first.

use crate::connection::Store;
use crate::error::{During, Result};
use crate::items::path_from;
use crate::texts::NewChunk;
use atom_core::{ItemId, ItemState, Kind, SourceId};
use rusqlite::{OptionalExtension, Transaction, params};
use std::path::PathBuf;

/// Most contents whose text is kept.
const MAX_KEPT: i64 = 20_000;
/// A content that no file had for so long is forgotten, in milliseconds.
const KEPT_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// How far recognising text in an item has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OcrState {
    /// Not looked at yet.
    Waiting,
    /// There was text in it.
    Text,
    /// There was none.
    None,
    /// It could not be recognised; the item's state and reason say why.
    Failed,
}

impl OcrState {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Text => "text",
            Self::None => "none",
            Self::Failed => "failed",
        }
    }

    /// The state with that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Text, Self::None, Self::Failed].into_iter().find(|state| state.as_str() == name)
    }
}

/// An item in which text may be recognised.
#[derive(Debug, Clone)]
pub struct OcrTask {
    /// The item.
    pub item: ItemId,
    /// Its source.
    pub source: SourceId,
    /// Its absolute path.
    pub path: PathBuf,
    /// Its size when it was read.
    pub size: u64,
    /// Its content time when it was read, Unix nanoseconds.
    pub modified_ns: i64,
    /// Its kind by name.
    pub kind: Kind,
    /// Its media type.
    pub mime: String,
    /// Hash of its content.
    pub content_hash: Vec<u8>,
}

/// What recognising text in an item gave.
#[derive(Debug, Clone)]
pub enum OcrOutcome {
    /// There was text: in passages, in order. The item is `indexed` then, whatever it was.
    Text {
        /// What a person is told of it.
        reason: String,
        /// Whether pages beyond a limit were left out.
        truncated: bool,
        /// The passages.
        chunks: Vec<NewChunk>,
    },
    /// There was none.
    None,
    /// It could not be recognised.
    Failed {
        /// State of the item.
        state: ItemState,
        /// Why, in plain words.
        reason: String,
    },
}

/// What was recognised in a content so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recognised {
    /// Page to go on with, counted from 0.
    pub next_page: u32,
    /// Whether nothing is left.
    pub is_whole: bool,
    /// Pages and their texts, as the caller writes them.
    pub pages: String,
}

impl Store {
    /// Items that wait, last changed first. Those that have to be read first are left out.
    ///
    /// # Errors
    /// As every read.
    pub fn ocr_tasks(&self, limit: usize) -> Result<Vec<OcrTask>> {
        const OPERATION: &str = "listing pictures";
        self.read(OPERATION, |tx| {
            let mut statement = tx
                .prepare_cached(
                    "SELECT id, source_id, path, size, modified_ns, kind, mime, content_hash FROM item
                     WHERE ocr = 'waiting' AND unread = 0 AND content_hash IS NOT NULL
                     ORDER BY modified_ns DESC LIMIT ?1",
                )
                .during(OPERATION)?;
            let rows = statement
                .query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
                    Ok(OcrTask {
                        item: ItemId::new(row.get(0)?),
                        source: SourceId::new(row.get(1)?),
                        path: path_from(row.get(2)?),
                        size: row.get::<_, i64>(3)?.cast_unsigned(),
                        modified_ns: row.get(4)?,
                        kind: Kind::parse(&row.get::<_, String>(5)?).unwrap_or(Kind::Other),
                        mime: row.get(6)?,
                        content_hash: row.get(7)?,
                    })
                })
                .during(OPERATION)?;
            rows.collect::<rusqlite::Result<_>>().during(OPERATION)
        })
    }

    /// Whether an item other than those whose text was just recognised still has to reach an index; with `meaning`, the vector
    /// index too.
    ///
    /// # Errors
    /// As every read.
    pub fn waits_before_ocr(&self, meaning: bool) -> Result<bool> {
        const OPERATION: &str = "looking for work";
        self.read(OPERATION, |tx| {
            tx.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM item WHERE words_pending = 1 AND ocr IS NOT 'text')
                     OR (?1 AND EXISTS (SELECT 1 FROM item WHERE meaning_pending = 1 AND ocr IS NOT 'text'))",
            )
            .and_then(|mut statement| statement.query_row([meaning], |row| row.get(0)))
            .during(OPERATION)
        })
    }

    /// Stores what recognising gave. An item that changed since its task was handed out is left as it is: it is read first.
    ///
    /// # Errors
    /// As every write.
    pub fn store_ocr(&self, task: &OcrTask, outcome: &OcrOutcome) -> Result<()> {
        self.write("storing recognised text", |tx| store_one(tx, task, outcome))
    }

    /// Marks items to be looked at again: all of them, or those that failed. Text that was recognised stays until then.
    ///
    /// # Errors
    /// As every write.
    pub fn restart_ocr(&self, only_failed: bool) -> Result<usize> {
        const OPERATION: &str = "marking pictures for another try";
        self.write(OPERATION, |tx| {
            tx.execute(
                "UPDATE item SET ocr = 'waiting' WHERE ocr IS NOT NULL AND (ocr = 'failed' OR NOT ?1)",
                [only_failed],
            )
            .during(OPERATION)
        })
    }

    /// What `engine` recognised in a content before; notes that it was of use.
    ///
    /// # Errors
    /// As every write.
    pub fn recognised(&self, content_hash: &[u8], engine: &str, now_ms: i64) -> Result<Option<Recognised>> {
        const OPERATION: &str = "looking up recognised text";
        let found = self.read(OPERATION, |tx| {
            tx.prepare_cached(
                "SELECT next_page, is_whole, pages FROM recognised WHERE content_hash = ?1 AND engine = ?2",
            )
            .during(OPERATION)?
            .query_row(params![content_hash, engine], |row| {
                Ok(Recognised { next_page: row.get(0)?, is_whole: row.get(1)?, pages: row.get(2)? })
            })
            .optional()
            .during(OPERATION)
        })?;
        if found.is_some() {
            self.write(OPERATION, |tx| {
                tx.prepare_cached("UPDATE recognised SET used_ms = ?3 WHERE content_hash = ?1 AND engine = ?2")
                    .and_then(|mut statement| statement.execute(params![content_hash, engine, now_ms]))
                    .during(OPERATION)
            })?;
        }
        Ok(found)
    }

    /// Keeps what `engine` recognised in a content, and forgets what has not been of use for long.
    ///
    /// # Errors
    /// As every write.
    pub fn keep_recognised(&self, content_hash: &[u8], engine: &str, found: &Recognised, now_ms: i64) -> Result<()> {
        const OPERATION: &str = "keeping recognised text";
        self.write(OPERATION, |tx| {
            tx.prepare_cached(
                "INSERT OR REPLACE INTO recognised (content_hash, engine, next_page, is_whole, pages, used_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )
            .during(OPERATION)?
            .execute(params![content_hash, engine, found.next_page, found.is_whole, found.pages, now_ms])
            .during(OPERATION)?;
            tx.prepare_cached(
                "DELETE FROM recognised WHERE used_ms < ?1
                     OR used_ms < (SELECT used_ms FROM recognised ORDER BY used_ms DESC LIMIT 1 OFFSET ?2)",
            )
            .during(OPERATION)?
            .execute([now_ms.saturating_sub(KEPT_MS), MAX_KEPT - 1])
            .during(OPERATION)?;
            Ok(())
        })
    }
}

fn store_one(tx: &Transaction<'_>, task: &OcrTask, outcome: &OcrOutcome) -> Result<()> {
    const OPERATION: &str = "storing recognised text";
    let is_same: bool = tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM item WHERE id = ?1 AND size = ?2 AND modified_ns = ?3 AND content_hash = ?4
                            AND unread = 0 AND ocr = 'waiting')",
        )
        .and_then(|mut statement| {
            let facts = params![task.item.get(), task.size.cast_signed(), task.modified_ns, task.content_hash];
            statement.query_row(facts, |row| row.get(0))
        })
        .during(OPERATION)?;
    if !is_same {
        return Ok(());
    }
    let id = task.item.get();
    let removed = tx
        .prepare_cached("DELETE FROM chunk WHERE item_id = ?1 AND recognised = 1")
        .and_then(|mut statement| statement.execute([id]))
        .during(OPERATION)?;
    let (ocr, state, reason, truncated, chunks) = match outcome {
        OcrOutcome::Text { reason, truncated, chunks } => {
            (OcrState::Text, Some(ItemState::Indexed), Some(reason), *truncated, chunks.as_slice())
        }
        OcrOutcome::None => (OcrState::None, None, None, false, [].as_slice()),
        OcrOutcome::Failed { state, reason } => (OcrState::Failed, Some(*state), Some(reason), false, [].as_slice()),
    };
    append(tx, id, chunks)?;
    tx.prepare_cached(
        "UPDATE item SET ocr = ?2, state = coalesce(?3, state), reason = coalesce(?4, reason), truncated = truncated OR ?5,
                chunk_count = (SELECT count(*) FROM chunk WHERE item_id = ?1),
                words_pending = words_pending OR ?6, meaning_pending = meaning_pending OR ?6, revision = revision + ?6
         WHERE id = ?1",
    )
    .during(OPERATION)?
    .execute(params![
        id,
        ocr.as_str(),
        state.map(ItemState::as_str),
        reason,
        truncated,
        removed > 0 || !chunks.is_empty(),
    ])
    .during(OPERATION)?;
    Ok(())
}

/// Adds passages after those that an item has.
fn append(tx: &Transaction<'_>, item: i64, chunks: &[NewChunk]) -> Result<()> {
    const OPERATION: &str = "storing recognised text";
    let (first, base): (i64, i64) = tx
        .prepare_cached(
            "SELECT coalesce(max(ordinal) + 1, 0), coalesce(max(start + length(CAST(text AS BLOB))), 0)
             FROM chunk WHERE item_id = ?1",
        )
        .and_then(|mut statement| statement.query_row([item], |row| Ok((row.get(0)?, row.get(1)?))))
        .during(OPERATION)?;
    // Passages stand without gaps: the words of the two kinds must not run together.
    let gap = if base > 0 { "\n\n" } else { "" };
    let mut insert = tx
        .prepare_cached(
            "INSERT INTO chunk (item_id, ordinal, start, heading, text, recognised) VALUES (?1, ?2, ?3, ?4, ?5, 1)",
        )
        .during(OPERATION)?;
    for (number, chunk) in (0_i64..).zip(chunks) {
        let (front, moved) = if number == 0 { (gap, 0) } else { ("", gap.len()) };
        let start = base.saturating_add(i64::try_from(chunk.start + moved).unwrap_or(i64::MAX));
        let text = format!("{front}{}", chunk.text);
        insert.execute(params![item, first + number, start, chunk.heading, text]).during(OPERATION)?;
    }
    Ok(())
}
