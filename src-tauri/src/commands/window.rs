//! Windows: what a page may do to them, and no more.

use super::Host;
use atom_api::ApiResult;
use serde::{Deserialize, Serialize};

/// A page of the main window.
#[derive(Clone, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct OpenMainRequest {
    /// The page, as its address has it after `#`; empty to stay where it is.
    pub route: String,
}

/// Hides quick search.
#[tauri::command]
#[specta::specta]
pub async fn quick_hide(host: Host<'_>) -> ApiResult<()> {
    host.hide_quick();
    Ok(())
}

/// Brings the main window to the front, at a page of it.
#[tauri::command]
#[specta::specta]
pub async fn window_open_main(host: Host<'_>, request: OpenMainRequest) -> ApiResult<()> {
    host.show_main(&request.route);
    Ok(())
}
