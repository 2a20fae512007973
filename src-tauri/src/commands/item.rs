//! Acting on what was found. The window names an item; only the core knows its path.

use super::{Api, Host};
use atom_api::ApiResult;
use atom_api::dto::IdRequest;
use serde::{Deserialize, Serialize};

/// Text for the clipboard.
#[derive(Clone, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct CopyTextRequest {
    /// The passage, as the person marked it.
    pub text: String,
}

/// Opens an item with the person's program for it.
#[tauri::command]
#[specta::specta]
pub async fn item_open(api: Api<'_>, host: Host<'_>, request: IdRequest) -> ApiResult<()> {
    host.open(&api.item_path(request, true).await?)
}

/// Shows an item in its folder.
#[tauri::command]
#[specta::specta]
pub async fn item_reveal(api: Api<'_>, host: Host<'_>, request: IdRequest) -> ApiResult<()> {
    host.reveal(&api.item_path(request, true).await?)
}

/// Copies the path of an item.
#[tauri::command]
#[specta::specta]
pub async fn item_copy_path(api: Api<'_>, host: Host<'_>, request: IdRequest) -> ApiResult<()> {
    host.copy(&api.item_path(request, false).await?.to_string_lossy())
}

/// Copies a passage.
#[tauri::command]
#[specta::specta]
pub async fn item_copy_text(host: Host<'_>, request: CopyTextRequest) -> ApiResult<()> {
    host.copy(&request.text)
}
