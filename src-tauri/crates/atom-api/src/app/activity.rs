//! Background work: what runs, pause, resume, cancel.

use super::runs::cancel_job;
use super::session::{PAUSED, Session};
use super::{App, blocking, ocr, views};
use crate::dto::{ActivityView, IdRequest, JobView, Progress};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use atom_store::{JobKind, JobRow, JobState};
use std::path::Path;

impl App {
    /// Background work.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn activity_list(&self) -> ApiResult<ActivityView> {
        let session = self.session().await?;
        let data_dir = self.config.data_dir.clone();
        blocking(move || {
            let paused = is_paused(&session)?;
            let mut jobs = standing(&session, paused, &data_dir)?;
            let sources = session.store.sources()?;
            for row in session.store.jobs()? {
                let place = row.source.and_then(|id| sources.iter().find(|source| source.id == id));
                jobs.push(view(&row, place.map(|source| views::display(&source.path)), paused));
            }
            Ok(ActivityView { jobs, paused })
        })
        .await
    }

    /// Pauses background work until resumed; survives a restart.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn activity_pause(&self) -> ApiResult<()> {
        self.set_paused(true).await
    }

    /// Resumes background work.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn activity_resume(&self) -> ApiResult<()> {
        self.set_paused(false).await
    }

    async fn set_paused(&self, paused: bool) -> ApiResult<()> {
        self.touch();
        let session = self.session().await?;
        blocking(move || {
            session.store.set_setting(PAUSED, if paused { "yes" } else { "no" })?;
            if let Some(ingest) = session.ingest() {
                ingest.set_paused(paused);
            }
            Ok(())
        })
        .await?;
        self.emit(Event::JobsChanged);
        self.emit(Event::SourcesChanged);
        if let Ok(status) = self.status_get().await {
            self.emit(Event::IndexProgressed(Box::new(status)));
        }
        Ok(())
    }

    /// Cancels a job. What it did so far stays; looking for changes again goes on from there.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidInput`] for work that can only be paused.
    pub async fn activity_cancel(&self, request: IdRequest) -> ApiResult<()> {
        self.touch();
        let session = self.session().await?;
        let id = request.id.parse().map_err(|_| {
            ApiError::new(ErrorCode::InvalidInput, "this work cannot be cancelled; pause it, or remove its folder")
        })?;
        if !cancel_job(&session, id)
            && let Some(ingest) = session.ingest()
        {
            ingest.cancel(id);
        }
        Ok(())
    }
}

pub(super) fn is_paused(session: &Session) -> ApiResult<bool> {
    Ok(session.store.setting(PAUSED)?.as_deref() == Some("yes"))
}

/// The work that is a state of the items and not a job: reading, words, meaning, text in pictures.
fn standing(session: &Session, paused: bool, data_dir: &Path) -> ApiResult<Vec<JobView>> {
    let counts = session.counts()?;
    let total = &counts.total;
    let (rates, troubles) = session.ingest().map(|ingest| (ingest.rates(), ingest.troubles())).unwrap_or_default();
    // Atom's own manners, which [`super::governor`] tells of.
    let is_held = session.ingest().is_some_and(|ingest| ingest.pace().held().is_some());
    let job = |kind: &str, stage: &str, title: &str, left: u64, all: u64, speed: Option<f32>| {
        (left > 0).then(|| JobView {
            id: kind.to_owned(),
            kind: kind.to_owned(),
            source: None,
            title: title.to_owned(),
            state: match stage {
                _ if paused => "paused",
                "meaning" if is_held => "queued",
                _ => "running",
            }
            .to_owned(),
            progress: views::progress(left, all, speed),
            started_at: None,
            finished_at: None,
            error: troubles.iter().find(|trouble| trouble.stage == stage).map(|trouble| trouble.message.clone()),
        })
    };
    let recognising = ocr::progress(&ocr::facts(session, data_dir)?, total, &rates).unwrap_or_default();
    let jobs = [
        job("extract", "read", "Read files", total.unread, total.files, rates.files),
        job(
            "words",
            "words",
            "Make words findable",
            total.words_pending - total.words_of_pictures,
            total.items(),
            None,
        ),
        job("meaning", "meaning", "Make meaning findable", total.chunks_left(), total.chunks, rates.chunks),
        job(
            "ocr",
            "ocr",
            "Recognise text in pictures and scans",
            recognising.total - recognising.done,
            recognising.total,
            rates.pictures,
        ),
    ];
    Ok(jobs.into_iter().flatten().collect())
}

fn view(row: &JobRow, place: Option<String>, paused: bool) -> JobView {
    let title = match (&place, row.kind) {
        (Some(place), JobKind::Scan) => format!("Look for changes in {place}"),
        (Some(place), JobKind::Remove) => format!("Remove {place}"),
        _ => row.title.clone(),
    };
    let state = match row.state {
        JobState::Queued | JobState::Running if paused && !matches!(row.kind, JobKind::Backup | JobKind::Rotate) => {
            "paused"
        }
        state => state.as_str(),
    };
    JobView {
        id: row.id.to_string(),
        kind: row.kind.as_str().to_owned(),
        source: place,
        title,
        state: state.to_owned(),
        progress: Progress { done: row.done, total: row.total, ..Progress::default() },
        started_at: row.started_ms,
        finished_at: row.finished_ms,
        error: row.error.clone(),
    }
}
