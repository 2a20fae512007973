//! The vault.

use super::Api;
use atom_api::ApiResult;
use atom_api::dto::{VaultCreateRequest, VaultCreateResponse, VaultUnlockRequest, VaultView};

/// Whether there is a vault and whether it is open.
#[tauri::command]
#[specta::specta]
pub async fn vault_status(api: Api<'_>) -> ApiResult<VaultView> {
    api.vault_status().await
}

/// Makes a vault and opens it; the recovery code is shown once.
#[tauri::command]
#[specta::specta]
pub async fn vault_create(api: Api<'_>, request: VaultCreateRequest) -> ApiResult<VaultCreateResponse> {
    api.vault_create(request).await
}

/// Opens the vault with a passphrase or a recovery code.
#[tauri::command]
#[specta::specta]
pub async fn vault_unlock(api: Api<'_>, request: VaultUnlockRequest) -> ApiResult<VaultView> {
    api.vault_unlock(request).await
}

/// Opens the vault from the system's keychain.
#[tauri::command]
#[specta::specta]
pub async fn vault_unlock_keychain(api: Api<'_>) -> ApiResult<VaultView> {
    api.vault_unlock_keychain().await
}

/// Goes on with what is there, after unlocking failed because saved data is missing.
#[tauri::command]
#[specta::specta]
pub async fn vault_accept_loss(api: Api<'_>) -> ApiResult<VaultView> {
    api.vault_accept_loss().await
}

/// Stops work and forgets the keys.
#[tauri::command]
#[specta::specta]
pub async fn vault_lock(api: Api<'_>) -> ApiResult<()> {
    api.vault_lock().await.map(drop)
}
