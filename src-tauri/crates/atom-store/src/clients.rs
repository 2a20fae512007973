//! Programs that may ask, and which sources each of them sees.
//!
//! A client that is not for all sources sees those that are listed for it. A source that is removed, or becomes part of another
//! one, takes its line along: a client then sees less, and never more.

use crate::connection::Store;
use crate::error::{During, Result};
use atom_core::SourceId;
use rusqlite::params;
use std::collections::HashMap;

const LISTING: &str = "listing programs";
const ADDING: &str = "adding a program";

/// A program that may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRow {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Hash of its token.
    pub token_hash: [u8; 32],
    /// The sources that it sees; all of them when none.
    pub sources: Option<Vec<SourceId>>,
    /// When it was added, Unix milliseconds.
    pub created_ms: i64,
    /// When it was last answered, Unix milliseconds.
    pub used_ms: Option<i64>,
}

impl Store {
    /// Programs that may ask, by name. Sources that are being removed are not seen any more.
    ///
    /// # Errors
    /// As every read.
    pub fn clients(&self) -> Result<Vec<ClientRow>> {
        self.read(LISTING, |tx| {
            let mut seen: HashMap<i64, Vec<SourceId>> = HashMap::new();
            let mut statement = tx
                .prepare_cached(
                    "SELECT client_id, source_id FROM client_source JOIN source ON source.id = source_id
                     WHERE source.status <> 'removing' ORDER BY source_id",
                )
                .during(LISTING)?;
            let rows = statement
                .query_map([], |row| Ok((row.get::<_, i64>(0)?, SourceId::new(row.get(1)?))))
                .during(LISTING)?;
            for row in rows {
                let (client, source) = row.during(LISTING)?;
                seen.entry(client).or_default().push(source);
            }
            let mut statement = tx
                .prepare_cached(
                    "SELECT id, name, token_hash, all_sources, created_ms, used_ms FROM client ORDER BY name, id",
                )
                .during(LISTING)?;
            let rows = statement
                .query_map([], |row| {
                    let id: i64 = row.get(0)?;
                    let sees_all: bool = row.get(3)?;
                    Ok(ClientRow {
                        id,
                        name: row.get(1)?,
                        token_hash: row.get(2)?,
                        sources: (!sees_all).then(|| seen.remove(&id).unwrap_or_default()),
                        created_ms: row.get(4)?,
                        used_ms: row.get(5)?,
                    })
                })
                .during(LISTING)?;
            rows.collect::<rusqlite::Result<_>>().during(LISTING)
        })
    }

    /// Lets a program ask that shows a token with this hash; `sources` as in [`ClientRow`]. Returns its number, or none when
    /// the name is taken.
    ///
    /// # Errors
    /// As every write; a source that is not there is one.
    pub fn add_client(
        &self,
        name: &str,
        token_hash: &[u8; 32],
        sources: Option<&[SourceId]>,
        now_ms: i64,
    ) -> Result<Option<i64>> {
        self.write(ADDING, |tx| {
            let added = tx
                .execute(
                    "INSERT INTO client (name, token_hash, all_sources, created_ms) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (name) DO NOTHING",
                    params![name, token_hash.as_slice(), sources.is_none(), now_ms],
                )
                .during(ADDING)?;
            if added == 0 {
                return Ok(None);
            }
            let id = tx.last_insert_rowid();
            for source in sources.unwrap_or_default() {
                tx.execute(
                    "INSERT OR IGNORE INTO client_source (client_id, source_id) VALUES (?1, ?2)",
                    [id, source.get()],
                )
                .during(ADDING)?;
            }
            Ok(Some(id))
        })
    }

    /// Lets a program ask no longer; whether it did.
    ///
    /// # Errors
    /// As every write.
    pub fn remove_client(&self, id: i64) -> Result<bool> {
        const OPERATION: &str = "removing a program";
        self.write(OPERATION, |tx| Ok(tx.execute("DELETE FROM client WHERE id = ?1", [id]).during(OPERATION)? == 1))
    }

    /// Notes that a program was answered.
    ///
    /// # Errors
    /// As every write.
    pub fn note_client_used(&self, id: i64, now_ms: i64) -> Result<()> {
        const OPERATION: &str = "noting that a program asked";
        self.write(OPERATION, |tx| {
            tx.execute("UPDATE client SET used_ms = ?2 WHERE id = ?1", [id, now_ms]).during(OPERATION)?;
            Ok(())
        })
    }
}
