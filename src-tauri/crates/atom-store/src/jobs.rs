//! Durable jobs: what was asked for and is not finished survives a crash.

use crate::connection::Store;
use crate::error::{During, Result};
use atom_core::{JobId, SourceId};
use rusqlite::{Row, params};

/// What a job does. Closed: every kind has a handler.
///
/// Reading files, feeding the indexes and compacting them are no jobs: what is left to do of them is a state of each item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// Compare a source with the disk.
    Scan,
    /// Remove a source.
    Remove,
    /// Back the vault up, where and as the settings say.
    Backup,
    /// Give the vault another master key.
    Rotate,
}

impl JobKind {
    const ALL: [Self; 4] = [Self::Scan, Self::Remove, Self::Backup, Self::Rotate];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Remove => "remove",
            Self::Backup => "backup",
            Self::Rotate => "rotate",
        }
    }

    fn parse(name: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name).unwrap_or(Self::Scan)
    }
}

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Waits for its turn.
    Queued,
    /// Works.
    Running,
    /// Ended well.
    Done,
    /// Ended badly.
    Failed,
    /// Stopped on request.
    Cancelled,
}

impl JobState {
    const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    fn parse(name: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.as_str() == name).unwrap_or(Self::Failed)
    }

    /// Whether nothing more will happen.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// A job as stored.
#[derive(Debug, Clone)]
pub struct JobRow {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// What it works on.
    pub source: Option<SourceId>,
    /// How it stands.
    pub state: JobState,
    /// In plain words.
    pub title: String,
    /// Done so far.
    pub done: u64,
    /// To do in all; 0 when unknown.
    pub total: u64,
    /// When it started, Unix milliseconds.
    pub started_ms: Option<i64>,
    /// When it ended, Unix milliseconds.
    pub finished_ms: Option<i64>,
    /// What went wrong.
    pub error: Option<String>,
}

const COLUMNS: &str = "id, kind, source_id, state, title, done, total, started_ms, finished_ms, error";
/// Finished jobs that are kept for the list.
const KEPT: i64 = 200;

fn from_row(row: &Row<'_>) -> rusqlite::Result<JobRow> {
    Ok(JobRow {
        id: JobId::new(row.get(0)?),
        kind: JobKind::parse(&row.get::<_, String>(1)?),
        source: row.get::<_, Option<i64>>(2)?.map(SourceId::new),
        state: JobState::parse(&row.get::<_, String>(3)?),
        title: row.get(4)?,
        done: row.get::<_, i64>(5)?.cast_unsigned(),
        total: row.get::<_, i64>(6)?.cast_unsigned(),
        started_ms: row.get(7)?,
        finished_ms: row.get(8)?,
        error: row.get(9)?,
    })
}

impl Store {
    /// Queues a job, unless the same one already waits; returns its id.
    ///
    /// # Errors
    /// As every write.
    pub fn queue_job(&self, kind: JobKind, source: Option<SourceId>, title: &str, now_ms: i64) -> Result<JobId> {
        const OPERATION: &str = "queueing a job";
        self.write(OPERATION, |tx| {
            let waiting: Option<i64> = tx
                .query_row(
                    "SELECT max(id) FROM job WHERE kind = ?1 AND source_id IS ?2 AND state = 'queued'",
                    params![kind.as_str(), source.map(SourceId::get)],
                    |row| row.get(0),
                )
                .during(OPERATION)?;
            if let Some(id) = waiting {
                return Ok(JobId::new(id));
            }
            tx.execute(
                "INSERT INTO job (kind, source_id, state, title, queued_ms) VALUES (?1, ?2, 'queued', ?3, ?4)",
                params![kind.as_str(), source.map(SourceId::get), title, now_ms],
            )
            .during(OPERATION)?;
            let id = tx.last_insert_rowid();
            tx.execute("DELETE FROM job WHERE state IN ('done', 'failed', 'cancelled') AND id <= ?1", [id - KEPT])
                .during(OPERATION)?;
            Ok(JobId::new(id))
        })
    }

    /// Puts jobs that were running when the last process ended back into the queue.
    ///
    /// # Errors
    /// As every write.
    pub fn requeue_interrupted(&self) -> Result<()> {
        self.write("requeueing jobs", |tx| {
            tx.execute("UPDATE job SET state = 'queued' WHERE state = 'running'", []).during("requeueing jobs")?;
            Ok(())
        })
    }

    /// Jobs that wait, of every kind, oldest first.
    ///
    /// # Errors
    /// As every read.
    pub fn queued_jobs(&self) -> Result<Vec<JobRow>> {
        self.list_jobs(&format!("SELECT {COLUMNS} FROM job WHERE state = 'queued' ORDER BY id"))
    }

    /// Jobs that have not ended, as far as could be written down, of every kind, oldest first.
    ///
    /// # Errors
    /// As every read.
    pub fn unfinished_jobs(&self) -> Result<Vec<JobRow>> {
        self.list_jobs(&format!("SELECT {COLUMNS} FROM job WHERE state IN ('queued', 'running') ORDER BY id"))
    }

    /// Unfinished and recent jobs, newest first.
    ///
    /// # Errors
    /// As every read.
    pub fn jobs(&self) -> Result<Vec<JobRow>> {
        self.list_jobs(&format!(
            "SELECT {COLUMNS} FROM job ORDER BY state IN ('running', 'queued') DESC, id DESC LIMIT {KEPT}"
        ))
    }

    fn list_jobs(&self, sql: &str) -> Result<Vec<JobRow>> {
        const OPERATION: &str = "listing jobs";
        self.read(OPERATION, |tx| {
            let mut statement = tx.prepare_cached(sql).during(OPERATION)?;
            let rows = statement.query_map([], from_row).during(OPERATION)?;
            rows.collect::<rusqlite::Result<_>>().during(OPERATION)
        })
    }

    /// Notes how a job stands; times follow from the state.
    ///
    /// # Errors
    /// As every write.
    pub fn set_job(
        &self,
        id: JobId,
        state: JobState,
        done: u64,
        total: u64,
        error: Option<&str>,
        now_ms: i64,
    ) -> Result<()> {
        const OPERATION: &str = "updating a job";
        self.write(OPERATION, |tx| {
            tx.execute(
                "UPDATE job SET state = ?2, done = ?3, total = ?4, error = ?5,
                        started_ms = CASE WHEN ?2 = 'running' THEN coalesce(started_ms, ?6) ELSE started_ms END,
                        finished_ms = CASE WHEN ?7 THEN ?6 ELSE NULL END
                 WHERE id = ?1",
                params![
                    id.get(),
                    state.as_str(),
                    done.cast_signed(),
                    total.cast_signed(),
                    error,
                    now_ms,
                    state.is_final()
                ],
            )
            .during(OPERATION)?;
            Ok(())
        })
    }
}
