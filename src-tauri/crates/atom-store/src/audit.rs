//! The activity log: what was done to the vault, by whom, when. It never holds a document's text or a secret.
//!
//! Rows are only ever added; triggers refuse everything else. Each carries a MAC over the one before it ([`chain`]), so that a
//! changed, missing or reordered row is found by [`Store::audit_verify`].
//! The log is bounded: the oldest rows give way to a checkpoint, a row that says how many of which kind went, and carries the
//! chain on.
//!
//! Left out on purpose: searches, opened files, and every reading of the log itself; it tells what happened to the vault, not
//! what a person reads. To log something new, add an [`AuditAction`] and write it at the one place where it happens.

mod chain;
mod entry;

use crate::connection::Store;
use crate::error::{During, Error, Result};
use atom_vault::LockedKey;
use chain::Link;
pub use entry::{AuditAction, AuditActor, AuditBreak, AuditEntry, AuditFilter, AuditRow, AuditVerdict};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Rows that stay when old ones are sealed.
const KEPT: u64 = 10_000;
/// Rows beyond [`KEPT`] that are sealed in one go.
const BATCH: u64 = 1_000;
/// In the subject of a checkpoint: the first row that did not verify when it was sealed.
const BROKEN_AT: &str = "broken-at";
/// Bytes of a subject: longer than any path that Linux takes.
const MAX_SUBJECT: usize = 4_096;
const APPENDING: &str = "writing the activity log";
const READING: &str = "reading the activity log";
const CARRYING: &str = "carrying the activity log over to another key";
const VERIFYING: &str = "verifying the activity log";

/// Key of the chain; derived from the master key, for this use only.
pub struct AuditKey(LockedKey);

impl AuditKey {
    /// Keeps a derived key, locked into memory.
    #[must_use]
    pub fn new(key: &Zeroizing<[u8; 32]>) -> Self {
        Self((&**key).into())
    }
}

/// A row with what ties it to the chain.
struct Stored {
    row: AuditRow,
    through: Option<u64>,
    carried: Option<Vec<u8>>,
    mac: Vec<u8>,
}

const COLUMNS: &str = "seq, at_ms, actor, action, subject, times, through, carried, mac";

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        row: AuditRow {
            seq: row.get::<_, i64>(0)?.cast_unsigned(),
            at_ms: row.get(1)?,
            actor: row.get(2)?,
            action: row.get(3)?,
            subject: row.get(4)?,
            times: row.get::<_, i64>(5)?.cast_unsigned(),
        },
        through: row.get::<_, Option<i64>>(6)?.map(i64::cast_unsigned),
        carried: row.get(7)?,
        mac: row.get(8)?,
    })
}

impl Store {
    /// Writes `entries`, in order; all of them are durable when this returns, or none.
    ///
    /// # Errors
    /// As every write.
    pub fn audit_append(&self, key: &AuditKey, entries: &[AuditEntry]) -> Result<()> {
        self.write(APPENDING, |tx| append(tx, key, entries))
    }

    /// Writes those of `entries` that are not there yet: for what comes from a record that may outlive its merging.
    ///
    /// # Errors
    /// As every write.
    pub fn audit_append_new(&self, key: &AuditKey, entries: &[AuditEntry]) -> Result<()> {
        self.write(APPENDING, |tx| {
            let mut new = Vec::new();
            for entry in entries {
                let known: Option<i64> = tx
                    .prepare_cached(
                        "SELECT 1 FROM audit WHERE at_ms = ?1 AND actor = ?2 AND action = ?3 AND subject = ?4 AND times = ?5",
                    )
                    .during(APPENDING)?
                    .query_row(
                        params![
                            entry.at_ms,
                            entry.actor.as_str(),
                            entry.action.as_str(),
                            bounded(&entry.subject),
                            entry.times.cast_signed()
                        ],
                        |row| row.get(0),
                    )
                    .optional()
                    .during(APPENDING)?;
                if known.is_none() {
                    new.push(entry.clone());
                }
            }
            append(tx, key, &new)
        })
    }

    /// A page of the log, newest first, and how many rows the filter leaves in all (without regard to `before`).
    ///
    /// # Errors
    /// As every read.
    pub fn audit_rows(&self, filter: &AuditFilter, limit: usize) -> Result<(u64, Vec<AuditRow>)> {
        let mut condition = String::from("1");
        let mut values: Vec<Value> = Vec::new();
        if !filter.actions.is_empty() {
            let mut places = Vec::new();
            for action in &filter.actions {
                values.push(Value::Text(action.as_str().to_owned()));
                places.push(format!("?{}", values.len()));
            }
            condition.push_str(&format!(" AND action IN ({})", places.join(", ")));
        }
        if let Some(since) = filter.since_ms {
            values.push(Value::Integer(since));
            condition.push_str(&format!(" AND at_ms >= ?{}", values.len()));
        }
        self.read(READING, |tx| {
            let total: i64 = tx
                .query_row(&format!("SELECT count(*) FROM audit WHERE {condition}"), params_from_iter(&values), |row| {
                    row.get(0)
                })
                .during(READING)?;
            if let Some(before) = filter.before {
                values.push(Value::Integer(before.cast_signed()));
                condition.push_str(&format!(" AND seq < ?{}", values.len()));
            }
            let page = format!("SELECT {COLUMNS} FROM audit WHERE {condition} ORDER BY seq DESC LIMIT {limit}");
            let mut statement = tx.prepare(&page).during(READING)?;
            let rows = statement.query_map(params_from_iter(&values), |row| Ok(stored(row)?.row)).during(READING)?;
            Ok((total.cast_unsigned(), rows.collect::<rusqlite::Result<_>>().during(READING)?))
        })
    }

    /// Walks the whole chain.
    ///
    /// Whoever has the keys could write another log; what is found is damage, and changes past the keys.
    ///
    /// # Errors
    /// As every read; a log that does not verify is an answer, not an error.
    pub fn audit_verify(&self, key: &AuditKey) -> Result<AuditVerdict> {
        self.read(VERIFYING, |tx| verify(tx, key))
    }
}

pub(crate) fn append(db: &Connection, key: &AuditKey, entries: &[AuditEntry]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut head = head(db)?;
    for entry in entries {
        head = write(db, key, &head, entry, None)?;
    }
    seal_old_rows(db, key, &head)
}

/// Number and MAC of the newest row.
struct Head {
    seq: u64,
    mac: Vec<u8>,
}

/// The end of the chain. The next number follows the highest that ever was, so that rows that were cut off leave a gap.
fn head(db: &Connection) -> Result<Head> {
    let newest = db
        .query_row("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1", [], |row| {
            Ok(Head { seq: row.get::<_, i64>(0)?.cast_unsigned(), mac: row.get(1)? })
        })
        .optional()
        .during(APPENDING)?
        .unwrap_or(Head { seq: 0, mac: chain::START.to_vec() });
    Ok(Head { seq: newest.seq.max(highest(db, APPENDING)?), ..newest })
}

/// The highest number that a row ever had.
fn highest(db: &Connection, operation: &'static str) -> Result<u64> {
    let highest: Option<i64> = db
        .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'audit'", [], |row| row.get(0))
        .optional()
        .during(operation)?;
    Ok(highest.unwrap_or_default().cast_unsigned())
}

/// What a checkpoint stands for: rows up to a number, and the MAC of the last of them.
struct Sealed {
    through: u64,
    carried: Vec<u8>,
}

fn write(db: &Connection, key: &AuditKey, head: &Head, entry: &AuditEntry, sealed: Option<&Sealed>) -> Result<Head> {
    let seq = head.seq + 1;
    let subject = bounded(&entry.subject);
    let link = Link {
        seq,
        at_ms: entry.at_ms,
        actor: entry.actor.as_str(),
        action: entry.action.as_str(),
        subject,
        times: entry.times,
        sealed: sealed.map(|sealed| (sealed.through, sealed.carried.as_slice())),
    };
    let mac = link.mac(&key.0, &head.mac).to_vec();
    db.prepare_cached(
        "INSERT INTO audit (seq, at_ms, actor, action, subject, times, through, carried, mac)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )
    .during(APPENDING)?
    .execute(params![
        seq.cast_signed(),
        entry.at_ms,
        link.actor,
        link.action,
        subject,
        entry.times.cast_signed(),
        sealed.map(|sealed| sealed.through.cast_signed()),
        sealed.map(|sealed| sealed.carried.as_slice()),
        mac
    ])
    .during(APPENDING)?;
    Ok(Head { seq, mac })
}

/// Puts a checkpoint in the place of the oldest rows, once there are [`BATCH`] more than [`KEPT`].
fn seal_old_rows(db: &Connection, key: &AuditKey, head: &Head) -> Result<()> {
    let first: i64 = db.query_row("SELECT min(seq) FROM audit", [], |row| row.get(0)).during(APPENDING)?;
    // Numbers say at once that there is nothing to do; only the rows themselves say that there is, should some be missing.
    if head.seq.saturating_sub(first.cast_unsigned()) < KEPT + BATCH {
        return Ok(());
    }
    let rows: i64 = db.query_row("SELECT count(*) FROM audit", [], |row| row.get(0)).during(APPENDING)?;
    if rows.cast_unsigned() <= KEPT + BATCH {
        return Ok(());
    }
    let beyond = i64::try_from(KEPT).unwrap_or(i64::MAX);
    let sealed = db
        .query_row("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1 OFFSET ?1", [beyond], |row| {
            Ok(Sealed { through: row.get::<_, i64>(0)?.cast_unsigned(), carried: row.get(1)? })
        })
        .during(APPENDING)?;
    let mut counts = counts_through(db, sealed.through)?;
    // What is broken must not look whole because it is gone.
    if let Some(broken) = verify(db, key)?.broken.filter(|broken| broken.seq <= sealed.through) {
        counts.insert(BROKEN_AT.to_owned(), broken.seq);
    }
    let now: i64 = db
        .query_row("SELECT at_ms FROM audit WHERE seq = ?1", [head.seq.cast_signed()], |row| row.get(0))
        .during(APPENDING)?;
    let entry = AuditEntry {
        at_ms: now,
        actor: AuditActor::System,
        action: AuditAction::LogSealed,
        subject: counts.iter().map(|(action, times)| format!("{action}={times}")).collect::<Vec<_>>().join(" "),
        times: sealed.through,
    };
    write(db, key, head, &entry, Some(&sealed))?;
    db.execute("DELETE FROM audit WHERE seq <= ?1", [sealed.through.cast_signed()]).during(APPENDING)?;
    Ok(())
}

/// How often each action is in the rows up to `through`, with what their checkpoints count.
fn counts_through(db: &Connection, through: u64) -> Result<BTreeMap<String, u64>> {
    let mut counts = BTreeMap::new();
    let mut statement = db
        .prepare("SELECT action, sum(times) FROM audit WHERE seq <= ?1 AND through IS NULL GROUP BY action")
        .during(APPENDING)?;
    let rows = statement
        .query_map([through.cast_signed()], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?.cast_unsigned())))
        .during(APPENDING)?;
    for row in rows {
        let (action, times) = row.during(APPENDING)?;
        counts.insert(action, times);
    }
    // The newest checkpoint counts everything that went before it.
    for (action, times) in newest_checkpoint(db, APPENDING)? {
        if action != BROKEN_AT {
            *counts.entry(action).or_default() += times;
        }
    }
    Ok(counts)
}

/// What the newest checkpoint counts.
fn newest_checkpoint(db: &Connection, operation: &'static str) -> Result<Vec<(String, u64)>> {
    let subject: Option<String> = db
        .query_row("SELECT subject FROM audit WHERE through IS NOT NULL ORDER BY seq DESC LIMIT 1", [], |row| {
            row.get(0)
        })
        .optional()
        .during(operation)?;
    let count = |part: &str| part.split_once('=').map(|(name, times)| (name.to_owned(), times.parse().unwrap_or(0)));
    Ok(subject.iter().flat_map(|text| text.split(' ')).filter_map(count).collect())
}

pub(crate) fn verify(db: &Connection, key: &AuditKey) -> Result<AuditVerdict> {
    let verdict = verify_rows(db, key)?;
    let sealed = newest_checkpoint(db, VERIFYING)?.into_iter().find(|(name, _)| name == BROKEN_AT);
    Ok(match sealed {
        Some((_, seq)) => verdict.broken_at(seq, "it was not what was written, before it gave way to a checkpoint"),
        None => verdict,
    })
}

/// Walks the rows that are there.
fn verify_rows(db: &Connection, key: &AuditKey) -> Result<AuditVerdict> {
    let first: Option<i64> = db.query_row("SELECT min(seq) FROM audit", [], |row| row.get(0)).during(VERIFYING)?;
    let first = first.unwrap_or_default().cast_unsigned();
    let mut verdict = AuditVerdict { sound: 0, sealed: first.saturating_sub(1), broken: None };
    let mut previous = chain::START.to_vec();
    if first > 1 {
        let carried: Option<Vec<u8>> = db
            .query_row("SELECT carried FROM audit WHERE through = ?1", [(first - 1).cast_signed()], |row| row.get(0))
            .optional()
            .during(VERIFYING)?;
        let Some(carried) = carried else {
            verdict.sealed = 0;
            let what = "it and the rows up to the first that is there are gone, and no checkpoint stands for them";
            return Ok(verdict.broken_at(1, what));
        };
        previous = carried;
    }
    let mut expected = first;
    let mut statement = db.prepare(&format!("SELECT {COLUMNS} FROM audit ORDER BY seq")).during(VERIFYING)?;
    let mut rows = statement.query([]).during(VERIFYING)?;
    while let Some(row) = rows.next().during(VERIFYING)? {
        // What is not even of the right type was not written by Atom.
        let Ok(stored) = stored(row) else {
            return Ok(verdict.broken_at(expected, "it cannot be read"));
        };
        if stored.row.seq != expected {
            return Ok(verdict.broken_at(expected, "it is missing"));
        }
        if !stored.link().verifies(&key.0, &previous, &stored.mac) {
            return Ok(verdict.broken_at(expected, "it, or the end of the row before it, is not what was written"));
        }
        previous = stored.mac;
        verdict.sound += 1;
        expected += 1;
    }
    let next = expected.max(1);
    let is_whole = highest(db, VERIFYING)? < next;
    Ok(if is_whole { verdict } else { verdict.broken_at(next, "it is missing, and perhaps more after it") })
}

/// Writes the chain in `db` again with the key `to`, as far as it verifies with `from`: what did not verify does not verify
/// afterwards either, at the same row. Runs before the triggers are there.
pub(crate) fn carry(db: &Connection, from: &AuditKey, to: &AuditKey) -> Result<AuditVerdict> {
    let found = verify(db, from)?;
    let rows = {
        let mut statement = db.prepare(&format!("SELECT {COLUMNS} FROM audit ORDER BY seq")).during(CARRYING)?;
        let rows = statement.query_map([], stored).during(CARRYING)?;
        // The first that cannot even be read ends what verifies.
        rows.take_while(std::result::Result::is_ok).collect::<rusqlite::Result<Vec<_>>>().during(CARRYING)?
    };
    let first = rows.first().map_or(1, |stored| stored.row.seq);
    // What a checkpoint carries is where the chain begins: any value will do, so it stays.
    let begins = rows.iter().find(|stored| stored.through == Some(first - 1)).and_then(|stored| stored.carried.clone());
    let mut previous = begins.unwrap_or_else(|| chain::START.to_vec());
    let sound = usize::try_from(verify_rows(db, from)?.sound).unwrap_or(usize::MAX);
    for stored in rows.iter().take(sound) {
        let mac = stored.link().mac(&to.0, &previous).to_vec();
        db.prepare_cached("UPDATE audit SET mac = ?2 WHERE seq = ?1")
            .during(CARRYING)?
            .execute(params![stored.row.seq.cast_signed(), mac])
            .during(CARRYING)?;
        previous = mac;
    }
    if verify(db, to)? == found { Ok(found) } else { Err(Error::Damaged { operation: CARRYING }) }
}

impl Stored {
    fn link(&self) -> Link<'_> {
        Link {
            seq: self.row.seq,
            at_ms: self.row.at_ms,
            actor: &self.row.actor,
            action: &self.row.action,
            subject: &self.row.subject,
            times: self.row.times,
            sealed: self.through.zip(self.carried.as_deref()),
        }
    }
}

/// The subject, cut at a character so that a row stays small.
fn bounded(subject: &str) -> &str {
    subject.get(..subject.floor_char_boundary(MAX_SUBJECT)).unwrap_or(subject)
}
