//! Acting on what was found. The window names an item; only the core knows its path.

use super::{Api, Host, on_disk};
use crate::desktop::ProgramView;
use atom_api::dto::IdRequest;
use atom_api::{ApiError, ApiResult, ErrorCode};
use serde::{Deserialize, Serialize};

/// Text for the clipboard.
#[derive(Clone, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct CopyTextRequest {
    /// The passage, as the person marked it.
    pub text: String,
}

/// An item and the program to open it with.
#[derive(Clone, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct OpenWithRequest {
    /// The item.
    pub id: String,
    /// The program.
    pub program: String,
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

/// Programs that open an item.
#[tauri::command]
#[specta::specta]
pub async fn item_apps(api: Api<'_>, host: Host<'_>, request: IdRequest) -> ApiResult<Vec<ProgramView>> {
    let file = api.item_file(request, false).await?;
    on_disk(&host, move |host| Ok(host.programs_for(&file))).await
}

/// Opens an item with one of them.
#[tauri::command]
#[specta::specta]
pub async fn item_open_with(api: Api<'_>, host: Host<'_>, request: OpenWithRequest) -> ApiResult<()> {
    let file = api.item_file(IdRequest { id: request.id }, true).await?;
    on_disk(&host, move |host| host.open_with(&file, &request.program)).await
}

/// Copies all text of an item.
#[tauri::command]
#[specta::specta]
pub async fn item_copy_all(api: Api<'_>, host: Host<'_>, request: IdRequest) -> ApiResult<()> {
    host.copy(&api.item_text(request).await?)
}

/// Hands an item to the person's mail program, as an attachment.
#[tauri::command]
#[specta::specta]
pub async fn item_share(api: Api<'_>, host: Host<'_>, request: IdRequest) -> ApiResult<()> {
    let shared = host.share(&api.item_path(request, true).await?);
    shared.await.unwrap_or_else(|_| Err(ApiError::new(ErrorCode::Internal, "No mail program answered.")))
}
