//! Other programs that may ask.

use super::Api;
use atom_api::ApiResult;
use atom_api::dto::{ClientAddRequest, ClientAddResponse, ClientView, IdRequest};

/// Programs that may ask.
#[tauri::command]
#[specta::specta]
pub async fn clients_list(api: Api<'_>) -> ApiResult<Vec<ClientView>> {
    api.clients_list().await
}

/// Lets a program ask; its token comes back once.
#[tauri::command]
#[specta::specta]
pub async fn clients_add(api: Api<'_>, request: ClientAddRequest) -> ApiResult<ClientAddResponse> {
    api.clients_add(request).await
}

/// Lets a program ask no longer.
#[tauri::command]
#[specta::specta]
pub async fn clients_remove(api: Api<'_>, request: IdRequest) -> ApiResult<()> {
    api.clients_remove(request).await
}
