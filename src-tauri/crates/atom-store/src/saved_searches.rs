//! Searches that a person keeps, and what of their matches was there when they were last looked at.

use crate::connection::Store;
use crate::error::{During, Result};
use atom_core::ItemId;
use rusqlite::{OptionalExtension, Row, params};

const LISTING: &str = "listing kept searches";
const KEEPING: &str = "keeping a search";

/// What was there when a kept search was last looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The newest item.
    pub newest: ItemId,
    /// What matched; none where it was too much, and only items that are newer count as new then.
    pub known: Option<Vec<ItemId>>,
}

/// A search that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSearch {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The query.
    pub query: String,
    /// Whether to notify of new matches.
    pub notify: bool,
    /// When it was made, Unix milliseconds.
    pub created_ms: i64,
    /// What was there when it was last looked at.
    pub seen: Seen,
    /// How many new matches were notified of since.
    pub told: u64,
}

const SAVED: &str = "SELECT id, name, query, notify, created_ms, seen_item, known, told FROM saved_search";

fn saved(row: &Row<'_>) -> rusqlite::Result<SavedSearch> {
    Ok(SavedSearch {
        id: row.get(0)?,
        name: row.get(1)?,
        query: row.get(2)?,
        notify: row.get(3)?,
        created_ms: row.get(4)?,
        seen: Seen {
            newest: ItemId::new(row.get(5)?),
            known: row.get::<_, Option<Vec<u8>>>(6)?.as_deref().map(unpack),
        },
        told: row.get::<_, i64>(7)?.cast_unsigned(),
    })
}

impl Store {
    /// Searches that are kept, by name.
    ///
    /// # Errors
    /// As every read.
    pub fn saved_searches(&self) -> Result<Vec<SavedSearch>> {
        self.read(LISTING, |tx| {
            let mut statement =
                tx.prepare_cached(&format!("{SAVED} ORDER BY name COLLATE NOCASE, id")).during(LISTING)?;
            let rows = statement.query_map([], saved).during(LISTING)?;
            rows.collect::<rusqlite::Result<_>>().during(LISTING)
        })
    }

    /// One of them.
    ///
    /// # Errors
    /// As every read.
    pub fn saved_search(&self, id: i64) -> Result<Option<SavedSearch>> {
        self.read(LISTING, |tx| tx.query_row(&format!("{SAVED} WHERE id = ?1"), [id], saved).optional().during(LISTING))
    }

    /// Keeps a search; returns its number.
    ///
    /// # Errors
    /// As every write.
    pub fn add_saved_search(&self, name: &str, query: &str, notify: bool, seen: &Seen, now_ms: i64) -> Result<i64> {
        self.write(KEEPING, |tx| {
            tx.execute(
                "INSERT INTO saved_search (name, query, notify, created_ms, seen_item, known)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![name, query, notify, now_ms, seen.newest.get(), seen.known.as_deref().map(pack)],
            )
            .during(KEEPING)?;
            Ok(tx.last_insert_rowid())
        })
    }

    /// Changes a kept search; whether there is one. What was seen of it stays.
    ///
    /// # Errors
    /// As every write.
    pub fn change_saved_search(&self, id: i64, name: &str, query: &str, notify: bool) -> Result<bool> {
        self.write(KEEPING, |tx| {
            let changed = tx.execute(
                "UPDATE saved_search SET name = ?2, query = ?3, notify = ?4 WHERE id = ?1",
                params![id, name, query, notify],
            );
            Ok(changed.during(KEEPING)? == 1)
        })
    }

    /// Forgets a kept search; whether there was one.
    ///
    /// # Errors
    /// As every write.
    pub fn remove_saved_search(&self, id: i64) -> Result<bool> {
        const OPERATION: &str = "forgetting a kept search";
        self.write(OPERATION, |tx| {
            let gone = tx.execute("DELETE FROM saved_search WHERE id = ?1", [id]);
            Ok(gone.during(OPERATION)? == 1)
        })
    }

    /// A kept search was looked at: nothing is new until something else matches. Whether there is one.
    ///
    /// # Errors
    /// As every write.
    pub fn see_saved_search(&self, id: i64, seen: &Seen) -> Result<bool> {
        self.write(KEEPING, |tx| {
            let changed = tx.execute(
                "UPDATE saved_search SET seen_item = ?2, known = ?3, told = 0 WHERE id = ?1",
                params![id, seen.newest.get(), seen.known.as_deref().map(pack)],
            );
            Ok(changed.during(KEEPING)? == 1)
        })
    }

    /// So many new matches of a kept search were told.
    ///
    /// # Errors
    /// As every write.
    pub fn tell_saved_search(&self, id: i64, told: u64) -> Result<()> {
        self.write(KEEPING, |tx| {
            tx.execute("UPDATE saved_search SET told = ?2 WHERE id = ?1", params![id, told.cast_signed()])
                .during(KEEPING)?;
            Ok(())
        })
    }

    /// The item that came last.
    ///
    /// # Errors
    /// As every read.
    pub fn newest_item(&self) -> Result<ItemId> {
        self.read(LISTING, |tx| {
            let newest = tx.query_row("SELECT coalesce(max(id), 0) FROM item", [], |row| row.get(0));
            Ok(ItemId::new(newest.during(LISTING)?))
        })
    }

    /// Items that came after one, oldest first, at most `limit`.
    ///
    /// # Errors
    /// As every read.
    pub fn items_newer_than(&self, item: ItemId, limit: usize) -> Result<Vec<ItemId>> {
        self.read(LISTING, |tx| {
            let mut statement =
                tx.prepare_cached("SELECT id FROM item WHERE id > ?1 ORDER BY id LIMIT ?2").during(LISTING)?;
            let rows = statement
                .query_map([item.get(), i64::try_from(limit).unwrap_or(i64::MAX)], |row| Ok(ItemId::new(row.get(0)?)))
                .during(LISTING)?;
            rows.collect::<rusqlite::Result<_>>().during(LISTING)
        })
    }
}

fn pack(items: &[ItemId]) -> Vec<u8> {
    items.iter().flat_map(|item| item.get().to_be_bytes()).collect()
}

fn unpack(bytes: &[u8]) -> Vec<ItemId> {
    bytes.as_chunks::<8>().0.iter().map(|id| ItemId::new(i64::from_be_bytes(*id))).collect()
}
