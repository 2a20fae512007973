//! State of the index.

use super::Api;
use atom_api::ApiResult;
use atom_api::dto::StatusView;

/// How far the index is and what it holds.
#[tauri::command]
#[specta::specta]
pub async fn status_get(api: Api<'_>) -> ApiResult<StatusView> {
    api.status_get().await
}
