//! Background work.

use super::Api;
use atom_api::ApiResult;
use atom_api::dto::{ActivityView, IdRequest};

/// What is being done, and what was done lately.
#[tauri::command]
#[specta::specta]
pub async fn activity_list(api: Api<'_>) -> ApiResult<ActivityView> {
    api.activity_list().await
}

/// Pauses background work until it is resumed.
#[tauri::command]
#[specta::specta]
pub async fn activity_pause(api: Api<'_>) -> ApiResult<()> {
    api.activity_pause().await
}

/// Resumes background work.
#[tauri::command]
#[specta::specta]
pub async fn activity_resume(api: Api<'_>) -> ApiResult<()> {
    api.activity_resume().await
}

/// Cancels a job.
#[tauri::command]
#[specta::specta]
pub async fn activity_cancel(api: Api<'_>, request: IdRequest) -> ApiResult<()> {
    api.activity_cancel(request).await
}

/// Goes on whatever the battery, the heat and other people say, until everything is done.
#[tauri::command]
#[specta::specta]
pub async fn activity_go_on(api: Api<'_>) -> ApiResult<()> {
    api.activity_go_on().await
}
