//! Completing a copy of the database under another key: what derives from the master key is made anew with the other one.
//!
//! Rows are carried over as a backup keeps them; the pages of the copy are encrypted with its own key. Three things inside
//! depend on the master key besides: the envelopes of secrets, the chain of the activity log, and the chain of commits, which
//! begins anew like that of every copy, together with its anchor, when the copy is opened first.

use crate::audit::{self, AuditEntry, AuditKey, AuditVerdict};
use crate::error::{During, Result};
use crate::secrets::{SecretName, SecretRow};
use crate::snapshot::Rebuild;
use atom_core::JobId;
use rusqlite::{Connection, params};

const CARRYING: &str = "carrying the database over to another key";

/// What a copy under another key needs to know.
pub struct Carry<'a> {
    /// Key of the activity log's chain in the original.
    pub audit_from: &'a AuditKey,
    /// Key of the chain in the copy.
    pub audit_to: &'a AuditKey,
    /// Seals a secret for the copy; none where it does not open, which then stays as it is and opens no more than before.
    pub reseal: &'a dyn Fn(&SecretName, &SecretRow) -> Option<SecretRow>,
    /// Settings that the copy has, in place of the original's of the same name.
    pub settings: Vec<(String, String)>,
    /// Written at the end of the copy's log.
    pub entries: Vec<AuditEntry>,
    /// The job that ends with the copy, and when, Unix milliseconds.
    pub job: Option<(JobId, i64)>,
}

/// What was carried over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The activity log as it was found, before the new entries.
    pub log: AuditVerdict,
    /// Secrets that were sealed again.
    pub secrets: u64,
    /// Secrets that do not open, neither there nor here.
    pub unreadable_secrets: u64,
}

impl Rebuild {
    /// Completes a copy for another key. Unlike [`Rebuild::finish`] it keeps the work that waits: the copy goes on in the
    /// place of the original. It is durable when this returns.
    ///
    /// # Errors
    /// As [`Rebuild::finish`].
    pub fn finish_carried(self, carry: &Carry<'_>) -> Result<Carried> {
        let mut carried = None;
        self.finish_with(|connection| {
            let (secrets, unreadable_secrets) = reseal(connection, carry.reseal)?;
            let log = audit::carry(connection, carry.audit_from, carry.audit_to)?;
            carried = Some(Carried { log, secrets, unreadable_secrets });
            settings(connection, &carry.settings)?;
            jobs(connection, carry.job)?;
            audit::append(connection, carry.audit_to, &carry.entries)
        })?;
        carried.ok_or(crate::Error::Damaged { operation: CARRYING })
    }
}

/// What a database of a backup needs that was made when its vault had another master key.
pub struct Adopt<'a> {
    /// Key of the activity log's chain that the vault has now.
    pub audit: &'a AuditKey,
    /// Those that it had before.
    pub former_audit: &'a [AuditKey],
    /// Seals a secret for the present key, if it opens with a former one.
    pub reseal: &'a dyn Fn(&SecretName, &SecretRow) -> Option<SecretRow>,
    /// Settings that the copy has, in place of those in the backup.
    pub settings: Vec<(String, String)>,
}

impl Rebuild {
    /// As [`Rebuild::finish`]; what derives from a former master key is made anew with the present one.
    ///
    /// # Errors
    /// As [`Rebuild::finish`].
    pub fn finish_adopted(self, adopt: &Adopt<'_>) -> Result<()> {
        self.finish_with(|connection| {
            cancel_jobs(connection)?;
            reseal(connection, adopt.reseal)?;
            adopt_log(connection, adopt)?;
            settings(connection, &adopt.settings)
        })
    }
}

/// Carries the log over from the key that verifies more of it than the present one, if there is one.
fn adopt_log(db: &Connection, adopt: &Adopt<'_>) -> Result<()> {
    let sound = audit::verify(db, adopt.audit)?.sound;
    for former in adopt.former_audit {
        if audit::verify(db, former)?.sound > sound {
            return audit::carry(db, former, adopt.audit).map(drop);
        }
    }
    Ok(())
}

/// Work that waited or ran when a backup was made was for another time.
pub(crate) fn cancel_jobs(db: &Connection) -> Result<()> {
    db.execute(
        "UPDATE job SET state = 'cancelled', finished_ms = coalesce(started_ms, queued_ms)
         WHERE state IN ('queued', 'running')",
        [],
    )
    .during(CARRYING)?;
    Ok(())
}

/// Seals every secret again; how many, and how many do not open.
fn reseal(db: &Connection, again: &dyn Fn(&SecretName, &SecretRow) -> Option<SecretRow>) -> Result<(u64, u64)> {
    let rows = {
        let mut statement =
            db.prepare("SELECT connector, account, field, record, envelope FROM secret").during(CARRYING)?;
        let rows = statement
            .query_map([], |row| {
                let name = SecretName { connector: row.get(0)?, account: row.get(1)?, field: row.get(2)? };
                Ok((name, SecretRow { record: row.get(3)?, envelope: row.get(4)? }))
            })
            .during(CARRYING)?;
        rows.collect::<rusqlite::Result<Vec<_>>>().during(CARRYING)?
    };
    let (mut done, mut unreadable) = (0, 0);
    for (name, sealed) in rows {
        let Some(again) = again(&name, &sealed) else {
            unreadable += 1;
            continue;
        };
        db.execute(
            "UPDATE secret SET record = ?4, envelope = ?5 WHERE connector = ?1 AND account = ?2 AND field = ?3",
            params![name.connector, name.account, name.field, again.record, again.envelope],
        )
        .during(CARRYING)?;
        done += 1;
    }
    Ok((done, unreadable))
}

fn settings(db: &Connection, settings: &[(String, String)]) -> Result<()> {
    for (key, value) in settings {
        db.execute(
            "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            params![key, value],
        )
        .during(CARRYING)?;
    }
    Ok(())
}

/// What runs now runs again in the copy; the job that made the copy is done.
fn jobs(db: &Connection, done: Option<(JobId, i64)>) -> Result<()> {
    db.execute("UPDATE job SET state = 'queued' WHERE state = 'running'", []).during(CARRYING)?;
    if let Some((job, now_ms)) = done {
        db.execute(
            "UPDATE job SET state = 'done', done = total, error = NULL, finished_ms = ?2 WHERE id = ?1",
            params![job.get(), now_ms],
        )
        .during(CARRYING)?;
    }
    Ok(())
}
