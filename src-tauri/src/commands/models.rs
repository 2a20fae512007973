//! Embedding models.

use super::Api;
use atom_api::ApiResult;
use atom_api::dto::{IdRequest, ModelDownloadRequest, ModelImportRequest, ModelsView};

/// The models that there are.
#[tauri::command]
#[specta::specta]
pub async fn model_list(api: Api<'_>) -> ApiResult<ModelsView> {
    api.model_list().await
}

/// Takes another model into use; its vectors are made first, while the present one answers.
#[tauri::command]
#[specta::specta]
pub async fn model_use(api: Api<'_>, request: IdRequest) -> ApiResult<ModelsView> {
    api.model_use(request).await
}

/// Gives up a change that is under way.
#[tauri::command]
#[specta::specta]
pub async fn model_cancel(api: Api<'_>) -> ApiResult<ModelsView> {
    api.model_cancel().await
}

/// Brings a model in from a folder.
#[tauri::command]
#[specta::specta]
pub async fn model_import(api: Api<'_>, request: ModelImportRequest) -> ApiResult<ModelsView> {
    api.model_import(request).await
}

/// Begins to fetch a known model.
#[tauri::command]
#[specta::specta]
pub async fn model_download(api: Api<'_>, request: ModelDownloadRequest) -> ApiResult<ModelsView> {
    api.model_download(request).await
}

/// Stops a download; what came stays.
#[tauri::command]
#[specta::specta]
pub async fn model_cancel_download(api: Api<'_>) -> ApiResult<ModelsView> {
    api.model_cancel_download().await
}

/// Removes a model that is not needed.
#[tauri::command]
#[specta::specta]
pub async fn model_remove(api: Api<'_>, request: IdRequest) -> ApiResult<ModelsView> {
    api.model_remove(request).await
}
