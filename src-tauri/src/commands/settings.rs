//! Settings.

use super::{Api, Host};
use atom_api::ApiResult;
use atom_api::dto::Settings;

/// What is set.
#[tauri::command]
#[specta::specta]
pub async fn settings_get(api: Api<'_>) -> ApiResult<Settings> {
    api.settings_get().await
}

/// Changes what is set. A hotkey that cannot be had is refused before anything is stored.
#[tauri::command]
#[specta::specta]
pub async fn settings_set(api: Api<'_>, host: Host<'_>, settings: Settings) -> ApiResult<Settings> {
    let before = host.bind_hotkey(&settings.hotkey)?;
    api.settings_set(settings).await.inspect_err(|_| {
        let _ = host.bind_hotkey(&before);
    })
}
