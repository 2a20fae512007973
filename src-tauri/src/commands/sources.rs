//! Folders.

use super::{Api, Host};
use atom_api::ApiResult;
use atom_api::dto::{IdRequest, SourceView, SourcesAddRequest};

/// The folders and how far they are.
#[tauri::command]
#[specta::specta]
pub async fn sources_list(api: Api<'_>) -> ApiResult<Vec<SourceView>> {
    api.sources_list().await
}

/// Adds a folder and brings it in.
#[tauri::command]
#[specta::specta]
pub async fn sources_add(api: Api<'_>, request: SourcesAddRequest) -> ApiResult<SourceView> {
    api.sources_add(request).await
}

/// Lets the person choose a folder in the system's dialog; nothing when they do not.
#[tauri::command]
#[specta::specta]
pub async fn sources_pick(host: Host<'_>) -> ApiResult<Option<String>> {
    let picked = host.pick_folder().await.ok().flatten();
    Ok(picked.map(|path| path.to_string_lossy().into_owned()))
}

/// Removes a folder and all that was indexed of it.
#[tauri::command]
#[specta::specta]
pub async fn sources_remove(api: Api<'_>, request: IdRequest) -> ApiResult<()> {
    api.sources_remove(request).await
}

/// Brings a folder in before all others, whatever the battery, the heat and other people say.
#[tauri::command]
#[specta::specta]
pub async fn sources_index_now(api: Api<'_>, request: IdRequest) -> ApiResult<()> {
    api.sources_index_now(request).await
}

/// Compares a folder with the disk now.
#[tauri::command]
#[specta::specta]
pub async fn sources_rescan(api: Api<'_>, request: IdRequest) -> ApiResult<()> {
    api.sources_rescan(request).await
}

/// Forgets now what is gone from a folder in great number.
#[tauri::command]
#[specta::specta]
pub async fn sources_forget(api: Api<'_>, request: IdRequest) -> ApiResult<()> {
    api.sources_forget(request).await
}
