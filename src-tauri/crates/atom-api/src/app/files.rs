//! Files and their states.

use super::session::item_id;
use super::sources::source_id;
use super::{App, blocking, views};
use crate::dto::{CountResponse, FilesListRequest, FilesListResponse, FilesRetryRequest};
use crate::error::{ApiError, ApiResult, ErrorCode};
use atom_core::ItemState;
use atom_store::FileFilter;

/// Files in one page.
const MAX_PAGE: u32 = 10_000;
/// Stands for every failure.
const FAILED: &str = "failed";

impl App {
    /// A page of files with their states.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidInput`] for a state that does not exist.
    pub async fn files_list(&self, request: FilesListRequest) -> ApiResult<FilesListResponse> {
        let session = self.session().await?;
        blocking(move || {
            let filter = FileFilter {
                source: request.source.as_deref().map(source_id).transpose()?,
                states: states(&request.states)?,
                path_contains: request.query,
                path: None,
                in_archives: request.in_archives,
            };
            let limit = request.limit.clamp(1, MAX_PAGE) as usize;
            let (total, files) = session.store.files(&filter, request.offset as usize, limit)?;
            Ok(FilesListResponse { total, files: files.iter().map(views::file).collect() })
        })
        .await
    }

    /// Reads files again.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidInput`] for a state or id that does not exist.
    pub async fn files_retry(&self, request: FilesRetryRequest) -> ApiResult<CountResponse> {
        self.touch();
        let session = self.session().await?;
        blocking(move || {
            let item = request.id.as_deref().map(item_id).transpose()?;
            let source = request.source.as_deref().map(source_id).transpose()?;
            let states = match (request.states.is_empty(), item) {
                (true, Some(_)) => ItemState::ALL.to_vec(),
                (true, None) => failures(),
                (false, _) => states(&request.states)?,
            };
            let count = session.store.retry(source, &states, item)?;
            session.forget_counts();
            if let Some(ingest) = session.ingest() {
                ingest.wake();
            }
            Ok(CountResponse { count })
        })
        .await
    }
}

fn failures() -> Vec<ItemState> {
    ItemState::ALL.into_iter().filter(|state| state.is_failure()).collect()
}

fn states(names: &[String]) -> ApiResult<Vec<ItemState>> {
    let mut states = Vec::new();
    for name in names {
        match (name.as_str(), ItemState::parse(name)) {
            (FAILED, _) => states.extend(failures()),
            (_, Some(state)) => states.push(state),
            (_, None) => {
                let known: Vec<_> = ItemState::ALL.iter().map(|state| state.as_str()).collect();
                return Err(ApiError::new(
                    ErrorCode::InvalidInput,
                    format!("there is no state {name}; there are failed, {}", known.join(", ")),
                ));
            }
        }
    }
    Ok(states)
}
