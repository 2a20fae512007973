//! Another master key for a vault: every way in is made anew and wraps the new key.
//!
//! Nothing of the vault is touched here. The new ways in are written into a folder of their own, where everything that the
//! old key encrypted is written again; they are the vault's once that folder takes the place of what was there.

use std::path::Path;

use zeroize::Zeroizing;

use super::file::{Slot, SlotFile};
use super::unconfirmed::UnconfirmedCode;
use super::{SlotKind, Unlock, Vault, kdf, keychain_slot, passphrase_slot, recovery_slot, unlock};
use crate::kdf::KdfCost;
use crate::keychain::Keychain;
use crate::keys::random_key;
use crate::{Error, Keys, Result};

/// New ways into a vault, for another master key. Dropping it leaves the vault as it was.
pub struct Rekey {
    keys: Keys,
    /// Passphrase and recovery code; the keychain's is made when they are placed.
    slots: Vec<Slot>,
    has_keychain: bool,
    generation: u64,
    unconfirmed: UnconfirmedCode,
}

impl Vault {
    /// Makes another master key for the vault in `dir`, and ways in of the same kinds as there are. Writes nothing.
    ///
    /// The passphrase is `passphrase`; without one it stays what it is, if `with` is that passphrase. The recovery code is
    /// new, and has to be typed again in part before [`Rekey::place`] takes it. `cost` is that of a guess at the passphrase.
    ///
    /// # Errors
    /// As [`Vault::unlock`], and [`Error::PassphraseNeeded`], [`Error::WeakPassphrase`], [`Error::Random`].
    pub fn rekey(dir: &Path, with: Unlock<'_>, passphrase: Option<&Zeroizing<String>>, cost: KdfCost) -> Result<Rekey> {
        if let Some(passphrase) = passphrase {
            kdf::check_strength(passphrase)?;
        }
        cost.validate()?;
        let typed = match &with {
            Unlock::Passphrase(typed) => Some(typed.clone()),
            Unlock::Keychain(_) | Unlock::Recovery(_) => None,
        };
        let (old, file) = unlock(dir, with)?;
        let has = |kind| file.slots.iter().any(|slot| slot.kind() == kind);
        let passphrase = match passphrase.cloned().or(typed) {
            None if has(SlotKind::Passphrase) => return Err(Error::PassphraseNeeded),
            passphrase => passphrase,
        };
        let keys = Keys::new(old.vault_id(), random_key()?);
        let mut slots = Vec::new();
        if let Some(passphrase) = &passphrase {
            slots.push(passphrase_slot(&keys, passphrase, cost)?);
        }
        let (slot, code) = recovery_slot(&keys)?;
        slots.push(slot);
        Ok(Rekey {
            keys,
            slots,
            has_keychain: has(SlotKind::Keychain),
            generation: file.generation(),
            unconfirmed: UnconfirmedCode::new(code)?,
        })
    }

    /// The entries that the ways into the vault in `dir` have in a keychain; none where there is no vault.
    #[must_use]
    pub fn keychain_entries(dir: &Path) -> KeychainEntries {
        KeychainEntries(SlotFile::load(dir).map(|loaded| loaded.file.accounts()).unwrap_or_default())
    }
}

impl Rekey {
    /// The new recovery code, to be shown once and confirmed.
    #[must_use]
    pub fn unconfirmed(&self) -> &UnconfirmedCode {
        &self.unconfirmed
    }

    /// Writes the new ways in into `folder`, which has none, if `typed` are the two groups that were asked for. A keychain that
    /// opens the vault gets a new secret. Returns the keys. May be tried again after an error.
    ///
    /// # Errors
    /// [`Error::CodeNotConfirmed`], [`Error::KeychainUnavailable`], [`Error::AlreadyExists`], [`Error::DiskFull`], [`Error::Io`].
    pub fn place(&self, folder: &Path, typed: [&str; 2], keychain: &dyn Keychain) -> Result<Keys> {
        self.unconfirmed.confirm(typed)?;
        if SlotFile::exists(folder) {
            return Err(Error::AlreadyExists);
        }
        super::disk::prepare_dir(folder)?;
        let mut slots = self.slots.clone();
        if self.has_keychain {
            slots.push(keychain_slot(&self.keys, keychain)?);
        }
        let file = SlotFile::following(self.generation, self.keys.vault_id(), slots);
        let made = KeychainEntries(file.accounts());
        file.create(folder, &self.keys).inspect_err(|_| made.forget(keychain, &KeychainEntries::default()))?;
        Ok(self.keys.clone())
    }
}

/// Names of entries in a keychain. None of it is secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeychainEntries(Vec<String>);

impl KeychainEntries {
    /// Removes the entries that are not among `kept`. What stays opens nothing, so a keychain that fails here does no harm.
    pub fn forget(&self, keychain: &dyn Keychain, kept: &Self) {
        for account in self.0.iter().filter(|account| !kept.0.contains(account)) {
            keychain.delete(account).ok();
        }
    }
}
