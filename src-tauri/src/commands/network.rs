//! Outgoing connections.

use super::Api;
use atom_api::ApiResult;
use atom_api::dto::ConnectionsResponse;

/// The newest outgoing connections, those that were refused too.
#[tauri::command]
#[specta::specta]
pub async fn network_list(api: Api<'_>) -> ApiResult<ConnectionsResponse> {
    api.network_list().await
}
