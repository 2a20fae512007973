//! Texts: which items have to be read, and what reading them gave.

use crate::connection::Store;
use crate::error::{During, Result};
use crate::items::path_from;
use crate::members::{self, NewMember};
use atom_core::{ItemId, ItemState, Kind, SourceId};
use rusqlite::{Transaction, params};
use std::path::PathBuf;

/// An item that has to be read.
#[derive(Debug, Clone)]
pub struct ReadTask {
    /// The item.
    pub item: ItemId,
    /// Its source.
    pub source: SourceId,
    /// Its absolute path.
    pub path: PathBuf,
    /// Its size at the last scan.
    pub size: u64,
    /// Its content time at the last scan, Unix nanoseconds.
    pub modified_ns: i64,
    /// Its kind by name.
    pub kind: Kind,
    /// Hash of the content that was read last.
    pub content_hash: Option<Vec<u8>>,
    /// Parser that read it last; 0 for none.
    pub parser_version: u32,
    /// How often this content killed the reader.
    pub crashes: u32,
}

/// A passage to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChunk {
    /// Where it starts in the item's text, in bytes.
    pub start: usize,
    /// Heading that it stands under.
    pub heading: Option<String>,
    /// Its text.
    pub text: String,
}

/// What reading an item gave.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly all of them are the large one")]
pub enum TextOutcome {
    /// The content is what was read last: nothing to do.
    Unchanged,
    /// Look again later: the file was changing, or the disk did not answer.
    Later {
        /// Not before, Unix milliseconds.
        not_before_ms: i64,
    },
    /// It was read, or failed for good.
    Read {
        /// Outcome.
        state: ItemState,
        /// Why, in plain words.
        reason: Option<String>,
        /// Media type; empty when unknown.
        mime: String,
        /// Title in the document.
        title: Option<String>,
        /// Author in the document.
        author: Option<String>,
        /// Others that the document names, such as those a message went to, each in a line of its own.
        people: Option<String>,
        /// Language of the text, as a code of two or three letters.
        language: Option<String>,
        /// Labels, tags, keywords, each in a line of its own.
        labels: Option<String>,
        /// Hash of the content.
        content_hash: Option<Vec<u8>>,
        /// Parser that read it.
        parser_version: u32,
        /// How often this content killed the reader.
        crashes: u32,
        /// Whether text beyond a limit was left out.
        truncated: bool,
        /// The text in passages, in order, without gaps.
        chunks: Vec<NewChunk>,
        /// Whether there may be text in it that has to be recognised.
        shows_text: bool,
        /// Files in it, where it is an archive.
        members: Vec<NewMember>,
    },
}

/// Nothing is put off for longer, in milliseconds: what seems to be was put off by a clock that has been set back since.
const LONGEST_DELAY_MS: i64 = 60_000;

const fn longest_delay(now_ms: i64) -> i64 {
    now_ms.saturating_add(LONGEST_DELAY_MS)
}

impl Store {
    /// Items to read, last changed first.
    ///
    /// A postponed item is due at its time, and also where that lies further ahead than anything is ever put off.
    ///
    /// # Errors
    /// As every read.
    pub fn read_tasks(&self, limit: usize, now_ms: i64) -> Result<Vec<ReadTask>> {
        self.read_tasks_of(None, limit, now_ms)
    }

    /// As [`Self::read_tasks`], only of this source if one is named.
    ///
    /// # Errors
    /// As every read.
    pub fn read_tasks_of(&self, source: Option<SourceId>, limit: usize, now_ms: i64) -> Result<Vec<ReadTask>> {
        const OPERATION: &str = "listing items to read";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(OPERATION, |tx| {
            let mut statement = tx
                .prepare_cached(
                    "SELECT id, source_id, path, size, modified_ns, kind, content_hash, parser_version, crashes
                     FROM item WHERE unread = 1 AND (not_before_ms <= ?2 OR not_before_ms > ?3)
                       AND (?4 IS NULL OR source_id = ?4)
                     ORDER BY modified_ns DESC LIMIT ?1",
                )
                .during(OPERATION)?;
            let rows = statement
                .query_map(params![limit, now_ms, longest_delay(now_ms), source.map(SourceId::get)], |row| {
                    Ok(ReadTask {
                        item: ItemId::new(row.get(0)?),
                        source: SourceId::new(row.get(1)?),
                        path: path_from(row.get(2)?),
                        size: row.get::<_, i64>(3)?.cast_unsigned(),
                        modified_ns: row.get(4)?,
                        kind: Kind::parse(&row.get::<_, String>(5)?).unwrap_or(Kind::Other),
                        content_hash: row.get(6)?,
                        parser_version: row.get(7)?,
                        crashes: row.get(8)?,
                    })
                })
                .during(OPERATION)?;
            rows.collect::<rusqlite::Result<_>>().during(OPERATION)
        })
    }

    /// Whether at least `count` items wait to be read that are due at `now_ms`, Unix milliseconds.
    ///
    /// # Errors
    /// As every read.
    pub fn waits_to_read(&self, count: usize, now_ms: i64) -> Result<bool> {
        const OPERATION: &str = "counting items to read";
        self.read(OPERATION, |tx| {
            tx.prepare_cached(
                "SELECT count(*) = ?1 FROM (
                     SELECT 1 FROM item WHERE unread = 1 AND (not_before_ms <= ?2 OR not_before_ms > ?3) LIMIT ?1)",
            )
            .and_then(|mut statement| {
                let count = i64::try_from(count).unwrap_or(i64::MAX);
                statement.query_row([count, now_ms, longest_delay(now_ms)], |row| row.get(0))
            })
            .during(OPERATION)
        })
    }

    /// Marks items to be read again that an older parser read; returns how many.
    ///
    /// # Errors
    /// As every write.
    pub fn reread_older_than(&self, parser_version: u32) -> Result<usize> {
        const OPERATION: &str = "marking items for a newer parser";
        self.write(OPERATION, |tx| {
            tx.execute(
                "UPDATE item SET unread = 1
                 WHERE unread = 0 AND parser_version > 0 AND parser_version < ?1 AND container IS NULL",
                [parser_version],
            )
            .during(OPERATION)
        })
    }

    /// When the next postponed item may be read, Unix milliseconds.
    ///
    /// # Errors
    /// As every read.
    pub fn next_read_due(&self) -> Result<Option<i64>> {
        const OPERATION: &str = "listing items to read";
        self.read(OPERATION, |tx| {
            tx.query_row("SELECT min(not_before_ms) FROM item WHERE unread = 1", [], |row| row.get(0)).during(OPERATION)
        })
    }

    /// Stores what reading gave, in one transaction.
    ///
    /// An item that changed on disk since its task was handed out stays unread: its new content is read next.
    ///
    /// # Errors
    /// As every write; nothing of the batch is kept then.
    pub fn store_texts(&self, outcomes: &[(ReadTask, TextOutcome)]) -> Result<()> {
        self.write("storing texts", |tx| {
            for (task, outcome) in outcomes {
                store_one(tx, task, outcome)?;
            }
            Ok(())
        })
    }

    /// Marks items to be read again whatever their content: those in `states`, of `source`, or the one. For a file in an
    /// archive that is the archive.
    ///
    /// # Errors
    /// As every write.
    pub fn retry(&self, source: Option<SourceId>, states: &[ItemState], item: Option<ItemId>) -> Result<u64> {
        const OPERATION: &str = "marking items for another try";
        self.write(OPERATION, |tx| {
            let mut count = 0;
            for state in states {
                count += tx
                    .execute(
                        "UPDATE item SET unread = 1, content_hash = NULL, crashes = 0, not_before_ms = 0
                         WHERE is_folder = 0 AND container IS NULL AND id IN (
                             SELECT coalesce(container, id) FROM item
                             WHERE state = ?1 AND (?2 IS NULL OR source_id = ?2) AND (?3 IS NULL OR id = ?3))",
                        params![state.as_str(), source.map(SourceId::get), item.map(ItemId::get)],
                    )
                    .during(OPERATION)?;
            }
            Ok(count as u64)
        })
    }
}

fn store_one(tx: &Transaction<'_>, task: &ReadTask, outcome: &TextOutcome) -> Result<()> {
    const OPERATION: &str = "storing a text";
    let id = task.item.get();
    let (size, modified_ns) = (task.size.cast_signed(), task.modified_ns);
    match outcome {
        TextOutcome::Unchanged => {
            tx.prepare_cached("UPDATE item SET unread = 0 WHERE id = ?1 AND size = ?2 AND modified_ns = ?3")
                .during(OPERATION)?
                .execute([id, size, modified_ns])
                .during(OPERATION)?;
        }
        TextOutcome::Later { not_before_ms } => {
            tx.prepare_cached("UPDATE item SET not_before_ms = ?2 WHERE id = ?1")
                .during(OPERATION)?
                .execute([id, *not_before_ms])
                .during(OPERATION)?;
        }
        TextOutcome::Read {
            state,
            reason,
            mime,
            title,
            author,
            people,
            language,
            labels,
            content_hash,
            parser_version,
            crashes,
            truncated,
            chunks,
            shows_text,
            members,
        } => {
            let chunk_count = i64::try_from(chunks.len()).unwrap_or(i64::MAX);
            let updated = tx
                .prepare_cached(
                    "UPDATE item SET state = ?4, reason = ?5, mime = ?6, title = ?7, author = ?8, content_hash = ?9,
                            parser_version = ?10, crashes = ?11, truncated = ?12, ocr = iif(?16, 'waiting', NULL),
                            meaning_pending = meaning_pending OR chunk_count > 0 OR ?13 > 0, chunk_count = ?13,
                            people = ?14, language = ?15, labels = ?17,
                            unread = 0, words_pending = 1, revision = revision + 1
                     WHERE id = ?1 AND size = ?2 AND modified_ns = ?3",
                )
                .during(OPERATION)?
                .execute(params![
                    id,
                    size,
                    modified_ns,
                    state.as_str(),
                    reason,
                    mime,
                    title,
                    author,
                    content_hash,
                    parser_version,
                    crashes,
                    truncated,
                    chunk_count,
                    people,
                    language,
                    shows_text,
                    labels,
                ])
                .during(OPERATION)?;
            if updated == 0 {
                return Ok(());
            }
            insert_chunks(tx, id, chunks)?;
            members::replace(tx, id, members, *parser_version)?;
        }
    }
    Ok(())
}

/// Makes the passages of an item these.
pub(crate) fn insert_chunks(tx: &Transaction<'_>, item: i64, chunks: &[NewChunk]) -> Result<()> {
    const OPERATION: &str = "storing passages";
    tx.prepare_cached("DELETE FROM chunk WHERE item_id = ?1").during(OPERATION)?.execute([item]).during(OPERATION)?;
    let mut insert = tx
        .prepare_cached("INSERT INTO chunk (item_id, ordinal, start, heading, text) VALUES (?1, ?2, ?3, ?4, ?5)")
        .during(OPERATION)?;
    for (ordinal, chunk) in (0_i64..).zip(chunks) {
        let start = i64::try_from(chunk.start).unwrap_or(i64::MAX);
        insert.execute(params![item, ordinal, start, chunk.heading, chunk.text]).during(OPERATION)?;
    }
    Ok(())
}
