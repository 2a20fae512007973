//! State of the index.

use super::{App, activity, blocking, governor, models, ocr, views};
use crate::dto::{ModelView, StageProgress, StatusView, WatchingView};
use crate::error::ApiResult;
use std::path::Path;

impl App {
    /// State of the index.
    ///
    /// # Errors
    /// [`crate::ErrorCode::VaultLocked`].
    pub async fn status_get(&self) -> ApiResult<StatusView> {
        let session = self.session().await?;
        let data_dir = self.config.data_dir.clone();
        blocking(move || {
            let counts = session.counts()?;
            let total = &counts.total;
            let ingest = session.ingest();
            let rates = ingest.as_ref().map(|ingest| ingest.rates()).unwrap_or_default();
            let watch = ingest.as_ref().map(|ingest| ingest.watch_state()).unwrap_or_default();
            let troubles = ingest.as_ref().map(|ingest| ingest.troubles()).unwrap_or_default();
            let models = session.sets.current().models;
            let change = models::change(&session, rates.chunks)?;
            let model = match models.id() {
                Ok(id) => {
                    let state = if troubles.iter().any(|trouble| trouble.model_failure) {
                        "failed"
                    } else if models.is_loaded() {
                        "ready"
                    } else {
                        "unloaded"
                    };
                    ModelView { id: Some(id), state: state.to_owned(), change }
                }
                Err(_) => ModelView { id: None, state: "missing".to_owned(), change },
            };
            // A full disk first: it stops everything. Text in pictures has a place of its own.
            let other = troubles.iter().find(|trouble| trouble.stage != "ocr");
            let trouble = troubles.iter().find(|trouble| trouble.disk_full).or(other);
            let message = trouble
                .map(|trouble| if trouble.disk_full { disk_full(&data_dir) } else { trouble.message.clone() })
                .or_else(|| session.mended.first().cloned());
            let recognising = ocr::facts(&session, &data_dir)?;
            let progress = StageProgress {
                names: views::progress(0, total.on_disk(), None),
                words: views::progress(total.words_left(), total.items(), rates.files),
                meaning: views::progress(total.chunks_left(), total.chunks, rates.chunks),
                ocr: ocr::progress(&recognising, total, &rates),
            };
            Ok(StatusView {
                governor: governor::view(&session, &progress),
                progress,
                paused: activity::is_paused(&session)?,
                items: total.on_disk(),
                members: total.members,
                chunks: total.chunks,
                vectors: total.chunks.saturating_sub(total.chunks_pending),
                counts: views::state_counts(total),
                sizes: session.sizes(&data_dir),
                model,
                watching: WatchingView { folders: watch.watched, polled: watch.polled },
                message,
                version: env!("CARGO_PKG_VERSION").to_owned(),
                ocr: ocr::view(recognising, total, &troubles),
            })
        })
        .await
    }
}

fn disk_full(data_dir: &Path) -> String {
    format!(
        "no space left on the disk that holds {} (indexing leaves {} MiB): free some; nothing was lost, and indexing goes on by itself",
        data_dir.display(),
        atom_ingest::ROOM_LEFT >> 20
    )
}
