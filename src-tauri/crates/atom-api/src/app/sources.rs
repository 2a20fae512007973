//! Folders: adding, listing, removing.

use super::session::Session;
use super::{App, blocking, ocr, views};
use crate::dto::{IdRequest, Progress, SourceState, SourceView, SourcesAddRequest, StageProgress, VanishedView};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use atom_core::SourceId;
use atom_ingest::{OcrFacts, Rates};
use atom_store::{AuditAction, Counts, JobKind, JobRow, JobState, SourceRow, SourceStatus, VANISHED_KEPT_MS};
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl App {
    /// The folders.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn sources_list(&self) -> ApiResult<Vec<SourceView>> {
        let session = self.session().await?;
        let data_dir = self.config.data_dir.clone();
        blocking(move || {
            // Sources first: a scan that is over by then is in the counts.
            let sources = session.store.sources()?;
            session.forget_counts();
            let snapshot = Snapshot::of(&session, &data_dir)?;
            Ok(sources.iter().map(|source| snapshot.view(source)).collect())
        })
        .await
    }

    /// Adds a folder and brings it in; folders inside of it that were added before become part of it.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidInput`] when it is no folder, is Atom's own, or part of one that is there;
    /// [`ErrorCode::FolderUnreadable`] when it cannot be read.
    pub async fn sources_add(&self, request: SourcesAddRequest) -> ApiResult<SourceView> {
        self.touch();
        let session = self.session().await?;
        let data_dir = self.config.data_dir.clone();
        let open = Arc::clone(&session);
        let view = blocking(move || {
            let path = usable_folder(&request.path, &data_dir)?;
            let outer = session.store.sources()?.into_iter().find(|source| {
                source.status != SourceStatus::Removing && path != source.path && path.starts_with(&source.path)
            });
            if let Some(outer) = outer {
                return Err(ApiError::new(
                    ErrorCode::InvalidInput,
                    format!("{} is already part of {}", path.display(), outer.path.display()),
                ));
            }
            let id = session.store.add_source(&path, session.clock.now_ms())?;
            session.forget_counts();
            if let Some(ingest) = session.ingest() {
                ingest.scan(id)?;
                ingest.watch_again();
                ingest.wake();
            }
            let row = session.store.source(id)?.ok_or_else(not_there)?;
            Ok(Snapshot::of(&session, &data_dir)?.view(&row))
        })
        .await?;
        self.log(&open, AuditAction::SourceAdded, view.path.clone()).await;
        self.emit(Event::SourcesChanged);
        Ok(view)
    }

    /// Removes a folder and all that was indexed of it; the files themselves are not touched.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub async fn sources_remove(&self, request: IdRequest) -> ApiResult<()> {
        self.touch();
        let session = self.session().await?;
        let open = Arc::clone(&session);
        let removed = blocking(move || {
            let id = source_id(&request.id)?;
            let source = session.store.source(id)?.ok_or_else(not_there)?;
            session.store.set_source_status(id, SourceStatus::Removing, None)?;
            if let Some(ingest) = session.ingest() {
                ingest.remove(id)?;
            }
            Ok(views::display(&source.path))
        })
        .await?;
        self.log(&open, AuditAction::SourceRemoved, removed).await;
        self.emit(Event::SourcesChanged);
        Ok(())
    }

    /// Compares a folder with the disk now.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub async fn sources_rescan(&self, request: IdRequest) -> ApiResult<()> {
        self.touch();
        let session = self.session().await?;
        blocking(move || {
            let id = known_source(&session, &request.id)?;
            if let Some(ingest) = session.ingest() {
                ingest.scan(id)?;
                ingest.watch_again();
            }
            Ok(())
        })
        .await
    }

    /// Forgets now what is gone from a folder in great number and is kept otherwise for a day.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub async fn sources_forget(&self, request: IdRequest) -> ApiResult<()> {
        self.touch();
        let session = self.session().await?;
        blocking(move || {
            let id = source_id(&request.id)?;
            session
                .store
                .source(id)?
                .filter(|source| source.vanished_ms.is_some())
                .ok_or_else(|| ApiError::new(ErrorCode::NotFound, "nothing of this folder waits to be forgotten"))?;
            session.store.release_vanished(id)?;
            if let Some(ingest) = session.ingest() {
                ingest.scan(id)?;
            }
            Ok(())
        })
        .await?;
        self.emit(Event::SourcesChanged);
        Ok(())
    }
}

/// The id of a folder that is in the list.
pub(super) fn known_source(session: &Session, id: &str) -> ApiResult<SourceId> {
    let id = source_id(id)?;
    session.store.source(id)?.ok_or_else(not_there)?;
    Ok(id)
}

pub(super) fn source_id(text: &str) -> ApiResult<SourceId> {
    text.parse().map_err(|_| ApiError::new(ErrorCode::InvalidInput, "this is no id of a folder"))
}

fn not_there() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "this folder is not in the list any more")
}

/// A path as people type it: `~` is the home folder.
pub(super) fn expanded(given: &str) -> PathBuf {
    match given.strip_prefix("~") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            let home = std::env::var_os("HOME").unwrap_or_default();
            Path::new(&home).join(rest.trim_start_matches('/'))
        }
        _ => PathBuf::from(given),
    }
}

/// The real path of a folder that can be read and indexed.
fn usable_folder(given: &str, data_dir: &Path) -> ApiResult<PathBuf> {
    let expanded = expanded(given);
    if !expanded.is_absolute() {
        return Err(ApiError::new(ErrorCode::InvalidInput, format!("give the whole path of the folder, not {given}")));
    }
    let unreadable = |error: &std::io::Error| {
        let reason = match error.kind() {
            std::io::ErrorKind::NotFound => "it is not there".to_owned(),
            std::io::ErrorKind::PermissionDenied => "you have no permission to read it".to_owned(),
            kind => kind.to_string(),
        };
        ApiError::new(ErrorCode::FolderUnreadable, format!("{} cannot be added: {reason}", expanded.display()))
    };
    let path = expanded.canonicalize().map_err(|error| unreadable(&error))?;
    if !path.is_dir() {
        return Err(ApiError::new(ErrorCode::InvalidInput, format!("{} is not a folder", path.display())));
    }
    std::fs::read_dir(&path).map_err(|error| unreadable(&error))?;
    if path.starts_with(data_dir) {
        return Err(ApiError::new(ErrorCode::InvalidInput, "this is where Atom keeps its own data"));
    }
    Ok(path)
}

/// Everything that the view of a source depends on, read once.
struct Snapshot {
    counts: Counts,
    rates: Rates,
    jobs: Vec<JobRow>,
    paused: bool,
    first: Vec<SourceId>,
    recognising: OcrFacts,
}

impl Snapshot {
    fn of(session: &Session, data_dir: &Path) -> ApiResult<Self> {
        Ok(Self {
            counts: session.counts()?,
            rates: session.ingest().map(|ingest| ingest.rates()).unwrap_or_default(),
            jobs: session.store.jobs()?,
            paused: super::activity::is_paused(session)?,
            first: session.ingest().map(|ingest| ingest.first()).unwrap_or_default(),
            recognising: ocr::facts(session, data_dir)?,
        })
    }

    fn view(&self, source: &SourceRow) -> SourceView {
        let counts = self.counts.sources.get(&source.id).cloned().unwrap_or_default();
        let scan = self.jobs.iter().find(|job| {
            job.kind == JobKind::Scan
                && job.source == Some(source.id)
                && matches!(job.state, JobState::Running | JobState::Queued)
        });
        let left = counts.words_left() + counts.chunks_left();
        let first_scan = scan.is_some() && source.last_scan_ms.is_none();
        let state = match source.status {
            SourceStatus::Removing => SourceState::Removing,
            SourceStatus::Missing => SourceState::Missing,
            SourceStatus::Active if self.paused && (left > 0 || first_scan) => SourceState::Paused,
            SourceStatus::Active if first_scan => SourceState::Scanning,
            SourceStatus::Active if left > 0 => SourceState::Indexing,
            SourceStatus::Active => SourceState::Ready,
        };
        let names = match scan.filter(|_| first_scan) {
            Some(scan) => Progress { done: counts.on_disk(), total: scan.total, ..Progress::default() },
            None => views::progress(0, counts.on_disk(), None),
        };
        SourceView {
            id: source.id.to_string(),
            path: views::display(&source.path),
            state,
            added_at: source.added_ms,
            last_scan_at: source.last_scan_ms,
            files: counts.files,
            folders: counts.folders,
            members: counts.members,
            bytes: counts.bytes,
            counts: views::state_counts(&counts),
            progress: StageProgress {
                names,
                words: views::progress(counts.words_left(), counts.items(), self.rates.files),
                meaning: views::progress(counts.chunks_left(), counts.chunks, self.rates.chunks),
                ocr: ocr::progress(&self.recognising, &counts, &self.rates),
            },
            message: source.message.clone(),
            vanished: source.vanished_ms.filter(|since| *since > 0).map(|since| VanishedView {
                count: source.vanished,
                kept_until: since.saturating_add(VANISHED_KEPT_MS),
            }),
            goes_first: self.first.contains(&source.id),
        }
    }
}
