//! Durable jobs, at least once each.

use crate::worker::Stop;
use atom_core::{Clock, JobId, SourceId};
use atom_store::{JobKind, JobState, Store};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// Why a job did not end well.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// It was told to stop: it stays queued and runs again.
    #[error("interrupted")]
    Interrupted,
    /// A person cancelled it.
    #[error("cancelled")]
    Cancelled,
    /// It failed; the message is for a person.
    #[error("{0}")]
    Failed(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] atom_store::Error),
}

/// What a handler gets.
pub struct JobContext<'a> {
    /// The job.
    pub id: JobId,
    /// What to do.
    pub kind: JobKind,
    /// On what.
    pub source: Option<SourceId>,
    store: &'a Store,
    clock: &'a dyn Clock,
    cancelled: &'a Mutex<HashSet<JobId>>,
}

impl JobContext<'_> {
    /// Notes how far the job is.
    ///
    /// # Errors
    /// [`JobError::Cancelled`] when a person asked for that; the handler returns it as it is.
    pub fn progress(&self, done: u64, total: u64) -> Result<(), JobError> {
        if self.cancelled.lock().unwrap_or_else(PoisonError::into_inner).contains(&self.id) {
            return Err(JobError::Cancelled);
        }
        self.store.set_job(self.id, JobState::Running, done, total, None, self.clock.now_ms())?;
        Ok(())
    }
}

/// Runs every job of these kinds that waits, oldest first, until none is left or `stop` is requested; returns how many ran.
///
/// One caller at a time for a kind: a job that is said to run is then one whose end could not be written down, on a full
/// disk for example, and runs again.
///
/// # Errors
/// When the store fails; a handler's failure is noted on its job instead.
pub fn run_queued(
    store: &Store,
    kinds: &[JobKind],
    clock: &dyn Clock,
    stop: &Stop,
    cancelled: &Arc<Mutex<HashSet<JobId>>>,
    mut handler: impl FnMut(&JobContext<'_>) -> Result<(), JobError>,
) -> Result<usize, atom_store::Error> {
    let mut ran = 0;
    while let Some(job) = store.unfinished_jobs()?.into_iter().find(|job| kinds.contains(&job.kind)) {
        if stop.requested() {
            break;
        }
        store.set_job(job.id, JobState::Running, 0, 0, None, clock.now_ms())?;
        let context = JobContext { id: job.id, kind: job.kind, source: job.source, store, clock, cancelled };
        let outcome = catch_unwind(AssertUnwindSafe(|| handler(&context)))
            .unwrap_or_else(|_| Err(JobError::Failed("stopped by an internal error".to_owned())));
        ran += 1;
        let facts = store.jobs()?.into_iter().find(|row| row.id == job.id);
        let (done, total) = facts.map_or((0, 0), |row| (row.done, row.total));
        cancelled.lock().unwrap_or_else(PoisonError::into_inner).remove(&job.id);
        let (state, error) = match outcome {
            Ok(()) => (JobState::Done, None),
            Err(JobError::Cancelled) => (JobState::Cancelled, None),
            Err(JobError::Interrupted) => {
                store.set_job(job.id, JobState::Queued, done, total, None, clock.now_ms())?;
                break;
            }
            Err(JobError::Store(error)) => {
                store.set_job(job.id, JobState::Queued, done, total, Some(&error.to_string()), clock.now_ms())?;
                return Err(error);
            }
            Err(JobError::Failed(message)) => (JobState::Failed, Some(message)),
        };
        store.set_job(job.id, state, done, total, error.as_deref(), clock.now_ms())?;
    }
    Ok(ran)
}

#[cfg(test)]
mod tests {
    use super::{JobError, run_queued};
    use crate::worker::Stop;
    use atom_core::ManualClock;
    use atom_store::{JobKind, JobState, RawKey, Store};
    use std::sync::Arc;

    const ALL: [JobKind; 2] = [JobKind::Scan, JobKind::Remove];

    fn store(dir: &std::path::Path) -> Store {
        Store::open(&dir.join("vault.db"), RawKey { key: (&[1; 32]).into(), salt: [2; 16] }).unwrap()
    }

    #[test]
    fn a_panicking_handler_fails_its_job_and_the_next_one_runs() {
        let dir = tempfile::tempdir().unwrap();
        let (store, clock) = (store(dir.path()), ManualClock::at(1));
        store.queue_job(JobKind::Scan, None, "first", 1).unwrap();
        store.queue_job(JobKind::Remove, None, "second", 1).unwrap();
        let ran = run_queued(&store, &ALL, &clock, &Stop::default(), &Arc::default(), |job| {
            assert_ne!(job.kind, JobKind::Scan);
            Ok(())
        })
        .unwrap();
        assert_eq!(ran, 2);
        let states: Vec<_> = store.jobs().unwrap().into_iter().map(|job| (job.kind, job.state)).collect();
        assert!(states.contains(&(JobKind::Scan, JobState::Failed)), "{states:?}");
        assert!(states.contains(&(JobKind::Remove, JobState::Done)), "{states:?}");
    }

    #[test]
    fn jobs_of_other_kinds_are_left_to_others() {
        let dir = tempfile::tempdir().unwrap();
        let (store, clock) = (store(dir.path()), ManualClock::at(1));
        store.queue_job(JobKind::Backup, None, "backup", 1).unwrap();
        store.queue_job(JobKind::Scan, None, "scan", 1).unwrap();
        let ran = run_queued(&store, &[JobKind::Scan], &clock, &Stop::default(), &Arc::default(), |_| Ok(())).unwrap();
        assert_eq!(ran, 1);
        let left: Vec<_> = store.queued_jobs().unwrap().into_iter().map(|job| job.kind).collect();
        assert_eq!(left, [JobKind::Backup]);
    }

    #[test]
    fn an_interrupted_job_waits_for_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let (store, clock) = (store(dir.path()), ManualClock::at(1));
        store.queue_job(JobKind::Scan, None, "scan", 1).unwrap();
        run_queued(&store, &ALL, &clock, &Stop::default(), &Arc::default(), |_| Err(JobError::Interrupted)).unwrap();
        assert_eq!(store.queued_jobs().unwrap().len(), 1);
    }

    #[test]
    fn a_job_whose_end_could_not_be_written_down_runs_again() {
        let dir = tempfile::tempdir().unwrap();
        let (store, clock) = (store(dir.path()), ManualClock::at(1));
        let job = store.queue_job(JobKind::Scan, None, "scan", 1).unwrap();
        store.set_job(job, JobState::Running, 3, 9, None, 1).unwrap();
        let ran = run_queued(&store, &ALL, &clock, &Stop::default(), &Arc::default(), |_| Ok(())).unwrap();
        assert_eq!((ran, store.jobs().unwrap()[0].state), (1, JobState::Done));
    }

    #[test]
    fn a_cancelled_job_ends_at_its_next_progress() {
        let dir = tempfile::tempdir().unwrap();
        let (store, clock) = (store(dir.path()), ManualClock::at(1));
        let id = store.queue_job(JobKind::Scan, None, "scan", 1).unwrap();
        let cancelled = Arc::new(std::sync::Mutex::new([id].into_iter().collect()));
        run_queued(&store, &ALL, &clock, &Stop::default(), &cancelled, |job| job.progress(1, 2)).unwrap();
        assert_eq!(store.jobs().unwrap()[0].state, JobState::Cancelled);
    }
}
