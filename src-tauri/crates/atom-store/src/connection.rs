//! Opening, keying and sharing connections.

use crate::error::{During, Error, Result};
use crate::migrate::migrate;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use zeroize::Zeroizing;

/// First bytes of an unencrypted SQLite file.
const PLAINTEXT_MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Page cache of the writer, in KiB.
const WRITER_CACHE_KIB: i64 = 32 * 1024;
/// Page cache of each reader, in KiB.
const READER_CACHE_KIB: i64 = 12 * 1024;
/// Connections kept for readers.
const READERS: usize = 3;

/// A raw SQLCipher key: no key derivation at open.
pub struct RawKey {
    /// 256-bit key.
    pub key: Zeroizing<[u8; 32]>,
    /// 128-bit salt, stored in the file's first bytes.
    pub salt: [u8; 16],
}

impl RawKey {
    fn pragma(&self) -> Zeroizing<String> {
        use std::fmt::Write;
        let mut sql = Zeroizing::new(String::with_capacity(128));
        sql.push_str("PRAGMA key = \"x'");
        for byte in self.key.iter().chain(&self.salt) {
            // Writing to a String cannot fail.
            let _ = write!(sql, "{byte:02x}");
        }
        sql.push_str("'\";");
        sql
    }
}

/// The open database: one writer, a few readers.
pub struct Store {
    path: PathBuf,
    key: RawKey,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Store {
    /// Opens or creates the database at `path` and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::WrongKey`], [`Error::Plaintext`], [`Error::NewerSchema`], [`Error::Damaged`], [`Error::DiskFull`]; the file is left as it was.
    pub fn open(path: &Path, key: RawKey) -> Result<Self> {
        refuse_plaintext(path)?;
        let mut writer = connect(path, &key, WRITER_CACHE_KIB)?;
        migrate(&mut writer)?;
        Ok(Self { path: path.to_owned(), key, writer: Mutex::new(writer), readers: Mutex::new(Vec::new()) })
    }

    /// Runs `work` in a write transaction: all of it is durable when this returns, or none.
    ///
    /// # Errors
    /// What `work` returns, or the failure to begin or commit.
    pub(crate) fn write<T>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut connection = self.lock_writer();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).during(operation)?;
        let value = work(&tx)?;
        tx.commit().during(operation)?;
        Ok(value)
    }

    /// Runs `work` on a snapshot of the last commit.
    ///
    /// # Errors
    /// What `work` returns, or the failure to open a connection.
    pub(crate) fn read<T>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let pooled = self.lock_readers().pop();
        let mut connection = match pooled {
            Some(connection) => connection,
            None => connect(&self.path, &self.key, READER_CACHE_KIB)?,
        };
        let value = {
            let tx = connection.transaction().during(operation)?;
            work(&tx)
        };
        let mut readers = self.lock_readers();
        if readers.len() < READERS {
            readers.push(connection);
        }
        value
    }

    /// Verifies every page and the structure: SQLCipher's check of the pages and SQLite's of the tree find different damage.
    ///
    /// # Errors
    /// [`Error::Damaged`] when either finds something.
    pub fn verify(&self) -> Result<()> {
        self.read("verifying the database", |tx| verify(tx))
    }

    /// A connection that is not shared.
    pub(crate) fn own_connection(&self) -> Result<Connection> {
        open_connection(&self.path, &self.key)
    }

    /// Writes the log back into the database file, so that a copy of that one file is complete.
    ///
    /// # Errors
    /// As every write.
    pub fn checkpoint(&self) -> Result<()> {
        let connection = self.lock_writer();
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).during("writing back the database log")
    }

    /// Bytes on disk: the database and its log.
    pub fn size_bytes(&self) -> u64 {
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |facts| facts.len());
        let mut wal = self.path.clone().into_os_string();
        wal.push("-wal");
        size(&self.path) + size(Path::new(&wal))
    }

    // A panic while a guard was held rolled its transaction back: the connection itself is sound.
    fn lock_writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection of its own to the database at `path`, which is made if there is none.
pub(crate) fn open_connection(path: &Path, key: &RawKey) -> Result<Connection> {
    connect(path, key, READER_CACHE_KIB)
}

/// Verifies every page and the structure.
pub(crate) fn verify(connection: &Connection) -> Result<()> {
    let bad_pages: Vec<String> = rows_of(connection, "PRAGMA cipher_integrity_check")?;
    let structure: Vec<String> = rows_of(connection, "PRAGMA integrity_check(1)")?;
    let sound = bad_pages.is_empty() && structure.iter().all(|line| line == "ok");
    if sound { Ok(()) } else { Err(Error::Damaged { operation: "verifying the database" }) }
}

fn rows_of(connection: &Connection, sql: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare(sql).during("verifying the database")?;
    let rows = statement.query_map([], |row| row.get(0)).during("verifying the database")?;
    rows.collect::<rusqlite::Result<_>>().during("verifying the database")
}

fn refuse_plaintext(path: &Path) -> Result<()> {
    let mut head = [0; PLAINTEXT_MAGIC.len()];
    let read = match std::fs::File::open(path) {
        Ok(mut file) => file.read_exact(&mut head),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(Error::Io { operation: "opening the database", source }),
    };
    if read.is_ok() && &head == PLAINTEXT_MAGIC { Err(Error::Plaintext) } else { Ok(()) }
}

fn connect(path: &Path, key: &RawKey, cache_kib: i64) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).during("opening the database")?;
    // Not `pragma_update` and never cached: the statement holds the key.
    connection.execute_batch(&key.pragma()).during("opening the database")?;
    connection
        .execute_batch("PRAGMA cipher_log_level = NONE; PRAGMA cipher_compatibility = 4;")
        .during("opening the database")?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).during("opening the database")?;
    let cipher: String =
        connection.query_row("PRAGMA cipher_version", [], |row| row.get(0)).map_err(|_| Error::Plaintext)?;
    if cipher.is_empty() {
        return Err(Error::Plaintext);
    }
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA temp_store = MEMORY;
             PRAGMA mmap_size = 0;
             PRAGMA foreign_keys = ON;
             PRAGMA trusted_schema = OFF;
             PRAGMA cell_size_check = ON;
             PRAGMA fullfsync = ON;
             PRAGMA checkpoint_fullfsync = ON;
             PRAGMA secure_delete = ON;
             PRAGMA cache_size = -{cache_kib};"
        ))
        .during("opening the database")?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).during("opening the database")?;
    connection.busy_timeout(Duration::from_secs(10)).during("opening the database")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}
