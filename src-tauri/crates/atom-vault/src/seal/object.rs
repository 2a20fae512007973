//! The cryptography of one opened file, without IO, for callers that fetch the bytes in their own way.

use std::ops::Range;

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, Nonce};

use super::TAG_LEN;
use super::layout::Layout;
use crate::{Error, Result};

/// A sealed file whose header is verified.
///
/// Nothing that its length says may be trusted until [`SealObject::verify_final`] has seen the last block.
pub struct SealObject {
    pub(super) cipher: Aes256Gcm,
    pub(super) file_id: [u8; 16],
    pub(super) layout: Layout,
    pub(super) object: String,
}

impl SealObject {
    /// Plaintext length, bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.layout.len
    }

    /// Whether the plaintext is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.layout.len == 0
    }

    /// Size of every plaintext block but the last, bytes.
    #[must_use]
    pub fn block_size(&self) -> u64 {
        self.layout.block
    }

    /// Number of blocks, at least one.
    #[must_use]
    pub fn block_count(&self) -> u64 {
        self.layout.blocks
    }

    /// Place in the sealed file of all blocks that hold the plaintext `range`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] if the range is reversed or not inside the object.
    pub fn ciphertext_range(&self, range: &Range<u64>) -> Result<Range<u64>> {
        let blocks = self.blocks_of(range)?;
        self.blocks_at(blocks.start, blocks.end)
    }

    /// Place in the sealed file of block `index`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] if there is no such block.
    pub fn block_range(&self, index: u64) -> Result<Range<u64>> {
        self.blocks_at(index, index.saturating_add(1))
    }

    /// Place in the sealed file of its last block.
    #[must_use]
    pub fn final_range(&self) -> Range<u64> {
        let last = self.layout.blocks.saturating_sub(1);
        self.layout.blocks_at(last, self.layout.blocks).unwrap_or(0..0)
    }

    /// Verifies the last block, and with it that the file was not cut or extended.
    ///
    /// # Errors
    /// [`Error::Tampered`] if `ciphertext`, the bytes at [`SealObject::final_range`], is not the final block.
    pub fn verify_final(&self, ciphertext: &[u8]) -> Result<()> {
        let last = self.layout.blocks.saturating_sub(1);
        self.decrypt_block(last, ciphertext.to_vec()).map(drop)
    }

    /// Plaintext of block `index` from its bytes in the sealed file.
    ///
    /// # Errors
    /// [`Error::Tampered`] if the block does not verify, [`Error::OutOfRange`] if there is no such block.
    pub fn decrypt_block(&self, index: u64, mut ciphertext: Vec<u8>) -> Result<Vec<u8>> {
        let place = self.block_range(index)?;
        if as_u64(ciphertext.len()) != place.end.saturating_sub(place.start) {
            return Err(self.tampered());
        }
        let plain_len = self.decrypt_in_place(index, &mut ciphertext)?;
        ciphertext.truncate(plain_len);
        Ok(ciphertext)
    }

    /// Plaintext of `range` from the bytes at [`SealObject::ciphertext_range`].
    ///
    /// # Errors
    /// [`Error::Tampered`] if any block does not verify, [`Error::OutOfRange`] if the range is not inside the object.
    pub fn decrypt_range(&self, range: &Range<u64>, mut ciphertext: Vec<u8>) -> Result<Vec<u8>> {
        let blocks = self.blocks_of(range)?;
        let place = self.blocks_at(blocks.start, blocks.end)?;
        if as_u64(ciphertext.len()) != place.end.saturating_sub(place.start) {
            return Err(self.tampered());
        }
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let sealed_block = usize::try_from(self.layout.block)
            .ok()
            .and_then(|block| block.checked_add(TAG_LEN))
            .ok_or_else(|| self.tampered())?;
        let mut plain = Vec::with_capacity(ciphertext.len());
        for (index, sealed) in (blocks.start..).zip(ciphertext.chunks_mut(sealed_block)) {
            let plain_len = self.decrypt_in_place(index, sealed)?;
            plain.extend_from_slice(sealed.get(..plain_len).unwrap_or_default());
        }
        let skip = range.start.saturating_sub(blocks.start.saturating_mul(self.layout.block));
        let keep = range.end.saturating_sub(range.start);
        match (usize::try_from(skip), usize::try_from(keep)) {
            (Ok(skip), Ok(keep)) if skip <= plain.len() => {
                if skip > 0 {
                    plain.drain(..skip);
                }
                plain.truncate(keep);
                Ok(plain)
            }
            _ => Err(self.tampered()),
        }
    }

    /// Decrypts a block and its tag; returns the length of the plaintext at the front of `sealed`.
    fn decrypt_in_place(&self, index: u64, sealed: &mut [u8]) -> Result<usize> {
        let (text, tag) = sealed.split_last_chunk_mut::<TAG_LEN>().ok_or_else(|| self.tampered())?;
        let nonce = block_nonce(index, self.layout.is_final(index));
        let aad = block_aad(&self.file_id, index);
        let plain_len = text.len();
        self.cipher.decrypt_inout_detached(&nonce, &aad, text.into(), (&*tag).into()).map_err(|_| self.tampered())?;
        Ok(plain_len)
    }

    fn blocks_of(&self, range: &Range<u64>) -> Result<Range<u64>> {
        self.layout.blocks_of(range).ok_or_else(|| self.out_of_range(range))
    }

    fn blocks_at(&self, first: u64, end: u64) -> Result<Range<u64>> {
        self.layout.blocks_at(first, end).ok_or_else(|| {
            let at = |index: u64| index.saturating_mul(self.layout.block);
            self.out_of_range(&(at(first)..at(end)))
        })
    }

    pub(super) fn out_of_range(&self, range: &Range<u64>) -> Error {
        Error::OutOfRange { object: self.object.clone(), start: range.start, end: range.end, len: self.layout.len }
    }

    pub(super) fn tampered(&self) -> Error {
        Error::Tampered { object: self.object.clone(), part: "a block" }
    }
}

/// Nonce of block `index`: a counter, and whether it is the last.
pub(super) fn block_nonce(index: u64, is_final: bool) -> Nonce<aes_gcm::aead::consts::U12> {
    let [a, b, c, d, e, f, g, h] = index.to_be_bytes();
    [a, b, c, d, e, f, g, h, 0, 0, 0, u8::from(is_final)].into()
}

/// What a block is bound to: its file and its place.
pub(super) fn block_aad(file_id: &[u8; 16], index: u64) -> [u8; 24] {
    let mut aad = [0; 24];
    let bytes = file_id.iter().copied().chain(index.to_be_bytes());
    aad.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    aad
}

fn as_u64(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}
