//! What a search and the lists of the UI read.

use crate::connection::Store;
use crate::error::{During, Result};
use crate::items::path_from;
use crate::ocr::OcrState;
use atom_core::{ChunkId, ItemId, ItemState, Kind, SourceId};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, Transaction, params, params_from_iter};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// Everything about an item that a hit shows.
#[derive(Debug, Clone)]
pub struct ItemFacts {
    /// The item.
    pub id: ItemId,
    /// Its source.
    pub source: SourceId,
    /// Absolute path.
    pub path: PathBuf,
    /// Title in the document.
    pub title: Option<String>,
    /// Author in the document.
    pub author: Option<String>,
    /// Kind.
    pub kind: Kind,
    /// Media type; empty when unknown.
    pub mime: String,
    /// Bytes.
    pub size: u64,
    /// Last change, Unix milliseconds.
    pub modified_ms: i64,
    /// Outcome of reading it.
    pub state: ItemState,
    /// Why, in plain words.
    pub reason: Option<String>,
    /// Hash of its content.
    pub content_hash: Option<Vec<u8>>,
    /// How many passages it has.
    pub chunk_count: u64,
    /// How often it was opened from Atom.
    pub opened_count: u64,
    /// When it was last opened from Atom, Unix milliseconds.
    pub opened_ms: Option<i64>,
    /// Absolute path of the archive that it lies in, if it does.
    pub container: Option<PathBuf>,
}

/// A passage.
#[derive(Debug, Clone)]
pub struct ChunkText {
    /// The passage.
    pub id: ChunkId,
    /// The item that it is of.
    pub item: ItemId,
    /// Its position, from 0.
    pub ordinal: u64,
    /// Where it starts in the item's text, in bytes.
    pub start: usize,
    /// Heading that it stands under.
    pub heading: Option<String>,
    /// Its text.
    pub text: String,
}

/// Which files to list.
#[derive(Debug, Clone, Default)]
pub struct FileFilter {
    /// Only of this source.
    pub source: Option<SourceId>,
    /// Only in these states; all when empty.
    pub states: Vec<ItemState>,
    /// Only with this in the path, in any case.
    pub path_contains: String,
    /// Only the one with this path.
    pub path: Option<PathBuf>,
    /// Also those in archives; the one with a path is told wherever it lies.
    pub in_archives: bool,
}

/// A file in a list.
#[derive(Debug, Clone)]
pub struct FileRow {
    /// What a hit would show.
    pub facts: ItemFacts,
    /// It has to be read (again).
    pub unread: bool,
    /// The keyword index lacks its present form.
    pub words_pending: bool,
    /// The vector index lacks its present form.
    pub meaning_pending: bool,
    /// How far recognising text in it has come; none where it shows nothing that may be text.
    pub ocr: Option<OcrState>,
    /// How many files in it can be found, where it is an archive.
    pub members: u64,
}

const FACTS: &str = "id, source_id, path, title, author, kind, mime, size, modified_ns, state, reason, content_hash,
                     chunk_count, opened_count, opened_ms,
                     (SELECT archive.path FROM item AS archive WHERE archive.id = item.container)";

fn facts(row: &Row<'_>) -> rusqlite::Result<ItemFacts> {
    Ok(ItemFacts {
        id: ItemId::new(row.get(0)?),
        source: SourceId::new(row.get(1)?),
        path: path_from(row.get(2)?),
        title: row.get(3)?,
        author: row.get(4)?,
        kind: Kind::parse(&row.get::<_, String>(5)?).unwrap_or(Kind::Other),
        mime: row.get(6)?,
        size: row.get::<_, i64>(7)?.cast_unsigned(),
        modified_ms: row.get::<_, i64>(8)? / 1_000_000,
        state: ItemState::parse(&row.get::<_, String>(9)?).unwrap_or(ItemState::Pending),
        reason: row.get(10)?,
        content_hash: row.get(11)?,
        chunk_count: row.get::<_, i64>(12)?.cast_unsigned(),
        opened_count: row.get::<_, i64>(13)?.cast_unsigned(),
        opened_ms: row.get(14)?,
        container: row.get::<_, Option<Vec<u8>>>(15)?.map(path_from),
    })
}

fn chunk(row: &Row<'_>) -> rusqlite::Result<ChunkText> {
    Ok(ChunkText {
        id: ChunkId::new(row.get(0)?),
        item: ItemId::new(row.get(1)?),
        ordinal: row.get::<_, i64>(2)?.cast_unsigned(),
        start: usize::try_from(row.get::<_, i64>(3)?).unwrap_or_default(),
        heading: row.get(4)?,
        text: row.get(5)?,
    })
}

impl Store {
    /// Facts of items, in the order asked; those that are gone are left out.
    ///
    /// # Errors
    /// As every read.
    pub fn item_facts(&self, items: &[ItemId]) -> Result<Vec<ItemFacts>> {
        const OPERATION: &str = "reading items";
        self.read(OPERATION, |tx| {
            let mut statement =
                tx.prepare_cached(&format!("SELECT {FACTS} FROM item WHERE id = ?1")).during(OPERATION)?;
            let mut found = Vec::with_capacity(items.len());
            for item in items {
                found.extend(statement.query_row([item.get()], facts).optional().during(OPERATION)?);
            }
            Ok(found)
        })
    }

    /// The passages of an item, in order.
    ///
    /// # Errors
    /// As every read.
    pub fn chunks(&self, item: ItemId) -> Result<Vec<ChunkText>> {
        const OPERATION: &str = "reading passages";
        self.read(OPERATION, |tx| {
            let mut statement = tx
                .prepare_cached(
                    "SELECT id, item_id, ordinal, start, heading, text FROM chunk WHERE item_id = ?1 ORDER BY ordinal",
                )
                .during(OPERATION)?;
            let rows = statement.query_map([item.get()], chunk).during(OPERATION)?;
            rows.collect::<rusqlite::Result<_>>().during(OPERATION)
        })
    }

    /// Passages of an item from the one with that ordinal on, in order, at most `limit`.
    ///
    /// # Errors
    /// As every read.
    pub fn chunks_from(&self, item: ItemId, ordinal: u64, limit: usize) -> Result<Vec<ChunkText>> {
        const OPERATION: &str = "reading passages";
        self.read(OPERATION, |tx| {
            let mut statement = tx
                .prepare_cached(
                    "SELECT id, item_id, ordinal, start, heading, text FROM chunk
                     WHERE item_id = ?1 AND ordinal >= ?2 ORDER BY ordinal LIMIT ?3",
                )
                .during(OPERATION)?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = statement.query_map([item.get(), ordinal.cast_signed(), limit], chunk).during(OPERATION)?;
            rows.collect::<rusqlite::Result<_>>().during(OPERATION)
        })
    }

    /// One passage.
    ///
    /// # Errors
    /// As every read.
    pub fn chunk(&self, id: ChunkId) -> Result<Option<ChunkText>> {
        const OPERATION: &str = "reading a passage";
        self.read(OPERATION, |tx| {
            tx.prepare_cached("SELECT id, item_id, ordinal, start, heading, text FROM chunk WHERE id = ?1")
                .during(OPERATION)?
                .query_row([id.get()], chunk)
                .optional()
                .during(OPERATION)
        })
    }

    /// Items opened from Atom last, then those changed last.
    ///
    /// # Errors
    /// As every read.
    pub fn recent_items(&self, limit: usize) -> Result<Vec<ItemFacts>> {
        const OPERATION: &str = "listing recent items";
        self.read(OPERATION, |tx| {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut recent = many(
                tx,
                &format!("SELECT {FACTS} FROM item WHERE opened_ms IS NOT NULL ORDER BY opened_ms DESC LIMIT ?1"),
                limit,
            )?;
            let changed = many(
                tx,
                &format!("SELECT {FACTS} FROM item WHERE is_folder = 0 AND container IS NULL ORDER BY modified_ns DESC LIMIT ?1"),
                limit,
            )?;
            for item in changed {
                if recent.iter().all(|known| known.id != item.id) {
                    recent.push(item);
                }
            }
            recent.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            Ok(recent)
        })
    }

    /// A page of files by path, and how many there are in all.
    ///
    /// # Errors
    /// As every read.
    pub fn files(&self, filter: &FileFilter, offset: usize, limit: usize) -> Result<(u64, Vec<FileRow>)> {
        const OPERATION: &str = "listing files";
        let mut sql = String::from(" FROM item WHERE is_folder = 0");
        let mut values: Vec<Value> = Vec::new();
        if let Some(source) = filter.source {
            values.push(Value::Integer(source.get()));
            sql.push_str(&format!(" AND source_id = ?{}", values.len()));
        }
        if !filter.in_archives && filter.path.is_none() {
            sql.push_str(" AND container IS NULL");
        }
        if !filter.states.is_empty() {
            let mut places = Vec::new();
            for state in &filter.states {
                values.push(Value::Text(state.as_str().to_owned()));
                places.push(format!("?{}", values.len()));
            }
            sql.push_str(&format!(" AND state IN ({})", places.join(", ")));
        }
        if let Some(path) = &filter.path {
            values.push(Value::Blob(path.as_os_str().as_bytes().to_vec()));
            sql.push_str(&format!(" AND path = ?{}", values.len()));
        }
        if !filter.path_contains.is_empty() {
            values.push(Value::Text(filter.path_contains.to_lowercase()));
            sql.push_str(&format!(" AND instr(lower(CAST(path AS TEXT)), ?{}) > 0", values.len()));
        }
        self.read(OPERATION, |tx| {
            let total: i64 = tx
                .query_row(&format!("SELECT count(*) {sql}"), params_from_iter(&values), |row| row.get(0))
                .during(OPERATION)?;
            let page = format!(
                "SELECT {FACTS}, unread, words_pending, meaning_pending, ocr,
                        (SELECT count(*) FROM item AS member WHERE member.container = item.id)
                 FROM (SELECT * {sql} ORDER BY path LIMIT {limit} OFFSET {offset}) AS item ORDER BY path"
            );
            let mut statement = tx.prepare(&page).during(OPERATION)?;
            let rows = statement
                .query_map(params_from_iter(&values), |row| {
                    Ok(FileRow {
                        facts: facts(row)?,
                        unread: row.get(16)?,
                        words_pending: row.get(17)?,
                        meaning_pending: row.get(18)?,
                        ocr: row.get::<_, Option<String>>(19)?.as_deref().and_then(OcrState::parse),
                        members: row.get::<_, i64>(20)?.cast_unsigned(),
                    })
                })
                .during(OPERATION)?;
            let files = rows.collect::<rusqlite::Result<_>>().during(OPERATION)?;
            Ok((total.cast_unsigned(), files))
        })
    }

    /// Every passage id with its item, by id, a page at a time: what the vector index has to hold.
    ///
    /// # Errors
    /// As every read.
    pub fn chunk_ids_after(&self, after: ChunkId, limit: usize) -> Result<Vec<(ChunkId, ItemId)>> {
        const OPERATION: &str = "listing passages";
        self.read(OPERATION, |tx| {
            let mut statement = tx
                .prepare_cached(
                    "SELECT chunk.id, item_id FROM chunk JOIN item ON item.id = item_id
                     WHERE chunk.id > ?1 AND meaning_pending = 0 ORDER BY chunk.id LIMIT ?2",
                )
                .during(OPERATION)?;
            let rows = statement
                .query_map(params![after.get(), i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
                    Ok((ChunkId::new(row.get(0)?), ItemId::new(row.get(1)?)))
                })
                .during(OPERATION)?;
            rows.collect::<rusqlite::Result<_>>().during(OPERATION)
        })
    }
}

fn many(tx: &Transaction<'_>, sql: &str, limit: i64) -> Result<Vec<ItemFacts>> {
    const OPERATION: &str = "listing recent items";
    let mut statement = tx.prepare_cached(sql).during(OPERATION)?;
    let rows = statement.query_map([limit], facts).during(OPERATION)?;
    rows.collect::<rusqlite::Result<_>>().during(OPERATION)
}
