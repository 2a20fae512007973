//! Files and their states.

use super::Api;
use atom_api::ApiResult;
use atom_api::dto::{CountResponse, FilesListRequest, FilesListResponse, FilesRetryRequest};

/// A page of files with their states and reasons.
#[tauri::command]
#[specta::specta]
pub async fn files_list(api: Api<'_>, request: FilesListRequest) -> ApiResult<FilesListResponse> {
    api.files_list(request).await
}

/// Reads files again.
#[tauri::command]
#[specta::specta]
pub async fn files_retry(api: Api<'_>, request: FilesRetryRequest) -> ApiResult<CountResponse> {
    api.files_retry(request).await
}
