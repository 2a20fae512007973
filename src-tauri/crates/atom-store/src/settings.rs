//! Settings and small facts, as text by key.

use crate::connection::Store;
use crate::error::{During, Result};
use rusqlite::OptionalExtension;

impl Store {
    /// The value of `key`, if one was set.
    ///
    /// # Errors
    /// As every read.
    pub fn setting(&self, key: &str) -> Result<Option<String>> {
        self.read("reading a setting", |tx| {
            tx.query_row("SELECT value FROM setting WHERE key = ?1", [key], |row| row.get(0))
                .optional()
                .during("reading a setting")
        })
    }

    /// Sets `key` to `value`.
    ///
    /// # Errors
    /// As every write.
    pub fn set_setting(&self, key: &str, value: &str) -> Result<()> {
        self.write("writing a setting", |tx| {
            tx.execute(
                "INSERT INTO setting (key, value) VALUES (?1, ?2)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [key, value],
            )
            .during("writing a setting")?;
            Ok(())
        })
    }
}
