//! Making, opening and locking the vault.

use super::anchor::Opening;
use super::refusals::Way;
use super::{App, blocking, lock, settings_of};
use crate::caller::Caller;
use crate::dto::{VaultCreateRequest, VaultCreateResponse, VaultState, VaultUnlockRequest, VaultView};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use atom_store::AuditAction;
use atom_vault::{Error as VaultError, Keychain, NewSlots, OsKeychain, RecoveryCode, SlotKind, Unlock, Vault};
use std::sync::{Arc, Weak};
use std::time::Duration;
use zeroize::Zeroizing;

/// How often the idle time is looked at.
const IDLE_CHECK: Duration = Duration::from_secs(10);

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
        let data_dir = self.config.data_dir.clone();
        let with_keychain = request.keychain;
        let (keys, code) = blocking(move || {
            let passphrase = Zeroizing::new(request.passphrase);
            let keychain = OsKeychain;
            let slots = NewSlots {
                passphrase: (!passphrase.is_empty()).then_some(passphrase),
                keychain: request.keychain.then_some(&keychain as &dyn Keychain),
                recovery: true,
                ..NewSlots::default()
            };
            let (keys, code) = Vault::create(&data_dir, slots)?;
            super::anchor::put_aside(&data_dir)?;
            let code = code.ok_or_else(|| ApiError::new(ErrorCode::Internal, "no recovery code was made"))?;
            Ok((keys, code.reveal().to_string()))
        })
        .await?;
        self.open_session(keys, Opening { with_keychain, ..Opening::default() }).await?;
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
        let data_dir = self.config.data_dir.clone();
        let (way, keys) = blocking(move || {
            let typed = Zeroizing::new(request.passphrase);
            let (mut way, mut keys) = (Way::Passphrase, Vault::unlock(&data_dir, Unlock::Passphrase(typed.clone())));
            if matches!(keys, Err(VaultError::WrongPassphrase | VaultError::NoSlot { .. }))
                && RecoveryCode::parse(&typed).is_ok()
            {
                (way, keys) = (Way::Recovery, Vault::unlock(&data_dir, Unlock::Recovery(&typed)));
            }
            Ok((way, keys))
        })
        .await?;
        self.opened_with(way, keys, Opening::default()).await
    }

    /// Opens the vault from the keychain.
    ///
    /// # Errors
    /// [`ErrorCode::KeychainUnavailable`], and as [`App::vault_unlock`].
    pub async fn vault_unlock_keychain(self: &Arc<Self>) -> ApiResult<VaultView> {
        let data_dir = self.config.data_dir.clone();
        let keys = blocking(move || Ok(Vault::unlock(&data_dir, Unlock::Keychain(&OsKeychain)))).await?;
        self.opened_with(Way::Keychain, keys, Opening { with_keychain: true, ..Opening::default() }).await
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
                return Err(match (way, error) {
                    (Way::Passphrase, VaultError::NoSlot { .. }) => ApiError::new(
                        ErrorCode::WrongPassphrase,
                        "this vault has no passphrase: unlock it with the keychain or the recovery code",
                    ),
                    (_, error) => error.into(),
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

    /// Stops work and forgets the keys.
    ///
    /// # Errors
    /// As [`App::vault_status`].
    pub async fn vault_lock(&self) -> ApiResult<VaultView> {
        self.lock_because("asked").await
    }

    async fn lock_because(&self, reason: &'static str) -> ApiResult<VaultView> {
        if let Ok(session) = self.session().await {
            self.log(&session, AuditAction::VaultLocked, reason).await;
        }
        self.forget_undecided();
        self.close_session().await;
        let view = self.vault_status().await?;
        self.emit(Event::VaultChanged(view.clone()));
        Ok(view)
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

/// Locks after the idle time that a person set.
pub(super) async fn lock_when_idle(app: Weak<App>) {
    loop {
        tokio::time::sleep(IDLE_CHECK).await;
        let Some(app) = app.upgrade() else { return };
        app.forget_old_undecided();
        let Ok(session) = app.session().await else { continue };
        let limit = blocking(move || Ok(settings_of(&session.store)?.lock_after_minutes)).await;
        if let Ok(Some(minutes)) = limit {
            let idle = lock(&app.last_use).elapsed();
            if idle >= Duration::from_secs(u64::from(minutes) * 60)
                && let Err(error) = Caller::Atom.asks(app.lock_because("idle")).await
            {
                tracing::warn!(%error, "cannot lock after idle time");
            }
        }
    }
}
