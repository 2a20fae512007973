//! A new recovery code on its way: shown, but not in force before it was typed again in part.

use std::path::Path;

use super::file::{Slot, SlotFile};
use crate::recovery::GROUPS;
use crate::{Error, Keys, RecoveryCode, Result};

/// A recovery code that was made and is not in force yet. Dropping it leaves the old code as it was.
pub struct RecoveryRenewal {
    keys: Keys,
    slot: Slot,
    code: RecoveryCode,
    asked: [usize; 2],
}

impl RecoveryRenewal {
    pub(super) fn new(keys: Keys, slot: Slot, code: RecoveryCode) -> Result<Self> {
        Ok(Self { keys, slot, code, asked: two_groups()? })
    }

    /// The new code, to be shown once.
    #[must_use]
    pub fn code(&self) -> &RecoveryCode {
        &self.code
    }

    /// Which two groups have to be typed again, 0 to 7, in order.
    #[must_use]
    pub fn asked(&self) -> [usize; 2] {
        self.asked
    }

    /// Puts the new code in the place of the old one, if `typed` are the two groups that were asked for. May be tried again after an error.
    ///
    /// # Errors
    /// [`Error::CodeNotConfirmed`], [`Error::NoVault`], [`Error::DamagedSlots`], [`Error::DiskFull`], [`Error::Io`]. After an error the old code is in force.
    pub fn confirm(&self, dir: &Path, typed: [&str; 2]) -> Result<()> {
        if !self.asked.iter().zip(typed).all(|(group, typed)| self.code.group_matches(*group, typed)) {
            return Err(Error::CodeNotConfirmed);
        }
        // Read again: the passphrase or the keychain may have changed since.
        let mut file = SlotFile::load(dir)?.file;
        file.verify(&self.keys)?;
        file.put(self.slot.clone());
        file.save(dir, &self.keys)
    }
}

/// Two different groups, at random and in order. The bias of the remainder is below one in 2^29.
pub(super) fn two_groups() -> Result<[usize; 2]> {
    let mut random = [[0; 4]; 2];
    for bytes in &mut random {
        getrandom::fill(bytes).map_err(Error::random)?;
    }
    let [first, second] = random.map(|bytes| u32::from_le_bytes(bytes) as usize);
    let first = first % GROUPS;
    let second = (first + 1 + second % (GROUPS - 1)) % GROUPS;
    Ok([first.min(second), first.max(second)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_asked_for_are_two_and_in_order() {
        let mut seen = [false; GROUPS];
        for _ in 0..500 {
            let [first, second] = two_groups().unwrap();
            assert!(first < second && second < GROUPS);
            seen[first] = true;
            seen[second] = true;
        }
        assert_eq!(seen, [true; GROUPS]);
    }
}
