//! Backing up, by hand and by itself; checking and listing what is there.
//!
//! A backup is a durable job: one that a crash or a locked vault cut off runs again.

mod schedule;

use super::runs::{Ended, Outcome, begin_job, note_end, spawn, tell_jobs};
use super::session::Session;
use super::{App, blocking, export, settings_of, sources};
use crate::caller::Caller;
use crate::dto::{
    BackupCheckView, BackupDoneView, BackupListView, BackupRequest, BackupRunView, BackupStateView, FolderRequest,
    SnapshotView,
};
use crate::error::{ApiError, ApiResult, ErrorCode};
use atom_backup::rotation::Former;
use atom_backup::{Access, BackupOptions, Capture, Checked, Keep, Repository, SnapshotInfo, check, prune};
use atom_core::JobId;
use atom_store::{AuditAction, AuditActor, AuditEntry, JobKind, JobState, Store};
use schedule::due_at;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) use schedule::back_up_when_due;

/// Setting: how the last backup went, as JSON.
const LAST: &str = "backup";
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

impl App {
    /// Starts a backup; [`App::backup_state`] says how far it is.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] while another long task runs, [`ErrorCode::InvalidInput`] for a path that is not absolute.
    pub async fn backup_start(self: &Arc<Self>, request: BackupRequest) -> ApiResult<BackupRunView> {
        self.touch();
        let folder = absolute(&request.folder)?;
        let session = self.session().await?;
        let last = {
            let session = Arc::clone(&session);
            blocking(move || Last::load(&session.store)).await?
        };
        // An empty folder that held backups the last time is where a disk belongs.
        if last.folder.as_deref().map(Path::new) == Some(&*folder) && !Repository::exists(&folder) {
            return Err(atom_backup::Error::Absent { folder }.into());
        }
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
                let found = open(session, &folder, Access::Read).and_then(|repository| {
                    let found = check(&repository, |progress| session.runs.note(session, progress))?;
                    still_there(&folder).map(|()| found)
                });
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

fn log(session: &Session, actor: AuditActor, action: AuditAction, subject: &str) {
    session.log.append_blocking(AuditEntry::once(session.clock.now_ms(), actor, action, subject));
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

/// Keys that the vault had before: of backups that were not written since.
fn former(session: &Session) -> atom_backup::Result<Former> {
    Former::of_vault(&session.store, &session.keys)
}

fn open(session: &Session, folder: &Path, access: Access) -> atom_backup::Result<Repository> {
    Repository::open_with(folder, &session.keys, &former(session)?, access)
}

/// A disk that is pulled out looks as if all its files were damaged.
fn still_there(folder: &Path) -> atom_backup::Result<()> {
    match Repository::exists(folder) {
        true => Ok(()),
        false => Err(atom_backup::Error::Absent { folder: folder.to_owned() }),
    }
}

/// Opens or makes the repository and backs up to it.
fn back_up(
    session: &Session,
    data_dir: &Path,
    folder: &Path,
    request: &BackupRequest,
    may_create: bool,
) -> ApiResult<BackupDoneView> {
    let repository = match may_create {
        true => Repository::open_or_create_with(folder, &session.keys, &former(session)?)?,
        false => open(session, folder, Access::Write)?,
    };
    write(session, data_dir, &repository, request).or_else(|error| {
        still_there(folder)?;
        Err(error)
    })
}

/// Takes the vault as it is now, writes, and removes what is not to be kept.
fn write(
    session: &Session,
    data_dir: &Path,
    repository: &Repository,
    request: &BackupRequest,
) -> ApiResult<BackupDoneView> {
    let runs = &session.runs;
    let take = || Capture::take(&session.store, &session.keys, data_dir, request.indexes);
    let capture = session.ingest().map_or_else(take, |ingest| ingest.while_quiet(take))?;
    let options = BackupOptions {
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        now_ms: session.clock.now_ms(),
        verify_all: request.verify,
    };
    let written = atom_backup::backup(repository, capture, &options, |progress| runs.note(session, progress))?;
    let mut warnings: Vec<String> = written.damaged.iter().map(ToString::to_string).collect();
    let keep = Keep { last: request.keep_last, daily: request.keep_daily, weekly: request.keep_weekly };
    let mut pruned = atom_backup::Pruned::default();
    if !keep.is_everything() {
        // The backup is made; what cannot be removed now goes the next time.
        match prune(repository, keep, |progress| runs.note(session, progress)) {
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
