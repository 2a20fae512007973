//! A new recovery code on its way: shown, but not in force before it was typed again in part.

use std::path::Path;

use super::file::{Slot, SlotFile};
use super::unconfirmed::UnconfirmedCode;
use crate::{Keys, RecoveryCode, Result};

/// A recovery code that was made and is not in force yet. Dropping it leaves the old code as it was.
pub struct RecoveryRenewal {
    keys: Keys,
    slot: Slot,
    unconfirmed: UnconfirmedCode,
}

impl RecoveryRenewal {
    pub(super) fn new(keys: Keys, slot: Slot, code: RecoveryCode) -> Result<Self> {
        Ok(Self { keys, slot, unconfirmed: UnconfirmedCode::new(code)? })
    }

    /// The new code, to be shown once and confirmed.
    #[must_use]
    pub fn unconfirmed(&self) -> &UnconfirmedCode {
        &self.unconfirmed
    }

    /// Puts the new code in the place of the old one, if `typed` are the two groups that were asked for. May be tried again after an error.
    ///
    /// # Errors
    /// [`Error::CodeNotConfirmed`], [`Error::NoVault`], [`Error::DamagedSlots`], [`Error::DiskFull`], [`Error::Io`]. After an error the old code is in force.
    pub fn confirm(&self, dir: &Path, typed: [&str; 2]) -> Result<()> {
        self.unconfirmed.confirm(typed)?;
        // Read again: the passphrase or the keychain may have changed since.
        let mut file = SlotFile::load(dir)?.file;
        file.verify(&self.keys)?;
        file.put(self.slot.clone());
        file.save(dir, &self.keys)
    }
}
