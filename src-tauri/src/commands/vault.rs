//! The vault.

use super::Api;
use atom_api::ApiResult;
use atom_api::dto::{
    BackupRunView, SlotsView, VaultCreateRequest, VaultCreateResponse, VaultPassphraseRequest, VaultProof,
    VaultRecoveryConfirmRequest, VaultRecoveryView, VaultRotateRequest, VaultUnlockRequest, VaultView,
};

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

/// The ways into the vault, and when it locks by itself.
#[tauri::command]
#[specta::specta]
pub async fn vault_slots(api: Api<'_>) -> ApiResult<SlotsView> {
    api.vault_slots().await
}

/// Sets a new passphrase; nothing is encrypted again.
#[tauri::command]
#[specta::specta]
pub async fn vault_change_passphrase(api: Api<'_>, request: VaultPassphraseRequest) -> ApiResult<SlotsView> {
    api.vault_change_passphrase(request).await
}

/// Makes a new recovery code; the old one works until this one is confirmed.
#[tauri::command]
#[specta::specta]
pub async fn vault_renew_recovery(api: Api<'_>, request: VaultProof) -> ApiResult<VaultRecoveryView> {
    api.vault_renew_recovery(request).await
}

/// Puts the new recovery code in force, once two of its groups were typed again.
#[tauri::command]
#[specta::specta]
pub async fn vault_confirm_recovery(api: Api<'_>, request: VaultRecoveryConfirmRequest) -> ApiResult<SlotsView> {
    api.vault_confirm_recovery(request).await
}

/// Lets the system's keychain open the vault.
#[tauri::command]
#[specta::specta]
pub async fn vault_add_keychain(api: Api<'_>, request: VaultProof) -> ApiResult<SlotsView> {
    api.vault_add_keychain(request).await
}

/// Stops the system's keychain from opening the vault.
#[tauri::command]
#[specta::specta]
pub async fn vault_remove_keychain(api: Api<'_>, request: VaultProof) -> ApiResult<SlotsView> {
    api.vault_remove_keychain(request).await
}

/// Makes another master key and a new recovery code; nothing is begun before that is confirmed.
#[tauri::command]
#[specta::specta]
pub async fn vault_rotate(api: Api<'_>, request: VaultRotateRequest) -> ApiResult<VaultRecoveryView> {
    api.vault_rotate(request).await
}

/// Begins to encrypt everything again, once two groups of the new recovery code were typed again.
#[tauri::command]
#[specta::specta]
pub async fn vault_confirm_rotation(api: Api<'_>, request: VaultRecoveryConfirmRequest) -> ApiResult<BackupRunView> {
    api.vault_confirm_rotation(request).await
}

/// Goes on with a change of the master key that waits; none if there is none.
#[tauri::command]
#[specta::specta]
pub async fn vault_resume_rotation(api: Api<'_>) -> ApiResult<Option<BackupRunView>> {
    api.vault_resume_rotation().await
}

/// Gives a change of the master key up.
#[tauri::command]
#[specta::specta]
pub async fn vault_cancel_rotation(api: Api<'_>) -> ApiResult<()> {
    api.vault_cancel_rotation().await
}
