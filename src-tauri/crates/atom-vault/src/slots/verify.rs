//! Checking the key slots while the vault is open.

use std::path::Path;

use super::file::SlotFile;
use super::{SlotInfo, Vault};
use crate::slots::file::Slot;
use crate::{Keys, Result};

/// What a check of the key slots found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedSlots {
    /// The slots, all of them authentic.
    pub slots: Vec<SlotInfo>,
    /// The second copy was missing or damaged and was written again.
    pub mended: bool,
}

impl Vault {
    /// Checks that nobody without the master key changed the key slots in `dir`, and writes a damaged copy again.
    ///
    /// # Errors
    /// [`crate::Error::NoVault`], [`crate::Error::DamagedSlots`], [`crate::Error::NewerVault`], [`crate::Error::DiskFull`], [`crate::Error::Io`].
    pub fn verify(dir: &Path, keys: &Keys) -> Result<VerifiedSlots> {
        let loaded = SlotFile::load(dir)?;
        loaded.file.verify(keys)?;
        if loaded.needs_repair {
            loaded.file.repair(dir)?;
        }
        Ok(VerifiedSlots { slots: loaded.file.slots.iter().map(Slot::info).collect(), mended: loaded.needs_repair })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, MemoryKeychain, NewSlots, SlotKind};
    use std::fs;

    #[test]
    fn a_damaged_copy_is_mended_and_changed_slots_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let keychain = MemoryKeychain::default();
        let slots = NewSlots { keychain: Some(&keychain), recovery: true, ..NewSlots::default() };
        let (keys, _) = Vault::create(dir.path(), slots).unwrap();
        let (main, copy) = (dir.path().join("keyslots.v1"), dir.path().join("keyslots.v1.bak"));
        let found = Vault::verify(dir.path(), &keys).unwrap();
        assert_eq!(
            found.slots.iter().map(|slot| slot.kind).collect::<Vec<_>>(),
            [SlotKind::Recovery, SlotKind::Keychain]
        );
        assert!(!found.mended);
        let whole = fs::read(&main).unwrap();
        for (file, bytes) in [(&copy, &b"{"[..]), (&main, b""), (&copy, b"")] {
            fs::write(file, bytes).unwrap();
            assert!(Vault::verify(dir.path(), &keys).unwrap().mended, "{}", file.display());
            assert!(fs::read(&main).unwrap() == whole && fs::read(&copy).unwrap() == whole);
        }
        let text = String::from_utf8(whole).unwrap();
        let stripped = text.replace("memory", "elsewhere");
        assert_ne!(stripped, text);
        fs::write(&main, stripped).unwrap();
        assert!(matches!(Vault::verify(dir.path(), &keys), Err(Error::DamagedSlots { .. })));
        assert!(matches!(Vault::verify(dir.path(), &Keys::ephemeral().unwrap()), Err(Error::DamagedSlots { .. })));
    }
}
