//! Making, opening and locking the vault.

use super::{App, blocking};
use crate::dto::{VaultCreateRequest, VaultCreateResponse, VaultState, VaultUnlockRequest, VaultView};
use crate::error::ApiResult;
use crate::event::Event;
use atom_vault::{SlotKind, Vault};
use std::sync::Arc;
use zeroize::Zeroizing;

impl App {
    /// Whether there is a vault and whether it is open.
    ///
    /// # Errors
    /// When the key slots cannot be read.
    pub async fn vault_status(&self) -> ApiResult<VaultView> {
        let data_dir = self.config.data_dir.clone();
        let exists = Vault::exists(&data_dir);
        let open = self.session.read().await.is_some();
        let state = match (exists, open) {
            (_, true) => VaultState::Open,
            (true, false) => VaultState::Locked,
            (false, false) => VaultState::Absent,
        };
        let dir = data_dir.clone();
        let has_keychain_slot = exists
            && blocking(move || {
                let slots = Vault::slots(&dir)?;
                Ok(slots.iter().any(|slot| slot.kind == SlotKind::Keychain))
            })
            .await?;
        Ok(VaultView {
            state,
            keychain_available: keychain_may_answer(),
            has_keychain_slot,
            data_dir: data_dir.to_string_lossy().into_owned(),
        })
    }

    /// Makes a vault and opens it.
    ///
    /// # Errors
    /// [`ErrorCode::VaultExists`], [`ErrorCode::WeakPassphrase`], [`ErrorCode::KeychainUnavailable`], [`ErrorCode::DiskFull`].
    pub async fn vault_create(self: &Arc<Self>, request: VaultCreateRequest) -> ApiResult<VaultCreateResponse> {
        let (slots, data_dir) = (Arc::clone(&self.slots), self.config.data_dir.clone());
        let (keys, code) = blocking(move || {
            let passphrase = Zeroizing::new(request.passphrase);
            slots.create_blocking(&data_dir, passphrase, request.keychain)
        })
        .await?;
        self.open_session(keys).await?;
        self.emit(Event::VaultChanged(self.vault_status().await?));
        Ok(VaultCreateResponse { recovery_code: code })
    }

    /// Opens the vault with a passphrase or a recovery code.
    ///
    /// # Errors
    /// [`ErrorCode::WrongPassphrase`], [`ErrorCode::VaultAbsent`], [`ErrorCode::DataDamaged`].
    pub async fn vault_unlock(self: &Arc<Self>, request: VaultUnlockRequest) -> ApiResult<VaultView> {
        let (slots, data_dir) = (Arc::clone(&self.slots), self.config.data_dir.clone());
        let keys = blocking(move || slots.unlock_blocking(&data_dir, Zeroizing::new(request.passphrase))).await?;
        self.opened_with(keys).await
    }

    /// Opens the vault from the keychain.
    ///
    /// # Errors
    /// [`ErrorCode::KeychainUnavailable`], and as [`App::vault_unlock`].
    pub async fn vault_unlock_keychain(self: &Arc<Self>) -> ApiResult<VaultView> {
        let (slots, data_dir) = (Arc::clone(&self.slots), self.config.data_dir.clone());
        let keys = blocking(move || slots.unlock_keychain_blocking(&data_dir)).await?;
        self.opened_with(keys).await
    }

    async fn opened_with(self: &Arc<Self>, keys: atom_vault::Keys) -> ApiResult<VaultView> {
        self.open_session(keys).await?;
        let view = self.vault_status().await?;
        self.emit(Event::VaultChanged(view.clone()));
        Ok(view)
    }

    /// Stops work and forgets the keys. Everyone is told at once; returns when the workers have stopped, each at the end of what it was writing.
    ///
    /// # Errors
    /// As [`App::vault_status`]; the vault is locked all the same.
    pub async fn vault_lock(&self) -> ApiResult<VaultView> {
        self.slots.forget_renewal();
        let closing = self.take_session().await;
        let view = self.vault_status().await;
        if let Ok(view) = &view {
            self.emit(Event::VaultChanged(view.clone()));
        }
        drop(closing.finish().await);
        view
    }
}

/// Whether asking the keychain makes sense; asking it to find out could open a prompt.
fn keychain_may_answer() -> bool {
    !cfg!(target_os = "linux") || std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
}
