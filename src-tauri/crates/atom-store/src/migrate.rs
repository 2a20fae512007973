//! Schema migrations, each in one transaction, counted by `user_version`.

use crate::error::{During, Error, Result};
use rusqlite::Connection;

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_audit.sql"),
    include_str!("migrations/0003_secret.sql"),
    include_str!("migrations/0004_connection.sql"),
    include_str!("migrations/0005_anchor.sql"),
    include_str!("migrations/0006_vanished.sql"),
    include_str!("migrations/0007_people.sql"),
    include_str!("migrations/0008_ocr.sql"),
    include_str!("migrations/0009_model_change.sql"),
    include_str!("migrations/0010_members.sql"),
    include_str!("migrations/0011_labels.sql"),
    include_str!("migrations/0012_personal.sql"),
    include_str!("migrations/0013_clients.sql"),
];

/// Version of the schema that this build writes; what is newer is refused.
pub const SCHEMA_VERSION: u32 = MIGRATIONS.len() as u32;

/// Brings the schema up to date.
///
/// # Errors
/// [`Error::NewerSchema`] when a newer Atom wrote the file; it is left as it is.
pub(crate) fn migrate(connection: &mut Connection) -> Result<()> {
    let known = SCHEMA_VERSION;
    let found: u32 =
        connection.query_row("PRAGMA user_version", [], |row| row.get(0)).during("reading the schema version")?;
    if found > known {
        return Err(Error::NewerSchema { found, known });
    }
    for (version, sql) in (1..=known).zip(MIGRATIONS).skip(found as usize) {
        let tx = connection.transaction().during("migrating the schema")?;
        tx.execute_batch(sql).during("migrating the schema")?;
        tx.pragma_update(None, "user_version", version).during("migrating the schema")?;
        tx.commit().during("migrating the schema")?;
    }
    Ok(())
}
