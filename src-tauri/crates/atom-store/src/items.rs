//! Items as the disk has them: what scans and hints bring in.

use crate::connection::Store;
use crate::error::{During, Result};
use crate::members;
use atom_core::{Entry, ItemId, ItemState, Kind, SourceId};
use rusqlite::{OptionalExtension, Transaction, params};
use std::ffi::OsString;
use std::ops::Range;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// A file whose last change is this long before the scan, in milliseconds, may change again within the same time stamp: look
/// again next time. A clock that is set to and fro may have put it a little behind the scan; further behind, the clock was
/// set back, and then every file is, and none is about to change.
const RACY_MS: Range<i64> = -10_000..2_000;

/// What applying a batch of entries did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScanApplied {
    /// Never seen before.
    pub new: usize,
    /// Content may have changed.
    pub changed: usize,
    /// Moved here, the item kept.
    pub renamed: usize,
    /// As before.
    pub unchanged: usize,
}

impl ScanApplied {
    /// Whether anything was written.
    pub const fn any(&self) -> bool {
        self.new + self.changed + self.renamed > 0
    }
}

/// An item, as far as scans care.
#[derive(Debug, Clone)]
pub struct ItemRow {
    /// Its id.
    pub id: ItemId,
    /// Its absolute path.
    pub path: PathBuf,
}

/// An item directly inside a folder.
#[derive(Debug, Clone)]
pub struct DirectoryChild {
    /// Its id.
    pub id: ItemId,
    /// Its absolute path.
    pub path: PathBuf,
    /// Whether it is a folder.
    pub is_folder: bool,
}

struct Known {
    id: i64,
    is_folder: bool,
    size: i64,
    modified_ns: i64,
    changed_ns: i64,
    inode: i64,
}

impl Known {
    fn matches(&self, entry: &Entry) -> bool {
        if entry.is_folder || self.is_folder {
            return entry.is_folder == self.is_folder && self.inode == entry.inode.cast_signed();
        }
        self.size == entry.size.cast_signed()
            && self.modified_ns == entry.modified_ns
            && self.changed_ns == entry.changed_ns
            && self.inode == entry.inode.cast_signed()
    }
}

impl Store {
    /// Brings entries of a scan in, in one transaction.
    ///
    /// `is_there` says whether a path still exists: an unknown path with a known inode is a rename only when the old path is gone.
    ///
    /// # Errors
    /// As every write; nothing of the batch is kept then.
    pub fn apply_scan(
        &self,
        source: SourceId,
        entries: &[Entry],
        now_ms: i64,
        is_there: &dyn Fn(&Path) -> bool,
    ) -> Result<ScanApplied> {
        const OPERATION: &str = "storing a scan";
        let mut applied = ScanApplied::default();
        let news: Vec<&Entry> = self.read(OPERATION, |tx| {
            let mut news = Vec::new();
            for entry in entries {
                match known(tx, source, &entry.path)? {
                    Some(known) if known.matches(entry) => applied.unchanged += 1,
                    _ => news.push(entry),
                }
            }
            Ok(news)
        })?;
        if news.is_empty() {
            return Ok(applied);
        }
        self.write(OPERATION, |tx| {
            for entry in news {
                apply_one(tx, source, entry, now_ms, is_there, &mut applied)?;
            }
            Ok(())
        })?;
        Ok(applied)
    }

    /// A page of a source's items by id.
    ///
    /// # Errors
    /// As every read.
    pub fn items_after(&self, source: SourceId, after: ItemId, limit: usize) -> Result<Vec<ItemRow>> {
        const SQL: &str = "SELECT id, path FROM item WHERE source_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
        self.page(SQL, source, after, limit)
    }

    /// As [`Self::items_after`], without those in archives, for finding those that a scan did not see.
    ///
    /// # Errors
    /// As every read.
    pub fn items_on_disk_after(&self, source: SourceId, after: ItemId, limit: usize) -> Result<Vec<ItemRow>> {
        const SQL: &str =
            "SELECT id, path FROM item WHERE source_id = ?1 AND id > ?2 AND container IS NULL ORDER BY id LIMIT ?3";
        self.page(SQL, source, after, limit)
    }

    fn page(&self, sql: &str, source: SourceId, after: ItemId, limit: usize) -> Result<Vec<ItemRow>> {
        const OPERATION: &str = "listing items";
        self.read(OPERATION, |tx| {
            let mut statement = tx.prepare_cached(sql).during(OPERATION)?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = statement
                .query_map([source.get(), after.get(), limit], |row| {
                    Ok(ItemRow { id: ItemId::new(row.get(0)?), path: path_from(row.get(1)?) })
                })
                .during(OPERATION)?;
            rows.collect::<rusqlite::Result<_>>().during(OPERATION)
        })
    }

    /// The items directly inside `folder`.
    ///
    /// # Errors
    /// As every read.
    pub fn children(&self, source: SourceId, folder: &Path) -> Result<Vec<DirectoryChild>> {
        const OPERATION: &str = "listing a folder's items";
        self.read(OPERATION, |tx| {
            let mut statement = tx
                .prepare_cached("SELECT id, path, is_folder FROM item WHERE source_id = ?1 AND parent = ?2")
                .during(OPERATION)?;
            let rows = statement
                .query_map([source.get(), path_hash(folder)], |row| {
                    Ok(DirectoryChild {
                        id: ItemId::new(row.get(0)?),
                        path: path_from(row.get(1)?),
                        is_folder: row.get(2)?,
                    })
                })
                .during(OPERATION)?;
            let mut children = rows.collect::<rusqlite::Result<Vec<_>>>().during(OPERATION)?;
            // The hash narrows down, the path decides.
            children.retain(|child| child.path.parent() == Some(folder));
            Ok(children)
        })
    }

    /// Every item below `folder`, itself included, without those in archives.
    ///
    /// # Errors
    /// As every read.
    pub fn items_below(&self, source: SourceId, folder: &Path) -> Result<Vec<ItemRow>> {
        const OPERATION: &str = "listing a folder's items";
        self.read(OPERATION, |tx| {
            let mut statement = tx
                .prepare_cached(
                    "SELECT id, path FROM item WHERE source_id = ?1 AND (path = ?2 OR (path >= ?3 AND path < ?4))
                     AND container IS NULL",
                )
                .during(OPERATION)?;
            let folder = folder.as_os_str().as_bytes();
            let (mut from, mut to) = (folder.to_vec(), folder.to_vec());
            from.push(b'/');
            to.push(b'/' + 1);
            let rows = statement
                .query_map(params![source.get(), folder, from, to], |row| {
                    Ok(ItemRow { id: ItemId::new(row.get(0)?), path: path_from(row.get(1)?) })
                })
                .during(OPERATION)?;
            rows.collect::<rusqlite::Result<_>>().during(OPERATION)
        })
    }

    /// Deletes items, and what is in those that are archives, and leaves tombstones, so that both indexes follow.
    ///
    /// # Errors
    /// As every write.
    pub fn delete_items(&self, items: &[ItemId]) -> Result<()> {
        const OPERATION: &str = "deleting items";
        if items.is_empty() {
            return Ok(());
        }
        self.write(OPERATION, |tx| {
            for item in items {
                members::delete_of(tx, item.get())?;
                members::delete(tx, item.get())?;
            }
            Ok(())
        })
    }

    /// Counts an opening, for ranking.
    ///
    /// # Errors
    /// As every write.
    pub fn note_opened(&self, item: ItemId, now_ms: i64) -> Result<()> {
        const OPERATION: &str = "noting an opened item";
        self.write(OPERATION, |tx| {
            tx.execute(
                "UPDATE item SET opened_count = opened_count + 1, opened_ms = ?2 WHERE id = ?1",
                [item.get(), now_ms],
            )
            .during(OPERATION)?;
            Ok(())
        })
    }
}

fn known(tx: &Transaction<'_>, source: SourceId, path: &Path) -> Result<Option<Known>> {
    const OPERATION: &str = "looking up an item";
    tx.prepare_cached(
        "SELECT id, is_folder, size, modified_ns, changed_ns, inode FROM item WHERE source_id = ?1 AND path = ?2",
    )
    .during(OPERATION)?
    .query_row(params![source.get(), path.as_os_str().as_bytes()], |row| {
        Ok(Known {
            id: row.get(0)?,
            is_folder: row.get(1)?,
            size: row.get(2)?,
            modified_ns: row.get(3)?,
            changed_ns: row.get(4)?,
            inode: row.get(5)?,
        })
    })
    .optional()
    .during(OPERATION)
}

fn apply_one(
    tx: &Transaction<'_>,
    source: SourceId,
    entry: &Entry,
    now_ms: i64,
    is_there: &dyn Fn(&Path) -> bool,
    applied: &mut ScanApplied,
) -> Result<()> {
    let racy = RACY_MS.contains(&now_ms.saturating_sub(entry.modified_ns / 1_000_000));
    // A time stamp that never matches makes the next scan look at the content again.
    let changed_ns = if racy && !entry.is_folder { 0 } else { entry.changed_ns };
    if let Some(known) = known(tx, source, &entry.path)? {
        update(tx, known.id, entry, changed_ns)?;
        applied.changed += 1;
    } else if let Some((id, from)) = renamed_from(tx, entry, is_there)? {
        rename(tx, id, source, entry)?;
        members::move_along(tx, id, &from)?;
        applied.renamed += 1;
    } else {
        insert(tx, source, entry, changed_ns)?;
        applied.new += 1;
    }
    Ok(())
}

fn insert(tx: &Transaction<'_>, source: SourceId, entry: &Entry, changed_ns: i64) -> Result<()> {
    const OPERATION: &str = "adding an item";
    let (kind, state) = if entry.is_folder {
        (Kind::Folder, ItemState::NameOnly)
    } else {
        (Kind::from_path(&entry.path), ItemState::Pending)
    };
    tx.prepare_cached(
        "INSERT INTO item (source_id, path, parent, is_folder, size, modified_ns, changed_ns, device, inode, kind, state, unread)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )
    .during(OPERATION)?
    .execute(params![
        source.get(),
        entry.path.as_os_str().as_bytes(),
        entry.path.parent().map_or(0, path_hash),
        entry.is_folder,
        entry.size.cast_signed(),
        entry.modified_ns,
        changed_ns,
        entry.device.cast_signed(),
        entry.inode.cast_signed(),
        kind.as_str(),
        state.as_str(),
        !entry.is_folder,
    ])
    .during(OPERATION)?;
    Ok(())
}

fn update(tx: &Transaction<'_>, id: i64, entry: &Entry, changed_ns: i64) -> Result<()> {
    const OPERATION: &str = "updating an item";
    tx.prepare_cached(
        "UPDATE item SET is_folder = ?2, size = ?3, modified_ns = ?4, changed_ns = ?5, device = ?6, inode = ?7,
                unread = NOT ?2, words_pending = 1, revision = revision + 1, container = NULL
         WHERE id = ?1",
    )
    .during(OPERATION)?
    .execute(params![
        id,
        entry.is_folder,
        entry.size.cast_signed(),
        entry.modified_ns,
        changed_ns,
        entry.device.cast_signed(),
        entry.inode.cast_signed(),
    ])
    .during(OPERATION)?;
    // Where an archive was there is a folder now.
    if entry.is_folder { members::delete_of(tx, id) } else { Ok(()) }
}

/// The item that was at another path before: same inode, same size and time, one link, and nothing at the old path.
fn renamed_from(
    tx: &Transaction<'_>,
    entry: &Entry,
    is_there: &dyn Fn(&Path) -> bool,
) -> Result<Option<(i64, PathBuf)>> {
    const OPERATION: &str = "looking up a renamed item";
    if entry.links > 1 && !entry.is_folder {
        return Ok(None);
    }
    let mut statement = tx
        .prepare_cached(
            "SELECT id, path FROM item WHERE device = ?1 AND inode = ?2 AND is_folder = ?3
             AND (is_folder OR (size = ?4 AND modified_ns = ?5))",
        )
        .during(OPERATION)?;
    let rows = statement
        .query_map(
            params![
                entry.device.cast_signed(),
                entry.inode.cast_signed(),
                entry.is_folder,
                entry.size.cast_signed(),
                entry.modified_ns
            ],
            |row| Ok((row.get::<_, i64>(0)?, path_from(row.get(1)?))),
        )
        .during(OPERATION)?;
    for row in rows {
        let (id, path) = row.during(OPERATION)?;
        if !is_there(&path) {
            return Ok(Some((id, path)));
        }
    }
    Ok(None)
}

fn rename(tx: &Transaction<'_>, id: i64, source: SourceId, entry: &Entry) -> Result<()> {
    const OPERATION: &str = "renaming an item";
    let kind = if entry.is_folder { Kind::Folder } else { Kind::from_path(&entry.path) };
    tx.prepare_cached(
        "UPDATE item SET source_id = ?2, path = ?3, parent = ?4, kind = ?5, changed_ns = ?6,
                words_pending = 1, revision = revision + 1 WHERE id = ?1",
    )
    .during(OPERATION)?
    .execute(params![
        id,
        source.get(),
        entry.path.as_os_str().as_bytes(),
        entry.path.parent().map_or(0, path_hash),
        kind.as_str(),
        entry.changed_ns,
    ])
    .during(OPERATION)?;
    Ok(())
}

pub(crate) fn path_from(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes))
}

/// FNV-1a of a path: groups the children of a folder in an index; equality is decided on the path itself.
pub(crate) fn path_hash(path: &Path) -> i64 {
    let hash = path
        .as_os_str()
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash.cast_signed()
}
