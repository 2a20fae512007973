//! Where a derived index stands, and whether that fits what was recorded of it.

/// A version of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexHead {
    /// Drawn when the index was made: versions of two series do not compare.
    pub series: [u8; 16],
    /// Number of the version, rising.
    pub version: u64,
    /// What this version is, to tell it from another of the same number.
    pub digest: [u8; 32],
}

/// How what is found on the disk relates to what was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The very version.
    Recorded,
    /// A later one: it was written, and then the process ended before it was recorded.
    Ahead,
    /// An earlier one: an older copy is in its place.
    Behind,
    /// Of another series, or another version of the same number.
    Foreign,
}

impl IndexHead {
    /// How this head, found on the disk, relates to the recorded one.
    #[must_use]
    pub fn standing(&self, recorded: &Self) -> Standing {
        if self.series != recorded.series {
            return Standing::Foreign;
        }
        match self.version.cmp(&recorded.version) {
            std::cmp::Ordering::Less => Standing::Behind,
            std::cmp::Ordering::Greater => Standing::Ahead,
            std::cmp::Ordering::Equal if self.digest == recorded.digest => Standing::Recorded,
            std::cmp::Ordering::Equal => Standing::Foreign,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_and_a_foreign_version_are_told_from_a_later_one() {
        let head = |series, version, digest| IndexHead { series: [series; 16], version, digest: [digest; 32] };
        let recorded = head(1, 7, 1);
        for (found, standing) in [
            (head(1, 7, 1), Standing::Recorded),
            (head(1, 8, 2), Standing::Ahead),
            (head(1, 6, 2), Standing::Behind),
            (head(1, 7, 2), Standing::Foreign),
            (head(2, 8, 1), Standing::Foreign),
        ] {
            assert_eq!(found.standing(&recorded), standing, "{found:?}");
        }
    }
}
