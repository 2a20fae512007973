//! A recovery code that counts only once it was saved: two groups of it have to be typed again.

use crate::recovery::GROUPS;
use crate::{Error, RecoveryCode, Result};

/// A new recovery code of which two groups were not typed again yet.
pub struct UnconfirmedCode {
    code: RecoveryCode,
    asked: [usize; 2],
}

impl UnconfirmedCode {
    pub(super) fn new(code: RecoveryCode) -> Result<Self> {
        Ok(Self { code, asked: two_groups()? })
    }

    /// The code, to be shown once.
    #[must_use]
    pub fn code(&self) -> &RecoveryCode {
        &self.code
    }

    /// Which two groups have to be typed again, 0 to 7, in order.
    #[must_use]
    pub fn asked(&self) -> [usize; 2] {
        self.asked
    }

    /// Whether `typed` are those two groups.
    pub(super) fn confirm(&self, typed: [&str; 2]) -> Result<()> {
        let is_saved = self.asked.iter().zip(typed).all(|(group, typed)| self.code.group_matches(*group, typed));
        if is_saved { Ok(()) } else { Err(Error::CodeNotConfirmed) }
    }
}

/// Two different groups, at random and in order. The bias of the remainder is below one in 2^29.
fn two_groups() -> Result<[usize; 2]> {
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
