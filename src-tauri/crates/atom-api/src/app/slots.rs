//! The ways into the vault: seeing them and changing them.
//!
//! Every change takes a proof of its own, whether the vault is open or locked: who finds an open window
//! cannot lock anybody out.

use super::refusals::Way;
use super::{App, blocking, lock};
use crate::dto::{
    SlotKind, SlotView, SlotsView, VaultPassphraseRequest, VaultProof, VaultRecoveryConfirmRequest, VaultRecoveryView,
};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use atom_backup::rotation;
use atom_store::AuditAction;
use atom_vault::{
    Error as VaultError, KdfCost, Keychain, Keys, NewSlots, OsKeychain, RecoveryCode, RecoveryRenewal, Rekey, SlotInfo,
    UnconfirmedCode, Unlock, Vault,
};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// A new recovery code waits so long to be typed again; it holds keys, also while the vault is locked.
const RENEWAL_LIFE: Duration = Duration::from_secs(15 * 60);

/// What the changes of the slots share.
pub(super) struct Slots {
    /// Held by whoever reads or writes the key slot file: an unlock may write a damaged copy again, and must not undo a change.
    pub(super) file: Mutex<()>,
    /// The recovery code that was shown and not typed again yet, and since when.
    renewal: Mutex<Option<(Instant, RecoveryRenewal)>>,
    /// New ways in for another master key, whose recovery code was not typed again yet, and since when.
    rekey: Mutex<Option<(Instant, Rekey)>>,
    pub(super) keychain: Box<dyn Keychain>,
    /// What a guess at a new passphrase is to cost.
    cost: fn() -> atom_vault::Result<KdfCost>,
}

impl Default for Slots {
    fn default() -> Self {
        let keychain = Box::new(OsKeychain);
        Self {
            file: Mutex::default(),
            renewal: Mutex::default(),
            rekey: Mutex::default(),
            keychain,
            cost: KdfCost::calibrate,
        }
    }
}

#[cfg(test)]
impl Slots {
    /// For tests: with a keychain of their own, and a guess at a passphrase costs little.
    pub(super) fn cheap(keychain: Box<dyn Keychain>) -> Self {
        Self { keychain, cost: || Ok(KdfCost::MINIMUM), ..Self::default() }
    }
}

impl Slots {
    /// Makes a vault; returns its keys and its recovery code.
    pub(super) fn create_blocking(
        &self,
        data_dir: &Path,
        passphrase: Zeroizing<String>,
        keychain: bool,
    ) -> ApiResult<(Keys, String)> {
        let _held = lock(&self.file);
        let passphrase = (!passphrase.is_empty()).then_some(passphrase);
        let cost = if passphrase.is_some() { (self.cost)()? } else { KdfCost::default() };
        let keychain = keychain.then_some(&*self.keychain);
        let (keys, code) = Vault::create(data_dir, NewSlots { passphrase, cost, keychain, recovery: true })?;
        let code = code.ok_or_else(|| ApiError::new(ErrorCode::Internal, "no recovery code was made"))?;
        Ok((keys, code.reveal().to_string()))
    }

    /// Opens the vault with what a person typed, and says what it was taken for: the passphrase, or the recovery code.
    pub(super) fn unlock_blocking(&self, data_dir: &Path, typed: Zeroizing<String>) -> (Way, atom_vault::Result<Keys>) {
        let _held = lock(&self.file);
        with_typed(typed, |with| Vault::unlock(data_dir, with))
    }

    /// Opens the vault from the keychain.
    pub(super) fn unlock_keychain_blocking(&self, data_dir: &Path) -> atom_vault::Result<Keys> {
        let _held = lock(&self.file);
        Vault::unlock(data_dir, Unlock::Keychain(&*self.keychain))
    }

    /// The keys of a rotation that was begun, if what a person typed opens it too.
    pub(super) fn next_keys_blocking(&self, data_dir: &Path, typed: Zeroizing<String>) -> Option<Keys> {
        let _held = lock(&self.file);
        let staging = rotation::staging(data_dir);
        let begun = rotation::is_begun(data_dir);
        begun.then(|| with_typed(typed, |with| Vault::unlock(&staging, with)).1.ok()).flatten()
    }

    /// The same with the keychain.
    pub(super) fn next_keys_keychain_blocking(&self, data_dir: &Path) -> Option<Keys> {
        let _held = lock(&self.file);
        let unlock = || Vault::unlock(&rotation::staging(data_dir), Unlock::Keychain(&*self.keychain)).ok();
        rotation::is_begun(data_dir).then(unlock).flatten()
    }

    /// Forgets recovery codes that were shown and not confirmed: they hold keys.
    pub(super) fn forget_renewal(&self) {
        *lock(&self.renewal) = None;
        *lock(&self.rekey) = None;
    }

    pub(super) fn cost_blocking(&self) -> ApiResult<KdfCost> {
        Ok((self.cost)()?)
    }

    /// Keeps new ways in until their recovery code was typed again.
    pub(super) fn await_rekey(&self, rekey: Rekey) {
        *lock(&self.rekey) = Some((Instant::now(), rekey));
    }

    /// Writes the new ways in where the new set is put together, if `typed` confirms their recovery code; the new keys.
    pub(super) fn place_rekey(&self, data_dir: &Path, typed: [&str; 2]) -> ApiResult<Keys> {
        let _held = lock(&self.file);
        refuse_while_rotating(data_dir)?;
        let mut waits = lock(&self.rekey);
        let (_, rekey) = waits.as_ref().ok_or_else(|| {
            ApiError::new(
                ErrorCode::NotFound,
                "no new master key waits to be confirmed: start again; everything is as it was",
            )
        })?;
        // What is there has no ways in, so nobody can go on with it.
        rotation::abandon(data_dir)?;
        let keys = rekey.place(&rotation::staging(data_dir), typed, &*self.keychain)?;
        *waits = None;
        Ok(keys)
    }

    /// Changes the key slot file with `proof`, while nobody else reads or writes it.
    pub(super) fn change<T>(
        &self,
        data_dir: &Path,
        proof: VaultProof,
        change: impl Fn(Unlock<'_>) -> atom_vault::Result<T>,
    ) -> ApiResult<T> {
        let _held = lock(&self.file);
        refuse_while_rotating(data_dir)?;
        match proof.secret.map(Zeroizing::new) {
            Some(typed) => {
                let (way, changed) = with_typed(typed, change);
                changed.map_err(|error| refused(way, error))
            }
            None => Ok(change(Unlock::Keychain(&*self.keychain))?),
        }
    }
}

/// While everything is encrypted again for new ways in, a change of the old ones would be lost.
fn refuse_while_rotating(data_dir: &Path) -> ApiResult<()> {
    if rotation::is_begun(data_dir) || rotation::is_decided(data_dir) {
        return Err(ApiError::new(
            ErrorCode::Busy,
            "the master key is being changed: wait for its end, or give it up, in the settings or with `atom vault rotate --cancel`",
        ));
    }
    Ok(())
}

/// Tries what a person typed as the recovery code, if it is well formed, and then as the passphrase.
fn with_typed<T>(
    typed: Zeroizing<String>,
    call: impl Fn(Unlock<'_>) -> atom_vault::Result<T>,
) -> (Way, atom_vault::Result<T>) {
    // The check character makes a passphrase that looks like a code unlikely; the code first saves the slow hash.
    let mut no_code = None;
    if RecoveryCode::parse(&typed).is_ok() {
        match call(Unlock::Recovery(&typed)) {
            Err(error @ (VaultError::WrongRecoveryCode | VaultError::NoSlot { .. })) => no_code = Some(error),
            other => return (Way::Recovery, other),
        }
    }
    match (call(Unlock::Passphrase(typed)), no_code) {
        (Err(VaultError::WrongPassphrase | VaultError::NoSlot { .. }), Some(no_code)) => (Way::Recovery, Err(no_code)),
        (other, _) => (Way::Passphrase, other),
    }
}

/// What a person is told of a failure to unlock in this way.
pub(super) fn refused(way: Way, error: VaultError) -> ApiError {
    match (way, error) {
        (Way::Passphrase, VaultError::NoSlot { .. }) => ApiError::new(
            ErrorCode::WrongPassphrase,
            "this vault has no passphrase: use the recovery code or the system's keychain",
        ),
        (_, error) => error.into(),
    }
}

impl App {
    /// The ways into the vault, open or locked, and when it locks by itself.
    ///
    /// # Errors
    /// [`ErrorCode::VaultAbsent`], [`ErrorCode::DataDamaged`].
    pub async fn vault_slots(&self) -> ApiResult<SlotsView> {
        let (slots, data_dir) = (Arc::clone(&self.slots), self.config.data_dir.clone());
        let (infos, rotating) = blocking(move || {
            let _held = lock(&slots.file);
            Ok((Vault::slots(&data_dir)?, rotation::is_begun(&data_dir)))
        })
        .await?;
        let slots = infos.into_iter().map(view).collect();
        Ok(SlotsView { slots, locks_in_seconds: self.locks_in_seconds().await, rotating })
    }

    /// Sets a new passphrase, for a vault without one too. Nothing is encrypted again, and an open vault stays open.
    ///
    /// # Errors
    /// [`ErrorCode::WrongPassphrase`], [`ErrorCode::WeakPassphrase`], [`ErrorCode::KeychainUnavailable`], [`ErrorCode::DiskFull`]; the old passphrase is in force then.
    pub async fn vault_change_passphrase(&self, request: VaultPassphraseRequest) -> ApiResult<SlotsView> {
        self.change_slots("passphrase", move |slots, data_dir| {
            let passphrase = Zeroizing::new(request.passphrase);
            let cost = (slots.cost)()?;
            slots.change(data_dir, request.proof, |with| Vault::change_passphrase(data_dir, with, &passphrase, cost))
        })
        .await
    }

    /// Makes a new recovery code. The old one works until [`App::vault_confirm_recovery`]; the new one is forgotten by a lock, the end of the process, or after 15 minutes.
    ///
    /// # Errors
    /// [`ErrorCode::WrongPassphrase`], [`ErrorCode::KeychainUnavailable`].
    pub async fn vault_renew_recovery(&self, proof: VaultProof) -> ApiResult<VaultRecoveryView> {
        let (slots, data_dir) = (Arc::clone(&self.slots), self.config.data_dir.clone());
        let shown = blocking(move || {
            let renewal = slots.change(&data_dir, proof, |with| Vault::renew_recovery(&data_dir, with))?;
            let shown = VaultRecoveryView::of(renewal.unconfirmed());
            *lock(&slots.renewal) = Some((Instant::now(), renewal));
            Ok(shown)
        })
        .await?;
        self.touch();
        self.forget_renewals_in_time();
        Ok(shown)
    }

    /// Forgets what was shown just now and is not confirmed in time.
    pub(super) fn forget_renewals_in_time(&self) {
        let slots = Arc::downgrade(&self.slots);
        tokio::spawn(async move {
            tokio::time::sleep(RENEWAL_LIFE).await;
            if let Some(slots) = slots.upgrade() {
                lock(&slots.renewal).take_if(|(since, _)| since.elapsed() >= RENEWAL_LIFE);
                lock(&slots.rekey).take_if(|(since, _)| since.elapsed() >= RENEWAL_LIFE);
            }
        });
    }

    /// Puts the new recovery code in the place of the old one, once two of its groups were typed again.
    ///
    /// # Errors
    /// [`ErrorCode::WrongPassphrase`] if they are not what the code says; try again. [`ErrorCode::NotFound`] if no new code waits, [`ErrorCode::DiskFull`]. The old code is in force then.
    pub async fn vault_confirm_recovery(&self, request: VaultRecoveryConfirmRequest) -> ApiResult<SlotsView> {
        self.change_slots("recovery", move |slots, data_dir| {
            let _held = lock(&slots.file);
            refuse_while_rotating(data_dir)?;
            let mut renewal = lock(&slots.renewal);
            let (_, waiting) = renewal.as_ref().ok_or_else(|| {
                ApiError::new(
                    ErrorCode::NotFound,
                    "no new recovery code waits to be confirmed: make one again; the old code still works",
                )
            })?;
            let (first, second) = (Zeroizing::new(request.groups.0), Zeroizing::new(request.groups.1));
            waiting.confirm(data_dir, [&first, &second])?;
            *renewal = None;
            Ok(())
        })
        .await
    }

    /// Lets the system's keychain open the vault.
    ///
    /// # Errors
    /// [`ErrorCode::WrongPassphrase`], [`ErrorCode::KeychainUnavailable`], [`ErrorCode::DiskFull`]; nothing has changed then.
    pub async fn vault_add_keychain(&self, proof: VaultProof) -> ApiResult<SlotsView> {
        self.change_slots("keychain", move |slots, data_dir| {
            slots.change(data_dir, proof, |with| Vault::add_keychain(data_dir, with, &*slots.keychain))
        })
        .await
    }

    /// Stops the system's keychain from opening the vault.
    ///
    /// # Errors
    /// [`ErrorCode::WrongPassphrase`], [`ErrorCode::KeychainUnavailable`], [`ErrorCode::DiskFull`], [`ErrorCode::InvalidInput`] if fewer than two other ways are left; nothing has changed then.
    pub async fn vault_remove_keychain(&self, proof: VaultProof) -> ApiResult<SlotsView> {
        self.change_slots("keychain", move |slots, data_dir| {
            slots.change(data_dir, proof, |with| Vault::remove_keychain(data_dir, with, &*slots.keychain))
        })
        .await
    }

    /// Runs a change of the slots, and tells everyone what they are then.
    async fn change_slots(
        &self,
        changed: &'static str,
        change: impl FnOnce(&Slots, &Path) -> ApiResult<()> + Send + 'static,
    ) -> ApiResult<SlotsView> {
        self.refuse_while_restoring()?;
        let (slots, data_dir) = (Arc::clone(&self.slots), self.config.data_dir.clone());
        blocking(move || change(&slots, &data_dir)).await?;
        self.touch();
        // A locked vault cannot be written to.
        if let Ok(session) = self.session().await {
            self.log(&session, AuditAction::SlotChanged, changed).await;
        }
        self.emit(Event::VaultChanged(self.vault_status().await?));
        self.vault_slots().await
    }
}

impl VaultRecoveryView {
    pub(super) fn of(unconfirmed: &UnconfirmedCode) -> Self {
        let [first, second] = unconfirmed.asked().map(|group| u32::try_from(group + 1).unwrap_or(u32::MAX));
        Self { code: unconfirmed.code().reveal().to_string(), groups: (first, second) }
    }
}

fn view(slot: SlotInfo) -> SlotView {
    let kind = match slot.kind {
        atom_vault::SlotKind::Passphrase => SlotKind::Passphrase,
        atom_vault::SlotKind::Keychain => SlotKind::Keychain,
        atom_vault::SlotKind::Recovery => SlotKind::Recovery,
    };
    SlotView { kind, created_at: slot.created_ms, backend: slot.backend }
}

#[cfg(test)]
mod tests;
