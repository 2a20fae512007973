//! The key slots outside of their vault: the copy that a backup carries, so that a new machine can open it.

use std::path::Path;

use super::file::SlotFile;
use super::{Unlock, disk, unlock_file};
use crate::{Error, Keys, Result};

/// The key slots of a vault as they lie on the disk. Public data: without a slot's secret it reveals only how the vault can be unlocked.
#[derive(Clone, PartialEq, Eq)]
pub struct SlotCopy {
    file: SlotFile,
    bytes: Vec<u8>,
}

impl SlotCopy {
    /// The slots of the vault in `dir`.
    ///
    /// # Errors
    /// [`Error::NoVault`], [`Error::DamagedSlots`], [`Error::NewerVault`], [`Error::Io`].
    pub fn of_vault(dir: &Path) -> Result<Self> {
        let file = SlotFile::load(dir)?.file;
        let bytes = file.encode()?;
        Ok(Self { file, bytes })
    }

    /// Reads a copy. It has to be exactly what [`SlotCopy::bytes`] gave: a file that was written by anything else is damaged.
    ///
    /// # Errors
    /// [`Error::DamagedSlots`], [`Error::NewerVault`].
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let file = SlotFile::parse(bytes)?;
        if file.encode()? != bytes {
            return Err(Error::DamagedSlots { reason: "the key slot file is not as it was written" });
        }
        Ok(Self { file, bytes: bytes.to_owned() })
    }

    /// What to store.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Which vault the slots open, 16 random bytes. Not authenticated before [`SlotCopy::unlock`] or [`SlotCopy::verify`].
    #[must_use]
    pub fn vault_id(&self) -> [u8; 16] {
        self.file.vault_id
    }

    /// Counts the changes of the slots: of two copies of one vault, the larger is the newer. Authenticated as [`SlotCopy::vault_id`].
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.file.generation()
    }

    /// Unlocks without a vault; nothing is written.
    ///
    /// # Errors
    /// As [`super::Vault::unlock`].
    pub fn unlock(&self, with: Unlock<'_>) -> Result<Keys> {
        unlock_file(&self.file, &with)
    }

    /// Checks that the slots are the work of someone who could unlock the vault of `keys`.
    ///
    /// # Errors
    /// [`Error::DamagedSlots`].
    pub fn verify(&self, keys: &Keys) -> Result<()> {
        self.file.verify(keys)
    }

    /// Makes `dir`, which has no slots yet, a vault that these slots open.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`], [`Error::DiskFull`], [`Error::Io`].
    pub fn place(&self, dir: &Path) -> Result<()> {
        if SlotFile::exists(dir) {
            return Err(Error::AlreadyExists);
        }
        disk::prepare_dir(dir)?;
        self.file.repair(dir)
    }
}
