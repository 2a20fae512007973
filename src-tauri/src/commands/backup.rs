//! Backups, export and import.

use super::Api;
use atom_api::ApiResult;
use atom_api::dto::{
    BackupListView, BackupRequest, BackupRunView, BackupStateView, FolderRequest, ImportView, RestoreListRequest,
    RestoreRequest,
};

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

/// What a folder of backups holds, with any vault or none.
#[tauri::command]
#[specta::specta]
pub async fn restore_list(api: Api<'_>, request: RestoreListRequest) -> ApiResult<BackupListView> {
    api.restore_list(request).await
}

/// Starts to bring a backup back; an open vault is locked first.
#[tauri::command]
#[specta::specta]
pub async fn restore_start(api: Api<'_>, request: RestoreRequest) -> ApiResult<BackupRunView> {
    api.restore_start(request).await
}

/// The restore that runs, or the last one since Atom was started.
#[tauri::command]
#[specta::specta]
pub async fn restore_state(api: Api<'_>) -> ApiResult<BackupRunView> {
    api.restore_state().await
}

/// Stops the restore that runs.
#[tauri::command]
#[specta::specta]
pub async fn restore_cancel(api: Api<'_>) -> ApiResult<()> {
    api.restore_cancel().await
}

/// Starts to write everything that is the person's own in open formats; `backup_state` says how far it is.
#[tauri::command]
#[specta::specta]
pub async fn export_start(api: Api<'_>, request: FolderRequest) -> ApiResult<BackupRunView> {
    api.export_start(request).await
}

/// Takes folders and settings of an export in.
#[tauri::command]
#[specta::specta]
pub async fn import_run(api: Api<'_>, request: FolderRequest) -> ApiResult<ImportView> {
    api.import(request).await
}
