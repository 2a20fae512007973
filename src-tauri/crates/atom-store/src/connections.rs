//! The ledger of outgoing connections: where to, why, when, how much. Never what was sent.

use crate::connection::Store;
use crate::error::{During, Result};
use rusqlite::params;

/// Connections that the ledger keeps; the oldest go first.
const KEPT: i64 = 10_000;

/// A connection that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRow {
    /// Its number.
    pub id: i64,
    /// Where to.
    pub host: String,
    /// What for.
    pub reason: String,
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// Whether the gate let it through.
    pub allowed: bool,
    /// When it was over, Unix milliseconds; none while it lasts, and when Atom was ended before it.
    pub ended_ms: Option<i64>,
    /// Bytes out.
    pub sent: u64,
    /// Bytes in.
    pub received: u64,
}

impl Store {
    /// Records that a connection was asked for; returns its number.
    ///
    /// # Errors
    /// As every write.
    pub fn add_connection(&self, host: &str, reason: &str, allowed: bool, now_ms: i64) -> Result<i64> {
        const OPERATION: &str = "recording a connection";
        self.write(OPERATION, |tx| {
            tx.execute(
                "INSERT INTO connection (host, reason, at_ms, allowed) VALUES (?1, ?2, ?3, ?4)",
                params![host, reason, now_ms, allowed],
            )
            .during(OPERATION)?;
            let id = tx.last_insert_rowid();
            tx.execute("DELETE FROM connection WHERE id <= ?1", [id - KEPT]).during(OPERATION)?;
            Ok(id)
        })
    }

    /// Records what went over a connection that is over.
    ///
    /// # Errors
    /// As every write.
    pub fn end_connection(&self, id: i64, sent: u64, received: u64, now_ms: i64) -> Result<()> {
        const OPERATION: &str = "recording a connection";
        self.write(OPERATION, |tx| {
            tx.execute(
                "UPDATE connection SET ended_ms = ?2, sent = ?3, received = ?4 WHERE id = ?1",
                params![id, now_ms, sent.cast_signed(), received.cast_signed()],
            )
            .during(OPERATION)?;
            Ok(())
        })
    }

    /// How many connections the ledger holds, and the newest of them, at most `limit`.
    ///
    /// # Errors
    /// As every read.
    pub fn connections(&self, limit: usize) -> Result<(u64, Vec<ConnectionRow>)> {
        const OPERATION: &str = "listing connections";
        self.read(OPERATION, |tx| {
            let total: i64 = tx.query_row("SELECT count(*) FROM connection", [], |row| row.get(0)).during(OPERATION)?;
            let mut statement = tx
                .prepare_cached(
                    "SELECT id, host, reason, at_ms, allowed, ended_ms, sent, received
                     FROM connection ORDER BY id DESC LIMIT ?1",
                )
                .during(OPERATION)?;
            let rows = statement
                .query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
                    Ok(ConnectionRow {
                        id: row.get(0)?,
                        host: row.get(1)?,
                        reason: row.get(2)?,
                        at_ms: row.get(3)?,
                        allowed: row.get(4)?,
                        ended_ms: row.get(5)?,
                        sent: row.get::<_, i64>(6)?.cast_unsigned(),
                        received: row.get::<_, i64>(7)?.cast_unsigned(),
                    })
                })
                .during(OPERATION)?;
            Ok((total.cast_unsigned(), rows.collect::<rusqlite::Result<_>>().during(OPERATION)?))
        })
    }
}
