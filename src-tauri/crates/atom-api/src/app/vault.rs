//! Making, opening and locking the vault.

use super::anchor::Opening;
use super::refusals::Way;
use super::{App, blocking};
use crate::caller::Caller;
use crate::dto::{VaultCreateRequest, VaultCreateResponse, VaultState, VaultUnlockRequest, VaultView};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use atom_store::AuditAction;
use atom_vault::{Error as VaultError, SlotKind, Vault};
use std::sync::Arc;
use zeroize::Zeroizing;

impl App {
    /// Whether there is a vault and whether it is open.
    ///
    /// # Errors
    /// When the key slots cannot be read.
    pub async fn vault_status(&self) -> ApiResult<VaultView> {
        let open = self.open_now().await.is_some();
        self.vault_view(open).await
    }

    /// The same for whoever has the turn, and so knows whether it is open.
    pub(super) async fn vault_view(&self, open: bool) -> ApiResult<VaultView> {
        let data_dir = self.config.data_dir.clone();
        let exists = Vault::exists(&data_dir);
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
    /// [`ErrorCode::VaultExists`], [`ErrorCode::WeakPassphrase`], [`ErrorCode::KeychainUnavailable`], [`ErrorCode::DiskFull`];
    /// [`ErrorCode::DataDamaged`] where a database lies that lost its key slots.
    pub async fn vault_create(self: &Arc<Self>, request: VaultCreateRequest) -> ApiResult<VaultCreateResponse> {
        self.refuse_while_restoring()?;
        // Never new keys beside a database that they do not open.
        let exists = Vault::exists(&self.config.data_dir);
        if let (false, error @ ApiError { code: ErrorCode::DataDamaged, .. }) = (exists, self.no_vault()) {
            return Err(error);
        }
        let (slots, data_dir) = (Arc::clone(&self.slots), self.config.data_dir.clone());
        let with_keychain = request.keychain;
        let (keys, code) = blocking(move || {
            let passphrase = Zeroizing::new(request.passphrase);
            let made = slots.create_blocking(&data_dir, passphrase, with_keychain)?;
            super::anchor::put_aside(&data_dir)?;
            Ok(made)
        })
        .await?;
        let opening = Opening { with_keychain, ..Opening::default() };
        self.open_session(keys, opening).await.map_err(made_and_not_opened)?;
        if let Ok(session) = self.session().await {
            self.log(&session, AuditAction::VaultMade, "").await;
        }
        self.emit(Event::VaultChanged(self.vault_status().await?));
        Ok(VaultCreateResponse { recovery_code: code })
    }

    /// Opens the vault with a passphrase or a recovery code.
    ///
    /// # Errors
    /// [`ErrorCode::WrongPassphrase`], [`ErrorCode::VaultAbsent`], [`ErrorCode::DataDamaged`]; [`ErrorCode::DataLost`], after
    /// which [`App::vault_accept_loss`] opens the vault all the same.
    pub async fn vault_unlock(self: &Arc<Self>, request: VaultUnlockRequest) -> ApiResult<VaultView> {
        self.refuse_while_restoring()?;
        self.settle_rotation().await?;
        let (slots, data_dir) = (Arc::clone(&self.slots), self.config.data_dir.clone());
        let unlock = move || {
            let typed = Zeroizing::new(request.passphrase);
            let (way, keys) = slots.unlock_blocking(&data_dir, typed.clone());
            let next_keys = if keys.is_ok() { slots.next_keys_blocking(&data_dir, typed) } else { None };
            Ok((way, keys, next_keys))
        };
        let (way, keys, next_keys) = blocking(unlock).await?;
        let view = self.opened_with(way, keys, Opening::default()).await?;
        self.after_unlock(next_keys).await;
        Ok(view)
    }

    /// Opens the vault from the keychain.
    ///
    /// # Errors
    /// [`ErrorCode::KeychainUnavailable`], and as [`App::vault_unlock`].
    pub async fn vault_unlock_keychain(self: &Arc<Self>) -> ApiResult<VaultView> {
        self.refuse_while_restoring()?;
        self.settle_rotation().await?;
        let (slots, data_dir) = (Arc::clone(&self.slots), self.config.data_dir.clone());
        let unlock = move || {
            let keys = slots.unlock_keychain_blocking(&data_dir);
            let next_keys = if keys.is_ok() { slots.next_keys_keychain_blocking(&data_dir) } else { None };
            Ok((keys, next_keys))
        };
        let (keys, next_keys) = blocking(unlock).await?;
        let opening = Opening { with_keychain: true, ..Opening::default() };
        let view = self.opened_with(Way::Keychain, keys, opening).await?;
        self.after_unlock(next_keys).await;
        Ok(view)
    }

    async fn opened_with(
        self: &Arc<Self>,
        way: Way,
        keys: Result<atom_vault::Keys, VaultError>,
        opening: Opening,
    ) -> ApiResult<VaultView> {
        let keys = match keys {
            Ok(keys) => keys,
            Err(error) => {
                if is_refusal(&error) {
                    self.note_refusal(way).await;
                }
                return Err(match error {
                    VaultError::NoVault => self.no_vault(),
                    error => super::slots::refused(way, error),
                });
            }
        };
        let was_open = self.session.read().await.is_some();
        let view = self.opened(keys, opening).await?;
        if !was_open && let Ok(session) = self.session().await {
            self.log_opened(&session, way).await;
        }
        Ok(view)
    }

    /// Stops work and forgets the keys. Everyone is told at once; returns when the workers have stopped, each at the end of what it was writing.
    ///
    /// # Errors
    /// As [`App::vault_status`]; the vault is locked all the same.
    pub async fn vault_lock(&self) -> ApiResult<VaultView> {
        self.lock_because("asked").await
    }

    /// Locks and logs why: `asked`, `idle`, `left` (the desktop's session was left).
    pub(super) async fn lock_because(&self, reason: &'static str) -> ApiResult<VaultView> {
        if let Ok(session) = self.session().await {
            self.log(&session, AuditAction::VaultLocked, reason).await;
        }
        self.forget_undecided();
        self.slots.forget_renewal();
        let closing = self.take_session().await;
        let view = self.vault_view(false).await;
        if let Ok(view) = &view {
            self.emit(Event::VaultChanged(view.clone()));
        }
        drop(closing.finish().await);
        view
    }

    /// Logs that the app ends with the vault open. A command that opened the vault for itself always ends so: that says nothing.
    pub(super) async fn log_quit(&self) {
        if Caller::current() != Caller::Terminal
            && let Ok(session) = self.session().await
        {
            self.log(&session, AuditAction::VaultLocked, "quit").await;
        }
    }
}

/// The key slots are there, and what they hold the recovery code of was never shown.
fn made_and_not_opened(error: ApiError) -> ApiError {
    const WAY_ON: &str = "the vault was made and opens with what you chose; then make a new recovery code, because nobody \
                          has seen the first one (`atom vault recovery`)";
    ApiError { message: format!("{}; {WAY_ON}", error.message), ..error }
}

/// Whether somebody tried something that does not open the vault, or changed the key slots; not that something is broken or missing.
const fn is_refusal(error: &VaultError) -> bool {
    matches!(
        error,
        VaultError::WrongPassphrase
            | VaultError::WrongRecoveryCode
            | VaultError::DamagedSlots { .. }
            | VaultError::UnsafeKdf { .. }
    )
}

/// Whether asking the keychain makes sense; asking it to find out could open a prompt.
fn keychain_may_answer() -> bool {
    !cfg!(target_os = "linux") || std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
}
