//! The whole content as blocks of rows, and a database made of such blocks: what a backup keeps.
//!
//! Rows and not pages: SQLCipher encrypts a page with a new nonce whenever it writes one, so no copy of the file has a
//! page in common with the last copy, while a row that did not change is the same bytes every time.
//! Reading rows also verifies every page that they lie on: damage ends the snapshot instead of spreading into backups.
//!
//! A block holds rows of one table, in order of their row ids. A new one begins wherever `rowid / 1024` changes, and
//! after about a MiB, so that a change of one row changes one block.
//!
//! ```text
//! block = version 1 | table name u16 length + bytes | columns u16 | rows
//! row   = row id i64 | column values
//! value = 0 | 1 i64 | 2 f64 | 3 u32 length + text | 4 u32 length + bytes        numbers are big-endian
//! ```

use crate::connection::{RawKey, Store, open_connection};
use crate::error::{During, Error, Result};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ToSql};
use std::collections::HashMap;
use std::path::Path;

/// Version of the blocks.
const VERSION: u8 = 1;
/// Blocks end after so many bytes…
const BLOCK_BYTES: usize = 1 << 20;
/// …and wherever the row id has passed a multiple of 2^10.
const BLOCK_ROWS_LOG2: u32 = 10;
/// SQLite's own table of the highest row ids ever used: it is there without being created.
const SEQUENCE: &str = "sqlite_sequence";
/// Tables that say where this very file and its indexes stand, beside the anchor: a copy begins its own chain of commits
/// when it is opened, so their rows stay here.
const LOCAL: [&str; 2] = ["chain", "index_head"];
const READING: &str = "reading the database for a backup";
const WRITING: &str = "writing the database from a backup";

/// What is in the database, without the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Version of the schema.
    pub schema_version: u32,
    /// Bytes of the database, about.
    pub bytes: u64,
    /// Tables in the order in which their rows come.
    pub tables: Vec<TableOutline>,
    /// Statements that make the indexes, triggers and views, in order.
    pub after: Vec<String>,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableOutline {
    /// Its name.
    pub name: String,
    /// The statement that makes it; empty for a table that is there by itself.
    pub sql: String,
    /// Its rows.
    pub rows: u64,
}

/// Rows of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// How many.
    pub rows: u64,
    /// The rows, encoded.
    pub bytes: Vec<u8>,
}

/// The database as it was at one moment. Writers go on beside it; what they add to the log stays there until this is dropped.
pub struct Snapshot {
    pub(crate) connection: Connection,
}

impl Store {
    /// Holds on to the last commit.
    ///
    /// # Errors
    /// As every read.
    pub fn snapshot(&self) -> Result<Snapshot> {
        let connection = self.own_connection()?;
        connection.execute_batch("BEGIN").during(READING)?;
        // A transaction takes its place at the first read.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).during(READING)?;
        Ok(Snapshot { connection })
    }
}

impl Snapshot {
    /// Number of its last write transaction.
    ///
    /// # Errors
    /// As every read.
    pub fn commits(&self) -> Result<u64> {
        Ok(crate::chain::head_if_any(&self.connection)?.map_or(0, |head| head.seq))
    }

    /// What is in it. Counts every row.
    ///
    /// # Errors
    /// As every read, and [`Error::Unsupported`] for a kind of table whose rows cannot be copied.
    pub fn outline(&self) -> Result<Outline> {
        let schema_version = number(&self.connection, "PRAGMA user_version")?;
        let pages = number(&self.connection, "PRAGMA page_count")?;
        let page_size = number(&self.connection, "PRAGMA page_size")?;
        let mut statement = self
            .connection
            .prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")
            .during(READING)?;
        let entries = statement
            .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)))
            .during(READING)?
            .collect::<rusqlite::Result<Vec<_>>>()
            .during(READING)?;
        let (mut tables, mut after, mut sequence) = (Vec::new(), Vec::new(), None);
        for (kind, name, sql) in entries {
            if kind != "table" {
                after.push(sql);
                continue;
            }
            let rows = match LOCAL.contains(&&*name) {
                true => 0,
                false => number(&self.connection, &format!("SELECT count(*) FROM {}", quoted(&name)))?,
            };
            if name == SEQUENCE {
                sequence = Some(TableOutline { name, sql: String::new(), rows });
            } else if name.starts_with("sqlite_stat") {
                // Figures of the query planner: they are gathered again.
            } else {
                Columns::of(&self.connection, &name)?;
                tables.push(TableOutline { name, sql, rows });
            }
        }
        // Last: inserting rows writes into it.
        tables.extend(sequence);
        let bytes = pages.saturating_mul(page_size);
        Ok(Outline { schema_version: u32::try_from(schema_version).unwrap_or(u32::MAX), bytes, tables, after })
    }

    /// Hands every row of `table` to `each`, in blocks; the same rows come in the same blocks every time.
    ///
    /// # Errors
    /// As every read, and what `each` returns.
    pub fn blocks<E: From<Error>>(
        &self,
        table: &TableOutline,
        mut each: impl FnMut(Block) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        if LOCAL.contains(&&*table.name) {
            return Ok(());
        }
        let columns = Columns::of(&self.connection, &table.name)?;
        let head = columns.head(&table.name)?;
        let mut statement = self.connection.prepare(&columns.select(&table.name)).during(READING)?;
        let mut rows = statement.query([]).during(READING)?;
        let mut block = Block { rows: 0, bytes: head.clone() };
        let mut group = None;
        while let Some(row) = rows.next().during(READING)? {
            let id: i64 = row.get(0).during(READING)?;
            let own_group = Some(id >> BLOCK_ROWS_LOG2);
            if block.rows > 0 && (own_group != group || block.bytes.len() >= BLOCK_BYTES) {
                each(std::mem::replace(&mut block, Block { rows: 0, bytes: head.clone() }))?;
            }
            group = own_group;
            block.rows += 1;
            block.bytes.extend_from_slice(&id.to_be_bytes());
            for index in 1..=columns.names.len() {
                encode(row.get_ref(index).during(READING)?, &mut block.bytes)?;
            }
        }
        if block.rows > 0 {
            each(block)?;
        }
        Ok(())
    }
}

/// A new database that is filled from blocks.
pub struct Rebuild {
    connection: Connection,
    outline: Outline,
    columns: HashMap<String, Columns>,
    rows: HashMap<String, u64>,
}

impl Rebuild {
    /// Starts a database at `path`, where there is none yet.
    ///
    /// # Errors
    /// [`Error::NewerSchema`], [`Error::Block`] if the outline makes no sense, [`Error::DiskFull`], [`Error::Io`].
    pub fn create(path: &Path, key: &RawKey, outline: Outline) -> Result<Self> {
        if outline.schema_version > crate::SCHEMA_VERSION {
            return Err(Error::NewerSchema { found: outline.schema_version, known: crate::SCHEMA_VERSION });
        }
        if path.symlink_metadata().is_ok() {
            let source = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
            return Err(Error::Io { operation: WRITING, source });
        }
        let connection = open_connection(path, key)?;
        // One transaction in a new file: nothing to roll back to, so no log that would take the same space again.
        connection.execute_batch("PRAGMA journal_mode = MEMORY; PRAGMA foreign_keys = OFF; BEGIN").during(WRITING)?;
        let mut columns = HashMap::new();
        for table in &outline.tables {
            if !table.sql.is_empty() {
                execute_create(&connection, &table.sql, "CREATE TABLE ")?;
            }
            columns.insert(table.name.clone(), Columns::of(&connection, &table.name)?);
        }
        Ok(Self { connection, outline, columns, rows: HashMap::new() })
    }

    /// Inserts the rows of a block.
    ///
    /// # Errors
    /// [`Error::Block`] if it is not a block of one of these tables.
    pub fn insert(&mut self, block: &[u8]) -> Result<()> {
        let mut input = Input(block);
        let [version] = input.take()?;
        if version != VERSION {
            return Err(Error::Block { reason: "it has an unknown version" });
        }
        let name_len = usize::from(u16::from_be_bytes(input.take()?));
        let name =
            std::str::from_utf8(input.bytes(name_len)?).map_err(|_| Error::Block { reason: "odd table name" })?;
        let count = usize::from(u16::from_be_bytes(input.take()?));
        let Some(columns) = self.columns.get(name).filter(|columns| columns.names.len() == count) else {
            return Err(Error::Block { reason: "it belongs to a table that is not there" });
        };
        let rows = self.rows.entry(name.to_owned()).or_default();
        if name == SEQUENCE && *rows == 0 {
            self.connection.execute(&format!("DELETE FROM {SEQUENCE}"), []).during(WRITING)?;
        }
        let mut statement = self.connection.prepare_cached(&columns.insert(name)).during(WRITING)?;
        while !input.0.is_empty() {
            let id = i64::from_be_bytes(input.take()?);
            if columns.inserts_rowid() {
                statement.raw_bind_parameter(1, id).during(WRITING)?;
            }
            let first = if columns.inserts_rowid() { 2 } else { 1 };
            for index in 0..count {
                statement.raw_bind_parameter(first + index, input.value()?).during(WRITING)?;
            }
            statement.raw_execute().during(WRITING)?;
            *rows += 1;
        }
        Ok(())
    }

    /// Completes the database: indexes, a check of every reference, page and count. It is durable when this returns.
    ///
    /// Background work that waited or ran when the snapshot was taken is cancelled: it was for another time.
    ///
    /// # Errors
    /// [`Error::Block`] if rows are missing, [`Error::Damaged`].
    pub fn finish(self) -> Result<()> {
        self.finish_with(crate::carry::cancel_jobs)
    }

    /// Completes the database after `change`, which runs before there are triggers. It is durable when this returns.
    pub(crate) fn finish_with(self, change: impl FnOnce(&Connection) -> Result<()>) -> Result<()> {
        let Self { connection, outline, rows, columns } = self;
        drop(columns);
        if outline.tables.iter().any(|table| rows.get(&table.name).copied().unwrap_or(0) != table.rows) {
            return Err(Error::Block { reason: "rows are missing" });
        }
        change(&connection)?;
        for sql in &outline.after {
            execute_create(&connection, sql, "CREATE ")?;
        }
        connection.pragma_update(None, "user_version", outline.schema_version).during(WRITING)?;
        let dangling: bool = connection
            .prepare("PRAGMA foreign_key_check")
            .and_then(|mut statement| statement.exists([]))
            .during(WRITING)?;
        if dangling {
            return Err(Error::Block { reason: "rows that others refer to are missing" });
        }
        connection.execute_batch("COMMIT").during(WRITING)?;
        crate::connection::verify(&connection)?;
        connection.close().map_err(|(_, error)| error).during(WRITING)
    }
}

/// Columns of a table that hold values of their own.
struct Columns {
    names: Vec<String>,
    /// Whether the table has row ids at all.
    has_rowid: bool,
    /// Whether a column is another name for the row id.
    has_alias: bool,
}

impl Columns {
    fn of(connection: &Connection, table: &str) -> Result<Self> {
        let (kind, without_rowid): (String, bool) = connection
            .query_row("SELECT type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ?1", [table], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .during(READING)?;
        if kind != "table" {
            return Err(Error::Unsupported { object: table.to_owned() });
        }
        let mut statement =
            connection.prepare("SELECT name, type, pk, hidden FROM pragma_table_xinfo(?1)").during(READING)?;
        let columns = statement
            .query_map([table], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, u32>(2)?, row.get::<_, u32>(3)?))
            })
            .during(READING)?
            .collect::<rusqlite::Result<Vec<_>>>()
            .during(READING)?;
        let keys: Vec<_> = columns.iter().filter(|(_, _, pk, _)| *pk > 0).collect();
        let has_alias = matches!(keys.as_slice(), [(_, kind, _, _)] if kind.eq_ignore_ascii_case("integer"));
        Ok(Self {
            names: columns.into_iter().filter(|(_, _, _, hidden)| *hidden == 0).map(|(name, ..)| name).collect(),
            has_rowid: !without_rowid,
            has_alias: has_alias && !without_rowid,
        })
    }

    fn inserts_rowid(&self) -> bool {
        self.has_rowid && !self.has_alias
    }

    fn list(&self) -> String {
        self.names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
    }

    fn select(&self, table: &str) -> String {
        let list = self.list();
        let (id, order) = if self.has_rowid { ("rowid", "rowid") } else { ("0", list.as_str()) };
        format!("SELECT {id}, {list} FROM {} ORDER BY {order}", quoted(table))
    }

    fn insert(&self, table: &str) -> String {
        let rowid = if self.inserts_rowid() { "rowid, " } else { "" };
        let count = self.names.len() + usize::from(self.inserts_rowid());
        let marks = vec!["?"; count].join(", ");
        format!("INSERT INTO {} ({rowid}{}) VALUES ({marks})", quoted(table), self.list())
    }

    fn head(&self, table: &str) -> Result<Vec<u8>> {
        let short = |len: usize| u16::try_from(len).map_err(|_| Error::Unsupported { object: table.to_owned() });
        let mut head = vec![VERSION];
        head.extend_from_slice(&short(table.len())?.to_be_bytes());
        head.extend_from_slice(table.as_bytes());
        head.extend_from_slice(&short(self.names.len())?.to_be_bytes());
        Ok(head)
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn number(connection: &Connection, sql: &str) -> Result<u64> {
    let value = connection.query_row(sql, [], |row| row.get::<_, Value>(0)).during(READING)?;
    Ok(match value {
        Value::Integer(number) => number.cast_unsigned(),
        // SQLCipher answers some of its questions in text.
        Value::Text(text) => text.parse().unwrap_or(0),
        _ => 0,
    })
}

/// Runs a statement of the schema, and nothing else.
fn execute_create(connection: &Connection, sql: &str, begin: &str) -> Result<()> {
    let begins = sql.get(..begin.len()).is_some_and(|start| start.eq_ignore_ascii_case(begin));
    // Prepares the first statement only, and refuses more.
    let mut statement = match begins {
        true => connection.prepare(sql).during(WRITING)?,
        false => return Err(Error::Block { reason: "the schema holds something that makes no table or index" }),
    };
    statement.execute([]).during(WRITING)?;
    Ok(())
}

fn encode(value: ValueRef<'_>, out: &mut Vec<u8>) -> Result<()> {
    let mut long = |tag: u8, bytes: &[u8]| -> Result<()> {
        let len = u32::try_from(bytes.len()).map_err(|_| Error::Block { reason: "a value is too long" })?;
        out.push(tag);
        out.extend_from_slice(&len.to_be_bytes());
        out.extend_from_slice(bytes);
        Ok(())
    };
    match value {
        ValueRef::Text(text) => return long(3, text),
        ValueRef::Blob(bytes) => return long(4, bytes),
        ValueRef::Null => out.push(0),
        ValueRef::Integer(number) => {
            out.push(1);
            out.extend_from_slice(&number.to_be_bytes());
        }
        ValueRef::Real(number) => {
            out.push(2);
            out.extend_from_slice(&number.to_bits().to_be_bytes());
        }
    }
    Ok(())
}

/// What is left of a block.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk().ok_or(Error::Block { reason: "it is cut off" })?;
        self.0 = rest;
        Ok(*field)
    }

    fn bytes(&mut self, len: usize) -> Result<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(len).ok_or(Error::Block { reason: "it is cut off" })?;
        self.0 = rest;
        Ok(bytes)
    }

    fn value(&mut self) -> Result<Stored<'a>> {
        let [tag] = self.take()?;
        let value = match tag {
            0 => ValueRef::Null,
            1 => ValueRef::Integer(i64::from_be_bytes(self.take()?)),
            2 => ValueRef::Real(f64::from_bits(u64::from_be_bytes(self.take()?))),
            3 | 4 => {
                let len = usize::try_from(u32::from_be_bytes(self.take()?)).unwrap_or(usize::MAX);
                let bytes = self.bytes(len)?;
                if tag == 3 { ValueRef::Text(bytes) } else { ValueRef::Blob(bytes) }
            }
            _ => return Err(Error::Block { reason: "it holds an unknown kind of value" }),
        };
        Ok(Stored(value))
    }
}

/// A value on its way into a statement.
struct Stored<'a>(ValueRef<'a>);

impl ToSql for Stored<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(self.0))
    }
}
