//! Sealed secrets of connectors. The store keeps envelopes and cannot open them; `atom-vault` seals and opens.

use crate::connection::Store;
use crate::error::{During, Result};
use rusqlite::{OptionalExtension, params};

/// Names a secret. None of it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretName {
    /// Id of the connector.
    pub connector: String,
    /// Id of the account.
    pub account: String,
    /// Which of the account's secrets.
    pub field: String,
}

/// A secret as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretRow {
    /// Salt of its key.
    pub record: [u8; 16],
    /// The envelope.
    pub envelope: Vec<u8>,
}

impl Store {
    /// Stores a sealed secret in place of the one of that name.
    ///
    /// # Errors
    /// As every write.
    pub fn put_secret(&self, name: &SecretName, sealed: &SecretRow, now_ms: i64) -> Result<()> {
        const OPERATION: &str = "storing a secret";
        self.write(OPERATION, |tx| {
            tx.execute(
                "INSERT INTO secret (connector, account, field, record, envelope, changed_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (connector, account, field) DO UPDATE
                 SET record = excluded.record, envelope = excluded.envelope, changed_ms = excluded.changed_ms",
                params![name.connector, name.account, name.field, sealed.record, sealed.envelope, now_ms],
            )
            .during(OPERATION)?;
            Ok(())
        })
    }

    /// The sealed secret of that name.
    ///
    /// # Errors
    /// As every read.
    pub fn secret(&self, name: &SecretName) -> Result<Option<SecretRow>> {
        const OPERATION: &str = "reading a secret";
        self.read(OPERATION, |tx| {
            tx.query_row(
                "SELECT record, envelope FROM secret WHERE connector = ?1 AND account = ?2 AND field = ?3",
                params![name.connector, name.account, name.field],
                |row| Ok(SecretRow { record: row.get(0)?, envelope: row.get(1)? }),
            )
            .optional()
            .during(OPERATION)
        })
    }

    /// Deletes the secret of that name; whether there was one.
    ///
    /// # Errors
    /// As every write.
    pub fn delete_secret(&self, name: &SecretName) -> Result<bool> {
        const OPERATION: &str = "deleting a secret";
        self.write(OPERATION, |tx| {
            let deleted = tx
                .execute(
                    "DELETE FROM secret WHERE connector = ?1 AND account = ?2 AND field = ?3",
                    params![name.connector, name.account, name.field],
                )
                .during(OPERATION)?;
            Ok(deleted == 1)
        })
    }

    /// Names of all secrets, with the time of their last change in Unix milliseconds; never what is in them.
    ///
    /// # Errors
    /// As every read.
    pub fn secret_names(&self) -> Result<Vec<(SecretName, i64)>> {
        const OPERATION: &str = "listing secrets";
        self.read(OPERATION, |tx| {
            let mut statement = tx
                .prepare_cached(
                    "SELECT connector, account, field, changed_ms FROM secret ORDER BY connector, account, field",
                )
                .during(OPERATION)?;
            let rows = statement
                .query_map([], |row| {
                    let name = SecretName { connector: row.get(0)?, account: row.get(1)?, field: row.get(2)? };
                    Ok((name, row.get(3)?))
                })
                .during(OPERATION)?;
            rows.collect::<rusqlite::Result<_>>().during(OPERATION)
        })
    }
}
