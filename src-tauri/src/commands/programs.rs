//! Programs that are installed. The window names one by its id; only the desktop knows what that starts.

use super::{Host, on_disk};
use crate::desktop::ProgramView;
use atom_api::ApiResult;
use atom_api::dto::IdRequest;

/// Programs that are installed.
#[tauri::command]
#[specta::specta]
pub async fn apps_list(host: Host<'_>) -> ApiResult<Vec<ProgramView>> {
    on_disk(&host, |host| Ok(host.programs())).await
}

/// Starts a program.
#[tauri::command]
#[specta::specta]
pub async fn apps_launch(host: Host<'_>, request: IdRequest) -> ApiResult<()> {
    on_disk(&host, move |host| host.launch(&request.id)).await
}
