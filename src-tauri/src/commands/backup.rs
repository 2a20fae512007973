//! Backups.

use super::Api;
use atom_api::ApiResult;
use atom_api::dto::{BackupListView, BackupRequest, BackupRunView, BackupStateView, FolderRequest};

/// How the backups stand, and what runs.
#[tauri::command]
#[specta::specta]
pub async fn backup_state(api: Api<'_>) -> ApiResult<BackupStateView> {
    api.backup_state().await
}

/// What a folder of backups holds.
#[tauri::command]
#[specta::specta]
pub async fn backup_list(api: Api<'_>, request: FolderRequest) -> ApiResult<BackupListView> {
    api.backup_list(request).await
}

/// Starts a backup.
#[tauri::command]
#[specta::specta]
pub async fn backup_start(api: Api<'_>, request: BackupRequest) -> ApiResult<BackupRunView> {
    api.backup_start(request).await
}

/// Starts to read everything in a folder of backups.
#[tauri::command]
#[specta::specta]
pub async fn backup_check(api: Api<'_>, request: FolderRequest) -> ApiResult<BackupRunView> {
    api.backup_check(request).await
}

/// Stops the backup or check that runs.
#[tauri::command]
#[specta::specta]
pub async fn backup_cancel(api: Api<'_>) -> ApiResult<()> {
    api.backup_cancel().await
}
