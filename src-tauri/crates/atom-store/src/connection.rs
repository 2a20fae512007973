//! Opening, keying and sharing connections.

use crate::anchor::{ANCHOR_LEN, Anchor, AnchorFile, AnchorKey, Found, IndexName, sync_parent};
use crate::chain::{self, Link};
use crate::error::{During, Error, Result};
use crate::keeper::{Keeper, now_ms};
use crate::loss::{self, Loss, LossKind};
use crate::migrate::migrate;
use atom_core::IndexHead;
use atom_vault::LockedKey;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
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
    pub key: LockedKey,
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

    /// Whether the database is not encrypted at all, which only a build for measuring knows: see [`Store::open_plain`].
    fn is_none(&self) -> bool {
        cfg!(feature = "plain") && self.key.iter().all(|byte| *byte == 0)
    }
}

/// How the database is compared with its anchor when it is opened.
#[derive(Debug, Clone, Copy, Default)]
pub enum Anchoring<'a> {
    /// A loss is an error.
    #[default]
    Check,
    /// The same, with the copy of the anchor that [`Store::anchor_copy`] gave and that was kept elsewhere.
    Witness(&'a [u8]),
    /// A person chose to go on with what is there: the loss, if there is one, is recorded.
    Accept {
        /// The copy that was kept elsewhere, if there is one.
        witness: Option<&'a [u8]>,
    },
    /// No anchor is read or written: for a copy of the database in another place, such as a backup.
    Detached,
}

/// The open database: one writer, a few readers.
pub struct Store {
    path: PathBuf,
    key: RawKey,
    anchor_key: AnchorKey,
    /// Before the writer: what is owed is written while the database is still open.
    keeper: Option<Keeper>,
    writer: Mutex<Writer>,
    readers: Mutex<Vec<Connection>>,
    /// Heads of the indexes that the next write transaction records.
    noted: Mutex<Vec<(IndexName, IndexHead)>>,
    /// Another database has taken the place of this one: see [`Store::hand_over`].
    retired: AtomicBool,
}

/// The connection that writes.
struct Writer {
    connection: Connection,
    /// The newest commit that was acknowledged.
    acknowledged: Option<Link>,
    /// The disk has failed under this connection.
    suspect: bool,
}

impl Store {
    /// Opens or creates the database at `path`, compares it with the anchor beside it, and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::Lost`], [`Error::WrongKey`], [`Error::Plaintext`], [`Error::NewerSchema`], [`Error::Damaged`], [`Error::DiskFull`]; the file is left as it was.
    pub fn open(path: &Path, key: RawKey) -> Result<Self> {
        Self::open_with(path, key, Anchoring::Check)
    }

    /// The same, with a choice of what the database is compared with.
    ///
    /// # Errors
    /// As [`Store::open`]; no [`Error::Lost`] for [`Anchoring::Accept`] and [`Anchoring::Detached`].
    pub fn open_with(path: &Path, key: RawKey, anchoring: Anchoring<'_>) -> Result<Self> {
        if !key.is_none() {
            refuse_plaintext(path)?;
        }
        let anchor_key = AnchorKey::derive(&key.key);
        let (witness, accepts) = match anchoring {
            Anchoring::Check | Anchoring::Detached => (None, false),
            Anchoring::Witness(bytes) => (Anchor::decode(bytes, &anchor_key), false),
            Anchoring::Accept { witness } => (witness.and_then(|bytes| Anchor::decode(bytes, &anchor_key)), true),
        };
        let mut file = match anchoring {
            Anchoring::Detached => None,
            _ => Some(AnchorFile::read(path, anchor_key.clone())?),
        };
        let mut lost = file.as_ref().and_then(|file| gone(path, file.found(), witness));
        if let Some(loss) = lost
            && !accepts
        {
            return Err(Error::Lost(loss));
        }
        let mut writer = connect(path, &key, WRITER_CACHE_KIB)?;
        if !matches!(anchoring, Anchoring::Detached) {
            // SQLite does the same for a new log, and passes over a failure.
            sync_parent(path).map_err(|source| Error::Io { operation: "opening the database", source })?;
        }
        let head = chain::head_if_any(&writer)?;
        if let Some(file) = &file
            && lost.is_none()
        {
            lost = loss::judge(&writer, &anchor_key, head, file.found(), witness)?;
            if let Some(loss) = lost
                && !accepts
            {
                return Err(Error::Lost(loss));
            }
        }
        migrate(&mut writer)?;
        let generation = witness.map_or(0, |anchor| anchor.generation);
        if head.is_none() {
            begin_chain(&mut writer, &anchor_key, file.as_mut().filter(|_| lost.is_none()), generation)?;
        }
        if let Some(loss) = &lost {
            let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate).during("accepting a loss")?;
            loss::accept(&tx, &anchor_key, loss, now_ms())?;
            tx.commit().during("accepting a loss")?;
            tracing::warn!(have = loss.have, want = loss.want, kind = loss.kind.as_str(), "a loss was accepted");
        }
        keep_log_on_close(&writer, false)?;
        let head = chain::head(&writer)?;
        let is_current = file.as_ref().is_none_or(|file| head.is_some_and(|head| file.is_current(head, generation)));
        let keeper = file.map(|file| Keeper::start(file, generation)).transpose()?;
        let store = Self {
            path: path.to_owned(),
            key,
            anchor_key,
            keeper,
            writer: Mutex::new(Writer { connection: writer, acknowledged: head, suspect: false }),
            readers: Mutex::new(Vec::new()),
            noted: Mutex::default(),
            retired: AtomicBool::new(false),
        };
        if !is_current {
            store.anchor_head()?;
        }
        Ok(store)
    }

    /// The same database without encryption: what sealing is measured against.
    ///
    /// # Errors
    /// As [`Store::open`].
    #[cfg(feature = "plain")]
    pub fn open_plain(path: &Path) -> Result<Self> {
        Self::open(path, RawKey { key: LockedKey::zeroed(), salt: [0; 16] })
    }

    /// Has the anchor name the newest commit: what was found is durable, and a slot that is damaged is written again.
    fn anchor_head(&self) -> Result<()> {
        let Some(keeper) = &self.keeper else { return Ok(()) };
        let writer = self.lock_writer();
        if let Some(head) = chain::head(&writer.connection)? {
            keeper.committed(head, chain::heads(&writer.connection)?);
        }
        drop(writer);
        keeper.flush()
    }

    /// Runs `work` in a write transaction: all of it is durable when this returns, or none.
    ///
    /// A transaction that changed something adds a link to the chain of commits.
    ///
    /// # Errors
    /// What `work` returns, or the failure to begin or commit.
    pub(crate) fn write<T>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut writer = self.lock_writer();
        // Behind the lock: whoever waited for it while another database took over must not write into this one.
        if self.retired.load(Ordering::SeqCst) {
            return Err(Error::Retired { operation });
        }
        if writer.suspect {
            self.replace(&mut writer)?;
        }
        let written = self.write_with(&mut writer, operation, work);
        writer.suspect = matches!(written, Err(Error::DiskFailed { .. }));
        written
    }

    fn write_with<T>(
        &self,
        writer: &mut Writer,
        operation: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let tx = writer.connection.transaction_with_behavior(TransactionBehavior::Immediate).during(operation)?;
        let before = tx.total_changes();
        let noted = self.lock_noted().clone();
        for (name, head) in &noted {
            chain::record_head(&tx, *name, head)?;
        }
        let value = work(&tx)?;
        let committed = if tx.total_changes() == before {
            None
        } else {
            let link = chain::advance(&tx, &self.anchor_key, 0)?;
            chain::prune(&tx, link, self.keeper.as_ref().map_or(u64::MAX, Keeper::floor))?;
            Some((link, chain::heads(&tx)?))
        };
        tx.commit().during(operation)?;
        if !noted.is_empty() {
            self.lock_noted().retain(|later| !noted.contains(later));
        }
        if let Some((link, heads)) = committed {
            writer.acknowledged = Some(link);
            if let Some(keeper) = &self.keeper {
                keeper.committed(link, heads);
            }
        }
        Ok(value)
    }

    /// Lets another database take the place of this one, if nothing was written since commit `commits`: `take_over` runs while
    /// nothing can be written, and after it went well nothing can be written here ever again. Whether it was done.
    ///
    /// # Errors
    /// What `take_over` returns; writing goes on then.
    pub fn hand_over<E: From<Error>>(
        &self,
        commits: u64,
        take_over: impl FnOnce() -> std::result::Result<(), E>,
    ) -> std::result::Result<bool, E> {
        let mut writer = self.lock_writer();
        if writer.suspect {
            self.replace(&mut writer)?;
            writer.suspect = false;
        }
        if chain::head(&writer.connection)?.map_or(0, |head| head.seq) != commits {
            return Ok(false);
        }
        // What is owed to the anchor: written later, it would go into the other database's.
        self.keeper.as_ref().map_or(Ok(()), Keeper::flush)?;
        take_over()?;
        self.retired.store(true, Ordering::SeqCst);
        // The log has this database's name, which belongs to the other one from now on.
        keep_log_on_close(&writer.connection, true)?;
        for reader in &*self.lock_readers() {
            keep_log_on_close(reader, true)?;
        }
        Ok(true)
    }

    /// Takes another connection after the disk has failed, if everything that was acknowledged is there.
    ///
    /// What a failed sync was to make durable is not, and a later sync does not say so. None of it is used: the new
    /// connection is opened before the old one is closed, so that the index of the log lives on, in which the failed
    /// transaction is not; the next one writes over it.
    fn replace(&self, writer: &mut Writer) -> Result<()> {
        const OPERATION: &str = "opening the database again after the disk failed";
        let connection = connect(&self.path, &self.key, WRITER_CACHE_KIB)?;
        keep_log_on_close(&connection, false)?;
        if let Some(acknowledged) = writer.acknowledged
            && !chain::continues_from(&connection, &self.anchor_key, acknowledged)?
        {
            return Err(Error::Damaged { operation: OPERATION });
        }
        writer.connection = connection;
        tracing::warn!("the disk failed; the database was opened again");
        Ok(())
    }

    /// Notes where an index stands, once that is durable there: the next write transaction records it.
    pub fn note_index(&self, name: IndexName, head: IndexHead) {
        let mut noted = self.lock_noted();
        noted.retain(|(other, _)| *other != name);
        noted.push((name, head));
    }

    /// Where an index stood when the last transaction recorded it.
    ///
    /// # Errors
    /// As every read.
    pub fn index_head(&self, name: IndexName) -> Result<Option<IndexHead>> {
        self.read("reading the heads of the indexes", |tx| {
            let heads = chain::heads(tx)?;
            Ok(match name {
                IndexName::Words => heads.words,
                IndexName::Meaning => heads.meaning,
            })
        })
    }

    /// Records what was noted, and makes the anchor name the newest commit before this returns.
    ///
    /// # Errors
    /// As every write; [`Error::Io`] if the anchor cannot be written.
    pub fn anchor_now(&self) -> Result<()> {
        self.write("recording the heads of the indexes", |_| Ok(()))?;
        self.keeper.as_ref().map_or(Ok(()), Keeper::flush)
    }

    /// The newest anchor as bytes without secrets, to be kept in another place and given to [`Anchoring::Witness`].
    pub fn anchor_copy(&self) -> Option<[u8; ANCHOR_LEN]> {
        self.keeper.as_ref().and_then(Keeper::newest)
    }

    /// Mode of the journal, and how far a commit is synced: `wal` and 2 (`FULL`) are what durability rests on.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn durability(&self) -> Result<(String, i64)> {
        const OPERATION: &str = "reading how commits are made durable";
        let writer = self.lock_writer();
        let connection = &writer.connection;
        let mode = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).during(OPERATION)?;
        let level = connection.query_row("PRAGMA synchronous", [], |row| row.get(0)).during(OPERATION)?;
        Ok((mode, level))
    }

    /// Number of the last write transaction.
    ///
    /// # Errors
    /// As every read.
    pub fn commits(&self) -> Result<u64> {
        self.read("counting commits", |tx| Ok(chain::head(tx)?.map_or(0, |head| head.seq)))
    }

    /// Compares the anchor on the disk with the database, as opening does.
    ///
    /// # Errors
    /// [`Error::Lost`] where they do not fit.
    pub fn verify_anchor(&self) -> Result<()> {
        if self.keeper.is_none() {
            return Ok(());
        }
        self.anchor_now()?;
        // Read before the snapshot is taken: the database may be further by then, and never behind.
        let file = AnchorFile::read(&self.path, self.anchor_key.clone())?;
        let lost = self.read("comparing the database with its anchor", |tx| {
            loss::judge(tx, &self.anchor_key, chain::head(tx)?, file.found(), None)
        })?;
        lost.map_or(Ok(()), |loss| Err(Error::Lost(loss)))
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
            None => {
                let connection = connect(&self.path, &self.key, READER_CACHE_KIB)?;
                keep_log_on_close(&connection, self.retired.load(Ordering::SeqCst))?;
                connection
            }
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
        let writer = self.lock_writer();
        let checkpoint = writer.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        checkpoint.during("writing back the database log")
    }

    /// Bytes on disk: the database and its log.
    pub fn size_bytes(&self) -> u64 {
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |facts| facts.len());
        let mut wal = self.path.clone().into_os_string();
        wal.push("-wal");
        size(&self.path) + size(Path::new(&wal))
    }

    // A panic while a guard was held rolled its transaction back: the connection itself is sound.
    fn lock_writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_noted(&self) -> MutexGuard<'_, Vec<(IndexName, IndexHead)>> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection of its own to the database at `path`, which is made if there is none.
pub(crate) fn open_connection(path: &Path, key: &RawKey) -> Result<Connection> {
    let connection = connect(path, key, READER_CACHE_KIB)?;
    keep_log_on_close(&connection, false)?;
    Ok(connection)
}

/// Verifies every page and the structure.
pub(crate) fn verify(connection: &Connection) -> Result<()> {
    let bad_pages: Vec<String> = rows_of(connection, "PRAGMA cipher_integrity_check")?;
    let structure: Vec<String> = rows_of(connection, "PRAGMA integrity_check(1)")?;
    let sound = bad_pages.is_empty() && structure.iter().all(|line| line == "ok");
    if sound { Ok(()) } else { Err(Error::Damaged { operation: "verifying the database" }) }
}

/// A database that is missing where the anchor knows commits: said before an empty one is made in its place.
fn gone(path: &Path, found: Found, witness: Option<Anchor>) -> Option<Loss> {
    let in_file = if let Found::Valid(anchor) = found { Some(anchor) } else { None };
    let newest = in_file.into_iter().chain(witness).max_by_key(|anchor| anchor.generation)?;
    let is_there = std::fs::metadata(path).is_ok_and(|facts| facts.len() > 0);
    let want = newest.link.seq;
    (!is_there && want > 0).then_some(Loss {
        kind: LossKind::Gone,
        have: 0,
        want,
        anchored_ms: Some(newest.written_ms),
    })
}

/// Begins the chain of a new database, or of one from before there were chains.
///
/// The anchor comes first: a database with a chain and without an anchor has lost the anchor.
fn begin_chain(
    connection: &mut Connection,
    key: &AnchorKey,
    file: Option<&mut AnchorFile>,
    generation: u64,
) -> Result<()> {
    let (link, txid) = chain::genesis(key)?;
    if let Some(file) = file {
        let generation = file.generation().max(generation).saturating_add(1);
        file.write(Anchor { generation, link, written_ms: now_ms(), heads: Default::default() })?;
    }
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).during("beginning the chain")?;
    chain::begin(&tx, link, txid)?;
    tx.commit().during("beginning the chain")
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

/// Closing the last connection writes the log back and removes it: not before it is known to be whole and ours.
fn keep_log_on_close(connection: &Connection, keep: bool) -> Result<()> {
    let option = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    connection.set_db_config(option, keep).map(drop).during("opening the database")
}

fn unlock(connection: &Connection, key: &RawKey) -> Result<()> {
    // Not `pragma_update` and never cached: the statement holds the key.
    connection.execute_batch(&key.pragma()).during("opening the database")?;
    connection
        .execute_batch("PRAGMA cipher_log_level = NONE; PRAGMA cipher_compatibility = 4;")
        .during("opening the database")?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).during("opening the database")?;
    let cipher: String =
        connection.query_row("PRAGMA cipher_version", [], |row| row.get(0)).map_err(|_| Error::Plaintext)?;
    if cipher.is_empty() { Err(Error::Plaintext) } else { Ok(()) }
}

/// Opens a connection that leaves the files as they are until [`keep_log_on_close`] says otherwise.
fn connect(path: &Path, key: &RawKey, cache_kib: i64) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).during("opening the database")?;
    keep_log_on_close(&connection, true)?;
    if !key.is_none() {
        unlock(&connection, key)?;
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
