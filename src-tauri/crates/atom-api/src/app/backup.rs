//! Backing up, by hand and by itself; checking and listing what is there.
//!
//! One long task at a time, on a thread of its own that the session owns: locking the vault stops it and waits.
//! A backup is a durable job as well: one that a crash or a locked vault cut off runs again.

use super::session::Session;
use super::{App, Indexing, activity, blocking, export, lock, settings_of, sources};
use crate::caller::Caller;
use crate::dto::{
    BackupCheckView, BackupDoneView, BackupListView, BackupRequest, BackupRunView, BackupSettings, BackupStateView,
    ExportView, FolderRequest, RestoreDoneView, SnapshotView,
};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use atom_backup::rotation::Former;
use atom_backup::{
    Access, BackupOptions, Capture, Checked, Keep, Phase, Progress, Repository, SnapshotInfo, check, prune,
};
use atom_core::JobId;
use atom_store::{AuditAction, AuditActor, AuditEntry, JobKind, JobState, Store};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Setting: how the last backup went, as JSON.
const LAST: &str = "backup";
/// How often it is looked whether a backup is due.
const DUE_CHECK: Duration = Duration::from_secs(20);
/// A backup that failed by itself is not tried again before.
const RETRY_AFTER: Duration = Duration::from_secs(15 * 60);
/// Progress is noted at most this often: each note is a write to the disk.
const NOTE_EVERY: Duration = Duration::from_secs(1);
const HOUR_MS: i64 = 3_600_000;

/// How the backups went, kept in the vault.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Last {
    /// Where the last good one went.
    folder: Option<String>,
    /// When it was, Unix milliseconds.
    at: Option<i64>,
    /// Why a later one failed.
    error: Option<String>,
}

impl Last {
    fn load(store: &Store) -> ApiResult<Self> {
        Ok(store.setting(LAST)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    fn store(&self, store: &Store) -> ApiResult<()> {
        let text = serde_json::to_string(self)
            .map_err(|error| ApiError::new(ErrorCode::Internal, format!("writing down a backup: {error}")))?;
        Ok(store.set_setting(LAST, &text)?)
    }
}

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

impl App {
    /// Starts a backup; [`App::backup_state`] says how far it is.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] while another long task runs, [`ErrorCode::InvalidInput`] for a path that is not absolute.
    pub async fn backup_start(self: &Arc<Self>, request: BackupRequest) -> ApiResult<BackupRunView> {
        self.touch();
        let folder = absolute(&request.folder)?;
        let session = self.session().await?;
        self.begin_backup(session, folder, request, true).await
    }

    async fn begin_backup(
        self: &Arc<Self>,
        session: Arc<Session>,
        folder: PathBuf,
        request: BackupRequest,
        may_create: bool,
    ) -> ApiResult<BackupRunView> {
        let app = Arc::downgrade(self);
        let data_dir = self.config.data_dir.clone();
        let actor = Caller::current().actor();
        blocking(move || {
            session.runs.claim("backup")?;
            let job = begin_job(&session, JobKind::Backup, &format!("Back up to {}", folder.display()))?;
            tell_jobs(&app);
            spawn(&session, move |session| {
                let outcome = back_up(session, &data_dir, &folder, &request, may_create);
                end_job(session, job, &folder, &outcome);
                match &outcome {
                    Ok(_) => log(session, actor, AuditAction::BackedUp, ""),
                    Err(error) => tracing::warn!(%error, "a backup did not end well"),
                }
                Ended::Here(outcome.map(Outcome::Backup), Some(app))
            })?;
            Ok(session.runs.view())
        })
        .await
    }

    /// Starts to read everything in a folder of backups.
    ///
    /// # Errors
    /// As [`App::backup_start`].
    pub async fn backup_check(self: &Arc<Self>, request: FolderRequest) -> ApiResult<BackupRunView> {
        self.touch();
        let folder = absolute(&request.folder)?;
        let session = self.session().await?;
        blocking(move || {
            session.runs.claim("check")?;
            spawn(&session, move |session| {
                let found = open(session, &folder, Access::Read)
                    .and_then(|repository| check(&repository, |progress| session.runs.note(session, progress)));
                Ended::Here(found.map(|found| Outcome::Check(check_view(&found))).map_err(ApiError::from), None)
            })?;
            Ok(session.runs.view())
        })
        .await
    }

    /// Starts to write everything that is the person's own in open formats into a new folder.
    ///
    /// # Errors
    /// As [`App::backup_start`].
    pub async fn export_start(self: &Arc<Self>, request: FolderRequest) -> ApiResult<BackupRunView> {
        self.touch();
        let folder = absolute(&request.folder)?;
        let session = self.session().await?;
        let data_dir = self.config.data_dir.clone();
        let actor = Caller::current().actor();
        blocking(move || {
            session.runs.claim("export")?;
            spawn(&session, move |session| {
                let written = export::write(session, &data_dir, &folder);
                if written.is_ok() {
                    log(session, actor, AuditAction::Exported, "vault");
                }
                Ended::Here(written.map(Outcome::Export), None)
            })?;
            Ok(session.runs.view())
        })
        .await
    }

    /// How the backups stand.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn backup_state(&self) -> ApiResult<BackupStateView> {
        let session = self.session().await?;
        let data_dir = self.config.data_dir.clone();
        blocking(move || {
            let settings = settings_of(&session.store, &data_dir)?.backup;
            let last = Last::load(&session.store)?;
            let folder_state = match settings.folder.as_deref().map(Path::new) {
                None => "unset",
                Some(folder) if Repository::exists(folder) => "ready",
                Some(folder) if folder.is_dir() && last.folder.as_deref().map(Path::new) != Some(folder) => "empty",
                Some(_) => "absent",
            };
            Ok(BackupStateView {
                run: session.runs.view(),
                folder_state: folder_state.to_owned(),
                last_at: last.at,
                next_at: due_at(&settings, &last, session.clock.now_ms()),
                last_error: last.error,
            })
        })
        .await
    }

    /// Stops the running task; nothing half is left.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn backup_cancel(&self) -> ApiResult<()> {
        self.touch();
        self.session().await?.runs.cancel();
        Ok(())
    }

    /// What a folder of backups holds.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when the disk or the backups are not there, [`ErrorCode::InvalidInput`] for those of another vault.
    pub async fn backup_list(&self, request: FolderRequest) -> ApiResult<BackupListView> {
        let folder = absolute(&request.folder)?;
        let session = self.session().await?;
        blocking(move || list(&open(&session, &folder, Access::Read)?)).await
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

fn log(session: &Session, actor: AuditActor, action: AuditAction, subject: &str) {
    session.log.append_blocking(AuditEntry::once(session.clock.now_ms(), actor, action, subject));
}

fn tell_jobs(app: &Weak<App>) {
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

fn end_job(session: &Session, job: JobId, folder: &Path, outcome: &ApiResult<BackupDoneView>) {
    let state = note_end(session, job, outcome.as_ref().map(drop));
    let noted = Last::load(&session.store).and_then(|mut last| {
        match outcome {
            Ok(done) => {
                let folder = folder.to_string_lossy().into_owned();
                last = Last { folder: Some(folder), at: Some(done.snapshot.made_at), error: None };
            }
            Err(_) if state != JobState::Failed => {}
            Err(error) => last.error = Some(error.message.clone()),
        }
        last.store(&session.store)
    });
    if let Err(error) = noted {
        tracing::warn!(%error, "the end of a backup cannot be noted");
    }
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

/// Keys that the vault had before: of backups that were not written since.
fn former(session: &Session) -> atom_backup::Result<Former> {
    Former::of_vault(&session.store, &session.keys)
}

fn open(session: &Session, folder: &Path, access: Access) -> atom_backup::Result<Repository> {
    Repository::open_with(folder, &session.keys, &former(session)?, access)
}

/// Opens or makes the repository, takes the vault as it is now, writes, and removes what is not to be kept.
fn back_up(
    session: &Session,
    data_dir: &Path,
    folder: &Path,
    request: &BackupRequest,
    may_create: bool,
) -> ApiResult<BackupDoneView> {
    let runs = &session.runs;
    let repository = match may_create {
        true => Repository::open_or_create_with(folder, &session.keys, &former(session)?)?,
        false => open(session, folder, Access::Write)?,
    };
    let take = || Capture::take(&session.store, &session.keys, data_dir, request.indexes);
    let capture = session.ingest().map_or_else(take, |ingest| ingest.while_quiet(take))?;
    let options = BackupOptions {
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        now_ms: session.clock.now_ms(),
        verify_all: request.verify,
    };
    let written = atom_backup::backup(&repository, capture, &options, |progress| runs.note(session, progress))?;
    let mut warnings: Vec<String> = written.damaged.iter().map(ToString::to_string).collect();
    let keep = Keep { last: request.keep_last, daily: request.keep_daily, weekly: request.keep_weekly };
    let mut pruned = atom_backup::Pruned::default();
    if !keep.is_everything() {
        // The backup is made; what cannot be removed now goes the next time.
        match prune(&repository, keep, |progress| runs.note(session, progress)) {
            Ok(done) => pruned = done,
            Err(error) => warnings.push(error.to_string()),
        }
    }
    Ok(BackupDoneView {
        snapshot: snapshot_view(&written.snapshot),
        mended_chunks: written.mended_chunks,
        removed_snapshots: pruned.removed_snapshots,
        freed_bytes: pruned.freed_bytes,
        warnings,
    })
}

/// Backs up when it is time to, as long as the app is there.
pub(super) async fn back_up_when_due(app: Weak<App>) {
    let mut told = false;
    loop {
        tokio::time::sleep(DUE_CHECK).await;
        let Some(app) = app.upgrade() else { return };
        if app.config.indexing != Indexing::AsSet {
            return;
        }
        let Ok(session) = app.session().await else { continue };
        if let Err(error) = Caller::Atom.asks(app.back_up_if_due(session, &mut told)).await {
            tracing::warn!(%error, "a scheduled backup cannot start");
        }
    }
}

impl App {
    async fn back_up_if_due(self: &Arc<Self>, session: Arc<Session>, told: &mut bool) -> ApiResult<()> {
        let (runs, data_dir) = (Arc::clone(&session), self.config.data_dir.clone());
        let due = blocking(move || due(&runs, &data_dir)).await?;
        let (settings, folder, may_create) = match due {
            Due::No => return Ok(()),
            Due::Ok => {
                *told = false;
                return Ok(());
            }
            Due::Trouble(message) => {
                if !std::mem::replace(told, true) {
                    self.emit(Event::BackupFailed { message });
                }
                return Ok(());
            }
            Due::Now { settings, folder, may_create } => (settings, folder, may_create),
        };
        *lock(&session.runs.last_try) = Some(Instant::now());
        let request = BackupRequest {
            folder: folder.to_string_lossy().into_owned(),
            verify: false,
            indexes: settings.indexes,
            keep_last: settings.keep_last,
            keep_daily: settings.keep_daily,
            keep_weekly: settings.keep_weekly,
        };
        self.begin_backup(session, folder, request, may_create).await.map(drop)
    }
}

/// Whether a backup has to begin by itself.
#[derive(Debug, PartialEq, Eq)]
enum Due {
    /// Nothing to do, nothing to say.
    No,
    /// The last one went well and is not too old.
    Ok,
    /// It should have been made and cannot be.
    Trouble(String),
    /// Begin.
    Now { settings: BackupSettings, folder: PathBuf, may_create: bool },
}

/// What the decision needs to know besides what is set and how the last one went.
#[derive(Debug, Clone, Copy)]
struct Facts {
    now_ms: i64,
    /// One was cut off by a crash or a lock.
    interrupted: bool,
    /// There are backups in the folder.
    has_backups: bool,
    /// The folder is there.
    is_folder: bool,
    /// One that began by itself failed a moment ago.
    tried_lately: bool,
}

fn decide(settings: BackupSettings, last: &Last, facts: Facts) -> Due {
    let Some(folder) = settings.folder.as_deref().map(PathBuf::from) else { return Due::No };
    let is_due = due_at(&settings, last, facts.now_ms).is_some_and(|at| at <= facts.now_ms) || facts.interrupted;
    if !is_due {
        return if last.error.is_none() { Due::Ok } else { Due::No };
    }
    let first = last.folder.as_deref().map(Path::new) != Some(&*folder);
    // After the first one only where there are backups already: an empty folder may be where a disk belongs.
    if !(facts.has_backups || first && facts.is_folder) {
        return Due::Trouble(atom_backup::Error::Absent { folder }.to_string());
    }
    if facts.tried_lately {
        return last.error.clone().map_or(Due::No, Due::Trouble);
    }
    Due::Now { settings, folder, may_create: first }
}

fn due(session: &Session, data_dir: &Path) -> ApiResult<Due> {
    let store = &session.store;
    let settings = settings_of(store, data_dir)?.backup;
    let interrupted: Vec<_> = store.queued_jobs()?.into_iter().filter(|job| job.kind == JobKind::Backup).collect();
    let now_ms = session.clock.now_ms();
    let Some(folder) = settings.folder.as_deref().map(Path::new) else {
        for job in interrupted {
            store.set_job(job.id, JobState::Cancelled, job.done, job.total, None, now_ms)?;
        }
        return Ok(Due::No);
    };
    if lock(&session.runs.view).state == "running" || activity::is_paused(session)? {
        return Ok(Due::No);
    }
    let facts = Facts {
        now_ms,
        interrupted: !interrupted.is_empty(),
        has_backups: Repository::exists(folder),
        is_folder: folder.is_dir(),
        tried_lately: lock(&session.runs.last_try).is_some_and(|tried| tried.elapsed() < RETRY_AFTER),
    };
    let last = Last::load(store)?;
    let due = decide(settings, &last, facts);
    if let Due::Trouble(message) = &due
        && last.error.as_ref() != Some(message)
    {
        Last { error: Some(message.clone()), ..last }.store(store)?;
    }
    Ok(due)
}

/// When the next backup is due, Unix milliseconds; none when nothing is scheduled.
fn due_at(settings: &BackupSettings, last: &Last, now_ms: i64) -> Option<i64> {
    let folder = settings.folder.as_ref()?;
    let hours = settings.every_hours?;
    let pause = i64::from(hours) * HOUR_MS;
    match last.at.filter(|_| last.folder.as_ref() == Some(folder)) {
        // A clock that was wrong must not put backups off for years; one that is set back a little makes none in between.
        Some(at) if at <= now_ms.saturating_add(pause) => Some(at.saturating_add(pause)),
        _ => Some(now_ms),
    }
}

pub(super) fn absolute(folder: &str) -> ApiResult<PathBuf> {
    let path = sources::expanded(folder);
    if path.is_absolute() {
        return Ok(path);
    }
    Err(ApiError::new(ErrorCode::InvalidInput, format!("the folder {folder} has to be an absolute path")))
}

pub(super) fn list(repository: &Repository) -> ApiResult<BackupListView> {
    let (snapshots, damage) = repository.list()?;
    Ok(BackupListView {
        folder: repository.dir().to_string_lossy().into_owned(),
        snapshots: snapshots.iter().map(snapshot_view).collect(),
        bytes: repository.size_bytes()?,
        damage: damage.iter().map(ToString::to_string).collect(),
    })
}

pub(super) fn snapshot_view(info: &SnapshotInfo) -> SnapshotView {
    SnapshotView {
        id: info.id.clone(),
        made_at: info.made_ms,
        items: info.counts.items,
        passages: info.counts.passages,
        sources: info.counts.sources,
        bytes: info.content_bytes,
        added_bytes: info.added_bytes,
        indexes: info.with_indexes,
        app_version: info.app_version.clone(),
    }
}

pub(super) fn check_view(found: &Checked) -> BackupCheckView {
    BackupCheckView {
        ok: found.is_whole(),
        snapshots: found.snapshots,
        chunks: found.chunks,
        bytes: found.bytes,
        damage: found.damage.iter().map(ToString::to_string).collect(),
        lost_snapshots: found.lost_snapshots.clone(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const READY: Facts =
        Facts { now_ms: 1_000, interrupted: false, has_backups: true, is_folder: true, tried_lately: false };

    fn to_disk() -> BackupSettings {
        BackupSettings { folder: Some("/disk".to_owned()), ..BackupSettings::default() }
    }

    fn made(at: i64, error: Option<&str>) -> Last {
        Last { folder: Some("/disk".to_owned()), at: Some(at), error: error.map(str::to_owned) }
    }

    #[test]
    fn an_empty_folder_is_taken_the_first_time_only() {
        let empty = Facts { has_backups: false, ..READY };
        assert!(matches!(decide(to_disk(), &Last::default(), empty), Due::Now { may_create: true, .. }));
        // Where the disk belongs, and is not plugged in: nothing is written into the empty place.
        let overdue = Facts { now_ms: 100 * HOUR_MS, ..empty };
        let absent = decide(to_disk(), &made(1, None), overdue);
        assert!(matches!(&absent, Due::Trouble(message) if message.contains("/disk") && message.contains("plug in")));
        let gone = Facts { is_folder: false, ..empty };
        assert!(matches!(decide(to_disk(), &Last::default(), gone), Due::Trouble(_)));
        let back = Facts { has_backups: true, ..overdue };
        assert!(matches!(decide(to_disk(), &made(1, None), back), Due::Now { may_create: false, .. }));
    }

    #[test]
    fn what_was_cut_off_begins_again_and_what_failed_waits() {
        assert_eq!(decide(BackupSettings::default(), &Last::default(), READY), Due::No);
        assert_eq!(decide(to_disk(), &made(999, None), READY), Due::Ok);
        assert_eq!(decide(to_disk(), &made(999, Some("full")), READY), Due::No);
        let cut_off = Facts { interrupted: true, ..READY };
        assert!(matches!(decide(to_disk(), &made(999, None), cut_off), Due::Now { .. }));
        let failed = Facts { now_ms: 100 * HOUR_MS, tried_lately: true, ..READY };
        assert_eq!(decide(to_disk(), &made(1, Some("full")), failed), Due::Trouble("full".to_owned()));
        let later = Facts { tried_lately: false, ..failed };
        assert!(matches!(decide(to_disk(), &made(1, Some("full")), later), Due::Now { .. }));
    }

    #[test]
    fn a_backup_is_due_after_its_hours_and_at_once_for_a_new_folder() {
        let settings = |folder: Option<&str>, every_hours| BackupSettings {
            folder: folder.map(str::to_owned),
            every_hours,
            ..BackupSettings::default()
        };
        let last = |folder: &str, at| Last { folder: Some(folder.to_owned()), at: Some(at), error: None };
        let check = |settings: &BackupSettings, last: &Last, expect| assert_eq!(due_at(settings, last, 1_000), expect);
        check(&settings(None, Some(1)), &Last::default(), None);
        check(&settings(Some("/b"), None), &Last::default(), None);
        check(&settings(Some("/b"), Some(1)), &Last::default(), Some(1_000));
        check(&settings(Some("/b"), Some(2)), &last("/b", 500), Some(500 + 2 * HOUR_MS));
        check(&settings(Some("/b"), Some(2)), &last("/a", 500), Some(1_000));
        check(&settings(Some("/b"), Some(2)), &last("/b", 1_001), Some(1_001 + 2 * HOUR_MS));
        check(&settings(Some("/b"), Some(2)), &last("/b", 1_001 + 2 * HOUR_MS), Some(1_000));
    }

    #[test]
    fn however_the_clock_jumps_a_backup_is_made_within_twice_its_time() {
        const YEARS: i64 = 3_653 * 24 * HOUR_MS;
        let settings = BackupSettings { every_hours: Some(24), ..to_disk() };
        for jump in [0, 5_000, -5_000, HOUR_MS, -HOUR_MS, YEARS, -YEARS] {
            let mut last = made(20 * YEARS, None);
            let mut gaps = Vec::new();
            let mut since = 0;
            // Two weeks by the hour, in which the clock is as far off as the jump.
            for hour in 1..=14 * 24 {
                since += 1;
                let now_ms = 20 * YEARS + hour * HOUR_MS + jump;
                if matches!(decide(settings.clone(), &last, Facts { now_ms, ..READY }), Due::Now { .. }) {
                    gaps.push(since);
                    (last, since) = (made(now_ms, None), 0);
                }
            }
            assert!(gaps.iter().all(|gap| *gap <= 48) && since <= 48, "{jump}: {gaps:?}, then {since}");
            assert!(gaps.iter().skip(1).all(|gap| *gap >= 24), "{jump}: more than asked for, {gaps:?}");
        }
    }
}
