//! Creating and unlocking a vault: the slots that wrap its master key.
//!
//! The master key is random and never changes when a passphrase does; a slot wraps 32 bytes of it.
//! A vault always has at least two slots, so that a forgotten passphrase or a vanished keychain never loses the data.

mod copy;
mod disk;
mod file;
mod rekey;
mod renewal;
mod unconfirmed;
mod verify;
mod wrap;

use std::path::Path;

use atom_core::{Clock, SystemClock};
use zeroize::Zeroizing;

use crate::kdf::{self, KdfCost};
use crate::keychain::Keychain;
use crate::keys::{derive_key, random_key};
use crate::recovery::RecoveryCode;
use crate::{Error, Keys, Result};
pub use copy::SlotCopy;
use file::{Loaded, MIN_SLOTS, Method, Slot, SlotFile};
pub use verify::VerifiedSlots;
pub(crate) use wrap::Wrapped;

pub use rekey::{KeychainEntries, Rekey};
pub use renewal::RecoveryRenewal;
pub use unconfirmed::UnconfirmedCode;

/// Present in every data folder in use: without key slots beside it, the slots were lost.
const DATABASE_NAME: &str = "vault.db";

/// A kind of slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SlotKind {
    /// A passphrase that the user types.
    Passphrase,
    /// A random key in the keychain of the operating system.
    Keychain,
    /// A code on paper.
    Recovery,
}

impl SlotKind {
    /// `passphrase`, `keychain` or `recovery`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::Keychain => "keychain",
            Self::Recovery => "recovery",
        }
    }
}

/// What anyone may know of a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotInfo {
    /// How it unlocks.
    pub kind: SlotKind,
    /// When it was made, Unix milliseconds.
    pub created_ms: i64,
    /// Which keychain holds its key, for [`SlotKind::Keychain`].
    pub backend: Option<String>,
}

/// The slots of a vault to create: at least two.
#[derive(Default)]
pub struct NewSlots<'a> {
    /// A passphrase.
    pub passphrase: Option<Zeroizing<String>>,
    /// What one guess at the passphrase costs; [`KdfCost::calibrate`] fits it to the machine.
    pub cost: KdfCost,
    /// A keychain to put a random key in.
    pub keychain: Option<&'a dyn Keychain>,
    /// Whether to make a recovery code.
    pub recovery: bool,
}

/// A way to unlock.
pub enum Unlock<'a> {
    /// What the user typed.
    Passphrase(Zeroizing<String>),
    /// The keychain that was given when the slot was made.
    Keychain(&'a dyn Keychain),
    /// The recovery code as typed.
    Recovery(&'a str),
}

/// Facts about the vault in a data folder, and the ways to change its slots.
pub struct Vault;

impl Vault {
    /// Whether `dir` holds a vault.
    #[must_use]
    pub fn exists(dir: &Path) -> bool {
        SlotFile::exists(dir)
    }

    /// Makes a vault in `dir`, which is created if need be. Nothing that exists is overwritten.
    ///
    /// # Errors
    /// [`Error::TooFewSlots`] for fewer than two slots, [`Error::WeakPassphrase`], [`Error::UnsafeKdf`], [`Error::AlreadyExists`], [`Error::DamagedSlots`] if there is a database without its key slots, [`Error::KeychainUnavailable`], [`Error::DiskFull`], [`Error::Io`].
    pub fn create(dir: &Path, new: NewSlots<'_>) -> Result<(Keys, Option<RecoveryCode>)> {
        let wanted = [new.passphrase.is_some(), new.keychain.is_some(), new.recovery];
        if wanted.iter().filter(|wanted| **wanted).count() < MIN_SLOTS {
            return Err(Error::TooFewSlots);
        }
        if let Some(passphrase) = &new.passphrase {
            kdf::check_strength(passphrase)?;
            new.cost.validate()?;
        }
        if Self::exists(dir) {
            return Err(Error::AlreadyExists);
        }
        if dir.join(DATABASE_NAME).symlink_metadata().is_ok() {
            return Err(Error::DamagedSlots { reason: "there is a database, but its key slots are missing" });
        }
        disk::prepare_dir(dir)?;

        let mut vault_id = [0; 16];
        getrandom::fill(&mut vault_id).map_err(Error::random)?;
        let keys = Keys::new(vault_id, random_key()?);
        let mut slots = Vec::new();
        if let Some(passphrase) = &new.passphrase {
            slots.push(passphrase_slot(&keys, passphrase, new.cost)?);
        }
        let code = if new.recovery {
            let (slot, code) = recovery_slot(&keys)?;
            slots.push(slot);
            Some(code)
        } else {
            None
        };
        // Last, so that nothing else can fail between here and the file.
        if let Some(keychain) = new.keychain {
            slots.push(keychain_slot(&keys, keychain)?);
        }
        let file = SlotFile::new(vault_id, slots);
        let accounts = file.accounts();
        file.create(dir, &keys).inspect_err(|_| {
            if let Some(keychain) = new.keychain {
                forget(keychain, &accounts);
            }
        })?;
        Ok((keys, code))
    }

    /// The slots of the vault in `dir`, without secrets. Not authenticated before the vault is unlocked.
    ///
    /// # Errors
    /// [`Error::NoVault`], [`Error::DamagedSlots`], [`Error::NewerVault`], [`Error::Io`].
    pub fn slots(dir: &Path) -> Result<Vec<SlotInfo>> {
        let file = SlotFile::load(dir)?.file;
        Ok(file.slots.iter().map(Slot::info).collect())
    }

    /// Unlocks the vault in `dir`. A damaged copy of the key slot file is then written again from the good one.
    ///
    /// # Errors
    /// [`Error::NoVault`], [`Error::NoSlot`], [`Error::WrongPassphrase`], [`Error::WrongRecoveryCode`], [`Error::MalformedRecoveryCode`], [`Error::KeychainUnavailable`], [`Error::DamagedSlots`], [`Error::UnsafeKdf`], [`Error::NoMemory`], [`Error::NewerVault`], [`Error::Io`].
    pub fn unlock(dir: &Path, with: Unlock<'_>) -> Result<Keys> {
        unlock(dir, with).map(|(keys, _)| keys)
    }

    /// Sets a new passphrase, after unlocking with any slot. The master key stays: nothing is encrypted again.
    ///
    /// A copy of the key slot file that was made before still opens with the old passphrase.
    ///
    /// # Errors
    /// As [`Vault::unlock`], and [`Error::WeakPassphrase`], [`Error::DiskFull`]. After an error the old slots are in force.
    pub fn change_passphrase(
        dir: &Path,
        with: Unlock<'_>,
        passphrase: &Zeroizing<String>,
        cost: KdfCost,
    ) -> Result<()> {
        kdf::check_strength(passphrase)?;
        cost.validate()?;
        let (keys, mut file) = unlock(dir, with)?;
        file.put(passphrase_slot(&keys, passphrase, cost)?);
        file.save(dir, &keys)
    }

    /// Makes a new recovery code, which does nothing until [`RecoveryRenewal::confirm`] has seen two groups of it typed again.
    ///
    /// Nothing is written before, so that an end at any moment leaves the old code or, once it is confirmed, the new one.
    ///
    /// # Errors
    /// As [`Vault::unlock`], and [`Error::Random`].
    pub fn renew_recovery(dir: &Path, with: Unlock<'_>) -> Result<RecoveryRenewal> {
        let (keys, _) = unlock(dir, with)?;
        let (slot, code) = recovery_slot(&keys)?;
        RecoveryRenewal::new(keys, slot, code)
    }

    /// Lets `keychain` unlock the vault from now on.
    ///
    /// # Errors
    /// As [`Vault::change_passphrase`].
    pub fn add_keychain(dir: &Path, with: Unlock<'_>, keychain: &dyn Keychain) -> Result<()> {
        let (keys, mut file) = unlock(dir, with)?;
        let replaced = file.accounts();
        file.put(keychain_slot(&keys, keychain)?);
        let added = file.accounts();
        file.save(dir, &keys).inspect_err(|_| forget(keychain, &added))?;
        forget(keychain, &replaced);
        Ok(())
    }

    /// Stops the keychain from unlocking the vault and deletes the key it holds.
    ///
    /// # Errors
    /// As [`Vault::change_passphrase`], and [`Error::TooFewSlots`] if fewer than two other slots are left.
    pub fn remove_keychain(dir: &Path, with: Unlock<'_>, keychain: &dyn Keychain) -> Result<()> {
        let (keys, mut file) = unlock(dir, with)?;
        let removed = file.accounts();
        file.slots.retain(|slot| slot.kind() != SlotKind::Keychain);
        file.save(dir, &keys)?;
        forget(keychain, &removed);
        Ok(())
    }
}

impl Slot {
    fn kind(&self) -> SlotKind {
        match self.method {
            Method::Passphrase { .. } => SlotKind::Passphrase,
            Method::Keychain { .. } => SlotKind::Keychain,
            Method::Recovery { .. } => SlotKind::Recovery,
        }
    }

    fn info(&self) -> SlotInfo {
        let backend = match &self.method {
            Method::Keychain { backend, .. } => Some(backend.clone()),
            Method::Passphrase { .. } | Method::Recovery { .. } => None,
        };
        SlotInfo { kind: self.kind(), created_ms: self.created_ms, backend }
    }
}

impl SlotFile {
    /// Puts `slot` in the place of all slots of its kind.
    fn put(&mut self, slot: Slot) {
        self.slots.retain(|other| other.kind() != slot.kind());
        self.slots.push(slot);
    }

    /// Names of the entries that this vault has in keychains.
    fn accounts(&self) -> Vec<String> {
        let of_slot = |slot: &Slot| match &slot.method {
            Method::Keychain { salt, .. } => Some(account(&self.vault_id, salt)),
            Method::Passphrase { .. } | Method::Recovery { .. } => None,
        };
        self.slots.iter().filter_map(of_slot).collect()
    }
}

/// Removes keys that no slot uses. They open nothing, so a keychain that fails here does no harm.
fn forget(keychain: &dyn Keychain, accounts: &[String]) {
    for account in accounts {
        keychain.delete(account).ok();
    }
}

fn unlock(dir: &Path, with: Unlock<'_>) -> Result<(Keys, SlotFile)> {
    let Loaded { file, other, needs_repair } = SlotFile::load(dir)?;
    let generation = file.generation();
    let opened = match (open(file, &with), other) {
        // The file is damaged in a place that parses, or someone changed it: the second copy may be whole.
        (Err(error), Some(other)) if other.may_stand_in(generation, &error) => open(other, &with).or(Err(error)),
        (opened, _) => opened,
    };
    let (keys, file) = opened?;
    if needs_repair {
        // A full or read-only disk must not keep the user out; the next unlock tries again.
        file.repair(dir).ok();
    }
    Ok((keys, file))
}

/// Keys from the slots of `file`, once they are known to be as they were written.
fn open(file: SlotFile, with: &Unlock<'_>) -> Result<(Keys, SlotFile)> {
    let keys = unlock_file(&file, with)?;
    Ok((keys, file))
}

fn unlock_file(file: &SlotFile, with: &Unlock<'_>) -> Result<Keys> {
    let keys = match with {
        Unlock::Passphrase(typed) => with_passphrase(file, typed),
        Unlock::Keychain(keychain) => with_keychain(file, *keychain),
        Unlock::Recovery(typed) => with_recovery(file, typed),
    }?;
    file.verify(&keys)?;
    Ok(keys)
}

fn with_passphrase(file: &SlotFile, typed: &str) -> Result<Keys> {
    let typed = kdf::normalize(typed);
    try_slots(file, SlotKind::Passphrase, Error::WrongPassphrase, |method| match *method {
        Method::Passphrase { salt, memory_kib, passes, lanes } => {
            kdf::derive_kek(&typed, &salt, KdfCost { memory_kib, passes, lanes }).map(Some)
        }
        _ => Ok(None),
    })
}

fn with_keychain(file: &SlotFile, keychain: &dyn Keychain) -> Result<Keys> {
    let unavailable = |reason: String| Error::KeychainUnavailable { reason };
    let foreign = unavailable("it holds a key that does not open this vault".to_owned());
    try_slots(file, SlotKind::Keychain, foreign, |method| {
        let Method::Keychain { salt, backend } = method else {
            return Ok(None);
        };
        if backend != keychain.backend() {
            return Err(unavailable(format!(
                "the key was given to {backend}, but this system has {}",
                keychain.backend()
            )));
        }
        let secret = keychain
            .get(&account(&file.vault_id, salt))?
            .ok_or_else(|| unavailable("it has no key for this vault".to_owned()))?;
        Ok(Some(keychain_kek(&secret, salt)))
    })
}

fn with_recovery(file: &SlotFile, typed: &str) -> Result<Keys> {
    let code = RecoveryCode::parse(typed)?;
    try_slots(file, SlotKind::Recovery, Error::WrongRecoveryCode, |method| match method {
        Method::Recovery { salt } => Ok(Some(recovery_kek(&code, salt))),
        _ => Ok(None),
    })
}

/// Tries every slot of `kind` with the key that `derive` makes for it.
fn try_slots(
    file: &SlotFile,
    kind: SlotKind,
    wrong: Error,
    derive: impl Fn(&Method) -> Result<Option<Zeroizing<[u8; 32]>>>,
) -> Result<Keys> {
    let mut found = false;
    for slot in &file.slots {
        let Some(kek) = derive(&slot.method)? else {
            continue;
        };
        found = true;
        if let Some(master) = slot.wrapped.open(&kek, &slot.method.aad(&file.vault_id)) {
            return Ok(Keys::new(file.vault_id, master));
        }
    }
    Err(if found { wrong } else { Error::NoSlot { kind } })
}

fn passphrase_slot(keys: &Keys, passphrase: &str, cost: KdfCost) -> Result<Slot> {
    let salt = random_salt()?;
    let kek = kdf::derive_kek(&kdf::normalize(passphrase), &salt, cost)?;
    let KdfCost { memory_kib, passes, lanes } = cost;
    new_slot(keys, &kek, Method::Passphrase { salt, memory_kib, passes, lanes })
}

fn recovery_slot(keys: &Keys) -> Result<(Slot, RecoveryCode)> {
    let (salt, code) = (random_salt()?, RecoveryCode::random()?);
    let slot = new_slot(keys, &recovery_kek(&code, &salt), Method::Recovery { salt })?;
    Ok((slot, code))
}

fn keychain_slot(keys: &Keys, keychain: &dyn Keychain) -> Result<Slot> {
    let (salt, secret) = (random_salt()?, random_key()?);
    let account = account(&keys.vault_id(), &salt);
    keychain.set(&account, &secret[..])?;
    // A keychain that accepts and forgets has happened; better to learn of it now.
    if keychain.get(&account)?.is_none_or(|stored| stored[..] != secret[..]) {
        return Err(Error::KeychainUnavailable { reason: "it did not keep what was stored in it".to_owned() });
    }
    let backend = keychain.backend().to_owned();
    new_slot(keys, &keychain_kek(&secret[..], &salt), Method::Keychain { salt, backend })
}

fn new_slot(keys: &Keys, kek: &[u8; 32], method: Method) -> Result<Slot> {
    let wrapped = Wrapped::new(kek, keys.master(), &method.aad(&keys.vault_id()))?;
    Ok(Slot { created_ms: SystemClock.now_ms(), method, wrapped })
}

fn keychain_kek(secret: &[u8], salt: &[u8; 16]) -> Zeroizing<[u8; 32]> {
    derive_key(secret, salt, &[b"atom/slot/keychain/v1"])
}

fn recovery_kek(code: &RecoveryCode, salt: &[u8; 16]) -> Zeroizing<[u8; 32]> {
    derive_key(code.secret(), salt, &[b"atom/slot/recovery/v1"])
}

fn random_salt() -> Result<[u8; 16]> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(Error::random)?;
    Ok(salt)
}

/// Name of a slot's entry in a keychain; its own for each slot, so that adding one never overwrites the key of another.
fn account(vault_id: &[u8; 16], salt: &[u8; 16]) -> String {
    let bytes = vault_id.iter().chain(salt.iter().take(4));
    bytes.fold("vault-".to_owned(), |name, byte| name + &format!("{byte:02x}"))
}
