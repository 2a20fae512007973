//! What can go wrong with the store.

/// A failed store operation. Messages hold no values of rows.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The key does not fit, or the file is no database.
    #[error("the database does not open with this vault's key: it is damaged or belongs to another vault")]
    WrongKey,
    /// A plaintext database lies where the encrypted one belongs: it is neither opened nor overwritten.
    #[error("an unencrypted database lies in place of the vault's database; move it away")]
    Plaintext,
    /// Written by a newer Atom.
    #[error("the database has schema {found}, this Atom knows up to {known}: update Atom")]
    NewerSchema {
        /// In the file.
        found: u32,
        /// Known to this build.
        known: u32,
    },
    /// The file is damaged.
    #[error("the database is damaged ({operation}): restore a backup or run `atom doctor`")]
    Damaged {
        /// What was being done.
        operation: &'static str,
    },
    /// Committed data is not there any more, or nobody can tell: nothing was changed.
    #[error("{0}: restore a backup, or go on with what is there")]
    Lost(crate::loss::Loss),
    /// No space left: nothing was written.
    #[error("no space left on the disk ({operation}): free some and try again, nothing was lost")]
    DiskFull {
        /// What was being done.
        operation: &'static str,
    },
    /// Another database took the place of this one: nothing was written.
    #[error("{operation}: the vault is changing over to its new master key, try again in a moment")]
    Retired {
        /// What was being done.
        operation: &'static str,
    },
    /// The disk refused to read or write: nothing of it counts, and the next write takes another connection.
    #[error(
        "the disk failed ({operation}): nothing was saved; try again, and have the disk checked if it happens again"
    )]
    DiskFailed {
        /// What was being done.
        operation: &'static str,
    },
    /// A table of a kind whose rows cannot be copied, such as a virtual one.
    #[error("the table {object} is of a kind that cannot be backed up")]
    Unsupported {
        /// Its name.
        object: String,
    },
    /// Rows of a backup do not make sense.
    #[error("rows of a backup cannot be used: {reason}")]
    Block {
        /// What is wrong with them.
        reason: &'static str,
    },
    /// Any other refusal of SQLite.
    #[error("{operation}: database error {code}")]
    Sqlite {
        /// What was being done.
        operation: &'static str,
        /// SQLite's words about the code, never a value.
        code: String,
    },
    /// The file system refused.
    #[error("{operation}: {source}")]
    Io {
        /// What was being done.
        operation: &'static str,
        /// The cause.
        source: std::io::Error,
    },
}

/// Result of a store operation.
pub type Result<T> = std::result::Result<T, Error>;

/// Names the operation on an error of SQLite.
pub(crate) trait During<T> {
    fn during(self, operation: &'static str) -> Result<T>;
}

impl<T> During<T> for rusqlite::Result<T> {
    fn during(self, operation: &'static str) -> Result<T> {
        self.map_err(|error| from_sqlite(operation, &error))
    }
}

fn from_sqlite(operation: &'static str, error: &rusqlite::Error) -> Error {
    use rusqlite::{ErrorCode, ffi};
    if error.sqlite_extended_error_code() == Some(ffi::SQLITE_IOERR_SHMSIZE) {
        // The index of the log could not be given its size: there is no other reason for that.
        return Error::DiskFull { operation };
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => Error::WrongKey,
        Some(ErrorCode::DatabaseCorrupt) => Error::Damaged { operation },
        Some(ErrorCode::DiskFull) => Error::DiskFull { operation },
        Some(ErrorCode::SystemIoFailure) => Error::DiskFailed { operation },
        Some(code) => Error::Sqlite { operation, code: format!("{code:?}") },
        None => Error::Sqlite { operation, code: variant_name(error) },
    }
}

/// The kind of a client-side error, without the values that its own text would show.
fn variant_name(error: &rusqlite::Error) -> String {
    let debug = format!("{error:?}");
    debug.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}
