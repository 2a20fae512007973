//! Files in archives: items of their own, below the item of the archive.
//!
//! They come and go with what reading the archive gives. No scan sees them, none of them is ever read by itself.

use crate::error::{During, Result};
use crate::items::{path_from, path_hash};
use crate::texts::{NewChunk, insert_chunks};
use atom_core::{ItemState, Kind};
use rusqlite::{OptionalExtension, Transaction, params};
use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A file in an archive, as reading that gave it.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// Its path in the archive.
    pub path: PathBuf,
    /// Bytes, unpacked.
    pub size: u64,
    /// When it was changed last, Unix nanoseconds; none where the archive does not tell: then it is as old as that.
    pub modified_ns: Option<i64>,
    /// Outcome.
    pub state: ItemState,
    /// Why, in plain words.
    pub reason: Option<String>,
    /// Media type; empty when unknown.
    pub mime: String,
    /// Title in the document.
    pub title: Option<String>,
    /// Author in the document.
    pub author: Option<String>,
    /// Others that the document names, each in a line of its own.
    pub people: Option<String>,
    /// Language of the text, as a code of two or three letters.
    pub language: Option<String>,
    /// Hash of the content; none where it was not unpacked.
    pub content_hash: Option<Vec<u8>>,
    /// Whether text beyond a limit was left out.
    pub truncated: bool,
    /// The text in passages, in order, without gaps.
    pub chunks: Vec<NewChunk>,
}

/// A member as it was read last.
struct Known {
    id: i64,
    content_hash: Option<Vec<u8>>,
    parser_version: u32,
    state: String,
    chunk_count: usize,
    size: i64,
    modified_ns: i64,
}

impl Known {
    fn is_still(&self, member: &NewMember, parser_version: u32) -> bool {
        self.content_hash == member.content_hash
            && self.parser_version == parser_version
            && self.state == member.state.as_str()
            && self.chunk_count == member.chunks.len()
    }
}

/// Makes the members of an archive those that reading it gave. One that holds what it held before stays as it is, with its
/// id and its vectors.
pub(crate) fn replace(tx: &Transaction<'_>, container: i64, members: &[NewMember], parser_version: u32) -> Result<()> {
    let mut known = known(tx, container)?;
    if members.is_empty() && known.is_empty() {
        return Ok(());
    }
    let archive = archive(tx, container)?;
    for member in members {
        let path = archive.path.join(&member.path);
        match known.remove(&path) {
            Some(known) if known.is_still(member, parser_version) => update_facts(tx, &known, &archive, member)?,
            Some(known) => update(tx, known.id, &archive, member, parser_version)?,
            None => {
                // Nothing outside of the archive is its to replace.
                if !path.starts_with(&archive.path) {
                    continue;
                }
                make_way(tx, archive.source, &path)?;
                let id = insert(tx, container, &archive, &path)?;
                update(tx, id, &archive, member, parser_version)?;
            }
        }
    }
    known.into_values().try_for_each(|member| delete(tx, member.id))
}

/// Deletes the members of an archive, with tombstones.
pub(crate) fn delete_of(tx: &Transaction<'_>, container: i64) -> Result<()> {
    known(tx, container)?.into_values().try_for_each(|member| delete(tx, member.id))
}

/// Gives the members of an archive the paths that they have since it was moved.
pub(crate) fn move_along(tx: &Transaction<'_>, container: i64, from: &Path) -> Result<()> {
    const OPERATION: &str = "moving the files of an archive";
    let members = known(tx, container)?;
    if members.is_empty() {
        return Ok(());
    }
    let archive = archive(tx, container)?;
    for (path, member) in members {
        let path = path.strip_prefix(from).map_or_else(|_| path.clone(), |inside| archive.path.join(inside));
        make_way(tx, archive.source, &path)?;
        tx.prepare_cached(
            "UPDATE item SET source_id = ?2, path = ?3, parent = ?4, words_pending = 1, revision = revision + 1
             WHERE id = ?1",
        )
        .during(OPERATION)?
        .execute(params![member.id, archive.source, path.as_os_str().as_bytes(), path.parent().map_or(0, path_hash)])
        .during(OPERATION)?;
    }
    Ok(())
}

fn known(tx: &Transaction<'_>, container: i64) -> Result<HashMap<PathBuf, Known>> {
    const OPERATION: &str = "listing the files of an archive";
    let mut statement = tx
        .prepare_cached(
            "SELECT path, id, content_hash, parser_version, state, chunk_count, size, modified_ns
             FROM item WHERE container = ?1",
        )
        .during(OPERATION)?;
    let rows = statement
        .query_map([container], |row| {
            let known = Known {
                id: row.get(1)?,
                content_hash: row.get(2)?,
                parser_version: row.get(3)?,
                state: row.get(4)?,
                chunk_count: usize::try_from(row.get::<_, i64>(5)?).unwrap_or_default(),
                size: row.get(6)?,
                modified_ns: row.get(7)?,
            };
            Ok((path_from(row.get(0)?), known))
        })
        .during(OPERATION)?;
    rows.collect::<rusqlite::Result<_>>().during(OPERATION)
}

/// What members have of their archive.
struct Archive {
    source: i64,
    path: PathBuf,
    modified_ns: i64,
}

fn archive(tx: &Transaction<'_>, container: i64) -> Result<Archive> {
    const OPERATION: &str = "looking up an archive";
    tx.prepare_cached("SELECT source_id, path, modified_ns FROM item WHERE id = ?1")
        .and_then(|mut statement| {
            statement.query_row([container], |row| {
                Ok(Archive { source: row.get(0)?, path: path_from(row.get(1)?), modified_ns: row.get(2)? })
            })
        })
        .during(OPERATION)
}

/// A new item at `path`, of which nothing else is known yet.
fn insert(tx: &Transaction<'_>, container: i64, archive: &Archive, path: &Path) -> Result<i64> {
    tx.prepare_cached(
        "INSERT INTO item (container, source_id, path, parent, is_folder, size, modified_ns, changed_ns, device, inode, kind,
                           unread, state)
         VALUES (?1, ?2, ?3, ?4, 0, 0, 0, 0, 0, 0, ?5, 0, ?6)",
    )
    .and_then(|mut statement| {
        statement.insert(params![
            container,
            archive.source,
            path.as_os_str().as_bytes(),
            path.parent().map_or(0, path_hash),
            Kind::from_path(path).as_str(),
            ItemState::NameOnly.as_str(),
        ])
    })
    .during("adding a file of an archive")
}

/// Size and time of a member whose content is what it was.
fn update_facts(tx: &Transaction<'_>, known: &Known, archive: &Archive, member: &NewMember) -> Result<()> {
    const OPERATION: &str = "updating a file of an archive";
    let (size, modified_ns) = (member.size.cast_signed(), member.modified_ns.unwrap_or(archive.modified_ns));
    if (known.size, known.modified_ns) == (size, modified_ns) {
        return Ok(());
    }
    tx.prepare_cached(
        "UPDATE item SET size = ?2, modified_ns = ?3, words_pending = 1, revision = revision + 1 WHERE id = ?1",
    )
    .during(OPERATION)?
    .execute([known.id, size, modified_ns])
    .during(OPERATION)?;
    Ok(())
}

/// Makes an item what reading gave of a member.
fn update(tx: &Transaction<'_>, id: i64, archive: &Archive, member: &NewMember, parser_version: u32) -> Result<()> {
    const OPERATION: &str = "updating a file of an archive";
    tx.prepare_cached(
        "UPDATE item SET size = ?2, modified_ns = ?3, state = ?4, reason = ?5, mime = ?6, title = ?7, author = ?8,
                people = ?9, language = ?10, content_hash = ?11, parser_version = ?12, truncated = ?13,
                meaning_pending = meaning_pending OR chunk_count > 0 OR ?14 > 0, chunk_count = ?14,
                words_pending = 1, revision = revision + 1
         WHERE id = ?1",
    )
    .during(OPERATION)?
    .execute(params![
        id,
        member.size.cast_signed(),
        member.modified_ns.unwrap_or(archive.modified_ns),
        member.state.as_str(),
        member.reason,
        member.mime,
        member.title,
        member.author,
        member.people,
        member.language,
        member.content_hash,
        parser_version,
        member.truncated,
        i64::try_from(member.chunks.len()).unwrap_or(i64::MAX),
    ])
    .during(OPERATION)?;
    insert_chunks(tx, id, &member.chunks)
}

/// Deletes what is known at a path: it was in a folder where the archive is now.
fn make_way(tx: &Transaction<'_>, source: i64, path: &Path) -> Result<()> {
    const OPERATION: &str = "looking up an item";
    let there: Option<i64> = tx
        .prepare_cached("SELECT id FROM item WHERE source_id = ?1 AND path = ?2")
        .and_then(|mut statement| {
            statement.query_row(params![source, path.as_os_str().as_bytes()], |row| row.get(0)).optional()
        })
        .during(OPERATION)?;
    let Some(id) = there else { return Ok(()) };
    // It may have been an archive itself.
    delete_of(tx, id)?;
    delete(tx, id)
}

/// Deletes an item that has no members, with a tombstone.
pub(crate) fn delete(tx: &Transaction<'_>, id: i64) -> Result<()> {
    const OPERATION: &str = "deleting an item";
    tx.prepare_cached("INSERT OR REPLACE INTO tombstone (item_id) VALUES (?1)")
        .during(OPERATION)?
        .execute([id])
        .during(OPERATION)?;
    tx.prepare_cached("DELETE FROM item WHERE id = ?1").during(OPERATION)?.execute([id]).during(OPERATION)?;
    Ok(())
}
