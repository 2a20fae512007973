//! Files and their states.

use super::Api;
use atom_api::ApiResult;
use atom_api::dto::{
    CountResponse, FilesExplainRequest, FilesExplainResponse, FilesListRequest, FilesListResponse, FilesRetryRequest,
};

/// A page of files with their states and reasons.
#[tauri::command]
#[specta::specta]
pub async fn files_list(api: Api<'_>, request: FilesListRequest) -> ApiResult<FilesListResponse> {
    api.files_list(request).await
}

/// Says why a file is found, or why not.
#[tauri::command]
#[specta::specta]
pub async fn files_explain(api: Api<'_>, request: FilesExplainRequest) -> ApiResult<FilesExplainResponse> {
    api.files_explain(request).await
}

/// Reads files again.
#[tauri::command]
#[specta::specta]
pub async fn files_retry(api: Api<'_>, request: FilesRetryRequest) -> ApiResult<CountResponse> {
    api.files_retry(request).await
}
