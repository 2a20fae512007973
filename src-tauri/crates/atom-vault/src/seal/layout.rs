//! Where the blocks of a sealed file lie. Pure arithmetic, all of it checked: lengths come from directory listings that anyone may have altered.

use std::ops::Range;

use super::{DEFAULT_BLOCK_LOG2, HEADER_LEN, MAX_BLOCK_LOG2, MIN_BLOCK_LOG2, TAG_LEN};

const HEADER: u64 = HEADER_LEN as u64;
const TAG: u64 = TAG_LEN as u64;

/// Plaintext length of a sealed file with the default block size, or `None` if no sealed file has this length.
#[must_use]
pub fn plaintext_len(ciphertext_len: u64) -> Option<u64> {
    plaintext_len_with(ciphertext_len, DEFAULT_BLOCK_LOG2)
}

/// Plaintext length of a sealed file, or `None` if no sealed file with this block size has this length.
///
/// The length is not authenticated before the file is opened.
#[must_use]
pub fn plaintext_len_with(ciphertext_len: u64, block_log2: u8) -> Option<u64> {
    Layout::of_ciphertext(ciphertext_len, block_log2).map(|layout| layout.len)
}

/// Length of the sealed file of `plaintext_len` bytes with the default block size, saturating at the largest integer.
#[must_use]
pub fn ciphertext_len(plaintext_len: u64) -> u64 {
    ciphertext_len_with(plaintext_len, DEFAULT_BLOCK_LOG2).unwrap_or(u64::MAX)
}

/// Length of the sealed file of `plaintext_len` bytes, or `None` if it cannot be sealed.
#[must_use]
pub fn ciphertext_len_with(plaintext_len: u64, block_log2: u8) -> Option<u64> {
    let block = block_size(block_log2)?;
    let blocks = plaintext_len.div_ceil(block).max(1);
    blocks.checked_mul(TAG)?.checked_add(plaintext_len)?.checked_add(HEADER)
}

/// Size of a full plaintext block, or `None` outside the allowed sizes.
pub(super) fn block_size(block_log2: u8) -> Option<u64> {
    (MIN_BLOCK_LOG2..=MAX_BLOCK_LOG2).contains(&block_log2).then(|| 1 << block_log2)
}

/// Sizes of one sealed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Size of a full plaintext block.
    pub(super) block: u64,
    /// Plaintext length.
    pub(super) len: u64,
    /// Number of blocks, at least one.
    pub(super) blocks: u64,
    end: u64,
}

impl Layout {
    pub(super) fn of_ciphertext(ciphertext_len: u64, block_log2: u8) -> Option<Self> {
        let block = block_size(block_log2)?;
        let body = ciphertext_len.checked_sub(HEADER)?;
        let blocks = body.div_ceil(block.checked_add(TAG)?);
        let len = body.checked_sub(blocks.checked_mul(TAG)?)?;
        // Only lengths that a writer produces: neither a bare tag after full blocks nor a cut tag.
        let canonical = blocks > 0 && len.div_ceil(block).max(1) == blocks;
        canonical.then_some(Self { block, len, blocks, end: ciphertext_len })
    }

    /// Place in the file of blocks `first..end`, or `None` if there are no such blocks.
    pub(super) fn blocks_at(&self, first: u64, end: u64) -> Option<Range<u64>> {
        if first > end || end > self.blocks {
            return None;
        }
        Some(self.block_start(first)?..self.block_start(end)?)
    }

    fn block_start(&self, index: u64) -> Option<u64> {
        if index == self.blocks {
            return Some(self.end);
        }
        index.checked_mul(self.block.checked_add(TAG)?)?.checked_add(HEADER)
    }

    /// Whether this is the last block.
    pub(super) fn is_final(&self, index: u64) -> bool {
        index.checked_add(1) == Some(self.blocks)
    }

    /// Blocks that hold the plaintext range, or `None` if it is not inside the object.
    pub(super) fn blocks_of(&self, range: &Range<u64>) -> Option<Range<u64>> {
        if range.start > range.end || range.end > self.len {
            return None;
        }
        if range.start == range.end {
            return Some(0..0);
        }
        Some(range.start / self.block..range.end.div_ceil(self.block))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_at_block_edges() {
        let check = |plain: u64, cipher: u64| {
            assert_eq!(ciphertext_len_with(plain, 12), Some(cipher), "sealing {plain}");
            assert_eq!(plaintext_len_with(cipher, 12), Some(plain), "opening {cipher}");
        };
        check(0, 112);
        check(1, 113);
        check(4095, 96 + 4095 + 16);
        check(4096, 96 + 4096 + 16);
        check(4097, 96 + 4097 + 32);
        check(8192, 96 + 8192 + 32);
    }

    #[test]
    fn impossible_lengths_have_no_plaintext() {
        for len in [0, 1, 95, 96, 97, 111] {
            assert_eq!(plaintext_len_with(len, 12), None, "{len}");
        }
        // A full block followed by a cut or a bare tag.
        for extra in 1..=16 {
            assert_eq!(plaintext_len_with(96 + 4096 + 16 + extra, 12), None, "{extra}");
        }
        assert_eq!(plaintext_len_with(1000, 11), None);
        assert_eq!(plaintext_len_with(1000, 21), None);
        assert_eq!(ciphertext_len_with(1000, 255), None);
        assert_eq!(ciphertext_len_with(u64::MAX, 12), None);
    }

    proptest! {
        #[test]
        fn lengths_invert(plain in 0..u64::MAX / 2, log2 in 12u8..=20) {
            let cipher = ciphertext_len_with(plain, log2).unwrap();
            prop_assert_eq!(plaintext_len_with(cipher, log2), Some(plain));
        }

        #[test]
        fn any_length_is_answered(cipher: u64, log2: u8) {
            if let Some(plain) = plaintext_len_with(cipher, log2) {
                prop_assert_eq!(ciphertext_len_with(plain, log2), Some(cipher));
            }
        }

        #[test]
        fn blocks_tile_the_file(plain in 0u64..100_000, log2 in 12u8..=14) {
            let total = ciphertext_len_with(plain, log2).unwrap();
            let layout = Layout::of_ciphertext(total, log2).unwrap();
            let mut at = 96;
            for index in 0..layout.blocks {
                let range = layout.blocks_at(index, index + 1).unwrap();
                prop_assert_eq!(range.start, at);
                prop_assert!(range.end - range.start >= 16);
                at = range.end;
            }
            prop_assert_eq!(at, total);
            prop_assert_eq!(layout.blocks_at(0, layout.blocks + 1), None);
        }
    }
}
