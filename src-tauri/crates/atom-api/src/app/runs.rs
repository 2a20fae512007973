//! The one long task at a time of a session: a backup, a check, an export, a restore, a change of the master key.
//!
//! Each runs on a thread of its own that the session owns: locking the vault stops it and waits.

use super::session::Session;
use super::{App, lock};
use crate::dto::{BackupCheckView, BackupDoneView, BackupRunView, ExportView, RestoreDoneView};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use atom_backup::{Phase, Progress};
use atom_core::JobId;
use atom_store::{JobKind, JobState};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Progress is noted at most this often: each note is a write to the disk.
const NOTE_EVERY: Duration = Duration::from_secs(1);

/// The one long task at a time of a session, or of the app: what runs, or ran last.
#[derive(Default)]
pub(super) struct Runs {
    view: Mutex<BackupRunView>,
    phase_began: Mutex<Option<Instant>>,
    cancel: AtomicBool,
    /// The session ends: what runs is not cancelled but interrupted.
    over: AtomicBool,
    job: Mutex<Option<(JobId, Instant)>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    last_try: Mutex<Option<Instant>>,
}

/// What a task ended with.
pub(super) enum Outcome {
    Backup(BackupDoneView),
    Check(BackupCheckView),
    Export(ExportView),
    Restore(RestoreDoneView),
}

impl Runs {
    /// Of a session that comes after one in which `run` was the last task.
    pub(super) fn after(run: Option<BackupRunView>) -> Self {
        Self { view: Mutex::new(run.unwrap_or_default()), ..Self::default() }
    }

    pub(super) fn view(&self) -> BackupRunView {
        let view = lock(&self.view).clone();
        if view.run == 0 { BackupRunView { state: "idle".to_owned(), ..view } } else { view }
    }

    /// Notes how far it is; whether to go on.
    pub(super) fn observe(&self, phase: &'static str, done: u64, total: u64) -> ControlFlow<()> {
        let mut view = lock(&self.view);
        let mut began = lock(&self.phase_began);
        if view.phase != phase {
            phase.clone_into(&mut view.phase);
            *began = Some(Instant::now());
        }
        (view.done, view.total) = (done, total);
        let elapsed = began.map_or(0.0, |began| began.elapsed().as_secs_f32());
        view.eta_seconds =
            (elapsed > 1.0 && done > 0).then(|| elapsed * (total.saturating_sub(done)) as f32 / done as f32);
        if self.cancel.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Notes it on the durable job as well, from time to time.
    pub(super) fn note(&self, session: &Session, progress: Progress) -> ControlFlow<()> {
        let flow = self.observe(phase_name(progress.phase), progress.done, progress.total);
        // A copy of the database would have to begin again with every note.
        if progress.phase == Phase::Copying {
            return flow;
        }
        if let Some((job, noted)) = &mut *lock(&self.job)
            && noted.elapsed() >= NOTE_EVERY
        {
            *noted = Instant::now();
            let now = session.clock.now_ms();
            // A note that cannot be written costs nobody the backup.
            let _ = session.store.set_job(*job, JobState::Running, progress.done, progress.total, None, now);
        }
        flow
    }

    pub(super) fn cancel(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }

    fn has_job(&self, id: JobId) -> bool {
        lock(&self.job).is_some_and(|(job, _)| job == id)
    }

    /// Whether a task of this name runs.
    pub(super) fn is_running(&self, task: &str) -> bool {
        let view = lock(&self.view);
        view.state == "running" && view.task == task
    }

    /// Whether what runs was told to stop, by a person or by the end of the session.
    pub(super) fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    /// Notes that a backup begins by itself.
    pub(super) fn note_try(&self) {
        *lock(&self.last_try) = Some(Instant::now());
    }

    /// Whether one began by itself that short a time ago.
    pub(super) fn was_tried_within(&self, time: Duration) -> bool {
        lock(&self.last_try).is_some_and(|tried| tried.elapsed() < time)
    }

    /// Whether the session ends.
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Says that another task runs, if one does.
    pub(super) fn refuse_while_busy(&self) -> ApiResult<()> {
        refuse_second(&lock(&self.view))
    }

    /// Interrupts what runs and waits for it.
    pub(super) fn stop_blocking(&self) {
        self.over.store(true, Ordering::Relaxed);
        self.cancel();
        let thread = lock(&self.thread).take();
        if let Some(thread) = thread {
            // Panics were caught inside.
            let _ = thread.join();
        }
    }

    /// Takes the one place; the number of the new run.
    pub(super) fn claim(&self, task: &str) -> ApiResult<u32> {
        if self.over.load(Ordering::Relaxed) {
            return Err(ApiError::new(ErrorCode::VaultLocked, "the vault is being locked"));
        }
        let mut view = lock(&self.view);
        refuse_second(&view)?;
        self.cancel.store(false, Ordering::Relaxed);
        *lock(&self.phase_began) = None;
        *view = BackupRunView {
            run: view.run + 1,
            task: task.to_owned(),
            state: "running".to_owned(),
            phase: "starting".to_owned(),
            ..BackupRunView::default()
        };
        Ok(view.run)
    }

    pub(super) fn finish(&self, outcome: ApiResult<Outcome>) {
        let mut view = lock(&self.view);
        view.eta_seconds = None;
        match outcome {
            Ok(outcome) => {
                "done".clone_into(&mut view.state);
                match outcome {
                    Outcome::Backup(done) => view.backup = Some(done),
                    Outcome::Check(found) => view.check = Some(found),
                    Outcome::Export(done) => view.export = Some(done),
                    Outcome::Restore(done) => view.restore = Some(done),
                }
            }
            Err(_) if self.cancel.load(Ordering::Relaxed) => "cancelled".clone_into(&mut view.state),
            Err(error) => {
                "failed".clone_into(&mut view.state);
                view.error = Some(error);
            }
        }
    }
}

fn refuse_second(view: &BackupRunView) -> ApiResult<()> {
    match view.state.as_str() {
        "running" => {
            let message = format!("a {} is running: wait for its end or cancel it", view.task);
            Err(ApiError::new(ErrorCode::Busy, message).retryable())
        }
        _ => Ok(()),
    }
}

/// Whether `id` was the job of the backup that runs: it is told to stop.
pub(super) fn cancel_job(session: &Session, id: JobId) -> bool {
    let ours = session.runs.has_job(id);
    if ours {
        session.runs.cancel();
    }
    ours
}

/// How the work of a long task ended.
pub(super) enum Ended {
    /// With this; the app is told that jobs changed.
    Here(ApiResult<Outcome>, Option<Weak<App>>),
    /// It goes on where the session does not reach; until then it runs.
    Elsewhere,
}

/// Runs `work` on the session's thread for long tasks; the place was claimed before.
pub(super) fn spawn(session: &Arc<Session>, work: impl FnOnce(&Session) -> Ended + Send + 'static) -> ApiResult<()> {
    let own = Arc::clone(session);
    let started = std::thread::Builder::new().name("atom-backup".to_owned()).spawn(move || {
        let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&own)));
        let ended = worked.unwrap_or_else(|_| {
            let stopped = ApiError::new(ErrorCode::Internal, "an internal error stopped this; nothing half is left");
            Ended::Here(Err(stopped), None)
        });
        *lock(&own.runs.job) = None;
        let Ended::Here(outcome, app) = ended else { return };
        own.runs.finish(outcome);
        if let Some(app) = app {
            tell_jobs(&app);
        }
    });
    match started {
        Ok(thread) => {
            // The one before has ended: the place was free.
            *lock(&session.runs.thread) = Some(thread);
            Ok(())
        }
        Err(error) => {
            let error = ApiError::new(ErrorCode::Internal, format!("starting a thread: {error}"));
            session.runs.finish(Err(error.clone()));
            Err(error)
        }
    }
}

pub(super) fn tell_jobs(app: &Weak<App>) {
    if let Some(app) = app.upgrade() {
        app.emit(Event::JobsChanged);
    }
}

/// Makes the durable job of the task whose place was claimed; gives the place back if that fails.
pub(super) fn begin_job(session: &Session, kind: JobKind, title: &str) -> ApiResult<JobId> {
    let now = session.clock.now_ms();
    let begun = session.store.queue_job(kind, None, title, now).and_then(|job| {
        session.store.set_job(job, JobState::Running, 0, 0, None, now)?;
        Ok(job)
    });
    let job = begun.map_err(ApiError::from).inspect_err(|error| session.runs.finish(Err(error.clone())))?;
    *lock(&session.runs.job) = Some((job, Instant::now()));
    Ok(job)
}

/// Notes on the durable job how a task ended.
pub(super) fn note_end(session: &Session, job: JobId, outcome: Result<(), &ApiError>) -> JobState {
    let runs = &session.runs;
    let (done, total) = {
        let view = lock(&runs.view);
        (view.done, view.total)
    };
    let (state, error) = match outcome {
        Ok(()) => (JobState::Done, None),
        // Goes on when the vault is open again.
        Err(_) if runs.is_over() => (JobState::Queued, None),
        Err(_) if runs.is_cancelled() => (JobState::Cancelled, None),
        Err(error) => (JobState::Failed, Some(error.message.as_str())),
    };
    if let Err(error) = session.store.set_job(job, state, done, total, error, session.clock.now_ms()) {
        tracing::warn!(%error, "the end of a job cannot be noted");
    }
    state
}

/// Stable name of a phase.
pub(super) const fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Writing => "writing",
        Phase::Verifying => "verifying",
        Phase::Restoring => "restoring",
        Phase::Pruning => "pruning",
        Phase::Sealing => "sealing",
        Phase::Copying => "copying",
    }
}
